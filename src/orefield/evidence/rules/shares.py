"""Shares: a part is its share of the whole, in one year and on one basis."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._accounts import by_year, fitting_years
from orefield.evidence.rules._attributable import attributable
from orefield.evidence.rules._definitions import bucket, scope
from orefield.evidence.rules._gross_equal import equal_masses
from orefield.evidence.rules._listed_shares import listed_shares
from orefield.evidence.rules._self_sufficiency import shares_of_need, uncovered_imports
from orefield.evidence.rules._share_sums import breakdowns, share_sums
from orefield.evidence.rules._sites import is_ore_grade
from orefield.evidence.rules._worded_shares import worded_shares
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    METAL,
    apart,
    as_contained,
    bounds,
    conclude,
    exact,
    is_computed,
    is_planned,
    levels,
    one_basis,
    set_aside,
    years,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, metal_name
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Stage

SHARE = "share-identity"
BASIS = "basis-gross-contained"
_HANDFUL = 12
_AT_HOME = 0.5
"""Least part of what a country refines that is taken to be used at home where nothing is told."""
_GROSS_IF = frozenset({Basis.CONCENTRATE_GROSS, Basis.NONE, Basis.UNSTATED})


def _shares(corpus: Corpus, old: frozenset[str]) -> Iterator[tuple[Statement, Interval]]:
    for s in corpus.of_quantity(Quantity.SHARE):
        share = bounds(s)
        if share is None or s.part is None or s.whole is None or s.id in old or share.high <= 0.0:
            continue
        low, high = max(share.low, 0.0), share.high
        if s.part.quantity is s.whole.quantity and low <= 1.0:
            # "more than half" of a thing is at most all of it; production may be above use
            high = min(high, 1.0)
        yield s, Interval(low, high)


def _identities(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    for s, share in _shares(corpus, old):
        found = (*_above_one(s, share), *_identity(corpus, s, share, old))
        yield from (f for f in found if f is not None)
    yield from share_sums(corpus, _shares(corpus, old), SHARE)
    yield from attributable(corpus, old, SHARE)
    yield from worded_shares(corpus, old, SHARE)
    yield from breakdowns(corpus, old, SHARE)
    yield from listed_shares(corpus, old, SHARE)
    yield from uncovered_imports(corpus, old, SHARE)
    yield from shares_of_need(corpus, old, SHARE)


def _bases(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    for s, share in _shares(corpus, old):
        parts, wholes = _sides(corpus, s, old)
        for part, whole in _pairs(s, share, parts, wholes):
            if _only_as_gross(share, part, whole):
                found = _graded(corpus, s, share, part, whole) or _gross(s, share, part, whole)
                if found is not None:
                    yield found
    yield from equal_masses(corpus, old, BASIS)


def _above_one(s: Statement, share: Interval) -> Iterator[Finding | None]:
    # production may be above use; a part of the same quantity may not be above its whole
    assert s.part is not None
    assert s.whole is not None
    if s.part.quantity is s.whole.quantity and share.low > 1.0:
        text = f"{s.label}: a part of {amount(share, '1')} would be more than its whole."
        yield conclude(SHARE, Verdict.VIOLATE, [s], text, share.low - 1.0, "1", [s.id])


def _identity(
    corpus: Corpus, s: Statement, share: Interval, old: frozenset[str]
) -> Iterator[Finding | None]:
    assert s.part is not None
    assert s.whole is not None
    parts, wholes = (_quotas(s, side) for side in _sides(corpus, s, old))
    for part, whole in _pairs(s, share, parts, wholes):
        if not _only_as_gross(share, part, whole):
            yield _both(s, share, part, whole)
    if parts and not wholes:
        for part in parts:
            yield _against_years(corpus, s, share, part, s.whole, implied_whole=True, old=old)
    if wholes and not parts:
        for whole in wholes:
            yield _against_years(corpus, s, share, whole, s.part, implied_whole=False, old=old)


def _beside(corpus: Corpus, s: Statement, topic: Topic, old: frozenset[str]) -> list[Statement]:
    """Levels that certainly or presumably belong to the share: its year, or its own text."""
    spoken = years(s)
    found = []
    for level in levels(corpus, topic, s.source, spoken):
        if level.id in old or is_computed(level) or (level.background and not s.background):
            continue
        if "attributable" in scope(level) and "attributable" not in scope(s):
            continue
        dated = years(level)
        one_text = level.source == s.source
        if one_text if spoken is None or dated is None else spoken == dated:
            found.append(level)
    return found


def _quotas(s: Statement, found: list[Statement]) -> list[Statement]:
    """A share of a quota is of quotas, where any is told."""
    if bucket(s) != "quota":
        return found
    return [x for x in found if bucket(x) == "quota"] or found


def _may_share_time(a: Statement, b: Statement) -> bool:
    first, second = years(a), years(b)
    return first is None or second is None or first == second


def _sides(
    corpus: Corpus, s: Statement, old: frozenset[str]
) -> tuple[list[Statement], list[Statement]]:
    assert s.part is not None
    assert s.whole is not None
    return _beside(corpus, s, s.part, old), _beside(corpus, s, s.whole, old)


def _pairs(
    s: Statement, share: Interval, parts: list[Statement], wholes: list[Statement]
) -> list[tuple[Statement, Statement]]:
    """Parts and wholes of one time that the share is held against."""
    pairs = [
        (part, whole)
        for part, whole in itertools.product(_home(s, parts), _home(s, wholes))
        if _may_share_time(part, whole) and is_planned(part) == is_planned(whole)
        if part.unit == whole.unit
    ]
    # of several figures those count that are of one basis
    pairs = [(p, w) for p, w in pairs if one_basis(p, w)] or pairs
    told = [(p, w) for p, w in pairs if p.source == w.source == s.source]
    # what other texts say counts against a share only where nothing they say fits
    return told or ([min(pairs, key=lambda pair: _misfit(share, *pair))] if pairs else [])


def _home(s: Statement, found: list[Statement]) -> list[Statement]:
    """Levels of the share's own text; where it gives none, a handful of what others say."""
    return [x for x in found if x.source == s.source] or found[:_HANDFUL]


