"""A claim: one statement of one source about one thing, with everything needed to weigh it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NoReturn

from orefield.core import units
from orefield.core.errors import EvidenceError, UnitError
from orefield.evidence.dates import first_day, last_day
from orefield.evidence.vocabulary import (
    Basis,
    Mark,
    Qualifier,
    RateType,
    ResourceClass,
    SigmaClass,
    SourceKind,
    Stage,
)

_MASSES = frozenset({"mass", "mass rate", "daily rate"})
# growth may fall, and positions lie south and west
_SIGNED = frozenset({"growth", "angle"})
_HALF_YEAR_D = 182
_YEAR_D = 365


@dataclass(frozen=True, slots=True)
class Source:
    """A document or data set that claims are read from.

    Parameters
    ----------
    id : str
    title, publisher, published, url, note : str
        As known; ``published`` is a year, month or day.
    hops : int
        Steps between the one who knows and this text: 0 the origin itself, 1 who relays it.
    kind : SourceKind
    where : str
        Place in the table, for errors.

    Raises
    ------
    EvidenceError
        For an empty id or title, negative hops, a date that is none, an address that is not http.
    """

    id: str
    title: str
    kind: SourceKind
    publisher: str = ""
    published: str = ""
    url: str = ""
    hops: int = 0
    note: str = ""
    where: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.id:
            self._fail("a source has no id", "id")
        if not self.title:
            self._fail(f"source '{self.id}' has no title", "title")
        if self.hops < 0:
            self._fail(f"source '{self.id}' has {self.hops} hops", "hops", "0 is the origin itself")
        if self.url and not self.url.startswith(("https://", "http://")):
            self._fail(f"'{self.url}' is no web address", "url", "start with https://, or leave it")
        if self.published:
            try:
                first_day(self.published)
            except ValueError:
                self._fail(
                    f"'{self.published}' is no date", "published", "write 2024 or 2024-06-28"
                )

    def _fail(self, what: str, column: str, fix: str = "") -> NoReturn:
        raise EvidenceError(what, where=_place(self.where, column), fix=fix)

    @property
    def citation(self) -> str:
        """One line: title, publisher, date, address."""
        head = ", ".join(x for x in (self.title, self.publisher, self.published) if x)
        return f"{head}. {self.url}" if self.url else head


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement. The parameters are the columns of ``claims.csv``.

    Parameters
    ----------
    id : str
        Stable, unique.
    subject : str
        Who or what is spoken of, as written.
    entity : str
        The entity that is; empty where that is unresolved.
    attribute : str
        What is said of it, in snake_case.
    source : str
        Id of the :class:`Source`.
    low, high : float or None
        The figure, or the two ends of a range; ``high`` is None for a single figure.
    text : str
        The statement where it is no number.
    unit : str
        A unit known to :mod:`orefield.core.units`.
    basis, stage, resource_class, rate_type, qualifier, mark, sigma_class
        Words of :mod:`orefield.evidence.vocabulary`.
    valid_from, valid_to : str
        First and last year, month or day it speaks of. A state that still holds has no end.
    reported_at, recorded_at, vintage : str
        When it was said, when it came into this table, and of which edition it is.
    supersedes : tuple of str
        Claims that this one replaces.
    locator : str
        Page, record or statement within the source.
    hops : int
        Steps from the one who knows.
    rounding : float or None
        Place value of the last digit given, in ``unit``.
    release : str
        Cluster of texts that go back to one release: they count once.
    usable : bool
        Whether a model may use it; the note says why not.
    note : str
    where : str
        Place in the table, for errors.

    Raises
    ------
    EvidenceError
        For a claim without id, source, attribute or content, a number that is negative or not
        finite, a range upside down, a mass without a basis, a date that is none.
    UnitError
        For a unit that is missing or unknown.
    """

    id: str
    subject: str
    entity: str
    attribute: str
    source: str
    low: float | None = None
    high: float | None = None
    text: str = ""
    unit: str = ""
    basis: Basis = Basis.NONE
    stage: Stage = Stage.NONE
    resource_class: ResourceClass = ResourceClass.NONE
    rate_type: RateType = RateType.NONE
    qualifier: Qualifier = Qualifier.EXACT
    valid_from: str = ""
    valid_to: str = ""
    reported_at: str = ""
    recorded_at: str = ""
    vintage: str = ""
    supersedes: tuple[str, ...] = ()
    locator: str = ""
    hops: int = 0
    rounding: float | None = None
    sigma_class: SigmaClass = SigmaClass.E
    release: str = ""
    mark: Mark = Mark.READ
    usable: bool = True
    note: str = ""
    where: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.id:
            self._fail("a claim has no id", "id")
        if not self.source:
            self._fail(
                f"claim '{self.id}' has no source",
                "source",
                "name a source of the table; what is remembered has the source 'memory'",
            )
        if not self.attribute.isidentifier() or self.attribute != self.attribute.lower():
            self._fail(f"attribute '{self.attribute}' is not in snake_case", "attribute")
        if self.hops < 0:
            self._fail(f"claim '{self.id}' has {self.hops} hops", "hops")
        if self.mark is Mark.RECALL and self.sigma_class is not SigmaClass.E:
            self._fail(f"'{self.id}' is recalled, yet of class {self.sigma_class}", "sigma_class")
        self._check_content()
        self._check_dates()

    def _check_content(self) -> None:
        if self.low is None and not self.text:
            self._fail(f"claim '{self.id}' says neither a number nor a text", "low")
        if self.high is not None and self.low is None:
            self._fail(f"claim '{self.id}' has an upper end only", "low")
        for name, value in (("low", self.low), ("high", self.high), ("rounding", self.rounding)):
            if value is not None and not math.isfinite(value):
                self._fail(f"{name} of '{self.id}' is {value}", name, "write a plain number")
        if self.rounding is not None and self.rounding <= 0.0:
            self._fail(f"rounding of '{self.id}' is {self.rounding}", "rounding")
        if self.low is None:
            return
        if self.high is not None and self.high < self.low:
            self._fail(
                f"range of '{self.id}' runs from {self.low} down to {self.high}",
                "high",
                "write the smaller end first; two states of a thing are two claims",
            )
        if not self.unit:
            self._fail_unit(f"'{self.id}' is a number without a unit", "write 1 for a pure number")
        dimension = self._dimension()
        signed = dimension in _SIGNED or "elevation" in self.attribute
        if self.low < 0.0 and not signed:
            self._fail(f"low of '{self.id}' is {self.low}", "low", "a quantity is not negative")
        if dimension in _MASSES and self.basis is Basis.NONE:
            self._fail(
                f"'{self.id}' is a mass without a basis",
                "basis",
                "say what it is the mass of: ore, concentrate_gross, contained, recoverable, ...",
            )
        if self.basis is Basis.UNSTATED and self.usable:
            self._fail(f"'{self.id}' has an unstated basis, yet is usable", "usable", "write no")

    def _check_dates(self) -> None:
        for name in ("valid_from", "valid_to", "reported_at", "recorded_at", "vintage"):
            value: str = getattr(self, name)
            if not value:
                continue
            try:
                first_day(value)
                last_day(value)
            except ValueError:
                self._fail(
                    f"{name} of '{self.id}' is '{value}', which is no date",
                    name,
                    "write 2024, 2024-06 or 2024-06-28",
                )
        start, end = self.period
        if start and end and end < start:
            self._fail(f"'{self.id}' ends {self.valid_to} before it starts", "valid_to")

    def _fail(self, what: str, column: str, fix: str = "") -> NoReturn:
        raise EvidenceError(what, where=_place(self.where, column), fix=fix)

    def _dimension(self) -> str:
        try:
            return units.dimension(self.unit)
        except UnitError as error:
            fault = error
        self._fail_unit(fault.what, fault.fix)

    def _fail_unit(self, what: str, fix: str) -> NoReturn:
        raise UnitError(what, where=_place(self.where, "unit"), fix=fix)

    @property
    def period(self) -> tuple[date | None, date | None]:
        """First and last day it speaks of; None where open."""
        start = first_day(self.valid_from) if self.valid_from else None
        end = last_day(self.valid_to) if self.valid_to else None
        return start, end

    def speaks_for(self, year: int) -> bool:
        """Whether it holds for a calendar year.

        It does when it covers half of the year or more and its own period is no shorter than
        a year: a half-year's output says nothing of the year. Open ends are without limit, but
        an output without any date speaks for no year.
        """
        start, end = self.period
        if start is None and end is None and self.basis is not Basis.NONE:
            return self.resource_class is not ResourceClass.ACTUAL
        if start and end and (end - start).days + 1 < _YEAR_D:
            return False
        first = max(start or date.min, date(year, 1, 1))
        last = min(end or date.max, date(year, 12, 31))
        return (last - first).days + 1 >= _HALF_YEAR_D

    @property
    def edition_day(self) -> date:
        """Day of the edition, else of the report; the distant past where neither is known."""
        text = self.vintage or self.reported_at
        return last_day(text) if text else date.min

    @property
    def central(self) -> float | None:
        """The figure, or the middle of the range."""
        if self.low is None or self.high is None:
            return self.low
        return 0.5 * (self.low + self.high)

    def central_in(self, unit: str) -> float:
        """:attr:`central`, converted.

        Raises
        ------
        EvidenceError
            When the claim is a text.
        UnitError
            When the units do not fit.
        """
        value = self.central
        if value is None:
            self._fail(f"'{self.id}' is a text, a number in {unit} is needed", "low")
        return units.convert(value, self.unit, unit)

    def without_superseding(self, claim_id: str) -> Claim:
        """The same claim, no longer naming ``claim_id`` among those it replaces."""
        return replace(self, supersedes=tuple(x for x in self.supersedes if x != claim_id))


def _place(where: str, column: str) -> str:
    return f"{where}, column '{column}'" if where else f"column '{column}'"
