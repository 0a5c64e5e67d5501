"""Lane's cut-offs for a block model of several metals: the grade is the net smelter return."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from orefield.core import BlockModel, ModelError
from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.checks import finite
from orefield.pit.worth.cutoffs import dump_usd
from orefield.pit.worth.distribution import GradeTonnage, grade_tonnage
from orefield.pit.worth.economy import Economy
from orefield.pit.worth.flows import destination_flows, mining_flow, total_usd
from orefield.pit.worth.lane import Operation
from orefield.pit.worth.products import allowed, product


def lane_inputs(
    model: BlockModel,
    economy: Economy,
    destination: str,
    *,
    mine: float = math.inf,
    mill: float = math.inf,
    fixed: float = 0.0,
    waste: str | None = None,
    period: int | None = None,
    blocks: ArrayLike | None = None,
    classes: int = 200,
) -> tuple[Operation, GradeTonnage]:
    """An operation and a distribution whose grade is net smelter return, USD per tonne mined.

    Money stands for metal (price 1, recovery 1), so that any number of metals, recoveries and
    deductions will do, and the cut-offs are net smelter returns. Costs of mining, and of the
    destination less those of the dump ``waste`` (by default the cheapest that takes the block),
    are means over the rock of ``blocks`` (all by default, usually those of a pit). Returns below
    zero, and those of blocks that may not go there, count as zero.

    ``mine`` and ``mill`` are tonnes a year mined and sent to the destination, ``fixed`` USD a
    year. Prices and costs are those of ``period``, or the long-term ones. ``classes`` is the
    number of classes of net smelter return.

    Raises
    ------
    ModelError
        When a name or period is unknown, nothing is rock, no dump takes a block, the
        destination costs less than the dump, or a capacity or ``classes`` is impossible.
    """
    finite(classes, "classes", 1)
    place = economy.destination(destination)
    if not place.makes_product:
        raise ModelError(f"'{destination}' makes nothing", fix="name a mill or leach")
    some = Blocks.of(model, economy.rock_field, blocks)
    rock_t = float(some.tonnes.sum())
    if rock_t <= 0:
        raise ModelError("none of the blocks is rock", fix="name blocks below topography")
    made = product(some, economy, place)
    flows = list(destination_flows(some, economy, place, made))
    nsr = total_usd((f for f in flows if f.is_nsr), economy, period, some.n)
    cost = -total_usd((f for f in flows if not f.is_nsr), economy, period, some.n)
    mining = -total_usd(mining_flow(some, economy), economy, period, some.n)
    dumped = dump_usd(some, economy, waste, period)
    processing = float((cost - dumped).sum()) / rock_t
    if processing < 0:
        raise ModelError(
            f"a tonne costs {-processing:g} USD less at '{destination}' than at the dump",
            where="lane_inputs",
            fix="check processing and haul: every tonne would go there at any grade",
        )
    # what may not go there is waste at any cut-off
    nsr = np.where(allowed(some, economy, place, made), nsr, 0.0)
    grade = np.zeros(some.n)
    np.divide(np.maximum(nsr, 0.0), some.tonnes, out=grade, where=some.tonnes > 0)
    # where nothing earns anything the one class of zero still needs a width
    edges = np.linspace(0.0, float(grade.max()) or 1e-9, classes + 1)
    operation = Operation(
        price=1.0,
        processing=processing,
        mining=float((mining + dumped).sum()) / rock_t,
        fixed=fixed,
        mine=mine,
        mill=mill,
    )
    return operation, grade_tonnage(some, grade, edges)
