"""A corpus as a folder of tables under version control: read whole, added to, never overwritten."""

from orefield.evidence.folder.add import Prepared, add_claim, prepare_claim
from orefield.evidence.folder.append import append
from orefield.evidence.folder.ask import Question, next_question
from orefield.evidence.folder.clusters import chain_hops, release_clusters
from orefield.evidence.folder.history import Change, verify_history
from orefield.evidence.folder.loose import LooseClaim
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.read import Folder, read_folder
from orefield.evidence.folder.sources import SourceRow, infer_kind

__all__ = [
    "Change",
    "Folder",
    "LooseClaim",
    "Prepared",
    "Problem",
    "Question",
    "SourceRow",
    "add_claim",
    "append",
    "chain_hops",
    "infer_kind",
    "next_question",
    "prepare_claim",
    "read_folder",
    "release_clusters",
    "verify_history",
]
