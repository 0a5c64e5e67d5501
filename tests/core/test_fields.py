"""The field dictionary: itself sound, and refusing tables that are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import units
from orefield.core.errors import OrefieldError, TableError
from orefield.core.fields import (
    check_columns,
    check_table,
    field,
    fields,
    read_fields,
    tables,
)

HEADER = "name,unit,dtype,min,max,description,source\n"

# endings of names -> unit, longest first
ENDINGS = {
    "_kgco2_kwh": "kgCO2/kWh", "_usd_per_t": "USD/t", "_usd_t": "USD/t", "_t_m3": "t/m3",
    "_m3_s": "m3/s", "_m3_t": "m3/t", "_kwh_t": "kWh/t", "_kwh": "kWh", "_usd": "USD",
    "_pct": "%", "_gpt": "g/t", "_m3": "m3", "_m2": "m2", "_deg": "deg",
    "_t": "t", "_l": "L", "_m": "m",
}  # fmt: skip

ALL = [(table, name) for table in tables() for name in fields(table)]


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "asset": ["julong", "yulong", "dexing"],
            "year": np.array([2024, 2025, 2026], dtype=np.int16),
            "draw": np.zeros(3, dtype=np.int32),
            "ore_t": [1.0e6, 2.0e6, 0.0],
            "cu_pct": [0.3, 0.5, np.nan],
        }
    )


# -- the dictionary itself --------------------------------------------------------------


def test_results_are_described() -> None:
    assert "results" in tables()
    assert {"scenario", "asset", "draw", "year"} <= set(fields("results"))


@pytest.mark.parametrize(("table", "name"), ALL, ids=[f"{t}.{n}" for t, n in ALL])
def test_every_field_is_sound(table: str, name: str) -> None:
    entry = fields(table)[name]
    assert entry.name == name
    assert name == name.lower(), "names are lower case"
    assert name.isidentifier()
    assert entry.description[0].isupper() or not entry.description[0].isalpha()
    assert not entry.description.endswith(".")
    assert entry.source
    for ending, unit in ENDINGS.items():
        if name.endswith(ending) and entry.kind in ("number", "integer"):
            assert entry.unit == unit, f"'{name}' says {unit}"
            break
    if entry.unit:
        assert units.normalise(entry.unit) == entry.unit


def test_field_is_found_in_any_table() -> None:
    assert field("tailings_m3").unit == "m3"
    assert field("ore_t").label.endswith("(t)")
    with pytest.raises(TableError) as caught:
        field("tailing_m3")
    assert "'tailings_m3'" in caught.value.fix


def test_unknown_table_names_the_known_ones() -> None:
    with pytest.raises(TableError, match="no table 'result'") as caught:
        fields("result")
    assert "results" in caught.value.fix


def test_shared_names_agree() -> None:
    for name in {n for _, n in ALL}:
        entries = [fields(t)[name] for t in tables() if name in fields(t)]
        assert len({(e.unit, e.dtype) for e in entries}) == 1


# -- checking tables --------------------------------------------------------------------


def test_a_good_table_passes() -> None:
    check_table("results", frame(), required=["asset", "year"])


def test_spellings_of_text_columns_pass() -> None:
    good = frame()
    for dtype in ("category", "string", object):
        check_table("results", good.assign(asset=good["asset"].astype(dtype)))


def test_empty_tables_pass() -> None:
    check_table("results", frame().iloc[:0])


Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.mark.parametrize(
    ("change", "column", "row", "what"),
    [
        (lambda f: f.assign(ore_t=[1.0, -1.0, 2.0]), "ore_t", 1, "outside 0"),
        (lambda f: f.assign(ore_t=[1.0, 1.0, np.nan]), "ore_t", 2, "missing"),
        (lambda f: f.assign(ore_t=[np.inf, 1.0, 2.0]), "ore_t", 0, "inf"),
        (lambda f: f.assign(cu_pct=[0.3, 100.5, 0.1]), "cu_pct", 1, "outside 0 to 100"),
        (lambda f: f.assign(cu_pct=[0.3, np.nan, -0.1]), "cu_pct", 2, "outside"),
        (lambda f: f.assign(ore_t=["1", "2", "3"]), "ore_t", 0, "holds numbers"),
        (lambda f: f.assign(year=[2024.0, 2025.0, 2026.0]), "year", 0, "holds integers"),
        (lambda f: f.assign(year=[2024, 20245, 2026]), "year", 1, "outside 0"),
        (lambda f: f.assign(draw=[0, -1, 2]), "draw", 1, "outside"),
        (lambda f: f.assign(draw=[True, False, True]), "draw", 0, "holds integers"),
        (lambda f: f.assign(asset=[1, 2, 3]), "asset", 0, "holds text"),
        (lambda f: f.assign(asset=["a", None, "c"]), "asset", 1, "missing"),
        (lambda f: f.assign(asset=pd.Categorical([1, 2, 1])), "asset", 0, "holds text"),
    ],
)
def test_what_is_wrong_is_named(change: Change, column: str, row: int, what: str) -> None:
    bad = change(frame())
    with pytest.raises(TableError) as caught:
        check_table("results", bad)
    assert what in caught.value.what
    assert f"row {row}, column '{column}'" in caught.value.where
    with pytest.raises(TableError) as caught:
        check_table("results", bad, where="plan.csv")
    assert caught.value.where == f"plan.csv:{row + 2}, column '{column}'"


def test_unknown_missing_and_double_columns() -> None:
    with pytest.raises(TableError, match="unknown column 'ore_tt'") as caught:
        check_table("results", frame().rename(columns={"ore_t": "ore_tt"}))
    assert "'ore_t'" in caught.value.fix
    with pytest.raises(TableError, match="'waste_t' is missing"):
        check_table("results", frame(), required=["waste_t"])
    with pytest.raises(TableError, match="'ore_t' stands twice"):
        check_columns("results", ["ore_t", "year", "ore_t"])
    doubled = pd.concat([frame(), frame()[["ore_t"]]], axis=1)
    with pytest.raises(TableError, match="stands twice"):
        check_table("results", doubled)


@given(
    st.lists(
        st.one_of(st.none(), st.floats(), st.integers(-5, 5), st.text(max_size=3)), max_size=6
    ),
    st.sampled_from(["ore_t", "cu_pct", "draw", "asset", "year"]),
)
def test_any_column_passes_or_is_named(values: list[object], name: str) -> None:
    table = pd.DataFrame({name: pd.Series(values, dtype=object)})
    fault = None
    try:
        check_table("results", table)
    except OrefieldError as error:
        fault = error
    if fault is None:
        assert not any(isinstance(v, float) and np.isinf(v) for v in values)
    else:
        assert f"column '{name}'" in fault.where


# -- broken dictionaries ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("ore_t,t,float99,0,,Ore,pit", "unknown dtype 'float99'"),
        ("ore_t,tonnes,float64,0,,Ore,pit", "unknown unit 'tonnes'"),
        ("ore_t,,float64,0,,Ore,pit", "unknown unit ''"),
        ("asset,t,string,,,Asset,study", "has no unit"),
        ("ore_t,t,float64,5,1,Ore,pit", "is empty"),
        ("ore_t,t,float64,low,,Ore,pit", "not a finite number"),
        ("ore_t,t,float64,0,,,pit", "'description' is empty"),
        ("ore_t,t,float64,0,,Ore,", "'source' is empty"),
        ("ore_t,t,float64,0,,Ore", "6 cells"),
        (",t,float64,0,,Ore,pit", "'name' is empty"),
        ("ore_t,t,float64,0,,Ore,pit\nore_t,t,float64,0,,Ore,pit", "stands twice"),
    ],
)
def test_a_broken_dictionary_is_refused(tmp_path: Path, row: str, what: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_fields(path)
    assert what in caught.value.what
    assert "broken.csv:" in caught.value.where


def test_nullable_and_open_ranges(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_text(HEADER + "cu_pct,%,float64?,0,100,Copper (all),lab\n", encoding="utf-8")
    entry = read_fields(path)["cu_pct"]
    assert entry.nullable
    assert entry.dtype == "float64"
    assert (entry.low, entry.high) == (0.0, 100.0)
    assert entry.label == "Copper (%)"
