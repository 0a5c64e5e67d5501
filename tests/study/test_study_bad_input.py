"""Everything a user can get wrong in a study is told in three lines: what, where, what to do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from mini_study import FILES, claim, line_of, swapped, write

from orefield.core.errors import EvidenceError, OrefieldError, StudyError, TableError, UnitError
from orefield.core.tables import MAX_BYTES
from orefield.study import Study, locate, open_study
from orefield.study.document import MAX_BYTES as MAX_TOML_BYTES
from orefield.study.document import MAX_DRAWS


def refused(study: Path | str) -> OrefieldError:
    """The error of a study that must not open; complete, and written for a person."""
    with pytest.raises(OrefieldError) as caught:
        open_study(study)
    error = caught.value
    assert error.what
    assert error.where
    assert error.fix
    assert len(str(error).splitlines()) >= 3
    assert "orefield.study" not in str(error)  # no names of classes or modules
    assert "pydantic" not in str(error)
    return error


def test_the_small_study_is_sound(tmp_path: Path) -> None:
    study = open_study(write(tmp_path))
    assert study.assets == ("hill",)
    assert list(study.scenarios) == ["baseline", "later", "dear"]
    assert study.parameters.number("hill.inventory.cu_t") == 4e6
    assert study.parameters.series("hill.published.output_cu_t") == {2023: 12500, 2024: 14000}


# -- one cell or key wrong: (file, what stands there, what is put there, error, what, where, fix)

TOML_FAULTS = [
    ("draws = 20", "drawz = 20", "unknown key 'run.drawz'", "did you mean 'draws'"),
    ('title = "One hill"', 'titel = "One hill"', "unknown key 'study.titel'", "'title'"),
    ("[assets]", "[asets]", "unknown key 'asets'", "did you mean 'assets'"),
    ('claims = ["claims.csv"]', 'clams = ["claims.csv"]', "unknown key 'tables.clams'", "'claims'"),
    ("draws = 20", 'draws = "20"', "'run.draws'", ""),
    ("draws = 20", "draws = true", "'run.draws'", ""),
    ("draws = 20", "draws = 20.0", "'run.draws'", ""),
    ("draws = 20", "draws = 0", "'run.draws'", ""),
    ("draws = 20", "draws = -3", "'run.draws'", ""),
    ("draws = 20", f"draws = {MAX_DRAWS + 1}", "'run.draws'", ""),
    ("draws = 20", "draws = nan", "'run.draws'", ""),
    ("seed = 7", "seed = -7", "'run.seed'", ""),
    ("seed = 7", "seed = 9223372036854775808", "'run.seed'", ""),
    ('id = "mini"', 'id = "Mini study"', "'study.id'", ""),
    ('id = "mini"', 'id = "../mini"', "'study.id'", ""),
    ('id = "mini"', "id = 3", "'study.id'", ""),
    ('title = "One hill"', 'title = ""', "'study.title'", ""),
    ("first_year = 2020", "first_year = 2031", "history_to", ""),
    ("last_year = 2030", "last_year = 2150", "100 years", ""),
    ("history_to = 2024", "history_to = 2030", "history_to", ""),
    ("first_year = 2020", "first_year = 99999", "'study.first_year'", ""),
    ("as_of = 2025-06-30", 'as_of = "soon"', "'study.as_of'", ""),
    ("as_of = 2025-06-30", "as_of = 0", "'study.as_of'", ""),
    ('modelled = ["hill"]', 'modelled = ["hill", "hill"]', "'hill' stands twice", ""),
    ('modelled = ["hill"]', 'modelled = "hill"', "'assets.modelled'", ""),
    ('sources = "sources.csv"', "sources = 3", "'tables.sources'", ""),
    ('sources = "sources.csv"', 'sources = ["sources.csv", 3]', "'tables.sources'", ""),
    ('sources = "sources.csv"', 'date = "sources.csv"', "unknown key 'tables.date'", "known keys"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what", "fix"), TOML_FAULTS, ids=lambda v: str(v)[:40])
def test_a_wrong_key_of_study_toml_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, what: str, fix: str
) -> None:
    text = swapped("study.toml", old, new)
    error = refused(write(tmp_path, study_toml=text))
    assert isinstance(error, StudyError)
    assert what in error.what
    assert fix in error.fix
    path, _, line = error.where.rpartition(":")
    assert path.endswith("study.toml")
    # a rule about several keys names their section
    section = {"history_to": "[study]", "100 years": "[study]"}.get(what)
    if "stands twice" in what:
        section = "[assets]"
    assert int(line) == line_of(text, section or new)


def test_a_line_is_counted_as_editors_count(tmp_path: Path) -> None:
    # U+2028 and form feeds end no line in TOML
    text = swapped("study.toml", "One hill", "One\u2028hill").replace("draws", "drawz")
    error = refused(write(tmp_path, study_toml=text))
    assert error.where.endswith(f":{text[: text.index('drawz')].count(chr(10)) + 1}")


@pytest.mark.parametrize("key", ["id", "title"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    lines = [x for x in FILES["study.toml"].split("\n") if not x.startswith(f"{key} =")]
    error = refused(write(tmp_path, study_toml="\n".join(lines)))
    assert error.what == f"key 'study.{key}' is missing"
    assert key in error.fix
    assert error.where.endswith(":2")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "'study' is missing"),
        (b"# nothing yet\n", "'study' is missing"),
        (b"study = 3\n", "'study' is not a table"),
        (b"[study\n", "not valid TOML"),
        (b"[study]\nid = 'a'\nid = 'b'\n", "not valid TOML"),
        (b"a = " + b"9" * 5000, "not valid TOML"),
        (b"a = " + b"[" * 20_000, "not valid TOML"),
        (b"\x80\x81\xfe\xff" * 50, "not UTF-8"),
        (b"\x00" * 100, "not valid TOML"),
        (b"\xff\xfe" + "[study]".encode("utf-16-le"), "not UTF-8"),
        (b"#" * (MAX_TOML_BYTES + 1), "too large"),
    ],
    ids=["empty", "comment", "number", "open", "twice", "digits", "deep", "binary", "nul",
         "utf-16", "large"],
)  # fmt: skip
def test_a_file_that_is_no_study_is_refused(tmp_path: Path, text: bytes, what: str) -> None:
    error = refused(write(tmp_path, study_toml=text))
    assert isinstance(error, StudyError)
    assert what in error.what
    assert "study.toml" in error.where


def test_the_line_of_broken_toml_is_in_where(tmp_path: Path) -> None:
    text = swapped("study.toml", "seed = 7", "seed = = 7")
    error = refused(write(tmp_path, study_toml=text))
    assert error.where == f"{tmp_path / 'study.toml'}:{line_of(text, 'seed = = 7')}"


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    plain = open_study(write(tmp_path / "a"))
    odd = {
        name.replace(".", "_"): b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        for name, text in FILES.items()
    }
    other = open_study(write(tmp_path / "b", **odd))
    assert [(p.key, p.value, p.low, p.high) for p in other.parameters] == [
        (p.key, p.value, p.low, p.high) for p in plain.parameters
    ]
    assert other.hashes != plain.hashes


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    files = {name.replace(".", "_"): text.rstrip("\n") for name, text in FILES.items()}
    assert len(open_study(write(tmp_path, **files)).parameters) == 14


# -- tables ------------------------------------------------------------------------------

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


@pytest.mark.parametrize("name", sorted(set(FILES) - {"study.toml"}))
@pytest.mark.parametrize("fault", ["missing", "empty", "binary", "nul", "folder", "cut", "open"])
def test_a_table_that_is_none_is_refused(tmp_path: Path, name: str, fault: str) -> None:
    text = FILES[name]
    key = name.replace(".", "_")
    if fault == "folder":
        folder = write(tmp_path, **{key: None})
        (folder / name).mkdir()
    else:
        data: dict[str, str | bytes | None] = {
            "missing": None,
            "empty": "",
            "binary": bytes(range(128, 256)) * 9,
            "nul": text.replace("\n", "\n\x00", 1),
            "cut": text[: text.rstrip("\n").rindex("\n") + 4],
            "open": text.replace("\n", '\n"', 1),
        }
        folder = write(tmp_path, **{key: data[fault]})
    error = refused(folder)
    assert isinstance(error, StudyError if fault in ("missing", "folder") else TableError)
    assert name in str(error)


def test_a_pipe_is_no_table(tmp_path: Path) -> None:
    folder = write(tmp_path, claims_csv=None)
    os.mkfifo(folder / "claims.csv")  # reading it would wait for ever
    assert "is not a file" in refused(folder).what


def test_an_absurdly_large_table_is_refused_without_reading_it(tmp_path: Path) -> None:
    folder = write(tmp_path)
    with (folder / "scenarios.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room
    error = refused(folder)
    assert isinstance(error, TableError)
    assert "too large" in error.what


def test_a_table_that_is_a_header_alone_is_a_study_without_claims(tmp_path: Path) -> None:
    header = FILES["claims.csv"].split("\n")[0] + "\n"
    params = FILES["parameters.csv"].split("\n")[0] + "\n"
    error = refused(write(tmp_path, claims_csv=header, parameters_csv=params))
    assert "no claims or no parameters" in error.what


@pytest.mark.parametrize(
    "value",
    ["../claims.csv", "/etc/passwd", "a/../../claims.csv", "..\\\\claims.csv", "C:/claims.csv",
     "claims\\u0000.csv", " "],
)  # fmt: skip
@pytest.mark.parametrize("table", ["claims", "scenarios"])
def test_a_table_stays_inside_the_folder(tmp_path: Path, value: str, table: str) -> None:
    old = 'claims = ["claims.csv"]' if table == "claims" else 'scenarios = "scenarios.csv"'
    new = f'claims = ["{value}"]' if table == "claims" else f'scenarios = "{value}"'
    text = swapped("study.toml", old, new)
    error = refused(write(tmp_path, study_toml=text))
    assert isinstance(error, StudyError)
    assert f"table '{table}' must be a file inside the study's folder" in error.what
    assert error.where.endswith(f":{line_of(text, new)}")


def test_a_table_in_a_folder_below_is_read(tmp_path: Path) -> None:
    text = swapped("study.toml", '"entities.csv"', '"tables/entities.csv"')
    folder = write(tmp_path, study_toml=text)
    (folder / "tables").mkdir()
    (folder / "entities.csv").rename(folder / "tables" / "entities.csv")
    assert "mini/tables/entities.csv" in open_study(folder).hashes


# -- deposits from files -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ('[files.hill]\nblocks = "blocks.parquet"', "'blocks.parquet' is missing"),
        ('[files.hill]\nblocks = "../blocks.parquet"', "[files.hill] must be a file inside"),
        (
            '[files.hill]\nblocks = "a.csv"\ncomposites = "b.csv"',
            "one of blocks, drill_holes or",
        ),
        ("[files.hill]\ndensity_t_m3 = 2.7", "one of blocks, drill_holes or"),
        ('[files.hill]\nblocks = "a.csv"\ndensity_t_m3 = nan', "density_t_m3' is nan"),
        (
            '[overrides."land.growth"]\nvalue = nan\nreason = "slip"',
            "'overrides.land.growth.value' is nan, no number",
        ),
        ('[files.hill]\nblocks = "a.csv"\ndensity_t_m3 = -2.7', "density_t_m3"),
        ('[files.hill]\nblocks = "a.csv"\nsize_m = [10, 10]', "size_m"),
        ('[files.hill]\nblocks = "a.csv"\nsize_m = [10, 10, 0]', "size_m"),
        ('[files.hill]\nblocks = "a.csv"\nshape = [10, 10, 2.5]', "shape"),
        ('[files.hill]\nblocks = "a.csv"\nshape = [10, 10, 999999999]', "shape"),
        ('[files.hill]\nblocks = "a.csv"\nsearch_radius_m = inf', "search_radius_m"),
        ('[files.hill]\nblock = "a.csv"', "unknown key 'files.hill.block'"),
        ('[files.hull]\nblocks = "study.toml"', "[files.hull] names no modelled asset"),
    ],
)
def test_wrong_geology_files_are_refused(tmp_path: Path, section: str, what: str) -> None:
    error = refused(write(tmp_path, study_toml=f"{FILES['study.toml']}\n{section}\n"))
    assert isinstance(error, StudyError)
    assert what in error.what


def test_a_geology_file_is_hashed_and_its_grid_read(tmp_path: Path) -> None:
    section = (
        '[files.hill]\ncomposites = "holes.csv"\norigin_m = [0, 0.5, 0]\nsize_m = [10, 10, 5]\n'
        "shape = [3, 4, 5]\n"
    )
    folder = write(tmp_path, study_toml=f"{FILES['study.toml']}\n{section}")
    (folder / "holes.csv").write_text("x\n")
    study = open_study(folder)
    file, where = study.files["hill"]
    assert (file.origin_m, file.size_m, file.shape) == ((0, 0.5, 0), (10, 10, 5), (3, 4, 5))
    assert where == folder
    assert "mini/holes.csv" in study.hashes


# -- the whole ---------------------------------------------------------------------------


def test_an_asset_that_is_no_entity_is_named_with_the_nearest(tmp_path: Path) -> None:
    text = swapped("study.toml", 'modelled = ["hill"]', 'modelled = ["hil"]')
    error = refused(write(tmp_path, study_toml=text))
    assert "'hil' is no entity" in error.what
    assert "'hill'" in error.fix


def test_a_country_that_is_no_entity_is_named(tmp_path: Path) -> None:
    text = swapped("study.toml", 'country = "land"', 'country = "lund"')
    assert "country 'lund' is no entity" in refused(write(tmp_path, study_toml=text)).what


def test_an_unknown_scenario_lists_those_there_are(tmp_path: Path) -> None:
    study = open_study(write(tmp_path))
    with pytest.raises(StudyError, match="no scenario 'latter'") as caught:
        study.scenario("latter")
    assert "baseline, later, dear" in caught.value.fix


@pytest.mark.parametrize("name", ["china-coper", "nowhere", "x" * 5000, ""])
def test_a_study_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused(name)
    assert isinstance(error, StudyError)
    if name == "china-coper":
        assert "did you mean 'china-copper'?" in error.fix


# -- studies that extend another ---------------------------------------------------------


def _layer(folder: Path, name: str, extends: str, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = f'[study]\nid = "{name}"\ntitle = "{name}"\ncountry = "land"\nextends = "{extends}"\n'
    (folder / "study.toml").write_text(text + more)
    return folder


def test_two_studies_cannot_extend_each_other(tmp_path: Path) -> None:
    a = _layer(tmp_path / "a", "a", "../b")
    _layer(tmp_path / "b", "b", "../a")
    assert "itself extends" in refused(a).what


def test_a_study_cannot_extend_itself(tmp_path: Path) -> None:
    assert "cannot extend itself" in refused(_layer(tmp_path / "a", "a", ".")).what
    assert "cannot extend itself" in refused(_layer(tmp_path / "b", "b", "../b/study.toml")).what


def test_one_level_only(tmp_path: Path) -> None:
    write(tmp_path / "base")
    _layer(tmp_path / "middle", "middle", "../base")
    error = refused(_layer(tmp_path / "top", "top", "../middle"))
    assert "'../middle' itself extends '../base'" in error.what
    assert "one level" in error.fix


def test_a_base_that_is_not_there_is_named_with_the_file(tmp_path: Path) -> None:
    error = refused(_layer(tmp_path / "a", "a", "china-coper"))
    assert "no study 'china-coper'" in error.what
    assert str(tmp_path / "a" / "study.toml") in error.where
    assert "china-copper" in error.fix
    refused(_layer(tmp_path / "long", "long", "x" * 5000))


def test_a_study_needs_an_id_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "base")
    error = refused(_layer(tmp_path / "copy", "mini", "../base"))
    assert "has the id of the one it extends" in error.what


def test_what_a_study_extends_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "base")
    _layer(tmp_path / "top", "top", "../base", '[assets]\nmodelled = ["hill"]\n')
    found = []
    for folder in (tmp_path, tmp_path / "top", tmp_path / "base"):
        monkeypatch.chdir(folder)
        found.append(open_study(tmp_path / "top").hashes)
        assert open_study(os.path.relpath(tmp_path / "top")).hashes == found[0]
    assert found[0] == found[1] == found[2]
    assert {key.split("/")[0] for key in found[0]} == {"mini", "top"}


def test_a_folder_named_as_a_shipped_study_may_extend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "china-copper"
    _layer(folder, "own", "china-copper", "")
    text = (folder / "study.toml").read_text().replace('"land"', '"china"')
    (folder / "study.toml").write_text(text)
    monkeypatch.chdir(tmp_path)  # where "china-copper" is also a folder: the study itself
    assert open_study(folder).id == "own"
    assert locate("china-copper") == Path("china-copper/study.toml")


def test_what_a_study_leaves_out_is_as_in_the_one_it_extends(tmp_path: Path) -> None:
    write(tmp_path / "base")
    top = tmp_path / "top"
    top.mkdir()
    text = '[study]\nid = "top"\ntitle = "Top"\nextends = "../base"\n'
    (top / "study.toml").write_text(text)
    study, base = open_study(top), open_study(tmp_path / "base")
    assert study.document.study.country == "land"
    assert study.years == range(2020, 2031)
    assert study.document.study.as_of == base.document.study.as_of
    assert study.document.run == base.document.run
    assert study.assets == base.assets
    assert study.document.study.title == "Top"
    (top / "study.toml").write_text(f"{text}last_year = 2035\n[run]\ndraws = 5\n")
    study = open_study(top)
    assert study.years == range(2020, 2036)
    assert (study.document.run.draws, study.document.run.seed) == (5, 7)
    (top / "study.toml").write_text(f"{text}last_year = 2024\n")
    error = refused(top)
    assert "first_year <= history_to < last_year must hold" in error.what
    assert "'mini'" in error.where


def test_layers_add_rows_and_replace_those_of_the_same_key(tmp_path: Path) -> None:
    write(tmp_path / "base")
    more = '[tables]\nparameters = "p.csv"\nassumptions = "a.csv"\nclaims = "c.csv"\n'
    top = _layer(tmp_path / "top", "top", "../base", more)
    header = FILES["claims.csv"].split("\n")[0]
    (top / "c.csv").write_text(f"{header}\n{claim('out-2023', low='20', supersedes='out-2023')}\n")
    (top / "p.csv").write_text(
        "key,unit,kind,evidence\nhill.geology.slope_deg,deg,number,assumption:steep\n"
        "land.growth,1/y,number,assumption:none\n"
    )
    (top / "a.csv").write_text(
        "id,value,unit,low,high,dist,reason\nsteep,50,deg,,,,measured\nnone,0,1/y,,,,no growth\n"
    )
    study = open_study(top)
    assert study.assets == ("hill",)
    assert study.parameters.number("hill.geology.slope_deg") == 50
    assert study.parameters.number("other.geology.slope_deg") == 45
    assert study.parameters.number("land.growth") == 0
    assert study.parameters.series("hill.published.output_cu_t")[2023] == 20_000


def test_a_layer_cannot_change_a_claim_in_silence(tmp_path: Path) -> None:
    write(tmp_path / "base")
    top = _layer(tmp_path / "top", "top", "../base", '[tables]\nclaims = "c.csv"\n')
    header = FILES["claims.csv"].split("\n")[0]
    (top / "c.csv").write_text(f"{header}\n{claim('out-2023', low='20')}\n")
    error = refused(top)
    assert "already there and differs" in error.what
    assert "c.csv:2" in error.where


def test_a_layer_that_closes_a_circle_of_parents_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "base")
    top = _layer(tmp_path / "top", "top", "../base", '[tables]\nentities = "e.csv"\n')
    header = FILES["entities.csv"].split("\n")[0]
    (top / "e.csv").write_text(f"{header}\npit,mine,Pit,,,,,pit,,,,,,\n")
    assert "in a circle" in refused(top).what


# -- the shipped tables, broken in one place ---------------------------------------------


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, shipped_folder: Path) -> Path:
    target = tmp_path_factory.mktemp("copy") / "china"
    shutil.copytree(shipped_folder, target)
    return target


def test_a_copy_of_the_shipped_study_is_the_same(copied: Path, shipped: Study) -> None:
    study = open_study(copied)
    assert study.hashes == shipped.hashes
    assert [p.value for p in study.parameters] == [p.value for p in shipped.parameters]


@pytest.mark.parametrize("share", [0.31, 0.62, 0.97])
def test_shipped_claims_cut_short_are_refused_at_the_cut(
    copied: Path, shipped_folder: Path, share: float
) -> None:
    whole = (shipped_folder / "claims.csv").read_bytes()
    cut = whole[: int(len(whole) * share)]
    cut = cut[: cut.rindex(b",")]  # in the middle of a row
    try:
        (copied / "claims.csv").write_bytes(cut)
        error = refused(copied)
    finally:
        (copied / "claims.csv").write_bytes(whole)
    assert isinstance(error, TableError)
    assert f"claims.csv:{cut.count(10) + 1}" in error.where


def test_every_development_of_the_shipped_study_has_date_and_capacity(
    copied: Path, shipped: Study
) -> None:
    whole = (copied / "parameters.csv").read_text(encoding="utf-8")
    key = next(k for k in (p.key for p in shipped.parameters) if k.endswith(".p2.start"))
    lines = [line for line in whole.splitlines(keepends=True) if not line.startswith(f"{key},")]
    try:
        (copied / "parameters.csv").write_text("".join(lines), encoding="utf-8")
        error = refused(copied)
    finally:
        (copied / "parameters.csv").write_text(whole, encoding="utf-8")
    assert "capacity without a date" in error.what
    assert key in error.fix
