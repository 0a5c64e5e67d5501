"""Conditional Gaussian fields: against dense solves, over many realisations and seeds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import fft, stats
from simulation_oracles import conditional, covariance_matrix, dense_draws

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, GaussianField, Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.conditioning import krige_weights
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.paths import multigrid_path
from orefield.deposit.simulation.placing import flattened, place_data
from orefield.deposit.simulation.sequential import SequentialGaussian

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
    model = Variogram(0.2, (Structure(kind, 0.8, (60.0, 30.0, 20.0), TURNED, shape),))  # type: ignore[arg-type]
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


@pytest.mark.parametrize("grid", [SMALL, FLAT], ids=["3-D", "2-D"])
@pytest.mark.parametrize("positions", ["nodes", "true"])
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


@pytest.mark.parametrize("method", [GridSimulation, SequentialGaussian])
def test_statistics_over_seeds_are_those_of_dense_draws(method) -> None:
    # 250 pairs of realisations: mean, variance, and half squared differences at two lags
    xyz, y = data_in(FLAT, 10)
    data = place_data(FLAT, xyz, y)
    mean, covariance = conditional(FLAT.centroids(), data.xyz_m, data.scores, NESTED)
    simulation = method.on(FLAT, NESTED, data, search=WIDE)
    ours = np.array([one for seed in range(50) for one in simulation.realisations(5, seed)])
    dense = dense_draws(mean, covariance, 250, 99)

    def told(sample: np.ndarray) -> np.ndarray:
        cube = sample.reshape(len(sample), FLAT.shape[1], FLAT.shape[0])
        return np.column_stack(
            [
                sample.mean(axis=1),
                sample.var(axis=1),
                *(0.5 * (np.diff(cube, axis=a) ** 2).mean(axis=(1, 2)) for a in (1, 2)),
                0.5 * ((cube[:, :, 3:] - cube[:, :, :-3]) ** 2).mean(axis=(1, 2)),
                (sample > 1.0).mean(axis=1),
            ]
        )

    for a, b in zip(told(ours).T, told(dense).T, strict=True):
        assert stats.ttest_rel(a, b).pvalue > 1e-3
        assert stats.ks_2samp(a, b).pvalue > 1e-3
    assert stats.ks_2samp(ours[:, 5], dense[:, 5]).pvalue > 1e-3


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


@pytest.mark.parametrize("grid", [SMALL, FLAT], ids=["3-D", "2-D"])
def test_a_sequential_field_with_all_neighbours_is_the_conditional_field(grid: Grid) -> None:
    xyz, y = data_in(grid, 10)
    data = place_data(grid, xyz, y)
    mean, covariance = conditional(grid.centroids(), data.xyz_m, data.scores, NESTED)
    everything = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=200)
    simulation = SequentialGaussian.on(grid, NESTED, data, search=everything)
    sample = np.array(list(simulation.realisations(2000, 4, per_path=500)))
    np.testing.assert_array_equal(sample[:, data.node], np.tile(data.scores, (2000, 1)))
    variance = np.maximum(np.diag(covariance), 0.0)
    free = variance > 1e-9
    z = (sample.mean(axis=0) - mean)[free] / np.sqrt(variance[free] / 2000)
    assert np.abs(z).max() < 5.5
    assert np.abs(np.cov(sample.T) - covariance).max() < 0.16
    assert (sample.var(axis=0)[free] / variance[free]).mean() == pytest.approx(1.0, abs=0.02)


def test_a_sequential_field_in_neighbourhoods_reproduces_the_variogram() -> None:
    # 30 fields of 2,400 nodes; within 4 % of the model's and 3.5 standard errors
    grid = Grid((0, 0, 0), (10.0, 10.0, 5.0), (20, 20, 6), 35.0)
    simulation = SequentialGaussian.on(grid, NESTED)
    sample = np.array(list(simulation.realisations(30, 8, threads=2, per_path=3)))
    assert sample.mean() == pytest.approx(0.0, abs=0.12)
    assert (sample**2).mean() == pytest.approx(1.0, abs=0.08)
    cube = sample.reshape(30, 6, 20, 20)
    for axis in (1, 2, 3):
        for step in (1, 2, 4):
            n = cube.shape[axis]
            off = cube.take(range(step, n), axis) - cube.take(range(n - step), axis)
            cells = np.zeros((1, 3))
            cells[0, 3 - axis] = step
            lag = grid.to_world(cells * np.array(grid.size)) - np.array(grid.origin)
            each = 0.5 * (off**2).mean(axis=(1, 2, 3))
            expected = NESTED.gamma(lag)[0]
            error = each.std() / np.sqrt(30)
            assert each.mean() == pytest.approx(expected, abs=3.5 * error + 0.04 * expected)


def test_a_sequential_field_is_the_same_at_any_number_of_threads() -> None:
    xyz, y = data_in(SMALL, 20)
    simulation = SequentialGaussian.on(SMALL, NESTED, place_data(SMALL, xyz, y))
    one, two, fewer = (
        np.array(list(simulation.realisations(n, 5, threads=t, per_path=2)))
        for t, n in ((1, 7), (2, 7), (2, 5))
    )
    assert one.tobytes() == two.tobytes()
    assert fewer.tobytes() == one[:5].tobytes()


def test_a_path_visits_every_node_once_and_coarse_grids_first() -> None:
    grid = Grid((0, 0, 0), (1.0, 1.0, 1.0), (20, 18, 1))
    nodes = np.flatnonzero(np.arange(grid.n) % 7 != 0)
    path = multigrid_path(grid, nodes, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(path), nodes)
    place = np.column_stack([path % 20, path // 20])
    coarse = (place % 8 == 0).all(axis=1)
    assert coarse[: coarse.sum()].all()
    assert not np.array_equal(path, multigrid_path(grid, nodes, np.random.default_rng(2)))


def test_what_cannot_be_drawn_in_sequence_is_refused() -> None:
    xyz, y = data_in(SMALL, 5)
    with pytest.raises(ModelError, match="is at a node"):
        SequentialGaussian.on(SMALL, NESTED, place_data(SMALL, xyz, y, "true"))
    with pytest.raises(ModelError, match="within the search"):
        SequentialGaussian.on(SMALL, NESTED, search=Search(Ellipsoid((1.0, 1.0, 1.0))))
    with pytest.raises(ModelError, match="0 realisations"):
        next(SequentialGaussian.on(SMALL, NESTED).realisations(0, 1))


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
        place_data(SMALL, xyz, y, "corners")  # type: ignore[arg-type]
