"""One thing counted twice: names of one operation, rows told twice, one story given as several."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import definition, subject_matter
from orefield.evidence.rules._values import (
    AREAS,
    allowed,
    conclude,
    independent,
    middle,
    origins,
    stated,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Qualifier, SourceKind

NAME = "double-count"

_BETWEEN = re.compile(r"\s*(?:/|;|；|、|,|，|&|\+|\band\b|\bversus\b|和|与|及)\s*", re.IGNORECASE)
_KIND = re.compile(
    r"\s*\b(?:(?:copper|gold|silver|nickel|lithium|cobalt|zinc|lead|tin|iron|polymetallic|"
    r"porphyry|uranium|rare earth)[- ]*)*(?:mines?|projects?|deposits?|pits?|operations?|"
    r"complex|district|site|plant)\s*$|(?:多金属|铜|金|银|镍|锂|钴|锌|铅|锡|铁|稀土)*"
    r"(?:矿山|矿区|矿床|矿|项目)$",
    re.IGNORECASE,
)
_COMPANY_OF = re.compile(
    r"^\s*(?:compa[nñ][ií]a )?(?:minera|mina|mine de|mina de)\s+", re.IGNORECASE
)
_AS_SEVERAL = re.compile(
    r"\b(?:two|three|four|separate|different|distinct|both|duplicate\w*|twice)\b"
    r"|listed as|counted as|两个|分别|重复",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[\d.,~<>=≥≤≈+ -]+(?=\s|$|\D)")
_SAYS_ONE = re.compile(
    r"\bsame (?:mine|project|site|operation|deposit|plant)\b|\bone (?:and the same |single )?"
    r"(?:mine|project|site|operation|deposit|plant)\b|同一",
    re.IGNORECASE,
)
"""Words that two names are of one thing. A mark that calls a row a duplicate is no evidence."""

_INDEPENDENT = re.compile(
    r"independent|corroborat|separately (?:report|confirm)|confirmed by|也证实|独立", re.IGNORECASE
)


def check_double_count(corpus: Corpus) -> Iterator[Finding]:
    """Find lists and sums that hold one thing twice, and support that is one story retold."""
    for s in corpus.checked:
        yield from _names(corpus, s)
        yield from _parts_added(corpus, s)
    for constraint in corpus.constraints:
        if constraint.kind == "sum":
            parts = [corpus[i] for i in constraint.parts if i in corpus]
            whole = [corpus[constraint.whole]] if constraint.whole in corpus else []
            yield from _nested(corpus, parts, whole, f"declared sum '{constraint.id}'")
    yield from _retold(corpus)


def names_in(s: Statement) -> tuple[str, ...]:
    """The names that a statement lists: stated as a list, else the subject taken apart."""
    found = s.listed if len(s.listed) > 1 else tuple(_BETWEEN.split(s.subject))
    return tuple(dict.fromkeys(name.strip() for name in found if name.strip()))


def _names(corpus: Corpus, s: Statement) -> Iterator[Finding]:
    counted = s.topic.quantity is Quantity.COUNT
    if not counted and not _AS_SEVERAL.search(s.words):
        return
    if len(s.listed) < 2 and s.subject and corpus.entities.resolve(s.subject).entity is not None:
        return  # a name that holds "and" or a stroke is one name
    names = names_in(s)
    if len(names) < 2:
        return
    meant = {name: entity for name in names if (entity := _entity(corpus, name)) is not None}
    known = list(meant.items())
    pairs = [
        (a, b, why)
        for i, (a, first) in enumerate(known[:60])
        for b, second in known[i + 1 : 60]
        if (why := _one_thing(corpus, first, second))
    ]
    pairs += _spelled_twice(names, {name for pair in pairs for name in pair[:2]})
    pairs += _bracketed(names)
    if not pairs and counted and len(names) == 2 and _SAYS_ONE.search(s.words):
        pairs = [(names[0], names[1], "are told to be one")]
    number = s.low if counted and allowed(s) is not None else None
    counts_all = number is None or number >= len(names)
    if pairs and counts_all:
        told = "; ".join(f"'{a}' and '{b}' {why}" for a, b, why in pairs)
        fewer = len(names) - len({max(a, b) for a, b, _ in pairs})
        yield from conclude(
            NAME,
            Verdict.VIOLATE,
            [*_rows_of(corpus, s, {name for pair in pairs for name in pair[:2]}), s],
            f"{len(names)} names are counted ({', '.join(names)}); {told}: {fewer} in truth",
            residual=float(len(names) - fewer),
            unit="count",
            blamed=[s],
            relied=["listed"],
        )
    elif len(known) == len(names) and counted:
        told = f"{', '.join(names)}: {len(names)} names, none of them part of another"
        yield from conclude(NAME, Verdict.PASS, [s], told, residual=0.0, unit="count")


def _rows_of(corpus: Corpus, s: Statement, names: set[str]) -> list[Statement]:
    """Figures of the same text and thing that stand under one of the names."""
    said = {fold_name(name) for name in names}
    return [
        x
        for x in corpus.of_source(s.source)
        if x.id != s.id
        and x.topic.quantity is s.topic.quantity
        and not s.background
        and (x.first_year, x.last_year) == (s.first_year, s.last_year)
        and not said.isdisjoint(
            {fold_name(n) for n in re.split(r"[()（）]", x.subject) if n.strip()}
        )
    ]


def _spelled_twice(names: tuple[str, ...], told: set[str]) -> list[tuple[str, str, str]]:
    """Pairs that are one name with and without what it is: "Mwelu", "Mwelu Copper Mine"."""
    bare: dict[str, list[str]] = defaultdict(list)
    for name in names:
        bare[fold_name(_KIND.sub("", name)) if _KIND.sub("", name).strip() else name].append(name)
    return [
        (same[0], other, "are one name")
        for same in bare.values()
        for other in same[1:]
        if not {same[0], other} <= told
    ]


def _bracketed(names: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Pairs of which one gives the other as its second name: "Kasongo", "Cassongo (Kasongo)"."""
    plain = {fold_name(_KIND.sub("", name)): name for name in names if "(" not in name}
    return [
        (plain[fold_name(other)], name, "are one: the list says so")
        for name in names
        for other in re.findall(r"[(（]([^)）]+)[)）]", name)
        if fold_name(other) in plain
    ]


