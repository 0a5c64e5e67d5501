"""A scheduling problem with stockpiles: a destination for each slot, rows for what is taken up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, ProductionProblem, Row
from orefield.pit.production.stockpile import Stockpile, check_pile

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_Entries = tuple[_I8, _I8, _I8, _F8]
_MOST_ENTRIES = 200_000_000


def with_stockpiles(problem: ProductionProblem, piles: Sequence[Stockpile]) -> ProductionProblem:
    """The problem with one more destination for each pile and slot, pile by pile.

    A share of a block that goes to ``INTO to SLOT`` in a period before the slot lies there until
    then. What goes there later would never be taken up: it is fined, so that every other
    destination is better. Where capacities leave a block no other that takes as little of them,
    going there too late could be the way out: a limit for each slot then forbids it.

    Limits that taking up counts against become rows over what is fresh and what is taken up.
    Other limits and rows of the problem take such a share for one that goes to the pile. Without
    piles the problem stays as it is.

    Parameters
    ----------
    problem : ProductionProblem
        With the piles as destinations.
    piles : sequence of Stockpile
        Of the same blocks.

    Raises
    ------
    ModelError
        When a name is unknown, shapes differ, slots do not rise from 1 to the last period, a
        number is not finite, or the rows would not fit into memory.
    """
    if not piles:
        return problem
    for pile in piles:
        check_pile(problem, pile)
    stock = _Stock(problem, piles)
    into = stock.into
    n_t, n_p, n_d = problem.n_periods, len(problem.value), problem.n_destinations
    slots = np.unique(stock.slot)
    value = np.zeros((n_p + len(slots) + 1, problem.n, n_d + len(into)))
    value[:n_p, :, :n_d] = problem.value
    value[:n_p, :, n_d:] = problem.value[:, :, into]
    # a search that looks at values alone is led away from what comes too late: it costs more
    # than choices can differ
    every = problem.all_values()
    fine = every.max(axis=(0, 2)) - every.min(axis=(0, 2))
    for column, pile, k in stock.columns():
        part = n_p + int(np.searchsorted(slots, pile.slots[k]))
        value[part, :, column] = pile.reclaimed[k] + fine
        value[-1, :, column] = -fine
    in_time = (np.arange(n_t)[:, None] < slots).astype(np.float64)
    return replace(
        problem,
        value=value,
        factor=np.column_stack([problem.factor, in_time, np.ones(n_t)]),
        limits=(*(stock.limit(limit) for limit in problem.limits), *stock.punctual()),
        rows=(
            *(stock.counted(_also_from(row, into, n_d)) for row in problem.rows),
            *(row for limit in problem.limits for row in stock.rows(limit)),
            *stock.room_rows(),
        ),
        destinations=(*problem.destinations, *stock.names),
    )


def without_destinations(
    problem: ProductionProblem, dropped: NDArray[np.bool_]
) -> ProductionProblem:
    """The problem in which nothing can go to some destinations, shape (d,)."""
    kept = ~dropped
    number = np.cumsum(kept) - 1
    rows = []
    for row in problem.rows:
        has = kept[row.destination]
        rows.append(
            replace(
                row, period=row.period[has], block=row.block[has],
                destination=number[row.destination[has]], factor=row.factor[has],
            )
        )  # fmt: skip
    return replace(
        problem,
        value=np.ascontiguousarray(problem.value[:, :, kept]),
        limits=tuple(replace(limit, use=limit.use[:, kept]) for limit in problem.limits),
        rows=tuple(rows),
        destinations=tuple(np.asarray(problem.destinations, object)[kept].tolist()),
    )


def later_entries(t: int, column: int, amount: _F8) -> _Entries:
    """Entries (period, block, destination, factor) of what is taken up in slot ``t``.

    Parameters
    ----------
    t : int
        The slot.
    column : int
        Destination of the problem for that slot.
    amount : float64 array, shape (n,)
        Of a whole block taken up.
    """
    block = np.flatnonzero(amount)
    before = np.arange(t, dtype=np.int64)
    m = len(block) * len(before)
    return (
        np.repeat(before, len(block)),
        np.tile(block, len(before)),
        np.full(m, column, np.int64),
        np.tile(amount[block], len(before)),
    )


class _Stock:
    """Piles of a problem and the columns of their slots."""

    def __init__(self, problem: ProductionProblem, piles: Sequence[Stockpile]) -> None:
        self.problem, self.piles = problem, piles
        count = [len(pile.slots) for pile in piles]
        self.into = np.repeat([problem.destinations.index(pile.into) for pile in piles], count)
        self.slot = np.concatenate([pile.slots for pile in piles])
        self.names = [f"{pile.into} to {slot}" for pile in piles for slot in pile.slots]
        self.numbers = 0

    def counted(self, row: Row) -> Row:
        """The row, when all rows made so far fit into memory with it.

        Raises
        ------
        ModelError
            When they do not.
        """
        self.numbers += len(row.factor)
        if self.numbers > _MOST_ENTRIES:
            raise ModelError(
                f"more than {_MOST_ENTRIES:,} numbers are needed to follow stock",
                where=row.name,
                fix="gather blocks into units, or give fewer slots",
            )
        return row

    def columns(self) -> Iterator[tuple[int, Stockpile, int]]:
        """Number of each added destination, its pile, and the place of its slot."""
        column = self.problem.n_destinations
        for pile in self.piles:
            for k in range(len(pile.slots)):
                yield column, pile, k
                column += 1

    def limit(self, limit: Limit) -> Limit:
        """A limit over all destinations, without the bounds that become rows."""
        lower, upper = limit.lower, limit.upper
        taking = [pile for pile in self.piles if _takes(pile, limit.name)]
        if taking:
            lower = np.full(self.problem.n_periods, -np.inf)
            # what is fresh keeps an upper bound by itself where stock only adds to it
            if any((pile.taken(limit.name) < 0).any() for pile in taking):
                upper = np.full(self.problem.n_periods, np.inf)
        return Limit(limit.name, self._use(limit), lower, upper)

    def _use(self, limit: Limit) -> _F8:
        return np.concatenate([limit.use, limit.use[:, self.into]], axis=1)

    def rows(self, limit: Limit) -> list[Row]:
        """Fresh ore and stock of each period within the bounds of a limit."""
        piles = [pile for pile in self.piles if _takes(pile, limit.name)]
        if not piles:
            return []
        # careful piles count less against a lower bound than against an upper one
        split = any(
            not np.array_equal(pile.taken(limit.name), pile.taken(limit.name, least=True))
            for pile in piles
        )
        use = self._use(limit)
        block, to = (a.astype(np.int64) for a in np.nonzero(use))
        fresh = block, to, use[block, to]
        rows: list[Row] = []
        for t in range(self.problem.n_periods):
            low, high = float(limit.lower[t]), float(limit.upper[t])
            both = [(False, -np.inf, high), (True, low, np.inf)] if split else [(False, low, high)]
            for least, lower, upper in both:
                if np.isfinite(lower) or np.isfinite(upper):
                    entries = self._entries(limit.name, t, fresh, least=least)
                    name = f"{limit.name} with stock, period {t}"
                    rows.append(self.counted(Row(name, *entries, lower, upper)))
        return rows

    def punctual(self) -> list[Limit]:
        """Nothing goes to a slot in its own period or later, where fines may not be enough.

        Limits of zero make it much harder for a search to find a first plan.
        """
        if self._elsewhere().all():
            return []
        period = np.arange(self.problem.n_periods)
        shape = self.problem.n, self.problem.n_destinations + len(self.slot)
        limits = []
        for slot in np.unique(self.slot):
            use = np.zeros(shape)
            use[:, self.problem.n_destinations :] = self.slot == slot
            upper = np.where(period < slot, np.inf, 0.0)
            name = f"mined too late to be taken up in period {slot}"
            limits.append(Limit(name, use, np.full(len(period), -np.inf), upper))
        return limits

    def _elsewhere(self) -> NDArray[np.bool_]:
        """Whether a block has a place that takes no more of capacities than a pile does, (n, s)."""
        capacities = [
            limit.use
            for limit in self.problem.limits
            if (limit.use >= 0).all() and np.isfinite(limit.upper).any()
        ]
        others = np.setdiff1d(np.arange(self.problem.n_destinations), self.into)
        found = np.zeros((self.problem.n, len(self.into)), bool)
        for d in others:
            as_little = np.ones(found.shape, bool)
            for use in capacities:
                as_little &= use[:, [d]] <= use[:, self.into]
            found |= as_little
        return found

    def _entries(self, name: str, t: int, fresh: tuple[_I8, _I8, _F8], *, least: bool) -> _Entries:
        block, to, factor = fresh
        found = [(np.full(len(block), t, np.int64), block, to, factor)]
        found += [
            later_entries(t, column, pile.taken(name, least=least))
            for column, pile, k in self.columns()
            if pile.slots[k] == t
        ]
        return _joined(found)

    def room_rows(self) -> list[Row]:
        """What lies in each place at the end of each period within its room."""
        rows: list[Row] = []
        for place in dict.fromkeys(pile.place for pile in self.piles):
            here = [pile for pile in self.piles if pile.place == place]
            room = min(pile.room for pile in here)
            if np.isinf(room):
                continue
            rows += [
                self.counted(self._room_row(place, t, room)) for t in range(self.problem.n_periods)
            ]
        return rows

    def _room_row(self, place: str, t: int, room: float) -> Row:
        found = []
        lying = [
            (self.problem.destinations.index(pile.into), pile, t + 1)
            for pile in self.piles
            if pile.place == place
        ]
        lying += [
            (column, pile, int(pile.slots[k]))
            for column, pile, k in self.columns()
            if pile.place == place
        ]
        for column, pile, slot in lying:
            tonnes = np.zeros(self.problem.n) if pile.tonnes is None else pile.tonnes
            block = np.flatnonzero(tonnes)
            # mined by now, and not taken up by now
            when = np.array([s for s in range(t + 1) if slot > t or s >= slot], np.int64)
            found.append(
                (
                    np.repeat(when, len(block)),
                    np.tile(block, len(when)),
                    np.full(len(block) * len(when), column, np.int64),
                    np.tile(tonnes[block], len(when)),
                )
            )
        return Row(f"room of {place}, period {t}", *_joined(found), -np.inf, room)


def _takes(pile: Stockpile, limit: str) -> bool:
    """Whether anything taken up from a pile counts against a limit."""
    return any(pile.taken(limit, least=least).any() for least in (False, True))


def _also_from(row: Row, into: _I8, n_d: int) -> Row:
    """A row that counts what goes to a slot as it counts what goes to the pile."""
    found = [(row.period, row.block, row.destination, row.factor)]
    for k, place in enumerate(into.tolist()):
        piled = row.destination == place
        found.append(
            (
                row.period[piled], row.block[piled],
                np.full(int(piled.sum()), n_d + k, np.int64), row.factor[piled],
            )
        )  # fmt: skip
    period, block, destination, factor = _joined(found)
    return replace(row, period=period, block=block, destination=destination, factor=factor)


def _joined(found: Sequence[_Entries]) -> _Entries:
    none = np.zeros(0, np.int64)
    parts = [(none, none, none, np.zeros(0)), *found]
    period, block, destination, factor = (np.concatenate(x) for x in zip(*parts, strict=True))
    return period, block, destination, factor
