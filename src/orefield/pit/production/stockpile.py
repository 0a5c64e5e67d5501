"""A stockpile that feeds the mill again, as destinations of a schedule.

Reclaiming from a mixed pile is not linear: the grade of what comes out is the mean of what lies
there. Two linear problems enclose it, both after E. Moreno, M. Rezakhah, A. Newman and
F. Ferreira (2017), "Linear models for stockpiling in open-pit mine production scheduling
problems", European Journal of Operational Research 260(1), 212-221,
doi 10.1016/j.ejor.2016.12.014:

``optimistic``
    Every block keeps its own value on the pile, and it is decided for each when it is taken up.
    What any way of mixing earns can be earned here too, when every later period is a slot.
``conservative``
    Blocks are put on piles by bins, and each is taken up as the worst of its bin, per tonne of
    feed. A mixed pile gives at least that, so that plans earn at least what is said.

Both hold where the value of a mixture is the mean of its parts': where recovery and payment are
proportional to grade within a bin. Taking up stock counts against the mill alone: what it takes of
other limits, such as tailings or water, is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, ProductionProblem, Row

_F8 = NDArray[np.float64]
Treatment = Literal["optimistic", "conservative"]


@dataclass(frozen=True)
class Stockpile:
    """Where stock lies, and what taking it up earns and takes.

    Attributes
    ----------
    into : str
        The destination of the problem that is the pile: its value is what putting a block there
        costs. It stays, for what is never taken up.
    mill : str
        The limit of the problem that stock and fresh ore share.
    feed : float64 array, shape (n,)
        What a whole block takes of that limit when it is taken up.
    slots : int64 array, shape (r,)
        Periods in which stock may be taken up, rising, from 1 on; those from the number of
        periods on come after the last in which anything is mined.
    reclaimed : float64 array, shape (r, n)
        What a whole block taken up in each slot is worth now, after rehandling: factors times
        parts of :func:`orefield.pit.worth.reclaimed_worth`.
    bins : int64 array, shape (n,), optional
        The pile each block would go to; one pile without.
    after : float64 array, shape (k,), optional
        What the mill can take in each period after the last in which anything is mined, up to
        the last slot at least; without it no limit.
    tonnes : float64 array, shape (n,), optional
        Of each block, for ``room``.
    room : float
        Tonnes that may lie on all piles at the end of a period.
    """

    into: str
    mill: str
    feed: _F8
    slots: NDArray[np.int64]
    reclaimed: _F8
    bins: NDArray[np.int64] | None = None
    after: _F8 | None = None
    tonnes: _F8 | None = None
    room: float = np.inf

    def values(self, treatment: Treatment) -> _F8:
        """What each block taken up in each slot counts for, shape (r, n)."""
        if treatment == "optimistic":
            return self.reclaimed
        bins = np.zeros(len(self.feed), np.int64) if self.bins is None else self.bins
        _, bins = np.unique(bins, return_inverse=True)
        fed = self.feed > 0
        rate = np.where(fed, self.reclaimed / np.where(fed, self.feed, 1.0), np.inf)
        worst = np.full((len(self.slots), int(bins.max()) + 1), np.inf)
        for slot, rates in zip(worst, rate, strict=True):
            np.minimum.at(slot, bins, rates)
        worst[np.isinf(worst)] = 0.0  # nothing of the bin is fed
        return np.where(fed, worst[:, bins] * self.feed, self.reclaimed)


def with_stockpile(
    problem: ProductionProblem, pile: Stockpile, treatment: Treatment = "conservative"
) -> ProductionProblem:
    """The problem with one more destination for each slot in which stock can be taken up.

    A share of a block that goes to ``INTO to SLOT`` in period t lies on the pile until then.
    The mill's limit becomes rows that count fresh ore and stock together. Limits and rows of the
    problem take such a share for one that goes to the pile.

    Parameters
    ----------
    problem : ProductionProblem
        With the pile as a destination and the mill as a limit.
    pile : Stockpile
        Of the same blocks.
    treatment : {"conservative", "optimistic"}
        See the module. The optimum lies between those of the two.

    Raises
    ------
    ModelError
        When a name is unknown, another pile feeds the mill, shapes differ, slots do not rise from
        1 on, or a number is not finite.
    """
    into, mill = _check(problem, pile)
    n, n_t, n_d = problem.n, problem.n_periods, problem.n_destinations
    r = len(pile.slots)
    value = np.concatenate([problem.value, np.repeat(problem.value[:, :, into, None], r, 2)], 2)
    later = np.zeros((1, n, n_d + r))
    later[0, :, n_d:] = pile.values(treatment).T
    limits = []
    for number, limit in enumerate(problem.limits):
        use = np.concatenate([limit.use, np.repeat(limit.use[:, into, None], r, 1)], 1)
        lower = np.full(n_t, -np.inf) if number == mill else limit.lower
        limits.append(Limit(limit.name, use, lower, limit.upper))
    for k, slot in enumerate(pile.slots):
        if slot < n_t:
            use = np.zeros((n, n_d + r))
            use[:, n_d + k] = 1.0
            upper = np.where(np.arange(n_t) < slot, np.inf, 0.0)
            limits.append(Limit(f"{pile.into} to {slot}", use, np.full(n_t, -np.inf), upper))
    names = tuple(f"{pile.into} to {slot}" for slot in pile.slots)
    return replace(
        problem,
        value=np.concatenate([value, later]),
        factor=np.column_stack([problem.factor, np.ones(n_t)]),
        limits=tuple(limits),
        rows=(
            *(_also_from(row, into, n_d, r) for row in problem.rows),
            *_mill_rows(problem, pile, mill),
            *_room_rows(problem, pile, into),
        ),
        destinations=(*problem.destinations, *names),
    )


def _also_from(row: Row, into: int, n_d: int, r: int) -> Row:
    """A row that counts what goes to a slot as it counts what goes to the pile."""
    piled = row.destination == into
    slots = np.repeat(np.arange(n_d, n_d + r), int(piled.sum()))
    return replace(
        row,
        period=np.concatenate([row.period, np.tile(row.period[piled], r)]),
        block=np.concatenate([row.block, np.tile(row.block[piled], r)]),
        destination=np.concatenate([row.destination, slots]),
        factor=np.concatenate([row.factor, np.tile(row.factor[piled], r)]),
    )


def stock_t(
    problem: ProductionProblem, pile: Stockpile, period: NDArray[np.int32], share: _F8
) -> _F8:
    """Feed lying on the pile at the end of each period, shape (t,), under a plan.

    ``period`` and ``share`` are of a plan of :func:`with_stockpile`'s problem, ``problem`` is
    the one before.
    """
    n_t, n_d = problem.n_periods, problem.n_destinations
    into = problem.destinations.index(pile.into)
    out = np.zeros(n_t)
    for t in range(n_t):
        there = period <= t
        out[t] = pile.feed[there] @ share[there, into]
        for k, slot in enumerate(pile.slots):
            if slot > t:
                out[t] += pile.feed[there] @ share[there, n_d + k]
    return out


def _mill_rows(problem: ProductionProblem, pile: Stockpile, mill: int) -> list[Row]:
    """Fresh ore and stock of each period within what the mill takes."""
    n_t, n_d = problem.n_periods, problem.n_destinations
    limit = problem.limits[mill]
    block, destination = np.nonzero(limit.use)
    fed = np.flatnonzero(pile.feed)
    slot_of = {int(slot): k for k, slot in enumerate(pile.slots)}
    rows = []
    for t in sorted({*range(n_t), *slot_of}):
        period, blocks, to, factor = [], [], [], []
        if t < n_t:
            period.append(np.full(len(block), t))
            blocks.append(block)
            to.append(destination)
            factor.append(limit.use[block, destination])
        if t in slot_of:
            before = np.arange(min(t, n_t))
            period.append(np.repeat(before, len(fed)))
            blocks.append(np.tile(fed, len(before)))
            to.append(np.full(len(fed) * len(before), n_d + slot_of[t]))
            factor.append(np.tile(pile.feed[fed], len(before)))
        after = pile.after
        upper = limit.upper[t] if t < n_t else np.inf if after is None else after[t - n_t]
        rows.append(
            Row(
                f"{_stocked(pile.mill)}{t}",
                np.concatenate(period),
                np.concatenate(blocks),
                np.concatenate(to),
                np.concatenate(factor),
                float(limit.lower[t]) if t < n_t else -np.inf,
                float(upper),
            )
        )
    return [row for row in rows if np.isfinite(row.upper) or np.isfinite(row.lower)]


def _room_rows(problem: ProductionProblem, pile: Stockpile, into: int) -> list[Row]:
    """What lies on the pile at the end of each period within its room."""
    if pile.tonnes is None or np.isinf(pile.room):
        return []
    n_t, n_d = problem.n_periods, problem.n_destinations
    rows = []
    for t in range(n_t):
        there = [into, *(n_d + k for k, slot in enumerate(pile.slots) if slot > t)]
        m, g = problem.n * len(there), t + 1
        rows.append(
            Row(
                f"room of {pile.into}, period {t}",
                np.repeat(np.arange(g), m),
                np.tile(np.repeat(np.arange(problem.n), len(there)), g),
                np.tile(there, problem.n * g).astype(np.int64),
                np.tile(np.repeat(pile.tonnes, len(there)), g),
                -np.inf,
                pile.room,
            )
        )
    return rows


def _check(problem: ProductionProblem, pile: Stockpile) -> tuple[int, int]:
    """Numbers of the pile's destination and the mill's limit."""
    where = f"stockpile {pile.into}"
    if pile.into not in problem.destinations:
        raise ModelError(
            f"there is no destination '{pile.into}'",
            where=where,
            fix=", ".join(problem.destinations),
        )
    names = [limit.name for limit in problem.limits]
    if pile.mill not in names:
        raise ModelError(f"there is no limit '{pile.mill}'", where=where, fix=", ".join(names))
    mill, into = names.index(pile.mill), problem.destinations.index(pile.into)
    if problem.limits[mill].use[:, into].any():
        raise ModelError(f"putting blocks there takes '{pile.mill}'", where=where)
    if any(row.name.startswith(_stocked(pile.mill)) for row in problem.rows):
        raise ModelError(
            f"'{pile.mill}' takes stock of another pile already",
            where=where,
            fix="give one stockpile with bins",
        )
    _check_arrays(problem, pile, where)
    return into, mill


def _check_arrays(problem: ProductionProblem, pile: Stockpile, where: str) -> None:
    slots = pile.slots
    rising = slots.ndim == 1 and slots.size and slots[0] >= 1 and (np.diff(slots) > 0).all()
    if not (rising and np.issubdtype(slots.dtype, np.integer)):
        raise ModelError(f"slots {slots}", where=where, fix="give rising periods from 1 on")
    beyond = int(slots[-1]) - problem.n_periods + 1
    if pile.after is not None and len(pile.after) < beyond:
        raise ModelError(
            f"{len(pile.after)} capacities after the last period for {beyond}", where=where
        )
    for what, array, shape in (
        ("feed", pile.feed, (problem.n,)),
        ("reclaimed value", pile.reclaimed, (len(slots), problem.n)),
        ("bin", pile.bins, (problem.n,)),
        ("tonnage", pile.tonnes, (problem.n,)),
    ):
        if array is None:
            continue
        if array.shape != shape:
            raise ModelError(f"{what} of shape {array.shape}, not {shape}", where=where)
        if not np.isfinite(array).all():
            raise ModelError(f"a {what} is not finite", where=where)
    if (pile.feed < 0).any():
        raise ModelError("a feed is negative", where=where)
    if not pile.room >= 0:
        raise ModelError(f"room for {pile.room:g} t", where=where)
    if np.isfinite(pile.room) and pile.tonnes is None:
        raise ModelError("room without tonnes", where=where, fix="give tonnes of blocks")


def _stocked(mill: str) -> str:
    return f"{mill} with stock, period "
