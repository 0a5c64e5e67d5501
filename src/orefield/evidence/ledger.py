"""The evidence ledger: sources, entities and claims that hold together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from orefield.core.errors import EvidenceError
from orefield.evidence.choose import Choice, choose, superseded_by
from orefield.evidence.claim import Claim, Source
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.vocabulary import Basis, Mark, ResourceClass

_Row = TypeVar("_Row", Source, Entity, Claim)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is said, who said it, and of what.

    Parameters
    ----------
    sources : tuple of Source
    entities : Entities
    claims : tuple of Claim

    Raises
    ------
    EvidenceError
        For an id that stands twice, a claim that names an unknown source, entity or
        superseded claim, a claim better classed than its source allows, or claims that
        supersede each other in a circle. A claim without an entity is *unresolved*, which is
        no error.
    """

    sources: tuple[Source, ...]
    entities: Entities
    claims: tuple[Claim, ...]
    _sources: Mapping[str, Source] = field(init=False, repr=False, compare=False)
    _claims: Mapping[str, Claim] = field(init=False, repr=False, compare=False)
    _about: Mapping[tuple[str, str], tuple[Claim, ...]] = field(
        init=False, repr=False, compare=False
    )
    _replaced: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "_sources", _index("source", self.sources))
        set_field(self, "_claims", _index("claim", self.claims))
        about: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.claims:
            self._check(claim)
            about.setdefault((claim.entity, claim.attribute), []).append(claim)
        set_field(self, "_about", {key: tuple(found) for key, found in about.items()})
        set_field(self, "_replaced", superseded_by(self.claims))
        self._check_circles()

    def _check(self, claim: Claim) -> None:
        if claim.source not in self._sources:
            raise EvidenceError(
                f"claim '{claim.id}' names the unknown source '{claim.source}'",
                where=f"{claim.where}, column 'source'",
                fix="add it to the sources, or mend the id",
            )
        if claim.sigma_class < self._sources[claim.source].kind.sigma_class:
            raise EvidenceError(
                f"claim '{claim.id}' is of class {claim.sigma_class}, better than its source",
                where=f"{claim.where}, column 'sigma_class'",
                fix=f"at best {self._sources[claim.source].kind.sigma_class}",
            )
        if claim.entity and claim.entity not in self.entities:
            raise EvidenceError(
                f"claim '{claim.id}' names the unknown entity '{claim.entity}'",
                where=f"{claim.where}, column 'entity'",
                fix="add it to the entities, or leave the cell empty: unresolved",
            )
        for old in claim.supersedes:
            if old not in self._claims:
                raise EvidenceError(
                    f"claim '{claim.id}' supersedes the unknown claim '{old}'",
                    where=f"{claim.where}, column 'supersedes'",
                    fix="mend the id",
                )

    def _check_circles(self) -> None:
        settled: set[str] = set()
        for claim in self.claims:
            path = [claim.id]
            open_ends = [iter(claim.supersedes)]
            while open_ends:
                old = next(open_ends[-1], None)
                if old is None:
                    open_ends.pop()
                    settled.add(path.pop())
                elif old in path:
                    raise EvidenceError(
                        f"claims supersede each other: {' > '.join([*path, old])}",
                        where=f"{claim.where}, column 'supersedes'",
                        fix="the later edition supersedes the earlier one only",
                    )
                elif old not in settled:
                    path.append(old)
                    open_ends.append(iter(self._claims[old].supersedes))

    def claim(self, claim_id: str) -> Claim:
        """A claim by id.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        return _find("claim", claim_id, self._claims)

    def source(self, source_id: str) -> Source:
        """A source by id.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        return _find("source", source_id, self._sources)

    def about(self, entity: str, attribute: str | None = None) -> tuple[Claim, ...]:
        """Claims about an entity, usable or not, in the order of the table."""
        if attribute is not None:
            return self._about.get((entity, attribute), ())
        return tuple(c for c in self.claims if c.entity == entity)

    def choose(
        self,
        entity: str,
        attribute: str,
        *,
        year: int | None = None,
        basis: Basis | None = None,
        cls: ResourceClass | None = None,
        unit: str | None = None,
        release: str | None = None,
    ) -> Choice:
        """:func:`orefield.evidence.choose` over all claims."""
        return choose(
            self.claims,
            entity,
            attribute,
            year=year,
            basis=basis,
            cls=cls,
            unit=unit,
            release=release,
        )

    def superseded_by(self, claim_id: str) -> Claim | None:
        """The usable claim that replaces a claim; None while it stands."""
        newer = self._replaced.get(claim_id)
        return None if newer is None else self._claims[newer]

    def unresolved(self) -> tuple[Claim, ...]:
        """Claims whose subject is no known entity."""
        return tuple(c for c in self.claims if not c.entity)

    def counts_by_mark(self) -> dict[Mark, int]:
        """Number of claims read, derived and recalled."""
        count = Counter(c.mark for c in self.claims)
        return {mark: count[mark] for mark in Mark}

    def extended(
        self,
        *,
        sources: Iterable[Source] = (),
        entities: Iterable[Entity] = (),
        claims: Iterable[Claim] = (),
    ) -> Evidence:
        """Return this ledger with what another study adds to it. Nothing is lost in silence.

        A row that repeats an id must be equal to the one that is there, but for a claim that
        names its own id among those it supersedes: it takes the other's place.

        Raises
        ------
        EvidenceError
            For a row of the same id that differs and does not supersede, and as the class.
        """
        return Evidence(
            _merge("source", self._sources, sources),
            Entities(_merge("entity", {e.id: e for e in self.entities}, entities)),
            _merge("claim", self._claims, claims),
        )


def _index(kind: str, rows: Iterable[_Row]) -> dict[str, _Row]:
    index: dict[str, _Row] = {}
    for row in rows:
        if row.id in index:
            raise EvidenceError(
                f"{kind} '{row.id}' stands twice",
                where=f"{row.where}, column 'id'",
                fix="ids are unique; remove or rename one",
            )
        index[row.id] = row
    return index


def _find(kind: str, row_id: str, index: Mapping[str, _Row]) -> _Row:
    try:
        return index[row_id]
    except KeyError:
        raise EvidenceError(f"no {kind} has the id '{row_id}'", fix=f"see {kind}s.csv") from None


def _merge(kind: str, base: Mapping[str, _Row], overlay: Iterable[_Row]) -> tuple[_Row, ...]:
    """The rows of ``base``, each in its place, then what ``overlay`` adds."""
    merged = dict(base)
    for row_id, row in _index(kind, overlay).items():
        old = base.get(row_id)
        if isinstance(row, Claim) and row_id in row.supersedes:
            if old is None:
                raise EvidenceError(
                    f"claim '{row_id}' supersedes itself, and there is none to replace",
                    where=f"{row.where}, column 'supersedes'",
                    fix="take its own id out",
                )
            merged[row_id] = row.without_superseding(row_id)
        elif old is None or old == row:
            merged[row_id] = row
        else:
            fix = "give it an id of its own"
            if isinstance(row, Claim):
                fix += ", or name the id in 'supersedes' to replace the claim"
            raise EvidenceError(
                f"{kind} '{row_id}' is already there and differs",
                where=f"{row.where}, column 'id'",
                fix=fix,
            )
    return tuple(merged.values())
