"""Findings as a page shows them: what was held against what, in words, with who says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

VERDICTS = {
    "violate": "Cannot all be true",
    "tie": "Disagree, and nothing says which is wrong",
    "superseded": "Replaced by a later edition",
    "insufficient": "Cannot be judged as stated",
    "pass": "Agree",
}
"""Verdicts in the order of the page, and how a reader is told."""

TAGS = {
    "violate": "contradiction", "tie": "tie", "superseded": "superseded",
    "insufficient": "open", "pass": "agrees",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """One statement in a finding.

    Parameters
    ----------
    claim : str
        Its id.
    subject, attribute, value, period : str
        What it says, as written.
    source, publisher, published, url : str
        Who says it.
    place : str
        Where in the document, such as ``characters 512-530``.
    blamed, background : bool
    """

    claim: str
    subject: str
    attribute: str
    value: str
    period: str
    source: str
    publisher: str = ""
    published: str = ""
    url: str = ""
    place: str = ""
    blamed: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A finding as a page shows it."""

    rule: str
    verdict: str
    explanation: str
    voices: tuple[Voice, ...]
    inferred: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """One word for the verdict."""
        return TAGS[self.verdict]

    @property
    def title(self) -> str:
        """The rule in words: ``Share identity``."""
        return self.rule.replace("-", " ").capitalize()


MAX_VOICES = 8
"""Statements shown of one finding; further background ones are counted."""


def cards(
    findings: Iterable[Mapping[str, Any]], claims: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[Card, ...]]:
    """Findings by verdict, each with its statements.

    Parameters
    ----------
    findings : iterable of mapping
        As :meth:`orefield.evidence.finding.Finding.as_dict`.
    claims : mapping of id to mapping
        ``subject, attribute, value, period, source, publisher, published, url, place``.
    """
    out: dict[str, list[Card]] = {verdict: [] for verdict in VERDICTS}
    for f in findings:
        names = [(c, False) for c in f["claims"]] + [(c, True) for c in f["background"]]
        voices = tuple(
            _voice(claim, claims[claim], claim in f["blamed"], background)
            for claim, background in names
            if claim in claims
        )
        out[str(f["verdict"])].append(
            Card(str(f["rule"]), str(f["verdict"]), in_words(str(f["explanation"])),
                 voices, tuple(f.get("inferred", ())))
        )  # fmt: skip
    return {verdict: tuple(found) for verdict, found in out.items()}


_COLUMN = re.compile(r"(?<![\w:-])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w-])")


def in_words(text: str) -> str:
    """An explanation with names of columns as words: ``output_cu`` is "output cu"."""
    return _COLUMN.sub(lambda m: m.group().replace("_", " "), text)


def _voice(claim: str, row: Mapping[str, Any], blamed: bool, background: bool) -> Voice:
    def text(name: str) -> str:
        return str(row.get(name) or "")

    return Voice(
        claim, text("subject"), text("attribute").replace("_", " "), text("value"),
        text("period"), text("source"), text("publisher"), text("published"), text("url"),
        text("place"), blamed, background,
    )  # fmt: skip
