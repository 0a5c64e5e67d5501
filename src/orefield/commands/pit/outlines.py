"""``orefield pit limit``, ``shells`` and ``phases``: what is in a pit, before time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.calls import Reply
from orefield.commands.files import Results, plain, rows
from orefield.commands.pit import texts
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.slopes import fit
from orefield.core.telling import Tell
from orefield.pit.shell_analysis import PitByPit, skins
from orefield.pit.shell_blocks import ShellBlocks


def pit_limit(
    model: Path, config: Path, *, out: Path | None = None, tell: Tell | None = None
) -> Reply:
    """The ultimate pit of a model: its value and contents, its blocks and its surface.

    Parameters
    ----------
    model, config : Path
        Block model and settings.
    out : Path, optional
        Folder for the files.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with model, settings or folder.
    """
    began = time.perf_counter()
    planner = Planner.open(model, config, tell)
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    pit = planner.limit
    blocks = planner.shell_blocks(np.where(pit, 0, -1).astype(np.int16))
    held = _contents(blocks)
    files.blocks(
        "blocks", planner.as_read, {"pit": pit.astype(np.int8), "pit_value_usd": planner.value}, pit
    )
    files.surface("topography", planner.model, None)
    files.surface("pit", planner.model, pit)
    data = {
        **_head(planner, model),
        "pit_blocks": int(pit.sum()),
        **held,
        "seconds": time.perf_counter() - began,
    }
    files.summary(data)
    head = texts.heading("ultimate pit", model, planner.model.note)
    rows_said = [
        ("blocks", f"{data['pit_blocks']:,} of {data['blocks']:,}"),
        ("value", texts.millions(held["value_usd"]) + ", undiscounted"),
        *_said(planner, held),
        ("slopes", texts.slopes(fit(planner.pattern))),
        *texts.written(out, files.written),
    ]
    return {**data, "files": files.written}, f"{head}\n{texts.pairs(rows_said)}"


def pit_shells(
    model: Path, config: Path, *, out: Path | None = None, tell: Tell | None = None
) -> Reply:
    """Nested shells by revenue factor, pit by pit and skin by skin.

    Parameters
    ----------
    model, config, out, tell
        See :func:`pit_limit`.

    Raises
    ------
    OrefieldError
        See :func:`pit_limit`.
    """
    began = time.perf_counter()
    planner = Planner.open(model, config, tell)
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    table = planner.analysis
    added = skins(table)
    files.blocks("blocks", planner.as_read, {"shell": planner.shell}, planner.shell >= 0)
    files.table("shells", table.columns())
    files.table("skins", added)
    if out is not None:
        from orefield.report.figures_shells import pit_by_pit_svg

        files.figure("shells", pit_by_pit_svg(table, unit=planner.unit))
    for s in np.unique(planner.shell[planner.shell >= 0]):
        inside = (planner.shell >= 0) & (planner.shell <= s)
        files.surface(f"shell-{s:03d}", planner.model, inside)
    data = {
        **_head(planner, model),
        "best_shell": table.best_shell(),
        "shells": rows(table.columns()),
        "skins": rows(added),
        "seconds": time.perf_counter() - began,
    }
    files.summary(data)
    lost = np.flatnonzero(added["loses_discounted"])
    said = [("slopes", texts.slopes(fit(planner.pattern)))]
    if lost.size:
        said.append(
            (
                "skins",
                f"{lost.size} of {len(table.revenue_factor)} add value and take it away once "
                f"discounted, from revenue factor {table.revenue_factor[lost[0]]:g}",
            )
        )
    best = data["best_shell"]
    factor = table.revenue_factor[best]
    basis = "the specified case" if table.has_specified else "the mean of best and worst case"
    said.append(("best", f"shell {best}, factor {factor:g}, by {basis}"))
    said += texts.written(out, files.written)
    head = texts.heading("pit by pit, values in MUSD", model, planner.model.note)
    text = f"{head}\n{_pit_table(planner, table)}\n{texts.pairs(said)}"
    return {**data, "files": files.written}, text


def pit_phases(
    model: Path, config: Path, *, out: Path | None = None, tell: Tell | None = None
) -> Reply:
    """Phases from shells or the planner's own, with room to work.

    Parameters
    ----------
    model, config, out, tell
        See :func:`pit_limit`.

    Raises
    ------
    OrefieldError
        See :func:`pit_limit`.
    """
    began = time.perf_counter()
    planner = Planner.open(model, config, tell)
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    if planner.config.phasing.own_field:
        # written first: whoever has to correct the phases needs the list
        broken = planner.violations
        names = ("block", "phase", "needed", "needed_phase")
        files.table("violations", {n: [getattr(v, n) for v in broken] for n in names})
    design = planner.design
    phase = design.phase
    blocks = planner.shell_blocks(phase)
    n = len(design.tonnes)
    columns = _phase_columns(blocks, n)
    files.blocks(
        "blocks", planner.as_read, {"phase": phase, "phase_before": planner.chosen}, phase >= 0
    )
    files.table("phases", columns)
    for p in range(n):
        files.surface(f"phase-{p:02d}", planner.model, (phase >= 0) & (phase <= p))
    data = {
        **_head(planner, model),
        "phases": rows(columns),
        "tonnes_before": design.tonnes_before.tolist(),
        "value_usd": plain(design.value),
        "value_before_usd": plain(design.value_before),
        **(cases := planner.cases()),
        "moved_t": design.moved_t,
        "left_t": design.left_t,
        "added_t": design.added_t,
        "narrow": [vars(part) for part in design.narrow],
        "seconds": time.perf_counter() - began,
    }
    files.summary(data)
    shown = texts.table(
        {
            "phase": ("d", columns["phase"]),
            f"rock M{planner.unit}": (",.2f", columns["rock_t"] / 1e6),
            f"ore M{planner.unit}": (",.2f", columns["ore_t"] / 1e6),
            "strip": (",.2f", columns["strip"]),
            "value MUSD": (",.2f", columns["value_usd"] / 1e6),
        }
    )
    head = texts.heading("phases", model, planner.model.note)
    discounted = ", ".join(
        f"{name} {texts.millions(cases[key])}"
        for name, key in (
            ("phase by phase", "specified_usd"),
            ("shell by shell", "best_usd"),
            ("bench by bench", "worst_usd"),
        )
    )
    said = [
        *texts.widths(design, planner.unit),
        ("discounted", discounted),
        *texts.written(out, files.written),
    ]
    return {**data, "files": files.written}, f"{head}\n{shown}\n{texts.pairs(said)}"


def _head(planner: Planner, model: Path) -> dict[str, Any]:
    return {
        "model": str(model),
        "note": planner.model.note,
        "blocks": planner.model.grid.n,
        "grid": planner.model.grid.as_dict(),
        "rock_unit": planner.unit,
        "slope": fit(planner.pattern),
    }


def _contents(blocks: ShellBlocks) -> dict[str, Any]:
    inside = blocks.shell >= 0
    ore, rock = float(blocks.ore_t[inside].sum()), float(blocks.rock_t[inside].sum())
    return {
        "value_usd": float(blocks.value_usd[inside].sum()),
        "rock_t": rock,
        "ore_t": ore,
        "waste_t": rock - ore,
        "strip": (rock - ore) / ore if ore > 0 else None,
        "metal_t": {name: float(a[inside].sum()) for name, a in blocks.metal_t.items()},
    }


def _said(planner: Planner, held: dict[str, Any]) -> list[tuple[str, str]]:
    unit = planner.unit
    strip = "" if held["strip"] is None else f"; strip {held['strip']:.2f}"
    out = [
        ("rock", f"{held['rock_t'] / 1e6:,.3f} M{unit}"),
        ("ore", f"{held['ore_t'] / 1e6:,.3f} M{unit}{strip}"),
    ]
    for name, tonnes in held["metal_t"].items():
        heading, (form, amount) = texts.metal(name, [tonnes])
        out.append(
            (name, f"{format(np.asarray(amount).item(), form)} {heading[-2:].strip()} recovered")
        )
    return out


def _pit_table(planner: Planner, table: PitByPit) -> str:
    unit = planner.unit
    return texts.table(
        {
            "shell": ("d", np.arange(len(table.revenue_factor))),
            "factor": (".3g", table.revenue_factor),
            f"ore M{unit}": (",.2f", table.ore_t / 1e6),
            f"waste M{unit}": (",.2f", table.waste_t / 1e6),
            "strip": (",.2f", table.strip),
            "value": (",.2f", table.value_usd / 1e6),
            "best": (",.2f", table.best_usd / 1e6),
            "worst": (",.2f", table.worst_usd / 1e6),
            **({"specified": (",.2f", table.specified_usd / 1e6)} if table.has_specified else {}),
            "life": (",.1f", table.life),
        }
    )


def _phase_columns(blocks: ShellBlocks, n: int) -> dict[str, Any]:
    at = np.flatnonzero(blocks.shell >= 0)
    of = blocks.shell[at]

    def sums(amount: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
        return np.bincount(of, weights=amount[at], minlength=n)

    rock, ore = sums(blocks.rock_t), sums(blocks.ore_t)
    strip = np.full(n, np.inf)
    np.divide(rock - ore, ore, out=strip, where=ore > 0)
    return {
        "phase": np.arange(n),
        "rock_t": rock,
        "ore_t": ore,
        "waste_t": rock - ore,
        "strip": strip,
        **{f"{name}_t": sums(amount) for name, amount in blocks.metal_t.items()},
        "value_usd": sums(blocks.value_usd),
    }
