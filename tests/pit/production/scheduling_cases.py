"""Small scheduling problems, made up, and their optima by codes that share nothing with ours.

The linear program and the integer program are written straight from their definition: a
variable for each block, period and destination, one row for each precedence and period.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from orefield.pit.minelib import check_plan
from orefield.pit.production import (
    Limit,
    Plan,
    ProductionProblem,
    Row,
    Solution,
    discount_factors,
    solve_production,
)


def problem_of(
    n: int,
    arcs: Sequence[tuple[int, int]],
    value: object,
    factor: object,
    limits: Sequence[Limit] = (),
    rows: Sequence[Row] = (),
) -> ProductionProblem:
    """A problem; ``arcs`` are pairs (block, block it needs), values are (parts, n, d)."""
    arcs = sorted(arcs)
    start = np.zeros(n + 1, np.int64)
    for block, _ in arcs:
        start[block + 1] += 1
    worth = np.asarray(value, float)
    return ProductionProblem(
        "made up",
        np.cumsum(start),
        np.array([other for _, other in arcs], np.int64),
        worth,
        np.asarray(factor, float),
        tuple(limits),
        tuple(rows),
        tuple(f"place {k}" for k in range(worth.shape[2])),
    )


def arcs_of(problem: ProductionProblem) -> list[tuple[int, int]]:
    """Pairs (block, block it needs)."""
    block = np.repeat(np.arange(problem.n), np.diff(problem.start))
    return [(int(b), int(a)) for b, a in zip(block, problem.needed, strict=True)]


def capacity(use: object, upper: object, lower: object = None, name: str = "tonnes") -> Limit:
    """A limit; a use of shape (n,) is that of one destination."""
    amount, top = np.asarray(use, float), np.asarray(upper, float)
    amount = amount[:, None] if amount.ndim == 1 else amount
    low = np.full(len(top), -np.inf) if lower is None else np.asarray(lower, float)
    return Limit(name, amount, low, top)


def section(
    rng: np.random.Generator,
    width: int = 5,
    depth: int = 3,
    periods: int = 3,
    destinations: int = 1,
    limits: int = 1,
    parts: int = 1,
    tightness: float = 0.6,
) -> ProductionProblem:
    """A pit in section: every block needs the three above it; ore lies at depth."""
    number = np.arange(width * depth).reshape(depth, width)
    arcs = [
        (int(number[z, x]), int(number[z - 1, x + dx]))
        for z, x, dx in itertools.product(range(1, depth), range(width), (-1, 0, 1))
        if 0 <= x + dx < width
    ]
    n = width * depth
    tonnes = rng.integers(5, 15, n).astype(float)
    waste = np.round(-tonnes * rng.uniform(0.5, 1.5, n), 2)
    margin = np.round(rng.uniform(-10, 40, n) * (1 + np.repeat(np.arange(depth), width)), 2)
    value = np.zeros((parts, n, destinations))
    value[0] = waste[:, None]
    if destinations == 1:
        value[-1, :, 0] += np.maximum(margin, 0.0)
    for d in range(1, destinations):
        value[-1, :, d] += np.round(margin * rng.uniform(0.6, 1.1), 2)
    factor = discount_factors(0.1, periods) * np.ones(parts)
    tops = []
    for r in range(limits):
        use = np.repeat(tonnes[:, None], destinations, axis=1)
        if r > 0 and destinations > 1:
            use[:, np.arange(destinations) != 1 + (r - 1) % (destinations - 1)] = 0.0
        elif r > 0:
            use *= (margin > 0)[:, None] * rng.uniform(0.5, 1.5, (n, 1))
        scale = tightness * use.max(axis=1).sum() / periods
        top = np.round(scale * rng.uniform(0.6, 1.4, periods), 1)
        tops.append(capacity(use, top, name=f"resource {r}"))
    return problem_of(n, arcs, value, factor, tops)


@st.composite
def problems(
    draw: st.DrawFn, *, blocks: int = 7, most_destinations: int = 2, capacities: bool = True
) -> ProductionProblem:
    """Any small problem with capacities, precedences of any kind among its blocks."""
    n = draw(st.integers(1, blocks))
    t, d = draw(st.integers(1, 3)), draw(st.integers(1, most_destinations))
    pairs = list(itertools.combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=2 * n)) if pairs else []
    number = draw(st.permutations(range(n)))
    arcs = [(number[b], number[a]) for a, b in chosen]
    value = draw(st.lists(st.integers(-20, 40), min_size=n * d, max_size=n * d))
    rate = draw(st.sampled_from([0.0, 0.1, 0.5]))
    limits = []
    for r in range(draw(st.integers(0, 2)) if capacities else 0):
        use = draw(st.lists(st.integers(0, 9), min_size=n * d, max_size=n * d))
        tops = st.sampled_from([0.0, 1.0, 5.0, 9.0, 14.0, 30.0, np.inf])
        upper = draw(st.lists(tops, min_size=t, max_size=t))
        limits.append(capacity(np.reshape(use, (n, d)), upper, name=f"resource {r}"))
    return problem_of(n, arcs, np.reshape(value, (1, n, d)), discount_factors(rate, t), limits)


def _rows(problem: ProductionProblem, earliest: np.ndarray | None) -> tuple[sp.csr_array, ...]:
    """All rows over the shares x[b, t, d], flat: matrix, lower and upper bounds."""
    n, n_t, n_d = problem.n, problem.n_periods, problem.n_destinations
    index = np.arange(n * n_t * n_d).reshape(n, n_t, n_d)
    at, column, factor, low, high = [], [], [], [], []

    def add(columns: np.ndarray, factors: np.ndarray, lower: float, upper: float) -> None:
        at.append(np.full(columns.size, len(low)))
        column.append(columns.ravel())
        factor.append(factors.ravel())
        low.append(lower)
        high.append(upper)

    for b in range(n):
        add(index[b], np.ones(n_t * n_d), -np.inf, 1.0)
        if earliest is not None and earliest[b] > 0:
            add(index[b, : earliest[b]], np.ones(earliest[b] * n_d), -np.inf, 0.0)
    for b, a in arcs_of(problem):
        for t in range(n_t):
            one, two = index[b, : t + 1].ravel(), index[a, : t + 1].ravel()
            ones = np.ones(one.size)
            add(np.concatenate([one, two]), np.concatenate([ones, -ones]), -np.inf, 0.0)
    for limit in problem.limits:
        for t in range(n_t):
            add(index[:, t], limit.use, limit.lower[t], limit.upper[t])
    for row in problem.rows:
        add(index[row.block, row.period, row.destination], row.factor, row.lower, row.upper)
    entries = (np.concatenate(factor), (np.concatenate(at), np.concatenate(column)))
    matrix = sp.csr_array(sp.coo_array(entries, shape=(len(low), index.size)))
    return matrix, np.array(low), np.array(high)


def lp_optimum(problem: ProductionProblem, earliest: np.ndarray | None = None) -> float | None:
    """Optimum of the linear relaxation by HiGHS; None when nothing is feasible."""
    matrix, low, high = _rows(problem, earliest)
    value = problem.all_values().transpose(1, 0, 2).ravel()
    below, above = np.isfinite(low), np.isfinite(high)
    found = linprog(
        -value,
        A_ub=sp.vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([high[above], -low[below]]),
        bounds=(0, 1),
        method="highs",
    )
    if found.status == 2:
        return None
    assert found.status == 0, found.message
    return float(-found.fun)


def optimum(problem: ProductionProblem) -> float | None:
    """Integer optimum by HiGHS' search tree; None when nothing is feasible."""
    n, n_t, n_d = problem.n, problem.n_periods, problem.n_destinations
    matrix, low, high = _rows(problem, None)
    m = n * n_t * n_d
    link = sp.csr_array(np.kron(np.eye(n * n_t), np.ones((1, n_d))))
    rows = LinearConstraint(sp.hstack([matrix, sp.csr_array((len(low), n * n_t))]), low, high)
    whole = LinearConstraint(sp.hstack([link, -sp.eye_array(n * n_t)]), 0.0, 0.0)
    value = problem.all_values().transpose(1, 0, 2).ravel()
    found = milp(
        -np.concatenate([value, np.zeros(n * n_t)]),
        integrality=np.concatenate([np.zeros(m), np.ones(n * n_t)]),
        bounds=Bounds(0, 1),
        constraints=[rows, whole],
        options={"mip_rel_gap": 0.0},
    )
    if found.status == 2:
        return None
    assert found.status == 0, found.message
    return float(-found.fun)


