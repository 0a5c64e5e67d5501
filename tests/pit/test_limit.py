import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.kernels.closure import closure_grid
from orefield.pit import (
    SlopePattern,
    block_value_usd,
    maximum_closure,
    nested_shells,
    slope_pattern,
    ultimate_pit,
    whole_units,
)
from orefield.pit.limit import nested_closures
from orefield.pit.slopes import slope_domains


def _section(values, rock=None):
    """A vertical section, given as rows from the top down, and the 45 degree pattern."""
    values = np.asarray(values, dtype=float)[::-1]
    nz, nx = values.shape
    fields = {"density_t_m3": np.ones(values.size)}
    if rock is not None:
        fields["rock_fraction"] = np.asarray(rock, dtype=float)[::-1].ravel().copy()
    model = BlockModel(Grid((0, 0, 0), (10, 10, 10), (nx, 1, nz)), fields)
    offsets = np.array([(-1, 0, 1), (0, 0, 1), (1, 0, 1)], dtype=np.int32)
    return model, values.ravel(), SlopePattern(offsets, 1, 1, 0.0, 0.0, 0.0)


def _rows(mask, model):
    nx, _, nz = model.grid.shape
    return mask.reshape(nz, nx)[::-1].astype(int).tolist()


def test_a_section_solved_by_hand():
    # the ore of 9 pays for its own cone of -1 and -3; the 4 at the side does not
    model, value, pattern = _section(
        [[-1, -1, -1, -1, -1, -1], [-9, -1, -1, -1, -3, -2], [-9, -9, 9, -9, -9, 4]]
    )
    pit = ultimate_pit(model, value, pattern)
    assert _rows(pit, model) == [[1, 1, 1, 1, 1, 0], [0, 1, 1, 1, 0, 0], [0, 0, 1, 0, 0, 0]]


def test_two_ores_share_the_waste_neither_could_pay_alone():
    model, value, pattern = _section([[-2, -2, -2, -2], [-9, 5, 5, -9]])
    assert ultimate_pit(model, value, pattern).sum() == 6
    model, value, pattern = _section([[-2, -2, -2, -2], [-9, 5, -9, -9]])
    assert not ultimate_pit(model, value, pattern).any()


def test_the_smallest_of_equal_pits_is_chosen():
    model, value, pattern = _section([[-1, -1, -1], [-9, 3, -9]])
    assert not ultimate_pit(model, value, pattern).any()


def test_air_is_free_and_never_in_the_pit():
    rock = [[0, 0, 0], [0.5, 1, 0], [1, 1, 1]]
    model, value, pattern = _section([[-100, -100, -100], [-1, -1, -100], [-9, 3, -9]], rock)
    pit = ultimate_pit(model, value, pattern)
    assert _rows(pit, model) == [[0, 0, 0], [1, 1, 0], [0, 1, 0]]


def test_a_cliff_behind_air_is_still_required():
    # from the ore the cone runs up through air to the cliff on the left
    rock = [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]]
    values = [[-5, 0, 0, 0], [-5, 0, 0, 0], [-1, -1, 4, -1]]
    model, value, pattern = _section(values, rock)
    assert _rows(ultimate_pit(model, value, pattern), model) == [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]
    values[2][2] = 6
    model, value, pattern = _section(values, rock)
    pit = ultimate_pit(model, value, pattern)
    assert _rows(pit, model) == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]]


@pytest.mark.parametrize("seed", range(3))
def test_leaving_free_air_out_changes_nothing(porphyry, economics, seed):
    model = porphyry(seed)
    pattern = slope_pattern(model.grid, {0: 38.0, 90: 45.0, 200: 50.0})
    value = block_value_usd(model, economics)
    pit = ultimate_pit(model, value, pattern)
    everything = np.ones(model.grid.n, dtype=bool)
    whole, bound = closure_grid(whole_units(value), everything, model.grid.shape, pattern.offsets)
    rock = model["rock_fraction"] > 0
    assert pit.sum() > 500
    assert np.array_equal(pit, whole & rock)
    assert bound == whole_units(value)[pit].sum()


