"""Kinds in groups, and which entity lies in which."""

from __future__ import annotations

import math

from orefield.evidence.entities import Entities, Entity

GROUPS = {
    "mine": "site", "deposit": "site", "project": "site", "district": "site", "belt": "site",
    "field": "site", "prospect": "site", "group": "site",
    "company": "company", "agency": "company", "association": "company", "exchange": "company",
    "country": "place", "province": "place", "region": "place", "state": "place",
    "city": "place", "prefecture": "place", "county": "place",
    "river": "water", "lake": "water",
    "smelter": "plant", "refinery": "plant", "plant": "plant",
}  # fmt: skip
"""Group of each kind: a mine and a deposit may be one thing, a mine and a county never."""

EARTH_RADIUS_KM = 6371.0088
"""Mean radius, IUGG (Moritz 2000, doi:10.1007/s001900050278)."""

_SMALL = ("city", "prefecture", "county")


def group_of(kind: str) -> str:
    """Group of a kind; a kind of no group is one of its own."""
    return GROUPS.get(kind, kind)


def fits(kind: str, wanted: frozenset[str]) -> bool:
    """Whether a kind is among wanted kinds or groups; nothing wanted fits all."""
    if not wanted or kind in wanted or group_of(kind) in wanted:
        return True
    if "province" in wanted and kind in ("state", "region"):
        return True
    return "city" in wanted and kind == "prefecture"


def distance_km(left: tuple[float, float], right: tuple[float, float]) -> float:
    """Great-circle distance of two points (latitude, longitude in degrees), by haversines."""
    lat1, lon1, lat2, lon2 = (math.radians(x) for x in (*left, *right))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


class Places:
    """Which entity lies in which, from parents, provinces and ISO codes.

    Parameters
    ----------
    entities : Entities
    """

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._country = {e.country: e.id for e in entities.of_kind("country") if e.country}
        self._above: dict[str, frozenset[str]] = {}

    def above(self, entity: Entity) -> frozenset[str]:
        """Ids of everything it is known to lie in or belong to."""
        known = self._above.get(entity.id)
        if known is None:
            found = {e.id for e in self._entities.parents(entity.id)}
            for other in (entity.province, self._country.get(entity.country, "")):
                if other and other != entity.id:
                    found |= {other, *(e.id for e in self._entities.parents(other))}
            known = self._above[entity.id] = frozenset(found)
        return known

    def lies_in(self, entity: Entity, place: str) -> bool | None:
        """Whether an entity lies in the place of this id; None where nothing known decides."""
        above = self.above(entity)
        if entity.id == place or place in above:
            return True
        kind = self._entities[place].kind
        if kind == "country":
            return False if entity.country and self._entities[place].country else None
        country = self._entities[place].country
        if country and entity.country and country != entity.country:
            return False
        if kind in ("province", "state"):
            return False if entity.province or entity.kind in ("province", "state") else None
        if kind in _SMALL:
            home = self._entities[place].province
            return False if home and entity.province and home != entity.province else None
        return None

    def kin(self, left: Entity, right: Entity) -> bool:
        """Whether one of the two is part of the other."""
        return left.id in self.above(right) or right.id in self.above(left)
