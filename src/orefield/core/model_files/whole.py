"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orefield.core.errors import RunError


@contextmanager
def whole_file(path: Path | str) -> Iterator[IO[bytes]]:
    """A binary file that takes its name only once it is complete.

    Raises
    ------
    RunError
        When the place cannot be written to.
    """
    target = Path(path)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
        os.replace(part, target)
    except OSError as error:
        raise RunError(
            f"file cannot be written: {error.strerror or error}",
            where=str(target),
            fix="check the folder, your rights and the free space",
        ) from error
    finally:
        part.unlink(missing_ok=True)
