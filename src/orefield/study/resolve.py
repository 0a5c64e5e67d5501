"""From parameters.csv, assumptions.csv and the claims to parameters with values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl

from orefield.core import units
from orefield.core.errors import EvidenceError, TableError, UnitError
from orefield.core.tables import Row, read_rows
from orefield.evidence import Basis, Choice, Claim, Evidence, ResourceClass, choose
from orefield.study import distributions
from orefield.study.parameters import NEVER, Assumption, Parameter

_FILTERS = {"year", "basis", "class", "release"}

KINDS = ("number", "series", "date", "text")

_MARK_ORDER = ("read", "derived", "override", "assumption", "recall")
# From firm to weak: a value somebody remembers without a source ranks below one that
# says openly that it is assumed and why.


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A row of parameters.csv before its evidence is looked up."""

    key: str
    unit: str
    kind: str
    evidence: str
    low: str
    high: str
    dist: str
    label: str
    note: str
    where: str


def read_parameters(path: Path) -> list[ParameterRow]:
    """Rows of parameters.csv.

    Raises
    ------
    TableError, UnitError
        See :func:`orefield.core.tables.read_rows`; also for an unknown kind or unit.
    """
    rows = read_rows(
        path,
        ("key", "unit", "kind", "evidence"),
        ("low", "high", "dist", "label", "note"),
        key="key",
    )
    out = []
    for row in rows:
        kind = row.text("kind")
        if kind not in KINDS:
            raise TableError(
                f"unknown kind '{kind}'",
                where=f"{row.where}, column 'kind'",
                fix=f"use one of {', '.join(KINDS)}",
            )
        unit = row.text("unit", "")
        if kind in ("number", "series"):
            _known(unit, row)
        out.append(
            ParameterRow(
                row.text("key"), unit, kind, row.text("evidence"), row.text("low", ""),
                row.text("high", ""), row.text("dist", ""), row.text("label", ""),
                row.text("note", ""), row.where,
            )
        )  # fmt: skip
    return out


def read_assumptions(path: Path) -> dict[str, Assumption]:
    """Rows of assumptions.csv by id.

    Raises
    ------
    TableError, UnitError, EvidenceError
        For unreadable tables, unknown units, ranges that cannot be, a missing reason.
    """
    rows = read_rows(
        path, ("id", "value", "unit", "low", "high", "dist", "reason"), ("mark",), key="id"
    )
    out: dict[str, Assumption] = {}
    for row in rows:
        low, high = row.number("low"), row.number("high")
        dist = row.text("dist", "fixed")
        if dist not in distributions.NAMES:
            raise TableError(
                f"unknown distribution '{dist}'",
                where=f"{row.where}, column 'dist'",
                fix=f"use one of {', '.join(distributions.NAMES)}",
            )
        if dist != "fixed" or low is not None or high is not None:
            value = row.number("value")
            if value is None or low is None or high is None:
                raise TableError(
                    "an assumption with a range needs value, low and high", where=row.where
                )
            distributions.check(dist, value, low, high, row.where)
        unit = row.text("unit", "")
        if unit not in ("", "text", "date"):
            _known(unit, row)
        mark = row.text("mark", "assumption")
        if mark not in ("assumption", "recall"):
            raise TableError(
                f"mark '{mark}' is not assumption or recall", where=f"{row.where}, column 'mark'"
            )
        out[row.text("id")] = Assumption(
            row.text("id"), row.text("value"), unit, low, high, dist, row.text("reason"), mark
        )
    return out


