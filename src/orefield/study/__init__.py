"""Studies: files that say what is modelled, read into checked objects."""

from orefield.study.document import GeologyFile, StudyDocument, read_document
from orefield.study.parameters import (
    NEVER,
    Assumption,
    Draws,
    Parameter,
    Parameters,
    stream,
)
from orefield.study.scenarios import BASELINE, Change, Scenario
from orefield.study.study import Study, locate, open_study, shipped_studies

__all__ = [
    "BASELINE",
    "NEVER",
    "Assumption",
    "Change",
    "Draws",
    "GeologyFile",
    "Parameter",
    "Parameters",
    "Scenario",
    "Study",
    "StudyDocument",
    "locate",
    "open_study",
    "read_document",
    "shipped_studies",
    "stream",
]
