"""Places that a command will write to, tried before the work and not after it."""

from __future__ import annotations

import os
from pathlib import Path

from orefield.core.errors import RunError


def file_place(file: Path | None, what: str) -> None:
    """Say before a long search, not after it, that its result has no place.

    Parameters
    ----------
    file : Path or None
        To be written later, with the folders above it; None for no file.
    what : str
        What it will hold, for the error.

    Raises
    ------
    RunError
        When the place is a folder, lies under a file, or may not be written to.
    """
    if file is None:
        return
    place = file.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if file.is_dir() or not (place.is_dir() and os.access(place, os.W_OK)):
        raise RunError(
            f"{what} cannot be written there", where=str(file), fix="choose another file"
        )
