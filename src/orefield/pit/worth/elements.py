"""Elements with their grades and prices, and the terms on which a product pays for them."""

from __future__ import annotations

from dataclasses import dataclass

from orefield.core import ModelError
from orefield.pit.worth.checks import finite, grade_factor, points, price_factor, share
from orefield.pit.worth.decks import ZERO, Deck
from orefield.pit.worth.rates import Rate
from orefield.pit.worth.recovery import Recovery


@dataclass(frozen=True, kw_only=True)
class Element:
    """Something that is paid for, or penalised, and stands in a field of the block model.

    Attributes
    ----------
    name : str
        ``cu``, ``au``, ``as``, ...
    field : str
        The grade's field.
    unit : str
        The grade's unit: fraction, %, kg/t, g/t, ppm, ppb.
    price : Deck
        By period, in ``price_unit``; zero for what is only penalised.
    price_unit : str
        USD/t, USD/kg, USD/lb, c/lb or USD/ozt.
    optional : bool
        Whether a model without the field counts as zero grade.

    Raises
    ------
    ModelError
        When a price is negative or a name is missing.
    UnitError
        When a unit is unknown.
    """

    name: str
    field: str
    unit: str = "%"
    price: Deck = ZERO
    price_unit: str = "USD/t"
    optional: bool = False

    def __post_init__(self) -> None:
        where = f"element '{self.name}'"
        if not self.name or not self.field:
            raise ModelError("an element needs a name and a field", where=where)
        grade_factor(self.unit, where)
        price_factor(self.price_unit, where)
        self.price.at_least(0.0, f"{where}, price")

    @property
    def to_fraction(self) -> float:
        """Mass fraction of one unit of grade."""
        return grade_factor(self.unit, f"element '{self.name}'")

    @property
    def price_usd_t(self) -> Deck:
        """Price by period, USD per tonne of the element."""
        return self.price.times(price_factor(self.price_unit, f"element '{self.name}'"))


@dataclass(frozen=True, kw_only=True)
class Metal:
    """What a destination recovers of an element, and what is paid for it.

    Of the grade ``g`` in the product, ``min(payable * (g - deduction), g - minimum_deduction)``
    is paid, and never less than nothing: "pay 96.5 % subject to a minimum deduction of 1 unit".

    Attributes
    ----------
    element : str
    recovery : Recovery
        Fraction of the feed's metal that reaches the product.
    payable : float
        Fraction paid for.
    payable_steps : tuple of (grade, fraction)
        In place of ``payable``: the fraction of the highest step that the product's grade
        reaches, nothing below the first.
    deduction, minimum_deduction : float
        Units of grade in the concentrate, in ``grade_unit``.
    grade_unit : str
        Unit of steps and deductions; the element's own when empty.
    refining : Deck
        Charge per payable metal by period (selling cost of a metal made on site), in
        ``refining_unit``.
    refining_unit : str
    own_product : bool
        Whether it is sold apart from the destination's concentrate, as molybdenite is.

    Raises
    ------
    ModelError
        When a fraction is outside 0 to 1, a deduction or charge is negative, both ``payable``
        and ``payable_steps`` are given, or a product of its own has deductions.
    UnitError
        When a unit is unknown.
    """

    element: str
    recovery: Recovery
    payable: float = 1.0
    payable_steps: tuple[tuple[float, float], ...] = ()
    deduction: float = 0.0
    minimum_deduction: float = 0.0
    grade_unit: str = ""
    refining: Deck = ZERO
    refining_unit: str = "USD/t"
    own_product: bool = False

    def __post_init__(self) -> None:
        where = f"metal '{self.element}'"
        share(self.payable, f"{where}, payable")
        if self.payable_steps:
            if self.payable != 1.0:
                raise ModelError(
                    "both payable and payable_steps are given", where=where, fix="give one of them"
                )
            steps = points(self.payable_steps, f"{where}, payable_steps", 0.0)
            for _, value in steps:
                share(value, f"{where}, payable_steps")
            object.__setattr__(self, "payable_steps", steps)
        finite(self.deduction, f"{where}, deduction", 0.0)
        finite(self.minimum_deduction, f"{where}, minimum_deduction", 0.0)
        if self.grade_unit:
            grade_factor(self.grade_unit, where)
        price_factor(self.refining_unit, where)
        self.refining.at_least(0.0, f"{where}, refining")
        if self.own_product and self.depends_on_product:
            raise ModelError(
                "deductions are of the grade of the concentrate, which this metal is not in",
                where=where,
                fix="use payable alone, or leave out own_product",
            )

    @property
    def refining_usd_t(self) -> Deck:
        """Charge by period, USD per tonne of payable element."""
        return self.refining.times(price_factor(self.refining_unit, f"metal '{self.element}'"))

    @property
    def depends_on_product(self) -> bool:
        """Whether the share paid for depends on the grade of the product."""
        return bool(self.payable_steps or self.deduction or self.minimum_deduction)


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """A charge on concentrate for what it should not hold.

    Attributes
    ----------
    element : str
    above : float
        Threshold in the concentrate, in ``grade_unit``; nothing is charged up to it.
    per : float
        The step that is charged for, in the same unit; charged in proportion.
    charge : Deck
        USD per dry tonne of concentrate and step, by period.
    reject_above : float, optional
        Blocks whose concentrate holds more cannot go there at all.
    grade_unit : str
        The element's own when empty.

    Raises
    ------
    ModelError
        When a number is negative, or the step is not above zero.
    UnitError
        When the unit is unknown.
    """

    element: str
    above: float
    per: float = 1.0
    charge: Deck = ZERO
    reject_above: float | None = None
    grade_unit: str = ""

    def __post_init__(self) -> None:
        where = f"penalty of '{self.element}'"
        finite(self.above, f"{where}, above", 0.0)
        if finite(self.per, f"{where}, per", 0.0) == 0:
            raise ModelError("a penalty's step is zero", where=where, fix="give per, e.g. 0.1")
        self.charge.at_least(0.0, f"{where}, charge")
        if self.reject_above is not None:
            finite(self.reject_above, f"{where}, reject_above", 0.0)
        if self.grade_unit:
            grade_factor(self.grade_unit, where)


