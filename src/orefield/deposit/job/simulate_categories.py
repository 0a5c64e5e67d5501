"""Engines of categories: sequential indicators and truncated Gaussian fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.core.sections import hint
from orefield.deposit.job.simulate_engines import Engine, placing_warnings
from orefield.deposit.job.simulate_inputs import SimulationInputs
from orefield.deposit.simulation.indicators import IndicatorSimulation
from orefield.deposit.simulation.placing import PlacedData, place_data
from orefield.deposit.simulation.truncated import TruncatedGaussian
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]


def categories(inputs: SimulationInputs) -> Engine:
    """Realisations of categories: for each, its share of a block's nodes, ``<code>_<category>``.

    Raises
    ------
    InputError
        When data, proportions, variograms and grid do not allow it.
    """
    chosen = inputs.chosen
    words = inputs.samples.code(chosen.category)
    names = chosen.categories or tuple(sorted({str(w) for w in words}))
    codes = _codes(inputs, words, names)
    weights = inputs.weights((codes == 0).astype(np.float64))
    shares = _shares(inputs, names, codes, weights)
    data = place_data(inputs.nodes, inputs.samples.xyz_m, codes)
    seen = _at_nodes(data)
    columns = tuple(f"{chosen.category}_{name}" for name in names)
    draws = _draws(inputs, names, shares, seen)

    def by_name() -> Iterator[dict[str, _F8]]:
        for one in draws():
            yield {c: (one == k).astype(np.float64) for k, c in enumerate(columns)}

    truth = {c: (codes == k).astype(np.float64) for k, c in enumerate(columns)}
    facts: dict[str, Any] = {
        "data_at": "nodes",
        "proportions": dict(zip(names, (float(v) for v in shares), strict=True)),
    }
    return Engine(
        columns, by_name, facts, seen, truth, dict.fromkeys(columns, weights),
        placing_warnings(inputs, data, facts),
    )  # fmt: skip


def _draws(
    inputs: SimulationInputs, names: tuple[str, ...], shares: _F8, data: PlacedData
) -> Callable[[], Iterator[NDArray[np.int8]]]:
    chosen = inputs.chosen
    count, seed, threads = chosen.realisations, chosen.seed, chosen.threads
    if chosen.method == "indicator":
        indicators = IndicatorSimulation.on(
            inputs.nodes, names, shares, _models(inputs, names), data,
            search=chosen.search, simulated=inputs.inside_nodes,
        )  # fmt: skip
        return lambda: indicators.realisations(count, seed, threads=threads)
    slices = TruncatedGaussian.on(
        inputs.nodes, names, shares, inputs.variogram(chosen.category), data,
        search=chosen.search, simulated=inputs.inside_nodes, threads=threads,
    )  # fmt: skip
    return lambda: slices.realisations(count, seed, threads=threads)


def _models(inputs: SimulationInputs, names: tuple[str, ...]) -> Variogram | dict[str, Variogram]:
    """A variogram for each category, where each has one; else one for all."""
    code = inputs.chosen.category
    each = {}
    for name in names:
        for title in (f"{code}_{name}", name):
            if title in inputs.variograms:
                each[name] = inputs.variograms[title]
                break
    if len(each) == len(names) and not inputs.chosen.variogram:
        return each
    return inputs.variogram(code)


def _codes(inputs: SimulationInputs, words: NDArray[np.str_], names: tuple[str, ...]) -> _F8:
    place = {name: k for k, name in enumerate(names)}
    for word in sorted({str(w) for w in words}):
        if word not in place:
            raise ModelError(
                f"samples have {inputs.chosen.category} = '{word}', which is no category",
                where=inputs.chosen.where,
                fix=hint(word, names),
            )
    return np.array([place[str(w)] for w in words], dtype=np.float64)


def _shares(inputs: SimulationInputs, names: tuple[str, ...], codes: _F8, weights: _F8) -> _F8:
    given = inputs.chosen.proportions
    if not given:
        found = np.bincount(codes.astype(np.int64), weights, len(names))
        return np.asarray(found / weights.sum(), dtype=np.float64)
    if set(given) != set(names):
        raise ModelError(
            f"proportions are of {', '.join(given)}",
            where=inputs.chosen.where,
            fix=f"give those of {', '.join(names)}",
        )
    return np.array([given[name] for name in names])


def _at_nodes(data: PlacedData) -> PlacedData:
    at = np.flatnonzero(data.node >= 0)
    if not at.size:
        raise ModelError("no sample lies in the grid", fix="check grid and samples")
    return PlacedData(
        data.xyz_m[at], data.scores[at], data.node[at], data.source[at], data.passed_over
    )
