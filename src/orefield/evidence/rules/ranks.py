"""Ranks: what is called the largest is no smaller than others, and only one thing is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import scope
from orefield.evidence.rules.locating import Locator
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    LEVELS,
    METAL,
    apart,
    as_contained,
    bounds,
    conclude,
    exact,
    is_computed,
    is_world,
    known_basis,
    levels,
    looks_like_company,
    one_basis,
    one_class,
    set_aside,
    years,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Stage

NAME = "rank-consistency"

_ONE_OF = re.compile(
    r"\bone of\b|\bamong (?:the )?(?:\w+['’]s )?(?:largest|biggest|top)\b|之一|位居前列",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\b(?:after|behind|next to|trailing|following)\s+(?:only )?(?:the )?([A-Z][^;]*)"
)
_SITE = re.compile(r"\b(mine|deposit|pit|project)s?\b|矿", re.IGNORECASE)
_REGION = re.compile(r"\b(province|region|state|county|district)\b|省|州|自治区", re.IGNORECASE)


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    locate = Locator(corpus)
    ranks = [
        s
        for s in corpus.of_quantity(Quantity.RANK)
        if s.id not in old and place_of(s) is not None and s.part is not None
    ]
    for found in (
        *_two_firsts(corpus, ranks, locate),
        *_figures(corpus, ranks, locate, old),
        *_behind(corpus, ranks, old),
    ):
        if found is not None:
            yield found


def place_of(s: Statement) -> int | None:
    """The place stated; None for "one of the largest", ties of several, or no number."""
    stated = exact(s)
    if stated is None or stated.width > 0.0 or not stated.low.is_integer() or stated.low < 1.0:
        return None
    return None if _ONE_OF.search(f"{s.attribute} {s.words}") else int(stated.low)


def _two_firsts(
    corpus: Corpus, ranks: list[Statement], locate: Locator
) -> Iterator[Finding | None]:
    """Two subjects of one kind in one place of one ranking."""
    rankings: dict[tuple[object, ...], list[Statement]] = {}
    for s in ranks:
        assert s.part is not None
        named = s.part.quantity in LEVELS and s.part.commodity
        thing = s.part.commodity if named else s.attribute.casefold()
        key = (
            s.part.quantity,
            thing,
            Stage.NONE if "stage" in s.inferred else s.part.stage,
            "" if _peer(corpus, s) else s.counterpart,
            _kind(corpus, s),
            place_of(s),
            "" if named and (s.counterpart or _kind(corpus, s) == "country") else s.source,
        )
        rankings.setdefault(key, []).append(s)
    for rivals in rankings.values():
        first: dict[str, Statement] = {}
        for s in rivals:
            first.setdefault(locate.one_name(s), s)
        several = list(first.values())
        for i, b in enumerate(several[1:], 1):
            a = several[i - 1]
            spoken, told = years(a), years(b)
            if spoken is not None and told is not None and spoken != told:
                continue
            if a.entity in locate.above(b) or b.entity in locate.above(a):
                continue
            sure = a.source == b.source or (spoken is not None and spoken == told)
            text = f"{a.label} and {b.label} are both placed {place_of(a)} in one ranking"
            if sure:
                yield conclude(NAME, Verdict.VIOLATE, [a, b], f"{text}; only one can be.")
            else:
                text += ", perhaps of different years."
                yield conclude(NAME, Verdict.INSUFFICIENT, [a, b], text)


def _figures(
    corpus: Corpus, ranks: list[Statement], locate: Locator, old: frozenset[str]
) -> Iterator[Finding | None]:
    """The first against the figures of others in its scope."""
    firsts = [s for s in ranks if place_of(s) == 1 and s.part is not None and s.part.commodity]
    if not firsts:
        return
    by_thing: dict[tuple[object, ...], list[Statement]] = {}
    wanted = {(s.part.quantity, s.part.commodity) for s in firsts if s.part is not None}
    for s in corpus.statements:
        key = (s.topic.quantity, s.topic.commodity)
        if key in wanted and s.id not in old and not is_computed(s) and bounds(s) is not None:
            by_thing.setdefault((*key, years(s)), []).append(s)
            if not s.background:
                by_thing.setdefault((*key, s.source), []).append(s)
    for s in firsts:
        part = s.part
        assert part is not None
        if part.quantity not in LEVELS:
            continue
        own = Topic(s.entity, part.quantity, part.commodity, part.stage)
        mine = [x for x in levels(corpus, own, s.source) if x.id not in old and not is_computed(x)]
        spoken = years(s)
        mine = [x for x in mine if None in (spoken, years(x)) or spoken == years(x)]
        # its own text first; else the largest figure that another gives it
        home = [x for x in mine if x.source == s.source]
        for level in home or sorted(mine, key=lambda x: -_wide(x).high)[:1]:
            told = years(level)
            key = (part.quantity, part.commodity)
            rivals = list(by_thing.get((*key, level.source), []))
            if told is not None:
                rivals += by_thing.get((*key, told), [])
            others = [
                x
                for x in {x.id: x for x in rivals}.values()
                if x.entity != s.entity and not x.counterpart and _in_scope(corpus, locate, s, x)
            ]
            yield from _largest(s, level, others)
        if home and not s.background and _kind(corpus, s) == "site":
            yield from _elsewhere(corpus, s, part, by_thing, locate, old)


def _elsewhere(
    corpus: Corpus,
    s: Statement,
    part: Topic,
    by_thing: dict[tuple[object, ...], list[Statement]],
    locate: Locator,
    old: frozenset[str],
) -> Iterator[Finding | None]:
    """The first by its own text's figure, and not by what another text gives for it."""
    for stage in dict.fromkeys((part.stage, Stage.NONE)):
        for level in corpus.on(Topic(s.entity, part.quantity, part.commodity, stage)):
            told = years(level)
            if level.source == s.source or level.id in old or is_computed(level) or told is None:
                continue
            if told != (years(s) or told) or bounds(level) is None or scope(level):
                continue
            for other in by_thing.get((part.quantity, part.commodity, told), []):
                if other.entity == s.entity or not _in_scope(corpus, locate, s, other):
                    continue
                gap = _above(other, level) if other.unit == level.unit else 0.0
                if gap > 0.0 and one_class(level, other):
                    text = (
                        f"{s.subject} is called the largest; with the "
                        f"{_shown(level, _wide(level))} that another text gives it, "
                        f"{other.subject} has more ({_shown(other, _wide(other))})."
                    )
                    members = [s, level, other]
                    yield conclude(NAME, Verdict.INSUFFICIENT, members, text, gap, level.unit)


