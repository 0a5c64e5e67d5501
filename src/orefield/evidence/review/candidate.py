"""What is reviewed: a candidate claim at its place in a document, under a key that lasts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orefield.core import units
from orefield.core.errors import UnitError
from orefield.evidence.extract import Candidate, candidates_to_rows

FIELDS = ("subject", "attribute", "value_low", "value_high", "unit", "period", "qualifier")
"""Fields that every candidate has, by column of ``claims.csv``."""

MORE = (
    "paraphrase", "published", "entity", "commodity", "basis", "stage", "class", "rate_type",
    "valid_from", "valid_to", "counterpart", "speaker", "hops",
)  # fmt: skip
"""Further columns of ``claims.csv`` that a candidate may fill."""

UNSAID = frozenset({"missing", "unnamed"})
"""What an extractor says of a field of which the document says nothing: an empty cell."""

_CLOSE = 1e-9
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate in a document.

    Parameters
    ----------
    document : str
        SHA-256 of the document, so that a place in it means something.
    source : str
        Id of the source that the document is.
    start, end : int
        Where the number stands, in characters.
    cells : mapping of str to str
        The candidate as a row of ``claims.csv``; fields of which nothing is said are absent.
    """

    document: str
    source: str
    start: int
    end: int
    cells: Mapping[str, str]

    @property
    def low(self) -> float | None:
        """The value, or the lower end."""
        return float(self.cells["value_low"]) if "value_low" in self.cells else None

    @property
    def high(self) -> float | None:
        """The upper end."""
        return float(self.cells["value_high"]) if "value_high" in self.cells else None

    @property
    def unit(self) -> str:
        """The unit, as proposed."""
        return self.cells.get("unit", "")

    @property
    def key(self) -> str:
        """SHA-256 of document, place and normalised value: what a decision is kept under."""
        return key_of(self.document, self.start, self.end, self.low, self.high, self.unit)

    @property
    def reading(self) -> str:
        """A short digest of every field: tells whether a later reading says the same.

        The paraphrase is made of the others, and may be put in other words; the date is the
        document's.
        """
        names = sorted(set(self.cells) - {"paraphrase", "published"})
        said = "\x1f".join(f"{name}={self.cells[name]}" for name in names)
        # the letter keeps a spreadsheet from taking digits for a number
        return "r" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


def document_key(data: bytes) -> str:
    """The key of a document: SHA-256 of its bytes."""
    return hashlib.sha256(data).hexdigest()


def propose(
    document: str, source: str, candidates: Iterable[Candidate], *, published: str = ""
) -> tuple[Proposal, ...]:
    """Candidates of one document, ready for review; one that is proposed twice stands once.

    Parameters
    ----------
    document : str
        :func:`document_key` of it.
    source : str
        Id of the source that it is.
    candidates : iterable of Candidate
        As the extractor gives them.
    published : str
        ISO date of the document.
    """
    listed = list(candidates)
    found: dict[tuple[str, str], Proposal] = {}
    rows = candidates_to_rows(listed, published=published)
    for candidate, row in zip(listed, rows, strict=True):
        cells = {
            name: " ".join(row[name].split())
            for name in (*FIELDS, *MORE)
            if row.get(name, "") and row[name] not in UNSAID and (name, row[name]) != ("hops", "0")
        }
        at = candidate.locator
        proposal = Proposal(document, source, at.start, at.end, MappingProxyType(cells))
        found.setdefault((proposal.key, proposal.reading), proposal)
    return tuple(found.values())


def key_of(
    document: str, start: int, end: int, low: float | None, high: float | None, unit: str
) -> str:
    """SHA-256 of a place in a document and the number there.

    The number counts to nine digits; an upper end that equals the lower one is left out, and
    a unit is spelled in its canonical way where it has one.
    """
    if high == low:
        high = None
    numbers = ["" if x is None else f"{x:.{_DIGITS}g}" for x in (low, high)]
    said = "\n".join((document, str(start), str(end), *numbers, _canonical(unit)))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def same_value(
    one: tuple[float | None, float | None, str], other: tuple[float | None, float | None, str]
) -> bool:
    """Whether two readings of (low, high, unit) are one quantity, in whatever unit.

    A unit that one reading lacks or does not know is no difference; two known units that do
    not convert are.
    """
    factor = _factor(one[2], other[2])
    if factor is None:
        return False
    ends = [(a, a if b is None else b) for a, b in (one[:2], other[:2])]
    return all(
        (a is None and b is None)
        or (a is not None and b is not None and math.isclose(a * factor, b, rel_tol=_CLOSE))
        for a, b in zip(*ends, strict=True)
    )


def _canonical(unit: str) -> str:
    try:
        return units.normalise(unit) if unit.strip() else ""
    except UnitError:
        return " ".join(unit.split())


def _factor(one: str, other: str) -> float | None:
    a, b = _canonical(one), _canonical(other)
    if a == b or not a or not b:
        return 1.0
    try:
        return units.factor(a, b)
    except UnitError:
        known = {unit for unit in (a, b) if _is_known(unit)}
        return None if len(known) == 2 else 1.0


def _is_known(unit: str) -> bool:
    try:
        units.normalise(unit)
    except UnitError:
        return False
    return True
