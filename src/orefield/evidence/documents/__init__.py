"""Documents: files of articles and reports as text, with what their heads say of them."""

from orefield.evidence.documents.document import CELL, Block, Document, DocumentProblem
from orefield.evidence.documents.reader import (
    MAX_BYTES,
    MAX_CHARS,
    MAX_PAGES,
    SUFFIXES,
    read_document,
    read_folder_documents,
)

__all__ = [
    "CELL",
    "MAX_BYTES",
    "MAX_CHARS",
    "MAX_PAGES",
    "SUFFIXES",
    "Block",
    "Document",
    "DocumentProblem",
    "read_document",
    "read_folder_documents",
]
