"""Tables and deposits that are none, and studies that are not there, are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mini_study import FILES, line_of, swapped, write
from refused_studies import refused

from orefield.core.errors import StudyError, TableError
from orefield.core.tables import MAX_BYTES
from orefield.study import open_study


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
        ('[files.hill]\ncomposites = "a.csv"\nsize_m = [9, 9, 9]', "composites need a grid"),
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
