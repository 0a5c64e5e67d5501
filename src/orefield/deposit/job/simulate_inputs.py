"""What a simulation starts from: samples of the domain, nodes, variograms of normal scores."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid, ModelError
from orefield.core.sections import hint
from orefield.core.telling import Tell
from orefield.deposit.job.block_domains import block_fields, block_labels
from orefield.deposit.job.domain_settings import domains_of
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.settings import DepositSettings, read_grid
from orefield.deposit.job.simulate_settings import SimulateSettings
from orefield.deposit.job.variogram_settings import variograms_of
from orefield.deposit.samples import Samples
from orefield.deposit.simulation.nodes import refined, within_blocks
from orefield.deposit.statistics import (
    cell_declustering,
    node_weights,
    polygon_weights,
    scan_sizes,
)
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]

_NEAR_ONE = 0.3
"""How far from 1 the sill of a variogram fitted to normal scores may be; a model of grades is
further off, and taking it for one of scores would be a mistake that nobody sees."""


@dataclass(eq=False)
class SimulationInputs:
    """Samples and places of a simulation.

    Attributes
    ----------
    chosen : SimulateSettings
    samples : Samples
        Those of the domain that have every value, or a category.
    blocks, nodes : Grid
        What realisations are kept on, and what is simulated.
    inside : ndarray of shape (blocks.n,), bool
        Blocks of the domain.
    variograms : mapping of str to Variogram
        By the name of models; may be empty where several values are simulated.
    warnings : list of str
    """

    chosen: SimulateSettings
    samples: Samples
    blocks: Grid
    nodes: Grid
    inside: NDArray[np.bool_]
    variograms: dict[str, Variogram]
    warnings: list[str] = field(default_factory=list)

    @property
    def inside_nodes(self) -> NDArray[np.bool_]:
        """Nodes of the domain, shape (nodes.n,)."""
        return within_blocks(self.inside, self.blocks, self.chosen.nodes)

    def variogram(self, *names: str) -> Variogram:
        """The first model there is of these names, or that of the settings.

        Raises
        ------
        ModelError
            When there is none.
        """
        wanted = (self.chosen.variogram,) if self.chosen.variogram else names
        for name in wanted:
            if name in self.variograms:
                return self._of_scores(name, self.variograms[name])
        raise ModelError(
            f"there is no variogram '{wanted[0]}'",
            where=self.chosen.where,
            fix=hint(wanted[0], self.variograms),
        )

    def _of_scores(self, name: str, found: Variogram) -> Variogram:
        """The model with a sill of one where that is meant: asked for, or a fit that came near."""
        if self.chosen.standardise:
            return found.standardised()
        if 0.0 < abs(found.sill - 1.0) <= _NEAR_ONE:
            told = f"variogram '{name}' has a sill of {found.sill:.3g}: taken as 1, its shape kept"
            if told not in self.warnings:
                self.warnings.append(told)
            return found.standardised()
        return found

    def weights(self, values: _F8) -> _F8:
        """Declustering weights of the samples, shape (m,), as the settings make them.

        Raises
        ------
        ModelError
            When they are not positive, or cannot be made.
        """
        chosen = self.chosen.transform
        xyz = self.samples.xyz_m
        if chosen.weights:
            found = self.samples[chosen.weights]
            if not (np.isfinite(found) & (found > 0)).all():
                raise ModelError(
                    f"a weight in '{chosen.weights}' is not positive", where=self.chosen.where,
                    fix="give a positive weight for every sample that has a value",
                )  # fmt: skip
            return found
        if chosen.declustering == "none" or len(xyz) < 2:
            return np.ones(len(xyz))
        if chosen.declustering == "polygons":
            return polygon_weights(xyz[:, :2])
        if chosen.declustering == "nodes":
            return node_weights(xyz)
        if chosen.cell_m is not None:
            sizes = np.array([chosen.cell_m])
            return cell_declustering(xyz, values, sizes, keep="given").weights
        return cell_declustering(xyz, values, scan_sizes(xyz)).weights


def simulation_inputs(
    settings: DepositSettings, chosen: SimulateSettings, say: Tell
) -> SimulationInputs:
    """Read and select what ``[simulate]`` needs.

    Raises
    ------
    InputError
        When files or sections are missing or wrong, or no sample is left.
    """
    blocks = read_grid(settings)
    samples, inside = _of_domain(settings, chosen, samples_of(settings), blocks, say)
    if chosen.values:
        samples = samples.measured(*chosen.values)
    if chosen.category:
        samples = samples.where(samples.code(chosen.category) != "")
    several = len(chosen.values) > 1 and not settings.has("variogram")
    return SimulationInputs(
        chosen,
        samples,
        blocks,
        refined(blocks, chosen.nodes),
        inside,
        {} if several else variograms_of(settings),
    )


def _of_domain(
    settings: DepositSettings, chosen: SimulateSettings, samples: Samples, grid: Grid, say: Tell
) -> tuple[Samples, NDArray[np.bool_]]:
    """Samples and blocks of the domain, as ``[[estimate]]`` finds them."""
    if not chosen.domain:
        return samples, np.ones(grid.n, dtype=np.bool_)
    if chosen.blocks:
        model = block_fields(settings, chosen.blocks, grid)
        inside = model.of(chosen.blocks_field, chosen.domain)
    else:
        labels = block_labels(domains_of(settings), samples, grid, chosen.where, say)
        inside = labels.of(chosen.domain, chosen.where)
        if chosen.code not in samples.codes:
            of_samples = labels.domains.of_points(samples.xyz_m)
            samples = samples.with_codes(**{chosen.code: of_samples})
    words = samples.code(chosen.code)
    of = np.isin(words, chosen.domain)
    if not of.any():
        raise ModelError(
            f"no sample has {chosen.code} = {' or '.join(chosen.domain)}",
            where=chosen.where,
            fix=f"there are {', '.join(sorted({str(w) for w in words})[:12])}",
        )
    return samples.where(np.asarray(of)), inside
