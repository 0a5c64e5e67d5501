"""A claim added to a folder: checked against what is there, given an id, and appended."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

from orefield.core import units
from orefield.core.errors import EvidenceError, UnitError
from orefield.evidence.entities import fold_name
from orefield.evidence.folder.append import append
from orefield.evidence.folder.ask import ASKED, MASSES, NEW_SOURCE, dimension_of
from orefield.evidence.folder.columns import CLAIM_CORE, CLAIM_MORE, SOURCE_CORE, canonical
from orefield.evidence.folder.loose import LooseClaim
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.read import CLAIMS, SOURCES, Folder, read_folder
from orefield.evidence.folder.written import read_date, read_number
from orefield.evidence.vocabulary import (
    Basis,
    Mark,
    RateType,
    ResourceClass,
    SigmaClass,
    SourceKind,
    Stage,
)

_CLOSED = {"basis": Basis, "stage": Stage, "class": ResourceClass, "rate_type": RateType,
           "mark": Mark, "sigma_class": SigmaClass}  # fmt: skip
_SAYS = ("source", "subject", "attribute", "value_low", "value_high", "unit", "basis", "period")
_DATES = ("published", "valid_from", "valid_to", "reported_at", "recorded_at", "vintage")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A claim ready to be added, or why it is not.

    Attributes
    ----------
    row : mapping of str to str
        For ``claims.csv``.
    source_row : mapping of str to str or None
        For ``sources.csv``, where the source is a new one.
    problems : tuple of Problem
        A fault keeps the claim out; a note is for the person to see.
    """

    row: Mapping[str, str]
    source_row: Mapping[str, str] | None
    problems: tuple[Problem, ...]

    @property
    def faults(self) -> tuple[Problem, ...]:
        """What keeps the claim out."""
        return tuple(p for p in self.problems if p.level == "fault")


def prepare_claim(folder: Folder, fields: Mapping[str, str], today: date) -> Prepared:
    """Check the answers of a person against a folder, and make a row of them.

    Nothing is written. The id is of the content, so that the same claim gets the same id on
    two machines, and two claims added on two branches do not collide. An unknown unit is
    kept, and the row says so; a mass without a basis, an unknown word, a date that is none and
    a claim that stands there already are faults.

    Parameters
    ----------
    folder : Folder
        What is there.
    fields : mapping of str to str
        By column of ``claims.csv``; of a new source by ``source_title``, ``source_url``, ...
        with ``new`` or the new id as ``source``.
    today : date
        Day that it is recorded.
    """
    cells = {name: text.strip() for name, text in fields.items() if text.strip()}
    problems = [
        Problem(f"'{name}' is no field of a claim", fix=f"known: {', '.join(ASKED)}")
        for name in fields
        if name not in ASKED and name not in CLAIM_CORE and name not in CLAIM_MORE
    ]
    source_row = _new_source(folder, cells, today, problems)
    row = {
        name: text
        for name, text in cells.items()
        if name in CLAIM_CORE or (name in CLAIM_MORE and not name.startswith("source_"))
    }
    row.setdefault("recorded_at", today.isoformat())
    _check(row, problems)
    row.setdefault("id", _id(row, {c.id for c in folder.claims}))
    _check_duplicates(folder, row, problems)
    return Prepared(
        MappingProxyType(row),
        None if source_row is None else MappingProxyType(source_row),
        tuple(problems),
    )


def add_claim(path: Path, fields: Mapping[str, str], today: date | None = None) -> str:
    """Add a claim to the corpus in a folder, its source too where that is new.

    Returns
    -------
    str
        The id that it was given.

    Raises
    ------
    EvidenceError
        When :func:`prepare_claim` finds a fault; all are named.
    TableError, RunError
        As :func:`~orefield.evidence.folder.read.read_folder` and
        :func:`~orefield.evidence.folder.append.append`.
    """
    folder = read_folder(path)
    prepared = prepare_claim(folder, fields, today or datetime.now(UTC).date())
    if prepared.faults:
        raise EvidenceError(
            "the claim cannot be added: " + "; ".join(p.what for p in prepared.faults),
            where=str(Path(path) / CLAIMS),
            fix="; ".join(dict.fromkeys(p.fix for p in prepared.faults if p.fix)),
        )
    if prepared.source_row is not None:
        # the source first: a claim is never left without the source that it names
        append(
            Path(path) / SOURCES,
            [prepared.source_row],
            columns=SOURCE_CORE,
            name_of=lambda c: canonical(c, of_sources=True),
        )
    append(Path(path) / CLAIMS, [prepared.row])
    return prepared.row["id"]


