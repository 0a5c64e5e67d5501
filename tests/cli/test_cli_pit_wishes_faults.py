"""Wishes to ``orefield pit schedule`` that are wrong, or that no schedule can meet, are told."""

from __future__ import annotations

import pytest
from pit_cases import answer, settled, told
from pit_wishes_cases import BY_PHASE, SETTINGS, STOCK, model_file, run


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            "[[feed]]\ntarget = 490_000\nwithin = 0.01\n[[blend]]\nelement = 'cu'\nlower = 0.9",
            "feed of mill",
        ),
        ("[[feed]]\nname = 'the mill'\ntarget = [2_000_000, 0]\nwithin = 0.1", "the mill"),
        (STOCK + "[[feed]]\nname = 'the mill'\ntarget = 600_000\nwithin = 0.1", "the mill"),
    ],
)
def test_wishes_that_cannot_be_met_are_named_with_their_period(tmp_path, wish, said):
    code, data, _ = run(tmp_path, f"{SETTINGS}\n{wish}\n", "--time", "300")
    assert code == 2
    assert "no schedule meets the side constraints" in data["what"]
    assert said in data["what"]
    assert "period" in data["what"] + data["where"]
    assert not (tmp_path / "out" / "summary.json").exists()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("[[schedule.not_before]]\nphase = 1\nperiod = 1", 'within = "phases"'),
        ("[[schedule.order]]\nbefore = 0\nafter = 1", 'within = "phases"'),
        ("[[schedule.order]]\nbefore = 0\nafter = 0", "lead itself"),
        ("[[schedule.order]]\nbefore = 0\nafter = 1\nlead = 0.5", "give whole numbers"),
        ("[[schedule.order]]\nbefore = 0\nafter = 1\nlead = nan", "'lead' is nan"),
        ("[[schedule.order]]\nbefore = 0\nafter = 1\nlead = -inf", "'lead' is -inf"),
        ("[[schedule.order]]\nbefore = nan\nafter = 1", "'before' is nan"),
        ("[[schedule.order]]\nbefore = 0\nafter = inf", "'after' is inf"),
        ("[[schedule.order]]\nbefore = 0", "'after' is missing"),
        ("[[schedule.not_before]]\nperiod = 1", "of a phase or of a field"),
        ("[[schedule.not_before]]\nfield = 'zone'\nperiod = 1", "no codes"),
        ("[[schedule.not_before]]\nfield = 'zone'\ncodes = [7]\nperiod = 1", "has '7'"),
        ("[[schedule.not_before]]\nfield = 'zona'\ncodes = [7]\nperiod = 1", "zona"),
        ("[[schedule.not_before]]\nfield = 'cu_pct'", "gives no period"),
        ("[[schedule.not_before]]\nfield = 'zone'\ncodes = [1]\nperiod = -1", "from 0"),
        ("[[schedule.not_before]]\nphase = nan\nperiod = 1", "'phase' is nan"),
        ("[[schedule.not_before]]\nphase = [1, inf]\nperiod = 1", "'phase' is inf"),
        ("[[schedule.not_before]]\nphase = 1\nperiod = inf", "'period' is inf"),
        ("[[schedule.not_before]]\nphase = 1\nperod = 1", "did you mean 'period'"),
        ("[[blend]]\nelement = 'cu'", "without bounds"),
        ("[[blend]]\nelement = 'cv'\nlower = 1", "cv"),
        ("[[blend]]\nfield = 'cv'\nlower = 1", "cv"),
        ("[[blend]]\nlower = 1", "element or of a field"),
        ("[[blend]]\nelement = 'cu'\nfield = 'cu_pct'\nlower = 1", "not both"),
        ("[[blend]]\nelement = 'cu'\nlower = 1\nupper = 0.5", "period 0"),
        ("[[blend]]\nelement = 'cu'\nlower = 1\ndestinations = ['mil']", "did you mean 'mill'"),
        ("[[blend]]\nelement = 'cu'\nlower = 1\ndestinations = ['dump']", "takes feed"),
        ("[[blend]]\nelement = 'cu'\nlowr = 1", "lowr"),
        ("[[blend]]\nelement = 'cu'\nname = 'water'\nlower = 1", "water"),
        ("[[feed]]\ntarget = 1", "belong together"),
        ("[[feed]]\nwithin = 0.1", "belong together"),
        ("[[feed]]\nuntil = 1", "without a wish"),
        ("[[feed]]\ntarget = -1\nwithin = 0.1", "target"),
        ("[[feed]]\ntarget = 1\nwithin = 1.5", "fraction"),
        ("[[feed]]\nsteady_within = 0.1\nper = 'month'", "year or period"),
        ("[[feed]]\nsteady_within = 0.1\nuntil = 1.5", "whole"),
        ("[[feed]]\nsteady_within = 0.1\nuntil = nan", "'until' is nan"),
        ("[[feed]]\nsteady_within = nan", "fraction"),
        ("[[feed]]\ntarget = nan\nwithin = 0.1", "nan is not a finite number"),
        ("[[blend]]\nelement = 'cu'\nlower = nan", "nan is not a finite number"),
        ("[feed]\nsteady_within = 0.1", "no list of tables"),
        ("[[stockpile]]\nname = 'heap'", "heap"),
        ("[[stockpile]]\nname = 'dump'", "not a stockpile"),
        (STOCK + STOCK, "stock"),
        (STOCK + "slots = [0, 2]", "from 1"),
        (STOCK + "slots = [2, 1]", "rising periods"),
        (STOCK + "slots = [1, nan]", "'slots' is nan"),
        (STOCK + "slots = inf", "'slots' is inf"),
        (STOCK + "bins = nan", "nan is not a finite number"),
        (STOCK + "room_t = nan", "more than zero"),
        (STOCK + "slots = [4]", "rising periods"),
        (STOCK + "bins = 0", "bins"),
        (STOCK + "bins = [0.2, 0.1]\nelement = 'cu'", "rising"),
        (STOCK + "bins = [0.1, 0.2]", "element or field"),
        (STOCK + "element = 'cu'", "without grades"),
        (STOCK + "room_t = 0", "more than zero"),
        (STOCK + "value = 'true'", "conservative or optimistic"),
    ],
)
def test_wishes_that_are_wrong_are_told(wish, said, tmp_path):
    place = (model_file(), settled(tmp_path, f"{SETTINGS}\n{wish}\n"))
    code, data, _ = answer("schedule", place)
    assert code == 2, data
    assert said in told(data), data


