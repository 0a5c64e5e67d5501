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


class Goods:
    """Commodities named in one folded text.

    Parameters
    ----------
    text : str
    mentions : sequence of CommodityMention
    """

    def __init__(self, text: str, mentions: Sequence[CommodityMention]) -> None:
        self._text = text
        self._mentions = mentions
        self._starts = [m.start for m in mentions]

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

    def main(self) -> str:
        """The commodity named most often in the text."""
        counts: dict[str, int] = {}
        for mention in self._mentions:
            counts[mention.symbol] = counts.get(mention.symbol, 0) + 1
        return max(counts, key=lambda s: counts[s]) if counts else ""
