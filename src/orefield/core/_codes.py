"""How the ledger keeps its columns: text as small integers, whole numbers as such."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import LedgerError


def whole(
    values: ArrayLike, dtype: type[np.int16 | np.int32], name: str, where: str
) -> NDArray[np.generic]:
    """Values as whole numbers; a cast alone would cut 2020.5 and wrap what is too large."""
    given = np.asarray(values)
    with np.errstate(invalid="ignore"):
        cast = given.astype(dtype)
    if not (cast == given).all():
        raise LedgerError(
            f"a {name} is not a whole number from {np.iinfo(dtype).min} to {np.iinfo(dtype).max}",
            where=where,
        )
    return cast


class Codes:
    """Strings to small integers and back."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._index: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        code = self._index.get(name)
        if code is None:
            code = self._index[name] = len(self.names)
            self.names.append(name)
        return code
