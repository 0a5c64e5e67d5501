"""Realisations in files: what no reading reaches keeps its digits; sensors that round."""

from __future__ import annotations

import numpy as np
import pytest
import seen_mines as sm

from orefield.core import Grid, ModelError
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.realisations import Realisations
from orefield.deposit.updating import Reach, curve_of, normal_scores, update_realisations

MINE = sm.mine(5, sm.Setting(shape=(12, 9, 2), members=24))
NEAR = Reach.on(MINE.grid, Ellipsoid((60.0, 60.0, 20.0)))


def one_corner():
    nx = MINE.grid.shape[0]
    corner = {MINE.grid.index(i, j, 1) for i in range(nx) for j in range(2)}
    return sm.observations([r for r in MINE.benches[0] if set(map(int, r[1])) <= corner])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_out_of_reach_keep_their_digits_and_the_file_its_type(tmp_path, dtype):
    simulated = MINE.grid.centroids()[:, 0] < MINE.grid.origin[0] + 200.0
    prior = np.where(simulated, MINE.prior, 0.0).astype(dtype)
    source = Realisations(MINE.grid, {"cu_pct": prior, "other": 2 * prior}, simulated)
    seen = one_corner()
    inside = [i for i in range(len(seen)) if simulated[seen.blocks(i)].all()]
    found = update_realisations(
        source, "cu_pct", tmp_path / "updated.parquet", seen.where(inside), sm.SENSORS, NEAR,
        curve=curve_of(source, "cu_pct"),
    )  # fmt: skip
    after = Realisations.from_parquet(tmp_path / "updated.parquet")
    assert after["cu_pct"].dtype == dtype
    at = MINE.grid.centroids()
    blocks = at[np.unique(seen.where(inside).block)]
    apart = np.abs(at[:, None, :] - blocks[None, :, :]) / (60.0, 60.0, 20.0)
    far = np.sqrt((apart**2).sum(axis=2)).min(axis=1) >= 1.0
    assert far.any()
    np.testing.assert_array_equal(after["cu_pct"][:, far], prior[:, far])
    np.testing.assert_array_equal(after["other"], 2 * prior)
    np.testing.assert_array_equal(after.simulated, simulated)
    assert not found.reached[far].any()
    assert found.reached[np.unique(seen.where(inside).block)].all()
    np.testing.assert_allclose(found.after.mean, after["cu_pct"].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.before.spread, prior.std(axis=0, ddof=1), rtol=1e-5, atol=1e-9)
    outside = [i for i in range(len(seen)) if not simulated[seen.blocks(i)].all()]
    with pytest.raises(ModelError, match="was not simulated"):
        update_realisations(
            source, "cu_pct", tmp_path / "no.parquet", seen.where(outside), sm.SENSORS, NEAR
        )


def test_points_are_refused(tmp_path):
    source = Realisations(MINE.grid.centroids(), {"cu_pct": MINE.prior})
    with pytest.raises(ModelError, match="at points"):
        update_realisations(
            source, "cu_pct", tmp_path / "no.parquet", one_corner(), sm.SENSORS, NEAR
        )


def test_a_sensor_that_rounds_is_not_stuck():
    rows = [(s, b, t, round(5.0 * v) / 5.0) for s, b, t, v in MINE.benches[0]]
    longest, run, last = 0, 0, None
    for sensor, *_, value in rows:
        if sensor == "truck-1":
            run = run + 1 if value == last else 1
            longest, last = max(longest, run), value
    assert longest >= 4
    assert not [f for f in sm.mine_out(MINE, [rows]).log.faults if f.fault == "stuck"]


@pytest.mark.parametrize(
    ("grades", "limits", "message"),
    [
        ([1.0, 1.0], {}, "all equal"),
        ([1.0], {}, "all equal"),
        ([1.0, np.nan], {}, "not finite"),
        ([-0.1, 1.0], {}, "beyond the limits"),
        ([0.1, 1.0], {"highest": 0.9}, "beyond the limits"),
    ],
)
def test_grades_without_a_curve_are_told(grades, limits, message):
    with pytest.raises(ModelError, match=message):
        normal_scores(grades, **limits)


def test_a_reach_of_absurdly_many_blocks_is_told():
    grid = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (400, 400, 400))
    with pytest.raises(ModelError, match="shorter ranges"):
        Reach.on(grid, Ellipsoid((5e3, 5e3, 5e3)))
