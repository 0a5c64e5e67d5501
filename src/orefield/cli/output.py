"""What a command prints: one JSON object, or text; errors in three lines; progress."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

Reply = Callable[[Mapping[str, Any], str], None]
Progress = Callable[[str, float], None]

_EXIT_INPUT, _EXIT_FAILED, _EXIT_INTERRUPTED = 2, 1, 130


@contextmanager
def command(as_json: bool) -> Iterator[Reply]:
    """Run a command's body; print its reply once, turn errors into exit codes.

    Exit codes: 2 for input that cannot be used, 1 for other failures, 130 when
    interrupted.
    """
    # not at the top: the core brings numpy, and `orefield --help` has no use for it
    from orefield.core.errors import InputError, OrefieldError

    signal.signal(signal.SIGTERM, _terminate)

    def reply(data: Mapping[str, Any], text: str) -> None:
        if as_json:
            json.dump(data, sys.stdout, ensure_ascii=False, allow_nan=False)
            sys.stdout.write("\n")
        elif text:
            typer.echo(text)

    try:
        yield reply
    except OrefieldError as error:
        if as_json:
            json.dump(error.as_dict(), sys.stdout, ensure_ascii=False)
            sys.stdout.write("\n")
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(_EXIT_INPUT if isinstance(error, InputError) else _EXIT_FAILED) from None
    except KeyboardInterrupt:
        typer.echo(
            "error: interrupted\n  where: before the run was finished\n"
            "  fix:   start it again; nothing half-written was left behind",
            err=True,
        )
        raise typer.Exit(_EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        # the reader of our output has gone: not an error of ours
        sys.stderr.close()
        raise typer.Exit(_EXIT_FAILED) from None


def _terminate(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """A progress callback ``(what, share done)`` that draws a bar on stderr.

    Where stderr is no terminal, or in quiet mode, stages are printed as plain lines.
    """
    if not sys.stderr.isatty():
        last = [""]

        def lines(what: str, share: float) -> None:
            if what != last[0]:
                last[0] = what
                typer.echo(f"[{share:4.0%}] {what}", err=True)

        yield lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<44}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=quiet) as bar:
        task = bar.add_task("starting", total=1.0)

        def draw(what: str, share: float) -> None:
            bar.update(task, description=what, completed=share)

        yield draw
        bar.update(task, completed=1.0)
