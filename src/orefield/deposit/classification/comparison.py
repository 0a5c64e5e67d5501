"""Where two ways of classifying agree: tonnes and metal by the class each gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.classification.classes import CLASSES

_F8 = NDArray[np.float64]
_I1 = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Confusion:
    """Two classifications of the same blocks.

    Attributes
    ----------
    first, second : str
        What they are called.
    tonnes, metal_t : ndarray of shape (4, 4)
        By the class of the first (rows) and of the second (columns), as
        :data:`~orefield.deposit.classification.CLASSES`.
    """

    first: str
    second: str
    tonnes: _F8
    metal_t: _F8

    @property
    def agreement(self) -> float:
        """Share of tonnes that both put into one class; one where there is no tonne."""
        total = float(self.tonnes.sum())
        return float(np.trace(self.tonnes)) / total if total > 0 else 1.0

    @property
    def kappa(self) -> float:
        """Agreement beyond chance (Cohen, 1960, from memory), by tonnes; NaN where all
        tonnes are in one class of both, when chance alone agrees.
        """
        total = float(self.tonnes.sum())
        if total <= 0:
            return float("nan")
        rows, columns = self.tonnes.sum(axis=1) / total, self.tonnes.sum(axis=0) / total
        chance = float(rows @ columns)
        return (self.agreement - chance) / (1 - chance) if chance < 1 else float("nan")


def confusion(
    first: tuple[str, _I1], second: tuple[str, _I1], tonnes: _F8, metal_t: _F8
) -> Confusion:
    """Tonnes and metal by the classes that two methods give.

    Parameters
    ----------
    first, second : (str, ndarray of int8 of shape (n,))
        Name and classes.
    tonnes, metal_t : ndarray of shape (n,)
        Of each block; zero for what is not to count.

    Raises
    ------
    ModelError
        When shapes differ.
    """
    a, b = first[1], second[1]
    if not a.shape == b.shape == tonnes.shape == metal_t.shape:
        raise ModelError("classifications of different blocks cannot be compared")
    k = len(CLASSES)
    pair = a.astype(np.int64) * k + b
    square = (k, k)
    return Confusion(
        first[0],
        second[0],
        np.asarray(np.bincount(pair, tonnes, minlength=k * k).reshape(square), np.float64),
        np.asarray(np.bincount(pair, metal_t, minlength=k * k).reshape(square), np.float64),
    )
