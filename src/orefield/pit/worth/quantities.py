"""Resources that blocks take at each destination, and the limits a schedule has on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.production.problem import Limit
from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.decks import Calendar, Deck
from orefield.pit.worth.economy import Economy
from orefield.pit.worth.flows import use_of
from orefield.pit.worth.products import head_grade, product
from orefield.pit.worth.usage import Usage

_F8 = NDArray[np.float64]


def block_usage(
    model: BlockModel, economy: Economy, usage: Usage, *, blocks: ArrayLike | None = None
) -> _F8:
    """What a whole block takes of a resource at each destination, shape (n, d).

    Raises
    ------
    ModelError
        When the usage names an element or destination the economy lacks, or the model lacks a
        field.
    """
    out: _F8 = block_usages(model, economy, (usage,), blocks=blocks)[0]
    return out


def block_usages(
    model: BlockModel,
    economy: Economy,
    usages: tuple[Usage, ...],
    *,
    blocks: ArrayLike | None = None,
) -> _F8:
    """:func:`block_usage` of several resources, shape (len(usages), n, d); errors as it."""
    for usage in usages:
        economy.check_amounts(usage.amounts, f"limit '{usage.name}'")
    some = Blocks.of(model, economy.rock_field, blocks)
    out = np.empty((len(usages), some.n, len(economy.destinations)))
    for d, destination in enumerate(economy.destinations):
        made = product(some, economy, destination)
        for u, usage in enumerate(usages):
            out[u, :, d] = use_of(usage.amounts, some, destination, made)
    return out


def block_limits(
    model: BlockModel,
    economy: Economy,
    usages: tuple[Usage, ...],
    *,
    blocks: ArrayLike | None = None,
) -> tuple[Limit, ...]:
    """Usages with their bounds in every period, ready for a production problem.

    Bounds per year are multiplied by the length of the period; absent ones are infinite.

    Raises
    ------
    ModelError
        As :func:`block_usage`, and when a lower bound is above the upper.
    """
    used = block_usages(model, economy, usages, blocks=blocks)
    return tuple(
        Limit(usage.name, use, *bounds(usage, economy.calendar))
        for usage, use in zip(usages, used, strict=True)
    )


def bounds(usage: Usage, calendar: Calendar) -> tuple[_F8, _F8]:
    """Lower and upper bound of a resource in every period, shapes (t,).

    Raises
    ------
    ModelError
        When they cross.
    """
    length = np.asarray(calendar.years) if usage.per == "year" else np.ones(calendar.n)

    def over(deck: Deck | None, absent: float) -> _F8:
        if deck is None:
            return np.full(calendar.n, absent)
        return deck.over(calendar)[:-1] * length

    lower, upper = over(usage.lower, -np.inf), over(usage.upper, np.inf)
    crossed = np.flatnonzero(lower > upper)
    if len(crossed):
        t = int(crossed[0])
        raise ModelError(
            f"lower bound {lower[t]:g} is above upper bound {upper[t]:g}",
            where=f"limit '{usage.name}', period {t}",
            fix="give bounds that leave something between them",
        )
    return lower, upper


def contained_t(
    model: BlockModel, economy: Economy, element: str, *, blocks: ArrayLike | None = None
) -> _F8:
    """Tonnes of an element in each block as it lies, shape (n,).

    Raises
    ------
    ModelError
        When the element is unknown, or a grade is out of range.
    """
    some = Blocks.of(model, economy.rock_field, blocks)
    of = economy.element(element)
    return head_grade(some, of) * of.to_fraction * some.tonnes
