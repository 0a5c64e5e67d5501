"""Whether a schedule keeps its constraints, and what it is worth.

An account of its own: it takes the numbers of a problem and the lines of a solution, adds up
what is in them, and shares no arithmetic with the engine that made the solution.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.minelib.findings import (
    TOLERANCE,
    Findings,
    Violation,
    added,
    check_precedence,
    check_range,
    check_shares,
    check_sums,
    fraction_at,
)
from orefield.pit.minelib.instance import Instance
from orefield.pit.minelib.solution import SolutionLines, plan_lines
from orefield.pit.production.problem import Plan, ProductionProblem

_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """What was found of a solution.

    Attributes
    ----------
    feasible : bool
        Whether no constraint is broken.
    objective : float
        Discounted value of all lines whose block, destination and period exist.
    violations : tuple of Violation
        The first :data:`MOST_SHOWN`.
    counts : dict
        How many there are, by kind.
    blocks : int
        Blocks of which anything is mined.
    tolerance : float
        See :data:`TOLERANCE`.
    """

    feasible: bool
    objective: float
    violations: tuple[Violation, ...]
    counts: dict[str, int]
    blocks: int
    tolerance: float = TOLERANCE

    def as_dict(self) -> dict[str, Any]:
        """For JSON: all of it, and the number of violations."""
        return {
            "feasible": self.feasible,
            "objective": self.objective,
            "violations": [asdict(v) for v in self.violations],
            "violations_total": sum(self.counts.values()),
            "violations_by_kind": dict(self.counts),
            "blocks": self.blocks,
            "tolerance": self.tolerance,
        }


def check_solution(problem: Instance, solution: SolutionLines) -> Check:
    """Check a solution against the files of its instance.

    Parameters
    ----------
    problem : Instance
        See :func:`orefield.pit.minelib.read_instance`.
    solution : SolutionLines
        See :func:`orefield.pit.minelib.read_solution`.

    Returns
    -------
    Check
        Violations are results, never errors.
    """
    n, d = problem.value.shape
    t = problem.n_periods
    found = Findings()
    good = check_range(solution, n, d, t, found)
    check_shares(good, t, problem.kind != "pcpsp", found)
    check_precedence(good, problem.start, problem.needed, t, found)
    uses = problem.use
    for r in range(len(problem.lower)):
        mine = uses.resource == r
        use = np.zeros((n, d))
        use[uses.block[mine], uses.destination[mine]] = uses.factor[mine]
        amount = added(good.period, use[good.block, good.destination] * good.fraction, t)
        most = float(np.abs(uses.factor[mine]).max(initial=0.0))
        names = [f"resource {r} in period {k}" for k in range(t)]
        check_sums("limit", names, amount, problem.lower[r], problem.upper[r], most, found)
    g = problem.general
    m = len(problem.general_lower)
    share = fraction_at(good, (n, d, t), g.block, g.destination, g.period)
    most = float(np.abs(g.factor).max(initial=0.0))
    amount = added(g.row, g.factor * share, m)
    names = [f"general constraint {j}" for j in range(m)]
    check_sums("general", names, amount, problem.general_lower, problem.general_upper, most, found)
    growth = 1.0 + problem.rate
    worth = problem.value[good.block, good.destination] * good.fraction / growth**good.period
    return _result(found, worth, good)


def check_plan(problem: ProductionProblem, plan: Plan) -> Check:
    """Check a plan of any scheduling problem, whether MineLib has words for it or not.

    Parameters
    ----------
    problem : ProductionProblem
        Parts of value may have factors of their own.
    plan : Plan
        Of this problem.

    Returns
    -------
    Check
        Violations are results.

    Raises
    ------
    ModelError
        When the plan is one of another number of blocks or destinations.
    """
    n, d, t = problem.n, problem.n_destinations, problem.n_periods
    if np.shape(plan.period) != (n,) or np.shape(plan.share) != (n, d):
        raise ModelError(
            f"a plan of {np.shape(plan.share)} shares for {n:,} blocks and {d} destinations"
        )
    found = Findings()
    share = np.where(np.isnan(plan.share), np.inf, plan.share)
    good = check_range(plan_lines(Plan(plan.period, share), t), n, d, t, found)
    nowhere = np.flatnonzero((plan.period < t) & ~(share != 0).any(axis=1))
    found.add("partial", nowhere, lambda b: (
        f"block {b}", 0.0, f"block {b} is mined in period {plan.period[b]} and goes nowhere",
    ))  # fmt: skip
    check_shares(good, t, d == 1, found)
    check_precedence(good, problem.start, problem.needed, t, found)
    for x in problem.limits:
        use = x.use[good.block, good.destination] * good.fraction
        most = float(np.abs(x.use).max(initial=0.0))
        names = [f"{x.name} in period {k}" for k in range(t)]
        check_sums("limit", names, added(good.period, use, t), x.lower, x.upper, most, found)
    for row in problem.rows:
        parts = fraction_at(good, (n, d, t), row.block, row.destination, row.period) * row.factor
        most = float(np.abs(row.factor).max(initial=0.0))
        amount, lower, upper = (
            np.array([v]) for v in (math.fsum(parts.tolist()), row.lower, row.upper)
        )
        check_sums("general", [row.name], amount, lower, upper, most, found)
    worth = np.zeros(len(good.block))
    for p, part in enumerate(problem.value):
        worth += part[good.block, good.destination] * problem.factor[good.period, p]
    return _result(found, worth * good.fraction, good)


def _result(found: Findings, worth: _F8, good: SolutionLines) -> Check:
    return Check(
        feasible=not found.counts,
        objective=math.fsum(worth.tolist()),
        violations=tuple(found.shown),
        counts=found.counts,
        blocks=len(np.unique(good.block)),
    )