@pytest.mark.parametrize(
    ("old", "new", "wish", "said"),
    [
        ("seconds", "sinking_each_period = true\nseconds", "", "without a sinking rate"),
        ("seconds", "sinking_benches = 0\nseconds", "", "from 1"),
        ("seconds", "sinking_benches = nan\nseconds", "", "'sinking_benches' is nan"),
        ("seconds", "seed = inf\nseconds", "", "'seed' is inf"),
        ("count = 2", "count = nan", "", "'count' is nan"),
        ("count = 2", "lag = -inf", "", "'lag' is -inf"),
        ("periods = 4", "periods = inf", "", "inf periods"),
        ("rehandle = 0.7", "rehandle = 500", STOCK, "pays when it is taken up"),
        ("periods = 4", "periods = 1", STOCK, "two periods"),
        ('reclaim_to = "mill"\n', "", STOCK, "not a stockpile that feeds"),
    ],
)
def test_settings_that_do_not_go_with_a_wish_are_told(old, new, wish, said, tmp_path):
    assert old in SETTINGS
    place = (model_file(), settled(tmp_path, SETTINGS.replace(old, new) + wish))
    code, data, _ = answer("schedule", place)
    assert code == 2, data
    assert said in told(data), data


def test_phases_that_units_mix_or_that_are_not_there_are_told(tmp_path):
    mixed = BY_PHASE.replace("by_phase = true", "sinking_benches = 2")
    wrong = BY_PHASE + "\n[[schedule.order]]\nbefore = 0\nafter = 9\n"
    late = BY_PHASE + "\n[[schedule.not_before]]\nphase = 9\nperiod = 1\n"
    for text, said in ((mixed, "by_phase = true"), (wrong, "no phase 9"), (late, "no phase 9")):
        code, data, _ = answer("schedule", (model_file(), settled(tmp_path, text)))
        assert code == 2
        assert said in data["what"] + data["fix"], data


@pytest.mark.parametrize(
    ("wish", "column"),
    [
        ("[[blend]]\nname = 'rock_t'\nelement = 'cu'\nupper = 9", "rock_t"),
        ("[[blend]]\nname = 'discounted_usd'\nelement = 'cu'\nupper = 9", "discounted_usd"),
        ("[[blend]]\nname = 'water used'\nelement = 'cu'\nupper = 9", "water used"),
        ("[[blend]]\nname = 'benches_sunk'\nelement = 'cu'\nupper = 9", "benches_sunk"),
        (
            "[[blend]]\nname = 'x'\nelement = 'cu'\nupper = 9\n"
            "[[blend]]\nname = 'x lower'\nelement = 'as'\nupper = 9",
            "x lower",
        ),
        (
            "[[feed]]\nname = 'x'\nsteady_within = 1\n"
            "[[blend]]\nname = 'x fed_t'\nelement = 'cu'\nupper = 9",
            "x fed_t",
        ),
    ],
)
def test_names_that_would_make_two_columns_of_one_are_told_before_the_search(
    wish, column, tmp_path, monkeypatch
):
    def searched(*_, **__):
        raise AssertionError("a plan was looked for")

    monkeypatch.setattr("orefield.pit.production.solve.solve_production", searched)
    code, data, _ = run(tmp_path, f"{SETTINGS}\n{wish}\n")
    assert code == 2, data
    assert f"two columns '{column}'" in data["what"]
    assert not (tmp_path / "out" / "periods.csv").exists()