def _new_source(
    folder: Folder, cells: dict[str, str], today: date, problems: list[Problem]
) -> dict[str, str] | None:
    """The row of a new source, whose id is put into ``cells``; None for a listed one."""
    about = {n.removeprefix("source_"): cells.pop(n) for n in list(cells)
             if n.startswith("source_")}  # fmt: skip
    named = cells.get("source", "")
    listed = [r.source.id for r in folder.source_rows if r.listed]
    if not about:
        if named == NEW_SOURCE or named not in listed:
            fix = "name a listed one, or give 'source_title' of a new one"
            problems.append(Problem(f"source '{named}' is not listed", "source", fix))
        return None
    if named in listed:
        problems.append(Problem(f"source '{named}' is listed already", "source",
                                "take out what is said of it, or write 'new'"))  # fmt: skip
        return None
    if "title" not in about:
        problems.append(Problem("the new source has no title", "source_title", "write it"))
    _, faults = read_date(about.get("published", ""), "source_published")
    problems += faults
    if about.get("url", "https://").split("://")[0].casefold() not in {"http", "https"}:
        problems.append(Problem(f"'{about['url']}' is no web address", "source_url",
                                "start with https://, or leave it empty"))  # fmt: skip
    if "kind" in about and about["kind"] not in set(SourceKind):
        problems.append(Problem(f"kind of source is '{about['kind']}'", "source_kind",
                                f"use one of {', '.join(SourceKind)}"))  # fmt: skip
    if not re.fullmatch(r"\d{0,2}", about.get("hops", ""), re.ASCII):
        problems.append(Problem(f"hops is '{about['hops']}'", "source_hops",
                                "write a whole number, 0 for the origin itself"))  # fmt: skip
    if not named or named == NEW_SOURCE:
        named = _source_id(about, set(listed))
    cells["source"] = named
    return {"id": named, **about, "recorded_at": today.isoformat()}


def _source_id(about: Mapping[str, str], taken: Collection[str]) -> str:
    words = re.findall(r"\w+", fold_name(about.get("publisher") or about.get("title", "source")))
    stem = "-".join(words[:3]) or "source"
    if year := re.match(r"\d{4}", about.get("published", "")):
        stem += f"-{year[0]}"
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found


def _check(row: dict[str, str], problems: list[Problem]) -> None:
    for column in ("source", "subject", "attribute"):
        if column not in row:
            problems.append(Problem(f"the claim has no {column}", column, "fill it in"))
    for column, text in row.items():
        if "\n" in text or "\r" in text or "\x00" in text:
            problems.append(Problem(f"{column} holds a line break", column, "write one line"))
    ends = []
    for column in ("value_low", "value_high"):
        value, faults = read_number(row.get(column, ""), column)
        problems += faults
        ends.append(value)
    low, high = ends
    if low is not None and high is not None and high < low:
        problems.append(Problem(f"the range runs from {low:g} down to {high:g}", "value_high",
                                "write the smaller end first"))  # fmt: skip
    if low is None and high is None and not (row.get("paraphrase") or row.get("text")):
        problems.append(Problem("the claim says neither a number nor a text", "value_low",
                                "give a number, or say it in 'paraphrase'"))  # fmt: skip
    for column in _DATES:
        problems += read_date(row.get(column, ""), column)[1]
    for column, words in _CLOSED.items():
        if column in row and row[column] not in set(words):
            problems.append(Problem(f"{column} is '{row[column]}'", column,
                                    f"use one of {', '.join(words)}"))  # fmt: skip
    if low is not None or high is not None:
        _check_unit(row, problems)


def _check_unit(row: dict[str, str], problems: list[Problem]) -> None:
    unit = row.get("unit", "")
    if not unit:
        problems.append(Problem("a number without a unit", "unit", "write 1 for a pure number"))
        return
    try:
        units.normalise(unit)
    except UnitError as error:
        problems.append(Problem(error.what, "unit", f"{error.fix}; the claim is kept with it",
                                level="note"))  # fmt: skip
        near = re.search(r"did you mean '(.+?)'", error.fix)
        said = f"unit unknown: {unit}" + (f"; nearest {near[1]}" if near else "")
        row["note"] = f"{row['note']}; {said}" if "note" in row else said
        return
    if dimension_of(unit) in MASSES and row.get("basis", Basis.NONE) == Basis.NONE:
        problems.append(Problem("a mass without a basis", "basis", "say what it is the mass of: "
                                f"{', '.join(b for b in Basis if b != Basis.NONE)}"))  # fmt: skip


def _id(row: Mapping[str, str], taken: Collection[str]) -> str:
    said = "\x1f".join(fold_name(row.get(column, "")) for column in (*_SAYS, "qualifier"))
    stem = "C-" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:10]
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found


def _check_duplicates(folder: Folder, row: Mapping[str, str], problems: list[Problem]) -> None:
    ends = tuple(read_number(row.get(c, ""), "")[0] for c in ("value_low", "value_high"))
    for claim in folder.claims:
        if claim.id == row["id"]:
            problems.append(Problem(f"the id '{claim.id}' is taken", claim.where,
                                    "leave it out, and one is made"))  # fmt: skip
        if not _says_the_same(claim, row, ends):
            continue
        if claim.source == row.get("source", ""):
            problems.append(Problem(f"'{claim.id}' says this already, of the same source",
                                    claim.where, "there is nothing to add"))  # fmt: skip
        else:
            problems.append(Problem(f"'{claim.id}' says the same, of source '{claim.source}'",
                                    claim.where, "if both go back to one release, name it in "
                                    "'release'", level="note"))  # fmt: skip


def _says_the_same(
    claim: LooseClaim, row: Mapping[str, str], ends: tuple[float | None, ...]
) -> bool:
    numbers = (claim.low, claim.high) == ends and ends != (None, None)
    words = (c for c in _SAYS if c not in {"source", "value_low", "value_high"})
    if not numbers and ends == (None, None) and claim.low is None and claim.high is None:
        numbers = fold_name(claim.text("paraphrase")) == fold_name(row.get("paraphrase", ""))
    return numbers and all(fold_name(claim.text(c)) == fold_name(row.get(c, "")) for c in words)
