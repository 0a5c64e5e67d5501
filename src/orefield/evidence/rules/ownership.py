"""Owners: shares of one owned entity at one time, chains of them, and circles."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules.pairing import bounds, conclude, is_planned
from orefield.evidence.rules.reading import lexeme, replaced, text_of, years_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, listing
from orefield.evidence.statement import Quantity, Statement, Topic

_NAME = "ownership-sum"
_RELIED = ("counterpart", "entity", "first_year", "last_year", "unit")
_ATTRIBUTABLE = lexeme("attributable|effective|indirect|beneficial", "权益|间接|实际权益")
_BY = re.compile(
    r"\b(?:own(?:ership|ed)|held|holding|stake|share|interest|controlled|equity)\b"
    r".{0,20}?\bby\s+(\S.*)$",
    re.IGNORECASE,
)
_WHOLLY = lexeme(r"wholly[- ]owned|sole owner|100 ?% owned|fully owned", "全资|独资")
_OTHERS = frozenset(
    {"others", "other", "other shareholders", "other owners", "minority", "public", "rest",
     "其他", "其他股东", "其余"}
)  # fmt: skip
_MAJORITY = 0.5
_DUST = 1e-9
_LONGEST_CHAIN = 8


@dataclass(frozen=True, slots=True)
class _Holding:
    """One owner's share of one owned entity, in years from ``first`` to ``last``."""

    owner: str
    owned: str
    share: Interval | None
    attributable: bool
    first: int | None
    last: int | None
    source: str
    statement: Statement

    def same_time(self, other: _Holding) -> bool:
        """Whether both surely speak of one year; within one text undated ones do."""
        if self.first is None or other.first is None:
            return self.source == other.source
        mine, theirs = self.last or self.first, other.last or other.first
        return self.first <= theirs and other.first <= mine

    @property
    def told(self) -> str:
        share = "an unknown share" if self.share is None else amount(self.share, "1")
        when = "" if self.first is None else f" ({self.first})"
        return f"{_name(self.owner)} {share}{when}"


def _run(corpus: Corpus) -> Iterator[Finding]:
    holdings = [h for h in _holdings(corpus) if h.owner and h.owned]
    by_owned: dict[tuple[str, bool], list[_Holding]] = defaultdict(list)
    for h in holdings:
        if h.owner == h.owned:
            text = f"{_name(h.owner)} is told to own itself, {h.told}."
            yield from _say(Verdict.VIOLATE, [h], text, blame=True)
        else:
            by_owned[h.owned, h.attributable].append(h)
    for (owned, _), group in by_owned.items():
        for moment in _moments(group):
            yield from _sum(corpus, owned, moment)
        yield from _same_owner(owned, group)
    direct = [h for h in holdings if not h.attributable and h.owner != h.owned]
    yield from _circles(direct)
    owns = _index(h for h in direct if h.share is not None)
    for (_, attributable), group in by_owned.items():
        for h in group if attributable else ():
            yield from _chain(h, owns, by_owned.get((h.owned, False), []))


def _holdings(corpus: Corpus) -> Iterator[_Holding]:
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
        yield _Holding(owner, s.entity, share, indirect, first, last, s.source, s)
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
        yield _Holding(o.owner, o.owned, o.share, indirect, first, last, o.source, s)


def _written_owner(s: Statement) -> str:
    """The owner that an attribute names and no table knows ("owned by X"); empty for none."""
    found = _BY.search(s.attribute.replace("_", " "))
    return f"?{fold_name(found[1])}" if found else ""


def _statement(corpus: Corpus, claim: str, source: str, owned: str) -> Statement:
    """What stands for an entry of the table of owners: its claim, else a background entry."""
    if claim in corpus:
        return corpus[claim]
    topic = Topic(owned, Quantity.OWNERSHIP)
    label = claim or f"owner table: {owned}"
    return Statement(label, source, owned, "ownership", topic, background=not claim)


def _year(text: str) -> tuple[int, int] | None:
    return (int(text[:4]),) * 2 if text[:4].isdecimal() and len(text) >= 4 else None


