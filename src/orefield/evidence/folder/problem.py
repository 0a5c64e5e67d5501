"""A fault of a corpus folder that does not stop the reading of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["fault", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what its keeper can do about it.

    Parameters
    ----------
    what, where, fix : str
        As in :class:`~orefield.core.errors.OrefieldError`; ``where`` is ``file:line`` and the
        column.
    level : {"fault", "note"}
        A fault takes something away from what can be checked; a note only tells what was
        found or assumed.
    """

    what: str
    where: str = ""
    fix: str = ""
    level: Level = "fault"

    def __str__(self) -> str:
        parts = [self.what, *(f"{n}: {t}" for n, t in (("where", self.where), ("fix", self.fix))
                              if t)]  # fmt: skip
        return "; ".join(parts)

    def as_dict(self) -> dict[str, str]:
        """The problem as ``--json`` prints it."""
        return {"what": self.what, "where": self.where, "fix": self.fix, "level": self.level}
