"""A slope pattern as the kernels of this package take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel
from orefield.core.errors import ModelError
from orefield.kernels.morphology import closed_core, closed_hull, first_unmet
from orefield.pit.slopes import SlopeDomains, SlopePattern

_MASK = NDArray[np.bool_]

Slopes = SlopePattern | SlopeDomains
"""Slopes of one pattern, or of several by the domain of each block."""


@dataclass(frozen=True)
class Precedence:
    """Which blocks must go before which, on the grid of a model.

    Attributes
    ----------
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    air : bool array, shape (n,)
        Blocks without rock.
    offsets : int32 array, shape (m, 3); first : int32 array, shape (q + 1,)
        Offsets of all patterns, and where each begins.
    which : uint8 array, shape (n,) or (0,)
        Pattern of each block; empty where there is one.
    """

    shape: tuple[int, int, int]
    air: _MASK
    offsets: NDArray[np.int32]
    first: NDArray[np.int32]
    which: NDArray[np.uint8]

    @classmethod
    def of(cls, model: BlockModel, slopes: Slopes) -> Precedence:
        """The precedence that slopes make on a model.

        Raises
        ------
        ModelError
            When the domains are not of this model.
        """
        air = ~(np.asarray(model.get("rock_fraction", 1.0)) > 0)
        if isinstance(slopes, SlopePattern):
            first = np.array([0, len(slopes.offsets)], np.int32)
            return cls(model.grid.shape, air, slopes.offsets, first, np.zeros(0, np.uint8))
        if slopes.index.shape != air.shape:
            raise ModelError(
                f"slope domains of {len(slopes.index):,} blocks for a model of {len(air):,}"
            )
        first = slopes.begin.astype(np.int32)
        return cls(model.grid.shape, air, slopes.offsets, first, slopes.index)

    def core(self, inside: _MASK) -> _MASK:
        """The largest closed subset, shape (n,)."""
        found: _MASK = closed_core(
            inside, self.air, self.shape, self.offsets, self.first, self.which
        )
        return found

    def hull(self, inside: _MASK) -> _MASK:
        """The smallest closed set of rock that holds ``inside``, shape (n,)."""
        found: _MASK = closed_hull(
            inside, self.air, self.shape, self.offsets, self.first, self.which
        )
        return found

    def latest_needed(
        self, group: NDArray[np.integer]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Latest group that each block needs, and a block of it; -1 for none."""
        latest, cause = first_unmet(
            group.astype(np.int32), self.air, self.shape, self.offsets, self.first, self.which
        )
        return latest, cause

    def refuse_open(self, inside: _MASK, what: str) -> None:
        """Raise when ``inside`` lacks a block that one of its own needs.

        Raises
        ------
        ModelError
            Naming how many blocks lack something.
        """
        lacking = np.flatnonzero(inside & ~self.core(inside))
        if lacking.size:
            raise ModelError(
                f"{what} is not closed: {lacking.size:,} of its blocks need blocks outside it",
                where=f"block {int(lacking[0])}",
                fix="use the slopes it was made with, or repair it (repair_phases)",
            )
