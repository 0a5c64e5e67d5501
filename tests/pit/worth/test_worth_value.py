"""Values of blocks against arithmetic done by hand."""

import copy

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import block_nsr_usd_t, block_value_usd, breakeven_cu_pct
from orefield.pit.production.problem import ProductionProblem
from orefield.pit.worth import (
    best_destination,
    best_value,
    block_worth,
    cutoff_grade,
    economy_from_dict,
    nsr_usd_t,
    reclaimed_worth,
)

LB = 2204.6226218487757  # pounds in a tonne
OZ = 32150.746568627980  # troy ounces in a tonne


def _by_hand_mill(cu_pct, au_gpt, as_ppm):
    """NSR of a tonne at the mill of the shared settings, from the contract's sentences."""
    copper = cu_pct / 100 * 0.9
    concentrate = copper / 0.25
    if concentrate == 0:
        return 0.0
    # copper: 96.5 % of 25 % is 24.125, but at least one unit is deducted: 24.0
    paid_cu = concentrate * 0.24
    gold_gpt = au_gpt * 0.6 / concentrate
    paid_au = concentrate * max(min(0.97 * gold_gpt, gold_gpt - 1.0), 0.0) * 1e-6
    arsenic_pct = as_ppm * 1e-4 * 0.8 / concentrate
    penalty = max(arsenic_pct - 0.2, 0) / 0.1 * 3.0
    return (
        paid_cu * (4.0 - 0.08) * LB
        + paid_au * (1800 - 5) * OZ
        - concentrate * (80 + 60 / 0.92 + penalty)
    )


def test_copper_gold_concentrate_with_deductions_and_penalty(settings):
    economy = economy_from_dict(settings)
    grades = [(0.8, 0.3, 400), (0.5, 0.0, 10), (0.05, 0.02, 0), (1.2, 2.0, 0), (0, 1, 5)]
    for cu, au, arsenic in grades:
        nsr = nsr_usd_t(economy, "mill", {"cu": cu, "au": au, "as": arsenic})
        assert nsr == pytest.approx(_by_hand_mill(cu, au, arsenic), rel=1e-12)
    # the penalty is truly charged in the first: 1.11 % As against 0.2 %
    assert _by_hand_mill(0.8, 0.3, 400) < _by_hand_mill(0.8, 0.3, 0) - 0.5


def test_value_at_every_destination(settings, ore):
    economy = economy_from_dict(settings)
    worth = block_worth(ore, economy)
    value = worth.value()
    tonnes = np.array([10_000, 10_000, 10_000, 0])
    mining = 2.0 + 0.01 * (100 - np.array([5, 15, 25, 35]))
    nsr = np.array([_by_hand_mill(0.8, 0.3, 400), _by_hand_mill(0.5, 0, 10),
                    _by_hand_mill(0.05, 0.02, 0), 0])  # fmt: skip
    cathode = np.array([0.008 * 0.3, 0.005 * 0.8, 0.0005 * 0.3, 0]) * (4 - 0.25) * LB
    expected = np.column_stack(
        [nsr - 9, cathode - 4, np.full(4, -0.2), np.full(4, -0.5), np.full(4, -0.1)]
    )
    expected = (expected - mining[:, None]) * tonnes[:, None]
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-6)
    assert worth.destinations == ("mill", "leach", "near dump", "far dump", "stock")
    assert worth.kinds == ("mill", "leach", "dump", "dump", "stockpile")
    # the near dump takes oxide only; air may go anywhere
    assert worth.allowed[:, 2].tolist() == [False, True, False, True]
    assert worth.allowed[:, [0, 1, 3, 4]].all()
    # one price and one cost for all time: everything is one part
    assert worth.parts.shape == (1, 4, 5)
    open_ = np.where(worth.allowed, value, -np.inf)[:, :4]
    np.testing.assert_allclose(best_value(ore, economy), open_.max(axis=1), rtol=1e-12)
    assert best_destination(ore, economy).tolist() == [0, 1, 3, 2]


