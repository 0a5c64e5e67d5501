"""What a few high grades do to the mean, and what cutting them would take away."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.statistics.summary import known, quantiles

_F8 = NDArray[np.float64]

_CUT_SHARES = (1.0, 0.999, 0.9975, 0.995, 0.99, 0.98, 0.975, 0.95, 0.925, 0.9)
_TOP_DECILE, _TOP_PERCENTILE, _TIMES = 0.4, 0.1, 2.0
_JUMP = 0.15
_TAIL = 0.9


@dataclass(frozen=True, eq=False)
class TopCuts:
    """Statistics after cutting at each of several grades.

    Attributes
    ----------
    cut : ndarray of shape (k,)
        Falling; the largest value, which cuts nothing, is among them.
    share : ndarray of shape (k,)
        Of weight at or below the cut.
    samples : ndarray of shape (k,), int
        Values above the cut.
    mean, cv : ndarray of shape (k,)
        After cutting; values above become the cut.
    metal_lost : ndarray of shape (k,)
        Fraction of the uncut mean.
    """

    cut: _F8
    share: _F8
    samples: NDArray[np.int64]
    mean: _F8
    cv: _F8
    metal_lost: _F8


def top_cuts(
    values: _F8, weights: _F8 | None = None, *, cuts: _F8 | tuple[float, ...] | None = None
) -> TopCuts:
    """Mean, coefficient of variation and metal lost against the cut.

    Parameters
    ----------
    values, weights : ndarray of shape (n,)
        NaN where not measured.
    cuts : sequence of float, optional
        Grades; those at high shares of the weight when left out.

    Raises
    ------
    ModelError
        When the mean is not positive: there is no metal to lose.
    """
    v, w = known(values, weights)
    uncut = float(np.average(v, weights=w))
    if uncut <= 0:
        raise ModelError(f"the mean is {uncut:g}: there is no metal that a cut could take away")
    if cuts is None:
        at = quantiles(v, _CUT_SHARES, w)
        at[0] = v.max()
    else:
        at = np.concatenate([[v.max()], np.asarray(cuts, dtype=np.float64)])
    at = np.unique(at)[::-1]
    mean, cv = np.empty(len(at)), np.empty(len(at))
    for k, cut in enumerate(at):
        c = np.minimum(v, cut)
        mean[k] = np.average(c, weights=w)
        cv[k] = math.sqrt(float(np.average((c - mean[k]) ** 2, weights=w)))
        cv[k] = cv[k] / mean[k] if mean[k] != 0 else math.nan
    share = np.array([float(w[v <= cut].sum()) for cut in at]) / w.sum()
    above = np.array([int((v > cut).sum()) for cut in at], dtype=np.int64)
    return TopCuts(at, share, above, mean, cv, 1.0 - mean / uncut)


@dataclass(frozen=True, eq=False)
class Deciles:
    """Metal by tenths of the weight, and by hundredths of the last (Parrish, 1997, from memory).

    Attributes
    ----------
    low, high : ndarray of shape (20,)
        Shares of weight: nine tenths, then ten hundredths, then the last tenth as a whole.
    mean, largest : ndarray of shape (20,)
    metal : ndarray of shape (20,)
        Fraction of all.
    cut_advised : bool
        Whether the last tenth holds more than 40 % of the metal, or more than twice the tenth
        before it, or the last hundredth more than 10 %.
    """

    low: _F8
    high: _F8
    mean: _F8
    largest: _F8
    metal: _F8
    cut_advised: bool


def decile_analysis(values: _F8, weights: _F8 | None = None) -> Deciles:
    """Metal by tenths and hundredths of the weight.

    A value that lies across a bound is divided between both sides.

    Raises
    ------
    ModelError
        When the mean is not positive.
    """
    v, w = known(values, weights)
    order = np.argsort(v, kind="stable")
    v, w = v[order], w[order] / w.sum()
    metal = float(v @ w)
    if metal <= 0:
        raise ModelError(f"the mean is {metal:g}: there is no metal to divide")
    low = np.concatenate([np.arange(9) / 10, 0.9 + np.arange(10) / 100, [0.9]])
    high = np.concatenate([np.arange(1, 10) / 10, 0.9 + np.arange(1, 11) / 100, [1.0]])
    upto = np.concatenate([[0.0], np.cumsum(w)])
    upto[-1] = 1.0
    held = np.concatenate([[0.0], np.cumsum(w * v)])
    below, above = np.interp(low, upto, held), np.interp(high, upto, held)
    part = (above - below) / metal
    largest = v[np.clip(np.searchsorted(upto, high - 1e-12) - 1, 0, len(v) - 1)]
    advised = part[19] > _TOP_DECILE or part[19] > _TIMES * part[8] or part[18] > _TOP_PERCENTILE
    return Deciles(low, high, (above - below) / (high - low), largest, part, bool(advised))


def disintegration(values: _F8) -> float | None:
    """The grade below the first large gap among the highest tenth of the values.

    A gap is a step up of more than 15 % from one value to the next. ``None`` where the tail
    has no such gap.
    """
    v = np.unique(known(values, None)[0])
    top = v[v >= np.quantile(v, _TAIL)]
    top = top[top > 0]
    jump = np.flatnonzero(np.diff(top) > _JUMP * top[:-1])
    return float(top[jump[0]]) if jump.size else None
