"""Reconcile a system: fit, find gross errors, fit again without them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtri

from orefield.evidence.reconcile._calibration import critical
from orefield.evidence.reconcile.fit import Fit, fit
from orefield.evidence.reconcile.gross import (
    VISIBLE,
    GrossError,
    Prior,
    find_gross_errors,
    one_of_each,
)
from orefield.evidence.reconcile.result import (
    Adjustment,
    Blame,
    GlobalTest,
    Reconciled,
    Status,
    Value,
)
from orefield.evidence.reconcile.structure import structural
from orefield.evidence.reconcile.system import System

Floats = NDArray[np.float64]

_POWER = float(ndtri(0.8))


def reconcile(system: System, *, level: float = 0.05, prior: Prior | None = None) -> Reconciled:
    """Weighted least squares over the identities, with gross errors found and set aside.

    Values are those without the claims blamed. Claims in a tie stay in, and the standard
    errors of what rests on them grow by what taking each of them out would change.

    Parameters
    ----------
    system : System
        What to reconcile; it is not changed.
    level : float
        Chance that a system without gross errors gets any blame or tie.
    prior : Prior, optional
        For ``surely`` alone; it does not decide whom to blame.

    Raises
    ------
    EvidenceError
        When the identities contradict each other or leave no room within the bounds, or for
        a level outside 0 to 1.
    """
    first = current = fit(system)
    blamed: list[Blame] = []
    while True:
        e = current.estimate
        found = find_gross_errors(
            e.parity, e.directions, level=level, prior=prior, further=bool(blamed)
        )
        wrong = [g for g in found if not g.is_tie]
        ties = [g for g in found if g.is_tie]
        if not wrong:
            break
        # products are linearised at a point that the errors pulled away: look again without
        blamed += [_blame(current, g) for g in wrong]
        out = {i for b in blamed for i in b.ids}
        kept = [o for o in system.observations if o.id not in out]
        current = fit(system.with_observations(kept))
    spread = _spread_of_ties(current, ties)
    return Reconciled(
        system=system,
        values=_values(current, spread),
        adjustments=_adjustments(system, first, current, level),
        blamed=tuple(blamed),
        ties=tuple(_blame(current, g) for g in ties),
        before=_global(first),
        after=_global(current),
        residuals={
            i.name: float(r) for i, r in zip(system.identities, current.residuals, strict=True)
        },
        structural=structural(system),
        converged=current.converged,
        steps=current.steps,
        level=level,
    )


def _blame(current: Fit, g: GrossError) -> Blame:
    return Blame(
        tuple(current.rows[r].ids for r in g.rows), g.errors, g.statistic, g.p_value, g.surely,
        g.size,
    )  # fmt: skip


def _global(found: Fit) -> GlobalTest:
    e = found.estimate
    p = float(chdtrc(e.dof, e.chi2)) if e.dof else 1.0
    return GlobalTest(e.chi2, e.dof, p)


def _spread_of_ties(found: Fit, ties: list[GrossError]) -> Floats:
    """Variance that ties add: the mean, over members, of what leaving each out changes.

    Leaving out row ``i`` moves ``x`` by ``-k_i r_i / q_i`` and adds ``k_i k_i' / q_i`` to its
    covariance, with ``k`` its gain, ``r`` its whitened residual and ``q`` its redundancy.
    """
    e = found.estimate
    variance = np.zeros(e.x.size)
    for tie in ties:
        for row in tie.rows:
            q = float(e.directions[row] @ e.directions[row])
            k = e.gain[:, row]
            shift = k * e.residual[row] / q
            variance += (shift**2 + k**2 / q) / len(tie.rows)
    return variance


def _values(found: Fit, spread: Floats) -> dict[str, Value]:
    e = found.estimate
    variance = np.sum(e.root**2, axis=1) + spread
    seen = np.linalg.norm(e.directions, axis=1) > VISIBLE
    # what moves with an observation that nothing checks rests on it
    moved = np.abs(e.gain[:, ~seen]) > 1e-7 * np.sqrt(np.maximum(variance, 1e-300))[:, None]
    unchecked = moved.any(axis=1)
    values = {}
    for j, v in enumerate(found.system.variables):
        if e.open[j]:
            values[v.name] = Value(v.name, v.unit, Status.UNOBSERVABLE, None, None)
            continue
        if e.fixed[j] or v.name in found.bound:
            status = Status.FIXED
        elif unchecked[j]:
            status = Status.DETERMINED
        else:
            status = Status.REDUNDANT
        values[v.name] = Value(
            v.name, v.unit, status, float(e.x[j]), float(np.sqrt(variance[j])),
            v.name in found.bound,
        )  # fmt: skip
    return values


def _adjustments(system: System, first: Fit, last: Fit, level: float) -> dict[str, Adjustment]:
    e = first.estimate
    length = np.linalg.norm(e.directions, axis=1)
    seen = length > VISIBLE
    units = np.zeros_like(e.directions)
    units[seen] = e.directions[seen] / length[seen, None]
    threshold = _threshold(units[seen], level)
    row_of = {i: k for k, row in enumerate(first.rows) for i in row.ids}
    x, is_open = last.estimate.x, last.estimate.open
    out = {}
    for o in system.observations:
        k = row_of[o.id]
        reconciled: float | None = None
        if not any(is_open[system.index[v]] for v in o.terms):
            reconciled = float(sum(c * x[system.index[v]] for v, c in o.terms.items()))
        out[o.id] = Adjustment(
            o,
            reconciled,
            None if reconciled is None else (reconciled - o.value) / o.sigma,
            float(units[k] @ e.parity) if seen[k] else None,
            float((threshold + _POWER) / length[k]) if seen[k] else float("inf"),
        )
    return out


def _threshold(units: Floats, level: float) -> float:
    return critical(one_of_each(units), level) if len(units) else float("inf")
