"""What a statement leaves open and its neighbours tell: commodity, stage, the whole of a share.

A text says "China's copper production is 1.8 Mt, covering 30 % of demand" once, and a table holds
it as two rows. Everything taken from a neighbour is marked as inferred.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orefield.evidence.meaning.facets import with_facets
from orefield.evidence.meaning.fractions import NATION
from orefield.evidence.meaning.subjects import Subjects
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, Stage
from orefield.evidence.words.commodities import ELEMENT_OF, ORES
from orefield.evidence.words.content import content_words

_STAGED = {Quantity.PRODUCTION, Quantity.CAPACITY}
_NEEDS_COMMODITY = {
    Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.RESOURCE, Quantity.RESOURCE_ADDED,
    Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS, Quantity.STOCK, Quantity.SHARE,
    Quantity.NET_IMPORTS, Quantity.GROWTH, Quantity.GRADE, Quantity.RANK, Quantity.RECOVERY,
    Quantity.STOCK_CHANGE,
}  # fmt: skip
_SIDES = _STAGED | {Quantity.IMPORTS, Quantity.EXPORTS}
_SITES = {"mine", "deposit", "project", "district", "ore body", "complex"}
_NAMED_REFINED = {"al", "alumina", "steel"}
_SMELTERS = {"smelter", "refinery", "plant"}
_WORKS = re.compile(r"smelter|refinery|冶炼厂", re.IGNORECASE)
_OUTCOMES = {Quantity.PRODUCTION, Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS}
_AHEAD = {ResourceClass.PLAN, ResourceClass.GUIDANCE, ResourceClass.CAPACITY}
_NOT_OPERANDS = {Quantity.COUNT, Quantity.RANK, Quantity.FLAG, Quantity.EVENT, Quantity.OTHER}
_MOST = 0.6
_SAME_SCALE = 1.5
_OTHER_THINGS = re.compile(
    r"altitude|elevation|\bgdp\b|trade|value added|investment|revenue|profit|people|jobs|water|"
    r"power|electricity|海拔|人口|投资|利润",
    re.IGNORECASE,
)
_SAYS_DERIVED = re.compile(
    r"derived|\bsum\b|implied|computed|calculated|total of|合计|推算", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def complete(statements: Sequence[Statement], subjects: Subjects) -> tuple[Statement, ...]:
    """Fill what neighbours in the same source, then in the corpus, make plain.

    Parameters
    ----------
    statements : sequence of Statement
        In the order of the table.
    subjects : Subjects
        Knows the entities.
    """
    out = _commodities(_reported(statements), subjects)
    out = _stages_by_kind(out, subjects)
    out = _stages_by_source(out)
    out = _stages_by_scale(out)
    out = _stages_anywhere(out)
    out = _nations([_sides_follow(s) for s in out], subjects)
    out = _stages_of_sides(_products_of_sides(out))
    return tuple(_derived(with_facets([_unequal(s) for s in out])))


def _unequal(s: Statement) -> Statement:
    """A share of a thing in itself tells of a part that has no name here."""
    return replace(s, part=None, whole=None) if s.part is not None and s.part == s.whole else s


def _with(statement: Statement, field: str, **changes: Any) -> Statement:
    topic = replace(statement.topic, **changes)
    return replace(statement, topic=topic, inferred=(*statement.inferred, field))


def _reported(statements: Sequence[Statement]) -> list[Statement]:
    """An undated text was written after the last outcome that it tells."""
    latest: dict[str, int] = {}
    for s in statements:
        year = s.last_year
        if year is not None and s.topic.quantity in _OUTCOMES and s.resource_class not in _AHEAD:
            latest[s.source] = max(year, latest.get(s.source, year))
    return [
        replace(s, reported=f"{latest[s.source]:04d}", inferred=(*s.inferred, "reported"))
        if not s.reported and s.source in latest
        else s
        for s in statements
    ]


def _commodities(statements: Sequence[Statement], subjects: Subjects) -> list[Statement]:
    """The commodity of the entity, else of the same subject's last row, else of the last row."""
    last_by_subject: dict[tuple[str, str], str] = {}
    last_by_source: dict[str, str] = {}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for s in statements:
        if s.topic.commodity:
            counts[s.source][s.topic.commodity] += 1
    everywhere = Counter(s.topic.commodity for s in statements if s.topic.commodity)
    (main, n), *_ = everywhere.most_common(1) or [("", 0)]
    anywhere = main if n > _MOST * sum(everywhere.values()) else ""
    named: dict[str, list[Statement]] = defaultdict(list)
    for s in statements:
        if s.topic.commodity and s.topic.quantity in _NEEDS_COMMODITY:
            named[s.entity].append(s)
    out: list[Statement] = []
    for given in statements:
        s = given
        needs = s.topic.quantity in _NEEDS_COMMODITY
        if (
            needs
            and not s.topic.commodity
            and not _OTHER_THINGS.search(f"{s.attribute} {s.subject}")
        ):
            # one mention in passing does not make a text one of that metal
            usual = [c for c, n in counts[s.source].most_common() if n > 1]
            last = last_by_source.get(s.source, "")
            found = _of_sibling(s, named.get(s.entity, ()))
            found = found or last_by_subject.get((s.source, s.entity), "")
            found = found or _main_commodity(s.entity, subjects)
            found = found or (last if last in usual else next(iter(usual), anywhere))
            if found:
                s = _as_ore(_with(s, "commodity", commodity=found))
        if s.topic.commodity:
            if needs:
                last_by_subject[s.source, s.entity] = s.topic.commodity
            last_by_source[s.source] = s.topic.commodity
        out.append(s)
    return out


