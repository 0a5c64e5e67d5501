"""Cells of a log as numbers: what was measured, what is below detection, what is missing."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.tables import plain_number
from orefield.deposit.drillholes.raw_table import RawTable

_F8 = NDArray[np.float64]
_PLAIN: Final = r"^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?$"
_LIMIT = re.compile(r"([<>])\s*=?\s*(\S+)")


class Kind(IntEnum):
    """What a cell was."""

    MEASURED = 0
    EMPTY = 1
    CODE = 2
    """A code that the settings name as "no value"."""
    BELOW = 3
    """Below detection: "<0.01", or a negative number where the settings say so."""
    ABOVE = 4
    """Above what the method can measure: ">10"."""
    NEGATIVE = 5
    """A negative number that is no value."""


@dataclass(frozen=True, slots=True)
class CellRules:
    """How cells are read.

    Parameters
    ----------
    missing : tuple of float or str
        Codes that mean "not measured", such as -999 or "NS"; words in any case.
    below : {"half", "zero", "limit", "missing"}
        What a value below a detection limit is taken for.
    above : {"limit", "missing"}
        The same for values above the limit of a method.
    negative : {"keep", "below", "missing"}
        Whether a negative number is a value, a detection limit with its sign turned (as many
        data bases keep it), or none.
    decimal : {".", ","}
        Decimal sign of texts.

    Raises
    ------
    ModelError
        For a rule that is not known.
    """

    missing: tuple[float | str, ...] = ()
    below: Literal["half", "zero", "limit", "missing"] = "half"
    above: Literal["limit", "missing"] = "limit"
    negative: Literal["keep", "below", "missing"] = "keep"
    decimal: Literal[".", ","] = "."

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise ModelError(
                    f"'{name}' is {getattr(self, name)!r}", fix=f"one of: {', '.join(known)}"
                )

    def of_places(self) -> CellRules:
        """The rules for coordinates, lengths and angles: codes, but negative numbers stay."""
        return CellRules(self.missing, decimal=self.decimal)

    def below_value(self, limit: _F8 | float) -> _F8:
        """What stands for a value below ``limit``."""
        share = {"half": 0.5, "zero": 0.0, "limit": 1.0, "missing": math.nan}[self.below]
        return np.asarray(limit, dtype=np.float64) * share


_CHOICES = {
    "below": ("half", "zero", "limit", "missing"),
    "above": ("limit", "missing"),
    "negative": ("keep", "below", "missing"),
    "decimal": (".", ","),
}
PLAIN_RULES = CellRules()
"""No codes, half of a detection limit, negative numbers kept."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values : ndarray of shape (n,), float64
        NaN where there is none.
    kind : ndarray of shape (n,), int8
        :class:`Kind` of each cell.
    """

    values: _F8
    kind: NDArray[np.int8]

    def count(self, kind: Kind) -> int:
        """How many cells are of a kind."""
        return int((self.kind == kind).sum())


def read_numbers(table: RawTable, name: str, rules: CellRules = PLAIN_RULES) -> Numbers:
    """A column as numbers, by the rules.

    Raises
    ------
    TableError
        For a cell that is neither a number nor what the rules know, naming file, line and
        column; or a column that is missing.
    """
    column = table.named(name)
    cells = table.columns[column]
    if cells.dtype == object:
        values, kind = _of_texts(table, column, rules)
    else:
        values = np.array(cells, dtype=np.float64)
        kind = np.where(np.isnan(values), Kind.EMPTY, Kind.MEASURED).astype(np.int8)
        endless = np.flatnonzero(np.isinf(values))
        if endless.size:
            raise TableError("the number is infinite", where=table.where(int(endless[0]), column))
    for code in rules.missing:
        if not isinstance(code, str):
            hit = (values == code) & (kind == Kind.MEASURED)
            values[hit], kind[hit] = np.nan, Kind.CODE
    if rules.negative != "keep":
        low = (values < 0) & (kind == Kind.MEASURED)
        if rules.negative == "below":
            values[low], kind[low] = rules.below_value(-values[low]), Kind.BELOW
        else:
            values[low], kind[low] = np.nan, Kind.NEGATIVE
    return Numbers(values, kind)


def looks_numeric(table: RawTable, name: str, rules: CellRules = PLAIN_RULES) -> bool:
    """Whether most cells of a column that hold something are numbers by the rules.

    A single slip in a column of grades does not make it one of words: it is an error later.
    """
    cells = table.column(name)
    if cells.dtype != object:
        return True
    words = {str(c).strip().lower() for c in rules.missing if isinstance(c, str)}
    filled = [text for c in cells.tolist() if (text := c.strip())]
    meant = [text for text in filled if text.lower() not in words]
    hits = sum(map(partial(_is_number, rules=rules), meant))
    return bool(meant) and 2 * hits >= len(meant)


def _is_number(text: str, rules: CellRules) -> bool:
    if rules.decimal == ",":
        text = text.replace(",", ".")
    try:
        plain_number(text)
    except ValueError:
        return _odd(text, set(), rules) is not None
    return True


def _of_texts(table: RawTable, column: str, rules: CellRules) -> tuple[_F8, NDArray[np.int8]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.utf8_trim_whitespace(pa.array(table.columns[column], type=pa.string()))
    if rules.decimal == ",":
        texts = pc.replace_substring(texts, ",", ".")
    plain = pc.match_substring_regex(texts, _PLAIN)
    unsigned = pc.utf8_ltrim(texts, "+")
    safe = pc.if_else(plain, unsigned, pa.scalar(None, pa.string()))
    values = np.array(pc.cast(safe, pa.float64()).to_numpy(zero_copy_only=False))
    kind = np.zeros(len(values), dtype=np.int8)
    odd = np.flatnonzero(~np.asarray(plain) | np.isinf(values))
    words = {str(c).strip().lower() for c in rules.missing if isinstance(c, str)}
    known: dict[str, tuple[float, Kind] | None] = {"": (math.nan, Kind.EMPTY)}
    if odd.size:
        left = texts.take(pa.array(odd)).to_pylist()
        for row, text in zip(odd.tolist(), left, strict=True):
            if text not in known:
                known[text] = _odd(text, words, rules)
            found = known[text]
            if found is None:
                raise TableError(
                    f"'{text}' is not a finite number",
                    where=table.where(row, column),
                    fix=_advice(text, left.count(text)),
                )
            values[row], kind[row] = found
    return values, kind


def _advice(text: str, cells: int) -> str:
    """What to do about a cell that is no number, of which there are some."""
    if re.search(r"\d", text):
        return "write a plain number with a decimal point, no thousands separators"
    many = f", as in {cells:,} cells" if cells > 1 else ""
    return (
        f"if it means 'not measured'{many}, add it to the codes of the section that names the "
        f'file: missing = ["{text}"]; else mend the cell, or leave the column out of values'
    )


def _odd(text: str, words: set[str], rules: CellRules) -> tuple[float, Kind] | None:
    if text.lower() in words:
        return math.nan, Kind.CODE
    limit = _LIMIT.fullmatch(text)
    try:
        value = plain_number(limit.group(2) if limit else text)
    except ValueError:
        return None
    if limit is None:  # a number of many digits
        return value, Kind.MEASURED
    if limit.group(1) == "<":
        return float(rules.below_value(value)), Kind.BELOW
    return (value if rules.above == "limit" else math.nan), Kind.ABOVE
