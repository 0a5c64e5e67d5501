"""``[phases]``: how many, how large, with how much room; or a planner's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.core import ModelError
from orefield.core.numbers import whole, whole_or_none
from orefield.pit.phasing import WorkingRoom
from orefield.pit.worth.sections import Section


@dataclass(frozen=True)
class Phasing:
    """``[phases]``: how many, how large, with how much room; or a planner's own field.

    ``given`` says whether the file has the section at all.
    """

    given: bool
    count: int
    targets_t: tuple[float, ...]
    by: str
    smallest_t: float
    largest_t: float
    final_factor: float | None
    room: WorkingRoom
    keep_limit: bool
    lag: int | None
    own_field: str
    repair: bool


def read_phases(section: Section, given: bool) -> Phasing:
    """Settings of a section ``[phases]``; ``given`` says whether the file has it.

    Raises
    ------
    ModelError
        For keys that are unknown, contradict each other or are out of range.
    """
    targets = section.deck("targets_t").values if section.has("targets_t") else ()
    if targets and section.has("count"):
        raise ModelError("both 'count' and 'targets_t' are given", where=section.where)
    by = section.text("by", "tonnes")
    if by not in ("tonnes", "value"):
        raise ModelError(f"phases by '{by}'", where=section.where, fix='"tonnes" or "value"')
    if targets and by == "value":
        raise ModelError("targets are of tonnes", where=section.where, fix='by = "tonnes"')
    room = section.build(
        WorkingRoom,
        mining_m=section.number("mining_width_m", 0.0),
        bottom_m=section.number("bottom_width_m", 0.0),
        ramp_m=section.number("ramp_width_m", 0.0),
        smallest_m2=section.number("smallest_part_m2", 0.0),
        shape=section.text("element", "square"),
    )
    out = Phasing(
        given=given,
        count=whole(section, "count", 1, default=len(targets) or 4),
        targets_t=targets,
        by=by,
        smallest_t=section.number("smallest_t", 0.0),
        largest_t=section.number("largest_t", np.inf),
        final_factor=section.number_or_none("final_factor"),
        room=room,
        keep_limit=section.flag("keep_limit"),
        lag=whole_or_none(section, "lag", 0),
        own_field=section.text("field", ""),
        repair=section.flag("repair"),
    )
    section.done()
    return out
