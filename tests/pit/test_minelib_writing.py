"""What is written is read back as the same numbers."""

import os
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from minelib_instances import write_toy

from orefield.core import ModelError, RunError
from orefield.pit import UpitProblem, read_upit
from orefield.pit.minelib import (
    check_plan,
    check_solution,
    pit_lines,
    plan_lines,
    read_cpit,
    read_instance,
    read_pcpsp,
    read_solution,
    write_cpit,
    write_pcpsp,
    write_solution,
    write_upit,
)
from orefield.pit.production.problem import (
    Limit,
    Plan,
    ProductionProblem,
    Row,
    discount_factors,
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def problems(draw, kind):
    """Scheduling problems of a few blocks, with any numbers that a file can hold."""
    n, t = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    d = 1 if kind == "cpit" else draw(st.integers(1, 3))
    arcs = [
        draw(st.permutations(sorted(draw(st.sets(st.integers(0, i - 1)))))) if i else []
        for i in range(n)
    ]
    start = np.cumsum([0, *map(len, arcs)])
    needed = np.array([j for own in arcs for j in own], np.int64)
    size = st.floats(-1e300, 1e300)
    value = np.array(draw(st.lists(size, min_size=n * d, max_size=n * d))).reshape(1, n, d)
    rate = draw(st.sampled_from([0.0, 0.08, 0.1, 0.15, 1 / 3, -0.25, 2.0, 1e-9]))
    bound = st.tuples(st.one_of(NUMBERS, st.just(-np.inf)), st.one_of(NUMBERS, st.just(np.inf)))
    limits = []
    for r in range(draw(st.integers(0, 2))):
        use = np.array(draw(st.lists(NUMBERS, min_size=n * d, max_size=n * d))).reshape(n, d)
        pairs = np.array([sorted(draw(bound)) for _ in range(t)])
        limits.append(Limit(f"resource {r}", use, pairs[:, 0], pairs[:, 1]))
    rows = []
    for j in range(0 if kind == "cpit" else draw(st.integers(0, 2))):
        ids = sorted(draw(st.sets(st.tuples(
            st.integers(0, n - 1), st.integers(0, d - 1), st.integers(0, t - 1)))))  # fmt: skip
        block, place, period = np.array(ids, np.int64).reshape(-1, 3).T
        factor = np.array(draw(st.lists(NUMBERS, min_size=len(ids), max_size=len(ids))))
        rows.append(Row(f"general {j}", period, block, place, factor, *sorted(draw(bound))))
    places = ("mined",) if kind == "cpit" else tuple(f"destination {k}" for k in range(d))
    return ProductionProblem(
        "drawn", start, needed, value, discount_factors(rate, t), tuple(limits), tuple(rows), places
    )


def _same(left, right):
    for name in ("start", "needed", "value", "factor"):
        assert np.array_equal(getattr(left, name), getattr(right, name)), name
    assert left.destinations == right.destinations
    for ours, theirs in zip(left.limits, right.limits, strict=True):
        assert ours.name == theirs.name
        for name in ("use", "lower", "upper"):
            assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    for ours, theirs in zip(left.rows, right.rows, strict=True):
        for name in ("period", "block", "destination", "factor", "lower", "upper", "name"):
            assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name


@given(problems("cpit"))
def test_a_schedule_with_one_destination_comes_back(tmp_path_factory, problem):
    folder = tmp_path_factory.mktemp("cpit")
    write_cpit(folder, problem)
    _same(read_cpit(folder), problem)


@given(problems("pcpsp"))
def test_a_schedule_with_destinations_comes_back(tmp_path_factory, problem):
    folder = tmp_path_factory.mktemp("pcpsp")
    write_pcpsp(folder, problem)
    _same(read_pcpsp(folder), problem)


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.data())
def test_an_ultimate_pit_comes_back(tmp_path_factory, value, data):
    n = len(value)
    position = np.array(data.draw(st.lists(
        st.tuples(*[st.integers(-(2**40), 2**40)] * 3), min_size=n, max_size=n)))  # fmt: skip
    start = np.arange(n + 1) - (np.arange(n + 1) > 0)
    needed = np.arange(n - 1)
    folder = tmp_path_factory.mktemp("upit")
    files = write_upit(folder, UpitProblem("pit", position, np.array(value), start, needed))
    assert sorted(p.name for p in files) == ["pit.blocks", "pit.prec", "pit.upit"]
    found = read_upit(folder)
    assert np.array_equal(found.value, value)
    assert np.array_equal(found.position, position)
    assert np.array_equal(found.precedence_start, start)
    assert np.array_equal(found.precedence, needed)


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.lists(st.integers(0, 3), min_size=3,
                                                                   max_size=3))  # fmt: skip
def test_a_plan_comes_back(tmp_path_factory, share, period):
    file = tmp_path_factory.mktemp("plan") / "x.sol"
    plan = Plan(np.array(period, np.int32), np.array(share).reshape(3, 2))
    lines = plan_lines(plan, 3)
    found = read_solution(write_solution(file, "pcpsp", lines), "pcpsp")
    for name in ("block", "destination", "period", "fraction"):
        assert np.array_equal(getattr(found, name), getattr(lines, name))
    back = np.zeros((3, 2))
    back[found.block, found.destination] = found.fraction
    assert np.array_equal(back, np.where(plan.period[:, None] < 3, plan.share, 0.0))


