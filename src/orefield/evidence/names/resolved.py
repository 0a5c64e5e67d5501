"""What a name as written turned out to mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from orefield.evidence.entities import Entity


class Candidate(NamedTuple):
    """An entity that a name may mean.

    Attributes
    ----------
    entity : Entity
    score : float
        0 to 1; 1 is a known name, letter for letter but for case and accents.
    reasons : tuple of str
        Why, in words.
    """

    entity: Entity
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name as written may mean.

    Attributes
    ----------
    name : str
        As written.
    status : str
        ``resolved``, ``ambiguous`` or ``unresolved``.
    candidates : tuple of Candidate
        Best first. An unresolved name may have some, all too weak; they are shown to a person.
    parts : tuple of Resolved
        Where the name joins several (*Julong mine / Qulong project*): what each means.
    """

    name: str
    status: str
    candidates: tuple[Candidate, ...] = ()
    parts: tuple[Resolved, ...] = ()

    @property
    def entity(self) -> Entity | None:
        """The one entity meant; None unless resolved."""
        return self.candidates[0].entity if self.status == "resolved" else None

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Every entity that the name names for sure: one, or one for each resolved part."""
        if self.parts:
            found = (entity for part in self.parts for entity in part.entities)
            return tuple({entity.id: entity for entity in found}.values())
        return (self.entity,) if self.entity is not None else ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A known name in running text.

    Attributes
    ----------
    start, end : int
        Character offsets; generic words that follow the name (*mine*, 有限公司) are inside.
    name : str
        As it stands in the text.
    candidates : tuple of Candidate
        Best first, at least one.
    status : str
        ``resolved``, or ``ambiguous`` where the first candidate does not lead clearly.
    """

    start: int
    end: int
    name: str
    candidates: tuple[Candidate, ...]
    status: str = "resolved"

    @property
    def entity(self) -> Entity | None:
        """The one entity meant; None where it is ambiguous."""
        return self.candidates[0].entity if self.status == "resolved" else None
