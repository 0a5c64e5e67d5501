"""What is recoverable of blocks within panels: uniform conditioning, and its localisation."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply
from orefield.commands.deposit.settings import DepositSettings
from orefield.commands.files import Results
from orefield.core import BlockModel, Grid, ModelError, TableError
from orefield.core.model_files import read_model
from orefield.core.model_files.whole import whole_file
from orefield.core.telling import Tell
from orefield.deposit.job.block_domains import block_fields
from orefield.deposit.job.simulate_inputs import SimulationInputs
from orefield.deposit.simulation.anamorphosis import Anamorphosis
from orefield.deposit.simulation.block_support import variance_share
from orefield.deposit.simulation.uniform_conditioning import UniformConditioning

_F8 = NDArray[np.float64]

RECOVERABLE, LOCALISED = "recoverable", "localised"
"""Block models that are left: of panels, and, with a ranking, of blocks."""


def recover(
    settings: DepositSettings, inputs: SimulationInputs, results: Results, say: Tell
) -> Reply:
    """Uniform conditioning of the blocks of ``[grid]`` by panels that were estimated.

    Raises
    ------
    InputError
        When panels, ranking or variogram are missing or do not fit.
    """
    chosen = inputs.chosen
    value = chosen.values[0]
    values = inputs.samples[value]
    weights = inputs.weights(values)
    say("fitting the anamorphosis", 0.2)
    model = Anamorphosis.fit(values, weights)
    share = variance_share(inputs.variogram(value), inputs.blocks)
    panels, factors = _panels(settings, inputs)
    estimates = np.asarray(panels[chosen.panel_field], dtype=np.float64)
    made = _estimated(panels, chosen.panel_field)
    spread = chosen.estimate_variance
    if spread is None:
        spread = float(estimates[made].var())
    found = UniformConditioning.of(model, share, spread)
    say("conditioning panels", 0.4)
    tonnage, metal = found.recovered(estimates[made], np.array(chosen.cutoffs))
    fields: dict[str, NDArray[np.generic]] = {value: estimates, "estimated": made.astype(np.int8)}
    for k, cutoff in enumerate(chosen.cutoffs):
        for title, table in (("tonnage", tonnage), ("metal", metal)):
            column = np.zeros(len(estimates))
            column[made] = table[:, k]
            fields[f"{value}_{title}_above_{cutoff:g}"] = column
    note = f"uniform conditioning of {value}; shares of a panel's tonnes, and grade times share"
    results.blocks(RECOVERABLE, BlockModel(panels.grid, fields, note), {}, made)
    warnings = list(inputs.warnings)
    if chosen.ranking:
        say("putting grades in their place", 0.7)
        ranks = np.asarray(
            block_fields(settings, chosen.ranking, inputs.blocks).field(chosen.ranking_field),
            dtype=np.float64,
        )
        grades = _localised(inputs.blocks, factors, found, estimates, made, ranks)
        whole = np.repeat(made.reshape(panels.grid.shape[::-1]), factors[2], axis=0)
        whole = np.repeat(np.repeat(whole, factors[1], axis=1), factors[0], axis=2).reshape(-1)
        local: dict[str, NDArray[np.generic]] = {value: grades, "estimated": whole.astype(np.int8)}
        note = f"localised uniform conditioning of {value}, ranked by {chosen.ranking_field}"
        results.blocks(LOCALISED, BlockModel(inputs.blocks, local, note), {}, whole)
    data: dict[str, Any] = {
        "method": chosen.method,
        "value": value,
        "samples": len(values),
        "panels": int(made.sum()),
        "blocks_a_panel": int(np.prod(factors)),
        "variance_of_points": model.variance,
        "variance_of_blocks": model.block_variance(found.block),
        "variance_of_estimates": spread,
        "support_of_blocks": found.block,
        "support_of_estimates": found.panel,
        "recovered": [
            _row(model, found, cutoff, tonnage[:, k], metal[:, k])
            for k, cutoff in enumerate(chosen.cutoffs)
        ],
        "warnings": warnings,
        "files": [*results.written, "simulate.json"],
    }
    with whole_file(settings.folder / "simulate.json") as file:
        file.write(json.dumps(data, indent=1, allow_nan=False).encode() + b"\n")
    return data, _text(data)


def _panels(
    settings: DepositSettings, inputs: SimulationInputs
) -> tuple[BlockModel, tuple[int, int, int]]:
    """The panels' model, and how many blocks of ``[grid]`` a panel has along each axis."""
    name = inputs.chosen.panels
    kept = settings.folder / name
    path = kept if kept.is_file() else settings.file(name)
    if not path.is_file():
        raise TableError(
            "there is no model of panels", where=str(path),
            fix="estimate panels with a larger grid, and name the file in 'panels'",
        )  # fmt: skip
    model = read_model(path)
    blocks, panels = inputs.blocks, model.grid
    counts = [n / p for n, p in zip(blocks.shape, panels.shape, strict=True)]
    sizes = [p / b for b, p in zip(blocks.size, panels.size, strict=True)]
    fits = (
        np.allclose(counts, sizes)
        and np.allclose(counts, np.round(counts))
        and np.allclose(blocks.origin, panels.origin)
        and blocks.rotation_deg == panels.rotation_deg
    )
    if not fits or np.prod(counts) < 2:
        raise ModelError(
            "the panels are not made of whole blocks of [grid]",
            where=str(path),
            fix="estimate panels on a grid of the same origin, rotation and extent, with blocks "
            "several times the size",
        )
    x, y, z = (round(c) for c in counts)
    return model, (x, y, z)


