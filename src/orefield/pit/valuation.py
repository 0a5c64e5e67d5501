"""What a model's blocks are worth, by an economy or by values that stand in the model.

Planners bring either grades, which an :class:`~orefield.pit.worth.Economy` values, or
values that another package computed. Both answer the same questions here: the best value
for a pit limit, at any revenue factor; the parts a schedule needs; what is ore.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.production.problem import Limit
from orefield.pit.worth import (
    Calendar,
    Destination,
    Economy,
    Element,
    Usage,
    Worth,
    best_value,
    block_limits,
    block_usages,
    block_worth,
)
from orefield.pit.worth.blocks import block_indices
from orefield.pit.worth.checks import finite
from orefield.pit.worth.usage import Amount

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]


@dataclass(frozen=True)
class GradeValuation:
    """Blocks valued by an economy from their grades.

    Attributes
    ----------
    economy : Economy
        Elements, destinations, costs, calendar.
    piles : tuple of str
        Stockpiles among the destinations; others of that kind are left out.

    Raises
    ------
    ModelError
        When a pile is no stockpile of the economy that feeds a mill or leach.
    """

    economy: Economy
    piles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.piles:
            pile = self.economy.destination(name)
            if pile.kind != "stockpile" or not pile.reclaim_to:
                raise ModelError(
                    f"'{name}' is not a stockpile that feeds a mill or leach",
                    where=f"destination '{name}'",
                    fix='give kind = "stockpile" and reclaim_to',
                )

    @property
    def calendar(self) -> Calendar:
        """The periods and the discount rate."""
        return self.economy.calendar

    @property
    def destinations(self) -> tuple[str, ...]:
        """Names of the destinations to schedule, in order."""
        return tuple(compress(self.economy.destination_names, self._kept))

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements that are recovered somewhere."""
        made = {m.element for d in self.economy.destinations for m in d.metals}
        return tuple(e.name for e in self.economy.elements if e.name in made)

    def at(self, calendar: Calendar) -> GradeValuation:
        """The same over another calendar."""
        return replace(self, economy=replace(self.economy, calendar=calendar))

    def best(self, model: BlockModel, factor: float = 1.0) -> _F8:
        """Undiscounted value (USD) at the best destination, prices times ``factor``, (n,).

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.best_value`, and for a negative factor.
        """
        economy = self.economy if factor == 1.0 else self.economy.at_revenue_factor(factor)
        return best_value(model, economy)

    def worth(self, model: BlockModel, blocks: ArrayLike | None = None) -> Worth:
        """Parts of value by destination and period; stockpiles but ``piles`` are left out.

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.block_worth`, and when a block may only go to a
            stockpile.
        """
        worth, kept = block_worth(model, self.economy, blocks=blocks), self._kept
        allowed = worth.allowed[:, kept]
        elsewhere = worth.allowed[:, [kind != "stockpile" for kind in worth.kinds]]
        lost = np.flatnonzero(~elsewhere.any(axis=1))
        if len(lost):
            raise ModelError(
                "a block may go to stockpiles alone",
                where=f"block {block_indices(model, blocks)[lost[0]]}",
                fix="add a dump that accepts its rock",
            )
        return replace(
            worth,
            parts=worth.parts[:, :, kept],
            destinations=tuple(compress(worth.destinations, kept)),
            kinds=tuple(compress(worth.kinds, kept)),
            allowed=allowed,
        )

    def limits(
        self, model: BlockModel, usages: Sequence[Usage], blocks: ArrayLike | None = None
    ) -> tuple[Limit, ...]:
        """Resource limits by destination and period; stockpiles but ``piles`` are left out.

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.block_limits`.
        """
        found = block_limits(model, self.economy, tuple(usages), blocks=blocks)
        return tuple(replace(limit, use=limit.use[:, self._kept]) for limit in found)

    def usage(
        self, model: BlockModel, usages: Sequence[Usage], blocks: ArrayLike | None = None
    ) -> _F8:
        """What whole blocks take at each destination, shape (len(usages), n, d).

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.block_usage`.
        """
        return block_usages(model, self.economy, tuple(usages), blocks=blocks)[:, :, self._kept]

    def metal_t(self, model: BlockModel, blocks: ArrayLike | None = None) -> dict[str, _F8]:
        """Tonnes recovered of each element at each destination, arrays (n, d).

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.block_usage`.
        """
        asked = [
            Usage(name=name, amounts=(Amount(of="recovered", element=name),))
            for name in self.elements
        ]
        return dict(zip(self.elements, self.usage(model, asked, blocks), strict=True))

    @property
    def _kept(self) -> list[bool]:
        """Whether each destination is one to schedule."""
        return [d.kind != "stockpile" or d.name in self.piles for d in self.economy.destinations]


