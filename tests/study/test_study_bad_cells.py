"""A wrong cell of a table is told with its file, line and column, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from mini_study import FILES, claim, swapped, write
from refused_studies import refused

from orefield.core.errors import EvidenceError, OrefieldError, TableError, UnitError

_START = """hill.development.p1.start,,date,rule:hill/start_phase1,,,,,\n"""
_TPD = """hill.development.p1.ore_tpd,t/d,number,claim:rate,,,fixed,,\n"""
_GRADE = "hill.inventory.cu_pct,%,number,claim:grade,x0.9,x1.1,normal,,"
_CU = "hill.inventory.cu_t,t,number,rule:hill/cu_contained?class=resource,,,,,"
_SLOPE = "slope,45,deg,,,,usual in such rock,"

CELL_FAULTS: list[tuple[str, str, str, type[OrefieldError], str, str]] = [
    # basis left out, wrong unit, negative, NaN, upside down
    ("claims.csv", claim("out-2023"), claim("out-2023", basis="none"), EvidenceError,
     "without a basis", "column 'basis'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", basis=""), TableError,
     "'basis' is empty", "column 'basis'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", basis="unstated"), EvidenceError,
     "unstated basis", "column 'usable'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", unit="ktt"), UnitError,
     "unknown unit 'ktt'", "column 'unit'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", unit=""), UnitError,
     "without a unit", "column 'unit'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", unit="m", basis="none"), UnitError,
     "is a length", "parameters.csv"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="-12.5"), EvidenceError,
     "-12.5", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="nan"), TableError,
     "'nan' is not a finite number", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="1e999"), TableError,
     "not a finite number", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="12_500"), TableError,
     "not a finite number", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low='"12,500"'), TableError,
     "not a finite number", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="１２"), TableError,
     "not a finite number", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="9" * 10_000), TableError,
     "not a finite number", "column 'low'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", low="20", high="10"), EvidenceError,
     "from 20.0 down to 10.0", "column 'high'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", source=""), EvidenceError,
     "has no source", "column 'source'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", source="rumour"), EvidenceError,
     "unknown source 'rumour'", "column 'source'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", entity="hil"), EvidenceError,
     "unknown entity 'hil'", "column 'entity'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", valid_from="2023-13"), EvidenceError,
     "no date", "column 'valid_from'"),
    ("claims.csv", claim("out-2023"), claim("out-2024"), TableError,
     "'out-2024' stands twice", "column 'id'"),
    ("claims.csv", claim("out-2023"), claim("out-2023", supersedes="out-2024") + "\n"
     + claim("x", supersedes="x"), EvidenceError, "supersede", "column 'supersedes'"),
    # entities
    ("entities.csv", "Belt,,,,,land,", "Belt,,,,,hill,", EvidenceError,
     "in a circle", "column 'parent'"),
    ("entities.csv", "Belt,,,,,land,", "Belt,,,,,belt,", EvidenceError,
     "in a circle", "column 'parent'"),
    ("entities.csv", "Belt,,,,,land,", "Belt,,,,,lend,", EvidenceError,
     "'lend' of 'belt' is no entity", "column 'parent'"),
    ("entities.csv", "belt,district", "hill,district", TableError, "'hill' stands twice",
     "column 'id'"),
    ("entities.csv", "30.5,91.2", "95.5,91.2", EvidenceError, "95.5", "column 'lat'"),
    # assumptions
    ("assumptions.csv", "planning price", "", TableError, "'reason' is empty", "column 'reason'"),
    ("assumptions.csv", "planning price", "   ", TableError, "'reason' is empty",
     "column 'reason'"),
    ("assumptions.csv", "7000,12500", "12500,7000", EvidenceError, "outside its range",
     "assumptions.csv:2"),
    ("assumptions.csv", "7000,12500", ",12500", TableError, "needs value, low and high",
     "assumptions.csv:2"),
    ("assumptions.csv", _SLOPE, "slope,45,deg,50,40,fixed,usual,", EvidenceError,
     "outside its range", "assumptions.csv:4"),
    ("assumptions.csv", "45,deg,,,,", "nan,deg,,,,", TableError, "'nan' is not a finite",
     "column 'value'"),
    ("assumptions.csv", "45,deg,,,,", "inf,deg,,,,", TableError, "'inf' is not a finite",
     "column 'value'"),
    ("assumptions.csv", "45,deg,,,,", "steep,deg,,,,", TableError, "'steep' is not a finite",
     "column 'value'"),
    ("assumptions.csv", "9500,USD/t", "9500,USD/tonne", UnitError, "unknown unit", "column 'unit'"),
    ("assumptions.csv", "9500,USD/t", "9500,t", UnitError, "is a mass", "parameters.csv:2"),
    ("assumptions.csv", "12500,normal", "12500,gauss", TableError, "unknown distribution 'gauss'",
     "column 'dist'"),
    ("assumptions.csv", "45,USD/kg,30", "45,USD/kg,0", EvidenceError, "lognormal",
     "assumptions.csv:3"),
    ("assumptions.csv", "9500,USD/t,7000", "9500,USD/t,-7000", EvidenceError, "reaches -7000 USD/t",
     "parameters.csv:2"),
    ("assumptions.csv", "9500,USD/t,7000", "-9500,USD/t,-9900", EvidenceError,
     "reaches -9900 USD/t", "parameters.csv:2"),
    ("assumptions.csv", "never,never,date", "never,2026H3,date", EvidenceError,
     "'2026H3' is not a date", "parameters.csv:12"),
    ("assumptions.csv", "never,never,date", "never,26,date", EvidenceError, "'26' is not a date",
     "parameters.csv:12"),
    ("assumptions.csv", "never,never,date", "never,2026-07-01-05,date", EvidenceError,
     "is not a date", "parameters.csv:12"),
    ("assumptions.csv", "never,never,date", "never,2026-02-30,date", EvidenceError,
     "is not a date", "parameters.csv:12"),
    # parameters
    ("parameters.csv", "assumption:price.cu,", "assumption:price.cuu,", EvidenceError,
     "no assumption 'price.cuu'", "parameters.csv:2"),
    ("parameters.csv", "claim:grade", "claim:grode", EvidenceError, "'grode'",
     "parameters.csv:7"),
    ("parameters.csv", "claim:grade", "claim:grode;assumption:slope", EvidenceError, "'grode'",
     "parameters.csv:7"),
    ("parameters.csv", "claim:grade", "claim:grade;assumption:nope", EvidenceError, "'nope'",
     "parameters.csv:7"),
    ("parameters.csv", "rule:hill/cu_contained", "rule:hull/cu_contained", EvidenceError,
     "'hull'", "parameters.csv:6"),
    ("parameters.csv", "rule:hill/cu_contained", "rule:hill/cu_containd", EvidenceError,
     "no claim to choose", "parameters.csv:6"),
    ("parameters.csv", "rule:hill/cu_contained", "rule:hill", EvidenceError, "no attribute",
     "parameters.csv:6"),
    ("parameters.csv", "?class=resource", "?class=resorce", EvidenceError, "class is 'resorce'",
     "parameters.csv:6"),
    ("parameters.csv", "?class=resource", "?basis=metal", EvidenceError, "basis is 'metal'",
     "parameters.csv:6"),
    ("parameters.csv", "?class=resource", "?year=soon", EvidenceError, "'soon' is no year",
     "parameters.csv:6"),
    ("parameters.csv", "?class=resource", "?year=99999", EvidenceError, "'99999' is no year",
     "parameters.csv:6"),
    ("parameters.csv", "?class=resource", "?clas=resource", EvidenceError,
     "unknown filter 'clas'", "parameters.csv:6"),
    ("parameters.csv", "claim:grade", "guess:0.4", EvidenceError, "not of a known form",
     "parameters.csv:7"),
    ("parameters.csv", "claim:grade", ";", EvidenceError, "no evidence", "parameters.csv:7"),
    ("parameters.csv", "%,number,claim:grade", "%,number,", TableError, "'evidence' is empty",
     "parameters.csv:7, column 'evidence'"),
    ("parameters.csv", "%,number,claim:grade", "%,nummer,claim:grade", TableError,
     "unknown kind 'nummer'", "column 'kind'"),
    ("parameters.csv", "%,number,claim:grade", "pct,number,claim:grade", UnitError,
     "unknown unit 'pct'", "column 'unit'"),
    ("parameters.csv", "%,number,claim:grade", "t,number,claim:grade", UnitError,
     "is a fraction", "parameters.csv:7"),
    ("parameters.csv", "claim:method", "claim:grade", EvidenceError, "has no text",
     "parameters.csv:8"),
    ("parameters.csv", "claim:grade", "claim:method", EvidenceError, "has no number",
     "parameters.csv:7"),
    ("parameters.csv", "claim:grade", "claim:grade#high", EvidenceError, "has no end 'high'",
     "parameters.csv:7"),
    ("parameters.csv", "x0.9,x1.1,normal", "x1.1,x0.9,normal", EvidenceError,
     "outside its range", "parameters.csv:7"),
    ("parameters.csv", "x0.9,x1.1,normal", "x0.9,nan,normal", EvidenceError,
     "'nan' is not a number", "parameters.csv:7"),
    ("parameters.csv", "x0.9,x1.1,normal", "x0.9,xx,normal", EvidenceError,
     "'x' is not a number", "parameters.csv:7"),
    ("parameters.csv", "x0.9,x1.1,normal", "-1,x1.1,normal", EvidenceError,
     "reaches -1 %", "parameters.csv:7"),
    ("parameters.csv", "x0.9,x1.1,normal", "x0.9,400,normal", EvidenceError,
     "reaches 400 %", "parameters.csv:7"),
    ("parameters.csv", "x0.9,x1.1,normal", "x0.9,x1.1,gauss", EvidenceError,
     "unknown distribution", "parameters.csv:7"),
    ("parameters.csv", "assumption:price.cu,,,,", "assumption:price.cu,x0.9,x1.1,normal,",
     EvidenceError, "range of an assumption", "parameters.csv:2"),
    ("parameters.csv", "claim:method,,,,", "claim:method,x0.9,,,", EvidenceError,
     "a text has no range", "parameters.csv:8"),
    ("parameters.csv", "series,rule:hill/output_cu,x0.95", "series,rule:hill/output_cu,x-0.95",
     EvidenceError, "reaches the factor -0.95", "parameters.csv:14"),
    ("parameters.csv", "series,rule:hill/output_cu", "series,assumption:price.cu", EvidenceError,
     "a series is made of claims", "parameters.csv:14"),
    ("parameters.csv", "series,rule:hill/output_cu", "series,claim:cu#low", EvidenceError,
     "one end", "parameters.csv:14"),
    ("parameters.csv", "price.mo_usd_t", "price.cu_usd_t", TableError,
     "'price.cu_usd_t' stands twice (first in line 2)", "parameters.csv:3"),
    ("parameters.csv", _START, "", EvidenceError, "capacity without a date", "study.toml"),
    ("parameters.csv", _TPD, "", EvidenceError, "date without a capacity", "study.toml"),
    # scenarios
    ("scenarios.csv", "delay_y,2", "postpone,2", TableError, "unknown operation 'postpone'",
     "scenarios.csv:4, column 'op'"),
    ("scenarios.csv", "later,hill.development.p1.start", "later,hill.development.p9.start",
     TableError, "which is no parameter", "scenarios.csv:4"),
    ("scenarios.csv", "permit slips", "", TableError, "'reason' is empty", "scenarios.csv:4"),
    ("scenarios.csv", "delay_y,2", "delay_y,two", TableError, "'two' is not a number",
     "scenarios.csv:4"),
    ("scenarios.csv", "delay_y,2", "delay_y,nan", TableError, "'nan' is not a number",
     "scenarios.csv:4"),
    ("scenarios.csv", "delay_y,2", "delay_y,99999999", TableError, "would move by",
     "scenarios.csv:4"),
    ("scenarios.csv", "delay_y,2", "delay_y,1e300", TableError, "would move by",
     "scenarios.csv:4"),
    ("scenarios.csv", "delay_y,2", "scale,2", TableError, "is not a number", "scenarios.csv:4"),
    ("scenarios.csv", "delay_y,2", "set,someday", EvidenceError, "'someday' is not a date",
     "scenarios.csv:4"),
    ("scenarios.csv", "scale,0.9", "set,0.9", TableError, "is a series", "scenarios.csv:5"),
    ("scenarios.csv", "scale,0.9", "scale,-0.9", EvidenceError, "reaches -12600 t",
     "scenarios.csv:5"),
    ("scenarios.csv", "scale,0.9", "scale,1e308", EvidenceError, "value of 2023 is inf",
     "scenarios.csv:5"),
    ("scenarios.csv", "5.5,USD/lb", "5.5,t", UnitError, "is a mass", "scenarios.csv:6"),
    ("scenarios.csv", "5.5,USD/lb", "5.5,USD/pound", UnitError, "unknown unit",
     "scenarios.csv:6"),
    ("scenarios.csv", "set,5.5", "set,-5.5", EvidenceError, "", "scenarios.csv:6"),
    ("scenarios.csv", "set,5.5", "set,inf", TableError, "'inf' is not a number",
     "scenarios.csv:6"),
    ("scenarios.csv", "set,5.5", "set,", TableError, "'' is not a number", "scenarios.csv:6"),
    ("scenarios.csv", "add,-0.005,1/y", "add,-0.005,t", UnitError, "is a mass",
     "scenarios.csv:7"),
    ("scenarios.csv", "later,,label", "Later than/that,,label", TableError, "no name",
     "scenarios.csv:3, column 'scenario'"),
    ("scenarios.csv", "baseline,,label,Baseline", "baseline,price.cu_usd_t,set,9000", TableError,
     "the baseline", "scenarios.csv:2"),
    # rivers
    ("river_nodes.csv", "3800,120", "3800,-120", TableError, "-120", "river_nodes.csv:3"),
    ("river_nodes.csv", "3800,120", "3800,nan", TableError, "not a finite", "river_nodes.csv:3"),
    ("river_nodes.csv", "RR02,River,Gauge", "RR01,River,Gauge", TableError, "stands twice",
     "river_nodes.csv:3"),
    ("river_links.csv", "90,75", "60,75", TableError, "60", "river_links.csv:2"),
    ("river_links.csv", "RR01,RR02", "RR01,RR09", TableError, "RR09", "river_links.csv:2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "kind", "what", "where"),
    CELL_FAULTS,
    ids=lambda v: "" if isinstance(v, type) else str(v)[:30],
)
def test_a_wrong_cell_is_named_with_its_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, kind: type[OrefieldError], what: str, where: str
) -> None:
    error = refused(write(tmp_path, **{name.replace(".", "_"): swapped(name, old, new)}))
    assert type(error) is kind, error
    assert what in error.what
    assert where in error.where
    assert str(tmp_path) in error.where


@pytest.mark.parametrize("mark", ["read", "derived", "sure"])
def test_an_assumption_cannot_claim_to_be_read(tmp_path: Path, mark: str) -> None:
    text = FILES["assumptions.csv"].replace("between two years,recall", f"between,{mark}")
    error = refused(write(tmp_path, assumptions_csv=text))
    assert f"mark '{mark}'" in error.what
    assert error.where.endswith("assumptions.csv:3, column 'mark'")


@pytest.mark.parametrize(
    ("name", "near"),
    [("claim:grode", "grade"), ("assumption:slopo", "slope"), ("rule:hlil/cu_grade", "hill")],
)
def test_a_mistyped_reference_names_the_nearest(tmp_path: Path, name: str, near: str) -> None:
    text = swapped("parameters.csv", "claim:grade", name)
    assert f"did you mean '{near}'?" in refused(write(tmp_path, parameters_csv=text)).fix


def test_a_mistyped_scenario_key_names_the_nearest(tmp_path: Path) -> None:
    text = swapped("scenarios.csv", "dear,price.cu_usd_t", "dear,price.cu_us_t")
    error = refused(write(tmp_path, scenarios_csv=text))
    assert "did you mean 'price.cu_usd_t'?" in error.fix
