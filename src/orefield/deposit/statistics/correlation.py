"""How values go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.samples import Samples
from orefield.deposit.variography.transforms import normal_scores

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Correlations:
    """Correlations of every two values over samples that have both.

    NaN where fewer than two samples have both, or one does not vary.

    Attributes
    ----------
    names : tuple of str
    counts : ndarray of shape (v, v), int
    pearson, spearman, normal : ndarray of shape (v, v)
        Of values, of their ranks, and of their normal scores.
    """

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    pearson: _F8
    spearman: _F8
    normal: _F8


def correlations(
    samples: Samples, names: Sequence[str], weights: _F8 | None = None
) -> Correlations:
    """Correlations of every two of ``names``, weighted.

    Parameters
    ----------
    samples : Samples
        NaN where not measured.
    names : sequence of str
        Of values.
    weights : ndarray of shape (n,), optional
        Not negative. Ranks are positions in the weighted distribution.

    Raises
    ------
    ModelError
        For an unknown name.
    """
    v = len(names)
    weight = np.ones(len(samples)) if weights is None else np.asarray(weights, dtype=np.float64)
    counts = np.zeros((v, v), dtype=np.int64)
    tables = [np.full((v, v), np.nan) for _ in range(3)]
    for i in range(v):
        for j in range(i + 1):
            a, b = samples[names[i]], samples[names[j]]
            both = ~np.isnan(a + b) & (weight > 0)
            counts[i, j] = counts[j, i] = both.sum()
            if both.sum() < 2:
                continue
            a, b, w = a[both], b[both], weight[both]
            ranked = (_ranks(a, w), _ranks(b, w))
            scored = (normal_scores(a, w), normal_scores(b, w))
            for table, (x, y) in zip(tables, ((a, b), ranked, scored), strict=True):
                table[i, j] = table[j, i] = _pearson(x, y, w)
    return Correlations(tuple(names), counts, *tables)


def _pearson(x: _F8, y: _F8, w: _F8) -> float:
    x, y = x - np.average(x, weights=w), y - np.average(y, weights=w)
    spread = float(np.sqrt((w @ x**2) * (w @ y**2)))
    return float(np.clip((w * x) @ y / spread, -1.0, 1.0)) if spread > 0 else float("nan")


def _ranks(x: _F8, w: _F8) -> _F8:
    """Middle of each value's weight in the distribution; equal values share one."""
    _, of = np.unique(x, return_inverse=True)
    mass = np.bincount(of, weights=w)
    return np.asarray((np.cumsum(mass) - 0.5 * mass)[of])
