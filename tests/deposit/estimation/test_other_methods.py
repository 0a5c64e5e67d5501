"""Co-kriging, indicators, weighting and boundaries against what is written out here."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.estimation import Search, krige, weigh
from orefield.deposit.estimation.boundaries import seen_from
from orefield.deposit.estimation.cokriging import cokrige
from orefield.deposit.estimation.indicator import krige_indicators, order_corrected
from orefield.deposit.variography import Coregionalisation

AXES = Rotation(30.0, 20.0, 10.0)
SHAPES = (
    Structure("spherical", 1.0, (300.0, 200.0, 80.0), AXES),
    Structure("exponential", 1.0, (500.0, 300.0, 100.0)),
)
NUGGET = np.array([[0.2, 0.05], [0.05, 0.3]])
SILLS = np.array([[[0.5, 0.3], [0.3, 0.4]], [[0.4, -0.1], [-0.1, 0.2]]])
PAIR = Coregionalisation(("cu", "ni"), NUGGET, SHAPES, SILLS)
WIDE = Search(Ellipsoid((400.0, 400.0, 150.0)), max_samples=9)
ALONE = Variogram(0.2, (Structure("spherical", 0.8, (300.0, 200.0, 80.0), AXES),))


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0, 1000, (200, 3)) * [1, 1, 0.2]
    cu = rng.lognormal(size=200)
    cu[120:] = np.nan  # of the other value alone
    words = np.where(xyz[:, 0] < 400, "west", np.where(xyz[:, 0] < 700, "middle", "east"))
    return Samples(
        xyz, {"cu": cu, "ni": rng.normal(size=200)}, codes={"domain": words},
        length_m=rng.uniform(1, 5, 200),
    )  # fmt: skip


@pytest.fixture(scope="module")
def grid():
    return Grid((0.0, 0.0, 0.0), (100.0, 100.0, 50.0), (10, 10, 4), 10.0)


def of_pair(a, b, xa, xb):
    """Covariances of variables a and b at two lists of places."""
    lags = (xa[:, None, :] - xb[None, :, :]).reshape(-1, 3)
    out = np.where((lags == 0).all(axis=1), NUGGET[a, b], 0.0)
    for shape, sills in zip(SHAPES, SILLS, strict=True):
        h = np.sqrt(((lags @ shape.ellipsoid.transform().T) ** 2).sum(axis=1))
        out = out + sills[a, b] * shape.correlation(h)
    return out.reshape(len(xa), len(xb))


def nearest(xyz, place, transform, most):
    d2 = (((xyz - place) @ transform.T) ** 2).sum(axis=1)
    order = np.argsort(d2, kind="stable")
    return np.sort(order[d2[order] <= 1.0][:most])


@pytest.mark.parametrize("means", [None, (1.5, 0.2)])
@pytest.mark.parametrize(("apart", "least"), [(False, 1), (True, 1), (True, 9)])
def test_cokriging_is_that_of_dense_systems(samples, grid, means, apart, least):
    first = np.flatnonzero(~np.isnan(samples["cu"]))
    second = np.arange(200)
    if apart:  # no sample has both
        second = np.arange(120, 200, 1 if least == 1 else 3)
        there = np.isin(np.arange(200), second)
        samples = samples.with_values(ni=np.where(there, samples["ni"], np.nan))
    search = dataclasses.replace(WIDE, min_samples=least)
    found = cokrige(samples, "cu", ["ni"], grid, PAIR, search, means=means)
    fewer = 0
    places = grid.centroids()
    for b in range(0, grid.n, 7):
        a = first[nearest(samples.xyz_m[first], places[b], WIDE.transform(), 9)]
        c = second[nearest(samples.xyz_m[second], places[b], WIDE.transform(), 9)]
        if len(a) < least:  # of the value itself; of the other any number will do
            assert not found.estimated[b]
            continue
        fewer += 0 < len(c) < least
        xa, xc, here = samples.xyz_m[a], samples.xyz_m[c], places[b : b + 1]
        covariance = np.block(
            [[of_pair(0, 0, xa, xa), of_pair(0, 1, xa, xc)],
             [of_pair(1, 0, xc, xa), of_pair(1, 1, xc, xc)]]
        )  # fmt: skip
        k = np.concatenate([of_pair(0, 0, xa, here)[:, 0], of_pair(1, 0, xc, here)[:, 0]])
        n = len(k)
        forms, at = np.zeros((n, 2)), np.array([1.0, 0.0])
        forms[: len(a), 0] = forms[len(a) :, 1] = 1.0
        base = np.zeros(2)
        if means is not None:
            forms, at, base = forms[:, :0], at[:0], np.array(means)
        p = len(at)
        whole = np.block([[covariance, forms], [forms.T, np.zeros((p, p))]])
        solved = np.linalg.solve(whole, np.concatenate([k, at]))
        z = solved[:n] @ np.concatenate([samples["cu"][a] - base[0], samples["ni"][c] - base[1]])
        assert found.value[b] == pytest.approx(z + base[0], abs=1e-9)
        variance = 1.1 - solved @ np.concatenate([k, at])
        assert found.variance[b] == pytest.approx(variance, abs=1e-9)
    assert found.estimated.mean() > 0.5
    assert found.estimated.all() == (least == 1)
    assert (fewer > 10) == (least > 1)


def test_cokriging_without_the_other_value_nearby_is_kriging(samples, grid):
    far = samples.with_values(ni=np.where(np.arange(200) == 199, 1.0, np.nan))
    search = Search(Ellipsoid((150.0, 150.0, 60.0)), max_samples=9)
    found = cokrige(far, "cu", ["ni"], grid, PAIR, search)
    alone = krige(samples, "cu", grid, PAIR.direct("cu"), search)
    gone = np.linalg.norm((grid.centroids() - samples.xyz_m[199]) / [150, 150, 60], axis=1) > 1
    assert (gone & alone.estimated).sum() > 50
    assert found.value[gone] == pytest.approx(alone.value[gone], abs=1e-9, nan_ok=True)


def test_cokriging_of_three_where_one_is_never_beside_the_others(samples):
    three = Coregionalisation(
        ("cu", "ni", "s"), np.diag([0.1, 0.2, 0.3]), SHAPES[:1],
        np.array([[[1.0, 0.6, -0.4], [0.6, 0.9, 0.2], [-0.4, 0.2, 0.8]]]),
    )  # fmt: skip
    rng = np.random.default_rng(7)
    s = np.where(np.arange(200) % 2, rng.normal(size=200), np.nan)
    ni = np.where(np.arange(200) % 2, np.nan, samples["ni"])
    whole = samples.with_values(s=s, ni=ni)
    places = rng.uniform(0, 1000, (12, 3)) * [1, 1, 0.2]
    everything = Search.everything(samples.xyz_m, places)
    found = cokrige(whole, "cu", ["s", "ni"], places, three, everything)
    order, t = ["cu", "s", "ni"], SHAPES[0].ellipsoid.transform()
    rows = [np.flatnonzero(~np.isnan(whole[name])) for name in order]
    of = np.repeat([three.names.index(name) for name in order], [len(r) for r in rows])
    xyz = np.concatenate([samples.xyz_m[r] for r in rows])
    values = np.concatenate([whole[n][r] for n, r in zip(order, rows, strict=True)])
    h = np.linalg.norm((xyz[:, None] - xyz[None]) @ t.T, axis=2)
    covariance = three.sills[0][np.ix_(of, of)] * SHAPES[0].correlation(h)
    same = (xyz[:, None] == xyz[None]).all(axis=2)
    covariance += np.where(same, three.nugget[np.ix_(of, of)], 0.0)
    forms = np.equal.outer(of, [0, 2, 1]).astype(float)
    system = np.block([[covariance, forms], [forms.T, np.zeros((3, 3))]])
    h = np.linalg.norm((xyz[:, None] - places[None]) @ t.T, axis=2)
    k = three.sills[0][of, 0, None] * SHAPES[0].correlation(h)
    right = np.vstack([k, np.repeat([[1.0], [0.0], [0.0]], len(places), axis=1)])
    solved = np.linalg.solve(system, right)
    assert found.value == pytest.approx(values @ solved[: len(k)], abs=1e-9)
    assert found.variance == pytest.approx(1.1 - (solved * right).sum(axis=0), abs=1e-9)


def test_cokriging_needs_a_model_of_every_variable(samples, grid):
    with pytest.raises(ModelError):
        cokrige(samples.with_values(au=samples["ni"]), "cu", ["au"], grid, PAIR, WIDE)
    with pytest.raises(ModelError, match="each once"):
        cokrige(samples, "cu", ["cu"], grid, PAIR, WIDE)


def test_indicators_are_kriged_cut_off_by_cut_off(samples, grid):
    cuts = [0.5, 1.0, 2.0]
    models = [ALONE, ALONE.scaled(2.0), Variogram(0.5, ALONE.structures)]
    found = krige_indicators(samples, "cu", grid, cuts, models, WIDE, threads=2)
    raw = np.empty((grid.n, 3))
    for i, (cut, model) in enumerate(zip(cuts, models, strict=True)):
        flags = np.where(np.isnan(samples["cu"]), np.nan, samples["cu"] <= cut)
        raw[:, i] = krige(samples.with_values(i=flags), "i", grid, model, WIDE).value
    there = found.estimates.estimated
    assert np.array_equal(there, ~np.isnan(raw).any(axis=1))
    below = order_corrected(raw[there])
    assert found.above[there] == pytest.approx(1.0 - below, abs=1e-12)
    cu = samples["cu"][~np.isnan(samples["cu"])]
    length = samples.length_m[~np.isnan(samples["cu"])]
    edges = [-np.inf, *cuts, np.inf]
    means = [
        np.average(cu[(cu > a) & (cu <= b)], weights=length[(cu > a) & (cu <= b)])
        for a, b in pairwise(edges)
    ]
    classes = np.diff(np.column_stack([0 * below[:, 0], below, 1 + 0 * below[:, 0]]), axis=1)
    assert found.mean[there] == pytest.approx(classes @ means, abs=1e-12)
    assert found.variance[there] == pytest.approx(
        classes @ np.square(means) - (classes @ means) ** 2, abs=1e-12
    )


def test_order_relations_by_hand():
    # what rises stays; a fall is met halfway, from both sides; shares are those of something
    share = np.array(
        [[0.3, 0.2, 0.6, 0.5, 1.1], [0.1, 0.2, 0.2, 0.4, 0.9], [-0.2, 0.4, 0.3, 0.2, 0.8]]
    )
    expected = [[0.25, 0.25, 0.55, 0.55, 1.0], [0.1, 0.2, 0.2, 0.4, 0.9], [0.0, 0.3, 0.3, 0.3, 0.8]]
    assert order_corrected(share) == pytest.approx(np.array(expected))


@settings(max_examples=30)
@given(arrays(float, (4, 5), elements=st.floats(-1, 2)))
def test_order_relations_are_those_of_a_loop_up_and_a_loop_down(share):
    corrected = order_corrected(share)
    for row, found in zip(share, corrected, strict=True):
        up = [min(max(v, 0.0), 1.0) for v in row]
        down = list(up)
        for i in range(1, 5):
            up[i] = max(up[i], up[i - 1])
        for i in range(3, -1, -1):
            down[i] = min(down[i], down[i + 1])
        assert np.array_equal(found, (np.array(up) + down) / 2)
    # what is a distribution already stays as it is
    assert np.array_equal(order_corrected(corrected), corrected)


@pytest.mark.parametrize("discretisation", [None, (2, 1, 2)])
@pytest.mark.parametrize("distance", ["search", "plain"])
def test_weighting_is_as_it_says(samples, grid, discretisation, distance):
    search = Search(Ellipsoid((400.0, 300.0, 100.0), AXES), max_samples=9)
    t = search.transform()
    found = {
        kind: weigh(
            samples, "cu", grid, search, kind=kind, power=3.0, discretisation=discretisation,
            by_length=True, distance=distance,
        )
        for kind in ("inverse distance", "nearest neighbour", "moving average")
    }  # fmt: skip
    first = np.flatnonzero(~np.isnan(samples["cu"]))
    xyz, cu, length = samples.xyz_m[first], samples["cu"][first], samples.length_m[first]
    x, z = ([-25.0, 25.0], [-12.5, 12.5]) if discretisation else ([0.0], [0.0])
    local = np.array([[a, 0.0, c] for a in x for c in z])
    offsets = grid.to_world(local) - np.array(grid.origin)
    metric = t if distance == "search" else np.eye(3)
    for b in range(0, grid.n, 7):
        at = nearest(xyz, grid.centroids()[b], t, 9)
        if not len(at):
            assert not found["moving average"].estimated[b]
            continue
        sums = dict.fromkeys(found, 0.0)
        for offset in offsets:
            d = np.linalg.norm((xyz[at] - grid.centroids()[b] - offset) @ metric.T, axis=1)
            sums["inverse distance"] += np.average(cu[at], weights=length[at] / d**3)
            sums["nearest neighbour"] += cu[at][np.argmin(d)]
            sums["moving average"] += np.average(cu[at], weights=length[at])
        for kind, total in sums.items():
            assert found[kind].value[b] == pytest.approx(total / len(offsets), abs=1e-12)
    assert np.isnan(found["inverse distance"].variance).all()


@pytest.mark.parametrize("distance", ["search", "plain"])
def test_distances_of_a_later_pass_are_those_of_the_first(samples, grid, distance):
    first = Search(Ellipsoid((300.0, 150.0, 80.0), AXES), max_samples=4, min_samples=3)
    second = Search(Ellipsoid((600.0, 600.0, 600.0)), max_samples=6)
    found = weigh(samples, "cu", grid, [first, second], power=2.0, distance=distance)
    assert {1, 2} <= set(found.passes.tolist())
    there = samples.measured("cu")
    metric = first.transform() if distance == "search" else np.eye(3)
    for b in np.flatnonzero(found.estimated)[::11]:
        search = (first, second)[found.passes[b] - 1]
        at = nearest(there.xyz_m, grid.centroids()[b], search.transform(), search.max_samples)
        d2 = (((there.xyz_m[at] - grid.centroids()[b]) @ metric.T) ** 2).sum(axis=1)
        assert found.value[b] == pytest.approx(np.average(there["cu"][at], weights=1 / d2))


def test_weighting_is_exact_at_data(samples):
    there = samples.measured("cu")
    search = Search(Ellipsoid((400.0, 300.0, 100.0)), max_samples=9)
    for power in (0.5, 2.0, 40.0):
        found = weigh(there, "cu", there.xyz_m, search, power=power)
        assert np.array_equal(found.value, there["cu"])


def test_boundaries_are_hard_or_soft(samples):
    words = samples.codes["domain"]
    hard = seen_from(samples, "domain", ["west"])
    assert len(hard) == (words == "west").sum()
    both = seen_from(samples, "domain", ["west"], ["middle"])
    assert len(both) == np.isin(words, ["west", "middle"]).sum()
    near = seen_from(samples, "domain", ["west"], ["middle"], 120.0)
    own = samples.xyz_m[words == "west"]
    apart = np.linalg.norm(samples.xyz_m[:, None] - own[None], axis=2).min(axis=1)
    expected = (words == "west") | ((words == "middle") & (apart <= 120.0))
    assert np.array_equal(near.xyz_m, samples.xyz_m[expected])
    assert 0 < len(near) - len(hard) < len(both) - len(hard)
    with pytest.raises(ModelError, match="no sample has domain = north"):
        seen_from(samples, "domain", ["north"])
    with pytest.raises(ModelError, match="no sample has domain = north"):
        seen_from(samples, "domain", ["west"], ["north"])
    with pytest.raises(ModelError, match="soft neighbour of it"):
        seen_from(samples, "domain", ["west"], ["west"])