def _misfit(share: Interval, part: Statement, whole: Statement) -> float:
    have, base = bounds(part), bounds(whole)
    return math.inf if have is None or base is None else abs(apart(share * base, have))


def _only_as_gross(share: Interval, part: Statement, whole: Statement) -> bool:
    """Whether a part fits its share as gross concentrate, and not as the metal it counts."""
    have, base = bounds(part), bounds(whole)
    if part.basis not in _GROSS_IF or whole.basis not in METAL or have is None or base is None:
        return False
    inside, implied = as_contained(part), share * base
    return inside is not None and apart(implied, have) != 0.0 and apart(implied, inside) == 0.0


def _gross(s: Statement, share: Interval, part: Statement, whole: Statement) -> Finding | None:
    have, base, inside = bounds(part), bounds(whole), as_contained(part)
    assert have is not None
    assert base is not None
    assert inside is not None
    implied = share * base
    text = (
        f"{_words(s, share, part, whole, ', yet')}. That is only possible as the gross weight of "
        f"concentrate: at a usual grade it holds {amount(inside, part.unit)} of metal, which "
        f"fits; as contained metal it is {_times(have, implied)} the share."
    )
    members = [s, whole, part]
    return conclude(BASIS, Verdict.VIOLATE, members, text, apart(implied, have), part.unit)


def _graded(
    corpus: Corpus, s: Statement, share: Interval, part: Statement, whole: Statement
) -> Finding | None:
    """Agreement where the part is called concentrate and its own grade is told beside it."""
    have, base = bounds(part), bounds(whole)
    if part.basis is not Basis.CONCENTRATE_GROSS or have is None or base is None:
        return None
    for grade in corpus.of_entity(part.entity):
        of_it = grade.topic.quantity is Quantity.GRADE and not is_ore_grade(grade)
        rich = bounds(grade) if of_it and grade.topic.commodity == part.topic.commodity else None
        if rich is None or not _may_share_time(part, grade):
            continue
        inside = have * rich
        if apart(share * base, inside) == 0.0:
            text = (
                f"{_words(s, share, part, whole, ', and')} of concentrate, which at "
                f"{amount(exact(grade) or rich, '1')} holds {amount(inside, part.unit)}: it fits."
            )
            return conclude(BASIS, Verdict.PASS, [s, whole, part, grade], text, 0.0, part.unit)
    return None


def _words(s: Statement, share: Interval, part: Statement, whole: Statement, link: str) -> str:
    base, have = bounds(whole), bounds(part)
    assert base is not None
    assert have is not None
    return (
        f"{amount(exact(s) or share, '1')} of {amount(exact(whole) or base, whole.unit)} "
        f"({whole.subject}) is {amount(share * base, part.unit)}{link} "
        f"{part.subject} is given as {amount(exact(part) or have, part.unit)}"
    )


def _both(s: Statement, share: Interval, part: Statement, whole: Statement) -> Finding | None:
    have, base = bounds(part), bounds(whole)
    if have is None or base is None:
        return None
    unit, members = part.unit, [s, whole, part]
    gap = apart(share * base, have)
    if gap == 0.0:
        text = f"{_words(s, share, part, whole, ', and')}: both agree within rounding."
        return conclude(SHARE, Verdict.PASS, members, text, 0.0, unit)
    head = _words(s, share, part, whole, ", yet")
    inside = as_contained(part) if part.basis in _GROSS_IF and whole.basis in METAL else None
    if inside is None and not one_basis(part, whole):
        text = f"{head}: {part.basis} against {whole.basis}, which need a grade to compare."
        return conclude(SHARE, Verdict.INSUFFICIENT, members, text, gap, unit)
    tail = f": apart by {amount(abs(gap), unit)}."
    if inside is not None:
        tail = f", or {amount(inside, unit)} of metal if that is concentrate: neither fits."
    return conclude(SHARE, Verdict.VIOLATE, members, head + tail, gap, unit)


