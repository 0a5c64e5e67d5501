"""By-product grades that go with copper, but not in lockstep."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from orefield.core.errors import CalibrationError
from orefield.deposit.grades import scale_to_mean

_LOG_SPREAD_LIMIT = 2.5


def byproduct_grades(
    copper_pct: NDArray[np.float64],
    tonnes: NDArray[np.float64],
    ore: NDArray[np.bool_],
    noise: NDArray[np.float64],
    *,
    mean: float,
    cv: float,
    rank_correlation: float,
    max_grade_ratio: float,
    where: str,
) -> NDArray[np.float64]:
    """Grades of a by-product, shape (n,), in the unit of ``mean``.

    ``ln(grade) = constant + slope ln(copper) + own noise``: a lognormal regression on
    copper, in which the slope is solved so that Spearman's rank correlation with
    copper over ore is ``rank_correlation``, and the constant so that the tonnage-weighted mean
    over ore is ``mean`` exactly.

    Parameters
    ----------
    copper_pct, tonnes, noise : ndarray of shape (n,)
        ``noise`` need not be independent of copper: what it shares with it over ore is
        taken out first.
    ore : ndarray of bool, shape (n,)
        Blocks that count as ore; they must have rock.
    mean : float
        Published mean over ore; 0 gives zeros.
    cv : float
        Coefficient of variation wanted over ore.
    rank_correlation : float
        In (-1, 1).
    max_grade_ratio : float
        No block exceeds this multiple of ``mean``.
    where : str
        Asset and field, for error messages.

    Raises
    ------
    CalibrationError
        When copper is the same everywhere in ore, or the cap forbids the mean.
    """
    out = np.zeros(copper_pct.shape)
    if mean <= 0:
        return out
    rock = tonnes > 0
    log_cu = np.zeros(copper_pct.shape)
    floor = max(1e-6, float(copper_pct[ore].min()) * 1e-3)
    log_cu[rock] = np.log(np.maximum(copper_pct[rock], floor))
    log_cu -= log_cu[ore].mean()
    spread = float(log_cu[ore].std())
    if not spread > 0:
        raise CalibrationError(
            "copper is the same in every ore block, by-products cannot follow it", where=where
        )
    along = log_cu / spread
    own = noise - noise[ore].mean()
    own = own - along * float((own[ore] * along[ore]).mean())
    own /= float(own[ore].std())

    cu_rank = _standard(_ranks(copper_pct[ore]))
    along_ore, own_ore = along[ore], own[ore]

    def rank_miss(r: float) -> float:
        mixed = r * along_ore + math.sqrt(1.0 - r * r) * own_ore
        # sums, not a BLAS product: their bits do not depend on the number of threads
        return float((cu_rank * _standard(_ranks(mixed))).mean()) - rank_correlation

    weight = float(brentq(rank_miss, -0.999, 0.999, xtol=1e-4))
    log_sd = math.sqrt(math.log1p(cv * cv))
    mixed = weight * along + math.sqrt(1.0 - weight * weight) * np.clip(
        own, -_LOG_SPREAD_LIMIT, _LOG_SPREAD_LIMIT
    )
    shape = np.exp(log_sd * mixed[rock])
    cap = max_grade_ratio * mean
    factor = scale_to_mean(np.exp(log_sd * mixed[ore]), tonnes[ore], mean, cap, where)
    out[rock] = np.minimum(factor * shape, cap)
    return out


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, equal values sharing their mean rank, as Spearman's correlation wants."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    return np.asarray((last - (times - 1) / 2.0)[place])


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean()
    return np.asarray(centred / np.sqrt((centred**2).mean()))
