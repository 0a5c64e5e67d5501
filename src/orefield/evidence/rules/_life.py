"""What a site or a country gives while it cannot: before its start, or while it stands still.

Times are held against each other by the day where the texts tell days or months, so that the
output of the quarter after a restart is no output of the stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._values import single_site
from orefield.evidence.rules.pairing import bounds, is_planned
from orefield.evidence.rules.reading import (
    Span,
    day_words,
    days,
    lexeme,
    named,
    text_of,
    told,
    years_of,
)
from orefield.evidence.rules.site_commodity import family
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import ResourceClass, Stage
from orefield.evidence.words.commodities import ELEMENT_OF

STATUS = "status-timeline"
RELIED = ("event", "date", "first_year", "last_year", "resource_class", "entity")

STARTS = ("production", "commissioned")
"""Events with which output begins."""

_MADE = frozenset({Quantity.PRODUCTION, Quantity.THROUGHPUT})
_FLOWS = _MADE | {Quantity.EXPORTS}
_BY_TRADE = lexeme(
    r"exports?|exported|exporting|shipments?|shipped|shipping|cargo(?:es)?", "出口|发运|装船"
)
_BY_WORK = lexeme(
    r"mining|mined?|production|output|operations?|operating|care and maintenance|milling|"
    r"processing|smelting|smelter|refinery|plant",
    "生产|开采|采矿|停产|运营",
)
_MINING_ALONE = lexeme(r"mining|ore extraction", "开采|采矿")
_WHOLE_SITE = lexeme(
    r"processing|milling|operations?|all|production|output|plant|care and maintenance|everything",
    "停产|生产|全部|选矿",
)
_SOLD = lexeme(r"sales?|sold|from stocks?|stockpiles?|inventory", "销售|库存")
_ALL = lexeme(r"all|any|total|whole|every", "全部|一切|所有")
_HALTED = lexeme(r"temporar\w*", "临时|暂时")
_SITE_START = lexeme(r"start(?: of|ed|-up)?|opened|opening|mine|site|operations?", "投产|开业|矿山")


_THROUGHOUT = re.compile(
    r"throughout|all of|whole (?:of|period)|(?:until|by|through|to) the end of|entire|全年|整个",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in the life of an entity, with the days that it may have been on."""

    event: str
    when: Span
    planned: bool
    reported: str
    source: str
    statement: Statement
    phase: bool

    @property
    def told(self) -> str:
        """The event in a sentence: what, when, by which claim."""
        plan = "planned " if self.planned else ""
        what = self.statement.attribute or self.event
        return f"{plan}{self.event} {day_words(self.when)} ({what}, {self.statement.id})"


def ends_of(s: Statement) -> tuple[date | None, date | None] | None:
    """The last day by which a state had begun, and the first on which it may have ended.

    Returns
    -------
    tuple of date or None
        None for an end that is open; None for no span at all: a state told by one date.
    """
    if s.span:
        first, _, last = s.span.partition("/")
        if first != last:
            begun, over = days(first), days(last)
            return (begun[1] if begun else None), (over[0] if over else None)
        return None
    years = years_of(s)
    if years is None or years[0] == years[1] or not 1 <= years[0] <= years[1] <= 9999:
        return None
    held = _THROUGHOUT.search(text_of(s)) is not None
    return date(years[0], 12, 31), date(years[1], 12, 31) if held else date(years[1], 1, 1)


def is_temporary(s: Statement) -> bool:
    """Whether a closure is told with its end, or as one for a time."""
    ends = ends_of(s)
    return bool(ends and ends[1]) or bool(_HALTED.search(text_of(s)))


def time_of(s: Statement) -> Span | None:
    """First and last day of the period that a flow is of; None where undated."""
    if s.span:
        first, _, last = s.span.partition("/")
        begun, over = days(first), days(last)
        return (begun[0], over[1]) if begun and over else None
    years = years_of(s)
    if years is None or not 1 <= years[0] <= years[1] <= 9999:
        return None
    return date(years[0], 1, 1), date(years[1], 12, 31)


def outside_life(corpus: Corpus, entity: str, done: Sequence[Happening]) -> Iterator[Finding]:
    """Output or trade of a period before the start, within a stop, or after the end.

    Parameters
    ----------
    corpus : Corpus
        Its figures are looked at.
    entity : str
        Whose life it is.
    done : sequence of Happening
        Of this entity; no plans.
    """
    starts = [e for e in done if e.event in STARTS and not e.phase]
    # an earlier life of the site makes output before a later start possible
    if any(e.event in ("expanded", "closed", "suspended", "resumed") and starts
           and e.when[1] < min(s.when[0] for s in starts) for e in done):  # fmt: skip
        starts = []
    ends = sorted((e for e in done if e.event in ("suspended", "closed")), key=lambda e: e.when)
    again = [e for e in done if e.event in ("resumed", *STARTS, "expanded")]
    if not starts and not ends:
        return
    whole = not single_site(corpus, entity)
    for s in corpus.of_entity(entity):
        flow, most, time = _flow(s), bounds(s), time_of(s)
        if flow is None or most is None or time is None or most.low <= 0.0:
            continue
        says = f"{named(s)} is {_kind(flow)} of {amount(most, s.unit)} in {_time(time)}"
        fitting = [e for e in starts if not (whole and not e.statement.topic.commodity)]
        if fitting:
            yield from _before(s, flow, time, says, min(fitting, key=lambda e: e.when))
        for end in ends:
            if not (whole and not end.statement.topic.commodity):
                yield from _stopped(s, flow, time, says, end, again)