def _entity(corpus: Corpus, name: str) -> str | None:
    """The one entity that a name, with or without "mine" or "project", stands for."""
    for text in (name, _KIND.sub("", name), _COMPANY_OF.sub("", name)):
        entity = corpus.entities.resolve(text).entity if text.strip() else None
        if entity is not None:
            return entity.id
    return None


def _one_thing(corpus: Corpus, first: str, second: str) -> str:
    """Why two entities are one operation; empty when they are not."""
    if first == second:
        return f"are one: {first}"
    # a mine and its province share no operation: a list may well name both
    if corpus.kind(first) in AREAS or corpus.kind(second) in AREAS:
        return ""
    if corpus.within(first, second):
        return f"are one operation: {first} is part of {second}"
    if corpus.within(second, first):
        return f"are one operation: {second} is part of {first}"
    return ""


def _parts_added(corpus: Corpus, s: Statement) -> Iterator[Finding]:
    """A computed total that is the sum of a whole and its own part."""
    parts = [corpus[i] for i in s.derived_from if i in corpus and i != s.id]
    values = [v for p in parts if (v := middle(p)) is not None]
    whole = middle(s)
    if len(parts) < 2 or whole is None or len(values) < len(parts):
        return
    one_unit = len({p.unit for p in parts} | {s.unit}) == 1
    if one_unit and abs(sum(values) - whole) <= 0.02 * abs(whole):
        yield from _nested(corpus, parts, [s], "the sum")


