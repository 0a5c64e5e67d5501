"""Small production problems, and HiGHS through SciPy as a judge of their optimum."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, milp

from orefield.pit.production import Limit, ProductionProblem


def small_pit(seed, shape=(6, 3), periods=3, mill=None, rock=None, mean=0.0):
    """A section of blocks, each under up to three; a mill and a dump; limits on both.

    Blocks are numbered bench by bench from the top.
    """
    rng = np.random.default_rng(seed)
    wide, deep = shape
    start, needed = [0], []
    for z in range(deep):
        for x in range(wide):
            if z:
                needed += [(z - 1) * wide + k for k in (x - 1, x, x + 1) if 0 <= k < wide]
            start.append(len(needed))
    n = wide * deep
    grade = rng.gamma(2.0, 0.5, n) + mean + 0.4 * (np.arange(n) // wide)
    value = np.stack([np.column_stack([grade * 10.0 - 6.0, np.full(n, -1.0)]) - 1.0])
    feed = np.column_stack([np.ones(n), np.zeros(n)])
    mined = np.ones((n, 2))
    none = np.full(periods, -np.inf)
    limits = (
        Limit("rock", mined, none, np.full(periods, rock or np.ceil(0.45 * n))),
        Limit("mill", feed, none, np.full(periods, mill or np.ceil(0.25 * n))),
    )
    factor = 0.9 ** np.arange(periods)[:, None]
    return ProductionProblem(
        "small", np.array(start), np.array(needed, dtype=np.int64), value, factor, limits, (),
        ("mill", "dump"),
    )  # fmt: skip


def judge(problem, whole=False):
    """Optimum and shares (t, n, d) of the relaxation, or of whole blocks a period."""
    t, n, d = problem.n_periods, problem.n, problem.n_destinations
    size = t * n * d
    at = np.arange(size).reshape(t, n, d)
    value = np.stack([problem.period_value(k) for k in range(t)]).ravel()
    rows, low, high = [], [], []

    def add(columns, factors, lower, upper):
        line = sp.csr_array(
            (factors, (np.zeros(len(columns), int), columns)), shape=(1, size + t * n)
        )
        rows.append(line)
        low.append(lower)
        high.append(upper)

    x = size + np.arange(t * n).reshape(t, n)  # mined in the period
    for b in range(n):
        for k in range(t):
            add([*at[k, b], x[k, b]], [*np.ones(d), -1.0], 0.0, 0.0)
        add(x[:, b], np.ones(t), -np.inf, 1.0)
        for a in problem.needed[problem.start[b] : problem.start[b + 1]]:
            for k in range(t):
                add(
                    [*x[: k + 1, b], *x[: k + 1, a]],
                    [*np.ones(k + 1), *-np.ones(k + 1)], -np.inf, 0.0,
                )  # fmt: skip
    for limit in problem.limits:
        for k in range(t):
            add(at[k].ravel(), limit.use.ravel(), limit.lower[k], limit.upper[k])
    for row in problem.rows:
        add(at[row.period, row.block, row.destination], row.factor, row.lower, row.upper)
    found = milp(
        np.concatenate([-value, np.zeros(t * n)]),
        constraints=LinearConstraint(sp.vstack(rows), low, high),
        integrality=np.concatenate([np.zeros(size), np.full(t * n, int(whole))]),
        bounds=(0, 1),
    )
    if found.x is None:
        return None, None
    return -found.fun, found.x[:size].reshape(t, n, d)


def broken(problem, plan):
    """Names of precedences and side constraints that a plan breaks."""
    out = []
    for b in range(problem.n):
        for a in problem.needed[problem.start[b] : problem.start[b + 1]]:
            if plan.period[b] < problem.n_periods and plan.period[a] > plan.period[b]:
                out.append(f"{b} before {a}")
    share = np.zeros((problem.n_periods, problem.n, problem.n_destinations))
    mined = np.flatnonzero(plan.period < problem.n_periods)
    share[plan.period[mined], mined] = plan.share[mined]
    for limit in problem.limits:
        used = np.einsum("tnd,nd->t", share, limit.use)
        slack = 1e-7 * (1 + np.abs(limit.use).sum())
        if (used > limit.upper + slack).any() or (used < limit.lower - slack).any():
            out.append(limit.name)
    for row in problem.rows:
        used = share[row.period, row.block, row.destination] @ row.factor
        slack = 1e-7 * (1 + np.abs(row.factor).sum())
        if not row.lower - slack <= used <= row.upper + slack:
            out.append(row.name)
    return out


__all__ = ["broken", "judge", "small_pit"]
