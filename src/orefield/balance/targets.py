"""Targets of a plan, and the probability that each is met.

A target compares a measure with a threshold: the *level* of a series in one year, or its
*mean growth* over several. Years that are published are taken as published; only the rest
is drawn. A target without a number, or without a series to judge it by, is reported as
"not quantified", never scored.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from orefield.balance._checks import FloatArray, checked
from orefield.core.errors import InputError


class Averaging(StrEnum):
    """What of a series a target is about."""

    LEVEL = "level"
    """The level in the target's one year."""
    MEAN_GROWTH = "mean growth"
    """The compound mean of yearly growth over the target's years, as a fraction."""


_COMPARATORS = MappingProxyType(
    {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
)


@dataclass(frozen=True)
class Target:
    """One target as it was set.

    Parameters
    ----------
    id, label : str
    unit : str
        Unit of the threshold: of the series for a level, ``"1/y"`` for growth.
    comparator : str
        ``>=``, ``>``, ``<=`` or ``<``.
    threshold : float or None
        None when the plan sets no number.
    years : tuple of int
        Consecutive years; one for a level.
    averaging : Averaging
    tolerance : float
        How far short a value may fall and still round to an "about" threshold, in
        ``unit``; 0 when the threshold is exact.

    Raises
    ------
    InputError
        When the comparator is unknown, a number is not finite, years are not
        consecutive, or a level is asked for several years.
    """

    id: str
    label: str
    unit: str
    comparator: str
    threshold: float | None
    years: tuple[int, ...]
    averaging: Averaging
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        where = f"target {self.id}"
        if self.comparator not in _COMPARATORS:
            raise InputError(
                f"unknown comparator '{self.comparator}'",
                where=where,
                fix=f"one of: {'  '.join(_COMPARATORS)}",
            )
        if self.threshold is not None and not np.isfinite(self.threshold):
            raise InputError("the threshold is not finite", where=where)
        if not (np.isfinite(self.tolerance) and self.tolerance >= 0.0):
            raise InputError("the tolerance must be finite and not negative", where=where)
        years = tuple(int(year) for year in self.years)
        if not years or years != tuple(range(years[0], years[0] + len(years))):
            raise InputError(f"the years {years} are not consecutive", where=where)
        try:
            averaging = Averaging(self.averaging)
        except ValueError:
            raise InputError(
                f"unknown averaging '{self.averaging}'",
                where=where,
                fix=f"one of: {', '.join(Averaging)}",
            ) from None
        if averaging is Averaging.LEVEL and len(years) != 1:
            raise InputError("a level is asked for one year", where=where)
        object.__setattr__(self, "years", years)
        object.__setattr__(self, "averaging", averaging)


@dataclass(frozen=True)
class Track:
    """A series up to its last published year, and its drawn growth afterwards.

    Parameters
    ----------
    published_growth : mapping of int to float
        Published yearly growth by year, as fractions above -1.
    last_year : int
        Last published year.
    last_level : float or None
        Level in it, above 0, in the target's unit; needed for targets of level.
    growth : ndarray of shape (n_draws, n_years)
        Yearly growth in the years after ``last_year``, as fractions of -1 or more; draw 0
        is the central case.

    Raises
    ------
    InputError
        When a value is out of range or growth is published after ``last_year``.
    """

    published_growth: Mapping[int, float]
    last_year: int
    last_level: float | None
    growth: FloatArray

    def __post_init__(self) -> None:
        late = [year for year in self.published_growth if year > self.last_year]
        if late:
            raise InputError(f"growth of {late[0]} is given as published after {self.last_year}")
        bad = [y for y, g in self.published_growth.items() if not (np.isfinite(g) and g > -1.0)]
        if bad:
            raise InputError(f"the published growth of {bad[0]} is not a fraction above -1")
        if self.last_level is not None and not (
            np.isfinite(self.last_level) and self.last_level > 0
        ):
            raise InputError(f"the level of {self.last_year} is not above 0")
        object.__setattr__(self, "published_growth", MappingProxyType(dict(self.published_growth)))
        growth = checked("growth of a track", self.growth, ("draw", "year"), low=-1.0)
        object.__setattr__(self, "growth", growth)

    def growth_in(self, year: int) -> FloatArray:
        """Growth in one year, shape (n_draws,).

        Raises
        ------
        InputError
            When the year is neither published nor drawn.
        """
        ahead = year - self.last_year - 1
        if year in self.published_growth:
            return np.full(len(self.growth), self.published_growth[year])
        if not 0 <= ahead < self.growth.shape[1]:
            raise InputError(
                f"the growth of {year} is neither published nor drawn",
                fix="publish it or lengthen the drawn growth",
            )
        return self.growth[:, ahead]


@dataclass(frozen=True)
class TargetResult:
    """How a target stands.

    Attributes
    ----------
    probability : float or None
        Share of the random draws (draw 0, the central case, is not one) that meet the
        threshold itself; None when not quantified.
    probability_rounded : float or None
        The same with the target's tolerance.
    central, p10, p50, p90 : float or None
        The measure: level, or mean growth as a fraction.
    status : str
        ``"quantified"`` or ``"not quantified"``.
    """

    target: Target
    status: str
    probability: float | None = None
    probability_rounded: float | None = None
    central: float | None = None
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None


NOT_QUANTIFIED = "not quantified"


def measure(target: Target, track: Track) -> FloatArray:
    """The target's measure in every draw, shape (n_draws,).

    Raises
    ------
    InputError
        When the track lacks a year or the level the target needs.
    """
    if target.averaging is Averaging.MEAN_GROWTH:
        log_growth = np.zeros(len(track.growth))
        for year in target.years:
            with np.errstate(divide="ignore"):  # growth of -1 is a series that ends: log -inf
                log_growth = log_growth + np.log1p(track.growth_in(year))
        return np.asarray(np.expm1(log_growth / len(target.years)), dtype=np.float64)
    (year,) = target.years
    if track.last_level is None:
        raise InputError("a target of level needs the last level", where=f"target {target.id}")
    if year < track.last_year:
        raise InputError(
            f"{year} lies before the last published year {track.last_year}",
            where=f"target {target.id}",
            fix="judge it on a track that ends then",
        )
    level = np.full(len(track.growth), track.last_level)
    for step in range(track.last_year + 1, year + 1):
        level = level * (1.0 + track.growth_in(step))
    return level


def evaluate(target: Target, track: Track | None) -> TargetResult:
    """Judge a target on a track of draws; without number or track it is not quantified.

    Raises
    ------
    InputError
        When the track lacks a year or the level the target needs, or has no random draw.
    """
    if target.threshold is None or track is None:
        return TargetResult(target, NOT_QUANTIFIED)
    values = measure(target, track)
    if len(values) < 2:
        raise InputError(
            "a probability needs random draws beside the central case",
            where=f"target {target.id}",
        )
    meets = _COMPARATORS[target.comparator]
    eased = -target.tolerance if target.comparator.startswith(">") else target.tolerance
    drawn = values[1:]
    p10, p50, p90 = np.quantile(drawn, [0.1, 0.5, 0.9])
    return TargetResult(
        target,
        "quantified",
        probability=float(np.mean(meets(drawn, target.threshold))),
        probability_rounded=float(np.mean(meets(drawn, target.threshold + eased))),
        central=float(values[0]),
        p10=float(p10),
        p50=float(p50),
        p90=float(p90),
    )
