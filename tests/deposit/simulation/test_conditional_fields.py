"""Conditional Gaussian fields: against dense solves, over many realisations and seeds."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from scipy import fft
from simulation_oracles import conditional, conditioned, covariance_matrix, drawn_on_path

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, GaussianField, Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation import all_data, residuals
from orefield.deposit.simulation.all_data import AllData
from orefield.deposit.simulation.conditioning import krige_weights
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.paths import path_of
from orefield.deposit.simulation.placing import PlacedData, flattened, place_data, positions_for
from orefield.deposit.simulation.residuals import Residuals
from orefield.deposit.simulation.sequential import SequentialGaussian
from orefield.deposit.simulation.spectral import PointSimulation
from orefield.deposit.simulation.streams import stream

TURNED = Rotation(35.0, 25.0, 10.0)
NESTED = Variogram(
    0.1,
    (
        Structure("spherical", 0.4, (60.0, 40.0, 25.0), TURNED),
        Structure("spherical", 0.5, (120.0, 90.0, 50.0), TURNED),
    ),
)
SMALL = Grid((1000.0, 500.0, 30.0), (12.0, 10.0, 6.0), (7, 6, 3), 20.0)
FLAT = Grid((0.0, 0.0, 5.0), (10.0, 10.0, 4.0), (12, 9, 1), -30.0)
WIDE = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=100)


def data_in(grid: Grid, count: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = np.array(grid.size) * np.array(grid.shape)
    xyz = flattened(grid, grid.to_world(rng.random((count, 3)) * size * [1, 1, grid.shape[2] > 1]))
    return xyz, rng.standard_normal(count)


@pytest.mark.parametrize("grid", [SMALL, FLAT], ids=["3-D", "2-D"])
@pytest.mark.parametrize("kind", ["spherical", "exponential", "cubic", "matern"])
def test_the_covariance_of_a_turned_structure_is_the_models(grid: Grid, kind: str) -> None:
    shape = 0.8 if kind == "matern" else None
    model = Variogram(0.2, (Structure(cast(Any, kind), 0.8, (60.0, 30.0, 20.0), TURNED, shape),))
    power = GaussianField.on(grid, model, axes="world").power()
    assert power.mean() == pytest.approx(1.0, abs=1e-12)
    found = fft.ifftn(power).real
    tolerance = 1e-10 if kind in ("spherical", "cubic") else 6e-3
    nx, ny, nz = grid.shape
    steps = np.stack(
        np.meshgrid(range(1 - nx, nx), range(1 - ny, ny), range(1 - nz, nz), indexing="ij"), -1
    ).reshape(-1, 3)
    lags = grid.to_world(steps * np.array(grid.size)) - np.array(grid.origin)
    np.testing.assert_allclose(
        found[steps[:, 2], steps[:, 1], steps[:, 0]], model.covariance(lags), atol=tolerance
    )


def test_ranges_along_the_axes_are_the_same_by_either_way() -> None:
    # a quarter turn names the same ellipsoid with its axes exchanged
    grid = Grid((0, 0, 0), (10.0, 12.0, 5.0), (8, 9, 4))
    straight = Variogram(0.0, (Structure("exponential", 1.0, (40.0, 70.0, 20.0)),))
    turned = Variogram(
        0.0, (Structure("exponential", 1.0, (70.0, 40.0, 20.0), Rotation(0.0, 0.0, 0.0)),)
    )
    one, other = (fft.ifftn(GaussianField.on(grid, v).power()).real for v in (straight, turned))
    np.testing.assert_allclose(one, other, atol=1e-3)  # the far images that one leaves out


def test_weights_are_those_of_a_dense_solve() -> None:
    xyz, _ = data_in(SMALL, 30)
    nodes = SMALL.centroids()
    found = krige_weights(nodes, xyz, NESTED, WIDE, threads=2)
    expected = np.linalg.solve(
        covariance_matrix(xyz, xyz, NESTED), covariance_matrix(xyz, nodes, NESTED)
    ).T
    np.testing.assert_allclose(found.weights, expected, atol=1e-11)
    left = NESTED.sill - (expected * covariance_matrix(nodes, xyz, NESTED)).sum(axis=1)
    np.testing.assert_allclose(found.variance, left, atol=1e-11)


@pytest.mark.parametrize(
    ("grid", "positions"),
    [(FLAT, "nodes"), (FLAT, "true"), (SMALL, "true")],
    ids=["2-D at nodes", "2-D", "3-D"],
)
def test_mean_and_covariance_are_those_of_the_conditional_field(grid: Grid, positions) -> None:
    # 3,000 realisations; 5.5 standard errors at any node, and their squares add up as they should
    xyz, y = data_in(grid, 14)
    data = place_data(grid, xyz, y, positions)
    mean, covariance = conditional(grid.centroids(), data.xyz_m, data.scores, NESTED)
    simulation = GridSimulation.on(grid, NESTED, data, search=WIDE)
    sample = np.array(list(simulation.realisations(3000, 11)))
    variance = np.maximum(np.diag(covariance), 0.0)
    free = variance > 1e-9
    if positions == "nodes":
        np.testing.assert_allclose(sample[:, data.node[data.node >= 0]].std(axis=0), 0, atol=1e-12)
    z = (sample.mean(axis=0) - mean)[free] / np.sqrt(variance[free] / 3000)
    assert np.abs(z).max() < 5.5
    assert (z**2).mean() == pytest.approx(1.0, abs=0.5)
    ratio = sample.var(axis=0)[free] / variance[free]
    assert np.abs(ratio - 1).max() < 5.5 * np.sqrt(2 / 3000)
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)
    found = np.cov(sample[:, free].T)
    assert np.abs(found - covariance[np.ix_(free, free)]).max() < 0.13


def dense_of_the_same_noise(method: type, grid: Grid, data: PlacedData, seed: int) -> np.ndarray:
    """Realisations 0 and 1 (2, n) as all data and all nodes together give them."""
    nodes = grid.centroids()
    if method is GridSimulation:
        free = GridSimulation.on(grid, NESTED).pair(seed, 0)
        return conditioned(free, nodes, data.node, data.scores, NESTED)
    path = path_of(grid, np.arange(grid.n), seed, 0)
    noise = [stream(seed, 3, 0, k).standard_normal(grid.n) for k in (0, 1)]
    return np.array(
        [drawn_on_path(nodes, data.node, data.scores, NESTED, path, one) for one in noise]
    )


@pytest.mark.parametrize("grid", [SMALL, FLAT], ids=["3-D", "2-D"])
@pytest.mark.parametrize("method", [GridSimulation, SequentialGaussian])
def test_with_all_neighbours_a_realisation_is_the_dense_one_of_its_noise(method, grid) -> None:
    data = place_data(grid, *data_in(grid, 14))
    everything = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=200)
    simulation = method.on(grid, NESTED, data, search=everything)
    for seed in (1, 2, 3):
        found = np.array(list(simulation.realisations(2, seed)))
        expected = dense_of_the_same_noise(method, grid, data, seed)
        np.testing.assert_allclose(found, expected, atol=1e-9)
        np.testing.assert_allclose(found[:, data.node], np.tile(data.scores, (2, 1)), atol=1e-12)


@pytest.mark.parametrize("grid", [SMALL, FLAT], ids=["3-D", "2-D"])
def test_few_data_at_nodes_condition_all_at_once(grid: Grid) -> None:
    data = place_data(grid, *data_in(grid, 40))
    mask = np.arange(grid.n) % 4 > 0
    made = GridSimulation.on(grid, NESTED, data)
    assert isinstance(made.kriged, AllData)
    assert made.reached.all()
    some = GridSimulation.on(grid, NESTED, data, simulated=mask)
    for seed in (1, 2):
        found = np.array(list(made.realisations(5, seed, threads=2)))
        expected = dense_of_the_same_noise(GridSimulation, grid, data, seed)
        np.testing.assert_allclose(found[:2], expected, atol=1e-9)
        np.testing.assert_allclose(found[:, data.node], np.tile(data.scores, (5, 1)), atol=1e-11)
        assert np.array(list(made.realisations(5, seed))).tobytes() == found.tobytes()
        masked = np.array(list(some.realisations(5, seed)))
        np.testing.assert_array_equal(masked, np.where(mask, found, 0.0))


def test_nodes_that_no_datum_tells_of_are_known() -> None:
    long = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (60, 4, 1))
    data = place_data(long, np.array([[5.0, 5.0, 5.0]]), np.ones(1))
    model = Variogram(0.0, (Structure("spherical", 1.0, (100.0, 100.0, 100.0)),))
    made = GridSimulation.on(long, model, data)
    assert isinstance(made.kriged, AllData)
    away = np.linalg.norm(long.centroids() - [5.0, 5.0, 5.0], axis=1)
    correlated = model.covariance(long.centroids() - [5.0, 5.0, 5.0]) > 1e-3
    np.testing.assert_array_equal(made.reached, correlated)
    assert away[made.reached].max() > 80.0


def test_data_that_cannot_all_be_taken_at_once_are_taken_by_neighbourhoods(monkeypatch) -> None:
    data = place_data(SMALL, *data_in(SMALL, 40))
    smooth = Variogram(0.0, (Structure("gaussian", 1.0, (90.0, 90.0, 90.0)),))
    many = place_data(SMALL, *data_in(SMALL, 400))  # all but follow from each other
    assert isinstance(GridSimulation.on(SMALL, smooth, many).kriged, Residuals)
    near = Search(Ellipsoid((60.0, 60.0, 60.0)))
    assert isinstance(GridSimulation.on(SMALL, NESTED, data, search=near).kriged, Residuals)
    off = place_data(SMALL, *data_in(SMALL, 40), "true")
    assert isinstance(GridSimulation.on(SMALL, NESTED, off).kriged, Residuals)
    monkeypatch.setattr(all_data, "MOST_DATA", 10)
    assert isinstance(GridSimulation.on(SMALL, NESTED, data).kriged, Residuals)


@pytest.mark.parametrize("method", [GridSimulation, SequentialGaussian])
def test_neighbourhoods_leave_the_statistics_of_every_seed_as_they_are(method) -> None:
    # paired over 40 seeds: each realisation beside the dense one of the same noise. Tolerances:
    # mean, variance, half squared differences at three lags, shares below -1, 0 and 1
    data = place_data(FLAT, *data_in(FLAT, 40))
    near = Search(Ellipsoid((60.0, 60.0, 60.0)), max_samples=12)
    simulation = method.on(FLAT, NESTED, data, search=near)

    def told(sample: np.ndarray) -> np.ndarray:
        cube = sample.reshape(len(sample), FLAT.shape[1], FLAT.shape[0])
        lags = [cube[:, :, 1:] - cube[:, :, :-1], cube[:, 1:] - cube[:, :-1],
                cube[:, :, 3:] - cube[:, :, :-3]]  # fmt: skip
        return np.column_stack(
            [sample.mean(axis=1), sample.var(axis=1)]
            + [0.5 * (off**2).mean(axis=(1, 2)) for off in lags]
            + [(sample < edge).mean(axis=1) for edge in (-1.0, 0.0, 1.0)]
        )

    off = []
    for seed in range(40):
        ours = np.array(list(simulation.realisations(2, seed)))
        off.append(told(ours) - told(dense_of_the_same_noise(method, FLAT, data, seed)))
    pairs = np.concatenate(off)
    tolerance = np.array([0.012, 0.02, 0.008, 0.008, 0.025, 0.01, 0.01, 0.01])
    assert (np.abs(pairs.mean(axis=0)) < tolerance).all()


def test_data_are_honoured_exactly_and_the_nearest_to_a_centre_wins() -> None:
    xyz, y = data_in(SMALL, 60)
    data = place_data(SMALL, xyz, y)
    assert len(data) + data.passed_over == 60
    assert data.passed_over > 0
    one = next(GridSimulation.on(SMALL, NESTED, data).realisations(1, 4))
    np.testing.assert_allclose(one[data.node], data.scores, atol=1e-12)
    block, centres = SMALL.locate(xyz), SMALL.centroids()
    for node, source in zip(data.node, data.source, strict=True):
        there = np.flatnonzero(block == node)
        away = np.linalg.norm(xyz[there] - centres[node], axis=1)
        assert source == there[away.argmin()]


def test_samples_stay_in_their_places_where_many_would_share_a_node() -> None:
    size = np.array(SMALL.size)
    cells = np.column_stack([np.arange(40) % 7, np.arange(40) % 6, np.arange(40) % 3])
    alone = SMALL.to_world((np.unique(cells, axis=0)[:38] + 0.3) * size)
    two, more = (np.concatenate([alone, alone[:k] + 1.0]) for k in (1, 6))
    values = np.arange(50.0)
    assert positions_for(SMALL, alone, values[: len(alone)]) == "nodes"
    assert positions_for(SMALL, two, values[: len(two)]) == "nodes"
    assert positions_for(SMALL, more, values[: len(more)]) == "true"
    # samples at one place with two values cannot both hold; outside the grid all stay anyhow
    twins = np.concatenate([more, more[:1]])
    assert positions_for(SMALL, twins, values[: len(twins)]) == "nodes"
    assert positions_for(SMALL, twins, np.ones(len(twins))) == "true"
    assert positions_for(SMALL, np.concatenate([alone, more[-6:] + 5e3]), values[:44]) == "nodes"


def test_caps_by_hole_count_by_hole() -> None:
    # three holes of twelve data; two of each at most, as a dense solve of those has it
    hole = np.repeat(np.arange(3, dtype=np.int32), 12)
    depth = np.tile(np.linspace(1.0, 17.0, 12), 3)
    plan = np.array([[20.0, 15.0], [60.0, 40.0], [30.0, 50.0]])[hole]
    data = place_data(SMALL, SMALL.to_world(np.column_stack([plan, depth])), np.cos(depth), "true")
    capped = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=30, max_per_hole=2)
    kriged = GridSimulation.on(SMALL, NESTED, data, search=capped, hole=hole).kriged
    assert isinstance(kriged, Residuals)
    for held in (
        kriged.held,
        PointSimulation.on(
            SMALL.centroids(), NESTED, data.xyz_m, data.scores, search=capped, hole=hole
        ).weights,
    ):
        assert held is not None
        assert held.near.shape[1] == 30
        for row, node, weights in zip(held.near, SMALL.centroids(), held.weights, strict=True):
            seen = row[row >= 0]
            np.testing.assert_array_equal(np.bincount(hole[seen], minlength=3), [2, 2, 2])
            xyz = data.xyz_m[seen]
            expected = np.linalg.solve(
                covariance_matrix(xyz, xyz, NESTED), covariance_matrix(xyz, node[None], NESTED)
            )[:, 0]
            np.testing.assert_allclose(weights[: len(seen)], expected, atol=1e-9)


def test_data_outside_the_grid_condition_it() -> None:
    outside = SMALL.to_world(np.array([[-4.0, 30.0, 9.0]]))
    data = place_data(SMALL, outside, np.array([2.5]))
    assert data.node[0] == -1
    mean, _ = conditional(SMALL.centroids(), outside, np.array([2.5]), NESTED)
    found = np.mean(list(GridSimulation.on(SMALL, NESTED, data).realisations(1500, 3)), axis=0)
    assert np.abs(found - mean).max() < 5.5 / np.sqrt(1500)
    assert mean.max() > 1.5


def test_seed_and_number_decide_every_bit_at_any_number_of_threads() -> None:
    xyz, y = data_in(SMALL, 20)
    data = place_data(SMALL, xyz, y, "true")
    runs = [
        np.array(
            list(GridSimulation.on(SMALL, NESTED, data, threads=t).realisations(n, 5, threads=t))
        )
        for t, n in ((1, 7), (2, 7), (3, 7), (2, 4))
    ]
    for other in runs[1:]:
        assert other.tobytes() == runs[0][: len(other)].tobytes()
    changed = next(GridSimulation.on(SMALL, NESTED, data).realisations(1, 6))
    assert not np.array_equal(changed, runs[0][0])
    assert abs(np.corrcoef(runs[0][0] - runs[0][2], runs[0][1] - runs[0][3])[0, 1]) < 0.5


def test_weights_made_anew_give_the_bits_of_those_held(monkeypatch: pytest.MonkeyPatch) -> None:
    xyz, y = data_in(SMALL, 40)
    data = place_data(SMALL, xyz, y, "true")
    mask = np.arange(SMALL.n) % 5 > 0
    near = Search(Ellipsoid((60.0, 60.0, 60.0)), max_samples=6)

    def runs(threads: int) -> tuple[GridSimulation, np.ndarray]:
        made = GridSimulation.on(SMALL, NESTED, data, search=near, simulated=mask, threads=threads)
        found = made.realisations(7, 5, finish=np.exp, threads=threads)
        return made, np.array(list(found))

    held, expected = runs(1)
    assert isinstance(held.kriged, Residuals)
    assert held.kriged.held is not None
    monkeypatch.setattr(residuals, "MOST_HELD_BYTES", 1000)
    monkeypatch.setattr(residuals, "FIELDS_BYTES", 4 * 8 * SMALL.n)
    monkeypatch.setattr(residuals, "_SLAB", 29)
    for threads in (1, 2):
        made, found = runs(threads)
        assert isinstance(made.kriged, Residuals)
        assert (made.kriged.held, made.batch_size) == (None, 4)
        np.testing.assert_array_equal(made.reached, held.reached)
        assert found.tobytes() == expected.tobytes()
        assert made.pair(5, 2).tobytes() == held.pair(5, 2).tobytes()


def test_blocks_outside_the_mask_stay_empty() -> None:
    xyz, y = data_in(SMALL, 20)
    mask = np.arange(SMALL.n) % 3 == 0
    data = place_data(SMALL, xyz, y)
    whole = next(GridSimulation.on(SMALL, NESTED, data).realisations(1, 4))
    found = next(GridSimulation.on(SMALL, NESTED, data, simulated=mask).realisations(1, 4))
    assert not found[~mask].any()
    np.testing.assert_allclose(found[mask], whole[mask], atol=1e-12)


def test_a_smooth_variogram_without_nugget_stays_finite() -> None:
    smooth = Variogram(0.0, (Structure("gaussian", 1.0, (90.0, 90.0, 90.0)),))
    xyz, _ = data_in(SMALL, 50)
    y = np.sin(xyz[:, 0] / 40.0)
    data = place_data(SMALL, xyz, y)
    found = next(GridSimulation.on(SMALL, smooth, data, search=WIDE).realisations(1, 4))
    assert np.abs(found).max() < 6.0


def test_what_cannot_be_simulated_is_refused() -> None:
    xyz, y = data_in(SMALL, 5)
    data = place_data(SMALL, xyz, y)
    with pytest.raises(ModelError, match=r"sill of 1\.5"):
        GridSimulation.on(SMALL, NESTED.scaled(1.5), data)
    with pytest.raises(ModelError, match="reaches a node"):
        GridSimulation.on(SMALL, NESTED, place_data(SMALL, xyz + 5000.0, y))
    with pytest.raises(ModelError, match="0 realisations"):
        next(GridSimulation.on(SMALL, NESTED, data).realisations(0, 1))
    with pytest.raises(ModelError, match="0 threads"):
        next(GridSimulation.on(SMALL, NESTED, data).realisations(1, 1, threads=0))
    with pytest.raises(ModelError, match="one place have different values"):
        place_data(SMALL, np.vstack([xyz, xyz[:1]]), np.append(y, 9.0), "true")
    same = place_data(SMALL, np.vstack([xyz, xyz[:1]]), np.append(y, y[0]), "true")
    assert (len(same), same.passed_over) == (5, 1)
    tied = place_data(SMALL, np.vstack([xyz, xyz[:1]]), np.append(y, 9.0), "true", np.ones(6))
    assert (len(tied), tied.passed_over) == (5, 1)
    beside = np.vstack([xyz, xyz[:1]]) + 1000.0  # outside the grid, whatever the rule
    assert len(place_data(SMALL, beside, np.append(y, 9.0))) == 5
    with pytest.raises(ModelError, match="unknown rule"):
        place_data(SMALL, xyz, y, cast(Any, "corners"))
