"""Candidates for one plain name: exact spellings, then other scripts, then misspellings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from orefield.evidence.entities import Entities, Entity
from orefield.evidence.names.fold import has_han, tokens
from orefield.evidence.names.generic import Trim, generic_words, mend_generic, trims
from orefield.evidence.names.index import Known, NameIndex
from orefield.evidence.names.pinyin import pinyin
from orefield.evidence.names.places import Places, distance_km, fits, group_of
from orefield.evidence.names.reading import written
from orefield.evidence.names.resolved import Candidate

ACCEPTED = 0.8
"""Score from which a candidate counts."""

GUESS = 0.78
"""Score of what may be meant and is not good enough to be taken."""

MARGIN = 0.05
"""Lead in score that settles between two candidates."""

FAR_KM = 150.0
"""Beyond this a position speaks against identity; published ones are often a county's."""

_SMALL_PLACES = ("county", "city", "prefecture", "river", "lake")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a name besides itself.

    Attributes
    ----------
    kind : str
        Kind or group; empty where unknown.
    commodity : str
    near : (float, float) or None
        Latitude and longitude, degrees.
    within : tuple of str
        Ids of places that it lies in.
    without : frozenset of str
        Ids to leave out.
    """

    kind: str = ""
    commodity: str = ""
    near: tuple[float, float] | None = None
    within: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Hit:
    known: Known
    trim: Trim
    score: float
    reason: str

    @property
    def whole(self) -> bool:
        return self.known.whole and not self.trim.dropped


class Matcher:
    """Looks one plain name up among entities.

    Parameters
    ----------
    entities : Entities
    """

    def __init__(self, entities: Entities) -> None:
        self.index = NameIndex(entities)
        self.places = Places(entities)
        self._entities = entities
        self._not_same: dict[str, frozenset[str]] = {}
        self._linked: set[frozenset[str]] = set()
        for entity in entities:
            self._read_not_same(entity)

    def look_up(self, name: str, wanted: Wanted, *, fuzzy: bool = True) -> list[Candidate]:
        """Candidates for a name without parentheses or lists, best first.

        Exact spellings make others unnecessary; a misspelling is looked for only where no
        spelling is known.
        """
        words = tokens(name)
        if not words:
            return []
        hits = self._exact(name, words, wanted.without)
        found = self._judge(hits, words, wanted)
        if not found and not hits and any(has_han(word) for word in words):
            found = self._judge(self._by_sound(words), words, wanted)
        if not found and not hits and fuzzy:
            mended = mend_generic(words)
            if mended != words:
                hits = [
                    replace(
                        hit, score=min(hit.score, 0.88), reason=f"{hit.reason}, a word misspelt"
                    )
                    for hit in self._exact(" ".join(mended), mended, wanted.without)
                ]
            hits = hits or self._misspelt(words)
            found = self._judge(hits, words, wanted)
        return found

    def settled(self, candidates: list[Candidate]) -> bool:
        """Whether the first candidate leads the others clearly enough."""
        if not candidates or candidates[0].score < ACCEPTED:
            return False
        first = candidates[0]
        for other in candidates[1:]:
            lead = first.score - other.score
            if lead >= MARGIN:
                break
            kin = self.places.kin(first.entity, other.entity)
            if lead < 0.005 or (lead < 0.02 and not kin):
                return False
            if self.linked(first.entity, other.entity) and lead < 0.03:
                return False
        return True

    def linked(self, left: Entity, right: Entity) -> bool:
        """Whether the table says that one is easily mistaken for the other."""
        return frozenset((left.id, right.id)) in self._linked

    def _exact(self, name: str, words: tuple[str, ...], without: frozenset[str]) -> list[_Hit]:
        for trim in trims(words):
            hits = []
            for known in self.index.exact(trim.key):
                entity = known.entity
                if entity.id in without or not fits(entity.kind, trim.groups):
                    continue
                if _may_be_company(name, trim, entity):
                    continue
                if _lower_commodity(name, trim, entity):
                    continue
                score, reason = 1.0, "known name"
                if known.aside:
                    # of its own name the parentheses only part it from its namesakes
                    score = 0.99 if known.name == entity.name_en else 0.93
                    score -= 0.03 * bool(trim.dropped)
                    reason = f"known as '{known.name}'"
                elif not known.whole or trim.dropped:
                    score = 0.97
                    reason = f"'{known.name}' but for words such as mine or company"
                if _bare_of_other_kind(known, trim):
                    score = GUESS
                    reason = f"perhaps short for '{known.name}'"
                if known.name == entity.pinyin and known.name != entity.name_en:
                    score -= 0.01  # several things may be read alike
                hits.append(_Hit(known, trim, score, reason))
            if hits:
                return hits
        return []

    def _by_sound(self, words: tuple[str, ...]) -> list[_Hit]:
        trim = trims(words)[-1]
        key = "".join(pinyin(word) if has_han(word) else word for word in trim.words)
        return [
            _Hit(known, trim, 0.9, f"read in pinyin as '{key}'")
            for known in self.index.exact(key)
            if fits(known.entity.kind, trim.groups)
            and not any(has_han(other) for other in known.entity.names)
        ]

    def _misspelt(self, words: tuple[str, ...]) -> list[_Hit]:
        hits = []
        trim = trims(words)[-1]
        for known, score in self.index.near(trim.words):
            other = known.trim
            if group_of(known.entity.kind) == "place" and not _slip_of_place(trim.key, other.key):
                continue
            if not trim.dropped and not other.all_of("form", "noun"):
                continue  # what a name is of is not left out and misspelt at once
            if fits(known.entity.kind, trim.groups):
                reason = f"close to '{known.name}'"
                hits.append(_Hit(known, trim, score - 0.01 * (not known.whole), reason))
        return hits

    def _judge(
        self, hits: Iterable[_Hit], words: tuple[str, ...], wanted: Wanted
    ) -> list[Candidate]:
        best: dict[str, tuple[_Hit, Candidate]] = {}
        for hit in hits:
            entity = hit.known.entity
            if entity.id in wanted.without or "".join(words) in self._not_same.get(entity.id, ()):
                continue
            judged = self._weigh(hit, wanted)
            if judged is not None and (
                entity.id not in best or judged.score > best[entity.id][1].score
            ):
                best[entity.id] = (hit, judged)
        found = list(best.values())
        ranked = [self._prior(hit, candidate, found, wanted) for hit, candidate in found]
        return sorted(ranked, key=lambda c: (-c.score, c.entity.id))

    def _weigh(self, hit: _Hit, wanted: Wanted) -> Candidate | None:
        entity, score, reasons = hit.known.entity, hit.score, [hit.reason]
        if wanted.kind and wanted.kind not in (entity.kind, group_of(entity.kind)):
            if not fits(entity.kind, frozenset((wanted.kind, group_of(wanted.kind)))):
                return None
            score -= 0.01
        for place in wanted.within:
            inside = self.places.lies_in(entity, place)
            where = self._entities[place].name_en
            if inside is False:
                return None
            score -= 0.0 if inside else 0.06
            reasons.append(f"in {where}" if inside else f"not known to be in {where}")
        if wanted.commodity and entity.commodities:
            if wanted.commodity.casefold() in entity.commodities:
                reasons.append(f"yields {wanted.commodity}")
            else:
                score -= 0.12
                reasons.append(f"yields {', '.join(entity.commodities)}, not {wanted.commodity}")
        if wanted.near is not None and group_of(entity.kind) in ("site", "plant"):
            if entity.lat is None or entity.lon is None:
                score -= 0.06
                reasons.append("position unknown")
            else:
                km = distance_km((entity.lat, entity.lon), wanted.near)
                if km > FAR_KM:
                    return None
                score -= 0.1 * max(0.0, km - 30.0) / FAR_KM
                reasons.append(f"{km:.0f} km away")
        return Candidate(entity, max(0.0, score), tuple(reasons))

    def _prior(
        self,
        hit: _Hit,
        candidate: Candidate,
        rivals: list[tuple[_Hit, Candidate]],
        wanted: Wanted,
    ) -> Candidate:
        """A bare name that a mine shares with a county is the mine's, unless the table warns."""
        entity = candidate.entity
        if wanted.kind or hit.trim.groups or entity.kind not in _SMALL_PLACES:
            return candidate
        others = [other.entity for _, other in rivals if group_of(other.entity.kind) == "site"]
        if not others or any(self.linked(entity, other) for other in others):
            return candidate
        reason = "a site has the same name, and is likelier meant"
        return Candidate(entity, candidate.score - 0.08, (*candidate.reasons, reason))

    def _read_not_same(self, entity: Entity) -> None:
        own = {"".join(tokens(name)) for name in entity.names}
        keys: set[str] = set()
        for part in entity.not_same_as.split(";"):
            split = written(part.strip())
            for text in (part, split.outer, *split.inner):
                key = "".join(tokens(text))
                if key and key not in own:
                    keys.add(key)
            for text in (part, split.outer):
                for known in self.index.exact("".join(tokens(text))):
                    if known.entity.id != entity.id:
                        self._linked.add(frozenset((entity.id, known.entity.id)))
        if keys:
            self._not_same[entity.id] = frozenset(keys)


