"""What a planner asks of the feed of a mill: blends, targets, stock taken up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit.wish_settings import Blend, Feed, GradeOf, blend_bounds
from orefield.core import BlockModel, ModelError
from orefield.pit.model_problem import ModelProblem
from orefield.pit.model_stock import BlockPile, stocked, use_when_taken_up
from orefield.pit.production.blend_bounds import distinct_bounds
from orefield.pit.production.feed_wishes import blend, feed_near, feed_steady
from orefield.pit.valuation import GradeValuation, Valuation
from orefield.pit.worth import Amount, Usage

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Quantity:
    """What whole blocks of a pit hold, or take, at each destination and when taken up.

    Attributes
    ----------
    fresh : float64 array, shape (m, d)
    later : mapping of str to float64 array, shape (m,)
        By stockpile: of a block taken up from it.
    """

    fresh: _F8
    later: Mapping[str, _F8] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class BlendAsked:
    """A blend, the feed it is of and what that holds (grade times tonnes), with its bounds."""

    asked: Blend
    unit: str
    feed: Quantity
    content: Quantity
    lower: _F8
    upper: _F8


@dataclass(frozen=True, eq=False)
class FeedAsked:
    """A feed and its target in every period, nan where it has none."""

    asked: Feed
    feed: Quantity
    target: _F8


class Feeding:
    """What is asked of the feed of a pit's blocks: blends, targets, stockpiles.

    Parameters
    ----------
    model : BlockModel
    valuation : Valuation
        With the stockpiles among its destinations.
    piles : sequence of BlockPile
    block : int64 array, shape (m,)
        Flat indices of the blocks.
    """

    def __init__(
        self, model: BlockModel, valuation: Valuation, piles: Sequence[BlockPile], block: _I8
    ) -> None:
        self.model, self.valuation, self.block = model, valuation, block
        self.piles = tuple(piles)

    def quantity(self, usage: Usage) -> Quantity:
        """A usage of the blocks, where they go and when they are taken up."""
        fresh = self.valuation.usage(self.model, [usage], self.block)[0]
        if not isinstance(self.valuation, GradeValuation):
            return Quantity(fresh)
        later = {
            pile.name: use_when_taken_up(
                self.model, self.valuation, pile.name, (usage,), blocks=self.block
            )[0]
            for pile in self.piles
        }
        return Quantity(fresh, later)

    def feed(self, destinations: tuple[str, ...]) -> Quantity:
        """Tonnes fed at some destinations."""
        return self.quantity(
            Usage(name="feed", amounts=(Amount(of="processed", destinations=destinations),))
        )

    def grade(self, of: GradeOf, where: str) -> _F8:
        """Grade of the blocks as they lie, shape (m,).

        Raises
        ------
        ModelError
            When the model lacks the field, or it holds no finite numbers.
        """
        name, optional = of.field, False
        if of.element and isinstance(self.valuation, GradeValuation):
            element = self.valuation.economy.element(of.element)
            name, optional = element.field, element.optional
        if optional and name not in self.model.fields:
            return np.zeros(len(self.block))
        values = self.model[name][self.block]
        if values.dtype.kind not in "fiu" or not np.isfinite(values.astype(np.float64)).all():
            raise ModelError(f"field '{name}' does not hold a number for every block", where=where)
        return np.asarray(values, dtype=np.float64)

    def content(self, feed: Quantity, of: GradeOf, grade: _F8) -> Quantity:
        """Grade times tonnes of feed; an element is thinned by the dilution of what it feeds."""
        fresh, later = feed.fresh * grade[:, None], {}
        for name, tonnes in feed.later.items():
            later[name] = tonnes * grade
        if of.element and isinstance(self.valuation, GradeValuation):
            economy, kept = self.valuation.economy, self.valuation.destinations
            for d, name in enumerate(kept):
                fresh[:, d] /= 1.0 + economy.destination(name).dilution
            for name, held in later.items():
                to = economy.destination(name).reclaim_to
                later[name] = held / (1.0 + economy.destination(to).dilution)
        return Quantity(fresh, later)

    def asked(
        self, blends: Sequence[Blend], feeds: Sequence[Feed]
    ) -> tuple[tuple[BlendAsked, ...], tuple[FeedAsked, ...]]:
        """Wishes with what the blocks hold of them.

        Raises
        ------
        ModelError
            When the model lacks what a grade is read from.
        """
        mixed = []
        for wish in blends:
            feed = self.feed(wish.destinations)
            grade = self.grade(wish.grade, f"[[blend]] '{wish.name}'")
            lower, upper = blend_bounds(wish, self.valuation)
            content = self.content(feed, wish.grade, grade)
            unit = wish.grade.unit(self.valuation)
            mixed.append(BlendAsked(wish, unit, feed, content, lower, upper))
        calendar = self.valuation.calendar
        near = []
        for aim in feeds:
            target = np.full(calendar.n, np.nan)
            if aim.target is not None:
                target = aim.target.over(calendar)[:-1]
                target = target * (np.asarray(calendar.years) if aim.per_year else 1.0)
            near.append(FeedAsked(aim, self.feed(aim.destinations), target))
        return tuple(mixed), tuple(near)


def fed(
    built: ModelProblem,
    piles: Sequence[BlockPile],
    blends: Sequence[BlendAsked],
    feeds: Sequence[FeedAsked],
) -> ModelProblem:
    """The problem in which stock is taken up, and feed is as it is asked for.

    Raises
    ------
    ModelError
        When the problem does not fit into memory with what is asked.
    """
    problem = built.problem
    later: dict[str, dict[str, _F8]] = {pile.name: dict(pile.takes) for pile in piles}
    for wish in blends:
        feed, content = built.gathered(wish.feed.fresh), built.gathered(wish.content.fresh)
        grade = np.divide(content, feed, out=np.zeros_like(feed), where=feed > 0)
        before = len(problem.limits)
        problem = blend(
            problem, feed, grade, lower=wish.lower, upper=wish.upper, name=wish.asked.name
        )
        bounds = distinct_bounds(wish.lower, wish.upper)
        for limit, (bound, _) in zip(problem.limits[before:], bounds, strict=True):
            for name, taken in later.items():
                taken[limit.name] = wish.content.later[name] - bound * wish.feed.later[name]
    for aim in feeds:
        if aim.asked.target is None:
            continue
        problem = feed_near(
            problem, built.gathered(aim.feed.fresh), aim.target, aim.asked.within,
            name=aim.asked.name, until=aim.asked.until,
        )  # fmt: skip
        for name, taken in later.items():
            taken[aim.asked.name] = aim.feed.later[name]
    out = stocked(
        replace(built, problem=problem),
        [replace(pile, takes=later[pile.name]) for pile in piles],
    )
    for aim in feeds:
        if aim.asked.steady_within is not None:
            out = _steady(out, aim)
    return out


def _steady(built: ModelProblem, aim: FeedAsked) -> ModelProblem:
    taken = [
        (slot, column, built.sums(np.where(there, tonnes, 0.0)))
        for name, tonnes in aim.feed.later.items()
        for column, slot, there in built.slot_columns(name)
    ]
    return replace(
        built,
        problem=feed_steady(
            built.problem, built.gathered(aim.feed.fresh), aim.asked.steady_within or 0.0,
            name=f"{aim.asked.name}, steady", until=aim.asked.until, later=taken,
        ),
    )  # fmt: skip
