"""A sentence laid out for reading: its figures, its names, and what the text spoke of before."""

from __future__ import annotations

from dataclasses import dataclass

from orefield.evidence.extract.anchor import Anchor
from orefield.evidence.extract.clause_rules import Attached
from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.goods import Goods
from orefield.evidence.extract.memory import Memory
from orefield.evidence.extract.when import Calendar


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of a sentence before its figures are read.

    Attributes
    ----------
    text : str
        The whole folded text.
    span : (int, int)
        The sentence.
    figures : list of Figure
    anchors : list of Anchor
    head : Anchor or None
        What the bullet is about.
    earlier : Anchor or None
        What the text spoke of last.
    headline : bool
    goods : Goods
    calendar : Calendar
    memory : Memory
        All that the text spoke of before.
    """

    text: str
    span: tuple[int, int]
    figures: list[Figure]
    anchors: list[Anchor]
    head: Anchor | None
    earlier: Anchor | None
    headline: bool
    goods: Goods
    calendar: Calendar
    memory: Memory

    def before(self, index: int) -> int:
        """End of the figure before, or start of the sentence."""
        return self.figures[index - 1].end if index else self.span[0]

    def after(self, index: int) -> int:
        """Start of the figure behind, or end of the sentence."""
        return self.figures[index + 1].start if index + 1 < len(self.figures) else self.span[1]


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure with what it is attached to.

    Attributes
    ----------
    figure : Figure
    attribute : str
    attached : Attached or None
        Its subject, and by which rule; None where nobody is named.
    commodity : str
    clause : (int, int)
    reasons : tuple of str
    """

    figure: Figure
    attribute: str
    attached: Attached | None
    commodity: str
    clause: tuple[int, int]
    reasons: tuple[str, ...]
