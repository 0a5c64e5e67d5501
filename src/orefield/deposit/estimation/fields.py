"""Estimates as fields of a block model: finite everywhere, told apart by their pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.estimation.estimates import Estimates

Field = NDArray[np.generic]

_F4, _I2, _I1 = np.float32, np.int16, np.int8

FIELDS: dict[str, Callable[[Estimates], Field]] = {
    "variance": lambda e: e.variance,
    "efficiency": lambda e: np.where(e.support == 0, 0.0, e.efficiency).astype(_F4),
    "slope": lambda e: e.slope.astype(_F4),
    "lagrange": lambda e: e.lagrange,
    "negative_weights": lambda e: e.negative.astype(_F4),
    "samples": lambda e: np.minimum(e.samples, 32767).astype(_I2),
    "holes": lambda e: np.minimum(e.holes, 32767).astype(_I2),
    "distance_m": lambda e: e.distance_m.astype(_F4),
    "nearest_m": lambda e: e.nearest_m.astype(_F4),
    "pass": lambda e: e.passes,
    "status": lambda e: e.status,
}
"""What a block model can hold of an estimate, by the ending of its name."""

MODEL_ONLY = ("variance", "efficiency", "slope", "lagrange", "negative_weights")
"""Those that only estimators with a model have."""

ALWAYS = ("pass", "status")


def as_fields(
    name: str, estimates: Estimates, endings: Sequence[str], values: Sequence[str] = ("",)
) -> dict[str, Field]:
    """Fields ``<name>``, ``<name>_variance``, ... of estimates.

    Where there is no estimate (``<name>_pass`` is 0) numbers are 0; ``<name>_status`` says why.
    Counts stop at 32,767. The efficiency of blocks without variance (pure nugget) is 0.

    Parameters
    ----------
    name : str
        Of the field.
    estimates : Estimates
        Of all blocks in question.
    endings : sequence of str
        Of :data:`FIELDS`; :data:`ALWAYS` are there in any case.
    values : sequence of str
        Endings of the value columns; the first is mostly empty.
    """
    there = estimates.estimated
    out: dict[str, Field] = {
        name + ending: np.where(there, column, 0.0)
        for ending, column in zip(values, estimates.values.T, strict=True)
    }
    for ending in (*endings, *ALWAYS):
        found = FIELDS[ending](estimates)
        if found.dtype.kind == "f":
            found = np.where(there, found, found.dtype.type(0))
        out[f"{name}_{ending}"] = found
    return out
