"""Revenue factors move prices alone; the economics of the main job say the same."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.pit import block_nsr_usd_t, block_value_usd, breakeven_cu_pct
from orefield.pit.worth import (
    best_value,
    cutoff_grade,
    economy_from_dict,
    nsr_usd_t,
)


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
