"""The filter against closed forms, and against made-up mines whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import seen_mines as sm
from scipy import stats

from orefield.core import Grid, ModelError
from orefield.deposit.orientation import Ellipsoid, Rotation
from orefield.deposit.updating import (
    EVERYWHERE,
    USUAL_CROWDING,
    Ensemble,
    FilterOptions,
    Memory,
    Observations,
    Reach,
    Sensor,
    assimilate,
    normal_scores,
)
from orefield.deposit.variogram import Structure, Variogram

LINE = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (7, 5, 1))
MODEL = Variogram(0.1, (Structure("spherical", 0.9, (40.0, 40.0, 10.0)),))
UNCHECKED = {"check": False, "scored": False}


def readings(mixtures, values, sensor="belt"):
    """One reading a minute; mixtures are dicts of block to tonnes."""
    return Observations(
        tuple(f"r{i}" for i in range(len(values))),
        np.datetime64("2026-01-01T00:00:00") + np.arange(len(values)).astype("timedelta64[m]"),
        (sensor,) * len(values),
        ("belt",) * len(values),
        np.asarray(values, dtype=float),
        np.concatenate([[0], np.cumsum([len(m) for m in mixtures])]).astype(np.int64),
        np.array([b for m in mixtures for b in m], dtype=np.int64),
        np.array([float(t) for m in mixtures for t in m.values()]),
    )


MIXTURES = [{3: 2.0, 4: 1.0}, {10: 1.0}, {17: 1.0, 18: 3.0, 24: 1.0}, {4: 1.0, 5: 1.0}]
VALUES = [1.2, -0.4, 0.9, 1.6]


def closed_form(bias_sd=0.0, noise=0.3):
    """Posterior mean and covariance of the blocks (and the bias), solved densely."""
    n = LINE.n
    prior = np.zeros((n + 1, n + 1))
    prior[:n, :n] = sm.covariance(LINE, MODEL)
    prior[n, n] = bias_sd**2
    h = np.zeros((len(VALUES), n + 1))
    for i, mixture in enumerate(MIXTURES):
        for block, tonnes in mixture.items():
            h[i, block] = tonnes / sum(mixture.values())
    h[:, n] = 1.0
    gain = prior @ h.T @ np.linalg.inv(h @ prior @ h.T + noise**2 * np.eye(len(VALUES)))
    return gain @ VALUES, prior - gain @ h @ prior


def prior_members(count, seed=1):
    root = np.linalg.cholesky(sm.covariance(LINE, MODEL))
    return (root @ np.random.default_rng(seed).standard_normal((LINE.n, count))).T


@pytest.mark.parametrize("method", ["square-root", "perturbed"])
@pytest.mark.parametrize("bias_sd", [0.0, 0.5])
def test_many_members_converge_to_the_closed_form(method, bias_sd):
    mean, covariance = closed_form(bias_sd)
    errors = []
    for count in (300, 4_800):
        ensemble = Ensemble.of_grades(LINE, prior_members(count))
        memory = Memory()
        sensors = {"belt": Sensor("belt", noise=0.3, bias_sd=bias_sd)}
        options = FilterOptions(method=method, **UNCHECKED)
        log = assimilate(
            ensemble, readings(MIXTURES, VALUES), sensors, EVERYWHERE, options, memory=memory
        )
        assert log.accepted == len(VALUES)
        spread = np.sqrt(np.diag(covariance))
        # gains are wrong by about one over the root of members, and so is what they carry over
        off = ensemble.state.mean(axis=1) - mean[:-1]
        wide = ensemble.state.std(axis=1, ddof=1) / spread[:-1] - 1
        assert np.abs(off).max() < 12.0 / np.sqrt(count)
        assert np.abs(wide).max() < 6.0 / np.sqrt(count)
        errors.append(np.sqrt(np.mean(off**2)))
        assert errors[-1] < 4.0 / np.sqrt(count)
        if bias_sd:
            assert memory.bias["belt"].mean() == pytest.approx(mean[-1], abs=6.0 / np.sqrt(count))
            assert memory.bias["belt"].std() == pytest.approx(spread[-1], rel=0.3)
    assert errors[1] < 0.5 * errors[0]


def test_one_reading_moves_members_by_the_regression_written_out():
    members = prior_members(12)
    ensemble = Ensemble.of_grades(LINE, members)
    reach = Reach.on(LINE, Ellipsoid((35.0, 25.0, 10.0), Rotation(60.0)))
    sensors = {"belt": Sensor("belt", noise=0.3)}
    mixture = {10: 3.0, 11: 1.0}
    assimilate(ensemble, readings([mixture], [1.0]), sensors, reach, FilterOptions(**UNCHECKED))
    h = 0.75 * members[:, 10] + 0.25 * members[:, 11]
    anomaly, variance = h - h.mean(), h.var(ddof=1)
    total = variance + 0.09
    at = LINE.centroids()
    expected = members.copy()
    for b in range(LINE.n):
        gain = (members[:, b] - members[:, b].mean()) @ anomaly / 11.0 / total
        lags = Ellipsoid((35.0, 25.0, 10.0), Rotation(60.0)).transform() @ (at[[10, 11]] - at[b]).T
        taper = max(written_taper(2.0 * d) for d in np.sqrt((lags**2).sum(axis=0)))
        half = 1.0 / (1.0 + np.sqrt(0.09 / total))
        expected[:, b] += taper * gain * (1.0 - h.mean() - half * anomaly)
    np.testing.assert_allclose(ensemble.state.T, expected, atol=3e-3)
    far = np.abs(expected - members).max(axis=0) == 0
    assert far.any()
    np.testing.assert_array_equal(ensemble.state.T[:, far], members[:, far].astype(np.float32))


def written_taper(r):
    """Gaspari and Cohn's function at r half-widths, as printed."""
    if r <= 1:
        return -(r**5) / 4 + r**4 / 2 + 5 * r**3 / 8 - 5 * r**2 / 3 + 1
    if r < 2:
        tail = r**5 / 12 - r**4 / 2 + 5 * r**3 / 8 + 5 * r**2 / 3 - 5 * r + 4 - 2 / (3 * r)
        return max(tail, 0.0)
    return 0.0


