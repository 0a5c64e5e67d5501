"""The program of a neighbourhood, block by block: the plan in hand is one of its solutions."""

from __future__ import annotations

import numpy as np
import pytest
from working_cases import case, too_narrow

from orefield.pit.minelib import check_plan
from orefield.pit.phasing import WorkingRoom
from orefield.pit.production import solve_production
from orefield.pit.working_periods import working_plan
from orefield.pit.working_periods.benches import Benches
from orefield.pit.working_periods.dividing import whole_instance
from orefield.pit.working_periods.fine import FineProgram

ROOM = WorkingRoom(20.0)


@pytest.mark.parametrize("cells", [None, (2, 1)])
@pytest.mark.parametrize("seed", range(2))
def test_the_plan_in_hand_is_a_solution(seed, cells):
    model, pattern, built = case(seed, (9, 8, 3), periods=3, cells=cells)
    given = solve_production(built.problem, gap=1e-3, seconds=0.5, exact=False).plan
    plan = working_plan(model, pattern, built, given, ROOM, seconds=0.0).plan
    assert not too_narrow(model, built, plan.period, 3, 2).any()
    instance, benches = whole_instance(built.problem), Benches.of(model, built, ROOM)
    if cells:  # a unit may go to its best place, or to the place which that is
        assert not (instance.allowed | (plan.share == 0.0)).all()
    rng = np.random.default_rng(seed)
    n = built.problem.n
    for free, first, last in (
        (np.arange(n), 0, 3),
        (np.sort(rng.permutation(n)[: n // 2]), 0, 3),
        (np.flatnonzero((plan.period == 1) | (plan.period == 2)), 1, 2),
        (np.flatnonzero(plan.period >= 2), 2, 3),
    ):
        fine = FineProgram(instance, benches, plan, free.astype(np.int32), first, last)
        matrix, lower, upper = fine.rows()
        used = matrix @ fine.present()
        assert (used >= lower - 1e-9).all()
        assert (used <= upper + 1e-9).all()
    found, _ = fine.solve(np.inf, 0, nodes=20)
    assert instance.worth(found) >= instance.worth(plan)
    assert check_plan(built.problem, found).feasible
    assert not too_narrow(model, built, found.period, 3, 2).any()
    kept = np.setdiff1d(np.arange(n), free)
    np.testing.assert_array_equal(found.period[kept], plan.period[kept])
