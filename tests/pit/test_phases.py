import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit import choose_phases, phase_of_blocks, shell_totals


def test_phases_divide_the_rock_about_equally():
    phase = choose_phases(np.ones(12), n_phases=4)
    assert phase.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_coarse_shells_give_fewer_phases():
    assert choose_phases([1.0, 98.0, 1.0], n_phases=5).max() <= 2
    assert choose_phases([5.0], n_phases=3).tolist() == [0]


def test_small_phases_join_their_neighbours():
    rock = np.array([1.0, 10.0, 10.0, 1.0])
    phase = choose_phases(rock, n_phases=4, min_rock_t=5.0)
    sizes = np.bincount(phase, weights=rock)
    assert (sizes >= 5.0).all()
    assert phase[-1] == phase.max()


def test_a_minimum_above_everything_leaves_one_phase():
    assert choose_phases([1.0, 2.0, 3.0], n_phases=3, min_rock_t=1e9).tolist() == [0, 0, 0]


def test_empty_shells_take_no_phase_of_their_own():
    phase = choose_phases([0.0, 4.0, 0.0, 4.0, 0.0], n_phases=2)
    assert phase.tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("seed", range(20))
def test_every_phase_rises_and_holds_rock(seed):
    rng = np.random.default_rng(seed)
    rock = rng.exponential(size=rng.integers(1, 30)) * rng.integers(0, 2, size=1)[0] + 1e-3
    n = int(rng.integers(1, 12))
    phase = choose_phases(rock, n_phases=n, min_rock_t=float(rng.uniform(0, 2)))
    assert phase[0] == 0
    assert set(np.diff(phase)) <= {0, 1}
    assert phase.max() < n
    assert (np.bincount(phase, weights=rock) > 0).all()


def test_blocks_beyond_the_last_shell_are_outside():
    shell = np.array([-1, 0, 1, 2, 3], dtype=np.int16)
    phase = phase_of_blocks(shell, np.array([0, 0, 1], dtype=np.int16))
    assert phase.tolist() == [-1, 0, 0, 1, -1]


def test_totals_leave_out_what_is_outside():
    totals = shell_totals(np.array([-1, 0, 2, 2]), [9.0, 1.0, 2.0, 3.0], 4)
    assert totals.tolist() == [1.0, 0.0, 5.0, 0.0]


@pytest.mark.parametrize("rock", [[], [0.0, 0.0], [-1.0, 2.0], [np.nan]])
def test_no_rock_is_refused(rock):
    with pytest.raises(ModelError, match="no shell holds rock"):
        choose_phases(rock, n_phases=2)


def test_no_phase_is_refused():
    with pytest.raises(ModelError, match="0 phases"):
        choose_phases([1.0], n_phases=0)
