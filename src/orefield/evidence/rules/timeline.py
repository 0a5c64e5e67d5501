"""Status events in their order, and output outside a mine's life."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules import timing
from orefield.evidence.rules._growth_first import grows, growth_first
from orefield.evidence.rules._life import RELIED as _RELIED
from orefield.evidence.rules._life import STARTS as _STARTS
from orefield.evidence.rules._life import STATUS as _STATUS
from orefield.evidence.rules._life import Happening as _Event
from orefield.evidence.rules._life import is_temporary, outside_life
from orefield.evidence.rules._values import single_site
from orefield.evidence.rules.pairing import bounds, is_planned, looks_like_company
from orefield.evidence.rules.reading import (
    days,
    lexeme,
    named,
    replaced,
    text_of,
    told,
    when_of,
    years_of,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import ResourceClass

_RANK = {
    "discovered": 0, "explored": 1, "licensed": 2, "approved": 2, "construction": 3,
    "commissioned": 4, "production": 4, "expanded": 5, "closed": 6,
}  # fmt: skip
_RUNNING = (*_STARTS, "expanded", "suspended", "resumed", "closed")
"""Events that only a site that has run can have had."""

_ONCE = ("discovered", "production", "commissioned", "closed")
"""Events that a site has once, phases and restarts apart."""

_LATER_TOO = frozenset({"licensed", "approved", "construction"})
"""Events that come again with each expansion: late ones are not out of order by themselves."""

_PHASE = lexeme(
    r"phases?|stage|expan\w*|extension|second|third|new (?:plant|mill|line|pit)|upgrade\w*|"
    r"renew\w*|underground|trial|pilot|restart\w*|re-?open\w*|redevelop\w*|artisanal|ancient|"
    r"small[- ]scale|tailings|i{2,3}|iv|newly|new (?:zone|orebody|discovery)",
    "期|扩建|改造|续期|试生产|试车|新增|尾矿|古代",
)
_EXPANSION = " expansion"
"""How the entity of an expansion's events ends."""

_EDITIONS_D = 180
"""Plans told so far apart, in days, may be two editions of a plan."""

_RAMP_UP_Y = 2
"""Commissioning and the start of production may lie so far apart, in years."""

_RESTART = re.compile(
    r"re-?start|re-?open|resum|again|expan|second|new|additional|复产|扩建|二期", re.IGNORECASE
)
_SEASON_D = 366
"""Two tellings of one event this close, in days, are taken for rounding of words."""


def _status(corpus: Corpus) -> Iterator[Finding]:
    by_entity: dict[str, list[_Event]] = defaultdict(list)
    for entity, event in _events(corpus):
        by_entity[entity].append(event)
    for entity, events in by_entity.items():
        yield from _reported(events)
        yield from _plans(events)
        done = [e for e in events if not e.planned]
        yield from _order(done)
        yield from _order([e for e in events if e.planned])
        yield from _once(done)
        yield from outside_life(corpus, entity, done)
        grown = by_entity.get(f"?{entity.removeprefix('?')}{_EXPANSION}", [])
        yield from growth_first(corpus, entity, done, [e for e in grown if not e.planned])
        yield from _before_plan(corpus, entity, events)
        yield from _before_its_building(events)


def _events(corpus: Corpus) -> Iterator[tuple[str, _Event]]:
    old = replaced(corpus)
    seen: set[tuple[str, str]] = set()
    for s in corpus.of_quantity(Quantity.EVENT):
        when = when_of(s)
        if when is None or not s.event or s.id in old:
            continue
        seen.add((s.id, s.event))
        event = s.event
        if event == "closed" and is_temporary(s):
            event = "suspended"
        yield s.entity, _Event(event, when, is_planned(s), s.reported, s.source, s, _phased(s))
    for e in corpus.events:
        when = days(e.date)
        if when is None or (e.claim, e.event) in seen or e.claim in old:
            continue
        if e.claim in corpus:
            s = corpus[e.claim]
        else:
            label = e.claim or f"status table: {e.entity} {e.event}"
            topic = Topic(e.entity, Quantity.EVENT)
            s = Statement(label, e.source, e.entity, e.event, topic, background=not e.claim)
        phase = _phased(s) and e.event != "expanded"
        yield e.entity, _Event(e.event, when, e.planned, e.reported, e.source, s, phase)


def _phased(s: Statement) -> bool:
    """Whether an event may be of one phase of several; an expansion has its own life."""
    if s.event == "expanded" or s.entity.endswith(_EXPANSION):
        return False
    if s.event in _STARTS and grows(s):
        return True  # "second line opened" starts no mine
    return bool(_PHASE.search(text_of(s)))


