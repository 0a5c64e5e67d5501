"""Break-even and marginal cut-offs by hand, and where blocks change their destination."""

import math

import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit.worth import (
    Setting,
    best_destination,
    cutoff_grade,
    economy_from_dict,
    nsr_cutoff_usd_t,
    nsr_usd_t,
)

LB = 2204.6226218487757


def test_nsr_cutoffs_by_hand(settings):
    economy = economy_from_dict(settings)
    # milling 8 and G&A 1, less the 0.5 that the dump for every rock would cost
    assert nsr_cutoff_usd_t(economy, "mill") == pytest.approx(8.5)
    assert nsr_cutoff_usd_t(economy, "mill", setting=Setting(rock="sulf")) == pytest.approx(8.5)
    # the nearer dump costs 0.2 and takes oxide only
    assert nsr_cutoff_usd_t(economy, "mill", setting=Setting(rock="ox")) == pytest.approx(8.8)
    assert nsr_cutoff_usd_t(economy, "mill", waste="near dump") == pytest.approx(8.8)
    deep = Setting(elevation_m=-50.0)
    # mining costs 2 and 0.01 a metre below 100 m
    found = nsr_cutoff_usd_t(economy, "mill", kind="breakeven", setting=deep)
    assert found == pytest.approx(9 + 2 + 1.5)


def test_copper_cutoff_by_hand(settings):
    economy = economy_from_dict(settings)
    per_pct = 0.01 * 0.9 * (0.24 / 0.25 * 3.92 * LB - 4 * (80 + 60 / 0.92))
    assert cutoff_grade(economy, "mill", "cu") == pytest.approx(8.5 / per_pct, rel=1e-9)
    # leached oxide: 80 % at 3.75 $/lb against 3 of leaching, 1 of G&A, 0.2 of the dump
    found = cutoff_grade(economy, "leach", "cu", setting=Setting(rock="ox"))
    assert found == pytest.approx(100 * 3.8 / (0.8 * 3.75 * LB), rel=1e-9)


def test_the_cutoff_is_where_blocks_change_destination(settings, blocks):
    settings["destination"] = [settings["destination"][0], settings["destination"][3]]
    economy = economy_from_dict(settings)
    g = cutoff_grade(economy, "mill", "cu", others={"au": 0.1})
    model = blocks(cu_pct=[g * (1 - 1e-6), g * (1 + 1e-6)], au_gpt=[0.1, 0.1], rock=["ox", "ox"])
    assert best_destination(model, economy).tolist() == [1, 0]
    at = nsr_usd_t(economy, "mill", {"cu": g, "au": 0.1})
    assert at == pytest.approx(nsr_cutoff_usd_t(economy, "mill"), rel=1e-9)


def test_gold_lowers_the_copper_cutoff(settings):
    economy = economy_from_dict(settings)
    found = [cutoff_grade(economy, "mill", "cu", others={"au": a}) for a in (0, 0.1, 0.3)]
    assert found == sorted(found, reverse=True)
    assert found[2] < found[0]


def test_a_cutoff_follows_the_deck(settings):
    settings |= {"periods": 2}
    settings["element"][0]["price"] = [3.0, 4.0]
    economy = economy_from_dict(settings)
    poor, rich = (cutoff_grade(economy, "mill", "cu", setting=Setting(period=t)) for t in (0, 1))
    assert poor > rich
    assert cutoff_grade(economy, "mill", "cu") == rich
    with pytest.raises(ModelError, match="period 2"):
        cutoff_grade(economy, "mill", "cu", setting=Setting(period=2))


def test_what_never_pays_has_no_cutoff(settings):
    economy = economy_from_dict(settings)
    assert cutoff_grade(economy.at_revenue_factor(0.0), "mill", "cu") == math.inf
    assert cutoff_grade(economy, "mill", "as") == math.inf
    settings["destination"][1]["processing"] = 0.0
    settings["ga"] = 0.0
    assert cutoff_grade(economy_from_dict(settings), "leach", "cu") == 0.0


def test_shapes_and_unknown_names(settings):
    economy = economy_from_dict(settings)
    out = nsr_usd_t(economy, "mill", {"cu": np.ones((3, 1)), "au": np.zeros((1, 2))})
    assert out.shape == (3, 2)
    with pytest.raises(ModelError, match="makes nothing"):
        nsr_usd_t(economy, "near dump", {"cu": 1.0})
    with pytest.raises(ModelError, match="element 'copper'"):
        nsr_usd_t(economy, "mill", {"copper": 1.0})
    with pytest.raises(ModelError, match="destination 'mil'") as error:
        cutoff_grade(economy, "mil", "cu")
    assert "did you mean 'mill'" in error.value.fix
    with pytest.raises(ModelError, match="cut-off 'break-even'"):
        nsr_cutoff_usd_t(economy, "mill", kind="break-even")
    for kind in ("marginal", "breakeven"):
        with pytest.raises(ModelError, match="no dump 'leach'"):
            nsr_cutoff_usd_t(economy, "mill", kind=kind, waste="leach")


def test_without_a_dump_nothing_is_spared_and_without_one_for_the_rock_it_is_an_error(settings):
    settings["destination"] = [settings["destination"][i] for i in (0, 2)]
    economy = economy_from_dict(settings)
    with pytest.raises(ModelError, match="no dump takes") as error:
        nsr_cutoff_usd_t(economy, "mill", setting=Setting(rock="sulf"))
    assert "its rock" in error.value.fix
    settings["destination"] = settings["destination"][:1]
    assert nsr_cutoff_usd_t(economy_from_dict(settings), "mill") == pytest.approx(9.0)


def test_carbon_of_milling_raises_the_cutoff(settings):
    settings["carbon"] = {"price": 50.0, "use": [{"of": "processed", "per_tonne": 0.02}]}
    assert nsr_cutoff_usd_t(economy_from_dict(settings), "mill") == pytest.approx(9.5)
