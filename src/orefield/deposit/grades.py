"""From a score to grades: monotone transforms that meet published figures exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gamma

from orefield.core.errors import CalibrationError
from orefield.deposit.inventory import Inventory

_DECAY = 0.5  # score over which grade falls by e below the lowest cut-off


@dataclass(frozen=True, slots=True)
class OreRanks:
    """Which blocks are above each cut-off, richest first.

    Parameters
    ----------
    order : ndarray of int
        Blocks by falling score; only those with rock.
    ends : tuple of int
        For each inventory, by rising cut-off, how many of ``order`` are its ore.
    """

    order: NDArray[np.int64]
    ends: tuple[int, ...]


def rank_ore(
    score: NDArray[np.float64],
    tonnes: NDArray[np.float64],
    inventories: Sequence[Inventory],
    asset: str,
) -> OreRanks:
    """Take the highest-scoring blocks until each inventory's tonnes are reached.

    Parameters
    ----------
    score : ndarray of shape (n,)
        The higher, the more a block is ore.
    tonnes : ndarray of shape (n,)
        Dry tonnes of each block if it is ore; 0 for air.
    inventories : sequence of Inventory
        By rising cut-off.
    asset : str
        For error messages.

    Raises
    ------
    CalibrationError
        When the rock does not hold the ore, or a higher cut-off has no less ore.
    """
    rock = np.flatnonzero(tonnes > 0)
    order = rock[np.argsort(-score[rock], kind="stable")]
    total = np.cumsum(tonnes[order])
    ends: list[int] = []
    for inventory in inventories:
        if not total.size or total[-1] < inventory.ore_t:
            held = float(total[-1]) if total.size else 0.0
            raise CalibrationError(
                f"the grid holds {held:.4g} t of rock, "
                f"the published ore is {inventory.ore_t:.4g} t",
                where=asset,
                fix="enlarge the grid or check the inventory's unit",
            )
        end = int(np.searchsorted(total, inventory.ore_t))
        before = float(total[end - 1]) if end else 0.0
        # with or without the last block, whichever is nearer
        if end == 0 or float(total[end]) - inventory.ore_t < inventory.ore_t - before:
            end += 1
        if ends and end >= ends[-1]:
            raise CalibrationError(
                f"at a cut-off of {inventory.cutoff_cu_pct:g} % there is no less ore "
                "than at a lower one",
                where=asset,
                fix="check ore tonnes and cut-offs of the tiers, or use more blocks",
            )
        ends.append(end)
    return OreRanks(order, tuple(ends))


def copper_grades(
    score: NDArray[np.float64],
    tonnes: NDArray[np.float64],
    ranks: OreRanks,
    inventories: Sequence[Inventory],
    *,
    grade_cv: float,
    max_grade_ratio: float,
    background_cu_pct: float,
    asset: str,
) -> NDArray[np.float64]:
    """Copper (%) of each block, rising with score, shape (n,).

    Above the highest cut-off the excess over it is Weibull distributed with the wanted
    coefficient of variation, cut at ``max_grade_ratio`` times the mean; between two
    cut-offs it is a truncated exponential; each meets its mean exactly over the
    blocks' tonnes. Below the lowest cut-off grade decays with score to a background.

    Raises
    ------
    CalibrationError
        When a mean grade lies outside what its cut-offs allow.
    """
    ore_t = [float(tonnes[ranks.order[:end]].sum()) for end in ranks.ends]
    cu_t = [t * i.cu_pct / 100 for t, i in zip(ore_t, inventories, strict=True)]
    out = np.zeros(score.shape)
    for k, inventory in enumerate(inventories):
        last = k == len(inventories) - 1
        begin = 0 if last else ranks.ends[k + 1]
        blocks = ranks.order[begin : ranks.ends[k]]
        weight = tonnes[blocks]
        tonnage = float(weight.sum())
        metal = cu_t[k] - (0.0 if last else cu_t[k + 1])
        mean = 100 * metal / tonnage
        low = inventory.cutoff_cu_pct
        high = min(100.0, max_grade_ratio * mean) if last else inventories[k + 1].cutoff_cu_pct
        if not low < mean < high:
            what = "the top" if last else f"up to {high:g} %"
            raise CalibrationError(
                f"ore from {low:g} % Cu {what} would have a mean of {mean:.4g} % Cu "
                f"({tonnage:.4g} t)",
                where=asset,
                fix=f"the mean must lie between {low:g} and {high:.4g} %; "
                "check grade, cut-off and tiers",
            )
        # share of the interval's tonnes that is richer than the block's middle
        richer = (np.cumsum(weight) - weight / 2) / tonnage
        if last:
            values = _weibull(richer, weight, low, mean, high, grade_cv, asset)
        else:
            values = _bounded(1.0 - richer, weight, low, mean, high)
        out[blocks] = np.clip(values, low, high if last else math.nextafter(high, -math.inf))
    _decay_below(out, score, tonnes, ranks, inventories[0].cutoff_cu_pct, background_cu_pct)
    return out


def scale_to_mean(
    shape: NDArray[np.float64],
    weight: NDArray[np.float64],
    mean: float,
    cap: float,
    where: str,
) -> float:
    """The factor ``k`` for which the weighted mean of ``min(k shape, cap)`` is ``mean``.

    Raises
    ------
    CalibrationError
        When the cap is too low for the mean.
    """
    total = float(weight.sum())
    reach = cap * float(weight[shape > 0].sum()) / total
    if not reach > mean:
        raise CalibrationError(
            f"a mean of {mean:.4g} cannot be reached with values of at most {cap:.4g}",
            where=where,
            fix="raise max_grade_ratio or check the published grade",
        )

    def miss(k: float) -> float:
        return float((weight * np.minimum(k * shape, cap)).sum()) / total - mean

    plain = mean * total / float((weight * shape).sum())
    high = plain
    while miss(high) < -1e-15 * mean:
        high *= 2.0
    if high == plain:
        return plain
    return float(brentq(miss, plain, high, xtol=1e-14 * plain, rtol=1e-14))


def _weibull(
    richer: NDArray[np.float64],
    weight: NDArray[np.float64],
    cutoff: float,
    mean: float,
    cap: float,
    cv: float,
    where: str,
) -> NDArray[np.float64]:
    """Grades above the cut-off, whose excess over it is Weibull with a wanted spread."""
    power = 1.0 / _weibull_modulus(cv * mean / (mean - cutoff))
    shape = (-np.log(richer)) ** power
    factor = scale_to_mean(shape, weight, mean - cutoff, cap - cutoff, where)
    return np.asarray(cutoff + np.minimum(factor * shape, cap - cutoff))


def _weibull_modulus(cv: float) -> float:
    """Weibull shape parameter of a coefficient of variation, kept within [0.55, 6]."""

    def miss(k: float) -> float:
        return float(math.sqrt(gamma(1 + 2 / k) / gamma(1 + 1 / k) ** 2 - 1) - cv)

    low, high = 0.55, 6.0
    if miss(low) <= 0:
        return low
    if miss(high) >= 0:
        return high
    return float(brentq(miss, low, high))


def _bounded(
    poorer: NDArray[np.float64],
    weight: NDArray[np.float64],
    low: float,
    mean: float,
    high: float,
) -> NDArray[np.float64]:
    """Truncated exponential on (low, high), rising with ``poorer``, with the mean exact."""
    total = float(weight.sum())

    def unit(rate: float) -> NDArray[np.float64]:
        if abs(rate) < 1e-9:
            return poorer
        return np.asarray(np.log1p(poorer * math.expm1(rate)) / rate)

    def miss(rate: float) -> float:
        return float((weight * unit(rate)).sum()) / total - (mean - low) / (high - low)

    limit = 600.0
    if miss(-limit) * miss(limit) > 0:
        raise CalibrationError(
            f"a mean of {mean:.4g} % is too close to the ends of {low:g} to {high:g} %",
            fix="check the tiers' grades and cut-offs",
        )
    rate = float(brentq(miss, -limit, limit, xtol=1e-14, rtol=1e-14))
    return low + (high - low) * unit(rate)


def _decay_below(
    grades: NDArray[np.float64],
    score: NDArray[np.float64],
    tonnes: NDArray[np.float64],
    ranks: OreRanks,
    cutoff: float,
    background: float,
) -> None:
    """Fill blocks below the lowest cut-off, in place; air stays 0."""
    below = ranks.order[ranks.ends[0] :]
    if not below.size:
        return
    rim = float(score[ranks.order[ranks.ends[0] - 1]])
    floor = min(background, 0.5 * cutoff)
    fading = np.exp((score[below] - rim) / _DECAY)
    values = floor + (cutoff - floor) * np.minimum(fading, 1.0)
    # strictly below the cut-off, whatever the rounding
    grades[below] = np.minimum(values, math.nextafter(cutoff, -math.inf)) if cutoff > 0 else 0.0
