"""A search that a person can stop, to get the best found so far."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Take the first Ctrl-C or SIGTERM as a wish for the best so far, the second as the end.

    Gives a function that is true once a stop was asked for.
    """
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        typer.echo("stopping with the best found so far; press again to end at once", err=True)

    kept = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
