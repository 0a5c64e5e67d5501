"""Reconciling a system in the parts that share nothing but fractions taken as alike in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scipy.special import chdtrc

from orefield.core import EvidenceError
from orefield.evidence.reconcile import (
    Adjustment,
    Blame,
    GlobalTest,
    Identity,
    Observation,
    Reconciled,
    Status,
    System,
    Value,
    reconcile,
)

LEVEL = 0.05
"""Chance that figures without gross errors get any blame or tie, over all parts together."""


@dataclass(frozen=True)
class Parts:
    """A system reconciled part by part.

    Attributes
    ----------
    result : Reconciled
        As of one system: values, adjustments, blame and ties of all parts together.
    tests : mapping of variable name to GlobalTest
        Of the part that a variable stands in, after gross errors were set aside.
    """

    result: Reconciled
    tests: Mapping[str, GlobalTest]


def reconcile_parts(system: System, shared: Iterable[str], *, level: float = LEVEL) -> Parts:
    """Reconcile a system part by part: years of a national system, as a rule.

    Two variables stand in one part when an identity or an observation binds them, links through
    ``shared`` variables not counted. A shared fraction enters every part that needs it with all
    that was said of it; what the flows of one part say of it is not carried to another. The
    arithmetic of a dense system grows with the cube of its size, so that six years take a
    hundredth of the time of all in one. The level is split evenly over the parts (Bonferroni).

    Parameters
    ----------
    system : System
        Of one year or many.
    shared : iterable of str
        Variables that bind no parts together.
    level : float
        See :data:`LEVEL`.

    Raises
    ------
    EvidenceError
        When nothing was observed, or a part contradicts itself.
    """
    if not system.observations:
        raise EvidenceError(
            "nothing was said of any quantity of the system", fix="add claims, or other years"
        )
    common = {name for name in shared if name in system.index}
    parts = parts_of(system, common)
    found = [reconcile(p, level=level / len(parts)) for p in parts]
    tests = {v.name: r.after for r in found for v in r.system.variables if v.name not in common}
    return Parts(_together(system, common, found, level), tests)


def parts_of(system: System, shared: Iterable[str]) -> list[System]:
    """The parts of a system of which something was said, each a system of its own.

    Where only shared fractions were spoken of, they are the one part.
    """
    common = set(shared)
    parts = _parts(system, common)
    if parts:
        return parts
    alone = tuple(v for v in system.variables if v.name in common)
    return [System(alone, (), system.observations)]


def _parts(system: System, common: set[str]) -> list[System]:
    root = {v.name: v.name for v in system.variables}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    bound: list[tuple[str, ...]] = [i.variables for i in system.identities]
    bound += [tuple(o.terms) for o in system.observations]
    for together in bound:
        own = [n for n in together if n not in common]
        for other in own[1:]:
            root[find(other)] = find(own[0])
    groups: dict[str, list[str]] = {}
    for v in system.variables:
        if v.name not in common:
            groups.setdefault(find(v.name), []).append(v.name)
    place = {name: find(name) for name in root if name not in common}
    identities: dict[str, list[Identity]] = {}
    for i in system.identities:
        owner = next((place[n] for n in i.variables if n not in common), "")
        identities.setdefault(owner, []).append(i)
    said: dict[str, list[Observation]] = {}
    for o in system.observations:
        owner = next((place[n] for n in o.terms if n not in common), "")
        said.setdefault(owner, []).append(o)
    out = []
    for owner, names in groups.items():
        if not said.get(owner):
            continue
        rules = identities.get(owner, [])
        needed = {n for i in rules for n in i.variables if n in common}
        wanted = needed | set(names)
        alike = [o for o in said.get("", []) if set(o.terms) <= needed]
        out.append(
            System(
                tuple(v for v in system.variables if v.name in wanted),
                tuple(rules),
                (*said[owner], *alike),
            )
        )
    return out


def _together(
    system: System, common: set[str], found: list[Reconciled], level: float
) -> Reconciled:
    """One result of many; of a shared fraction the part that moves it most speaks."""
    values = {
        v.name: Value(v.name, v.unit, Status.UNOBSERVABLE, None, None) for v in system.variables
    }
    adjustments: dict[str, Adjustment] = {}
    for r in found:
        for name, value in r.values.items():
            best = values[name]
            if best.standard_error is None or (
                value.standard_error is not None and value.standard_error < best.standard_error
            ):
                values[name] = value
        for claim, a in r.adjustments.items():
            known = adjustments.get(claim)
            if known is None or abs(a.sigmas or 0.0) > abs(known.sigmas or 0.0):
                adjustments[claim] = a
    return Reconciled(
        system=system,
        values=values,
        adjustments={o.id: adjustments[o.id] for o in system.observations if o.id in adjustments},
        blamed=_once(b for r in found for b in r.blamed),
        ties=_once(b for r in found for b in r.ties),
        before=_sum(r.before for r in found),
        after=_sum(r.after for r in found),
        residuals={name: x for r in found for name, x in r.residuals.items()},
        structural=tuple(dict.fromkeys(s for r in found for s in r.structural)),
        converged=all(r.converged for r in found),
        steps=max(r.steps for r in found),
        level=level,
    )


def _once(blames: Iterable[Blame]) -> tuple[Blame, ...]:
    """Each set of claims once, with the surest of its verdicts."""
    best: dict[frozenset[str], Blame] = {}
    for b in blames:
        key = frozenset(b.ids)
        if key not in best or b.p_value < best[key].p_value:
            best[key] = b
    return tuple(best.values())


def _sum(tests: Iterable[GlobalTest]) -> GlobalTest:
    every = list(tests)
    chi2, dof = sum(t.chi2 for t in every), sum(t.dof for t in every)
    return GlobalTest(chi2, dof, float(chdtrc(dof, chi2)) if dof else 1.0)
