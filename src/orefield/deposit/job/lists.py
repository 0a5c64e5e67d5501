"""Words and lists of numbers in a section."""

from __future__ import annotations

from orefield.core import ModelError
from orefield.core.sections import Section, hint, is_real


def numbers_of(section: Section, key: str) -> tuple[float, ...]:
    """A list of numbers, or one; empty where absent.

    Raises
    ------
    ModelError
        When it holds something else.
    """
    value = section.take(key, [], (list, tuple, int, float), "a list of numbers")
    items = value if isinstance(value, (list, tuple)) else [value]
    if not all(map(is_real, items)):
        raise ModelError(f"'{key}' is {value!r}", where=section.where, fix="give numbers")
    return tuple(float(v) for v in items)


def one_of(section: Section, key: str, known: tuple[str, ...], default: str) -> str:
    """A word that is one of several.

    Raises
    ------
    ModelError
        When it is none of them; the nearest is named.
    """
    word = section.text(key, default)
    if word not in known:
        raise ModelError(f"'{key}' is '{word}'", where=section.where, fix=hint(word, known))
    return word
