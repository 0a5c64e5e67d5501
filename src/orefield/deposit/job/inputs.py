"""Where the samples of a command come from: a file of them, or drill holes composited now."""

from __future__ import annotations

from dataclasses import replace

from orefield.core import ModelError
from orefield.core.sections import Section
from orefield.deposit.job.cell_settings import (
    cell_rules,
    columns_and_units,
    source_words,
    words_of,
)
from orefield.deposit.job.composite_holes import composites_of
from orefield.deposit.job.grid_reach import refuse_another_level, refuse_far_away
from orefield.deposit.job.settings import DepositSettings, read_grid
from orefield.deposit.samples import Samples
from orefield.deposit.samples_file import SampleColumns, read_samples
from orefield.deposit.simulation.placing import flattened


def samples_of(settings: DepositSettings) -> Samples:
    """The samples of ``[samples]``; or, without it, the composites of ``[holes]``.

    Where the settings have a grid, samples that lie nowhere near it are refused: they are in
    another coordinate system, or in feet. Samples in 2-D come to the level of a grid in 2-D.

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
        samples = composites_of(settings)
        where = f"{settings.path}, [holes]"
    else:
        raise ModelError(
            "there are no samples",
            where=str(settings.path),
            fix="name a file in [samples], or drill holes in [holes]",
        )
    if settings.has("grid"):
        grid = read_grid(settings)
        refuse_far_away(samples, grid, where)
        if settings.has("samples"):
            refuse_another_level(samples, grid, where)
        samples = replace(samples, xyz_m=flattened(grid, samples.xyz_m))
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
        elevation_m=section.number_or_none("elevation_m"),
        rules=cell_rules(section),
        **source_words(section),
    )
    section.done()
    return out
