"""Interval propagation: nothing possible is cut off, and conflicts are named minimally."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError
from orefield.evidence.finding import Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.reconcile import (
    Identity,
    Product,
    Range,
    System,
    Variable,
    findings,
    growth,
    product,
    propagate,
    total,
)

INF = math.inf


def system() -> System:
    flows = ("mine", "a", "b", "rest", "use", "level", "next")
    return System(
        (*(Variable(n, "t", 0.0) for n in flows), Variable("share", "1", 0.0, 1.0), Variable("g")),
        (
            total("mines", "mine", ["a", "b", "rest"]),
            product("self-sufficiency", "mine", "share", "use"),
            growth("growth", "next", "level", "g"),
        ),
    )


def test_a_remainder_follows_from_the_whole_and_its_parts():
    p = propagate(
        system(),
        (
            Range("whole", "mine", Interval(90.0, 100.0)),
            Range("a", "a", Interval(30.0, INF)),
            Range("b", "b", Interval(20.0, 25.0)),
        ),
    )
    assert p.conflict is None
    assert p.settled
    assert p.intervals["rest"] == Interval(0.0, 50.0)
    assert p.intervals["a"].high == pytest.approx(80.0)


def test_a_share_gives_the_whole_and_back():
    p = propagate(
        system(),
        (Range("m", "mine", Interval(1.8, 2.0)), Range("s", "share", Interval(0.295, 0.305))),
    )
    use = p.intervals["use"]
    assert use.low == pytest.approx(1.8 / 0.305)
    assert use.high == pytest.approx(2.0 / 0.295)


def test_growth_narrows_the_level_before():
    p = propagate(
        system(),
        (Range("n", "next", Interval(104.5, 105.5)), Range("g", "g", Interval(0.165, 0.175))),
    )
    level = p.intervals["level"]
    assert level.low == pytest.approx(104.5 / 1.175)
    assert level.high == pytest.approx(105.5 / 1.165)


def test_parts_above_the_whole_name_the_least_set():
    ranges = (
        Range("innocent", "use", Interval(0.0, 1e9)),
        Range("whole", "mine", Interval(1.8, 2.0), "the whole"),
        Range("one", "a", Interval(1.0, 1.0)),
        Range("two", "b", Interval(1.4, 1.4)),
        Range("bystander", "rest", Interval(0.0, 9.0)),
    )
    p = propagate(system(), ranges)
    assert p.conflict is not None
    assert p.conflict.claims == ("whole", "one", "two")
    assert p.conflict.identities == ("mines",)
    assert p.conflict.gap == pytest.approx(0.4)
    assert "the whole" in p.conflict.words
    (finding,) = findings(p)
    assert finding.rule == "reconcile-infeasible"
    assert finding.verdict is Verdict.TIE
    assert finding.claims == ("whole", "one", "two")
    # without any one of them, the others can hold
    for left in p.conflict.claims:
        rest = [r for r in ranges if r.id != left]
        assert propagate(system(), rest).conflict is None


def test_one_claim_against_a_bound_is_blamed():
    p = propagate(system(), (Range("s", "share", Interval(1.2, 1.3)),))
    (finding,) = findings(p)
    assert finding.verdict is Verdict.VIOLATE
    assert finding.blamed == ("s",)


def test_no_conflict_no_finding():
    assert findings(propagate(system())) == ()


def test_rounding_is_no_conflict():
    # 0.1 + 0.2 is not 0.3 in binary
    p = propagate(
        system(),
        (
            Range("w", "mine", Interval.point(0.3)), Range("a", "a", Interval.point(0.1)),
            Range("b", "b", Interval.point(0.2)), Range("r", "rest", Interval.point(0.0)),
        ),
    )  # fmt: skip
    assert p.conflict is None


def test_combined_claims_narrow_too():
    p = propagate(
        system(),
        (
            Range("both", {"a": 1.0, "b": 1.0}, Interval(-INF, 10.0)),
            Range("a", "a", Interval(7.0, INF)),
            Range("double", {"level": 2.0}, Interval(4.0, 6.0)),
        ),
    )
    assert p.intervals["b"] == Interval(0.0, 3.0)
    assert p.intervals["level"] == Interval(2.0, 3.0)


def test_circles_settle_or_say_that_they_did_not():
    # a = b / 2 and b = a: both can only be nothing, approached step by step
    circle = System(
        (Variable("a", low=0.0, high=100.0), Variable("b", low=0.0, high=100.0)),
        (Identity("half", {"a": 2.0, "b": -1.0}), Identity("same", {"a": 1.0, "b": -1.0})),
    )
    p = propagate(circle)
    assert p.conflict is None
    assert p.intervals["a"].high < 1e-3
    assert 0.0 in p.intervals["a"]


def test_products_that_touch_zero():
    s = System(
        (Variable("p"), Variable("x", low=0.0, high=2.0), Variable("y")),
        (Identity("xy", {"p": 1.0}, products=(Product("x", "y", -1.0),)),),
    )
    p = propagate(s, (Range("p", "p", Interval(6.0, 8.0)),))
    assert p.intervals["y"].low == pytest.approx(3.0)
    assert p.intervals["y"].high == INF
    none = propagate(s, (Range("p", "p", Interval(6.0, 8.0)), Range("x", "x", Interval(0.0, 0.0))))
    assert none.conflict is not None
    assert set(none.conflict.claims) == {"p", "x"}


positive = st.floats(0.01, 1e6)


@given(positive, positive, positive, st.floats(0.01, 1.0), st.floats(0.0, 0.5), st.data())
def test_the_truth_is_never_cut_off(a, b, rest, share, slack, data):
    mine = a + b + rest
    true = {"a": a, "b": b, "rest": rest, "mine": mine, "share": share, "use": mine / share}
    shown = data.draw(st.sets(st.sampled_from(sorted(true))))
    p = propagate(
        system(), [Range(n, n, Interval.point(true[n]).scaled(slack)) for n in sorted(shown)]
    )
    assert p.conflict is None
    for name, value in true.items():
        assert value in p.intervals[name].scaled(1e-6)


def test_bad_ranges():
    with pytest.raises(EvidenceError, match="no variable"):
        propagate(system(), (Range("r", "nowhere", Interval(0.0, 1.0)),))
    with pytest.raises(EvidenceError, match="twice"):
        propagate(system(), (Range("r", "a", Interval(0, 1)), Range("r", "b", Interval(0, 1))))
