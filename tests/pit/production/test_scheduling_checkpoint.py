"""A search taken up again, and files that cannot be one."""

from __future__ import annotations

import errno

import numpy as np
import pytest
from scheduling_cases import accepted, capacity, problem_of, section

from orefield.core import RunError, TableError
from orefield.pit.production import Plan, Row, solve_production
from orefield.pit.production import checkpoint as checkpoints
from orefield.pit.production.checkpoint import Checkpoint, fingerprint, load, save


@pytest.fixture
def problem():
    return section(np.random.default_rng(1), 7, 4, 4, 2, 2)


@pytest.fixture
def state(problem):
    rng = np.random.default_rng(0)
    period = rng.integers(0, 5, problem.n).astype(np.int32)
    return Checkpoint(Plan(period, rng.random((problem.n, 2))), 12.5, 13.5, rng.random(8))


@pytest.fixture
def written(tmp_path, problem, state):
    path = tmp_path / "plan.npz"
    save(path, problem, state)
    return path


def test_what_is_written_is_read(problem, state, written):
    found = load(written, problem)
    assert found.plan.period.tolist() == state.plan.period.tolist()
    assert (found.plan.share == state.plan.share).all()
    assert (found.upper_bound, found.lp_bound) == (12.5, 13.5)
    assert (found.multiplier == state.multiplier).all()
    assert [p.name for p in written.parent.iterdir()] == ["plan.npz"]


def test_folder_is_made(tmp_path, problem, state):
    save(tmp_path / "a" / "b" / "plan.npz", problem, state)
    assert load(tmp_path / "a" / "b" / "plan.npz", problem).upper_bound == 12.5


def changed_problems(problem):
    """The problem with one thing changed, each in turn."""
    block = np.repeat(np.arange(problem.n), np.diff(problem.start))
    arcs = list(zip(block.tolist(), problem.needed.tolist(), strict=True))
    limits, rows = list(problem.limits), []
    value = problem.value.copy()
    value[0, 3, 1] += 1e-9
    yield problem_of(problem.n, arcs, value, problem.factor, limits)
    yield problem_of(problem.n, arcs[1:], problem.value, problem.factor, limits)
    yield problem_of(problem.n, arcs, problem.value, problem.factor * 0.9, limits)
    yield problem_of(problem.n, arcs, problem.value, problem.factor, limits[:1])
    upper = limits[0].upper.copy()
    upper[2] += 1.0
    other = [capacity(limits[0].use, upper, name=limits[0].name), limits[1]]
    yield problem_of(problem.n, arcs, problem.value, problem.factor, other)
    one = np.zeros(1, np.int64)
    rows = [Row("free", one, one, one, np.ones(1), -np.inf, 1.0)]
    yield problem_of(problem.n, arcs, problem.value, problem.factor, limits, rows)


def test_a_checkpoint_of_another_problem_is_refused(problem, written):
    keys = {fingerprint(problem)}
    for other in changed_problems(problem):
        keys.add(fingerprint(other))
        with pytest.raises(TableError, match="another problem") as error:
            load(written, other)
        assert str(written) in error.value.where
        assert error.value.fix
        with pytest.raises(TableError, match="another problem"):
            solve_production(other, seconds=1.0, checkpoint=written)
    assert len(keys) == 7


def test_truncated_files_are_refused(problem, written):
    whole = written.read_bytes()
    for share in (0.0, 0.01, 0.3, 0.6, 0.9, 0.999):
        written.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(TableError) as error:
            load(written, problem)
        assert str(written) in error.value.where


def test_damaged_bytes_are_refused_or_do_no_harm(problem, written, state):
    whole = written.read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(whole), 300):
        damaged = bytearray(whole)
        damaged[at] ^= int(rng.integers(1, 256))
        written.write_bytes(bytes(damaged))
        try:
            found = load(written, problem)
        except TableError:
            continue
        assert found.plan.period.tolist() == state.plan.period.tolist()
        assert (found.multiplier == state.multiplier).all()


def test_files_of_another_kind_are_refused(tmp_path, problem):
    path = tmp_path / "plan.npz"
    for content in (b"", b"not a checkpoint\n", b"PK\x03\x04" + b"\x00" * 50, bytes(range(256))):
        path.write_bytes(content)
        with pytest.raises(TableError):
            load(path, problem)
    np.savez(path, nothing=np.zeros(3))
    with pytest.raises(TableError):
        load(path, problem)
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(TableError):
        load(folder, problem)


def test_a_single_array_is_refused(tmp_path, problem):
    path = tmp_path / "plan.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(TableError):
        load(path, problem)


def test_pickled_objects_are_not_run(tmp_path, problem):
    path = tmp_path / "plan.npz"
    with path.open("wb") as file:
        np.savez(file, problem=np.array([{"a": 1}], dtype=object))
    with pytest.raises(TableError):
        load(path, problem)


