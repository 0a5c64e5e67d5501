"""Regions that texts tell one by one, against their nation in another text."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.meaning.subjects import is_rest
from orefield.evidence.rules._definitions import named_part, scope
from orefield.evidence.rules.pairing import (
    bounds,
    conclude,
    containers,
    exact,
    is_computed,
    is_partial,
    known_basis,
    one_basis,
    one_class,
    years,
)
from orefield.evidence.rules.wording import amount, listing
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis

_ADDED = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.THROUGHPUT, Quantity.EXPORTS})
_KINDS = frozenset({"province", "state", "county", "country"})
"""Kinds whose members share nothing. Regions and districts may overlap."""

_ACROSS = 0.10
"""How far a sum over texts may be above a whole of another text: editions and definitions."""

_ORDERS = math.log(3.0)
_LISTED = re.compile(
    r"\b(?:listed|named|main|major|top|leading|selected|largest|key)\b.{0,40}"
    r"\b(?:provinces|states|regions|mines|districts|smelters)\b|主要省|重点省",
    re.IGNORECASE,
)


def region_sums(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Add what texts say of regions of one kind, and hold the sum against their whole.

    The sum of the lower ends may exceed the upper end of the whole by a tenth. Where the texts
    differ on a region by an order of size, the figure next to the other regions counts.
    """
    parts: dict[tuple[Hashable, str, str], list[Statement]] = defaultdict(list)
    wholes: dict[tuple[Hashable, str], list[Statement]] = defaultdict(list)
    for s in corpus.checked:
        if s.topic.quantity not in _ADDED or not s.topic.commodity or not _plain(s, old):
            continue
        spoken = years(s)
        if spoken is None or len(spoken) != 1:
            continue
        key = (s.topic.quantity, s.topic.commodity, s.topic.stage, s.unit, spoken[0])
        if _LISTED.search(s.subject):
            parts[key, s.entity, "listed"].append(s)
            continue
        wholes[key, s.entity].append(s)
        kind = corpus.kind(s.entity)
        if kind in _KINDS:
            for entity in containers(corpus, s.entity):
                parts[key, entity, kind].append(s)
    for (alike, entity, kind), found in parts.items():
        held = wholes.get((alike, entity), [])
        if held and corpus.kind(entity) not in {"mine", "project", "company", "group"}:
            yield from _hold(corpus, name, found, held, listed=kind == "listed")


def _plain(s: Statement, old: frozenset[str]) -> bool:
    if s.id in old or is_computed(s) or s.counterpart or s.part_of_year or is_partial(s):
        return False
    return bounds(s) is not None and not scope(s) and not named_part(s)


def _closes(members: list[Statement], whole: Statement) -> bool:
    """Whether a list that ends in "others" makes up its whole, whatever stands beside it."""
    rest = [s for s in members if is_rest(s.subject)]
    if len(rest) != 1:
        return False
    text = [s for s in members if s.source == rest[0].source]
    made = total(_wide(s) for s in text)
    return made.low <= _wide(whole).high and len(text) < len(members)


def _hold(
    corpus: Corpus, name: str, found: list[Statement], held: list[Statement], *, listed: bool
) -> Iterator[Finding]:
    # of several figures of the whole, those that count what the parts count
    alike = [w for w in held if any(one_class(s, w) and _one_thing(s, w) for s in found)]
    whole = _whole_of(found, alike or held)
    top = _wide(whole).high
    found = [s for s in found if one_class(s, whole) and _one_thing(s, whole)]
    if listed:
        # a stated sum: each one is held alone
        for s in found:
            if s.source != whole.source:
                yield from _judge(name, [s], whole)
        return
    # a region that is above its nation by itself is the matter of the rule on parts
    members = _one_each([s for s in found if _wide(s).low <= top])
    present = {s.entity for s in members}
    members = [s for s in members if present.isdisjoint(containers(corpus, s.entity))]
    if _closes(members, whole):
        return  # the listed ones and "others" make it up: what else is told lies in "others"
    # what one text lists with its own whole is the matter of the rule on sums within a text
    alone = len({s.source for s in (*members, whole)}) == 1 and whole.basis is not Basis.ORE
    if len(members) > 1 and not alone:
        yield from _judge(name, members, whole)


def _whole_of(found: list[Statement], held: list[Statement]) -> Statement:
    """The largest figure of the whole, of those whose size is next to what the parts make."""
    made = sum(max(_wide(s).low, 0.0) for s in _one_each(found))
    sized = [(abs(math.log(s.low / made)), s) for s in held if s.low and s.low > 0.0 and made > 0.0]
    if not sized:
        return max(held, key=lambda s: (_wide(s).high, s.id))
    nearest = min(distance for distance, _ in sized)
    near = [s for distance, s in sized if distance <= nearest + _ORDERS]
    return max(near, key=lambda s: (_wide(s).high, s.id))


def _one_thing(s: Statement, whole: Statement) -> bool:
    return one_basis(s, whole) and (known_basis(s, whole) or s.basis is whole.basis)


def _one_each(found: list[Statement]) -> list[Statement]:
    """One figure a region: the smallest of those that are of the order of the other regions."""
    by_region: dict[str, list[Statement]] = defaultdict(list)
    for s in found:
        by_region[s.entity].append(s)
    kept = []
    for entity, some in by_region.items():
        sizes = [math.log(s.low) for s in some if s.low]
        if len(some) > 1 and sizes and max(sizes) - min(sizes) > _ORDERS:
            others = sorted(
                math.log(s.low) for s in found if s.entity != entity and s.low and s.low > 0.0
            )
            if not others:
                continue
            usual = others[len(others) // 2]
            near = min(abs(math.log(s.low) - usual) for s in some if s.low)
            likely = [s for s in some if s.low and abs(math.log(s.low) - usual) <= near + 1e-9]
            kept.append(min(likely, key=lambda s: s.id))
        else:
            kept.append(min(some, key=lambda s: (_wide(s).low, s.id)))
    return kept


def _judge(name: str, members: list[Statement], whole: Statement) -> Iterator[Finding]:
    made, top = total(_wide(s) for s in members), _wide(whole)
    over = made.low - top.high * (1.0 + _ACROSS)
    verdict = Verdict.VIOLATE if over > 0.0 else Verdict.PASS
    if over <= 0.0 and len(members) > 1:
        # roundings and hedges of several texts seldom all err one way: they add as errors do
        spread = math.hypot(*(_stated(s).low - _wide(s).low for s in members))
        low = sum(_stated(s).low for s in members)
        if low - spread > top.high and low > _stated(whole).high * (1.0 + _ACROSS):
            over, verdict = low - spread - top.high, Verdict.TIE
    plus = " + ".join(amount(exact(s) or made, s.unit) for s in members)
    shown = total(exact(s) or _wide(s) for s in members)
    text = (
        f"{plus} = {amount(shown, whole.unit)} ({listing([s.subject for s in members])}) is "
        f"{'above' if over > 0.0 else 'within'} {whole.subject} "
        f"({amount(exact(whole) or top, whole.unit)})"
    )
    text += ", by more than a tenth." if over > 0.0 else ", give or take a tenth."
    gap = max(over, 0.0) if math.isfinite(over) else 0.0
    finding = conclude(name, verdict, [*members, whole], text, gap, whole.unit)
    if finding is not None:
        yield finding


def _stated(s: Statement) -> Interval:
    return exact(s) or _wide(s)


def _wide(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found
