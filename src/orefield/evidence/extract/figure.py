"""A quantity as a text gives it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity as the text gives it.

    Attributes
    ----------
    start, end : int
        Characters of the number and its unit, the hedge left out.
    low, high : float or None
        In ``symbol``; None on an open end.
    symbol : str
        Unit symbol without prefix (``t``, ``%``, ``USD``, ``USD/t``, ``m``, ...); empty when the
        number has a multiplier alone.
    kind : str
        mass, fraction, points, grade, money, price, length, ..., ratio, count or bare.
    rate : str
        ``/y``, ``/d``, ``/month`` or empty.
    hedge : str
        ``=``, ``>=``, ``<=``, ``~`` or ``range``.
    multiplier : str
        As written.
    number : str
        Digits or words as written.
    noun : str
        Of a count: what is counted.
    reasons : tuple of str
        What was guessed in reading it.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    symbol: str
    kind: str
    rate: str = ""
    hedge: str = "="
    multiplier: str = ""
    number: str = ""
    noun: str = ""
    hedge_start: int = -1
    reasons: tuple[str, ...] = ()

    @property
    def size(self) -> float:
        """The larger of its ends, in ``symbol``."""
        return max(abs(v) for v in (self.low, self.high) if v is not None)
