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


def test_a_cycle_of_precedences_is_taken_whole():
    start = np.array([0, 1, 2, 3], dtype=np.int64)
    needed = np.array([1, 2, 0], dtype=np.int64)
    assert maximum_closure(np.array([5, -2, -2]), start, needed).all()
    assert not maximum_closure(np.array([5, -2, -4]), start, needed).any()


def test_the_same_input_gives_the_same_bits_in_threads(porphyry, economics):
    from concurrent.futures import ThreadPoolExecutor

    model = porphyry(3)
    pattern = slope_pattern(model.grid, 42.0)
    factors = [0.4, 0.6, 0.8, 1.0]

    def solve(_):
        return nested_shells(model, economics, pattern, factors).tobytes()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(solve, range(4)))) == 1
