"""How long products stay in use: lifetime distributions, one value per draw.

Ages are years since a product entered use. All four families are given by their mean
and their standard deviation as a share of the mean, so that published pairs ("25 years,
sd 0.27 of the mean") enter unchanged and draws vary the mean alone.

Sources: the choice of families follows Pauliuk & Heeren (2020), *ODYM - An open software
framework for studying dynamic material systems*, J. Ind. Ecol. 24(3), 446-458,
doi:10.1111/jiec.12952. The moments of the lognormal and Weibull distributions are
textbook results.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, ndtr

from orefield.balance._checks import FloatArray, checked
from orefield.core.errors import InputError

_WEIBULL_SHAPES = (0.2, 200.0)
_BISECTIONS = 60  # halves log(200 / 0.2) = 6.9 to below one unit in the last place


class LifetimeKind(StrEnum):
    """Families of lifetime distributions."""

    LOGNORMAL = "lognormal"
    WEIBULL = "weibull"
    NORMAL = "normal"
    """Normal, truncated at age zero; mean and sd are those *before* truncation."""
    FIXED = "fixed"
    """Everything leaves at exactly the mean; the standard deviation must be 0."""


@dataclass(frozen=True)
class Lifetime:
    """The lifetime of one end-use sector's products.

    Parameters
    ----------
    kind : LifetimeKind
    mean_y : ndarray of shape (n_draws,) or (1,)
        Mean lifetime in years, above 0.
    sd_share : ndarray of shape (n_draws,) or (1,)
        Standard deviation as a share of the mean: 0.01 to 5 (0 when fixed).

    Raises
    ------
    InputError
        When a mean is not above 0, a share is out of range, or the kind is unknown.
    """

    kind: LifetimeKind
    mean_y: FloatArray
    sd_share: FloatArray

    def __post_init__(self) -> None:
        try:
            kind = LifetimeKind(self.kind)
        except ValueError:
            raise InputError(
                f"unknown lifetime distribution '{self.kind}'",
                fix=f"one of: {', '.join(LifetimeKind)}",
            ) from None
        fixed = kind is LifetimeKind.FIXED
        mean = checked("mean_y", self.mean_y, ("draw",), low=0.0, high=1e4, open_low=True)
        low, high = (0.0, 0.0) if fixed else (0.01, 5.0)
        share = checked("sd_share", self.sd_share, ("draw",), low=low, high=high)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "mean_y", mean)
        object.__setattr__(self, "sd_share", share)

    def survival(self, age_y: ArrayLike) -> FloatArray:
        """Share of a cohort still in use at each age, shape (n_draws or 1, n_ages).

        Parameters
        ----------
        age_y : array of shape (n_ages,)
            Ages in years, 0 or more. At age 0 everything is in use.
        """
        age = checked("age_y", age_y, ("age",), low=0.0)[None, :]
        mean, share = np.broadcast_arrays(self.mean_y[:, None], self.sd_share[:, None])
        if self.kind is LifetimeKind.FIXED:
            return np.where(age < mean, 1.0, 0.0)
        if self.kind is LifetimeKind.NORMAL:
            sd = mean * share
            return np.asarray(ndtr((mean - age) / sd) / ndtr(mean / sd), dtype=np.float64)
        if self.kind is LifetimeKind.WEIBULL:
            shape = _weibull_shape(share)
            scale = mean / np.exp(gammaln(1.0 + 1.0 / shape))
            return np.asarray(np.exp(-((age / scale) ** shape)), dtype=np.float64)
        variance = np.log1p(share**2)
        centre = np.log(mean) - variance / 2.0
        # log of age 0 is -inf and the survival there exactly 1, without a warning
        log_age = np.log(age, out=np.full(age.shape, -np.inf), where=age > 0.0)
        return np.asarray(ndtr((centre - log_age) / np.sqrt(variance)), dtype=np.float64)


def _weibull_shape(sd_share: FloatArray) -> FloatArray:
    """Shape k of the Weibull distribution with the given sd / mean, by bisection.

    (sd/mean)^2 + 1 = G(1 + 2/k) / G(1 + 1/k)^2 falls steadily in k.
    """
    goal = np.log1p(sd_share**2)
    low = np.full(sd_share.shape, np.log(_WEIBULL_SHAPES[0]))
    high = np.full(sd_share.shape, np.log(_WEIBULL_SHAPES[1]))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        k = np.exp(middle)
        above = gammaln(1.0 + 2.0 / k) - 2.0 * gammaln(1.0 + 1.0 / k) > goal
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(np.exp(0.5 * (low + high)), dtype=np.float64)
