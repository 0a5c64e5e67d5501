"""Lane's cut-offs: what a tonne must earn when it takes the place of a better one.

K. F. Lane (1964), "Choosing the optimum cut-off grade", Quarterly of the Colorado School of
Mines 59(4), 811-829; K. F. Lane (1988), The Economic Definition of Ore, Mining Journal Books.
That the rule follows from the dynamic programme with a linear value of the future, and where
it may miss, is in M. Goycoolea, P. Lamas, B. K. Pagnoncelli and A. Piazza (2021), "Lane's
algorithm revisited", Management Science.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.worth.checks import finite, share
from orefield.pit.worth.distribution import GradeTonnage

_F8 = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A mine, a mill and a market in a row, each with a cost and a capacity a year.

    Units are free but must agree: money per tonne and per unit of metal, grades in units of
    metal per tonne, capacities in tonnes and in units of metal.

    Attributes
    ----------
    price, selling : float
        Per unit of metal: price, and cost of refining and selling it.
    processing : float
        Per tonne milled.
    mining : float
        Per tonne mined, ore or not.
    fixed : float
        A year.
    recovery : float
        Fraction of the metal milled.
    mine, mill, market : float
        Capacities a year in tonnes mined, tonnes milled, units of metal sold; infinite for none.

    Raises
    ------
    ModelError
        When a number is negative or not finite, or every capacity is infinite or one is zero.
    """

    price: float
    selling: float = 0.0
    processing: float
    mining: float = 0.0
    fixed: float = 0.0
    recovery: float = 1.0
    mine: float = math.inf
    mill: float = math.inf
    market: float = math.inf

    def __post_init__(self) -> None:
        for name in ("price", "selling", "processing", "mining", "fixed"):
            finite(getattr(self, name), name, 0.0)
        share(self.recovery, "recovery")
        capacities = (self.mine, self.mill, self.market)
        if any(math.isnan(c) or c <= 0 for c in capacities) or all(map(math.isinf, capacities)):
            raise ModelError(
                f"capacities of mine, mill and market are {capacities}",
                fix="give positive numbers, at least one of them finite",
            )

    @property
    def margin(self) -> float:
        """Price less selling cost, per unit of metal."""
        return self.price - self.selling


@dataclass(frozen=True)
class Cutoffs:
    """Lane's six cut-offs and the one they lead to.

    Attributes
    ----------
    mine, mill, market : float
        Limiting economic cut-offs: best when that stage alone is full; infinite when nothing
        would pay.
    mine_mill, mill_market, mine_market : float
        Balancing cut-offs: both stages full; NaN where one of them has no capacity.
    optimum : float
        The effective optimum, within the deposit's grades; its highest grade or more means that
        nothing is milled.
    """

    mine: float
    mill: float
    market: float
    mine_mill: float
    mill_market: float
    mine_market: float
    optimum: float


