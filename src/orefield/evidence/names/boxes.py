"""Extents of countries and provinces."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from orefield.evidence.entities import Entity
from orefield.evidence.names.fold import joined, tokens
from orefield.evidence.names.gazetteer import gazetteer


@dataclass(frozen=True, slots=True)
class Box:
    """What lies between two meridians and two parallels, in degrees.

    Attributes
    ----------
    west, south, east, north : float
    source, mark : str
        Where it comes from, and whether it is derived from a map or recalled.
    """

    west: float
    south: float
    east: float
    north: float
    source: str
    mark: str

    def holds(self, lat: float, lon: float, margin: float = 0.0) -> bool:
        """Whether a point lies in it, or within a margin (degrees) of it."""
        return self.outside(lat, lon) <= margin

    def outside(self, lat: float, lon: float) -> float:
        """Degrees by which a point lies outside; 0 within."""
        return max(self.south - lat, lat - self.north, self.west - lon, lon - self.east, 0.0)

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of its middle."""
        return (self.south + self.north) / 2, (self.west + self.east) / 2


@cache
def boxes() -> dict[str, Box]:
    """Shipped extents by id of the gazetteer."""
    text = (files("orefield.evidence.data") / "boxes.csv").read_text("utf-8")
    return {
        row["id"]: Box(
            float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]),
            row["source"], row["mark"],
        )
        for row in csv.DictReader(text.splitlines())
    }  # fmt: skip


def box_of(place: Entity) -> Box | None:
    """Extent of a country or province, by any of its names; None where none is shipped."""
    names = _box_names()
    for name in place.names:
        found = names.get((place.kind == "country", place.country, joined(tokens(name))))
        if found is not None:
            return found
    return None


@cache
def _box_names() -> dict[tuple[bool, str, str], Box]:
    found: dict[tuple[bool, str, str], Box] = {}
    for place_id, box in boxes().items():
        place = gazetteer()[place_id]
        for name in place.names:
            key = (place.kind == "country", place.country, joined(tokens(name)))
            found.setdefault(key, box)
    return found


@cache
def country_boxes() -> dict[str, Box]:
    """Extents of countries by ISO code."""
    return {e.country: boxes()[e.id] for e in gazetteer().of_kind("country") if e.id in boxes()}
