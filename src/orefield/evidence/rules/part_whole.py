"""Parts and wholes: no part is larger than what it is a part of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._definitions import excludes_inferred, scope
from orefield.evidence.rules._exports import exports_in_supply
from orefield.evidence.rules._own_parts import (
    exports_in_output,
    named_in_all,
    payable_in_contained,
    primary_in_all,
)
from orefield.evidence.rules.locating import Locator
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    LEVELS,
    METAL,
    WINDOW_Y,
    apart,
    as_contained,
    bounds,
    conclude,
    exact,
    is_computed,
    is_partial,
    known_basis,
    levels,
    looks_like_company,
    one_basis,
    one_class,
    report_year,
    set_aside,
    surplus,
    years,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, Stage

NAME = "part-above-whole"

GROUPS: dict[str, frozenset[str]] = {
    "ten_nonferrous": frozenset({"cu", "al", "pb", "zn", "ni", "sn", "sb", "mg", "ti"}),
    "recycled": frozenset({"cu", "al", "pb", "zn"}),
    "pgm": frozenset({"pt", "pd", "rh"}),
    "pbzn": frozenset({"pb", "zn"}),
}
"""Metals that a basket always holds. The tenth of the ten was mercury and is silicon since 2023
(National Bureau of Statistics of China), so neither is listed."""

_TOGETHER = re.compile(
    r"primary (?:and|\+|&|plus) (?:recycled|secondary)"
    r"|(?:recycled|secondary) (?:and|\+|&|plus) primary"
    r"|total metals?\b|all metals?\b|copper equivalent|combined metals?|原生.*再生|折合",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(?:total|all|group|overall|combined)\b|合计|总", re.IGNORECASE)
_PARTS = frozenset(
    {"primary", "secondary", "open pit", "underground", "oxide", "sulphide", "payable"}
)
"""Scopes that leave a part of a thing out."""

_TWICE = 1.7
"""How far all of a metal may be above its primary part: scrap gives about a third of aluminium
and of copper (a rule of thumb, recalled, unverified)."""

_CONTROL = 0.5
_METAL_LOSS = 0.05
_ACROSS = 0.08
"""How far a part of one text may be above the whole of another, editions and hedges aside."""
_RANKED = {
    ResourceClass.MEASURED: 0,
    ResourceClass.INDICATED: 0,
    ResourceClass.INFERRED: 0,
    ResourceClass.RESOURCE: 1,
}


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    for found in (
        *_within(corpus, old),
        *_owned(corpus, old),
        *_of_one_entity(corpus, old),
        *exports_in_supply(corpus, old, NAME),
        *primary_in_all(corpus, old, NAME),
        *exports_in_output(corpus, old, NAME),
        *named_in_all(corpus, old, NAME),
        *payable_in_contained(corpus, old, NAME),
    ):
        if found is not None:
            yield found


def _within(corpus: Corpus, old: frozenset[str]) -> Iterator[Finding | None]:
    """A mine in its province, a province in its country, a country in the world."""
    locate = Locator(corpus)
    on_trial = {(s.topic.quantity, s.topic.commodity, s.entity) for s in corpus.checked}
    for s in corpus.statements:
        quantity, commodity = s.topic.quantity, s.topic.commodity
        if quantity not in LEVELS or not commodity or s.id in old or s.counterpart:
            continue
        if quantity is Quantity.STOCK_CHANGE or is_computed(s) or bounds(s) is None:
            continue
        if _counts_more(s):
            continue
        above = locate.above(s)
        if s.background:
            above = frozenset(e for e in above if (quantity, commodity, e) in on_trial)
        company = looks_like_company(corpus, s)
        for entity in above:
            if company != (corpus.kind(entity) in {"company", "group"}) and not _world(entity):
                # a company works abroad, and holds less than all of its mines
                continue
            yield from _against(corpus, s, Topic(entity, quantity, commodity, s.topic.stage), old)


def _counts_more(s: Statement) -> bool:
    """Whether it counts several things together: a total is a part of none of them."""
    return bool(_TOGETHER.search(s.attribute))


def _counts_less(whole: Statement, part: Statement) -> bool:
    """Whether the whole's figure is of a part only, which need not hold the other part."""
    lacks = (scope(whole) & _PARTS) - scope(part)
    if lacks == {"primary"} and _twice(part, whole):
        return False  # more than scrap can add to primary metal
    return bool(lacks) or "attributable" in scope(whole)


