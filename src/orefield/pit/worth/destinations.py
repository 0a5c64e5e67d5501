"""Where blocks can go: mills, leaches, dumps and stockpiles, and what each does with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from orefield.core import ModelError
from orefield.pit.worth.checks import finite, share, unique
from orefield.pit.worth.elements import Concentrate, Metal
from orefield.pit.worth.rates import FREE, Cost

Kind = Literal["mill", "leach", "dump", "stockpile"]
KINDS: Final = ("mill", "leach", "dump", "stockpile")
"""Kinds of destinations; the first two make something."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A place blocks are sent to.

    Attributes
    ----------
    name : str
    kind : {"mill", "leach", "dump", "stockpile"}
        A mill or leach earns; a dump costs; a stockpile costs now and earns when reclaimed.
    metals : tuple of Metal
        What a mill or leach recovers.
    concentrate : Concentrate, optional
        Of a mill that sells concentrate; without it metal is sold as recovered (dore, cathode).
    processing : Cost
        USD per tonne of feed.
    haul : Cost
        USD per tonne mined that is carried there, beside the cost of mining.
    rehandle : Cost
        Of a stockpile: USD per tonne taken up again.
    reclaim_to : str
        Of a stockpile: the mill or leach it feeds.
    accepts, rejects : tuple of str
        Rock codes that may, or may not, go there; all may when both are empty.
    minimum : mapping of str to float
        Lowest grade by element (in its unit) that may go there.
    dilution : float
        Barren tonnes that come with a tonne of ore to a mill or leach, as a fraction.
    mining_recovery : float
        Fraction of the block's ore that arrives at a mill or leach.

    Raises
    ------
    ModelError
        When a part does not fit the kind, or a number is out of range.
    """

    name: str
    kind: Kind
    metals: tuple[Metal, ...] = ()
    concentrate: Concentrate | None = None
    processing: Cost = FREE
    haul: Cost = FREE
    rehandle: Cost = FREE
    reclaim_to: str = ""
    accepts: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    minimum: Mapping[str, float] = field(default_factory=dict)
    dilution: float = 0.0
    mining_recovery: float = 1.0

    def __post_init__(self) -> None:
        for name in ("metals", "accepts", "rejects"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "minimum", dict(self.minimum))
        where = f"destination '{self.name}'"
        if self.kind not in KINDS:
            raise ModelError(f"kind '{self.kind}' is unknown", where=where, fix=", ".join(KINDS))
        if self.accepts and self.rejects:
            raise ModelError(
                "both accepted and rejected rocks are given", where=where, fix="give one list"
            )
        finite(self.dilution, f"{where}, dilution", 0.0)
        share(self.mining_recovery, f"{where}, mining_recovery")
        for element, grade in self.minimum.items():
            finite(grade, f"{where}, minimum of '{element}'", 0.0)
        self._check_kind(where)
        unique((m.element for m in self.metals), f"metal of {where}")
        if self.concentrate is None and any(m.depends_on_product for m in self.metals):
            raise ModelError(
                "deductions and steps of payable metal are of the grade of a concentrate",
                where=where,
                fix="describe the concentrate, or use payable alone",
            )

    def _check_kind(self, where: str) -> None:
        makes = self.makes_product
        wrong = {
            "metals": bool(self.metals) and not makes,
            "concentrate": self.concentrate is not None and self.kind != "mill",
            "processing": not self.processing.rate.is_zero and not makes,
            "dilution": self.dilution > 0 and not makes,
            "mining_recovery": self.mining_recovery < 1 and not makes,
            "rehandle": not self.rehandle.rate.is_zero and self.kind != "stockpile",
            "reclaim_to": bool(self.reclaim_to) and self.kind != "stockpile",
        }
        for what, is_wrong in wrong.items():
            if is_wrong:
                raise ModelError(
                    f"a {self.kind} has no {what}", where=where, fix="remove it, or change the kind"
                )

    @property
    def makes_product(self) -> bool:
        """Whether something is made and sold there."""
        return self.kind in ("mill", "leach")
