"""Kernels compiled before a clock runs: the first use on a machine takes half a minute."""

from __future__ import annotations

import time
from functools import cache

import numpy as np

from orefield.pit.production.problem import Limit, ProductionProblem, discount_factors
from orefield.pit.production.solve import solve_production

_WIDE, _DEEP, _PERIODS = 5, 3, 3


@cache
def compile_kernels() -> float:
    """Have everything compiled that a search needs, so that its time is for searching.

    A made-up section of fifteen blocks is scheduled. Where compiled code is at hand already, as
    from the second start on, this takes a fraction of a second.

    Returns
    -------
    float
        Seconds it took when it was first called in this process.
    """
    began = time.perf_counter()
    solve_production(_section(), gap=0.0, seconds=np.inf, turns=4)
    return time.perf_counter() - began


def _section() -> ProductionProblem:
    """Ore under waste, a mill and a dump, too little room for all at once."""
    n = _WIDE * _DEEP
    above = [
        [b - _WIDE + step for step in (-1, 0, 1) if b >= _WIDE and 0 <= b % _WIDE + step < _WIDE]
        for b in range(n)
    ]
    start = np.concatenate([[0], np.cumsum([len(a) for a in above])]).astype(np.int64)
    milled = np.where(np.arange(n) >= 2 * _WIDE, 9.0, -2.0) + np.arange(n) % 3
    value = np.column_stack([np.full(n, -1.0), milled])[None]
    none = np.full(_PERIODS, -np.inf)
    return ProductionProblem(
        "made up", start, np.array([a for each in above for a in each], np.int64), value,
        discount_factors(0.1, _PERIODS),
        (
            Limit("rock", np.ones((n, 2)), none, np.full(_PERIODS, 6.0)),
            Limit("mill", np.tile([0.0, 1.0], (n, 1)), none, np.full(_PERIODS, 2.0)),
        ),
        (), ("dump", "mill"),
    )  # fmt: skip
