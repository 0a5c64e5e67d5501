"""Tables of a configuration: every form, and every slip a planner can make."""

import pickle

import pytest

from orefield.core import InputError, ModelError, UnitError
from orefield.pit.worth import economy_from_dict, usage_from_dict, usages_from_list


def _at(settings, path, value):
    """``settings`` with one value set (or taken out, for ``...``)."""
    *way, last = path
    inner = settings
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    elif isinstance(inner, list) and last == len(inner):
        inner.append(value)
    else:
        inner[last] = value
    return settings


MILL = ("destination", 0)
COPPER = (*MILL, "metal", 0)
CONCENTRATE = (*MILL, "concentrate")


@pytest.mark.parametrize(
    ("path", "value", "said", "help_"),
    [
        (("mineing",), 2.0, "unknown key 'mineing'", "did you mean 'mining'"),
        ((*MILL, "procesing"), 2.0, "unknown key 'procesing'", "did you mean 'processing'"),
        ((*COPPER, "recvery"), 2.0, "unknown key 'recvery'", "did you mean 'recovery'"),
        ((*CONCENTRATE, "moistur"), 0.1, "unknown key 'moistur'", "did you mean 'moisture'"),
        (("mining", "per_ton"), 1.0, "unknown key 'per_ton'", "did you mean 'per_tonne'"),
        ((*COPPER, "recovery"), {"tails": 0.1}, "does not say what it is", "tail, slope"),
        ((*COPPER, "recovery"), {"tail": 0.1, "max": 1}, "unknown key 'max'", "'maximum'"),
        ((*COPPER, "recovery"), 90, "90 is no fraction", "not percent"),
        ((*COPPER, "recovery"), {"table": [[1, 0.5], [0, 0.6]]}, "does not rise", "sort"),
        ((*COPPER, "recovery"), {"table": [[1, 50]]}, "50 is no fraction", "not percent"),
        ((*COPPER, "recovery"), {"table": [[1, 0.5, 2]]}, "holds", "pairs"),
        ((*COPPER, "recovery"), {"field": "r", "unit": "pc"}, "no unit of recovery", "%"),
        ((*COPPER, "recovery"), {"intercept": 0.5, "slope": 1, "minimum": 0.9, "maximum": 0.8},
         "minimum is above", "swap"),
        ((*COPPER, "recovery"), {"by_rock": {}}, "names no rock", "rock codes"),
        ((*COPPER, "recovery"), ..., "'recovery' is missing", "add it"),
        ((*COPPER, "payable"), 96.5, "no fraction", "not percent"),
        (("destination", 1, "metal", 0, "payable_steps"), [[0, 1.1]], "no fraction", "not percent"),
        ((*COPPER, "payable_steps"), [[0, 0.9]], "both payable and payable_steps", "one of them"),
        ((*COPPER, "minimum_deduction"), -1, "out of range", "0 or more"),
        ((*COPPER, "own_product"), True, "deductions are of the grade", "own_product"),
        ((*COPPER, "own_product"), "yes", "not true or false", "true or false"),
        ((*COPPER, "element"), "cuu", "no element 'cuu'", "did you mean 'cu'"),
        ((*MILL, "metal", 3), {"element": "cu", "recovery": 0.1}, "is called 'cu'", "rename"),
        ((*CONCENTRATE, "grade"), 125.0, "above 100 %", ""),
        ((*CONCENTRATE, "grade"), 0.0, "grade is zero", "25"),
        ((*CONCENTRATE, "mass_pull"), 0.1, "either an element", "one of them"),
        (CONCENTRATE, {"mass_pull": 0.1, "grade": 25}, "a grade does too", "one of them"),
        ((*MILL, "metal", 2, "own_product"), True, "judged by 'as'", "own_product"),
        ((*CONCENTRATE, "element"), "au2", "no metal recovered there called 'au2'", "au"),
        ((*CONCENTRATE, "moisture"), 1.0, "moisture is 1", "below 1"),
        ((*CONCENTRATE, "treatment"), -80, "out of range", "0 or more"),
        ((*CONCENTRATE, "penalty", 0, "per"), 0, "step is zero", "0.1"),
        ((*CONCENTRATE, "penalty", 0, "element"), "zn", "called 'zn'", "as"),
        ((*CONCENTRATE, "penalty", 0, "above"), "0.2", "not a number", "a number"),
        ((*MILL, "concentrate"), ..., "grade of a concentrate", "payable alone"),
        ((*MILL, "kind"), "Mill", "kind 'Mill'", "mill, leach"),
        ((*MILL, "dilution"), -0.1, "out of range", "0 or more"),
        ((*MILL, "mining_recovery"), 95, "no fraction", "not percent"),
        ((*MILL, "minimum"), {"zn": 1.0}, "no element 'zn'", "au"),
        ((*MILL, "rehandle"), 1.0, "a mill has no rehandle", "remove"),
        ((*MILL, "metal"), [], "a mill recovers nothing", "metals"),
        (("destination", 1, "concentrate"), {"element": "cu", "grade": 25},
         "a leach has no concentrate", "remove"),
        (("destination", 3, "processing"), 1.0, "a dump has no processing", "remove"),
        (("destination", 3, "accepts"), [1.5], "something else than names", ""),
        (("destination", 2, "rejects"), ["ox"], "both accepted and rejected", "one list"),
        (("destination", 4, "reclaim_to"), "near dump", "no mill or leach 'near dump'", "mill"),
        (("destination", 3, "name"), "mill", "a second destination is called 'mill'", "rename"),
        (("destination", 3, "name"), "", "has no name", "name it"),
        (("destination",), [], "no destination", "add one"),
        (("destination",), {"mill": {}}, "not a list of tables", "list"),
        (("destination", 0), 3, "3 is no table", "keys"),
        (("element",), [], "no element", "add one"),
        (("element", 0, "price"), -4.0, "out of range", "0 or more"),
        (("element", 0, "price"), float("nan"), "not a finite number", "number"),
        (("element", 0, "price"), [], "no value", "number"),
        (("element", 0, "price"), [4, "x"], "numbers by period", "numbers"),
        (("element", 0, "price"), {"values": 4, "escalation": -1.0}, "escalation is -1", "0.02"),
        (("element", 0, "price"), {"value": 4}, "'values' is missing", "correct 'value'"),
        (("element", 0, "price"), True, "is True", "number"),
        (("element", 0, "price_unit"), ..., "'price_unit' is missing", "add it"),
        (("rock_field",), ..., "accepted by code", "rock_field"),
        (("discount_rate",), -1.0, "discount rate is -1", "0.08"),
        (("discount_rate",), "8%", "not a number", "number"),
        (("timing",), "mid", "timing 'mid'", "middle"),
        (("periods",), 0, "0 periods", "whole number"),
        (("periods",), 2.5, "2.5 periods", "whole number"),
        (("periods",), float("inf"), "inf periods", "whole number"),
        (("periods",), float("nan"), "nan periods", "whole number"),
        (("period_years",), {"values": [1, 1], "escalation": 0.1}, "is a table", "each period"),
        (("period_years",), [1, 0], "period of 0 years", ""),
        (("ga",), float("inf"), "not a finite number", "number"),
        (("mining",), {"per_tonne": 2, "per_m_below": 0.1}, "no reference elevation", "reference"),
        (("mining",), {"by_elevation": [[10, 1], [5, 2]]}, "does not rise", "sort"),
        (("mining",), {"by_rock": {"ox": "1"}}, "not a number", "number"),
        (("mining",), {"per_tonne": 2, "index": -1}, "out of range", "0 or more"),
        (("mining",), {"per_tonne": 2, "escalation": 0.01,
                       "index": {"values": 1, "escalation": 0.02}}, "both the cost", "drop one"),
        (("royalty",), [{"basis": "net"}], "'rate' is missing", "add it"),
        (("royalty",), [{"basis": "net", "rate": 0.1}], "basis 'net'", "nsr or gross"),
        (("royalty",), [{"rate": 5}], "no fraction", "percent"),
        (("royalty",), [{"rate": 0.1, "elements": ["cu"]}], "no single element", "gross"),
        (("royalty",), [{"sliding": [[0, 0.1]]}], "needs both", "neither"),
        (("royalty",), [{"sliding": [[0, 0.1]], "element": "cu", "rate": 0.1}],
         "both a rate and a sliding table", "one of them"),
        (("royalty",), [{"rate": 0.1, "interpolate": True}], "no table to interpolate", "sliding"),
        (("royalty",), [{"sliding": [[1, 0.1]], "element": "cu"}], "begin at price 0", "lowest"),
        (("royalty",), [{"rate": 0.1}, {"name": "royalty", "rate": 0.1}],
         "second royalty", "rename"),
        (("royalty",), [{"rate": 0.1, "destinations": ["mil"]}], "destination 'mil'", "'mill'"),
        (("carbon",), {"price": 50}, "no emissions", "amounts"),
        (("carbon",), {"price": 50, "use": [{"of": "mined", "destinations": ["x"]}]},
         "no destination 'x'", "mill"),
    ],
)  # fmt: skip
def test_slips_are_refused(settings, path, value, said, help_):
    with pytest.raises(InputError) as error:
        economy_from_dict(_at(settings, path, value))
    assert said in error.value.what
    assert help_ in error.value.fix


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("element", 0, "unit"), "percent"),
        (("element", 0, "price_unit"), "USD/pound"),
        (("element", 0, "price_unit"), "Mt"),
        ((*COPPER, "refining_unit"), "c/ib"),
        ((*COPPER, "grade_unit"), "t"),
        ((*CONCENTRATE, "penalty", 0, "grade_unit"), "pp"),
    ],
)
def test_units_that_do_not_exist(settings, path, value):
    with pytest.raises(UnitError) as error:
        economy_from_dict(_at(settings, path, value))
    assert "economy" in error.value.where
    assert error.value.fix


