"""The production scheduling problem: which block when, and where to.

CPIT and PCPSP of D. Espinoza, M. Goycoolea, E. Moreno and A. Newman (2013), "MineLib: a
library of open pit mining problems", Annals of Operations Research 206, 93-114,
doi 10.1007/s10479-012-1258-3, with values that need not be discounted alike: a block's
value is a sum of parts (revenue of each metal, costs), and each part has its own factor
in each period (discount, price deck, cost escalation). One block is mined in one period;
what is mined may be divided among destinations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

_WHOLE = 1e-6
"""Tolerance of sums of shares, and of capacities by them."""


@dataclass(frozen=True)
class Limit:
    """A capacity, or a minimum, of one resource in every period.

    Attributes
    ----------
    name : str
    use : float64 array, shape (n, d)
        What a whole block takes of it at each destination.
    lower, upper : float64 arrays, shape (t,)
        Bounds by period; -inf and inf for none.
    """

    name: str
    use: _F8
    lower: _F8
    upper: _F8


@dataclass(frozen=True)
class Row:
    """A side constraint of any form: ``lower <= sum(factor * share) <= upper``.

    Attributes
    ----------
    name : str
    period, block, destination : int64 arrays, shape (k,)
    factor : float64 array, shape (k,)
        Of the share of ``block`` sent to ``destination`` in ``period``.
    lower, upper : float
    """

    name: str
    period: NDArray[np.int64]
    block: NDArray[np.int64]
    destination: NDArray[np.int64]
    factor: _F8
    lower: float
    upper: float


@dataclass(frozen=True)
class ProductionProblem:
    """Blocks with precedences, values, destinations, periods and side constraints.

    Attributes
    ----------
    name : str
    start : int64 array, shape (n + 1,); needed : int64 array, shape (k,)
        Block ``i`` needs ``needed[start[i]:start[i + 1]]`` mined before or with it.
    value : float64 array, shape (p, n, d)
        Parts of the value of a whole block at each destination.
    factor : float64 array, shape (t, p)
        What each part is multiplied by in each period.
    limits : tuple of Limit
    rows : tuple of Row
    destinations : tuple of str, length d

    Raises
    ------
    ModelError
        When shapes differ, a number is not finite, bounds cross, or an id dangles.
    """

    name: str
    start: NDArray[np.int64]
    needed: NDArray[np.int64]
    value: _F8
    factor: _F8
    limits: tuple[Limit, ...] = ()
    rows: tuple[Row, ...] = ()
    destinations: tuple[str, ...] = ("mined",)

    def __post_init__(self) -> None:
        if self.value.ndim != 3 or self.factor.ndim != 2:
            raise ModelError(
                f"values of shape {self.value.shape} and factors of {self.factor.shape}",
                fix="values are (parts, blocks, destinations), factors (periods, parts)",
            )
        p, n, d = self.value.shape
        if p == 0 or d == 0 or len(self.factor) == 0:
            raise ModelError(f"{p} parts of value, {d} destinations, {len(self.factor)} periods")
        if self.factor.shape[1] != p or len(self.destinations) != d:
            raise ModelError(
                f"{p} parts of value and {self.factor.shape[1]} factors, "
                f"{d} destinations and {len(self.destinations)} names of them"
            )
        if not (np.isfinite(self.value).all() and np.isfinite(self.factor).all()):
            raise ModelError("a value or factor is not finite", where=self._first_bad())
        if self.start.shape != (n + 1,) or self.start[0] != 0 or (np.diff(self.start) < 0).any():
            raise ModelError(f"precedence starts do not fit {n} blocks")
        if self.start[-1] != len(self.needed):
            raise ModelError(f"{len(self.needed)} precedences where {self.start[-1]} are announced")
        if len(self.needed) and not (self.needed.min() >= 0 and self.needed.max() < n):
            raise ModelError(f"a precedence names a block that is not among 0 to {n - 1}")
        for limit in self.limits:
            self._check_limit(limit)
        for row in self.rows:
            self._check_row(row)

    def _first_bad(self) -> str:
        bad = np.argwhere(~np.isfinite(self.value))
        if len(bad):
            return f"block {bad[0][1]}, destination {bad[0][2]}"
        return f"period {np.argwhere(~np.isfinite(self.factor))[0][0]}"

    def _check_limit(self, limit: Limit) -> None:
        where = f"limit {limit.name}"
        if limit.use.shape != (self.n, self.n_destinations):
            raise ModelError(f"use has shape {limit.use.shape}", where=where)
        if limit.lower.shape != (self.n_periods,) or limit.upper.shape != (self.n_periods,):
            raise ModelError(f"bounds do not cover {self.n_periods} periods", where=where)
        if not np.isfinite(limit.use).all():
            raise ModelError("a use is not finite", where=where)
        crossed = ~(limit.lower <= limit.upper) | (limit.lower == np.inf)
        crossed |= limit.upper == -np.inf
        if crossed.any():
            t = int(np.flatnonzero(crossed)[0])
            raise ModelError(
                f"lower bound {limit.lower[t]:g} and upper bound {limit.upper[t]:g}",
                where=f"{where}, period {t}",
                fix="give bounds that leave something between them",
            )

    def _check_row(self, row: Row) -> None:
        where = f"side constraint {row.name}"
        for what, index, size in (
            ("period", row.period, self.n_periods),
            ("block", row.block, self.n),
            ("destination", row.destination, self.n_destinations),
        ):
            if index.shape != row.factor.shape:
                raise ModelError(f"{len(index)} entries of {what}", where=where)
            if len(index) and not (index.min() >= 0 and index.max() < size):
                raise ModelError(f"a {what} is not among 0 to {size - 1}", where=where)
        if not np.isfinite(row.factor).all():
            raise ModelError("a factor is not finite", where=where)
        if not row.lower <= row.upper or row.lower == np.inf or row.upper == -np.inf:
            raise ModelError(f"bounds {row.lower:g} and {row.upper:g} leave nothing", where=where)

    @property
    def n(self) -> int:
        """Number of blocks."""
        return int(self.value.shape[1])

    @property
    def n_destinations(self) -> int:
        """Number of destinations."""
        return int(self.value.shape[2])

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return int(self.factor.shape[0])

    def period_value(self, t: int) -> _F8:
        """Value of every whole block at every destination in period ``t``, shape (n, d)."""
        out: _F8 = np.tensordot(self.factor[t], self.value, axes=1)
        return out

    def all_values(self) -> _F8:
        """:meth:`period_value` of all periods, shape (t, n, d)."""
        out: _F8 = np.tensordot(self.factor, self.value, axes=1)
        return out

    def admits(self, plan: Plan) -> bool:
        """Whether a plan keeps precedences and capacities, and divides each block wholly.

        Minimums and general rows are not looked at: a search may start from a plan that
        misses them.
        """
        period, share, n_t = plan.period, plan.share, self.n_periods
        if not (np.isfinite(share).all() and (share >= 0).all()):
            return False
        if ((period < 0) | (period > n_t)).any():
            return False
        block = np.repeat(np.arange(self.n), np.diff(self.start))
        if (period[self.needed] > period[block]).any():
            return False
        mined = period < n_t
        if (np.abs(share.sum(axis=1) - mined) > _WHOLE).any():
            return False
        for limit in self.limits:
            taken = (limit.use * share).sum(axis=1)
            used = np.bincount(period[mined], taken[mined], minlength=n_t)
            size = np.maximum(np.abs(limit.upper), np.abs(taken).max(initial=0.0))
            if (limit.use >= 0).all() and (used > limit.upper + _WHOLE * size).any():
                return False
        return True


@dataclass(frozen=True)
class Plan:
    """When each block is mined, and how it is divided among destinations.

    Attributes
    ----------
    period : int32 array, shape (n,)
        0 to t - 1; t where a block is never mined.
    share : float64 array, shape (n, d)
        Of each block at each destination; rows of mined blocks add up to one, others are 0.
    """

    period: NDArray[np.int32]
    share: _F8

    def objective(self, problem: ProductionProblem) -> float:
        """Value of the plan over all periods."""
        mined = np.flatnonzero(self.period < problem.n_periods)
        worth = np.einsum(
            "bp,pbd,bd->", problem.factor[self.period[mined]], problem.value[:, mined],
            self.share[mined], optimize=True,
        )  # fmt: skip
        return float(worth)


def discount_factors(rate: float, n_periods: int, first: int = 0) -> _F8:
    """``1 / (1 + rate) ** (first + t)`` for each period, shape (t, 1).

    Raises
    ------
    ModelError
        When the rate is not above -1 and finite.
    """
    if not (np.isfinite(rate) and rate > -1.0):
        raise ModelError(f"discount rate is {rate}", fix="give a fraction, e.g. 0.08")
    out: _F8 = (1.0 + rate) ** -(first + np.arange(n_periods, dtype=np.float64))[:, None]
    return out


def one_destination(use: ArrayLike, upper: ArrayLike, name: str = "resource") -> Limit:
    """A capacity (t,) for a resource of which block ``i`` takes ``use[i]``, one destination."""
    top = np.asarray(upper, np.float64)
    return Limit(name, np.asarray(use, np.float64)[:, None], np.full(len(top), -np.inf), top)


def arcs_between(one: _I8, two: _I8, m: int) -> tuple[_I8, _I8]:
    """Precedence lists of ``m`` nodes, from pairs: each once, without those of a node and itself.

    Parameters
    ----------
    one, two : int64 arrays, shape (k,)
        Nodes, from 0; ``one`` needs ``two``.
    m : int
        Number of nodes; may be 0.

    Returns
    -------
    start : int64 array, shape (m + 1,)
        Where the list of each node begins.
    needed : int64 array
        What nodes need, rising within a list.
    """
    pairs = np.unique((one * m + two)[one != two])
    count = np.bincount(pairs // max(m, 1), minlength=m)
    start = np.zeros(m + 1, np.int64)
    np.cumsum(count, out=start[1:])
    return start, (pairs % max(m, 1)).astype(np.int64)
