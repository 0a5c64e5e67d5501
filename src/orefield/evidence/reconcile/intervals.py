"""Interval propagation: what claims and identities leave possible, before any statistics.

Every identity narrows each of its variables to what the others allow, again and again until
nothing moves (HC4-revise, Benhamou, Goualard, Granvilliers & Puget 1999, Revising hull and box
consistency). What is cut off is impossible for certain; what stays need not be possible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from orefield.core.errors import EvidenceError
from orefield.evidence.interval import Interval, total
from orefield.evidence.reconcile.system import Identity, Product, System

EVERYTHING = Interval(-math.inf, math.inf)

TOLERANCE = 1e-9
"""Relative gap that rounding in the arithmetic may open between intervals that touch."""

_ROUNDS = 200
_MOVED = 1e-7


@dataclass(frozen=True, slots=True)
class Range:
    """What one claim allows for a variable or a linear combination; ends may be infinite.

    Parameters
    ----------
    id : str
    of : str or mapping of variable name to coefficient
    interval : Interval
    label : str
    """

    id: str
    of: str | Mapping[str, float]
    interval: Interval
    label: str = ""
    terms: Mapping[str, float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        terms = {self.of: 1.0} if isinstance(self.of, str) else dict(self.of)
        if not self.id or not terms:
            raise EvidenceError(f"range '{self.id}' lacks an id or a variable")
        object.__setattr__(self, "terms", MappingProxyType(terms))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A smallest set of claims that cannot all hold: without any one of them the rest can.

    Attributes
    ----------
    claims, identities : tuple of str
        Claims that exclude each other, and the identities by which they do. No claims where
        the bounds and identities exclude each other by themselves.
    words : str
    gap : float or None
        By how much the last step missed, in ``unit``.
    unit : str
    """

    claims: tuple[str, ...]
    identities: tuple[str, ...]
    words: str
    gap: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Propagated:
    """Narrowed intervals.

    Attributes
    ----------
    intervals : mapping of variable name to Interval
        Of the claims that are not in conflict, where there is one.
    conflict : Conflict or None
    settled : bool
        Whether nothing moved any more; False where narrowing was slow and was stopped: the
        intervals are then valid and wider than need be.
    """

    intervals: Mapping[str, Interval]
    conflict: Conflict | None
    settled: bool


@dataclass(frozen=True, slots=True)
class _Empty:
    where: str
    gap: float
    variable: str


def propagate(system: System, ranges: Sequence[Range] = ()) -> Propagated:
    """Narrow all variables to what the claims, bounds and identities leave possible.

    Parameters
    ----------
    system : System
        Its variables with their bounds, and its identities; its observations are not used.
    ranges : sequence of Range
        What the claims allow.

    Raises
    ------
    EvidenceError
        For an id that stands twice, or a range of an unknown variable.
    """
    seen: set[str] = set()
    for r in ranges:
        if r.id in seen:
            raise EvidenceError(f"range '{r.id}' stands twice", fix="ids are unique")
        seen.add(r.id)
        for name in r.terms:
            if name not in system.index:
                raise EvidenceError(f"range '{r.id}' speaks of '{name}', which is no variable")
    found, settled = _narrow(system, system.identities, ranges)
    if not isinstance(found, _Empty):
        return Propagated(found, None, settled)
    conflict = _conflict(system, ranges)
    rest = [r for r in ranges if r.id not in conflict.claims]
    left, settled = _narrow(system, system.identities, rest)
    if isinstance(left, _Empty):
        left = {v.name: Interval(v.low, v.high) for v in system.variables}
    return Propagated(left, conflict, settled)


def _conflict(system: System, ranges: Sequence[Range]) -> Conflict:
    """Deletion filtering, of claims first and identities then (Chinneck & Dravnieks 1991)."""
    claims = list(ranges)
    for r in ranges:
        rest = [c for c in claims if c is not r]
        if isinstance(_narrow(system, system.identities, rest)[0], _Empty):
            claims = rest
    identities = list(system.identities)
    for identity in system.identities:
        others = [i for i in identities if i is not identity]
        if isinstance(_narrow(system, others, claims)[0], _Empty):
            identities = others
    last, _ = _narrow(system, identities, claims)
    assert isinstance(last, _Empty)
    said = [f"{r.label or r.id} ({_show(r.interval)})" for r in claims]
    by = [i.words or i.name for i in identities]
    words = (
        (" and ".join(said) if said else "The bounds of the variables")
        + (" cannot all hold" if len(said) != 1 else " cannot hold")
        + (f" with {'; '.join(by)}" if by else "")
        + f": {last.where}, short by {last.gap:,.6g}."
    )
    unit = next((v.unit for v in system.variables if v.name == last.variable), "")
    return Conflict(
        tuple(r.id for r in claims), tuple(i.name for i in identities), words, last.gap, unit
    )  # fmt: skip


