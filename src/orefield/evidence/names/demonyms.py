"""Words for what comes from a place: *Chilean*, *Tibetan*."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from orefield.evidence.entities import Entities, Entity
from orefield.evidence.names.fold import joined, tokens
from orefield.evidence.names.gazetteer import gazetteer
from orefield.evidence.names.places import group_of


@cache
def _demonyms() -> dict[str, Entity]:
    text = (files("orefield.evidence.data") / "demonyms.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {joined(tokens(row["word"])): gazetteer()[row["id"]] for row in rows}


def place_of_demonym(word: str, entities: Entities) -> Entity | None:
    """The place among entities that a word like *Chilean* is of; None where it is no such word."""
    place = _demonyms().get(joined(tokens(word)))
    if place is None:
        return None
    if place.id in entities and group_of(entities[place.id].kind) == "place":
        return entities[place.id]
    return next(
        (e for e in entities.resolve(place.name_en).candidates if e.kind == place.kind), None
    )
