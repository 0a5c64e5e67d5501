"""Growth of short histories and the targets judged by it."""

import numpy as np
import pytest
from scipy import stats

from orefield.balance import Averaging, GrowthModel, Target, Track, evaluate, measure
from orefield.core import InputError

# Recycled nonferrous metals, published, kt.
YEARS, LEVELS = [2012, 2021, 2022, 2023, 2024], [10390.0, 15720.0, 16550.0, 17600.0, 19150.0]


def test_fit_on_levels_with_a_gap():
    model = GrowthModel.from_levels(YEARS, LEVELS)
    steps, gaps = np.diff(np.log(LEVELS)), np.diff(YEARS)
    # weighted least squares with variance proportional to the gap
    mean = (steps / gaps * gaps).sum() / gaps.sum()
    assert model.mean == pytest.approx(np.log(19150 / 10390) / 12) == pytest.approx(mean)
    assert model.sd**2 == pytest.approx(((steps - gaps * mean) ** 2 / gaps).sum() / 3)
    assert (model.n_steps, model.n_years) == (4, 12)


def test_one_step_ahead_is_students_t():
    growth = [0.093, 0.055, 0.054, 0.043, 0.071]
    model = GrowthModel.from_growth(growth)
    log_growth = np.log1p(growth)
    drawn = np.log1p(model.sample(np.random.default_rng(5), 20001, 1)[1:, 0])
    spread = log_growth.std(ddof=1) * np.sqrt(1 + 1 / 5)
    exact = stats.t(4, loc=log_growth.mean(), scale=spread)
    assert stats.kstest(drawn, exact.cdf).statistic < 0.012  # 1 % point of 20,000 draws


def test_two_steps_ahead_share_the_uncertain_mean():
    model = GrowthModel.from_growth([0.02, 0.08, 0.05, 0.01, 0.06, 0.04, 0.03, 0.07, 0.05, 0.02])
    drawn = np.log1p(model.sample(np.random.default_rng(6), 40001, 2)[1:])
    # covariance between years is the variance of the mean: sd^2/n x (n-1)/(n-3)
    exact = model.sd**2 / 10 * 9 / 7
    assert np.cov(drawn.T)[0, 1] == pytest.approx(exact, rel=0.15)


def test_draw_zero_is_the_mean_path_and_draws_do_not_depend_on_their_number():
    model = GrowthModel.from_growth([0.02, 0.08, 0.05])
    few = model.sample(np.random.default_rng(1), 5, 3)
    many = model.sample(np.random.default_rng(1), 50, 3)
    np.testing.assert_array_equal(few, many[:5])
    np.testing.assert_allclose(few[0], np.expm1(model.mean))


@pytest.mark.parametrize("growth", [[0.05], [], [0.05, np.nan], [0.05, -1.0], [[0.05, 0.02]]])
def test_growth_histories_too_short_or_impossible_are_refused(growth):
    with pytest.raises(InputError):
        GrowthModel.from_growth(growth)


@pytest.mark.parametrize(
    ("years", "levels"),
    [
        ([2020, 2021], [1.0, 2.0]),
        ([2020, 2020, 2021], [1.0, 2.0, 3.0]),
        ([2022, 2021, 2020], [1.0, 2.0, 3.0]),
        ([2020, 2021, 2022], [1.0, 0.0, 3.0]),
        ([2020, 2021, 2022], [1.0, 2.0]),
        ([2020, 2020.5, 2022], [1.0, 2.0, 3.0]),
    ],
)
def test_level_histories_out_of_order_are_refused(years, levels):
    with pytest.raises(InputError):
        GrowthModel.from_levels(years, levels)


def _target(**changes) -> Target:
    given = {
        "id": "recycled", "label": "recycled metal above 20 Mt in 2026", "unit": "t",
        "comparator": ">", "threshold": 20e6, "years": (2026,), "averaging": Averaging.LEVEL,
    }  # fmt: skip
    return Target(**{**given, **changes})


def _track(growth, published=None, level=19.15e6, last=2024) -> Track:
    return Track(published or {}, last, level, np.asarray(growth, dtype=float))


