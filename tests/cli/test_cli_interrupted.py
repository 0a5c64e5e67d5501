"""A run that is interrupted, killed, or out of space leaves nothing half-written."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from small_study import OREFIELD, environment, fresh_folder, invoke, make_study

import orefield as of
from orefield.core.errors import RunError
from orefield.pipeline import execute as pipeline

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

BUILDING = "evidence: claims"
DRAWING = "baseline: "


@pytest.fixture(scope="module")
def study():
    """Blocks and draws enough that every phase takes a while."""
    return make_study(fresh_folder() / "study", blocks=20_000, draws=400)


@contextmanager
def started(study, out, *options):
    """A run under way, in a process group of its own."""
    process = subprocess.Popen(
        [str(OREFIELD), "run", str(study), "--out", str(out), "--until", "scenarios",
         "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        process.stdout.close()
        process.stderr.close()


def _reach(process, what):
    """Wait until the run says that it is there."""
    for line in process.stderr:
        if what in line:
            return
    pytest.fail(f"the run ended before '{what}'")


def _end(process):
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err, time.monotonic() - began


def _group_is_gone(group, within_s=15.0):
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("sent", "where", "after_s", "to_group", "workers"),
    [
        # Ctrl-C: the terminal tells every process; workers are starting, or at work
        (signal.SIGINT, BUILDING, 0.5, True, "2"),
        pytest.param(signal.SIGINT, BUILDING, 3.0, True, "2", marks=pytest.mark.slow),
        # what a supervisor sends
        (signal.SIGTERM, DRAWING, 0.0, False, "1"),
        pytest.param(signal.SIGTERM, BUILDING, 2.0, False, "2", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, BUILDING, 2.0, True, "2", marks=pytest.mark.slow),
    ],
)
def test_an_interrupted_run_leaves_nothing(
    study, tmp_path, sent, where, after_s, to_group, workers
):
    with started(study, tmp_path / "out", "--workers", workers) as process:
        _reach(process, where)
        time.sleep(after_s)
        (os.killpg if to_group else os.kill)(process.pid, sent)
        code, out, err, seconds = _end(process)
        assert code == 130, err
        assert out == ""
        message = [line for line in err.splitlines() if not line.startswith("[")]
        assert message == [
            "error: interrupted",
            "  where: before the run was finished",
            "  fix:   start it again; nothing half-written was left behind",
        ]
        assert seconds < 20
        assert _group_is_gone(process.pid)
    assert not list(tmp_path.iterdir())


def test_a_killed_run_leaves_no_process_and_what_the_next_run_sweeps(study, tmp_path):
    with started(study, tmp_path / "out", "--workers", "2") as process:
        _reach(process, BUILDING)
        time.sleep(1.5)
        os.kill(process.pid, signal.SIGKILL)  # the parent alone: its workers hear nothing
        code, *_ = _end(process)
        assert code == -signal.SIGKILL
        assert _group_is_gone(process.pid), "workers outlive a run that was killed"
    left = [p.name for p in tmp_path.iterdir()]
    assert len(left) == 1
    assert left[0].startswith(".out.")
    assert left[0].endswith(".part")
    done = invoke("run", study, "--out", tmp_path / "out", "--until", "evidence", cwd=tmp_path)
    assert done.code == 0, done.err
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_interrupted_overwrite_keeps_the_old_run(study, tmp_path):
    out = tmp_path / "out"
    of.run(study, out=out, until="evidence")
    before = (out / "manifest.json").read_bytes()

    def stop(what, _share):
        if what.startswith("deposit and pit"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of.run(study, out=out, until="pit", overwrite=True, workers=1, progress=stop)
    assert (out / "manifest.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failing_stage_leaves_nothing(study, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RunError("the ground gave way", where="zijinshan", fix="look again")

    monkeypatch.setattr(pipeline, "simulate_asset", fail)
    with pytest.raises(RunError, match="gave way"):
        of.run(study, out=tmp_path / "out", until="plant", workers=1)
    assert not list(tmp_path.iterdir())


@contextmanager
def _tiny_disk(folder, size_kb):
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip("this user may not mount a small disk; file sizes are limited instead")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _says_that_space_ran_out(done):
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("[")]
    assert len(lines) == 3, done.stderr
    assert lines[0] == "error: no space left while writing the run"
    assert "--out" in lines[2]
    assert done.stdout.count("\n") == 1
    assert '"error": "RunError"' in done.stdout


def _run_until_deposit(study, out, **options):
    return subprocess.run(
        [str(OREFIELD), "run", str(study), "--out", str(out), "--until", "deposit", "--workers",
         "2", "--json"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
        timeout=120,
        **options,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("mount") is None, reason="needs mount(8)")
@pytest.mark.parametrize(
    "size_kb",
    # full at the tables of the evidence, and at the block models of a worker
    [64, pytest.param(400, marks=pytest.mark.slow)],
)
def test_a_full_disk_is_told_and_leaves_nothing(study, tmp_path, size_kb):
    with _tiny_disk(tmp_path / "disk", size_kb) as disk:
        done = _run_until_deposit(study, disk / "out")
        _says_that_space_ran_out(done)
        assert not list(disk.iterdir())


@pytest.mark.slow
def test_a_limit_of_file_sizes_is_told_and_leaves_nothing(study, tmp_path):
    limit = 100_000  # bytes: the tables of the evidence fit, the block models do not

    def no_larger_file():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = _run_until_deposit(study, tmp_path / "out", preexec_fn=no_larger_file)
    _says_that_space_ran_out(done)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told(study, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = invoke("run", study, "--out", closed / "out", "--until", "evidence", cwd=tmp_path)
    assert done.code == 1
    assert len(done.err.splitlines()) == 3


def test_an_output_folder_below_a_file_is_told(study, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    done = invoke("run", study, "--out", tmp_path / "file" / "out", "--until", "evidence",
                  cwd=tmp_path)  # fmt: skip
    assert done.code == 1
    assert len(done.err.splitlines()) == 3
    assert "file" in done.err
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
