"""Progress: what is being done, and how much of it."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str, float], None]
"""Told what is being done, and the share that is done."""


def told(tell: Tell | None) -> Tell:
    """``tell``, or one that says nothing."""
    return tell or (lambda _what, _share: None)