def _flow(s: Statement) -> Quantity | None:
    """What flows, where a statement tells an outcome; also of a part of a year."""
    quantity = s.topic.quantity
    if quantity is Quantity.OTHER and s.part_of_year and s.measured in _FLOWS:
        quantity = s.measured
    actual = s.resource_class in (ResourceClass.ACTUAL, ResourceClass.NONE)
    if quantity not in _FLOWS or not actual or is_planned(s) or s.is_derived:
        return None
    # what was sold may come out of stock
    return None if quantity in _MADE and _SOLD.search(s.attribute.casefold()) else quantity


def _before(
    s: Statement, flow: Quantity, time: Span, says: str, start: Happening
) -> Iterator[Finding]:
    early = (start.when[0] - time[1]).days
    if early <= 0:
        if flow is Quantity.PRODUCTION:
            text = f"{says}, not before {start.told}."
            yield from _say(Verdict.PASS, [s, start.statement], text, 0.0)
        return
    event = start.statement
    verdict, why = Verdict.VIOLATE, ""
    years = start.when[0].year - time[1].year
    if flow is Quantity.THROUGHPUT and not _SITE_START.search(text_of(event)):
        return
    if flow in _MADE and _BY_TRADE.search(event.attribute.casefold()) and years <= 1:
        verdict, why = Verdict.INSUFFICIENT, ", which may have been put on stock"
    elif not _one_metal(s, event):
        verdict, why = Verdict.INSUFFICIENT, ", of another product"
    elif _later_stage(s, event):
        verdict, why = Verdict.INSUFFICIENT, ", which may be of a later step than the mine"
    text = f"{says}, {_gap(early)} before {start.told}{why}."
    yield from _say(verdict, [s, event], text, float(early))


def _one_metal(s: Statement, event: Statement) -> bool:
    a, b = (ELEMENT_OF.get(x.topic.commodity, x.topic.commodity) for x in (s, event))
    return not a or not b or bool(family(a) & family(b))


def _later_stage(s: Statement, event: Statement) -> bool:
    stage = event.topic.stage
    made = stage in (Stage.REFINED, Stage.SMELTER) and s.topic.stage is Stage.MINE
    return made and not _SITE_START.search(text_of(event))


def _stopped(
    s: Statement,
    flow: Quantity,
    time: Span,
    says: str,
    end: Happening,
    again: Sequence[Happening],
) -> Iterator[Finding]:
    event = end.statement
    if not _governs(event, flow) or not _one_metal(s, event):
        return
    own = ends_of(event) if end.event == "suspended" else None
    begun = end.when[1] if own is None else own[0] or end.when[1]
    if own is not None and own[1] is not None:
        until: date | None = own[1]
    else:
        until = min((e.when[0] for e in again if e.when[1] > end.when[0]), default=None)
    if time[0] <= begun or (until is not None and time[1] > until):
        return
    report = days(end.reported) if end.reported else None
    known_later = report is not None and report[1] >= time[1] and report[0].year >= time[0].year
    since = own is not None and own[1] is None
    if until is not None or end.event == "closed" or known_later or end.source == s.source:
        verdict = Verdict.VIOLATE
    else:
        # "idle since" says so at the time of writing, which may be before the output
        later = report is not None and report[1] >= end.when[0] and time[0].year > end.when[1].year
        verdict = Verdict.TIE if since or later else Verdict.INSUFFICIENT
    why = ""
    if not _whole_stop(s, flow, event):
        verdict, why = Verdict.INSUFFICIENT, "; the stop may be of another step or product"
    reopened = f" and before {until.isoformat()}" if until else ""
    text = f"{says}, after {end.told}{reopened}{why}."
    yield from _say(verdict, [s, event], text, float((time[0] - begun).days))


def _governs(event: Statement, flow: Quantity) -> bool:
    """Whether a stop is of output, or of trade: the other may go on."""
    attribute = event.attribute.casefold().replace("_", " ")
    words = attribute if _BY_TRADE.search(attribute) or _BY_WORK.search(attribute) else ""
    words = words or text_of(event)
    trade = bool(_BY_TRADE.search(words))
    if trade and not (_BY_WORK.search(words) and not _BY_TRADE.search(attribute)):
        return flow is Quantity.EXPORTS
    return flow in _MADE


def _whole_stop(s: Statement, flow: Quantity, event: Statement) -> bool:
    """Whether the stop is of all that the flow could come from."""
    text, stages = text_of(event), {s.topic.stage, event.topic.stage}
    if flow is Quantity.EXPORTS:
        told_of = event.topic.stage
        narrow = told_of is not Stage.NONE and s.topic.stage is not told_of
        raw = told_of is Stage.NONE and s.topic.stage not in (Stage.NONE, Stage.MINE)
        return not narrow and (not raw or bool(_ALL.search(text)))
    if event.topic.stage in (Stage.SMELTER, Stage.REFINED) and Stage.MINE in stages:
        return False
    # a mill can run on stockpiles when mining has stopped
    mined = "mined" in s.attribute.casefold()
    return mined or not _MINING_ALONE.search(text) or bool(_WHOLE_SITE.search(text))


def _kind(flow: Quantity) -> str:
    return {Quantity.EXPORTS: "trade", Quantity.THROUGHPUT: "ore"}.get(flow, "output")


def _gap(early: int) -> str:
    return f"{early:,} days" if early < 365 else f"{early / 365.25:.1f} y"


def _time(time: Span) -> str:
    return day_words(time)


def _say(
    verdict: Verdict, members: Sequence[Statement], text: str, residual: float
) -> Iterator[Finding]:
    yield from told(
        STATUS, verdict, members, text, residual=residual, unit="d", relied=RELIED
    )  # fmt: skip
