"""Smoothing and comparing maps of classes: tonnes move, none is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import Grid, ModelError
from orefield.deposit.classification import Smoothing, confusion, moved_tonnes, smoothed

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (9, 8, 3))
BOX = (3, 8, 9)
EVEN = np.full(GRID.n, 100.0)
ALL = np.ones(GRID.n, dtype=bool)


def spotted() -> np.ndarray:
    cube = np.full(BOX, 2, dtype=np.int8)
    cube[1, 4, 4] = 3
    cube[0, 0, 0] = 1
    return cube.ravel()


@pytest.mark.parametrize(
    "by",
    [Smoothing("majority"), Smoothing("islands", least_t=150.0), Smoothing(radius=(1, 1, 0))],
    ids=["majority", "islands", "flat majority"],
)
def test_single_spots_go(by: Smoothing) -> None:
    assert (smoothed(GRID, spotted(), EVEN, ALL, by) == 2).all()


def test_a_body_that_is_large_enough_stays() -> None:
    cube = np.full(BOX, 1, dtype=np.int8)
    cube[:, 2:6, 2:6] = 3
    body = 3 * 4 * 4 * 100.0
    kept = smoothed(GRID, cube.ravel(), EVEN, ALL, Smoothing("islands", least_t=body))
    gone = smoothed(GRID, cube.ravel(), EVEN, ALL, Smoothing("islands", least_t=body + 1))
    assert (kept == cube.ravel()).all()
    assert (gone == 1).all()


@given(st.integers(0, 10_000), st.sampled_from(["majority", "islands"]), st.integers(1, 3))
def test_tonnes_are_conserved_and_no_resource_is_made(seed: int, how: str, passes: int) -> None:
    rng = np.random.default_rng(seed)
    of = rng.random(GRID.n) < 0.8
    classes = np.where(of, rng.integers(0, 4, GRID.n), 0).astype(np.int8)
    tonnes = rng.uniform(50, 150, GRID.n)
    after = smoothed(GRID, classes, tonnes, of, Smoothing(how, passes=passes, least_t=300.0))
    moved = moved_tonnes(classes, after, np.where(of, tonnes, 0.0))
    assert sum(b for b, _ in moved.values()) == pytest.approx(sum(a for _, a in moved.values()))
    assert not after[~of].any()
    assert set(np.unique(after[of])) <= set(np.unique(classes[of]))


def test_a_majority_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(7)
    of = rng.random(BOX) < 0.85
    classes = np.where(of, rng.integers(0, 4, BOX), 0).astype(np.int8)
    tonnes = rng.uniform(50, 150, BOX)
    found = smoothed(GRID, classes.ravel(), tonnes.ravel(), of.ravel(),
                     Smoothing(radius=(2, 1, 1))).reshape(BOX)  # fmt: skip
    for z, y, x in zip(*np.nonzero(of), strict=True):
        near = np.s_[max(z - 1, 0) : z + 2, max(y - 1, 0) : y + 2, max(x - 2, 0) : x + 3]
        votes = [(tonnes[near] * (of[near] & (classes[near] == c))).sum() for c in range(4)]
        assert found[z, y, x] == int(np.argmax(votes))


def test_equal_votes_leave_a_block_as_it_is() -> None:
    halves = np.repeat([[3, 3, 1, 1]], 4, axis=0).astype(np.int8)
    grid = Grid((0, 0, 0), (1, 1, 1), (4, 4, 1))
    for turned in (halves, halves.T):
        flat = np.ascontiguousarray(turned).ravel()
        found = smoothed(grid, flat, np.ones(16), np.ones(16, bool), Smoothing())
        assert (found == flat).all()


def test_smoothing_that_cannot_be_is_refused() -> None:
    for bad in ({"how": "median"}, {"radius": (0, 0, 0)}, {"passes": 0}, {"how": "islands"}):
        with pytest.raises(ModelError):
            Smoothing(**bad)


def test_confusion_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 4, 500).astype(np.int8) for _ in range(2))
    tonnes, metal = rng.random(500), rng.random(500)
    found = confusion(("spacing", a), ("slope", b), tonnes, metal)
    for i in range(4):
        for j in range(4):
            assert found.tonnes[i, j] == pytest.approx(tonnes[(a == i) & (b == j)].sum())
            assert found.metal_t[i, j] == pytest.approx(metal[(a == i) & (b == j)].sum())
    assert found.agreement == pytest.approx(tonnes[a == b].sum() / tonnes.sum())
    assert abs(found.kappa) < 0.1  # independent classes agree by chance alone
    same = confusion(("a", a), ("a", a), tonnes, metal)
    assert same.agreement == same.kappa == pytest.approx(1.0)
    one = np.full(5, 3, np.int8)
    assert np.isnan(confusion(("a", one), ("b", one), np.ones(5), np.ones(5)).kappa)
    assert confusion(("a", a), ("b", b), 0 * tonnes, metal).agreement == 1.0
    with pytest.raises(ModelError):
        confusion(("a", a), ("b", b[:3]), tonnes, metal)