@pytest.mark.parametrize("turn", [0.0, 30.0])
def test_reach_on_a_turned_grid_is_by_distance_in_the_ground(turn):
    grid = Grid((500.0, 700.0, 10.0), (10.0, 8.0, 5.0), (9, 9, 5), turn)
    ellipsoid = Ellipsoid((38.0, 17.0, 9.0), Rotation(75.0, 20.0, 10.0))
    ensemble = Ensemble.of_grades(grid, np.random.default_rng(0).standard_normal((3, grid.n)))
    block = grid.index(4, 4, 2)
    rows, tapers = ensemble.reached(np.array([block]), Reach.on(grid, ellipsoid))
    at = grid.centroids()
    distance = np.sqrt(((ellipsoid.transform() @ (at - at[block]).T) ** 2).sum(axis=0))
    expected = np.array([written_taper(2.0 * d) for d in distance])
    found = np.zeros(grid.n)
    found[rows] = tapers
    np.testing.assert_allclose(found, np.where(expected > 1e-3, expected, 0.0), atol=1e-6)


def test_a_narrowed_reach_is_that_of_the_smaller_ellipsoid():
    grid = Grid((0.0, 0.0, 0.0), (10.0, 8.0, 5.0), (21, 21, 9), 30.0)
    turned = Rotation(40.0, 10.0, 0.0)
    wide = Reach.on(grid, Ellipsoid((90.0, 60.0, 20.0), turned)).narrowed(0.6)
    small = Reach.on(grid, Ellipsoid((54.0, 36.0, 12.0), turned))
    found, wanted = (
        {tuple(o): t for o, t in zip(r.offsets.tolist(), r.tapers.tolist(), strict=True)}
        for r in (wide, small)
    )
    assert found.keys() == wanted.keys()
    assert all(found[o] == pytest.approx(wanted[o], abs=1e-6) for o in wanted)
    np.testing.assert_allclose(wide.to_ranges, small.to_ranges)


