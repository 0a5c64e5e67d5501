"""Means, spreads and probabilities of realisations that come one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

_F8 = NDArray[np.float64]


@dataclass(eq=False)
class Sums:
    """Running sums over realisations, by place and by realisation.

    Attributes
    ----------
    count : int
        Realisations so far.
    mean : ndarray of shape (n,)
    squares : ndarray of shape (n,)
        Sum of squared differences from the mean (Welford's update).
    above : ndarray of shape (c, n)
        How often each place was at or above each cut-off.
    cutoffs : tuple of float
    means, variances : list of float
        Of each realisation over the places that count.
    """

    count: int
    mean: _F8
    squares: _F8
    above: NDArray[np.int32]
    cutoffs: tuple[float, ...]
    means: list[float] = field(default_factory=list)
    variances: list[float] = field(default_factory=list)

    @classmethod
    def empty(cls, n: int, cutoffs: tuple[float, ...] = ()) -> Self:
        """Nothing added yet."""
        return cls(
            0, np.zeros(n), np.zeros(n), np.zeros((len(cutoffs), n), dtype=np.int32), cutoffs
        )

    def add(self, values: NDArray[np.floating], inside: NDArray[np.bool_] | None = None) -> None:
        """Add a realisation, shape (n,); ``inside`` are the places of its mean and variance."""
        self.count += 1
        off = values - self.mean
        self.mean += off / self.count
        self.squares += off * (values - self.mean)
        for k, cutoff in enumerate(self.cutoffs):
            self.above[k] += values >= cutoff
        kept = values if inside is None else values[inside]
        self.means.append(float(kept.mean()))
        self.variances.append(float(kept.var()))

    @property
    def deviation(self) -> _F8:
        """Standard deviation over realisations at each place, shape (n,); 0 for one only."""
        return np.asarray(np.sqrt(self.squares / max(self.count - 1, 1)))

    def probability(self, cutoff: float) -> _F8:
        """Share of realisations at or above a cut-off, shape (n,)."""
        return np.asarray(self.above[self.cutoffs.index(cutoff)] / max(self.count, 1))
