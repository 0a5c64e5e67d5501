"""Where the linearisation starts, and the scale of every variable."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from orefield.evidence.reconcile.clusters import Row
from orefield.evidence.reconcile.system import Identity, System


def starting_point(system: System, rows: tuple[Row, ...]) -> tuple[dict[str, float], set[str]]:
    """A first value for every variable, and the variables for which it is a mere guess.

    Directly observed variables start at the median of what was said of them; others at what
    an identity with one unknown gives; what remains at its scale, within its bounds.
    """
    said: dict[str, list[float]] = {}
    for row in rows:
        terms = row.speaker.terms
        if len(terms) == 1:
            ((name, factor),) = terms.items()
            said.setdefault(name, []).append(row.speaker.value / factor)
    bounds = {v.name: (v.low, v.high) for v in system.variables}
    known = {name: _within(float(np.median(v)), *bounds[name]) for name, v in said.items()}
    _solve_single_unknowns(system, rows, known, bounds)
    guessed = set()
    for v in system.variables:
        if v.name not in known:
            known[v.name] = _within(v.scale if v.scale is not None else 1.0, v.low, v.high)
            guessed.add(v.name)
            _solve_single_unknowns(system, rows, known, bounds)
    return known, guessed


def scales(
    system: System, rows: tuple[Row, ...], start: Mapping[str, float], guessed: set[str]
) -> NDArray[np.float64]:
    """Magnitude of every variable, above 0; it conditions the arithmetic and nothing else."""
    size = {
        v.name: v.scale or (0.0 if v.name in guessed else abs(start[v.name]))
        for v in system.variables
    }
    for row in rows:
        for name, factor in row.speaker.terms.items():
            size[name] = max(size[name], abs(row.speaker.sigma / factor))
    direct = {next(iter(r.speaker.terms)) for r in rows if len(r.speaker.terms) == 1}
    for _ in system.variables:
        before = dict(size)
        for identity in system.identities:
            _spread_scale(identity, size, direct)
        if size == before:
            break
    return np.array([size[v.name] or 1.0 for v in system.variables])


def _spread_scale(identity: Identity, size: dict[str, float], direct: set[str]) -> None:
    """What is left over between large flows is as uncertain as they are."""
    terms = [abs(c) * size[v] for v, c in identity.terms.items()]
    terms += [abs(p.factor) * size[p.left] * size[p.right] for p in identity.products]
    largest = max(terms, default=0.0)
    for name, factor in identity.terms.items():
        if name not in direct and abs(factor) * size[name] < 1e-3 * largest:
            size[name] = largest / abs(factor)


def _solve_single_unknowns(
    system: System,
    rows: tuple[Row, ...],
    known: dict[str, float],
    bounds: Mapping[str, tuple[float, float]],
) -> None:
    combined = [
        Identity(row.speaker.id, row.speaker.terms, row.speaker.value)
        for row in rows
        if len(row.speaker.terms) > 1
    ]
    pending = [*system.identities, *combined]
    while True:
        rest = []
        for identity in pending:
            unknown = [v for v in identity.variables if v not in known]
            if len(unknown) == 1:
                value = _solve_for(identity, unknown[0], known)
                if value is not None:
                    known[unknown[0]] = _within(value, *bounds[unknown[0]])
                    continue
            if unknown:
                rest.append(identity)
        if len(rest) == len(pending):
            return
        pending = rest


def _solve_for(identity: Identity, name: str, known: Mapping[str, float]) -> float | None:
    factor = identity.terms.get(name, 0.0)
    left = identity.constant - sum(c * known[v] for v, c in identity.terms.items() if v != name)
    for p in identity.products:
        if p.left == name and p.right == name:
            return None
        if name in {p.left, p.right}:
            factor += p.factor * known[p.right if p.left == name else p.left]
        else:
            left -= p.factor * known[p.left] * known[p.right]
    if factor == 0.0:
        return None
    value = left / factor
    return value if math.isfinite(value) else None


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
