"""Numbers of a section that must be in a range."""

from __future__ import annotations

import numpy as np

from orefield.core import ModelError
from orefield.core.sections import REQUIRED, Section, is_real


def positive(section: Section, key: str, default: float) -> float:
    """A number above zero.

    Raises
    ------
    ModelError
        When it is not.
    """
    value = section.number(key, default)
    if not value > 0:
        raise ModelError(f"'{key}' is {value:g}", where=section.where, fix="give more than zero")
    return value


def fraction(section: Section, key: str) -> float | None:
    """A number from 0 to 1, or ``None`` where the key is absent.

    Raises
    ------
    ModelError
        When it is not.
    """
    value = section.number_or_none(key)
    if value is not None and not 0.0 <= value <= 1.0:
        raise ModelError(f"'{key}' is {value:g}", where=section.where, fix="a fraction, e.g. 0.1")
    return value


def whole(section: Section, key: str, low: float = -np.inf, default: int | None = None) -> int:
    """A whole number from ``low`` up; without a ``default`` it must be there.

    Raises
    ------
    ModelError
        When it is not.
    """
    value = section.number(key, REQUIRED if default is None else default)
    return _whole(value, key, low, section.where)


def whole_or_none(section: Section, key: str, low: float) -> int | None:
    """A whole number from ``low`` up, or ``None`` where the key is absent.

    Raises
    ------
    ModelError
        When it is not.
    """
    return whole(section, key, low) if section.has(key) else None


def wholes(section: Section, key: str, low: float) -> tuple[int, ...]:
    """A whole number from ``low`` up, or a list of them.

    Raises
    ------
    ModelError
        When one is not.
    """
    found = section.take(key, REQUIRED, (int, float, list, tuple), "a whole number, or a list")
    rows = found if isinstance(found, (list, tuple)) else [found]
    if not rows or not all(map(is_real, rows)):
        raise ModelError(f"'{key}' is {found!r}", where=section.where, fix="give whole numbers")
    return tuple(_whole(v, key, low, section.where) for v in rows)


def _whole(value: float, key: str, low: float, where: str) -> int:
    # nan is equal to nothing, and infinity goes into no int
    if not (np.isfinite(value) and value == int(value) and value >= low):
        least = f" from {low:g}" if np.isfinite(low) else ""
        raise ModelError(f"'{key}' is {value:g}", where=where, fix=f"give whole numbers{least}")
    return int(value)
