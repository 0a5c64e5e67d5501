"""Values of blocks by destination and period against arithmetic done by hand."""

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit.production.problem import ProductionProblem
from orefield.pit.worth import (
    best_destination,
    best_value,
    block_worth,
    economy_from_dict,
    reclaimed_worth,
)

LB = 2204.6226218487757  # pounds in a tonne


def test_value_at_every_destination(settings, ore, mill_nsr_usd_t):
    economy = economy_from_dict(settings)
    worth = block_worth(ore, economy)
    value = worth.value()
    tonnes = np.array([10_000, 10_000, 10_000, 0])
    mining = 2.0 + 0.01 * (100 - np.array([5, 15, 25, 35]))
    nsr = np.array([mill_nsr_usd_t(0.8, 0.3, 400), mill_nsr_usd_t(0.5, 0, 10),
                    mill_nsr_usd_t(0.05, 0.02, 0), 0])  # fmt: skip
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
