"""``orefield deposit new``: settings to begin with, made from tables of holes or samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orefield.commands.calls import Reply
from orefield.commands.deposit.resource_model import write_text
from orefield.core import ModelError
from orefield.core.telling import Tell, told
from orefield.deposit.job.starter import settings_text
from orefield.deposit.job.table_kinds import Found, looked_at


def deposit_new(
    tables: Sequence[Path],
    *,
    config: Path,
    unit: str = "m",
    grades: str = "",
    tell: Tell | None = None,
) -> Reply:
    """Write settings that read tables, with a first grid, estimate and simulation.

    What a table is, its columns and units are found by their usual names; numbers that follow from
    the spacing of holes are first guesses and say so.

    Parameters
    ----------
    tables : sequence of Path
        Collars, surveys and intervals in any order; or one table of samples.
    config : Path
        The file to write; one that is there is left alone.
    unit : str
        Of coordinates: ``m``, ``ft``, ``us-ft``.
    grades : str
        Unit of columns called by an element alone: ``pct``, ``ppm``, ``ppb``, ``gpt``.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    ModelError
        When the file is there already.
    InputError
        For tables that cannot be read, make neither holes nor samples, or hold no grade.
    RunError
        When the file cannot be written.
    """
    say = told(tell)
    if config.exists():
        raise ModelError(
            "there are settings already", where=str(config), fix="name another file with --config"
        )
    say("looking at tables", 0.0)
    found = [looked_at(path, grades) for path in tables]
    say("reading by the new settings", 0.3)
    text = settings_text(found, config.parent, unit)
    write_text(config.parent, config.name, text)
    say("done", 1.0)
    data: dict[str, Any] = {
        "settings": str(config),
        "tables": [
            {"file": str(t.path), "kind": t.kind, "rows": len(t.raw), "columns": t.columns,
             "values": t.values, "codes": t.codes, "left_out": list(t.unknown),
             "missing": list(t.missing)}
            for t in found
        ],
    }  # fmt: skip
    return data, "\n".join([*map(_told, found), "", *_next(config)])


def _told(table: Found) -> str:
    parts = [f"{table.path}: {table.kind}, {len(table.raw):,} rows"]
    if table.values:
        parts.append(f"grades {', '.join(table.values)}")
    if table.codes:
        parts.append(f"codes {', '.join(table.codes)}")
    if table.unknown:
        parts.append(f"left out {', '.join(table.unknown)} (no unit in the name)")
    return "; ".join(parts)


def _next(config: Path) -> list[str]:
    return [
        f"written: {config}; look it through, then",
        *(f"  orefield deposit {step} -c {config}" for step in
          ("composite", "stats", "variogram", "estimate", "simulate", "check", "classify")),
    ]  # fmt: skip
