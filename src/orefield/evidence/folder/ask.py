"""What to ask a person who adds a claim by hand: one question after the other, with its choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orefield.core import units
from orefield.core.errors import UnitError
from orefield.evidence.folder.read import Folder
from orefield.evidence.folder.written import is_unknown
from orefield.evidence.vocabulary import (
    Basis,
    Qualifier,
    RateType,
    ResourceClass,
    SourceKind,
    Stage,
)

NEW_SOURCE = "new"
"""Answer that says that the source is not listed yet."""

MASSES = frozenset({"mass", "mass rate", "daily rate"})
"""Dimensions of which a number means nothing without a basis."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    Attributes
    ----------
    field : str
        Column that the answer goes into.
    prompt, help : str
    choices : tuple of str
        Answers to choose from; empty where any text will do.
    required : bool
        Whether an empty answer is refused.
    default : str
        What an empty answer stands for.
    """

    field: str
    prompt: str
    help: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    default: str = ""


_Asked = Callable[[Mapping[str, str]], bool]
_FRACTIONS = frozenset({"fraction"})


def dimension_of(unit: str) -> str:
    """The dimension of a unit as written; empty where the unit is unknown."""
    try:
        return units.dimension(unit) if unit.strip() else ""
    except UnitError:
        return ""


def _always(_: Mapping[str, str]) -> bool:
    return True


def _of_new_source(fields: Mapping[str, str]) -> bool:
    return fields.get("source", "") == NEW_SOURCE


def _is_number(fields: Mapping[str, str]) -> bool:
    return not (
        is_unknown(fields.get("value_low", "")) and is_unknown(fields.get("value_high", ""))
    )


def _is_mass(fields: Mapping[str, str]) -> bool:
    return _is_number(fields) and dimension_of(fields.get("unit", "")) in MASSES


def _is_rate(fields: Mapping[str, str]) -> bool:
    words = fields.get("attribute", "").casefold()
    spoken = any(w in words for w in ("recycl", "recover", "scrap", "回收", "再生"))
    return spoken and dimension_of(fields.get("unit", "")) in _FRACTIONS


def _words(enum: type[Basis | Stage | ResourceClass | RateType | Qualifier]) -> tuple[str, ...]:
    return tuple(str(word) for word in enum)


_QUESTIONS: tuple[tuple[Question, _Asked], ...] = (
    (Question("source", "Source", "id of a listed source, or 'new'", (), True), _always),
    (Question("source_title", "Title of the source", "as printed", (), True), _of_new_source),
    (Question("source_publisher", "Publisher"), _of_new_source),
    (
        Question("source_published", "Published", "2024, 2024-06 or 2024-06-28; empty: undated"),
        _of_new_source,
    ),
    (Question("source_url", "Address", "https://..."), _of_new_source),
    (
        Question("source_kind", "Who speaks", "empty: inferred from the words",
                 tuple(str(kind) for kind in SourceKind)),
        _of_new_source,
    ),
    (
        Question("source_hops", "Hops", "0 the one who knows, 1 who relays it, 2 who relays that"),
        _of_new_source,
    ),
    (
        Question("source_note", "Note on the source", "such as: relays a release of the company"),
        _of_new_source,
    ),
    (Question("subject", "Subject", "mine, company, place, as written", (), True), _always),
    (
        Question("attribute", "Attribute", "such as: mined copper production", (), True),
        _always,
    ),
    (
        Question("value_low", "Value, or lower end", "plain number; empty: no number, or an upper "
                 "end only"),
        _always,
    ),
    (Question("value_high", "Upper end", "empty: a single figure or a lower end"), _always),
    (Question("unit", "Unit", "t, kt, Mt/y, t/d, %, g/t, ...", (), True), _is_number),
    (
        Question("basis", "Mass of what", "contained metal, ore, concentrate as weighed; unstated "
                 "where the source does not say", _words(Basis), True),
        _is_mass,
    ),
    (
        Question("stage", "Stage", "where in the chain", _words(Stage), default="none"),
        _is_mass,
    ),
    (
        Question("class", "Class", "how sure, or plan against outcome", _words(ResourceClass),
                 default="none"),
        _is_mass,
    ),
    (
        Question("rate_type", "Which rate", "process yield, end-of-life recycling rate, share of "
                 "scrap in input, ...", _words(RateType), default="none"),
        _is_rate,
    ),
    (
        Question("period", "Time spoken of", "2024, 2021-2024, by 2026; empty: undated"),
        _always,
    ),
    (
        Question("qualifier", "Qualifier", "about, more than, up to, target, exact, as written"),
        _always,
    ),
    (Question("paraphrase", "In your own words", "no sentence of the source"), _always),
    (Question("locator", "Where in the source", "page, table, paragraph"), _always),
    (Question("note", "Note"), _always),
)  # fmt: skip


def next_question(fields: Mapping[str, str], folder: Folder | None = None) -> Question | None:
    """What to ask next; None when nothing is left.

    A field is answered once it is a key of ``fields``, be it with an empty text. Which
    questions come depends on the answers so far: a mass needs a basis, a recycling rate its
    kind, a new source its title.

    Parameters
    ----------
    fields : mapping of str to str
        Answers so far, by :attr:`Question.field`.
    folder : Folder, optional
        Its sources are offered to choose from.
    """
    for question, applies in _QUESTIONS:
        if question.field in fields or not applies(fields):
            continue
        if question.field == "source" and folder is not None:
            listed = tuple(row.source.id for row in folder.source_rows if row.listed)
            return Question(
                question.field, question.prompt, question.help, (*listed, NEW_SOURCE), True
            )
        return question
    return None


ASKED = tuple(question.field for question, _ in _QUESTIONS)
"""Every field that may be asked for."""
