"""Models, rocks, blocks and periods that cannot be valued are refused, saying where."""

import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit.worth import (
    best_value,
    block_worth,
    economy_from_dict,
    reclaimed_worth,
)


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
    # waste: mined at 1.5 and carried 0.5
    value = best_value(ore, economy_from_dict(settings))
    assert value[2] == pytest.approx(-20_000)


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
    worth = block_worth(ore, economy)
    for period in (1, -1):
        with pytest.raises(ModelError, match=f"period {period} is not among 0 to 0"):
            worth.value(period)
        with pytest.raises(ModelError, match="not among 0 to 0"):
            worth.present_value(period)
    with pytest.raises(ModelError, match="not a stockpile"):
        reclaimed_worth(ore, economy, "mill")
