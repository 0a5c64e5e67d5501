"""Exact draws from the reconciled Gaussian within its bounds, where bounds bind.

The reconciled variables are ``x = x_hat + G u`` with ``u ~ Normal(0, I)``, cut to the region where
all bounds hold. Exact Hamiltonian Monte Carlo (Pakman & Paninski 2014,
doi:10.1080/10618600.2013.788448): without walls the motion for a time ``pi / 2`` is a rotation in
phase space, ``u(t) = v0 sin t + u0 cos t``; it is reflected where it meets a wall, at times known
in closed form. Nothing is rejected, and no step size is tuned. Products of variables enter by
their linearisation at the reconciled values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile._mixing import effective_size, split_r_hat
from orefield.evidence.reconcile.fit import unbounded
from orefield.evidence.reconcile.system import System

Floats = NDArray[np.float64]

_BOUNCES = 100_000
_THIN = 1e-10


@dataclass(frozen=True)
class Posterior:
    """Draws of all determined variables.

    Attributes
    ----------
    names : tuple of str
        Variables drawn; unobservable ones are not among them.
    unobservable : tuple of str
    draws : ndarray of shape (n_chains, n_draws, n_names)
    ess : mapping of name to effective sample size
    r_hat : mapping of name to split R-hat
        1 where a variable does not vary.
    """

    names: tuple[str, ...]
    unobservable: tuple[str, ...]
    draws: Floats
    ess: Mapping[str, float]
    r_hat: Mapping[str, float]

    def of(self, name: str) -> Floats:
        """All draws of one variable, chains one after another.

        Raises
        ------
        EvidenceError
            When it was not drawn.
        """
        if name not in self.names:
            raise EvidenceError(f"'{name}' is not determined, or no variable: it has no draws")
        return np.asarray(self.draws[:, :, self.names.index(name)].ravel())

    def mean(self, name: str) -> float:
        """Posterior mean."""
        return float(self.of(name).mean())

    def standard_deviation(self, name: str) -> float:
        """Posterior standard deviation."""
        return float(self.of(name).std(ddof=1))

    def quantile(self, name: str, chance: float) -> float:
        """Posterior quantile."""
        return float(np.quantile(self.of(name), chance))


def posterior(
    system: System, *, seed: int, n_draws: int = 1000, n_chains: int = 4, burn_in: int = 100
) -> Posterior:
    """Sample the reconciled variables within all bounds and one-sided claims.

    One-sided claims are held as certain bounds of their slack, and pull as in the fit.

    Parameters
    ----------
    system : System
        Take claims that were blamed out of it first.
    seed : int
        Each chain has its own stream (:class:`numpy.random.SeedSequence`).
    n_draws : int
        Kept, of each chain.
    n_chains : int
        Two or more.
    burn_in : int
        Dropped, of each chain.

    Raises
    ------
    EvidenceError
        When no point lies strictly within the bounds, or fewer than 2 chains or 8 draws are asked.
    """
    if n_chains < 2 or n_draws < 8 or burn_in < 0:
        raise EvidenceError("a posterior needs 2 chains and 8 draws or more, and burn_in >= 0")
    e, low, high = unbounded(system)
    determined = ~e.open
    walls, room = _walls(e.x, e.root, low, high, determined)
    rank = e.root.shape[1]
    start = _inside(walls, room, rank)
    names = [v.name for v in system.variables]
    kept = [j for j in range(len(names)) if determined[j]]
    draws = np.empty((n_chains, n_draws, len(kept)))
    for c, stream in enumerate(np.random.SeedSequence(seed).spawn(n_chains)):
        rng = np.random.default_rng(stream)
        u = start.copy()
        for k in range(-burn_in, n_draws):
            u = _trajectory(u, rng.standard_normal((rank,)), walls, room)
            if k >= 0:
                draws[c, k] = (e.x + e.root @ u)[kept]
    picked = tuple(names[j] for j in kept)
    return Posterior(
        names=picked,
        unobservable=tuple(n for j, n in enumerate(names) if not determined[j]),
        draws=draws,
        ess={n: effective_size(draws[:, :, k]) for k, n in enumerate(picked)},
        r_hat={n: split_r_hat(draws[:, :, k]) for k, n in enumerate(picked)},
    )


def _walls(
    x: Floats, root: Floats, low: Floats, high: Floats, determined: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Rows ``walls @ u + room >= 0``, of unit length, for all bounds that can be met at all."""
    length = np.linalg.norm(root, axis=1)
    scale = np.maximum(np.abs(x), 1.0e-300)
    varies = determined & (length > _THIN * scale)
    below = np.flatnonzero(varies & np.isfinite(low))
    above = np.flatnonzero(varies & np.isfinite(high))
    walls = np.vstack([root[below], -root[above]])
    room = np.concatenate([(x - low)[below], (high - x)[above]])
    size = np.concatenate([length[below], length[above]])
    return walls / size[:, None], room / size


def _inside(walls: Floats, room: Floats, rank: int) -> Floats:
    """A point well within all walls: the centre of the largest ball of at most unit radius."""
    if not len(room) or np.all(room > 1e-3):
        return np.zeros(rank)
    cost = np.zeros(rank + 1)
    cost[-1] = -1.0
    found = linprog(
        cost,
        A_ub=np.hstack([-walls, np.ones((len(room), 1))]),
        b_ub=room,
        bounds=[(None, None)] * rank + [(None, 1.0)],
        method="highs",
    )
    if found.x is None or found.x[-1] <= 1e-9:
        raise EvidenceError(
            "no point lies strictly within all bounds: there is nothing to sample",
            fix="propagate() names the claims that exclude each other; a bound met with equality "
            "is an identity",
        )
    return np.asarray(found.x[:-1])


def _trajectory(u: Floats, v: Floats, walls: Floats, room: Floats) -> Floats:
    """Where the motion is after a quarter turn, reflected at every wall it meets."""
    left = 0.5 * np.pi
    if not len(room):
        return v
    last = -1
    for _ in range(_BOUNCES):
        a, b = walls @ v, walls @ u
        reach = np.hypot(a, b)
        ratio = np.where(reach > np.abs(room), -room / np.where(reach > 0.0, reach, 1.0), np.nan)
        # a sin t + b cos t = reach cos(t - phase): it leaves the region at phase + arccos(ratio)
        phase = np.arctan2(a, b)
        t = np.mod(phase + np.arccos(np.clip(ratio, -1.0, 1.0)), 2.0 * np.pi)
        t[np.isnan(ratio)] = np.inf
        # just reflected there: rounding may put the same wall at no distance
        if last >= 0 and min(t[last], 2.0 * np.pi - t[last]) < 1e-9:
            t[last] = np.inf
        hit = int(np.argmin(t))
        if t[hit] >= left:
            return np.asarray(v * np.sin(left) + u * np.cos(left))
        s, c = np.sin(t[hit]), np.cos(t[hit])
        u, v = v * s + u * c, v * c - u * s
        v = v - 2.0 * (walls[hit] @ v) * walls[hit]
        left -= float(t[hit])
        last = hit
    raise EvidenceError("a trajectory was reflected without end: the bounds leave no room")
