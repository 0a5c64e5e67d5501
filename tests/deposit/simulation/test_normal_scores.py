"""Normal scores: against ranks by hand, and as a monotone map that goes back where it came from."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from orefield.core import ModelError
from orefield.deposit.simulation.normal_scores import NormalScores, Tail

LOGNORMAL = np.random.default_rng(4).lognormal(-1.0, 1.0, 500)
TAILS = {
    "lower": Tail(0.0, "power", 2.5),
    "upper": Tail(30.0, "hyperbolic", 1.5),
}


def test_scores_are_quantiles_at_the_middle_of_each_rank() -> None:
    values = np.array([3.0, 1.0, 2.0, 9.0])
    found = NormalScores.fit(values).data_scores
    expected = stats.norm.ppf([5 / 8, 1 / 8, 3 / 8, 7 / 8])
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_weights_are_shares_of_probability() -> None:
    found = NormalScores.fit(np.array([1.0, 2.0, 3.0]), weights=np.array([1.0, 2.0, 5.0]))
    expected = stats.norm.ppf([0.5 / 8, 2 / 8, 5.5 / 8])
    np.testing.assert_allclose(found.data_scores, expected, rtol=1e-13)


def test_a_standard_normal_comes_back_with_the_declustered_histogram() -> None:
    # clustered: high values sampled thrice as often, and weighted a third
    rng = np.random.default_rng(8)
    base = rng.lognormal(0.0, 0.6, 3000)
    keep = np.where(base > 1.2, 3, 1)
    values = np.repeat(base, keep) * (1 + 1e-9 * rng.random(keep.sum()))
    scores = NormalScores.fit(values, weights=1.0 / np.repeat(keep, keep))
    back = scores.back(rng.standard_normal(200_000))
    assert back.mean() == pytest.approx(base.mean(), rel=0.01)
    assert back.var() == pytest.approx(base.var(), rel=0.04)
    assert stats.ks_2samp(back, base).statistic < 0.01


@pytest.mark.parametrize("tails", [{}, TAILS, {"lower": Tail(-1.0), "upper": Tail(50.0)}])
def test_data_and_what_is_between_go_there_and_back(tails: dict[str, Tail]) -> None:
    found = NormalScores.fit(LOGNORMAL, **tails)
    np.testing.assert_allclose(found.back(found.data_scores), LOGNORMAL, rtol=1e-12)
    np.testing.assert_allclose(found.forward(LOGNORMAL), found.data_scores, atol=1e-9)
    y = np.linspace(found.scores[0], found.scores[-1], 999)
    np.testing.assert_allclose(found.forward(found.back(y)), y, atol=1e-8)


@pytest.mark.parametrize(
    "upper",
    [Tail(30.0), Tail(30.0, "power", 0.5), Tail(30.0, "hyperbolic"), Tail(np.inf, "hyperbolic", 3)],
)
def test_tails_are_monotone_continuous_and_invertible(upper: Tail) -> None:
    found = NormalScores.fit(LOGNORMAL, lower=Tail(0.0, "power", 3.0), upper=upper)
    y = np.concatenate([np.linspace(-6, -2.9, 200), np.linspace(2.9, 6, 200)])
    z = found.back(y)
    assert (np.diff(z) > 0).all()
    assert z.min() > 0
    assert z.max() < upper.limit
    np.testing.assert_allclose(found.forward(z), y, atol=1e-4)  # digits next to the limit
    at = found.scores[-1]
    step = found.back(np.array([at - 1e-9, at, at + 1e-9]))
    assert np.ptp(step) < 1e-6


@pytest.mark.parametrize("power", [0.5, 1.0, 2.5])
def test_power_tails_are_those_of_gslib(power: float) -> None:
    # GSLIB's powint: ylow + (yhigh - ylow) ((x - xlow) / (xhigh - xlow)) ** (1 / power), on the
    # cumulative probability, from 0 to the least value's and from the greatest one's to 1
    found = NormalScores.fit(
        np.arange(1.0, 11.0), lower=Tail(0.5, "power", power), upper=Tail(20.0, "power", power)
    )
    part = np.array([0.9, 0.5, 0.1])
    below = found.back(stats.norm.ppf(0.05 * part))
    np.testing.assert_allclose(below, 0.5 + 0.5 * part ** (1 / power), rtol=1e-9)
    above = found.back(stats.norm.ppf(0.95 + 0.05 * part))
    np.testing.assert_allclose(above, 10.0 + 10.0 * part ** (1 / power), rtol=1e-9)
    np.testing.assert_allclose(found.forward(above), stats.norm.ppf(0.95 + 0.05 * part), rtol=1e-9)


def test_the_hyperbolic_tail_is_a_pareto_tail_cut_at_its_limit() -> None:
    found = NormalScores.fit(LOGNORMAL, upper=Tail(np.inf, "hyperbolic", 2.0))
    end, p1 = LOGNORMAL.max(), stats.norm.sf(found.scores[-1])
    beyond = found.back(stats.norm.isf(p1 * np.array([0.5, 0.1])))
    np.testing.assert_allclose(beyond, end * np.array([2.0, 10.0]) ** 0.5, rtol=1e-9)
    cut = NormalScores.fit(LOGNORMAL, upper=Tail(2 * end, "hyperbolic", 2.0))
    share = (1.5**-2 - 2.0**-2) / (1 - 2.0**-2)  # survival of a Pareto variable below its cut
    assert cut.back(stats.norm.isf(np.array([p1 * share])))[0] == pytest.approx(1.5 * end)


def test_equal_values_get_scores_of_their_own_and_keep_them() -> None:
    values = np.concatenate([np.zeros(50), np.random.default_rng(1).random(50)])
    first = NormalScores.fit(values, seed=3)
    again = NormalScores.fit(values, seed=3)
    other = NormalScores.fit(values, seed=4)
    assert len(set(first.data_scores)) == 100
    assert first.data_scores.tobytes() == again.data_scores.tobytes()
    assert not np.array_equal(first.data_scores, other.data_scores)
    np.testing.assert_array_equal(np.sort(first.data_scores), np.sort(other.data_scores))
    np.testing.assert_array_equal(first.back(first.data_scores), values)
    assert first.forward(np.zeros(1))[0] == pytest.approx(
        0.5 * (first.scores[0] + first.scores[49])
    )


def test_equal_values_are_ordered_by_their_surroundings() -> None:
    rng = np.random.default_rng(2)
    xyz = np.column_stack([np.arange(60.0), np.zeros(60), np.zeros(60)])
    values = np.where(np.arange(60) < 40, 0.0, 1.0 + rng.random(60))
    found = NormalScores.fit(values, ties="local", xyz_m=xyz)
    # of the zeros, those next to high values come last
    assert set(np.argsort(found.data_scores)[36:40]) == {36, 37, 38, 39}


@settings(max_examples=50)
@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.5001, 7.0, -2.0]), min_size=2, max_size=40))
def test_any_data_make_a_monotone_transform(values: list[float]) -> None:
    data = np.array(values)
    if data.min() == data.max():
        with pytest.raises(ModelError, match="nothing to simulate"):
            NormalScores.fit(data)
        return
    found = NormalScores.fit(data, lower=Tail(-3.0), upper=Tail(9.0, "power", 2.0))
    assert (np.diff(found.scores) > 0).all()
    np.testing.assert_allclose(found.back(found.data_scores), data, atol=1e-12)
    z = np.linspace(-2.99, 8.99, 500)
    assert (np.diff(found.forward(z)) >= 0).all()


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        ([1.0], {}, "two or more"),
        ([1.0, 1.0, 1.0], {}, "all 3 values are 1"),
        ([1.0, np.nan], {}, "not finite"),
        ([1.0, np.inf], {}, "not finite"),
        ([1.0, 2.0], {"weights": np.array([1.0, 0.0])}, "positive weight"),
        ([1.0, 2.0], {"weights": np.array([1.0])}, "positive weight"),
        ([1.0, 2.0], {"lower": Tail(1.5)}, "1 values lie below"),
        ([1.0, 2.0], {"upper": Tail(1.5)}, "1 values lie above"),
        ([-2.0, -1.0], {"upper": Tail(5.0, "hyperbolic")}, "positive values"),
        ([1.0, 2.0], {"lower": Tail(0.0, "hyperbolic")}, "never hyperbolic"),
        ([1.0, 1.0, 2.0], {"ties": "local"}, "xyz_m"),
        ([1.0, 1.0, 2.0], {"ties": "coin"}, "unknown rule"),
    ],
)
def test_what_makes_no_transform_is_refused(values, options, words) -> None:
    with pytest.raises(ModelError) as caught:
        NormalScores.fit(np.array(values), **options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Tail(1.0, cast(Any, "cubic")),
        lambda: Tail(np.nan),
        lambda: Tail(np.inf, "power", 2.0),
        lambda: Tail(1.0, "power", 0.0),
        lambda: Tail(1.0, "hyperbolic", -1.0),
        lambda: Tail(1.0, "linear", 2.0),
    ],
)
def test_a_tail_that_cannot_be_is_refused(broken) -> None:
    with pytest.raises(ModelError):
        broken()
