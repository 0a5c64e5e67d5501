"""What a block takes of a resource: tonnes, hours, energy, water, carbon, a river's load."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from orefield.core import ModelError
from orefield.pit.worth.checks import finite
from orefield.pit.worth.decks import Deck
from orefield.pit.worth.rates import UNIT_RATE, Rate

_OF_ELEMENT: Final = ("recovered", "payable", "contained")
BASES: Final = ("mined", "processed", "concentrate", "tailings", *_OF_ELEMENT)
"""What an amount may be per tonne of; the last three need an element's name."""

Per = Literal["year", "period"]


@dataclass(frozen=True, kw_only=True)
class Amount:
    """So much of a resource per tonne of something at some destinations.

    Attributes
    ----------
    of : str
        ``mined`` (dry tonnes of the block wherever it goes), ``processed`` (feed of a mill or
        leach, dilution included), ``concentrate`` (dry), ``tailings`` (feed less concentrate),
        or, with ``element``, tonnes of it ``contained`` in the feed, ``recovered`` in the
        product or ``payable``.
    element : str
        For the last three; empty otherwise.
    rate : Rate
        Of the resource per tonne of that.
    destinations : tuple of str
        Where it is taken; everywhere when empty.

    Raises
    ------
    ModelError
        When ``of`` is unknown, or an element is missing or out of place.
    """

    of: str = "mined"
    element: str = ""
    rate: Rate = UNIT_RATE
    destinations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "destinations", tuple(self.destinations))
        if self.of not in BASES:
            raise ModelError(f"there is no '{self.of}' to use per tonne of", fix=", ".join(BASES))
        if bool(self.element) != (self.of in _OF_ELEMENT):
            raise ModelError(
                f"an amount of '{self.of}' "
                + ("needs an element" if self.of in _OF_ELEMENT else "has no element"),
                fix=f"elements belong to {', '.join(_OF_ELEMENT)}",
            )


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A named resource, what blocks take of it and how much there is.

    Attributes
    ----------
    name : str
    amounts : tuple of Amount
        Added up.
    unit : str
        Of the resource, for people: ``t``, ``h``, ``kWh``, ``m3``, ``kg``.
    lower, upper : Deck, optional
        Bounds; none when absent.
    per : {"year", "period"}
        What the bounds are for; those per year are multiplied by the length of the period.

    Raises
    ------
    ModelError
        When there is no name, nothing is used, or ``per`` is another word.
    """

    name: str
    amounts: tuple[Amount, ...]
    unit: str = ""
    lower: Deck | None = None
    upper: Deck | None = None
    per: Per = "year"

    def __post_init__(self) -> None:
        object.__setattr__(self, "amounts", tuple(self.amounts))
        where = f"limit '{self.name}'"
        if not self.name:
            raise ModelError("a resource has no name", fix="name it")
        if not self.amounts:
            raise ModelError("nothing uses the resource", where=where, fix="add amounts")
        if self.per not in ("year", "period"):
            raise ModelError(
                f"bounds per '{self.per}' are unknown", where=where, fix="year or period"
            )


def bond_kwh_t(feed_um: float, product_um: float) -> float:
    """Grinding energy (kWh/t) per unit of work index (kWh/t), from and to 80 % passing sizes.

    ``10 * (1 / sqrt(P80) - 1 / sqrt(F80))``, the third theory of comminution: F. C. Bond (1952),
    Transactions of the AIME 193, 484-494. Use it as the coefficient of a work index field.

    Raises
    ------
    ModelError
        When a size is not positive or the product is coarser than the feed.
    """
    for name, size in (("feed_um", feed_um), ("product_um", product_um)):
        if finite(size, name, 0.0) == 0:
            raise ModelError("a size is zero", where=name, fix="give micrometres")
    if product_um > feed_um:
        raise ModelError("the product is coarser than the feed", fix="swap the sizes")
    return 10.0 * (1.0 / math.sqrt(product_um) - 1.0 / math.sqrt(feed_um))
