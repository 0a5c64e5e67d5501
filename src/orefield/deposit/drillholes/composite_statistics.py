"""A few numbers of a column of values, weighted: to hold composites against assays."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SampleStatistics:
    """Weighted statistics.

    Attributes
    ----------
    count : int
        Values that are not NaN.
    weight : float
        Sum of their weights (metres).
    mean, deviation, least, median, most : float
        NaN without any value.
    """

    count: int
    weight: float
    mean: float
    deviation: float
    least: float
    median: float
    most: float

    def as_dict(self) -> dict[str, float]:
        """By name."""
        return asdict(self)


def statistics(values: NDArray[np.float64], weights: NDArray[np.float64]) -> SampleStatistics:
    """Statistics of the values that are not NaN.

    Parameters
    ----------
    values, weights : ndarray of shape (n,)
        Weights of values that are not NaN are positive in sum.
    """
    there = ~np.isnan(values) & (weights > 0)
    found, weigh = values[there], weights[there]
    if not found.size:
        nan = math.nan
        return SampleStatistics(0, 0.0, nan, nan, nan, nan, nan)
    total = float(weigh.sum())
    mean = float((found * weigh).sum()) / total
    spread = float((weigh * (found - mean) ** 2).sum()) / total
    order = np.argsort(found, kind="stable")
    share = np.cumsum(weigh[order])
    middle = found[order[int(np.searchsorted(share, 0.5 * share[-1]))]]
    return SampleStatistics(
        int(found.size), total, mean, math.sqrt(spread), float(found.min()), float(middle),
        float(found.max()),
    )  # fmt: skip
