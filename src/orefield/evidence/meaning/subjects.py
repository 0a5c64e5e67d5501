"""Who a subject means: an entity, or a marked name of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from orefield.evidence.entities import Entities
from orefield.evidence.meaning.aliases import said_aliases
from orefield.evidence.names import Resolver, fallback_id
from orefield.evidence.names.pinyin import pinyin

_BRACKETS = re.compile(r"\s*[(（]([^)）]*)[)）]\s*")
_APART = re.compile(r"\s*(?:/|;|\band\b|&|、|和|与)\s*", re.IGNORECASE)
_QUOTED = re.compile(r"['‘’\"“”「」]([^'‘’\"“”「」]+)['‘’\"“”「」]")


@dataclass(frozen=True, slots=True)
class Who:
    """The entity of a subject.

    Attributes
    ----------
    entity : str
        Entity id, or ``?name`` where unresolved.
    names : tuple of str
        Names that the subject holds, where it holds several ("Julong mine / Qulong project").
    guessed : bool
        Resolved through a part of the words, not the whole name.
    """

    entity: str
    names: tuple[str, ...] = ()
    guessed: bool = False


class Subjects:
    """Resolves subjects of a corpus, each name once.

    Parameters
    ----------
    entities : Entities

    Attributes
    ----------
    resolver : Resolver
        Of the same entities: building one takes a while, so readers of documents share it.
    """

    def __init__(self, entities: Entities) -> None:
        self.entities = entities
        self.resolver = Resolver(entities)
        self._known: dict[tuple[str, str, str], Who] = {}
        self._also: dict[str, str] = {}
        self._namesakes: dict[str, str] = {}

    def learn(self, subjects: Iterable[str], rows: Iterable[tuple[str, str, str]] = ()) -> None:
        """Take note of names that a corpus gives together: "Donglan mine (东兰铜矿)".

        Only unresolved names are joined so; a known one needs no help.

        Parameters
        ----------
        subjects : iterable of str
            As written in the rows.
        rows : iterable of tuple of str, optional
            Subject, attribute and further words of each row: what they call a second name.
        """
        subjects = list(subjects)
        self._namesakes = self._told_apart(subjects)
        squeezed: dict[str, str] = {}
        for subject in subjects:
            if subject in self._namesakes:
                continue
            name = _unknown(subject)
            first = squeezed.setdefault(name.replace(" ", "").replace("-", ""), name)
            if first != name:
                self._also[name] = first  # "Raven Ridge" and "Ravenridge"
            inside = _BRACKETS.search(subject)
            outside = _BRACKETS.sub(" ", subject).strip()
            if inside is None or not outside:
                continue
            one, other = _unknown(outside), _unknown(inside.group(1))
            if one != other and not _only_words(inside.group(1)):
                self._also[other] = self._also.get(one, one)
        for subject, name in said_aliases(rows):
            own, other = self.who(subject).entity, self.who(name).entity
            if not other.startswith("?") or own == other:
                continue
            firm = " company" if own.endswith(" company") else ""
            for kind in ("", *_TAILS):
                second = _unknown(f"{name} {kind}".strip())
                if second != own:
                    self._also[f"{second.removesuffix(firm)}{firm}"] = own
        self._known.clear()

    def _told_apart(self, subjects: Iterable[str]) -> dict[str, str]:
        """Subjects whose brackets put them into another country than others of their name."""
        places: dict[str, dict[str, str]] = {}
        homes: dict[str, int] = {}
        for subject in dict.fromkeys(subjects):
            inside = _BRACKETS.search(subject)
            outside = _BRACKETS.sub(" ", subject).strip()
            country = ""
            for part in (inside.group(1) if inside is not None else "").split(","):
                found = self._one(part, "", "")
                country = self.country_of(found) if found else country
            places.setdefault(_unknown(outside), {})[subject] = country
            home = country or self.country_of(self._one(outside, "", ""))
            homes[home] = homes.get(home, 0) + 1
        homes.pop("", None)
        main = max(homes, key=lambda c: homes[c], default="")
        apart: dict[str, str] = {}
        for name, told in places.items():
            countries = set(told.values()) - {""}
            abroad = countries - {main}
            if len(countries) > 1 or (abroad and len(told) > 1 and "" in told.values()):
                apart |= {s: f"{name} ({c})" for s, c in told.items() if c}
        return apart

    def who(self, subject: str, *, kind: str = "", commodity: str = "") -> Who:
        """The entity that a subject as written means."""
        if subject in self._namesakes:
            return Who(self._namesakes[subject])
        key = (subject, kind, commodity)
        if key not in self._known:
            found = self._find(subject, kind, commodity)
            if found.entity.startswith("?"):
                found = replace(found, entity=self._also.get(found.entity, found.entity))
            self._known[key] = found
        return self._known[key]

    def _one(self, name: str, kind: str, commodity: str) -> str:
        if not name.strip():
            return ""
        found = self.resolver.resolve(name, kind=kind, commodity=commodity)
        return found.entity.id if found.entity is not None else ""

    def _find(self, subject: str, kind: str, commodity: str) -> Who:  # noqa: PLR0911 -- in order
        if is_rest(subject):
            return Who(_unknown(subject))  # "Peru, other regions" is not Peru
        whole = self._one(subject, kind, commodity)
        if whole:
            return Who(whole, self._several(subject))
        bare = _BRACKETS.sub(" ", subject).strip()
        if bare and bare != subject:
            outside = self._one(bare, kind, commodity)
            if outside:
                return Who(outside)
        several = self._several(subject)
        if several:
            first = self._one(several[0], kind, commodity)
            return Who(first or _unknown(several[0]), several)
        for quoted in _QUOTED.findall(subject):
            inside = self._one(quoted, kind, commodity)
            if inside:
                return Who(inside, guessed=True)
        unquoted = _QUOTED.sub(" ", bare or subject).strip()
        if _QUOTED.search(subject):
            # a name in quotes that is unknown is not the region named beside it
            return Who(_unknown(subject))
        mentions = [m for m in self.resolver.mentions(unquoted) if len(m.candidates) == 1]
        entities = {m.candidates[0].entity.id for m in mentions}
        if len(entities) == 1:
            beside = unquoted
            for m in reversed(mentions):
                beside = f"{beside[: m.start]} {beside[m.end :]}"
            # "China recycled metal" is told of China; "East Kazakhstan" is a place of its own
            if not _WORD.search(_GENERIC.sub(" ", beside)):
                return Who(entities.pop(), guessed=True)
        return Who(_unknown(subject))

    def _several(self, subject: str) -> tuple[str, ...]:
        if "/" not in subject and ";" not in subject:
            return ()
        names = tuple(n.strip() for n in re.split(r"\s*[/;]\s*", subject) if n.strip())
        return names if len(names) > 1 else ()

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Entities named in running words, in order, each once."""
        found = (m.candidates[0].entity.id for m in self.resolver.mentions(text) if m.candidates)
        return tuple(dict.fromkeys(found))

    def country_of(self, entity: str) -> str:
        """The entity of the country that an entity lies in; empty where unknown."""
        if entity not in self.entities:
            return ""
        found = self.entities[entity]
        if found.kind == "country":
            return entity
        for parent in self.entities.parents(entity):
            if parent.kind == "country":
                return parent.id
        if found.country:
            for country in self.entities.of_kind("country"):
                if country.country == found.country:
                    return country.id
        return ""


