"""Settings to begin with, made from the tables themselves: columns, units, a grid, first rules."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid
from orefield.core.errors import ModelError, TableError
from orefield.deposit.drillholes.cells import read_numbers
from orefield.deposit.drillholes.log_units import length_scale
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.job.table_kinds import DENSITY, Found
from orefield.deposit.samples import Samples
from orefield.deposit.variography.spacing import spacing_between

_F8 = NDArray[np.float64]

_MOST_BLOCKS = 2_000_000


def settings_text(tables: Sequence[Found], folder: Path, unit: str = "m") -> str:
    """Settings that read the tables, and a first grid, estimate and simulation of them.

    Parameters
    ----------
    tables : sequence of Found
        Collars with surveys and intervals; or one table of samples.
    folder : Path
        Of the settings: tables are named relative to it.
    unit : str
        Of coordinates: ``m``, ``ft``, ``us-ft``.

    Raises
    ------
    TableError
        When tables do not make drill holes or samples, or none has a grade.
    InputError
        When the tables, read by these settings, cannot be composited.
    """
    by_kind = {kind: [t for t in tables if t.kind == kind] for kind in
               ("collar", "survey", "intervals", "samples")}  # fmt: skip
    holes = by_kind["collar"] + by_kind["survey"] + by_kind["intervals"]
    samples = by_kind["samples"]
    if bool(holes) == bool(samples) or len(samples) > 1:
        raise TableError(
            "tables are neither those of drill holes nor one of samples",
            where=", ".join(str(t.path) for t in tables),
            fix="give collars, surveys and intervals, or one table of samples",
        )
    count = {kind: len(found) for kind, found in by_kind.items()}
    if holes and (count["collar"] != 1 or count["survey"] > 1 or not count["intervals"]):
        raise TableError(
            f"{count['collar']} tables of collars, {count['survey']} of surveys, "
            f"{count['intervals']} of intervals",
            where=", ".join(str(t.path) for t in tables),
            fix="give one of collars, one or none of surveys, and one or more of intervals",
        )
    head = _holes(by_kind, folder, unit) if holes else _samples(samples[0], folder, unit)
    grades = [name for t in tables for name in t.values if name != DENSITY]
    if not grades:
        raise TableError(
            "no column is known to be a grade",
            where=", ".join(str(t.path) for t in (*by_kind["intervals"], *samples)),
            fix="let a name end with its unit (cu_pct, au_gpt, mo_ppm), or say the unit of columns "
            "called by an element (--grades pct)",
        )
    density = any(name == DENSITY for t in tables for name in t.values)
    made = _read(head, folder)
    if np.isnan(made[grades[0]]).all():
        raise ModelError(
            f"'{grades[0]}' was measured nowhere",
            where=", ".join(str(t.path) for t in tables if grades[0] in t.values),
            fix="take the column out, or mend it",
        )
    height = float(np.ptp(made.xyz_m[:, 2]))
    if samples and 0 < height < spacing_between(made):
        # points on uneven ground: their heights would count as distances
        head = _samples(samples[0], folder, unit, level_m=float(made.xyz_m[:, 2].mean()))
        made = _read(head, folder)
    return head + _model(made, grades[0], density)


def _read(head: str, folder: Path) -> Samples:
    where = folder / "deposit.toml"
    return samples_of(DepositSettings(where, folder / "results", tomllib.loads(head)))


def _holes(by_kind: dict[str, list[Found]], folder: Path, unit: str) -> str:
    lines = ["[holes]"]
    if unit != "m":
        lines.append(f'coordinate_unit = "{unit}"')
    angles = [t for t in (*by_kind["survey"], *by_kind["collar"]) if "dip" in t.columns]
    if angles:
        dips = read_numbers(angles[0].raw, angles[0].columns["dip"]).values
        if np.nanmean(dips > 0) > 0.5:
            lines.append('dip = "down_positive"  # most dips are above zero')
    lines += _missing(by_kind["intervals"])
    for kind in ("collar", "survey"):
        for table in by_kind[kind]:
            lines += ["", f"[holes.{kind}]", f"file = {_quoted(_relative(table.path, folder))}"]
            lines += [f"{key} = {_quoted(column)}" for key, column in table.columns.items()]
    lengths: list[float] = []
    titles: set[str] = set()
    for table in by_kind["intervals"]:
        title = _title(table.path)
        while title in titles:
            title += "_"
        titles.add(title)
        lines += ["", "[[holes.table]]", f"name = {_quoted(title)}"]
        lines.append(f"file = {_quoted(_relative(table.path, folder))}")
        lines += [f"{key} = {_quoted(column)}" for key, column in table.columns.items()]
        lines += _columns(table)
        if table.values:
            start, end = (read_numbers(table.raw, table.columns[k]).values for k in ("from", "to"))
            lengths += (end - start)[end > start].tolist()
    usual = float(np.median(lengths)) * length_scale(unit) if lengths else 2.0
    lines += [
        "", "[composite]",
        f"length_m = {_round(2.0 * usual):g}  # about two assays; yours to choose",
        "# missing = 0.0   # if what nobody assayed was thought barren",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _samples(table: Found, folder: Path, unit: str, level_m: float | None = None) -> str:
    lines = ["[samples]", f"file = {_quoted(_relative(table.path, folder))}"]
    if unit != "m":
        lines.append(f'coordinate_unit = "{unit}"')
    used = {k: c for k, c in table.columns.items() if level_m is None or k != "z"}
    lines += [f"{key} = {_quoted(column)}" for key, column in used.items()]
    if level_m is not None:
        lines.append(f"elevation_m = {level_m:.6g}  # a map: heights vary less than the spacing")
    lines += _missing([table])
    return "\n".join([*lines, *_columns(table)]) + "\n"


def _missing(tables: Sequence[Found]) -> list[str]:
    words = dict.fromkeys(w for t in tables for w in t.missing)
    return [f"missing = [{', '.join(map(_quoted, words))}]  # is that so?"] if words else []


def _columns(table: Found) -> list[str]:
    lines = []
    for key, columns in (("values", table.values), ("codes", table.codes)):
        if columns:
            inner = ", ".join(
                f"{_key(name)} = {_quoted(column)}" for name, column in columns.items()
            )
            lines.append(f"{key} = {{ {inner} }}")
    if table.unknown:
        lines.append(f"# numbers without a unit, left out: {', '.join(table.unknown)}")
    return lines


def _model(samples: Samples, grade: str, density: bool) -> str:
    spacing = spacing_between(samples)
    grid, share = _grid(samples, spacing)
    flat = grid.shape[2] == 1
    wide, tall = _round(3.0 * spacing), _round(max(3.0 * grid.size[2], spacing))
    reach = f"[{wide:g}, {wide:g}, {tall:g}]"
    parts = "[4, 4, 1]" if flat else "[3, 3, 2]"
    lines = [
        "",
        f"# holes or samples stand {spacing:.3g} m apart (median): blocks of half of that, a guess",
        "[grid]",
        *([f"# {share:.0%} of them lie in it: name the part that you mean"] if share < 1 else []),
        f"origin = {_list(grid.origin)}",
        f"size = {_list(grid.size)}",
        f"shape = [{', '.join(map(str, grid.shape))}]",
        "",
        "# `orefield deposit variogram` fits the models that are named here",
        "[[experimental]]",
        f'values = ["{grade}"]',
        "[[experimental]]",
        f'values = ["{grade}"]',
        f'name = "{grade}_normal"',
        'transform = "normal_scores"',
        "",
        "[[estimate]]",
        f'value = "{grade}"',
        f"discretisation = {parts}",
        'cross_validation = "hole"' if samples.hole.max() + 1 < len(samples) else
        'cross_validation = "sample"',
        "# three spacings wide: look at the neighbourhood before you believe it",
        f"search = [{{ ranges_m = {reach}, max_samples = 24, min_samples = 4 }}]",
    ]  # fmt: skip
    if density:
        lines += [
            "", "[[estimate]]", 'value = "density_t_m3"', 'method = "inverse distance"',
            f"search = [{{ ranges_m = [{2 * wide:g}, {2 * wide:g}, {2 * tall:g}] }}]",
        ]  # fmt: skip
    rock = [] if density else ["density_t_m3 = 2.7  # assumed: put what was measured"]
    lines += [
        "", "[simulate]", f'value = "{grade}"', "realisations = 50", 'histogram = "bootstrap"',
        "", "[check]", f'value = "{grade}"', *rock,
        "", "# rules in spacings, a first guess: a competent person sets them",
        "[classify]", f'value = "{grade}"', *rock,
        "[classify.spacing]", f"ranges_m = {reach}",
        f"measured = {{ holes = 3, distance_m = {_round(0.7 * spacing):g} }}",
        f"indicated = {{ holes = 3, distance_m = {_round(1.4 * spacing):g} }}",
        f"inferred = {{ holes = 1, distance_m = {_round(2.0 * spacing):g} }}",
        "", "[statement]", "# the median and the 80 % quantile of samples",
        f"cutoffs = [{_cutoff(samples[grade])}]",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _grid(samples: Samples, spacing: float) -> tuple[Grid, float]:
    """Blocks of half the spacing about samples, or about most of them; and the share in it."""
    flat = bool(np.ptp(samples.xyz_m[:, 2]) == 0)
    rim = np.array([1.0, 1.0, 0.0])
    for beyond in (0.0, 0.02, 0.1):
        low, high = np.quantile(samples.xyz_m, [beyond, 1.0 - beyond], axis=0)
        side = _nice(spacing / 2.0)
        up = 1.0 if flat else _nice(max(min(side, (high[2] - low[2]) / 20.0), 1.0))
        size = np.array([side, side, up])
        if np.prod((high - low) / size + 2.0) <= _MOST_BLOCKS:
            break
    while np.prod((high - low) / size + 2.0) > _MOST_BLOCKS:
        size = size * (2.0, 2.0, 1.0)
    # a block of room round the samples
    origin = np.floor(low / size) * size - rim * size
    shape = np.maximum(np.ceil((high - origin) / size) + rim, 1).astype(np.int64)
    if flat:
        origin[2], shape[2] = low[2] - 0.5 * up, 1
    x, y, z = origin.tolist()
    grid = Grid((x, y, z), tuple(size.tolist()), tuple(shape.tolist()))
    return grid, float((grid.locate(samples.xyz_m) >= 0).mean())


def _cutoff(values: _F8) -> str:
    known = values[~np.isnan(values)]
    levels = dict.fromkeys(f"{v:.2g}" for v in np.quantile(known, [0.5, 0.8]))
    return ", ".join(level if "." in level or "e" in level else f"{level}.0" for level in levels)


def _round(length: float) -> float:
    """To two digits."""
    step = 10.0 ** (math.floor(math.log10(length)) - 1)
    return round(length / step) * step


def _nice(length: float) -> float:
    """The largest of 1, 2, 2.5, 5 times a power of ten that is no longer."""
    step = 10.0 ** math.floor(math.log10(length))
    return step * max(s for s in (1.0, 2.0, 2.5, 5.0) if s * step <= length * (1 + 1e-9))


def _list(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{v:.10g}" if v % 1 else f"{v:.1f}" for v in values) + "]"


def _title(path: Path) -> str:
    return re.sub(r"\W+", "_", path.stem.lower()).strip("_") or "table"


def _key(name: str) -> str:
    """A key of TOML: bare where it may be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _relative(path: Path, folder: Path) -> str:
    here, there = path.resolve(), folder.resolve()
    return here.relative_to(there).as_posix() if here.is_relative_to(there) else str(here)


def _quoted(text: str) -> str:
    # strings of JSON are strings of TOML
    return json.dumps(text, ensure_ascii=False)
