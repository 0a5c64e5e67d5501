"""Realisations of blocks as settings describe them, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.core.telling import told
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.job.simulate_categories import categories
from orefield.deposit.job.simulate_engines import Engine, names_of_scores, one_value
from orefield.deposit.job.simulate_inputs import SimulationInputs, simulation_inputs
from orefield.deposit.job.simulate_settings import CATEGORIES, simulate_settings
from orefield.deposit.job.simulate_several import several_values
from orefield.deposit.realisations import Support
from orefield.deposit.simulation.block_support import variance_share
from orefield.deposit.simulation.nodes import reblocked

Grades = dict[str, NDArray[np.float64]]


def engine_of(inputs: SimulationInputs) -> Engine:
    """What simulates by the method of the settings.

    Raises
    ------
    OrefieldError
        When data, variogram and grid do not allow it.
    """
    if inputs.chosen.method in CATEGORIES:
        return categories(inputs)
    return several_values(inputs) if len(inputs.chosen.values) > 1 else one_value(inputs)


@dataclass(frozen=True, eq=False)
class SimulatedBlocks:
    """Conditional realisations of block grades, made when they are asked for.

    Each is a mapping of value to grades, shape (n,); 0 in blocks that are not simulated.
    """

    inputs: SimulationInputs
    engine: Engine

    @property
    def names(self) -> tuple[str, ...]:
        """Values that are simulated."""
        return self.engine.names

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Blocks that are simulated, shape (n,)."""
        return self.inputs.inside

    @property
    def support(self) -> Support:
        """What a value is of: the mean of a block's nodes, or its middle alone."""
        return "block" if max(self.inputs.chosen.nodes) > 1 else "point"

    @property
    def warnings(self) -> list[str]:
        """What to tell of the realisations."""
        alone = self.support == "point" and not self.inputs.chosen.category
        told_of = [_of_points(self.inputs)] if alone else []
        return [*self.inputs.warnings, *self.engine.warnings, *told_of]

    def drawn(self) -> Iterator[tuple[Grades, Grades]]:
        """Realisations on nodes, (nodes.n,) each, and their means on blocks, (n,)."""
        for nodes in self.engine.draws():
            blocks = {}
            for name, values in nodes.items():
                blocks[name] = reblocked(values, self.inputs.blocks, self.inputs.chosen.nodes)
                blocks[name][~self.inside] = 0.0
            yield nodes, blocks

    def __iter__(self) -> Iterator[Grades]:
        for _, blocks in self.drawn():
            yield blocks


def _of_points(inputs: SimulationInputs) -> str:
    """One node a block: how much more its value varies than the block's mean would."""
    values = inputs.chosen.values
    kept = ""
    if len(values) == 1:
        model = inputs.variogram(*names_of_scores(values[0]))
        share = variance_share(model, inputs.blocks) if model.structures else 0.0
        kept = f" (means of blocks keep {100 * share:.0f} % of the variance of normal scores)"
    return (
        "one node a block: realisations are of points at the middles of blocks, and vary more than "
        f"blocks do{kept}; give 'nodes' to average within blocks"
    )


def simulated_blocks(settings: DepositSettings, seed: int | None = None) -> SimulatedBlocks:
    """What ``[simulate]`` describes, with a seed in place of its own.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or data; uniform conditioning and categories,
        which give no realisations of grades.
    """
    chosen = simulate_settings(settings)
    if not chosen.values or chosen.method == "uniform conditioning":
        raise ModelError(
            f"'{chosen.method}' gives no realisations of grades",
            where=chosen.where,
            fix='use method "fft" or "sequential" with the values to be mined',
        )
    if seed is not None:
        chosen = replace(chosen, seed=seed)
    inputs = simulation_inputs(settings, chosen, told(None))
    return SimulatedBlocks(inputs, engine_of(inputs))
