"""The two-stage program of a schedule over realisations, written out for SciPy."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, milp


def extensive(realisations, target, whole):
    """The two-stage program, written out: x[t, b], y[s, t, b, d], short[s, t]."""
    base, s = realisations.base, realisations.n
    n_t, n, d = base.n_periods, base.n, base.n_destinations
    x = np.arange(n_t * n).reshape(n_t, n)
    y = x.size + np.arange(s * n_t * n * d).reshape(s, n_t, n, d)
    short = x.size + y.size + np.arange(s * n_t).reshape(s, n_t)
    size = x.size + y.size + short.size
    cost = np.zeros(size)
    for k in range(s):
        odds = realisations.probability[k]
        cost[y[k]] = -odds * np.tensordot(base.factor, realisations.value[k], axes=1)
        cost[short[k]] = odds * target.penalty
    rows, low, high = [], [], []

    def add(columns, factors, lower, upper):
        columns = np.concatenate([np.ravel(c) for c in columns])
        line = (np.asarray(factors, float), (np.zeros(len(columns), int), columns))
        rows.append(sp.csr_array(line, shape=(1, size)))
        low.append(lower)
        high.append(upper)

    for b in range(n):
        add([x[:, b]], np.ones(n_t), -np.inf, 1.0)
        for t in range(n_t):
            for k in range(s):
                add([y[k, t, b], x[t, b]], [*np.ones(d), -1.0], 0.0, 0.0)
            for a in base.needed[base.start[b] : base.start[b + 1]]:
                ones = np.ones(t + 1)
                add([x[: t + 1, b], x[: t + 1, a]], [*ones, *-ones], -np.inf, 0.0)
    for k in range(s):
        for t in range(n_t):
            for limit in base.limits:
                use = realisations.use(limit, k).ravel()
                add([y[k, t]], use, limit.lower[t], limit.upper[t])
            add([y[k, t], short[k, t]], [*target.of(k).ravel(), 1.0], target.amount[t], np.inf)
    for row in base.rows:
        for k in range(s):
            add([y[k, row.period, row.block, row.destination]], row.factor, row.lower, row.upper)
    integral = np.zeros(size)
    integral[: x.size] = int(whole)
    top = np.ones(size)
    top[short] = np.inf
    found = milp(
        cost, constraints=LinearConstraint(sp.vstack(rows), low, high), integrality=integral,
        bounds=(np.zeros(size), top),
    )  # fmt: skip
    return -found.fun


__all__ = ["extensive"]