def _known(unit: str, row: Row) -> None:
    try:
        units.normalise(unit)
    except UnitError as error:
        raise UnitError(error.what, where=f"{row.where}, column 'unit'", fix=error.fix) from error


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

    def resolve(self, row: ParameterRow) -> Parameter:
        """The value of a row.

        The references of a row (separated by ``;``) are tried in order: the first that
        gives a value is taken; for a series each fills the years that the earlier lack.

        Raises
        ------
        EvidenceError
            When no reference gives a value, or a claim has the wrong kind.
        UnitError
            When the claim's unit does not fit the parameter's.
        """
        references = [part.strip() for part in row.evidence.split(";") if part.strip()]
        try:
            if row.kind == "series":
                return self._series(row, references)
            failures = []
            for reference in references:
                try:
                    return self._single(row, reference)
                except EvidenceError as error:
                    failures.append(error)
            raise failures[0] if failures else EvidenceError("no evidence is named")
        except (EvidenceError, UnitError) as error:
            raise type(error)(
                f"parameter '{row.key}': {error.what}",
                where=f"{row.where}" + (f"; {error.where}" if error.where else ""),
                fix=error.fix,
            ) from error

    def _single(self, row: ParameterRow, reference: str) -> Parameter:
        scheme, _, rest = reference.partition(":")
        if scheme == "assumption":
            return self._from_assumption(row, rest)
        if scheme == "claim":
            name, _, end = rest.partition("#")
            claim = self._evidence.claim(name)
            if end:
                claim = _one_end(claim, end)
            return self._from_claim(row, claim, row.note or "pinned to one claim", ())
        if scheme == "rule":
            choice = self._choose(rest)
            rejected = tuple((claim.id, reason) for claim, reason in choice.rejected)
            return self._from_claim(row, choice.chosen, choice.rule_text, rejected)
        raise EvidenceError(
            f"evidence '{reference}' is not of a known form",
            fix="write rule:ENTITY/ATTRIBUTE, claim:ID or assumption:ID",
        )

    def _choose(self, text: str, year: int | None = None) -> Choice:
        subject, _, query = text.partition("?")
        entity, _, attribute = subject.partition("/")
        filters = dict(parse_qsl(query, keep_blank_values=True))
        unknown = set(filters) - _FILTERS
        if unknown:
            raise EvidenceError(
                f"unknown filter '{min(unknown)}' of a rule",
                where=text,
                fix=f"filters: {', '.join(sorted(_FILTERS))}",
            )
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
            basis=Basis(filters["basis"]) if "basis" in filters else None,
            cls=ResourceClass(filters["class"]) if "class" in filters else None,
        )

    def _from_assumption(self, row: ParameterRow, name: str) -> Parameter:
        found = self._assumptions.get(name)
        if found is None:
            raise EvidenceError(
                f"no assumption '{name}'", fix="add it to assumptions.csv with a reason"
            )
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
                raise EvidenceError(f"claim '{claim.id}' has no text")
            return replace(
                self._plain(row, value, reference, mark, rule), rejected=rejected
            )
        value, low, high = claim_interval(claim, row.unit)
        dist = row.dist or ("uniform" if high > low else "fixed")
        low, high = _range(row, value, low, high)
        distributions.check(dist, value, low, high, row.where)
        return Parameter(
            row.key, "number", row.unit, value, low, high, dist, reference, mark, row.label,
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
            raise EvidenceError("no claim gives a value for any year", where=row.evidence)
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
        raise EvidenceError(f"claim '{claim.id}' has no number")
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
    try:
        if len(plain) == 6 and plain[4] == "H":
            return date(int(plain[:4]), 1 if plain[5] == "1" else 7, 1)
        parts = [int(p) for p in plain.split("-")]
        return date(parts[0], *(parts[1:] + [1, 1])[:2])
    except (ValueError, IndexError, TypeError):
        raise EvidenceError(
            f"'{text}' is not a date", fix="write 2026, 2026-07, 2026-07-01, 2026H2 or never"
        ) from None


def overall_mark(marks: Iterable[str]) -> str:
    """The weakest of several marks."""
    return max(marks, key=_MARK_ORDER.index)


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
        return float(text)
    except ValueError:
        raise EvidenceError(f"'{text}' is not a number") from None