def _peer(corpus: Corpus, s: Statement) -> bool:
    """Whether the other side is one of the ranked ("second after X"), and not their scope."""
    return bool(s.counterpart) and corpus.kind(s.counterpart) == corpus.kind(s.entity) != ""


def _behind(
    corpus: Corpus, ranks: list[Statement], old: frozenset[str]
) -> Iterator[Finding | None]:
    """What is called second after another has no more than it."""
    for s in ranks:
        part = s.part
        ahead = _ahead(corpus, s)
        if part is None or place_of(s) == 1 or not ahead or part.quantity not in LEVELS:
            continue
        if not part.commodity or ahead == s.entity or s.background:
            continue
        sides = [
            [
                x
                for x in levels(corpus, Topic(e, part.quantity, part.commodity, part.stage))
                if x.id not in old and not is_computed(x) and None not in (years(s), years(x))
                if years(x) == years(s) and not scope(x)
            ]
            for e in (s.entity, ahead)
        ]
        pairs = [(a, b) for a in sides[0] for b in sides[1] if a.unit == b.unit and one_class(a, b)]
        # one text that gives both is the better witness
        pairs = [(a, b) for a, b in pairs if a.source == b.source] or pairs
        gaps = [(_above(a, b), a, b) for a, b in pairs]
        if gaps and all(gap > 0.0 for gap, _, _ in gaps):
            gap, mine, theirs = min(gaps, key=lambda item: item[0])
            text = (
                f"{s.subject} is placed {place_of(s)} after {theirs.subject}, yet has more: "
                f"{_shown(mine, _wide(mine))} against {_shown(theirs, _wide(theirs))}."
            )
            yield conclude(NAME, Verdict.VIOLATE, [s, mine, theirs], text, gap, mine.unit)


def _above(mine: Statement, theirs: Statement) -> float:
    a, b = _common(mine, theirs)
    if a is None or b is None:
        return 0.0
    tolerance = 0.0 if mine.source == theirs.source else BACKGROUND_TOLERANCE
    return apart(Interval(0.0, b.high * (1.0 + tolerance)), a)


