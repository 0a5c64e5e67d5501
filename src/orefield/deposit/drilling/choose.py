"""Which holes next: greedy by gain per cost, lazily, then exchanges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.drilling.conditioning import Conditioning
from orefield.deposit.drilling.holes import PlannedHoles
from orefield.deposit.drilling.prior import Prior
from orefield.deposit.drilling.utility import Utility

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_MASK = NDArray[np.bool_]

_BATCH = 16
_LEAST = 1e-9
"""A gain below this share of all that could be gained is none."""


@dataclass(frozen=True, eq=False)
class Limits:
    """What may be spent.

    Parameters
    ----------
    metres : float
        Of all holes together.
    budget : float
        Of money; infinite for none.
    holes : int
        Most holes.
    per_m, per_hole : float
        Cost of a metre, and of a hole whatever its length.
    between_m : float
        Least distance between samples of two new holes.

    Raises
    ------
    ModelError
        When nothing may be spent, or a number is out of range.
    """

    metres: float
    budget: float = np.inf
    holes: int = 2**31
    per_m: float = 0.0
    per_hole: float = 0.0
    between_m: float = 0.0

    def __post_init__(self) -> None:
        if not self.metres > 0:
            raise ModelError(f"{self.metres:g} m may be drilled", fix="give metres above zero")
        if not self.budget > 0:
            raise ModelError(f"the budget is {self.budget:g}", fix="give money above zero")
        if self.holes < 1:
            raise ModelError(f"{self.holes} holes may be drilled", fix="give one or more")
        for name in ("per_m", "per_hole", "between_m"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise ModelError(f"{name} is {getattr(self, name):g}", fix="give zero or more")
        if np.isfinite(self.budget) and not self.per_m + self.per_hole > 0:
            raise ModelError(
                "there is a budget, but holes cost nothing", fix="give cost_per_m or cost_per_hole"
            )
        if not (np.isfinite(self.metres) or np.isfinite(self.budget) or self.holes < 2**31):
            raise ModelError("nothing limits the holes", fix="give metres, a budget or holes")

    def uses(self, lengths_m: _F8) -> _F8:
        """Shares of each limit that holes use, shape (l, h)."""
        money = self.per_hole + self.per_m * lengths_m
        rows = [(lengths_m, self.metres), (money, self.budget), (np.ones_like(money), self.holes)]
        return np.array([used / most for used, most in rows if np.isfinite(most)])


@dataclass(eq=False)
class Problem:
    """Candidates, what they tell, what they are worth and what may be spent.

    Parameters
    ----------
    holes : PlannedHoles
    prior : Prior
        Of the samples of ``holes``.
    utility : Utility
    limits : Limits

    Raises
    ------
    ModelError
        When no candidate fits the limits.
    """

    holes: PlannedHoles
    prior: Prior
    utility: Utility
    limits: Limits

    def __post_init__(self) -> None:
        self.uses = self.limits.uses(self.holes.length_m)
        if not (self.uses <= 1.0 + 1e-9).all(axis=0).any():
            raise ModelError(
                f"no candidate fits the limits: the shortest has {self.holes.length_m.min():g} m",
                fix="allow more metres or money, or offer shorter holes",
            )
        self.own = self.prior.own()

    def __len__(self) -> int:
        return len(self.holes)

    def start(self) -> Conditioning:
        """Nothing drilled."""
        return Conditioning(self.prior, self.utility, self.own)

    def allowed(self, drilled: list[int]) -> _MASK:
        """Candidates that may follow those drilled, shape (h,)."""
        left = 1.0 - self.uses[:, drilled].sum(axis=1)
        out: _MASK = (self.uses <= left[:, None] + 1e-9).all(axis=0)
        out[drilled] = False
        for hole in drilled if self.limits.between_m > 0 else ():
            out &= ~self._near(hole)
        return out

    def _near(self, hole: int) -> _MASK:
        from scipy.spatial import cKDTree

        samples = self.prior.samples
        tree = cKDTree(samples.places_m[hole][samples.valid[hole]])
        far, _ = tree.query(samples.flat(), distance_upper_bound=self.limits.between_m)
        close = np.asarray(far) < self.limits.between_m
        return np.asarray(close.reshape(samples.valid.shape).any(axis=1))

    def costs(self) -> _F8:
        """What a candidate costs, in the largest share of a limit it uses, shape (h,)."""
        return np.asarray(self.uses.max(axis=0))


@dataclass(frozen=True, eq=False)
class Plan:
    """Holes in the order of their drilling.

    Attributes
    ----------
    holes : tuple of int
        Candidates; of those chosen, the most per cost comes first.
    gains : ndarray of shape (p,)
        Utility that each added to those before it.
    taken : ndarray of shape (p, q)
        Variance taken from each sum up to each hole.
    greedy_value : float
        Utility before exchanges.
    evaluations : int
        Gains worked out by the lazy greedy search; without laziness it is holes x candidates.
    rises : int
        Gains found above what they were with fewer holes: where there is one, the gains are not
        submodular and laziness may have passed over a better hole.
    exchanges : int
    stopped : bool
        Whether somebody stopped the search.
    """

    holes: tuple[int, ...]
    gains: _F8
    taken: _F8
    greedy_value: float
    evaluations: int
    rises: int
    exchanges: int
    stopped: bool

    @property
    def value(self) -> float:
        """Utility of all holes."""
        return float(self.gains.sum())


def choose(
    problem: Problem,
    *,
    sweeps: int = 2,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> Plan:
    """Holes by greedy choice and exchanges.

    Two greedy runs, by gain per cost and by gain, and the better of them is kept; then each hole
    is tried against every other that fits, until a sweep finds nothing. Lazy evaluation (Minoux,
    1978, from memory) takes a gain found with fewer holes for an upper bound of what it is now.
    That is exact where gains are submodular. Variance taken from a sum mostly is, but a pair of
    samples can tell more than each alone (``Plan.rises`` counts what was seen of it).

    Parameters
    ----------
    problem : Problem
        Candidates and limits.
    sweeps : int
        Of exchanges, at most.
    stop : callable
        True when the best so far will do.
    tell : callable
        Told what is being done, and the share.

    Raises
    ------
    ModelError
        When no hole gains anything, or somebody stopped before the first was chosen.
    """
    runs = []
    for by_cost in (True, False):
        runs.append(_greedy(problem, by_cost, stop, tell))
        if stop() or np.ptp(problem.costs()) < 1e-12:
            break  # at equal costs both are one
    best = max(runs, key=lambda run: run[0].value)[0]
    if not best.holes and stop():
        raise ModelError("stopped before any hole was chosen", fix="let it run a little longer")
    if not best.holes:
        raise ModelError(
            "no candidate tells anything of the region",
            fix="candidates are further from it than the variogram's range; check both",
        )
    greedy_value, exchanges = best.value, 0
    for sweep in range(sweeps):
        before = best.value
        for place in range(len(best.holes)):
            if stop():
                break
            tell("exchanging holes", 0.4 + 0.5 * (sweep + place / len(best.holes)) / sweeps)
            swapped = _exchange(problem, best, place)
            exchanges += swapped is not best
            best = swapped
        if stop() or best.value <= before * (1.0 + _LEAST):
            break
    order, taken = _in_order(problem, best.holes)
    steps = np.diff([0.0, *(float(problem.utility.value(t)) for t in taken)])
    return Plan(
        tuple(order), steps, taken, greedy_value, sum(run[1] for run in runs),
        sum(run[2] for run in runs), exchanges, stop(),
    )  # fmt: skip


def _greedy(
    problem: Problem,
    by_cost: bool,
    stop: Callable[[], bool],
    tell: Callable[[str, float], None],
) -> tuple[Conditioning, int, int]:
    state, evaluations, rises = problem.start(), 0, 0
    costs = problem.costs() if by_cost else np.ones(len(problem))
    least = _LEAST * problem.utility.most(problem.prior.start)
    bound = np.full(len(problem), np.inf)
    while not stop():
        allowed = problem.allowed(state.holes)
        if not allowed.any():
            break
        fresh = np.zeros(len(problem), dtype=np.bool_)
        scores = np.where(allowed, bound / costs, -np.inf)
        while True:
            lead = int(np.argmax(scores))
            if fresh[lead]:
                break
            # the best few of those not worked out yet, all of them in the first round
            stale = np.flatnonzero(allowed & ~fresh)
            few = len(stale) if np.isinf(bound[lead]) else _BATCH
            rows = stale[np.argsort(-scores[stale], kind="stable")[:few]]
            found = state.gains(rows)
            evaluations += len(rows)
            rises += int((found > bound[rows] * (1.0 + 1e-9) + least).sum())
            bound[rows], fresh[rows] = found, True
            scores[rows] = found / costs[rows]
        if bound[lead] <= least:
            break
        state.drill(lead)
        used = float(problem.uses[:, state.holes].sum(axis=1).max())
        tell("choosing holes", 0.4 * used)
    return state, evaluations, rises


def _exchange(problem: Problem, best: Conditioning, place: int) -> Conditioning:
    """The hole at ``place`` swapped for the best other, and what is left filled up."""
    kept = best.holes[:place] + best.holes[place + 1 :]
    state = problem.start().drill_all(kept)
    rows = np.flatnonzero(problem.allowed(kept))
    rows = rows[rows != best.holes[place]]
    if not rows.size:
        return best
    gains = state.gains(rows)
    lead = int(np.argmax(gains))
    if state.value + gains[lead] <= best.value * (1.0 + _LEAST):
        return best
    state.drill(int(rows[lead]))
    while True:
        more = np.flatnonzero(problem.allowed(state.holes))
        if not more.size:
            return state
        gains = state.gains(more)
        lead = int(np.argmax(gains))
        if gains[lead] <= _LEAST * problem.utility.most(problem.prior.start):
            return state
        state.drill(int(more[lead]))


def _in_order(problem: Problem, holes: Sequence[int]) -> tuple[list[int], _F8]:
    """Holes, the most per cost first, and the variance taken up to each, shape (p, q)."""
    state, left, costs, taken = problem.start(), list(holes), problem.costs(), []
    while left:
        rows = np.array(left)
        state.drill(left.pop(int(np.argmax(state.gains(rows) / costs[rows]))))
        taken.append(state.taken)
    return state.holes, np.array(taken)