def _reported(events: list[_Event]) -> Iterator[Finding]:
    for e in events:
        report = days(e.reported) if e.reported else None
        if report is None:
            continue
        if "reported" in e.statement.inferred:
            continue  # when the text was written is only guessed from what it tells
        if not e.planned and e.when[0] > report[1]:
            text = f"{e.told} is told as done in a text of {e.reported}, before it."
            yield from _say(Verdict.VIOLATE, [e], text, blame=True)
        elif e.planned and e.when[1] < report[0]:
            text = f"{e.told} is told as a plan by a text of {e.reported}: done or not?"
            yield from _say(Verdict.INSUFFICIENT, [e], text)


def _plans(events: list[_Event]) -> Iterator[Finding]:
    """A plan that moved, or came true at another time, is replaced and not contradicted."""
    for name in dict.fromkeys(e.event for e in events if e.planned):
        same = sorted((e for e in events if e.event == name), key=lambda e: (e.reported, e.when))
        for a, b in pairwise(same):
            if not a.planned and not b.planned:
                continue
            if a.when[0] <= b.when[1] and b.when[0] <= a.when[1]:
                yield from _say(Verdict.PASS, [a, b], f"{a.told} and {b.told}: the same time.")
            elif _still_ahead(a, b) or _still_ahead(b, a):
                text = f"{a.told} and {b.told}: the later text still expects what was told as done."
                yield from _say(Verdict.TIE, [a, b], text)
            elif a.reported and b.reported and a.reported != b.reported:
                yield from _say(
                    Verdict.SUPERSEDED, [a, b], f"{a.told} was moved or overtaken by {b.told}."
                )
            elif a.source == b.source and a.planned and b.planned and not (a.phase or b.phase):
                text = f"{a.told} and {b.told}: one text plans one event for two times."
                yield from _say(Verdict.TIE, [a, b], text)


def _before_its_building(events: list[_Event]) -> Iterator[Finding]:
    """First output told as done before the building of the site that is still planned."""
    grown = any(e.event in ("expanded", "resumed") or e.phase for e in events)
    for plan in events:
        if not plan.planned or plan.event not in ("construction", "approved") or plan.phase:
            continue
        for done in events:
            if done.planned or done.event not in _STARTS or done.phase or grown:
                continue
            early = (plan.when[0] - done.when[1]).days
            if early > 0 and not _RESTART.search(text_of(plan.statement)):
                text = f"{done.told} is {early:,} days before {plan.told}, which belongs before it."
                yield from _say(Verdict.TIE, [done, plan], text, float(early))


def _still_ahead(done: _Event, plan: _Event) -> bool:
    """Whether a text plans for later what an earlier one, or its own day, has as done."""
    known = done.reported and plan.reported and "reported" not in done.statement.inferred
    if done.planned or not plan.planned or not known or done.phase or plan.phase:
        return False
    # a second line, a restart: the event may come again
    again = grows(plan.statement) or _RESTART.search(text_of(plan.statement)) is not None
    return plan.reported >= done.reported and plan.when[0] > done.when[1] and not again


def _order(events: list[_Event]) -> Iterator[Finding]:
    reopened = [e.when[0] for e in events if e.event == "resumed"]
    grown = any(e.event == "expanded" or e.phase for e in events)
    ranked = [e for e in events if e.event in _RANK]
    for i, a in enumerate(ranked[:60]):
        for b in ranked[i + 1 : 60]:
            first, last = sorted((a, b), key=lambda e: _RANK[e.event])
            if _RANK[first.event] == _RANK[last.event]:
                continue
            # 'first' belongs before 'last': wrong when it can only have come after
            late = (first.when[0] - last.when[1]).days
            if late <= 0:
                text = f"{first.told} comes before {last.told}, as it must."
                yield from _say(Verdict.PASS, [first, last], text, 0.0)
                continue
            text = f"{first.told} comes {late:,} days after {last.told}, and belongs before it"
            again = last.event == "closed" and any(
                last.when[0] <= r <= first.when[1] for r in reopened
            )
            if again:
                text += "; it was reopened between"
                yield from _say(Verdict.PASS, [first, last], f"{text}.", 0.0)
            elif first.event == "explored":
                yield from _say(Verdict.PASS, [first, last], f"{text} or goes on beside it.", 0.0)
            elif first.phase or last.phase or (first.event in _LATER_TOO and grown):
                text += ", unless it is of a later phase"
                yield from _say(Verdict.INSUFFICIENT, [first, last], f"{text}.", float(late))
            elif first.planned and _other_edition(first, last):
                text += ", unless the plan was moved in between"
                yield from _say(Verdict.INSUFFICIENT, [first, last], f"{text}.", float(late))
            elif last.event == "expanded" and first.event in _STARTS:
                continue  # told by growth_first
            elif last.event == "expanded" and late <= _RAMP_UP_Y * _SEASON_D:
                yield from _say(Verdict.INSUFFICIENT, [first, last], f"{text}.", float(late))
            else:
                yield from _say(Verdict.VIOLATE, [first, last], f"{text}.", float(late))


