"""Which commodity a figure is of: the one named with it, else the one that was spoken of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from orefield.evidence.words.commodities import CommodityMention

_BESIDE = re.compile(r"[)）]?(?:达到?|为|约|产量|超)?")
_SPOKEN = {
    "cu": "copper", "au": "gold", "ag": "silver", "mo": "molybdenum", "zn": "zinc",
    "pb": "lead", "ni": "nickel", "co": "cobalt", "li": "lithium", "al": "aluminium",
    "sn": "tin", "w": "tungsten", "sb": "antimony", "fe": "iron", "ree": "rare earth",
    "nb": "niobium", "ta": "tantalum", "u": "uranium", "mn": "manganese", "cr": "chromium",
    "ti": "titanium", "v": "vanadium", "mg": "magnesium", "ga": "gallium", "ge": "germanium",
    "si": "silicon",
}  # fmt: skip


def spoken_name(symbol: str) -> str:
    """Word for a commodity: ``cu`` is copper."""
    return _SPOKEN.get(symbol, symbol.replace("_", " "))


_CAPITAL_BEFORE = re.compile(r"\b[A-Z][a-z]+\s$")
_CAPITAL_AFTER = re.compile(r"\s[A-Z][a-z]{2,}\b")
_FAMILY = re.compile(
    r"\b(?:said|says|told|analyst|Mr|Ms|Mrs|Dr|minister|director|manager|president|by|and|"
    r"researcher|trader|engineer|geologist|economist),?\s(?:[A-Z][a-z]+\s)?$"
)


def _in_a_name(text: str, mention: CommodityMention) -> bool:
    """A symbol of an element that is part of a person's name: "said analyst Wen Li"."""
    word = text[mention.start : mention.end]
    if not re.fullmatch(r"[A-Z][a-z]?", word):
        return False
    before = text[max(0, mention.start - 40) : mention.start]
    led = _CAPITAL_BEFORE.search(before) or _CAPITAL_AFTER.match(text, mention.end)
    return bool(led and _FAMILY.search(before))


class Goods:
    """Commodities named in one folded text.

    Parameters
    ----------
    text : str
    mentions : sequence of CommodityMention
    """

    def __init__(self, text: str, mentions: Sequence[CommodityMention]) -> None:
        self._text = text
        self._mentions = [m for m in mentions if not _in_a_name(text, m)]
        self._starts = [m.start for m in self._mentions]
        self.words = frozenset(text[m.start : m.end].lower() for m in self._mentions)

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """Characters of the commodities named between two offsets."""
        return [(m.start, m.end) for m in self.between(start, end)]

    def between(self, start: int, end: int) -> list[CommodityMention]:
        """Commodities named between two offsets."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [m for m in self._mentions[first:last] if m.end <= end]

    def of(
        self,
        span: tuple[int, int],
        clause: tuple[int, int],
        sentence: tuple[int, int],
        before: int,
        after: int,
    ) -> str:
        """Symbol for the figure at ``span``; empty where its sentence names none.

        ``before`` and ``after`` are the ends of the neighbouring figures: what stands beyond them
        is theirs first.
        """
        best: tuple[float, str] | None = None
        for mention in self.between(*sentence):
            if mention.start >= span[1]:
                distance = float(mention.start - span[1])
                if distance > 24 or not re.match(
                    r"\s*(?:of\b|[a-z]+\s|\(|的|[A-Z])", self._text[span[1] :]
                ):
                    distance += 30.0
                distance += 60.0 if mention.start >= after else 0.0
            else:
                distance = 12.0 + span[0] - mention.end
                distance += 40.0 if mention.end <= before else 0.0
            if not clause[0] <= mention.start < clause[1]:
                distance += 40.0
            if mention.end <= span[0] and _BESIDE.fullmatch(self._text[mention.end : span[0]]):
                distance = 0.0
            if mention.symbol in {"nonferrous"}:
                distance += 15.0
            if best is None or distance < best[0]:
                best = (distance, mention.symbol)
        return best[1] if best else ""

    def last_before(self, at: int) -> str:
        """Symbol of the commodity named last before an offset; empty where none is."""
        number = bisect_left(self._starts, at)
        return self._mentions[number - 1].symbol if number else ""

    def spoken(self, mentions: Sequence[CommodityMention]) -> dict[str, str]:
        """Word for each symbol of some mentions."""
        return {m.symbol: spoken_name(m.symbol) for m in mentions}

    def price_of(self, symbol: str) -> str:
        """Name of a commodity's price, in the language of the text."""
        word = next((self._text[m.start : m.end] for m in self._mentions if m.symbol == symbol), "")
        return f"{spoken_name(symbol)} price" if word.isascii() else f"{word}价格"

    def main(self) -> str:
        """The commodity named most often in the text."""
        counts: dict[str, int] = {}
        for mention in self._mentions:
            counts[mention.symbol] = counts.get(mention.symbol, 0) + 1
        return max(counts, key=lambda s: counts[s]) if counts else ""
