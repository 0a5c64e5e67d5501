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
    then. One that goes there later would never be taken up: it is fined, so that every other
    destination of the problem is better. Limits that taking up counts against
    become rows over what is fresh and what is taken up. Other limits and rows of the problem
    take such a share for one that goes to the pile.

    Parameters
    ----------
    problem : ProductionProblem
        With the piles as destinations.
    piles : sequence of Stockpile
        Of the same blocks.

    Raises
    ------
    ModelError
        When a name is unknown, shapes differ, slots do not rise from 1 on, a number is not finite,
        or the rows would not fit into memory.
    """
    for pile in piles:
        check_pile(problem, pile)
    stock = _Stock(problem, piles)
    into = stock.into
    n_t, n_p, n_d = problem.n_periods, len(problem.value), problem.n_destinations
    slots = np.unique(stock.slot)
    value = np.zeros((n_p + len(slots) + 1, problem.n, n_d + len(into)))
    value[:n_p, :, :n_d] = problem.value
    value[:n_p, :, n_d:] = problem.value[:, :, into]
    # what goes there in the slot or later comes too late: it costs more than choices can differ
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
        limits=tuple(stock.limit(limit) for limit in problem.limits),
        rows=(
            *(_also_from(row, into, n_d) for row in problem.rows),
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


def later_entries(t: int, n_periods: int, column: int, amount: _F8) -> _Entries:
    """Entries (period, block, destination, factor) of what is taken up in slot ``t``.

    Parameters
    ----------
    t : int
        The slot.
    n_periods : int
        In which anything is mined.
    column : int
        Destination of the problem for that slot.
    amount : float64 array, shape (n,)
        Of a whole block taken up.
    """
    block = np.flatnonzero(amount)
    before = np.arange(min(t, n_periods), dtype=np.int64)
    m = len(block) * len(before)
    return (
        np.repeat(before, len(block)),
        np.tile(block, len(before)),
        np.full(m, column, np.int64),
        np.tile(amount[block], len(before)),
    )


def stock_t(
    problem: ProductionProblem,
    piles: Sequence[Stockpile],
    period: NDArray[np.int32],
    share: _F8,
) -> _F8:
    """Feed lying on each pile at the end of each period, shape (len(piles), t), under a plan.

    ``period`` and ``share`` are of a plan of :func:`with_stockpiles`'s problem, ``problem`` is
    the one before.
    """
    stock = _Stock(problem, piles)
    out = np.zeros((len(piles), problem.n_periods))
    number = {id(pile): p for p, pile in enumerate(piles)}
    for t in range(problem.n_periods):
        there = period <= t
        for p, pile in enumerate(piles):
            out[p, t] = pile.feed[there] @ share[there, problem.destinations.index(pile.into)]
        for column, pile, k in stock.columns():
            slot = pile.slots[k]
            lying = there & ((slot > t) | (period >= slot))
            out[number[id(pile)], t] += pile.feed[lying] @ share[lying, column]
    return out


class _Stock:
    """Piles of a problem and the columns of their slots."""

    def __init__(self, problem: ProductionProblem, piles: Sequence[Stockpile]) -> None:
        self.problem, self.piles = problem, piles
        count = [len(pile.slots) for pile in piles]
        self.into = np.repeat([problem.destinations.index(pile.into) for pile in piles], count)
        self.slot = np.concatenate([pile.slots for pile in piles])
        self.names = [f"{pile.into} to {slot}" for pile in piles for slot in pile.slots]

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
        taken = [pile.takes[limit.name] for pile in self.piles if limit.name in pile.takes]
        if any(amount.any() for amount in taken):
            lower = np.full(self.problem.n_periods, -np.inf)
            # what is fresh keeps an upper bound by itself where stock only adds to it
            if any((amount < 0).any() for amount in taken):
                upper = np.full(self.problem.n_periods, np.inf)
        return Limit(limit.name, self._use(limit), lower, upper)

    def _use(self, limit: Limit) -> _F8:
        return np.concatenate([limit.use, limit.use[:, self.into]], axis=1)

    def rows(self, limit: Limit) -> list[Row]:
        """Fresh ore and stock of each period within the bounds of a limit."""
        most = [pile.takes.get(limit.name) for pile in self.piles]
        if not any(amount is not None and amount.any() for amount in most):
            return []
        n_t = self.problem.n_periods
        use = self._use(limit)
        block, to = (a.astype(np.int64) for a in np.nonzero(use))
        fresh = block, to, use[block, to]
        rows: list[Row] = []
        for t in sorted({*range(n_t), *self.slot.tolist()}):
            low = float(limit.lower[t]) if t < n_t else -np.inf
            high = float(limit.upper[t]) if t < n_t else self._after(limit.name, t - n_t)
            name = f"{limit.name} with stock, period {t}"
            above, below = (
                self._entries(limit.name, t, fresh, least=least) for least in (False, True)
            )
            if np.array_equal(above[3], below[3]):
                bounds = [(above, low, high)]
            else:
                bounds = [(above, -np.inf, high), (below, low, np.inf)]
            rows += [
                Row(name, *entries, least, top)
                for entries, least, top in bounds
                if np.isfinite(least) or np.isfinite(top)
            ]
        _check_size(sum(len(row.factor) for row in rows), limit.name)
        return rows

    def _after(self, name: str, beyond: int) -> float:
        given = [pile.after[name][beyond] for pile in self.piles
                 if name in pile.after and beyond < len(pile.after[name])]  # fmt: skip
        return float(min(given, default=np.inf))

    def _entries(self, name: str, t: int, fresh: tuple[_I8, _I8, _F8], *, least: bool) -> _Entries:
        n_t = self.problem.n_periods
        block, to, factor = fresh
        found = [(np.full(len(block), t, np.int64), block, to, factor)] if t < n_t else []
        for column, pile, k in self.columns():
            amount = pile.takes.get(name)
            if amount is None or pile.slots[k] != t:
                continue
            counted = pile.takes_least.get(name, amount) if least else amount
            found.append(later_entries(t, n_t, column, counted))
        return _joined(found)

    def room_rows(self) -> list[Row]:
        """What lies in each place at the end of each period within its room."""
        rows: list[Row] = []
        for place in dict.fromkeys(pile.place for pile in self.piles):
            here = [pile for pile in self.piles if pile.place == place]
            room = min(pile.room for pile in here)
            if np.isinf(room):
                continue
            rows += [self._room_row(place, t, room) for t in range(self.problem.n_periods)]
        _check_size(sum(len(row.factor) for row in rows), "room")
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


def _check_size(entries: int, name: str) -> None:
    if entries > _MOST_ENTRIES:
        raise ModelError(
            f"more than {_MOST_ENTRIES:,} numbers are needed to follow stock",
            where=name,
            fix="gather blocks into units, or give fewer slots",
        )