def test_solution_files_look_as_those_of_the_library_do(tmp_path):
    plan = Plan(np.array([1, 0, 2], np.int32), np.array([[1.0], [1.0], [0.0]]))
    cpit = write_solution(tmp_path / "x.sol", "cpit", plan_lines(plan, 2))
    assert cpit.read_text() == "1 0 0 1.000000\n0 0 1 1.000000\n"
    upit = write_solution(tmp_path / "y.sol", "upit", pit_lines([True, False, True]))
    assert upit.read_text() == "0\n2\n"
    assert read_solution(upit, "upit").block.tolist() == [0, 2]


def test_short_solutions_of_schedules_are_read(tmp_path):
    (tmp_path / "x.sol").write_text("% block period\n1 0\n\n  2: 0\n0\t1\n")
    found = read_solution(tmp_path / "x.sol", "cpit")
    assert found.block.tolist() == [1, 2, 0]
    assert found.period.tolist() == [0, 0, 1]
    assert found.fraction.tolist() == [1.0, 1.0, 1.0]
    assert found.line.tolist() == [2, 4, 5]


def test_positions_are_written_when_they_are_given(tmp_path):
    problem = read_cpit(write_toy(tmp_path / "toy"))
    position = read_upit(tmp_path / "toy").position
    write_cpit(tmp_path / "copy", problem, position)
    text = (tmp_path / "copy" / "toy.blocks").read_text()
    assert text == "0 0 0 0\n1 0 0 1\n2 1 0 1\n"
    with pytest.raises(ModelError, match="positions of shape"):
        write_cpit(tmp_path / "copy", problem, position[:2])


def _simple(**changes):
    n, t = 2, 3
    given = {
        "name": "p", "start": np.array([0, 0, 1]), "needed": np.array([0]),
        "value": np.array([[[1.0], [2.0]]]), "factor": discount_factors(0.1, t),
    } | changes  # fmt: skip
    assert given["value"].shape[1] == n
    return ProductionProblem(**given)


def test_parts_discounted_alike_are_one_value(tmp_path):
    factor = 2.0 * np.repeat(discount_factors(0.1, 3), 2, axis=1)
    problem = _simple(value=np.array([[[1.0], [2.0]], [[0.5], [-4.0]]]), factor=factor)
    write_cpit(tmp_path, problem)
    found = read_cpit(tmp_path)
    assert found.value.tolist() == [[[3.0], [-4.0]]]
    assert np.allclose(found.all_values(), problem.all_values(), rtol=1e-14)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"value": np.ones((1, 2, 2)), "destinations": ("a", "b")}, "one destination"),
        ({"factor": np.array([[1.0], [0.9], [0.9]])}, "one discount rate"),
        ({"factor": np.array([[1.0], [0.0], [0.0]])}, "one discount rate"),
        ({"factor": np.array([[-1.0], [0.5], [0.25]])}, "one discount rate"),
        ({"factor": np.array([[1.0], [1 / 9], [1 / 81]])}, "a rate of 8 a period"),
        ({"factor": np.array([[1.0, 1.0], [0.5, 0.6], [0.25, 0.36]]),
          "value": np.ones((2, 2, 1))}, "factors of their own"),
        ({"name": "a/b"}, "cannot be the name"),
        ({"name": ".."}, "cannot be the name"),
        ({"name": ""}, "cannot be the name"),
    ],
)  # fmt: skip
def test_what_the_format_has_no_words_for_is_refused(tmp_path, changes, what):
    with pytest.raises(ModelError, match=what):
        write_cpit(tmp_path, _simple(**changes))
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_is_not_finite_is_refused(tmp_path):
    upit = UpitProblem(
        "p", np.zeros((1, 3), int), np.array([np.nan]), np.zeros(2, int), np.zeros(0)
    )
    with pytest.raises(ModelError, match="not finite"):
        write_upit(tmp_path, upit)
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_is_left(tmp_path):
    file = tmp_path / "x.sol"
    file.write_text("before\n")

    def lines():
        yield "1"
        raise KeyboardInterrupt

    from orefield.pit.minelib.writing import write_lines

    with pytest.raises(KeyboardInterrupt):
        write_lines(file, lines())
    assert file.read_text() == "before\n"
    assert [p.name for p in tmp_path.iterdir()] == ["x.sol"]


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_files_have_the_mode_that_any_new_file_has(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    written = write_solution(tmp_path / "x.sol", "upit", pit_lines([True]))
    assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be written") as error:
        write_solution(tmp_path / "file" / "x.sol", "upit", pit_lines([True]))
    assert "x.sol" in error.value.where


def test_a_written_instance_is_checked_as_its_problem_is(tmp_path):
    problem = read_pcpsp(write_toy(tmp_path / "toy"))
    write_pcpsp(tmp_path / "copy", problem)
    plan = Plan(np.array([1, 0, 0], np.int32), np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]))
    by_files = check_solution(
        read_instance(tmp_path / "copy", "pcpsp"), plan_lines(plan, problem.n_periods)
    )
    by_problem = check_plan(problem, plan)
    assert by_files.feasible
    assert by_problem.feasible
    assert by_files.objective == pytest.approx(by_problem.objective, rel=1e-14)
    assert by_files.objective == pytest.approx(-2 - 1.5 - 4.5 + 5.5 / 1.1)
