"""Cut-offs year by year where prices, costs or capacities change from year to year.

Lane's opportunity cost then has a second term, the growth of the value of what is left by
itself. Both follow from the value of every remaining tonnage at the start of every year, which
a dynamic programme gives: M. Goycoolea, P. Lamas, B. K. Pagnoncelli and A. Piazza (2021),
"Lane's algorithm revisited", Management Science.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.worth.checks import finite
from orefield.pit.worth.distribution import GradeTonnage
from orefield.pit.worth.lane import (
    Operation,
    Policy,
    cash_per_tonne,
    check_life,
    years_per_tonne,
)

_F8 = NDArray[np.float64]


def cutoff_policy(
    stages: Sequence[tuple[Operation, GradeTonnage]],
    discount_rate: float,
    *,
    points: int = 1000,
    cutoffs: int = 400,
    max_years: int = 1000,
) -> Policy:
    """The cut-off of every year that maximises net present value under changing conditions.

    ``stages`` are the operation and the distribution of each year; the last holds for all years
    after it. The distributions are of the same tonnes (their grades may differ, as net smelter
    returns do from year to year), mined in proportion. Values are found at ``points`` tonnages
    and ``cutoffs`` cut-offs; the policy returned is then followed exactly, and its value is what
    its years add up to. Mining that has stopped does not start again.

    Raises
    ------
    ModelError
        When there is no stage, the tonnages differ, the rate is negative, ``points`` or
        ``cutoffs`` is below 1, or the deposit lasts longer than ``max_years``.
    """
    finite(discount_rate, "discount rate", 0.0)
    finite(points, "points", 1)
    finite(cutoffs, "cutoffs", 1)
    if not stages:
        raise ModelError("there is no year", fix="give an operation and a distribution")
    total = stages[0][1].total_t
    for t, (_, deposit) in enumerate(stages):
        if abs(deposit.total_t - total) > 1e-6 * total:
            raise ModelError(
                f"the distribution holds {deposit.total_t:g} t, the first {total:g} t",
                where=f"year {t}",
                fix="distributions by year are of the same tonnes",
            )
    left = np.linspace(0.0, total, points + 1)
    years = [_Year(operation, deposit, cutoffs) for operation, deposit in stages]
    value = [years[-1].lasting_value(left, discount_rate)]
    for year in years[-2::-1]:
        value.append(year.value(left, left, value[-1], discount_rate)[0])
    value.reverse()  # value[t] is at the start of year t; the last repeats for ever
    return _follow(years, left, value, discount_rate, max_years)


class _Year:
    """Cash of a year at every cut-off of a grid."""

    def __init__(self, operation: Operation, deposit: GradeTonnage, cutoffs: int) -> None:
        self.operation, self.deposit = operation, deposit
        self.grid = np.linspace(deposit.edges[0], deposit.edges[-1], cutoffs + 1)

    def outcome(self, cutoff: _F8, left: _F8) -> tuple[_F8, _F8, _F8]:
        """Tonnes mined, years they take and cash, for cut-offs and tonnages that broadcast."""
        operation = self.operation
        ore, metal = self.deposit.above(cutoff)
        sold = metal * operation.recovery
        pace = years_per_tonne(operation, ore, sold)
        with np.errstate(divide="ignore"):
            mined = np.minimum(1.0 / pace, left)
        years = mined * pace
        margin = cash_per_tonne(operation, ore, sold)
        return mined, years, margin * mined - operation.fixed * years

    def value(self, at: _F8, left: _F8, after: _F8, rate: float) -> tuple[_F8, NDArray[np.intp]]:
        """Best value of tonnages ``at`` (k,) and the cut-off of the grid, given next year's.

        ``after`` (m,) is the value at the start of next year of the tonnages ``left`` (m,).
        """
        mined, years, cash = self.outcome(self.grid[None, :], at[:, None])
        rest = np.interp(at[:, None] - mined, left, after)
        worth = (cash + rest) * (1.0 + rate) ** -years
        best = worth.argmax(axis=1)
        return np.maximum(worth[np.arange(len(at)), best], 0.0), best

    def lasting_value(self, left: _F8, rate: float) -> _F8:
        """Value of every tonnage when this year repeats for ever, shape of ``left``.

        A year leads from a tonnage to smaller ones, so they are done in rising order.
        """
        mined, years, cash = self.outcome(self.grid[None, :], left[:, None])
        rest = left[:, None] - mined
        now = (1.0 + rate) ** -years
        value = np.zeros(len(left))
        for i in range(1, len(left)):
            # a year that takes less than a step of tonnage counts as taking a whole step
            after = np.interp(rest[i], left[:i], value[:i])
            value[i] = max(0.0, float(((cash[i] + after) * now[i]).max()))
        return value


def _follow(years: list[_Year], left: _F8, value: list[_F8], rate: float, max_years: int) -> Policy:
    """The best cut-off of each year in turn, refined between those of the grid."""
    rows: list[tuple[float, ...]] = []
    remaining = float(left[-1])
    while remaining > 1e-9 * left[-1]:
        check_life(len(rows), max_years)
        t = len(rows)
        year = years[min(t, len(years) - 1)]
        after = value[min(t + 1, len(value) - 1)]
        worth, best = year.value(np.array([remaining]), left, after, rate)
        if worth[0] <= 0:
            break
        low, high = year.grid[max(best[0] - 1, 0)], year.grid[min(best[0] + 1, len(year.grid) - 1)]
        fine = np.append(np.linspace(low, high, 201), year.grid[best[0]])
        mined, length, cash = year.outcome(fine, np.array(remaining))
        total = (cash + np.interp(remaining - mined, left, after)) * (1.0 + rate) ** -length
        g = int(total.argmax())
        ore, metal = year.deposit.above(fine[g])
        rows.append(
            (fine[g], length[g], mined[g], mined[g] * float(ore),
             mined[g] * float(metal) * year.operation.recovery, cash[g])
        )  # fmt: skip
        remaining -= float(mined[g])
    table = np.array(rows).reshape(len(rows), 6).T
    years_of, usd_of = table[1], table[5]
    worths = np.zeros(len(rows) + 1)
    for t in range(len(rows) - 1, -1, -1):
        worths[t] = (usd_of[t] + worths[t + 1]) * (1.0 + rate) ** -years_of[t]
    cutoff, length_y, mined_t, milled_t, sold, usd = table
    return Policy(cutoff, length_y, mined_t, milled_t, sold, usd, worths[:-1], float(worths[0]), 1)
