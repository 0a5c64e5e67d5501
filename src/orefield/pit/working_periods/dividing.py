"""How units whose periods are settled are divided among destinations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.sequencing import topological_order
from orefield.pit.production.instance import Instance, unpack
from orefield.pit.production.problem import Plan, ProductionProblem
from orefield.pit.production.program import Window
from orefield.pit.production.window import improve

_F8 = NDArray[np.float64]

_LP_SECONDS = 600.0


def whole_instance(problem: ProductionProblem) -> Instance:
    """All units of a problem, none of them left out."""
    order = topological_order(problem.start, problem.needed.astype(np.int32))
    return unpack(problem, np.zeros(problem.n, np.int32), order)


def ways_to_divide(problem: ProductionProblem, plan: Plan) -> list[_F8]:
    """Shares (n, d) of every unit: as the plan has it, where it is worth most, and all to each."""
    n, d = problem.n, problem.n_destinations
    each = np.eye(d)
    best = each[problem.all_values().mean(axis=0).argmax(axis=1)]
    if d == 1:
        return [best]
    mined = (plan.period < problem.n_periods)[:, None]
    return [np.where(mined, plan.share, best), best, *(np.tile(e, (n, 1)) for e in each)]


def divided(instance: Instance, plan: Plan) -> Plan:
    """The plan with its periods, its units divided among destinations as pays best."""
    block = np.flatnonzero(plan.period < instance.n_periods).astype(np.int32)
    if len(block) == 0 or instance.n_destinations == 1:
        return plan
    now = plan.period[block]
    return improve(
        instance, plan, Window(block, now, now), seconds=_LP_SECONDS, absolute_gap=0.0
    ).plan
