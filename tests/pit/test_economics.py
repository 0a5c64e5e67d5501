import math

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import (
    Economics,
    block_metal_t,
    block_nsr_usd_t,
    block_value_usd,
    breakeven_cu_pct,
    copper_recovery,
)


def _blocks(**fields):
    n = len(next(iter(fields.values())))
    arrays = {k: np.asarray(v, dtype=float) for k, v in fields.items()}
    arrays.setdefault("density_t_m3", np.full(n, 2.5))
    return BlockModel(Grid((0, 0, 0), (20, 20, 10), (1, 1, n)), arrays)


def test_nsr_by_hand():
    e = Economics(
        cu_usd_t=9000,
        mo_usd_t=40_000,
        cu_payable=0.96,
        mo_payable=0.98,
        treatment_usd_t_conc=80,
        freight_usd_t_conc=40,
        refining_cu_usd_t=170,
        refining_mo_usd_t=3000,
        concentrate_cu_pct=24,
        royalty=0.05,
        mining_usd_t=2,
        processing_usd_t=6,
        ga_usd_t=1,
        tail_pct=0.05,
        cu_recovery_max=0.92,
        mo_recovery=0.5,
    )
    # 0.5 % Cu: recovery 1 - 0.05/0.5 = 0.9, 4.5 kg/t; concentrate 18.75 kg/t
    copper = 0.0045 * 0.96 * (9000 - 170) - 0.01875 * (80 + 40)
    moly = 0.0002 * 0.5 * 0.98 * (40_000 - 3000)
    model = _blocks(cu_pct=[0.5], mo_pct=[0.02])
    assert block_nsr_usd_t(model, e)[0] == pytest.approx(0.95 * (copper + moly), rel=1e-12)


def test_block_value_of_ore_waste_part_and_air(economics):
    model = _blocks(cu_pct=[0.0, 0.6, 0.6, 0.6], rock_fraction=[1, 1, 0.25, 0])
    value = block_value_usd(model, economics)
    tonnes = 20 * 20 * 10 * 2.5
    depth = 4900 - np.array([5, 15, 25, 35])
    mining = 1.8 + 0.003 * depth
    margin = block_nsr_usd_t(model, economics) - 7.2
    assert value[0] == pytest.approx(-mining[0] * tonnes)
    assert value[1] == pytest.approx((margin[1] - mining[1]) * tonnes)
    assert value[2] == pytest.approx((margin[2] - mining[2]) * tonnes / 4)
    assert value[3] == 0.0


def test_mining_cost_is_flat_above_the_reference(economics):
    cost = economics.mining_cost_usd_t([5200.0, 4900.0, 4800.0])
    assert cost == pytest.approx([1.8, 1.8, 2.1])


def test_recovery_is_constant_tail_and_clipped():
    assert copper_recovery([0.0, 0.03, 0.05, 0.1, 5.0], 0.05, 0.92) == pytest.approx(
        [0.0, 0.0, 0.0, 0.5, 0.92]
    )


@pytest.mark.parametrize("tail", [0.0, 0.03, 0.3])
@pytest.mark.parametrize("maximum", [0.5, 0.95])
def test_breakeven_grade_just_pays(economics, tail, maximum):
    from dataclasses import replace

    e = replace(economics, tail_pct=tail, cu_recovery_max=maximum)
    cut = breakeven_cu_pct(e)
    model = _blocks(cu_pct=[cut * (1 - 1e-6), cut * (1 + 1e-6)])
    below, above = block_nsr_usd_t(model, e) - e.mill_cost_usd_t
    assert below < 0 < above


def test_breakeven_is_infinite_when_copper_never_pays(economics):
    assert breakeven_cu_pct(economics.at_revenue_factor(0.01)) == math.inf


def test_revenue_factor_scales_prices_only(economics):
    half = economics.at_revenue_factor(0.5)
    assert half.cu_usd_t == 4250
    assert half.treatment_usd_t_conc == economics.treatment_usd_t_conc
    assert half.mill_cost_usd_t == economics.mill_cost_usd_t


def test_net_price_broadcasts_over_draws_and_years(economics):
    prices = np.tile(economics.prices_usd_t, (3, 5, 1))
    prices[1] *= 1.2
    net = economics.net_usd_t(prices)
    assert net.shape == (3, 5, 4)
    assert np.array_equal(net[0, 0], economics.net_usd_t())
    higher = economics.at_revenue_factor(1.2).net_usd_t()
    assert net[1, 4] == pytest.approx(higher, rel=1e-12)
    assert prices[0, 0, 0] == economics.cu_usd_t  # the caller's array is left alone


def test_contained_metal_units():
    model = _blocks(cu_pct=[1.0], mo_pct=[0.1], ag_gpt=[10.0], au_gpt=[0.5])
    tonnes = 10_000.0
    assert block_metal_t(model)[0] == pytest.approx(tonnes * np.array([1e-2, 1e-3, 1e-5, 5e-7]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cu_usd_t", math.nan),
        ("mining_usd_t", -1.0),
        ("cu_payable", 96.5),
        ("cu_recovery_max", 90.0),
        ("royalty", 5.0),
        ("concentrate_cu_pct", 0.0),
        ("tail_pct", math.inf),
    ],
)
def test_bad_economics_are_refused_by_name(name, value):
    given = {
        "cu_usd_t": 9000.0,
        "mining_usd_t": 2.0,
        "processing_usd_t": 6.0,
        "tail_pct": 0.04,
        "cu_recovery_max": 0.9,
    }
    with pytest.raises(ModelError, match=name):
        Economics(**{**given, name: value})


def test_a_model_without_copper_is_refused(economics):
    with pytest.raises(ModelError, match="cu_pct"):
        block_value_usd(_blocks(mo_pct=[0.1]), economics)