def test_shells_equal_separate_solves_and_nest(model, economics):
    pattern = slope_pattern(model.grid, 42.0)
    factors = [0.3, 0.4, 0.45, 0.5, 0.65, 0.8, 1.0, 1.2]
    shell = nested_shells(model, economics, pattern, factors)
    assert shell.dtype == np.int16
    for k, factor in enumerate(factors):
        value = block_value_usd(model, economics.at_revenue_factor(factor))
        alone = ultimate_pit(model, value, pattern)
        assert np.array_equal((shell >= 0) & (shell <= k), alone), factor
    assert len(np.unique(shell)) > 5


def test_one_shell_is_the_ultimate_pit(model, economics):
    pattern = slope_pattern(model.grid, 42.0)
    shell = nested_shells(model, economics, pattern, [1.0])
    pit = ultimate_pit(model, block_value_usd(model, economics), pattern)
    assert np.array_equal(shell == 0, pit)


def test_worthless_ground_gives_no_shell(model, economics):
    pattern = slope_pattern(model.grid, 42.0)
    shell = nested_shells(model, economics, pattern, [0.01, 0.02])
    assert (shell == -1).all()


@pytest.mark.parametrize("factors", [[], [1.0, 0.5], [0.5, 0.5], [0.0, 1.0], [0.5, np.nan]])
def test_factors_that_do_not_rise_are_refused(model, economics, factors):
    with pytest.raises(ModelError, match="factor"):
        nested_shells(model, economics, slope_pattern(model.grid, 42.0), factors)


def test_values_that_cannot_be_solved_are_refused(model):
    pattern = slope_pattern(model.grid, 42.0)
    value = np.zeros(model.grid.n)
    with pytest.raises(ModelError, match="values for a model"):
        ultimate_pit(model, value[:-1], pattern)
    value[7] = np.nan
    with pytest.raises(ModelError, match="not finite") as error:
        ultimate_pit(model, value, pattern)
    assert error.value.where == "block 7"
    value[7] = 1e18
    with pytest.raises(ModelError, match="too large"):
        ultimate_pit(model, value, pattern)


def test_precedence_lists_that_do_not_fit_are_refused():
    value = np.array([1, -1], dtype=np.int64)
    start = np.array([0, 1, 1], dtype=np.int64)
    assert maximum_closure(value, start, np.array([1])).tolist() == [False, False]
    with pytest.raises(ModelError, match="does not exist"):
        maximum_closure(value, start, np.array([2]))
    with pytest.raises(ModelError, match="do not fit"):
        maximum_closure(value, start[:-1], np.array([1]))
    with pytest.raises(ModelError, match="do not fit"):
        maximum_closure(value, np.array([0, 2, 1]), np.array([1]))


def test_a_circle_of_precedences_is_refused_and_named():
    start = np.array([0, 1, 2, 3, 4], dtype=np.int64)
    with pytest.raises(ModelError, match="circle through 3 blocks") as error:
        maximum_closure(np.array([5, -2, -2, 1]), start, np.array([1, 2, 0, 0]))
    named = {int(b) for b in error.value.where.removeprefix("blocks ").split(" -> ")}
    assert named == {0, 1, 2}
    with pytest.raises(ModelError, match="circle through 1 blocks"):
        maximum_closure(np.array([5, -2]), np.array([0, 1, 1]), np.array([0]))


def test_bad_precedences_name_the_block():
    start = np.array([0, 2, 2, 2], dtype=np.int64)
    value = np.array([1, -1, 2], dtype=np.int64)
    with pytest.raises(ModelError, match="block 0 needs block 1 twice"):
        maximum_closure(value, start, np.array([1, 1]))
    with pytest.raises(ModelError, match="block 0 needs block -1"):
        maximum_closure(value, start, np.array([1, -1]))
    with pytest.raises(ModelError, match="do not fit"):
        maximum_closure(value, start, np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.array([1.0, np.nan]), "not finite"),
        (np.array([np.inf, 1.0]), "not finite"),
        (np.array([1.5, 2.0]), "whole_units"),
        (np.array([[1, 2]]), "shape"),
        (np.array([2**61, 2**61]), "too large"),
    ],
)
def test_values_that_are_no_whole_numbers_are_refused(value, says):
    with pytest.raises(ModelError, match=says):
        maximum_closure(value, np.array([0, 0, 0]), np.zeros(0, dtype=np.int64))


