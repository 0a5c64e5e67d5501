"""A pit's schedule over realisations: the problems, their targets, and what is held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit.planning import Planner
from orefield.commands.pit.problem import ScheduleProblem, schedule_problem
from orefield.commands.pit.risk_draws import Draws, of_realisation
from orefield.commands.pit.risk_settings import RiskSettings, TargetSettings
from orefield.core import BlockModel, InputError, ModelError
from orefield.core.telling import Tell
from orefield.pit.limit import ultimate_pit
from orefield.pit.model_problem import ModelProblem
from orefield.pit.production.problem import ProductionProblem
from orefield.pit.risk import Realisations, Target, geological_penalty
from orefield.pit.worth import Calendar

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Which realisations plans are made with, and which they are only judged on.

    Attributes
    ----------
    seen, held : int64 arrays
        Numbers of realisations, rising.
    """

    seen: _I8
    held: _I8

    @property
    def used(self) -> _I8:
        """All of them, those seen first."""
        return np.concatenate([self.seen, self.held])


@dataclass(frozen=True, eq=False)
class Sample:
    """Realisations of the pit's schedule, with what it is to deliver in each."""

    realisations: Realisations
    targets: tuple[Target, ...]


@dataclass(frozen=True, eq=False)
class RiskProblem:
    """The pit's schedule over realisations.

    Attributes
    ----------
    built : ModelProblem
        On mean grades; where its units lie in the model.
    mean : ProductionProblem
        The same without targets.
    seen : Sample
    held : Sample or None
        ``None`` where nothing is held out.
    """

    built: ModelProblem
    mean: ProductionProblem
    seen: Sample
    held: Sample | None


def split(n: int, settings: RiskSettings) -> Split:
    """Draw what is used and what is held out, by the seed of the settings.

    Raises
    ------
    ModelError
        When more are asked for than there are, or fewer than two are left to plan with.
    """
    if settings.count is not None and settings.count > n:
        raise ModelError(
            f"{settings.count} realisations are asked for, and there are {n}", where="[risk] count"
        )
    used = np.random.default_rng(settings.seed).permutation(n)[: settings.count]
    out = settings.hold_out
    held = int(out * len(used) + 0.5) if out < 1 else int(out)
    if len(used) - held < 2:
        if settings.hold_out_given:
            raise ModelError(
                f"{held} of {len(used)} realisations are held out: two at least must be left",
                where="[risk] hold_out",
                fix="hold out fewer, or 0",
            )
        held = 0
    return Split(np.sort(used[held:]), np.sort(used[:held]))


def mean_model(model: BlockModel, draws: Draws, seen: _I8) -> tuple[BlockModel, tuple[str, ...]]:
    """The model with the mean of realisations in the fields that it lacks, and these fields.

    Raises
    ------
    ModelError
        When a field it lacks holds words.
    """
    lacking = tuple(name for name in draws.fields if name not in model.fields)
    made: dict[str, NDArray[np.generic]] = {}
    for name in lacking:
        if draws.fields[name][0].dtype.kind not in "fiu":
            raise ModelError(
                f"the model has no field '{name}', and words have no mean",
                where=f"[risk.fields] {name}",
                fix=f"add '{name}' to the model",
            )
        made[name] = _mean([draws.fields[name][k] for k in seen])
    return model.with_fields(**made), lacking


def mean_against_realisations(
    model: BlockModel, draws: Draws, seen: _I8, at: _I8
) -> dict[str, float]:
    """By how much the model's own fields lie above the mean of realisations, as a fraction.

    Over the blocks ``at``; fields of words, and those without a mean, are left out.
    """
    out = {}
    for name, drawn in draws.fields.items():
        own = model[name]
        if own.dtype.kind not in "fiu":
            continue
        mean = float(np.mean([np.asarray(drawn[k], np.float64)[at].mean() for k in seen]))
        if mean != 0.0:
            out[name] = float(np.asarray(own, np.float64)[at].mean()) / mean - 1.0
    return out


