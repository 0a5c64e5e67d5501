"""Shares of one whole: what several parts have of it together is at most all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._definitions import scope
from orefield.evidence.rules.locating import Locator
from orefield.evidence.rules.pairing import bounds, conclude, exact, is_planned, years
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement

_DISJOINT = frozenset({"country", "province", "mine", "smelter", "company"})
"""Kinds of entity two of which share nothing unless one is known to lie in the other."""

_SEVERAL_TEXTS = 0.03
"""What shares of several texts may add up to above 100 %: they come from different totals."""

_REST = re.compile(
    r"\b(?:others?|rest|remain\w*|elsewhere|excluding|except|outside|apart from|other than)\b"
    r"|其他|其余|以外",
    re.IGNORECASE,
)
_REST_OF = re.compile(
    r"(?:excluding|except(?: for)?|outside(?: of)?|apart from|other than|without)\s+(?:the )?(.+)$",
    re.IGNORECASE,
)

_CUT = re.compile(r"\s*[,:;(（：，]\s*")
_BREAKDOWN = re.compile(
    r"\b(?:split|breakdown|break-down|composition|mix|structure|distribution|make-?up|profile|"
    r"by (?:product|use|end[- ]use|sector|region|country|origin|destination|source|metal|type|"
    r"process|route|feed))\b|构成|结构|占比分布",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"total|all|sum|合计|总计", re.IGNORECASE)
_FEWEST_PARTS = 3

_Told = tuple[Statement, Interval]


def share_sums(
    corpus: Corpus, shares: Iterator[tuple[Statement, Interval]], name: str
) -> Iterator[Finding]:
    """Hold the shares of parts that share nothing against all of their whole, year by year."""
    groups: dict[object, list[_Told]] = defaultdict(list)
    for s, share in shares:
        part, whole = s.part, s.whole
        if part is None or whole is None or part.quantity is not whole.quantity:
            continue
        if whole.quantity is Quantity.OTHER or part.entity == whole.entity:
            continue
        spoken = years(s)
        when = s.source if spoken is None else (spoken[0], spoken[-1])
        groups[whole, part.quantity, part.commodity, part.stage, when, is_planned(s)].append(
            (s, share)
        )
    locate = Locator(corpus) if any(len(g) > 1 for g in groups.values()) else None
    for told in groups.values():
        if locate is not None and len(told) > 1 and not all(s.background for s, _ in told):
            yield from _together(corpus, locate, told, name)


def breakdowns(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Hold the parts of a breakdown ("prill split, platinum"; "use by sector: cable") to 100 %."""
    groups: dict[object, dict[str, Statement]] = defaultdict(dict)
    for s in corpus.checked:
        fraction = s.unit == "1" and s.topic.quantity in {Quantity.SHARE, Quantity.OTHER}
        if not fraction or s.id in old or exact(s) is None or s.part_of_year:
            continue
        head, cut, part = _CUT.split(s.attribute, maxsplit=1)[0], _CUT.search(s.attribute), ""
        if cut is not None:
            part = s.attribute[cut.end() :].strip(" )）").casefold()
        if part and _BREAKDOWN.search(head) and not _TOTAL.fullmatch(part):
            spoken = years(s)
            when = None if spoken is None else (spoken[0], spoken[-1])
            key = (s.source, s.entity, head.strip().casefold(), when, is_planned(s))
            groups[key].setdefault(part, s)
    for parts in groups.values():
        if len(parts) >= _FEWEST_PARTS:
            told = [(s, bounds(s) or Interval(0.0, 1.0)) for s in parts.values()]
            yield from _sum(told, name)


def _together(corpus: Corpus, locate: Locator, told: list[_Told], name: str) -> Iterator[Finding]:
    best: dict[str, _Told] = {}
    for s, share in told:
        assert s.part is not None
        # of several figures for one part the smallest is the charitable one
        if scope(s) == frozenset() and (
            s.part.entity not in best or share.low < best[s.part.entity][1].low
        ):
            best[s.part.entity] = (s, share)
    kinds: dict[str, list[_Told]] = defaultdict(list)
    rests: list[_Told] = []
    for entity, (s, share) in best.items():
        if _REST.search(s.subject):
            rests.append((s, share))
        elif corpus.kind(entity) in _DISJOINT:
            kinds[corpus.kind(entity)].append((s, share))
    sets = [_apart(locate, found) for found in kinds.values()]
    for rest in rests:
        yield from _sum([rest, *(t for t in best.values() if _is_rest_of(corpus, rest[0], t[0]))],
                        name)  # fmt: skip
        for parts in sets:
            listed = [t for t in parts if t[0].source == rest[0].source]
            if len(listed) > 1:
                yield from _sum([*listed, rest], name)
    for parts in sets:
        yield from _sum(parts, name)


def _apart(locate: Locator, found: list[_Told]) -> list[_Told]:
    inside = {
        a.id
        for (a, _), (b, _) in combinations(found, 2)
        for a, b in ((a, b), (b, a))
        if b.part is not None and b.part.entity in locate.above(a)
    }
    return [(s, share) for s, share in found if s.id not in inside]


def _is_rest_of(corpus: Corpus, rest: Statement, other: Statement) -> bool:
    match = _REST_OF.search(rest.subject)
    if match is None or other.part is None:
        return False
    named = corpus.entities.resolve(match[1].strip()).entity
    return named is not None and named.id == other.part.entity


def _sum(parts: list[_Told], name: str) -> Iterator[Finding]:
    if len(parts) < 2:
        return
    members = [s for s, _ in parts]
    slack = 0.0 if len({s.source for s in members}) == 1 else _SEVERAL_TEXTS
    low = total(share for _, share in parts).low
    stated = total(exact(s) or share for s, share in parts)
    shown = " + ".join(f"{amount(exact(s) or share, '1')} ({s.subject})" for s, share in parts)
    text = f"{shown} = {amount(stated, '1')} of one whole ({members[0].attribute})"
    if low > 1.0 + slack:
        found = conclude(
            name, Verdict.VIOLATE, members, f"{text}: more than all of it.", low - 1.0, "1"
        )
    else:
        found = conclude(name, Verdict.PASS, members, f"{text}: within 100 %.", 0.0, "1")
    if found is not None:
        yield found