@dataclass(frozen=True)
class FieldValuation:
    """Blocks with their values, or their revenues and costs, in fields of the model.

    Attributes
    ----------
    revenue : mapping of str to str
        Destination to the field (USD a block) that a revenue factor multiplies.
    cost : mapping of str to str
        Destination to the field with the cost (USD a block), zero or more.
    value : mapping of str to str
        Destination to a field with the value; where given it stands for both others.
    ore : tuple of str
        Destinations that take ore.
    calendar : Calendar
        The periods and the discount rate.

    Raises
    ------
    ModelError
        When no field is named, values and revenues are mixed, or ``ore`` names no
        destination.
    """

    revenue: Mapping[str, str] = field(default_factory=dict)
    cost: Mapping[str, str] = field(default_factory=dict)
    value: Mapping[str, str] = field(default_factory=dict)
    ore: tuple[str, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)

    def __post_init__(self) -> None:
        if bool(self.value) == bool(self.revenue or self.cost):
            raise ModelError(
                "give fields with values, or fields with revenues and costs",
                where="[economy]",
                fix='value_field = "...", or revenue_fields = {...} and cost_fields = {...}',
            )
        for name in self.ore:
            if name not in self.destinations:
                raise ModelError(
                    f"ore goes to '{name}', which is no destination",
                    where="[economy] ore",
                    fix=f"destinations: {', '.join(self.destinations)}",
                )
        for name in ("revenue", "cost", "value"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def destinations(self) -> tuple[str, ...]:
        """Names of the destinations, in order."""
        return tuple(dict.fromkeys((*self.value, *self.revenue, *self.cost)))

    @property
    def elements(self) -> tuple[str, ...]:
        """None: values say nothing of metal."""
        return ()

    def at(self, calendar: Calendar) -> FieldValuation:
        """The same over another calendar."""
        return replace(self, calendar=calendar)

    def best(self, model: BlockModel, factor: float = 1.0) -> _F8:
        """Undiscounted value (USD) at the best destination, revenues times ``factor``, (n,).

        Raises
        ------
        ModelError
            For a negative factor, one other than 1 where revenues and costs are not told apart,
            a field that is missing or holds no numbers, or a cost below zero.
        """
        finite(factor, "revenue factor", 0.0)
        if factor != 1.0 and self.value:
            raise ModelError(
                "values alone cannot be scaled by a revenue factor",
                where="[economy]",
                fix="give revenue_fields and cost_fields, or elements with prices",
            )
        best: _F8 = self._values(model, None, factor).max(axis=1)
        return best

    def worth(self, model: BlockModel, blocks: ArrayLike | None = None) -> Worth:
        """The value by destination as one part, discounted by period.

        Raises
        ------
        ModelError
            When blocks are no indices, a field is missing or holds no numbers, or a cost is
            below zero.
        """
        value = self._values(model, blocks, 1.0)
        periods = self.calendar.n
        return Worth(
            names=("value",),
            parts=value[None],
            factor=self.calendar.discount[:, None],
            undiscounted=np.ones((periods, 1)),
            reference=np.ones(1),
            destinations=self.destinations,
            kinds=tuple("mill" if d in self.ore else "dump" for d in self.destinations),
            allowed=np.ones(value.shape, dtype=bool),
        )

    def limits(
        self, model: BlockModel, usages: Sequence[Usage], blocks: ArrayLike | None = None
    ) -> tuple[Limit, ...]:
        """Resource limits by destination and period; ore destinations process what they get.

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.block_limits`.
        """
        return block_limits(model, self._economy(), tuple(usages), blocks=blocks)

    def usage(
        self, model: BlockModel, usages: Sequence[Usage], blocks: ArrayLike | None = None
    ) -> _F8:
        """What whole blocks take at each destination, shape (len(usages), n, d).

        Raises
        ------
        ModelError
            As :func:`~orefield.pit.worth.block_usage`.
        """
        return block_usages(model, self._economy(), tuple(usages), blocks=blocks)

    def metal_t(self, model: BlockModel, blocks: ArrayLike | None = None) -> dict[str, _F8]:
        """None: values say nothing of metal."""
        return {}

    def _values(self, model: BlockModel, blocks: ArrayLike | None, factor: float) -> _F8:
        at = block_indices(model, blocks)
        for name, cost in self.cost.items():
            below = np.flatnonzero(_numbers(model, cost)[at] < 0)
            if len(below):
                raise ModelError(
                    f"the cost of '{name}' in field '{cost}' is below zero",
                    where=f"block {at[below[0]]}",
                    fix="costs are positive numbers, taken off the revenue",
                )
        out = np.zeros((len(at), len(self.destinations)))
        signed = ((self.value, 1.0), (self.revenue, factor), (self.cost, -1.0))
        for d, name in enumerate(self.destinations):
            for fields, sign in signed:
                if name in fields:
                    out[:, d] += sign * _numbers(model, fields[name])[at]
        return out

    def _economy(self) -> Economy:
        # destinations without metals or costs: only what they use is asked of them
        made = tuple(
            Destination(name=name, kind="mill" if name in self.ore else "dump")
            for name in self.destinations
        )
        nothing = (Element(name="value", field="value", optional=True),)
        return Economy(elements=nothing, destinations=made, calendar=self.calendar)


Valuation = GradeValuation | FieldValuation
"""Either way of valuing blocks."""


def _numbers(model: BlockModel, name: str) -> _F8:
    values = model[name]
    if values.dtype.kind not in "fiu":
        raise ModelError(f"field '{name}' holds no numbers", where="[economy]")
    return np.asarray(values, dtype=np.float64)
