"""``orefield evidence add``: a claim added to a corpus by hand, asked for and validated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orefield.commands.evidence import Reply

if TYPE_CHECKING:
    from orefield.evidence.folder import Question

Ask = Callable[["Question"], str]
"""Puts a question to a person and returns the answer."""


def add_to_corpus(
    folder: str | Path, fields: Mapping[str, str], *, ask: Ask | None = None
) -> Reply:
    """Add a claim to a corpus folder.

    Parameters
    ----------
    folder : path
        Holds claims.csv and sources.csv.
    fields : mapping of str to str
        Columns known so far.
    ask : callable, optional
        Asks for what is missing, one question after the other.

    Raises
    ------
    EvidenceError
        When the claim cannot be added; all faults are named.
    TableError, RunError
        What is wrong with a table, or why it cannot be written.
    """
    from orefield.evidence.folder import add_claim, next_question, prepare_claim, read_folder

    path = Path(folder)
    answers = dict(fields)
    corpus = read_folder(path)
    while ask is not None and (question := next_question(answers, corpus)) is not None:
        answers[question.field] = ask(question)
    answers = {name: text for name, text in answers.items() if text}
    notes = prepare_claim(corpus, answers, datetime.now(UTC).date()).problems
    name = add_claim(path, answers)
    said = [p.as_dict() for p in notes if p.level == "note"]
    lines = [f"added {name} to {path / 'claims.csv'}"]
    lines += [f"  note: {p['what']}" for p in said]
    lines.append(f"  check it: orefield evidence check {path}")
    return {"id": name, "corpus": str(path), "notes": said}, "\n".join(lines)
