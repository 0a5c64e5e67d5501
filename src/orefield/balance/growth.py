"""Growth of a published series into the years ahead, with what a short history leaves open.

The log of the series is a random walk with drift: yearly log-growths are independent and
normal with unknown mean and variance. A handful of published years pins neither down, so
a draw first takes a variance and a mean from what the data leave possible (the usual
reference prior 1/sigma^2: the variance is scaled inverse chi-square, the mean normal
given it), then walks. One year ahead this is Student's t with n - 1 degrees of freedom.

Years may be missing from a series of levels: a step over g years has g times the mean and
g times the variance of a yearly one.

Source: Gelman et al., *Bayesian Data Analysis* (3rd ed., 2013), sections 3.2 and 14.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from orefield.balance._checks import FloatArray, checked
from orefield.core.errors import InputError


@dataclass(frozen=True)
class GrowthModel:
    """A fitted random walk of log-growth. Build it with ``from_levels`` or ``from_growth``.

    Attributes
    ----------
    mean : float
        Mean yearly log-growth.
    sd : float
        Its standard deviation from year to year.
    n_steps : int
        Published steps, 2 or more.
    n_years : int
        Years they span.
    """

    mean: float
    sd: float
    n_steps: int
    n_years: int

    def __post_init__(self) -> None:
        if self.n_steps < 2 or self.n_years < self.n_steps:
            raise InputError(
                f"growth cannot be fitted on {self.n_steps} published step(s)",
                where="growth history",
                fix="give at least two growth rates, or three levels",
            )
        if not (np.isfinite(self.mean) and np.isfinite(self.sd) and self.sd >= 0.0):
            raise InputError("the mean and spread of growth must be finite", where="growth history")

    @classmethod
    def from_levels(cls, years: ArrayLike, levels: ArrayLike) -> GrowthModel:
        """Fit on levels of one definition, in rising years (gaps allowed).

        Raises
        ------
        InputError
            When years do not rise, a level is not above 0, or fewer than three are given.
        """
        year = checked("years of levels", years, ("year",))
        level = checked("levels", levels, ("year",), low=0.0, open_low=True)
        gap = np.diff(year)
        if year.shape != level.shape or (gap <= 0.0).any() or (year != np.round(year)).any():
            raise InputError(
                "levels need one rising whole year each", where="growth history",
                fix="sort them by year and remove doubles",
            )  # fmt: skip
        return cls._fit(np.diff(np.log(level)), gap)

    @classmethod
    def from_growth(cls, growth: ArrayLike) -> GrowthModel:
        """Fit on published yearly growth rates, as fractions (0.05 = 5 %), in any order.

        For series whose definition changed: growth is stated like for like, levels are not.

        Raises
        ------
        InputError
            When a rate is not above -1 or fewer than two are given.
        """
        rate = checked("growth", growth, ("year",), low=-1.0, open_low=True)
        return cls._fit(np.log1p(rate), np.ones(rate.shape))

    @classmethod
    def _fit(cls, step: FloatArray, gap: FloatArray) -> GrowthModel:
        n, span = step.size, float(gap.sum())
        if n < 2:
            return cls(0.0, 0.0, n, int(span))  # refused by __post_init__, which says why
        mean = float(step.sum()) / span
        variance = float(((step - gap * mean) ** 2 / gap).sum()) / (n - 1)
        return cls(mean, float(np.sqrt(variance)), n, round(span))

    def sample(self, rng: np.random.Generator, n_draws: int, n_years: int) -> FloatArray:
        """Yearly growth as fractions, shape (n_draws, n_years); draw 0 is the mean path.

        Each draw takes the same random numbers however many draws are asked for after it.
        """
        out = np.empty((n_draws, n_years))
        out[0] = self.mean
        for draw in range(1, n_draws):
            chi_square = rng.chisquare(self.n_steps - 1)
            sd = self.sd * np.sqrt((self.n_steps - 1) / chi_square)
            mean = self.mean + sd / np.sqrt(self.n_years) * rng.standard_normal()
            out[draw] = mean + sd * rng.standard_normal(n_years)
        return np.asarray(np.expm1(out), dtype=np.float64)
