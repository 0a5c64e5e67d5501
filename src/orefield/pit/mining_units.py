"""Mining units: what a phase holds on a bench, in bins of grade.

A schedule of a million blocks under a thousand draws is neither needed nor sure; a mine
is planned by phase and bench. Each unit keeps its rock and metal in bins of grade, so
that a draw with other prices or grades can still choose afresh what goes to the mill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.economics import METALS, Economics, block_metal_t

_DECISION_STEPS = (0.5, 0.75, 1.0, 1.25, 1.5)
"""Bin edges near the cut-off, as multiples of it, where draws change their mind."""


@dataclass(frozen=True)
class MiningUnits:
    """Units of a mine, sorted by phase, then in the order benches are reached.

    Attributes
    ----------
    phase, bench, depth : int32 arrays, shape (u,)
        Phase; level index ``iz`` of the grid; position in the vertical order of mining
        (pit: benches below the model's top; cave: levels above the production level).
    elevation_m : float64 array, shape (u,)
        Mid-height of the bench.
    rock_t : float64 array, shape (u, k)
        Rock in each bin.
    metal_t : float64 array, shape (u, k, 4)
        Contained metal in each bin, in the order of ``METALS``.
    mining_usd_t : float64 array, shape (u,)
        Cost of moving a tonne of this bench's rock.
    edges_pct : float64 array, shape (k - 1,)
        Copper grades (or values of ``bin_by``) that divide the bins; bin 0 lies below the
        first edge, and an edge belongs to the bin above it.
    selective : bool
        Whether each bin may go to mill or dump. A cave draws what comes: all is milled.
    note : str
        Carried over from the block model.
    """

    phase: NDArray[np.int32]
    bench: NDArray[np.int32]
    depth: NDArray[np.int32]
    elevation_m: NDArray[np.float64]
    rock_t: NDArray[np.float64]
    metal_t: NDArray[np.float64]
    mining_usd_t: NDArray[np.float64]
    edges_pct: NDArray[np.float64]
    selective: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        u, k = self.rock_t.shape
        if u == 0:
            raise ModelError("there is nothing to mine", fix="no block lies in any phase")
        if self.metal_t.shape != (u, k, len(METALS)) or len(self.edges_pct) != k - 1:
            raise ModelError(f"metal {self.metal_t.shape} and rock {self.rock_t.shape} disagree")
        for name in ("phase", "bench", "depth", "elevation_m", "mining_usd_t"):
            if getattr(self, name).shape != (u,):
                raise ModelError(f"{name} has shape {getattr(self, name).shape}, not ({u},)")
        if not ((self.rock_t >= 0).all() and (self.metal_t >= 0).all()):
            raise ModelError("a mining unit has negative rock or metal")
        if not (self.rock_t.sum(axis=1) > 0).all():
            raise ModelError("a mining unit has no rock")
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.phase)

    @property
    def total_rock_t(self) -> float:
        """Rock in all units (t)."""
        return float(self.rock_t.sum())

    @property
    def total_metal_t(self) -> NDArray[np.float64]:
        """Contained metal in all units, shape (4,)."""
        total: NDArray[np.float64] = self.metal_t.sum(axis=(0, 1))
        return total

    @property
    def cu_t(self) -> NDArray[np.float64]:
        """Contained copper, shape (u, k)."""
        return self.metal_t[:, :, 0]

    @property
    def mo_t(self) -> NDArray[np.float64]:
        """Contained molybdenum, shape (u, k)."""
        return self.metal_t[:, :, 1]

    @property
    def ag_t(self) -> NDArray[np.float64]:
        """Contained silver, shape (u, k)."""
        return self.metal_t[:, :, 2]

    @property
    def au_t(self) -> NDArray[np.float64]:
        """Contained gold, shape (u, k)."""
        return self.metal_t[:, :, 3]

    def order(self, lag: int) -> NDArray[np.int32]:
        """Order of mining in which a phase follows the one inside it by ``lag`` benches.

        Units are taken by rising ``phase * lag + depth``. Shells nest, so a block needs
        only blocks of its own or earlier phases on benches reached before, and these come
        first for every ``lag >= 0``. Lag 0 goes down bench by bench over all phases; a lag
        of all benches finishes each phase before the next.

        Raises
        ------
        ModelError
            For a negative lag.
        """
        if lag < 0:
            raise ModelError(f"lag of {lag} benches", fix="a phase cannot lead the one inside it")
        reached = self.phase.astype(np.int64) * lag + self.depth
        return np.lexsort((self.depth, self.phase, reached)).astype(np.int32)

    def phase_by_phase(self) -> NDArray[np.int32]:
        """Order that finishes each phase before the next."""
        return self.order(int(self.depth.max()) + 1)


def grade_edges(
    cu_pct: ArrayLike, rock_t: ArrayLike, cutoff_pct: float, n_bins: int = 12
) -> NDArray[np.float64]:
    """Bin edges (percent copper): close together round the cut-off, then equal tonnages.

    Five edges stand at 0.5 to 1.5 times the cut-off, where a change of price or grade
    moves rock between mill and dump; the rest divide the rock above into equal tonnages.
    Bin 0, below half the cut-off, is waste in all but extreme draws.

    Parameters
    ----------
    cu_pct, rock_t : array_like, shape (n,)
        Grade and rock of the blocks in the pit.
    cutoff_pct : float
        See :func:`orefield.pit.breakeven_cu_pct`. For bins of net smelter return give that
        instead of grades, and the cost of milling instead of the cut-off.
    n_bins : int
        At least 6.

    Returns
    -------
    float64 array, rising, at most ``n_bins - 1`` long
        Shorter when little lies above the cut-off.

    Raises
    ------
    ModelError
        For a cut-off that is not positive and finite, or too few bins.
    """
    if not (np.isfinite(cutoff_pct) and cutoff_pct > 0):
        raise ModelError(f"cut-off of {cutoff_pct} % cannot divide grades")
    if n_bins <= len(_DECISION_STEPS):
        raise ModelError(f"{n_bins} grade bins", fix=f"ask for over {len(_DECISION_STEPS)}")
    near = cutoff_pct * np.array(_DECISION_STEPS)
    grade, rock = np.asarray(cu_pct, np.float64), np.asarray(rock_t, np.float64)
    above = (grade > near[-1]) & (rock > 0)
    extra = n_bins - 1 - len(near)
    if extra == 0 or not above.any():
        return near
    by_grade = np.argsort(grade[above], kind="stable")
    cumulative = np.cumsum(rock[above][by_grade])
    shares = cumulative[-1] * np.arange(1, extra + 1) / (extra + 1)
    at = np.minimum(np.searchsorted(cumulative, shares), len(cumulative) - 1)
    edges = np.unique(np.concatenate([near, grade[above][by_grade][at]]))
    return edges


def mining_units(
    model: BlockModel,
    phase: NDArray[np.integer],
    economics: Economics,
    edges_pct: ArrayLike,
    *,
    upwards: bool = False,
    selective: bool = True,
    bin_by: ArrayLike | None = None,
) -> MiningUnits:
    """Gather blocks into units of phase and bench, in bins of copper grade.

    With ``phase`` the shell index instead, the units are those of the best case; with
    zeros over the pit, of the worst.

    Parameters
    ----------
    model : BlockModel
        Gives rock and metal.
    phase : int array, shape (n,)
        Phase of each block, -1 outside.
    economics : Economics
        For the mining cost at each bench.
    edges_pct : array_like
        Rising bin edges, see :func:`grade_edges`; empty for one bin.
    upwards : bool
        Levels are reached from the bottom up (a cave) instead of downwards (a pit).
    selective : bool
        See :class:`MiningUnits`.
    bin_by : array_like, shape (n,), optional
        What the bins divide, copper grade by default. Where by-products weigh, the net
        smelter return (:func:`orefield.pit.block_nsr_usd_t`) keeps ore and waste of the
        central case in bins of their own; the edges are then in USD/t.

    Raises
    ------
    ModelError
        When no block is in a phase, or the edges do not rise.
    """
    edges = np.asarray(edges_pct, dtype=np.float64)
    if edges.ndim != 1 or (np.diff(edges) <= 0).any():
        raise ModelError(f"grade bin edges must rise, got {edges.tolist()}")
    if phase.shape != (model.grid.n,):
        raise ModelError(f"{phase.shape} phases for a model of {model.grid.n:,} blocks")
    nx, ny, nz = model.grid.shape
    tonnes = model.tonnes()
    blocks = np.flatnonzero((phase >= 0) & (tonnes > 0))
    level = blocks // (nx * ny)
    depth = level if upwards else nz - 1 - level
    key = phase[blocks].astype(np.int64) * nz + depth
    units, unit = np.unique(key, return_inverse=True)
    k = len(edges) + 1
    if edges.size:
        worth = np.asarray(model["cu_pct"] if bin_by is None else bin_by, dtype=np.float64)
        if worth.shape != (model.grid.n,) or not np.isfinite(worth).all():
            raise ModelError(f"bin_by has shape {worth.shape} or holds a number not finite")
        cell = unit * k + np.searchsorted(edges, worth[blocks], side="right")
    else:
        cell = unit
    size = len(units) * k
    rock: NDArray[np.float64] = np.bincount(cell, weights=tonnes[blocks], minlength=size).astype(
        np.float64
    )
    metal = block_metal_t(model)[blocks]
    by_metal: list[NDArray[np.float64]] = [
        np.bincount(cell, weights=metal[:, m], minlength=size).astype(np.float64)
        for m in range(len(METALS))
    ]
    unit_depth = (units % nz).astype(np.int32)
    bench = unit_depth if upwards else (nz - 1 - unit_depth).astype(np.int32)
    if upwards and len(unit_depth):
        unit_depth = unit_depth - unit_depth.min()
    elevation = model.grid.local_axes()[2][bench]
    return MiningUnits(
        phase=(units // nz).astype(np.int32),
        bench=bench,
        depth=unit_depth,
        elevation_m=elevation,
        rock_t=rock.reshape(len(units), k),
        metal_t=np.stack(by_metal, axis=-1).reshape(len(units), k, len(METALS)),
        mining_usd_t=economics.mining_cost_usd_t(elevation),
        edges_pct=edges,
        selective=selective,
        note=model.note,
    )
