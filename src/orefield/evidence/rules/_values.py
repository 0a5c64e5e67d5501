"""Numbers of statements as the rules on values need them: allowed ranges, words, findings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, SigmaClass

DAYS = 365.0
"""Calendar days of a year: no plant runs on more."""

SIGMA = {
    SigmaClass.A: 0.02,
    SigmaClass.B: 0.04,
    SigmaClass.C: 0.06,
    SigmaClass.D: 0.10,
    SigmaClass.E: 0.20,
}
"""Relative standard deviation of a figure by the class of its source."""

PLANNED = frozenset({ResourceClass.PLAN, ResourceClass.GUIDANCE})
IN_GROUND = frozenset(
    {
        ResourceClass.POTENTIAL,
        ResourceClass.INFERRED,
        ResourceClass.INDICATED,
        ResourceClass.MEASURED,
        ResourceClass.RESOURCE,
        ResourceClass.RESERVE,
    }
)
METAL_BASES = frozenset(
    {Basis.CONTAINED, Basis.RECOVERABLE, Basis.PAYABLE, Basis.NONE, Basis.UNSTATED}
)
"""Bases on which a tonne may be a tonne of metal."""

AREAS = frozenset(
    (
        "country", "region", "province", "prefecture", "county", "city", "state", "continent",
        "company", "group", "world", "territory", "policy", "infrastructure", "kind", "type",
        "river",
    )
)  # fmt: skip
"""Kinds of entity that are no single site."""

_HUGE = 1e200


def allowed(s: Statement) -> Interval | None:
    """What a statement allows, rounding and hedge added; None where it gives no sound number."""
    if not _sound(s) or s.low is None:
        return None
    low, high = s.low, s.low if s.high is None else s.high
    rounding, hedge = s.rounding, s.hedge
    if (not rounding and not hedge) or not (0.0 <= rounding < _HUGE and 0.0 <= hedge < _HUGE):
        return Interval(low, high)
    return Interval(low - rounding, high + rounding).scaled(hedge)


def middle(s: Statement) -> float | None:
    """The middle of what is stated, or its finite end; None where it is no sound number."""
    return s.value if _sound(s) else None


def _sound(s: Statement) -> bool:
    # a NaN fails every comparison
    return s.low is not None and (
        s.low <= _HUGE if s.high is None else -_HUGE <= s.high >= s.low <= _HUGE
    )


def central(s: Statement) -> float | None:
    """:func:`middle` where it is above 0, for logarithms and ratios."""
    value = middle(s)
    return value if value is not None and 0.0 < value < _HUGE else None


def yearly(s: Statement, days: float = DAYS) -> Interval | None:
    """What a flow allows, in tonnes a year; None where the unit is no flow of mass."""
    if s.unit not in {"t/y", "t/d", "t"}:
        return None
    span = allowed(s)
    return span * days if span is not None and s.unit == "t/d" else span


def planned(s: Statement) -> bool:
    """Whether it speaks of what is meant to be, not of what is."""
    return s.resource_class in PLANNED or s.qualifier is Qualifier.TARGET


def single_site(corpus: Corpus, entity: str) -> bool:
    """Whether an entity may be one mine or plant: not a country, a county, a company."""
    return corpus.kind(entity) not in AREAS


def stated(s: Statement) -> str:
    """A statement in a few words: whose, what, how much, when, who says so."""
    spread = s.stated if allowed(s) is not None else None
    how_much = s.shown or (amount(spread, s.unit) if spread is not None else "no number")
    return f"{s.subject} {s.attribute} {how_much}{when(s)} [{s.source}]"


def when(s: Statement) -> str:
    """The years of a statement, with a leading space; empty where it is undated."""
    if s.first_year is None and s.last_year is None:
        return ""
    ends = (s.first_year or s.last_year, s.last_year or s.first_year)
    return f" {ends[0]}" if ends[0] == ends[1] else f" {ends[0]}-{ends[1]}"


def year_of(text: str) -> int | None:
    """Year of an ISO date or part of one; None where there is none."""
    match = re.match(r"\s*(\d{4})(?!\d)", text)
    return int(match[1]) if match else None


def conclude(
    rule: str,
    verdict: Verdict,
    statements: Sequence[Statement],
    explanation: str,
    *,
    residual: float | None = None,
    unit: str = "",
    blamed: Iterable[Statement] = (),
    relied: Iterable[str] = (),
) -> Iterator[Finding]:
    """A finding on statements in the order of the arithmetic; none where all are background.

    ``relied`` names the fields that the verdict rests on: those that were inferred are marked.
    """
    ordered = list({s.id: s for s in statements}.values())
    claims = tuple(s.id for s in ordered if not s.background)
    if not claims:
        return
    fields = {"basis", "stage", "commodity", "entity", "unit", "quantity", *relied}
    known = {s.id for s in ordered}
    yield Finding(
        rule=rule,
        verdict=verdict,
        claims=claims,
        explanation=explanation,
        residual=residual if residual is not None and math.isfinite(residual) else None,
        unit=unit if residual is not None and math.isfinite(residual) else "",
        background=tuple(s.id for s in ordered if s.background),
        blamed=tuple(dict.fromkeys(s.id for s in blamed if s.id in known and not s.background)),
        inferred=tuple(f"{s.id}.{name}" for s in ordered for name in s.inferred if name in fields),
    )


def independent(corpus: Corpus, statements: Iterable[Statement]) -> list[Statement]:
    """One statement for each independent origin, the closest to the origin first.

    A source, a release and whatever a source relays count once; what the corpus computed from
    other claims never counts.
    """
    kept: list[Statement] = []
    seen: set[str] = set()
    usable = [s for s in statements if not s.is_derived]
    for s in sorted(usable, key=lambda s: (s.hops, s.sigma_class, s.id)):
        roots = origins(corpus, s.source)
        if s.release:
            roots = roots | {f"release {s.release}"}
        if not roots & seen:
            kept.append(s)
        seen |= roots
    return kept


def origins(corpus: Corpus, source: str) -> frozenset[str]:
    """A source and everything that it passes on, near and far."""
    found: set[str] = set()
    ahead = [source]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += corpus.relays.get(name, ())
    return frozenset(found)


def tonnes(s: Statement) -> bool:
    """Whether it is a mass or a flow of mass."""
    return s.unit in {"t", "t/y", "t/d"} and s.topic.quantity is not Quantity.EVENT
