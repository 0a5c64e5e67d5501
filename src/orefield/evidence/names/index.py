"""Every spelling of every entity, by key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from orefield.evidence.entities import Entities, Entity
from orefield.evidence.names.fold import has_han, joined, sound_key, tokens
from orefield.evidence.names.generic import Trim, is_generic, trims
from orefield.evidence.names.places import group_of
from orefield.evidence.names.reading import written
from orefield.evidence.names.spelling import SHORTEST, closeness_of_words

MOST_EDITS = 3
"""Spellings farther apart than this are not looked at more closely."""


@dataclass(frozen=True, slots=True)
class Known:
    """One spelling of an entity, with perhaps some generic words taken away.

    Attributes
    ----------
    entity : Entity
    name : str
        The whole name as the table has it.
    trim : Trim
    aside : bool
        What stood in parentheses was set aside: *Wushan (Inner Mongolia)* known as *Wushan*.
    core : bool
        No more generic words could be taken away: what misspellings are held against.
    """

    entity: Entity
    name: str
    trim: Trim
    aside: bool = False
    core: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing was taken away."""
        return not self.trim.dropped and not self.aside


class NameIndex:
    """Spellings by key, and those close to a key.

    Parameters
    ----------
    entities : Entities

    Notes
    -----
    A spelling that only taking words away makes equal to a place's own name is left out:
    *Jiangxi Copper* less its second word is not Jiangxi. So is one of a single word that names
    nothing (*Western* of *Western Mining*).
    """

    def __init__(self, entities: Entities) -> None:
        self.known: dict[str, list[Known]] = {}
        self._by_start: dict[str, dict[str, list[Known]]] = {}
        place_keys = {
            Trim(tokens(name)).key
            for entity in entities
            if group_of(entity.kind) == "place"
            for name in entity.names
        }
        for entity in entities:
            seen: set[str] = set()
            for known in _spellings(entity):
                trim = known.trim
                hollow = bool(trim.dropped) and (
                    _says_nothing(trim)
                    or (trim.key in place_keys and group_of(entity.kind) != "place")
                )
                if trim.key and trim.key not in seen and not hollow:
                    seen.add(trim.key)
                    self._add(trim.key, known)

    def exact(self, key: str) -> tuple[Known, ...]:
        """Spellings with exactly this key."""
        return tuple(self.known.get(key, ()))

    def near(self, words: tuple[str, ...]) -> Iterable[tuple[Known, float]]:
        """Spellings close to a folded name, with their closeness."""
        key = joined(words)
        if len(key) < SHORTEST or has_han(key):
            return
        starts = {key[0], sound_key(key)[:1], key[1]}
        for start in sorted(starts):
            keys = self._by_start.get(start, {})
            survivors = extract(
                key, keys.keys(), scorer=OSA.distance, score_cutoff=MOST_EDITS, limit=None
            )
            for other, distance, _ in survivors:
                if not distance:
                    continue
                for known in keys[other]:
                    score = closeness_of_words(words, known.trim.words)
                    if score > 0.0:
                        yield known, score

    def _add(self, key: str, known: Known) -> None:
        self.known.setdefault(key, []).append(known)
        if known.core and not has_han(key) and len(key) >= SHORTEST:
            for start in {key[0], sound_key(key)[:1]}:
                self._by_start.setdefault(start, {}).setdefault(key, []).append(known)


def _spellings(entity: Entity) -> Iterable[Known]:
    """Whole names first, then shortened ones, so that the fullest spelling holds a key."""
    short: list[Known] = []
    for name in entity.names:
        if name == entity.id:
            continue
        first, *rest = trims(tokens(name)) or (Trim(()),)
        yield Known(entity, name, first, core=not rest)
        short.extend(Known(entity, name, trim, core=trim is rest[-1]) for trim in rest)
        outer = written(name)
        if outer.inner and outer.outer:
            options = trims(tokens(outer.outer))
            short.extend(Known(entity, name, t, True, t is options[-1]) for t in options)
    yield from short
    # no text writes ids, but tables do: they count whole, and after every real name
    yield Known(entity, entity.id, Trim(tokens(entity.id)))


_EMPTY = frozenset({
    "western", "eastern", "northern", "southern", "central", "general", "national",
    "international", "united", "first", "new", "north", "south", "east", "west", "state", "royal",
    "american", "african", "asian", "china", "chinese", "world", "global", "anglo", "big", "great",
    "upper", "lower", "old", "grand", "golden", "silver", "red", "blue", "black", "white",
})  # fmt: skip


def _says_nothing(trim: Trim) -> bool:
    if all(is_generic(word) for word in trim.words):
        return True
    return len(trim.words) == 1 and (trim.words[0] in _EMPTY or len(trim.words[0]) < 2)
