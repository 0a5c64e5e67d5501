"""All that values a block: elements, destinations, mining cost, royalties, carbon, calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.worth.checks import finite, known, points, price_factor, share, unique
from orefield.pit.worth.decks import NOW, ZERO, Calendar, Deck
from orefield.pit.worth.destinations import Destination
from orefield.pit.worth.elements import Element
from orefield.pit.worth.rates import FREE, Cost
from orefield.pit.worth.usage import Amount

_F8 = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Royalty:
    """A share of what is earned, fixed or sliding with a price.

    Attributes
    ----------
    name : str
    basis : {"nsr", "gross"}
        Of the net smelter return (payable metal less all charges of smelter and road), or of
        the payable metal's gross value.
    rate : Deck
        Fraction by period; none when it slides.
    sliding : tuple of (price, fraction)
        The fraction by the price of ``element``: that of the highest step reached, or linear
        between steps with ``interpolate``. The first price is 0.
    element : str
        Whose price it slides with.
    price_unit : str
        Of the prices of ``sliding``.
    interpolate : bool
    elements : tuple of str
        Of a gross royalty: the elements it is on; all when empty.
    destinations : tuple of str
        Where it is due; everywhere when empty.

    Raises
    ------
    ModelError
        When a fraction is outside 0 to 1, or parts do not fit.
    UnitError
        When the unit of prices is unknown.
    """

    name: str = "royalty"
    basis: Literal["nsr", "gross"] = "nsr"
    rate: Deck = ZERO
    sliding: tuple[tuple[float, float], ...] = ()
    element: str = ""
    price_unit: str = "USD/t"
    interpolate: bool = False
    elements: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"royalty '{self.name}'"
        object.__setattr__(self, "elements", tuple(self.elements))
        object.__setattr__(self, "destinations", tuple(self.destinations))
        if self.basis not in ("nsr", "gross"):
            raise ModelError(f"basis '{self.basis}' is unknown", where=where, fix="nsr or gross")
        for value in self.rate.values:
            share(value, f"{where}, rate")
        price_factor(self.price_unit, where)
        if bool(self.sliding) != bool(self.element):
            raise ModelError(
                "a sliding royalty needs both a table and the element whose price it follows",
                where=where,
                fix="give sliding and element, or neither",
            )
        if self.interpolate and not self.sliding:
            raise ModelError("there is no table to interpolate", where=where, fix="give sliding")
        if self.sliding and any(self.rate.values):
            raise ModelError(
                "both a rate and a sliding table are given", where=where, fix="give one of them"
            )
        if self.sliding:
            table = points(self.sliding, f"{where}, sliding")
            for _, value in table:
                share(value, f"{where}, sliding")
            if table[0][0] != 0:
                raise ModelError(
                    "the sliding table does not begin at price 0",
                    where=where,
                    fix="say what is due at the lowest prices",
                )
            object.__setattr__(self, "sliding", table)
        if self.elements and self.basis == "nsr":
            raise ModelError(
                "treatment and transport belong to no single element",
                where=where,
                fix="leave out elements, or use the gross basis",
            )


@dataclass(frozen=True, kw_only=True)
class Carbon:
    """A price on carbon dioxide and what emits it.

    Attributes
    ----------
    price : Deck
        USD per tonne of CO2 by period.
    emissions : tuple of Amount
        Tonnes of CO2.

    Raises
    ------
    ModelError
        When the price is negative or nothing emits.
    """

    price: Deck
    emissions: tuple[Amount, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "emissions", tuple(self.emissions))
        self.price.at_least(0.0, "carbon price")
        if not self.emissions:
            raise ModelError("carbon has a price but no emissions", fix="add amounts")


@dataclass(frozen=True, kw_only=True)
class Economy:
    """What blocks are worth, where, and when.

    Attributes
    ----------
    elements : tuple of Element
    destinations : tuple of Destination
        In the order of every array of destinations.
    mining : Cost
        USD per tonne of rock, wherever it goes.
    ga : Cost
        General and administrative cost, USD per tonne of feed of any mill or leach.
    royalties : tuple of Royalty
    carbon : Carbon, optional
    calendar : Calendar
    rock_field : str
        The field with rock codes; empty when nothing depends on rock.

    Raises
    ------
    ModelError
        When there is no element or destination, a name comes twice, or one is referred to that
        does not exist.
    """

    elements: tuple[Element, ...]
    destinations: tuple[Destination, ...]
    mining: Cost = FREE
    ga: Cost = FREE
    royalties: tuple[Royalty, ...] = ()
    carbon: Carbon | None = None
    calendar: Calendar = NOW
    rock_field: str = ""

    def __post_init__(self) -> None:
        for name in ("elements", "destinations", "royalties"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for what, things in (("element", self.elements), ("destination", self.destinations)):
            if not things:
                raise ModelError(f"the economy has no {what}", fix="add one")
            unique((thing.name for thing in things), what)
        unique((royalty.name for royalty in self.royalties), "royalty")
        for destination in self.destinations:
            self._check_destination(destination)
        for royalty in self.royalties:
            where = f"royalty '{royalty.name}'"
            self._known_elements((*royalty.elements, royalty.element), where)
            self._known_destinations(royalty.destinations, where)
        if self.carbon is not None:
            self.check_amounts(self.carbon.emissions, "carbon")

    def _check_destination(self, destination: Destination) -> None:
        where = f"destination '{destination.name}'"
        held = destination.concentrate
        metals = [m.element for m in destination.metals]
        self._known_elements((*metals, *destination.minimum), where)
        if held is not None:
            apart = {m.element for m in destination.metals if m.own_product}
            for name in (held.element, *(p.element for p in held.penalties)):
                if name:
                    known(name, metals, "metal recovered there called", where)
                if name in apart:
                    raise ModelError(
                        f"the concentrate is judged by '{name}', which is a product of its own",
                        where=where,
                        fix="leave out own_product, or name an element of the concentrate",
                    )
            if held.element and held.grade * self.element(held.element).to_fraction > 1:
                raise ModelError("the concentrate's grade is above 100 %", where=where)
        if destination.kind == "stockpile" and destination.reclaim_to:
            makers = [d.name for d in self.destinations if d.makes_product]
            known(destination.reclaim_to, makers, "mill or leach", where)
        if (destination.accepts or destination.rejects) and not self.rock_field:
            raise ModelError("rocks are accepted by code", where=where, fix="name a rock_field")

    def check_amounts(self, amounts: Iterable[Amount], where: str) -> None:
        """Refuse amounts of elements or at destinations that are not there (``ModelError``)."""
        for amount in amounts:
            self._known_elements((amount.element,), where)
            self._known_destinations(amount.destinations, where)

    def _known_elements(self, names: Iterable[str], where: str) -> None:
        for name in names:
            if name:
                known(name, (e.name for e in self.elements), "element", where)

    def _known_destinations(self, names: Iterable[str], where: str) -> None:
        for name in names:
            known(name, self.destination_names, "destination", where)

    @property
    def destination_names(self) -> tuple[str, ...]:
        """Names of the destinations, in order."""
        return tuple(d.name for d in self.destinations)

    def element(self, name: str) -> Element:
        """The element called ``name`` (``ModelError`` when there is none)."""
        known(name, (e.name for e in self.elements), "element", "economy")
        return next(e for e in self.elements if e.name == name)

    def destination(self, name: str) -> Destination:
        """The destination called ``name`` (``ModelError`` when there is none)."""
        known(name, self.destination_names, "destination", "economy")
        return next(d for d in self.destinations if d.name == name)

    def at_revenue_factor(self, factor: float, elements: Sequence[str] | None = None) -> Economy:
        """The same with prices multiplied by ``factor``: all, or those of some ``elements``.

        Charges and costs stay; a royalty that slides follows the new prices.

        Raises
        ------
        ModelError
            When the factor is negative or not finite, or an element is unknown.
        """
        finite(factor, "revenue factor", 0.0)
        self._known_elements(elements or (), "revenue factor")
        scaled = tuple(
            replace(e, price=e.price.times(factor)) if elements is None or e.name in elements else e
            for e in self.elements
        )
        return replace(self, elements=scaled)

    def over(self, years: Sequence[float]) -> Economy:
        """The same over periods of these lengths (years)."""
        return replace(self, calendar=replace(self.calendar, years=tuple(years)))

    def royalty_rate(self, royalty: Royalty) -> _F8:
        """Its fraction in every period, then at long-term prices, shape (t + 1,)."""
        if not royalty.sliding:
            return royalty.rate.over(self.calendar)
        unit = price_factor(royalty.price_unit, f"royalty '{royalty.name}'")
        price = self.element(royalty.element).price_usd_t.over(self.calendar) / unit
        step, rate = np.array(royalty.sliding).T
        if royalty.interpolate:
            between: _F8 = np.interp(price, step, rate)
            return between
        # a price that equals a step but for the rounding of units has reached it
        reached = np.searchsorted(step, price * (1 + 1e-12), side="right") - 1
        out: _F8 = rate[reached]
        return out
