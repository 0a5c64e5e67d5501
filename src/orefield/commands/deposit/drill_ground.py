"""What drilling is planned for: blocks with rock, their estimate, the samples that there are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.drill_records import Objective, PlanSettings, Region
from orefield.commands.deposit.resource_model import ESTIMATE, read_resource_model
from orefield.commands.deposit.settings import DepositSettings, read_grid
from orefield.core import BlockModel, Grid, ModelError
from orefield.core.model_files import read_model
from orefield.core.sections import Section
from orefield.deposit.classification.draws import BlockDraws
from orefield.deposit.classification.grade_units import mass_fraction, unit_of
from orefield.deposit.classification.volumes import panels
from orefield.deposit.drilling import Targets, Utility
from orefield.deposit.estimation.support import Support
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.variogram_settings import variograms_of
from orefield.deposit.samples import Samples
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]


@dataclass(eq=False)
class PlanGround:
    """Blocks, samples and the model between them.

    Attributes
    ----------
    value, unit : str
    fraction : float
        Metal (t) in a tonne of grade one.
    model : BlockModel
    tonnes : ndarray of shape (n,)
    rock : bool array, shape (n,)
    grade : ndarray of shape (n,), or None
        The estimate; where ``estimated``.
    estimated : bool array, shape (n,)
    draws : BlockDraws or None
        Realisations.
    samples : Samples
        With the value.
    existing_m : ndarray of shape (s, 3)
        Places of samples, each once.
    variogram : Variogram
    support : Support
    flat_m : float or None
        Elevation of everything, in 2-D.
    warnings : list of str
    """

    value: str
    unit: str
    fraction: float
    model: BlockModel
    tonnes: _F8
    rock: _MASK
    grade: _F8 | None
    estimated: _MASK
    draws: BlockDraws | None
    samples: Samples
    existing_m: _F8
    variogram: Variogram
    support: Support
    flat_m: float | None
    warnings: list[str] = field(default_factory=list)

    @property
    def grid(self) -> Grid:
        """Of the blocks."""
        return self.model.grid


def plan_ground(settings: DepositSettings, section: Section, chosen: PlanSettings) -> PlanGround:
    """Read the blocks (an estimate, or ``[grid]`` with a density), samples and variogram.

    Raises
    ------
    InputError
        For files that are missing or unreadable, and what is not known.
    """
    warnings: list[str] = []
    grade, draws = None, None
    if section.has("estimate") or (settings.folder / ESTIMATE).is_file():
        resource = read_resource_model(settings, section)
        ground = resource.ground
        model, value, unit = resource.model, resource.value, ground.unit
        tonnes, rock, grade = ground.tonnes, ground.tonnes > 0, ground.grade
        estimated, draws = ground.of, resource.draws
        warnings += resource.warnings
        if ground.inside is not None:
            rock = rock & ground.inside
    else:
        grid = read_grid(settings)
        value = section.text("value")
        unit = section.text("unit", "") or section.build(unit_of, value=value)
        density = section.number("density_t_m3")
        if not 0 < density < 10:
            raise ModelError(f"a density of {density:g} t/m3", where=section.where,
                             fix="give t/m3, e.g. 2.7")  # fmt: skip
        model = BlockModel(grid, {"density_t_m3": np.full(grid.n, density)})
        tonnes, rock = model.tonnes(), np.ones(grid.n, dtype=np.bool_)
        estimated = np.zeros(grid.n, dtype=np.bool_)
        warnings.append("there is no estimate: all blocks of [grid] count, whatever their grade")
    section.done()
    samples = samples_of(settings).measured(value)
    variogram = _variogram(settings, chosen.variogram or value)
    variance = float(np.var(samples[value]))
    if len(samples) > 30 and not 1 / 4 <= variogram.sill / max(variance, 1e-300) <= 4:
        warnings.append(
            f"the variogram's sill is {variogram.sill:.4g}, the samples' variance {variance:.4g}: "
            "errors in the value's unit are right only if the sill is"
        )
    grid = model.grid
    flat = None
    xyz = samples.xyz_m
    if grid.shape[2] == 1 and np.ptp(xyz[:, 2]) == 0:
        flat = grid.origin[2] + 0.5 * grid.size[2]
        xyz = np.column_stack([xyz[:, :2], np.full(len(xyz), flat)])
    counts = chosen.discretisation or ((2, 2, 1) if grid.shape[2] == 1 else (2, 2, 2))
    return PlanGround(
        value, unit, mass_fraction(unit), model, tonnes, rock, grade, estimated, draws, samples,
        each_once(xyz), variogram, Support.block(grid, counts), flat, warnings,
    )  # fmt: skip


def _variogram(settings: DepositSettings, name: str) -> Variogram:
    models = variograms_of(settings)
    if name in models:
        return models[name]
    if len(models) == 1:
        return next(iter(models.values()))
    raise ModelError(
        f"there is no variogram '{name}'", where=str(settings.path),
        fix=f"set 'variogram' in [plan] to one of {', '.join(models)}",
    )  # fmt: skip


def other_variogram(settings: DepositSettings, name: str) -> Variogram:
    """A variogram by its name.

    Raises
    ------
    ModelError
        When there is none.
    """
    models = variograms_of(settings)
    if name not in models:
        raise ModelError(f"there is no variogram '{name}'", where=str(settings.path),
                         fix=f"there are {', '.join(models)}")  # fmt: skip
    return models[name]


def each_once(xyz: _F8) -> _F8:
    """Places (n, 3) without those that come again, to the millimetre."""
    _, first = np.unique(np.round(xyz, 3), axis=0, return_index=True)
    return np.ascontiguousarray(xyz[np.sort(first)])


def region_of(ground: PlanGround, region: Region) -> _MASK:
    """Blocks that count.

    Raises
    ------
    ModelError
        When there is none.
    """
    out = ground.rock & (ground.estimated if ground.grade is not None else ground.rock)
    places = ground.grid.centroids()
    if region.box is not None:
        low, high = np.array(region.box[:3]), np.array(region.box[3:])
        out &= ((places >= low) & (places <= high)).all(axis=1)
    if region.polygon is not None:
        out &= region.polygon.inside(places)
    if region.field:
        words = np.asarray(ground.model[region.field]).astype(np.str_)
        out &= np.isin(words, region.of)
    if not out.any():
        raise ModelError(
            "the region is empty: no block with rock (and an estimate) is in it",
            fix="check [plan.region]; coordinates are in metres",
        )
    return out


@dataclass(frozen=True, eq=False)
class Wanted:
    """Sums that are to be known better, and what that is worth.

    Attributes
    ----------
    targets : Targets
    scale : float
        From a sum's standard deviation to the unit shown.
    shown : str
        That unit.
    tonnes : ndarray of shape (q,)
        Classes: of volumes.
    thresholds : ndarray of shape (c, q)
        Classes: variances of a volume's grade.
    expected : float or None
        Of the sum of all, in the unit shown.
    """

    targets: Targets
    scale: float
    shown: str
    tonnes: _F8
    thresholds: _F8
    expected: float | None

    def utility(self, start: _F8) -> Utility:
        """What taking variance from sums is worth, from their variances now."""
        if len(self.thresholds):
            return Utility.thresholds(start, self.thresholds, self.tonnes)
        return Utility.variance(len(start))


def wanted_of(
    settings: DepositSettings, ground: PlanGround, region: _MASK, objective: Objective, where: str
) -> Wanted:
    """Sums of an objective.

    Raises
    ------
    ModelError
        When an estimate or a field is missing, or nothing is left in the region.
    """
    none = np.zeros((0, 0))
    if objective.kind == "classes":
        return _classes(ground, region, objective, where)
    if objective.kind == "metal":
        weights = np.where(region, ground.tonnes, 0.0)
        if objective.cutoff is not None:
            grade = _grade(ground, "blocks near a cut-off", where)
            weights = np.where(np.abs(grade - objective.cutoff) <= objective.band, weights, 0.0)
        fields = {"metal": weights}
    else:
        fields = _feed(settings, ground, region, objective)
    targets = Targets.of_fields(ground.grid, fields)
    expected = None
    if ground.grade is not None:
        every = np.sum(list(fields.values()), axis=0)
        expected = float(
            ground.fraction * (every * np.where(ground.estimated, ground.grade, 0)).sum()
        )
    return Wanted(targets, ground.fraction, "t metal", np.zeros(0), none, expected)


def _classes(ground: PlanGround, region: _MASK, objective: Objective, where: str) -> Wanted:
    tonnes = np.where(region, ground.tonnes, 0.0)
    volumes = panels(ground.grid, tonnes, objective.panel, float("nan"), of=region)
    inside = volumes.of_block >= 0
    share = np.zeros(len(tonnes))
    share[inside] = tonnes[inside] / volumes.tonnes[volumes.of_block[inside]]
    targets = Targets.of_volumes(ground.grid, volumes.of_block, share)
    ones = np.ones(len(targets))
    if objective.standard_errors:
        limits = np.array([s * ones for s in objective.standard_errors])
    else:
        from scipy.stats import norm

        grade = np.where(inside, share * _grade(ground, "relative errors", where), 0.0)
        mean = np.bincount(volumes.of_block[inside], grade[inside], minlength=len(targets))
        quantile = float(norm.ppf(0.5 + 0.5 * objective.confidence))
        limits = np.array([np.maximum(mean, 0.0) * r / quantile for r in objective.relative_errors])
    return Wanted(targets, 1.0, ground.unit, volumes.tonnes, limits**2, None)


def _feed(
    settings: DepositSettings, ground: PlanGround, region: _MASK, objective: Objective
) -> dict[str, _F8]:
    model = ground.model
    if objective.blocks:
        path = settings.file(objective.blocks)
        own = settings.folder / objective.blocks
        model = read_model(own if own.is_file() else path)
        if model.grid != ground.grid:
            raise ModelError("the schedule's blocks are not those of the plan", where=str(path),
                             fix="write both on one grid")  # fmt: skip
    if objective.fields:
        return {
            name: np.where(region, np.asarray(model[name], dtype=np.float64), 0.0)
            for name in objective.fields
        }
    period = np.asarray(model[objective.period], dtype=np.float64)
    fed = region & (period >= 0)
    if not fed.any():
        raise ModelError(f"no block of the region is fed in any '{objective.period}'",
                         fix="check the schedule's field")  # fmt: skip
    years = np.unique(period[fed])[: objective.years]
    return {f"{y:g}": np.where(fed & (period == y), ground.tonnes, 0.0) for y in years}


def _grade(ground: PlanGround, what: str, where: str) -> _F8:
    if ground.grade is None:
        raise ModelError(f"{what} need an estimate", where=where,
                         fix="`orefield deposit estimate` makes one")  # fmt: skip
    return ground.grade
