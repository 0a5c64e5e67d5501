"""Something named, or pointed to, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something named, or pointed to, in a sentence.

    Attributes
    ----------
    start, end : int
        Characters in the text.
    name : str
        The name, or that of the antecedent of a pronoun.
    kind : str
        site, plant, place, company, org, person, world, hole; thing or price, for a noun phrase
        that names nobody; or empty.
    entities : tuple of str
        Ids of known entities, best first.
    preposition : str
        Word that leads it: ``at``, ``in``, ``of``, ...; empty for a subject.
    possessive : bool
        Followed by 's or 的, or a possessive pronoun.
    pointing : bool
        A pronoun or a description, not a name.
    """

    start: int
    end: int
    name: str
    kind: str = ""
    entities: tuple[str, ...] = ()
    preposition: str = ""
    possessive: bool = False
    pointing: bool = False
