"""Mean and spread of blocks over realisations, one realisation at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_F8 = NDArray[np.float64]


@dataclass
class Moments:
    """Running mean and variance at every block (Welford, 1962, Technometrics 4(3)).

    Attributes
    ----------
    count : int
        Realisations so far.
    mean : float64 array, shape (n,)
    """

    count: int = 0
    mean: _F8 = field(default_factory=lambda: np.zeros(0))
    _squares: _F8 = field(default_factory=lambda: np.zeros(0))

    def add(self, values: NDArray[np.floating]) -> None:
        """One realisation more, shape (n,)."""
        found = np.asarray(values, dtype=np.float64)
        if self.count == 0:
            self.mean, self._squares = np.zeros(len(found)), np.zeros(len(found))
        self.count += 1
        apart = found - self.mean
        self.mean = self.mean + apart / self.count
        self._squares += apart * (found - self.mean)

    @property
    def spread(self) -> _F8:
        """Standard deviation at every block, shape (n,); zero for a single realisation."""
        out: _F8 = np.sqrt(self._squares / max(self.count - 1, 1))
        return out
