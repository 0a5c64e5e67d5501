"""Shares and sums of parts that are listed by name: "the three named producers make up 97 %"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._definitions import named_part
from orefield.evidence.rules.pairing import (
    FLOWS,
    SLACK,
    apart,
    bounds,
    conclude,
    exact,
    is_computed,
    is_planned,
    years,
)
from orefield.evidence.rules.wording import amount, listing
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis
from orefield.evidence.words.attributes import mass_quantity

_LIST = re.compile(r"[(（]([^()（）]+)[)）]")
_AND = re.compile(r"\s*(?:,|;|、|/|\band\b|&|和)\s*", re.IGNORECASE)
_ROUGH = 0.05
"""Relative difference that editions of several texts explain."""

_TOGETHER = re.compile(
    r"\b(?:together|combined|sum|total|in all|both|all)\b|合计|共计|之和", re.IGNORECASE
)
_FEWEST = 2
_MOST = 12
"""Names of one list that are looked up."""


def listed_shares(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Hold a share told of several named parts against the sum of their figures over the whole.

    The names stand in brackets beside the subject ("producers (Llani, Colca, cooperatives)"), or
    in the attribute, where one figure of the same entity is told of the same names ("exports to
    China, India and Europe together").
    """
    for s in corpus.of_quantity(Quantity.SHARE):
        share = bounds(s)
        if share is None or s.background or s.id in old or years(s) is None:
            continue
        beside = _beside(corpus, s, old)
        parts, whole = _by_names(s, beside) or _by_attribute(s, beside) or ((), None)
        if whole is not None:
            found = _judge(name, s, share, parts, whole)
            if found is not None:
                yield found


