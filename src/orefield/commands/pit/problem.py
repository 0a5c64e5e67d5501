"""The scheduling problem of a model with all that its planner asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit.config import PitConfig
from orefield.commands.pit.feeding import BlendAsked, FeedAsked, Feeding, fed
from orefield.commands.pit.ordering import in_order
from orefield.commands.pit.wish_settings import Pile
from orefield.core import BlockModel
from orefield.pit.model_problem import ModelProblem, coarse_groups, model_problem
from orefield.pit.model_stock import BlockPile, block_pile
from orefield.pit.phasing.precedence import Slopes
from orefield.pit.valuation import GradeValuation, Valuation
from orefield.pit.worth import Worth

if TYPE_CHECKING:
    from orefield.pit.production.problem import Limit

_I8 = NDArray[np.int64]
_MASK = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ScheduleProblem:
    """What is scheduled, and all that is told of it.

    Attributes
    ----------
    built : ModelProblem
    valuation : Valuation
        With the stockpiles that are scheduled.
    worth : Worth
        Of the pit's blocks, in the order of ``built.block``.
    limits : tuple of Limit
        Of the same blocks, without stock taken up.
    piles : tuple of BlockPile
    blends : tuple of BlendAsked
    feeds : tuple of FeedAsked
    phase : int64 array, shape (m,)
        Of the pit's blocks; 0 where there are no phases.
    """

    built: ModelProblem
    valuation: Valuation
    worth: Worth
    limits: tuple[Limit, ...]
    piles: tuple[BlockPile, ...]
    blends: tuple[BlendAsked, ...]
    feeds: tuple[FeedAsked, ...]
    phase: _I8


def schedule_problem(
    model: BlockModel,
    config: PitConfig,
    pattern: Slopes,
    pit: _MASK,
    rock: _MASK,
    phase: NDArray[np.integer] | None,
) -> ScheduleProblem:
    """The scheduling problem of a pit.

    Parameters
    ----------
    model : BlockModel
        With a density.
    config : PitConfig
        What is asked.
    pattern : SlopePattern or SlopeDomains
        Slopes.
    pit, rock : bool arrays, shape (n,)
        Blocks that may be taken; blocks with rock.
    phase : int array, shape (n,), optional
        Where the schedule is within phases.

    Raises
    ------
    ModelError
        When the pit is empty, a phase, code or field does not exist, or nothing may go to a
        stockpile.
    """
    at = np.flatnonzero(pit & rock)
    valuation = config.valuation
    if config.wishes.piles and isinstance(valuation, GradeValuation):
        valuation = replace(valuation, piles=tuple(pile.name for pile in config.wishes.piles))
    worth = valuation.worth(model, at)
    limits = valuation.limits(model, config.usages, at)
    piles = _piles(model, config, valuation, at) if len(at) else ()
    s, group = config.scheduling, None
    if s.cells is not None or s.by_phase:
        group = coarse_groups(model, cells=s.cells or (0, 0), phase=phase if s.by_phase else None)
    built = model_problem(
        model, pit, pattern, worth, limits, group=group, bins={p.name: p.bin for p in piles}
    )
    of_block = np.zeros(len(at), np.int64) if phase is None else phase[at].astype(np.int64)
    built = in_order(built, model, s, of_block)
    blends, feeds = Feeding(model, valuation, piles, at).asked(
        config.wishes.blends, config.wishes.feeds
    )
    built = fed(built, piles, blends, feeds)
    return ScheduleProblem(built, valuation, worth, limits, piles, blends, feeds, of_block)


def _piles(
    model: BlockModel, config: PitConfig, valuation: Valuation, at: _I8
) -> tuple[BlockPile, ...]:
    if not isinstance(valuation, GradeValuation):
        return ()
    feeding = Feeding(model, valuation, (), at)

    def made(pile: Pile) -> BlockPile:
        grade = (
            None if pile.grade is None else feeding.grade(pile.grade, f"[[stockpile]] {pile.name}")
        )
        return block_pile(
            model, valuation, pile.name, blocks=at, slots=pile.slots, bins=pile.bins, grade=grade,
            usages=config.usages, room_t=pile.room_t, each_as_itself=pile.each_as_itself,
        )  # fmt: skip

    return tuple(made(pile) for pile in config.wishes.piles)
