"""Lane's cut-offs for a block model of several metals: the grade is the net smelter return."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from orefield.core import BlockModel, ModelError
from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.cutoffs import total_usd
from orefield.pit.worth.distribution import GradeTonnage
from orefield.pit.worth.economy import Economy
from orefield.pit.worth.flows import destination_flows, mining_flow
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
    destination less those of ``waste`` (the first dump by default), are means over the rock of
    ``blocks`` (all by default, usually those of a pit). Returns below zero, and
    those of blocks that may not go there, count as zero.

    ``mine`` and ``mill`` are tonnes a year mined and sent to the destination, ``fixed`` USD a
    year. Prices and costs are those of ``period``, or the long-term ones. ``classes`` is the
    number of classes of net smelter return.

    Raises
    ------
    ModelError
        When a name or period is unknown, nothing is rock, or a capacity is impossible.
    """
    place = economy.destination(destination)
    if not place.makes_product:
        raise ModelError(f"'{destination}' makes nothing", fix="name a mill or leach")
    dumps = [d.name for d in economy.destinations if d.kind == "dump"]
    other = economy.destination(waste) if waste else None
    if other is None and dumps:
        other = economy.destination(dumps[0])
    some = Blocks.of(model, economy.rock_field, blocks)
    rock_t = float(some.tonnes.sum())
    if rock_t <= 0:
        raise ModelError("none of the blocks is rock", fix="name blocks below topography")
    made = product(some, economy, place)
    flows = list(destination_flows(some, economy, place, made))
    nsr = total_usd((f for f in flows if f.is_nsr), economy, period, some.n)
    cost = -total_usd((f for f in flows if not f.is_nsr), economy, period, some.n)
    mining = -total_usd(mining_flow(some, economy), economy, period, some.n)
    if other is not None:
        dumped = product(some, economy, other)
        spared = destination_flows(some, economy, other, dumped)
        dump = -total_usd((f for f in spared if not f.is_nsr), economy, period, some.n)
        cost, mining = cost - dump, mining + dump
    # what may not go there is waste at any cut-off
    nsr = np.where(allowed(some, economy, place, made), nsr, 0.0)
    here = some.tonnes > 0
    grade = np.maximum(nsr[here] / some.tonnes[here], 0.0)
    edges = np.linspace(0.0, max(float(grade.max()), 1e-9), classes + 1)
    tonnes, _ = np.histogram(grade, edges, weights=some.tonnes[here])
    operation = Operation(
        price=1.0,
        processing=max(float(cost.sum()) / rock_t, 0.0),
        mining=max(float(mining.sum()) / rock_t, 0.0),
        fixed=fixed,
        mine=mine,
        mill=mill,
    )
    return operation, GradeTonnage(edges, tonnes)
