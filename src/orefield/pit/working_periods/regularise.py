"""A plan changed until machines have room in every period, at the least loss found.

What is mined in a period is, on every bench, a union of elements of the mining width. Benches
are therefore cut into pieces, each a union of elements by itself: whatever pieces a period
takes, there is room. The engine schedules pieces under all limits, which is the aggregation of
blocks into mining cuts that planners do by hand; where to cut is what makes it good or bad:

1. Walls are moved as between phases, for all periods and for fewer, thicker groups of them,
   so that pieces follow what the plan wants (:mod:`orefield.pit.phasing.walls`). Each such
   division is cut into pieces and scheduled; the best is kept.
2. The plan in hand is cut anew, within its own rings, so that it is one of the schedules of
   the new pieces; neighbourhoods of it are decided again. This is repeated with other cuts.
3. Neighbourhoods are decided again block by block, by an integer program that knows the
   element (:mod:`orefield.pit.working_periods.fine`): where pieces are too coarse, walls move
   by single blocks.

Within a piece every unit goes to destinations of its own: after each step they are found by a
linear program over all units with their periods fixed, and later pieces may go on dividing
their units as they are divided now.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.model_problem import ModelProblem
from orefield.pit.phasing import WorkingRoom
from orefield.pit.phasing.precedence import Precedence, Slopes
from orefield.pit.phasing.walls import Walls
from orefield.pit.production.instance import unpack
from orefield.pit.production.problem import Plan
from orefield.pit.production.restrict import restrict
from orefield.pit.production.search import Effort, search
from orefield.pit.production.solve import Progress, relative_gap, solve_production
from orefield.pit.production.unmet import unmet
from orefield.pit.working_periods.benches import Benches, Cut
from orefield.pit.working_periods.dividing import divided, ways_to_divide, whole_instance
from orefield.pit.working_periods.fine import FineProgram
from orefield.pit.working_periods.gather import Pieces, gathered
from orefield.pit.working_periods.near import Neighbourhoods
from orefield.pit.working_periods.result import WorkingPlan, check_plan_fits, room_on

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_MASK = NDArray[np.bool_]

_CUTS: tuple[Cut, ...] = ("columns", "blocks", "benches")
_STARTS, _PIECES = 0.25, 0.3
"""Shares of the effort by whose end divisions are made from walls, and pieces are cut anew."""
_SLICES = 3
"""Times that the plan in hand is cut anew, at least; all of them where effort is counted."""
_TURN_SECONDS = 6.0
_NODES = 50
"""Limits of a neighbourhood decided block by block, by time or where effort is counted."""
_FRUITLESS = 400
_DIVIDE_EVERY = 20
"""Neighbourhoods after which all units are divided anew among destinations."""
_GAP = 1e-3


def working_plan(
    model: BlockModel,
    pattern: Slopes,
    built: ModelProblem,
    plan: Plan,
    room: WorkingRoom,
    *,
    upper_bound: float = np.inf,
    gap: float = 0.0,
    seconds: float = 120.0,
    turns: int | None = None,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> WorkingPlan:
    """A plan near to one given in which every period has room to work on every bench.

    Precedence is kept, and all limits and general constraints of the problem wherever a plan
    of pieces was found that does (``met`` says so). What has no room in any period is dropped.

    Parameters
    ----------
    model : BlockModel
        Gives grid, rock and tonnes.
    pattern : SlopePattern or SlopeDomains
        The slopes the problem was made with.
    built : ModelProblem
        Of the model; its units are mined whole.
    plan : Plan
        Keeps precedence.
    room : WorkingRoom
        ``mining_m``, ``ramp_m`` and ``shape`` are used; every bench of every period is kept
        as wide, and so is the floor of the pit.
    upper_bound : float
        What no plan of the problem is worth more than, for the gap.
    gap : float
        Relative gap to that bound at which to end, once a plan meets all constraints.
    seconds : float
        Time to search, beyond what the first plan takes.
    turns : int, optional
        Neighbourhoods to decide. Effort is then counted instead of timed, so that the plan is
        the same on every machine; leave ``seconds`` inf.
    seed : int
        Of all choices.
    progress : callable of Progress, optional
        Told the best value with room so far.
    stop : callable, optional
        Asked whether to end with the best so far; a plan with room is always made.

    Raises
    ------
    ModelError
        When plan, problem and model do not fit, the width is beyond the model, or no schedule
        of pieces meets the side constraints even in fractions.
    """
    if not seconds >= 0 or not gap >= 0 or (turns is not None and turns < 0):
        raise ModelError(f"{seconds} seconds, {turns} turns, a gap of {gap}", fix="give 0 or more")
    check_plan_fits(built, plan)
    benches = Benches.of(model, built, room)
    run = _Run(
        model,
        pattern,
        built,
        benches,
        room,
        seconds,
        turns,
        seed,
        upper_bound,
        gap,
        progress,
        stop,
    )
    before = room_on(model, built, plan, benches)
    instance = run.instance
    if before.narrow_t.sum() > 0.0 or instance.missing(plan) > 0.0:
        run.start(plan)
    else:
        run.keep(plan)
    run.cut_anew()
    run.decide_anew()
    made = run.best
    rock = np.bincount(benches.unit, weights=benches.tonnes, minlength=built.problem.n)
    n_t = built.problem.n_periods
    was, now = plan.period < n_t, made.period < n_t
    moved = was & now & (plan.period != made.period)
    return WorkingPlan(
        plan=made,
        given=plan,
        value=made.objective(built.problem),
        value_given=plan.objective(built.problem),
        room=room_on(model, built, made, benches),
        room_given=before,
        moved_t=float(rock[moved].sum()),
        dropped_t=float(rock[was & ~now].sum()),
        added_t=float(rock[now & ~was].sum()),
        met=instance.missing(made) == 0.0,
        upper_bound=float(upper_bound),
        seconds=time.perf_counter() - run.began,
    )


@dataclass
class _Run:
    """One call of :func:`working_plan`: the best so far, and what is left of the effort."""

    model: BlockModel
    pattern: Slopes
    built: ModelProblem
    benches: Benches
    room: WorkingRoom
    seconds: float
    turns: int | None
    seed: int
    bound: float
    gap: float
    tell: Callable[[Progress], None] | None
    stop: Callable[[], bool] | None
    began: float = field(default_factory=time.perf_counter)
    worth: float = -np.inf

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.instance = whole_instance(self.built.problem)
        n = self.built.problem.n
        never = np.full(n, self.built.problem.n_periods, np.int32)
        self.best = Plan(never, np.zeros((n, self.built.problem.n_destinations)))
        self.target = self.bound
        if np.isfinite(self.bound):
            self.target -= self.gap * abs(self.bound)
        self.stage = "making room"
        self.met = -np.inf  # worth of the best plan, where it meets everything
        self.spent = 0  # turns

    def elapsed(self) -> float:
        return time.perf_counter() - self.began

    def stopped(self) -> bool:
        return self.stop is not None and self.stop()

    def over(self, share: float = 1.0) -> bool:
        """Whether the effort for this part of the work is spent, or the gap is reached."""
        enough = relative_gap(self.met, self.bound) <= self.gap
        return enough or self.stopped() or self.elapsed() >= share * self.seconds

    def keep(self, plan: Plan) -> None:
        """Divide a plan's units as pays best, and keep it where it beats the best."""
        self.take(divided(self.instance, plan))

    def take(self, plan: Plan) -> None:
        """Keep a plan as it is where it beats the best, and tell what there is."""
        worth = self.instance.worth(plan)
        if worth > self.worth:
            self.best, self.worth = plan, worth
            self.met = worth if self.instance.missing(plan) == 0.0 else -np.inf
        if self.tell is not None:
            self.tell(Progress(self.stage, self.met, self.bound, self.elapsed()))

    # --- divisions made from walls

    def start(self, plan: Plan) -> None:
        """The best of several divisions into pieces; one at least is scheduled."""
        refused: ModelError | None = None
        n_t = self.built.problem.n_periods
        counts = list(dict.fromkeys((max(1, n_t // 2), n_t, max(1, n_t // 4), 1)))
        tries = [(count, cut) for count in counts for cut in _CUTS[:2]]
        if self.turns is None:
            effort = _STARTS * self.seconds / len(tries)
            turns = None
        else:
            effort, turns = np.inf, int(_STARTS * self.turns / len(tries))
        rings: dict[int, _I4] = {}
        for count, cut in tries:
            if self.worth > -np.inf and self.over(_STARTS):
                break
            if count not in rings:
                rings[count] = self._rings(plan, count)
                if self.worth > -np.inf and self.over(_STARTS):
                    break  # rings may be unfinished, and there is a plan
            pieces = self._pieces(rings[count], plan, cut)
            if pieces.problem.n == 0:
                missed = unmet(self.built.problem, self.best)
                if not missed:
                    self.keep(self.best)
                else:
                    refused = ModelError(f"there is room nowhere, and {missed[0]}")
                continue
            self.spent += turns or 0
            try:
                solution = solve_production(
                    pieces.problem, gap=_GAP, seconds=effort, turns=turns, seed=self.seed,
                    exact=False, stop=self.stop,
                )  # fmt: skip
            except ModelError as error:
                refused = error
                continue
            self.keep(pieces.units(solution.plan))
        if self.worth == -np.inf and refused is not None:
            raise ModelError(
                f"no schedule with room of {self.room.mining_m + self.room.ramp_m:g} m keeps the "
                f"limits: {refused.what}",
                where=refused.where,
                fix="a smaller mining width, or a lower minimum",
            ) from refused

    def _rings(self, plan: Plan, count: int) -> _I4:
        """Rings with room, as near as may be to the plan's periods taken ``count`` at a time.

        Returns the ring of each unit, -1 for units that no ring holds whole.
        """
        n_t, benches = self.built.problem.n_periods, self.benches
        rock = np.bincount(plan.period[benches.unit], weights=benches.tonnes, minlength=n_t + 1)[
            :n_t
        ]
        begun = np.concatenate([[0.0], np.cumsum(rock)[:-1]]) / max(rock.sum(), 1e-300)
        # what is not mined now lies about the last of them
        group = np.append(np.minimum((begun * count + 1e-9).astype(np.int64), count - 1), count - 1)
        walls = Walls.of(
            self.model,
            Precedence.of(self.model, self.pattern),
            WorkingRoom(self.room.mining_m, self.room.mining_m + self.room.ramp_m,
                        self.room.ramp_m, shape=self.room.shape),
        )  # fmt: skip
        inside = np.zeros(len(benches.air), bool)
        inside[benches.block] = True
        level = np.full(len(benches.air), count, np.int64)
        level[benches.block] = group[plan.period[benches.unit]]
        value = np.zeros(len(benches.air))
        value[benches.block] = self._block_value()
        outer = walls.largest(inside)
        ring = np.where(outer, count - 1, -1).astype(np.int32)
        for p in range(count - 2, -1, -1):
            if self.worth > -np.inf and self.over(_STARTS):
                break
            inner = walls.apart(walls.largest(outer & (level <= p)), outer, value)
            ring[inner] = p
            outer = inner
        return self._of_units(ring[benches.block])

    def _of_units(self, ring: _I4) -> _I4:
        """Ring of each unit; where its blocks differ, the outermost, and -1 where one has none."""
        n = self.built.problem.n
        out = np.full(n, -1, np.int32)
        np.maximum.at(out, self.benches.unit, ring)
        out[self.benches.unit[ring < 0]] = -1
        return out

    def _block_value(self) -> _F8:
        """Value of each block of the schedule where it is worth most, the mean of the periods.

        A unit's is spread over its blocks.
        """
        unit = self.benches.unit
        value = self.instance.value.mean(axis=0).max(axis=1)
        size = np.bincount(unit, minlength=self.built.problem.n)
        spread: _F8 = value[unit] / size[unit]
        return spread

    # --- cutting the plan in hand anew

    def cut_anew(self) -> None:
        """Decide neighbourhoods of the best plan again, with other pieces each time."""
        self.stage = "improving the plan with room"
        slice_s = max(_PIECES * self.seconds - self.elapsed(), 0.0) / _SLICES
        slices, turns = 2 * _SLICES, None
        if self.turns is not None:
            left = int(_PIECES * self.turns) - self.spent
            slices = min(_SLICES, left)
            turns = left // slices if slices > 0 else 0
        for turn in range(slices):
            if self.over(_PIECES):
                break
            self.spent += turns or 0
            pieces = self._pieces(self.best.period, self.best, _CUTS[turn % len(_CUTS)])
            self._search(pieces, slice_s, turns)

    def _search(self, pieces: Pieces, seconds: float, turns: int | None) -> None:
        small = restrict(pieces.problem)
        if small.problem.n == 0:
            return
        instance = unpack(small.problem, small.earliest, small.order)
        now = small.part(pieces.part(self.best.period))
        found = search(
            instance, now, effort=Effort(seconds, turns=turns), target=self.target,
            seed=int(self.rng.integers(2**31)), restart=lambda _: now, stop=self.stop,
        )  # fmt: skip
        self.keep(pieces.units(small.whole(found)))

    def decide_anew(self) -> None:
        """Decide neighbourhoods of the best plan again, block by block."""
        if self.instance.missing(self.best) > 0.0:
            return  # a program that holds all constraints has nothing to start from
        near = Neighbourhoods.of(self.benches)
        fruitless, divide = 0, False
        turns = itertools.count() if self.turns is None else range(self.turns - self.spent)
        for turn in turns:
            if self.over() or fruitless >= _FRUITLESS:
                break
            free, first, last = near.draw(self.best, self.instance.n_periods, self.rng)
            began = time.perf_counter()
            left = max(min(_TURN_SECONDS, self.seconds - self.elapsed()), 0.1)
            found, proven = FineProgram(
                self.instance, self.benches, self.best, free, first, last
            ).solve(
                left if self.turns is None else np.inf, int(self.rng.integers(2**31)),
                nodes=None if self.turns is None else _NODES,
            )  # fmt: skip
            took = time.perf_counter() - began
            near.learn(proven=proven, quick=self.turns is not None or took < 0.3 * _TURN_SECONDS)
            before = self.worth
            self.take(found)
            better = self.worth > before
            fruitless, divide = (0 if better else fruitless + 1), divide or better
            if divide and (turn + 1) % _DIVIDE_EVERY == 0:
                self.keep(self.best)
                divide = False
        if divide:
            self.keep(self.best)

    def _pieces(self, zone: _I4, plan: Plan, cut: Cut) -> Pieces:
        piece, narrow = self.benches.pieces(zone.astype(np.int32), cut, self.rng)
        problem = self.built.problem
        return gathered(problem, piece, narrow, ways_to_divide(problem, plan))
