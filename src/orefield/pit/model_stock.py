"""Stockpiles of a model's schedule: what may lie there, in which bins, and taking it up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.model_problem import ModelProblem
from orefield.pit.production.problem import Limit
from orefield.pit.production.stocked import with_stockpiles, without_destinations
from orefield.pit.production.stockpile import Stockpile, careful
from orefield.pit.valuation import GradeValuation
from orefield.pit.worth import Amount, Usage, Worth, block_usages, reclaimed_worth

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BlockPile:
    """A stockpile and the blocks of a pit that may lie there.

    Attributes
    ----------
    name : str
        The destination that it is.
    slots : int64 array, shape (r,)
        Periods in which stock may be taken up, rising, from 1 on.
    worth : Worth
        Of blocks taken up, one destination.
    feed_t : float64 array, shape (m,)
        Feed of a whole block taken up.
    rock_t : float64 array, shape (m,)
        What a whole block brings to the pile.
    bin : int64 array, shape (m,)
        From 0 for the poorest; -1 where a block may not go there.
    takes : mapping of str to float64 array, shape (m,)
        By limit: what a whole block takes of it when it is taken up.
    room_t : float
        What may lie there at the end of a period.
    each_as_itself : bool
        A block taken up counts as itself; otherwise as the worst of its bin.
    """

    name: str
    slots: _I8
    worth: Worth
    feed_t: _F8
    rock_t: _F8
    bin: _I8
    takes: Mapping[str, _F8]
    room_t: float = np.inf
    each_as_itself: bool = False

    def stock(self, factor: _F8 | None = None) -> Stockpile:
        """The pile for a problem of blocks; those that may not go there count nothing.

        What taking up earns is discounted, or by another ``factor`` of parts, shape (t, p).
        """
        open_to = self.bin >= 0
        factor = self.worth.factor if factor is None else factor
        earned = np.tensordot(factor[self.slots], self.worth.parts[:, :, 0], axes=1)
        pile = Stockpile(
            into=self.name,
            feed=np.where(open_to, self.feed_t, 0.0),
            slots=self.slots,
            reclaimed=np.where(open_to, earned, 0.0),
            takes={name: np.where(open_to, use, 0.0) for name, use in self.takes.items()},
            tonnes=np.where(open_to, self.rock_t, 0.0),
            room=self.room_t,
        )
        return pile if self.each_as_itself else careful(pile, self.bin)


def block_pile(
    model: BlockModel,
    valuation: GradeValuation,
    name: str,
    *,
    blocks: ArrayLike,
    slots: Sequence[int],
    bins: int | Sequence[float] = 3,
    grade: _F8 | None = None,
    usages: Sequence[Usage] = (),
    room_t: float = np.inf,
    each_as_itself: bool = False,
) -> BlockPile:
    """A stockpile of an economy, for the blocks of a pit.

    A block may go there when the stockpile and what it feeds accept it, and when taking it up
    pays in one of the slots at least: a stockpile is no second dump.

    Parameters
    ----------
    model : BlockModel
        With the fields that the economy names.
    valuation : GradeValuation
        With the stockpile among its ``piles``.
    name : str
        The stockpile.
    blocks : int array, shape (m,)
        Indices of the blocks.
    slots : sequence of int
        Periods in which stock may be taken up.
    bins : int or sequence of float
        How many bins of equal feed by the value of a tonne of it; or the grades, rising, that
        part one bin from the next.
    grade : float64 array, shape (m,), optional
        Of the blocks, where bins are parted by grades.
    usages : sequence of Usage
        Limits; taking up takes of them what the mill or leach takes, without what is counted per
        tonne mined.
    room_t : float
        See :class:`BlockPile`.
    each_as_itself : bool
        See :class:`BlockPile`.

    Raises
    ------
    ModelError
        When slots are no rising periods from 1 on, bins do not rise, nothing may go to the
        pile, or as :func:`orefield.pit.worth.reclaimed_worth`.
    """
    where = f"stockpile '{name}'"
    economy = valuation.economy
    periods = np.asarray(slots, np.int64)
    last = economy.calendar.n - 1
    if not (len(periods) and periods[0] >= 1 and (np.diff(periods) > 0).all()):
        raise ModelError(f"slots {list(slots)}", where=where, fix="give rising periods from 1 on")
    if periods[-1] > last:
        raise ModelError(
            f"slot {periods[-1]} is after the last period, {last}",
            where=where,
            fix="give more periods: nothing need be mined in them",
        )
    worth = reclaimed_worth(model, economy, name, blocks=blocks)
    whole = valuation.worth(model, blocks)
    feed = Usage(name="feed", amounts=(Amount(of="processed"),))
    used = use_when_taken_up(model, valuation, name, (feed, *usages), blocks=blocks)
    value = np.tensordot(worth.undiscounted[periods], worth.parts[:, :, 0], axes=1)
    may = whole.allowed[:, whole.destinations.index(name)] & worth.allowed[:, 0]
    may &= (value.max(axis=0) > 0) & (used[0] > 0)
    if not may.any():
        raise ModelError(
            "no block of the pit pays when it is taken up again",
            where=where,
            fix="check rehandle, reclaim_to, what it accepts and its minimum",
        )
    if isinstance(bins, int):
        rate = np.where(may, value.mean(axis=0) / np.where(may, used[0], 1.0), -np.inf)
        number = _equal_feed(rate, used[0], may, bins, where)
    else:
        number = _parted(grade, bins, len(may), where)
    return BlockPile(
        name=name,
        slots=periods,
        worth=worth,
        feed_t=used[0],
        rock_t=model.tonnes()[np.asarray(blocks)],
        bin=np.where(may, number, -1),
        takes={usage.name: use for usage, use in zip(usages, used[1:], strict=True) if use.any()},
        room_t=room_t,
        each_as_itself=each_as_itself,
    )


def stocked(built: ModelProblem, piles: Sequence[BlockPile]) -> ModelProblem:
    """A model's problem in which stock is taken up again.

    Nothing goes to a pile that is not taken up: what is never wanted goes to a dump.

    Parameters
    ----------
    built : ModelProblem
        With the piles as destinations, and the bins of each.
    piles : sequence of BlockPile
        Of the same blocks. Limits that a pile takes of stand in the problem.

    Raises
    ------
    ModelError
        As :func:`orefield.pit.production.stocked.with_stockpiles`.
    """
    if not piles:
        return built
    made: list[Stockpile] = []
    places: list[_I8] = []
    slots: list[int] = []
    for pile in piles:
        stock, place = pile.stock(), built.names.index(pile.name)
        for column, name in enumerate(built.problem.destinations):
            to = built.destination[:, column]
            if not (to == place).any():
                continue
            made.append(_of_units(built, stock, name, to == place))
            places += [to] * len(pile.slots)
            slots += pile.slots.tolist()
    destination = np.column_stack([built.destination, *places])
    idle = np.zeros(destination.shape[1], bool)
    idle[[built.problem.destinations.index(stock.into) for stock in made]] = True
    return replace(
        built,
        problem=without_destinations(with_stockpiles(built.problem, made), idle),
        destination=destination[:, ~idle],
        slots=tuple(slots),
    )


def total_use(built: ModelProblem, piles: Sequence[BlockPile], limit: Limit) -> _F8:
    """What units take of a limit of :func:`stocked`'s problem in all periods, shape (n, d).

    What is taken up from a stockpile is counted too, in whatever period that is.
    """
    out = limit.use.copy()
    for pile in piles:
        taken = pile.stock().taken(limit.name)
        for column, _, there in built.slot_columns(pile.name):
            out[:, column] += built.sums(np.where(there, taken, 0.0))
    return out


def use_when_taken_up(
    model: BlockModel,
    valuation: GradeValuation,
    name: str,
    usages: Sequence[Usage],
    *,
    blocks: ArrayLike,
) -> _F8:
    """What whole blocks take when they are taken up from a stockpile, shape (len(usages), m).

    That of the mill or leach which the stockpile feeds, without what is counted per tonne mined:
    that was taken when they were mined.

    Parameters
    ----------
    model : BlockModel
        With the fields that the economy names.
    valuation : GradeValuation
        With the stockpile among its destinations.
    name : str
        The stockpile.
    usages : sequence of Usage
        What is asked for.
    blocks : int array, shape (m,)
        Indices of the blocks.

    Raises
    ------
    ModelError
        As :func:`orefield.pit.worth.block_usages`.
    """
    economy = valuation.economy
    fed = economy.destination_names.index(economy.destination(name).reclaim_to)
    out = np.zeros((len(usages), np.size(blocks)))
    for k, usage in enumerate(usages):
        amounts = tuple(amount for amount in usage.amounts if amount.of != "mined")
        if amounts:
            later = replace(usage, amounts=amounts)
            out[k] = block_usages(model, economy, (later,), blocks=blocks)[0, :, fed]
    return out


def _of_units(
    built: ModelProblem, stock: Stockpile, column: str, there: NDArray[np.bool_]
) -> Stockpile:
    """The pile as a destination of units sends blocks to it: those that go ``there``."""

    def sums(amount: _F8) -> _F8:
        return built.sums(np.where(there, amount, 0.0))

    return replace(
        stock,
        into=column,
        name=stock.into,
        feed=sums(stock.feed),
        reclaimed=np.stack([sums(row) for row in stock.reclaimed]),
        takes={name: sums(use) for name, use in stock.takes.items()},
        takes_least={name: sums(use) for name, use in stock.takes_least.items()},
        tonnes=None if stock.tonnes is None else sums(stock.tonnes),
    )


def _equal_feed(rate: _F8, feed: _F8, may: NDArray[np.bool_], bins: int, where: str) -> _I8:
    if bins < 1:
        raise ModelError(f"{bins} bins", where=where, fix="give one at least")
    order = np.argsort(rate, kind="stable")
    order = order[may[order]]
    before = np.cumsum(feed[order]) - feed[order]
    out = np.zeros(len(rate), np.int64)
    out[order] = np.minimum((before / feed[order].sum() * bins).astype(np.int64), bins - 1)
    _, dense = np.unique(out[order], return_inverse=True)
    out[order] = dense
    return out


def _parted(grade: _F8 | None, edges: Sequence[float], n: int, where: str) -> _I8:
    parting = np.asarray(edges, np.float64)
    if grade is None or grade.shape != (n,) or not np.isfinite(grade).all():
        raise ModelError("bins by grade need a grade of every block", where=where)
    if not (len(parting) and np.isfinite(parting).all() and (np.diff(parting) > 0).all()):
        raise ModelError(f"bins parted at {list(edges)}", where=where, fix="give rising grades")
    return np.searchsorted(parting, grade, side="right").astype(np.int64)
