"""Pre-stripping of new mines: rock moved in the year before the mill starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield import pit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stripped:
    """Waste and what is left in the ground, with pre-stripping in its year."""

    waste_t: Floats
    waste_metal_t: Floats
    left_t: Floats
    metal_left_t: Floats


def with_prestrip(
    rock_t: float,
    metal_t: Floats,
    inputs: pit.ScheduleInputs,
    result: pit.Schedule,
    capacity: Floats,
) -> Stripped:
    """Put the stripping of new mines into the year before their mill starts.

    The schedule takes stripped rock as gone before the first year. For a mine at work by
    then it is; for a new one it lies in the ground until the year before the start, and
    goes to the dump in that year. ``rock_t`` is in all units together; ``metal_t``, shape
    (d, 4), in those of each draw.
    """
    rock = rock_t * inputs.tonnage_factor
    metal = metal_t * (inputs.tonnage_factor[:, None] * inputs.grade_factor)
    first = np.argmax(capacity > 0, axis=1)
    new = (capacity.max(axis=1) > 0) & (first > 0)
    dug_t = np.where(new, rock - result.opening_rock_t, 0.0)
    # what is left of a difference of large sums is no stripping
    dug_t = np.where(dug_t > 1e-9 * rock, dug_t, 0.0)
    stripped = (dug_t > 0)[:, None]
    dug_metal_t = np.where(stripped, np.maximum(metal - result.opening_metal_t, 0.0), 0.0)
    year = np.arange(capacity.shape[1])
    before = np.maximum(first - 1, 0)
    in_year = (year[None, :] == before[:, None]).astype(np.float64)
    # levels: the opening, then year ends; the rock is there until its year has ended
    ends = np.concatenate([[-1], year])
    still = (ends[None, :] < before[:, None]).astype(np.float64)
    left = np.concatenate([result.opening_rock_t[:, None], result.rock_left_t], axis=1)
    metal_left = np.concatenate([result.opening_metal_t[:, None], result.metal_left_t], axis=1)
    return Stripped(
        waste_t=result.waste_t + in_year * dug_t[:, None],
        waste_metal_t=result.waste_metal_t + in_year[..., None] * dug_metal_t[:, None, :],
        left_t=left + still * dug_t[:, None],
        metal_left_t=metal_left + still[..., None] * dug_metal_t[:, None, :],
    )