@pytest.mark.parametrize("what", ["period", "share", "bounds", "multiplier"])
def test_arrays_of_a_wrong_shape_are_refused(tmp_path, problem, state, what):
    path = tmp_path / "plan.npz"
    save(path, problem, state)
    with np.load(path) as data:
        arrays = {name: data[name] for name in data.files}
    arrays[what] = arrays[what][:-1]
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(TableError):
        solve_production(problem, seconds=120.0, turns=1, checkpoint=path)


def test_a_full_disk_leaves_the_old_file_whole(monkeypatch, problem, state, written):
    before = written.read_bytes()

    def full(file, **arrays):
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints.np, "savez_compressed", full)
    with pytest.raises(RunError, match="No space left") as error:
        save(written, problem, state)
    assert str(written) in error.value.where
    assert written.read_bytes() == before
    assert [p.name for p in written.parent.iterdir()] == ["plan.npz"]


def test_a_full_disk_does_not_cost_the_plan_and_is_told(monkeypatch, tmp_path, problem):
    path = tmp_path / "plan.npz"
    solve_production(problem, gap=0.0, seconds=0.0, checkpoint=path)
    before = path.read_bytes()

    def full(file, **arrays):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints.np, "savez_compressed", full)
    found = solve_production(problem, gap=0.0, seconds=120.0, turns=3, checkpoint=path)
    assert "No space left" in found.unsaved
    assert str(path) in found.unsaved
    assert accepted(problem, found.plan) == pytest.approx(found.objective)
    assert path.read_bytes() == before


def test_a_plan_that_breaks_the_problem_is_not_gone_on_from(tmp_path, problem):
    path = tmp_path / "plan.npz"
    found = solve_production(problem, gap=0.0, seconds=120.0, turns=3, checkpoint=path)
    assert found.unsaved == ""
    good = load(path, problem)
    below = int(np.flatnonzero(np.diff(problem.start) > 0)[0])
    above = int(problem.needed[problem.start[below]])
    early, whole = good.plan.period.copy(), good.plan.share.copy()
    early[below], early[above] = 0, problem.n_periods - 1
    whole[[below, above]] = [1.0, 0.0]
    milled = np.zeros_like(whole)
    milled[:, 1] = 1.0
    wrong = (
        Plan(early, whole),
        Plan(good.plan.period, good.plan.share / 2),
        Plan(np.zeros(problem.n, np.int32), milled),
        Plan(good.plan.period, np.full_like(whole, np.nan)),
    )
    for plan in wrong:
        save(path, problem, Checkpoint(plan, 1e9, 1e9, good.multiplier))
        with pytest.raises(TableError, match="none of this problem"):
            solve_production(problem, seconds=1.0, checkpoint=path)


def test_a_bound_is_proven_anew_not_believed(tmp_path, problem):
    path = tmp_path / "plan.npz"
    found = solve_production(problem, gap=0.0, seconds=120.0, turns=3, checkpoint=path)
    good = load(path, problem)
    save(path, problem, Checkpoint(good.plan, found.objective / 2, found.lp_bound, good.multiplier))
    again = solve_production(problem, gap=0.0, seconds=120.0, turns=3, checkpoint=path)
    assert again.upper_bound >= again.objective
    assert again.upper_bound == pytest.approx(found.upper_bound, rel=1e-6)


def test_a_path_that_cannot_be_written(tmp_path, problem, state):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(RunError):
        save(tmp_path / "file" / "plan.npz", problem, state)


def test_going_on_is_never_worse_than_what_was_saved(tmp_path, problem):
    path = tmp_path / "run" / "plan.npz"
    first = solve_production(problem, gap=0.0, seconds=120.0, turns=3, checkpoint=path)
    saved = load(path, problem)
    assert saved.plan.period.tolist() == first.plan.period.tolist()
    assert saved.upper_bound == first.upper_bound
    second = solve_production(problem, gap=0.0, seconds=120.0, turns=3, seed=9, checkpoint=path)
    assert second.objective >= first.objective * (1 - 1e-12)
    assert second.upper_bound <= first.upper_bound
    assert second.lp_bound == first.lp_bound
    assert accepted(problem, second.plan) == pytest.approx(second.objective)
    assert load(path, problem).plan.period.tolist() == second.plan.period.tolist()


def test_going_on_without_time_returns_what_was_saved(tmp_path, problem):
    path = tmp_path / "plan.npz"
    first = solve_production(problem, gap=0.0, seconds=120.0, turns=2, checkpoint=path)
    again = solve_production(problem, gap=0.0, seconds=0.0, seed=3, checkpoint=path)
    assert again.objective >= first.objective * (1 - 1e-12)
    assert again.upper_bound <= first.upper_bound


def test_an_interrupted_search_leaves_its_best(tmp_path, problem):
    path = tmp_path / "plan.npz"
    found = solve_production(problem, gap=0.0, seconds=20.0, stop=lambda: True, checkpoint=path)
    assert found.status == "interrupted"
    assert load(path, problem).plan.period.tolist() == found.plan.period.tolist()
