"""Run folders are whole or absent, and say what is wrong with them when they are read."""

# ruff: noqa: PT012 - what is tested are blocks that are left by an error

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orefield import store
from orefield.core.errors import OrefieldError, RunError, TableError
from orefield.store import RunFolder, new_run, write_manifest, write_table

FRAME = pd.DataFrame({"asset": ["hill", "dale"], "cu_t": [1.5, np.nan], "year": [2024, 2025]})


def _run(out: Path, **manifest: object) -> Path:
    with new_run(out) as work:
        write_table(work, "schedule", FRAME)
        write_manifest(work, {"seed": 1, **manifest})
    return out


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def _complete(error: OrefieldError) -> None:
    assert error.what
    assert error.where
    assert error.fix


def _dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


# -- writing -----------------------------------------------------------------------------


def test_nothing_is_seen_before_the_end_and_everything_after(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "a"
    with new_run(out) as work:
        write_table(work, "schedule", FRAME)
        assert not out.exists()
        assert work.parent == out.parent  # on the same disk, so that the last step is a rename
        inode = work.stat().st_ino
    assert out.stat().st_ino == inode
    assert _names(out) == ["schedule.parquet"]
    assert _names(out.parent) == ["a"]
    assert out.stat().st_mode & 0o777 == 0o755


def test_a_folder_that_exists_is_refused_before_any_work(tmp_path: Path) -> None:
    out = _run(tmp_path / "a")
    began = False
    with pytest.raises(RunError, match="output folder exists") as caught, new_run(out):
        began = True
    assert not began
    _complete(caught.value)
    assert "--overwrite" in caught.value.fix
    assert _names(tmp_path) == ["a"]


@pytest.mark.parametrize("kind", ["empty folder", "file", "other folder", "link", "broken link"])
def test_whatever_exists_is_refused(tmp_path: Path, kind: str) -> None:
    out = _make(tmp_path, kind)
    with pytest.raises(RunError, match="output folder exists"), new_run(out):
        pass


def _make(tmp_path: Path, kind: str) -> Path:
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("mine")
    elif kind == "link":
        _run(tmp_path / "target")
        out.symlink_to(tmp_path / "target")
    elif kind == "broken link":
        out.symlink_to(tmp_path / "nowhere")
    else:
        out.mkdir()
        if kind == "other folder":
            (out / "thesis.doc").write_text("years of work")
    return out


@pytest.mark.parametrize("kind", ["file", "other folder", "link", "broken link"])
def test_only_runs_are_overwritten(tmp_path: Path, kind: str) -> None:
    out = _make(tmp_path, kind)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with (
        pytest.raises(RunError, match="not a run folder") as caught,
        new_run(out, overwrite=True),
    ):
        pass
    _complete(caught.value)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_an_old_run_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = _run(tmp_path / "a", seed=1)
    with new_run(out, overwrite=True) as work:
        assert RunFolder(out).manifest["seed"] == 1  # still there while the new one is made
        write_manifest(work, {"seed": 2})
    assert _names(out) == ["manifest.json"]
    assert RunFolder(out).manifest["seed"] == 2
    assert _names(tmp_path) == ["a"]


def test_an_empty_folder_may_be_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with new_run(tmp_path / "a", overwrite=True) as work:
        write_manifest(work, {})
    assert _names(tmp_path / "a") == ["manifest.json"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("existing", [False, True])
def test_an_error_leaves_everything_as_it_was(
    tmp_path: Path, error: type[BaseException], existing: bool
) -> None:
    out = tmp_path / "a"
    if existing:
        _run(out, seed=1)
    before = store.content_hashes(out) if existing else {}
    with pytest.raises(error), new_run(out, overwrite=existing) as work:
        write_table(work, "schedule", FRAME.head(1))
        (work / "blocks").mkdir()
        raise error
    assert _names(tmp_path) == (["a"] if existing else [])
    if existing:
        assert store.content_hashes(out) == before


def test_a_run_that_appeared_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "a"
    with pytest.raises(RunError, match="output folder exists"), new_run(out) as work:
        write_manifest(work, {"seed": 2})
        _run(out, seed=1)  # another process was quicker
    assert RunFolder(out).manifest["seed"] == 1
    assert _names(tmp_path) == ["a"]


def test_what_appeared_meanwhile_and_is_no_run_is_not_replaced(tmp_path: Path) -> None:
    out = _run(tmp_path / "a")
    with (
        pytest.raises(RunError, match="not a run folder"),
        new_run(out, overwrite=True) as work,
    ):
        write_manifest(work, {})
        (out / "manifest.json").rename(out / "notes.json")
    assert _names(out) == ["notes.json", "schedule.parquet"]


@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("error", [OSError(errno.EIO, "input/output error"), KeyboardInterrupt()])
def test_a_failure_in_the_last_step_brings_the_old_run_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int, error: BaseException
) -> None:
    out = _run(tmp_path / "a", seed=1)
    real, calls = os.replace, []

    def replace(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == failing:
            raise error
        real(source, target)

    expected = RunError if isinstance(error, OSError) else KeyboardInterrupt
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", replace)
        with pytest.raises(expected), new_run(out, overwrite=True) as work:
            write_manifest(work, {"seed": 2})
    assert RunFolder(out).manifest["seed"] == 1
    assert _names(out) == ["manifest.json", "schedule.parquet"]
    assert _names(tmp_path) == ["a"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    with (
        pytest.raises(RunError, match="no space left") as caught,
        new_run(tmp_path / "a") as work,
    ):
        write_table(work, "schedule", FRAME)
        raise OSError(number, os.strerror(number), str(work / "schedule.parquet"))
    _complete(caught.value)
    assert "nothing was kept" in caught.value.fix
    assert _names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_write_to_a_full_device_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match="no space left"),
        new_run(tmp_path / "a") as work,
        open("/dev/full", "wb", buffering=0) as full,
    ):
        write_manifest(work, {})
        full.write(b"x")
    assert _names(tmp_path) == []


def test_a_table_that_finds_no_room_is_told(tmp_path: Path) -> None:
    # a limit on the size of files stands in for a full disk: the write itself fails
    code = f"""
import resource, numpy as np, pandas as pd
from pathlib import Path
from orefield.core.errors import RunError
from orefield.store import new_run, write_table
frame = pd.DataFrame({{"x": np.random.default_rng(1).random(400_000)}})
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
try:
    with new_run(Path({str(tmp_path / "a")!r})) as work:
        write_table(work, "blocks", frame)
except RunError as error:
    print(error.what)
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "no space left while writing the run", found.stderr
    assert _names(tmp_path) == []


def test_another_fault_of_the_disk_is_an_error_of_the_run(tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match="could not be finished: Input/output error") as caught,
        new_run(tmp_path / "a") as work,
    ):
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(work / "x.parquet"))
    _complete(caught.value)
    assert caught.value.where.endswith("x.parquet")
    assert _names(tmp_path) == []


@pytest.mark.parametrize("name", ["x" * 300, "file/run", "file/below/run"])
def test_an_impossible_place_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be made") as caught, new_run(tmp_path / name):
        pass
    _complete(caught.value)
    assert _names(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_place_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot be made"), new_run(tmp_path / "a"):
        pass


def test_the_current_folder_can_be_named_with_a_dot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with new_run(Path("."), overwrite=True) as work:
        write_manifest(work, {"seed": 3})
    assert RunFolder(here).manifest["seed"] == 3
    assert _names(tmp_path) == ["here"]


def test_a_change_of_folder_during_the_run_does_not_move_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    with new_run(Path("a")) as work:
        monkeypatch.chdir(tmp_path / "other")
        write_manifest(work, {})
    assert _names(tmp_path) == ["a", "other"]


# -- what killed runs leave behind -------------------------------------------------------


def test_left_overs_of_dead_runs_are_swept_and_of_living_ones_kept(tmp_path: Path) -> None:
    dead, alive = _dead_pid(), os.getpid()
    swept = [f".a.{dead}.abcd_123.part", f".a.{2**70}.abcdefgh.part"]
    kept = [
        f".a.{alive}.abcdefgh.part",  # a run that still works
        f".a.1.{dead}.abcdefgh.part",  # of another run, named a.1 by its user
        f".a.{dead}.7.abcdefgh.part",
        f".ab.{dead}.abcdefgh.part",  # of another run, named ab
        f".a.{dead}.part",
        f"a.{dead}.abcdefgh.part",
        ".a.x.abcdefgh.part",
        ".a.²³.abcdefgh.part",
    ]
    for name in (*swept, *kept):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.parquet").write_text("")
    _run(tmp_path / "a")
    assert _names(tmp_path) == sorted(["a", *kept])
    assert all((tmp_path / name / "half.parquet").exists() for name in kept)


def test_a_name_with_signs_of_a_pattern_is_only_a_name(tmp_path: Path) -> None:
    dead = _dead_pid()
    (tmp_path / f".r[12]*.{dead}.abcdefgh.part").mkdir()
    other = tmp_path / f".r1x.{dead}.abcdefgh.part"
    other.mkdir()
    _run(tmp_path / "r[12]*")
    assert _names(tmp_path) == sorted([other.name, "r[12]*"])


def test_an_old_run_that_a_kill_left_aside_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / f".a.{_dead_pid()}.abcdefgh.old"
    aside.mkdir()
    _run(tmp_path / "b", seed=1).rename(aside / "run")
    with pytest.raises(RunError, match="output folder exists"), new_run(tmp_path / "a"):
        pass
    assert RunFolder(tmp_path / "a").manifest["seed"] == 1
    assert _names(tmp_path) == ["a"]


def test_an_old_run_that_was_replaced_is_swept(tmp_path: Path) -> None:
    _run(tmp_path / "a", seed=2)
    aside = tmp_path / f".a.{_dead_pid()}.abcdefgh.old"
    aside.mkdir()
    _run(tmp_path / "b", seed=1).rename(aside / "run")
    with new_run(tmp_path / "a", overwrite=True) as work:
        write_manifest(work, {"seed": 3})
    assert RunFolder(tmp_path / "a").manifest["seed"] == 3
    assert _names(tmp_path) == ["a"]


def test_a_left_over_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (target / "x").write_text("")
    (tmp_path / f".a.{_dead_pid()}.abcdefgh.part").symlink_to(target)
    _run(tmp_path / "a")
    assert (target / "x").exists()


def test_a_killed_run_is_swept_by_the_next(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from orefield.store import new_run
with new_run(Path({str(tmp_path / "a")!r})) as work:
    (work / "half").write_text("")
    print("ready", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.kill()
    assert len(_names(tmp_path)) == 1
    _run(tmp_path / "a")
    assert _names(tmp_path) == ["a"]


def test_an_interrupted_process_leaves_nothing(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from orefield.store import new_run
with new_run(Path({str(tmp_path / "a")!r})) as work:
    (work / "half").write_text("")
    print("ready", flush=True)
    time.sleep(60)
"""
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGINT)
        child.communicate()
        assert child.returncode != 0
    assert time.monotonic() - started < 30
    assert _names(tmp_path) == []


