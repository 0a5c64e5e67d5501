"""orefield: the open digital twin of a metal's supply.

>>> import orefield as of
>>> run = of.run("china-copper")            # doctest: +SKIP
>>> run.table("schedule")                   # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orefield._version import __version__

if TYPE_CHECKING:
    from orefield.api import Run, open_run, open_study, run

__all__ = ["Run", "__version__", "open_run", "open_study", "run"]


def __getattr__(name: str) -> Any:
    # Lazy, so that `orefield --help` and a plain import stay fast.
    if name in ("Run", "open_run", "open_study", "run"):
        from orefield import api

        return getattr(api, name)
    raise AttributeError(f"module 'orefield' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
