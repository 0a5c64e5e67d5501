"""Prices, costs and bounds by period; when the periods are and what they discount to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.worth.checks import finite

_F8 = NDArray[np.float64]
Timing = Literal["start", "middle", "end"]
_WITHIN: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True)
class Calendar:
    """Periods, one after the other, and the rate at which their cash is discounted.

    Attributes
    ----------
    years : tuple of float
        Length of each period in years.
    discount_rate : float
        A year, as a fraction.
    timing : {"start", "middle", "end"}
        Where within a period its cash falls. With ``start`` and periods of a year the first
        period is not discounted, as in MineLib.

    Raises
    ------
    ModelError
        For no period, a length that is not above zero, a rate of -1 or less, or another timing.
    """

    years: tuple[float, ...] = (1.0,)
    discount_rate: float = 0.0
    timing: Timing = "end"

    def __post_init__(self) -> None:
        object.__setattr__(self, "years", tuple(self.years))
        if not self.years:
            raise ModelError("there is no period", fix="give at least one length in years")
        for t, length in enumerate(self.years):
            if finite(length, f"period {t}, years") <= 0:
                raise ModelError(f"period of {length:g} years", where=f"period {t}")
        if finite(self.discount_rate, "discount_rate") <= -1:
            raise ModelError(
                f"discount rate is {self.discount_rate:g}", fix="give a fraction, e.g. 0.08"
            )
        if self.timing not in _WITHIN:
            raise ModelError(
                f"timing '{self.timing}' of cash is unknown", fix="start, middle or end"
            )

    @property
    def n(self) -> int:
        """Number of periods."""
        return len(self.years)

    def position(self, period: int | None) -> int:
        """Where :meth:`Deck.over` holds a period's value; the long-term one's for ``None``.

        Raises
        ------
        ModelError
            When the period does not exist.
        """
        if period is None:
            return self.n
        if not 0 <= period < self.n:
            raise ModelError(f"period {period} is not among 0 to {self.n - 1}")
        return period

    @property
    def start_y(self) -> _F8:
        """Years from now to the start of each period, shape (t,)."""
        length = np.asarray(self.years, np.float64)
        return np.asarray(np.cumsum(length) - length, np.float64)

    @property
    def discount(self) -> _F8:
        """What cash of each period is worth now, shape (t,)."""
        when = self.start_y + _WITHIN[self.timing] * np.asarray(self.years, np.float64)
        out: _F8 = (1.0 + self.discount_rate) ** -when
        return out


@dataclass(frozen=True)
class Deck:
    """A number by period.

    Attributes
    ----------
    values : tuple of float
        One a period; **the last holds for all periods after it**, as the long-term price of a
        price deck does, and is the value where no period is meant (pit limits).
    escalation : float
        Growth a year from now, as a fraction; the first period's start is now. The long-term
        value is not escalated.

    Raises
    ------
    ModelError
        When there is no value, one is not finite, or escalation is -1 or less.
    """

    values: tuple[float, ...]
    escalation: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise ModelError("a deck has no value", fix="give a number, or one a period")
        numbers = tuple(finite(v, f"value {t} of a deck") for t, v in enumerate(self.values))
        object.__setattr__(self, "values", numbers)
        if finite(self.escalation, "escalation") <= -1:
            raise ModelError(f"escalation is {self.escalation:g} a year", fix="e.g. 0.02")

    @property
    def long_term(self) -> float:
        """The value where no period is meant."""
        return self.values[-1]

    def over(self, calendar: Calendar) -> _F8:
        """Values of every period, then the long-term value, shape (t + 1,)."""
        last = len(self.values) - 1
        by_period = np.array([self.values[min(t, last)] for t in range(calendar.n)], np.float64)
        by_period *= (1.0 + self.escalation) ** calendar.start_y
        return np.append(by_period, self.long_term)

    def times(self, factor: float) -> Deck:
        """The deck with every value multiplied by ``factor``."""
        return Deck(tuple(v * factor for v in self.values), self.escalation)

    def at_least(self, low: float, where: str) -> None:
        """Refuse a value below ``low`` (``ModelError``)."""
        for t, value in enumerate(self.values):
            finite(value, f"{where}, value {t}" if len(self.values) > 1 else where, low, math.inf)


ZERO: Final = Deck((0.0,))
"""Nothing in every period."""

ONE: Final = Deck((1.0,))
"""One in every period: an index that does not move."""

NOW: Final = Calendar()
"""One year, not discounted."""


def deck(values: float | Sequence[float], escalation: float = 0.0) -> Deck:
    """A :class:`Deck` from a number or numbers by period; errors as it."""
    return Deck(tuple(np.atleast_1d(np.asarray(values, object))), escalation)
