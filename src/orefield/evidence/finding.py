"""A finding: what a rule says of claims held against each other, with its arithmetic in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from orefield.core.errors import EvidenceError


class Verdict(StrEnum):
    """What a rule concludes."""

    PASS = "pass"
    """The claims agree, within rounding and hedges."""
    VIOLATE = "violate"
    """They cannot all be true as stated."""
    TIE = "tie"
    """They disagree, and nothing known says which is wrong."""
    INSUFFICIENT = "insufficient"
    """The rule applies, and what it needs is not stated."""
    SUPERSEDED = "superseded"
    """They differ because one is a later edition of the other: no conflict."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One conclusion of one rule.

    Parameters
    ----------
    rule : str
        Name of the rule, such as ``share-identity``.
    verdict : Verdict
    claims : tuple of str
        Ids of the claims that take part, in the order of the arithmetic.
    explanation : str
        The arithmetic in words, with the numbers and their units.
    residual : float or None
        How far the claims are apart, in ``unit``; None where the rule is not numeric.
        For a verdict of pass, 0 or the distance within tolerance.
    unit : str
        Unit of the residual: a base unit, or ``ratio`` for a factor.
    background : tuple of str
        Ids of claims of the reference evidence that take part, kept apart from ``claims``.
    blamed : tuple of str
        Claims that the rule takes to be wrong; empty where it cannot say.
    inferred : tuple of str
        What was not stated but inferred from words or units, as ``claim.field``.

    Raises
    ------
    EvidenceError
        For a finding without rule, claims or explanation, or one that blames a claim it does
        not name.
    """

    rule: str
    verdict: Verdict
    claims: tuple[str, ...]
    explanation: str
    residual: float | None = None
    unit: str = ""
    background: tuple[str, ...] = ()
    blamed: tuple[str, ...] = field(default=())
    inferred: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.rule and self.claims and self.explanation):
            raise EvidenceError(f"finding of rule '{self.rule}' lacks claims or an explanation")
        unknown = set(self.blamed) - {*self.claims, *self.background}
        if unknown:
            raise EvidenceError(f"finding of '{self.rule}' blames {sorted(unknown)}, not named")

    def as_dict(self) -> dict[str, Any]:
        """The finding as ``--json`` prints it."""
        return {
            "rule": self.rule,
            "verdict": str(self.verdict),
            "claims": list(self.claims),
            "residual": self.residual,
            "unit": self.unit,
            "explanation": self.explanation,
            "background": list(self.background),
            "blamed": list(self.blamed),
            "inferred": list(self.inferred),
        }
