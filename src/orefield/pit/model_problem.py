"""A block model turned into a scheduling problem, and its plan back into blocks.

Blocks of the pit become the problem's blocks, slopes become lists of precedence. Where a
block may not go to a destination, that place stands in for one it may go to, so that the
problem needs no further rule. Blocks can be gathered into units (of a bench, a phase, a
coarser grid); within a unit each block then goes where it is worth most, or, up to a bin of
its grade, to a stockpile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.kernels.precedence_lists import precedence_lists
from orefield.pit.phasing.precedence import Precedence, Slopes
from orefield.pit.production.problem import Limit, Plan, ProductionProblem, arcs_between
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
    slots : tuple of int
        Of the last destinations of the problem: the period in which what they send to a
        stockpile is taken up. Empty where stock is not taken up.
    """

    problem: ProductionProblem
    block: _I8
    unit: _I8
    destination: _I8
    names: tuple[str, ...]
    slots: tuple[int, ...] = ()

    def gathered(self, amount: _F8) -> _F8:
        """What blocks hold at each of the model's destinations, shape (m, len(names)), by unit.

        Returns what a unit holds at each of the problem's destinations, shape (n, d).
        """
        at = np.arange(len(self.block))
        columns = [amount[at, to] for to in self.destination.T]
        return np.column_stack([self.sums(column) for column in columns])

    def sums(self, amount: _F8) -> _F8:
        """Sums of blocks' amounts, shape (m,), over units, shape (n,)."""
        return _sums(amount, self.unit, self.problem.n)

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

    def taken_up(self, plan: Plan, pile: str) -> _F8:
        """Share of each pit block taken up from a stockpile in each period, shape (m, t)."""
        out = np.zeros((len(self.block), self.problem.n_periods))
        mined = plan.period[self.unit]
        for column, slot, there in self.slot_columns(pile):
            taken = there & (mined < slot)
            out[taken, slot] += plan.share[self.unit[taken], column]
        return out

    def slot_columns(self, pile: str) -> list[tuple[int, int, NDArray[np.bool_]]]:
        """The problem's destinations that send blocks to a stockpile until they are taken up.

        Of each its number, the period in which stock is taken up, and which pit blocks it sends
        there, shape (m,).
        """
        first, place = self.destination.shape[1] - len(self.slots), self.names.index(pile)
        there = self.destination[:, first:] == place
        return [
            (first + k, slot, there[:, k]) for k, slot in enumerate(self.slots) if there[:, k].any()
        ]


def model_problem(
    model: BlockModel,
    pit: NDArray[np.bool_],
    pattern: Slopes,
    worth: Worth,
    limits: Sequence[Limit] = (),
    *,
    group: NDArray[np.integer] | None = None,
    bins: Mapping[str, NDArray[np.integer]] | None = None,
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
    bins : mapping of str to int array, shape (m,), optional
        By destination that is a stockpile: the bin of each of the pit's rock blocks, from 0
        for the poorest, -1 where it may not go there. A unit can send there its blocks of all
        bins, or of those below any bin, and the others where they are worth most; or waste
        those below any bin.
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
    destination = _open_everywhere(worth, bins or {})
    names = worth.destinations
    unit = np.arange(len(block))
    if group is not None:
        unit = _units(group, block, model.grid.shape)
        of = np.repeat(unit, np.diff(start))
        start, needed = arcs_between(of, unit[needed], int(unit.max()) + 1)
        destination, names = _choices_of_units(worth, destination, bins or {})
    alone = group is None

    def spread(amount: _F8) -> _F8:
        """What units hold at each destination of the problem."""
        found = amount[np.arange(len(block))[:, None], destination]
        if alone:
            return found
        n_units = int(unit.max()) + 1
        return np.column_stack([_sums(column, unit, n_units) for column in found.T])

    problem = ProductionProblem(
        name=name,
        start=start,
        needed=needed,
        value=np.stack([spread(part) for part in worth.parts]),
        factor=worth.factor,
        limits=tuple(replace(limit, use=spread(limit.use)) for limit in limits),
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


def _open_everywhere(worth: Worth, bins: Mapping[str, NDArray[np.integer]]) -> _I8:
    """Where each block goes when sent to each destination, shape (m, d).

    A closed destination stands for the first open one, which takes nothing away. A dump is
    preferred, so that a place that may not take a block does not make it ore; a stockpile
    comes last.
    """
    m, d = worth.allowed.shape
    allowed = worth.allowed.copy()
    for name, number in bins.items():
        if number.shape != (m,):
            raise ModelError(f"{number.shape} bins for {m:,} blocks", where=f"stockpile {name}")
        allowed[:, worth.destinations.index(name)] &= number >= 0
    destination = np.tile(np.arange(d), (m, 1))
    if allowed.all():
        return destination
    if not allowed.any(axis=1).all():
        raise ModelError("a block may go to no destination", fix="add a dump that takes it")
    rank = [{"dump": 0, "stockpile": 2}.get(kind, 1) for kind in worth.kinds]
    order = np.argsort(rank, kind="stable")
    stands_for = order[np.argmax(allowed[:, order], axis=1)]
    return np.where(allowed, destination, stands_for[:, None])


def _choices_of_units(
    worth: Worth, destination: _I8, bins: Mapping[str, NDArray[np.integer]]
) -> tuple[_I8, tuple[str, ...]]:
    """Where blocks go by the choices that a unit has, shape (m, choices), and their names.

    All to one place; each where it is worth most; the same, but what is below a bin to a
    stockpile, or to the dump that costs least.
    """
    at = np.arange(len(destination))
    value = np.tensordot(worth.reference, worth.parts, axes=1)
    places = [d for d, name in enumerate(worth.destinations) if name not in bins]
    places.sort(key=lambda d: worth.kinds[d] != "dump")
    best_of = np.argmax(np.column_stack([value[at, destination[:, d]] for d in places]), axis=1)
    best = destination[at, np.asarray(places)[best_of]]
    columns = [destination[:, d] for d in sorted(places)]
    names = [worth.destinations[d] for d in sorted(places)]
    columns.append(best)
    names.append("best")
    dumps = [d for d in places if worth.kinds[d] == "dump"]
    if dumps:
        cost = np.column_stack([value[at, destination[:, d]] for d in dumps])
        waste = destination[at, np.asarray(dumps)[np.argmax(cost, axis=1)]]
    for name, number in bins.items():
        pile, most = worth.destinations.index(name), int(number.max(initial=0)) + 1
        for below in range(1, most + 1):
            poor = (number >= 0) & (number < below)
            columns.append(np.where(poor, pile, best))
            names.append(name if below == most else f"{name} below bin {below}")
            if dumps and below < most:
                columns.append(np.where(poor, waste, best))
                names.append(f"dump below bin {below} of {name}")
    return np.column_stack(columns), tuple(names)


def _sums(amount: _F8, unit: _I8, n_units: int) -> _F8:
    return np.bincount(unit, weights=amount, minlength=n_units).astype(np.float64)


def _units(group: NDArray[np.integer], block: _I8, shape: tuple[int, int, int]) -> _I8:
    nx, ny, nz = shape
    if group.shape != (nx * ny * nz,):
        raise ModelError(f"{group.shape} groups for a model of {nx * ny * nz:,} blocks")
    bench = block // (nx * ny)
    # a unit of one bench needs only units above, so that no two need each other
    _, unit = np.unique(group[block].astype(np.int64) * nz + bench, return_inverse=True)
    out: _I8 = np.asarray(unit, dtype=np.int64)
    return out
