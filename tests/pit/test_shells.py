"""Shells of any valuation: what separate solves find; and values from fields or grades."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import slope_pattern, ultimate_pit
from orefield.pit.shells import shells_by_value
from orefield.pit.valuation import FieldValuation, GradeValuation
from orefield.pit.worth import Calendar, Usage, economy_from_dict, usage_from_dict
from orefield.pit.worth.usage import Amount

FACTORS = (0.3, 0.5, 0.6, 0.85, 1.0, 1.4)


def model(seed, shape=(9, 8, 6), cliffs=True):
    rng = np.random.default_rng(seed)
    grid = Grid((0, 0, 0), (10.0, 10.0, 10.0), shape)
    per_bench = shape[0] * shape[1]
    top = rng.integers(3, shape[2] + 1, per_bench) if cliffs else np.full(per_bench, shape[2])
    rock = (np.arange(grid.n) // per_bench < np.tile(top, shape[2])).astype(float)
    fields = {
        "rock_fraction": rock,
        "density_t_m3": np.full(grid.n, 2.5),
        "rev_mill": rng.gamma(0.6, 4.0, grid.n) * rock,
        "cost_mill": rng.uniform(1.5, 2.5, grid.n) * rock,
        "cost_dump": rng.uniform(0.5, 1.0, grid.n) * rock,
        "cu_pct": rng.gamma(0.5, 0.5, grid.n) * rock,
    }
    return BlockModel(grid, fields)


VALUES = FieldValuation(
    revenue={"mill": "rev_mill"},
    cost={"mill": "cost_mill", "dump": "cost_dump"},
    ore=("mill",),
    calendar=Calendar((1.0, 1.0, 2.0), 0.1, "end"),
)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([40.0, 50.0]))
def test_shells_are_those_of_separate_solves(seed, slope):
    m = model(seed)
    pattern = slope_pattern(m.grid, slope, max_benches=4)
    shell = shells_by_value(m, lambda f: VALUES.best(m, f), pattern, FACTORS)
    for k, factor in enumerate(FACTORS):
        alone = ultimate_pit(m, VALUES.best(m, factor), pattern)
        np.testing.assert_array_equal((shell >= 0) & (shell <= k), alone)


def test_progress_reaches_its_end_and_faults_are_told():
    m = model(1)
    pattern = slope_pattern(m.grid, 45.0)
    told = []
    shells_by_value(m, lambda f: VALUES.best(m, f), pattern, FACTORS, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(ModelError, match="worth less"):
        shells_by_value(m, lambda f: VALUES.best(m, 1 / f), pattern, FACTORS)
    for bad in ((), (1.0, 1.0), (0.0, 1.0), (np.nan,)):
        with pytest.raises(ModelError, match="factor"):
            shells_by_value(m, lambda f: VALUES.best(m, f), pattern, bad)


def test_values_from_fields():
    m = model(2, cliffs=False)
    mill, dump = m["rev_mill"] - m["cost_mill"], -m["cost_dump"]
    np.testing.assert_allclose(VALUES.best(m), np.maximum(mill, dump))
    np.testing.assert_allclose(
        VALUES.best(m, 0.5), np.maximum(0.5 * m["rev_mill"] - m["cost_mill"], dump)
    )
    at = [3, 50, 7]
    worth = VALUES.worth(m, at)
    assert (worth.destinations, worth.kinds) == (("mill", "dump"), ("mill", "dump"))
    np.testing.assert_allclose(worth.parts[0], np.column_stack([mill, dump])[at])
    np.testing.assert_allclose(worth.factor[:, 0], 1.1 ** -np.array([1.0, 2.0, 4.0]))
    tonnes = Usage(name="rock", amounts=(Amount(of="mined"),))
    milled = usage_from_dict({"name": "feed", "upper": 100, "use": [{"of": "processed"}]})
    rock, feed = VALUES.limits(m, (tonnes, milled), at)
    np.testing.assert_allclose(rock.use, 2500.0)
    np.testing.assert_allclose(feed.use, np.tile([2500.0, 0.0], (3, 1)))
    np.testing.assert_allclose(feed.upper, [100.0, 100.0, 200.0])
    assert VALUES.metal_t(m) == {}


def test_plain_values_cannot_be_scaled():
    m = model(3)
    plain = FieldValuation(value={"mined": "rev_mill"}, ore=("mined",))
    np.testing.assert_array_equal(plain.best(m), m["rev_mill"])
    with pytest.raises(ModelError, match="revenue factor"):
        plain.best(m, 0.9)
    for bad in (
        {},
        {"value": {"a": "x"}, "cost": {"a": "y"}},
        {"value": {"a": "x"}, "ore": ("b",)},
    ):
        with pytest.raises(ModelError):
            FieldValuation(**bad)
    with pytest.raises(ModelError, match="no field 'x'"):
        FieldValuation(value={"a": "x"}).best(m)
    worded = m.with_fields(x=np.full(m.grid.n, "a"))
    with pytest.raises(ModelError, match="no numbers"):
        FieldValuation(value={"a": "x"}).best(worded)


def test_grades_and_fields_agree_on_the_same_mine():
    m = model(4)
    economy = economy_from_dict(
        {
            "mining": 2.0,
            "discount_rate": 0.1,
            "periods": 2,
            "element": [
                {"name": "cu", "field": "cu_pct", "unit": "%", "price": 7000, "price_unit": "USD/t"}
            ],
            "destination": [
                {
                    "name": "mill",
                    "kind": "mill",
                    "processing": 9.0,
                    "metal": [{"element": "cu", "recovery": 0.9}],
                },
                {"name": "pile", "kind": "stockpile", "reclaim_to": "mill"},
                {"name": "dump", "kind": "dump"},
            ],
        }
    )
    grades = GradeValuation(economy)
    t = m.tonnes()
    revenue = t * m["cu_pct"] / 100 * 0.9 * 7000
    by_field = FieldValuation(
        revenue={"mill": "r"}, cost={"mill": "cm", "dump": "cd"}, ore=("mill",),
        calendar=economy.calendar,
    )  # fmt: skip
    valued = m.with_fields(r=revenue, cm=t * 11.0, cd=t * 2.0)
    for factor in (0.4, 1.0, 1.3):
        np.testing.assert_allclose(grades.best(m, factor), by_field.best(valued, factor), atol=1e-6)
    worth = grades.worth(m)
    assert worth.destinations == ("mill", "dump")  # the stockpile is left out
    np.testing.assert_allclose(worth.value(), by_field.worth(valued).value(), atol=1e-6)
    np.testing.assert_allclose(
        worth.present_value(1), by_field.worth(valued).present_value(1), atol=1e-6
    )
    np.testing.assert_allclose(grades.metal_t(m)["cu"][:, 0], t * m["cu_pct"] / 100 * 0.9)
    limit = grades.limits(m, (Usage(name="rock", amounts=(Amount(of="mined"),)),))[0]
    assert limit.use.shape == (m.grid.n, 2)
