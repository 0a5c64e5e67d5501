"""The engine that settings ask for, ready to give realisations of all variables on nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.job.simulate_inputs import SimulationInputs
from orefield.deposit.simulation.all_data import AllData
from orefield.deposit.simulation.drawing import Finish
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.histogram_bootstrap import HistogramBootstrap
from orefield.deposit.simulation.normal_scores import NormalScores
from orefield.deposit.simulation.placing import (
    PlacedData,
    Positions,
    place_data,
    positions_for,
)
from orefield.deposit.simulation.sequential import SequentialGaussian
from orefield.deposit.simulation.spectral import PointSimulation
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]

FieldDraws = Callable[[Finish | None], Iterator[_F8]]
"""Gives realisations of one Gaussian field, each passed through a function in the threads."""


@dataclass(eq=False)
class Engine:
    """Something that simulates.

    Attributes
    ----------
    names : tuple of str
        Variables of a realisation.
    draws : callable
        Gives realisations one at a time: by variable, values on nodes, shape (n,).
    facts : dict
        What to tell of it.
    data : PlacedData
        What conditions.
    truth : mapping of str to ndarray of shape (m,)
        Values of the samples, by variable.
    weights : mapping of str to ndarray of shape (m,)
        Their declustering weights.
    warnings : list of str
    """

    names: tuple[str, ...]
    draws: Callable[[], Iterator[dict[str, _F8]]]
    facts: dict[str, Any]
    data: PlacedData
    truth: dict[str, _F8]
    weights: dict[str, _F8]
    warnings: list[str] = field(default_factory=list)


def normal_scores(inputs: SimulationInputs, value: str, weights: _F8) -> NormalScores:
    """The transform of one variable, as the settings have it."""
    chosen = inputs.chosen.transform
    return NormalScores.fit(
        inputs.samples[value],
        weights=weights,
        lower=chosen.lower.get(value, chosen.lower.get("")),
        upper=chosen.upper.get(value, chosen.upper.get("")),
        ties=chosen.ties,
        xyz_m=inputs.samples.xyz_m,
        seed=inputs.chosen.seed,
    )


def names_of_scores(value: str) -> tuple[str, str]:
    """What the variogram of a value's normal scores may be called, the likelier name first."""
    return f"{value}_normal", value


def one_value(inputs: SimulationInputs) -> Engine:
    """Realisations of one grade.

    Raises
    ------
    InputError
        When data, variogram and grid do not allow it.
    """
    value = inputs.chosen.values[0]
    weights = inputs.weights(inputs.samples[value])
    scores = normal_scores(inputs, value, weights)
    model = inputs.variogram(*names_of_scores(value))
    data, draws, facts = field_draws(inputs, model, scores.data_scores)

    def by_name() -> Iterator[dict[str, _F8]]:
        for one in draws(scores.back):
            yield {value: one}

    return Engine(
        (value,),
        by_name,
        facts,
        data,
        {value: inputs.samples[value]},
        {value: weights},
        placing_warnings(inputs, data, facts),
    )


def field_draws(
    inputs: SimulationInputs, variogram: Variogram, scores: _F8, number: int = 0
) -> tuple[PlacedData, FieldDraws, dict[str, Any]]:
    """Draws of one Gaussian field by the method of the settings, and what to tell of it.

    Parameters
    ----------
    inputs : SimulationInputs
        Places, samples and settings.
    variogram : Variogram
        Of normal scores.
    scores : ndarray of shape (m,)
        Of the samples.
    number : int
        Of the field; each has random streams of its own.
    """
    chosen = inputs.chosen
    seed = chosen.seed if number == 0 else int(np.random.SeedSequence(
        chosen.seed, spawn_key=(9, number)).generate_state(1, np.uint64)[0])  # fmt: skip
    inside = inputs.inside_nodes
    count, threads = chosen.realisations, chosen.threads
    values = np.column_stack([inputs.samples[name] for name in chosen.values])
    positions = _positions(inputs, values)
    data = place_data(inputs.nodes, inputs.samples.xyz_m, scores, positions, values)
    hole = inputs.samples.hole[data.source]
    if chosen.method == "sequential":
        sequential = SequentialGaussian.on(
            inputs.nodes, variogram, data, search=chosen.search, simulated=inside
        )
        facts: dict[str, Any] = {"data_at": positions, "data_outside_the_grid": sequential.unseen}
        return data, lambda finish: sequential.realisations(
            count, seed, finish=finish, threads=threads
        ), facts  # fmt: skip
    if chosen.method == "spectral":
        nodes = np.flatnonzero(inside)
        points = PointSimulation.on(
            inputs.nodes.centroids()[nodes], variogram, data.xyz_m, data.scores,
            search=chosen.search, hole=hole, threads=threads,
        )  # fmt: skip

        def on_nodes(finish: Finish | None) -> Iterator[_F8]:
            for one in points.realisations(count, seed, finish=finish, threads=threads):
                whole = np.zeros(inputs.nodes.n)
                whole[nodes] = one
                yield whole

        return data, on_nodes, {"data_at": positions, "waves": points.waves}
    fields = GridSimulation.on(
        inputs.nodes, variogram, data, search=chosen.search, hole=hole, simulated=inside,
        threads=threads,
    )  # fmt: skip
    facts = {
        "data_at": positions,
        "conditioning": "all data at once" if isinstance(fields.kriged, AllData) else "neighbours",
        "nodes_without_data": int((~fields.reached).sum()),
        "histogram": chosen.histogram,
    }
    if chosen.histogram == "bootstrap":
        weights = inputs.weights(inputs.samples[chosen.values[0]])
        bootstrap = HistogramBootstrap.on(inputs.nodes, variogram, inputs.samples.xyz_m, weights)
        return data, lambda finish: bootstrap.realisations(
            fields, count, seed, finish=finish, threads=threads
        ), facts  # fmt: skip
    return data, lambda finish: fields.realisations(
        count, seed, finish=finish, threads=threads
    ), facts  # fmt: skip


def _positions(inputs: SimulationInputs, values: _F8) -> Positions:
    """Where data condition: as the settings say, or as the method and the samples have it."""
    method, given = inputs.chosen.method, inputs.chosen.data_at
    if method == "spectral":
        return "true"
    if given != "auto":
        return given
    if method != "fft":  # others know nodes alone
        return "nodes"
    return positions_for(inputs.nodes, inputs.samples.xyz_m, values)


def placing_warnings(
    inputs: SimulationInputs, data: PlacedData, facts: Mapping[str, Any]
) -> list[str]:
    """What to tell of samples that condition nothing, and of nodes without data."""
    out = []
    far = facts.get("nodes_without_data", 0)
    chosen = inputs.chosen
    by_node = chosen.method in ("sequential", "indicator", "truncated gaussian")
    if data.passed_over:
        more = ": more 'nodes' a block would use them" if by_node else ""
        if chosen.method == "fft" and facts["data_at"] == "nodes":
            more = ": data_at = 'true' would use them"
        out.append(
            f"{data.passed_over:,} of {len(inputs.samples):,} samples share a node with a nearer "
            f"one, or a place with an equal one, and condition nothing{more}"
        )
    if far:
        out.append(f"{far:,} nodes have no datum in reach: there the simulation is unconditional")
    outside = int((data.node < 0).sum())
    if outside and by_node:
        out.append(f"{outside:,} samples are at no node and are not seen by this method")
    if by_node and chosen.search is not None and chosen.search.capped:
        out.append(f"'{chosen.method}' searches nodes: caps by hole and octant are not used")
    return out
