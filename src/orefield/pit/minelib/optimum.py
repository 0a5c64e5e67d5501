"""The optimum of an ultimate pit problem, with the proof that it is one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.closure import closure_arcs
from orefield.pit._closures import refuse_unproven
from orefield.pit.minelib.exact import exact_units
from orefield.pit.minelib.instance import Instance


@dataclass(frozen=True)
class PitOptimum:
    """A pit, and what no pit can exceed.

    Attributes
    ----------
    pit : bool array, shape (n,)
        The smallest pit of greatest value.
    objective : float
    upper_bound : float
        Equal to ``objective`` when the values are whole numbers of a power of ten within 62
        bits, and more by what rounding can hide when they are not.
    """

    pit: NDArray[np.bool_]
    objective: float
    upper_bound: float


def pit_optimum(instance: Instance) -> PitOptimum:
    """Solve an ultimate pit, and compare the value of the dual solution with the pit's.

    Raises
    ------
    ModelError
        When a value is not finite, or the two differ.
    """
    units = exact_units(_affordable(instance.value[:, 0]))
    pit, dual = closure_arcs(units.whole, instance.start, instance.needed)
    refuse_unproven(units.whole, pit, int(dual))
    counted = units.value(pit)
    worth = math.fsum(instance.value[pit, 0].tolist()) if units.lost else counted
    return PitOptimum(pit, worth, max(worth, counted + units.lost))


def _affordable(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values, shape (n,), none of them far below what all others earn together.

    A loss that no pit can pay for keeps a block out whatever its size. Files mark blocks that
    must stay with such losses, 1e19 and more, beside which cents could not be counted.
    """
    with np.errstate(over="ignore"):
        earned = 2 * np.ceil(value[value > 0].sum()) + 1
    kept: NDArray[np.float64] = np.where(np.isfinite(value), np.maximum(value, -earned), value)
    return kept