def _twice(part: Statement, whole: Statement) -> bool:
    have, top = bounds(part), bounds(whole)
    return have is not None and top is not None and have.low > _TWICE * top.high


def _is_total(s: Statement) -> bool:
    """Whether it is a whole by its own words, and no part of another figure of its entity."""
    return _counts_more(s) or bool(_TOTAL.search(s.attribute))


def _world(entity: str) -> bool:
    return entity in {"world", "?world", "?global"}


def _against(
    corpus: Corpus, part: Statement, topic: Topic, old: frozenset[str]
) -> Iterator[Finding | None]:
    """A part against what texts, its own and others, say of the whole at its time."""
    own: list[Statement] = []
    others: dict[int, list[Statement]] = {}
    spoken = years(part)
    for whole in levels(corpus, topic, part.source, spoken):
        if whole.id in old or is_computed(whole) or whole.unit != part.unit:
            continue
        if is_partial(whole) != is_partial(part) or _counts_less(whole, part):
            continue
        if part.background and whole.background:
            continue
        if not one_class(part, whole) or not _comparable(part, whole):
            continue
        told = years(whole)
        if whole.source == part.source and (spoken is None or told is None or spoken == told):
            own.append(whole)
        elif told is not None and len(told) == 1 and (spoken is None or spoken == told):
            others.setdefault(told[0], []).append(whole)
    for whole in own:
        yield _judge(part, [whole], 0.0)
    if others and not own:
        yield _worst_year(corpus, part, others)


def _worst_year(
    corpus: Corpus, part: Statement, others: dict[int, list[Statement]]
) -> Finding | None:
    """Against other texts: their year with the largest whole that the part may speak of."""
    if years(part) is None:
        told = report_year(corpus, part)
        if told is not None:
            others = {y: w for y, w in others.items() if told - WINDOW_Y <= y <= told}
    if not others:
        return None
    best = max(others, key=lambda y: max(_wide(w).high for w in others[y]))
    # series of other makers differ by their definitions; texts under check less
    known = part.background or any(w.background for w in others[best]) or years(part) is None
    return _judge(part, others[best], BACKGROUND_TOLERANCE if known else _ACROSS)


def _comparable(part: Statement, whole: Statement) -> bool:
    if part.topic.quantity is Quantity.RESOURCE and part.basis is not whole.basis:
        return False
    gross = part.basis is Basis.CONCENTRATE_GROSS and whole.basis in METAL
    return one_basis(part, whole) or (gross and as_contained(part) is not None)


def _judge(part: Statement, wholes: list[Statement], tolerance: float) -> Finding | None:
    whole = max(wholes, key=lambda w: _wide(w).high)
    have, top = _wide(part), _wide(whole)
    stated = exact(part) or have
    words = f"{part.subject}: {amount(stated, part.unit)}"
    inside = None
    if part.basis is Basis.CONCENTRATE_GROSS and whole.basis in METAL:
        inside = as_contained(part)
        have = have if inside is None else inside
        words += f" of gross concentrate, or {amount(have, part.unit)} of metal,"
    if {part.basis, whole.basis} <= METAL and part.basis is not whole.basis:
        tolerance = max(tolerance, _METAL_LOSS)
    limit = f"({amount(exact(whole) or top, part.unit)})"
    against = f"{whole.subject} {limit}, of which it is a part"
    if part.entity == whole.entity:
        words, against = f"{words} ({part.attribute})", f"its {whole.attribute} {limit}"
    verdict, blur = Verdict.VIOLATE, ""
    gap = apart(Interval(0.0, max(top.high * (1.0 + tolerance), 0.0)), have)
    over = have.low - top.high
    if gap <= 0.0 and inside is None:
        # only if both are hedged and both err the other way would it fit
        gap = over = surplus([part], whole, tolerance)
        verdict, blur = Verdict.TIE, " or more, unless roundings and hedges all err one way"
    if gap <= 0.0:
        text = f"{words} is within {against}."
        return conclude(NAME, Verdict.PASS, [part, whole], text, 0.0, part.unit)
    text = f"{words} is above {against}, by {amount(over, part.unit)}{blur}."
    if not known_basis(part):
        text += " Its basis is not stated: ore or gross concentrate might explain it."
    return conclude(NAME, verdict, [part, *wholes], text, over, part.unit)


