"""From settings and a model to pits, shells, phases and schedules, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import forward
from orefield.commands.pit.config import PitConfig, read_config
from orefield.commands.pit.problem import ScheduleProblem, schedule_problem
from orefield.commands.pit.slopes import slopes_of
from orefield.core import BlockModel, ModelError
from orefield.core.model_files import read_model, refuse_value_in_air
from orefield.core.telling import Tell
from orefield.pit.limit import ultimate_pit
from orefield.pit.model_problem import ModelProblem
from orefield.pit.phasing import (
    PhaseDesign,
    Violation,
    check_phases,
    minable_phases,
    phases_by_tonnes,
    phases_by_value,
    repair_phases,
    shell_benches,
)
from orefield.pit.phasing.precedence import Slopes
from orefield.pit.shell_analysis import PitByPit, pit_by_pit
from orefield.pit.shell_blocks import ShellBlocks, blocks_by_destination
from orefield.pit.shells import shells_by_value
from orefield.pit.valuation import GradeValuation
from orefield.pit.worth import Worth

if TYPE_CHECKING:
    from orefield.pit.production.problem import Limit

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

_SPELLED_OUT = 5


def _weighed(model: BlockModel, config: PitConfig) -> BlockModel:
    """The model with a density; values need none, and rock is then counted in cubic metres.

    Raises
    ------
    ModelError
        When grades are to be valued and there is no density.
    """
    if "density_t_m3" in model.fields:
        return model
    if isinstance(config.valuation, GradeValuation):
        raise ModelError(
            "the block model has no field 'density_t_m3'",
            where="[model]",
            fix="name its column: rename = { density_t_m3 = ... }; it has: "
            + ", ".join(sorted(model.fields)),
        )
    return model.with_fields(density_t_m3=np.ones(model.grid.n))


@dataclass
class Planner:
    """A model and its settings; every result is worked out once, when it is asked for.

    Attributes
    ----------
    config : PitConfig
    model : BlockModel
    tell : callable
        Told what is being done, and the share that is done.
    as_read : BlockModel
        The model without a density of its own making.
    """

    config: PitConfig
    model: BlockModel
    tell: Tell
    as_read: BlockModel

    @classmethod
    def open(cls, model: Path | str, config: Path | str, tell: Tell | None = None) -> Planner:
        """Read settings and model.

        Raises
        ------
        OrefieldError
            For what is wrong with either.
        """
        say = forward(tell)
        settings = read_config(config)
        say("reading the model", 0.0)
        blocks = read_model(model, settings.model)
        # said before the shells are found, not after
        settings.phasing.room.between(blocks.grid)
        settings.phasing.room.at_bottom(blocks.grid)
        return cls(settings, _weighed(blocks, settings), say, blocks)

    @cached_property
    def pattern(self) -> Slopes:
        """The slopes as offsets of blocks, everywhere alike or by domain."""
        return slopes_of(self.model, self.config.slopes)

    @cached_property
    def rock(self) -> _MASK:
        """Blocks with rock, shape (n,)."""
        found: _MASK = np.asarray(self.model.get("rock_fraction", 1.0)) > 0
        return found

    @cached_property
    def rock_t(self) -> _F8:
        """Tonnes of rock of each block; cubic metres where the model has no density."""
        return self.model.tonnes()

    @property
    def has_density(self) -> bool:
        """Whether rock is counted in tonnes."""
        return "density_t_m3" in self.as_read.fields

    @property
    def unit(self) -> str:
        """What rock is counted in."""
        return "t" if self.has_density else "m3"

    @cached_property
    def value(self) -> _F8:
        """Value (USD) of each block where it is worth most, shape (n,)."""
        self.tell("valuing blocks", 0.1)
        found = self.config.valuation.best(self.model)
        if self.config.model.above_topography == "error":
            refuse_value_in_air(self.model, found, "value")
        return found

    @cached_property
    def limit(self) -> _MASK:
        """The pit of greatest undiscounted value, shape (n,)."""
        value = self.value
        self.tell("finding the ultimate pit", 0.2)
        return ultimate_pit(self.model, value, self.pattern)

    @cached_property
    def shell(self) -> NDArray[np.int16]:
        """Innermost shell that holds each block, -1 outside, shape (n,)."""
        value = self.config.valuation.best

        def at(factor: float) -> _F8:
            return value(self.model, factor)

        def done(share: float) -> None:
            self.tell(f"nested shells, {len(self.config.factors)} of them", 0.2 + 0.5 * share)

        return shells_by_value(self.model, at, self.pattern, self.config.factors, progress=done)

    def shell_blocks(self, shell: NDArray[np.integer]) -> ShellBlocks:
        """Blocks at their best destinations at long-term prices.

        Only those inside a shell are valued; the others hold nothing.
        """
        at = np.flatnonzero((shell >= 0) & self.rock)
        valuation = self.config.valuation
        worth = valuation.worth(self.model, at)
        n, d = self.model.grid.n, len(worth.destinations)
        value, allowed = np.zeros((n, d)), np.ones((n, d), bool)
        value[at], allowed[at] = worth.value(), worth.allowed
        metal = {}
        for name, amount in valuation.metal_t(self.model, at).items():
            metal[name] = np.zeros((n, d))
            metal[name][at] = amount
        ore = [kind != "dump" for kind in worth.kinds]
        found = blocks_by_destination(
            self.model.grid.shape, shell, self.rock_t, value, ore, allowed=allowed, metal_t=metal
        )
        if d == 1:  # one value a block: what earns is ore
            ore_t = np.where(found.value_usd > 0, found.rock_t, 0.0)
            return ShellBlocks(
                found.shape, found.shell, found.rock_t, ore_t, found.value_usd, found.metal_t
            )
        return found

    @property
    def lag(self) -> int:
        """Benches between phases; by default each phase is finished before the next."""
        asked = self.config.phasing.lag
        return self.model.grid.shape[2] if asked is None else asked

    @cached_property
    def in_shells(self) -> ShellBlocks:
        """Blocks of the shells at their best destinations."""
        shell = self.shell
        self.tell("analysing shells", 0.75)
        return self.shell_blocks(shell)

    @cached_property
    def analysis(self) -> PitByPit:
        """Pit by pit; the specified case is that of the phases chosen, where any are asked."""
        blocks = self.in_shells
        asked = self.config.phasing.given and bool((self.shell >= 0).any())
        return self.by_pit(blocks, self.chosen if asked else None)

    def cases(self) -> dict[str, float]:
        """Discounted value (USD) of the designed pit: shell by shell, by phases, by benches."""
        phase = self.design.phase
        inside = phase >= 0
        rings = phase.astype(np.int16)
        if not self.config.phasing.own_field:
            # rock added for room lies outside all shells: it comes last
            ring = np.where(self.shell >= 0, self.shell, len(self.config.factors) - 1)
            rings = np.where(inside, ring, -1).astype(np.int16)
        n = max(int(rings.max(initial=0)) + 1, 1)
        c = self.config
        table = pit_by_pit(
            self.shell_blocks(rings), np.arange(1.0, n + 1), rock_cap_t=c.rock_cap_t,
            ore_cap_t=c.ore_cap_t, rate=c.valuation.calendar.discount_rate,
            phase=phase, lag=self.lag,
        )  # fmt: skip
        return {
            "best_usd": float(table.best_usd[-1]),
            "specified_usd": float(table.specified_usd[-1]),
            "worst_usd": float(table.worst_usd[-1]),
        }

    def by_pit(self, blocks: ShellBlocks, phase: NDArray[np.integer] | None) -> PitByPit:
        """The pit-by-pit table, with phases for its specified case."""
        c = self.config
        return pit_by_pit(
            blocks, c.factors, rock_cap_t=c.rock_cap_t, ore_cap_t=c.ore_cap_t,
            rate=c.valuation.calendar.discount_rate, phase=phase, lag=self.lag,
        )  # fmt: skip

    def final_shell(self) -> int:
        """The shell that ends the pit: of the factor asked, else nearest below 1."""
        factors = np.asarray(self.config.factors)
        wanted = self.config.phasing.final_factor
        if wanted is not None and not np.isclose(factors, wanted).any():
            raise ModelError(
                f"no shell has a revenue factor of {wanted:g}",
                where="[phases] final_factor",
                fix=f"there are shells from {factors[0]:g} to {factors[-1]:g}; see [shells]",
            )
        top = 1.0 if wanted is None else wanted
        below = np.flatnonzero(factors <= top * (1 + 1e-9))
        return int(below[-1]) if below.size else 0

    @cached_property
    def chosen(self) -> NDArray[np.int16]:
        """Phases chosen from shells, or the planner's own, before widths, shape (n,)."""
        p = self.config.phasing
        if p.own_field:
            return self._own_phases()
        final = self.final_shell()
        blocks = self.in_shells
        shell = np.where(self.shell <= final, self.shell, -1)
        benches = shell_benches(
            shell, blocks.shape, blocks.rock_t, blocks.ore_t, blocks.value_usd, final + 1
        )
        if p.by == "value":
            of_shell = phases_by_value(
                benches, p.count, rock_cap_t=self.config.rock_cap_t,
                ore_cap_t=self.config.ore_cap_t,
                rate=self.config.valuation.calendar.discount_rate,
                smallest_t=p.smallest_t, largest_t=p.largest_t,
            )  # fmt: skip
        else:
            of_shell = phases_by_tonnes(benches.rock.sum(axis=1), p.targets_t or (1.0,) * p.count)
        out = np.full(len(shell), -1, np.int16)
        out[shell >= 0] = of_shell[shell[shell >= 0]]
        return out

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Where the planner's own phases break the slopes."""
        name = self.config.phasing.own_field
        given = self.model[name]
        if given.dtype.kind not in "fiu":
            raise ModelError(f"field '{name}' holds no phase numbers", where="[phases] field")
        return check_phases(self.model, np.asarray(given, dtype=np.float64), self.pattern)

    def _own_phases(self) -> NDArray[np.int16]:
        name = self.config.phasing.own_field
        broken = self.violations
        given = np.asarray(self.model[name], dtype=np.float64)
        if broken and not self.config.phasing.repair:
            shown = "; ".join(
                f"block {v.block} (phase {v.phase}) needs block {v.needed} "
                f"({'in no phase' if v.needed_phase < 0 else f'phase {v.needed_phase}'})"
                for v in broken[:_SPELLED_OUT]
            )
            raise ModelError(
                f"the phases of '{name}' break the slopes at {len(broken):,} blocks: {shown}",
                where="[phases] field",
                fix="correct them, or give [phases] repair = true to move what is in the way",
            )
        if broken:
            return repair_phases(self.model, given, self.pattern)
        inside = (given >= 0) & self.rock
        return np.where(inside, given, -1).astype(np.int16)

    @cached_property
    def design(self) -> PhaseDesign:
        """Phases with room to work."""
        chosen = self.chosen
        self.tell("giving phases room to work", 0.85)
        p = self.config.phasing
        return minable_phases(
            self.model, chosen, self.pattern, p.room, value_usd=self.value, keep_limit=p.keep_limit
        )

    @cached_property
    def schedule_pit(self) -> _MASK:
        """Blocks that a schedule may take, shape (n,)."""
        if self.config.scheduling.within == "phases":
            return self.design.phase >= 0
        return self.limit

    @cached_property
    def to_schedule(self) -> ScheduleProblem:
        """What is scheduled, with all that is asked of it."""
        pit = self.schedule_pit
        phase = self.design.phase if self.config.scheduling.within == "phases" else None
        self.tell("building the schedule's problem", 0.25)
        return schedule_problem(self.model, self.config, self.pattern, pit, self.rock, phase)

    @property
    def scheduled(self) -> tuple[ModelProblem, Worth, tuple[Limit, ...]]:
        """The scheduling problem, with worth and limits of its blocks."""
        found = self.to_schedule
        return found.built, found.worth, found.limits
