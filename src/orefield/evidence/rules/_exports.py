"""Exports of a refined metal within production and imports."""

from __future__ import annotations

import math
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    bounds,
    conclude,
    exact,
    levels,
    one_class,
    years,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Stage


def exports_in_supply(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding | None]:
    """Exports of a refined metal come from production, imports and stocks."""
    for out in corpus.of_quantity(Quantity.EXPORTS):
        spoken, sold = years(out), bounds(out)
        if sold is None or spoken is None or out.id in old or out.topic.stage is not Stage.REFINED:
            continue
        if out.background or len(spoken) != 1 or out.counterpart or not out.topic.commodity:
            continue
        terms: list[Statement] = []
        for quantity in (Quantity.PRODUCTION, Quantity.IMPORTS):
            topic = Topic(out.entity, quantity, out.topic.commodity, Stage.REFINED)
            year = [s for s in levels(corpus, topic) if years(s) == spoken and s.unit == out.unit]
            year = [s for s in year if s.id not in old and one_class(s, out)]
            if year:
                terms.append(max(year, key=lambda s: _wide(s).high))
        if len(terms) < 2:
            continue
        made = total(_wide(s) for s in terms)
        # stocks that are drawn down are not known: the tolerance stands for them
        gap = sold.low - made.high * (1.0 + BACKGROUND_TOLERANCE)
        if not math.isfinite(gap):
            gap = 0.0
        words = f"exports of {amount(exact(out) or sold, out.unit)} from {out.subject}"
        against = (
            f"production {amount(exact(terms[0]) or made, out.unit)} and imports "
            f"{amount(exact(terms[1]) or made, out.unit)} in {spoken[0]}"
        )
        verdict = Verdict.VIOLATE if gap > 0.0 else Verdict.PASS
        text = f"{words} are {'above' if gap > 0.0 else 'within'} {against}."
        yield conclude(name, verdict, [*terms, out], text, max(gap, 0.0), out.unit)


def _wide(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found
