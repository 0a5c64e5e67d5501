"""Meaning: rows and claims become statements; what words do not say is inferred and marked."""

from orefield.evidence.meaning.context import complete
from orefield.evidence.meaning.loose import interpret
from orefield.evidence.meaning.places import learned_places
from orefield.evidence.meaning.strict import statements_of
from orefield.evidence.meaning.subjects import Subjects

__all__ = ["Subjects", "complete", "interpret", "learned_places", "statements_of"]
