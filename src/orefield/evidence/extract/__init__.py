"""Candidate claims from running text, in English and Chinese."""

from orefield.evidence.extract.candidate import Candidate, Locator
from orefield.evidence.extract.extractor import Readable, extract
from orefield.evidence.extract.rows import COLUMNS, FURTHER_COLUMNS, candidates_to_rows

__all__ = [
    "COLUMNS",
    "FURTHER_COLUMNS",
    "Candidate",
    "Locator",
    "Readable",
    "candidates_to_rows",
    "extract",
]
