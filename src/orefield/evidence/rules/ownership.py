"""Owners: shares of one owned entity at one time, chains of them, and circles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import total
from orefield.evidence.rules._holdings import (
    DUST,
    NAME,
    Holding,
    holdings_of,
    name_of,
    say,
    share_of,
    sum_of,
    widened,
)
from orefield.evidence.rules._owner_chains import chain, circles, index
from orefield.evidence.rules.reading import lexeme, text_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, listing

_ALL_HOLDERS = re.compile(
    r"all (?:the )?(?:holders?|owners?|shareholders?|partners?)\b|complete list", re.IGNORECASE
)
_OTHERS = frozenset(
    {"others", "other", "other shareholders", "other owners", "minority", "public", "rest",
     "其他", "其他股东", "其余"}
)  # fmt: skip
_ANY_COMPANY = frozenset(
    {"group", "company", "corporation", "corp", "holding", "holdings", "limited", "mining",
     "mines", "minerals", "metals", "resources", "international", "global", "the", "and", "plc",
     "inc", "ltd", "copper", "gold", "lithium", "nickel", "cobalt", "iron", "steel", "state",
     "government", "fund", "investment", "investments", "capital", "partners", "consortium",
     "ministry", "national", "china", "american", "industries", "trading", "energy", "power",
     "north", "south", "east", "west", "river", "mountain", "new", "led"}
)  # fmt: skip
_COLLECTIVE = lexeme(
    r"consortium|joint venture|jv|partners|shareholders|investors|led|others|minority|public",
    "财团|联合体|股东",
)
_DEAL = lexeme(
    r"after (?:the |its )?(?:deal|sale|purchase|acquisition|transaction|buy\w*|dilution|exercise)|"
    r"before (?:the |its )?(?:deal|sale|purchase|acquisition|transaction)|acquir\w*|bought|sold|"
    r"until|formerly|previous(?:ly)?|since|raised (?:its|to)|diluted|from 20\d\d",
    "收购|出售|转让|增持|减持|此前",
)


def _run(corpus: Corpus) -> Iterator[Finding]:
    holdings = [h for h in holdings_of(corpus) if h.owner and h.owned]
    by_owned: dict[tuple[str, bool], list[Holding]] = defaultdict(list)
    for h in holdings:
        if h.owner == h.owned:
            text = f"{name_of(h.owner)} is told to own itself, {h.told}."
            yield from say(Verdict.VIOLATE, [h], text, blame=True)
        else:
            by_owned[h.owned, h.attributable].append(h)
    for (owned, _), group in by_owned.items():
        for moment in _moments(group):
            yield from _sum(corpus, owned, moment)
        yield from _same_owner(owned, group)
    direct = [h for h in holdings if not h.attributable and h.owner != h.owned]
    yield from circles(direct)
    owns = index(h for h in direct if h.share is not None)
    for (_, attributable), group in by_owned.items():
        for h in group if attributable else ():
            yield from chain(h, owns, by_owned.get((h.owned, False), []))


_PLACES = frozenset({"country", "province", "region", "state", "county"})


def _moments(group: list[Holding]) -> Iterator[list[Holding]]:
    """Sets of holdings that are of one time: those of each text, and those of each year."""
    told: set[frozenset[str]] = set()
    starts = {(h.source if h.first is None else "", h.first) for h in group}
    for source, year in sorted(starts, key=str):
        if year is None:
            moment = [h for h in group if h.first is None and h.source == source]
        else:
            moment = [
                h for h in group if h.first is not None and h.first <= year <= (h.last or h.first)
            ]
        key = frozenset(h.statement.id + h.owner for h in moment)
        if len(moment) > 1 and key not in told:
            told.add(key)
            yield moment


def _sum(corpus: Corpus, owned: str, moment: list[Holding]) -> Iterator[Finding]:
    moment = _apart(corpus, [h for h in moment if h.share is not None])
    best: dict[str, Holding] = {}
    for h in moment:
        known = best.get(h.owner)
        # of two figures for one owner the smaller is the charitable one
        if known is None or share_of(h).low < share_of(known).low:
            best[h.owner] = h
    parts = list(best.values())
    if len(parts) < 2:
        return
    together = total(widened(h) for h in parts)
    says = f"{listing([h.told for h in parts])} of {name_of(owned)}: {amount(sum_of(parts), '1')}"
    if together.low > 1.0 + DUST:
        text = f"{says} together, more than the whole, which is 100 %."
        verdict = Verdict.INSUFFICIENT if _changed(parts) else Verdict.VIOLATE
        if verdict is Verdict.INSUFFICIENT:
            text += " A share that was sold in between would explain it."
        yield from say(verdict, parts, text, together.low - 1.0)
    elif together.high < 1.0 - DUST and (
        any(h.owner.strip("?").casefold() in _OTHERS for h in parts)
        or all(_ALL_HOLDERS.search(text_of(h.statement)) for h in parts)
    ):
        text = f"{says} together, though all are counted: the rest of 100 % belongs to nobody."
        yield from say(Verdict.VIOLATE, parts, text, 1.0 - together.high)
    else:
        yield from say(Verdict.PASS, parts, f"{says} together, within 100 %.", 0.0)
        yield from _instead(owned, moment, best)


def _instead(owned: str, moment: list[Holding], best: dict[str, Holding]) -> Iterator[Finding]:
    """Another figure for one owner, with which the shares of the others are more than all."""
    for h in moment:
        if h is best[h.owner] or _changed([h, best[h.owner]]):
            continue
        parts = [h if owner == h.owner else other for owner, other in best.items()]
        together = total(widened(x) for x in parts)
        if together.low > 1.0 + DUST:
            told = listing([x.told for x in parts])
            text = (
                f"{told} of {name_of(owned)}: {amount(sum_of(parts), '1')} together, more than the "
                f"whole, which is 100 %; with {best[h.owner].told} it is within."
            )
            yield from say(Verdict.VIOLATE, parts, text, together.low - 1.0)


def _apart(corpus: Corpus, moment: list[Holding]) -> list[Holding]:
    """Holdings of owners that surely are not one, and of which none lies in another.

    An owner and its own subsidiary may be told of one and the same share; so may a consortium and
    a member that only other texts name, or two names that no text lists beside each other and
    that hold the same.
    """
    owners = list(dict.fromkeys(h.owner for h in moment))
    texts = {o: {h.source for h in moment if h.owner == o} for o in owners}
    out: set[str] = set()
    for a in owners:
        for b in owners:
            if a == b or a in out or b in out:
                continue
            beside = bool(texts[a] & texts[b])
            # a company lies in its country, and is no part of the state's share
            inside = corpus.within(a, b) and corpus.kind(b) not in _PLACES
            if inside or (not beside and _may_be_one(a, b, moment, texts)):
                out.add(a)
    return [h for h in moment if h.owner not in out]


def _may_be_one(a: str, b: str, moment: list[Holding], texts: dict[str, set[str]]) -> bool:
    first, second = _words(a), _words(b)
    if first & second:
        return True
    if _COLLECTIVE.search(b) and not texts[a] & texts[b]:
        # all the texts that list the consortium leave this owner out
        return True
    if not (a.startswith("?") or b.startswith("?")):
        return False
    one = [widened(h) for h in moment if h.owner == a]
    other = [widened(h) for h in moment if h.owner == b]
    return any(x.overlaps(y) for x in one for y in other)


def _words(owner: str) -> set[str]:
    """Telling words of a name: not those of any company."""
    found = re.findall(r"[a-z]{3,}", owner.casefold().replace("_", " "))
    return {w for w in found if w not in _ANY_COMPANY}


def _changed(parts: list[Holding]) -> bool:
    """Whether texts of a change of owners stand beside others."""
    several = len({h.source for h in parts}) > 1
    return several and any(_DEAL.search(text_of(h.statement)) for h in parts)


def _same_owner(owned: str, group: list[Holding]) -> Iterator[Finding]:
    by_owner: dict[str, list[Holding]] = defaultdict(list)
    for h in group:
        if h.share is not None:
            by_owner[h.owner].append(h)
    for told in by_owner.values():
        for a, b in combinations(told[:40], 2):
            gap = widened(a).gap(widened(b))
            says = f"{name_of(owned)}, as told: {a.told} [{a.source}] and {b.told} [{b.source}]"
            if a.statement.id == b.statement.id or (
                a.statement.background and b.statement.background
            ):
                continue
            if abs(gap) <= DUST:
                yield from say(Verdict.PASS, [a, b], f"{says}: the same.", 0.0)
            elif a.same_time(b) and not _deal_between(a, b):
                text = f"{says}: {amount(abs(gap), '1')} apart at one time."
                yield from say(Verdict.TIE, [a, b], text, gap)
            else:
                text = f"{says}: a share that changed, not a conflict."
                yield from say(Verdict.PASS, [a, b], text, 0.0)


def _deal_between(a: Holding, b: Holding) -> bool:
    """Whether one of the two tells of a deal, so that both may hold within one year."""
    return any(_DEAL.search(text_of(h.statement)) for h in (a, b))


RULES: tuple[Rule, ...] = (
    Rule(
        NAME,
        "Shares of one entity at one time are at most 100 %, attributable shares follow from "
        "direct ones, and nobody owns itself.",
        _run,
    ),
)