def _bare_of_other_kind(known: Known, trim: Trim) -> bool:
    """Whether a bare name would be taken for a smelter, a river or *Century Aluminum* by it.

    Words such as Mining or Ltd are left out in speech; what a name is of is not.
    """
    if trim.dropped or not known.trim.dropped:
        return False
    group = group_of(known.entity.kind)
    if group in ("plant", "water"):
        return True
    return group == "company" and not known.trim.all_of("form")


def _may_be_company(name: str, trim: Trim, entity: Entity) -> bool:
    """*Hunan Gold* is a company, *Hunan gold* the province's: capitals tell, or a Chinese 铜."""
    if group_of(entity.kind) != "place" or not trim.dropped:
        return False
    if not trim.all_of("commodity"):
        return False
    if has_han(name):
        return True
    rest = name.split()[len(trim.words) :]
    return bool(rest) and all(word[:1].isupper() for word in rest)


def _lower_commodity(name: str, trim: Trim, entity: Entity) -> bool:
    """*Yunnan copper* is the province's metal, *Yunnan Copper* (or all lower case) the company."""
    words = name.split()
    n = len(trim.words)
    if group_of(entity.kind) != "company" or n < 2 or len(words) < n:
        return False
    if not words[0][:1].isupper() or not words[n - 1].islower():
        return False
    generic = generic_words()[0].get(words[n - 1])
    return generic is not None and generic.role == "commodity"


def _slip_of_place(name: str, known: str) -> bool:
    """Places are many and alike (Cajamarca, Catamarca): only a letter lost, added or swapped."""
    if len(known) < 8 or OSA.distance(name, known) > 1:
        return False
    return len(name) != len(known) or sorted(name) == sorted(known)
