"""Solving a system: successive linearisation of the products, bounds by an active set.

Each step solves the weighted least squares problem linearised at the last point, with the
bounds that bind held as identities, until nothing moves. A fixed point meets the optimality
conditions of the nonlinear problem (Knepper & Gorman 1980, doi:10.1002/aic.690260210; Narasimhan
& Jordache 2000, ch. 5). Without products and binding bounds one step is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile._bounds import active_bounds, binding
from orefield.evidence.reconcile._linear import (
    Affine,
    Estimate,
    affine,
    least_squares,
    unit_rows,
)
from orefield.evidence.reconcile._start import scales, starting_point
from orefield.evidence.reconcile.clusters import Row, rows
from orefield.evidence.reconcile.structure import contradictory
from orefield.evidence.reconcile.system import Sense, System

Floats = NDArray[np.float64]

MAX_STEPS = 150
STEP = 1e-9
CONTRADICTION = 1e-7
_SHORTEST = 1e-4
_RESTORE = 4


@dataclass(frozen=True)
class Fit:
    """A solved system, before anyone is blamed.

    Attributes
    ----------
    system : System
    rows : tuple of Row
        Independent statements, in the order of :attr:`Estimate.residual`.
    estimate : Estimate
        Of the last linearisation; its ``x`` holds the variables, then one slack for
        every one-sided row.
    scale : ndarray
        Of the variables and slacks.
    bound : tuple of str
        Variables held at a bound that binds.
    steps : int
    converged : bool
    residuals : ndarray of shape (n_identities,)
        Misfit of each identity over its largest term (or the scale of its variables).
    """

    system: System
    rows: tuple[Row, ...]
    estimate: Estimate
    scale: Floats
    bound: tuple[str, ...]
    steps: int
    converged: bool
    residuals: Floats


@dataclass(frozen=True)
class _Problem:
    """The arrays of a system: identities, products, observations and bounds with slacks."""

    A: Floats
    b: Floats
    products: tuple[tuple[int, int, int, float], ...]
    C: Floats
    y: Floats
    sigma: Floats
    low: Floats
    high: Floats

    def linearised(self, x: Floats) -> tuple[Floats, Floats]:
        """Jacobian of the identities at ``x``, and what is missing there."""
        jacobian, missing = self.A.copy(), self.b - self.A @ x
        for row, left, right, factor in self.products:
            jacobian[row, left] += factor * x[right]
            jacobian[row, right] += factor * x[left]
            missing[row] -= factor * x[left] * x[right]
        return jacobian, missing

    def relative_misfit(self, x: Floats, scale: Floats) -> Floats:
        """Misfit of each identity over its largest term, or over the scale of its variables.

        The scale keeps an identity among flows that are all held at nothing from being judged
        by its rounding errors.
        """
        _, missing = self.linearised(x)
        size = np.maximum(np.abs(x), scale)
        largest = np.maximum(np.max(np.abs(self.A) * size, axis=1, initial=0.0), np.abs(self.b))
        for row, left, right, factor in self.products:
            largest[row] = max(largest[row], abs(factor) * size[left] * size[right])
        largest[largest == 0.0] = 1.0
        return np.asarray(np.abs(missing) / largest)


def fit(system: System) -> Fit:
    """Reconcile all observations of a system as they stand.

    Raises
    ------
    EvidenceError
        When identities contradict each other, whatever the observations say (they are named),
        or no values meet them within the bounds.
    """
    said = rows(system.observations)
    start, guessed = starting_point(system, said)
    n = len(system.variables)
    slack = [k for k, row in enumerate(said) if row.speaker.sense is not Sense.EQUAL]
    problem = _arrays(system, said, slack)
    x = np.array([start[v.name] for v in system.variables])
    x = np.concatenate([x, _slack_start(problem, x, slack, n)])
    scale = np.concatenate(
        [
            scales(system, said, start, guessed),
            [max(abs(problem.y[k]), problem.sigma[k]) for k in slack],
        ]
    )
    converged, steps = False, 0
    while True:
        steps += 1
        jacobian, missing = problem.linearised(x)
        space = affine(jacobian, missing, scale)
        if not problem.products and space.misfit > CONTRADICTION:
            raise _contradiction(system)
        estimate, held = _step(problem, space, x)
        move = estimate.x - x
        if not problem.products:
            converged = True
            x = estimate.x
            break
        x = _advance(problem, x, move, scale)
        small = float(np.max(np.abs(move) / np.maximum(scale, np.abs(x)), initial=0.0))
        if small <= STEP or steps >= MAX_STEPS:
            converged = small <= math.sqrt(STEP)
            break
    residuals = problem.relative_misfit(x, scale)
    if problem.products and float(residuals.max(initial=0.0)) > CONTRADICTION:
        raise _contradiction(system)
    names = [*(v.name for v in system.variables), *(said[k].speaker.id for k in slack)]
    final = Estimate(
        x, estimate.gain, estimate.root, estimate.open, estimate.fixed, estimate.parity,
        estimate.directions, estimate.residual,
    )  # fmt: skip
    return Fit(
        system, said, final, scale, tuple(names[j] for j in held if j < n), steps, converged,
        residuals[: len(system.identities)],
    )  # fmt: skip


def unbounded(system: System) -> tuple[Estimate, Floats, Floats]:
    """The Gaussian that bounds cut, linearised at the reconciled values, and all bounds.

    Returns
    -------
    estimate : Estimate
        Without any bound; slacks of one-sided claims follow the variables.
    low, high : ndarray
    """
    found = fit(system)
    slack = [k for k, row in enumerate(found.rows) if row.speaker.sense is not Sense.EQUAL]
    problem = _arrays(system, found.rows, slack)
    x = found.estimate.x
    jacobian, missing = problem.linearised(x)
    space = affine(jacobian, missing, found.scale)
    free = _moved(least_squares(space, problem.C, problem.y - problem.C @ x, problem.sigma), x)
    return free, problem.low, problem.high


def _step(problem: _Problem, space: Affine, x: Floats) -> tuple[Estimate, list[int]]:
    """Solve one linearised problem within its bounds; which variables are held at one."""
    left = problem.y - problem.C @ x
    free = _moved(least_squares(space, problem.C, left, problem.sigma), x)
    tolerance = 1e-9 * space.scale
    closed = ~free.open
    inside = (free.x >= problem.low - tolerance) & (free.x <= problem.high + tolerance)
    if inside.all():
        return free, []
    H = (problem.C * space.scale) @ space.basis / problem.sigma[:, None]
    white = (left - problem.C @ (space.scale * space.particular)) / problem.sigma
    held = active_bounds(space, H, white, problem.low - x, problem.high - x)
    if not held:
        return free, []
    kept = [(j, v) for j, v in held]
    estimate = _held(problem, space, x, kept)
    signed = np.array(
        [
            (1.0 if v + x[j] <= problem.low[j] + tolerance[j] else -1.0) * space.basis[j]
            for j, v in kept
        ]
    )
    push = binding(H, estimate.residual, signed)
    if not push.all():
        fewer = [pair for pair, p in zip(kept, push, strict=True) if p]
        again = _held(problem, space, x, fewer) if fewer else free
        closed = ~again.open
        fits = (again.x >= problem.low - tolerance) & (again.x <= problem.high + tolerance)
        if fits[closed].all():
            return again, [j for j, _ in fewer]
    return estimate, [j for j, _ in kept]


def _held(problem: _Problem, space: Affine, x: Floats, held: list[tuple[int, float]]) -> Estimate:
    """Least squares with some variables held at their bounds."""
    which = [j for j, _ in held]
    inner = affine(
        space.basis[which] * space.scale[which, None],
        np.array([v for _, v in held]) - (space.scale * space.particular)[which],
        np.ones(space.basis.shape[1]),
    )
    narrowed = Affine(
        space.scale,
        space.particular + space.basis @ inner.particular,
        space.basis @ inner.basis,
        space.rank + inner.rank,
        space.misfit,
    )
    left = problem.y - problem.C @ x
    return _moved(least_squares(narrowed, problem.C, left, problem.sigma), x)


def _moved(estimate: Estimate, x: Floats) -> Estimate:
    return Estimate(
        estimate.x + x, estimate.gain, estimate.root, estimate.open, estimate.fixed,
        estimate.parity, estimate.directions, estimate.residual,
    )  # fmt: skip


def _advance(problem: _Problem, x: Floats, move: Floats, scale: Floats) -> Floats:
    """The next point: as much of the step as lowers the misfit, brought back to the products.

    The step lowers the sum of squares to first order; where products curve the identities
    under large misfits, the whole of it may not. Points are compared after restoration, so
    that curvature alone never shortens a good step.
    """

    def merit(at: Floats) -> float:
        jacobian, missing = problem.linearised(at)
        length = np.linalg.norm(jacobian * scale, axis=1)
        length[length == 0.0] = 1.0
        white = (problem.y - problem.C @ at) / problem.sigma
        return float(0.5 * white @ white + 1e4 * np.sum(np.abs(missing) / length))

    now, share = merit(x), 1.0
    while True:
        to = _restored(problem, x + share * move, scale)
        if share < _SHORTEST or merit(to) <= now + 1e-9 * (1.0 + now):
            return to
        share *= 0.5


def _restored(problem: _Problem, x: Floats, scale: Floats) -> Floats:
    """A nearby point on the identities, by Newton steps of least length."""
    for _ in range(_RESTORE):
        jacobian, missing = problem.linearised(x)
        rows, right = unit_rows(jacobian, missing, scale)
        if float(np.max(np.abs(right), initial=0.0)) <= 1e-13:
            break
        # rows of unit length: the ridge only keeps repeated identities from being singular
        gram = rows @ rows.T + 1e-11 * np.eye(len(rows))
        x = x + scale * (rows.T @ np.linalg.solve(gram, right))
    return x


def _arrays(system: System, said: tuple[Row, ...], slack: list[int]) -> _Problem:
    n, index = len(system.variables), system.index
    A = np.zeros((len(system.identities), n + len(slack)))
    products = []
    for row, identity in enumerate(system.identities):
        for name, factor in identity.terms.items():
            A[row, index[name]] = factor
        products += [(row, index[p.left], index[p.right], p.factor) for p in identity.products]
    C = np.zeros((len(said), n + len(slack)))
    for row, statement in enumerate(said):
        for name, factor in statement.speaker.terms.items():
            C[row, index[name]] = factor
    for j, row in enumerate(slack):
        # a one-sided claim: what lies beyond it is a slack that costs nothing
        C[row, n + j] = -1.0 if said[row].speaker.sense is Sense.AT_LEAST else 1.0
    return _Problem(
        A=A, b=np.array([i.constant for i in system.identities]), products=tuple(products), C=C,
        y=np.array([row.speaker.value for row in said]),
        sigma=np.array([row.speaker.sigma for row in said]),
        low=np.array([*(v.low for v in system.variables), *(0.0 for _ in slack)]),
        high=np.array([*(v.high for v in system.variables), *(math.inf for _ in slack)]),
    )  # fmt: skip


def _slack_start(problem: _Problem, x: Floats, slack: list[int], n: int) -> Floats:
    beyond = problem.C[slack, :n] @ x - problem.y[slack]
    sign = np.array([-problem.C[row, n + j] for j, row in enumerate(slack)])
    return np.maximum(sign * beyond, 0.0) if slack else np.zeros(0)


def _contradiction(system: System) -> EvidenceError:
    names = contradictory(system)
    if not names:
        return EvidenceError(
            "the identities cannot be met: the linearisation found no values that satisfy them",
            fix="check the bounds and the products; propagate() shows what excludes what",
        )
    return EvidenceError(
        f"identities contradict each other, whatever is observed: {', '.join(names)}",
        fix="correct or remove one of them",
    )
