"""Run folders: written whole or not at all, read through pandas or DuckDB.

A run folder holds ``manifest.json``, one Parquet file a table, ``report.html`` and the
block models. There is no database file: DuckDB reads the Parquet, so nothing is locked.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from orefield.core.errors import OrefieldError, RunError, TableError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
_AGAIN = "run the study again"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def new_run(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A temporary folder that becomes ``out`` when the block ends well.

    The folder is made beside ``out`` so that the last step is a rename, which either
    happens or does not. On any error, Ctrl-C included, it is removed and ``out`` is as
    it was.

    Raises
    ------
    RunError
        When ``out`` exists and ``overwrite`` is false, is not a run folder, cannot be
        written, or the disk is full.
    """
    # absolute, so that "." has a name and a change of directory changes nothing
    out = Path(os.path.abspath(out))
    try:
        _sweep(out)
        _may_replace(out, overwrite)
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(
            tempfile.mkdtemp(prefix=f".{out.name}.{os.getpid()}.", suffix=".part", dir=out.parent)
        )
    except OSError as error:
        raise RunError(
            f"output folder cannot be made: {error.strerror or error}",
            where=_brief(out),
            fix="choose another with --out",
        ) from error
    try:
        yield work
        _may_replace(out, overwrite)  # somebody may have made it meanwhile
        _swap(work, out)
    except OSError as error:
        full = error.errno in _FULL
        raise RunError(
            "no space left while writing the run"
            if full
            else f"the run could not be finished: {error.strerror or error}",
            where=_brief(Path(os.fsdecode(error.filename)) if error.filename else out.parent),
            fix="free some space or choose another folder with --out; nothing was kept"
            if full
            else "nothing was kept; mend the cause, or choose another folder with --out",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sweep(out: Path) -> None:
    """Clear what runs into the same folder left behind when they were killed outright.

    Unfinished work goes; an old run that was moved aside and never replaced comes back.
    """
    if not out.parent.is_dir():
        return
    # mkdtemp's random part holds no dot, so another folder's name cannot match
    leftover = re.compile(rf"\.{re.escape(out.name)}\.([0-9]+)\.[^.]+\.(part|old)", re.ASCII)
    for left in sorted(out.parent.iterdir()):
        match = leftover.fullmatch(left.name)
        if match is None or left.is_symlink() or not left.is_dir() or _alive(int(match[1])):
            continue
        aside = left / "run"
        if match[2] == "old" and aside.is_dir() and not (out.exists() or out.is_symlink()):
            os.replace(aside, out)
        shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # no process has so large a number
        return False
    except PermissionError:
        return True
    return True


def _may_replace(out: Path, overwrite: bool) -> None:
    """Refuse a path that is taken, but for a run folder that may be overwritten."""
    if not (out.exists() or out.is_symlink()):
        return
    if not overwrite:
        raise RunError(
            "output folder exists",
            where=str(out),
            fix="choose another with --out, or replace it with --overwrite",
        )
    if out.is_symlink() or not out.is_dir() or (any(out.iterdir()) and not _is_run(out)):
        raise RunError(
            "refusing to overwrite what is not a run folder",
            where=str(out),
            fix="choose another folder with --out",
        )


def _brief(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 200 else text[:200] + "..."


def _is_run(path: Path) -> bool:
    return (path / MANIFEST).is_file()


def _swap(work: Path, out: Path) -> None:
    """Put the finished folder in place; an old run is moved aside first, then removed."""
    os.chmod(work, 0o755)
    if out.exists():
        aside = Path(
            tempfile.mkdtemp(prefix=f".{out.name}.{os.getpid()}.", suffix=".old", dir=out.parent)
        )
        try:
            os.replace(out, aside / "run")
            os.replace(work, out)
        finally:
            # whatever stopped it, Ctrl-C included: the old run is where it was
            if (aside / "run").exists() and not out.exists():
                os.replace(aside / "run", out)
            shutil.rmtree(aside, ignore_errors=True)
    else:
        os.replace(work, out)


def write_table(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write a table of the run as Parquet (zstd); returns the path.

    Raises
    ------
    TableError
        When the name is not a plain word.
    """
    if not _NAME.fullmatch(name):
        raise TableError(
            f"'{name}' is no table name",
            where=str(folder),
            fix="use lower-case letters, digits and _",
        )
    path = folder / f"{name}.parquet"
    frame.to_parquet(path, index=False, compression="zstd")
    return path


def content_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run folder that its inputs determine.

    The manifest (it holds timings) and the report (it shows them) are left out.
    """
    out = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (MANIFEST, "report.html", "summary.txt"):
            out[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return out


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write manifest.json."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **manifest}, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


class RunFolder:
    """A finished run.

    Parameters
    ----------
    path : Path or str

    Raises
    ------
    RunError
        When the folder is no run, or of a newer schema.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            self.manifest: dict[str, Any] = json.loads(
                (self.path / MANIFEST).read_text(encoding="utf-8")
            )
        except FileNotFoundError:
            raise RunError(
                "no run in that folder", where=str(self.path), fix="make one with 'orefield run'"
            ) from None
        except (OSError, ValueError, RecursionError) as error:  # JSON and UTF-8 faults too
            raise RunError(
                f"manifest cannot be read: {error}", where=str(self.path / MANIFEST), fix=_AGAIN
            ) from error
        if not isinstance(self.manifest, dict):
            raise RunError(
                "manifest cannot be read: it is no JSON object",
                where=str(self.path / MANIFEST),
                fix=_AGAIN,
            )
        version = self.manifest.get("schema_version")
        if version != SCHEMA_VERSION:
            raise RunError(
                f"run of schema {version}, this version reads {SCHEMA_VERSION}",
                where=str(self.path),
                fix=_AGAIN,
            )

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Names of the run's tables."""
        return tuple(sorted(p.stem for p in self.path.glob("*.parquet")))

    def table(self, name: str) -> pd.DataFrame:
        """A table as a pandas frame.

        Raises
        ------
        RunError
            When there is no such table.
        TableError
            When its file cannot be read.
        """
        import pandas as pd

        if name not in self.tables:
            near = get_close_matches(name, self.tables, n=1)
            raise RunError(
                f"no table '{name}'",
                where=str(self.path),
                fix=(f"did you mean '{near[0]}'? " if near else "")
                + f"there are: {', '.join(self.tables) or 'none'}",
            )
        path = self.path / f"{name}.parquet"
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise TableError(
                f"table cannot be read: {error}", where=str(path), fix=_AGAIN
            ) from error

    def sql(self, query: str) -> pd.DataFrame:
        """Answer a query by DuckDB; every table is a view of its name.

        Raises
        ------
        RunError
            When the query fails.
        TableError
            When a table's file cannot be read.
        """
        import duckdb

        with duckdb.connect(":memory:") as connection:
            for name in self.tables:
                self._view(connection, name)
            try:
                answer = connection.execute(query)
                # DuckDB gives None for a query that holds no statement
                return answer.df() if answer is not None else _no_statement(self.path)
            except duckdb.Error as error:
                raise RunError(
                    f"query failed: {error}",
                    where=str(self.path),
                    fix=f"tables: {', '.join(self.tables) or 'none'}",
                ) from error

    def _view(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        import duckdb

        path = self.path / f"{name}.parquet"
        # read_parquet takes patterns: a folder named runs[1] must not be one
        quoted = re.sub(r"([*?\[])", r"[\1]", str(path)).replace("'", "''")
        try:
            connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{quoted}')")
        except duckdb.Error as error:
            raise TableError(
                f"table cannot be read: {error}", where=str(path), fix=_AGAIN
            ) from error


def _no_statement(path: Path) -> NoReturn:
    raise RunError("query failed: it holds no statement", where=str(path), fix="write a SELECT")


def disk_free_mb(path: Path) -> float:
    """Free space (MB) where ``path`` is, or would be.

    Raises
    ------
    OrefieldError
        When no parent of it exists.
    """
    for parent in (path, *path.parents):
        if parent.exists():
            return shutil.disk_usage(parent).free / 1e6
    raise OrefieldError("no such place", where=str(path), fix="check the path")
