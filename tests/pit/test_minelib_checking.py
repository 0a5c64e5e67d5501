"""The checker: hand-made faults of every kind, and all plans of tiny instances by brute force."""

import itertools
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minelib_instances import TOY, write_toy

from orefield.core import ModelError
from orefield.pit.minelib import (
    SolutionLines,
    check_plan,
    check_solution,
    pit_lines,
    read_cpit,
    read_instance,
    read_pcpsp,
    read_solution,
)
from orefield.pit.minelib.instance import GeneralUse, Instance, ResourceUse
from orefield.pit.production.problem import Plan


def _lines(*rows):
    block, destination, period, fraction = zip(*rows, strict=True) if rows else ((), (), (), ())
    return SolutionLines(
        np.array(block, np.int64), np.array(destination, np.int64), np.array(period, np.int64),
        np.array(fraction, np.float64), np.arange(1, len(rows) + 1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toys"))
    return {kind: read_instance(folder, kind) for kind in ("upit", "cpit", "pcpsp")}


# Blocks 1 and 2 lie above 0; two blocks a period.
GOOD_CPIT = [(1, 0, 0, 1.0), (2, 0, 0, 1.0), (0, 0, 1, 1.0)]
GOOD_PCPSP = [(1, 0, 0, 1.0), (2, 0, 0, 0.5), (2, 1, 0, 0.5), (0, 1, 1, 1.0)]


def test_good_solutions_are_good(toys):
    pit = check_solution(toys["upit"], pit_lines([True, True, True]))
    assert (pit.feasible, pit.objective, pit.blocks) == (True, 0.5, 3)
    cpit = check_solution(toys["cpit"], _lines(*GOOD_CPIT))
    assert (cpit.feasible, cpit.violations, cpit.counts) == (True, (), {})
    assert cpit.objective == pytest.approx(-5 + 5.5 / 1.1, abs=1e-12)
    pcpsp = check_solution(toys["pcpsp"], _lines(*GOOD_PCPSP))
    assert pcpsp.feasible, pcpsp.violations
    assert pcpsp.objective == pytest.approx(-2 - 1.5 - 4.5 + 5.5 / 1.1)


@pytest.mark.parametrize(
    ("kind", "rows", "faults", "amount", "words"),
    [
        ("upit", [(0, 0, 0, 1), (1, 0, 0, 1)], {"precedence": 1}, 1,
         "block 0, mined in period 0, needs block 2, which is never mined"),
        ("upit", [(1, 0, 0, 1), (1, 0, 0, 1)], {"twice": 1, "partial": 1}, 1,
         "block 1 is listed twice"),
        ("upit", [(3, 0, 0, 1)], {"range": 1}, 3, "block 3 is not among 0 to 2"),
        ("upit", [(-1, 0, 0, 1)], {"range": 1}, -1, "block -1 is not among 0 to 2"),
        ("cpit", [(1, 0, 1, 1), (2, 0, 0, 1), (0, 0, 0, 1)], {"precedence": 1}, 1,
         "block 0, mined in period 0, needs block 1, which is mined in period 1"),
        ("cpit", [(1, 0, 2, 1)], {"range": 1}, 2, "period 2 is not among 0 to 1"),
        ("cpit", [(1, 1, 0, 1)], {"range": 1}, 1, "destination 1 is not among 0 to 0"),
        ("cpit", [(1, 0, 0, 0.5)], {"partial": 1}, 0.5,
         "the fractions of block 1 add up to 0.5, not to 1"),
        ("cpit", [(1, 0, 0, 0.5), (1, 0, 0, 0.5)], {"twice": 1}, 1, "block 1 is listed twice"),
        ("cpit", [(1, 0, 0, 0.5), (1, 0, 1, 0.5)], {"twice": 1, "periods": 1}, 1, "listed twice"),
        ("cpit", [(1, 0, 0, -0.5)], {"fraction": 1, "partial": 1}, -0.5, "a fraction of -0.5"),
        ("cpit", [(1, 0, 0, 2.0)], {"fraction": 1, "partial": 1}, 2.0, "a fraction of 2"),
        ("cpit", [(0, 0, 0, 1), (1, 0, 0, 1), (2, 0, 0, 1)], {"limit": 1}, 10,
         "resource 0 in period 0: 30.000000 is 10.000000 beyond the upper limit 20.000000"),
        ("pcpsp", [(1, 0, 0, 0.5), (1, 1, 1, 0.5), (2, 0, 0, 1)], {"periods": 1}, 1,
         "block 1 is mined in several periods, 0 to 1"),
        ("pcpsp", [(1, 0, 0, 0.5), (1, 0, 0, 0.5), (2, 0, 0, 1)], {"twice": 1}, 1,
         "block 1 is listed twice in period 0 at destination 0"),
        ("pcpsp", [(1, 1, 0, 1), (2, 1, 0, 1)], {"limit": 1, "general": 1}, 10,
         "resource 1 in period 0: 20.000000 is 10.000000 beyond the upper limit 10.000000"),
        ("pcpsp", [], {"general": 1}, 1,
         "general constraint 1: 0.000000 is 1.000000 beyond the lower limit 1.000000"),
    ],
)  # fmt: skip
def test_every_kind_of_fault_is_found(toys, kind, rows, faults, amount, words):
    check = check_solution(toys[kind], _lines(*rows))
    assert not check.feasible
    assert check.counts == faults
    first = check.violations[0]
    assert first.kind == next(iter(faults))
    assert first.amount == pytest.approx(amount)
    assert words in first.text
    assert first.where


def test_a_lower_limit_is_a_limit(toys):
    cpit = replace(toys["cpit"], lower=np.array([[15.0, -np.inf]]))
    assert check_solution(cpit, _lines(*GOOD_CPIT)).feasible
    check = check_solution(cpit, _lines((1, 0, 0, 1.0)))
    assert check.violations[0].text.startswith("resource 0 in period 0: 10.000000 is 5.000000")
    assert check.violations[0].kind == "limit"


@pytest.mark.parametrize(("over", "good"), [(0.9e-6, True), (1.1e-6, False)])
def test_limits_may_be_missed_by_a_millionth_of_them(toys, over, good):
    cpit = replace(toys["cpit"], upper=np.array([[20.0 / (1 + over), 20.0]]))
    assert check_solution(cpit, _lines(*GOOD_CPIT)).feasible is good
    assert check_solution(cpit, _lines(*GOOD_CPIT)).tolerance == 1e-6


@pytest.mark.parametrize(("short", "good"), [(0.9e-6, True), (1e-6, True), (1.1e-6, False)])
def test_fractions_may_miss_one_by_a_millionth(toys, short, good):
    rows = [*GOOD_CPIT[:2], (0, 0, 1, 1.0 - short)]
    assert check_solution(toys["cpit"], _lines(*rows)).feasible is good


def test_what_is_shown_is_capped_and_all_is_counted(toys):
    rows = [(1, 0, 0, 1.0)] * 500
    check = check_solution(toys["cpit"], _lines(*rows))
    assert len(check.violations) == 100
    assert check.counts["twice"] == 499
    data = check.as_dict()
    assert data["violations_total"] == sum(check.counts.values()) > 500
    assert data["violations_by_kind"] == check.counts
    assert set(data["violations"][0]) == {"kind", "where", "amount", "text"}


def test_lines_are_named(toys, tmp_path):
    (tmp_path / "x.sol").write_text("# made by hand\n1 0\n\n7 0\n")
    check = check_solution(toys["cpit"], read_solution(tmp_path / "x.sol", "cpit"))
    assert [v.where for v in check.violations] == ["line 4"]


# --- all plans of tiny instances, judged by code that only follows the definitions ----------


def _judge(x, rows):
    """Feasible and value, from the definition of PCPSP and exact sums."""
    n, d, t = x.n, x.n_destinations, x.n_periods
    y = {}
    for b, e, k, f in rows:
        y[b, e, k] = y.get((b, e, k), 0.0) + f
    share = [[sum(y.get((b, e, k), 0.0) for e in range(d)) for k in range(t)] for b in range(n)]
    mined = [[s > 0 for s in of_block] for of_block in share]
    good = all(0.0 <= v <= 1.0 for v in y.values())
    good &= all(s in (0.0, 1.0) for of_block in share for s in of_block)
    good &= all(sum(of_block) <= 1 for of_block in mined)
    for b in range(n):
        for a in x.needed[x.start[b] : x.start[b + 1]]:
            for k in range(t):
                good &= sum(mined[b][: k + 1]) <= sum(mined[a][: k + 1])
    use = {
        (b, e, r): q
        for b, e, r, q in zip(x.use.block, x.use.destination, x.use.resource, x.use.factor,
                              strict=True)
    }  # fmt: skip
    for r, k in itertools.product(range(len(x.lower)), range(t)):
        total = math.fsum(use.get((b, e, r), 0.0) * f for (b, e, kk), f in y.items() if kk == k)
        good &= x.lower[r, k] - 1e-5 <= total <= x.upper[r, k] + 1e-5
    g = x.general
    for j in range(len(x.general_lower)):
        total = math.fsum(
            q * y.get((b, e, k), 0.0)
            for b, e, k, i, q in zip(g.block, g.destination, g.period, g.row, g.factor,
                                     strict=True)
            if i == j
        )  # fmt: skip
        good &= x.general_lower[j] - 1e-5 <= total <= x.general_upper[j] + 1e-5
    value = math.fsum(x.value[b, e] * f / (1 + x.rate) ** k for (b, e, k), f in y.items())
    return good, value


@st.composite
def tiny(draw):
    n, d, t, r = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2)), 2
    kind = "cpit" if d == 1 else "pcpsp"
    arcs = [sorted(draw(st.sets(st.integers(0, i - 1)))) if i else [] for i in range(n)]
    whole = st.integers(-3, 6).map(float)
    use = [(b, e, k, draw(whole)) for b in range(n) for e in range(d) for k in range(r)
           if draw(st.booleans())]  # fmt: skip
    m = draw(st.integers(0, 2)) if kind == "pcpsp" else 0
    entries = [(b, e, k, j, draw(whole)) for b in range(n) for e in range(d) for k in range(t)
               for j in range(m) if draw(st.booleans())]  # fmt: skip
    low = st.one_of(st.just(-np.inf), st.integers(-6, 2).map(float))
    high = st.one_of(st.just(np.inf), st.integers(2, 9).map(float))
    ints = lambda columns, width: np.array(columns, np.int32).reshape(-1, width).T  # noqa: E731
    u, g = ints([x[:3] for x in use], 3), ints([x[:4] for x in entries], 4)
    return Instance(
        name="tiny", kind=kind,
        start=np.cumsum([0, *map(len, arcs)]),
        needed=np.array([j for own in arcs for j in own], np.int32),
        value=np.array([[draw(whole) for _ in range(d)] for _ in range(n)]),
        n_periods=t, rate=draw(st.sampled_from([0.0, 0.1, 0.5])),
        lower=np.array([[draw(low) for _ in range(t)] for _ in range(r)]),
        upper=np.array([[draw(high) for _ in range(t)] for _ in range(r)]),
        use=ResourceUse(u[0], u[1], u[2], np.array([x[3] for x in use])),
        general_lower=np.array([draw(low) for _ in range(m)]),
        general_upper=np.array([draw(high) for _ in range(m)]),
        general=GeneralUse(g[0], g[1], g[2], g[3], np.array([x[4] for x in entries])),
    )  # fmt: skip


