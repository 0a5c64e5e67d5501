"""Keys that a reader does not know are refused, and the nearest one is named."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from orefield.core.errors import ModelError


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like ``name``, or an empty text where none does."""
    found = get_close_matches(name, list(known), n=1)
    return found[0] if found else ""


def refuse_unknown(given: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise for the first key of ``given`` that is not ``known``.

    Raises
    ------
    ModelError
        Naming the key, where it stands, and the nearest known one.
    """
    names = list(known)
    for key in given:
        if key not in names:
            near = nearest(key, names)
            raise ModelError(
                f"unknown key '{key}'",
                where=where,
                fix=f"did you mean '{near}'?" if near else f"known: {', '.join(names)}",
            )