def test_no_block_at_all_is_an_empty_closure():
    none = np.zeros(0, dtype=np.int64)
    assert maximum_closure(none, np.zeros(1, dtype=np.int64), none).shape == (0,)


def test_the_same_input_gives_the_same_bits_in_threads(porphyry, economics):
    from concurrent.futures import ThreadPoolExecutor

    model = porphyry(3)
    pattern = slope_pattern(model.grid, 42.0)
    factors = [0.4, 0.6, 0.8, 1.0]

    def solve(_):
        return nested_shells(model, economics, pattern, factors).tobytes()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(solve, range(4)))) == 1


def test_walls_by_domain_lie_between_those_of_either_angle(model, economics):
    value = block_value_usd(model, economics)
    nx, ny, nz = model.grid.shape
    west = np.broadcast_to(np.arange(nx) < nx // 2, (nz, ny, nx)).ravel()
    label = np.where(west, "soft", "hard")
    soft, hard = slope_pattern(model.grid, 35.0), slope_pattern(model.grid, 50.0)
    pit = ultimate_pit(model, value, slope_domains(model.grid, label, {"soft": 35, "hard": 50}))
    worth = [
        whole_units(value)[p].sum()
        for p in (ultimate_pit(model, value, soft), pit, ultimate_pit(model, value, hard))
    ]
    assert worth[0] < worth[1] < worth[2]
    same = slope_domains(model.grid, label, {"soft": 50.0, "hard": 50.0})
    assert np.array_equal(ultimate_pit(model, value, same), ultimate_pit(model, value, hard))
    shells = nested_shells(model, economics, same, [0.4, 0.7, 1.0])
    assert np.array_equal(shells, nested_shells(model, economics, hard, [0.4, 0.7, 1.0]))


def test_domains_of_another_model_are_refused(model):
    other = BlockModel(Grid((0, 0, 0), (50.0, 50.0, 30.0), (2, 2, 2)), {})
    slopes = slope_domains(other.grid, np.zeros(8, dtype=int), {0: 45.0})
    with pytest.raises(ModelError, match="8 slope domains"):
        ultimate_pit(model, np.zeros(model.grid.n), slopes)


@pytest.mark.parametrize("seed", range(8))
def test_nested_closures_equal_separate_solves(seed):
    rng = np.random.default_rng(seed)
    n, count = int(rng.integers(1, 200)), int(rng.integers(1, 12))
    pairs = np.sort(rng.integers(0, n, (3 * n, 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)[:, ::-1]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    start = np.searchsorted(pairs[:, 0], np.arange(n + 1)).astype(np.int64)
    needed = pairs[:, 1].copy()
    rise = rng.integers(0, 6, (count, n)).cumsum(axis=0)
    values = rng.integers(-40, 10, n) + rise
    shell = nested_closures(values, start, needed)
    for k in range(count):
        alone = maximum_closure(values[k], start, needed)
        assert np.array_equal((shell >= 0) & (shell <= k), alone)


def test_values_that_fall_from_shell_to_shell_are_refused():
    start, needed = np.array([0, 1, 1], dtype=np.int64), np.array([1])
    with pytest.raises(ModelError, match="block 1 is worth less in shell 1"):
        nested_closures([np.array([1, 1]), np.array([2, 0])], start, needed)
    with pytest.raises(ModelError, match="at least one shell"):
        nested_closures([], start, needed)
    with pytest.raises(ModelError, match="circle"):
        nested_closures([np.array([1, 1])], np.array([0, 1, 2]), np.array([1, 0]))