def test_some_blocks_in_any_order(settings, ore):
    economy = economy_from_dict(settings)
    whole = block_worth(ore, economy)
    some = block_worth(ore, economy, blocks=[2, 0])
    np.testing.assert_array_equal(some.parts, whole.parts[:, [2, 0]])
    np.testing.assert_array_equal(some.allowed, whole.allowed[[2, 0]])
    np.testing.assert_array_equal(
        best_value(ore, economy, blocks=[1]), best_value(ore, economy)[1:2]
    )


def test_large_models_are_valued_in_pieces(settings, monkeypatch):
    import orefield.pit.worth.value as module

    rng = np.random.default_rng(1)
    n = 1000
    model = BlockModel(
        Grid((0, 0, 0), (10, 10, 10), (10, 10, 10)),
        {"cu_pct": rng.uniform(0, 1, n), "au_gpt": rng.uniform(0, 1, n),
         "rock": rng.choice(["ox", "sulf"], n), "density_t_m3": np.full(n, 2.5)},
    )  # fmt: skip
    economy = economy_from_dict(settings)
    once = best_value(model, economy), best_destination(model, economy)
    monkeypatch.setattr(module, "_AT_ONCE", 64)
    np.testing.assert_array_equal(best_value(model, economy), once[0])
    np.testing.assert_array_equal(best_destination(model, economy), once[1])


def test_a_production_problem_takes_it(settings, ore):
    settings |= {"periods": 3, "discount_rate": 0.1, "timing": "start"}
    worth = block_worth(ore, economy_from_dict(settings))
    problem = ProductionProblem(
        "made up", np.zeros(5, np.int64), np.zeros(0, np.int64), worth.parts, worth.factor,
        destinations=worth.destinations,
    )  # fmt: skip
    np.testing.assert_allclose(problem.period_value(2), worth.value() / 1.21, rtol=1e-12)


def test_decks_of_prices_and_costs_by_year(settings, ore):
    settings |= {"period_years": [1, 1, 2, 5], "discount_rate": 0.08, "timing": "middle"}
    copper = [4.4, 4.2, 3.9]  # the last holds on
    gold = [1900, 1800, 1850, 1700]
    settings["element"][0]["price"] = copper
    settings["element"][1]["price"] = gold
    settings["mining"]["escalation"] = 0.02
    settings["destination"][0]["processing"] = {"per_tonne": 8.0, "index": [1.0, 0.9]}
    economy = economy_from_dict(settings)
    worth = block_worth(ore, economy)
    # copper, gold, mining, processing, and all that stands still
    assert len(worth.names) == 5
    starts, lengths = [0, 1, 2, 4], [1, 1, 2, 5]
    for t in range(4):
        flat = {**settings, "mining": {**settings["mining"]}}
        flat["mining"]["per_tonne"] = 2.0 * 1.02 ** starts[t]
        flat["mining"]["per_m_below"] = 0.01 * 1.02 ** starts[t]
        flat["mining"].pop("escalation")
        flat["element"] = [dict(e) for e in settings["element"]]
        flat["element"][0]["price"] = copper[min(t, 2)]
        flat["element"][1]["price"] = gold[t]
        flat["destination"] = [dict(d) for d in settings["destination"]]
        flat["destination"][0]["processing"] = 8.0 if t == 0 else 7.2
        alone = block_worth(ore, economy_from_dict(flat)).value()
        np.testing.assert_allclose(worth.value(t), alone, rtol=1e-12, atol=1e-6)
        now = 1.08 ** -(starts[t] + lengths[t] / 2)
        np.testing.assert_allclose(worth.present_value(t), alone * now, rtol=1e-12, atol=1e-6)
        best = np.where(worth.allowed, alone, -np.inf)[:, :4].max(axis=1)
        np.testing.assert_allclose(best_value(ore, economy, t), best, rtol=1e-12)


