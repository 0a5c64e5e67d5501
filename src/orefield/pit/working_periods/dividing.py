"""How units whose periods are settled are divided among destinations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.sequencing import topological_order
from orefield.pit.production.destinations import best_destinations
from orefield.pit.production.instance import Instance, unpack
from orefield.pit.production.problem import Plan, ProductionProblem

_F8 = NDArray[np.float64]


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
    if instance.n_destinations == 1:
        return plan
    found = best_destinations(instance, plan.period)
    # the best there is; but rounding must not lose what the plan keeps exactly
    return found if instance.worth(found) >= instance.worth(plan) else plan
