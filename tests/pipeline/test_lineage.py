"""The chain of a number: recorded while it is made, walked back when it is asked for."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orefield.core.errors import RunError
from orefield.pipeline.lineage import Lineage
from orefield.pipeline.results import Results
from orefield.pipeline.trace import ALIASES, find_result, trace
from orefield.store import RunFolder, new_run, write_manifest, write_table

YEARS = range(2025, 2027)

# -- lineage -----------------------------------------------------------------------------


def _recorded(order: list[int] | None = None) -> Lineage:
    notes = [
        ("baseline", "deposit", "hill", ["hill.cu_t", "hill.cu_pct"], []),
        ("baseline", "pit", "hill", ["price"], ["deposit:hill"]),
        ("baseline", "plant", "hill", ["*.recovery", "price"], ["pit:hill"]),
        ("baseline", "plant", "dale", ["*.recovery"], []),
        ("baseline", "balance", "land", ["land.growth"], ["plant:hill", "plant:dale"]),
        ("dear", "plant", "hill", ["price", "hill.recovery"], ["pit:hill"]),
        ("dear", "balance", "land", ["land.growth"], ["plant:hill", "plant:dale"]),
    ]
    lineage = Lineage()
    for i in order or range(len(notes)):
        lineage.record(*notes[i])
    return lineage


def test_what_was_noted_is_in_the_table() -> None:
    frame = _recorded().frame()
    assert list(frame.columns) == ["scenario", "stage", "entity", "kind", "name"]
    rows = set(frame.itertuples(index=False, name=None))
    assert ("baseline", "pit", "hill", "parameter", "price") in rows
    assert ("baseline", "pit", "hill", "upstream", "deposit:hill") in rows
    assert ("dear", "plant", "hill", "parameter", "hill.recovery") in rows
    assert len(rows) == len(frame) == 17


def test_noting_again_adds_and_repeats_nothing() -> None:
    lineage = Lineage()
    lineage.record("baseline", "pit", "hill", ["b", "a"], ["deposit:hill"])
    lineage.record("baseline", "pit", "hill", ["c", "a"], ["deposit:hill", "evidence:hill"])
    frame = lineage.frame()
    assert frame[frame["kind"] == "parameter"]["name"].tolist() == ["a", "b", "c"]
    assert frame[frame["kind"] == "upstream"]["name"].tolist() == ["deposit:hill", "evidence:hill"]


def test_names_are_sorted_whatever_the_order_of_a_set() -> None:
    tables = []
    for names in itertools.permutations(["z", "m", "a"]):
        lineage = Lineage()
        lineage.record("baseline", "pit", "hill", dict.fromkeys(names), dict.fromkeys(names))
        tables.append(lineage.frame())
    assert all(table.equals(tables[0]) for table in tables)


def test_nothing_noted_is_an_empty_table() -> None:
    assert list(Lineage().frame().columns) == ["scenario", "stage", "entity", "kind", "name"]


# -- a run written by hand ---------------------------------------------------------------


def _parameter(scenario: str, key: str, evidence: str, shown: str = "1") -> dict[str, object]:
    return {"scenario": scenario, "key": key, "shown": shown, "unit": "t", "mark": "read",
            "evidence": evidence, "rule": "by rule"}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    results = Results(5)
    values = np.outer(np.arange(1.0, 7.0), [1000.0, 2000.0])
    for scenario in ("baseline", "dear"):
        results.yearly(scenario, "hill", "cu_recovered_t", "t", "plant", values, YEARS)
        for name in ("mine_over_use", "refined"):
            results.yearly(
                scenario, "land", f"self_sufficiency.{name}", "1", "balance", values / 1e5, YEARS
            )
    results.scalar("baseline", "hill", "blocks", "count", "deposit", 12.0)
    results.scalar("baseline", "moon", "blocks", "count", "deposit", 12.0)
    out = tmp_path_factory.mktemp("runs") / "hand"
    claim = {"subject": "Hill", "attribute": "cu_contained", "text": "", "low": 3.0, "high": 5.0,
             "unit": "Mt", "basis": "contained", "valid_from": "2024", "mark": "read",
             "source": "report"}  # fmt: skip
    tables = {
        "results": results.frame(),
        "lineage": _recorded().frame(),
        "parameters": pd.DataFrame([
            _parameter("baseline", "hill.cu_t", "claim:cu"),
            _parameter("baseline", "hill.cu_pct", "claim:grade;claim:cu"),
            _parameter("baseline", "price", "assumption:price", "9,500 t"),
            _parameter("dear", "price", "assumption:price;scenario:dear/price", "12,000 t"),
            _parameter("baseline", "*.recovery", "assumption:recovery"),
            _parameter("dear", "hill.recovery", "assumption:recovery"),
            _parameter("baseline", "land.growth", "assumption:growth"),
            _parameter("baseline", "never.read", "assumption:growth"),
        ]),
        "claims": pd.DataFrame([
            {"id": "cu"} | claim,
            {"id": "grade"} | claim | {"attribute": "cu_grade", "low": 0.4, "high": None,
                                       "unit": "%", "basis": "none", "valid_from": ""},
        ]),
        "sources": pd.DataFrame([
            {"id": "report", "title": "Annual report", "publisher": "Hill Co",
             "published": "2024", "url": ""},
        ]),
        "assumptions": pd.DataFrame([
            {"id": name, "shown": f"{name} value", "reason": f"why {name}", "mark": "assumption"}
            for name in ("price", "recovery", "growth")
        ]),
        "scenarios": pd.DataFrame([
            {"reference": "scenario:dear/price", "op": "set", "value": "12000", "unit": "USD/t",
             "reason": "a shortage"},
        ]),
    }  # fmt: skip
    with new_run(out) as work:
        for name, frame in tables.items():
            write_table(work, name, frame)
        write_manifest(work, {})
    return RunFolder(out)


def test_a_number_leads_to_its_claims_and_sources(run: RunFolder) -> None:
    chain = trace(run, "hill.cu_recovered_t.2026")
    assert chain.result["central"] == 2000
    assert chain.stages == ("plant:hill", "pit:hill", "deposit:hill")  # the nearest first
    assert [p["key"] for p in chain.parameters] == [
        "*.recovery", "price", "hill.cu_pct", "hill.cu_t"
    ]  # fmt: skip
    by_key = {p["key"]: p for p in chain.parameters}
    assert by_key["price"]["stage"] == "plant:hill"  # where it is read first, and only there
    assert by_key["price"]["evidence"] == [
        {"reference": "assumption:price", "says": "price value: why price [assumption]",
         "source": ""}
    ]  # fmt: skip
    grade, cu = by_key["hill.cu_pct"]["evidence"]
    assert grade["says"].split() == ["Hill", "cu_grade", "0.4", "%", "[read]"]
    assert cu["says"] == "Hill cu_contained 3-5 Mt (contained) 2024 [read]"
    assert cu["source"] == "Annual report Hill Co 2024"


def test_a_chain_runs_breadth_first_and_visits_once(run: RunFolder) -> None:
    chain = trace(run, "land.self_sufficiency.refined.2025")
    assert chain.stages[:3] == ("balance:land", "plant:dale", "plant:hill")
    assert chain.stages[3:] == ("pit:hill", "deposit:hill")
    keys = [p["key"] for p in chain.parameters]
    assert len(set(keys)) == len(keys)
    assert "never.read" not in keys


def test_a_scenario_has_its_own_chain(run: RunFolder) -> None:
    chain = trace(run, "hill.cu_recovered_t.2026", "dear")
    assert chain.result["scenario"] == "dear"
    by_key = {p["key"]: p for p in chain.parameters}
    assert by_key["price"]["shown"] == "12,000 t"
    assert by_key["price"]["evidence"][1]["says"] == "set 12000 USD/t: a shortage"
    assert by_key["hill.cu_t"]["evidence"][0]["reference"] == "claim:cu"  # from the baseline
    assert "hill.recovery" in by_key
    assert "hill.recovery" not in {
        p["key"] for p in trace(run, "hill.cu_recovered_t.2026").parameters
    }


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("hill.copper_t.2026", "hill.cu_recovered_t.2026"),
        ("land.self_sufficiency.2026", "land.self_sufficiency.mine_over_use.2026"),
        ("land.self_sufficiency.refined.2026", "land.self_sufficiency.refined.2026"),
        ("hill.blocks", "hill.blocks"),
    ],
)
def test_short_names_are_understood(run: RunFolder, short: str, full: str) -> None:
    assert trace(run, short).result["key"] == full


def test_every_alias_means_a_metric() -> None:
    assert all("." not in short for short in ALIASES)
    assert set(ALIASES).isdisjoint(ALIASES.values())


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("hill.cu_recoverd_t.2026", "hill.cu_recovered_t.2026"),
        ("hil.blocks", "hill.blocks"),
        ("hill.copper_t.1999", ""),
        ("", ""),
    ],
)
def test_an_unknown_key_names_the_nearest(run: RunFolder, key: str, near: str) -> None:
    with pytest.raises(RunError, match=f"no result '{key}'") as caught:
        trace(run, key)
    assert caught.value.where == "scenario baseline"
    assert near in caught.value.fix
    assert caught.value.fix


def test_an_unknown_scenario_lists_those_there_are(run: RunFolder) -> None:
    with pytest.raises(RunError, match="no scenario 'deer'") as caught:
        trace(run, "hill.copper_t.2026", "deer")
    assert "baseline, dear" in caught.value.fix


def test_a_result_that_a_scenario_lacks_is_told(run: RunFolder) -> None:
    with pytest.raises(RunError, match=r"no result 'hill\.blocks'"):
        find_result(run.table("results"), "hill.blocks", "dear")


def test_a_number_without_lineage_is_told(run: RunFolder) -> None:
    with pytest.raises(RunError, match="no lineage was recorded for 'deposit:moon'"):
        trace(run, "moon.blocks")


def test_the_chain_as_text_and_as_plain_values(run: RunFolder) -> None:
    chain = trace(run, "hill.copper_t.2026")
    text = chain.text()
    for part in ("hill.cu_recovered_t.2026 = 2,000 t", "plant:hill <- pit:hill <- deposit:hill",
                 "claim:cu", "Annual report", "assumption:price"):  # fmt: skip
        assert part in text
    plain = chain.as_dict()
    assert plain["stages"] == list(chain.stages)
    assert len(plain["parameters"]) == 4


def test_a_chain_with_a_circle_ends(tmp_path: Path, run: RunFolder) -> None:
    lineage = Lineage()
    lineage.record("baseline", "plant", "hill", ["price"], ["pit:hill", "plant:hill", "gone:x"])
    lineage.record("baseline", "pit", "hill", [], ["plant:hill"])
    with new_run(tmp_path / "circle") as work:
        for name in run.tables:
            frame = lineage.frame() if name == "lineage" else run.table(name)
            write_table(work, name, frame)
        write_manifest(work, {})
    chain = trace(RunFolder(tmp_path / "circle"), "hill.copper_t.2026")
    assert chain.stages == ("plant:hill", "pit:hill")