def _other_edition(a: _Event, b: _Event) -> bool:
    # an article without a date is no edition of anything
    known = [days(e.reported) for e in (a, b) if "reported" not in e.statement.inferred]
    if len(known) < 2 or a.source == b.source:
        return False
    first, second = known
    if first is None or second is None:
        return False
    return abs((first[0] - second[0]).days) > _EDITIONS_D


def _once(done: list[_Event]) -> Iterator[Finding]:
    grown = [e for e in done if e.event in ("expanded", "resumed")]
    for name in _ONCE:
        same = [e for e in done if e.event == name][:40]
        for i, a in enumerate(same):
            for b in same[i + 1 :]:
                first, last = sorted((a, b), key=lambda e: e.when)
                late = (last.when[0] - first.when[1]).days
                says = f"{first.told} and {last.told}"
                if first.statement.id == last.statement.id:
                    continue
                if late <= _SEASON_D:
                    yield from _say(Verdict.PASS, [first, last], f"{says}: the same.", 0.0)
                    continue
                phased = a.phase or b.phase or any(_near(g, last) for g in grown)
                # plants are commissioned one after another, and mines closed more than once
                if name == "commissioned":
                    phased = phased or bool(grown) or a.source != b.source
                elif name == "closed":
                    phased = phased or any(g.event == "resumed" for g in grown)
                verdict = Verdict.INSUFFICIENT if phased else Verdict.TIE
                if verdict is Verdict.TIE and a.source == b.source:
                    verdict = Verdict.VIOLATE
                why = "unless they are of two phases" if phased else "which happens once"
                text = f"{says} are {late:,} days apart, {why}."
                yield from _say(verdict, [first, last], text, float(late))


def _near(a: _Event, b: _Event) -> bool:
    return abs((a.when[0] - b.when[0]).days) <= _SEASON_D


def _before_plan(corpus: Corpus, entity: str, events: list[_Event]) -> Iterator[Finding]:
    """Output told as an outcome of a year before the planned start of a site that never ran."""
    starts = [e for e in events if e.planned and e.event in _STARTS and not e.phase]
    ran = any(not e.planned and (e.event in _RUNNING or e.phase) for e in events)
    grows = any(e.event in ("expanded", "resumed") or e.phase for e in events)
    if not starts or ran or grows or not single_site(corpus, entity):
        return
    start = min(starts, key=lambda e: e.when)
    outputs = []
    for s in corpus.of_entity(entity):
        years, most = years_of(s), bounds(s)
        made = s.topic.quantity in (Quantity.PRODUCTION, Quantity.EXPORTS)
        # a target for a year before the planned start is as impossible as an outcome
        actual = made and s.resource_class is not ResourceClass.CAPACITY
        if not actual or years is None or most is None or most.low <= 0.0 or s.is_derived:
            continue
        other = start.statement.topic.commodity
        if _PHASE.search(text_of(s)) or (other and s.topic.commodity not in ("", other)):
            continue
        if years[1] < start.when[0].year and not looks_like_company(corpus, s):
            outputs.append((s, years, most))
    # where several texts tell of its output, it ran before: the plan is of something new
    told_by = {s.source for s, _, _ in outputs}
    for s, years, most in outputs:
        report = days(start.reported) if start.reported else None
        moved = report is not None and report[1].year < years[1]
        sure = len(told_by) == 1 and not moved
        early = start.when[0].year - years[1]
        text = (
            f"{named(s)} is output of {amount(most, s.unit)} in {_years(years)}, {early} y before "
            f"{start.told}{'' if sure else ', unless it started earlier than planned'}."
        )
        verdict = Verdict.VIOLATE if sure else Verdict.INSUFFICIENT
        yield from _say(verdict, [start], text, float(early), s, unit="y")


def _years(years: tuple[int, int]) -> str:
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def _say(
    verdict: Verdict,
    events: list[_Event],
    text: str,
    residual: float | None = None,
    output: Statement | None = None,
    *,
    unit: str = "d",
    blame: bool = False,
) -> Iterator[Finding]:
    members = [e.statement for e in events]
    members = members if output is None else [output, *members]
    blamed = [s.id for s in members if blame and not s.background]
    yield from told(
        _STATUS, verdict, members, text, residual=residual, unit=unit, blamed=blamed,
        relied=_RELIED,
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    *timing.RULES,
    Rule(
        _STATUS,
        "Events of a site stand in the order of a mine's life, and it yields only within it.",
        _status,
    ),
)
