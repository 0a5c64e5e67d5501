"""Evidence: sources, claims, entities, and the choice among claims that contradict each other."""

from orefield.evidence.choose import RULE, Choice, choose
from orefield.evidence.claim import Claim, Source
from orefield.evidence.entities import Entities, Entity, Resolution, fold_name
from orefield.evidence.ledger import Evidence
from orefield.evidence.tables import (
    CLAIM_COLUMNS,
    ENTITY_COLUMNS,
    SOURCE_COLUMNS,
    read_claims,
    read_entities,
    read_evidence,
    read_sources,
)
from orefield.evidence.vocabulary import (
    Basis,
    Mark,
    Qualifier,
    RateType,
    ResourceClass,
    SigmaClass,
    SourceKind,
    Stage,
)

__all__ = [
    "CLAIM_COLUMNS",
    "ENTITY_COLUMNS",
    "RULE",
    "SOURCE_COLUMNS",
    "Basis",
    "Choice",
    "Claim",
    "Entities",
    "Entity",
    "Evidence",
    "Mark",
    "Qualifier",
    "RateType",
    "Resolution",
    "ResourceClass",
    "SigmaClass",
    "Source",
    "SourceKind",
    "Stage",
    "choose",
    "fold_name",
    "read_claims",
    "read_entities",
    "read_evidence",
    "read_sources",
]
