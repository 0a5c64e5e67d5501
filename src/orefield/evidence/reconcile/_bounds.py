"""Which bounds hold at the optimum: least distance programming by non-negative least squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile._linear import Affine

Floats = NDArray[np.float64]

_RIDGE = 1e-4
_SLACK = 1e-9


def active_bounds(
    space: Affine, H: Floats, white: Floats, low: Floats, high: Floats
) -> list[tuple[int, float]]:
    """Bounds that are met with equality where ``|H z - white|`` is least within all bounds.

    Lawson & Hanson 1974, Solving Least Squares Problems, ch. 23: with ``[H; ridge I] = Q R``, the
    problem is the shortest ``w = R z - q`` under ``G R^-1 w >= h - G R^-1 q``, and the dual of that
    is a non-negative least squares problem whose positive multipliers mark the active bounds. A
    slight ridge makes the unobservable directions well-posed; bounds that only the ridge
    would meet have a vanishing multiplier and are left out, so that nothing unobservable is
    filled in by it.

    Parameters
    ----------
    space : Affine
        ``x = scale * (particular + basis z)``.
    H : ndarray of shape (m, p)
        Whitened observations of ``z``.
    white : ndarray of shape (m,)
        What was observed, in standard deviations.
    low : ndarray of shape (n,)
        Lower bounds; infinite where none.
    high : ndarray of shape (n,)
        Upper bounds.

    Returns
    -------
    list of (variable, value at which it is held)

    Raises
    ------
    EvidenceError
        When no point lies within all bounds.
    """
    p = space.basis.shape[1]
    base = space.scale * space.particular
    rows = space.scale[:, None] * space.basis
    below, above = np.flatnonzero(np.isfinite(low)), np.flatnonzero(np.isfinite(high))
    which = np.concatenate([below, above])
    sign = np.concatenate([np.ones(below.size), -np.ones(above.size)])
    value = np.concatenate([low[below], high[above]])
    if not which.size:
        return []
    unit = space.scale[which]
    G = sign[:, None] * rows[which] / unit[:, None]
    h = sign * (value - base[which]) / unit
    loose = np.linalg.norm(G, axis=1) > _SLACK
    if np.any(h[~loose] > 1e-7):
        raise _no_room()
    G, h, which, value = G[loose], h[loose], which[loose], value[loose]
    if not which.size or p == 0:
        return []
    size = float(np.linalg.norm(H, 2)) if H.size else 1.0
    stacked = np.vstack([H, _RIDGE * max(size, 1e-300) * np.eye(p)])
    Q, R = np.linalg.qr(stacked)
    q = Q.T @ np.concatenate([white, np.zeros(p)])
    free = np.linalg.solve(R, q)
    if np.all(G @ free >= h - _SLACK):
        return []
    g = np.linalg.solve(R.T, G.T).T
    room = h - g @ q
    length = np.linalg.norm(g, axis=1)
    g, room = g / length[:, None], room / length
    reach = max(float(np.max(np.abs(room))), 1.0)
    E = np.vstack([g.T, room[None, :] / reach])
    target = np.zeros(p + 1)
    target[-1] = 1.0
    u, _ = nnls(E, target, maxiter=30 * max(E.shape[1], 10))
    r = target - E @ u
    if r[-1] <= 1e-12:
        raise _no_room()
    # multipliers, in standard deviations of the whitened problem
    pull = u * reach / r[-1]
    keep = pull > 1e-9 * max(float(pull.max()), 1e-300)
    return [(int(j), float(v)) for j, v, k in zip(which, value, keep, strict=True) if k]


def binding(H: Floats, residual: Floats, rows: Floats) -> NDArray[np.bool_]:
    """Which of the rows held with equality push against the observations, none by the ridge.

    The gradient of the sum of squares must be a non-negative combination of the rows
    (Karush-Kuhn-Tucker); a row with no part in it binds nothing.

    Parameters
    ----------
    H : ndarray of shape (m, p)
        Whitened observations of the free coordinates.
    residual : ndarray of shape (m,)
        Whitened observation minus estimate.
    rows : ndarray of shape (k, p)
        Signed so that the bound reads ``rows z >= ...``.
    """
    gradient = -(H.T @ residual)
    length = np.linalg.norm(rows, axis=1)
    length[length == 0.0] = 1.0
    multiplier, _ = nnls((rows / length[:, None]).T, gradient, maxiter=30 * max(len(rows), 10))
    size = float(np.linalg.norm(H)) * max(float(np.linalg.norm(residual)), 1e-300)
    return np.asarray(multiplier > 1e-8 * size)


def _no_room() -> EvidenceError:
    return EvidenceError(
        "no values meet the identities within the bounds",
        fix="propagate() names the claims and identities that exclude each other",
    )
