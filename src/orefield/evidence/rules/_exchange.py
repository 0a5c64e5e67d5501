"""Exchange rates: one amount told in two currencies implies the rate between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.pairing import apart, bounds, conclude, exact, set_aside, years
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, number
from orefield.evidence.statement import Quantity, Statement

NAME = "exchange-rate"

_CNY_PER_USD = (
    (range(1994, 2005), Interval(8.2, 8.8)),
    (range(2005, 2008), Interval(7.2, 8.3)),
    (range(2008, 2011), Interval(6.5, 7.4)),
    (range(2011, 2015), Interval(6.0, 6.7)),
    (range(2015, 2020), Interval(6.1, 7.25)),
    (range(2020, 2030), Interval(6.2, 7.4)),
)
"""Broad bounds of the daily rate by period, recalled from the Federal Reserve's H.10 series and
unverified; after 2025 the last band is carried on."""

_WITHIN_YEAR = 0.05
"""How far the rate of a day lies from the year's mean: most in 2008, 2015 and 2022."""

_CURRENCY = re.compile(
    r"\b(usd|us\$|dollars?|cny|rmb|yuan|renminbi|in|billion|million|trillion|bn|equivalent)\b"
    r"|[$¥￥()（）]|美元|人民币|元|折合",
    re.IGNORECASE,
)


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    told: dict[tuple[object, ...], dict[str, list[Statement]]] = {}
    for s in corpus.of_quantity(Quantity.MONEY):
        if s.background or s.id in old or s.unit not in {"USD", "CNY"}:
            continue
        amount_of = bounds(s)
        if amount_of is None or amount_of.low <= 0.0:
            continue
        thing = " ".join(_CURRENCY.sub(" ", s.attribute.replace("_", " ")).casefold().split())
        key = (s.source, s.entity, s.topic.commodity, thing, years(s), s.date)
        told.setdefault(key, {}).setdefault(s.unit, []).append(s)
    for pair in told.values():
        yuan, dollars = pair.get("CNY", []), pair.get("USD", [])
        # several amounts of one name do not tell which is which
        if len(yuan) == 1 and len(dollars) == 1:
            found = _judge(corpus, yuan[0], dollars[0])
            if found is not None:
                yield found


def _judge(corpus: Corpus, yuan: Statement, dollars: Statement) -> Finding | None:
    above, below = bounds(yuan), bounds(dollars)
    stated, base = exact(yuan), exact(dollars)
    assert above is not None
    assert below is not None
    assert stated is not None
    assert base is not None
    implied = above / below
    known, members, words = _rate(corpus, yuan)
    shown = f"{number(implied.low)}-{number(implied.high)} CNY/USD"
    text = (
        f"{amount(stated, 'CNY')} and {amount(base, 'USD')} for {yuan.subject} imply {shown}, "
        f"against {number(known.low)}-{number(known.high)} ({words})"
    )
    gap = apart(known, implied)
    fields = ("unit", "first_year", "last_year")
    both = [yuan, dollars, *members]
    if gap == 0.0:
        return conclude(NAME, Verdict.PASS, both, f"{text}.", 0.0, "CNY/USD", fields=fields)
    text += ": they are not one amount."
    return conclude(NAME, Verdict.VIOLATE, both, text, gap, "CNY/USD", fields=fields)


def _rate(corpus: Corpus, s: Statement) -> tuple[Interval, tuple[Statement, ...], str]:
    """Bounds of the rate in the years spoken of; over all years where undated."""
    spoken = years(s)
    if spoken is not None:
        found = tuple(
            x
            for x in corpus.of_quantity(Quantity.EXCHANGE)
            if x.unit == "CNY/USD" and x.background and years(x) == spoken and bounds(x)
        )
        if found:
            hull = [b for x in found if (b := bounds(x)) is not None]
            wide = Interval(min(b.low for b in hull), max(b.high for b in hull))
            return wide.scaled(_WITHIN_YEAR), found, "the year's mean and 5 % about it"
    bands = [
        band
        for period, band in _CNY_PER_USD
        if spoken is None or (spoken[0] < period.stop and period.start <= spoken[-1])
    ]
    if not bands:
        # no market rate before 1994, and none known so far ahead
        return Interval(1.0, 10.0), (), "any rate since 1978"
    wide = Interval(min(b.low for b in bands), max(b.high for b in bands))
    return wide, (), "broad bounds of the period"


RULE = Rule(NAME, "One amount in two currencies implies a rate that was in force.", _run)
