"""What the pit commands say to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from orefield.pit.phasing import PhaseDesign

_MOST_ROWS = 40
_MOST_NARROW = 5
_LITTLE_T = 10.0


def table(columns: Mapping[str, tuple[str, ArrayLike]]) -> str:
    """Columns set below each other: heading to (number format, values)."""
    cells = [
        [heading, *(_cell(form, v) for v in np.asarray(values).tolist())]
        for heading, (form, values) in columns.items()
    ]
    wide = [max(map(len, column)) for column in cells]
    lines = [
        "  ".join(c.rjust(w) for c, w in zip(row, wide, strict=True))
        for row in zip(*cells, strict=True)
    ]
    if len(lines) > _MOST_ROWS + 1:
        step = -(-(len(lines) - 1) // _MOST_ROWS)
        kept = [line for i, line in enumerate(lines[1:]) if i % step == 0 or i == len(lines) - 2]
        lines = [lines[0], *kept, f"(one row in {step}; all of them in the files and with --json)"]
    return "\n".join("  " + line for line in lines)


def _cell(form: str, value: float | None) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return "-"
    return format(value, form)


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Names and what is said of them."""
    wide = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{wide}}  {text}" for name, text in rows)


def unsaved(why: str | None) -> list[tuple[str, str]]:
    """That the search cannot be taken up again, where its state could not be kept."""
    return [("not saved", f"the search cannot be resumed: {why}")] if why else []


def heading(what: str, model: Path, note: str) -> str:
    """What is shown, of which model, and what the model is."""
    return f"{what}: {model.name}" + (f" ({note})" if note else "")


def metal(name: str, tonnes: ArrayLike) -> tuple[str, tuple[str, ArrayLike]]:
    """A column of metal: in tonnes, or kilograms where there is little of it."""
    amount = np.asarray(tonnes, dtype=np.float64)
    if amount.max(initial=0.0) < _LITTLE_T:
        return f"{name} kg", (",.1f", amount * 1e3)
    return f"{name} t", (",.0f", amount)


def millions(value: float) -> str:
    """USD in millions."""
    return f"{value / 1e6:,.3f} MUSD"


def slopes(fit: Mapping[str, float]) -> str:
    """How well the patterns keep to the slopes asked."""
    domains = f"{fit['domains']} domains, up to " if fit["domains"] > 1 else ""
    return (
        f"{domains}{fit['offsets']} offsets over {fit['benches']} benches; at most "
        f"{fit['too_steep_deg']:.1f} deg too steep, {fit['too_flat_deg']:.1f} too flat"
    )


def widths(design: PhaseDesign, unit: str) -> list[tuple[str, str]]:
    """What room to work costs, and where it is short."""
    out = [
        ("moved", f"{design.moved_t:,.0f} {unit} to another phase"),
        ("left out", f"{design.left_t:,.0f} {unit}; added {design.added_t:,.0f} {unit}"),
        (
            "value",
            f"{millions(design.value_before)} before, {millions(design.value)} with room to work",
        ),
    ]
    if not len(design.tonnes):
        out.append(("phases", "none: no part of the pit has the bottom width on every bench"))
    elif len(design.tonnes) < len(design.tonnes_before):
        gone = len(design.tonnes_before) - len(design.tonnes)
        out.append(("phases", f"{gone} had no room of their own and joined their neighbours"))
    for part in design.narrow[:_MOST_NARROW]:
        what = "between walls" if part.between else "of the pit"
        out.append(
            (
                "narrow",
                f"phase {part.phase}, bench {part.elevation_m:,.1f} m: {part.blocks} blocks {what} "
                f"near {part.east_m:,.0f} E, {part.north_m:,.0f} N",
            )
        )
    if len(design.narrow) > _MOST_NARROW:
        out.append(("", f"and {len(design.narrow) - _MOST_NARROW} more; --json names all"))
    return out


def written(folder: Path | None, files: Sequence[str]) -> list[tuple[str, str]]:
    """Where the files are."""
    return [("written", f"{len(files)} files in {folder}")] if folder is not None else []
