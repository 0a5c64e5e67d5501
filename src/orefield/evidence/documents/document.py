"""A document as text: what was read, how, and what could not be."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a table row, as offsets into the text.

    Parameters
    ----------
    start, end : int
    kind : str
        ``heading`` or ``row``. Cells of a row are parted by :data:`CELL`.
    """

    start: int
    end: int
    kind: str


CELL = " | "
"""What stands between the cells of a table row."""


@dataclass(frozen=True, slots=True)
class Document:
    r"""The text of a file, and what its head says of it.

    Parameters
    ----------
    name : str
        File name, without folders.
    text : str
        What a reader sees, with ``\n`` between lines. The same bytes always give the same text,
        so that offsets into it can be kept.
    format : str
        ``text``, ``markdown``, ``html`` or ``pdf``: by content; markdown by name.
    encoding : str
        Of the file; empty for PDF.
    language : str
        ``en``, ``zh``, ``mixed`` (both), another ISO 639-1 code, or empty where not known.
    title, publisher : str
        As the document says; empty where it does not say so for certain.
    published : str
        ISO date or part of one, or empty.
    sha256 : str
        Of the bytes of the file.
    pages : tuple of int
        Offset of each page's first character (PDF), else empty.
    blocks : tuple of Block
        Headings and table rows, in order.
    warnings : tuple of str
        What was left out, repaired or uncertain.
    """

    name: str
    text: str
    format: str
    encoding: str
    language: str
    title: str
    published: str
    publisher: str
    sha256: str
    pages: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    warnings: tuple[str, ...] = ()

    def page_of(self, offset: int) -> int | None:
        """Number of the page (from 1) that an offset lies on; None for a text without pages."""
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """A file of a folder that was not read, why, and what to do.

    Parameters
    ----------
    name : str
        Path below the folder.
    what, fix : str
    """

    name: str
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """What a format's reader takes from a file, before its head is looked at."""

    text: str
    title: str = ""
    published: str = ""
    publisher: str = ""
    language: str = ""
    pages: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    warnings: tuple[str, ...] = ()
