"""What is classified and stated: blocks with rock, an estimated grade, a domain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.classification.grade_units import mass_fraction

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

WHOLE = "all"
"""Name of the domain where blocks have none."""


@dataclass(frozen=True, eq=False)
class Companion:
    """Another grade of the same blocks, stated beside the one that is cut off.

    Attributes
    ----------
    value, unit : str
    grade : ndarray of shape (n,)
        Estimate; zero where there is none.
    """

    value: str
    unit: str
    grade: _F8

    @property
    def fraction(self) -> float:
        """Metal (t) in a tonne of grade one."""
        return mass_fraction(self.unit)


@dataclass(frozen=True, eq=False)
class Ground:
    """Blocks as a resource statement sees them.

    Parameters
    ----------
    grid : Grid
    value : str
        Name of the grade.
    unit : str
        Its unit, e.g. ``"%"``.
    tonnes : ndarray of shape (n,)
        Dry rock of each block (t); zero for air.
    grade : ndarray of shape (n,)
        Estimate; not looked at where nothing was estimated.
    estimated : ndarray of bool, shape (n,)
    domain : ndarray of str, shape (n,), optional
        Domain of each block; all are of one where left out.
    inside : ndarray of bool, shape (n,), optional
        Blocks that have reasonable prospects: in a pit's shell. All where left out.
    asked : ndarray of bool, shape (n,), optional
        Blocks that were to be estimated: of the estimate's domains. All where left out.
    note : str
        What the data are.
    companions : tuple of Companion
        Other grades to state.

    Raises
    ------
    ModelError
        For shapes that do not fit, tonnes that are negative or not finite, estimates that are
        not finite, or nothing estimated.
    UnitError
        For an unknown unit.
    """

    grid: Grid
    value: str
    unit: str
    tonnes: _F8
    grade: _F8
    estimated: _MASK
    domain: NDArray[np.str_] | None = None
    inside: _MASK | None = None
    asked: _MASK | None = None
    note: str = ""
    companions: tuple[Companion, ...] = ()

    def __post_init__(self) -> None:
        mass_fraction(self.unit)
        n = self.grid.n
        arrays = {
            "tonnes": self.tonnes, "grade": self.grade, "estimated": self.estimated,
            "domain": self.domain, "inside": self.inside, "asked": self.asked,
            **{c.value: c.grade for c in self.companions},
        }  # fmt: skip
        for name, array in arrays.items():
            if array is not None and np.shape(array) != (n,):
                raise ModelError(f"'{name}' has shape {np.shape(array)}, the grid {n:,} blocks")
        if not (np.isfinite(self.tonnes).all() and (self.tonnes >= 0).all()):
            raise ModelError("a block's tonnes are negative or not finite")
        if not self.of.any():
            raise ModelError(
                f"no block with rock has an estimate of '{self.value}'",
                fix="estimate first, or check density and rock_fraction",
            )
        if not np.isfinite(self.grade[self.of]).all():
            raise ModelError(f"an estimate of '{self.value}' is not finite")
        for c in self.companions:
            mass_fraction(c.unit)
            if not np.isfinite(c.grade[self.of]).all():
                raise ModelError(f"an estimate of '{c.value}' is not finite")

    @property
    def of(self) -> _MASK:
        """Blocks that can be a resource: rock, estimated, with reasonable prospects."""
        mask = self.estimated & (self.tonnes > 0)
        return mask if self.inside is None else mask & self.inside

    @property
    def within(self) -> _MASK:
        """Rock that was to be estimated, with reasonable prospects, shape (n,)."""
        mask = self.tonnes > 0
        for part in (self.inside, self.asked):
            if part is not None:
                mask = mask & part
        return np.asarray(mask)

    @property
    def not_estimated_t(self) -> float:
        """Rock that was to be estimated, and could not be (t), in a shell or not."""
        left = ~self.estimated if self.asked is None else ~self.estimated & self.asked
        return float(self.tonnes[left].sum())

    @property
    def not_asked_t(self) -> float:
        """Rock outside the estimate's domains (t)."""
        return 0.0 if self.asked is None else float(self.tonnes[~self.asked].sum())

    @property
    def fraction(self) -> float:
        """Metal (t) in a tonne of grade one."""
        return mass_fraction(self.unit)

    @property
    def metal_t(self) -> _F8:
        """Metal by the estimate (t), zero where nothing was estimated, shape (n,)."""
        return np.where(self.of, self.fraction * self.tonnes * self.grade, 0.0)

    @property
    def domains(self) -> tuple[str, ...]:
        """Names of the domains of blocks that can be a resource."""
        if self.domain is None:
            return (WHOLE,)
        return tuple(str(name) for name in np.unique(self.domain[self.of]))

    def domain_index(self) -> NDArray[np.int64]:
        """Place of each block's domain in :attr:`domains`; -1 for others, shape (n,)."""
        if self.domain is None:
            return np.zeros(self.grid.n, dtype=np.int64)
        names = np.asarray(self.domains)
        at = np.minimum(np.searchsorted(names, self.domain), len(names) - 1)
        return np.where(names[at] == self.domain, at, -1).astype(np.int64)
