"""What a mine throws away: tailings are ore less product, waste is ore times strip ratio."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import moisture
from orefield.evidence.rules._sites import is_ore_rate
from orefield.evidence.rules._values import allowed, conclude, single_site, stated
from orefield.evidence.rules._volumes import apart, measures, same_period, same_terms, tonnes_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, number
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.words.matters import waste_of

NAME = "waste-identity"

_ABOVE = 1.10
"""Moisture left in dry tailings, and the meters of mill and dam, are this far apart at most."""

_WET = 2.0
"""Above this even a slurry thickened as usual holds more solids than there was ore."""

_STRIPPED = 1.25
"""A year's strip ratio is rounded, and ore from stockpiles was not stripped in the year."""

_CLEAR = 2.0
"""From this factor on no stockpile explains it."""

_CUMULATIVE = re.compile(
    r"\bstored\b|\bstorage\b|accumulat|cumulat|\bsince\b|\bto date\b|\bin total\b|"
    r"\ball\b.*\bever\b|stockpil|\bheld\b|\blegacy\b|\bhistoric|累计|堆存|历年|历史",
    re.IGNORECASE,
)
# what is neutralised or thickened gains weight, and other mills' tailings may come in
_GAINS = re.compile(
    r"reagent|limestone|gypsum|neutrali|\bincl|slurry|pulp|\bwet\b|third[- ]part|toll|"
    r"other (?:mill|mine|plant)s?|regional|purchased|co-?dispos|residue|含水|矿浆",
    re.IGNORECASE,
)
_OWN = re.compile(r"\bown\b|current ore|\bonly\b|自产|本矿", re.IGNORECASE)
_RATIO = re.compile(
    r"\bstrip(?:ping)?\b.*\bratio|\bwaste[- :/]*(?:to[- ]*)?ore\b|\bratio of waste|"
    r"剥采比",
    re.IGNORECASE,
)
_TO_ROCK = re.compile(r"waste (?:to|/|:) total|share of waste|total", re.IGNORECASE)
_LIFE = re.compile(r"\blife[- ]of[- ]mine\b|\blom\b|average|reserve", re.IGNORECASE)


def check_wastes(corpus: Corpus) -> Iterator[Finding]:
    """Hold tailings against the ore milled, and waste rock against ore times strip ratio.

    Tailings of a year's ore weigh less than the ore; what is stored in all weighs less than all
    ore ever milled, where that is told.
    """
    for waste in corpus.of_quantity(Quantity.WASTE):
        if waste.background or not single_site(corpus, waste.entity) or waste.is_derived:
            continue
        span = allowed(waste)
        if span is None or span.low < 0.0 or not 0.0 < span.high < float("inf"):
            continue
        kind = waste_of(waste.attribute)
        own = corpus.of_entity(waste.entity)
        if kind == "tailings":
            yield from _tailings(own, waste)
        elif kind == "waste rock":
            yield from _stripped(own, waste)


def _text(s: Statement) -> str:
    return f"{s.attribute} {s.words} {s.shown}"


def _ores(own: tuple[Statement, ...], waste: Statement) -> list[Statement]:
    """Ore of the time of a waste: of its year, or of all years for what is stored in all."""
    stored = bool(_CUMULATIVE.search(waste.attribute))
    out = []
    for s in own:
        if s.is_derived or not same_terms(s, waste) or measures(s) is Quantity.CAPACITY:
            continue
        ever = bool(_CUMULATIVE.search(_text(s))) or _years(s) > 1
        ore = is_ore_rate(s) or (
            measures(s) in {Quantity.THROUGHPUT, Quantity.PRODUCTION} and s.basis.value == "ore"
        )
        if not ore or allowed(s) is None or str(s.resource_class) == "capacity":
            continue
        if stored:
            fits = ever and s.unit == "t" and _ends_together(s, waste)
        else:
            fits = not ever and same_period(s, waste)
        if fits:
            out.append(s)
    return out


