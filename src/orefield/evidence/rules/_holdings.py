"""Who holds how much of what: holdings as statements and the table of owners give them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules.pairing import bounds, conclude, exact, is_planned
from orefield.evidence.rules.reading import lexeme, replaced, text_of, years_of
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic

NAME = "ownership-sum"
_RELIED = ("counterpart", "entity", "first_year", "last_year", "unit")
_ATTRIBUTABLE = lexeme("attributable|effective|indirect|beneficial", "权益|间接|实际权益")
_BY = re.compile(
    r"\b(?:own(?:ership|ed)|held|holding|stake|share|interest|controlled|equity)\b"
    r".{0,20}?(?:\b(?:by|of)\s+|[:：]\s*)(\S.*)$|(?:持股|股权|权益)[^:：]{0,6}[:：]\s*(\S.*)$",
    re.IGNORECASE,
)
_WHOLLY = lexeme(r"wholly[- ]owned|sole owner|100 ?% owned|fully owned", "全资|独资")
DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Holding:
    """One owner's share of one owned entity, in years from ``first`` to ``last``."""

    owner: str
    owned: str
    share: Interval | None
    attributable: bool
    first: int | None
    last: int | None
    source: str
    statement: Statement

    def same_time(self, other: Holding) -> bool:
        """Whether both surely speak of one year; within one text undated ones do."""
        mine_on, theirs_on = self.statement.date, other.statement.date
        if len(mine_on) > 4 and len(theirs_on) > 4 and mine_on != theirs_on:
            return False
        if self.first is None or other.first is None:
            return self.source == other.source
        mine, theirs = self.last or self.first, other.last or other.first
        return self.first <= theirs and other.first <= mine

    @property
    def told(self) -> str:
        share = "an unknown share" if self.share is None else amount(said(self), "1")
        when = "" if self.first is None else f" ({self.first})"
        return f"{name_of(self.owner)} {share}{when}"


def holdings_of(corpus: Corpus) -> Iterator[Holding]:
    old = replaced(corpus)
    seen: set[tuple[str, str]] = set()
    for s in corpus.of_quantity(Quantity.OWNERSHIP):
        if s.id in old or is_planned(s) or s.unit not in ("1", ""):
            continue
        share = bounds(s)
        text = text_of(s)
        if share is None and _WHOLLY.search(text):
            share = Interval.point(1.0)
        seen.add((s.id, s.counterpart))
        years = years_of(s) or _year(s.reported)
        first, last = years or (None, None)
        indirect = bool(_ATTRIBUTABLE.search(text))
        owner = s.counterpart or _written_owner(s)
        yield Holding(owner, s.entity, share, indirect, first, last, s.source, s)
    for o in corpus.ownership:
        if o.role not in ("direct", "attributable", "") or (o.claim, o.owner) in seen:
            continue
        s = _statement(corpus, o.claim, o.source, o.owned)
        begins, ends = _year(o.valid_from), _year(o.valid_to)
        # without an end it is known of the year it is dated to, and no further
        at = begins or _year(o.reported) or ends
        first = at[0] if at else None
        last = ends[1] if ends else first
        indirect = o.role == "attributable"
        yield Holding(o.owner, o.owned, o.share, indirect, first, last, o.source, s)


def _written_owner(s: Statement) -> str:
    """The owner that an attribute names and no table knows ("owned by X"); empty for none."""
    found = _BY.search(s.attribute.replace("_", " "))
    return f"?{fold_name(found[1] or found[2])}" if found else ""


def _statement(corpus: Corpus, claim: str, source: str, owned: str) -> Statement:
    """What stands for an entry of the table of owners: its claim, else a background entry."""
    if claim in corpus:
        return corpus[claim]
    topic = Topic(owned, Quantity.OWNERSHIP)
    label = claim or f"owner table: {owned}"
    return Statement(label, source, owned, "ownership", topic, background=not claim)


def _year(text: str) -> tuple[int, int] | None:
    return (int(text[:4]),) * 2 if text[:4].isdecimal() and len(text) >= 4 else None


def share_of(h: Holding) -> Interval:
    return h.share if h.share is not None else Interval(0.0, 1.0)


def widened(h: Holding) -> Interval:
    """The share with its rounding: half the last digit of the percentage as it is written."""
    share = share_of(h)
    if h.statement.rounding > 0.0:
        return share
    percent = 100.0 * (share.low if math.isfinite(share.low) else share.high)
    if abs(percent - 100.0) < DUST:
        return share
    places = next((n for n in range(4) if abs(percent - round(percent, n)) < 1e-7), 4)
    return share.widened(0.5 * 10.0 ** -(places + 2))


def said(h: Holding) -> Interval:
    """The share as its text gives it, without rounding, to show a reader."""
    stated = exact(h.statement) if h.statement.topic.quantity is Quantity.OWNERSHIP else None
    return stated if stated is not None else share_of(h)


def sum_of(parts: list[Holding]) -> Interval:
    """The shares together, as they are told."""
    return total(said(h) for h in parts)


def name_of(entity: str) -> str:
    return entity.lstrip("?") or "?"


def say(
    verdict: Verdict,
    holdings: Iterable[Holding],
    text: str,
    residual: float | None = None,
    *,
    blame: bool = False,
) -> Iterator[Finding]:
    members = [h.statement for h in holdings]
    finite = residual is not None and math.isfinite(residual)
    found = conclude(
        NAME,
        verdict,
        members,
        text,
        residual=residual if finite else None,
        unit="1" if finite else "",
        blamed=[s.id for s in members if blame and not s.background],
        fields=_RELIED,
    )
    if found is not None:
        yield found