def _estimated(panels: BlockModel, name: str) -> NDArray[np.bool_]:
    """Panels that have an estimate: by the field that ``deposit estimate`` writes, or all."""
    passes = panels.fields.get(f"{name}_pass")
    if passes is None:
        return np.ones(panels.grid.n, dtype=np.bool_)
    found = np.asarray(passes) > 0
    if not found.any():
        raise ModelError(f"no panel has an estimate of {name}", fix="widen the panels' search")
    return found


def _localised(
    blocks: Grid,
    factors: tuple[int, int, int],
    model: UniformConditioning,
    estimates: _F8,
    made: NDArray[np.bool_],
    ranks: _F8,
) -> _F8:
    (nx, ny, nz), (fx, fy, fz) = blocks.shape, factors
    split = (nz // fz, fz, ny // fy, fy, nx // fx, fx)
    by_panel = ranks.reshape(split).transpose(0, 2, 4, 1, 3, 5).reshape(len(estimates), -1)
    out = np.zeros_like(by_panel)
    out[made] = model.localised(estimates[made], by_panel[made])
    back = out.reshape(nz // fz, ny // fy, nx // fx, fz, fy, fx).transpose(0, 3, 1, 4, 2, 5)
    return np.ascontiguousarray(back).reshape(-1)


def _row(
    model: Anamorphosis, found: UniformConditioning, cutoff: float, tonnage: _F8, metal: _F8
) -> dict[str, Any]:
    """Panels together, beside blocks of the whole deposit by the discrete Gaussian model."""
    t, q = float(tonnage.mean()), float(metal.mean())
    everywhere, all_metal = model.recovered(cutoff, found.block)
    return {
        "cutoff": cutoff,
        "tonnage": t,
        "grade": q / t if t > 0 else None,
        "tonnage_by_global_model": everywhere,
        "grade_by_global_model": all_metal / everywhere if everywhere > 0 else None,
    }


def _text(data: dict[str, Any]) -> str:
    lines = [
        f"uniform conditioning of {data['value']}: {data['panels']:,} panels of "
        f"{data['blocks_a_panel']:,} blocks, {data['samples']:,} samples",
        f"variance of points {data['variance_of_points']:.4g}, of blocks "
        f"{data['variance_of_blocks']:.4g} (r {data['support_of_blocks']:.3f}), of panels' "
        f"estimates {data['variance_of_estimates']:.4g} (r {data['support_of_estimates']:.3f})",
        "",
        f"{'cut-off':>10}{'tonnage':>12}{'grade':>12}{'tonnage, global':>18}{'grade, global':>16}",
    ]
    for row in data["recovered"]:
        lines.append(
            f"{row['cutoff']:>10g}{100 * row['tonnage']:>10.2f} %{_or_none(row['grade']):>12}"
            f"{100 * row['tonnage_by_global_model']:>16.2f} %"
            f"{_or_none(row['grade_by_global_model']):>16}"
        )
    lines += [f"warning: {text}" for text in data["warnings"]]
    return "\n".join([*lines, "", f"files: {', '.join(data['files'])}"])


def _or_none(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
