"""Names to entities: resolved, ambiguous or unresolved."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from orefield.core.errors import EvidenceError
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.names import reading
from orefield.evidence.names.demonyms import place_of_demonym
from orefield.evidence.names.fold import has_han, tokens
from orefield.evidence.names.generic import core, generic_words, trims
from orefield.evidence.names.match import ACCEPTED, Matcher, Wanted
from orefield.evidence.names.mentions import MentionFinder
from orefield.evidence.names.places import group_of
from orefield.evidence.names.resolved import Candidate, Mention, Resolved

MAX_NAME = 300
"""A text longer than this is no name."""


class Resolver:
    """Finds who a name as written may mean.

    Parameters
    ----------
    entities : Entities
        Indexed once; build one resolver and keep it.

    Notes
    -----
    Unresolved is a proper answer, and better than a wrong one. In order: the whole name as
    known; names in its parentheses; names that a slash or *and* joins; a name beside the place
    it lies in; a misspelling. Generic words (*copper mine*, 有限公司) narrow the kind and are
    set aside.
    """

    def __init__(self, entities: Entities) -> None:
        self.entities = entities
        self._matcher = Matcher(entities)
        self._finder = MentionFinder(self._matcher.index)

    def resolve(
        self,
        name: str,
        *,
        kind: str = "",
        commodity: str = "",
        near: tuple[float, float] | None = None,
        within: str = "",
        without: Collection[str] = (),
    ) -> Resolved:
        """Who a name may mean.

        Parameters
        ----------
        name : str
            In any script, as written.
        kind : str
            Kind it must be, or be alike (a mine and a deposit are; a mine and a county are not).
        commodity : str
            What it should yield: settles between namesakes, never rules one out.
        near : (float, float), optional
            Latitude and longitude, degrees.
        within : str
            Id of a place that it lies in.
        without : collection of str
            Ids to leave out: who else might be meant.

        Raises
        ------
        EvidenceError
            When ``within`` is no entity.
        """
        if within and within not in self.entities:
            raise EvidenceError(
                f"no entity has the id '{within}'", fix="give the id of a place, see entities.csv"
            )
        wanted = Wanted(kind, commodity, near, (within,) if within else (), frozenset(without))
        plain = reading.tidy(name)
        if not plain or len(plain) > MAX_NAME:
            return Resolved(name, "unresolved")
        return replace(self._resolve(plain, wanted), name=name)

    def mentions(self, text: str) -> list[Mention]:
        """Known names in running English or Chinese text, in order and without overlap.

        The longest name wins. Latin names must stand with the capitals that the table gives
        them. Misspellings are not looked for. A name that its own next words rule out (*Yulong
        County*, where only the mine is known) is left out.
        """
        found = []
        known: dict[str, Resolved] = {}
        for start, ends in self._finder.find(text):
            for end in ends:
                name = text[start:end]
                if name not in known:
                    known[name] = self._resolve(reading.tidy(name), Wanted(), fuzzy=False)
                candidates = tuple(c for c in known[name].candidates if c.score >= ACCEPTED)
                if candidates:
                    status = known[name].status
                    found.append(Mention(start, end, name, candidates, status))
                    break
        return found

    def _resolve(
        self, name: str, wanted: Wanted, *, fuzzy: bool = True, depth: int = 0
    ) -> Resolved:
        whole = self._look_up(name, wanted, fuzzy=False)
        if whole.candidates or depth > 3:
            return whole
        ways = (self._in_parentheses, self._in_quotes, self._joined, self._beside_place)
        for way in ways:
            found = way(name, wanted, depth + 1)
            if found is not None:
                return found
        return self._look_up(name, wanted, fuzzy=fuzzy)

    def _look_up(self, name: str, wanted: Wanted, *, fuzzy: bool) -> Resolved:
        candidates = self._matcher.look_up(name, wanted, fuzzy=fuzzy)
        return self._verdict(name, candidates)

    def _verdict(self, name: str, candidates: Iterable[Candidate]) -> Resolved:
        found = list(candidates)
        if not found or found[0].score < ACCEPTED:
            return Resolved(name, "unresolved", tuple(found))
        settled = self._matcher.settled(found)
        return Resolved(name, "resolved" if settled else "ambiguous", tuple(found))

    def _in_parentheses(self, name: str, wanted: Wanted, depth: int) -> Resolved | None:
        parts = reading.written(name)
        if not parts.inner or not parts.outer:
            return None
        inner = [
            self._resolve(text, replace(wanted, within=()), depth=depth) for text in parts.inner
        ]
        places = tuple(
            e.id for found in inner for e in found.entities if group_of(e.kind) == "place"
        )
        outer = self._resolve(
            parts.outer, replace(wanted, within=wanted.within + places), depth=depth
        )
        if outer.status == "unresolved" and places:
            # the place may be what the outer name lies beside, not in: then it says nothing
            return replace(outer, name=name)
        groups = {group_of(e.kind) for e in outer.entities}
        names = [
            found
            for found in inner
            if not _is_place(found)
            and (not groups or any(group_of(e.kind) in groups for e in found.entities))
        ]
        if outer.status == "unresolved":
            return next((replace(found, name=name) for found in names if found.candidates), None)
        if outer.status == "ambiguous":
            ids = {e.id for found in names for e in found.entities}
            agreed = [c for c in outer.candidates if c.entity.id in ids]
            return self._verdict(name, agreed) if agreed else replace(outer, name=name)
        rivals = [found for found in names if found.entity is not None]
        return self._one_of(name, [outer, *rivals])

    def _in_quotes(self, name: str, wanted: Wanted, depth: int) -> Resolved | None:
        quote, rest = reading.quoted(name)
        if not quote or not rest:
            return None
        outer = self._resolve(rest, replace(wanted, within=()), depth=depth)
        hints = core(rest)
        if hints.groups and not wanted.kind and len(hints.groups) == 1:
            wanted = replace(wanted, kind=next(iter(hints.groups)))
        places = tuple(e.id for e in outer.entities if group_of(e.kind) == "place")
        found = self._resolve(quote, replace(wanted, within=wanted.within + places), depth=depth)
        if found.status == "unresolved" and outer.entity is not None and not places:
            return replace(outer, name=name)
        return replace(found, name=name)

    def _joined(self, name: str, wanted: Wanted, depth: int) -> Resolved | None:
        for part in (reading.synonyms, reading.compound, reading.hyphened):
            parts = part(name)
            if len(parts) == 1:
                continue
            found = [self._resolve(text, wanted, depth=depth) for text in parts]
            if any(r.status != "unresolved" for r in found):
                if part is reading.hyphened and any(r.status != "resolved" for r in found):
                    continue
                return self._one_of(name, found)
        return None

    def _one_of(self, name: str, found: list[Resolved]) -> Resolved:
        """Several names written as one: one thing, a thing and its part, or several."""
        sure = {r.entity.id: r for r in found if r.entity is not None}
        candidates = [c for r in found for c in r.candidates]
        unique = {c.entity.id: c for c in sorted(candidates, key=lambda c: c.score)}
        ranked = tuple(sorted(unique.values(), key=lambda c: (-c.score, c.entity.id)))
        if len(sure) == 1 and all(r.status != "ambiguous" for r in found):
            only = next(iter(sure.values()))
            if len(found) > 1 and any(r.status == "unresolved" for r in found):
                return Resolved(name, "resolved", only.candidates, tuple(found))
            return replace(only, name=name)
        wholes = [
            one
            for one in sure.values()
            if all(
                one is other or self._inside(other.entity, one.entity) for other in sure.values()
            )
        ]
        if wholes and len(sure) == len({id(r) for r in found}):
            top = wholes[0].candidates[0]
            rest = tuple(c for c in ranked if c.entity.id != top.entity.id)
            note = "the whole of the parts named with it"
            first = Candidate(top.entity, top.score, (*top.reasons, note))
            return Resolved(name, "resolved", (first, *rest), tuple(found))
        return Resolved(name, "ambiguous" if ranked else "unresolved", ranked, tuple(found))

    def _inside(self, part: Entity | None, whole: Entity | None) -> bool:
        return (
            part is not None and whole is not None and whole.id in self._matcher.places.above(part)
        )

    def _beside_place(self, name: str, wanted: Wanted, depth: int) -> Resolved | None:
        for front, back in reading.placed(name):
            place = self._place(back, wanted)
            if place is not None:
                return self._there(name, front, place, wanted, depth)
            if self._company(back, wanted) is not None:
                return replace(self._resolve(front, wanted, depth=depth), name=name)
        for place, rest in self._led_by(name, wanted):
            if group_of(place.kind) == "company":
                owned = self._look_up(rest, replace(wanted, kind="site"), fuzzy=False)
                if owned.status != "unresolved" and wanted.kind in ("", "site"):
                    return replace(owned, name=name)
                continue
            words = tokens(rest)
            if _said_of_place(words) and not _like_company(rest):
                reason = f"what is said of it set aside: {rest}"
                return Resolved(name, "resolved", (Candidate(place, 0.85, (reason,)),))
            found = self._there(name, rest, place, wanted, depth)
            if found.status != "unresolved":
                return found
        return None

    def _there(self, name: str, text: str, place: Entity, wanted: Wanted, depth: int) -> Resolved:
        inside = replace(wanted, within=(*wanted.within, place.id))
        return replace(self._resolve(text, inside, depth=depth), name=name)

    def _place(self, text: str, wanted: Wanted) -> Entity | None:
        found = self._look_up(text, Wanted(kind="place", without=wanted.without), fuzzy=False)
        return found.entity or place_of_demonym(text, self.entities)

    def _company(self, text: str, wanted: Wanted) -> Entity | None:
        owner = Wanted(kind="company", without=wanted.without)
        return self._look_up(text, owner, fuzzy=False).entity

    def _led_by(self, name: str, wanted: Wanted) -> Iterable[tuple[Entity, str]]:
        """Places and companies that a name begins with, and the rest of it."""
        if has_han(name):
            cuts = [n for n in range(min(8, len(name) - 1), 1, -1) if not name[n - 1].isspace()]
            pairs = [(name[:n], name[n:].strip()) for n in cuts]
        else:
            words = name.split()
            pairs = [
                (" ".join(words[:n]), " ".join(words[n:])) for n in range(len(words) - 1, 0, -1)
            ]
        for front, rest in pairs:
            if not rest:
                continue
            place = self._place(front, wanted)
            if place is not None:
                yield place, rest
                continue
            owner = self._company(front, wanted)
            if owner is not None:
                yield owner, rest.removeprefix("旗下").removeprefix("的")


def fallback_id(name: str) -> str:
    """Id of a name that is unresolved: ``?`` and the folded name less its generic words.

    *Foo mine* and *Foo copper mine* meet; *Foo county* and *Foo Mining Co., Ltd* stay apart
    from them, since they are other things.
    """
    plain = reading.tidy(name)
    trim = core(reading.written(plain).outer or plain)
    label = " ".join(trim.words) or " ".join(plain.casefold().split())
    groups = trim.groups
    if groups and "site" not in groups and groups != {"plant", "company"}:
        label = f"{label} {min(groups)}"
    return f"?{label}"


def _like_company(rest: str) -> bool:
    """What follows a place makes a company's name of it: *American Lithium*, 湖南黄金."""
    roles = {g.role for word in tokens(rest) if (g := generic_words()[0].get(word)) is not None}
    plain = has_han(rest) or all(word[:1].isupper() for word in rest.split())
    return roles <= {"commodity", "form"} and plain


def _is_place(found: Resolved) -> bool:
    return bool(found.entities) and all(group_of(e.kind) == "place" for e in found.entities)


def _said_of_place(words: tuple[str, ...]) -> bool:
    """Whether words after a place only say what of it: *copper output*, *bauxite provinces*.

    A single thing at the end (*belt*, *River*, *Ltd*) makes a name of its own with the place.
    """
    if len(words) == 1 and has_han(words[0]):
        parts = trims((f"xx{words[0]}",))[-1]
        roles = [generic.role for generic in parts.dropped]
        return parts.key == "xx" and bool(roles) and roles[0] in ("topic", "commodity")
    table = generic_words()[0]
    found = [table.get(word) for word in words]
    if not found or any(generic is None for generic in found):
        return False
    last = found[-1]
    if last is None or last.role in ("topic", "commodity"):
        return True
    return words[-1] == "mining" or (words[-1].endswith("s") and len(words[-1]) > 4)