def _moments(group: list[_Holding]) -> Iterator[list[_Holding]]:
    """Sets of holdings that are of one time: those of each text, and those of each year."""
    told: set[frozenset[str]] = set()
    starts = {(h.source if h.first is None else "", h.first) for h in group}
    for source, year in sorted(starts, key=str):
        if year is None:
            moment = [h for h in group if h.first is None and h.source == source]
        else:
            moment = [
                h for h in group if h.first is not None and h.first <= year <= (h.last or h.first)
            ]
        key = frozenset(h.statement.id + h.owner for h in moment)
        if len(moment) > 1 and key not in told:
            told.add(key)
            yield moment


def _sum(corpus: Corpus, owned: str, moment: list[_Holding]) -> Iterator[Finding]:
    best: dict[str, _Holding] = {}
    for h in moment:
        known = best.get(h.owner)
        # of two figures for one owner the smaller is the charitable one
        if h.share is not None and (known is None or h.share.low < _share(known).low):
            best[h.owner] = h
    # an owner and its own subsidiary may be told of one and the same share
    parts = [h for o, h in best.items() if not any(corpus.within(o, p) for p in best if p != o)]
    if len(parts) < 2:
        return
    together = total(_widened(h) for h in parts)
    says = f"{listing([h.told for h in parts])} of {_name(owned)}: {amount(_sum_of(parts), '1')}"
    if together.low > 1.0 + _DUST:
        text = f"{says} together, more than the whole, which is 100 %."
        residual = together.low - 1.0
        yield from _say(Verdict.VIOLATE, parts, text, residual)
    elif any(h.owner.strip("?").casefold() in _OTHERS for h in parts) and (
        together.high < 1.0 - _DUST
    ):
        text = f"{says} together, though 'others' are counted: the rest of 100 % belongs to nobody."
        yield from _say(Verdict.VIOLATE, parts, text, 1.0 - together.high)
    else:
        yield from _say(Verdict.PASS, parts, f"{says} together, within 100 %.", 0.0)


def _same_owner(owned: str, group: list[_Holding]) -> Iterator[Finding]:
    by_owner: dict[str, list[_Holding]] = defaultdict(list)
    for h in group:
        if h.share is not None:
            by_owner[h.owner].append(h)
    for owner, told in by_owner.items():
        for a, b in combinations(told[:40], 2):
            gap = _widened(a).gap(_widened(b))
            says = f"{_name(owner)} holds {a.told} and {b.told} of {_name(owned)}"
            if a.statement.id == b.statement.id or (
                a.statement.background and b.statement.background
            ):
                continue
            if abs(gap) <= _DUST:
                yield from _say(Verdict.PASS, [a, b], f"{says}: the same.", 0.0)
            elif a.same_time(b):
                text = f"{says}: {amount(abs(gap), '1')} apart at one time."
                yield from _say(Verdict.TIE, [a, b], text, gap)
            else:
                text = f"{says}: a share that changed, not a conflict."
                yield from _say(Verdict.PASS, [a, b], text, 0.0)


def _circles(direct: list[_Holding]) -> Iterator[Finding]:
    # what lies on no circle goes first: owners that nobody owns, and owned that own nothing
    left, size = direct, -1
    while len(left) != size:
        size = len(left)
        owners, owned = {h.owner for h in left}, {h.owned for h in left}
        left = [h for h in left if h.owner in owned and h.owned in owners]
    owns = _index(left)
    done: set[frozenset[str]] = set()
    for start in list(owns):
        for path in _paths(owns, start, start):
            members = frozenset(h.owner for h in path)
            if members in done:
                continue
            done.add(members)
            chain = " > ".join([_name(h.owner) for h in path] + [_name(start)])
            controls = all(h.share is None or h.share.high > _MAJORITY for h in path)
            major = all(h.share is not None and h.share.low > _MAJORITY for h in path)
            verdict = Verdict.VIOLATE if major else Verdict.INSUFFICIENT
            why = "nobody can own most of its own owner" if controls else "they hold each other"
            yield from _say(verdict, path, f"Owners run in a circle, {chain}: {why}.")


