"""`orefield new`: a study made from another opens at once, wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from mini_study import FILES, swapped, write

from orefield.core.errors import OrefieldError, StudyError
from orefield.study import Study, open_study
from orefield.study.scaffold import new


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("my-study", "my-study"),
        ("My Study (2)", "my-study-2"),
        ("2026", "study-2026"),
        ("铜", "study"),
        ("x" * 200, "x" * 50),
        ("mini", "mini-changed"),
        ('quote" and \\ slash', "quote-and-slash"),
    ],
)
@pytest.mark.parametrize("copy", [False, True])
def test_a_new_study_has_what_the_other_has(
    tmp_path: Path, name: str, slug: str, copy: bool
) -> None:
    base = write(tmp_path / 'base "one" \\', study_toml=swapped(
        "study.toml", '"One hill"', '"One \\\\ \\"hill\\""'))  # fmt: skip
    target = new(tmp_path / name, base, copy=copy)
    study, before = open_study(target), open_study(base)
    assert study.id == slug
    assert [(p.key, p.value, p.evidence) for p in study.parameters] == [
        (p.key, p.value, p.evidence) for p in before.parameters
    ]
    assert study.document.study.title.startswith('One \\ "hill"')
    assert study.years == before.years
    assert bool(study.document.study.extends) is not copy


def test_a_study_from_a_shipped_one_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Study
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "china-copper").mkdir()  # of that name, but no study
    study = open_study(new(Path("mine"), "china-copper"))
    assert study.document.study.extends == "china-copper"
    assert study.parameters.keys() == shipped.parameters.keys()


def test_the_new_study_may_be_opened_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "base")
    monkeypatch.chdir(tmp_path)
    target = new(Path("below/mine"), "base").resolve()
    monkeypatch.chdir(tmp_path / "base")
    assert open_study(target).id == "mine"


def test_the_examples_of_the_template_work(tmp_path: Path) -> None:
    target = new(tmp_path / "mine", "china-copper")
    text = target.read_text(encoding="utf-8")
    examples = [line for line in text.split("\n") if line.startswith('# "')]
    assert len(examples) == 3
    target.write_text(text.replace('# "', '"'), encoding="utf-8")
    study = open_study(target)
    assert len([row for row in study.parameters if row.mark == "override"]) == 3


def test_a_copy_takes_all_files_and_finds_its_base(tmp_path: Path) -> None:
    write(tmp_path / "base")
    middle = tmp_path / "middle"
    (middle / "tables").mkdir(parents=True)
    (middle / "study.toml").write_text(
        '[study]\nid = "middle"\ntitle = "M"\ncountry = "land"\nextends = "../base"\n'
        '[tables]\nassumptions = "tables/a.csv"\n[files.hill]\nblocks = "hill.csv"\n'
    )
    (middle / "tables" / "a.csv").write_text(
        "id,value,unit,low,high,dist,reason\nslope,50,deg,,,,measured\n"
    )
    (middle / "hill.csv").write_text("x,y,z\n")
    study = open_study(new(tmp_path / "far" / "away", middle, copy=True))
    assert study.id == "away"
    assert study.parameters.number("hill.geology.slope_deg") == 50
    assert study.files["hill"][1] == tmp_path / "far" / "away"


def test_what_cannot_be_made_is_told(tmp_path: Path) -> None:
    write(tmp_path / "base")
    write(tmp_path / "broken", claims_csv="")
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").write_text("mine")
    (tmp_path / "file").write_text("")
    for folder, base in (
        (full, "base"), (tmp_path / "file", "base"), (tmp_path / "file" / "x", "base"),
        (tmp_path / "n", "broken"), (tmp_path / "n", "nowhere"),
    ):  # fmt: skip
        with pytest.raises(OrefieldError) as caught:
            new(folder, tmp_path / base)
        assert caught.value.what
    assert not (tmp_path / "n").exists()
    assert (full / "x").read_text() == "mine"


def test_one_level_only(tmp_path: Path) -> None:
    write(tmp_path / "base")
    middle = new(tmp_path / "middle", tmp_path / "base")
    with pytest.raises(StudyError, match="itself extends"):
        new(tmp_path / "top", middle)
    assert "extends" not in FILES["study.toml"]
