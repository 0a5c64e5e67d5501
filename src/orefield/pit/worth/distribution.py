"""Grade-tonnage distributions: how much lies above a cut-off, and at what grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.worth.blocks import Blocks

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GradeTonnage:
    """Tonnes by class of grade, spread evenly over each class.

    Attributes
    ----------
    edges : float64 array, shape (k + 1,)
        Rising limits of the classes; any unit of metal per tonne (of material).
    tonnes : float64 array, shape (k,)

    Raises
    ------
    ModelError
        When edges do not rise from zero or more, a tonnage is negative, or all are zero.
    """

    edges: _F8
    tonnes: _F8

    def __post_init__(self) -> None:
        edges = np.asarray(self.edges, np.float64)
        tonnes = np.asarray(self.tonnes, np.float64)
        if edges.ndim != 1 or tonnes.shape != (len(edges) - 1,) or len(tonnes) == 0:
            raise ModelError(
                f"{edges.shape} edges of grade and {tonnes.shape} tonnages",
                fix="give one edge more than tonnages",
            )
        _check_rise(edges)
        if not (np.isfinite(tonnes).all() and (tonnes >= 0).all() and tonnes.sum() > 0):
            raise ModelError("tonnages are negative, not finite or all zero", fix="check them")
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "tonnes", tonnes)

    @property
    def total_t(self) -> float:
        """Tonnes of all classes."""
        return float(self.tonnes.sum())

    def above(self, cutoff: ArrayLike) -> tuple[_F8, _F8]:
        """Fraction of the tonnes at or above cut-offs, and metal in it per tonne of all.

        Both of the cut-offs' shape; grade above the cut-off is their quotient.
        """
        low, high = self.edges[:-1], self.edges[1:]
        g = np.asarray(cutoff, np.float64)[..., None]
        from_ = np.clip(g, low, high)
        weight = self.tonnes / self.total_t * (high - from_) / (high - low)
        ore: _F8 = weight.sum(axis=-1)
        metal: _F8 = (weight * 0.5 * (from_ + high)).sum(axis=-1)
        return ore, metal

    def cutoff_of_ore(self, fraction: float) -> float:
        """The cut-off above which a fraction of the tonnes lies; at the ends where none does."""
        return self._where(lambda g: float(self.above(g)[0]) - fraction)

    def cutoff_of_metal(self, metal: float) -> float:
        """The cut-off above which so much metal per tonne of all lies."""
        return self._where(lambda g: float(self.above(g)[1]) - metal)

    def cutoff_of_grade(self, grade: float) -> float:
        """The cut-off above which the mean grade is ``grade``."""

        def short(g: float) -> float:
            ore, metal = self.above(g)
            return grade - float(metal / ore) if ore > 0 else -np.inf

        return self._where(short)

    def _where(self, falling: Callable[[float], float]) -> float:
        """Where a function that falls with the cut-off passes through zero."""
        low, high = float(self.edges[0]), float(self.edges[-1])
        if falling(low) <= 0:
            return low
        if falling(high) > 0:
            return high
        for _ in range(200):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            low, high = (middle, high) if falling(middle) > 0 else (low, middle)
        return high


def _check_rise(edges: _F8) -> None:
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all() and edges[0] >= 0):
        raise ModelError("edges of grade do not rise from zero or more", fix="sort them")


def grade_tonnage(blocks: Blocks, grade: ArrayLike, edges: ArrayLike) -> GradeTonnage:
    """Tonnes of blocks by classes of a grade, as :class:`GradeTonnage`.

    ``grade`` has shape (n,), ``edges`` (k + 1,). A grade of the last edge belongs to the last
    class; that of air counts nowhere.

    Raises
    ------
    ModelError
        When a block of rock lies outside the edges, none is rock, there is not a grade for each
        block, or the edges do not rise.
    """
    limits = np.asarray(edges, np.float64)
    if limits.ndim != 1 or len(limits) < 2:
        raise ModelError(f"{limits.shape} edges of grade", fix="give at least two")
    _check_rise(limits)
    grades = np.asarray(grade, np.float64)
    if grades.shape != (blocks.n,):
        raise ModelError(f"{grades.shape} grades of {blocks.n} blocks", fix="give one a block")
    rock = blocks.tonnes > 0
    of = grades[rock]
    outside = np.flatnonzero(~((of >= limits[0]) & (of <= limits[-1])))
    if len(outside):
        raise ModelError(
            f"grade {of[outside[0]]:g} is outside the classes",
            where=f"block {blocks.index[rock][outside[0]]}",
            fix=f"let the edges reach from {of.min():g} to {of.max():g}",
        )
    tonnes, _ = np.histogram(of, limits, weights=blocks.tonnes[rock])
    return GradeTonnage(limits, tonnes)