def test_crowded_readings_reach_as_far_as_members_tell_them_apart():
    mine = sm.mine(1, sm.Setting(shape=(12, 12, 2), members=30))
    rows = sm.observations(mine.benches[0])
    ellipsoid = Ellipsoid((140.0, 140.0, 50.0))
    wide = Reach.on(mine.grid, ellipsoid)
    at = mine.grid.centroids()
    middles = np.array([rows.shares(i) @ at[rows.blocks(i)] for i in range(len(rows))])
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=2) / 140.0
    share = float(np.median(np.sort(apart, axis=1)[:, 15]))  # half as many as members
    assert 0.1 < share < 0.9
    states = []
    for reach, crowding in ((wide, 0.5), (wide.narrowed(share), None)):
        ensemble = Ensemble.of_grades(mine.grid, mine.prior, normal_scores(mine.prior))
        options = FilterOptions(crowding=crowding)
        log = assimilate(ensemble, rows, sm.SENSORS, reach, options)
        assert log.reaches == ([] if crowding is None else [pytest.approx(share, rel=1e-6)])
        states.append(ensemble.state)
    np.testing.assert_allclose(*states, atol=1e-4)
    # where there are few, nothing is narrowed
    ensemble = Ensemble.of_grades(mine.grid, mine.prior, normal_scores(mine.prior))
    few = assimilate(
        ensemble, rows.where(np.arange(9)), sm.SENSORS, wide, FilterOptions(crowding=0.5)
    )
    assert few.reaches == [1.0]
    with pytest.raises(ModelError, match="crowding"):
        FilterOptions(crowding=-1.0)


def test_members_that_agree_learn_nothing_and_nothing_is_divided_by_zero():
    ensemble = Ensemble.of_grades(LINE, np.ones((10, LINE.n)))
    sensors = {"belt": Sensor("belt", noise=0.3)}
    options = FilterOptions(check=False)
    log = assimilate(ensemble, readings(MIXTURES, VALUES), sensors, EVERYWHERE, options)
    assert log.accepted == 0
    assert {e.why for e in log.entries} == {"all members agree on these blocks: nothing to learn"}
    assert (ensemble.state == 1.0).all()


@pytest.mark.parametrize("curve", [True, False])
@pytest.mark.parametrize("check", [True, False])
def test_barren_blocks_say_nothing_and_stop_nothing(check, curve):
    """No grade in any member, and a noise that is a share of it: no error to judge by."""
    grades = np.exp(prior_members(40))
    grades[:, 10] = 0.0
    ensemble = Ensemble.of_grades(LINE, grades, *([normal_scores(grades)] if curve else []))
    sensors = {"belt": Sensor("belt", noise_relative=0.1)}
    log = assimilate(
        ensemble, readings(MIXTURES, [1.2, 0.4, 0.9, 1.6]), sensors, EVERYWHERE,
        FilterOptions(check=check),
    )  # fmt: skip
    assert [e.accepted for e in log.entries] == [True, False, True, True]
    assert "nothing to learn" in log.entries[1].why
    assert [np.isfinite(e.off) for e in log.entries] == [True, False, True, True]
    assert np.isfinite(ensemble.state).all()
    assert all(ensemble.grades(r)[10] == 0.0 for r in range(40))


