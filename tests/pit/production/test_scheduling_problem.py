"""Problems that cannot be, one fault at a time, and what is said of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scheduling_cases import capacity, problem_of

from orefield.core import ModelError
from orefield.pit.production import (
    Plan,
    ProductionProblem,
    Row,
    discount_factors,
    one_destination,
    restrict,
    solve_production,
)


def good(**changes):
    """Three blocks, two periods, two destinations; block 2 needs 0 and 1."""
    limit = capacity(np.ones((3, 2)), [2.0, 2.0], [0.0, 0.0], "feed")
    row = Row(
        "blend", np.array([0, 1]), np.array([0, 2]), np.array([1, 0]), np.array([1.0, -1.0]),
        -1.0, 1.0,
    )  # fmt: skip
    base = problem_of(
        3, [(2, 0), (2, 1)], np.arange(12.0).reshape(2, 3, 2), np.ones((2, 2)), [limit], [row]
    )
    return replace(base, **changes)


def limit_with(**changes):
    return {"limits": (replace(good().limits[0], **changes),)}


def row_with(**changes):
    return {"rows": (replace(good().rows[0], **changes),)}


NAN = np.nan
FAULTS = {
    "values of two dimensions": ({"value": np.ones((3, 2))}, "shape"),
    "factors of one dimension": ({"factor": np.ones(2)}, "factors"),
    "no destination": ({"value": np.ones((2, 3, 0)), "destinations": ()}, "0 destinations"),
    "no part of value": ({"value": np.ones((0, 3, 2)), "factor": np.ones((2, 0))}, "0 parts"),
    "no period": ({"factor": np.ones((0, 2))}, "0 periods"),
    "parts without factors": ({"factor": np.ones((2, 3))}, "2 parts of value and 3 factors"),
    "a name too few": ({"destinations": ("mill",)}, "2 destinations and 1 names"),
    "a value that is not a number": (
        {"value": np.where(np.arange(12).reshape(2, 3, 2) == 4, NAN, 1.0)},
        "block 2, destination 0",
    ),
    "an infinite value": (
        {"value": np.where(np.arange(12).reshape(2, 3, 2) == 1, np.inf, 1.0)},
        "block 0, destination 1",
    ),
    "a factor that is not a number": ({"factor": np.array([[1.0, 1.0], [NAN, 1.0]])}, "period 1"),
    "starts too few": ({"start": np.array([0, 0, 2])}, "do not fit 3 blocks"),
    "starts that do not begin at 0": ({"start": np.array([1, 1, 1, 2])}, "do not fit"),
    "starts that fall": ({"start": np.array([0, 2, 1, 2])}, "do not fit"),
    "arcs too many": ({"needed": np.array([0, 1, 1])}, "3 precedences where 2"),
    "an arc to a block beyond": ({"needed": np.array([0, 3])}, "not among 0 to 2"),
    "an arc to a negative block": ({"needed": np.array([0, -1])}, "not among 0 to 2"),
    "use of a wrong shape": (limit_with(use=np.ones((3, 1))), "limit feed"),
    "bounds of a wrong length": (limit_with(upper=np.ones(3)), "2 periods"),
    "lower bounds of a wrong length": (limit_with(lower=np.zeros(1)), "2 periods"),
    "use that is not a number": (limit_with(use=np.full((3, 2), NAN)), "use is not finite"),
    "infinite use": (limit_with(use=np.full((3, 2), np.inf)), "use is not finite"),
    "bounds that cross": (limit_with(lower=np.array([0.0, 5.0])), "limit feed, period 1"),
    "an upper bound that is not a number": (limit_with(upper=np.array([NAN, 1.0])), "period 0"),
    "a lower bound that is not a number": (limit_with(lower=np.array([0.0, NAN])), "period 1"),
    "a lower bound of inf": (
        limit_with(lower=np.array([0.0, np.inf]), upper=np.array([1.0, np.inf])), "period 1",
    ),
    "an upper bound of -inf": (
        limit_with(lower=np.full(2, -np.inf), upper=np.array([1.0, -np.inf])), "period 1",
    ),
    "a row's periods too few": (row_with(period=np.array([0])), "side constraint blend"),
    "a row's blocks too many": (row_with(block=np.array([0, 1, 2])), "side constraint blend"),
    "a row's destinations too few": (row_with(destination=np.array([0])), "destination"),
    "a row's period beyond": (row_with(period=np.array([0, 2])), "period is not among 0 to 1"),
    "a row's negative period": (row_with(period=np.array([0, -1])), "period is not among"),
    "a row's block beyond": (row_with(block=np.array([0, 3])), "block is not among 0 to 2"),
    "a row's destination beyond": (row_with(destination=np.array([2, 0])), "destination is not"),
    "a row's factor that is not finite": (row_with(factor=np.array([1.0, np.inf])), "factor"),
    "a row's bounds that cross": (row_with(lower=2.0), "leave nothing"),
    "a row's bound that is not a number": (row_with(upper=NAN), "leave nothing"),
    "a row's lower bound of inf": (row_with(lower=np.inf, upper=np.inf), "leave nothing"),
    "a row's upper bound of -inf": (row_with(lower=-np.inf, upper=-np.inf), "leave nothing"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named(name):
    changes, words = FAULTS[name]
    with pytest.raises(ModelError) as error:
        good(**changes)
    assert words in str(error.value)


def test_what_is_no_fault():
    assert good().n == 3
    assert good(rows=(), limits=()).n_periods == 2
    empty = Row("empty", *(np.zeros(0, np.int64),) * 3, np.zeros(0), -np.inf, 0.0)
    assert good(rows=(empty,)).n_destinations == 2


def test_values_by_period_are_parts_times_factors():
    problem = good(factor=np.array([[1.0, 0.0], [2.0, -1.0]]))
    assert (problem.period_value(0) == problem.value[0]).all()
    assert (problem.period_value(1) == 2 * problem.value[0] - problem.value[1]).all()
    assert (problem.all_values()[1] == problem.period_value(1)).all()


def test_objective_of_a_plan():
    problem = good(factor=np.array([[1.0, 1.0], [0.5, 0.0]]))
    plan = Plan(np.array([0, 1, 2], np.int32), np.array([[0.25, 0.75], [1.0, 0.0], [0.0, 0.0]]))
    by_hand = 0.25 * (0 + 6) + 0.75 * (1 + 7) + 0.5 * 2
    assert plan.objective(problem) == pytest.approx(by_hand)
    nothing = Plan(np.full(3, 2, np.int32), np.zeros((3, 2)))
    assert nothing.objective(problem) == 0.0


@pytest.mark.parametrize("arcs", [[(0, 1), (1, 0)], [(2, 2)], [(0, 1), (1, 2), (2, 0)]])
def test_cycles_are_named(arcs):
    problem = problem_of(4, [*arcs, (3, 0)], [[[1.0]] * 4], np.ones((2, 1)))
    for call in (restrict, solve_production):
        with pytest.raises(ModelError, match="cycle") as error:
            call(problem)
        assert "block" in error.value.where
        assert error.value.fix


def test_discount_factors():
    assert discount_factors(0.25, 3)[:, 0] == pytest.approx([1.0, 0.8, 0.64])
    assert discount_factors(0.25, 2, first=1)[:, 0] == pytest.approx([0.8, 0.64])
    assert (discount_factors(0.0, 4) == 1.0).all()
    for rate in (-1.0, -2.0, np.nan, np.inf):
        with pytest.raises(ModelError, match="discount rate"):
            discount_factors(rate, 3)


def test_one_destination():
    limit = one_destination([1, 2], [3, 4, 5], "tonnes")
    assert limit.use.tolist() == [[1.0], [2.0]]
    assert limit.upper.tolist() == [3.0, 4.0, 5.0]
    assert (limit.lower == -np.inf).all()
    problem = ProductionProblem(
        "p", np.zeros(3, np.int64), np.zeros(0, np.int64), np.ones((1, 2, 1)), np.ones((3, 1)),
        (limit,),
    )  # fmt: skip
    assert problem.destinations == ("mined",)
