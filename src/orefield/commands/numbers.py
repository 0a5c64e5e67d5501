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


def whole(section: Section, key: str, low: int) -> int:
    """A whole number from ``low`` up that must be there.

    Raises
    ------
    ModelError
        When it is not.
    """
    return _whole(section.number(key), key, low, section.where)


def wholes(section: Section, key: str, low: int) -> tuple[int, ...]:
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


def _whole(value: float, key: str, low: int, where: str) -> int:
    if not np.isfinite(value) or value != int(value) or value < low:
        raise ModelError(f"'{key}' is {value:g}", where=where, fix=f"give whole numbers from {low}")
    return int(value)
