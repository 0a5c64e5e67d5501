"""A block model turned into a scheduling problem, and its plan back into blocks.

Blocks of the pit become the problem's blocks, slopes become lists of precedence. Where a
block may not go to a destination, that place stands in for one it may go to, so that the
problem needs no further rule. Blocks can be gathered into units (of a bench, a phase, a
coarser grid); within a unit each block then goes where it is worth most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.kernels.precedence_lists import precedence_lists
from orefield.pit.phasing.precedence import Precedence, Slopes
from orefield.pit.production.problem import Limit, Plan, ProductionProblem
from orefield.pit.worth import Worth

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True)
class ModelProblem:
    """A scheduling problem and where its units lie in the model.

    Attributes
    ----------
    problem : ProductionProblem
        One block a unit.
    block : int64 array, shape (m,)
        Flat indices of the model's blocks in the pit.
    unit : int64 array, shape (m,)
        Unit of each.
    destination : int64 array, shape (m, d)
        Where a block goes when its unit is sent to each of the problem's destinations, as
        an index into ``names``.
    names : tuple of str
        The destinations of the model.
    """

    problem: ProductionProblem
    block: _I8
    unit: _I8
    destination: _I8
    names: tuple[str, ...]

    def block_period(self, plan: Plan, n_blocks: int) -> NDArray[np.int16]:
        """Period of each block of the model, shape (n_blocks,); -1 where never mined."""
        out = np.full(n_blocks, -1, np.int16)
        period = plan.period[self.unit]
        out[self.block] = np.where(period < self.problem.n_periods, period, -1)
        return out

    def block_share(self, plan: Plan) -> _F8:
        """Share of each pit block at each destination of the model, shape (m, len(names))."""
        out = np.zeros((len(self.block), len(self.names)))
        at = np.arange(len(self.block))
        for d in range(self.destination.shape[1]):
            np.add.at(out, (at, self.destination[:, d]), plan.share[self.unit, d])
        return out


def model_problem(
    model: BlockModel,
    pit: NDArray[np.bool_],
    pattern: Slopes,
    worth: Worth,
    limits: Sequence[Limit] = (),
    *,
    group: NDArray[np.integer] | None = None,
    name: str = "model",
) -> ModelProblem:
    """A scheduling problem of the blocks in a pit.

    Parameters
    ----------
    model : BlockModel
        Gives grid and rock.
    pit : bool array, shape (n,)
        Closed under the slopes.
    pattern : SlopePattern or SlopeDomains
        Slopes.
    worth : Worth
        Of the pit's rock blocks in index order, as :func:`orefield.pit.worth.block_worth`
        gives with ``blocks=numpy.flatnonzero(pit & rock)``.
    limits : sequence of Limit
        Of the same blocks.
    group : int array, shape (n,), optional
        Blocks of one group and bench make a unit; see :func:`coarse_groups`. Without it
        every block is a unit of its own.
    name : str
        Of the problem.

    Raises
    ------
    ModelError
        When the pit is empty or not closed, or values and limits do not fit it.
    """
    ways = Precedence.of(model, pattern)
    if pit.shape != (model.grid.n,):
        raise ModelError(f"{pit.shape} blocks of pit in a model of {model.grid.n:,}")
    inside = pit & ~ways.air
    block = np.flatnonzero(inside)
    if not block.size:
        raise ModelError(
            "the pit is empty: there is nothing to schedule",
            fix="check prices and costs, and the widths of phases",
        )
    if worth.parts.shape[1] != len(block) or any(len(k.use) != len(block) for k in limits):
        raise ModelError(
            f"values of {worth.parts.shape[1]:,} blocks for a pit of {len(block):,}",
            fix="value the rock blocks of the pit, in index order",
        )
    ways.refuse_open(inside, "the pit")
    start, needed = precedence_lists(
        block, ways.air, ways.shape, ways.offsets, ways.first, ways.which
    )
    parts, limits, destination = _open_everywhere(worth, limits)
    if group is None:
        unit = np.arange(len(block))
        names = worth.destinations
    else:
        unit = _units(group, block, model.grid.shape)
        parts, limits, destination = _gathered(worth, parts, limits, destination, unit)
        start, needed = _between_units(start, needed, unit)
        names = (*worth.destinations, "best")
    problem = ProductionProblem(
        name=name,
        start=start,
        needed=needed,
        value=parts,
        factor=worth.factor,
        limits=tuple(limits),
        destinations=names,
    )
    return ModelProblem(problem, block, unit, destination, worth.destinations)


def coarse_groups(
    model: BlockModel,
    *,
    cells: tuple[int, int] = (1, 1),
    phase: NDArray[np.integer] | None = None,
) -> _I8:
    """Groups of blocks that lie in one coarse cell of a bench and one phase, shape (n,).

    Parameters
    ----------
    model : BlockModel
        Gives the grid.
    cells : (int, int)
        Blocks along x and y that make a coarse cell; (0, 0) takes a whole bench.
    phase : int array, shape (n,), optional
        Blocks of different phases are kept apart.

    Raises
    ------
    ModelError
        For negative cells or phases that do not fit.
    """
    nx, ny, _ = model.grid.shape
    wide = tuple(c or n for c, n in zip(cells, (nx, ny), strict=True))
    if min(wide) < 1:
        raise ModelError(f"cells of {cells} blocks", fix="give whole numbers above zero")
    index = np.arange(model.grid.n)
    across = -(-nx // wide[0])
    cell = index % nx // wide[0] + across * (index // nx % ny // wide[1])
    if phase is None:
        return cell
    if phase.shape != (model.grid.n,):
        raise ModelError(f"{phase.shape} phases for a model of {model.grid.n:,} blocks")
    n_cells = across * -(-ny // wide[1])
    out: _I8 = cell + n_cells * (phase.astype(np.int64) + 1)
    return out


def _open_everywhere(worth: Worth, limits: Sequence[Limit]) -> tuple[_F8, list[Limit], _I8]:
    """Closed destinations made copies of the first open one, which takes nothing away.

    A dump is preferred, so that a place that may not take a block does not make it ore.
    """
    m, d = worth.allowed.shape
    destination = np.tile(np.arange(d), (m, 1))
    if worth.allowed.all():
        return worth.parts, list(limits), destination
    if not worth.allowed.any(axis=1).all():
        raise ModelError("a block may go to no destination", fix="add a dump that takes it")
    order = np.argsort([kind != "dump" for kind in worth.kinds], kind="stable")
    stands_for = order[np.argmax(worth.allowed[:, order], axis=1)]
    destination = np.where(worth.allowed, destination, stands_for[:, None])
    at = np.arange(m)[:, None]
    opened = [replace(limit, use=limit.use[at, destination]) for limit in limits]
    return worth.parts[:, at, destination], opened, destination


def _units(group: NDArray[np.integer], block: _I8, shape: tuple[int, int, int]) -> _I8:
    nx, ny, nz = shape
    if group.shape != (nx * ny * nz,):
        raise ModelError(f"{group.shape} groups for a model of {nx * ny * nz:,} blocks")
    bench = block // (nx * ny)
    # a unit of one bench needs only units above, so that no two need each other
    _, unit = np.unique(group[block].astype(np.int64) * nz + bench, return_inverse=True)
    out: _I8 = np.asarray(unit, dtype=np.int64)
    return out


def _gathered(
    worth: Worth, parts: _F8, limits: Sequence[Limit], destination: _I8, unit: _I8
) -> tuple[_F8, list[Limit], _I8]:
    """Sums over units, with one more destination: each block where it is worth most."""
    value = np.tensordot(worth.reference, parts, axes=1)
    waste_first = np.argsort([kind != "dump" for kind in worth.kinds], kind="stable")
    best = waste_first[np.argmax(value[:, waste_first], axis=1)]
    n_units = int(unit.max()) + 1
    at = np.arange(len(unit))

    def sums(amount: _F8) -> _F8:
        wide = np.column_stack([amount, amount[at, best]])
        out = np.zeros((n_units, wide.shape[1]))
        np.add.at(out, unit, wide)
        return out

    gathered = [replace(limit, use=sums(limit.use)) for limit in limits]
    to = np.column_stack([destination, destination[at, best]])
    return np.stack([sums(part) for part in parts]), gathered, to


def _between_units(start: _I8, needed: _I8, unit: _I8) -> tuple[_I8, _I8]:
    """Precedence of units: those of their blocks, each once, without themselves."""
    n = int(unit.max()) + 1
    of = np.repeat(unit, np.diff(start))
    to = unit[needed]
    pairs = np.unique((of * n + to)[of != to])
    begins = np.concatenate([[0], np.cumsum(np.bincount(pairs // n, minlength=n))])
    return begins.astype(np.int64), (pairs % n).astype(np.int64)
