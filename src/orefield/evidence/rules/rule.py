"""What a rule is: a name, a sentence on what it checks, and a function of a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding


@dataclass(frozen=True, slots=True)
class Rule:
    """A named deterministic check.

    Parameters
    ----------
    name : str
        Kebab-case, stable: findings, documents and analysts refer to it.
    about : str
        One sentence: what must hold.
    run : callable
        Corpus in, findings out, passes included; never raises on odd statements.
    """

    name: str
    about: str
    run: Callable[[Corpus], Iterator[Finding]]
