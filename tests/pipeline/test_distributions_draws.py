"""Stated distributions keep their word, and draws are stratified, shared and repeatable."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from orefield.core.errors import EvidenceError
from orefield.study import Change, Draws, Parameter, Parameters, Scenario, distributions, stream
from orefield.study.parameters import latin_hypercube, moved_range


def number(
    key: str, value: float = 5.0, low: float = 2.0, high: float = 9.0, dist: str = "triangular",
    unit: str = "t",
) -> Parameter:  # fmt: skip
    return Parameter(key, "number", unit, value, low, high, dist, (f"assumption:{key}",), "x")


RANGES = st.tuples(st.floats(0.001, 1e9), st.floats(0, 5), st.floats(0, 5), st.floats(0.01, 1)).map(
    lambda t: (t[0], t[0] * (1 - t[3] * t[1] / 6), t[0] * (1 + t[2]))
)


# -- distributions -----------------------------------------------------------------------


@pytest.mark.parametrize("dist", ["normal", "lognormal"])
@given(numbers=RANGES)
def test_the_range_is_the_5th_and_95th_percentile(
    dist: str, numbers: tuple[float, float, float]
) -> None:
    value, low, high = numbers
    found = distributions.quantile(dist, value, low, high, [0.05, 0.5, 0.95])
    np.testing.assert_allclose(found, [low, value, high], rtol=1e-12)


@pytest.mark.parametrize("dist", ["uniform", "triangular"])
@given(numbers=RANGES)
def test_the_range_bounds(dist: str, numbers: tuple[float, float, float]) -> None:
    value, low, high = numbers
    found = distributions.quantile(dist, value, low, high, [0.0, 1.0])
    np.testing.assert_allclose(found, [low, high], rtol=1e-12)


@given(numbers=RANGES, dist=st.sampled_from(distributions.NAMES))
def test_quantiles_rise_and_stay_inside(numbers: tuple[float, float, float], dist: str) -> None:
    value, low, high = numbers
    u = np.linspace(1e-9, 1 - 1e-9, 301)
    x = distributions.quantile(dist, value, low, high, u)
    slack = 1e-12 * (abs(low) + abs(high))
    assert np.all(np.diff(x) >= -slack)
    if dist == "fixed" or low == high:
        assert np.all(x == value)
    elif dist in ("uniform", "triangular"):
        assert x.min() >= low - slack
        assert x.max() <= high + slack
    elif dist == "normal":  # cut half the width of the range outside
        assert x.min() >= low - 0.5 * (high - low) - slack
        assert x.max() <= high + 0.5 * (high - low) + slack
    else:
        assert x.min() > 0


@given(numbers=RANGES)
def test_triangular_is_the_textbook_one(numbers: tuple[float, float, float]) -> None:
    value, low, high = numbers
    if not high - low > 1e-6 * value:
        return
    c = min(max((value - low) / (high - low), 0.0), 1.0)
    u = np.linspace(0.01, 0.99, 33)
    expected = stats.triang.ppf(u, c, loc=low, scale=high - low)
    found = distributions.quantile("triangular", value, low, high, u)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7 * (high - low))


def test_symmetric_normal_is_the_textbook_one_inside_the_cut() -> None:
    u = np.linspace(0.01, 0.99, 33)
    found = distributions.quantile("normal", 100.0, 90.0, 110.0, u)
    np.testing.assert_allclose(found, stats.norm.ppf(u, 100.0, 10.0 / stats.norm.ppf(0.95)))
    tails = distributions.quantile("normal", 100.0, 90.0, 110.0, [1e-9, 1 - 1e-9])
    np.testing.assert_array_equal(tails, [80.0, 120.0])


def test_lognormal_is_symmetric_in_ratios() -> None:
    found = distributions.quantile("lognormal", 10.0, 5.0, 20.0, [0.25, 0.75, 0.01, 0.99])
    assert found[0] * found[1] == pytest.approx(100.0)
    assert found[2] * found[3] == pytest.approx(100.0)


def test_a_lopsided_range_stays_lopsided() -> None:
    found = distributions.quantile("normal", 10.0, 9.0, 20.0, [0.25, 0.75])
    assert 10 - found[0] < 0.5 < 3 < found[1] - 10


@pytest.mark.parametrize("dist", ["triangular", "normal", "lognormal", "uniform"])
@pytest.mark.parametrize("value", [2.0, 9.0])
def test_a_value_at_the_end_of_its_range_draws_to_one_side(dist: str, value: float) -> None:
    x = distributions.quantile(dist, value, 2.0, 9.0, np.linspace(0.001, 0.999, 99))
    assert np.isfinite(x).all()
    assert x.max() > x.min()
    if dist == "triangular":
        assert x.min() >= 2.0
        assert x.max() <= 9.0


@pytest.mark.parametrize("shape", [(), (3,), (2, 5), (0,)])
@pytest.mark.parametrize("dist", distributions.NAMES)
def test_any_shape_of_probabilities(dist: str, shape: tuple[int, ...]) -> None:
    assert distributions.quantile(dist, 5.0, 2.0, 9.0, np.full(shape, 0.3)).shape == shape


@pytest.mark.parametrize(
    ("dist", "value", "low", "high", "what"),
    [
        ("gauss", 5, 2, 9, "unknown distribution 'gauss'"),
        ("normal", math.nan, 2, 9, "not finite"),
        ("normal", 5, -math.inf, 9, "not finite"),
        ("fixed", math.inf, math.inf, math.inf, "not finite"),
        ("uniform", 1, 2, 9, "outside its range"),
        ("triangular", 10, 2, 9, "outside its range"),
        ("normal", 5, 9, 2, "outside its range"),
        ("fixed", 5, 6, 7, "outside its range"),
        ("lognormal", 5, 0, 9, "must be positive"),
        ("lognormal", 5, -1, 9, "must be positive"),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    dist: str, value: float, low: float, high: float, what: str
) -> None:
    with pytest.raises(EvidenceError, match=what) as caught:
        distributions.check(dist, value, low, high, "assumptions.csv:7")
    assert caught.value.where == "assumptions.csv:7"
    assert caught.value.fix


# -- streams -----------------------------------------------------------------------------


def test_a_stream_is_its_own_and_repeatable() -> None:
    first = stream(1, "draw", "a").random(5)
    np.testing.assert_array_equal(stream(1, "draw", "a").random(5), first)
    for other in (stream(2, "draw", "a"), stream(1, "draw", "b"), stream(1, "drawa"),
                  stream(1, "dra", "wa"), stream(1, "a", "draw")):  # fmt: skip
        assert not np.array_equal(other.random(5), first)


def test_streams_keep_their_bits_between_versions() -> None:
    # a seed in a paper must give the paper's numbers: PCG64 and SeedSequence are stable
    assert latin_hypercube(20260101, "price.cu_usd_t", 4).tolist() == pytest.approx(
        GOLDEN, abs=0, rel=0
    )


GOLDEN = [0.4702278684154442, 0.8903758709368103, 0.6579015510214278, 0.06067343802327824]


@given(n=st.integers(1, 400), seed=st.integers(0, 2**63 - 1))
def test_every_stratum_is_drawn_once(n: int, seed: int) -> None:
    u = latin_hypercube(seed, "key", n)
    assert u.shape == (n,)
    assert np.all((u > 0) & (u < 1))
    assert sorted(np.floor(u * n).astype(int).tolist()) == list(range(n))


def test_strata_are_shuffled_and_filled_evenly() -> None:
    u = latin_hypercube(3, "key", 2000)
    assert abs(np.corrcoef(u, np.arange(2000))[0, 1]) < 0.08
    inside = u * 2000 % 1
    assert stats.kstest(inside, "uniform").pvalue > 0.001
    other = latin_hypercube(3, "other", 2000)
    assert abs(np.corrcoef(u, other)[0, 1]) < 0.08


# -- draws -------------------------------------------------------------------------------

ROWS = [
    number("price"),
    number("*.recovery", 0.88, 0.8, 0.9),
    number("known", 7.0, 7.0, 7.0),
    number("pinned", 7.0, 1.0, 9.0, "fixed"),
    Parameter("output", "series", "t", MappingProxyType({2023: 10.0, 2024: 12.0}), 0.9, 1.2,
              "uniform", ("claim:a",), "read"),
    Parameter("start", "date", "", date(2026, 7, 1), 0.0, 0.0, "fixed", ("claim:b",), "read"),
    Parameter("method", "text", "", "open_pit", 0.0, 0.0, "fixed", ("claim:c",), "read"),
]  # fmt: skip


def test_the_first_column_is_the_central_case() -> None:
    draws = Draws(Parameters(ROWS), 1, 50, ["price"])
    assert draws.columns == 53
    for row in ROWS[:4]:
        values = draws.get(row.key)
        assert values.shape == (53,)
        assert values[0] == row.value
    assert draws.get("output")[0] == 1.0
    assert np.all(draws.get("known") == 7.0)
    assert np.all(draws.get("pinned") == 7.0)
    assert len(set(draws.get("price")[1:51])) == 50


def test_draws_follow_the_stated_quantiles() -> None:
    values = np.sort(Draws(Parameters([number("a", 10, 8, 12, "normal")]), 5, 1000).get("a")[1:])
    # one draw in every stratum: the k-th lies between the quantiles of its stratum's ends
    ends = np.linspace(0, 1, 1001)
    x = distributions.quantile("normal", 10, 8, 12, np.clip(ends, 1e-9, 1 - 1e-9))
    assert np.all(values >= x[:-1] - 1e-9)
    assert np.all(values <= x[1:] + 1e-9)


def test_the_same_seed_gives_the_same_bits_in_any_order() -> None:
    a, b = Draws(Parameters(ROWS), 1, 50), Draws(Parameters(reversed(ROWS)), 1, 50)
    keys = ["price", "hill.recovery", "output"]
    first = {key: a.get(key).tobytes() for key in keys}
    assert {key: b.get(key).tobytes() for key in reversed(keys)} == first
    other = Draws(Parameters(ROWS), 2, 50)
    assert all(other.get(key).tobytes() != first[key] for key in keys)


def test_adding_a_parameter_changes_no_other() -> None:
    more = [number("aaa"), *ROWS, number("zzz")]
    a, b = Draws(Parameters(ROWS), 1, 50), Draws(Parameters(more), 1, 50, ["zzz"])
    for key in ("price", "hill.recovery", "output"):
        np.testing.assert_array_equal(a.get(key), b.get(key)[:51])


def test_all_assets_share_a_default_and_one_of_its_own_does_not() -> None:
    rows = [*ROWS, number("dale.recovery", 0.88, 0.8, 0.9)]
    draws = Draws(Parameters(rows), 1, 50)
    np.testing.assert_array_equal(draws.get("hill.recovery"), draws.get("moor.recovery"))
    assert not np.array_equal(draws.get("hill.recovery"), draws.get("dale.recovery"))


def test_scenarios_share_draws() -> None:
    base = Parameters(ROWS)
    changes = tuple(
        Change("dear", key, op, value, "", "why", "scenarios.csv:2")
        for key, op, value in [("price", "scale", "2"), ("hill.recovery", "scale", "0.5")]
    )
    dear = Scenario("dear", "Dear", changes).apply(base)
    a, b = Draws(base, 1, 50), Draws(dear, 1, 50)
    np.testing.assert_allclose(b.get("price"), 2 * a.get("price"), rtol=1e-14)
    np.testing.assert_array_equal(b.get("output"), a.get("output"))
    np.testing.assert_array_equal(b.get("moor.recovery"), a.get("moor.recovery"))
    # a row of its own, made out of the default: the same luck, half the value
    assert dear.row("hill.recovery").key == "hill.recovery"
    np.testing.assert_allclose(b.get("hill.recovery"), 0.5 * a.get("hill.recovery"), rtol=1e-14)


def test_swings_move_one_parameter_alone() -> None:
    swings = ["price", "*.recovery"]
    draws = Draws(Parameters(ROWS), 1, 10, swings)
    price, recovery = draws.get("price"), draws.get("hill.recovery")
    tails = [0.1, 0.9]
    np.testing.assert_array_equal(
        price[11:13], distributions.quantile("triangular", 5, 2, 9, tails)
    )
    np.testing.assert_array_equal(price[13:15], [5.0, 5.0])
    np.testing.assert_array_equal(recovery[11:13], [0.88, 0.88])
    np.testing.assert_array_equal(
        recovery[13:15], distributions.quantile("triangular", 0.88, 0.8, 0.9, tails)
    )
    without = Draws(Parameters(ROWS), 1, 10)
    np.testing.assert_array_equal(without.get("price"), price[:11])


def test_draws_cannot_be_changed_by_who_reads_them() -> None:
    draws = Draws(Parameters(ROWS), 1, 10)
    with pytest.raises(ValueError, match="read-only"):
        draws.get("price")[0] = 1.0


@pytest.mark.parametrize(("key", "what"), [("start", "is a date"), ("method", "is a text"),
                                           ("prise", "no parameter 'prise'")])  # fmt: skip
def test_what_has_no_draws_is_told(key: str, what: str) -> None:
    with pytest.raises(EvidenceError, match=what) as caught:
        Draws(Parameters(ROWS), 1, 10).get(key)
    assert caught.value.where
    assert caught.value.fix


# -- parameters --------------------------------------------------------------------------


def test_what_is_read_is_recorded_under_the_row_it_came_from() -> None:
    parameters = Parameters(ROWS)
    with parameters.recording() as outer:
        parameters.number("price")
        with parameters.recording() as inner:
            Draws(parameters, 1, 10).get("hill.recovery")
            assert not parameters.has("hill.nothing")
        parameters.date("start")
    parameters.text("method")
    assert inner == {"*.recovery"}
    assert outer == {"price", "*.recovery", "start"}


@pytest.mark.parametrize("reader", ["number", "date", "series"])
def test_a_parameter_of_another_kind_is_told(reader: str) -> None:
    parameters = Parameters(ROWS)
    for key in {"number": ["start", "method", "output"], "date": ["price", "method", "output"],
                "series": ["price", "start", "method"]}[reader]:  # fmt: skip
        with pytest.raises(EvidenceError, match=f"'{key}' is not a") as caught:
            getattr(parameters, reader)(key)
        assert caught.value.where
        assert caught.value.fix


def test_groups_are_the_next_parts_of_keys() -> None:
    rows = [number(f"hill.development.{p}") for p in ("p2.rate", "p1.rate", "p1.start", "delay_y")]
    parameters = Parameters([*rows, number("hill.developments.x"), number("hill.development")])
    assert parameters.groups("hill.development") == ["delay_y", "p1", "p2"]


@given(numbers=RANGES, new=st.floats(0.001, 1e9))
def test_a_moved_range_keeps_its_shape(numbers: tuple[float, float, float], new: float) -> None:
    value, low, high = numbers
    row = number("a", value, low, high)
    moved_low, moved_high = moved_range(row, value, new)
    assert moved_low <= new <= moved_high
    assert moved_low / new == pytest.approx(low / value, rel=1e-9)
    assert moved_high / new == pytest.approx(high / value, rel=1e-9)
    distributions.check("triangular", new, moved_low, moved_high, "")


def test_a_range_moves_along_from_zero_and_turns_with_the_sign() -> None:
    assert moved_range(number("a", 0, -1, 2), 0, 5) == (4, 7)
    assert moved_range(number("a", 4, 2, 8), 4, -4) == (-8, -2)


def test_uncertain_is_what_draws_differ_by() -> None:
    assert [row.uncertain for row in ROWS] == [True, True, False, False, True, False, False]
    assert replace(ROWS[0], dist="fixed").uncertain is False
