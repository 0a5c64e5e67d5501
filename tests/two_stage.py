"""The two-stage program of a schedule over realisations, written out for SciPy."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, milp


class Program:
    """A program written row by row; what its columns cost is least, and they are 0 to 1."""

    def __init__(self, size):
        self.cost = np.zeros(size)
        self.rows, self.low, self.high = [], [], []

    def add(self, columns, factors, lower, upper):
        """A row: the factors of some columns, which are given as arrays of them."""
        columns = np.concatenate([np.ravel(c) for c in columns])
        line = (np.asarray(factors, float).ravel(), (np.zeros(len(columns), int), columns))
        self.rows.append(sp.csr_array(line, shape=(1, len(self.cost))))
        self.low.append(lower)
        self.high.append(upper)

    def optimum(self, whole, endless):
        """The most it earns with some columns in whole numbers, and some without an upper end."""
        integral, top = np.zeros(len(self.cost)), np.ones(len(self.cost))
        integral[whole] = 1
        top[endless] = np.inf
        found = milp(
            self.cost, constraints=LinearConstraint(sp.vstack(self.rows), self.low, self.high),
            integrality=integral, bounds=(np.zeros(len(top)), top),
        )  # fmt: skip
        assert found.status == 0
        return -found.fun


def extensive(realisations, target, whole):
    """The two-stage program, written out: x[t, b], y[s, t, b, d], short[s, t]."""
    base, s = realisations.base, realisations.n
    n_t, n, d = base.n_periods, base.n, base.n_destinations
    x = np.arange(n_t * n).reshape(n_t, n)
    y = x.size + np.arange(s * n_t * n * d).reshape(s, n_t, n, d)
    short = x.size + y.size + np.arange(s * n_t).reshape(s, n_t)
    program = Program(x.size + y.size + short.size)
    for k in range(s):
        odds = realisations.probability[k]
        program.cost[y[k]] = -odds * np.tensordot(base.factor, realisations.value[k], axes=1)
        program.cost[short[k]] = odds * target.penalty
    for b in range(n):
        program.add([x[:, b]], np.ones(n_t), -np.inf, 1.0)
        for t in range(n_t):
            for k in range(s):
                program.add([y[k, t, b], x[t, b]], [*np.ones(d), -1.0], 0.0, 0.0)
            for a in base.needed[base.start[b] : base.start[b + 1]]:
                ones = np.ones(t + 1)
                program.add([x[: t + 1, b], x[: t + 1, a]], [*ones, *-ones], -np.inf, 0.0)
    for k in range(s):
        for t in range(n_t):
            for limit in base.limits:
                use = realisations.use(limit, k).ravel()
                program.add([y[k, t]], use, limit.lower[t], limit.upper[t])
            program.add(
                [y[k, t], short[k, t]], [*target.of(k).ravel(), 1.0], target.amount[t], np.inf
            )
    for row in base.rows:
        for k in range(s):
            program.add(
                [y[k, row.period, row.block, row.destination]], row.factor, row.lower, row.upper
            )
    return program.optimum(whole=x if whole else [], endless=short)


__all__ = ["Program", "extensive"]