class Simulated:
    """A planner's model in all its realisations.

    Parameters
    ----------
    planner : Planner
        With the mean model.
    draws : Draws
        All realisations.
    chosen : Split
        Those that are used.
    settings : RiskSettings
        With the targets.
    """

    def __init__(
        self, planner: Planner, draws: Draws, chosen: Split, settings: RiskSettings
    ) -> None:
        usages = (*planner.config.usages, *(target.usage for target in settings.targets))
        self.config = replace(planner.config, usages=usages)
        self.planner, self.draws, self.chosen, self.settings = planner, draws, chosen, settings

    def ore_and_value(self, tell: Tell) -> tuple[_F8, _F8]:
        """Share of realisations in which each block is ore; its mean value at its best, (n,).

        Ore is what is worth more at a destination that makes something of it than at a dump, at
        long-term prices, and for a single destination what earns. The mean is of the
        realisations that plans are made with.
        """
        planner, n = self.planner, self.planner.model.grid.n
        at = np.flatnonzero(planner.rock)
        ore, value = np.zeros(n), np.zeros(n)
        seen = set(self.chosen.seen.tolist())
        used = self.chosen.used
        for done, k in enumerate(used):
            tell(f"valuing {len(used)} realisations", done / len(used))
            try:
                worth = planner.config.valuation.worth(self.draws.model(planner.model, k), at)
            except InputError as error:
                raise of_realisation(error, self.draws.names[k]) from None
            each = np.where(worth.allowed, worth.value(), -np.inf)
            made = np.array([kind != "dump" for kind in worth.kinds])
            # the first of equals: a dump before a mill
            order = np.argsort(made, kind="stable")
            best = order[each[:, order].argmax(axis=1)]
            top = each[np.arange(len(at)), best]
            ore[at] += top > 0 if len(made) == 1 else made[best]
            if int(k) in seen:
                value[at] += top
        return ore / len(used), value / len(seen)

    def pit(self, mean_value: _F8) -> NDArray[np.bool_]:
        """Blocks that a plan may take: of the mean model's pit, or worth it on average.

        What a block earns on average where it is sent by its grade is more than what its mean
        grade earns, so that the pit of the second may be the larger.
        """
        planner = self.planner
        if planner.config.scheduling.within == "phases":
            return planner.schedule_pit
        wider = ultimate_pit(planner.model, mean_value, planner.pattern)
        return planner.schedule_pit | wider

    def problem(self, pit: NDArray[np.bool_], tell: Tell) -> RiskProblem:
        """The problems of a pit, one realisation after the other.

        Raises
        ------
        InputError
            As :func:`~orefield.commands.pit.problem.schedule_problem`; with the realisation.
        ModelError
            When a limit has the name that a target has among limits.
        """
        built = self._of(self.planner.model, pit).built
        self._refuse_taken([limit.name for limit in built.problem.limits])
        count = len(self.chosen.used)

        def told(done: int) -> None:
            tell(f"problems of {count} realisations", done / count)

        seen = self._sample(built, pit, self.chosen.seen, told)
        held = None
        if len(self.chosen.held):
            before = len(self.chosen.seen)
            held = self._sample(built, pit, self.chosen.held, lambda done: told(before + done))
        mean = _without(_named_apart(built.problem), {t.usage.name for t in self.settings.targets})
        return RiskProblem(built, mean, seen, held)

    def _refuse_taken(self, names: list[str]) -> None:
        """Targets stand among limits, by name: one more of that name would be lost with them."""
        for target in self.settings.targets:
            if names.count(target.usage.name) > 1:
                raise ModelError(
                    f"a limit is called '{target.usage.name}', which stands for the target "
                    f"'{target.name}'",
                    where=f"{self.config.path}, [[limit]]",
                    fix="give the limit another name",
                )

    def _sample(
        self, built: ModelProblem, pit: NDArray[np.bool_], numbers: _I8, told: Callable[[int], None]
    ) -> Sample:
        whole = Realisations.of(self._problems(built, pit, numbers, told), count=len(numbers))
        names = {t.usage.name for t in self.settings.targets}
        uses = {name: use for name, use in whole.uses.items() if name not in names}
        limits = {limit.name: limit.use for limit in whole.base.limits}
        calendar = self.config.valuation.calendar
        targets = tuple(
            _target(t, whole.uses.get(t.usage.name, limits[t.usage.name]), calendar)
            for t in self.settings.targets
        )
        kept = Realisations(_without(whole.base, names), whole.value, uses, whole.probability)
        return Sample(kept, targets)

    def _problems(
        self, built: ModelProblem, pit: NDArray[np.bool_], numbers: _I8, told: Callable[[int], None]
    ) -> Iterator[ProductionProblem]:
        for done, k in enumerate(numbers):
            told(done)
            try:
                found = self._of(self.draws.model(self.planner.model, k), pit)
            except InputError as error:
                raise of_realisation(error, self.draws.names[k]) from None
            problem = found.built.problem
            if not self.settings.adapt:
                # destinations are those of the mean model, whatever grades turn out to be
                used = {limit.name: built.gathered(limit.use) for limit in found.limits}
                problem = replace(
                    problem,
                    value=np.stack([built.gathered(part) for part in found.worth.parts]),
                    limits=tuple(replace(x, use=used.get(x.name, x.use)) for x in problem.limits),
                )
            yield _named_apart(problem)

    def _of(self, model: BlockModel, pit: NDArray[np.bool_]) -> ScheduleProblem:
        """The problem of a realisation, in a pit and phases that are those of the mean model."""
        planner = self.planner
        within = self.config.scheduling.within == "phases"
        return schedule_problem(
            model, self.config, planner.pattern, pit, planner.rock,
            planner.design.phase if within else None,
        )  # fmt: skip


def _target(settings: TargetSettings, use: _F8, calendar: Calendar) -> Target:
    n_t = calendar.n
    asked = settings.amount.over(calendar)[:-1]
    if settings.per == "year":
        asked = asked * np.asarray(calendar.years, np.float64)
    if settings.until is not None:
        asked = np.where(np.arange(n_t) < settings.until, asked, 0.0)
    penalty = None
    if settings.penalty_usd is not None:
        penalty = settings.penalty_usd.over(calendar)[:-1] * calendar.discount
        penalty = penalty * geological_penalty(1.0, settings.geological_rate, n_t)
    return Target(settings.name, use, asked, penalty)


def _named_apart(problem: ProductionProblem) -> ProductionProblem:
    """The problem with a number after the name of a limit that others have too."""
    seen: dict[str, int] = {}
    limits = []
    for limit in problem.limits:
        seen[limit.name] = seen.get(limit.name, 0) + 1
        number = seen[limit.name]
        limits.append(limit if number == 1 else replace(limit, name=f"{limit.name} ({number})"))
    return replace(problem, limits=tuple(limits))


def _without(problem: ProductionProblem, names: set[str]) -> ProductionProblem:
    return replace(problem, limits=tuple(x for x in problem.limits if x.name not in names))


def _mean(values: list[NDArray[np.generic]]) -> _F8:
    out = np.zeros(len(values[0]))
    for each in values:
        out += np.asarray(each, np.float64)
    return out / len(values)