def lane_cutoffs(operation: Operation, deposit: GradeTonnage, opportunity: float = 0.0) -> Cutoffs:
    """The six cut-offs and the optimum among them.

    ``opportunity`` is what waiting costs a year: the discount rate times the present value of
    what is left, less the growth of that value by itself (prices that rise). Zero maximises
    profit. ``deposit`` is the distribution of what is mined.

    Raises
    ------
    ModelError
        When ``opportunity`` is not finite, or a year brings more than its fixed cost by waiting:
        the rule finds the best cut-off only while time costs something.
    """
    finite(opportunity, "opportunity cost", -operation.fixed)
    time = operation.fixed + opportunity
    kept = operation.margin * operation.recovery
    m = _ratio(operation.processing, kept)
    h = _ratio(operation.processing + time / operation.mill, kept)
    k = _ratio(
        operation.processing, (operation.margin - time / operation.market) * operation.recovery
    )
    mh = hk = mk = math.nan
    pairs: list[float] = []
    if math.isfinite(operation.mine) and math.isfinite(operation.mill):
        mh = deposit.cutoff_of_ore(operation.mill / operation.mine)
        pairs.append(_between(m, h, mh))
    if math.isfinite(operation.mill) and math.isfinite(operation.market):
        hk = deposit.cutoff_of_grade(_per_recovery(operation.market / operation.mill, operation))
        # with the mill above the market, both pull the same way past the balance
        pairs.append(k if hk < k else min(h, hk))
    if math.isfinite(operation.mine) and math.isfinite(operation.market):
        mk = deposit.cutoff_of_metal(_per_recovery(operation.market / operation.mine, operation))
        pairs.append(_between(m, k, mk))
    if not pairs:
        only = ((operation.mine, m), (operation.mill, h), (operation.market, k))
        pairs = [value for capacity, value in only if math.isfinite(capacity)]
    best = sorted(pairs)[len(pairs) // 2]
    best = min(max(best, float(deposit.edges[0])), float(deposit.edges[-1]))
    return Cutoffs(m, h, k, mh, hk, mk, best)


def value_per_tonne(
    operation: Operation, deposit: GradeTonnage, cutoff: ArrayLike, opportunity: float = 0.0
) -> _F8:
    """What a tonne of material adds to the present value at cut-offs, of their shape.

    Its cash less fixed and opportunity cost over the time that the slowest stage takes for it.
    Lane's optimum is where this is largest.
    """
    ore, metal = deposit.above(cutoff)
    sold = metal * operation.recovery
    cash = cash_per_tonne(operation, ore, sold)
    time = operation.fixed + opportunity
    return np.asarray(cash - time * years_per_tonne(operation, ore, sold))


@dataclass(frozen=True, eq=False)
class Policy:
    """A cut-off for every year, and what it brings; arrays of shape (years,).

    Attributes
    ----------
    cutoff : float64 array
    years : float64 array
        Length of each: 1, and what is left for the last.
    mined, milled, sold : float64 array
        Tonnes, tonnes and units of metal.
    cash : float64 array
        Of the year, undiscounted, at its end.
    value : float64 array
        Present value at the start of the year of all that is left.
    npv : float
        Of the whole.
    passes : int
        Rounds until the value the cut-offs assume was the value they bring; 1 from a dynamic
        programme.
    """

    cutoff: _F8
    years: _F8
    mined: _F8
    milled: _F8
    sold: _F8
    cash: _F8
    value: _F8
    npv: float
    passes: int


def lane_policy(
    operation: Operation,
    deposit: GradeTonnage,
    discount_rate: float,
    *,
    tolerance: float = 1e-9,
    max_passes: int = 100,
    max_years: int = 1000,
) -> Policy:
    """The cut-off of every year that maximises net present value, by Lane's rule.

    Each year's cut-off bears the opportunity cost of the value then left, which follows from
    the cut-offs of the years after it: passes are repeated until the values that go in come
    out. Every class of grade is mined in proportion. Mining stops early when it no longer pays.

    ``discount_rate`` is a fraction a year, and cash falls at the end of the year. Passes end
    when the net present value changes by less than ``tolerance`` of itself, or after
    ``max_passes`` (then ``passes`` is that), and the best of them is returned; it is empty when
    mining never pays.

    Raises
    ------
    ModelError
        When the rate is negative, no pass is allowed, or the deposit lasts longer than
        ``max_years``.
    """
    finite(discount_rate, "discount rate", 0.0)
    finite(max_passes, "max_passes", 1)
    left, value = np.array([0.0, deposit.total_t]), np.zeros(2)
    best, remaining = _one_pass(operation, deposit, discount_rate, left, value, max_years)
    plan, passes = best, 1
    while passes < max_passes:
        before = plan.npv
        left = np.append(remaining, 0.0)[::-1]
        value = np.append(plan.value, 0.0)[::-1]
        plan, remaining = _one_pass(operation, deposit, discount_rate, left, value, max_years)
        passes += 1
        if plan.npv > best.npv:
            best = plan
        if abs(plan.npv - before) <= tolerance * max(abs(plan.npv), 1.0):
            break
    return replace(best, passes=passes)


def _one_pass(
    operation: Operation,
    deposit: GradeTonnage,
    rate: float,
    left: _F8,
    value: _F8,
    max_years: int,
) -> tuple[Policy, _F8]:
    """Years with the cut-offs that follow from the value of what is left, and what was left."""
    rows: list[tuple[float, float, float, float, float, float, float]] = []
    remaining = deposit.total_t
    while remaining > 1e-9 * deposit.total_t:
        check_life(len(rows), max_years)
        worth = float(np.interp(remaining, left, value))
        g = lane_cutoffs(operation, deposit, rate * worth).optimum
        ore, metal = (float(a) for a in deposit.above(g))
        sold = metal * operation.recovery
        pace = float(years_per_tonne(operation, np.float64(ore), np.float64(sold)))
        mined = min(1.0 / pace, remaining) if pace > 0 else remaining
        years = mined * pace
        cash = float(cash_per_tonne(operation, ore, sold)) * mined - operation.fixed * years
        rows.append((g, years, mined, mined * ore, mined * sold, cash, remaining))
        remaining -= mined
    g, years, mined, milled, sold_, cash_, before = np.array(rows).T
    worths = np.zeros(len(rows) + 1)
    for t in range(len(rows) - 1, -1, -1):
        # what costs more than it and all after it bring is not mined
        worths[t] = max((cash_[t] + worths[t + 1]) * (1.0 + rate) ** -years[t], 0.0)
    kept = slice(0, int(np.argmin(worths > 0)))
    plan = Policy(
        g[kept], years[kept], mined[kept], milled[kept], sold_[kept], cash_[kept],
        worths[kept], float(worths[0]), 0,
    )  # fmt: skip
    return plan, before[kept]


def check_life(years: int, max_years: int) -> None:
    """Refuse a life that reaches ``max_years`` with something left (``ModelError``)."""
    if years >= max_years:
        raise ModelError(
            f"the deposit lasts longer than {max_years} years",
            fix="check the units of capacities and tonnes",
        )


def cash_per_tonne(operation: Operation, ore: ArrayLike, sold: ArrayLike) -> _F8:
    """Cash of a tonne of material before fixed cost, shape of ``ore``.

    ``ore`` is the fraction of it that is milled, ``sold`` the metal it brings to the market.
    """
    milled = operation.processing * np.asarray(ore, np.float64)
    return operation.margin * np.asarray(sold, np.float64) - milled - operation.mining


def years_per_tonne(operation: Operation, ore: _F8 | np.float64, sold: _F8 | np.float64) -> _F8:
    """Years that a tonne of material takes in the slowest stage, shape of ``ore``.

    ``ore`` is the fraction of it that is milled, ``sold`` the metal it brings to the market.
    """
    at_mine = np.full(np.shape(ore), 1.0 / operation.mine)
    slowest = np.maximum(at_mine, ore / operation.mill)
    return np.asarray(np.maximum(slowest, sold / operation.market), np.float64)


def _between(low: float, high: float, balance: float) -> float:
    """The balancing cut-off kept between the two limiting ones."""
    return min(max(balance, low), high)


def _ratio(cost: float, earned: float) -> float:
    return cost / earned if earned > 0 else math.inf


def _per_recovery(metal: float, operation: Operation) -> float:
    return metal / operation.recovery if operation.recovery > 0 else math.inf