# -- tables ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["", "Schedule", "a-b", "a b", "../a", "a/b", "1a", "_a", "a\n", "ä", "a.b", "x" * 65]
)
def test_a_table_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(TableError, match="no table name") as caught:
        write_table(tmp_path, name, FRAME)
    _complete(caught.value)
    assert _names(tmp_path) == []


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    run = RunFolder(_run(tmp_path / "a"))
    assert run.tables == ("schedule",)
    pd.testing.assert_frame_equal(run.table("schedule"), FRAME)


def test_the_same_frame_is_the_same_file(tmp_path: Path) -> None:
    a, b = _run(tmp_path / "a"), _run(tmp_path / "b", made="later")
    assert store.content_hashes(a) == store.content_hashes(b)
    assert (a / "manifest.json").read_bytes() != (b / "manifest.json").read_bytes()


def test_hashes_cover_every_file_but_those_that_tell_the_time(tmp_path: Path) -> None:
    out = _run(tmp_path / "a")
    (out / "report.html").write_text("<p>took 3 s</p>")
    (out / "summary.txt").write_text("took 3 s")
    (out / "blocks").mkdir()
    (out / "blocks" / "hill.parquet").write_bytes(b"abc")
    (out / "blocks" / "report.html").write_bytes(b"")
    found = store.content_hashes(out)
    assert list(found) == ["blocks/hill.parquet", "blocks/report.html", "schedule.parquet"]
    assert found["blocks/hill.parquet"] == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, "abc"
    )
    (out / "blocks" / "hill.parquet").write_bytes(b"abd")
    assert store.content_hashes(out) != found