def _nested(
    corpus: Corpus, parts: list[Statement], whole: list[Statement], what: str
) -> Iterator[Finding]:
    by_entity: dict[str, Statement] = {}
    for part in parts:
        for entity, other in by_entity.items():
            alike = other.topic.quantity is part.topic.quantity
            alike = alike and other.topic.commodity == part.topic.commodity
            alike = alike and other.topic.stage is part.topic.stage and other.same_time(part)
            inside = corpus.within(part.entity, entity) or corpus.within(entity, part.entity)
            if not alike or not (inside or entity == part.entity):
                continue
            smaller = min(middle(part) or 0.0, middle(other) or 0.0)
            yield from conclude(
                NAME,
                Verdict.VIOLATE,
                [other, part, *whole],
                f"{what} adds {stated(other)} and {stated(part)}, of which one lies in the other: "
                f"{amount(smaller, part.unit)} are counted twice",
                residual=smaller,
                unit=part.unit,
                blamed=whole,
            )
        by_entity.setdefault(part.entity, part)


def _retold(corpus: Corpus) -> Iterator[Finding]:
    """Claims that agree because they go back to one text."""
    rough: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in corpus.statements:
        if allowed(s) is not None and not s.is_derived:
            rough[s.topic, s.unit, s.first_year, s.low, s.high].append(s)
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for alike in rough.values():
        if len(alike) > 1 and not all(s.background for s in alike):
            for s in alike:
                groups[subject_matter(s), definition(s), s.first_year, s.low, s.high].append(s)
    for group in groups.values():
        sources = {s.source for s in group}
        if len(sources) < 2:
            continue
        first = independent(corpus, group)
        kept = {s.id for s in first}
        again = [s for s in group if s.id not in kept and s.source not in {k.source for k in first}]
        if not again:
            continue
        claimed = [s for s in again if _INDEPENDENT.search(s.words)]
        told = "; ".join(f"{s.id} [{s.source}]" for s in group)
        yield from conclude(
            NAME,
            Verdict.VIOLATE if claimed else Verdict.PASS,
            group,
            f"{told} give one number and go back to {len(first)} origin"
            f"{'s' if len(first) > 1 else ''}: "
            + ("given as independent support" if claimed else "counted once each"),
            residual=float(len(sources) - len(first)) if claimed else 0.0,
            unit="count",
            blamed=claimed,
            relied=["release", "hops"],
        )


def check_duplicates(corpus: Corpus) -> Iterator[Finding]:
    """Find rows that stand twice: same source, topic, words, value and time."""
    rough: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in corpus.checked:
        source = corpus.sources.get(s.source)
        # what is computed or remembered has no text in which it could stand once
        no_text = source is not None and source.kind in {SourceKind.DERIVED, SourceKind.MEMORY}
        said = s.topic.quantity not in {Quantity.FLAG, Quantity.EVENT} and not s.is_derived
        if said and not no_text and allowed(s) is not None:
            rough[s.source, s.topic, s.unit, s.low, s.high].append(s)
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in (s for alike in rough.values() if len(alike) > 1 for s in alike):
        who = (s.source, fold_name(s.subject), fold_name(s.attribute), s.date, s.vintage)
        hedge = s.qualifier if s.qualifier is not Qualifier.ABOUT else Qualifier.EXACT
        what = (subject_matter(s), definition(s), s.low, s.high, hedge)
        # "0.35 %" and "3,500 g/t" are one figure given in two units, which a text may well do
        unit = _NUMBERS.sub("", s.shown).strip()
        groups[who, what, unit, s.first_year, s.last_year, s.reported].append(s)
    for group in groups.values():
        if len(group) > 1:
            ids = ", ".join(s.id for s in group)
            yield from conclude(
                "duplicate-claim",
                Verdict.VIOLATE,
                group,
                f"{ids} are one statement of one source, entered {len(group)} times: "
                f"{stated(group[0])}",
                residual=float(len(group) - 1),
                unit="count",
                blamed=group[1:],
            )


def relays(corpus: Corpus, text: str, other: str) -> bool:
    """Whether one source passes on another, near or far."""
    return other in origins(corpus, text)


RULES = (
    Rule(NAME, "nothing is counted twice under two names or in two texts", check_double_count),
    Rule("duplicate-claim", "no statement of a source is entered twice", check_duplicates),
)
"""Rules of this module."""