def _ahead(corpus: Corpus, s: Statement) -> str:
    """Who is ahead by the words of a rank; empty where they name nobody."""
    match = _AFTER.search(f"{s.attribute}; {s.words}")
    if match is None:
        return ""
    words = match[1].split()
    for count in range(min(len(words), 4), 0, -1):
        entity = corpus.entities.resolve(" ".join(words[:count]).strip(".,;")).entity
        if entity is not None and entity.kind == corpus.kind(s.entity):
            return entity.id
    return ""


def _in_scope(corpus: Corpus, locate: Locator, s: Statement, other: Statement) -> bool:
    if _kind(corpus, s) != _kind(corpus, other):
        return False
    if s.entity in locate.above(other) or other.entity in locate.above(s):
        return False
    if locate.one_name(s) == locate.one_name(other):
        return False
    if is_world(corpus, s.counterpart):
        return True
    inside = s.counterpart in locate.above(other)
    # a name that nobody knows is taken to lie in the scope where one text lists both
    listed = not other.resolved and not s.resolved and other.source == s.source
    return inside or listed


def _largest(s: Statement, level: Statement, others: list[Statement]) -> Iterator[Finding | None]:
    """Each other figure that is certainly larger; one pass where none is."""
    agreed: Statement | None = None
    failed = False
    for other in others:
        if other.unit != level.unit or not one_class(level, other):
            continue
        if level.topic.stage is not other.topic.stage and level.source != other.source:
            continue
        spoken, told = years(level), years(other)
        one_text = level.source == other.source
        if spoken != told and not (one_text and None in (spoken, told)):
            continue
        if spoken is None and not one_text:
            continue
        mine, theirs = _common(level, other)
        if mine is None or theirs is None:
            continue
        tolerance = 0.0 if one_text else BACKGROUND_TOLERANCE
        gap = apart(Interval(0.0, mine.high * (1.0 + tolerance)), theirs)
        if gap <= 0.0:
            agreed = agreed or other
            continue
        text = (
            f"{s.subject} is called the largest ({_shown(level, mine)}), yet {other.subject} "
            f"has more ({_shown(other, theirs)})"
        )
        failed = True
        if _unsure(level, other):
            text += "; the basis of one is not stated."
            yield conclude(NAME, Verdict.INSUFFICIENT, [s, level, other], text, gap, level.unit)
        else:
            yield conclude(NAME, Verdict.VIOLATE, [s, level, other], f"{text}.", gap, level.unit)
    if agreed is not None and not failed:
        text = f"{s.subject} is called the largest, and is ({_shown(level, _wide(level))})."
        yield conclude(NAME, Verdict.PASS, [s, level, agreed], text, 0.0, level.unit)


def _unsure(a: Statement, b: Statement) -> bool:
    """Whether the order hangs on a basis that nobody stated."""
    if a.basis is not b.basis and not known_basis(a, b):
        return True
    converted = not one_basis(a, b)
    return converted and "basis" in {*a.inferred, *b.inferred}


def _common(a: Statement, b: Statement) -> tuple[Interval | None, Interval | None]:
    """Both on a common basis, gross concentrate as metal where the other is metal."""
    if a.basis is Basis.CONCENTRATE_GROSS and b.basis in METAL:
        return as_contained(a), bounds(b)
    if b.basis is Basis.CONCENTRATE_GROSS and a.basis in METAL:
        return bounds(a), as_contained(b)
    return (bounds(a), bounds(b)) if one_basis(a, b) else (None, None)


def _shown(s: Statement, common: Interval) -> str:
    stated = exact(s)
    assert stated is not None
    text = amount(stated, s.unit)
    if s.basis is Basis.CONCENTRATE_GROSS and common != bounds(s):
        text += f" gross ({amount(common, s.unit)} of metal)"
    return text


def _kind(corpus: Corpus, s: Statement) -> str:
    """Kind of the subject, near enough to compare: site, company, region, country."""
    kind = corpus.kind(s.entity)
    if looks_like_company(corpus, s):
        return "company"
    named = f"{s.subject} {s.attribute}" if s.topic.quantity is Quantity.RANK else s.subject
    if kind in {"mine", "deposit", "project"} or (not kind and _SITE.search(named)):
        return "site"
    if kind in {"province", "state"} or (not kind and _REGION.search(s.subject)):
        return "region"
    return kind


def _wide(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found


RULES: tuple[Rule, ...] = (
    Rule(NAME, "What is called the largest is larger than the others, and only one is.", _run),
)