def every_schedule(problem: ProductionProblem) -> list[tuple[int, ...]]:
    """Periods of every schedule of one destination that keeps precedences and limits."""
    n, n_t = problem.n, problem.n_periods
    arcs = arcs_of(problem)
    good = []
    for period in itertools.product(range(n_t + 1), repeat=n):
        if any(period[a] > period[b] for b, a in arcs):
            continue
        if all(_within(limit, period, n_t) for limit in problem.limits):
            good.append(period)
    return good


def _within(limit: Limit, period: tuple[int, ...], n_t: int) -> bool:
    for t in range(n_t):
        taken = sum(limit.use[b, 0] for b, when in enumerate(period) if when == t)
        if not limit.lower[t] - 1e-9 <= taken <= limit.upper[t] + 1e-9:
            return False
    return True


def cones(problem: ProductionProblem) -> list[set[int]]:
    """Every block with all it needs, directly or not."""
    out = [{b} for b in range(problem.n)]
    for _ in range(problem.n):
        for b, a in arcs_of(problem):
            out[b] |= out[a]
    return out


def out_of_reach(problem: ProductionProblem) -> list[bool]:
    """Whether the cone of each block takes more than all capacity there is."""
    return [
        any(
            limit.use[sorted(cone)].min(axis=1).sum() > limit.upper.sum() * (1 + 1e-9)
            for limit in problem.limits
        )
        for cone in cones(problem)
    ]


