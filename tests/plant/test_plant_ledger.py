"""Ledger rows of an asset: they close, and a broken plant is found and named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import InputError, LedgerError, MetalLedger
from orefield.plant import (
    BOUNDARIES,
    BYPRODUCTS,
    CONCENTRATE_MARKET,
    MOLYBDENUM_MARKET,
    AssetFlows,
    Concentrator,
    Material,
    PlantResult,
    recovered_copper_t,
    write_asset,
)

PLANT = Concentrator(25.0, 50.0, 0.6, 0.5, 0.55)
YEARS = np.arange(2020, 2026)


def asset(rng: np.random.Generator, name: str = "north", n_draws: int = 4) -> AssetFlows:
    """Random digging of a deposit; what remains is reckoned from what was there."""
    shape = (n_draws, YEARS.size)
    idle = rng.random(shape) < 0.2
    ore_t = np.where(idle, 0.0, rng.uniform(1e6, 5e7, shape))
    waste_t = np.where(idle, 0.0, rng.uniform(0.0, 1e8, shape))

    def rock(dry_t: np.ndarray, richness: float) -> Material:
        grade = rng.uniform(0.3, 1.0, (4, *shape)) * richness
        return Material.of(
            dry_t, dry_t * grade[0] * 0.01, dry_t * grade[1] * 3e-4, dry_t * grade[2] * 4e-6,
            dry_t * grade[3] * 3e-7,
        )  # fmt: skip

    ore, waste = rock(ore_t, 1.0), rock(waste_t, 0.1)
    left = []
    for (_, a), (_, b) in zip(ore.commodities(), waste.commodities(), strict=True):
        # From the end backwards: not the sum that the ledger would make of the flows.
        dug = (a + b)[:, ::-1]
        end = a.sum(axis=1, keepdims=True) * 0.7
        back = np.concatenate([end, end + np.cumsum(dug, axis=1)], axis=1)
        left.append(back[:, ::-1])
    out = PLANT.process(ore, recovered_copper_t(ore.dry_t, ore.cu_t, 0.04, 0.95))
    return AssetFlows(name, YEARS, np.arange(n_draws), waste, Material(*left), out)


def closed_market(ledger: MetalLedger) -> MetalLedger:
    """The ledger with the concentrate market as a boundary, for want of a nation."""
    ledger.boundaries.add(CONCENTRATE_MARKET)
    return ledger


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_assets_close(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ledger = MetalLedger()
    for name in ("north", "south"):
        write_asset(ledger, asset(rng, name))
    closure = closed_market(ledger).check().require()
    assert closure.max_relative_residual <= 1e-9
    # 2 assets x 4 nodes x 5 commodities over 4 draws and 6 years, less idle years
    assert closure.cells > 2 * 4 * 5 * 4 * 6 / 2


def test_nodes_and_boundaries() -> None:
    ledger = MetalLedger()
    write_asset(ledger, asset(np.random.default_rng(1)))
    assert set(ledger.names("from")) == {
        "deposit:north", "mill:north", "dump:north", "tailings:north",
        CONCENTRATE_MARKET, MOLYBDENUM_MARKET, BYPRODUCTS,
    }  # fmt: skip
    assert set(BOUNDARIES) <= ledger.boundaries
    assert CONCENTRATE_MARKET not in ledger.boundaries


def test_only_copper_reaches_the_concentrate_market_and_waits_for_the_nation() -> None:
    flows = asset(np.random.default_rng(2))
    ledger = MetalLedger()
    write_asset(ledger, flows)
    frame = ledger.frame()
    market = frame[frame["to"] == CONCENTRATE_MARKET]
    assert set(market["commodity"]) == {"Cu"}
    assert market["quantity_t"].sum() == pytest.approx(flows.plant.copper_concentrate.cu_t.sum())
    with pytest.raises(LedgerError) as caught:
        ledger.check().require()
    assert CONCENTRATE_MARKET in caught.value.where


@pytest.mark.parametrize(
    ("commodity", "index"), [("Cu", "cu_t"), ("Mo", "mo_t"), ("Au", "au_t"), ("solids", "dry_t")]
)
def test_a_plant_that_loses_metal_is_named(commodity: str, index: str) -> None:
    flows = asset(np.random.default_rng(3))
    tailings = flows.plant.tailings
    less = replace(tailings, **{index: getattr(tailings, index) * (1 - 1e-6)})
    leaky = replace(flows, plant=replace(flows.plant, tailings=less))
    ledger = MetalLedger()
    write_asset(ledger, leaky)
    with pytest.raises(LedgerError) as caught:
        closed_market(ledger).check().require()
    assert "mill:north" in caught.value.where
    assert commodity in caught.value.where


def test_a_deposit_that_keeps_what_was_dug_is_named() -> None:
    flows = asset(np.random.default_rng(4))
    cu = flows.remaining.cu_t.copy()
    cu[2, 3] += 1.0
    remaining = replace(flows.remaining, cu_t=cu)
    ledger = MetalLedger()
    write_asset(ledger, replace(flows, remaining=remaining))
    with pytest.raises(LedgerError) as caught:
        closed_market(ledger).check().require()
    assert "deposit:north, Cu" in caught.value.where
    assert "draw 2" in caught.value.where


def test_piles_hold_all_that_was_sent_to_them() -> None:
    flows = asset(np.random.default_rng(5))
    ledger = MetalLedger()
    write_asset(ledger, flows)
    frame = ledger.frame()
    levels = frame[frame["is_level"] & (frame["commodity"] == "solids") & (frame["draw"] == 1)]
    for node, yearly in (("dump:north", flows.waste), ("tailings:north", flows.plant.tailings)):
        pile = levels[levels["from"] == node].set_index("period")["quantity_t"]
        assert pile.loc[2019] == 0.0
        assert pile.loc[2025] == pytest.approx(yearly.dry_t[1].sum())


def test_a_metal_the_asset_lacks_leaves_no_rows() -> None:
    ore = Material.of(np.full((1, 6), 1e6), 5e3)
    waste = Material.of(np.zeros((1, 6)), 0.0)
    left = np.arange(6.0, -1.0, -1.0)[None, :]
    flows = AssetFlows(
        "plain", YEARS, np.array([0]), waste, Material.of(left * 1e6, left * 5e3),
        PLANT.process(ore, ore.cu_t * 0.9),
    )  # fmt: skip
    ledger = MetalLedger()
    write_asset(ledger, flows)
    assert set(ledger.names("commodity")) == {"Cu", "solids"}
    closed_market(ledger).check().require()


def test_bad_asset_flows() -> None:
    good = asset(np.random.default_rng(6))
    with pytest.raises(InputError, match="no id"):
        replace(good, asset="")
    with pytest.raises(InputError, match="not consecutive"):
        replace(good, years=YEARS[::-1])
    with pytest.raises(InputError, match="distinct"):
        replace(good, draws=np.zeros(4, dtype=int))
    with pytest.raises(InputError, match="remaining has shape") as caught:
        replace(good, remaining=good.waste)
    assert caught.value.where == "asset north"
    with pytest.raises(InputError, match="ore has shape"):
        replace(good, years=np.arange(2020, 2027))


def test_result_type_holds_streams() -> None:
    out = asset(np.random.default_rng(7)).plant
    assert isinstance(out, PlantResult)
    assert out.ore.shape == out.tailings.shape == (4, 6)