def test_a_level_two_years_ahead_by_hand():
    growth = [[0.0, 0.0], [0.03, 0.03], [0.05, -0.05], [-0.1, 0.2], [0.0, 0.04]]
    result = evaluate(_target(), _track(growth))
    levels = 19.15e6 * np.prod(1 + np.array(growth), axis=1)
    assert result.central == pytest.approx(19.15e6)
    assert result.probability == 0.5  # 20.32, 19.10, 20.68, 19.92
    assert (levels[1:] > 20e6).mean() == 0.5
    assert result.p50 == pytest.approx(np.median(levels[1:]))
    assert result.status == "quantified"


def test_the_published_year_is_not_drawn():
    """5 % a year over 2025-26 after a published 6.9 %: 2026 must reach 3.13 %."""
    target = _target(
        id="value added", unit="1/y", comparator=">=", threshold=0.05, years=(2025, 2026),
        averaging="mean growth", tolerance=0.005,
    )  # fmt: skip
    needed = 1.05**2 / 1.069 - 1
    model = GrowthModel.from_growth([0.052, 0.075, 0.089, 0.069])
    growth = model.sample(np.random.default_rng(9), 20001, 1)
    result = evaluate(target, _track(growth, {2024: 0.089, 2025: 0.069}, level=None, last=2025))
    log_growth = np.log1p([0.052, 0.075, 0.089, 0.069])
    t = stats.t(3, loc=log_growth.mean(), scale=log_growth.std(ddof=1) * np.sqrt(1.25))
    assert result.probability == pytest.approx(t.sf(np.log1p(needed)), abs=0.01)
    eased = 1.045**2 / 1.069 - 1
    assert result.probability_rounded == pytest.approx(t.sf(np.log1p(eased)), abs=0.01)
    assert result.probability_rounded > result.probability


def test_a_target_without_a_number_is_not_quantified():
    exploration = _target(id="exploration", threshold=None)
    for result in (evaluate(exploration, _track([[0.0, 0.0]] * 3)), evaluate(_target(), None)):
        assert result.status == "not quantified"
        assert result.probability is None
        assert result.p50 is None


def test_a_ceiling_is_eased_upwards():
    target = _target(comparator="<=", threshold=19.15e6, years=(2025,), tolerance=1e6)
    result = evaluate(target, _track([[0.0], [0.02], [-0.02]]))
    assert result.probability == 0.5
    assert result.probability_rounded == 1.0


def test_a_series_that_ends_counts_as_growth_of_minus_one():
    target = _target(threshold=0.0, years=(2025, 2026), averaging="mean growth", unit="1/y")
    values = measure(target, _track([[0.1, 0.1], [-1.0, 0.5]]))
    assert values.tolist() == pytest.approx([0.1, -1.0])


@pytest.mark.parametrize(
    "changes",
    [
        {"comparator": "=>"},
        {"threshold": np.nan},
        {"tolerance": -1.0},
        {"years": ()},
        {"years": (2025, 2027)},
        {"years": (2025, 2026)},
        {"averaging": "median"},
    ],
)
def test_impossible_targets_are_refused(changes):
    with pytest.raises(InputError):
        _target(**changes)


@pytest.mark.parametrize(
    ("published", "level", "growth"),
    [
        ({2025: 0.05}, 1.0, [[0.0]]),
        ({2024: np.nan}, 1.0, [[0.0]]),
        ({2024: -1.0}, 1.0, [[0.0]]),
        ({}, 0.0, [[0.0]]),
        ({}, 1.0, [[-1.2]]),
        ({}, 1.0, [0.1]),
    ],
)
def test_impossible_tracks_are_refused(published, level, growth):
    with pytest.raises(InputError):
        _track(growth, published, level)


def test_tracks_that_cannot_answer_are_refused():
    with pytest.raises(InputError, match="2026"):
        evaluate(_target(), _track([[0.0], [0.1]]))
    with pytest.raises(InputError, match="last level"):
        evaluate(_target(), _track([[0.0, 0.0]] * 2, level=None))
    with pytest.raises(InputError, match="random draws"):
        evaluate(_target(), _track([[0.0, 0.0]]))
    with pytest.raises(InputError, match="before the last"):
        evaluate(_target(years=(2023,)), _track([[0.0, 0.0]] * 2))
