"""A corpus: everything that checks and reconciliation look at, with indexes.

A corpus holds the statements under check, and beside them the *background*: statements of
reference evidence (a shipped study) and of models, which can show that a claim is impossible
and are not themselves on trial.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from orefield.core.errors import EvidenceError
from orefield.evidence.claim import Source
from orefield.evidence.entities import Entities
from orefield.evidence.interval import Interval
from orefield.evidence.statement import Quantity, Statement, Topic

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who holds how much of what, in which role, from when to when.

    Parameters
    ----------
    owner, owned : str
        Entity ids.
    share : Interval or None
        Fraction held; None where only the role is known.
    role : str
        ``direct``, ``attributable``, ``control``, ``operator`` or ``developer``.
    valid_from, valid_to, reported : str
        ISO dates or parts of one; empty where open or unknown.
    claim, source : str
        Where it was said.
    """

    owner: str
    owned: str
    share: Interval | None
    role: str = "direct"
    valid_from: str = ""
    valid_to: str = ""
    reported: str = ""
    claim: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """Something that happened, or was planned to happen, to an entity at a date.

    Parameters
    ----------
    entity : str
    event : str
        One of :data:`EVENTS`.
    date : str
        ISO date or part of one.
    planned : bool
        Announced, not reported as done.
    claim, source, reported : str
    """

    entity: str
    event: str
    date: str
    planned: bool = False
    claim: str = ""
    source: str = ""
    reported: str = ""


EVENTS = (
    "discovered", "explored", "licensed", "approved", "construction", "commissioned",
    "production", "expanded", "suspended", "resumed", "closed",
)  # fmt: skip
"""Status events, in the order of a mine's life; suspended and resumed may recur."""


NOTHING = Interval(0.0, 0.0)
"""No remainder at all."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """An identity that an analyst declares to hold among claims or topics.

    Parameters
    ----------
    id : str
    kind : str
        ``sum`` (whole = parts + remainder), ``share`` (part = share x whole), ``product``
        (whole = product of parts), ``equal``, ``at_most`` (part <= whole), ``disjoint`` (parts
        share nothing) or ``same`` (parts are one thing, never added).
    whole : str
        Claim id.
    parts : tuple of str
        Claim ids.
    remainder : Interval
        What may be left over, in the whole's base unit; 0 to 0 where parts are complete.
    relative : bool
        The remainder is a share of the whole.
    year : int or None
    note : str
    where : str
    """

    id: str
    kind: str
    whole: str = ""
    parts: tuple[str, ...] = ()
    remainder: Interval = NOTHING
    relative: bool = False
    year: int | None = None
    note: str = ""
    where: str = field(default="", compare=False, repr=False)


CONSTRAINT_KINDS = ("sum", "share", "product", "equal", "at_most", "disjoint", "same")


@dataclass(frozen=True)
class Corpus:
    """Statements with their sources, entities, owners, events and declared constraints.

    Parameters
    ----------
    statements : tuple of Statement
        Under check and background together; ``Statement.background`` tells which.
    sources : mapping of id to Source
    entities : Entities
    ownership : tuple of Ownership
    events : tuple of StatusEvent
    constraints : tuple of Constraint
    relays : mapping of source id to source ids
        Which texts a text passes on.

    Raises
    ------
    EvidenceError
        When an id stands twice among the statements.
    """

    statements: tuple[Statement, ...]
    sources: Mapping[str, Source]
    entities: Entities
    ownership: tuple[Ownership, ...] = ()
    events: tuple[StatusEvent, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    relays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _by_id: Mapping[str, Statement] = field(init=False, repr=False, compare=False)
    _by_topic: Mapping[Topic, tuple[Statement, ...]] = field(init=False, repr=False, compare=False)
    _by_source: Mapping[str, tuple[Statement, ...]] = field(init=False, repr=False, compare=False)
    _by_entity: Mapping[str, tuple[Statement, ...]] = field(init=False, repr=False, compare=False)
    _by_quantity: Mapping[Quantity, tuple[Statement, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        by_id: dict[str, Statement] = {}
        for s in self.statements:
            if s.id in by_id:
                raise EvidenceError(f"statement '{s.id}' stands twice", fix="ids are unique")
            by_id[s.id] = s
        put = object.__setattr__
        put(self, "_by_id", by_id)
        put(self, "_by_topic", _group((s.topic, s) for s in self.statements))
        put(self, "_by_source", _group((s.source, s) for s in self.statements))
        put(self, "_by_entity", _group((s.entity, s) for s in self.statements))
        put(self, "_by_quantity", _group((s.topic.quantity, s) for s in self.statements))

    @property
    def checked(self) -> Iterator[Statement]:
        """Statements under check."""
        return (s for s in self.statements if not s.background)

    def __getitem__(self, statement_id: str) -> Statement:
        """A statement by id.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        try:
            return self._by_id[statement_id]
        except KeyError:
            raise EvidenceError(f"no statement has the id '{statement_id}'") from None

    def __contains__(self, statement_id: object) -> bool:
        return statement_id in self._by_id

    def on(self, topic: Topic) -> tuple[Statement, ...]:
        """Statements on exactly this topic, background too."""
        return self._by_topic.get(topic, ())

    def of_source(self, source: str) -> tuple[Statement, ...]:
        """Statements of one source."""
        return self._by_source.get(source, ())

    def of_entity(self, entity: str) -> tuple[Statement, ...]:
        """Statements whose topic is this entity."""
        return self._by_entity.get(entity, ())

    def of_quantity(self, quantity: Quantity) -> tuple[Statement, ...]:
        """Statements that measure this quantity."""
        return self._by_quantity.get(quantity, ())

    def kind(self, entity: str) -> str:
        """``mine``, ``province``, ``country``, ...; empty for an unresolved name."""
        return self.entities[entity].kind if entity in self.entities else ""

    def within(self, part: str, whole: str) -> bool:
        """Whether an entity lies in another: by parents, province or country."""
        if part not in self.entities or whole not in self.entities or part == whole:
            return False
        entity, other = self.entities[part], self.entities[whole]
        if other.kind == "country" and other.country and other.country == entity.country:
            return entity.kind != "country"
        above = {e.id for e in self.entities.parents(part)}
        if entity.province:
            above |= {entity.province, *(e.id for e in self.entities.parents(entity.province))}
        return whole in above


def _group(pairs: Iterable[tuple[_K, _V]]) -> Mapping[_K, tuple[_V, ...]]:
    groups: dict[_K, list[_V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(found) for key, found in groups.items()}
