"""Review: what a person decides on candidate claims read from documents, kept and found again."""

from orefield.evidence.review.batch import read_batch, write_batch
from orefield.evidence.review.candidate import Proposal, document_key, propose
from orefield.evidence.review.decision import (
    Choice,
    Decision,
    decide,
    keep_decisions,
    read_decisions,
)
from orefield.evidence.review.outcome import Outcome, apply, pending

__all__ = [
    "Choice",
    "Decision",
    "Outcome",
    "Proposal",
    "apply",
    "decide",
    "document_key",
    "keep_decisions",
    "pending",
    "propose",
    "read_batch",
    "read_decisions",
    "write_batch",
]
