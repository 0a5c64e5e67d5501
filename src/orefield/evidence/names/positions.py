"""Positions that cannot be, or that are another thing's than the site's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from orefield.evidence.entities import Entities, Entity
from orefield.evidence.names.boxes import Box, box_of, country_boxes
from orefield.evidence.names.places import Places, distance_km, group_of

PROVINCE_MARGIN = {"derived": 0.1, "recall": 0.5}
"""Degrees that a point may lie outside a province's extent: recalled ones are that wrong."""

FAR_FROM_PARENT_KM = {"site": 60.0, "place": 250.0}
"""A part lies no farther than this from a mine or district, or from a county or city."""


CENTRE_KM = 2.0
"""A site this close to the middle of its county or province stands there by default."""


class PositionProblem(NamedTuple):
    """What is wrong with a position.

    Attributes
    ----------
    entity : str
        Id.
    problem : str
        ``null_island``, ``swapped``, ``sign``, ``wrong_country``, ``wrong_province``,
        ``whole_degrees``, ``centroid``, ``same_point`` or ``far_from_parent``.
    explanation : str
    severity : str
        ``error`` (cannot be) or ``warning`` (look at it).
    """

    entity: str
    problem: str
    explanation: str
    severity: str


def check_positions(entities: Entities) -> list[PositionProblem]:
    """Problems of the positions in a list, in its order.

    Extents are rectangles, so a point in a neighbour's land may still pass; what is reported
    lies outside the whole rectangle.
    """
    return [problem for entity in entities for problem in _of(entity, entities)] + list(
        _same_point(entities)
    )


def _of(entity: Entity, entities: Entities) -> Iterator[PositionProblem]:
    if entity.lat is None or entity.lon is None:
        return
    lat, lon = entity.lat, entity.lon
    if lat == 0.0 and lon == 0.0:
        text = "latitude and longitude are 0: an empty cell read as a number"
        yield PositionProblem(entity.id, "null_island", text, "error")
        return
    misplaced = _misplaced(entity, entities, lat, lon)
    if misplaced is not None:
        yield misplaced
    if group_of(entity.kind) in ("site", "plant"):
        yield from _coarse(entity, entities, lat, lon)
        yield from _far(entity, entities, lat, lon)


def _misplaced(
    entity: Entity, entities: Entities, lat: float, lon: float
) -> PositionProblem | None:
    for box, name, margin, problem in _homes(entity, entities):
        off = box.outside(lat, lon)
        if off <= margin:
            continue
        slip = _slip(box, lat, lon)
        told = f"{lat:g}, {lon:g} lies {off:.1f} degrees outside {name}"
        if slip is not None:
            kind, meant = slip
            return PositionProblem(entity.id, kind, f"{told}; {meant} lies in it", "error")
        severity = "error" if box.mark == "derived" or off > 1.0 else "warning"
        known = "" if box.mark == "derived" else " (its extent is recalled, unverified)"
        return PositionProblem(entity.id, problem, told + known, severity)
    return None


def _homes(entity: Entity, entities: Entities) -> Iterator[tuple[Box, str, float, str]]:
    """Extents that must hold an entity: its country's and its province's."""
    country = country_boxes().get(entity.country)
    if country is not None:
        yield country, f"the country ({entity.country})", 0.0, "wrong_country"
    place_ids = [entity.province, *(e.id for e in entities.parents(entity.id))]
    for place_id in dict.fromkeys(place_ids):
        if place_id and entities[place_id].kind in ("province", "state", "country"):
            box = box_of(entities[place_id])
            if box is not None:
                place = entities[place_id]
                problem = "wrong_country" if place.kind == "country" else "wrong_province"
                margin = 0.0 if place.kind == "country" else PROVINCE_MARGIN[box.mark]
                yield box, place.name_en, margin, problem


def _slip(box: Box, lat: float, lon: float) -> tuple[str, str] | None:
    """The simplest slip that would explain a point outside: swapped, or a lost sign."""
    if abs(lon) <= 90.0 and box.holds(lon, lat):
        return "swapped", f"with latitude and longitude swapped, {lon:g}, {lat:g}"
    for turned in ((-lat, lon), (lat, -lon), (-lat, -lon)):
        if box.holds(*turned):
            return "sign", f"with the other sign, {turned[0]:g}, {turned[1]:g}"
    return None


def _coarse(
    entity: Entity, entities: Entities, lat: float, lon: float
) -> Iterator[PositionProblem]:
    if lat == round(lat) and lon == round(lon):
        text = f"{lat:g}, {lon:g} is in whole degrees: a place within 50 km or so, not the site"
        yield PositionProblem(entity.id, "whole_degrees", text, "warning")
    for place in {entity.province: None, **{e.id: None for e in entities.parents(entity.id)}}:
        if not place or group_of(entities[place].kind) != "place":
            continue
        known = entities[place]
        centres: list[tuple[float, float]] = []
        if known.lat is not None and known.lon is not None:
            centres.append((known.lat, known.lon))
        box = box_of(known)
        if box is not None:
            centres.append(box.centre)
        if any(distance_km(centre, (lat, lon)) < CENTRE_KM for centre in centres):
            text = f"{lat:g}, {lon:g} is the middle of {known.name_en}, not the site"
            yield PositionProblem(entity.id, "centroid", text, "warning")


def _far(entity: Entity, entities: Entities, lat: float, lon: float) -> Iterator[PositionProblem]:
    if not entity.parent:
        return
    parent = entities[entity.parent]
    limit = FAR_FROM_PARENT_KM.get(group_of(parent.kind))
    if limit is None or parent.lat is None or parent.lon is None:
        return
    if parent.kind in ("country", "province", "region", "state"):
        return
    km = distance_km((parent.lat, parent.lon), (lat, lon))
    if km > limit:
        text = f"{km:.0f} km from {parent.name_en}, which it is part of"
        yield PositionProblem(entity.id, "far_from_parent", text, "warning")


def _same_point(entities: Entities) -> Iterator[PositionProblem]:
    places = Places(entities)
    seen: dict[tuple[float, float], list[Entity]] = {}
    for entity in _sites(entities):
        if entity.lat is None or entity.lon is None:
            continue
        for other in seen.setdefault((entity.lat, entity.lon), []):
            if group_of(other.kind) == group_of(entity.kind) and not places.kin(entity, other):
                text = f"exactly where {other.name_en} is: one of the two is copied, or a town's"
                yield PositionProblem(entity.id, "same_point", text, "warning")
        seen[entity.lat, entity.lon].append(entity)


def _sites(entities: Entities) -> Iterable[Entity]:
    return (e for e in entities if group_of(e.kind) in ("site", "plant"))