def test_parts_apart_add_up_and_are_named(settings, ore):
    settings |= {"periods": 3, "royalty": [{"name": "state", "rate": 0.05}]}
    settings["element"][0]["price"] = [4.0, 3.0]
    economy = economy_from_dict(settings)
    merged, apart = block_worth(ore, economy), block_worth(ore, economy, merge=False)
    for t in range(3):
        np.testing.assert_allclose(merged.value(t), apart.value(t), rtol=1e-12, atol=1e-6)
    assert len(merged.names) < len(apart.names)
    for name in ("revenue cu", "revenue au", "state", "treatment", "penalty as", "mining", "g&a"):
        assert name in apart.names
    revenue = apart.parts[apart.names.index("revenue au")][:, 0] * apart.reference[0]
    assert revenue[1] == 0
    assert revenue[0] > 0


def test_cash_flow_of_what_is_sent_somewhere(settings, ore):
    settings |= {"periods": 2}
    settings["element"][0]["price"] = [5.0, 4.0]
    worth = block_worth(ore, economy_from_dict(settings), merge=False)
    share = np.array([[0.25, 0, 0, 0.75, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    for period in (None, 0, 1):
        flow = worth.cash_flow(share, period)
        assert sum(flow.values()) == pytest.approx((worth.value(period) * share).sum(), rel=1e-12)
    # a quarter of the first block at the mill and the second in the leach
    assert worth.cash_flow(share)["g&a"] == pytest.approx(-(2500 + 10_000))
    assert worth.cash_flow(share)["haul"] == pytest.approx(-0.5 * 7500)
    with pytest.raises(ModelError, match="shares have shape"):
        worth.cash_flow(share[:2])


@pytest.mark.parametrize(
    ("timing", "years"), [("start", [0, 1, 3]), ("middle", [0.5, 2, 5]), ("end", [1, 3, 7])]
)
def test_when_cash_falls(settings, ore, timing, years):
    settings |= {"period_years": [1, 2, 4], "discount_rate": 0.1, "timing": timing}
    worth = block_worth(ore, economy_from_dict(settings))
    np.testing.assert_allclose(worth.factor[:, 0], 1.1 ** -np.array(years, float), rtol=1e-13)


def test_royalties_of_nsr_and_of_gross_value(settings):
    plain = nsr_usd_t(economy_from_dict(settings), "mill", {"cu": 0.8, "au": 0.3})
    gold = 0.3 * 0.6 * 0.97e-6 * OZ * 1800  # 6 g/t in concentrate: 97 % is less than minus one
    concentrate = 0.8 * 0.9 / 25
    gold = min(gold, (0.3 * 0.6 - concentrate) * 1e-6 * OZ * 1800)
    settings["royalty"] = [
        {"name": "state", "basis": "nsr", "rate": 0.04},
        {"name": "owner", "basis": "gross", "rate": 0.10, "elements": ["au"]},
    ]
    due = nsr_usd_t(economy_from_dict(settings), "mill", {"cu": 0.8, "au": 0.3})
    assert due == pytest.approx(0.96 * plain - 0.10 * gold, rel=1e-12)


@pytest.mark.parametrize(
    ("interpolate", "rates"), [(False, [0.0, 0.05, 0.05, 0.10]), (True, [0.025, 0.05, 0.075, 0.10])]
)
def test_a_royalty_slides_with_the_price(settings, ore, interpolate, rates):
    prices = [1.5, 3.0, 3.75, 4.5]
    settings["periods"] = 4
    settings["element"][0]["price"] = prices
    without = block_worth(ore, economy_from_dict(settings), merge=False)
    settings["royalty"] = [
        {
            "name": "sliding", "basis": "gross", "element": "cu", "elements": ["cu"],
            "price_unit": "USD/lb", "sliding": [[0, 0.0], [3.0, 0.05], [4.5, 0.10]],
            "interpolate": interpolate,
        }
    ]  # fmt: skip
    worth = block_worth(ore, economy_from_dict(settings))
    revenue = without.parts[without.names.index("revenue cu")]
    for t, (price, rate) in enumerate(zip(prices, rates, strict=True)):
        taken = without.value(t) - worth.value(t)
        # the part is at the long-term price of 4.5
        np.testing.assert_allclose(taken, rate * revenue * price / 4.5, rtol=1e-9, atol=1e-6)
    # folded into the factor of copper: no part is added
    assert len(worth.names) == len(
        block_worth(ore, economy_from_dict({**settings, "royalty": []})).names
    )


def test_concentrate_by_mass_pull_and_payable_steps(settings, ore):
    mill = settings["destination"][0]
    mill["concentrate"] = {"mass_pull": {"per_tonne": 0.005, "by_field": {"cu_pct": 0.02}},
                           "treatment": 100.0}  # fmt: skip
    mill["metal"] = [
        {"element": "au", "recovery": 0.5, "payable_steps": [[1, 0.9], [10, 0.95]],
         "deduction": 0.5},
    ]  # fmt: skip
    economy = economy_from_dict(settings)
    pull = 0.005 + 0.02 * np.array([0.8, 0.5, 0.05])
    gold = np.array([0.3, 0, 0.02]) * 0.5 / pull  # 7.1, 0 and 1.7 g/t
    paid = np.array([0.9, 0.0, 0.9]) * np.maximum(gold - 0.5, 0) * pull * 1e-6 * 1800 * OZ
    mining = 2.0 + 0.01 * (100 - np.array([5, 15, 25]))
    value = (paid - 100 * pull - 9 - mining) * 10_000
    np.testing.assert_allclose(block_worth(ore, economy).value()[:3, 0], value, rtol=1e-12)


def test_blocks_whose_concentrate_is_refused_go_elsewhere(settings, ore):
    economy = economy_from_dict(settings)
    assert best_destination(ore, economy)[0] == 0
    settings["destination"][0]["concentrate"]["penalty"][0]["reject_above"] = 0.5
    economy = economy_from_dict(settings)
    assert block_worth(ore, economy).allowed[:, 0].tolist() == [False, True, True, True]
    assert best_destination(ore, economy)[0] != 0


def test_a_lowest_grade_is_kept(settings, ore):
    settings["destination"][1]["minimum"] = {"cu": 0.5}
    allowed = block_worth(ore, economy_from_dict(settings)).allowed
    assert allowed[:, 1].tolist() == [True, True, False, True]


def test_dilution_and_mining_recovery(settings, ore):
    settings["destination"][0] |= {"dilution": 0.1, "mining_recovery": 0.95}
    economy = economy_from_dict(settings)
    value = block_worth(ore, economy).value()[0, 0]
    # metal does not change with dilution here (constant recovery, concentrate grade held)
    nsr = _by_hand_mill(0.8, 0.3, 400) * 0.95
    assert value == pytest.approx((nsr - 9 * 0.95 * 1.1 - 2.95) * 10_000, rel=1e-12)


def test_a_stockpile_pays_when_it_is_reclaimed(settings, ore):
    settings |= {"periods": 2, "discount_rate": 0.1}
    economy = economy_from_dict(settings)
    worth, later = block_worth(ore, economy), reclaimed_worth(ore, economy, "stock")
    assert later.destinations == ("mill",)
    mining = (2.0 + 0.01 * (100 - np.array([5, 15, 25, 35]))) * np.array([1e4, 1e4, 1e4, 0])
    tonnes = np.array([1e4, 1e4, 1e4, 0])
    direct = worth.value(1)[:, 0] + mining - 0.6 * tonnes
    np.testing.assert_allclose(later.value(1)[:, 0], direct, rtol=1e-12, atol=1e-6)
    # a cheap place to lie is no reason to mine
    assert 4 not in best_destination(ore, economy)


def test_carbon_has_a_price(settings, ore):
    before = block_worth(ore, economy_from_dict(settings)).value()
    settings["carbon"] = {
        "price": 50.0,
        "use": [
            {"of": "mined", "per_tonne": 0.004},
            {"of": "processed", "per_tonne": 0.02, "destinations": ["mill"]},
        ],
    }
    after = block_worth(ore, economy_from_dict(settings)).value()
    cost = np.array([0.004 * 50 + 1.0, 0.2, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(before - after, np.outer([1e4, 1e4, 1e4, 0], cost), rtol=1e-9)


# -- agreement with the economics of the main job ----------------------------------------


def _like(e):
    """The same copper mine in the terms of this package."""
    by_product = [
        {"element": m, "recovery": getattr(e, f"{m}_recovery"), "own_product": True,
         "payable": getattr(e, f"{m}_payable"), "refining": getattr(e, f"refining_{m}_usd_t"),
         "refining_unit": "USD/t"}
        for m in ("mo", "ag", "au")
    ]  # fmt: skip
    return economy_from_dict(
        {
            "mining": {"per_tonne": e.mining_usd_t, "per_m_below": e.mining_increment_usd_t_m,
                       "reference_elevation_m": e.reference_elevation_m},
            "ga": e.ga_usd_t,
            "element": [
                {"name": m, "field": f"{m}_{unit}", "unit": {"pct": "%", "gpt": "g/t"}[unit],
                 "price": getattr(e, f"{m}_usd_t"), "price_unit": "USD/t", "optional": True}
                for m, unit in (("cu", "pct"), ("mo", "pct"), ("ag", "gpt"), ("au", "gpt"))
            ],
            "destination": [
                {"name": "mill", "kind": "mill", "processing": e.processing_usd_t,
                 "concentrate": {"element": "cu", "grade": e.concentrate_cu_pct,
                                 "treatment": e.treatment_usd_t_conc + e.freight_usd_t_conc},
                 "metal": [
                     {"element": "cu", "payable": e.cu_payable,
                      "recovery": {"tail": e.tail_pct, "maximum": e.cu_recovery_max},
                      "refining": e.refining_cu_usd_t, "refining_unit": "USD/t"}, *by_product]},
                {"name": "dump", "kind": "dump"},
            ],
            "royalty": [{"rate": e.royalty}],
        }
    )  # fmt: skip


@pytest.mark.parametrize("factor", [0.3, 1.0, 1.7])
def test_agrees_with_the_economics_of_the_main_job(economics, model, factor):
    from dataclasses import replace

    economics = replace(economics, royalty=0.03)
    economy = _like(economics).at_revenue_factor(factor)
    old = economics.at_revenue_factor(factor)
    np.testing.assert_allclose(
        best_value(model, economy), block_value_usd(model, old), rtol=1e-12, atol=1e-6
    )
    grades = {m: np.asarray(model.get(f)) for m, f in
              (("cu", "cu_pct"), ("mo", "mo_pct"), ("ag", "ag_gpt"))}  # fmt: skip
    np.testing.assert_allclose(
        nsr_usd_t(economy, "mill", grades), block_nsr_usd_t(model, old), rtol=1e-11, atol=1e-9
    )
    mine = breakeven_cu_pct(old)
    assert cutoff_grade(economy, "mill", "cu") == pytest.approx(mine, rel=1e-9)


# -- laws -----------------------------------------------------------------------------------


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    cu=st.floats(0, 5), au=st.floats(0, 20), arsenic=st.floats(0, 5000),
    low=st.floats(0, 3), more=st.floats(0, 3), royalty=st.floats(0, 0.5),
)  # fmt: skip
def test_a_block_is_never_worth_less_at_a_higher_price(
    settings, cu, au, arsenic, low, more, royalty
):
    settings = copy.deepcopy(settings)
    settings["royalty"] = [{"basis": "nsr", "rate": royalty}]
    economy = economy_from_dict(settings)
    grades = {"cu": cu, "au": au, "as": arsenic}
    at = [float(nsr_usd_t(economy.at_revenue_factor(f), "mill", grades)) for f in (low, low + more)]
    assert at[1] >= at[0] - 1e-9 * abs(at[0])
    only = [
        float(nsr_usd_t(economy.at_revenue_factor(f, ["au"]), "mill", grades))
        for f in (low, low + more)
    ]
    assert only[1] >= only[0] - 1e-9 * abs(only[0])


def test_revenue_factors_move_prices_alone(settings):
    economy = economy_from_dict(settings)
    doubled = economy.at_revenue_factor(2.0, ["cu"])
    assert doubled.element("cu").price.values == (8.0,)
    assert doubled.element("au") == economy.element("au")
    assert doubled.destinations == economy.destinations
    with pytest.raises(ModelError, match="element 'ag'"):
        economy.at_revenue_factor(2.0, ["ag"])
    with pytest.raises(ModelError, match="out of range"):
        economy.at_revenue_factor(-1.0)


# -- what is refused --------------------------------------------------------------------------


def test_missing_fields_and_impossible_grades(settings, blocks):
    economy = economy_from_dict(settings)
    with pytest.raises(ModelError, match="no field 'au_gpt'"):
        best_value(blocks(cu_pct=[0.5], rock=["ox"]), economy)
    with pytest.raises(ModelError, match="no rock field 'rock'"):
        best_value(blocks(cu_pct=[0.5], au_gpt=[0]), economy)
    for bad in (-99.0, 130.0):
        with pytest.raises(ModelError, match="'cu_pct' is") as error:
            block_worth(blocks(cu_pct=[0.5, bad], au_gpt=[0, 0], rock=["ox", "ox"]), economy)
        assert "block 1" in error.value.where
    # a marker of "unknown" in air does no harm
    air = blocks(cu_pct=[0.5, -99.0], au_gpt=[0, 0], rock=["ox", "ox"], rock_fraction=[1, 0])
    assert best_value(air, economy)[1] == 0


def test_a_rock_without_a_value_is_an_error(settings, ore):
    settings["mining"] = {"by_rock": {"ox": 1.0, "Sulf": 2.0}}
    with pytest.raises(ModelError, match="mining has no value for rock 'sulf'") as error:
        best_value(ore, economy_from_dict(settings))
    assert "block 0" in error.value.where
    settings["mining"]["per_tonne"] = 1.5
    best_value(ore, economy_from_dict(settings))


def test_rock_codes_that_are_numbers(settings, blocks):
    settings["mining"] = {"by_rock": {"1": 1.0, "2": 3.0}}
    settings["destination"][1]["metal"][0]["recovery"] = {"by_rock": {"1": 0.7, "2": 0.3}}
    settings["destination"][2]["accepts"] = [1]
    settings["destination"][2]["haul"] = 0.0
    settings["destination"][3]["haul"] = 0.0
    model = blocks(cu_pct=[0, 0], au_gpt=[0, 0], rock=[1, 2])
    economy = economy_from_dict(settings)
    np.testing.assert_allclose(best_value(model, economy), [-10_000, -30_000])
    settings["mining"]["by_rock"]["ox"] = 2.0
    with pytest.raises(ModelError, match="'ox' is no number"):
        best_value(model, economy_from_dict(settings))


def test_a_block_that_may_go_nowhere(settings, ore):
    settings["destination"][3]["rejects"] = ["sulf"]
    settings["destination"][0]["minimum"] = {"cu": 0.1}
    settings["destination"][1]["minimum"] = {"cu": 0.1}
    with pytest.raises(ModelError, match="no destination") as error:
        best_value(ore, economy_from_dict(settings))
    assert "block 2" in error.value.where


def test_blocks_and_periods_that_do_not_exist(settings, ore):
    economy = economy_from_dict(settings)
    with pytest.raises(ModelError, match="not among 0 to 3"):
        block_worth(ore, economy, blocks=[4])
    with pytest.raises(ModelError, match="list of indices"):
        block_worth(ore, economy, blocks=[0.5])
    with pytest.raises(ModelError, match="period 1"):
        best_value(ore, economy, 1)
    with pytest.raises(ModelError, match="not a stockpile"):
        reclaimed_worth(ore, economy, "mill")
