"""From a text to candidate claims: the order of steps, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from orefield.core.errors import EvidenceError
from orefield.evidence.extract.anchors import AnchorFinder, Names
from orefield.evidence.extract.candidate import Candidate
from orefield.evidence.extract.folding import fold
from orefield.evidence.extract.goods import Goods
from orefield.evidence.extract.layout import Block, BlockKind, find_blocks, find_sentences
from orefield.evidence.extract.memory import Memory
from orefield.evidence.extract.reader import Reader
from orefield.evidence.extract.same import merged
from orefield.evidence.extract.when import Calendar
from orefield.evidence.words.commodities import find_commodities
from orefield.evidence.written_dates import find_dates


class Readable(Protocol):
    """A document that was read: its text, and who published it when."""

    @property
    def text(self) -> str:
        """What a reader sees."""

    @property
    def published(self) -> str:
        """ISO date or part of one; empty where unknown."""

    @property
    def publisher(self) -> str:
        """Who published it; empty where unknown."""


def extract(
    document: Readable | str,
    *,
    resolver: Names | None = None,
    reported: str = "",
    source_id: str = "",
) -> tuple[Candidate, ...]:
    """Candidate claims of a document, in the order of its text.

    Parameters
    ----------
    document : Readable or str
        Running text in English or Chinese; headings, bullets and rows of tables on lines of
        their own. Nothing of it is kept but offsets, names and numbers.
    resolver : Names, optional
        Finds known names (:class:`orefield.evidence.names.Resolver`); without one, names are
        found by capitals and by the words beside them.
    reported : str
        ISO date of the document, or part of one; that of the document when empty.
    source_id : str
        Kept with each candidate.

    Returns
    -------
    tuple of Candidate
        What the text states twice (in a headline and below it) stands once, with both places.

    Raises
    ------
    EvidenceError
        When ``document`` is neither a text nor a document.
    """
    text = document if isinstance(document, str) else getattr(document, "text", None)
    if not isinstance(text, str):
        raise EvidenceError(
            f"cannot read claims from a {type(document).__name__}",
            fix="pass a text, or a document that was read",
        )
    publisher = "" if isinstance(document, str) else str(document.publisher or "")
    reported = reported or ("" if isinstance(document, str) else str(document.published or ""))
    plain = fold(text)
    blocks = find_blocks(plain)
    known = resolver.mentions(text) if resolver is not None else ()
    reader = Reader(
        plain,
        AnchorFinder(plain, known),
        Goods(plain, find_commodities(plain)),
        Calendar(plain, find_dates(plain, reported), reported),
        publisher,
    )
    found = _read(plain, blocks, reader)
    return tuple(replace(c, source=source_id) for c in merged(found))


def _read(text: str, blocks: Sequence[Block], reader: Reader) -> list[tuple[Candidate, bool]]:
    """Every sentence read, and whether it is a headline."""
    found: list[tuple[Candidate, bool]] = []
    memory = Memory()
    rows: list[Block] = []
    current = -1
    for sentence in find_sentences(text, tuple(blocks)):
        block = blocks[sentence.block]
        if block.kind is BlockKind.ROW:
            rows.append(block)
            continue
        if rows:
            found += [(c, False) for c in reader.read_table(rows, memory)]
            rows = []
        if sentence.block != current:
            current = sentence.block
            reader.begin(block, memory)
        headline = block.kind in {BlockKind.TITLE, BlockKind.HEADING}
        found += [(c, headline) for c in reader.read(sentence, block, memory)]
    if rows:
        found += [(c, False) for c in reader.read_table(rows, memory)]
    return found