def _as_ore(s: Statement) -> Statement:
    """A mass that was taken for metal while its commodity was unknown; ores are told as weighed."""
    presumed = s.topic.commodity in ORES and "basis" in s.inferred
    presumed = presumed and s.basis in (Basis.CONTAINED, Basis.ORE)
    return replace(s, basis=Basis.GROSS) if presumed else s


def _of_sibling(s: Statement, named: Sequence[Statement]) -> str:
    """The commodity of figures whose telling words this one repeats: "MHP output, growth"."""
    own = content_words(s.attribute)
    found = {
        other.topic.commodity
        for other in named
        if (words := content_words(other.attribute)) and words <= own
    }
    return found.pop() if len(found) == 1 else ""


def _main_commodity(entity: str, subjects: Subjects) -> str:
    if entity not in subjects.entities:
        return ""
    known = subjects.entities[entity].commodities
    return known[0] if len(known) == 1 else ""


def _stages_by_kind(statements: Sequence[Statement], subjects: Subjects) -> list[Statement]:
    """What a thing is tells its stage: a mine mines, a smelter smelts, bauxite is dug."""
    # whatever feeds ore of a grade to a mill is a mine
    fed = {s.entity for s in statements if s.topic.quantity is Quantity.THROUGHPUT}
    graded = {s.entity for s in statements if s.topic.quantity is Quantity.GRADE}
    mines = {e for e in fed & graded if e.startswith("?")}
    return [
        _with(s, "stage", stage=stage)
        if s.topic.quantity in _STAGED
        and s.topic.stage is Stage.NONE
        and (stage := _stage_by_kind(s, subjects, mines)) is not Stage.NONE
        else s
        for s in statements
    ]


def _stage_by_kind(s: Statement, subjects: Subjects, mines: set[str]) -> Stage:
    kind = subjects.entities[s.entity].kind if s.entity in subjects.entities else ""
    if (
        kind in _SITES
        or (s.entity in mines and not _WORKS.search(s.subject))
        or (not s.resolved and _names_a_mine(s.subject))
    ):
        return Stage.MINE
    if kind in _SMELTERS or _WORKS.search(s.subject):
        return Stage.REFINED
    if s.topic.commodity in _NAMED_REFINED:
        return Stage.REFINED
    return Stage.MINE if s.topic.commodity in ORES else Stage.NONE


def _names_a_mine(subject: str) -> bool:
    return bool(re.search(r"(?i)\bmine\b|deposit|open[- ]pit|矿", subject))


