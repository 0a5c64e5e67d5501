"""Where the subjects of a corpus lie: in what areas, groups, listed wholes."""

from __future__ import annotations

import re

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.rules.pairing import containers, is_world, looks_like_company
from orefield.evidence.statement import Quantity, Statement, Topic

_PLACED = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.RESOURCE})
_NO_PLACE = frozenset({"type", "policy", "project", "kind", "agency", "plan", "river"})
_PARTLESS = frozenset({"mine", "deposit", "project", "smelter", "refinery", "plant"})
_LONGEST_NAME_WORDS = 3


class Locator:
    """Where the subjects of a corpus lie, worked out once for each."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._above: dict[tuple[str, str], frozenset[str]] = {}
        self._by_share: dict[str, set[str]] = {}
        for s in corpus.of_quantity(Quantity.SHARE):
            if s.part is not None and s.whole is not None and self._places(s.part, s.whole):
                self._by_share.setdefault(s.part.entity, set()).add(s.whole.entity)
        self._worlds = {"?world", "?global"} | {
            e.id for e in corpus.entities.of_kind("region") if is_world(corpus, e.id)
        }
        self._worlds |= {"world"} & {e.id for e in corpus.entities}
        self._same = {
            claim: constraint.id
            for constraint in corpus.constraints
            if constraint.kind == "same"
            for claim in (constraint.whole, *constraint.parts)
            if claim
        }

    def above(self, s: Statement) -> frozenset[str]:
        """Entities that the subject lies in."""
        key = (s.entity, s.subject)
        if key not in self._above:
            found = set(containers(self._corpus, s.entity))
            if not s.resolved:
                named = self._named(s.subject)
                sites = {e for e in named if self._corpus.kind(e) in _PARTLESS}
                # "operations (A and B)" hold A and B, and lie in neither
                for entity in named - sites if len(sites) > 1 else named:
                    found |= {entity, *containers(self._corpus, entity)}
            found |= self._by_share.get(s.entity, set())
            if self._corpus.kind(s.entity) not in _NO_PLACE and not is_world(
                self._corpus, s.entity
            ):
                found |= self._worlds
            self._above[key] = frozenset(found - {s.entity})
        return self._above[key]

    def _places(self, part: Topic, whole: Topic) -> bool:
        """Whether a share says that one place lies in another: not so for a share of trade."""
        produced = part.quantity in _PLACED and part.quantity is whole.quantity
        country = self._corpus.kind(part.entity) == "country"
        return produced and part.entity != whole.entity and not country

    def lies_in(self, s: Statement, whole: Statement) -> bool:
        """Whether entities, a share, or the subject as written put it into the whole."""
        return whole.entity in self.above(s) or any(
            fold_name(name) in {fold_name(s.subject), s.entity.lstrip("?")} for name in whole.listed
        )

    def may_hold(self, whole: Statement) -> bool:
        """Whether the entity is of a kind that has parts."""
        return self._corpus.kind(whole.entity) not in {"mine", "deposit", "project", "river"}

    def presumed_in(self, s: Statement, whole: Statement) -> bool:
        """Whether nothing but the text that both stand in suggests it."""
        if s.resolved or is_world(self._corpus, whole.entity):
            return False
        if looks_like_company(self._corpus, s) or self.lies_in(whole, s):
            return False
        return not whole.resolved or self._corpus.kind(whole.entity) == "country"

    def one_name(self, s: Statement) -> str:
        """A key that two names of one thing share."""
        return self._same.get(s.id) or re.sub(r"[\W_]+", "", s.entity)

    def _named(self, subject: str) -> set[str]:
        """Known entities that the words of a subject name, such as Tibet in "Tibet 'X' mine"."""
        words = [w.strip("'\"()[],.;:“”‘’") for w in subject.split()]
        found = set()
        for start in range(len(words)):
            for length in range(1, _LONGEST_NAME_WORDS + 1):
                entity = self._corpus.entities.resolve(
                    " ".join(words[start : start + length])
                ).entity
                if entity is not None:
                    found.add(entity.id)
        return found
