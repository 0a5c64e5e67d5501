"""The file that describes a deposit, and the files it names."""

import os
from pathlib import Path

import pytest

from orefield.commands.deposit.settings import read_grid, read_settings
from orefield.core import Grid, InputError, ModelError, TableError
from orefield.deposit.job.settings import read_settings as read_plain


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "deposit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_files_and_results_lie_beside_the_settings(tmp_path):
    settings = read_settings(written(tmp_path, 'folder = "out"\n[holes]\ncollar = "c.csv"'))
    assert settings.folder == tmp_path / "out"
    assert settings.file("c.csv") == tmp_path / "c.csv"
    assert settings.has("holes")
    assert not settings.has("grid")
    other = read_settings(settings.path, tmp_path / "elsewhere")
    assert other.folder == tmp_path / "elsewhere"


def test_a_section_may_stand_once_or_several_times(tmp_path):
    once = read_settings(written(tmp_path, '[estimate]\nvalue = "cu_pct"'))
    assert [s.text("value") for s in once.sections("estimate")] == ["cu_pct"]
    text = '[[estimate]]\nvalue = "a"\n[[estimate]]\nvalue = "b"'
    twice = read_settings(written(tmp_path, text))
    assert [s.text("value") for s in twice.sections("estimate")] == ["a", "b"]
    assert twice.sections("simulate") == []
    section = twice.section_or_empty("check")
    assert section.number("tolerance", 0.5) == 0.5
    section.done()


def test_the_grid(tmp_path):
    text = "[grid]\norigin = [1, 2, 3]\nsize = [10, 10.0, 5]\nshape = [4, 5, 6]\nrotation_deg = 30"
    grid = read_grid(read_settings(written(tmp_path, text)))
    assert grid == Grid((1.0, 2.0, 3.0), (10.0, 10.0, 5.0), (4, 5, 6), 30.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[hole]\n", "did you mean 'holes'"),
        ("folder = 3", "not text"),
        ("[grid]\norigin = [0, 0, 0]\nsize = [1, 1, 1]", "grid"),
        ("[grid]\norigin = [0, 0]\nsize = [1, 1, 1]\nshape = [1, 1, 1]", "cannot be read"),
        ("[grid]\norigin = [0,0,0]\nsize = [1,1,0]\nshape = [1,1,1]", "positive"),
        ("[grid]\norigin = [0,0,0]\nsize = [1,1,1]\nshape = [1,1,1.5]", "whole number"),
        ("[grid]\norigin = [0,0,0]\nsize = [1,1,1]\nshape = [1,1,1]\nturn = 3", "unknown key"),
        ("", "section \\[grid\\] is missing"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, text, words):
    with pytest.raises(ModelError, match=words):
        read_grid(read_settings(written(tmp_path, text)))


def test_a_file_that_is_no_toml(tmp_path):
    with pytest.raises(TableError, match="no TOML"):
        read_settings(written(tmp_path, "[grid"))
    with pytest.raises(TableError, match="cannot be read"):
        read_settings(tmp_path / "nothing.toml")


@pytest.mark.data
def test_files_of_public_data_sets_are_found_by_name(tmp_path):
    if not os.environ.get("OREFIELD_DATA"):
        pytest.skip("OREFIELD_DATA is not set, so there are no drill holes")
    settings = read_settings(written(tmp_path, ""))
    assert settings.file("data:babbitt/collar_BABBITT.csv").is_file()
    with pytest.raises(InputError, match=r"no file 'collars\.csv'"):
        settings.file("data:babbitt/collars.csv")
    with pytest.raises(InputError, match="no data set 'babit'"):
        settings.file("data:babit/collars.csv")


def test_files_that_settings_name_are_told_once(tmp_path):
    for name in ("c.csv", "a.csv", "solid.stl"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    text = """
[holes]
collar = { file = "c.csv", hole = "BHID" }
[[holes.table]]
file = "a.csv"
values = { cu_pct = "CU" }
[[holes.table]]
file = "a.csv"
note = "no\\u0000name"
[domains]
solid = [{ file = "solid.stl" }, { file = "missing.stl" }, { file = "data:babbitt/Mpz.stl" }]
"""
    settings = read_plain(written(tmp_path, text))
    assert settings.named_files() == ["c.csv", "a.csv", "solid.stl"]
    assert settings.named_data() == ["babbitt/Mpz.stl"]


def test_who_knows_no_data_sets_says_so(tmp_path):
    with pytest.raises(ModelError, match="names a data set"):
        read_plain(written(tmp_path, "")).file("data:babbitt/collar_BABBITT.csv")
