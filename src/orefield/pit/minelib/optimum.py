"""The optimum of an ultimate pit problem, with the proof that it is one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.kernels.closure import closure_arcs
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
    units = exact_units(instance.value[:, 0])
    pit, dual = closure_arcs(units.whole, instance.start, instance.needed.astype(np.int64))
    primal = int(units.whole[pit].sum())
    if primal != int(dual):
        raise ModelError(
            f"the pit is not proven optimal: it is worth {primal:,} units, and its bound is "
            f"{int(dual):,}",
            fix="this is a fault of the solver: please report it with the instance",
        )
    counted = units.value(pit)
    worth = math.fsum(instance.value[pit, 0].tolist()) if units.lost else counted
    return PitOptimum(pit, worth, max(worth, counted + units.lost))
