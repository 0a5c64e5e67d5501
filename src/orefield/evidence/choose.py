"""The choice among claims that contradict each other, by one rule that a reader can see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orefield.core import units
from orefield.core.errors import EvidenceError
from orefield.evidence.claim import Claim
from orefield.evidence.vocabulary import Basis, Mark, ResourceClass

RULE = (
    "Pass over what does not speak for the year asked. Set aside what is marked unusable or is "
    "superseded by a usable claim, and what has another basis, class, unit or release; without "
    "a year, what has ended where something still holds. Of the rest take the claim that was "
    "read before one derived, and that before one recalled; then the better class of source "
    "(A to E); then the latest edition; then the fewest hops from the origin; then the first id."
)
"""The rule, as the report prints it."""

_MARK_ORDER = (Mark.READ, Mark.DERIVED, Mark.RECALL)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, what was not, and why.

    Attributes
    ----------
    chosen : Claim
    rejected : tuple of (Claim, str)
        The others that speak for the same year, each with the reason; first those beaten in
        the choice, in its order, then those set aside.
    rule_text : str
    """

    chosen: Claim
    rejected: tuple[tuple[Claim, str], ...]
    rule_text: str = RULE


# The criteria after the filters, in order: a sort key, and how a loser is told.
_Criterion = tuple[Callable[[Claim], object], Callable[[Claim, Claim], str]]
_CRITERIA: tuple[_Criterion, ...] = (
    (
        lambda c: _MARK_ORDER.index(c.mark),
        lambda loser, winner: f"{loser.mark.label}; the chosen one is {winner.mark.label}",
    ),
    (
        lambda c: c.sigma_class,
        lambda loser, winner: f"source class {loser.sigma_class} against {winner.sigma_class}",
    ),
    (
        lambda c: -c.edition_day.toordinal(),
        lambda loser, winner: f"older edition ({_edition(loser)} against {_edition(winner)})",
    ),
    (
        lambda c: c.hops,
        lambda loser, winner: f"{loser.hops} hops from the origin against {winner.hops}",
    ),
    (lambda c: c.id, lambda _loser, _winner: "equal in all else; later id"),
)


def choose(
    claims: Iterable[Claim],
    entity: str,
    attribute: str,
    *,
    year: int | None = None,
    basis: Basis | None = None,
    cls: ResourceClass | None = None,
    unit: str | None = None,
    release: str | None = None,
) -> Choice:
    """Choose a claim by :data:`RULE`.

    Parameters
    ----------
    claims : iterable of Claim
        All claims. Those of other entities and attributes only tell what they supersede.
    entity : str
        Id of the entity.
    attribute : str
        What is asked of it.
    year : int, optional
        Calendar year it must speak for (:meth:`Claim.speaks_for`).
    basis : Basis, optional
        Basis it must have.
    cls : ResourceClass, optional
        Class it must have.
    unit : str, optional
        A unit of the dimension it must have.
    release : str, optional
        Cluster of texts it must belong to.

    Raises
    ------
    EvidenceError
        When no claim is left; the reasons are told.
    """
    claims = tuple(claims)
    about = [c for c in claims if c.entity == entity and c.attribute == attribute]
    replaced = superseded_by(claims)
    of_year = [c for c in about if year is None or c.speaks_for(year)]
    left: list[Claim] = []
    rejected: list[tuple[Claim, str]] = []
    for claim in of_year:
        reason = _set_aside(claim, replaced, basis, cls, unit, release)
        if reason:
            rejected.append((claim, reason))
        else:
            left.append(claim)
    if year is None and any(not c.valid_to for c in left):
        rejected += [(c, f"ended {c.valid_to}; another still holds") for c in left if c.valid_to]
        left = [c for c in left if not c.valid_to]
    if not left:
        asked = f"'{attribute}' of '{entity}'" + (f" in {year}" if year is not None else "")
        why = "; ".join(f"{c.id}: {reason}" for c, reason in rejected)
        other = f"none of its {len(about)} claims speaks for that year" if about else ""
        raise EvidenceError(
            f"no claim to choose for {asked}",
            where=why or other or "no claim speaks of it",
            fix="add a claim, or state an assumption with its reason and range",
        )
    left.sort(key=lambda c: tuple(key(c) for key, _ in _CRITERIA))
    chosen, *others = left
    beaten = [(c, _why_beaten(c, chosen)) for c in others]
    return Choice(chosen, (*beaten, *rejected))


def superseded_by(claims: Iterable[Claim]) -> dict[str, str]:
    """Id of each superseded claim -> id of the usable claim that replaces it."""
    return {old: c.id for c in claims if c.usable for old in c.supersedes}


def _set_aside(
    claim: Claim,
    replaced: dict[str, str],
    basis: Basis | None,
    cls: ResourceClass | None,
    unit: str | None,
    release: str | None,
) -> str:
    """Why a claim does not stand for choice; empty when it does."""
    tests: tuple[tuple[bool, str], ...] = (
        (not claim.usable, f"not usable: {claim.note or 'no reason given'}"),
        (claim.id in replaced, f"superseded by {replaced.get(claim.id)}"),
        (basis is not None and claim.basis is not basis, f"basis is {claim.basis}"),
        (cls is not None and claim.resource_class is not cls, f"class is {claim.resource_class}"),
        (
            unit is not None and not _same_dimension(claim, unit),
            f"given in {claim.unit or 'words'}",
        ),
        (
            release is not None and claim.release != release,
            f"of another release ({claim.release or 'none'})",
        ),
    )
    return next((reason for failed, reason in tests if failed), "")


def _same_dimension(claim: Claim, unit: str) -> bool:
    return claim.low is not None and units.dimension(claim.unit) == units.dimension(unit)


def _why_beaten(loser: Claim, winner: Claim) -> str:
    return next(tell(loser, winner) for key, tell in _CRITERIA if key(loser) != key(winner))


def _edition(claim: Claim) -> str:
    return claim.vintage or claim.reported_at or "undated"
