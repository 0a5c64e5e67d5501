"""From parameters.csv, assumptions.csv and the claims to parameters with values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import parse_qsl

from orefield.core import units
from orefield.core.errors import EvidenceError, UnitError
from orefield.core.tables import plain_number
from orefield.evidence import Basis, Choice, Claim, Evidence, ResourceClass, choose
from orefield.evidence.dates import first_day
from orefield.study import distributions, plausible
from orefield.study.parameters import NEVER, Assumption, Parameter
from orefield.study.rows import ParameterRow

_FILTERS = {"year", "basis", "class", "release"}
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
_HALF = re.compile(r"([12]\d{3})H([12])", re.ASCII)
_Word = TypeVar("_Word", bound=StrEnum)

_MARK_ORDER = ("read", "derived", "override", "assumption", "recall")
# From firm to weak: a value somebody remembers without a source ranks below one that
# says openly that it is assumed and why.


class Resolver:
    """Looks up the evidence of parameter rows.

    Parameters
    ----------
    evidence : Evidence
    assumptions : mapping of id to Assumption
    """

    def __init__(self, evidence: Evidence, assumptions: Mapping[str, Assumption]) -> None:
        self._evidence = evidence
        self._assumptions = assumptions
        self._claim_ids = {claim.id for claim in evidence.claims}

    def resolve(self, row: ParameterRow) -> Parameter:
        """The value of a row.

        The references of a row (separated by ``;``) are tried in order: the first that
        gives a value is taken; for a series each fills the years that the earlier lack.

        Raises
        ------
        EvidenceError
            When a reference names what does not exist, none gives a value, a claim has the
            wrong kind, or the value or its range cannot be.
        UnitError
            When the claim's unit does not fit the parameter's.
        """
        references = [part.strip() for part in row.evidence.split(";") if part.strip()]
        try:
            for reference in references:
                self._check_reference(reference)
            _check_range_used(row, references)
            found = self._found(row, references)
            plausible.check(found, "")
            return found
        except (EvidenceError, UnitError) as error:
            raise type(error)(
                f"parameter '{row.key}': {error.what}",
                where=f"{row.where}" + (f"; {error.where}" if error.where else ""),
                fix=error.fix,
            ) from error

    def _found(self, row: ParameterRow, references: list[str]) -> Parameter:
        if row.kind == "series":
            return self._series(row, references)
        failures = []
        for reference in references:
            try:
                return self._single(row, reference)
            except EvidenceError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        raise EvidenceError("no evidence is named", fix="name a rule, a claim or an assumption")

    def _check_reference(self, reference: str) -> None:
        """What a reference names must exist, even where an earlier one gives the value."""
        scheme, _, rest = reference.partition(":")
        if scheme == "assumption":
            if rest not in self._assumptions:
                raise EvidenceError(
                    f"no assumption '{rest}'",
                    fix=_near(rest, self._assumptions) + "add it to assumptions.csv with a reason",
                )
        elif scheme == "claim":
            name = rest.partition("#")[0]
            if name not in self._claim_ids:
                raise EvidenceError(
                    f"no claim has the id '{name}'",
                    fix=_near(name, self._claim_ids) + "see claims.csv",
                )
        elif scheme == "rule":
            entity, _, attribute = rest.partition("?")[0].partition("/")
            if entity not in self._evidence.entities:
                raise EvidenceError(
                    f"no entity has the id '{entity}'",
                    fix=_near(entity, [e.id for e in self._evidence.entities]) + "see entities.csv",
                )
            if not attribute:
                raise EvidenceError(
                    f"rule '{rest}' names no attribute", fix="write rule:ENTITY/ATTRIBUTE"
                )
            _filters(rest)
        else:
            raise EvidenceError(
                f"evidence '{reference}' is not of a known form",
                fix="write rule:ENTITY/ATTRIBUTE, claim:ID or assumption:ID",
            )

    def _single(self, row: ParameterRow, reference: str) -> Parameter:
        scheme, _, rest = reference.partition(":")
        if scheme == "assumption":
            return self._from_assumption(row, rest)
        if scheme == "claim":
            name, _, end = rest.partition("#")
            claim = self._evidence.claim(name)
            if not claim.usable:
                raise EvidenceError(
                    f"claim '{name}' is marked unusable: {claim.note or 'no reason given'}",
                    fix="pin another claim, or let a rule choose",
                )
            if end:
                claim = _one_end(claim, end)
            return self._from_claim(row, claim, row.note or "pinned to one claim", ())
        choice = self._choose(rest)
        rejected = tuple((claim.id, reason) for claim, reason in choice.rejected)
        return self._from_claim(row, choice.chosen, choice.rule_text, rejected)

    def _choose(self, text: str, year: int | None = None) -> Choice:
        entity, _, attribute = text.partition("?")[0].partition("/")
        filters = _filters(text)
        claims = [
            claim
            for claim in self._evidence.about(entity, attribute)
            if filters.get("release", claim.release) == claim.release
        ]
        if year is None and "year" in filters:
            year = int(filters["year"])
        return choose(
            claims,
            entity,
            attribute,
            year=year,
            basis=_word(filters, "basis", Basis),
            cls=_word(filters, "class", ResourceClass),
        )

    def _from_assumption(self, row: ParameterRow, name: str) -> Parameter:
        found = self._assumptions[name]
        reference = (f"assumption:{name}",)
        if row.kind == "text":
            return self._plain(row, found.value, reference, found.mark, found.reason)
        if row.kind == "date":
            return self._plain(row, parse_date(found.value), reference, found.mark, found.reason)
        scale = units.factor(found.unit, row.unit)
        value = _float(found.value) * scale
        low = value if found.low is None else found.low * scale
        high = value if found.high is None else found.high * scale
        return Parameter(
            row.key, "number", row.unit, value, low, high, found.dist, reference, found.mark,
            row.label, row.note, found.reason,
        )  # fmt: skip

    def _from_claim(
        self,
        row: ParameterRow,
        claim: Claim,
        rule: str,
        rejected: tuple[tuple[str, str], ...],
    ) -> Parameter:
        reference, mark = (f"claim:{claim.id}",), str(claim.mark)
        if row.kind in ("text", "date"):
            text = claim.text
            value: str | date = parse_date(text) if row.kind == "date" else text
            if value == "":
                raise EvidenceError(
                    f"claim '{claim.id}' has no text", fix="name a claim of words, or another kind"
                )
            return replace(self._plain(row, value, reference, mark, rule), rejected=rejected)
        number, low, high = claim_interval(claim, row.unit)
        dist = row.dist or ("uniform" if high > low else "fixed")
        low, high = _range(row, number, low, high)
        distributions.check(dist, number, low, high, row.where)
        return Parameter(
            row.key, "number", row.unit, number, low, high, dist, reference, mark, row.label,
            row.note, rule, rejected,
        )  # fmt: skip

    def _series(self, row: ParameterRow, references: list[str]) -> Parameter:
        values: dict[int, float] = {}
        used: dict[int, str] = {}
        marks: set[str] = set()
        rejected: list[tuple[str, str]] = []
        rule = ""
        for reference in references:
            scheme, _, rest = reference.partition(":")
            if scheme == "claim":
                if "#" in rest:
                    raise EvidenceError(
                        f"'{reference}' asks for one end of a claim",
                        fix="ends are for numbers and dates; a series takes whole claims",
                    )
                claim = self._evidence.claim(rest)
                for year in _years(claim) - set(values):
                    values[year] = claim_interval(claim, row.unit)[0]
                    used[year] = reference
                    marks.add(str(claim.mark))
                continue
            if scheme != "rule":
                raise EvidenceError(
                    "a series is made of claims", fix="write rule:ENTITY/ATTRIBUTE or claim:ID"
                )
            subject = rest.partition("?")[0]
            entity, _, attribute = subject.partition("/")
            years = {y for c in self._evidence.about(entity, attribute) for y in _years(c)}
            for year in sorted(years - set(values)):
                try:
                    choice = self._choose(rest, year)
                except EvidenceError:
                    continue  # this year's claims fail the filters; another reference may fill it
                values[year] = claim_interval(choice.chosen, row.unit)[0]
                used[year] = f"claim:{choice.chosen.id}"
                marks.add(str(choice.chosen.mark))
                rejected += [(c.id, f"{year}: {reason}") for c, reason in choice.rejected]
                rule = choice.rule_text
        if not values:
            raise EvidenceError(
                "no claim gives a value for any year",
                where=row.evidence,
                fix="add claims that each speak for one calendar year",
            )
        low, high = _range(row, 1.0, 1.0, 1.0)
        dist = row.dist or "fixed"
        distributions.check(dist, 1.0, low, high, row.where)
        weakest = max(marks, key=_MARK_ORDER.index)
        return Parameter(
            row.key, "series", row.unit, MappingProxyType(dict(sorted(values.items()))), low, high,
            dist, tuple(dict.fromkeys(used[y] for y in sorted(used))), weakest, row.label, row.note,
            rule, tuple(rejected), MappingProxyType(used),
        )  # fmt: skip

    @staticmethod
    def _plain(
        row: ParameterRow, value: str | date, reference: tuple[str, ...], mark: str, rule: str
    ) -> Parameter:
        return Parameter(
            row.key, row.kind, row.unit, value, 0.0, 0.0, "fixed", reference, mark, row.label,
            row.note, rule,
        )  # fmt: skip


def claim_interval(claim: Claim, unit: str) -> tuple[float, float, float]:
    """Central value and range of a claim in ``unit``.

    A claim of a range is taken at its middle; "more than" and "up to" at the number given.

    Raises
    ------
    EvidenceError
        When the claim has no number.
    UnitError
        When its unit does not fit.
    """
    if claim.low is None:
        raise EvidenceError(
            f"claim '{claim.id}' has no number", fix="name a claim with a number, or another kind"
        )
    scale = units.factor(claim.unit, unit)
    low = claim.low * scale
    high = low if claim.high is None else claim.high * scale
    return 0.5 * (low + high), low, high


def _years(claim: Claim) -> set[int]:
    """Calendar years that a claim of a closed period speaks for, if it is one year long."""
    start, end = claim.period
    if start is None or end is None or end.year - start.year > 1:
        return set()
    return {y for y in (start.year, end.year) if claim.speaks_for(y)}


def _one_end(claim: Claim, end: str) -> Claim:
    """A claim cut to its lower or upper end, or to the day from which it holds."""
    if end == "from" and claim.valid_from:
        return replace(claim, text=claim.valid_from)
    if end == "low":
        return replace(claim, high=None)
    if end == "high" and claim.high is not None:
        return replace(claim, low=claim.high, high=None)
    raise EvidenceError(f"claim '{claim.id}' has no end '{end}'", fix="write #low, #high or #from")


def parse_date(text: str) -> date:
    """A date written as a year, year-month, year-half (``2026H1``), ISO date, or ``never``.

    Raises
    ------
    EvidenceError
        When it is none of these.
    """
    plain = text.strip()
    if plain.lower() == "never":
        return NEVER
    half = _HALF.fullmatch(plain)
    if half:
        return date(int(half[1]), 1 if half[2] == "1" else 7, 1)
    try:
        if not _YEAR.fullmatch(plain[:4]):
            raise ValueError(plain)  # year 26 or 20260 is a slip, not antiquity
        return first_day(plain)
    except ValueError:
        raise EvidenceError(
            f"'{text}' is not a date", fix="write 2026, 2026-07, 2026-07-01, 2026H2 or never"
        ) from None


def _range(row: ParameterRow, value: float, low: float, high: float) -> tuple[float, float]:
    """The row's own range: absolute numbers, or ``x0.9`` for a factor on the value."""
    out = []
    for text, default in ((row.low, low), (row.high, high)):
        if not text:
            out.append(default)
        elif text.startswith("x"):
            out.append(value * _float(text[1:]))
        else:
            out.append(_float(text))
    return out[0], out[1]


