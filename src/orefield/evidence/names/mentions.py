"""Where known names stand in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.names.fold import has_han, tokens
from orefield.evidence.names.generic import Generic, generic_words
from orefield.evidence.names.index import NameIndex

_WORD = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_]+(?:['’ʼ.](?!s\b)[^\W_]+)*", re.UNICODE
)
_GAP = re.compile(r"[\s\-‐‑–.,'’()（）·]*")
_LOOK_AHEAD = 4
_SHORTEST = 3
"""A single Latin word shorter than this is looked for in capitals only (*EU*, never *Nu*)."""

_ALL = 2
"""The table writes the name in capitals throughout: so must the text (*GEM*, not *gem*)."""


class MentionFinder:
    """Finds the spans of known names, longest first.

    Parameters
    ----------
    index : NameIndex
    """

    def __init__(self, index: NameIndex) -> None:
        self._latin: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        self._han: dict[str, list[str]] = {}
        for spellings in index.known.values():
            for known in spellings:
                if known.name == known.entity.id:
                    continue  # ids are the table's own, no text uses them
                self._add(known.trim.words, known.name)
        for names in self._latin.values():
            names.sort(key=lambda item: -len(item[0]))
        for texts in self._han.values():
            texts.sort(key=len, reverse=True)

    def find(self, text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Start of each span, and where it may end: with the generic words after it, or without."""
        at = 0
        words = list(_WORD.finditer(text))
        while at < len(words):
            taken = self._han_at(text, words, at) or self._latin_at(text, words, at)
            if not taken:
                at += 1
                continue
            end = at + taken
            longer = self._with_generics(text, words, end)
            ends = dict.fromkeys((words[longer - 1].end(), words[end - 1].end()))
            yield words[at].start(), tuple(ends)
            at = longer

    def _add(self, words: tuple[str, ...], name: str) -> None:
        if len(words) == 1 and has_han(words[0]):
            if len(words[0]) >= 2 and words[0] not in self._han.setdefault(words[0][0], []):
                self._han[words[0][0]].append(words[0])
            return
        if any(has_han(word) for word in words):
            return
        capitals = _ALL if name.isupper() else int(name[:1].isupper())
        if len(words) == 1 and words[0] in generic_words()[0]:
            return
        if len(words) == 1 and len(words[0]) < _SHORTEST and capitals != _ALL:
            return
        entry = (words, capitals)
        if entry not in self._latin.setdefault(words[0], []):
            self._latin[words[0]].append(entry)

    def _han_at(self, text: str, words: list[re.Match[str]], at: int) -> int:
        first = tokens(words[at].group())
        if not first or not has_han(first[0]):
            return 0
        for name in self._han.get(first[0], ()):
            start = words[at].start()
            stretch = "".join(tokens(text[start : start + len(name)]))
            if stretch == name:
                return len(name)
        return 0

    def _latin_at(self, text: str, words: list[re.Match[str]], at: int) -> int:
        first = tokens(words[at].group())
        if len(first) != 1 or has_han(first[0]):
            return 0
        for name, capitals in self._latin.get(first[0], ()):
            stretch = words[at : at + len(name)]
            if len(stretch) == len(name) and self._same(text, stretch, name, capitals):
                return len(name)
        return 0

    @staticmethod
    def _same(
        text: str, stretch: list[re.Match[str]], name: tuple[str, ...], capitals: int
    ) -> bool:
        for i, (word, known) in enumerate(zip(stretch, name, strict=True)):
            if tokens(word.group()) != (known,):
                return False
            if i and not _GAP.fullmatch(text[stretch[i - 1].end() : word.start()]):
                return False
        if capitals == _ALL and not all(word.group().isupper() for word in stretch):
            return False
        if capitals and not stretch[0].group()[:1].isupper():
            return False
        # Yunnan copper is the province's, Yunnan Copper a company
        return len(name) == 1 or stretch[-1].group()[:1].isupper() or not capitals

    @staticmethod
    def _with_generics(text: str, words: list[re.Match[str]], end: int) -> int:
        table, _ = generic_words()
        reach = end
        while reach < len(words):
            gap = text[words[reach - 1].end() : words[reach].start()]
            if gap.strip(" ,.") or len(gap) > 2:
                return reach
            here = words[reach].group()
            if has_han(here):
                n = _han_generic(text[words[reach].start() : words[reach].start() + 6], table)
                if not n:
                    return reach
                reach += n
                continue
            generic = table.get(here.casefold())
            if generic is None or generic.role not in ("form", "noun", "commodity"):
                return reach
            if generic.role == "commodity" and not _leads_to_noun(words, reach, table):
                return reach
            if "," in gap and generic.role != "form":
                return reach
            reach += 1
        return reach


def _han_generic(text: str, table: dict[str, Generic]) -> int:
    for n in range(len(text), 0, -1):
        generic = table.get(text[:n])
        if generic is None:
            continue
        if generic.role in ("form", "noun"):
            return n
        if text[n:]:
            rest = _han_generic(text[n:], table)
            if rest:
                return n + rest
    return 0


def _leads_to_noun(words: list[re.Match[str]], at: int, table: dict[str, Generic]) -> bool:
    """Whether a commodity is followed by a word that makes it part of the name: *copper mine*."""
    for word in words[at + 1 : at + _LOOK_AHEAD]:
        generic = table.get(word.group().casefold())
        role = generic.role if generic is not None else ""
        if role in ("form", "noun"):
            return True
        if role != "commodity":
            return False
    return False
