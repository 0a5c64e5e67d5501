"""Where the samples of a command come from: a file of them, or drill holes composited now."""

from __future__ import annotations

import numpy as np

from orefield.commands.deposit.cell_settings import (
    cell_rules,
    columns_and_units,
    source_words,
    words_of,
)
from orefield.commands.deposit.settings import DepositSettings, read_grid
from orefield.core import Grid, ModelError
from orefield.core.sections import Section
from orefield.deposit.drillholes.log_units import FOOT_M
from orefield.deposit.samples import Samples
from orefield.deposit.samples_file import SampleColumns, read_samples


def samples_of(settings: DepositSettings) -> Samples:
    """The samples of ``[samples]``; or, without it, the composites of ``[holes]``.

    Where the settings have a grid, samples that lie nowhere near it are refused: they are in
    another coordinate system, or in feet.

    Raises
    ------
    ModelError
        When the settings name neither, for unknown keys, or samples far from the grid.
    TableError, UnitError
        As :func:`~orefield.deposit.samples_file.read_samples`.
    """
    if settings.has("samples"):
        section = settings.section("samples")
        file = settings.file(section.text("file"))
        samples = read_samples(file, sample_columns(section))
        where = str(file)
    elif settings.has("holes"):
        from orefield.commands.deposit.compositing import composites_of

        samples = composites_of(settings)
        where = f"{settings.path}, [holes]"
    else:
        raise ModelError(
            "there are no samples",
            where=str(settings.path),
            fix="name a file in [samples], or drill holes in [holes]",
        )
    if settings.has("grid"):
        refuse_far_away(samples, read_grid(settings), where)
    return samples


def sample_columns(section: Section) -> SampleColumns:
    """The mapping of ``[samples]``, all keys of which are read here.

    Raises
    ------
    ModelError
        For an unknown key, or a value of another kind.
    """
    values, units = columns_and_units(section, "values")
    section.has("file")
    out = section.build(
        SampleColumns,
        **{key: section.text(key, "") for key in ("x", "y", "z", "hole", "length", "note")},
        values=values,
        units=units,
        codes=words_of(section, "codes"),
        coordinate_unit=section.text("coordinate_unit", "m"),
        length_unit=section.text("length_unit", ""),
        elevation_m=section.number("elevation_m", 0.0),
        rules=cell_rules(section),
        **source_words(section),
    )
    section.done()
    return out


def refuse_far_away(samples: Samples, grid: Grid, where: str) -> None:
    """Refuse samples of which none lies in the grid or within its own size of it.

    Raises
    ------
    ModelError
        Naming both extents, and whether feet taken for metres (or the reverse) explain it.
    """
    size = np.array(grid.size) * np.array(grid.shape)
    if grid.shape[2] == 1:
        size[2] = np.inf  # a grid in 2-D says nothing of elevations

    def near(scale: float) -> bool:
        local = grid.to_local(samples.xyz_m * scale)
        return bool(((local >= -size) & (local <= 2.0 * size)).all(axis=1).any())

    if near(1.0):
        return
    if near(FOOT_M):
        fix = 'the samples look like feet: say coordinate_unit = "ft"'
    elif near(1.0 / FOOT_M):
        fix = "the grid looks like feet, or the samples were turned into metres twice"
    else:
        fix = "are both in one coordinate system? are east and north the right columns?"
    low, high = samples.xyz_m.min(axis=0), samples.xyz_m.max(axis=0)
    raise ModelError(
        f"no sample lies near the grid: samples from {_place(low)} to {_place(high)} m, the grid's "
        f"corner at {_place(np.array(grid.origin))}, {_place(size)} m large",
        where=where,
        fix=fix,
    )


def _place(xyz: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    return "(" + ", ".join(f"{v:,.0f}" if np.isfinite(v) else "any" for v in xyz) + ")"