def _times(have: Interval, implied: Interval) -> str:
    end = implied.high if have.low > implied.high else implied.low
    near = have.low if have.low > implied.high else have.high
    return f"{near / end:.2g} times" if end > 0.0 else "beyond"


def _against_years(
    corpus: Corpus,
    s: Statement,
    share: Interval,
    known: Statement,
    topic: Topic,
    *,
    implied_whole: bool,
    old: frozenset[str],
) -> Finding | None:
    level = bounds(known)
    if level is None or (implied_whole and share.high <= 0.0):
        return None
    if implied_whole:
        top = level.high / share.low if share.low > 0.0 else math.inf
        implied = Interval(level.low / share.high, top)
    else:
        implied = share * level
    evidence = by_year(corpus, s, known, topic, old)
    if not evidence:
        return _below_output(corpus, s, known, implied, topic, old) if implied_whole else None
    own = fitting_years(corpus, known, level, evidence)
    considered = {y: e for y, e in evidence.items() if y in own} or evidence
    gaps = {
        y: apart(implied, e.interval.scaled(BACKGROUND_TOLERANCE)) for y, e in considered.items()
    }
    # an undated claim is wrong only if it fits no year that it may speak of
    best = min(gaps, key=lambda y: (abs(gaps[y]), -y))
    chosen, unit = considered[best], known.unit
    given = amount(exact(s) or share, "1")
    shown = amount(exact(known) or level, unit)
    made = f"{shown} being {given}" if implied_whole else f"{given} of {shown}"
    asked = f"{topic.quantity} of {metal_name(topic.commodity)}"
    head = f"{made} implies {asked} of {amount(_implied_stated(s, known, implied_whole), unit)}"
    members = [known, s, *chosen.members]
    if gaps[best] == 0.0:
        text = f"{head}; {chosen.words} ({best}), within the tolerance of 15 %."
        return conclude(SHARE, Verdict.PASS, members, text, 0.0, unit)
    span = f"{min(considered)}-{max(considered)}" if len(considered) > 1 else str(best)
    text = (
        f"{head}, yet {chosen.words} ({best}); no year of {span} comes nearer than "
        f"{amount(abs(gaps[best]), unit)} beyond a tolerance of 15 %."
    )
    return conclude(SHARE, Verdict.VIOLATE, members, text, gaps[best], unit)


def _below_output(
    corpus: Corpus,
    s: Statement,
    known: Statement,
    implied: Interval,
    topic: Topic,
    old: frozenset[str],
) -> Finding | None:
    """Use that a share implies, far below what the same country refines.

    What is refined is used at home, sent out or stocked. Where exports are not told, use below
    half of it would send out more than half: no proof, and worth a question.
    """
    if topic.quantity is not Quantity.USE or not math.isfinite(implied.high):
        return None
    made = [
        x
        for x in levels(corpus, replace(topic, quantity=Quantity.PRODUCTION, stage=Stage.REFINED))
        if x.id not in old and years(x) == years(s) and years(s) is not None
        if not (is_computed(x) or is_planned(x)) and x.unit == known.unit
    ]
    if not made:
        return None
    most = max(made, key=lambda x: ((bounds(x) or implied).low, x.id))
    refined = bounds(most)
    if refined is None or implied.high >= _AT_HOME * refined.low:
        return None
    text = (
        f"{amount(exact(known) or implied, known.unit)} being {amount(exact(s) or implied, '1')} "
        f"implies {topic.quantity} of {metal_name(topic.commodity)} of at most "
        f"{amount(implied.high, known.unit)}, yet {most.subject} refines "
        f"{amount(exact(most) or refined, most.unit)}: more than half of it would have to be sent "
        "out, which nothing tells."
    )
    gap = refined.low - implied.high
    return conclude(SHARE, Verdict.TIE, [known, s, most], text, gap, known.unit)


def _implied_stated(s: Statement, known: Statement, implied_whole: bool) -> Interval:
    """The implied level from the numbers as stated, for the reader."""
    share, level = exact(s), exact(known)
    assert share is not None
    assert level is not None
    if not implied_whole:
        return share * level
    high = level.high / share.low if share.low > 0.0 else math.inf
    return Interval(level.low / share.high if share.high > 0.0 else 0.0, high)


RULES: tuple[Rule, ...] = (
    Rule(SHARE, "A part is its share of the whole, on one basis and in one year.", _identities),
    Rule(BASIS, "A mass as weighed is not the metal it holds.", _bases),
)
