"""Totals that a text works out from what it lists, without saying how."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules.locating import Locator
from orefield.evidence.rules.pairing import (
    SLACK,
    bounds,
    conclude,
    exact,
    is_computed,
    set_aside,
    years,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Statement

_SUMMED = re.compile(r"\b(sum|total)\b|合计|总计|之和", re.IGNORECASE)
_FEWEST_PARTS = 2


def stated_totals(
    corpus: Corpus,
    name: str,
    apart: Callable[[Corpus, list[Statement], Locator], list[Statement]],
) -> Iterator[Finding]:
    """A total worked out from what its text lists, without saying how, against that list."""
    old = set_aside(corpus)
    locate = Locator(corpus)
    for whole in corpus.checked:
        if not whole.is_derived or whole.derived_from or whole.id in old:
            continue
        if not _SUMMED.search(f"{whole.attribute} {whole.subject}") or re.search(
            r"\d\s*[+]", f"{whole.derivation} {whole.words}"
        ):
            continue
        spoken = years(whole)
        listed = [
            s
            for s in corpus.of_source(whole.source)
            if not s.background
            and s.id not in old
            and s.topic.quantity is whole.topic.quantity
            and s.topic.commodity == whole.topic.commodity
            and (s.unit == whole.unit and bounds(s) is not None and not is_computed(s))
            and (spoken is None or years(s) is None or years(s) == spoken)
            and s.entity != whole.entity
            and (locate.lies_in(s, whole) or locate.presumed_in(s, whole))
        ]
        parts = apart(corpus, listed, locate)
        if len(parts) >= _FEWEST_PARTS and bounds(whole) is not None:
            found = _total_of(name, whole, parts)
            if found is not None:
                yield found


def _total_of(name: str, whole: Statement, parts: list[Statement]) -> Finding | None:
    made, stated = total(_exactly(s) for s in parts), _exactly(whole)
    slack = sum(s.rounding for s in (*parts, whole) if 0.0 < s.rounding < math.inf)
    ends = [made.low - stated.low]
    if math.isfinite(made.high) and math.isfinite(stated.high):
        ends.append(made.high - stated.high)
    off = max(ends, key=abs)
    plus = " + ".join(amount(_exactly(s), s.unit) for s in parts)
    text = f"{plus} = {amount(made, whole.unit)}, and {amount(stated, whole.unit)} is stated"
    members = [*parts, whole]
    if abs(off) <= slack + SLACK * abs(stated.low):
        return conclude(name, Verdict.PASS, members, f"{text}.", 0.0, whole.unit)
    text += f" for {whole.subject}: apart by {amount(abs(off), whole.unit)}."
    return conclude(name, Verdict.VIOLATE, members, text, off, whole.unit, [whole.id])


def _exactly(s: Statement) -> Interval:
    found = exact(s)
    assert found is not None
    return found
