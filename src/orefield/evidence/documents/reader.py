"""Files to documents: by content, within bounds, one or a folder of them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import replace
from pathlib import Path

from orefield.core.errors import EvidenceError
from orefield.evidence.documents._encoding import decode
from orefield.evidence.documents._head import read_head
from orefield.evidence.documents._html import read_html
from orefield.evidence.documents._language import language_of
from orefield.evidence.documents._mojibake import repaired
from orefield.evidence.documents._pdf import read_pdf
from orefield.evidence.documents.document import Block, Document, DocumentProblem, Extract

SUFFIXES = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf")
"""Names of files that a folder is searched for."""

MAX_BYTES = 100 * 2**20
MAX_PAGES = 2000
"""Pages of a PDF that are read at most."""

MAX_CHARS = 20_000_000
"""Characters that are taken from a PDF at most."""

MAX_HTML_CHARS = 32_000_000
"""Markup takes its time: a page over this is refused, lest it take minutes."""

_HTML_START = re.compile(
    r"\s{0,99}(?:<\?xml[^>]{0,200}>\s{0,99})?(?:<!--.{0,2000}?-->\s{0,99}){0,5}"
    r"<(?:!doctype\s+html|html|head|body|meta|title|article|main|div|table|p|h[1-6]|section|script)"
    r"[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_CONTROLS = {
    c: " " for c in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if c not in {0x09, 0x0A, 0x85}
}
_CONTROLS[0x85] = "\n"
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def read_document(
    path: str | os.PathLike[str],
    *,
    max_bytes: int = MAX_BYTES,
    max_pages: int = MAX_PAGES,
    max_chars: int = MAX_CHARS,
) -> Document:
    """Read one text, Markdown, HTML or PDF file.

    Parameters
    ----------
    path : path
        Of a regular file.
    max_bytes : int
        A larger file is refused before it is read.
    max_pages, max_chars : int
        Of a PDF: what is beyond is left out, with a warning.

    Raises
    ------
    EvidenceError
        When the file is missing, empty, too large, no document, encrypted, damaged or without
        text.
    """
    path = Path(path)
    data = _bytes(path, max_bytes)
    name = path.name
    head = data[:1024]
    if b"%PDF-" in head and head.lstrip()[:1] != b"<":
        extract = read_pdf(data, name, max_pages=max_pages, max_chars=max_chars)
        kind, encoding = "pdf", ""
    else:
        kind, encoding, extract = _from_text(data, name, path.suffix.lower())
    if not extract.text.strip():
        raise EvidenceError(
            f"{name} holds no text", where=name, fix="give the text of the article itself"
        )
    return _document(name, hashlib.sha256(data).hexdigest(), kind, encoding, extract)


def _bytes(path: Path, max_bytes: int) -> bytes:
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise EvidenceError(f"{path} is no file", where=str(path), fix="give a document file")
        if info.st_size > max_bytes:
            raise EvidenceError(
                f"{path.name} has {info.st_size / 2**20:,.0f} MB, over the limit of "
                f"{max_bytes / 2**20:,.0f} MB",
                where=str(path), fix="split it, or raise the limit",
            )  # fmt: skip
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise EvidenceError(
            f"{path} cannot be read: {reason}", where=str(path), fix="check the path and its rights"
        ) from error
    if len(data) > max_bytes:
        raise EvidenceError(
            f"{path.name} grew over the limit while it was read", where=str(path), fix="try again"
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise EvidenceError(
            f"{path.name} is empty", where=str(path), fix="give the text of the article itself"
        )
    return data


def _from_text(data: bytes, name: str, suffix: str) -> tuple[str, str, Extract]:
    text, encoding, warnings = decode(data, name)
    text, found = repaired(text)
    warnings += [] if warnings and found and "\ufffd" in found[-1] else found
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if _HTML_START.match(text):
        if len(text) > MAX_HTML_CHARS:
            raise EvidenceError(
                f"{name} is a page of {len(text)} characters, over the limit of {MAX_HTML_CHARS}",
                where=name, fix="save the article alone, or its text",
            )  # fmt: skip
        extract = read_html(text)
        clean = extract.text.translate(_CONTROLS)
        kind = "html"
        extract = replace(extract, text=clean)
    else:
        clean = (
            text.translate(_CONTROLS) if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) else text
        )
        _refuse_noise(text, clean, name)
        kind = "markdown" if suffix in {".md", ".markdown"} else "text"
        blocks = _markdown_blocks(clean) if kind == "markdown" else ()
        extract = Extract(clean, blocks=blocks)
    if _TURNING.search(clean):
        warnings.append(
            "it holds characters that turn the direction of writing: shown order may lie"
        )
    return kind, encoding, replace(extract, warnings=(*warnings, *extract.warnings))


def _refuse_noise(text: str, clean: str, name: str) -> None:
    sample = text[:65536]
    noise = sum(a != b for a, b in zip(sample, clean[:65536], strict=False))
    if noise > 8 and noise * 20 > len(sample):
        raise EvidenceError(
            f"{name} is not text: {noise} of its first {len(sample)} characters are controls",
            where=name, fix="give a text, HTML or PDF file",
        )  # fmt: skip


def _markdown_blocks(text: str) -> tuple[Block, ...]:
    blocks = []
    for m in re.finditer(r"^(?:#{1,6}\s+\S.*|\|.*\|)\s*?$", text, re.MULTILINE):
        blocks.append(Block(m.start(), m.end(), "heading" if m[0][0] == "#" else "row"))
    return tuple(blocks)


def _document(name: str, sha256: str, kind: str, encoding: str, extract: Extract) -> Document:
    head = read_head(extract.text)
    warnings = list(extract.warnings)
    if extract.published and head.published and head.published[:10] != extract.published[:10]:
        warnings.append(f"its head says {extract.published}, its first lines say {head.published}")
    elif not extract.published:
        warnings += head.warnings
    language = language_of(extract.text) or extract.language
    return Document(
        name=name,
        text=extract.text,
        format=kind,
        encoding=encoding,
        language=language,
        title=extract.title or head.title,
        published=extract.published or head.published,
        publisher=extract.publisher or head.publisher,
        sha256=sha256,
        pages=extract.pages,
        blocks=extract.blocks,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def read_folder_documents(
    folder: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, max_files: int = 10_000
) -> tuple[Document | DocumentProblem, ...]:
    """Read the documents of a folder and its subfolders, sorted by path.

    Hidden files and folders are passed over; links that lead outside the folder, files of other
    kinds and files that cannot be read each give a :class:`DocumentProblem`.

    Raises
    ------
    EvidenceError
        When the folder is none, or holds more than ``max_files`` files.
    """
    root = Path(folder)
    if not root.is_dir():
        raise EvidenceError(
            f"{root} is no folder", where=str(root), fix="give a folder of documents"
        )
    real = root.resolve()
    found: list[Document | DocumentProblem] = []
    for path in _files(root, max_files):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(real):
            found.append(
                DocumentProblem(name, "a link that leads outside the folder: not followed")
            )
        elif path.is_dir():
            found.append(DocumentProblem(name, "a link to a folder: not followed"))
        elif path.suffix.lower() not in SUFFIXES:
            kinds = ", ".join(s[1:] for s in SUFFIXES)
            found.append(DocumentProblem(name, "not a document by its name", f"read are: {kinds}"))
        else:
            try:
                found.append(replace(read_document(path, max_bytes=max_bytes), name=name))
            except EvidenceError as error:
                found.append(DocumentProblem(name, error.what, error.fix))
    return tuple(found)


def _files(root: Path, max_files: int) -> list[Path]:
    paths: list[Path] = []
    # Links to folders are not entered, so that no link can lead in a circle.
    for here, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        links = [f for f in folders if Path(here, f).is_symlink()]
        paths += [Path(here, f) for f in (*files, *links) if not f.startswith(".")]
        if len(paths) > max_files:
            raise EvidenceError(
                f"{root} holds more than {max_files} files", where=str(root),
                fix="give a folder of articles, not of everything",
            )  # fmt: skip
    return sorted(paths, key=lambda p: p.relative_to(root).as_posix())
