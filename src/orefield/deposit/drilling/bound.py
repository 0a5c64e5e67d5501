"""A certificate: what no choice of holes within the limits can bring more than."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from orefield.deposit.drilling.choose import Problem
from orefield.deposit.drilling.own_noise import nugget_blocks, own_noise

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

_DIRECTIONS = 3
"""Directions of a hole's samples that the search looks at; the bound looks at all."""

_SHORTLIST = 1000
"""Samples, in these directions, of holes that the search looks at."""

_ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Certificate:
    """An upper bound of the utility of any holes within the limits.

    Attributes
    ----------
    bound : float
    relaxed : float
        Utility of the best shares of holes found: no bound, but the bound is not below it.
    everything : float
        Utility if all were known: a bound, too, and ``bound`` is not above it.
    by : str
        What the bound is from: ``"relaxation"`` (with each hole's own variation),
        ``"relaxation, nugget only"``, or ``"everything known"``.
    shares : ndarray of shape (h,)
        Shares of holes of ``relaxed``.
    """

    bound: float
    relaxed: float
    everything: float
    by: str
    shares: _F8


def certify(
    problem: Problem,
    plans: Sequence[Sequence[int]] = (),
    *,
    steps: int = 15,
    within: float = 0.01,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> Certificate:
    """Bound what any holes within the limits could bring.

    A share ``s`` of a hole has its own noise ``1 / s`` times as large. The posterior variance of
    a sum is convex in the shares (it is of the inverse of an information matrix that is linear in
    them), so the utility is concave; whole holes are among the shares; and a tangent at *any*
    shares lies above the utility everywhere: its largest value within the limits, a linear
    program, is a bound, whatever the search has reached. The search (Frank and Wolfe's, on the
    few directions of each hole that carry most) only finds shares whose tangent is low. Gains
    need not be submodular. Distances between new holes are left out, which raises the bound.
    How much of a hole's variation may be called its own: see :func:`own_noise`.

    Parameters
    ----------
    problem : Problem
        Candidates and limits.
    plans : sequence of sequences of int
        Holes chosen, to begin from.
    steps : int
        Of the search, a round.
    within : float
        Stop when the bound is this share above the relaxed utility.
    stop, tell : callable
        Whether to stop with the bound so far; told what is done.
    """
    prior = problem.prior
    everything = problem.utility.most(prior.start)
    tell("bounding any plan", 0.0)
    alone = own_noise(prior, problem.own)
    noise = nugget_blocks(prior) if alone is None else alone
    exact = _Exact(problem, noise)
    single = exact.gradient(np.zeros(len(problem)))[1]
    starts = [np.zeros(len(problem))]
    for plan in plans:
        starts.append(np.zeros(len(problem)))
        starts[-1][list(plan)] = 1.0
    shares = max(starts, key=lambda s: exact.gradient(s)[0]) if plans else starts[0]
    best, relaxed, kept = np.inf, 0.0, shares
    wanted = np.flatnonzero(shares)
    for turn in range(_ROUNDS):
        tell("bounding any plan", (turn + 0.5) / (_ROUNDS + 1))
        listed = _shortlist(problem, single, wanted)
        shares = _search(_Compressed(problem, noise, listed), problem, shares, steps, stop)
        value, rising = exact.gradient(shares)
        vertex = _most(problem.uses, rising)
        bound = value + float(rising @ (vertex - shares))
        best = min(best, bound)
        if value > relaxed:
            relaxed, kept = value, shares
        if stop() or best <= relaxed * (1.0 + within) or len(listed) == len(problem):
            break
        wanted = np.flatnonzero((shares > 0) | (vertex > 0))
    by = "relaxation" if alone is not None else "relaxation, nugget only"
    if best >= everything:
        best, by = everything, "everything known"
    return Certificate(best, relaxed, everything, by, kept)


def _shortlist(problem: Problem, single: _F8, wanted: _I8) -> _I8:
    """Holes to search among: those wanted, and the best alone per cost."""
    most = max(_SHORTLIST // min(_DIRECTIONS, problem.prior.samples.width), len(wanted) + 20)
    order = np.argsort(-single / problem.costs(), kind="stable")
    order = np.concatenate([wanted, order[~np.isin(order, wanted)]])
    return np.sort(order[:most])


class _Exact:
    """Utility and a supergradient by shares of all holes, from all their samples."""

    def __init__(self, problem: Problem, noise: _F8) -> None:
        self._problem, self._noise = problem, noise
        # a hole without sample in a row of its room has noise there, and nothing else
        self._roots = np.linalg.cholesky(noise)

    def gradient(self, shares: _F8) -> tuple[float, _F8]:
        prior, utility = self._problem.prior, self._problem.utility
        cross, taken = prior.cross, np.zeros(len(prior.start))
        own = [int(i) for i in np.flatnonzero(shares > 0)]
        if own:
            k = prior.samples.width
            root = np.sqrt(shares[own])
            signal = np.concatenate([self._column(j)[own].reshape(-1, k) for j in own], axis=1)
            each = np.repeat(root, k)
            a = signal * each[:, None] * each
            a += linalg.block_diag(*self._noise[own])
            g = each[:, None] * cross[own].reshape(len(a), -1)
            factor = linalg.cholesky(a, lower=True, overwrite_a=True)
            told = linalg.solve_triangular(factor, g, lower=True)
            back = each[:, None] * linalg.solve_triangular(factor, told, lower=True, trans=1)
            taken = (told**2).sum(axis=0)
            cross = cross.copy()
            for place, j in enumerate(own):
                cross -= self._column(j) @ back[place * k : (place + 1) * k]
        found = np.linalg.solve(self._roots, cross)
        rising = (found**2).sum(axis=1) @ utility.slopes(taken)
        return float(utility.value(taken)), np.asarray(rising)

    def _column(self, hole: int) -> _F8:
        """Covariances of the signal of all samples with that of one hole's."""
        prior = self._problem.prior
        out = prior.column(hole).copy()
        k = prior.samples.width
        out[hole] -= self._noise[hole]
        out[hole][np.arange(k), np.arange(k)] += prior.noise[hole]
        return out


class _Compressed:
    """The same for a few directions of some holes, with noise of one in each."""

    def __init__(self, problem: Problem, noise: _F8, listed: _I8) -> None:
        prior = problem.prior
        self.utility, self.listed = problem.utility, listed
        k = prior.samples.width
        d = min(_DIRECTIONS, k)
        inverse = np.linalg.inv(np.linalg.cholesky(noise[listed]))
        own = problem.own[listed].copy()
        own[:, np.arange(k), np.arange(k)] += prior.noise[listed]
        white = inverse @ (own - noise[listed]) @ inverse.transpose(0, 2, 1)
        _, vectors = np.linalg.eigh(white)
        basis = vectors[:, :, -d:].transpose(0, 2, 1) @ inverse
        n = len(listed)
        signal = np.empty((n, d, n, d))
        for i, hole in enumerate(listed):
            column = prior.column(int(hole))[listed]
            column = column.copy()
            column[i] = own[i] - noise[hole]
            signal[:, :, i] = basis @ column @ basis[i].T
        self.signal = signal.reshape(n * d, n * d)
        self.cross = (basis @ prior.cross[listed]).reshape(n * d, -1)
        self.d = d

    def gradient(self, shares: _F8) -> tuple[float, _F8]:
        each = np.repeat(np.sqrt(shares), self.d)
        own = np.flatnonzero(each)
        cross, taken = self.cross, np.zeros(self.cross.shape[1])
        if own.size:
            root = each[own]
            told, factor = self._told(own, root)
            taken = (told**2).sum(axis=0)
            back = root[:, None] * linalg.solve_triangular(factor, told, lower=True, trans=1)
            cross = cross - self.signal[:, own] @ back
        rising = (cross**2 @ self.utility.slopes(taken)).reshape(-1, self.d).sum(axis=1)
        return float(self.utility.value(taken)), np.asarray(rising)

    def value(self, shares: _F8) -> float:
        each = np.repeat(np.sqrt(shares), self.d)
        own = np.flatnonzero(each)
        if not own.size:
            return 0.0
        told, _ = self._told(own, each[own])
        return float(self.utility.value((told**2).sum(axis=0)))

    def _told(self, own: _I8, root: _F8) -> tuple[_F8, _F8]:
        a = self.signal[np.ix_(own, own)] * root[:, None] * root
        a[np.diag_indices(len(own))] += 1.0
        factor = linalg.cholesky(a, lower=True, overwrite_a=True, check_finite=False)
        g = root[:, None] * self.cross[own]
        return linalg.solve_triangular(factor, g, lower=True, check_finite=False), factor


def _search(
    model: _Compressed, problem: Problem, shares: _F8, steps: int, stop: Callable[[], bool]
) -> _F8:
    """Shares of all holes with a high relaxed utility: Frank and Wolfe's method."""
    now = shares[model.listed]
    uses = problem.uses[:, model.listed]
    for _ in range(steps):
        value, rising = model.gradient(now)
        vertex = _most(uses, rising)
        gap = float(rising @ (vertex - now))
        if stop() or gap <= 5e-3 * value:
            break
        now = _moved(model, now, vertex)
    out = np.zeros(len(shares))
    out[model.listed] = now
    return out


def _moved(model: _Compressed, now: _F8, vertex: _F8) -> _F8:
    """The best place between; tiny shares are dropped, which no bound minds."""

    def worse(t: float) -> float:
        return -model.value((1.0 - t) * now + t * vertex)

    found = optimize.minimize_scalar(
        worse, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-2, "maxiter": 5}
    )
    out = np.asarray((1.0 - found.x) * now + found.x * vertex)
    out[out < 1e-4] = 0.0
    return out


def _most(uses: _F8, rising: _F8) -> _F8:
    """Shares within the limits with the largest gain to first order."""
    found = optimize.linprog(
        -rising / max(float(rising.max()), 1e-300), A_ub=uses, b_ub=np.ones(len(uses)),
        bounds=(0.0, 1.0), method="highs",
    )  # fmt: skip
    return np.asarray(np.clip(np.asarray(found.x), 0.0, 1.0))
