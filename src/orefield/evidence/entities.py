"""Entities: mines, districts, companies, provinces, rivers, and the names they go by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from orefield.core.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that claims speak of. The parameters are the columns of ``entities.csv``.

    Parameters
    ----------
    id, kind, name_en : str
    pinyin, name_zh, name_bo : str
        The name in pinyin, Chinese and Tibetan, where known.
    aliases : tuple of str
        Other names in use, right or wrong.
    parent : str
        Entity it is part of.
    province, country : str
        Entity of the province, ISO code of the country.
    lat, lon : float or None
        Degrees north and east.
    not_same_as : str
        What it is easily mistaken for.
    note : str
    commodities : tuple of str
        What the site mainly yields, by symbol or word (``cu``, ``ree``, ``bauxite``).
    mark : str
        How the row came into the table, a word of :class:`Mark`; empty where its owner vouches
        for it without saying.
    where : str
        Place in the table, for errors.

    Raises
    ------
    EvidenceError
        For an empty id, kind or name, half a position, or one off the globe.
    """

    id: str
    kind: str
    name_en: str
    pinyin: str = ""
    name_zh: str = ""
    name_bo: str = ""
    aliases: tuple[str, ...] = ()
    parent: str = ""
    province: str = ""
    country: str = ""
    lat: float | None = None
    lon: float | None = None
    not_same_as: str = ""
    note: str = ""
    commodities: tuple[str, ...] = ()
    mark: str = ""
    where: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        for column in ("id", "kind", "name_en"):
            if not getattr(self, column):
                raise EvidenceError(
                    f"entity '{self.id}' has no {column}", where=f"{self.where}, column '{column}'"
                )
        if (self.lat is None) != (self.lon is None):
            raise EvidenceError(
                f"entity '{self.id}' has half a position",
                where=f"{self.where}, column 'lat'",
                fix="give latitude and longitude, or neither",
            )
        if (
            self.lat is not None
            and self.lon is not None
            and not (-90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0)
        ):
            raise EvidenceError(
                f"entity '{self.id}' lies at {self.lat}, {self.lon}",
                where=f"{self.where}, column 'lat'",
                fix="give degrees north (-90 to 90) and east (-180 to 180)",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it answers to, the id first."""
        given = (self.id, self.name_en, self.pinyin, self.name_zh, self.name_bo, *self.aliases)
        return tuple(dict.fromkeys(name for name in given if name))


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name as written may mean.

    Attributes
    ----------
    name : str
    candidates : tuple of Entity
        None when the name is unknown, several when it is ambiguous.
    """

    name: str
    candidates: tuple[Entity, ...]

    @property
    def entity(self) -> Entity | None:
        """The one entity meant; None when the name is unresolved."""
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def status(self) -> str:
        """``resolved``, ``ambiguous`` or ``unresolved``."""
        if not self.candidates:
            return "unresolved"
        return "resolved" if len(self.candidates) == 1 else "ambiguous"


class Entities:
    """All entities, by id and by name.

    Parameters
    ----------
    entities : iterable of Entity

    Raises
    ------
    EvidenceError
        For an id that stands twice, an unknown parent or province, or parents in a circle.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._by_id: dict[str, Entity] = {}
        self._by_name: dict[str, list[Entity]] = {}
        self._children: dict[str, list[Entity]] = {}
        self._by_kind: dict[str, list[Entity]] = {}
        for entity in entities:
            if entity.id in self._by_id:
                raise EvidenceError(
                    f"entity '{entity.id}' stands twice",
                    where=f"{entity.where}, column 'id'",
                    fix="ids are unique; remove or rename one",
                )
            self._by_id[entity.id] = entity
            self._by_kind.setdefault(entity.kind, []).append(entity)
        for entity in self._by_id.values():
            for column, other in (("parent", entity.parent), ("province", entity.province)):
                if other and other not in self._by_id:
                    raise EvidenceError(
                        f"{column} '{other}' of '{entity.id}' is no entity",
                        where=f"{entity.where}, column '{column}'",
                        fix="add the entity, or mend the id",
                    )
            if entity.parent:
                self._children.setdefault(entity.parent, []).append(entity)
            for key in dict.fromkeys(fold_name(name) for name in entity.names):
                self._by_name.setdefault(key, []).append(entity)
        for entity in self._by_id.values():
            self.parents(entity.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entities) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._by_id.values())

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self._by_id

    def __getitem__(self, entity_id: str) -> Entity:
        """An entity by id.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        try:
            return self._by_id[entity_id]
        except KeyError:
            raise EvidenceError(
                f"no entity has the id '{entity_id}'", fix="see entities.csv"
            ) from None

    def resolve(self, name: str) -> Resolution:
        """Who a name means: exact but for case, accents, spaces and the final Tibetan tsheg.

        A name that is not known is unresolved, and one shared by several is ambiguous; both
        are answers, not errors.
        """
        return Resolution(name, tuple(self._by_name.get(fold_name(name), ())))

    def parents(self, entity_id: str) -> tuple[Entity, ...]:
        """Entities it is part of, the nearest first.

        Raises
        ------
        EvidenceError
            For an unknown id, or parents in a circle.
        """
        chain: list[Entity] = []
        start = current = self[entity_id]
        seen = [entity_id]
        while current.parent:
            current = self[current.parent]
            if current.id in seen:
                raise EvidenceError(
                    f"parents run in a circle: {' > '.join([*seen, current.id])}",
                    where=f"{start.where}, column 'parent'",
                    fix="clear one of these parents",
                )
            seen.append(current.id)
            chain.append(current)
        return tuple(chain)

    def children(self, entity_id: str) -> tuple[Entity, ...]:
        """Entities whose parent it is, in the order of the table.

        Raises
        ------
        EvidenceError
            For an unknown id.
        """
        return tuple(self._children.get(self[entity_id].id, ()))

    def of_kind(self, kind: str) -> tuple[Entity, ...]:
        """Entities of a kind, in the order of the table."""
        return tuple(self._by_kind.get(kind, ()))


def fold_name(name: str) -> str:
    """A name without case, Latin accents, superfluous spaces and the final Tibetan tsheg.

    Only combining marks of the Latin script fall away: in Tibetan they are the vowels.
    """
    apart = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
    return " ".join(unicodedata.normalize("NFKC", plain).casefold().split()).strip("\u0f0b \u0f0c")
