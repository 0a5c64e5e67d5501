"""One call of ``orefield pit risk``: the model with its realisations, and plans judged on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.files import plain
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.risk_draws import Draws, find_draws
from orefield.commands.pit.risk_plan import GivenPlan, read_plan
from orefield.commands.pit.risk_problem import (
    RiskProblem,
    Simulated,
    Split,
    mean_against_realisations,
    mean_model,
    split,
)
from orefield.commands.pit.risk_report import HELD, SEEN, Judged
from orefield.commands.pit.risk_settings import RiskSettings
from orefield.core import ModelError
from orefield.pit.production.problem import Plan
from orefield.pit.risk import RiskSchedule, evaluate

MEAN, RISK, GIVEN = "mean values", "with risk", "given"


@dataclass(frozen=True, eq=False)
class RiskTask:
    """The model with its realisations, and the problem made of them.

    Attributes
    ----------
    planner : Planner
        With the mean model.
    settings : RiskSettings
    draws : Draws
    chosen : Split
    made_mean : tuple of str
        Fields that the model lacks: the mean of realisations stands for them.
    given : GivenPlan or None
        Where only a plan is judged.
    ore : float64 array, shape (n,)
        Share of realisations in which each block is ore.
    problem : RiskProblem
    """

    planner: Planner
    settings: RiskSettings
    draws: Draws
    chosen: Split
    made_mean: tuple[str, ...]
    given: GivenPlan | None
    ore: NDArray[np.float64]
    problem: RiskProblem

    @classmethod
    def of(cls, planner: Planner, settings: RiskSettings, plan: Path | None) -> RiskTask:
        """Read realisations and plan, value them, find the pit, make the problems.

        Raises
        ------
        OrefieldError
            For what is wrong with any of them.
        """
        say, config, given = planner.tell, planner.config, None
        draws = find_draws(planner.model, config, settings)
        say("reading realisations", 0.05)
        chosen = split(draws.n, settings)
        mean, lacking = mean_model(planner.model, draws, chosen.seen)
        if plan is not None:
            # a plan in hand is one of blocks, takes those that it takes, in the order it has
            blocks = replace(
                config.scheduling, within="limit", cells=None, by_phase=False,
                sinking_benches=None, sinking_each_period=False, not_before=(), order=(),
            )  # fmt: skip
            config = replace(config, scheduling=blocks)
            valuation = config.valuation
            given = read_plan(plan, mean.grid, valuation.calendar.n, valuation.destinations)
        planner = Planner(config, mean, say, planner.as_read)
        simulated = Simulated(planner, draws, chosen, settings)
        ore, value = simulated.ore_and_value(lambda what, done: say(what, 0.1 + 0.3 * done))
        pit = simulated.pit(value) if given is None else given.period >= 0
        problem = simulated.problem(pit, lambda what, done: say(what, 0.5 + 0.5 * done))
        return cls(planner, settings, draws, chosen, lacking, given, ore, problem)

    def judged(self, found: RiskSchedule | None) -> list[Judged]:
        """All plans on both samples."""
        seen, held = self.problem.seen, self.problem.held
        if found is None:
            assert self.given is not None
            plan = self._plan(self.given)
            known = evaluate(plan, seen.realisations, seen.targets, adapt=self.settings.adapt)
            made = [(GIVEN, plan, known)]
        else:
            made = [
                (MEAN, found.mean_plan, found.mean_evaluation),
                (RISK, found.plan, found.evaluation),
            ]
        out = []
        for name, plan, known in made:
            samples = {SEEN: known}
            if held is not None:
                samples[HELD] = evaluate(
                    plan, held.realisations, held.targets, adapt=self.settings.adapt
                )
            out.append(Judged(name, plan, samples))
        return out

    def _plan(self, given: GivenPlan) -> Plan:
        """The given plan as one of the problem, which has a unit for each block it takes."""
        built = self.problem.built
        period = given.period[built.block].astype(np.int32)
        problem = built.problem
        block = np.repeat(np.arange(problem.n), np.diff(problem.start))
        early = np.flatnonzero(period[problem.needed] > period[block])
        if len(early):
            first, over = built.block[block[early[0]]], built.block[problem.needed[early[0]]]
            raise ModelError(
                f"block {first} is mined in period {period[block[early[0]]]}, before block {over} "
                f"above it (period {period[problem.needed[early[0]]]})",
                where=str(given.path),
                fix="give the slopes that the plan was made with",
            )
        share = np.zeros((problem.n, problem.n_destinations))
        if given.share:
            share = given.shares(built.block, built.names)
        elif self.settings.adapt:
            share[:, 0] = 1.0  # not looked at: destinations follow grades
        else:
            raise ModelError(
                "the plan does not say where blocks go, and destinations do not adapt",
                where=str(given.path),
                fix="add a column 'destination', or give [risk] adapt = true",
            )
        return Plan(period, share)

    def about(self) -> dict[str, Any]:
        """What the realisations are, for JSON."""
        names = self.draws.names
        return {
            "count": self.draws.n,
            "fields": list(self.draws.fields),
            "source": self.draws.source,
            "seed": self.settings.seed,
            "in_sample": [names[k] for k in self.chosen.seen],
            "held_out": [names[k] for k in self.chosen.held],
            "mean_of_realisations": list(self.made_mean),
            "mean_above_realisations": {name: plain(share) for name, share in self.bias().items()},
        }

    def bias(self) -> dict[str, float]:
        """By how much the model's own fields lie above the mean of realisations, in the pit."""
        found = mean_against_realisations(
            self.planner.model, self.draws, self.chosen.seen, self.problem.built.block
        )
        return {name: share for name, share in found.items() if name not in self.made_mean}