def _show(interval: Interval) -> str:
    if interval.low == interval.high:
        return f"{interval.low:,.6g}"
    if math.isinf(interval.high):
        return f"at least {interval.low:,.6g}"
    if math.isinf(interval.low):
        return f"at most {interval.high:,.6g}"
    return f"{interval.low:,.6g} to {interval.high:,.6g}"


def _narrow(
    system: System, identities: Sequence[Identity], ranges: Sequence[Range]
) -> tuple[dict[str, Interval] | _Empty, bool]:
    now = {v.name: Interval(v.low, v.high) for v in system.variables}
    combined = []
    for r in ranges:
        if len(r.terms) == 1:
            ((name, factor),) = r.terms.items()
            empty = _cut(now, name, r.interval * (1.0 / factor), f"'{name}' has no value left")
            if empty is not None:
                return empty, True
        else:
            combined.append((Identity(r.id, r.terms), r.interval))
    tasks = [*((i, Interval.point(i.constant)) for i in identities), *combined]
    for _ in range(_ROUNDS):
        moved = False
        for identity, right in tasks:
            before = {v: now[v] for v in identity.variables}
            empty = _revise(now, identity, right)
            if empty is not None:
                return empty, True
            moved |= any(_differs(before[v], now[v]) for v in before)
        if not moved:
            return now, True
    return now, False


def _revise(now: dict[str, Interval], identity: Identity, right: Interval) -> _Empty | None:
    """Narrow every variable of one identity by the others.

    A variable that stands alone and in products is taken out of all of them at once, so that
    it is not counted as two independent numbers.
    """
    terms: list[tuple[str | Product, float]] = [*identity.terms.items()]
    terms += [(p, p.factor) for p in identity.products]
    sizes = [_value(now, what) * factor for what, factor in terms]
    # ends that touch within rounding of what was added up do touch
    slack = TOLERANCE * max((_magnitude(s) for s in (*sizes, right)), default=0.0)
    gap = total(sizes).gap(right)
    if abs(gap) > slack:
        return _Empty(f"the two sides of '{identity.name}' do not meet", abs(gap), "")
    for name in identity.variables:
        rest, times = right, Interval.point(0.0)
        for what, factor in terms:
            if what == name:
                times = times + factor
            elif isinstance(what, Product) and name in {what.left, what.right}:
                other = what.right if what.left == name else what.left
                times = times + now[other] * factor
            else:
                rest = rest - _value(now, what) * factor
        allowed = _quotient(rest, times)
        if allowed is not None:
            where = f"'{identity.name}' leaves nothing for '{name}'"
            least = min(abs(times.low), abs(times.high))
            empty = _cut(now, name, allowed, where, slack / least if least > 0.0 else 0.0)
            if empty is not None:
                return empty
    return None


def _quotient(top: Interval, bottom: Interval) -> Interval | None:
    """Hull of all ``q`` with ``q * b`` in ``top`` for some ``b``; None where that is everything."""
    if top.low <= 0.0 <= top.high and bottom.low <= 0.0 <= bottom.high:
        return None
    if bottom.low > 0.0 or bottom.high < 0.0:
        ends = [_ratio(a, b) for a in (top.low, top.high) for b in (bottom.low, bottom.high)]
        return Interval(min(ends), max(ends))
    if bottom.low == bottom.high:
        return None  # nothing times anything: whether it is in top, the sum of all terms tells
    if bottom.low < 0.0 < bottom.high:
        return None
    # the divisor touches zero at one end, and what is divided does not hold zero
    positive = (top.low > 0.0) == (bottom.high > 0.0)
    least = min(abs(top.low), abs(top.high))
    edge = _ratio(least, max(abs(bottom.low), abs(bottom.high)))
    return Interval(edge, math.inf) if positive else Interval(-math.inf, -edge)


def _ratio(a: float, b: float) -> float:
    if math.isinf(b):
        return 0.0
    return a / b


def _cut(
    now: dict[str, Interval], name: str, allowed: Interval, where: str, slack: float = 0.0
) -> _Empty | None:
    here = now[name]
    met = here.meet(allowed)
    if met is None:
        gap = abs(here.gap(allowed))
        if gap > max(slack, TOLERANCE * max(_magnitude(here), _magnitude(allowed))):
            return _Empty(where, gap, name)
        edge = here.high if allowed.low > here.high else here.low
        met = Interval.point(edge)
    now[name] = met
    return None


def _magnitude(interval: Interval) -> float:
    return max((abs(e) for e in (interval.low, interval.high) if math.isfinite(e)), default=0.0)


def _value(now: Mapping[str, Interval], what: str | Product) -> Interval:
    return now[what] if isinstance(what, str) else now[what.left] * now[what.right]


def _differs(before: Interval, after: Interval) -> bool:
    size = max(_magnitude(before), _magnitude(after))
    return any(
        a != b and not (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= _MOVED * size)
        for a, b in ((before.low, after.low), (before.high, after.high))
    )
