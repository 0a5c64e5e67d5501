"""PDF to text, page by page, within bounds.

Nothing in a file is run or fetched: only content streams are read for text.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orefield.core.errors import EvidenceError
from orefield.evidence.documents.document import Extract

if TYPE_CHECKING:
    from pypdf.generic import ContentStream

_PAGE_BYTES = 8 * 2**20
_ALL_BYTES = 64 * 2**20
# Some 25 microseconds each: a dense page shows a few thousand pieces of text.
_PAGE_PIECES = 60_000
_ALL_PIECES = 1_000_000
_SHOWS = {b"Tj", b"TJ", b"'", b'"'}
_PIECE = re.compile(rb"T[jJ]|['\"]\s")
_HYPHEN = re.compile(r"(?<=[a-zà-ÿ])[-\u00ad\u2010]\n(?=[a-zà-ÿ])")


def read_pdf(data: bytes, name: str, *, max_pages: int, max_chars: int) -> Extract:
    """Text of a PDF; words cut at the end of a line are joined.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        For messages.
    max_pages, max_chars : int
        What is beyond is left out, with a warning.

    Raises
    ------
    EvidenceError
        When the file is encrypted, broken, or holds no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    # What pypdf raises on damaged files: a hostile object can be of any wrong type and nesting.
    broken = (
        PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError,
        NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error,
        zlib.error,
    )  # fmt: skip
    with _remarks() as remarks:
        try:
            reader = PdfReader(io.BytesIO(data), strict=False)
            locked = reader.is_encrypted and not reader.decrypt("")
        except DependencyError:
            locked = True
        except broken as error:
            raise _broken(name, error) from error
        if locked:
            raise EvidenceError(
                f"{name} is encrypted", where=name,
                fix="open it with its password and save a copy without one",
            )  # fmt: skip
        try:
            count = len(reader.pages)
            title = str((reader.metadata.title if reader.metadata else "") or "")
        except broken as error:
            raise _broken(name, error) from error
        texts: list[str] = []
        warnings: list[str] = []
        budget = _Budget()
        chars = 0
        for number in range(1, min(count, max_pages) + 1):
            text = ""
            try:
                page = reader.pages[number - 1]
                problem = budget.refuses(page.get_contents())
                if not problem and budget.has_forms:
                    text = page.extract_text(visitor_operand_before=budget.count)
                elif not problem:
                    text = page.extract_text()
            except _TooMuchError:
                problem = "draws its forms too often: left out"
            except broken as error:
                problem = f"cannot be read ({type(error).__name__})"
            if problem:
                warnings.append(f"page {number} {problem}")
            text = _tidy(text)
            texts.append(text[: max(0, max_chars - chars)])
            chars += len(text)
            if chars > max_chars or budget.spent:
                limit = f"over {max_chars} characters" if chars > max_chars else "too much data"
                warnings.append(f"text after page {number} left out: {limit}")
                break
    if count > max_pages:
        warnings.append(f"{count - max_pages} of {count} pages left out: over {max_pages} pages")
    return _assembled(texts, name, title, warnings, remarks.count)


def _tidy(text: str) -> str:
    text = _HYPHEN.sub("", text.replace("\r", "\n").replace("\x00", ""))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


class _TooMuchError(Exception):
    """A page shows more pieces of text than the budget allows."""


@dataclass(slots=True)
class _Budget:
    """How much a file may unpack to, so that a small one cannot take hours."""

    size: int = 0
    pieces: int = 0
    has_forms: bool = False
    drawn: int = 0

    def count(self, operator: bytes, *_: object) -> None:
        """Stop a page that draws a form, which may hold much text, again and again."""
        self.drawn += operator in _SHOWS
        if self.drawn > _PAGE_PIECES:
            raise _TooMuchError

    def refuses(self, contents: ContentStream | None) -> str:
        """Why a page is left out; empty if it is not."""
        data = b"" if contents is None else contents.get_data()
        pieces = 0 if len(data) > _PAGE_BYTES else len(_PIECE.findall(data))
        self.size += len(data)
        self.pieces += pieces + self.drawn
        self.drawn = 0
        self.has_forms = b"Do" in data
        if len(data) > _PAGE_BYTES:
            return f"unpacks to {len(data)} bytes: left out"
        if pieces > _PAGE_PIECES:
            return f"shows {pieces} pieces of text: left out"
        return "is left out: too much data" if self.spent else ""

    @property
    def spent(self) -> bool:
        return self.size > _ALL_BYTES or self.pieces > _ALL_PIECES


def _broken(name: str, error: Exception) -> EvidenceError:
    return EvidenceError(
        f"{name} is a damaged PDF ({type(error).__name__}: {str(error)[:120]})", where=name,
        fix="get the file again, or open it in a viewer and print it to a new PDF",
    )  # fmt: skip


def _assembled(
    texts: list[str], name: str, title: str, warnings: list[str], damages: int
) -> Extract:
    empty = [n for n, text in enumerate(texts, 1) if not text.strip()]
    if len(empty) == len(texts):
        if left_out := next((w for w in warnings if w.startswith("page")), ""):
            raise EvidenceError(
                f"{name} holds no text that can be read: {left_out}", where=name,
                fix="print it to a new PDF, or save its text",
            )  # fmt: skip
        raise EvidenceError(
            f"{name} holds no text: its pages are images, as of a scan, or empty", where=name,
            fix="run text recognition (OCR) on it, check the result, and give that",
        )  # fmt: skip
    if damages:
        warnings.append(f"damaged in {damages} places: some text may be missing")
    if empty:
        shown = ", ".join(map(str, empty[:10])) + (", ..." if len(empty) > 10 else "")
        warnings.append(f"no text on pages {shown}: images, or empty")
    pages, offset = [], 0
    for text in texts:
        pages.append(offset)
        offset += len(text) + 2
    # Titles that programs fill in by themselves say nothing of the document.
    if re.search(r"\.(docx?|pdf|indd|xlsx?|pptx?|tmp)$|^(microsoft|untitled|slide)", title, re.I):
        title = ""
    return Extract(
        "\n\n".join(texts), title=" ".join(title.split())[:500], pages=tuple(pages),
        warnings=tuple(warnings),
    )  # fmt: skip


class _Counted(logging.Handler):
    # The messages themselves hold addresses in memory, which differ from run to run.
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


@contextmanager
def _remarks() -> Iterator[_Counted]:
    """Count what the PDF library logs, and keep it off the terminal."""
    logger, handler = logging.getLogger("pypdf"), _Counted()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
