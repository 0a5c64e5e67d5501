"""``orefield deposit simulate``: conditional realisations of grades, averaged on blocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply
from orefield.commands.deposit.recovering import recover
from orefield.commands.deposit.settings import read_settings
from orefield.commands.deposit.simulate_texts import simulate_text
from orefield.commands.files import Results
from orefield.core import BlockModel
from orefield.core.model_files.whole import whole_file
from orefield.core.telling import Tell, told
from orefield.deposit.job.output_settings import block_files
from orefield.deposit.job.simulate_blocks import SimulatedBlocks, engine_of
from orefield.deposit.job.simulate_engines import Engine
from orefield.deposit.job.simulate_inputs import simulation_inputs
from orefield.deposit.job.simulate_settings import simulate_settings
from orefield.deposit.realisations import RealisationSource, grid_of
from orefield.deposit.realisations_file import RealisationsFile, Writer
from orefield.deposit.simulation.summing import Sums

_F8 = NDArray[np.float64]

REALISATIONS, SIMULATED = "realisations.parquet", "simulated"
"""Files that are left: every realisation; their mean, spread and probabilities by block."""

_PERCENTILES = {"p10": 10.0, "p50": 50.0, "p90": 90.0}
SHARES = np.concatenate([[0.001, 0.005], np.arange(1, 100) / 100.0, [0.995, 0.999]])
"""Shares of nodes at which quantiles of each realisation are taken."""

_FEW, _MOST_RANKED = 2, 50_000
_SLAB = 30_000_000
"""Values held at once to take percentiles."""


def deposit_simulate(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Simulate what ``[simulate]`` describes and leave realisations, a summary and figures.

    Parameters
    ----------
    config : Path
        Settings with samples, ``[grid]``, ``[variogram]`` and ``[simulate]``.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or data, and results that cannot be written.
    """
    say = told(tell)
    settings = read_settings(config, out)
    chosen = simulate_settings(settings)
    say("reading samples", 0.0)
    inputs = simulation_inputs(settings, chosen, say)
    results = Results(settings.folder, block_files(settings), ())
    if chosen.method == "uniform conditioning":
        return recover(settings, inputs, results, say)
    say("weighing data", 0.05)
    engine = engine_of(inputs)
    made = SimulatedBlocks(inputs, engine)
    path = settings.folder / REALISATIONS
    on_blocks, on_nodes, quantiles, misfit = _simulated(made, path, say)
    results.written.append(path.name)
    say("summing up", 0.9)
    source = RealisationsFile(path)
    model = BlockModel(inputs.blocks, _fields(source, on_blocks), source.note)
    results.blocks(SIMULATED, model, {}, inputs.inside)
    say("drawing", 0.95)
    _figures(results, engine, source, on_blocks, quantiles)
    summary = {
        "method": chosen.method,
        "realisations": chosen.realisations,
        "seed": chosen.seed,
        "blocks": int(inputs.inside.sum()),
        "nodes": int(inputs.inside_nodes.sum()),
        "samples": len(inputs.samples),
        "conditioning_data": len(engine.data),
        "support": made.support,
        "largest_misfit_at_nodes": misfit,
        **engine.facts,
        "variables": [_variable(engine, v, on_nodes[v], on_blocks[v]) for v in engine.names],
        "warnings": made.warnings,
    }
    data = {**summary, "files": [*results.written, "simulate.json"]}
    with whole_file(settings.folder / "simulate.json") as file:
        file.write(json.dumps(data, indent=1, allow_nan=False).encode() + b"\n")
    return data, simulate_text(data)