def _index(holdings: Iterable[_Holding]) -> dict[str, list[_Holding]]:
    owns: dict[str, list[_Holding]] = defaultdict(list)
    for h in holdings:
        owns[h.owner].append(h)
    return owns


def _paths(
    owns: dict[str, list[_Holding]], start: str, goal: str, most: int = 64
) -> Iterator[list[_Holding]]:
    """Paths of holdings from one entity to another, each entity passed once."""
    stack: list[list[_Holding]] = [[h] for h in owns.get(start, ())]
    steps = 0
    while stack and steps < most * _LONGEST_CHAIN:
        steps += 1
        path = stack.pop()
        tip = path[-1].owned
        if tip == goal:
            yield path
            continue
        passed = {h.owner for h in path}
        if tip not in passed and len(path) < _LONGEST_CHAIN:
            stack += [[*path, h] for h in owns.get(tip, ()) if h.same_time(path[0])]


def _chain(
    claimed: _Holding, owns: dict[str, list[_Holding]], holders: list[_Holding]
) -> Iterator[Finding]:
    """An attributable share is the sum over all chains of the product of their direct shares."""
    if claimed.share is None:
        return
    paths = [
        path
        for path in _paths(owns, claimed.owner, claimed.owned)
        if all(h.same_time(claimed) for h in path)
    ]
    ends = {h.owner for h in holders}
    if not paths or max(len(p) for p in paths) < 2:
        return
    worth = total(_product(p) for p in paths)
    used = list({id(h): h for p in paths for h in p}.values())
    gap = worth.gap(_widened(claimed))
    sums = " + ".join(" x ".join(amount(_share(h), "1") for h in p) for p in paths)
    says = (
        f"{claimed.told} of {_name(claimed.owned)} as attributable; the chain of direct shares "
        f"gives {sums} = {amount(worth, '1')}"
    )
    members = [claimed, *used]
    if abs(gap) <= _DUST:
        yield from _say(Verdict.PASS, members, f"{says}.", 0.0)
    elif gap < 0.0:
        yield from _say(Verdict.VIOLATE, members, f"{says}, which is more.", gap)
    else:
        held = total(_share(h) for h in holders if h.share is not None)
        whole = held.high >= 1.0 - 1e-3 and ends == {p[-1].owner for p in paths}
        one_text = all(h.source == claimed.source for h in used)
        verdict = Verdict.VIOLATE if whole else Verdict.TIE if one_text else Verdict.INSUFFICIENT
        rest = "." if whole else ", unless it holds more through others that are not told."
        yield from _say(verdict, members, f"{says}, which is less{rest}", gap)


def _product(path: Iterable[_Holding]) -> Interval:
    out = Interval.point(1.0)
    for h in path:
        out = out * _widened(h)
    return out


def _share(h: _Holding) -> Interval:
    return h.share if h.share is not None else Interval(0.0, 1.0)


def _widened(h: _Holding) -> Interval:
    """The share with its rounding: half the last digit of the percentage as it is written."""
    share = _share(h)
    if h.statement.rounding > 0.0:
        return share
    percent = 100.0 * (share.low if math.isfinite(share.low) else share.high)
    if abs(percent - 100.0) < _DUST:
        return share
    places = next((n for n in range(4) if abs(percent - round(percent, n)) < 1e-7), 4)
    return share.widened(0.5 * 10.0 ** -(places + 2))


def _sum_of(parts: list[_Holding]) -> Interval:
    return total(_share(h) for h in parts)


def _name(entity: str) -> str:
    return entity.lstrip("?") or "?"


def _say(
    verdict: Verdict,
    holdings: Iterable[_Holding],
    text: str,
    residual: float | None = None,
    *,
    blame: bool = False,
) -> Iterator[Finding]:
    members = [h.statement for h in holdings]
    finite = residual is not None and math.isfinite(residual)
    found = conclude(
        _NAME,
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


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "Shares of one entity at one time are at most 100 %, attributable shares follow from "
        "direct ones, and nobody owns itself.",
        _run,
    ),
)
