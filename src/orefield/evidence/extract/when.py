"""Which period a figure speaks of, from the dates around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from orefield.evidence.written_dates import DateKind, DateMention

_COMPARED = re.compile(
    r"(?:较|比|与|\bthan(?: in| the)?|\bcompared (?:to|with)(?: the)?|\bversus|\bvs\.?|"
    r"\bfrom(?: the)?|\bon)\s?$",
    re.IGNORECASE,
)
_NO_YEAR = re.compile(r"后年(?=[产处可均采选新生平])")


@dataclass(frozen=True, slots=True)
class Period:
    """A period as written, and its calendar years."""

    text: str = ""
    first_year: int | None = None
    last_year: int | None = None


def years_of(mention: DateMention) -> tuple[int | None, int | None]:
    """First and last year of a date mention; the last is open for "since"."""
    first = int(mention.first[:4]) if mention.first else None
    last = int(mention.last[:4]) if mention.last else None
    return first, last


class Calendar:
    """Dates of a text, and the years that its figures are of.

    Parameters
    ----------
    text : str
    mentions : sequence of DateMention
    reported : str
        ISO date of the document: it closes a "since".
    """

    def __init__(self, text: str, mentions: Sequence[DateMention], reported: str) -> None:
        self._text = text
        # 建成后年产 is "after completion, yearly output", and no 后年, the year after next
        real = (m for m in mentions if not _NO_YEAR.match(text, m.start))
        self._mentions = sorted(real, key=lambda m: m.start)
        self._starts = [m.start for m in self._mentions]
        self._year = int(reported[:4]) if reported[:4].isdigit() else None

    def between(self, start: int, end: int) -> list[DateMention]:
        """Dates between two offsets."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [m for m in self._mentions[first:last] if m.end <= end]

    def of(
        self,
        span: tuple[int, int],
        clause: tuple[int, int],
        sentence: tuple[int, int],
        before: int,
        after: int,
    ) -> Period:
        """Period of the figure at ``span``: the nearest date of its clause, else of its sentence.

        ``before`` and ``after`` are the ends of the neighbouring figures; a date beyond them is
        theirs first.
        """
        best: tuple[float, DateMention] | None = None
        for mention in self.between(*sentence):
            if not mention.first and not mention.last:
                continue
            if mention.end <= span[0]:
                distance = float(span[0] - mention.end)
                distance += 20.0 if mention.end <= before else 0.0
                distance *= 0.6 if mention.start <= sentence[0] + 4 else 1.0
            else:
                distance = float(mention.start - span[1])
                distance += 30.0 if mention.start >= after else 0.0
            if not clause[0] <= mention.start < clause[1]:
                distance += 60.0
            if mention.first == mention.last and len(mention.first) == 10:
                distance += 80.0  # a day is mostly that of the report, not of the figure
            if _COMPARED.search(self._text[max(0, mention.start - 18) : mention.start]):
                distance += 70.0  # what it is compared with
            if best is None or distance < best[0]:
                best = (distance, mention)
        return Period() if best is None else self.period(best[1])

    def period(self, mention: DateMention) -> Period:
        """A date mention as a period; "since" ends with the report."""
        first, last = years_of(mention)
        if mention.kind is DateKind.SINCE and last is None and first is not None:
            last = self._year
        if last is not None and first is not None and last < first:
            last = None
        return Period(mention.text, first, last)
