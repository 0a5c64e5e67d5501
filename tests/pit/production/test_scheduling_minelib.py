"""Public instances: the relaxation's value as published and as HiGHS has it, and plans.

Figures of D. Espinoza, M. Goycoolea, E. Moreno and A. Newman (2013), "MineLib: a library of
open pit mining problems", doi 10.1007/s10479-012-1258-3; the optimum of newman1 CPIT is the
best known since. The published values of kd lie a few thousandths of a per cent too low.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scheduling_cases import accepted, lp_optimum

from orefield.pit.minelib import check_solution, plan_lines, read_instance
from orefield.pit.production import relax, restrict, solve_production
from orefield.pit.production.instance import unpack
from orefield.pit.production.shell_groups import shell_groups

pytestmark = pytest.mark.data

NEWMAN1_LP, NEWMAN1_OPTIMUM = 24_486_184.09, 24_176_864.82


def instance(name, kind):
    root = os.environ.get("OREFIELD_DATA")
    if root is None or not (Path(root) / "minelib" / name).is_dir():
        pytest.skip(f"OREFIELD_DATA has no minelib/{name}")
    return read_instance(Path(root) / "minelib" / name, kind)


def bound_of(problem, *, earliest):
    """Certified bound of the relaxation, with or without earliest periods."""
    small = restrict(problem)
    groups = shell_groups(unpack(small.problem, small.earliest, small.order))
    first = small.earliest if earliest else np.zeros_like(small.earliest)
    found = relax(small.problem, first, groups=groups)
    assert found.objective == pytest.approx(found.bound, rel=2e-6)
    return found.bound


@pytest.fixture(scope="module")
def newman1():
    return instance("newman1", "cpit").production_problem()


def test_relaxation_of_newman1_is_the_published_one(newman1):
    assert bound_of(newman1, earliest=False) == pytest.approx(NEWMAN1_LP, rel=1e-6)
    tight = bound_of(newman1, earliest=True)
    assert NEWMAN1_OPTIMUM <= tight <= NEWMAN1_LP * (1 + 1e-6)


@pytest.mark.slow
def test_relaxation_of_newman1_with_two_destinations_is_that_of_the_whole_program():
    problem = instance("newman1", "pcpsp").production_problem()
    bound = bound_of(problem, earliest=False)
    assert bound == pytest.approx(lp_optimum(restrict(problem).problem), rel=1e-6)
    assert bound == pytest.approx(24.487e6, rel=1e-4)


@pytest.mark.parametrize(("kind", "best"), [("cpit", NEWMAN1_OPTIMUM), ("pcpsp", 23.658e6)])
def test_plans_of_newman1_come_near_in_seconds(kind, best):
    files = instance("newman1", kind)
    problem = files.production_problem()
    found = solve_production(problem, gap=0.02, seconds=20.0)
    assert found.gap < 0.02
    if kind == "cpit":
        assert found.lp_bound == pytest.approx(NEWMAN1_LP, rel=1e-6)
        assert found.objective <= best + 0.01 <= found.upper_bound
    assert best <= found.upper_bound <= found.lp_bound
    assert accepted(problem, found.plan) == pytest.approx(found.objective, rel=1e-9)
    check = check_solution(files, plan_lines(found.plan, problem.n_periods))
    assert check.feasible
    assert check.objective == pytest.approx(found.objective, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind", "published"),
    [
        ("kd", "cpit", 409.50e6),
        ("kd", "pcpsp", 410.89e6),
        ("zuck_small", "cpit", 854.18e6),
        ("zuck_small", "pcpsp", 905.88e6),
    ],
)
def test_relaxations_of_larger_instances_are_near_the_published_ones(name, kind, published):
    bound = bound_of(instance(name, kind).production_problem(), earliest=False)
    assert bound == pytest.approx(published, rel=1e-4)
    assert bound >= published - 5e3  # published with two decimals
