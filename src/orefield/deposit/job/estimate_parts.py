"""From settings to estimators: samples of the domain, boundaries, variograms, methods."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid, InputError, ModelError
from orefield.core.sections import hint
from orefield.core.telling import Tell, told
from orefield.deposit.estimation import Drift, Estimates, LocalAnisotropy
from orefield.deposit.estimation.boundaries import seen_from
from orefield.deposit.estimation.cokriging import cokriging_estimator
from orefield.deposit.estimation.estimates import NO_DOMAIN
from orefield.deposit.estimation.estimator import Estimator
from orefield.deposit.estimation.indicator import indicator_estimator
from orefield.deposit.estimation.kriging import kriging_estimator
from orefield.deposit.estimation.support import Support
from orefield.deposit.estimation.weighting import WEIGHTINGS, weighting_estimator
from orefield.deposit.job.block_domains import (
    BlockFields,
    BlockLabels,
    block_fields,
    block_labels,
)
from orefield.deposit.job.domain_settings import domains_of
from orefield.deposit.job.estimate_settings import EstimateSettings
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.orientation import Rotation
from orefield.deposit.samples import Samples
from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import Coregionalisation


@dataclass(eq=False)
class EstimateInputs:
    """What all estimates of a file share.

    Attributes
    ----------
    settings : DepositSettings
    grid : Grid
    samples : Samples
    variograms : mapping of str to Variogram
    models : mapping of str to Coregionalisation
    say : callable, optional
        Told what is being done.
    """

    settings: DepositSettings
    grid: Grid
    samples: Samples
    variograms: dict[str, Variogram] = field(default_factory=dict)
    models: dict[str, Coregionalisation] = field(default_factory=dict)
    say: Tell | None = None
    _models: dict[str, BlockFields] = field(default_factory=dict)
    _coded: BlockLabels | None = None

    def blocks(self, name: str) -> BlockFields:
        """A block model on the grid; read once.

        Raises
        ------
        InputError
            When it cannot be read.
        """
        if name not in self._models:
            self._models[name] = block_fields(self.settings, name, self.grid)
        return self._models[name]

    def coded(self, where: str) -> BlockLabels:
        """Domains of blocks by ``[domains]``; coded once.

        Raises
        ------
        InputError
            When there are none, or they cannot be read.
        """
        if self._coded is None:
            self._coded = block_labels(
                domains_of(self.settings), self.samples, self.grid, where, told(self.say)
            )
        return self._coded

    @property
    def labels(self) -> BlockLabels | None:
        """Domains of blocks, where they were asked for."""
        return self._coded

    def coregionalisation(self, names: tuple[str, ...], where: str) -> Coregionalisation:
        """The first model that has all of these variables.

        Raises
        ------
        ModelError
            When there is none.
        """
        for model in self.models.values():
            if set(names) <= set(model.names):
                return model
        raise ModelError(
            f"no coregionalisation has {', '.join(names)}",
            where=where,
            fix="`orefield deposit variogram` fits one",
        )

    def variogram(self, name: str, where: str) -> Variogram:
        """The model of that name.

        Raises
        ------
        ModelError
            When there is none.
        """
        if name not in self.variograms:
            raise ModelError(
                f"there is no variogram '{name}'", where=where, fix=hint(name, self.variograms)
            )
        return self.variograms[name]


@dataclass(eq=False)
class EstimatePart:
    """One ``[[estimate]]`` made ready.

    Attributes
    ----------
    chosen : EstimateSettings
    samples : Samples
        Those that it sees.
    estimator : Estimator
    inside : ndarray of shape (grid.n,), bool, or None
        Blocks of its domain; all where ``None``.
    external : list of ndarray of shape (grid.n,)
        Fields that drift along.
    cut : int
        Samples that were set to the top-cut.
    local : LocalAnisotropy or None
        Of every block.
    """

    chosen: EstimateSettings
    samples: Samples
    estimator: Estimator
    inside: NDArray[np.bool_] | None
    external: list[NDArray[np.float64]]
    cut: int = 0
    local: LocalAnisotropy | None = None

    @property
    def endings(self) -> tuple[str, ...]:
        """Of the value columns: the first is that of the field itself."""
        if self.chosen.method != "indicator kriging":
            return ("",)
        return ("", "_spread", *(f"_above_{cut:g}" for cut in self.chosen.cutoffs))

    def at(self, grid: Grid, start: int, stop: int, threads: int) -> Estimates:
        """Estimates of blocks ``start`` to ``stop`` - 1; outside the domain there is none."""
        columns = self.estimator.method.columns
        out = Estimates.empty(stop - start, columns)
        out.status[:] = NO_DOMAIN
        where = np.arange(stop - start)
        if self.inside is not None:
            where = np.flatnonzero(self.inside[start:stop])
        if where.size:
            external = None
            if self.external:
                external = np.column_stack([f[start:stop][where] for f in self.external])
            found = self.estimator.at(
                grid.centres(start, stop)[where],
                external=external,
                which=None if self.local is None else self.local.which[start:stop][where],
                threads=threads,
            )
            out.put(where, found)
        return out


def estimate_part(inputs: EstimateInputs, chosen: EstimateSettings) -> EstimatePart:
    """Make one estimate ready.

    Raises
    ------
    InputError
        For what it names and is not there, and what cannot be estimated.
    """
    try:
        return _part(inputs, chosen)
    except InputError as error:
        where = error.where or ""
        if chosen.where not in where:
            where = ": ".join(filter(None, (chosen.where, where)))
        raise type(error)(error.what, where=where, fix=error.fix) from None


def _part(inputs: EstimateInputs, chosen: EstimateSettings) -> EstimatePart:
    samples, inside = _of_domain(inputs, chosen)
    # there must be some; of other variables they may be elsewhere
    samples = samples if chosen.secondary else samples.measured(chosen.value, *chosen.external)
    cut = 0
    if chosen.top_cut is not None:
        values = samples[chosen.value]
        cut = int((values > chosen.top_cut).sum())
        samples = samples.with_values(**{chosen.value: np.minimum(values, chosen.top_cut)})
    external: list[NDArray[np.float64]] = []
    if chosen.external:
        if not chosen.blocks:
            raise ModelError(
                "an external drift needs a block model that has it",
                where=chosen.where,
                fix="name it in 'blocks'",
            )
        model = inputs.blocks(chosen.blocks)
        external = [np.asarray(model.field(n), dtype=np.float64) for n in chosen.external]
    support = Support.point()
    if chosen.discretisation is not None:
        support = Support.block(inputs.grid, chosen.discretisation)
    local = _local(inputs, chosen, inside)
    estimator = estimator_of(inputs, chosen, samples, support, local=local)
    return EstimatePart(chosen, samples, estimator, inside, external, cut, local)


def _local(
    inputs: EstimateInputs, chosen: EstimateSettings, inside: NDArray[np.bool_] | None
) -> LocalAnisotropy | None:
    if chosen.local is None:
        return None
    if not chosen.blocks:
        raise ModelError(
            "a local anisotropy needs a block model that has it",
            where=chosen.where,
            fix="name it in 'blocks'",
        )
    model = inputs.blocks(chosen.blocks)
    angles = np.column_stack([np.asarray(model.field(n), dtype=np.float64) for n in chosen.local])
    if inside is not None:
        angles[~inside] = angles[inside][0]  # not looked at
    different, which = np.unique(angles, axis=0, return_inverse=True)
    rotations = tuple(Rotation(*row) for row in different.tolist())
    return LocalAnisotropy(rotations, which.ravel().astype(np.int32))


def _of_domain(
    inputs: EstimateInputs, chosen: EstimateSettings
) -> tuple[Samples, NDArray[np.bool_] | None]:
    samples = inputs.samples
    if not chosen.domain:
        if chosen.soft:
            raise ModelError("'soft' needs a domain", where=chosen.where, fix="name it in 'domain'")
        return samples, None
    if chosen.blocks:
        inside = inputs.blocks(chosen.blocks).of(chosen.blocks_field, chosen.domain)
    else:
        labels = inputs.coded(chosen.where)
        inside = labels.of(chosen.domain, chosen.where)
        if chosen.code not in samples.codes:
            samples = samples.with_codes(**{chosen.code: labels.domains.of_points(samples.xyz_m)})
    seen = seen_from(samples, chosen.code, chosen.domain, chosen.soft, chosen.soft_distance_m)
    return seen, inside


def estimator_of(
    inputs: EstimateInputs,
    chosen: EstimateSettings,
    samples: Samples,
    support: Support,
    group: NDArray[np.int32] | None = None,
    local: LocalAnisotropy | None = None,
) -> Estimator:
    """The estimator that a section asks for, on any support.

    Raises
    ------
    InputError
        For what it names and is not there, and what cannot be estimated.
    """
    for kind in WEIGHTINGS:
        if chosen.method == kind:
            return weighting_estimator(
                samples, chosen.value, chosen.searches, kind=kind, power=chosen.power,
                distance=chosen.distance, support=support, by_length=chosen.by_length,
                collocated=chosen.collocated, group=group,
            )  # fmt: skip
    if chosen.method == "cokriging":
        names = (chosen.value, *chosen.secondary)
        return cokriging_estimator(
            samples, chosen.value, chosen.secondary, inputs.coregionalisation(names, chosen.where),
            chosen.searches, support=support, collocated=chosen.collocated, group=group,
        )  # fmt: skip
    if chosen.method == "indicator kriging":
        models = [inputs.variogram(name, chosen.where) for name in chosen.indicator_variograms]
        return indicator_estimator(
            samples, chosen.value, chosen.cutoffs, models[0] if len(models) == 1 else models,
            chosen.searches, support=support, collocated=chosen.collocated, group=group,
        )  # fmt: skip
    mean, drift = None, None
    if chosen.method == "simple kriging":
        mean = chosen.mean
        if mean is None:
            mean = float(np.average(samples[chosen.value], weights=samples.length_m))
    elif chosen.method == "universal kriging":
        at_samples = np.array([samples[n] for n in chosen.external]).reshape(-1, len(samples)).T
        drift = Drift(chosen.drift_order, chosen.drift_axes, (at_samples, at_samples[:0]))
    return kriging_estimator(
        samples, chosen.value, inputs.variogram(chosen.variogram, chosen.where), chosen.searches,
        support=support, mean=mean, drift=drift, collocated=chosen.collocated, group=group,
        local=local,
    )  # fmt: skip
