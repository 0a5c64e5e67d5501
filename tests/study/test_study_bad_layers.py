"""What a study that extends another, and the shipped one cut short, can have wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from mini_study import FILES, claim, write
from refused_studies import refused

from orefield.core.errors import TableError
from orefield.study import Study, locate, open_study


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