def is_rest(subject: str) -> bool:
    """Whether a subject is what a list leaves over: "Peru, other regions", "rest of China"."""
    return _REST.search(subject) is not None


def _unknown(name: str) -> str:
    """Id of an unresolved name; Chinese ones in pinyin, so that both scripts meet."""
    found = fallback_id(_BRACKETS.sub(" ", name).strip() or name)
    if _FIRM.search(name) and not found.endswith(" company"):
        found = f"{found} company"  # "Verdal Mining" is not the Verdal mine
    if _HAN.search(found):
        return f"?{pinyin(found[1:]).replace(' ', '')}"
    return found


_TAILS = (
    "hub", "unit", "mine", "project", "operation", "complex", "deposit", "cluster", "field",
)  # fmt: skip
"""What may stand behind a second name: they make no other thing of it."""


def _only_words(text: str) -> bool:
    """Whether brackets hold a remark, not a name: "(fictional)", "(basis missing)"."""
    return bool(re.fullmatch(r"[a-z ,.%0-9-]+", text.strip()))


_FIRM = re.compile(
    r"\b(?:Mining|Minerals|Resources|Metals|Holdings?|Group|Corp(?:oration)?|Company|Minera)\s*$|"
    r"(?:矿业|集团|公司)$"
)
_REST = re.compile(
    r"[,:;(–—-]\s*(?:all |the )*(?:others?|rest|remaining|remainder|elsewhere)\b"
    r"|^(?:all |the )*(?:rest of|remaining|other)\b(?! world)"
    r"|\b(?:ex|excl\.|excluding|outside|except)\b"
    r"|其他|其余",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"\w")
_GENERIC = re.compile(
    r"\b(?:china|industry|sector|metals?|goods|trade|provinces?|listed|market|producers?|output|"
    r"national|domestic|region|regions|mines?|mining|smelters?|deposits?|total|all|other|the|of|in|"
    r"copper|aluminium|aluminum|nickel|lithium|cobalt|gold|silver|zinc|bauxite|recycled|ten|major|"
    r"nonferrous|non-ferrous|outlook|group|area|basin|district)\b",
    re.IGNORECASE,
)
