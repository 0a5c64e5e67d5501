"""A small study for end-to-end tests: two assets, few blocks, few draws; run once.

Tests of several folders share the one run: it is kept per process, not per module.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import orefield as of
from orefield.cli import main
from orefield.pipeline.execute import STAGES
from orefield.study.scaffold import new

ASSETS = ("duobaoshan", "zijinshan")
SEED, DRAWS = 11, 8
LAST = STAGES[-1]
OREFIELD = Path(sys.executable).parent / "orefield"

_KEEP: list[tempfile.TemporaryDirectory[str]] = []


def fresh_folder() -> Path:
    """A folder that lasts as long as the test session."""
    _KEEP.append(tempfile.TemporaryDirectory(prefix="orefield-test-"))
    return Path(_KEEP[-1].name)


def make_study(
    folder: Path,
    *,
    assets: tuple[str, ...] = ASSETS,
    blocks: int = 6000,
    overrides: str = "",
    more: str = "",
    draws: int = DRAWS,
) -> Path:
    """A study in ``folder`` that extends china-copper with a few coarse assets."""
    path = new(folder, "china-copper")
    lines = "\n".join(
        f'"{a}.geology.target_blocks" = {{ value = {blocks}, unit = "count", reason = "speed" }}'
        for a in assets
    )
    modelled = ", ".join(f'"{a}"' for a in assets)
    settings = (
        f"[run]\nseed = {SEED}\ndraws = {draws}\n\n[assets]\nmodelled = [{modelled}]\n\n"
        f"[overrides]\n{lines}\n{overrides}\n{more}\n"
    )
    text = path.read_text(encoding="utf-8")
    assert text.count("[overrides]\n") == 1
    path.write_text(text.replace("[overrides]\n", settings), encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; fails when there is anything else."""
        assert self.out.count("\n") == 1, self.out
        assert self.out.endswith("\n")
        return json.loads(self.out, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def environment(threads: int = 1) -> dict[str, str]:
    """The environment of a command, at a number of threads."""
    names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, str(threads))}


def orefield(*args: str | Path, cwd: Path, threads: int = 1, timeout_s: float = 600) -> Finished:
    """Run the installed command."""
    done = subprocess.run(
        [str(OREFIELD), *map(str, args)],
        cwd=cwd,
        env=environment(threads),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def invoke(*args: str | Path, cwd: Path) -> Finished:
    """The same command inside this process: no start-up, for the many small cases."""
    out, err = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            patch.setattr(sys, "argv", ["orefield", *map(str, args)])
            main()
            code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        signal.signal(signal.SIGTERM, before)
    return Finished(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class SmallRun:
    """The small study, run once by the installed command in two processes, two threads."""

    study: Path
    folder: Path
    reply: Finished

    @property
    def run(self) -> of.Run:
        """The run, opened."""
        return of.open_run(self.folder)


@functools.cache
def small_run() -> SmallRun:
    """The small study, run by the first test that asks."""
    place = fresh_folder()
    study = make_study(place / "small")
    reply = orefield(
        "run", study, "--out", "a-run", "--until", LAST, "--workers", "2", "--json",
        cwd=place, threads=2,
    )  # fmt: skip
    assert reply.code == 0, reply.err
    return SmallRun(study, place / "a-run", reply)
