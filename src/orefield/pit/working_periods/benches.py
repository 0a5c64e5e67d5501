"""Units of a schedule on the benches of their model: where each has room, and pieces that do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.kernels.element_pieces import pieces_of_elements
from orefield.kernels.morphology import open_benches
from orefield.pit.model_problem import ModelProblem
from orefield.pit.phasing import WorkingRoom

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_F8 = NDArray[np.float64]

Cut = Literal["columns", "benches", "blocks"]
_AIR, _ELSEWHERE = -1, -2


@dataclass(frozen=True)
class Benches:
    """A scheduling problem's units on the grid.

    Attributes
    ----------
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    air : bool array, shape (b,)
        Blocks of the model without rock: room, but nothing to mine.
    block, unit : int64 arrays, shape (m,)
        Blocks of the schedule, and the unit of each.
    n_units : int
    element : int32 array, shape (k, 2)
        What must fit, see :func:`orefield.pit.phasing.element`.
    tonnes : float64 array, shape (m,)
        Rock of each block of the schedule.
    """

    shape: tuple[int, int, int]
    air: _MASK
    block: _I8
    unit: _I8
    n_units: int
    element: _I4
    tonnes: _F8

    @classmethod
    def of(cls, model: BlockModel, built: ModelProblem, room: WorkingRoom) -> Benches:
        """The units of a problem of this model.

        Raises
        ------
        ModelError
            When the problem has blocks that the model has not, a unit lies on two benches, a
            width is beyond the model, or room is asked for that periods do not know.
        """
        if len(built.block) and int(built.block.max()) >= model.grid.n:
            raise ModelError(
                f"the schedule has block {int(built.block.max()):,} and the model has "
                f"{model.grid.n:,}",
                fix="give the model that the problem was made of",
            )
        between = room.between(model.grid)
        wide = (between.max(axis=0) + 1) * np.asarray(model.grid.size[:2])
        if room.bottom_m > wide.min() or room.smallest_m2 > len(between) * np.prod(
            model.grid.size[:2]
        ):
            raise ModelError(
                "periods are given one width for walls and floors",
                where="working room",
                fix="give the wider of the two as mining_m, and no least area beyond its element",
            )
        air = ~(np.asarray(model.get("rock_fraction", 1.0)) > 0)
        bench = built.block // (model.grid.shape[0] * model.grid.shape[1])
        lowest, highest = np.full(built.problem.n, model.grid.n), np.full(built.problem.n, -1)
        np.minimum.at(lowest, built.unit, bench)
        np.maximum.at(highest, built.unit, bench)
        if (highest > lowest).any():
            raise ModelError(
                "a unit lies on two benches", where=f"unit {np.argmax(highest > lowest)}"
            )
        return cls(
            model.grid.shape, air, built.block, built.unit, built.problem.n, between,
            np.asarray(model.tonnes()[built.block], np.float64),
        )  # fmt: skip

    @cached_property
    def unit_at(self) -> _I8:
        """Unit of each block of the grid, shape (b,); -1 in air, -2 in rock outside the problem."""
        out = np.where(self.air, _AIR, _ELSEWHERE).astype(np.int64)
        out[self.block] = self.unit
        return out

    def zones(self, of_unit: _I4) -> _I4:
        """Zones of the model's blocks from those of units, as kernels take them."""
        out = np.where(self.air, _AIR, _ELSEWHERE).astype(np.int32)
        zone = of_unit[self.unit]
        out[self.block] = np.where(zone >= 0, zone, _ELSEWHERE)
        return out

    def narrow(self, period: NDArray[np.integer], n_periods: int) -> _MASK:
        """Blocks of the schedule mined in a part of a bench and period without room, shape (m,)."""
        now = period[self.unit]
        out = np.zeros(len(self.block), bool)
        ring = np.zeros(len(self.air), bool)
        for t in range(n_periods):
            here = self.block[now == t]
            ring[here] = True
            wide = open_benches(ring, self.air, self.shape, self.element)
            out[now == t] = ~wide[here]
            ring[here] = False
        return out

    def pieces(self, zone: _I4, cut: Cut, rng: np.random.Generator) -> tuple[_I8, _MASK]:
        """Pieces of zones, each a union of elements, and units left narrow.

        Parameters
        ----------
        zone : int32 array, shape (n_units,)
            Pieces keep within a zone; -1 for units that are in none.
        cut : {"columns", "benches", "blocks"}
            What pieces grow from: tiles of an element's size that lie above each other, tiles
            that lie on each bench as it comes, or single units.
        rng : numpy.random.Generator
            Draws where tiles begin.

        Returns
        -------
        piece : int64 array, shape (n_units,)
            A number for each piece; -1 in no zone.
        narrow : bool array, shape (n_units,)
            Units with a block that no element within their zone covers.
        """
        of_block = self.zones(zone)
        unit = np.zeros(len(self.air), np.int64)
        unit[self.block] = self.unit
        if cut == "blocks":
            tile = np.arange(len(self.air))
        else:
            tile = self._tiles(rng, aligned=cut == "columns")
        # a tile that lies in two zones is two tiles
        key = tile * (int(of_block.max(initial=0)) + 3) + of_block + 2
        _, tile = np.unique(key, return_inverse=True)
        piece, narrow = pieces_of_elements(
            of_block, unit, tile.astype(np.int64), self.n_units, self.shape, self.element
        )
        return np.where(zone >= 0, piece, -1), narrow

    def _tiles(self, rng: np.random.Generator, *, aligned: bool) -> _I8:
        """Tile of each block of the grid, shape (n,); every bench has its own."""
        nx, ny, nz = self.shape
        wx, wy = (int(w) + 1 for w in self.element.max(axis=0))
        benches = 1 if aligned else nz
        off_x, off_y = rng.integers(0, wx, benches), rng.integers(0, wy, benches)
        bench = np.arange(nz)[:, None, None]
        across = (np.arange(nx) + np.broadcast_to(off_x, nz)[:, None]) // wx
        along = (np.arange(ny) + np.broadcast_to(off_y, nz)[:, None]) // wy
        tile = (bench * (ny + 1) + along[:, :, None]) * (nx + 1) + across[:, None, :]
        out: _I8 = tile.ravel()
        return out