def _stages_by_source(statements: Sequence[Statement]) -> list[Statement]:
    """A text that speaks of mines alone means mined metal where it says "production"."""
    stages: dict[tuple[str, str], set[Stage]] = defaultdict(set)
    for s in statements:
        # "refined output: none" does not make a text one of refined metal
        told = s.topic.stage not in (Stage.NONE, Stage.SCRAP)
        if s.topic.quantity in _STAGED and told and s.value:
            stages[s.source, s.topic.commodity].add(s.topic.stage)
    return [
        _with(s, "stage", stage=next(iter(known)))
        if s.topic.quantity in _STAGED
        and s.topic.stage is Stage.NONE
        and len(known := stages.get((s.source, s.topic.commodity), set())) == 1
        else s
        for s in statements
    ]


def _stages_by_scale(statements: Sequence[Statement]) -> list[Statement]:
    """Elsewhere in the corpus the same thing is staged in one way only, and of the same size."""
    staged: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for s in statements:
        if s.topic.quantity is Quantity.PRODUCTION and s.topic.stage is not Stage.NONE and s.value:
            staged[s.entity, s.topic.commodity].append(s)
    out = []
    for s in statements:
        near: set[Stage] = set()
        if s.topic.quantity is Quantity.PRODUCTION and s.topic.stage is Stage.NONE and s.value:
            near = {
                o.topic.stage
                for o in staged.get((s.entity, s.topic.commodity), ())
                if o.unit == s.unit
                and o.value
                and 1 / _SAME_SCALE < o.value / s.value < _SAME_SCALE
            }
        out.append(_with(s, "stage", stage=near.pop()) if len(near) == 1 else s)
    return out


def _stages_anywhere(statements: Sequence[Statement]) -> list[Statement]:
    """A corpus that tells of mined metal alone means it, unless sizes say otherwise."""
    stages: dict[str, set[Stage]] = defaultdict(set)
    sizes: dict[tuple[str, str], list[float]] = defaultdict(list)
    for s in statements:
        if s.topic.quantity in _STAGED and s.topic.stage is not Stage.NONE:
            stages[s.topic.commodity].add(s.topic.stage)
            if s.value:
                sizes[s.entity, s.topic.commodity].append(s.value)

    def mined(s: Statement) -> bool:
        if s.topic.quantity not in _STAGED or s.topic.stage is not Stage.NONE or not s.value:
            return False
        known = sizes.get((s.entity, s.topic.commodity), [])
        near = all(1 / _SAME_SCALE < v / s.value < _SAME_SCALE for v in known)
        return stages[s.topic.commodity] == {Stage.MINE} and near

    return [_with(s, "stage", stage=Stage.MINE) if mined(s) else s for s in statements]


def _nations(statements: Sequence[Statement], subjects: Subjects) -> list[Statement]:
    """The nation that a share is of: the country that its text, else the corpus, speaks of most."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for s in statements:
        if country := subjects.country_of(s.entity):
            told[s.source][country] += 1
            told[""][country] += 1

    def nation(source: str) -> str:
        found = told[source] or told[""]
        return found.most_common(1)[0][0] if found else NATION

    return [
        replace(s, whole=replace(s.whole, entity=nation(s.source)))
        if s.whole is not None and s.whole.entity == NATION
        else s
        for s in statements
    ]


def _sides_follow(s: Statement) -> Statement:
    """Part and whole of a share are of the share's commodity."""
    commodity = s.topic.commodity
    part, whole = s.part, s.whole
    if part is not None and not part.commodity and commodity:
        part = replace(part, commodity=commodity)
    if whole is not None and not whole.commodity and commodity:
        whole = replace(whole, commodity=commodity)
    return s if part is s.part and whole is s.whole else replace(s, part=part, whole=whole)