def listed_sums(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Hold a figure told of several named things together against the sum of their figures.

    The names stand in brackets of the attribute ("mined cobalt (TFM and KFM together)") or make
    up the subject ("Kamoa and Tenke").
    """
    for s in corpus.checked:
        told = bounds(s)
        if s.topic.quantity not in FLOWS or told is None or s.id in old or years(s) is None:
            continue
        listed = _LIST.search(s.attribute)
        in_name = _LIST.search(s.subject) if listed is None else None
        brackets = listed or in_name
        whole = brackets[1] if brackets is not None else s.subject
        together = in_name is not None or _TOGETHER.search(f"{whole} {s.attribute}")
        if not together or not _AND.search(whole):
            continue
        names = [fold_name(_TOGETHER.sub("", n)) for n in _AND.split(whole)]
        names = [n for n in names if n]
        if not _FEWEST <= len(names) <= _MOST:
            continue
        beside = [
            x
            for x in corpus.of_quantity(s.topic.quantity)
            if (x.topic.commodity, x.topic.stage, x.unit)
            == (s.topic.commodity, s.topic.stage, s.unit)
            and years(x) == years(s)
            and x.id not in old
            and x.id != s.id
            and bounds(x) is not None
            and not (x.background or x.facet or x.counterpart or is_computed(x))
            and x.basis is s.basis
            and is_planned(x) == is_planned(s)
        ]
        parts = [min(f, key=lambda x: (x.source != s.source, x.id)) for n in names if (
            f := [x for x in beside if _names(n, x.subject)])]  # fmt: skip
        if len(parts) == len(names) == len({p.entity for p in parts}):
            found = _sum_of(name, s, told, parts)
            if found is not None:
                yield found


def _sum_of(name: str, s: Statement, told: Interval, parts: Sequence[Statement]) -> Finding | None:
    made = total(x for p in parts if (x := bounds(p)) is not None)
    slack = SLACK if len({x.source for x in (s, *parts)}) == 1 else _ROUGH
    gap = apart(made.scaled(slack), told)
    plus = " + ".join(amount(exact(p) or made, p.unit) for p in parts)
    text = (
        f"{plus} = {amount(total(exact(p) or made for p in parts), s.unit)} "
        f"({listing([p.subject for p in parts])}), and {amount(exact(s) or told, s.unit)} is told "
        "of them together"
    )
    verdict = Verdict.PASS if gap == 0.0 else Verdict.VIOLATE
    return conclude(name, verdict, [*parts, s], f"{text}.", gap, s.unit)


def _beside(corpus: Corpus, s: Statement, old: frozenset[str]) -> list[Statement]:
    """Flows of the share's commodity, quantity and year."""
    quantity = s.part.quantity if s.part is not None else None
    if quantity is None:
        quantity = mass_quantity(s.attribute, "t/y", Basis.NONE)
    kinds = {quantity} if quantity in FLOWS else {Quantity.PRODUCTION}
    return [
        x
        for kind in kinds
        for x in corpus.of_quantity(kind)
        if x.topic.commodity == s.topic.commodity
        and x.id not in old
        and years(x) == years(s)
        and bounds(x) is not None
        and not (x.background or is_computed(x) or is_planned(x) != is_planned(s))
    ]


_Sides = tuple[tuple[Statement, ...], Statement]


def _by_names(s: Statement, beside: Sequence[Statement]) -> _Sides | None:
    listed = _LIST.search(s.subject)
    if listed is None:
        return None
    names = [fold_name(n) for n in _AND.split(listed[1]) if n.strip()]
    if not 2 <= len(names) <= _MOST:
        return None
    outside = fold_name(_LIST.sub(" ", s.subject))
    parts: list[Statement] = []
    for one in names:
        found = [x for x in beside if _names(one, x.subject) and not x.facet]
        entities = {x.entity for x in found}
        if len(entities) != 1:
            return None
        parts.append(min(found, key=lambda x: (x.source != s.source, x.id)))
    stages = {x.topic.stage for x in parts}
    wholes = [
        x
        for x in beside
        if _names(fold_name(x.subject), outside) and x.id not in {p.id for p in parts}
        if not x.facet and x.topic.stage in stages and x.unit == parts[0].unit
    ]
    if len({x.entity for x in wholes}) != 1 or len({p.unit for p in parts}) != 1:
        return None
    return tuple(parts), min(wholes, key=lambda x: (x.source != s.source, x.hops, x.id))


def _by_attribute(s: Statement, beside: Sequence[Statement]) -> _Sides | None:
    names = named_part(s)
    if not names:
        return None
    own = [x for x in beside if x.entity == s.entity]
    parts = [x for x in own if named_part(x) == names]
    wholes = [x for x in own if not named_part(x) and not x.facet]
    if len(parts) != 1 or not wholes or wholes[0].unit != parts[0].unit:
        return None
    return (parts[0],), min(wholes, key=lambda x: (x.source != s.source, x.hops, x.id))


def _names(one: str, text: str) -> bool:
    """Whether a text holds a name as whole words."""
    return bool(one) and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", fold_name(text)) is not None


def _judge(
    name: str, s: Statement, share: Interval, parts: Sequence[Statement], whole: Statement
) -> Finding | None:
    made = total(x for p in parts if (x := bounds(p)) is not None)
    base = bounds(whole)
    if base is None or base.low <= 0.0:
        return None
    implied = share * base
    slack = SLACK if len({x.source for x in (s, *parts, whole)}) == 1 else _ROUGH
    gap = apart(implied.scaled(slack), made)
    plus = " + ".join(amount(exact(p) or made, p.unit) for p in parts)
    shown = total(exact(p) or made for p in parts) if len(parts) > 1 else made
    sum_of = f"{plus} = {amount(shown, whole.unit)}" if len(parts) > 1 else plus
    text = (
        f"{amount(exact(s) or share, '1')} of {amount(exact(whole) or base, whole.unit)} "
        f"({whole.subject}) is {amount(implied, whole.unit)}, and {sum_of} is what "
        f"{listing([p.subject for p in parts])} are given"
    )
    members = [s, *parts, whole]
    if gap == 0.0:
        return conclude(name, Verdict.PASS, members, f"{text}: both agree.", 0.0, whole.unit)
    if made.high < implied.low:
        text += f": {amount(implied.low - made.high, whole.unit)} are in none of them"
    return conclude(name, Verdict.VIOLATE, members, f"{text}.", gap, whole.unit)
