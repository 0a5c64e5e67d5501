"""Lifetimes and the dynamic stock model, against scipy, loops and exact solutions."""

import numpy as np
import pytest
from scipy import stats

from orefield.balance import Lifetime, LifetimeKind, StockModel, UseHistory
from orefield.core import InputError

AGES = np.array([0.0, 0.5, 1.5, 7.5, 20.0, 33.3, 80.0])


def _lifetime(kind: str, mean: float, share: float) -> Lifetime:
    return Lifetime(LifetimeKind(kind), np.array([mean]), np.array([share]))


def _oracle(kind: str, mean: float, share: float) -> stats.rv_continuous:
    if kind == "lognormal":
        sigma = np.sqrt(np.log(1.0 + share**2))
        return stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2))
    if kind == "normal":
        return stats.truncnorm(-1.0 / share, np.inf, loc=mean, scale=mean * share)
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["lognormal", "normal"])
@pytest.mark.parametrize(("mean", "share"), [(25.1, 0.1), (10.6, 0.25), (3.0, 0.9), (120.0, 0.266)])
def test_survival_is_that_of_scipy(kind, mean, share):
    got = _lifetime(kind, mean, share).survival(AGES)
    np.testing.assert_allclose(got[0], _oracle(kind, mean, share).sf(AGES), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("share", [0.02, 0.25, 0.7, 1.0, 2.5, 5.0])
def test_weibull_has_the_mean_and_spread_it_was_given(share):
    mean = 17.0
    # mean = integral of S, second moment = integral of 2 a S, on a grid fine enough for both
    age = np.concatenate([[0.0], np.geomspace(1e-6, mean * 4000, 400_000)])
    survival = _lifetime("weibull", mean, share).survival(age)[0]
    assert np.trapezoid(survival, age) == pytest.approx(mean, rel=2e-4)
    if share < 3:
        second = np.trapezoid(2 * age * survival, age)
        assert np.sqrt(second - mean**2) / mean == pytest.approx(share, rel=1e-3)


def test_weibull_with_spread_equal_to_mean_is_exponential():
    got = _lifetime("weibull", 12.0, 1.0).survival(AGES)
    np.testing.assert_allclose(got[0], np.exp(-AGES / 12.0), rtol=1e-10)


def test_fixed_lifetime_is_a_step():
    got = _lifetime("fixed", 20.0, 0.0).survival(np.array([0.0, 19.99, 20.0, 21.0]))
    assert got.tolist() == [[1.0, 1.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("kind", "mean", "share", "word"),
    [
        ("lognormal", 0.0, 0.2, "mean_y"),
        ("lognormal", -3.0, 0.2, "mean_y"),
        ("lognormal", np.nan, 0.2, "mean_y"),
        ("lognormal", np.inf, 0.2, "mean_y"),
        ("weibull", 10.0, 0.0, "sd_share"),
        ("weibull", 10.0, 6.0, "sd_share"),
        ("fixed", 10.0, 0.1, "sd_share"),
        ("gompertz", 10.0, 0.1, "gompertz"),
    ],
)
def test_impossible_lifetimes_are_refused(kind, mean, share, word):
    with pytest.raises(InputError, match=word):
        Lifetime(kind, np.array([mean]), np.array([share]))


def test_the_error_names_the_draw():
    with pytest.raises(InputError) as caught:
        Lifetime("normal", np.array([10.0, 9.0, -1.0]), np.array([0.2]))
    assert "draw 2" in caught.value.where


def _model(kind: str, means: np.ndarray, share: float, n_years: int) -> StockModel:
    lifetimes = [
        Lifetime(LifetimeKind(kind), means[:, i], np.array([share])) for i in range(means.shape[1])
    ]
    return StockModel.from_lifetimes(lifetimes, len(means), n_years)  # fmt: skip


def test_against_a_loop_over_cohorts():
    rng = np.random.default_rng(1)
    means = rng.uniform(2.0, 30.0, (3, 2))
    inflow = rng.uniform(0.0, 5.0, (3, 2, 40))
    model = _model("lognormal", means, 0.3, 45)
    level, outflow = model.level(inflow), model.outflow(inflow)
    for d in range(3):
        for s in range(2):
            dist = _oracle("lognormal", means[d, s], 0.3)
            cohorts = np.zeros(40)
            for t in range(40):
                cohorts[t] = inflow[d, s, t]
                gone = 0.0
                for c in range(t + 1):
                    stays = inflow[d, s, c] * dist.sf(t - c + 0.5)
                    gone += cohorts[c] - stays
                    cohorts[c] = stays
                assert level[d, s, t] == pytest.approx(cohorts.sum(), rel=1e-10)
                assert outflow[d, s, t] == pytest.approx(gone, rel=1e-8, abs=1e-10)


def test_fixed_lifetime_returns_every_cohort_after_exactly_its_life():
    inflow = np.arange(1.0, 31.0)[None, None, :]
    model = _model("fixed", np.array([[8.0]]), 0.0, 30)
    outflow, level = model.outflow(inflow)[0, 0], model.level(inflow)[0, 0]
    assert outflow[:8].tolist() == [0.0] * 8
    assert outflow[8:].tolist() == inflow[0, 0, :22].tolist()
    assert level[20] == sum(range(14, 22))  # the last eight cohorts


def test_exponential_lifetime_reaches_its_steady_state():
    tau, inflow = 9.0, np.full((1, 1, 400), 7.0)
    model = _model("weibull", np.array([[tau]]), 1.0, 400)
    exact = 7.0 * np.exp(-0.5 / tau) / (1.0 - np.exp(-1.0 / tau))
    assert model.level(inflow)[0, 0, -1] == pytest.approx(exact, rel=1e-10)
    assert model.outflow(inflow)[0, 0, -1] == pytest.approx(7.0, rel=1e-12)
    # the half-year convention holds the level near flow x lifetime
    assert exact == pytest.approx(7.0 * tau, rel=1e-3)


def test_steady_growth_keeps_the_ratio_of_outflow_to_inflow():
    growth, tau = 0.05, 15.0
    inflow = 3.0 * np.exp(growth * np.arange(600))[None, None, :]
    model = _model("weibull", np.array([[tau]]), 1.0, 600)
    ratio = model.outflow(inflow)[0, 0, -1] / inflow[0, 0, -1]
    # geometric series of cohorts, each exp(-growth) smaller and 1 / tau more decayed
    q = np.exp(-growth - 1.0 / tau)
    exact = 1.0 - np.exp(-0.5 / tau) + (np.exp(0.5 / tau) - np.exp(-0.5 / tau)) * q / (1.0 - q)
    assert ratio == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("kind", ["lognormal", "weibull", "normal"])
def test_level_and_flow_accounts_agree(kind):
    rng = np.random.default_rng(3)
    inflow = rng.uniform(0.0, 1e7, (4, 3, 91))
    model = _model(kind, rng.uniform(1.0, 60.0, (4, 3)), 0.35, 91)
    level, outflow = model.level(inflow), model.outflow(inflow)
    change = np.diff(level, axis=2, prepend=0.0)
    assert np.abs(inflow - outflow - change).max() / level.max() < 1e-12


def test_outflow_year_by_year_is_the_outflow_at_once():
    rng = np.random.default_rng(4)
    inflow = rng.uniform(0.0, 9.0, (2, 3, 25))
    model = _model("weibull", rng.uniform(1.0, 12.0, (2, 3)), 0.6, 25)
    whole = model.outflow(inflow)
    for t in range(25):
        stepped = model.outflow_of_earlier(inflow, t) + model.retire[:, :, 0] * inflow[:, :, t]
        np.testing.assert_allclose(stepped, whole[:, :, t], rtol=1e-12)


@pytest.mark.parametrize(
    "inflow",
    [
        np.ones((1, 2, 5)),
        np.ones((1, 1, 9)),
        np.ones((1, 5)),
        -np.ones((1, 1, 5)),
        np.full((1, 1, 5), np.nan),
    ],
)
def test_inflows_that_do_not_fit_are_refused(inflow):
    model = _model("fixed", np.array([[3.0]]), 0.0, 8)
    with pytest.raises(InputError):
        model.level(inflow)
    with pytest.raises(InputError):
        model.outflow(inflow)


def test_a_model_without_sectors_is_refused():
    with pytest.raises(InputError):
        StockModel.from_lifetimes([], 1, 10)


# -- history ------------------------------------------------------------------------


def _history(**changes) -> UseHistory:
    given = {
        "start_year": 1950,
        "anchor_years": (2007, 2016, 2017),
        "anchor_use_t": np.array([[6.58e6, 12.6e6, 13.4e6]]),
        "growth_before": np.array([0.1, 0.05]),
        "growth_after": np.array([0.05]),
        "scale": np.array([1.0, 1.1]),
        "shares": np.array([[0.25, 0.75]]),
    }
    return UseHistory(**{**given, **changes})


def test_history_passes_through_its_anchors_and_grows_between_and_beyond():
    history = _history()
    use = history.total_use_t(2, 2019)
    year = list(history.years(2019))
    assert use.shape == (2, 70)
    at = {y: use[0, year.index(y)] for y in year}
    assert at[2007] == pytest.approx(6.58e6)
    assert at[2016] == pytest.approx(12.6e6)
    assert at[2017] == pytest.approx(13.4e6)
    assert at[2019] == pytest.approx(13.4e6 * 1.05**2)
    assert at[2006] == pytest.approx(6.58e6 / 1.1)
    assert at[1950] == pytest.approx(6.58e6 / 1.1**57)
    assert at[2010] / at[2009] == pytest.approx((12.6 / 6.58) ** (1 / 9))
    assert use[1, year.index(2016)] == pytest.approx(1.1 * 12.6e6)
    by_sector = history.use_by_sector_t(2, 2019)
    np.testing.assert_allclose(by_sector.sum(axis=1), use, rtol=1e-14)
    np.testing.assert_allclose(by_sector[:, 0] / use, 0.25)


def test_history_of_one_anchor():
    history = _history(anchor_years=(2000,), anchor_use_t=np.array([[2e6]]))
    use = history.total_use_t(2, 2001)
    assert use[0, -2:].tolist() == pytest.approx([2e6, 2.1e6])


@pytest.mark.parametrize(
    "changes",
    [
        {"anchor_years": (2007, 2007, 2017)},
        {"anchor_years": (2017, 2016, 2007)},
        {"anchor_years": ()},
        {"start_year": 2010},
        {"anchor_use_t": np.array([[6.58e6, 12.6e6]])},
        {"anchor_use_t": np.array([[6.58e6, 0.0, 13.4e6]])},
        {"anchor_use_t": np.array([6.58e6, 12.6e6, 13.4e6])},
        {"growth_before": np.array([np.nan])},
        {"growth_before": np.array([-1.0])},
        {"scale": np.array([0.0])},
        {"shares": np.array([[0.2, 0.7]])},
        {"shares": np.array([[-0.2, 1.2]])},
    ],
)
def test_impossible_histories_are_refused(changes):
    with pytest.raises(InputError):
        _history(**changes)


def test_history_refuses_other_draws_and_an_end_before_its_start():
    with pytest.raises(InputError, match="growth_before"):
        _history().total_use_t(3, 2019)
    with pytest.raises(InputError, match="starts in 1950"):
        _history().total_use_t(2, 1940)
