"""So much per tonne: by rock code, elevation and fields. Costs and uses of resources alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.checks import finite, points
from orefield.pit.worth.decks import ONE, Deck

_F8 = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """An amount per tonne that may differ from block to block.

    ``(base or by_rock + depth and height + by_elevation + sum of by_field) * times_field``.

    Attributes
    ----------
    base : float, optional
        Per tonne, where ``by_rock`` names no value; ``None`` when every rock must be named.
    by_rock : mapping of str to float
        Per tonne by rock code, in place of ``base``.
    per_m_below, per_m_above : float
        Per tonne and metre that a block's centre lies below or above the reference.
    reference_elevation_m : float, optional
    by_elevation : tuple of (elevation_m, float)
        Added: interpolated between elevations, held beyond the ends (a haul table by bench).
    by_field : mapping of str to float
        Added: the field times the coefficient (a work index, acid consumed).
    times_field : str
        A field that multiplies all of it (a cost adjustment factor); empty for none.

    Raises
    ------
    ModelError
        When a number is not finite, a slope has no reference elevation, or the table of
        elevations does not rise.
    """

    base: float | None = 0.0
    by_rock: Mapping[str, float] = field(default_factory=dict)
    per_m_below: float = 0.0
    per_m_above: float = 0.0
    reference_elevation_m: float | None = None
    by_elevation: tuple[tuple[float, float], ...] = ()
    by_field: Mapping[str, float] = field(default_factory=dict)
    times_field: str = ""

    def __post_init__(self) -> None:
        for name in ("per_m_below", "per_m_above"):
            finite(getattr(self, name), name)
        if self.base is not None:
            finite(self.base, "rate per tonne")
        elif not self.by_rock:
            raise ModelError("a rate has neither a base nor values by rock", fix="give one")
        for what, coefficients in (("rock", self.by_rock), ("field", self.by_field)):
            for key, value in coefficients.items():
                finite(value, f"rate by {what} '{key}'")
        if self.reference_elevation_m is not None:
            finite(self.reference_elevation_m, "reference_elevation_m")
        elif self.per_m_below or self.per_m_above:
            raise ModelError(
                "a rate by metre has no reference elevation", fix="give reference_elevation_m"
            )
        if self.by_elevation:
            table = points(self.by_elevation, "rate by elevation")
            object.__setattr__(self, "by_elevation", table)
        object.__setattr__(self, "by_rock", dict(self.by_rock))
        object.__setattr__(self, "by_field", dict(self.by_field))

    @property
    def is_zero(self) -> bool:
        """Whether the rate is nothing everywhere."""
        slopes = (self.per_m_below, self.per_m_above)
        more = (*self.by_rock.values(), *self.by_field.values(), *(v for _, v in self.by_elevation))
        return not (self.base or any(slopes) or any(more))

    def per_tonne(self, blocks: Blocks, what: str = "a rate") -> _F8:
        """The amount per tonne of each block, shape (n,).

        Raises
        ------
        ModelError
            When a field is missing or a rock has no value.
        """
        if self.by_rock:
            out = blocks.by_rock(self.by_rock, self.base, what)
        else:
            out = np.full(blocks.n, float(self.base or 0.0))
        if self.reference_elevation_m is not None:
            below = self.reference_elevation_m - blocks.elevation_m
            out += self.per_m_below * np.maximum(below, 0.0)
            out += self.per_m_above * np.maximum(-below, 0.0)
        if self.by_elevation:
            z, value = np.array(self.by_elevation).T
            out += np.interp(blocks.elevation_m, z, value)
        for name, coefficient in self.by_field.items():
            out += coefficient * blocks.field(name)
        if self.times_field:
            out *= blocks.field(self.times_field)
        return out


NO_RATE: Final = Rate()
"""Nothing per tonne."""

UNIT_RATE: Final = Rate(base=1.0)
"""One per tonne."""


@dataclass(frozen=True)
class Cost:
    """USD per tonne, and how that changes from period to period.

    Attributes
    ----------
    rate : Rate
        USD per tonne.
    index : Deck
        Multiplies it by period; 1 by default.

    Raises
    ------
    ModelError
        When the index is negative.
    """

    rate: Rate = NO_RATE
    index: Deck = ONE

    def __post_init__(self) -> None:
        self.index.at_least(0.0, "index of a cost")


FREE: Final = Cost()
"""No cost."""


def cost(usd_t: float, escalation: float = 0.0) -> Cost:
    """The same USD per tonne for every block, escalating by a fraction a year."""
    return Cost(Rate(base=usd_t), Deck((1.0,), escalation))