def _products_of_sides(statements: Sequence[Statement]) -> list[Statement]:
    """A share told of a metal, where its levels are told of the one product of that metal."""
    told: dict[str, set[str]] = defaultdict(set)
    for s in statements:
        if s.topic.quantity in _SIDES and s.topic.commodity:
            told[s.topic.entity].add(s.topic.commodity)

    def named(side: Topic) -> Topic:
        known = told.get(side.entity, set())
        products = {c for c in known if ELEMENT_OF.get(c) == side.commodity}
        if side.quantity not in _SIDES or side.commodity in known or len(products) != 1:
            return side
        return replace(side, commodity=products.pop())

    out = []
    for s in statements:
        if s.part is None or s.whole is None or s.part.commodity != s.whole.commodity:
            out.append(s)
            continue
        part, whole = named(s.part), named(s.whole)
        both = part.commodity == whole.commodity
        out.append(replace(s, part=part, whole=whole) if both else s)
    return out


def _stages_of_sides(statements: Sequence[Statement]) -> list[Statement]:
    """A share's sides take the stage that its source, else the corpus, states such levels at."""
    worded: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    by_source: dict[tuple[str, str, str], set[Stage]] = defaultdict(set)
    anywhere: dict[tuple[str, str], set[Stage]] = defaultdict(set)
    for s in statements:
        if s.topic.quantity in _SIDES and s.topic.stage is Stage.NONE:
            worded[s.entity, s.topic.commodity].append(s)
        elif s.topic.quantity in _SIDES:
            worded[s.entity, s.topic.commodity].append(s)
            by_source[s.source, s.entity, s.topic.commodity].add(s.topic.stage)
            anywhere[s.entity, s.topic.commodity].add(s.topic.stage)

    def staged(side: Topic | None, s: Statement, other: Topic | None) -> Topic | None:
        source = s.source
        if side is None or side.quantity not in _SIDES or side.stage is not Stage.NONE:
            return side
        # "MHP output, growth" has the stage of "MHP output"
        own = content_words(s.attribute)
        near = {
            o.topic.stage
            for o in worded[side.entity, side.commodity]
            if o.topic.quantity is side.quantity
            and (words := content_words(o.attribute))
            and words <= own
        }
        if len(near) == 1:
            return replace(side, stage=near.pop())
        if Stage.NONE in near:
            return side
        if other is not None and other.quantity in _SIDES and other.stage is not Stage.NONE:
            return replace(side, stage=other.stage)
        for known in (
            by_source.get((source, side.entity, side.commodity), set()),
            anywhere.get((side.entity, side.commodity), set()),
        ):
            if len(known) == 1:
                return replace(side, stage=next(iter(known)))
        return side

    out = []
    for s in statements:
        if s.part is None and s.whole is None:
            out.append(s)
            continue
        whole = staged(s.whole, s, s.part)
        part = staged(s.part, s, whole)
        whole = staged(whole, s, part)
        changed = part is not s.part or whole is not s.whole
        out.append(
            replace(s, part=part, whole=whole, inferred=(*s.inferred, "stage")) if changed else s
        )
    return out


def _derived(statements: Sequence[Statement]) -> list[Statement]:
    """Which rows of its source a computed number was computed from, by the numbers it names."""
    numbers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s in statements:
        if "#" in s.id or s.topic.quantity in _NOT_OPERANDS:
            continue
        for number in dict.fromkeys(_NUMBER.findall(s.shown)):
            numbers[s.source][f"{float(number):.6g}"].append(s.id)
    return [_with_operands(s, numbers[s.source]) for s in statements]


def _with_operands(s: Statement, numbers: Mapping[str, list[str]]) -> Statement:
    if not s.derivation or s.derived_from or "#" in s.id or s.background:
        return s
    found = _operands(s, numbers)
    if not found and not _NUMBER.search(s.derivation) and not _SAYS_DERIVED.search(s.attribute):
        # "derived", and nothing it could be derived from: a figure like any other
        return replace(s, derivation="")
    return replace(s, derived_from=found)


def _operands(s: Statement, numbers: Mapping[str, list[str]]) -> tuple[str, ...]:
    found: list[str] = []
    for number in _NUMBER.findall(s.derivation):
        value = float(number)
        # growth of 17 % is written 1.17 in a quotient, a share of 30 % is written 0.3
        for key in (value, (value - 1) * 100, value * 100, value * 1000):
            found += [i for i in numbers.get(f"{key:.6g}", ()) if i != s.id]
    return tuple(dict.fromkeys(found))
