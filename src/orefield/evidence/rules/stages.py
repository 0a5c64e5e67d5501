"""Slips of stage: refined called mined, use called output, concentrate called metal."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import scope
from orefield.evidence.rules._values import (
    METAL_BASES,
    central,
    conclude,
    independent,
    planned,
    stated,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Stage

NAME = "stage-slip"

_EQUAL = 0.02
"""Two figures are the same number within this."""

_APART = 1.3
"""What two stages differ by, at least, for a slip between them to show."""

_FLOWS = frozenset({Quantity.PRODUCTION, Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS})
_GROSS = {
    Basis.CONCENTRATE_GROSS: "gross concentrate",
    Basis.GROSS: "gross concentrate",
    Basis.ORE: "ore",
}
_Slots = Mapping[str, list[Statement]]


def check_stages(corpus: Corpus) -> Iterator[Finding]:
    """Find figures that sit at the wrong stage of the chain.

    Figures of an entity, commodity and year are laid out by stage. One that is far from others
    of its own stage, and is the number given for another, was moved: it is blamed when two
    origins, or reference evidence, hold its stage.
    """
    table: dict[tuple[str, str, int], dict[str, list[Statement]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for s in corpus.statements:
        slot = _slot(s)
        if not slot or s.first_year is None or s.is_derived:
            continue
        if s.last_year in {None, s.first_year}:
            table[s.entity, s.topic.commodity, s.first_year][slot].append(s)
    for (_, commodity, year), slots in table.items():
        if any(not s.background for members in slots.values() for s in members):
            yield from _moved(corpus, slots)
            yield from _feed(slots, commodity, year)


def _slot(s: Statement) -> str:
    """The stage that a flow is given for, in words; empty where it has none."""
    quantity = s.topic.quantity
    if quantity not in _FLOWS or s.unit not in {"t/y", "t"} or planned(s) or scope(s):
        return ""
    if not s.topic.commodity or central(s) is None:
        return ""
    if s.basis not in METAL_BASES:
        return f"{_GROSS[s.basis]}, {quantity}" if s.basis in _GROSS else ""
    if quantity is Quantity.PRODUCTION:
        return "" if s.topic.stage is Stage.NONE else f"{s.topic.stage} output"
    bare = s.topic.stage in {Stage.NONE, Stage.USE}
    return str(quantity) if bare else f"{s.topic.stage} {quantity}"


def _moved(corpus: Corpus, slots: _Slots) -> Iterator[Finding]:
    ordered = {name: _Ordered(members) for name, members in slots.items()}
    for name, members in slots.items():
        if len({s.source for s in members}) < 2:
            continue
        for s in members:
            if s.background or ordered[name].near(s, _APART):
                continue
            for other, others in ordered.items():
                twins = others.near(s, 1.0 + _EQUAL) if _comparable(name, other) else []
                # a twin far from its own stage's figures is no measure of that stage
                if other == name or not twins or others.alone(twins[0]):
                    continue
                away = [o for o in members[:40] if o.source != s.source]
                if away:
                    yield from _say(corpus, s, name, away, other, twins)
                    break


class _Ordered:
    """Statements of one stage in the order of their values."""

    def __init__(self, members: list[Statement]) -> None:
        pairs = sorted(((central(s) or 0.0, s.id, s) for s in members), key=lambda p: p[:2])
        self._values = [value for value, _, _ in pairs]
        self._members = [s for _, _, s in pairs]

    def near(self, s: Statement, factor: float) -> list[Statement]:
        """Up to three of other sources within a factor of a statement."""
        value = central(s) or 0.0
        first = bisect_left(self._values, value / factor)
        found = []
        for i in range(first, bisect_right(self._values, value * factor)):
            if self._members[i].source != s.source:
                found.append(self._members[i])
                if len(found) == 3:
                    break
        return found

    def alone(self, s: Statement) -> bool:
        """Whether others give this stage, and none gives what a statement says."""
        others = any(o.source != s.source for o in self._members)
        return others and not self.near(s, _APART)


def _say(
    corpus: Corpus,
    s: Statement,
    name: str,
    away: list[Statement],
    other: str,
    twins: list[Statement],
) -> Iterator[Finding]:
    firm = len(independent(corpus, away)) >= 2 or any(o.background for o in away)
    yield from conclude(
        NAME,
        Verdict.VIOLATE if firm else Verdict.TIE,
        [*away[:3], *twins[:3], s],
        f"{stated(s)} is given as {name}, where others have "
        f"{', '.join(stated(o) for o in away[:3])}; it is the figure of {other} "
        f"({stated(twins[0])})",
        residual=abs((central(s) or 0.0) - (central(away[0]) or 0.0)),
        unit=s.unit,
        blamed=[s] if firm else [],
        relied=["first_year", "resource_class"],
    )


def _feed(slots: _Slots, commodity: str, year: int) -> Iterator[Finding]:
    """Refined output above all feed that is stated: possible only with feed not stated."""
    refined, mined = slots.get("refined output", []), slots.get("mine output", [])
    if not refined or not mined:
        return
    made = min(refined, key=lambda s: (central(s) or 0.0, s.id))
    feed = [max(mined, key=lambda s: (central(s) or 0.0, s.id))]
    for name, members in slots.items():
        if name.endswith("imports") and not name.startswith(("gross", "ore", "refined")):
            feed.append(max(members, key=lambda s: (central(s) or 0.0, s.id)))
    total = sum(central(s) or 0.0 for s in feed)
    need = central(made) or 0.0
    enough = need <= total * 1.05
    text = (
        f"{amount(need, 't/y')} of {commodity} refined in {year} from "
        f"{' + '.join(stated(s) for s in feed)} = {amount(total, 't/y')}"
    )
    yield from conclude(
        NAME,
        Verdict.PASS if enough else Verdict.INSUFFICIENT,
        [*feed, made],
        text if enough else f"{text}: concentrate, scrap or stocks must have given the rest",
        residual=max(need - total, 0.0),
        unit="t/y",
    )


def _comparable(name: str, other: str) -> bool:
    """Whether a figure may slip from one slot into another: not from imports into exports."""
    flows = ("imports", "exports")
    ends = [next((f for f in flows if slot.endswith(f)), "home") for slot in (name, other)]
    return ends[0] == ends[1]


RULES = (Rule(NAME, "a figure is given for the stage that it is of", check_stages),)
"""Rules of this module."""