def test_what_is_learnt_does_not_depend_on_the_unit():
    found = []
    for unit in (1.0, 1e-13):
        ensemble = Ensemble.of_grades(LINE, unit * np.exp(prior_members(20)))
        sensors = {"belt": Sensor("belt", noise_relative=0.1)}
        log = assimilate(
            ensemble, readings(MIXTURES, unit * np.array([1.2, 0.4, 0.9, 1.6])), sensors, EVERYWHERE
        )
        assert log.accepted == 4
        found.append(ensemble.state / unit)
    # states are kept in single precision: a value near zero has lost its last digits
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4, atol=1e-6)


def test_a_reading_without_a_time_is_told():
    rows = readings(MIXTURES, VALUES)
    rows.time[2] = np.datetime64("NaT")
    with pytest.raises(ModelError, match="no time") as error:
        replace(rows)
    assert "r2" in error.value.where


def test_relaxation_gives_spread_back():
    spreads = []
    for share in (0.0, 0.5):
        ensemble = Ensemble.of_grades(LINE, prior_members(60))
        before = ensemble.state.std(axis=1, ddof=1)
        sensors = {"belt": Sensor("belt", noise=0.3)}
        options = FilterOptions(relaxation=share, **UNCHECKED)
        assimilate(ensemble, readings(MIXTURES, VALUES), sensors, EVERYWHERE, options)
        spreads.append(ensemble.state.std(axis=1, ddof=1))
    lost = before > spreads[0]
    np.testing.assert_allclose(spreads[1][lost], 0.5 * (before + spreads[0])[lost], rtol=1e-4)


def test_grades_stay_within_limits_and_come_back_as_they_were():
    rng = np.random.default_rng(4)
    grades = np.clip(rng.lognormal(-1.0, 1.0, (50, LINE.n)), 0.02, 3.0)  # piled up at both ends
    curve = normal_scores(grades, lowest=0.0, highest=3.0)
    np.testing.assert_allclose(curve.grades(curve.scores(grades)), grades, atol=2e-4)
    scores = curve.scores(grades)
    assert abs(scores.mean()) < 0.05
    assert scores.std() == pytest.approx(1.0, abs=0.05)
    ensemble = Ensemble.of_grades(LINE, grades, curve)
    sensors = {"belt": Sensor("belt", noise_relative=0.05)}
    for value in (2.99, 0.0):
        options = FilterOptions(check=False)
        assimilate(ensemble, readings(MIXTURES, [value] * 4), sensors, EVERYWHERE, options)
        after = np.array([ensemble.grades(r) for r in range(50)])
        assert after.min() >= 0.0
        assert after.max() <= 3.0


def test_the_bars_hold_over_mines():
    gains, words = [], []
    for seed in range(6):
        setting = sm.Setting(shape=(12, 12, 3), misspecified=seed % 2 == 1)
        found = sm.mine_out(sm.mine(seed, setting))
        gains.append([1 - found.mined[1] / found.mined[0], 1 - found.below[1] / found.below[0]])
        words += [e.why for e in found.log.entries if not e.accepted]
    mined, below = np.mean(gains, axis=0)
    assert mined > 0.30
    assert below > 0.08
    assert np.min(gains, axis=0)[0] > 0.2
    assert len(words) <= 2  # good readings of good sensors are believed


def test_no_harm_far_away():
    change = []
    for seed in range(6):
        setting = sm.Setting(shape=(10, 20, 2), misspecified=seed % 2 == 1)
        mine = sm.mine(seed, setting)
        nx, ny, _ = mine.grid.shape
        strip = set(range(nx * ny, nx * ny + 3 * nx))
        rows = [row for row in mine.benches[0] if set(map(int, row[1])) <= strip]
        ensemble = Ensemble.of_grades(mine.grid, mine.prior, normal_scores(mine.prior))
        scores, before = ensemble.state.copy(), sm.mean_of(ensemble)
        reach = Reach.on(mine.grid, Ellipsoid(setting.ranges))
        assimilate(ensemble, sm.observations(rows), sm.SENSORS, reach)
        after = sm.mean_of(ensemble)
        north = (mine.grid.centroids()[:, 1] - mine.grid.origin[1] - 60.0) / setting.ranges[1]
        beyond, edge = north > 1.0, (north > 0.6) & (north < 1.0)
        np.testing.assert_array_equal(ensemble.state[beyond], scores[beyond])
        errors = [np.sqrt(np.mean((v[edge] - mine.truth[edge]) ** 2)) for v in (before, after)]
        change.append(errors[1] / errors[0] - 1.0)
    assert stats.ttest_1samp(change, 0.0, alternative="greater").pvalue > 0.01
    assert np.mean(change) < 0.02


