"""The frontier between value and a resource, cap by cap.

The epsilon-constraint method of Y. Y. Haimes, L. S. Lasdon and D. A. Wismer (1971), "On a
bicriterion formulation of the problems of integrated system identification and system
optimization", IEEE Transactions on Systems, Man, and Cybernetics 1(3), 296-297,
doi 10.1109/TSMC.1971.4308298, on the linear relaxation of the schedule and on schedules. Each
cap's relaxation starts from the multipliers of the cap before it; each schedule starts from
the best one of tighter caps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.frontier.measures import Measure, capped
from orefield.pit.frontier.plans import Effort, Guide, Pool, plan_within
from orefield.pit.frontier.points import Frontier, Point
from orefield.pit.production.instance import unpack
from orefield.pit.production.problem import ProductionProblem
from orefield.pit.production.relaxation import Relaxation, relax, side_constraints
from orefield.pit.production.restrict import restrict
from orefield.pit.production.shell_groups import shell_groups

if TYPE_CHECKING:
    import pandas as pd

_F8 = NDArray[np.float64]
_LP_SHARE = 0.3
"""Of the time, for relaxations, when plans are looked for too."""


def frontier(
    problem: ProductionProblem,
    measure: Measure,
    *,
    points: int | Sequence[float] = 6,
    plans: bool = True,
    gap: float = 0.01,
    seconds: float = 300.0,
    seed: int = 0,
    turns: int | None = None,
    tolerance: float = 1e-6,
    progress: Callable[[Point], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Frontier:
    """The trade-off between the value of a plan and what it takes of a resource.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without a cap.
    measure : Measure
        Its total, or its largest period, is capped. For a mine that is to earn a given value
        with the least of it, read the same frontier by :meth:`Frontier.least_use`.
    points : int or sequence of float
        How many caps, evenly between what the uncapped optimum of the relaxation takes and the
        least that is possible; or the caps.
    plans : bool
        Look for a plan at each cap, and not only for the relaxation.
    gap, seed, turns
        Of each plan's search; see :func:`orefield.pit.production.solve_production`. With
        ``turns`` and ``seconds=inf`` the result is the same on every machine.
    seconds : float
        For all points together.
    tolerance : float
        Relative, of each relaxation.
    progress : callable of Point, optional
        Called when a point's relaxation is solved, and when its plan is found.
    stop : callable, optional
        Asked whether to end; points without a plan then keep their bound.

    Raises
    ------
    ModelError
        When the measure does not fit, caps are not finite, nothing lies between them, or time or
        tolerance is no effort; when the problem has lower limits or uses below zero and the caps
        of the largest period are left to be chosen; when there is no schedule even without a
        cap. A cap that leaves none is a point that says so (:attr:`Point.possible`).
    """
    began = time.perf_counter()
    measure.check(problem)
    if not (seconds >= 0 and tolerance >= 0):
        raise ModelError(
            f"{seconds} seconds and a tolerance of {tolerance} are no effort",
            fix="give zero or more",
        )
    lp_end = began + (seconds * _LP_SHARE if plans else seconds)
    curve = _Curve(problem, measure, tolerance, lp_end, stop)
    caps = curve.caps(points)
    known: list[tuple[Point, Guide | None]] = [curve.uncapped()]
    for number, cap in enumerate(caps):
        known.append(curve.at(cap, (lp_end - time.perf_counter()) / (len(caps) - number)))
        if progress is not None:
            progress(known[-1][0])
    pool = Pool(problem, measure)
    for left in range(len(known) if plans else 0, 0, -1):
        if stop is not None and stop():
            break
        point, guide = known[left - 1]
        if guide is None:
            continue
        each = max((began + seconds - time.perf_counter()) / left, 0.0)
        plan_within(pool, point.cap, guide, Effort(gap, each, seed, turns, stop))
        if progress is not None:
            progress(pool.filled(point))
    found = [pool.filled(point) for point, _ in known]
    return Frontier(
        measure.name, measure.unit, measure.over, tuple(found), time.perf_counter() - began
    )


def compare(
    problem: ProductionProblem,
    measures: Sequence[Measure],
    *,
    seconds: float = 600.0,
    **options: Any,
) -> tuple[dict[str, Frontier], pd.DataFrame]:
    """A frontier for each of several resources, and one table of all their points.

    The table also says what each plan takes of every other resource, in a column named
    ``use of NAME``. Options are those of :func:`frontier`; the time is shared.

    Raises
    ------
    ModelError
        When two measures have one name; and as :func:`frontier`.
    """
    import pandas as pd

    names = [m.name for m in measures]
    if len(set(names)) < len(names):
        raise ModelError(f"measures named {', '.join(names)}", fix="give each its own name")
    if not names:
        raise ModelError("there is no measure", fix="name a resource")
    share = seconds / len(names)
    made = {m.name: frontier(problem, m, seconds=share, **options) for m in measures}
    tables = []
    for result in made.values():
        table = result.table()
        for measure in measures:
            table[f"use of {measure.name}"] = [
                np.nan if p.plan is None else measure.amount(problem, p.plan) for p in result.points
            ]
        tables.append(table)
    return made, pd.concat(tables, ignore_index=True)


class _Curve:
    """Relaxations of one problem under falling caps."""

    def __init__(
        self,
        problem: ProductionProblem,
        measure: Measure,
        tolerance: float,
        end: float,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.measure, self.tolerance, self.end, self.stop = measure, tolerance, end, stop
        # with a use below zero a block may be mined for it alone, so that none is left out
        top = float(np.abs(measure.use).sum()) + 1.0
        small = restrict(capped(problem, measure, top))
        self.template = small.problem
        plain = (
            replace(small.problem, rows=small.problem.rows[:-1])
            if measure.over == "total"
            else replace(small.problem, limits=small.problem.limits[:-1])
        )
        self.plain, self.small = plain, small
        self.use = measure.use[small.block]
        self.groups = shell_groups(unpack(plain, small.earliest, small.order)) if plain.n else None
        self.free = self._relax(plain, None, end - time.perf_counter())
        self.guess = self._with_cap(self.free)

    def _relax(self, problem: ProductionProblem, guess: _F8 | None, seconds: float) -> Relaxation:
        if problem.n == 0:  # nothing is worth mining
            nothing = np.zeros((0, problem.n_periods, problem.n_destinations))
            return Relaxation(nothing, 0.0, 0.0, np.zeros(len(side_constraints(problem))), 0, 0.0)
        return relax(
            problem, self.small.earliest, tolerance=self.tolerance, seconds=max(seconds, 0.0),
            groups=self.groups, guess=guess, stop=self.stop,
        )  # fmt: skip

    def _of_cap(self) -> NDArray[np.bool_]:
        """Which multipliers are those of the cap."""
        side = side_constraints(self.template)
        if self.measure.over == "total":
            out = np.zeros(len(side), bool)
            out[-1] = True
            return out
        return np.asarray(side.limit == len(self.template.limits) - 1)

    def _with_cap(self, plain: Relaxation) -> _F8:
        mine = self._of_cap()
        guess = np.zeros(len(mine))
        guess[~mine] = plain.multiplier
        return guess

    def _guide(self, relaxation: Relaxation) -> Guide:
        by_period: _F8 = np.einsum("btd,bd->t", relaxation.mined, self.use)
        return Guide(relaxation.bound, relaxation.multiplier, by_period)

    def uncapped(self) -> tuple[Point, Guide]:
        """The relaxation without a cap."""
        free, guide = self.free, self._guide(self.free)
        use = self.measure.counted(guide.by_period)
        return Point(np.inf, free.bound, free.objective, use, 0.0), guide

    def caps(self, points: int | Sequence[float]) -> list[float]:
        """Caps by falling size."""
        if not isinstance(points, (int, np.integer)):
            given = np.asarray(points, np.float64)
            if not (given.ndim == 1 and given.size and np.isfinite(given).all()):
                raise ModelError("caps are not finite numbers", where=self.measure.name)
            return sorted({float(c) for c in given}, reverse=True)
        if points < 1:
            raise ModelError(f"{points} points of a frontier", fix="ask for one at least")
        top = self.measure.counted(self._guide(self.free).by_period)
        low = self._least()
        if not low < top:
            raise ModelError(
                f"the best plan takes {top:g} {self.measure.unit} and any takes {low:g}: there is "
                "nothing to trade",
                where=f"measure {self.measure.name}",
            )
        return [float(c) for c in np.linspace(top, low, points + 2)[1:-1]]

    def _least(self) -> float:
        """The least that any schedule of the relaxation takes."""
        plain = self.plain
        free = all((x.lower <= 0).all() and (x.upper >= 0).all() for x in plain.limits) and all(
            r.lower <= 0 <= r.upper for r in plain.rows
        )
        if free and (self.use >= 0).all():
            return 0.0
        if self.measure.over == "period":
            raise ModelError(
                "what the largest period must take at least is not known where something has to "
                "be mined, or a use is below zero",
                where=f"measure {self.measure.name}",
                fix="give the caps",
            )
        spared = replace(plain, value=-self.use[None], factor=np.ones((plain.n_periods, 1)))
        found = self._relax(spared, None, self.end - time.perf_counter())
        if not np.isfinite(found.objective):
            raise ModelError(
                "what any schedule must take at least was not found in the time",
                where=f"measure {self.measure.name}",
                fix="give the caps, or more time",
            )
        return -found.objective

    def at(self, cap: float, seconds: float) -> tuple[Point, Guide | None]:
        """The relaxation at a cap; without a guide where no schedule keeps it."""
        if self.measure.over == "total":
            row = replace(self.template.rows[-1], upper=cap)
            problem = replace(self.template, rows=(*self.template.rows[:-1], row))
        else:
            limit = replace(self.template.limits[-1], upper=np.full(self.template.n_periods, cap))
            problem = replace(self.template, limits=(*self.template.limits[:-1], limit))
        try:
            found = self._relax(problem, self.guess, seconds)
        except ModelError:
            # without the cap there is a relaxation: it is the cap that leaves no schedule
            return Point(cap, -np.inf, np.nan, np.nan, np.nan), None
        self.guess, guide = found.multiplier, self._guide(found)
        marginal = float(found.multiplier[self._of_cap()].sum())
        use = self.measure.counted(guide.by_period)
        return Point(cap, found.bound, found.objective, use, marginal), guide