def _owned(corpus: Corpus, old: frozenset[str]) -> Iterator[Finding | None]:
    """What a company controls counts in its own figure at least by its share."""
    for held in corpus.ownership:
        if held.share is None or not _CONTROL < held.share.low <= 1.0 or held.owner == held.owned:
            continue
        for part in corpus.of_entity(held.owned):
            quantity = part.topic.quantity
            if quantity not in {Quantity.PRODUCTION, Quantity.CAPACITY} or not part.topic.commodity:
                continue
            have = bounds(part)
            if have is None or part.id in old or is_computed(part) or part.counterpart:
                continue
            topic = Topic(held.owner, quantity, part.topic.commodity, part.topic.stage)
            for whole in levels(corpus, topic, part.source):
                if whole.id in old or is_computed(whole) or whole.unit != part.unit:
                    continue
                first, second = years(part), years(whole)
                dated = first == second and (first is not None or part.source == whole.source)
                if not dated or not one_class(part, whole) or not one_basis(part, whole):
                    continue
                yield _share_of(part, whole, held.share, have)


def _share_of(part: Statement, whole: Statement, share: Interval, have: Interval) -> Finding | None:
    top, least = _wide(whole), have * share.low
    gap = apart(Interval(0.0, top.high * (1.0 + _METAL_LOSS)), least)
    words = (
        f"{amount(share.low, '1')} of {part.subject} "
        f"({amount(exact(part) or have, part.unit)}) is {amount(least, part.unit)}"
    )
    against = f"its owner {whole.subject} ({amount(exact(whole) or top, part.unit)})"
    if gap <= 0.0:
        text = f"{words}, within {against}."
        return conclude(NAME, Verdict.PASS, [part, whole], text, 0.0, part.unit)
    text = f"{words}, above {against}."
    return conclude(NAME, Verdict.VIOLATE, [part, whole], text, gap, part.unit)


def _of_one_entity(corpus: Corpus, old: frozenset[str]) -> Iterator[Finding | None]:
    """Within one entity: additions in resources, classes in their sum, metals in their basket."""
    for entity in dict.fromkeys(s.entity for s in corpus.checked):
        named: dict[tuple[Quantity, str], list[Statement]] = {}
        for s in corpus.of_entity(entity):
            if s.id not in old and bounds(s) is not None and not s.counterpart:
                named.setdefault((s.topic.quantity, s.topic.commodity), []).append(s)
        for (quantity, commodity), found in named.items():
            if quantity is Quantity.RESOURCE_ADDED and commodity:
                yield from _added(found, named.get((Quantity.RESOURCE, commodity), []))
            elif quantity is Quantity.RESOURCE:
                yield from _classes(found)
            elif quantity is Quantity.PRODUCTION:
                yield from _recycled(found)
                members = GROUPS.get(commodity, frozenset())
                metals = [s for m in sorted(members) for s in named.get((quantity, m), [])]
                if metals:
                    yield from _basket(found, metals)


def _added(added: list[Statement], resources: list[Statement]) -> Iterator[Finding | None]:
    for new in added:
        for whole in resources:
            if whole.resource_class in {ResourceClass.RESOURCE, ResourceClass.POTENTIAL}:
                after, period = years(whole), years(new)
                late = after is None or period is None or after[-1] >= period[-1]
                undated = (after is None or period is None) and new.source != whole.source
                if late and not undated and new.unit == whole.unit and one_basis(new, whole):
                    yield _judge(new, [whole], 0.0)


