"""Names as written, and the entities they mean."""

from orefield.evidence.names.gazetteer import gazetteer, merged
from orefield.evidence.names.places import distance_km, group_of
from orefield.evidence.names.positions import PositionProblem, check_positions
from orefield.evidence.names.records import SiteRecord, link_records
from orefield.evidence.names.resolved import Candidate, Mention, Resolved
from orefield.evidence.names.resolver import Resolver, fallback_id

__all__ = [
    "Candidate",
    "Mention",
    "PositionProblem",
    "Resolved",
    "Resolver",
    "SiteRecord",
    "check_positions",
    "distance_km",
    "fallback_id",
    "gazetteer",
    "group_of",
    "link_records",
    "merged",
]