def _years(s: Statement) -> int:
    if s.first_year is None or s.last_year is None:
        return 1
    return s.last_year - s.first_year + 1


def _ends_together(ore: Statement, waste: Statement) -> bool:
    last, at = ore.last_year or ore.first_year, waste.last_year or waste.first_year
    return last is None or at is None or at <= last


def _tailings(own: tuple[Statement, ...], waste: Statement) -> Iterator[Finding]:
    ores, span = _ores(own, waste), allowed(waste)
    if not ores or span is None:
        return
    # a mill may have treated ore of a stockpile: the largest figure of the year counts
    ore = max(ores, key=lambda s: tonnes_of(s).high)
    most = tonnes_of(ore)
    if most.high <= 0.0:
        return
    ratio = span.low / most.high
    text = f"{stated(waste)} against {stated(ore)}"
    gains = bool(_GAINS.search(_text(waste))) or moisture(waste) == "wet"
    limit = 1.0 if _OWN.search(_text(waste)) else _ABOVE
    plain = (waste.value or 0.0) / max(ore.value or most.high, 1e-9) if ore.unit != "t/d" else ratio
    if ratio <= limit < plain / _ABOVE**0.5 and not gains:
        verdict = Verdict.TIE
        text += f": {number(plain)} times the ore, unless both are rounded to each other's favour"
    elif ratio <= limit:
        verdict = Verdict.PASS
        text += ": no more tailings than ore"
    else:
        text += f": {number(ratio)} times the ore that they are left of"
        verdict = Verdict.VIOLATE
        if gains and not _only(waste):
            text += "; moisture, reagents or ore of others may explain it"
            verdict = Verdict.INSUFFICIENT
        elif ratio <= _ABOVE:
            verdict = Verdict.TIE
    yield from conclude(
        NAME, verdict, [ore, waste], text, residual=ratio, unit="ratio", relied=["first_year"]
    )


def _only(waste: Statement) -> bool:
    """Whether the words exclude water and the ore of others."""
    return moisture(waste) == "dry" and bool(_OWN.search(_text(waste)))


def _stripped(own: tuple[Statement, ...], waste: Statement) -> Iterator[Finding]:
    span = allowed(waste)
    ratios = [
        s for s in own
        if s.unit == "1" and _RATIO.search(s.attribute) and not _TO_ROCK.search(s.attribute)
        and same_period(s, waste) and same_terms(s, waste) and not _LIFE.search(s.attribute)
    ]  # fmt: skip
    ores = [s for s in _ores(own, waste) if re.search(r"\bmined\b|采出", s.attribute, re.I)]
    if span is None or not ratios or not ores or _CUMULATIVE.search(waste.attribute):
        return
    ratio = ratios[0]
    strip = allowed(ratio)
    if strip is None or not 0.0 < strip.high < float("inf") or strip.low < 0.0:
        return
    factor, ore = min(((apart(strip * tonnes_of(s), span), s) for s in ores), key=lambda x: x[0])
    made = tonnes_of(ore) * (ratio.stated or Interval.point(1.0))
    text = (
        f"{ratio.shown} ({ratio.attribute}) x {ore.shown} ({ore.attribute}) = "
        f"{amount(made.middle, 't')} of waste; stated are {waste.shown} ({stated(waste)})"
    )
    verdict = Verdict.PASS
    if factor > _STRIPPED:
        verdict = Verdict.TIE if factor > _CLEAR else Verdict.INSUFFICIENT
        text += f": a factor of {number(factor)}"
    yield from conclude(
        NAME, verdict, [ore, ratio, waste], text, residual=factor, unit="ratio",
        relied=["first_year"],
    )  # fmt: skip


RULES = (
    Rule(NAME, "tailings weigh no more than the ore they are left of, and waste is ore times the "
         "strip ratio", check_wastes),
)  # fmt: skip
"""Rules of this module."""
