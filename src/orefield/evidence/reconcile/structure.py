"""Faults of the identities themselves: contradictions, repeats, circles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.evidence.reconcile._linear import RANK, Floats, affine
from orefield.evidence.reconcile.system import Identity, System


@dataclass(frozen=True, slots=True)
class Structural:
    """Something about the identities that a modeller should know.

    Attributes
    ----------
    kind : str
        ``contradictory``, ``duplicate``, ``dependent`` (follows from the others, as in a circle
        of totals) or ``unused`` (a variable that neither identity nor observation speaks of).
    names : tuple of str
    words : str
    """

    kind: str
    names: tuple[str, ...]
    words: str


def structural(system: System) -> tuple[Structural, ...]:
    """All faults of the linear identities, contradictions first; empty when there are none."""
    found = []
    wrong = contradictory(system)
    if wrong:
        found.append(
            Structural(
                "contradictory", wrong,
                f"no values meet {', '.join(wrong)} together; without any one of them some do",
            )
        )  # fmt: skip
    linear = [i for i in system.identities if not i.products]
    seen: list[Identity] = []
    for identity in linear if wrong or not _independent(system, linear) else ():
        same = next((s for s in seen if _same(s, identity)), None)
        if same is not None:
            found.append(
                Structural(
                    "duplicate", (same.name, identity.name),
                    f"'{identity.name}' says the same as '{same.name}'; it is counted once",
                )
            )  # fmt: skip
            continue
        if not wrong and seen and _implied(system, seen, identity):
            circle = (*_implying(system, seen, identity), identity.name)
            found.append(
                Structural(
                    "dependent", circle,
                    f"'{identity.name}' follows from {', '.join(circle[:-1])}; it adds nothing",
                )
            )  # fmt: skip
        seen.append(identity)
    used = {v for i in system.identities for v in i.variables}
    used |= {v for o in system.observations for v in o.terms}
    for v in system.variables:
        if v.name not in used:
            words = f"nothing is said of '{v.name}'"
            found.append(Structural("unused", (v.name,), words))
    return tuple(found)


def contradictory(system: System) -> tuple[str, ...]:
    """A smallest set of linear identities that no values meet; empty when all can be met.

    Deletion filtering: what can be left out with the rest still contradictory is left out
    (Chinneck & Dravnieks 1991, doi:10.1287/ijoc.3.2.157).
    """
    linear = [i for i in system.identities if not i.products]
    if _possible(system, linear):
        return ()
    core = list(linear)
    for identity in linear:
        rest = [i for i in core if i is not identity]
        if not _possible(system, rest):
            core = rest
    return tuple(i.name for i in core)


def _possible(system: System, identities: list[Identity]) -> bool:
    A, b = _matrix(system, identities)
    return affine(A, b, _scale(system)).misfit <= 1e-7


def _independent(system: System, identities: list[Identity]) -> bool:
    A, b = _matrix(system, identities)
    return affine(A, b, _scale(system)).rank == len(identities)


def _implied(system: System, given: list[Identity], identity: Identity) -> bool:
    A, b = _matrix(system, [*given, identity])
    scale = _scale(system)
    before = affine(A[:-1], b[:-1], scale)
    return affine(A, b, scale).rank == before.rank


def _implying(system: System, given: list[Identity], identity: Identity) -> tuple[str, ...]:
    needed = list(given)
    for other in given:
        rest = [i for i in needed if i is not other]
        if rest and _implied(system, rest, identity):
            needed = rest
    return tuple(i.name for i in needed)


def _same(one: Identity, other: Identity) -> bool:
    if set(one.terms) != set(other.terms) or not one.terms:
        return False
    ratio = {other.terms[v] / one.terms[v] for v in one.terms}
    first = next(iter(ratio))
    close = all(abs(r - first) <= RANK * abs(first) for r in ratio)
    gap = abs(other.constant - first * one.constant)
    return close and gap <= RANK * max(abs(other.constant), abs(first * one.constant), 1e-300)


def _matrix(system: System, identities: list[Identity]) -> tuple[Floats, Floats]:
    A = np.zeros((len(identities), len(system.variables)))
    for row, identity in enumerate(identities):
        for name, factor in identity.terms.items():
            A[row, system.index[name]] = factor
    return A, np.array([i.constant for i in identities])


def _scale(system: System) -> Floats:
    """One scale for all: identities of one system are in units that are comparable."""
    constants = [abs(i.constant) for i in system.identities if i.constant and not i.products]
    return np.full(len(system.variables), max(constants, default=1.0))