@given(tiny())
@settings(max_examples=60)
def test_all_plans_of_tiny_instances_are_judged_as_defined(x):
    shares = (
        [(1.0,)] if x.n_destinations == 1 else [(1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.5, 0.25)]
    )
    options = [None, *itertools.product(range(x.n_periods), shares)]
    problem = x.production_problem()
    for choice in itertools.product(options, repeat=x.n):
        rows = [
            (b, e, k, f) for b, c in enumerate(choice) if c for k, own in [c]
            for e, f in enumerate(own) if f
        ]  # fmt: skip
        good, value = _judge(x, rows)
        check = check_solution(x, _lines(*rows))
        assert check.feasible is bool(good), (choice, check.violations)
        assert check.objective == pytest.approx(value, abs=1e-9)
        plan = Plan(
            np.array([x.n_periods if c is None else c[0] for c in choice], np.int32),
            np.array([(0.0,) * x.n_destinations if c is None else c[1] for c in choice]),
        )
        other = check_plan(problem, plan)
        assert (other.feasible, other.counts) == (check.feasible, check.counts)
        assert other.objective == pytest.approx(value, abs=1e-9)
        assert plan.objective(problem) == pytest.approx(value, abs=1e-9)


ANY_LINE = st.tuples(
    st.integers(-1, 3), st.integers(-1, 2), st.integers(-1, 2),
    st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.0, 3.0]),
)  # fmt: skip