@pytest.mark.parametrize("fault", ["stuck", "offset", "drift", "spikes"])
def test_a_faulty_sensor_is_named_and_the_good_ones_go_on(fault):
    right, gains = 0, []
    for seed in range(3):
        mine = sm.mine(seed, sm.Setting(shape=(13, 13, 2), misspecified=seed % 2 == 1))
        rng = np.random.default_rng(seed)
        days = [sm.faulty(rows, "truck-2", fault, rng) for rows in mine.benches]
        checked = sm.mine_out(mine, days)
        blind = sm.mine_out(mine, days, FilterOptions(check=False, crowding=USUAL_CROWDING))
        assert {f.sensor for f in checked.log.faults} == {"truck-2"}
        good = [e.accepted for e in checked.log.entries if e.sensor != "truck-2"]
        assert np.mean(good) > 0.97
        right += sum(f.fault == fault for f in checked.log.faults)
        assert all(any(c.isdigit() for c in f.evidence) for f in checked.log.faults)
        gains.append((checked.mined[1] / checked.mined[0], blind.mined[1] / blind.mined[0]))
    assert right >= 3  # of six batches: a drift looks like an offset at first
    assert np.mean(gains, axis=0)[0] < 0.85
    assert np.mean(gains, axis=0)[0] < np.mean(gains, axis=0)[1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"members": 1}, "ensemble of one"),
        ({"value": [np.nan, 0, 0, 0]}, "not finite"),
        ({"tonnes": -1.0}, "t in the mixture"),
        ({"tonnes": 0.0}, "t in the mixture"),
        ({"tonnes": np.nan}, "t in the mixture"),
        ({"block": 99}, "not among those"),
        ({"block": -1}, "not among those"),
        ({"sensor": "other"}, "unknown sensor"),
        ({"noise": 0.0}, "believed blindly"),
        ({"noise": -0.1}, "'noise' is -0.1"),
        ({"method": "smoother"}, "unknown method"),
    ],
)
def test_what_cannot_be_is_told(values, message):
    mixtures = [dict(m) for m in MIXTURES]
    if "tonnes" in values:
        mixtures[1][10] = values["tonnes"]
    if "block" in values:
        mixtures[0] = {values["block"]: 1.0}
    with pytest.raises(ModelError, match=message):
        assimilate(
            Ensemble.of_grades(LINE, prior_members(values.get("members", 20))),
            readings(mixtures, values.get("value", VALUES), values.get("sensor", "belt")),
            {"belt": Sensor("belt", noise=values.get("noise", 0.1))},
            EVERYWHERE,
            FilterOptions(method=values.get("method", "square-root")),
        )


def test_results_repeat_and_do_not_depend_on_the_order_of_rows():
    mine = sm.mine(2, sm.Setting(shape=(10, 10, 1), members=40))
    rows = sm.observations(mine.benches[0])
    states = []
    for order in (np.arange(len(rows)), np.random.default_rng(0).permutation(len(rows))):
        ensemble = Ensemble.of_grades(mine.grid, mine.prior, normal_scores(mine.prior))
        reach = Reach.on(mine.grid, Ellipsoid((140.0, 140.0, 50.0)))
        options = FilterOptions(method="perturbed")
        assimilate(ensemble, rows.where(order), sm.SENSORS, reach, options)
        states.append(ensemble.state)
    np.testing.assert_array_equal(*states)
