"""What a table is by its columns: collars, surveys, intervals or samples; its grades and codes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from orefield.core.errors import ModelError, TableError
from orefield.deposit.drillholes.cells import PLAIN_RULES, looks_numeric, read_numbers
from orefield.deposit.drillholes.raw_table import RawTable, read_raw
from orefield.deposit.drillholes.read import USUAL_COLUMNS

Kind = Literal["collar", "survey", "intervals", "samples"]

DENSITY = "density_t_m3"
"""What a density is called."""

_MISSING = ("na", "n/a", "nan", "null", "none", "nd", "ns", "-", "--", "-999", "-99", "-9999")
_UNITS = (
    (r"(pct|perc|percent|%)", "pct"),
    (r"ppm", "ppm"),
    (r"ppb", "ppb"),
    (r"(gpt|g/t|g_t|gt)", "gpt"),
)
ENDINGS = tuple(ending for _, ending in _UNITS)
"""Units that names of grades end with."""

_ELEMENT = re.compile(
    r"(ag|al|as|au|ba|bi|ca|cd|co|cr|cu|fe|hg|k|li|mg|mn|mo|na|ni|p|pb|pd|pt|re|rh|s|sb|se|si|sn|"
    r"te|ti|u|v|w|zn|copper|gold|silver|zinc|lead|nickel|iron|cobalt|cadmium)$"
)
_DENSITY = re.compile(r"(bd|sg|dens|density|bulk_?density|specific_?gravity)([ _(].*)?$")
_MOST_WORDS = 60


@dataclass(frozen=True, eq=False)
class Found:
    """A table, and what its columns are.

    Attributes
    ----------
    path : Path
    kind : {"collar", "survey", "intervals", "samples"}
    raw : RawTable
    columns : dict of str to str
        What was found by its usual name: ``hole``, ``x``, ``from`` ...
    values : dict of str to str
        Name of a grade or density to its column.
    unknown : tuple of str
        Columns of numbers whose unit the name does not tell.
    codes : dict of str to str
    missing : tuple of str
        Words and numbers in cells that look like "not measured".
    """

    path: Path
    kind: Kind
    raw: RawTable
    columns: dict[str, str]
    values: dict[str, str]
    unknown: tuple[str, ...]
    codes: dict[str, str]
    missing: tuple[str, ...]


def looked_at(path: Path, grades: str = "") -> Found:
    """What a table is.

    Parameters
    ----------
    path : Path
        Of the table.
    grades : str
        Unit of columns that are called by an element alone (``CU``): ``pct``, ``ppm``, ``ppb`` or
        ``gpt``; empty where that is not known.

    Raises
    ------
    ModelError
        For another unit.
    TableError
        When it cannot be read, or is neither collars, surveys, intervals nor samples.
    """
    if grades and grades not in ENDINGS:
        raise ModelError(f"grades in '{grades}'", fix=f"one of {', '.join(ENDINGS)}")
    raw = read_raw(path)
    columns = {key: name for key, names in USUAL_COLUMNS.items() if (name := raw.first_of(names))}
    kind = _kind(raw, columns)
    if kind is None:
        raise TableError(
            "it is not known what this table is",
            where=str(path),
            fix="collars have hole, x, y, z; surveys hole, depth, azimuth, dip; intervals hole, "
            f"from, to; samples x, y (there are: {', '.join(raw.columns)})",
        )
    wanted = {
        "collar": ("hole", "x", "y", "z", "length", "azimuth", "dip"),
        "survey": ("hole", "at", "azimuth", "dip"),
        "intervals": ("hole", "from", "to"),
        "samples": ("hole", "x", "y", "z"),
    }[kind]
    own = {key: columns[key] for key in wanted if key in columns}
    if kind in ("collar", "survey"):
        return Found(path, kind, raw, own, {}, (), {}, ())
    values, unknown, codes, missing = _contents(raw, set(own.values()), grades)
    return Found(path, kind, raw, own, values, unknown, codes, missing)


def _kind(raw: RawTable, columns: dict[str, str]) -> Kind | None:
    has = columns.keys().__contains__
    if all(map(has, ("hole", "from", "to"))):
        return "intervals"
    if has("x") and has("y"):
        once = has("hole") and len(set(raw.text(columns["hole"]).tolist())) == len(raw)
        with_end = has("length") or has("azimuth") or has("dip")
        graded = any(_named(c)[0] for c in raw.columns)
        return "collar" if once and (with_end or not graded) else "samples"
    if has("hole") and has("at") and has("dip"):
        return "survey"
    return None


def _named(column: str) -> tuple[str, bool]:
    """Name of a value by its column, or empty without a unit; and whether it is a density."""
    plain = column.strip().lower()
    if _DENSITY.match(plain):
        return DENSITY, True
    for pattern, ending in _UNITS:
        found = re.fullmatch(rf"(.+?)[ _\-(\[]*{pattern}[)\]]*", plain)
        if found:
            element = re.sub(r"\W+", "_", found.group(1)).strip("_")
            return (f"{element}_{ending}", False) if element else ("", False)
    return "", False


def _contents(
    raw: RawTable, taken: set[str], grades: str
) -> tuple[dict[str, str], tuple[str, ...], dict[str, str], tuple[str, ...]]:
    values: dict[str, str] = {}
    unknown: list[str] = []
    codes: dict[str, str] = {}
    missing: dict[str, None] = {}
    for column in raw.columns:
        if column in taken:
            continue
        odd = _odd_words(raw, column)
        rules = replace(PLAIN_RULES, missing=odd)
        if looks_numeric(raw, column, rules):
            name, density = _named(column)
            if not name and grades and _ELEMENT.match(column.strip().lower()):
                name = f"{column.strip().lower()}_{grades}"
            if not name:
                unknown.append(column)
            elif name not in values:
                values[name] = column
                missing.update(dict.fromkeys(odd))
                found = read_numbers(raw, column, rules).values
                for code in (-9999.0, -999.0, -99.0):
                    if not density and (found == code).any():
                        missing[f"{code:g}"] = None
        elif 1 < len(set(raw.text(column).tolist()) - {""}) <= _MOST_WORDS:
            codes[re.sub(r"\W+", "_", column.strip().lower()).strip("_") or column] = column
    return values, tuple(unknown), codes, tuple(missing)


def _odd_words(raw: RawTable, column: str) -> tuple[str, ...]:
    cells = raw.columns[column]
    if cells.dtype != object:
        return ()
    words = {c.strip() for c in cells.tolist()}
    return tuple(sorted(w for w in words if w.lower() in _MISSING))
