"""Closed intervals of real numbers, and the arithmetic that claims are held against."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from orefield.core.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from ``low`` to ``high``; an end may be infinite.

    Raises
    ------
    EvidenceError
        For an end that is not a number, or ends upside down.

    Notes
    -----
    Sums, differences, products and quotients are the exact ranges of the operation over both
    intervals (Moore 1966, Interval Analysis). What appears twice in an expression is taken as
    two independent numbers, so an interval may be wider than need be and is never too narrow.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high):
            raise EvidenceError(f"an interval from {self.low} to {self.high} has an end missing")
        if self.high < self.low:
            raise EvidenceError(f"an interval runs from {self.low} down to {self.high}")

    @classmethod
    def point(cls, value: float) -> Interval:
        """One number."""
        return cls(value, value)

    @classmethod
    def around(cls, value: float, half_width: float) -> Interval:
        """``value`` give or take ``half_width``."""
        return cls(value - half_width, value + half_width)

    @property
    def middle(self) -> float:
        """Halfway; the finite end where the other is infinite, NaN where both are."""
        if math.isinf(self.low):
            return self.high if math.isfinite(self.high) else math.nan
        return self.low if math.isinf(self.high) else 0.5 * (self.low + self.high)

    @property
    def width(self) -> float:
        """``high - low``."""
        return self.high - self.low

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __add__(self, other: Interval | float) -> Interval:
        o = _interval(other)
        return Interval(self.low + o.low, self.high + o.high)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        return self + (-_interval(other))

    def __rsub__(self, other: float) -> Interval:
        return _interval(other) - self

    def __mul__(self, other: Interval | float) -> Interval:
        o = _interval(other)
        ends = [_product(a, b) for a in (self.low, self.high) for b in (o.low, o.high)]
        return Interval(min(ends), max(ends))

    __rmul__ = __mul__

    def __truediv__(self, other: Interval | float) -> Interval:
        """Quotient.

        Raises
        ------
        EvidenceError
            When the divisor spans or touches zero.
        """
        o = _interval(other)
        if o.low <= 0.0 <= o.high:
            raise EvidenceError(f"division by an interval that holds zero: {o.low} to {o.high}")
        return self * Interval(1.0 / o.high, 1.0 / o.low)

    def overlaps(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return self.low <= other.high and other.low <= self.high

    def gap(self, other: Interval) -> float:
        """Distance between the two; 0 when they overlap, above 0 when ``other`` lies above."""
        if other.low > self.high:
            return other.low - self.high
        if other.high < self.low:
            return other.high - self.low
        return 0.0

    def meet(self, other: Interval) -> Interval | None:
        """What lies in both; None when nothing does."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def widened(self, half_width: float) -> Interval:
        """Both ends moved outwards by ``half_width``."""
        return Interval(self.low - half_width, self.high + half_width)

    def scaled(self, relative: float) -> Interval:
        """Both ends moved outwards by a share of their own size."""
        return Interval(
            self.low - abs(self.low) * relative if math.isfinite(self.low) else self.low,
            self.high + abs(self.high) * relative if math.isfinite(self.high) else self.high,
        )


def total(intervals: Iterable[Interval]) -> Interval:
    """The sum of intervals; 0 of none."""
    out = Interval(0.0, 0.0)
    for interval in intervals:
        out = out + interval
    return out


def _interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval.point(float(value))


def _product(a: float, b: float) -> float:
    # 0 times an unbounded end is 0 here: the other factor is exactly nothing
    return 0.0 if a == 0.0 or b == 0.0 else a * b
