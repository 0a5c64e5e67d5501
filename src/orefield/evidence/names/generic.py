"""Words that stand beside names: *copper mine*, *Group Co., Ltd*, 铜矿, 自治区.

Each says something about the kind of thing named, and is no part of the name itself.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from orefield.evidence.names.fold import has_han, joined, tokens

MIN_HAN = 2
"""A Chinese name keeps at least so many characters when words are taken from it."""

# A front position is where a name's own words stand too (Iron Mountain, Silver Peak), so only
# words that cannot begin a name are taken from there.
_FRONT = ("form", "noun")
_LINKS = frozenset({"de", "del", "of", "la", "el", "do", "da", "di", "du", "the"})


@dataclass(frozen=True, slots=True)
class Generic:
    """A word beside names.

    Attributes
    ----------
    role : str
        ``form`` (of a company), ``noun`` (a kind of thing), ``commodity``, or ``topic`` (what is
        said of it).
    groups : frozenset of str
        Groups of kinds that it fits; empty where it fits all.
    """

    role: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trim:
    """A name with some of its generic words taken away.

    Attributes
    ----------
    words : tuple of str
        What is left, folded.
    dropped : tuple of Generic
        What was taken, the last word of the name first.
    """

    words: tuple[str, ...]
    dropped: tuple[Generic, ...] = ()

    @property
    def key(self) -> str:
        """The words left, joined."""
        return joined(self.words)

    @property
    def groups(self) -> frozenset[str]:
        """Groups of kinds that every dropped word fits; empty where none says anything.

        Where the words disagree (*mine of ... company*), the last word of the name decides.
        """
        said = [generic.groups for generic in self.dropped if generic.groups]
        if not said:
            return frozenset()
        return frozenset.intersection(*said) or said[0]

    def all_of(self, *roles: str) -> bool:
        """Whether every dropped word has one of the roles."""
        return all(generic.role in roles for generic in self.dropped)


@lru_cache(maxsize=65536)
def trims(words: tuple[str, ...]) -> tuple[Trim, ...]:
    """A name as it stands, and with ever more generic words taken off its ends.

    Parameters
    ----------
    words : tuple of str
        Folded, as :func:`tokens` gives them.

    Returns
    -------
    tuple of Trim
        The whole name first; something always stays.
    """
    backs = _from_back(Trim(words))
    found: dict[tuple[str, ...], Trim] = {}
    for trim in backs:
        for one in _from_front(trim):
            found.setdefault(one.words, one)
    return tuple(sorted(found.values(), key=lambda t: len(t.dropped)))


def core(name: str) -> Trim:
    """A name without any of its generic words."""
    return trims(tokens(name))[-1]


def is_generic(word: str) -> bool:
    """Whether a folded word is generic on its own."""
    return word in generic_words()[0]


def mend_generic(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words with misspelt generic ones put right (*Mning*), the first word left as it is."""
    if len(words) < 2:
        return words
    return (words[0], *(_mended(word) for word in words[1:]))


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    table = generic_words()[0]
    if word in table or len(word) < 5 or not word.isascii():
        return word
    close = [
        known
        for known in table
        if len(known) >= 5 and " " not in known and OSA.distance(word, known, score_cutoff=1) <= 1
    ]
    return close[0] if len(close) == 1 else word


@cache
def generic_words() -> tuple[dict[str, Generic], int]:
    """The shipped table by folded word, and the most words that an entry has."""
    text = (files("orefield.evidence.data") / "generic_words.csv").read_text("utf-8")
    table: dict[str, Generic] = {}
    longest = 1
    for row in csv.DictReader(text.splitlines()):
        words = tokens(row["word"])
        table[" ".join(words)] = Generic(row["role"], frozenset((row["hint"] or "").split()))
        longest = max(longest, len(words))
    return table, longest


def _from_back(trim: Trim) -> list[Trim]:
    table, longest = generic_words()
    steps = [trim]
    while True:
        words = trim.words
        if words and has_han(words[-1]):
            shorter = _shorter_han(trim)
            if shorter is None:
                return steps
            trim = shorter
        else:
            for n in range(min(longest, len(words) - 1), 0, -1):
                generic = table.get(" ".join(words[-n:]))
                if generic is not None:
                    trim = Trim(words[:-n], (*trim.dropped, generic))
                    break
            else:
                return steps
        steps.append(trim)


def _shorter_han(trim: Trim) -> Trim | None:
    table, _ = generic_words()
    last = trim.words[-1]
    if len(trim.words) > 1 and last in table:
        return Trim(trim.words[:-1], (*trim.dropped, table[last]))
    for n in range(min(6, len(last) - MIN_HAN), 0, -1):
        generic = table.get(last[-n:])
        if generic is not None:
            return Trim((*trim.words[:-1], last[:-n]), (*trim.dropped, generic))
    return None


def _from_front(trim: Trim) -> list[Trim]:
    table, longest = generic_words()
    steps = [trim]
    while True:
        words = trim.words
        for n in range(min(longest, len(words) - 1), 0, -1):
            generic = table.get(" ".join(words[:n]))
            if generic is not None and (generic.role in _FRONT or words[0] == "the"):
                rest = words[n:]
                while len(rest) > 1 and rest[0] in _LINKS:
                    rest = rest[1:]
                trim = Trim(rest, (*trim.dropped, generic))
                break
        else:
            return steps
        steps.append(trim)
