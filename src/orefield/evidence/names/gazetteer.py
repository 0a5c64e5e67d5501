"""The shipped list of places, sites, companies and agencies, and joining of two lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

from orefield.evidence.entities import Entities, Entity
from orefield.evidence.names.fold import joined, tokens
from orefield.evidence.names.places import distance_km, group_of
from orefield.evidence.tables import read_entities

TABLES = (
    "gazetteer_places.csv", "gazetteer_sites.csv", "gazetteer_companies.csv",
    "gazetteer_plants.csv",
)  # fmt: skip
"""Shipped tables of the gazetteer."""

APART_KM = 60.0
"""Namesakes farther apart are two sites; positions recalled or of a county are this wrong."""


@cache
def gazetteer() -> Entities:
    """Countries, provinces, mines, companies, agencies and smelters that news on metals names.

    All of it is general knowledge, written down from memory and unverified (``mark`` is
    ``recall``): good for telling who is meant, not for positions or commodities in a model.
    """
    folder = files("orefield.evidence.data")
    rows: list[Entity] = []
    for table in TABLES:
        with as_file(folder / table) as path:
            rows.extend(read_entities(path))
    return Entities(rows)


def merged(base: Entities, other: Entities) -> Entities:
    """Two lists as one, with what both hold joined.

    Parameters
    ----------
    base : Entities
        Its ids, kinds, positions and every filled field stay.
    other : Entities
        Gives what base lacks: further entities, further aliases, empty fields.

    Notes
    -----
    Two rows are one thing when their kinds are of one group, one's name is also the other's,
    and neither country, province nor position says otherwise. A name that fits several rows of
    base joins none. Where an id of *other* already means another thing, it gets a number.
    """
    same = _pairs(base, other)
    new_id = dict(same)
    taken = {entity.id for entity in base}
    for entity in other:
        if entity.id in same:
            continue
        name, n = entity.id, 2
        while name in taken:
            name, n = f"{entity.id}_{n}", n + 1
        taken.add(name)
        new_id[entity.id] = name
    additions = {same[e.id]: e for e in other if e.id in same}
    rows = [_filled(e, additions.get(e.id), new_id, base) for e in base]
    rows += [_renamed(e, new_id) for e in other if e.id not in same]
    return Entities(_without_circles(rows, base))


def _pairs(base: Entities, other: Entities) -> dict[str, str]:
    """Id in *other* to the id in *base* that is the same thing."""
    by_name: dict[str, list[Entity]] = {}
    for entity in base:
        for key in {joined(tokens(name)) for name in entity.names}:
            by_name.setdefault(key, []).append(entity)
    pairs: dict[str, str] = {}
    used: set[str] = set()
    for entity in other:
        if entity.id in base and _may_be_one(base[entity.id], entity):
            pairs[entity.id] = entity.id
            used.add(entity.id)
    for entity in other:
        if entity.id in pairs:
            continue
        keys = {joined(tokens(name)) for name in (entity.name_en, entity.name_zh) if name}
        found = {
            one.id
            for key in keys
            for one in by_name.get(key, ())
            if one.id not in used and _may_be_one(one, entity)
        }
        if len(found) == 1:
            pairs[entity.id] = found.pop()
            used.add(pairs[entity.id])
    return pairs


def _may_be_one(left: Entity, right: Entity) -> bool:
    if group_of(left.kind) != group_of(right.kind):
        return False
    if group_of(left.kind) == "place" and left.kind != right.kind:
        return False
    if left.country and right.country and left.country != right.country:
        return False
    provinces = {left.province, right.province} - {""}
    if group_of(left.kind) == "site" and len(provinces) > 1:
        return False
    if left.lat is None or left.lon is None or right.lat is None or right.lon is None:
        return True
    return distance_km((left.lat, left.lon), (right.lat, right.lon)) <= APART_KM


def _filled(entity: Entity, more: Entity | None, new_id: dict[str, str], base: Entities) -> Entity:
    if more is None:
        return entity
    known = {joined(tokens(name)) for name in entity.names}
    # a name that another row of base answers to stays that row's alone
    foreign = {joined(tokens(name)) for one in base if one.id != entity.id for name in one.names}
    aliases = [
        name
        for name in (more.name_en, more.name_zh, more.pinyin, *more.aliases)
        if name and joined(tokens(name)) not in known | foreign
    ]
    positioned = entity.lat is not None
    return replace(
        entity,
        aliases=tuple(dict.fromkeys((*entity.aliases, *aliases))),
        pinyin=entity.pinyin or more.pinyin,
        name_zh=entity.name_zh or more.name_zh,
        name_bo=entity.name_bo or more.name_bo,
        country=entity.country or more.country,
        parent=entity.parent or new_id.get(more.parent, ""),
        province=entity.province or new_id.get(more.province, ""),
        lat=entity.lat if positioned else more.lat,
        lon=entity.lon if positioned else more.lon,
        not_same_as=entity.not_same_as or more.not_same_as,
        commodities=entity.commodities or more.commodities,
    )


def _renamed(entity: Entity, new_id: dict[str, str]) -> Entity:
    return replace(
        entity,
        id=new_id[entity.id],
        parent=new_id.get(entity.parent, ""),
        province=new_id.get(entity.province, ""),
    )


def _without_circles(rows: Iterable[Entity], base: Entities) -> list[Entity]:
    """Rows without the parents that, added to base's, would run in a circle."""
    found = {entity.id: entity for entity in rows}
    for start in list(found):
        chain = [start]
        while (parent := found[chain[-1]].parent) and parent not in chain:
            chain.append(parent)
        if not parent:
            continue
        added = [i for i in chain if i not in base or not base[i].parent]
        found[added[-1]] = replace(found[added[-1]], parent="")
    return list(found.values())
