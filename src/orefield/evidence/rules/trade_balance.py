"""Trade and use: net imports are imports less exports, and use is what is made and brought in."""

from __future__ import annotations

from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.pairing import apart, bounds, conclude, exact, is_computed, is_planned
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Stage

NET = "net-imports"
USE = "use-balance"

TOLERANCE = 0.05
"""Stocks that nobody reports, and trade in other forms, may take this share of a total."""

ACROSS = 0.15
"""The same, where the flows come from several texts: cathode with or without alloys, use with or
without what is stored, first and revised editions."""


def _one(corpus: Corpus, like: Statement, quantity: Quantity, stage: Stage) -> list[Statement]:
    """Statements on another flow of the same thing, year and country, not on trial elsewhere."""
    topic = Topic(like.entity, quantity, like.topic.commodity, stage)
    return [
        s
        for s in corpus.on(topic)
        if bounds(s) is not None
        and s.unit == "t/y"
        and s.first_year is not None
        and (s.first_year, s.last_year) == (like.first_year, like.last_year)
        and is_planned(s) == is_planned(like)
        and not is_computed(s)
    ]


def _net(corpus: Corpus) -> Iterator[Finding]:
    for net in corpus.of_quantity(Quantity.NET_IMPORTS):
        if net.background or bounds(net) is None:
            continue
        stage = net.topic.stage
        for imports in _one(corpus, net, Quantity.IMPORTS, stage):
            for exports in _one(corpus, net, Quantity.EXPORTS, stage):
                made = _bounds(imports) - _bounds(exports)
                shown = _exact(imports) - _exact(exports)
                head = (
                    f"imports of {amount(_exact(imports), 't/y')} less exports of "
                    f"{amount(_exact(exports), 't/y')} ({net.subject}, {net.first_year}) are "
                    f"{amount(shown, 't/y')}"
                )
                members = [imports, exports, net]
                if _texts(members) > 1:
                    made = made.widened(ACROSS * abs(_bounds(imports).high))
                yield from _judged(NET, members, head, made, net)


def _use(corpus: Corpus) -> Iterator[Finding]:
    for use in corpus.of_quantity(Quantity.USE):
        if use.background or bounds(use) is None or use.unit != "t/y":
            continue
        for output in _one(corpus, use, Quantity.PRODUCTION, Stage.REFINED):
            for trade, words, members in _trades(corpus, use):
                several = _texts([output, *members, use]) > 1
                loose = ACROSS if several else TOLERANCE
                made = (_bounds(output) + trade).scaled(loose)
                head = (
                    f"refined production of {amount(_exact(output), 't/y')} and {words} "
                    f"({use.subject}, {use.first_year}) leave a use of "
                    f"{amount(_exact(output) + trade, 't/y')}, give or take {loose:.0%} for stocks"
                )
                yield from _judged(USE, [output, *members, use], head, made, use)


def _trades(corpus: Corpus, use: Statement) -> Iterator[tuple[Interval, str, list[Statement]]]:
    for net in _one(corpus, use, Quantity.NET_IMPORTS, Stage.REFINED):
        words = f"net imports of {amount(_exact(net), 't/y')}"
        yield _bounds(net), words, [net]
    for imports in _one(corpus, use, Quantity.IMPORTS, Stage.REFINED):
        for exports in _one(corpus, use, Quantity.EXPORTS, Stage.REFINED):
            words = (
                f"imports of {amount(_exact(imports), 't/y')} less exports of "
                f"{amount(_exact(exports), 't/y')}"
            )
            yield _bounds(imports) - _bounds(exports), words, [imports, exports]


def _judged(
    rule: str, members: list[Statement], head: str, made: Interval, told: Statement
) -> Iterator[Finding]:
    gap = apart(made, _bounds(told))
    own = [s for s in members if not s.background]
    sources = {s.source for s in own}
    if gap == 0.0:
        text = f"{head}; {amount(_exact(told), 't/y')} is stated: they agree."
        found = conclude(rule, Verdict.PASS, members, text, 0.0, "t/y")
    else:
        text = f"{head}, yet {amount(_exact(told), 't/y')} is stated."
        # two flows of one origin against one of another: the odd one out is the one told
        alone = [told.id] if len(sources) > 1 and _is_odd(members, told) else []
        found = conclude(rule, Verdict.VIOLATE, members, text, gap, "t/y", alone)
    if found is not None:
        yield found


def _texts(members: list[Statement]) -> int:
    return len({s.source for s in members})


def _is_odd(members: list[Statement], told: Statement) -> bool:
    return all(s.source != told.source for s in members if s is not told)


def _bounds(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found


def _exact(s: Statement) -> Interval:
    return exact(s) or _bounds(s)


RULES: tuple[Rule, ...] = (
    Rule(NET, "Net imports are imports less exports.", _net),
    Rule(USE, "Use is refined production and net imports, but for stocks.", _use),
)