def _float(text: str) -> float:
    try:
        return plain_number(text)
    except ValueError:
        raise EvidenceError(f"'{text}' is not a number", fix="write a plain number") from None


def _check_range_used(row: ParameterRow, references: list[str]) -> None:
    """A range written beside an assumption, a date or a text would be passed over in silence."""
    if not (row.low or row.high or row.dist):
        return
    if row.kind in ("text", "date"):
        raise EvidenceError(f"a {row.kind} has no range", fix="leave low, high and dist empty")
    if (
        row.kind == "number"
        and references
        and all(reference.startswith("assumption:") for reference in references)
    ):
        raise EvidenceError(
            "the range of an assumption stands in assumptions.csv",
            fix="leave low, high and dist empty here",
        )


def _filters(text: str) -> dict[str, str]:
    """The filters of a rule, ``rule:ENTITY/ATTRIBUTE?basis=contained&year=2024``."""
    found = dict(parse_qsl(text.partition("?")[2], keep_blank_values=True))
    unknown = set(found) - _FILTERS
    if unknown:
        raise EvidenceError(
            f"unknown filter '{min(unknown)}' of a rule",
            where=text,
            fix=f"filters: {', '.join(sorted(_FILTERS))}",
        )
    if not _YEAR.fullmatch(found.get("year", "2000")):
        raise EvidenceError(f"'{found['year']}' is no year", where=text, fix="write year=2024")
    _word(found, "basis", Basis)
    _word(found, "class", ResourceClass)
    return found


def _word(filters: Mapping[str, str], name: str, words: type[_Word]) -> _Word | None:
    text = filters.get(name)
    if text is None:
        return None
    if text not in list(words):
        raise EvidenceError(f"{name} is '{text}'", fix=f"use one of {', '.join(words)}")
    return words(text)


def _near(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, list(known), n=1)
    return f"did you mean '{found[0]}'? " if found else ""
