"""Money in and out of a block at a destination: an amount, times what it is worth by period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.destinations import Destination
from orefield.pit.worth.economy import Economy, Royalty
from orefield.pit.worth.products import Product
from orefield.pit.worth.rates import Cost
from orefield.pit.worth.usage import Amount

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Flow:
    """An amount of each block and its worth per unit in each period, undiscounted.

    Attributes
    ----------
    amount : float64 array, shape (n,)
        Tonnes of metal or concentrate, or USD at an index of 1.
    profiles : tuple of (name, float64 array of shape (t + 1,))
        USD per unit of it, all of which apply, by name; the last value is the long-term one.
    is_nsr : bool
        Whether it belongs to the net smelter return (royalties do).
    """

    amount: _F8
    profiles: tuple[tuple[str, _F8], ...]
    is_nsr: bool

    @property
    def profile(self) -> _F8:
        """Sum of the profiles, shape (t + 1,)."""
        return np.asarray(sum(values for _, values in self.profiles), np.float64)


def mining_flow(blocks: Blocks, economy: Economy) -> Iterator[Flow]:
    """The cost of mining, which blocks bear wherever they go."""
    yield from _cost("mining", economy.mining, blocks, blocks.tonnes, economy)


def destination_flows(
    blocks: Blocks, economy: Economy, destination: Destination, made: Product
) -> Iterator[Flow]:
    """All other flows of blocks that go to ``destination`` as ``made`` there."""
    yield from smelter_flows(economy, destination, made)
    yield from _cost("haul", destination.haul, blocks, blocks.tonnes, economy)
    yield from processing_flows(blocks, economy, destination, made)


def processing_flows(
    blocks: Blocks, economy: Economy, destination: Destination, made: Product, without: str = ""
) -> Iterator[Flow]:
    """Processing, G&A and carbon, ``without`` the carbon of amounts of that basis."""
    if destination.makes_product:
        yield from _cost("processing", destination.processing, blocks, made.feed_t, economy)
        yield from _cost("g&a", economy.ga, blocks, made.feed_t, economy)
    if economy.carbon is not None:
        emissions = [a for a in economy.carbon.emissions if a.of != without]
        tonnes = use_of(emissions, blocks, destination, made)
        yield Flow(-tonnes, (("carbon", economy.carbon.price.over(economy.calendar)),), False)


def rehandle_flow(blocks: Blocks, economy: Economy, stockpile: Destination) -> Iterator[Flow]:
    """The cost of taking blocks up from a stockpile."""
    yield from _cost("rehandle", stockpile.rehandle, blocks, blocks.tonnes, economy)


def smelter_flows(economy: Economy, destination: Destination, made: Product) -> Iterator[Flow]:
    """Net smelter return: payable metal less refining, treatment, transport, penalties, royalties.

    Royalties are linear in what they are on, so that each is a further profile of the same
    amount: of payable metal ``-rate * price``, of a charge (NSR only) ``+rate * charge``.
    """
    calendar = economy.calendar
    due = [r for r in economy.royalties if not r.destinations or destination.name in r.destinations]
    on_charges = [r for r in due if r.basis == "nsr"]
    for metal in destination.metals:
        name = metal.element
        on_metal = [r for r in due if not r.elements or name in r.elements]
        yield _smelter(
            f"revenue {name}", made.payable_t[name],
            economy.element(name).price_usd_t.over(calendar), on_metal, economy,
        )  # fmt: skip
        if any(metal.refining.values):
            yield _smelter(
                f"refining {name}", made.payable_t[name],
                -metal.refining_usd_t.over(calendar), on_charges, economy,
            )  # fmt: skip
    concentrate = destination.concentrate
    if concentrate is None:
        return
    wet_t = made.concentrate_t / (1.0 - concentrate.moisture)
    charges = [
        ("treatment", made.concentrate_t, concentrate.treatment),
        ("transport", wet_t, concentrate.transport),
        *((f"penalty {p.element}", tonnes, p.charge) for p, tonnes in made.penalised_t),
    ]
    for name, tonnes, charge in charges:
        if any(charge.values):
            yield _smelter(name, tonnes, -charge.over(calendar), on_charges, economy)


def total_usd(flows: Iterable[Flow], economy: Economy, period: int | None, n: int) -> _F8:
    """Sum of flows of ``n`` blocks at the prices of a period, or at long-term ones, shape (n,).

    Raises
    ------
    ModelError
        When the period does not exist.
    """
    at = economy.calendar.position(period)
    out = np.zeros(n)
    for flow in flows:
        out += flow.profile[at] * flow.amount
    return out


def use_of(
    amounts: Iterable[Amount], blocks: Blocks, destination: Destination, made: Product
) -> _F8:
    """What blocks take of a resource at ``destination``, shape (n,).

    Raises
    ------
    ModelError
        When a field or rock code is missing.
    """
    out = np.zeros(blocks.n)
    for amount in amounts:
        if amount.destinations and destination.name not in amount.destinations:
            continue
        tonnes = _tonnes_of(amount, blocks, made)
        if tonnes is not None:
            out += amount.rate.per_tonne(blocks, "a use") * tonnes
    return out


def _tonnes_of(amount: Amount, blocks: Blocks, made: Product) -> _F8 | None:
    if amount.element:
        by_element = {
            "contained": made.contained_t,
            "recovered": made.recovered_t,
            "payable": made.payable_t,
        }[amount.of]
        return by_element.get(amount.element)
    return {
        "mined": blocks.tonnes,
        "processed": made.feed_t,
        "concentrate": made.concentrate_t,
        "tailings": made.feed_t - made.concentrate_t,
    }[amount.of]


def _smelter(name: str, amount: _F8, usd: _F8, royalties: list[Royalty], economy: Economy) -> Flow:
    taken = [(r.name, -economy.royalty_rate(r) * usd) for r in royalties]
    return Flow(amount, ((name, usd), *taken), True)


def _cost(name: str, cost: Cost, blocks: Blocks, tonnes: _F8, economy: Economy) -> Iterator[Flow]:
    if not cost.rate.is_zero:
        amount = -cost.rate.per_tonne(blocks, name) * tonnes
        yield Flow(amount, ((name, cost.index.over(economy.calendar)),), False)