def _simulated(
    made: SimulatedBlocks, path: Path, say: Tell
) -> tuple[dict[str, Sums], dict[str, Sums], dict[str, _F8], float | None]:
    """Write every realisation; sums on blocks and nodes, quantiles, how well data are honoured."""
    inputs, engine = made.inputs, made.engine
    chosen = inputs.chosen
    on_blocks = {v: Sums.empty(inputs.blocks.n, chosen.cutoffs) for v in engine.names}
    on_nodes = {v: Sums.empty(inputs.nodes.n) for v in engine.names}
    inside = inputs.inside_nodes
    rows = np.flatnonzero(engine.data.node >= 0)
    rows = rows[inside[engine.data.node[rows]]]
    at, source = engine.data.node[rows], engine.data.source[rows]
    some = np.flatnonzero(inside)
    some = some[:: max(1, some.size // _MOST_RANKED)]
    quantiles: dict[str, list[_F8]] = {v: [] for v in engine.names}
    misfit = 0.0
    note = f"conditional simulation ({chosen.method}) of {', '.join(engine.names)}"
    writer = Writer(
        path, inputs.blocks, engine.names, chosen.digits, made.inside, note, made.support
    )
    with writer:
        for k, (nodes, blocks) in enumerate(made.drawn()):
            say("simulating", 0.1 + 0.8 * k / chosen.realisations)
            for name, values in nodes.items():
                off = np.abs(values[at] - engine.truth[name][source])
                misfit = max(misfit, float(off.max(initial=0.0)))
                on_nodes[name].add(values, inside)
                quantiles[name].append(np.quantile(values[some], SHARES))
                on_blocks[name].add(blocks[name], made.inside)
            writer.write(blocks)
    honoured = misfit if rows.size else None
    return on_blocks, on_nodes, {v: np.array(q) for v, q in quantiles.items()}, honoured


def _figures(
    results: Results,
    engine: Engine,
    source: RealisationsFile,
    sums: dict[str, Sums],
    quantiles: dict[str, _F8],
) -> None:
    from orefield.report.figures_simulation import distribution_svg, maps_svg

    grid = grid_of(source)
    by_level = source.simulated.reshape(grid.shape[2], -1).sum(axis=1)
    level = int(np.flatnonzero(by_level >= 0.9 * by_level.max())[-1] // 2)
    level = level if by_level[level] else int(by_level.argmax())
    height = grid.bench_elevation_m()[level] + 0.5 * grid.size[2]
    for name in engine.names:
        shown = {
            f"realisation {k + 1}, level {height:,.0f} m": np.asarray(
                source.of(name, k), np.float64
            )
            for k in range(min(2, source.count))
        }
        shown["mean"] = sums[name].mean
        spread = ("standard deviation", sums[name].deviation)
        results.figure(
            f"simulate_maps_{name}", maps_svg(grid, level, shown, spread, source.simulated, name)
        )
        if np.unique(engine.truth[name]).size > _FEW:
            results.figure(
                f"simulate_distribution_{name}",
                distribution_svg(
                    name, engine.truth[name], engine.weights[name], quantiles[name], SHARES
                ),
            )


def _fields(source: RealisationSource, sums: dict[str, Sums]) -> dict[str, NDArray[np.generic]]:
    out: dict[str, NDArray[np.generic]] = {}
    for name, found in sums.items():
        out[f"{name}_mean"], out[f"{name}_sd"] = found.mean, found.deviation
        for word, values in _percentiles(source, name).items():
            out[f"{name}_{word}"] = values
        for cutoff in found.cutoffs:
            out[f"{name}_above_{cutoff:g}"] = found.probability(cutoff)
    if not source.simulated.all():
        out["simulated"] = source.simulated.astype(np.int8)
    return out


def _percentiles(source: RealisationSource, name: str) -> dict[str, _F8]:
    """Percentiles at each block, from the file, some blocks at a time."""
    out = {word: np.empty(source.n) for word in _PERCENTILES}
    width = max(1, _SLAB // source.count)
    for start in range(0, source.n, width):
        slab = np.array([source.of(name, k)[start : start + width] for k in range(source.count)])
        found = np.percentile(slab, list(_PERCENTILES.values()), axis=0)
        for row, values in zip(found, out.values(), strict=True):
            values[start : start + width] = row
    return out


def _variable(engine: Engine, name: str, on_nodes: Sums, on_blocks: Sums) -> dict[str, Any]:
    """Samples against realisations: means and variances, and how they vary."""
    values, weights = engine.truth[name], engine.weights[name]
    mean = float((values * weights).sum() / weights.sum())
    variance = float(((values - mean) ** 2 * weights).sum() / weights.sum())
    return {
        "name": name,
        "samples_mean": mean,
        "samples_variance": variance,
        "nodes_mean": float(np.mean(on_nodes.means)),
        "nodes_mean_p5_p95": _range(on_nodes.means),
        "nodes_variance": float(np.mean(on_nodes.variances)),
        "nodes_variance_p5_p95": _range(on_nodes.variances),
        "blocks_mean": float(np.mean(on_blocks.means)),
        "blocks_variance": float(np.mean(on_blocks.variances)),
    }


def _range(values: list[float]) -> list[float]:
    low, high = np.percentile(values, [5.0, 95.0])
    return [float(low), float(high)]
