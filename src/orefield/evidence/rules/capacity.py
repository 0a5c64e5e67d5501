"""What a site can give: ore rate x days x grade x recovery, metal in ore, the life of a mine."""

from __future__ import annotations

import math
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._chain import (
    Factor,
    grade,
    ore_rate,
    recovery,
    relatives,
)
from orefield.evidence.rules._concentrates import metal_of_concentrate
from orefield.evidence.rules._contents import check_contents, check_life
from orefield.evidence.rules._definitions import APART, edition
from orefield.evidence.rules._sites import Sites
from orefield.evidence.rules._values import (
    DAYS,
    conclude,
    independent,
    planned,
    single_site,
    stated,
    yearly,
)
from orefield.evidence.rules._year_output import check_nameplate, check_year
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, metal_name
from orefield.evidence.statement import Statement
from orefield.evidence.vocabulary import Basis

NAME = "capacity-identity"

_TOLERANCE = 1.10
"""Outputs may exceed the product by this much: years of good ore, days above nameplate."""

_OTHER_STUDY = 2.0
"""A plan of another edition may be of a mine of up to twice the size."""

_CONCENTRATE_GRADE = 0.35
"""Above this, a concentrate of a base metal is no longer one."""


def check_capacity(corpus: Corpus) -> Iterator[Finding]:
    """Hold every metal output of a site against what its ore can give.

    Metal output <= ore rate x days x grade x recovery. A factor that is not stated is taken from
    the site's parents and parts, then bounded by the shipped table; each is named. Verdicts
    rest on the upper end of every factor.
    """
    # background outputs are held only against rates under check
    sites = Sites(corpus)
    for entity, outputs in sites.metal_outputs.items():
        if single_site(corpus, entity):
            tried = any(not s.background for s in sites.ore_rates.get(entity, ()))
            for output in outputs:
                if tried or not output.background:
                    yield from _hold(sites, output)
    for entity, outputs in sites.concentrates.items():
        if single_site(corpus, entity) and sites.ore_rates.get(entity):
            for gross in outputs:
                metal = metal_of_concentrate(corpus, gross)
                if metal is not None and not gross.background:
                    yield from _hold(sites, metal)


def _capacities(corpus: Corpus) -> Iterator[Finding]:
    yield from check_capacity(corpus)
    yield from check_nameplate(corpus)


def _metals(corpus: Corpus) -> Iterator[Finding]:
    yield from check_contents(corpus)
    yield from check_year(corpus)


def _hold(sites: Sites, output: Statement) -> Iterator[Finding]:
    corpus, commodity = sites.corpus, output.topic.commodity
    need = yearly(output)
    if need is None or need.high <= 0.0:
        return
    ore = ore_rate(sites, output, relatives(corpus, output.entity, children=False))
    if ore is None or ore.span.high <= 0.0:
        return
    family = relatives(corpus, output.entity, children=True)
    metal_in_ore = grade(sites, commodity, family)
    if metal_in_ore is not None:
        factors = (ore, metal_in_ore, recovery(sites, commodity, family))
        yield from _judge(corpus, output, need, factors)


def _judge(
    corpus: Corpus, output: Statement, need: Interval, factors: tuple[Factor, Factor, Factor]
) -> Iterator[Finding]:
    can = factors[0].span * factors[1].span * factors[2].span
    slack = _TOLERANCE * (_OTHER_STUDY if _of_another_study(corpus, output, factors[0]) else 1.0)
    for factor in factors:
        slack *= factor.slack
    parts = [s for factor in factors for s in factor.statements]
    product = " x ".join(factor.words for factor in factors)
    text = f"{product} = {_in_words(factors, can)} of {metal_name(output.topic.commodity)}; {{}}"
    low = max(need.low, 0.0)
    told = output.stated * (DAYS if output.unit == "t/d" else 1.0) if output.stated else need
    if low <= can.high * _TOLERANCE:
        words = text.format(f"stated are {amount(told, 't/y')}: possible ({stated(output)})")
        yield from conclude(NAME, Verdict.PASS, [*parts, output], words, residual=0.0, unit="t/y")
        return
    ratio = low / can.high
    words = f"stated are {amount(told, 't/y')}, {ratio:.3g} times that ({stated(output)})"
    if output.basis in {Basis.NONE, Basis.UNSTATED} and low <= can.high / _CONCENTRATE_GRADE * 2.0:
        words += "; the basis is not stated: as gross concentrate it might be possible"
    verdict = Verdict.VIOLATE if ratio > slack else Verdict.INSUFFICIENT
    if verdict is Verdict.INSUFFICIENT:
        words += "; richer ore, an expansion or another edition of the plan could explain it"
    yield from conclude(
        NAME,
        verdict,
        [*parts, output],
        text.format(words),
        residual=low - can.high,
        unit="t/y",
        blamed=[output] if verdict is Verdict.VIOLATE and _supported(corpus, parts, output) else [],
        relied=["resource_class", "first_year"],
    )


def _of_another_study(corpus: Corpus, output: Statement, ore: Factor) -> bool:
    """Whether an output was planned in another edition than the ore rate it is held against."""
    if not planned(output):
        return False
    mine = edition(corpus, output)
    others = [
        edition(corpus, s) for s in ore.statements if planned(s) and s.source != output.source
    ]
    return any(mine and day and abs(mine - day) >= APART for day in others)


def _in_words(factors: tuple[Factor, Factor, Factor], can: Interval) -> str:
    """The product of the figures as stated, and the most that rounding allows."""
    middles = [factor.span.middle for factor in factors if factor.statements]
    if len(middles) < len(factors):
        return f"at most {amount(can.high, 't/y')}"
    return f"{amount(math.prod(middles), 't/y')}, with rounding at most {amount(can.high, 't/y')}"


def _supported(corpus: Corpus, parts: list[Statement], output: Statement) -> bool:
    """Whether the factors rest on more than one origin, or on reference evidence alone."""
    others = [s for s in parts if s.source != output.source]
    if others and all(s.background for s in parts):
        return True
    return len(independent(corpus, others)) >= 2 and len(others) == len(parts)


RULES = (
    Rule(NAME, "ore rate x days x grade x recovery is at least the metal output", _capacities),
    Rule("metal-content", "metal is ore times grade, and recovery where it is recovered", _metals),
    Rule("mine-life", "reserves last as long as stated, and exceed what is mined", check_life),
)
"""Rules of this module."""
