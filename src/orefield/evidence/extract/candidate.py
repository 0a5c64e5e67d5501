"""A candidate claim: what a text seems to state, for a person to confirm, correct or reject."""

from __future__ import annotations

from dataclasses import dataclass

from orefield.core.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in the document: character offsets, ends exclusive; the text itself is not kept.

    Attributes
    ----------
    start, end : int
        Of the number and its unit.
    clause_start, clause_end : int
        Of the clause around it.
    """

    start: int
    end: int
    clause_start: int
    clause_end: int

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One quantity that a document states, as its words give it.

    Attributes
    ----------
    value_low, value_high : float or None
        In ``unit``; None on an open end.
    unit : str
        Canonical: t, kt, Mt, t/y, kt/d, %, %/y, pp, g/t, USD, bn USD, USD/t, m, km2, MW, count,
        rank, ratio, year, boolean, ...
    written : str
        Number, multiplier and unit as written.
    multiplier : str
        million, 万, ...; empty for none.
    qualifier : str
        ``=``, ``>=``, ``<=``, ``~`` or ``range``.
    outlook : str
        target, planned, projected, guidance, estimated, or empty for what is told as fact.
    period : str
        As written; empty for undated.
    first_year, last_year : int or None
    subject : str
        As written, or the name that a pronoun points back to.
    entities : tuple of str
        Ids of the entities that the subject may be, best first.
    attribute : str
        Short words: "copper production", "share of national output", "count of departments".
    commodity : str
        Symbol; empty where none is named.
    basis : str
        ore, concentrate_gross or contained where the words say so, ``missing`` for a mass where
        they do not, empty for what is no mass.
    stage : str
        mine, smelter, refined, semis, use, scrap, or ``missing`` likewise.
    resource_class, rate_type : str
        Where the words name one; ``unnamed`` for a recycling rate without a definition.
    counterpart : str
        Share of what, growth over what, owner, scope of a rank.
    locator : Locator
    also_at : tuple of Locator
        Where else the text says the same.
    speakers : tuple of str
        Who relays it, the nearest to the reader first: A reports that B said.
    confidence : float
        0 to 1, by how many steps had to be guessed. It orders a reviewer's work, no more.
    reasons : tuple of str
        How subject, attribute and odd readings were arrived at.
    source : str

    Raises
    ------
    EvidenceError
        For values upside down, a quantity without value, or an unknown qualifier.
    """

    value_low: float | None
    value_high: float | None
    unit: str
    written: str
    qualifier: str
    subject: str
    attribute: str
    locator: Locator
    multiplier: str = ""
    outlook: str = ""
    period: str = ""
    first_year: int | None = None
    last_year: int | None = None
    entities: tuple[str, ...] = ()
    commodity: str = ""
    basis: str = ""
    stage: str = ""
    resource_class: str = ""
    rate_type: str = ""
    counterpart: str = ""
    also_at: tuple[Locator, ...] = ()
    speakers: tuple[str, ...] = ()
    confidence: float = 1.0
    reasons: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if self.qualifier not in {"=", ">=", "<=", "~", "range"}:
            raise EvidenceError(f"'{self.qualifier}' is no qualifier of a candidate")
        if self.value_low is None and self.value_high is None:
            raise EvidenceError(f"candidate '{self.written}' has no value")
        if (
            self.value_low is not None
            and self.value_high is not None
            and self.value_low > self.value_high
        ):
            raise EvidenceError(
                f"candidate '{self.written}' runs from {self.value_low} down to {self.value_high}"
            )

    @property
    def hops(self) -> int:
        """How many hands the statement went through before this document."""
        return len(self.speakers)

    @property
    def shown(self) -> str:
        """Value and unit: ``1.8-2 Mt/y``, ``>= 20 Mt``."""
        low, high = self.value_low, self.value_high
        if low is not None and high is not None and low != high:
            value = f"{low:.12g} to {high:.12g}"
        else:
            end = low if low is not None else high
            sign = {"=": "", "range": ""}.get(self.qualifier, f"{self.qualifier} ")
            value = f"{sign}{end:.12g}"
        return f"{value} {self.unit}".strip()

    @property
    def paraphrase(self) -> str:
        """Subject, attribute, value and period in one line, built from the parts."""
        what = self.attribute or "quantity"
        basis = self.basis if self.basis not in {"", "missing"} else ""
        parts = (
            basis.replace("_", " "),
            f"of {self.counterpart}" if self.counterpart else "",
            self.outlook,
            self.period,
        )
        rest = ", ".join(part for part in parts if part)
        return f"{self.subject or '(nobody named)'}: {what} {self.shown}" + (
            f", {rest}" if rest else ""
        )