def test_an_error_says_where(settings):
    settings["destination"][0]["metal"][1]["payable"] = 97
    with pytest.raises(ModelError) as error:
        economy_from_dict(settings, "mine.toml: economy")
    where = error.value.where
    assert where.startswith("mine.toml: economy.destination 'mill'.metal 'au'")
    assert where.endswith("payable")


def test_forms_of_the_same_thing(settings):
    base = economy_from_dict(settings)
    settings["element"][0]["price"] = {"values": [4.0]}
    settings["ga"] = {"per_tonne": 1.0, "index": 1, "escalation": 0.0}
    settings["destination"][2]["accepts"] = "ox"
    settings["period_years"] = 1.0
    assert economy_from_dict(settings) == base


def test_an_economy_travels_between_processes(settings):
    economy = economy_from_dict(settings)
    assert pickle.loads(pickle.dumps(economy)) == economy


def test_periods_are_given_one_way(settings):
    settings |= {"periods": 2, "period_years": [1, 1]}
    with pytest.raises(ModelError, match="both periods and period_years"):
        economy_from_dict(settings)


def test_limits():
    usage = usage_from_dict(
        {"name": "mill", "unit": "t", "upper": {"values": 30e6, "escalation": 0.0},
         "use": [{"of": "processed", "destinations": ["mill"]}]}
    )  # fmt: skip
    assert usage.upper is not None
    assert usage.upper.values == (30e6,)
    assert usage.lower is None
    assert usage.amounts[0].rate.base == 1.0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"use": [{"of": "mined"}]}, "'name' is missing"),
        ({"name": "x"}, "nothing uses"),
        ({"name": "x", "use": [{}]}, "'of' is missing"),
        ({"name": "x", "use": [{"of": "mined", "per_ton": 1}]}, "unknown key 'per_ton'"),
        ({"name": "x", "uper": 1, "use": [{"of": "mined"}]}, "unknown key 'uper'"),
        ({"name": "x", "upper": "1", "use": [{"of": "mined"}]}, "numbers by period"),
        ({"name": "x", "upper": float("inf"), "use": [{"of": "mined"}]}, "not a finite number"),
        ({"name": "x", "per": "day", "use": [{"of": "mined"}]}, "per 'day'"),
        ({"name": "x", "use": [{"of": "mined", "bond": {"field": "w"}}]}, "'feed_um' is missing"),
        ("x", "no table"),
    ],
)
def test_slips_in_limits_are_refused(values, said):
    with pytest.raises(ModelError, match=said):
        usage_from_dict(values)


def test_limits_have_names_of_their_own():
    one = {"name": "x", "use": [{"of": "mined"}]}
    with pytest.raises(ModelError, match="a second limit is called 'x'") as error:
        usages_from_list([one, one], "mine.toml: limit")
    assert error.value.where == "mine.toml: limit"
    assert [u.name for u in usages_from_list([one, {**one, "name": "y"}])] == ["x", "y"]
