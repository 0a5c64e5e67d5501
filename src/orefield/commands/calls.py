"""What a caller of long commands hands in and gets back: progress, a wish to stop, a reply."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from orefield.core.telling import Tell, told

Reply = tuple[dict[str, Any], str]
"""What ``--json`` prints, and what a person is told."""

Stopping = Callable[[], AbstractContextManager[Callable[[], bool]]]
"""Makes a context during which a search can be stopped; it gives a function that is true when it
should stop."""

PREPARED = 0.3
"""Share of the bar that is for what comes before a search."""


def preparing(tell: Tell) -> Tell:
    """``tell`` for what comes before a search: its own shares fill the first part of the bar."""
    return lambda what, share: tell(what, PREPARED * share)


def searching(tell: Tell) -> Tell:
    """``tell`` for a search: its own shares fill what preparing has left of the bar."""
    return lambda what, share: tell(what, PREPARED + (1.0 - PREPARED) * min(share, 1.0))


def forward(tell: Tell | None) -> Tell:
    """A bar that never goes back, whatever is worked out first."""
    furthest, say = [0.0], told(tell)

    def on(what: str, share: float) -> None:
        furthest[0] = max(furthest[0], share)
        say(what, furthest[0])

    return on


def stoppable(stopping: Stopping | None) -> AbstractContextManager[Callable[[], bool]]:
    """The context of ``stopping``, or one in which nobody ever wants to stop."""
    return stopping() if stopping else nullcontext(lambda: False)
