"""Questions to a person at a terminal: review of candidates, and a claim added by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from orefield.evidence.folder import Question
    from orefield.evidence.review import Decision, Proposal

_KEYS = "[c]onfirm, c[o]rrect, [r]eject, [s]kip, [q]uit"


def settings(given: Sequence[str]) -> dict[str, str]:
    """``COLUMN=TEXT`` pairs.

    Raises
    ------
    EvidenceError
        For one without an equals sign.
    """
    from orefield.core.errors import EvidenceError

    fields: dict[str, str] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise EvidenceError(f"'{pair}' is no setting", where="--set", fix="write COLUMN=TEXT")
        fields[name.strip()] = text.strip()
    return fields


def question(asked: Question) -> str:
    """Put a question until it has an answer that may stand."""
    head = asked.prompt + (f" ({', '.join(asked.choices)})" if asked.choices else "")
    if asked.help:
        typer.echo(f"  {asked.help}", err=True)
    while True:
        answer: str = typer.prompt(head, default=asked.default, show_default=bool(asked.default),
                                   err=True)  # fmt: skip
        answer = answer.strip()
        if asked.choices and answer and answer not in asked.choices:
            typer.echo(f"  one of: {', '.join(asked.choices)}", err=True)
        elif asked.required and not answer:
            typer.echo("  this is needed", err=True)
        else:
            return answer


def proposal(by: str) -> Callable[[Proposal], Decision | None]:
    """Shows proposals one by one; after [q] the rest stay open."""
    from orefield.evidence.review import Choice, decide

    done = [False]

    def ask(shown: Proposal) -> Decision | None:
        if done[0]:
            return None
        cells = shown.cells
        typer.echo(f"\n{cells.get('paraphrase', '')}", err=True)
        typer.echo(f"  {shown.source}, characters {shown.start}-{shown.end}", err=True)
        for name, text in cells.items():
            if name != "paraphrase":
                typer.echo(f"    {name:14} {text}", err=True)
        answer = typer.prompt(_KEYS, default="s", err=True).strip().casefold()[:1]
        if answer == "q":
            done[0] = True
        choice = {"c": Choice.CONFIRM, "o": Choice.CORRECT, "r": Choice.REJECT}.get(answer)
        if choice is None:
            return None
        corrected: dict[str, str] = {}
        while choice is Choice.CORRECT:
            pair = typer.prompt("COLUMN=TEXT, empty to end", default="", err=True).strip()
            if not pair:
                break
            corrected |= settings([pair])
        if choice is Choice.CORRECT and not corrected:
            choice = Choice.CONFIRM
        return decide(
            shown, choice, corrected=corrected, by=by,
            decided_at=datetime.now(UTC).date().isoformat(),
        )  # fmt: skip

    return ask