# -- reading -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["missing", "empty folder", "file"])
def test_no_run_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "empty folder":
        path.mkdir()
    elif kind == "file":
        path.write_text("")
    with pytest.raises(RunError) as caught:
        RunFolder(path)
    _complete(caught.value)


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"3", b"null", b'"run"', b"\xff\xfe\x00", b'{"schema_version": 1',
     b"[" * 100_000],
    ids=["empty", "cut", "list", "number", "null", "text", "binary", "truncated", "deep"],
)  # fmt: skip
def test_a_broken_manifest_is_told(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(text)
    with pytest.raises(RunError, match="manifest cannot be read") as caught:
        RunFolder(tmp_path)
    _complete(caught.value)
    assert caught.value.where.endswith("manifest.json")


@pytest.mark.parametrize("version", [0, 2, 99, "1", None])
def test_a_run_of_another_schema_is_told(tmp_path: Path, version: object) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"schema_version": version}))
    with pytest.raises(RunError, match="schema") as caught:
        RunFolder(tmp_path)
    _complete(caught.value)


def test_a_manifest_without_a_schema_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(RunError, match="schema None"):
        RunFolder(tmp_path)


def test_a_manifest_keeps_names_in_their_script(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"title": "驱龙 ཁྱུ་ལུང"})
    assert "驱龙" in (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert RunFolder(tmp_path).manifest["title"] == "驱龙 ཁྱུ་ལུང"


def test_an_unknown_table_names_the_nearest(tmp_path: Path) -> None:
    run = RunFolder(_run(tmp_path / "a"))
    with pytest.raises(RunError, match="no table 'shedule'") as caught:
        run.table("shedule")
    _complete(caught.value)
    assert "did you mean 'schedule'?" in caught.value.fix
    with pytest.raises(RunError):
        run.table("../a/schedule")


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_truncated_table_is_told(tmp_path: Path, keep: int) -> None:
    out = _run(tmp_path / "a")
    path = out / "schedule.parquet"
    path.write_bytes(path.read_bytes()[:keep])
    run = RunFolder(out)
    for read in (lambda: run.table("schedule"), lambda: run.sql("select 1")):
        with pytest.raises(TableError, match="table cannot be read") as caught:
            read()
        _complete(caught.value)
        assert caught.value.where == str(path)


def test_sql_sees_every_table(tmp_path: Path) -> None:
    out = tmp_path / "it's [one] run*"
    _run(out)
    run = RunFolder(out)
    found = run.sql("select asset, year from schedule where cu_t > 1")
    assert found.to_dict("records") == [{"asset": "hill", "year": 2024}]
    assert run.sql("select count(*) as n from schedule")["n"].tolist() == [2]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "-- no",
        "select",
        "select * from shedule",
        "select cu from schedule",
        "drop view schedule",
    ],
)
def test_a_query_that_fails_is_told_and_harms_nothing(tmp_path: Path, query: str) -> None:
    run = RunFolder(_run(tmp_path / "a"))
    before = store.content_hashes(run.path)
    if query.startswith("drop"):
        run.sql(query)  # the view of this query alone
    else:
        with pytest.raises(RunError, match="query failed") as caught:
            run.sql(query)
        _complete(caught.value)
    assert len(run.sql("select * from schedule")) == 2
    assert store.content_hashes(run.path) == before


def test_free_space_is_that_of_the_place_to_be(tmp_path: Path) -> None:
    assert store.disk_free_mb(tmp_path / "not" / "yet") == pytest.approx(
        store.disk_free_mb(tmp_path), rel=0.2
    )


def test_the_message_of_a_long_path_stays_short(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught, new_run(tmp_path / ("y" * 5000)):
        pass
    assert re.fullmatch(r".{200}\.\.\.", caught.value.where)