def worth_of(problem: ProductionProblem, period: tuple[int, ...]) -> float:
    """Value of a schedule of one destination."""
    value = problem.all_values()
    return float(sum(value[t, b, 0] for b, t in enumerate(period) if t < problem.n_periods))


def accepted(problem: ProductionProblem, plan: Plan) -> float:
    """The objective by the independent checker, which must have no objection."""
    found = check_plan(problem, plan)
    assert found.feasible, [v.text for v in found.violations]
    return found.objective


def stopped_at(problem: ProductionProblem, best: float, size: float, **options: Any) -> Solution:
    """The solution of a search that is stopped once it has a plan worth ``best``.

    What a search cannot prove, it goes on looking for until the end of its effort.
    """
    seen = [-np.inf]
    return solve_production(
        problem,
        progress=lambda now: seen.append(max(seen[-1], now.objective)),
        stop=lambda: seen[-1] >= best - 1e-9 * size,
        **options,
    )


def permuted(problem: ProductionProblem, number: np.ndarray) -> ProductionProblem:
    """The same problem; block ``b`` is now called ``number[b]``."""
    old = np.argsort(number)
    arcs = [(int(number[b]), int(number[a])) for b, a in arcs_of(problem)]
    limits = [replace(x, use=x.use[old]) for x in problem.limits]
    rows = [replace(x, block=number[x.block]) for x in problem.rows]
    return problem_of(problem.n, arcs, problem.value[:, old], problem.factor, limits, rows)


def assert_feasible_shares(problem: ProductionProblem, mined: np.ndarray, slack: float) -> None:
    """Fractions of a relaxation keep every row of the linear program."""
    matrix, low, high = _rows(problem, None)
    amount = matrix @ mined.reshape(-1)
    size = np.maximum(abs(matrix).sum(axis=1), 1.0)
    assert (mined >= 0).all()
    assert (amount <= high + slack * size).all()
    assert (amount >= low - slack * size).all()
