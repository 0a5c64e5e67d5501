"""Mill capacity by year from dated developments, with ramp-up and delay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Development:
    """A dated change of an operation's ore capacity.

    Attributes
    ----------
    name : str
    start : date
        When the new capacity begins to be used; year 9999 means never.
    ore_tpy : ndarray of shape (D,)
        Capacity of the *whole* operation from then on (t/y); lower than before for a
        suspension or a limit.
    delay_y : ndarray of shape (D,)
        Years by which the start slips in each draw; zero for what has happened.
    """

    name: str
    start: date
    ore_tpy: NDArray[np.float64]
    delay_y: NDArray[np.float64]


def decimal_year(day: date) -> float:
    """A date as a decimal year: 2026-07-02 is close to 2026.5."""
    first = date(day.year, 1, 1)
    length = 366 if day.year % 4 == 0 and (day.year % 100 or day.year % 400 == 0) else 365
    return day.year + (day - first).days / length


def yearly_capacity(
    developments: Sequence[Development],
    years: range,
    ramp_months: NDArray[np.float64],
    ramp_start: float = 0.4,
    steps: int = 24,
) -> NDArray[np.float64]:
    """Ore capacity (t) in each draw and calendar year.

    After a start the *increase* over the capacity before is available by a straight ramp
    from ``ramp_start`` to all of it within ``ramp_months``; a decrease applies at once.
    The year is integrated in ``steps`` equal steps at their midpoints.

    Parameters
    ----------
    developments : sequence of Development
        In any order.
    years : range
        T calendar years.
    ramp_months : ndarray of shape (D,)
        Time from a start to all of an increase.
    ramp_start : float
        Share of an increase used at once, in [0, 1].
    steps : int
        Steps a year.

    Returns
    -------
    ndarray of shape (D, T)

    Raises
    ------
    EvidenceError
        When a capacity is negative or not finite, a delay or ramp-up is not a length of
        time, shapes do not fit, or two developments start on one day.
    """
    _check(developments, ramp_months, ramp_start)
    ordered = sorted(developments, key=lambda d: d.start)
    for a, b in pairwise(ordered):
        if a.start == b.start and a.start.year < 9999:
            raise EvidenceError(
                f"developments '{a.name}' and '{b.name}' start on one day",
                where=a.start.isoformat(),
                fix="make one of them, or give them dates of their own",
            )
    n = len(ramp_months)
    moment = years.start + (np.arange(len(years) * steps) + 0.5) / steps
    capacity = np.zeros((n, moment.size))
    for development in ordered:
        if development.start.year >= 9999:
            continue
        start = decimal_year(development.start) + development.delay_y[:, None]
        elapsed = moment[None, :] - start
        ramp = np.clip(
            ramp_start + (1 - ramp_start) * elapsed * 12 / np.maximum(ramp_months, 1e-6)[:, None],
            0.0,
            1.0,
        )
        new = development.ore_tpy[:, None]
        stepped = np.where(new > capacity, capacity + (new - capacity) * ramp, new)
        capacity = np.where(elapsed >= 0, stepped, capacity)
    out: NDArray[np.float64] = capacity.reshape(n, len(years), steps).mean(axis=2)
    return out


def _check(
    developments: Sequence[Development], ramp_months: NDArray[np.float64], ramp_start: float
) -> None:
    if ramp_months.ndim != 1 or not np.all(np.isfinite(ramp_months) & (ramp_months >= 0)):
        raise EvidenceError(
            "a ramp-up is not a number of months", fix="give 0 or more for every draw"
        )
    if not 0.0 <= ramp_start <= 1.0:
        raise EvidenceError(
            f"a ramp-up starts at {ramp_start:g} of the increase", fix="give a share from 0 to 1"
        )
    for development in developments:
        where = f"development '{development.name}'"
        for values in (development.ore_tpy, development.delay_y):
            if values.shape != ramp_months.shape:
                raise EvidenceError(
                    f"{values.shape} values for {ramp_months.shape} draws", where=where
                )
        if not np.all(np.isfinite(development.ore_tpy) & (development.ore_tpy >= 0)):
            raise EvidenceError(
                "a capacity is negative or not finite", where=where, fix="give t/y, 0 or more"
            )
        if not np.all(np.isfinite(development.delay_y)):
            raise EvidenceError("a delay is not finite", where=where, fix="give years")
