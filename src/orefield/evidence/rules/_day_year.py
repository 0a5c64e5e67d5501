"""One ore rate told by the day and by the year: a working year has 300 to 366 days."""

from __future__ import annotations

import math
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import scope
from orefield.evidence.rules._sites import Sites
from orefield.evidence.rules._values import allowed, central, conclude, planned, single_site, stated
from orefield.evidence.rules.pairing import is_computed
from orefield.evidence.rules.wording import amount, number
from orefield.evidence.statement import Quantity, Statement

_NAME = "unit-slip"
_OF_PRODUCTS = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY})
_DAYS = Interval(300.0, 366.0)
_DIGITS = 1e-3
"""The same digits differ by no more, in decimal logarithm."""

_OTHER_RATE = 2.0
"""Rates of one definition further apart than this, beyond the working days, are two rates."""


def check_day_and_year(corpus: Corpus) -> Iterator[Finding]:
    """Hold ore rates by the day against ore rates by the year, of one site, class and year.

    The same digits with another multiple (90 kt/d, 90 Mt/y) tell a slip whatever the scope; other
    digits only where both are of one scope and class.
    """
    for entity, rates in Sites(corpus).ore_rates.items():
        if not single_site(corpus, entity):
            continue
        sized = [s for s in rates if not is_computed(s) and central(s) is not None]
        yearly = [s for s in sized if s.unit != "t/d"]
        for day in (s for s in sized if s.unit == "t/d"):
            for year in yearly:
                if not (day.background and year.background) and _one_state(day, year):
                    yield from _judge(day, year)
    yield from _products(corpus)


def _products(corpus: Corpus) -> Iterator[Finding]:
    """One product of one entity with the same digits by the day and by the year."""
    for day in corpus.checked:
        if day.unit != "t/d" or day.topic.quantity not in _OF_PRODUCTS or is_computed(day):
            continue
        for year in corpus.of_entity(day.entity):
            alike = day.topic.quantity is year.topic.quantity and year.unit == "t/y"
            alike = alike and day.topic.commodity == year.topic.commodity
            alike = alike and day.basis is year.basis and not is_computed(year)
            if alike and _one_state(day, year) and _same_digits(day, year):
                yield from _judge(day, year)


def _one_state(day: Statement, year: Statement) -> bool:
    one_class = planned(day) == planned(year) and day.part_of_year == year.part_of_year
    dated = (day.first_year, day.last_year) == (year.first_year, year.last_year)
    return one_class and (dated or None in (day.first_year, year.first_year))


def _same_digits(day: Statement, year: Statement) -> bool:
    a, b = central(day), central(year)
    if a is None or b is None:
        return False
    power = math.log10(b / a)
    return abs(power - round(power)) < _DIGITS


def _judge(day: Statement, year: Statement) -> Iterator[Finding]:
    rate, flow = allowed(day), allowed(year)
    a, b = central(day), central(year)
    if rate is None or flow is None or a is None or b is None or (rate * _DAYS).overlaps(flow):
        return
    same_digits = _same_digits(day, year)
    made = _DAYS * a
    factor = b / made.high if b > made.high else made.low / b
    alike = scope(day) == scope(year) and day.resource_class is year.resource_class
    alike = alike and day.topic.quantity is year.topic.quantity and day.same_time(year)
    dated = day.first_year is not None and day.first_year == year.first_year
    if not same_digits and not (alike and dated and factor > _OTHER_RATE):
        return
    text = (
        f"{stated(day)}, x 300 to 366 d, is {amount(made, 't/y')}; {stated(year)} is "
        f"{number(factor)} times {'more' if b > made.high else 'less'}"
    )
    if same_digits:
        text += ": the same digits, so that the day or the multiple is a slip"
    yield from conclude(
        _NAME,
        Verdict.TIE,
        [day, year],
        text,
        residual=factor,
        unit="ratio",
        relied=["resource_class", "first_year"],
    )
