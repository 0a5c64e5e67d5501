"""Stockpiles that feed a mill again, as destinations of a schedule.

Reclaiming from a mixed pile is not linear: the grade of what comes out is the mean of what lies
there. Two linear problems enclose it, both after E. Moreno, M. Rezakhah, A. Newman and
F. Ferreira (2017), "Linear models for stockpiling in open-pit mine production scheduling
problems", European Journal of Operational Research 260(1), 212-221,
doi 10.1016/j.ejor.2016.12.014:

each block as itself
    Every block keeps its own value on the pile, and it is decided for each when it is taken up.
    What any way of mixing earns can be earned here too, when every later period is a slot.
each block as the worst of its bin (:func:`careful`)
    Blocks are put on piles by bins, and each is taken up as the worst of its bin, per tonne of
    feed. A mixed pile gives at least that, so that plans earn at least what is said, and keep
    the bounds of limits that taking up counts against.

Both hold where the value of a mixture is the mean of its parts': where recovery and payment are
proportional to grade within a bin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import ProductionProblem

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Stockpile:
    """Where stock lies, and what taking it up earns and takes.

    Attributes
    ----------
    into : str
        The destination of the problem that is the pile: its value is what putting a block there
        costs. It stays, for what is never taken up.
    feed : float64 array, shape (n,)
        Tonnes fed when a whole block is taken up.
    slots : int64 array, shape (r,)
        Periods in which stock may be taken up, rising, from 1 on. To go on feeding when the pit
        is done, give the problem more periods: nothing need be mined in them.
    reclaimed : float64 array, shape (r, n)
        What a whole block taken up in each slot is worth now, after rehandling: factors times
        parts of :func:`orefield.pit.worth.reclaimed_worth`.
    takes : mapping of str to float64 array, shape (n,)
        By limit of the problem: what a whole block takes of it when it is taken up.
    takes_least : mapping of str to float64 array, shape (n,)
        The same where it may be less, counted against lower bounds; ``takes`` without.
    tonnes : float64 array, shape (n,), optional
        Of each block, for ``room``.
    room : float
        Tonnes that may lie there at the end of a period.
    name : str
        Stockpiles of one name are one place and share its room; ``into`` where it is empty.
    """

    into: str
    feed: _F8
    slots: _I8
    reclaimed: _F8
    takes: Mapping[str, _F8] = field(default_factory=dict)
    takes_least: Mapping[str, _F8] = field(default_factory=dict)
    tonnes: _F8 | None = None
    room: float = np.inf
    name: str = ""

    @property
    def place(self) -> str:
        """What the pile is called."""
        return self.name or self.into

    def taken(self, limit: str, *, least: bool = False) -> _F8:
        """What a whole block takes of a limit when it is taken up, shape (n,).

        With ``least`` as it is counted against the limit's lower bound.
        """
        most = self.takes.get(limit)
        if most is None:
            return np.zeros(len(self.feed))
        return self.takes_least.get(limit, most) if least else most


def careful(pile: Stockpile, bins: NDArray[np.integer]) -> Stockpile:
    """The pile with each block taken up as the worst of its bin, per tonne of feed.

    Worth the least, and taking the most of a limit's upper bound and the least of its lower.

    Parameters
    ----------
    pile : Stockpile
        With each block as itself.
    bins : int array, shape (n,)
        Of each block; those without feed count in no bin.

    Raises
    ------
    ModelError
        When bins do not fit the blocks.
    """
    if bins.shape != pile.feed.shape or not np.issubdtype(bins.dtype, np.integer):
        raise ModelError(
            f"bins of shape {bins.shape} for {len(pile.feed)} blocks",
            where=f"stockpile {pile.place}",
            fix="give one whole number a block",
        )
    _, number = np.unique(bins, return_inverse=True)
    fed = pile.feed > 0

    def extreme(amount: _F8, worst: np.ufunc, start: float) -> _F8:
        rate = np.full(int(number.max(initial=0)) + 1, start)
        worst.at(rate, number[fed], amount[fed] / pile.feed[fed])
        out = amount.copy()
        out[fed] = rate[number[fed]] * pile.feed[fed]
        return out

    return replace(
        pile,
        reclaimed=np.stack([extreme(row, np.minimum, np.inf) for row in pile.reclaimed]),
        takes={k: extreme(v, np.maximum, -np.inf) for k, v in pile.takes.items()},
        takes_least={
            k: extreme(pile.takes_least.get(k, v), np.minimum, np.inf)
            for k, v in pile.takes.items()
        },
    )


def check_pile(problem: ProductionProblem, pile: Stockpile) -> None:
    """Refuse a pile that does not fit a problem.

    Raises
    ------
    ModelError
        When a name is unknown, shapes differ, slots do not rise from 1 to the last period, or a
        number is not finite.
    """
    where = f"stockpile {pile.place}"
    if pile.into not in problem.destinations:
        raise ModelError(
            f"there is no destination '{pile.into}'",
            where=where,
            fix=", ".join(problem.destinations),
        )
    names = [limit.name for limit in problem.limits]
    for name in (*pile.takes, *pile.takes_least):
        if name not in names:
            raise ModelError(f"there is no limit '{name}'", where=where, fix=", ".join(names))
    slots = pile.slots
    rising = slots.ndim == 1 and slots.size and slots[0] >= 1 and (np.diff(slots) > 0).all()
    if not (rising and np.issubdtype(slots.dtype, np.integer)):
        raise ModelError(f"slots {slots}", where=where, fix="give rising periods from 1 on")
    if slots[-1] >= problem.n_periods:
        raise ModelError(
            f"slot {slots[-1]} is after the last period, {problem.n_periods - 1}",
            where=where,
            fix="give more periods: nothing need be mined in them",
        )
    _check_arrays(problem.n, pile, where)
    if (pile.feed < 0).any():
        raise ModelError("a feed is negative", where=where)
    if not pile.room >= 0:
        raise ModelError(f"room for {pile.room:g} t", where=where)
    if np.isfinite(pile.room) and pile.tonnes is None:
        raise ModelError("room without tonnes", where=where, fix="give tonnes of blocks")


def _check_arrays(n: int, pile: Stockpile, where: str) -> None:
    for what, array, shape in (
        ("feed", pile.feed, (n,)),
        ("reclaimed value", pile.reclaimed, (len(pile.slots), n)),
        ("tonnage", pile.tonnes, (n,)),
        *((f"use of '{k}'", v, (n,)) for k, v in pile.takes.items()),
        *((f"use of '{k}'", v, (n,)) for k, v in pile.takes_least.items()),
    ):
        if array is None:
            continue
        if array.shape != shape:
            raise ModelError(f"{what} of shape {array.shape}, not {shape}", where=where)
        if not np.isfinite(array).all():
            raise ModelError(f"a {what} is not finite", where=where)
