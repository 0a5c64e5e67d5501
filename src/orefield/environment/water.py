"""Make-up water, and what part of a river it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, Parameter, amount, within

SECONDS_PER_YEAR = 365.25 * 86_400.0
"""Seconds in a mean year, as in the project's units of flow."""


@dataclass(frozen=True, eq=False)
class WaterUse:
    """Fresh water that a plant takes for each tonne of ore.

    Parameters
    ----------
    make_up_m3_per_t : float or array
        New water after all reuse, 0-5 m3/t; 0.4-0.8 is usual for conventionally
        thickened tailings.

    Raises
    ------
    InputError
        For a rate outside 0-5.
    """

    make_up_m3_per_t: Parameter

    def __post_init__(self) -> None:
        within("make_up_m3_per_t", self.make_up_m3_per_t, 0.0, 5.0)

    def make_up_m3(self, ore_t: ArrayLike) -> Array:
        """Make-up water (m3) for yearly ``ore_t``, any shape.

        Raises
        ------
        InputError
            For negative or non-finite tonnes.
        """
        return amount("ore_t", ore_t) * np.asarray(self.make_up_m3_per_t, dtype=np.float64)


def share_of_flow(water_m3_per_year: ArrayLike, mean_flow_m3_s: float) -> Array:
    """Yearly water as a fraction of a river's mean annual flow.

    A mean hides the dry season: on a river fed by a monsoon the share is several times
    larger in the months before it.

    Raises
    ------
    InputError
        For negative water, or a flow that is not positive and finite.
    """
    flow = within("mean_flow_m3_s", mean_flow_m3_s, 0.0, np.inf, open_low=True)
    return amount("water_m3_per_year", water_m3_per_year) / (flow * SECONDS_PER_YEAR)
