"""One section of ``[experimental]`` carried out: pairs, then models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from orefield.commands.deposit.experimental_settings import (
    DEFAULT_LAGS,
    ExperimentalSettings,
)
from orefield.commands.deposit.variogram_samples import (
    chosen_samples,
    measured_of,
    title_of,
    together_name,
)
from orefield.core import ModelError
from orefield.deposit.job.fit_settings import FitSettings
from orefield.deposit.samples import Samples
from orefield.deposit.variography import (
    ALL_DIRECTIONS,
    Direction,
    Experimental,
    Fitted,
    FittedCoregionalisation,
    Lags,
    VariogramMap,
    experimental,
    fan,
    fit_coregionalisation,
    fit_variogram,
    variogram_map,
)
from orefield.deposit.variography.spacing import (
    down_the_hole,
    has_holes,
    is_flat,
    spacing_along,
    spacing_between,
)

_LITTLE = 0.5
"""A model that explains less than this of the points' variation is warned of."""


@dataclass(frozen=True, eq=False)
class VariogramRun:
    """What was measured of one variable, or of two, and the model.

    Attributes
    ----------
    name : str
        Of the model; of both variables for a cross variogram.
    value : str
        As the samples call it.
    measured : str
        What is averaged, and of what: "semivariogram of normal scores".
    domain : str
        Samples it is of; may be empty.
    curves : list of Experimental
        By direction; the first is of all directions where others follow.
    down_hole : Experimental or None
    fitted : Fitted or None
        ``None`` where no model was asked for, and for cross variograms.
    map : VariogramMap or None
        Where one was asked for.
    """

    name: str
    value: str
    measured: str
    domain: str
    curves: list[Experimental]
    down_hole: Experimental | None
    fitted: Fitted | None
    map: VariogramMap | None = None

    @property
    def directional(self) -> list[Experimental]:
        """Curves that have a direction; those of all directions where none has."""
        down = [] if self.down_hole is None else [self.down_hole]
        with_one = [c for c in self.curves if not c.direction.everywhere]
        if not with_one:
            return self.curves
        return [c for c in (*down, *with_one) if not c.direction.everywhere]


@dataclass(frozen=True, eq=False)
class RunResult:
    """All of one section."""

    runs: list[VariogramRun]
    together: FittedCoregionalisation | None
    together_name: str
    samples: Samples
    notes: tuple[str, ...]


def carry_out(
    samples: Samples, task: ExperimentalSettings, progress: Callable[[float], None]
) -> RunResult:
    """Experimental variograms and models of one section.

    Raises
    ------
    ModelError
        For unknown variables or codes, samples that make no pairs or do not vary, and
        whatever else keeps a model from being fitted.
    """
    chosen, names, domain = chosen_samples(samples, task)
    notes = []
    lags = task.lags
    if lags is None:
        spacing = _round(spacing_between(chosen))
        lags = Lags.regular(spacing, DEFAULT_LAGS)
        notes.append(f"lags of {spacing:g} m: the median spacing of holes or samples")
    directions = task.directions
    if directions is None:
        directions = (
            ALL_DIRECTIONS,
            *fan(
                flat=is_flat(chosen),
                tolerance_deg=task.tolerance_deg,
                bandwidth_m=task.bandwidth_m,
            ),
        )
    variables = list(names)
    curves = _curves(chosen, variables, lags, directions, task, progress)
    down = _down_hole(chosen, variables, task)
    n = len(directions)
    runs = []
    for k, first in enumerate(range(0, len(curves), n)):
        own = curves[first : first + n]
        a, b = own[0].values
        name = a if a == b else f"{a} x {b}"
        run = VariogramRun(
            title_of(task, name, len(variables)),
            name if a != b else names[a],
            measured_of(task),
            domain,
            own,
            down.get(name),
            None,
        )
        if task.map_cells and a == b:
            run = replace(run, map=_map(chosen, a, task, lags))
        if task.fit is not None and a == b and task.measure != "madogram":
            run = replace(run, fitted=_fit(run, task.fit))
        runs.append(run)
        progress(0.4 + 0.6 * (k + 1) * n / len(curves))
    together, title = None, ""
    if task.coregionalisation and task.fit is not None:
        pool = [*curves, *down.values()]
        used = [c for c in pool if not c.direction.everywhere] or curves
        fit = task.fit
        together = fit_coregionalisation(
            used,
            structures=fit.structures,
            kinds=fit.kinds,
            held=fit.held,
            weights=fit.weights,
            isotropic=fit.isotropic,
            min_pairs=fit.min_pairs,
        )
        title = together_name(task, variables)
    return RunResult(runs, together, title, chosen, tuple(notes))