@given(tiny(), st.lists(ANY_LINE, max_size=6))
def test_no_solution_makes_the_checker_fail(x, rows):
    check = check_solution(x, _lines(*rows))
    assert check.feasible is (check.counts == {})
    inside = [
        r for r in rows
        if 0 <= r[0] < x.n and 0 <= r[1] < x.n_destinations and 0 <= r[2] < x.n_periods
    ]  # fmt: skip
    good, value = _judge(x, inside)
    assert check.objective == pytest.approx(value, abs=1e-9)
    once = len({r[:3] if x.n_destinations > 1 else r[0] for r in inside if r[3]}) == len(
        [r for r in inside if r[3]]
    )
    ranged = all(-1 < r[3] <= 1 for r in rows)
    assert check.feasible is bool(good and once and ranged and len(inside) == len(rows))


def test_parts_of_value_may_be_discounted_apart(tmp_path):
    problem = read_cpit(write_toy(tmp_path))
    value = np.array([[[10.0], [0.0], [0.0]], [[-4.5], [-2.0], [-3.0]]])
    factor = np.array([[1.0, 1.0], [0.5, 0.9]])
    problem = replace(problem, value=value, factor=factor)
    plan = Plan(np.array([1, 0, 0], np.int32), np.ones((3, 1)))
    check = check_plan(problem, plan)
    assert check.feasible
    assert check.objective == pytest.approx(-5.0 + 10 * 0.5 - 4.5 * 0.9)


