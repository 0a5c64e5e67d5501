"""Resources that a plan is judged by beside money, and problems that cap or charge them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, Plan, ProductionProblem, Row

_F8 = NDArray[np.float64]
Over = Literal["total", "period"]


@dataclass(frozen=True)
class Measure:
    """What blocks take of a resource, and what of it counts.

    Attributes
    ----------
    name : str
    use : float64 array, shape (n, d)
        What a whole block takes at each destination, as
        :func:`orefield.pit.worth.block_usage` gives.
    unit : str
        ``m3``, ``kWh``, ``t``, ``kg``.
    over : {"total", "period"}
        Whether the sum over all periods counts (tailings, carbon) or the largest period's
        (water, a river's load).

    Raises
    ------
    ModelError
        When ``use`` is no table of finite numbers, or ``over`` is something else.
    """

    name: str
    use: _F8
    unit: str = ""
    over: Over = "total"

    def __post_init__(self) -> None:
        where = f"measure {self.name}"
        if self.over not in ("total", "period"):
            raise ModelError(f"'{self.over}' cannot count", where=where, fix="total or period")
        if self.use.ndim != 2:
            raise ModelError(
                f"use has shape {self.use.shape}", where=where, fix="give (blocks, destinations)"
            )
        if not np.isfinite(self.use).all():
            block = int(np.argwhere(~np.isfinite(self.use))[0][0])
            raise ModelError("a use is not finite", where=f"{where}, block {block}")

    @classmethod
    def of(cls, limit: Limit, unit: str = "", over: Over = "total") -> Measure:
        """What a limit counts, whatever its bounds: an unbounded one is only a measure."""
        return cls(limit.name, limit.use, unit, over)

    def by_period(self, problem: ProductionProblem, plan: Plan) -> _F8:
        """What a plan takes in each period, shape (t,)."""
        mined = np.flatnonzero(plan.period < problem.n_periods)
        taken = (self.use[mined] * plan.share[mined]).sum(axis=1)
        return np.bincount(plan.period[mined], taken, problem.n_periods).astype(np.float64)

    def amount(self, problem: ProductionProblem, plan: Plan) -> float:
        """What of it counts: the sum of :meth:`by_period`, or the largest."""
        return self.counted(self.by_period(problem, plan))

    def counted(self, by_period: _F8) -> float:
        """The sum of a use by period, or the largest."""
        return float(by_period.sum() if self.over == "total" else by_period.max())

    def check(self, problem: ProductionProblem) -> None:
        """Refuse a problem of other blocks or destinations (``ModelError``)."""
        if self.use.shape != (problem.n, problem.n_destinations):
            raise ModelError(
                f"use of shape {self.use.shape} for {problem.n} blocks and "
                f"{problem.n_destinations} destinations",
                where=f"measure {self.name}",
            )


def capped(problem: ProductionProblem, measure: Measure, cap: float) -> ProductionProblem:
    """The problem with at most ``cap`` of a resource, in all or in every period.

    A total becomes the last row, a cap of every period the last limit.

    Raises
    ------
    ModelError
        When the measure does not fit the problem or the cap is not finite.
    """
    measure.check(problem)
    if not np.isfinite(cap):
        raise ModelError(f"the cap is {cap}", where=f"measure {measure.name}")
    n_t = problem.n_periods
    if measure.over == "period":
        limit = Limit(measure.name, measure.use, np.full(n_t, -np.inf), np.full(n_t, float(cap)))
        return replace(problem, limits=(*problem.limits, limit))
    block, destination = np.nonzero(measure.use)
    row = Row(
        name=measure.name,
        period=np.repeat(np.arange(n_t), len(block)),
        block=np.tile(block, n_t),
        destination=np.tile(destination, n_t),
        factor=np.tile(measure.use[block, destination], n_t),
        lower=-np.inf,
        upper=float(cap),
    )
    return replace(problem, rows=(*problem.rows, row))


def charged(
    problem: ProductionProblem,
    measure: Measure,
    price: ArrayLike,
    discount: ArrayLike = 1.0,
) -> ProductionProblem:
    """The problem with a price on a resource: a carbon price, or the weight of a trade-off.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the price.
    measure : Measure
        Of the same blocks; its ``over`` does not matter.
    price : float or (t,)
        Money per unit; of each period when it changes.
    discount : float or (t,)
        What money of each period is worth now. 1 for a price on the sum over all periods.

    Raises
    ------
    ModelError
        When the measure does not fit, or a price is not finite or not one a period.
    """
    measure.check(problem)
    try:
        rate = np.broadcast_to(
            np.asarray(price, np.float64) * np.asarray(discount, np.float64), (problem.n_periods,)
        )
    except ValueError as error:
        raise ModelError(
            f"prices do not cover {problem.n_periods} periods", where=f"measure {measure.name}"
        ) from error
    if not np.isfinite(rate).all():
        raise ModelError("a price is not finite", where=f"measure {measure.name}")
    return replace(
        problem,
        value=np.concatenate([problem.value, -measure.use[None]]),
        factor=np.column_stack([problem.factor, rate]),
    )