def _classes(found: list[Statement]) -> Iterator[Finding | None]:
    """Measured, indicated and inferred resources within the resource, in one edition."""
    editions: dict[tuple[str, object, Basis, str, str], list[Statement]] = {}
    for s in found:
        if s.resource_class in _RANKED and not is_computed(s):
            spoken = years(s)
            when = None if spoken is None else (spoken[0], spoken[-1])
            key = (s.source, when, s.basis, s.topic.commodity, s.unit)
            editions.setdefault(key, []).append(s)
    for statements in editions.values():
        wholes = [s for s in statements if s.resource_class is ResourceClass.RESOURCE]
        parts = {s.resource_class: s for s in statements if not _RANKED[s.resource_class]}
        if wholes and excludes_inferred(wholes[0]):
            parts.pop(ResourceClass.INFERRED, None)
        if not parts or len(wholes) != 1:
            # several totals stand at several cut-offs: which holds which class is not said
            continue
        made = total(_wide(s) for s in parts.values())
        whole, members = wholes[0], list(parts.values())
        gap = apart(Interval(0.0, _wide(whole).high), made)
        plus = " + ".join(f"{s.resource_class} {amount(exact(s) or made, s.unit)}" for s in members)
        against = f"a resource of {amount(exact(whole) or made, whole.unit)}"
        verdict = Verdict.VIOLATE if gap > 0.0 else Verdict.PASS
        words = "above" if gap > 0.0 else "within"
        text = f"{whole.subject}: {plus} is {words} {against}."
        yield conclude(NAME, verdict, [*members, whole], text, max(gap, 0.0), whole.unit)


def _recycled(found: list[Statement]) -> Iterator[Finding | None]:
    scrap = [s for s in found if s.topic.stage is Stage.SCRAP and not _is_total(s)]
    for part in scrap:
        for whole in found:
            # across texts, scrap that is used without refining would count on one side only
            if whole.topic.stage is not Stage.REFINED or whole.source != part.source:
                continue
            if whole.unit == part.unit and one_class(part, whole) and _one_year(part, whole):
                yield _judge(part, [whole], 0.0)


def _basket(wholes: list[Statement], metals: list[Statement]) -> Iterator[Finding | None]:
    for whole in wholes:
        parts: dict[str, Statement] = {}
        for s in metals:
            one = s.source == whole.source and s.unit == whole.unit and one_class(s, whole)
            stage = {s.topic.stage, whole.topic.stage}
            # ores and concentrates of a metal are not what the basket counts
            if not one or (len(stage) > 1 and stage != {Stage.SMELTER, Stage.REFINED}):
                continue
            if _one_year(s, whole) and s.topic.stage is not Stage.MINE:
                kept = parts.get(s.topic.commodity)
                if kept is None or _wide(s).low < _wide(kept).low:
                    parts[s.topic.commodity] = s
        if not parts or is_computed(whole):
            continue
        made, top = total(_wide(s) for s in parts.values()), _wide(whole)
        gap = apart(Interval(0.0, top.high), made)
        plus = " + ".join(f"{m} {amount(exact(s) or made, s.unit)}" for m, s in parts.items())
        stated = total(x for s in parts.values() if (x := exact(s)) is not None)
        words = f"{plus} = {amount(stated, whole.unit)}"
        against = f"all of {whole.subject} ({amount(exact(whole) or top, whole.unit)})"
        verdict = Verdict.VIOLATE if gap > 0.0 else Verdict.PASS
        text = f"{words}, {'above' if gap > 0.0 else 'within'} {against}."
        yield conclude(NAME, verdict, [*parts.values(), whole], text, max(gap, 0.0), whole.unit)


def _one_year(a: Statement, b: Statement) -> bool:
    first, second = years(a), years(b)
    return first == second or (a.source == b.source and None in (first, second))


def _wide(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found


RULES: tuple[Rule, ...] = (
    Rule(NAME, "No part is larger than its whole, on one basis and at one time.", _run),
)
