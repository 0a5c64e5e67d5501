"""Figures told before they could be known, and weekdays that a date is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.periods import weekday_of
from orefield.evidence.rules.pairing import is_planned
from orefield.evidence.rules.reading import days, lexeme, named, text_of, told
from orefield.evidence.rules.rule import Rule
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Qualifier, ResourceClass

_NAME = "said-before-known"
_FLOWS = frozenset(
    {
        Quantity.PRODUCTION,
        Quantity.USE,
        Quantity.IMPORTS,
        Quantity.EXPORTS,
        Quantity.STOCK_CHANGE,
        Quantity.RESOURCE_ADDED,
    }
)
"""What adds up over a period, and is known when it has ended."""

_PART = lexeme(
    r"q[1-4]|[1-4]q|quarters?|quarterly|h[12]|[12]h|half|months?|monthly|january|february|march|"
    r"april|june|july|august|september|october|november|so far|to date|ytd|year-to-date|weeks?|"
    r"days?|annuali[sz]ed|run[- ]rate|current|now|present",
    r"季度|上半年|下半年|月|目前|累计|截至",
)
_PLAN = lexeme(
    r"plan\w*|target\w*|guid\w*|forecast\w*|expect\w*|project\w*|estimat\w*|will|would|aim\w*|"
    r"budget\w*|goal|outlook|potential|could|design\w*|capacity|prelim\w*|scheduled|set to|"
    r"scenario\w*|announced|quotas?|ceilings?|caps?|allocations?|allotment|permits?",
    "计划|目标|预计|预期|预测|将|规划|力争|初步|估计|指标|配额|总量控制",
)
_PAST = lexeme(
    "was|were|produced|reached|mined|exceeded|actual|achieved|hit|totall?ed", "达到|实际|完成"
)
_WHOLE_YEAR = lexeme(r"full[- ]year|whole year|annual|yearly|entire year", "全年|年产量|年度")

_WEEKDAYS = (
    (lexeme("mondays?", "星期一|周一|礼拜一"), "monday"),
    (lexeme("tuesdays?", "星期二|周二|礼拜二"), "tuesday"),
    (lexeme("wednesdays?", "星期三|周三|礼拜三"), "wednesday"),
    (lexeme("thursdays?", "星期四|周四|礼拜四"), "thursday"),
    (lexeme("fridays?", "星期五|周五|礼拜五"), "friday"),
    (lexeme("saturdays?", "星期六|周六|礼拜六"), "saturday"),
    (lexeme("sundays?", "星期日|星期天|周日|礼拜天"), "sunday"),
)
_RELATIVE = re.compile(
    r"(?:last|next|previous|following|before|after|by|since|until|every|上|下|前|后)\s*(?:on\s*)?$"
)


def weekday_named(words: str) -> str:
    """The one weekday that words name, ``monday`` to ``sunday``; empty for none or several.

    A weekday told from another day ("last Friday", 上周五) is passed over.
    """
    text = words.casefold()
    found = {
        day
        for pattern, day in _WEEKDAYS
        for m in pattern.finditer(text)
        if not _RELATIVE.search(text[: m.start()])
    }
    return found.pop() if len(found) == 1 else ""


def _run(corpus: Corpus) -> Iterator[Finding]:
    for s in corpus.checked:
        if s.topic.quantity in _FLOWS and s.resource_class is ResourceClass.ACTUAL:
            yield from _known(s)
        if len(s.date) == 10:
            yield from _weekday(s)


def _known(s: Statement) -> Iterator[Finding]:
    report = days(s.reported) if s.reported else None
    last = s.last_year if s.last_year is not None else s.first_year
    if report is None or last is None or is_planned(s) or s.is_derived:
        return
    text = text_of(s)
    if s.qualifier is Qualifier.TARGET or _PLAN.search(text):
        return
    # a figure of a month or a day is known when that has ended
    day = days(s.date) if s.date else None
    end = day[1] if day else _year_end(last)
    if end is None:
        return
    early = (end - report[1]).days
    says = f"{named(s)} is an outcome of {s.date or last}, told in a text of {s.reported}"
    if early <= 31:
        yield from told(_NAME, Verdict.PASS, [s], f"{says}.", residual=0.0, unit="d")
        return
    began = s.first_year is not None and s.first_year <= report[1].year
    beyond = s.first_year is not None and s.first_year > report[1].year + 1
    if beyond and not _PAST.search(text):
        says = f"{says}, {early} days before that ended; it is a projection that is not called one"
        verdict, blamed = Verdict.INSUFFICIENT, list[str]()
    elif began and not s.date and (_PART.search(text) or not _WHOLE_YEAR.search(text)):
        says = f"{says}, {early} days before that ended; it may be of a part of the period"
        verdict, blamed = Verdict.INSUFFICIENT, list[str]()
    else:
        says = f"{says}, {early} days before that ended; it can be a plan or a forecast only"
        verdict, blamed = Verdict.VIOLATE, [s.id]
    yield from told(
        _NAME,
        verdict,
        [s],
        f"{says}.",
        residual=float(early),
        unit="d",
        blamed=blamed,
        relied=("resource_class", "first_year", "last_year", "date", "reported"),
    )


def _year_end(year: int) -> date | None:
    return date(year, 12, 31) if 1 <= year <= 9999 else None


def _weekday(s: Statement) -> Iterator[Finding]:
    day, when = weekday_named(text_of(s)), days(s.date)
    if not day or when is None or when[0] != when[1]:
        return
    falls = weekday_of(when[0])
    fits = falls == day
    verdict = Verdict.PASS if fits else Verdict.VIOLATE
    text = f"{named(s)} names {day.capitalize()}, and {s.date} is a {falls.capitalize()}."
    relied = () if fits else ("date",)
    yield from told(_NAME, verdict, [s], text, relied=relied)


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "An outcome is told when its period has ended, and a weekday is that of its date.",
        _run,
    ),
)