@dataclass(frozen=True, kw_only=True)
class Concentrate:
    """How much concentrate a mill makes, and what the smelter and the road to it cost.

    Attributes
    ----------
    element : str
        The element whose grade in the concentrate is held (its mass follows); empty when the
        mass pull is given.
    grade : float
        That grade, in the element's own unit.
    mass_pull : Rate, optional
        Dry tonnes of concentrate per tonne of feed, in place of a grade.
    treatment : Deck
        USD per dry tonne, by period.
    transport : Deck
        USD per wet tonne, by period.
    moisture : float
        Water in the wet concentrate, as a fraction of the wet mass.
    penalties : tuple of Penalty

    Raises
    ------
    ModelError
        When neither or both of grade and mass pull are given, or a number is out of range.
    """

    element: str = ""
    grade: float = 0.0
    mass_pull: Rate | None = None
    treatment: Deck = ZERO
    transport: Deck = ZERO
    moisture: float = 0.0
    penalties: tuple[Penalty, ...] = ()

    def __post_init__(self) -> None:
        where = "concentrate"
        object.__setattr__(self, "penalties", tuple(self.penalties))
        if bool(self.element) == (self.mass_pull is not None):
            raise ModelError(
                "a concentrate needs either an element with its grade, or a mass pull",
                where=where,
                fix="give one of them",
            )
        grade = finite(self.grade, f"{where}, grade", 0.0)
        if self.element and grade == 0:
            raise ModelError("the concentrate's grade is zero", where=where, fix="e.g. 25 %")
        if not self.element and grade > 0:
            raise ModelError(
                "a mass pull gives the concentrate's mass, and a grade does too",
                where=where,
                fix="leave out one of them",
            )
        self.treatment.at_least(0.0, f"{where}, treatment")
        self.transport.at_least(0.0, f"{where}, transport")
        if not 0 <= finite(self.moisture, f"{where}, moisture") < 1:
            raise ModelError(
                f"moisture is {self.moisture:g}", where=where, fix="give a fraction below 1"
            )
