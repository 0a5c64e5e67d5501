"""Utilisation: what is made over what can be made, in one year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.pairing import apart, bounds, conclude, exact, is_planned
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement

NAME = "utilisation"

_WORDS = re.compile(r"utili[sz]ation|operating rate|开工率|产能利用率", re.IGNORECASE)
_PAIRS = ((Quantity.PRODUCTION, Quantity.CAPACITY), (Quantity.THROUGHPUT, Quantity.THROUGHPUT))
_LOOSE = 0.03
"""Capacity changes within a year, and plants count it by their own days: this share is no slip."""


def _run(corpus: Corpus) -> Iterator[Finding]:
    for rate in corpus.of_quantity(Quantity.OTHER):
        if rate.background or rate.unit != "1" or not _WORDS.search(rate.attribute):
            continue
        share = bounds(rate)
        if share is None:
            continue
        for made, can in _flows(corpus, rate):
            output, capacity = bounds(made), bounds(can)
            if output is None or capacity is None or capacity.low <= 0.0:
                continue
            implied = (output / capacity).scaled(_LOOSE)
            told, made_shown, can_shown = exact(rate), exact(made), exact(can)
            assert told is not None
            assert made_shown is not None
            assert can_shown is not None
            gap = apart(implied, share)
            head = (
                f"{made.subject}: {amount(made_shown, made.unit)} of a capacity of "
                f"{amount(can_shown, can.unit)} is {amount(made_shown / can_shown, '1')}"
            )
            if gap == 0.0:
                text = f"{head}, and {amount(told, '1')} is stated: they agree."
                found = conclude(NAME, Verdict.PASS, [made, can, rate], text, 0.0, "1")
            else:
                text = f"{head}, yet {amount(told, '1')} is stated."
                found = conclude(NAME, Verdict.VIOLATE, [made, can, rate], text, gap, "1")
            if found is not None:
                yield found


def _flows(corpus: Corpus, rate: Statement) -> Iterator[tuple[Statement, Statement]]:
    """Output and capacity of the thing in the year, in one unit."""
    about = [
        s
        for s in corpus.of_entity(rate.entity)
        if s.unit == "t/y" and s.same_time(rate) and bounds(s) is not None
    ]
    for produced, able in _PAIRS:
        for made in about:
            if made.topic.quantity is not produced or is_planned(made) or _is_capacity(made):
                continue
            for can in about:
                alike = (can.topic.commodity, can.topic.stage) == (
                    made.topic.commodity,
                    made.topic.stage,
                )
                if can.topic.quantity is able and _is_capacity(can) and alike:
                    yield made, can


def _is_capacity(s: Statement) -> bool:
    return s.topic.quantity is Quantity.CAPACITY or s.resource_class.value == "capacity"


RULES: tuple[Rule, ...] = (
    Rule(NAME, "Output over capacity is the utilisation that is stated.", _run),
)