def _map(samples: Samples, name: str, task: ExperimentalSettings, lags: Lags) -> VariogramMap:
    n, flat = task.map_cells, is_flat(samples)
    side = _round(float(lags.high[-1]) / n)
    up = min(side, _round(max(float(np.ptp(samples.xyz_m[:, 2])) / (2 * n), side / 10)))
    size = task.map_m or (side, side, side if flat else up)
    return variogram_map(samples, name, (size[0], size[1], size[2]), (n, n, 0 if flat else n))


def _curves(
    samples: Samples,
    variables: list[str],
    lags: Lags,
    directions: tuple[Direction, ...],
    task: ExperimentalSettings,
    progress: Callable[[float], None],
) -> list[Experimental]:
    """By variable, by direction; directions with the same lags in one pass."""
    groups: dict[int, tuple[Lags, list[Direction]]] = {}
    for way in directions:
        own = task.own_lags.get(way.name, lags)
        groups.setdefault(id(own), (own, []))[1].append(way)
    found: dict[tuple[tuple[str, str], str], Experimental] = {}
    for k, (own, ways) in enumerate(groups.values()):

        def on(share: float, k: int = k) -> None:
            progress(0.4 * (k + share) / len(groups))

        for curve in experimental(
            samples,
            variables,
            own,
            ways,
            measure=task.measure,
            cross=task.coregionalisation,
            progress=on,
        ):
            found[curve.values, curve.direction.name] = curve
    pairs = dict.fromkeys(values for values, _ in found)
    return [found[values, way.name] for values in pairs for way in directions]


def _down_hole(
    samples: Samples, variables: list[str], task: ExperimentalSettings
) -> dict[str, Experimental]:
    if not has_holes(samples):
        return {}
    lags = task.down_hole
    if lags is None:
        spacing = spacing_along(samples)
        if spacing is None:
            return {}
        lags = Lags.regular(_round(spacing), DEFAULT_LAGS)
    found = experimental(
        samples,
        variables,
        lags,
        (down_the_hole(samples),),
        measure=task.measure,
        cross=task.coregionalisation,
    )
    return {curve.name: curve for curve in found if curve.known.any()}


def _fit(run: VariogramRun, fit: FitSettings) -> Fitted:
    held = fit.held
    note: tuple[str, ...] = ()
    if fit.down_hole and run.down_hole is not None:
        use = run.down_hole.known & (run.down_hole.pairs >= fit.min_pairs)
        if use.sum() >= 3:
            along = fit_variogram(
                [run.down_hole], kinds=fit.kinds, weights=fit.weights, min_pairs=fit.min_pairs
            )
            most = held.sill if held.sill is not None else float(np.inf)
            nugget = min(along.variogram.nugget, most)
            held = replace(held, nugget=nugget)
            note = (f"nugget {nugget:.4g} read down the hole",)
    try:
        found = fit_variogram(
            run.directional,
            structures=fit.structures,
            kinds=fit.kinds,
            held=held,
            weights=fit.weights,
            isotropic=fit.isotropic,
            min_pairs=fit.min_pairs,
        )
    except ModelError as error:
        where = ": ".join(filter(None, (run.name, error.where)))
        raise ModelError(error.what, where=where, fix=error.fix) from None
    if found.goodness.weighted_r2 < _LITTLE:
        note = (*note, "the model explains little: try normal scores, a domain or a top-cut")
    return replace(found, notes=(*note, *found.notes))


def _round(spacing: float) -> float:
    """Two digits: a lag is no measurement."""
    return float(f"{spacing:.2g}")
