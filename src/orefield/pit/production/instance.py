"""A problem as the arrays that integer search works on, and what a plan leaves of room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.sequencing import reverse_arcs
from orefield.pit.production.problem import Plan, ProductionProblem

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Instance:
    """A production problem, unpacked.

    Attributes
    ----------
    problem : ProductionProblem
    start, needed : precedences; begin, after : the same turned round
    order : int32 array, shape (n,)
        Blocks, each after all it needs.
    earliest : int32 array, shape (n,)
    value : float64 array, shape (t, n, d)
    use : float64 array, shape (r, n, d)
    lower, upper : float64 arrays, shape (r, t)
    allowed : bool array, shape (n, d)
        Destinations that no other is at least as good as, in value and in every use.
    """

    problem: ProductionProblem
    start: _I8
    needed: _I4
    begin: _I8
    after: _I4
    order: _I4
    earliest: _I4
    value: _F8
    use: _F8
    lower: _F8
    upper: _F8
    allowed: NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Number of blocks."""
        return self.problem.n

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return self.problem.n_periods

    @property
    def n_destinations(self) -> int:
        """Number of destinations."""
        return self.problem.n_destinations

    @cached_property
    def only_capacities(self) -> bool:
        """Whether all side constraints are upper limits of resources."""
        return _only_capacities(self.problem, self.use, self.lower, self.upper)

    def used(self, plan: Plan) -> _F8:
        """Use of each resource in each period, shape (r, t)."""
        out = np.zeros(self.upper.shape)
        mined = plan.period < self.n_periods
        when = plan.period[mined]
        for r in range(len(out)):
            taken = (self.use[r, mined] * plan.share[mined]).sum(axis=1)
            out[r] = np.bincount(when, weights=taken, minlength=self.n_periods)
        return out

    def activity(self, plan: Plan) -> _F8:
        """Left-hand side of each general side constraint, shape (g,)."""
        out = np.zeros(len(self.problem.rows))
        for g, row in enumerate(self.problem.rows):
            now = plan.period[row.block] == row.period
            out[g] = row.factor[now] @ plan.share[row.block[now], row.destination[now]]
        return out

    def value_of(self, plan: Plan) -> float:
        """Value of a plan, whether or not it meets the side constraints."""
        mined = np.flatnonzero(plan.period < self.n_periods)
        return float((self.value[plan.period[mined], mined] * plan.share[mined]).sum())

    def missing(self, plan: Plan) -> float:
        """Sum of what side constraints are missed by, as shares of their sizes."""
        total = missed(self.used(plan), self.lower, self.upper, self.limit_sizes).sum()
        rows = self.problem.rows
        low, high = np.array([r.lower for r in rows]), np.array([r.upper for r in rows])
        return float(total + missed(self.activity(plan), low, high, self.row_sizes).sum())

    @cached_property
    def limit_sizes(self) -> _F8:
        """What the use of each resource in each period is measured against, shape (r, t)."""
        largest = np.abs(self.use).max(axis=(1, 2), initial=0.0)
        return bound_sizes(self.lower, self.upper, largest[:, None])

    @cached_property
    def row_sizes(self) -> _F8:
        """What each general side constraint is measured against, shape (g,)."""
        rows = self.problem.rows
        low, high = np.array([r.lower for r in rows]), np.array([r.upper for r in rows])
        return bound_sizes(low, high, np.array([np.abs(r.factor).max(initial=0.0) for r in rows]))

    def worth(self, plan: Plan) -> float:
        """What plans are compared by.

        The value of a plan that meets the side constraints; any other is worth less than all
        of these, and the less the more it misses.
        """
        missing = 0.0 if self.only_capacities else self.missing(plan)
        return self.value_of(plan) if missing == 0.0 else -self._utmost * (1.0 + missing)

    @cached_property
    def _utmost(self) -> float:
        return 1.0 + float(np.abs(self.value).max(axis=(0, 2), initial=0.0).sum())


MET = 1e-7
"""A side constraint missed by no more than this share of its size is met."""


def bound_sizes(lower: _F8, upper: _F8, largest: _F8) -> _F8:
    """What bounds are measured against: the upper one, else the lower, else ``largest``."""
    size = np.where(np.isfinite(upper) & (upper != 0), np.abs(upper), np.abs(lower))
    size = np.where(np.isfinite(size) & (size > 0), size, largest)
    return np.where(size > 0, size, 1.0)


def missed(activity: _F8, lower: _F8, upper: _F8, size: _F8) -> _F8:
    """Share of its size by which each bound is missed; zero within the tolerance."""
    beyond = np.maximum(np.maximum(lower - activity, activity - upper), 0.0)
    share = beyond / size
    return np.where(share > MET, share, 0.0)


def unpack(problem: ProductionProblem, earliest: _I4, order: _I4) -> Instance:
    """The arrays of a problem; see :class:`Instance`."""
    n, n_t, n_d = problem.n, problem.n_periods, problem.n_destinations
    needed = problem.needed.astype(np.int32)
    begin, after = reverse_arcs(problem.start, needed)
    value = problem.all_values()
    limits = problem.limits
    use = np.stack([x.use for x in limits]) if limits else np.zeros((0, n, n_d))
    lower = np.stack([x.lower for x in limits]) if limits else np.zeros((0, n_t))
    upper = np.stack([x.upper for x in limits]) if limits else np.zeros((0, n_t))
    plain = _only_capacities(problem, use, lower, upper)
    allowed = _undominated(value, use) if plain else np.ones((n, n_d), bool)
    return Instance(
        problem, problem.start, needed, begin, after, order, earliest, value, use, lower, upper,
        allowed,
    )  # fmt: skip


def _only_capacities(problem: ProductionProblem, use: _F8, lower: _F8, upper: _F8) -> bool:
    bounds = bool((lower <= 0).all() and (upper >= 0).all())
    return not problem.rows and bounds and bool((use >= 0).all())


def _undominated(value: _F8, use: _F8) -> NDArray[np.bool_]:
    n, n_d = value.shape[1:]
    allowed = np.ones((n, n_d), bool)
    for d in range(n_d):
        for other in range(n_d):
            if other == d:
                continue
            worse = (value[:, :, other] >= value[:, :, d]).all(axis=0)
            worse &= (use[:, :, other] <= use[:, :, d]).all(axis=0)
            allowed[:, d] &= ~(worse & allowed[:, other])
    return allowed
