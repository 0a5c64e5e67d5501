"""A statement: a claim as the rules see it, typed and in base units, its gaps inferred and marked.

A :class:`~orefield.evidence.claim.Claim` is what an analyst keeps; a row of a loose corpus is
what a newspaper gives. Both become statements (:mod:`orefield.evidence.meaning`), and checks
and reconciliation work on statements alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from orefield.evidence.interval import Interval
from orefield.evidence.vocabulary import (
    Basis,
    Qualifier,
    RateType,
    ResourceClass,
    SigmaClass,
    Stage,
)


class Quantity(StrEnum):
    """What a statement measures. Flows are per calendar year, in t/y, unless named daily."""

    PRODUCTION = "production"
    """Output of a commodity (t/y); the stage says mined, smelted, refined, semis or scrap."""
    CAPACITY = "capacity"
    """Output that a plant can give (t/y of its commodity)."""
    THROUGHPUT = "throughput"
    """Ore mined or milled, or the capacity to (t/y or t/d of ore); the class says which."""
    RESOURCE = "resource"
    """Metal or ore in the ground (t); class and basis say how sure, and of what."""
    RESOURCE_ADDED = "resource added"
    """Metal newly found in a period (t)."""
    GRADE = "grade"
    """Metal in ore or concentrate (fraction)."""
    RECOVERY = "recovery"
    """Metal recovered of metal fed, in a plant (fraction)."""
    USE = "use"
    """Demand or consumption (t/y)."""
    IMPORTS = "imports"
    EXPORTS = "exports"
    NET_IMPORTS = "net imports"
    """Imports less exports (t/y)."""
    SPECIFIC = "specific use"
    """Use or emission per tonne of ore or of product (kWh/t, m3/t, or 1 for tonnes a tonne)."""
    EXPENDED = "expended"
    """Energy, water or reagents used, or CO2 emitted, in a year (kWh, m3, t/y): never a product."""
    WASTE = "waste"
    """Tailings, waste rock, slag or residue of a year (t/y): never a product."""
    STOCK = "stock"
    """Metal held above ground (t): warehouses, or in use."""
    STOCK_CHANGE = "stock change"
    SHARE = "share"
    """A part over a whole (fraction); ``part`` and ``whole`` name both."""
    GROWTH = "growth"
    """Relative change of ``part`` from ``base_year`` to ``first_year`` (fraction)."""
    OWNERSHIP = "ownership"
    """Share of the subject held by ``counterpart`` (fraction)."""
    RATE = "rate"
    """A recycling rate; the rate type says which (fraction)."""
    OPERATING_DAYS = "operating days"
    COUNT = "count"
    RANK = "rank"
    """1 for the largest; ``part`` is what is ranked, ``counterpart`` the scope."""
    EVENT = "event"
    """A status event at a date: see ``event``."""
    FLAG = "flag"
    """A yes or no: ``flag`` names it, ``low`` is 1 or 0."""
    MONEY = "money"
    PRICE = "price"
    EXCHANGE = "exchange"
    POSITION = "position"
    """Latitude or longitude (deg)."""
    OTHER = "other"
    """Understood as a number, and used by no rule but those on numbers as such."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a number is of: whose, what, of which commodity, at which stage.

    Parameters
    ----------
    entity : str
        Entity id; ``?name`` with the folded name where the subject is unresolved, so that two
        mentions of one unknown name meet and never mix with a known entity.
    quantity : Quantity
    commodity : str
        Symbol or word: ``cu``, ``au``, ``bauxite``, ``recycled``, ``ten_nonferrous``, ...
        Empty where none is named.
    stage : Stage
    """

    entity: str
    quantity: Quantity
    commodity: str = ""
    stage: Stage = Stage.NONE


@dataclass(frozen=True, slots=True)
class Statement:
    """One number, or one date, or one yes or no, that a claim states.

    Parameters
    ----------
    id, source : str
        Of the claim, and of its source.
    subject, attribute : str
        As written, to show a person.
    topic : Topic
    low, high : float or None
        As stated, in ``unit``; infinite where it is one-sided ("more than 20": 20 to inf).
        None for both where the claim gives no number.
    unit : str
        Base unit: t, t/y, t/d, 1 (fractions, g/t and %), d, deg, USD, CNY, CNY/USD, USD/t, count,
        kWh, m3, kWh/t, m3/t, g/L.
    shown : str
        Value and unit as written, such as ``1.8-2.0 Mt Cu/y``.
    rounding : float
        Half the place value of the last digit stated, in ``unit``: how far the true number may
        be from the stated one by rounding alone.
    hedge : float
        Relative half-width that the words add ("about": 0.05); 0 for a plain number.
    basis, resource_class, rate_type, qualifier
        Words of :mod:`orefield.evidence.vocabulary`.
    first_year, last_year : int or None
        Calendar years spoken of, both ends included; None where undated or open.
    date : str
        ISO date or part of one, of an event or an as-of.
    part_of_year : str
        ``Q1`` to ``Q4``, ``H1``, ``H2`` or months such as ``M01-M09``; empty for whole years. A
        flow of a part of a year has the quantity ``other``, so that nothing takes it for a
        year's, and keeps in ``measured`` what it is.
    measured : Quantity or None
        What the words measure, where the topic says ``other``.
    span : str
        First and last day or month as written, with a stroke between (``2018-05/2024-03``), of a
        period that is told by months or days; open ends are empty. Empty for whole years.
    base_year : int or None
        Of a growth.
    reported, vintage : str
        ISO date or part of one; the edition, where editions are told apart.
    part, whole : Topic or None
        Of a share, growth, rank: what the number is about.
    counterpart : str
        Entity of the other side: owner, trade partner, scope of a rank.
    event, flag : str
        Name of a status event or a yes-or-no.
    supersedes : tuple of str
    derived_from : tuple of str
        Claims that this one was computed from, where it says so.
    derivation : str
        The expression it was computed by, as written ("105/1.17"), or ``derived``.
    release : str
        Cluster of texts that go back to one release: they count once.
    hops : int
    sigma_class : SigmaClass
    words : str
        Paraphrase or note, for rules that read words. Never a quoted sentence.
    listed : tuple of str
        Names that the words list, where they list any.
    facet : frozenset of str
        Words by which the attribute tells a part of what another figure of its text tells whole:
        ``{"first", "batch"}`` of a quota whose total stands beside it.
    inferred : tuple of str
        Names of the fields above that were inferred, not stated.
    background : bool
        Part of the reference evidence, not of the corpus under check.
    """

    id: str
    source: str
    subject: str
    attribute: str
    topic: Topic
    low: float | None = None
    high: float | None = None
    unit: str = ""
    shown: str = ""
    rounding: float = 0.0
    hedge: float = 0.0
    basis: Basis = Basis.NONE
    resource_class: ResourceClass = ResourceClass.NONE
    rate_type: RateType = RateType.NONE
    qualifier: Qualifier = Qualifier.EXACT
    first_year: int | None = None
    last_year: int | None = None
    date: str = ""
    part_of_year: str = ""
    measured: Quantity | None = None
    span: str = ""
    base_year: int | None = None
    reported: str = ""
    vintage: str = ""
    part: Topic | None = None
    whole: Topic | None = None
    counterpart: str = ""
    event: str = ""
    flag: str = ""
    supersedes: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    derivation: str = ""
    release: str = ""
    hops: int = 0
    sigma_class: SigmaClass = SigmaClass.E
    words: str = ""
    listed: tuple[str, ...] = ()
    facet: frozenset[str] = frozenset()
    inferred: tuple[str, ...] = ()
    background: bool = False

    @property
    def entity(self) -> str:
        """The entity of the topic."""
        return self.topic.entity

    @property
    def resolved(self) -> bool:
        """Whether the subject is a known entity."""
        return not self.topic.entity.startswith("?")

    @property
    def stated(self) -> Interval | None:
        """The numbers as stated, without rounding or hedge."""
        if self.low is None:
            return None
        return Interval(self.low, self.low if self.high is None else self.high)

    @property
    def interval(self) -> Interval | None:
        """The numbers that the statement allows: rounding and hedge added. None for no number."""
        stated = self.stated
        if stated is None:
            return None
        return stated.widened(self.rounding).scaled(self.hedge)

    @property
    def value(self) -> float | None:
        """The middle of what is stated, or its finite end."""
        stated = self.stated
        return None if stated is None or math.isnan(stated.middle) else stated.middle

    @property
    def is_derived(self) -> bool:
        """Whether the corpus computed it from other claims."""
        return bool(self.derived_from or self.derivation)

    def covers(self, year: int) -> bool:
        """Whether it speaks of a calendar year; an undated one speaks of none for certain."""
        if self.first_year is None and self.last_year is None:
            return False
        return (self.first_year or year) <= year <= (self.last_year or year)

    def same_time(self, other: Statement) -> bool:
        """Whether both may speak of the same time: dated ones must share a year."""
        if None in (self.first_year, other.first_year):
            return True
        assert self.first_year is not None
        assert other.first_year is not None
        first = max(self.first_year, other.first_year)
        last = min(self.last_year or self.first_year, other.last_year or other.first_year)
        return first <= last

    @property
    def label(self) -> str:
        """What a reader is shown: subject, attribute, value, source."""
        when = f", {self.first_year}" if self.first_year is not None else ""
        if self.last_year is not None and self.last_year != self.first_year:
            when += f"-{self.last_year}"
        return f"{self.subject}: {self.attribute} {self.shown}{when} [{self.source}]"