@pytest.mark.parametrize(
    ("period", "share", "faults"),
    [
        ([1, 0, 0], [[1.0], [1.0], [0.0]], {"partial": 1, "precedence": 1}),
        ([1, 0, -1], [[1.0], [1.0], [1.0]], {"range": 1, "precedence": 1}),
        ([1, 0, 0], [[1.0], [1.0], [np.nan]], {"fraction": 1, "precedence": 1}),
    ],
)
def test_plans_that_make_no_sense_break_rules(tmp_path, period, share, faults):
    problem = read_cpit(write_toy(tmp_path))
    check = check_plan(problem, Plan(np.array(period, np.int32), np.array(share)))
    assert check.counts == faults
    assert math.isfinite(check.objective)


def test_a_plan_of_another_problem_is_refused(tmp_path):
    problem = read_pcpsp(write_toy(tmp_path))
    with pytest.raises(ModelError, match="3 blocks and 2 destinations"):
        check_plan(problem, Plan(np.zeros(3, np.int32), np.ones((3, 1))))


def test_the_text_of_the_toy_is_what_the_tests_above_take_it_for():
    assert "0 2 1 2" in TOY["toy.prec"]


@pytest.mark.data
@pytest.mark.parametrize("name", ["newman1", "zuck_small", "kd"])
def test_a_plan_made_by_hand_for_a_public_instance(name):
    """Benches from the top, as much as every resource allows; then one block too early."""
    root = os.environ.get("OREFIELD_DATA")
    if not root or not (Path(root) / "minelib" / name).is_dir():
        pytest.skip(f"OREFIELD_DATA has no minelib/{name}")
    x = read_instance(Path(root) / "minelib" / name, "cpit")
    use = np.zeros((x.n, len(x.lower)))
    use[x.use.block, x.use.resource] = x.use.factor
    waiting = np.diff(x.start).copy()
    users = [[] for _ in range(x.n)]
    for b in range(x.n):
        for a in x.needed[x.start[b] : x.start[b + 1]]:
            users[a].append(b)
    ready = [b for b in range(x.n) if waiting[b] == 0]
    rows, period, left = [], 0, x.upper[:, 0].copy()
    while ready:
        b = ready.pop(0)
        if (use[b] > left).any():
            period += 1
            if period == x.n_periods:
                break
            left = x.upper[:, period].copy()
        left = left - use[b]
        rows.append((b, 0, period, 1.0))
        for c in users[b]:
            waiting[c] -= 1
            if waiting[c] == 0:
                ready.append(c)
    check = check_solution(x, _lines(*rows))
    assert check.feasible, check.violations[:3]
    value = math.fsum(x.value[b, 0] / (1 + x.rate) ** k for b, _, k, _ in rows)
    assert check.objective == pytest.approx(value, rel=1e-12)
    done = {b: k for b, _, k, _ in rows}
    deep = next(b for b, k in done.items() if k > 0 and any(
        done[a] > 0 for a in x.needed[x.start[b] : x.start[b + 1]]))  # fmt: skip
    early = [r if r[0] != deep else (deep, 0, 0, 1.0) for r in rows]
    assert "precedence" in check_solution(x, _lines(*early)).counts
