"""A row of ``claims.csv`` as an analyst keeps it: cells as written, numbers read, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from orefield.evidence.dates import first_day, last_day
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.sheet import Record
from orefield.evidence.folder.written import is_unknown, read_date, read_number, words_of

_HOPS = re.compile(r"\d{1,2}", re.ASCII)
_YEARS = re.compile(r"(?<!\d)((?:1[5-9]|20|21)\d{2})(s|年代)?(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class LooseClaim:
    """One row. What a cell means is settled elsewhere; here stands what is written.

    Parameters
    ----------
    id : str
        As written; with ``~2`` after it for the second row of one id, and ``row-LINE`` where
        the cell is empty.
    low, high : float or None
        The two numbers, the smaller first. ``low`` alone is a single figure or a lower end,
        ``high`` alone an upper end. None where the cell holds no finite number.
    cells : mapping of str to str
        Every cell of the row, by canonical column (``value_low`` for ``low``); an unknown
        column keeps its own name.
    where : str
        ``file:line``.
    problems : tuple of Problem
    """

    id: str
    low: float | None
    high: float | None
    cells: Mapping[str, str] = field(hash=False)
    where: str = field(default="", compare=False)
    problems: tuple[Problem, ...] = ()

    def text(self, column: str, default: str = "") -> str:
        """A cell by canonical column; ``default`` where it is empty or the table lacks it."""
        return self.cells.get(column, "") or default

    @property
    def source(self) -> str:
        """Id of the source, as written."""
        return self.text("source")

    @property
    def subject(self) -> str:
        """Who or what is spoken of, as written."""
        return self.text("subject")

    @property
    def attribute(self) -> str:
        """What is said of it, as written."""
        return self.text("attribute")

    @property
    def unit(self) -> str:
        """The unit, as written."""
        return self.text("unit")

    @property
    def period(self) -> str:
        """The time spoken of, as written."""
        return self.text("period")

    @property
    def hops(self) -> int | None:
        """Steps from the one who knows; None where the cell is empty or no whole number."""
        text = self.text("hops")
        return int(text) if _HOPS.fullmatch(text) else None

    @property
    def supersedes(self) -> tuple[str, ...]:
        """Ids of the claims that this one replaces."""
        return words_of(self.text("supersedes"))

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last calendar year spoken of; None where the row is undated.

        ``valid_from`` and ``valid_to`` where they are given (an open end is the other end),
        else the years that the period names; a decade stands for its ten years.
        """
        starts, ends = self._iso("valid_from"), self._iso("valid_to")
        if starts or ends:
            first = first_day(starts or ends).year
            return first, max(first, last_day(ends or starts).year)
        named = [(int(y), int(y) + 9 if decade else int(y))
                 for y, decade in _YEARS.findall(self.period)]  # fmt: skip
        if not named:
            return None
        return min(y for y, _ in named), max(y for _, y in named)

    def with_problems(self, *more: Problem) -> LooseClaim:
        """The same row with further problems."""
        return replace(self, problems=(*self.problems, *more))

    def _iso(self, column: str) -> str:
        return read_date(self.text(column), self.where)[0]


def loose_claim(record: Record) -> LooseClaim:
    """A row read: its numbers, and what is wrong with it."""
    problems: list[Problem] = []
    row_id = record.text("id")
    if not row_id:
        row_id = f"row-{record.line}"
        problems.append(
            Problem(f"a claim has no id: called '{row_id}' here", record.at("id"), "give it one")
        )
    for column in ("source", "subject", "attribute"):
        if not record.text(column):
            problems.append(
                Problem(f"claim '{row_id}' has no {column}", record.at(column), "fill the cell")
            )
    low, faults = read_number(record.text("value_low"), record.at("value_low"))
    problems += faults
    high, faults = read_number(record.text("value_high"), record.at("value_high"))
    problems += faults
    if low is not None and high is not None and high < low:
        low, high = high, low
        problems.append(
            Problem(
                f"range of '{row_id}' runs down from {high:g} to {low:g}: read as {low:g} to "
                f"{high:g}",
                record.at("value_high"),
                "write the smaller end first; two states of a thing are two claims",
            )
        )
    if (low is not None or high is not None) and not record.text("unit"):
        problems.append(
            Problem(f"'{row_id}' is a number without a unit", record.at("unit"),
                    "write the unit, or 1 for a pure number")
        )  # fmt: skip
    hops = record.text("hops")
    if not is_unknown(hops) and not _HOPS.fullmatch(hops):
        problems.append(
            Problem(f"hops of '{row_id}' is '{hops[:20]}'", record.at("hops"),
                    "write a whole number, 0 for the origin itself")
        )  # fmt: skip
    for column in ("published", "valid_from", "valid_to", "reported_at", "recorded_at", "vintage"):
        problems += read_date(record.text(column), record.at(column))[1]
    return LooseClaim(
        row_id, low, high, MappingProxyType(record.cells), record.where, tuple(problems)
    )


def unique(claims: Iterable[LooseClaim]) -> tuple[LooseClaim, ...]:
    """Rows with ids made unique: an equal row once, a different one under ``id~2``, both told."""
    listed = list(claims)
    taken = {claim.id for claim in listed}
    kept: dict[str, LooseClaim] = {}
    # for ids that repeat: contents seen under it, and the id that each is kept under
    repeated: dict[str, dict[frozenset[tuple[str, str]], str]] = {}
    for claim in listed:
        first = kept.get(claim.id)
        if first is None:
            kept[claim.id] = claim
            continue
        seen = repeated.setdefault(claim.id, {frozenset(first.cells.items()): first.id})
        content = frozenset(claim.cells.items())
        at = f"{claim.where}, column 'id'"
        if content in seen:
            same = kept[seen[content]]
            kept[same.id] = same.with_problems(
                Problem(
                    f"claim '{claim.id}' stands twice, word for word: counted once",
                    at,
                    f"remove it; the first is in {same.where}",
                )
            )
            continue
        number = len(seen) + 1
        while (other := f"{claim.id}~{number}") in taken:
            number += 1
        taken.add(other)
        seen[content] = other
        kept[other] = replace(claim, id=other).with_problems(
            Problem(
                f"claim '{claim.id}' stands twice and differs: this one is called '{other}' here",
                at,
                f"give it an id of its own; the first is in {first.where}",
            )
        )
    return tuple(kept.values())
