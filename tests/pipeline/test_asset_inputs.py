"""Parameters become the inputs of deposit and pit: words are checked, costs fit the method."""

from pathlib import Path

import pytest

from orefield.commands import check_study
from orefield.core.errors import EvidenceError, StudyError
from orefield.pipeline.asset_inputs import asset_inputs, economics, mining_method
from orefield.study import Study, open_study
from orefield.study.scaffold import new


@pytest.fixture(scope="module")
def china() -> Study:
    return open_study("china-copper")


def overridden(tmp_path: Path, key: str, value: str) -> Study:
    folder = new(tmp_path / "own", "china-copper").parent
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[overrides."{key}"]\nvalue = "{value}"\nreason = "a test"\n')
    return open_study(folder)


def test_a_cave_pays_for_caving(china: Study) -> None:
    base = china.parameters
    assert base.text("pulang.mine.method") == "block cave"  # as published, with a blank
    assert mining_method(base, "pulang") == "block_cave"
    found = economics(base, "pulang")
    assert found.mining_usd_t == base.number("pulang.cost.caving_usd_t")
    assert found.mining_usd_t != base.number("pulang.cost.mining_usd_t")
    assert found.mining_increment_usd_t_m == 0.0
    assert asset_inputs(china, base, "pulang").cave is not None


def test_a_pit_pays_for_mining(china: Study) -> None:
    found = economics(china.parameters, "dexing")
    assert found.mining_usd_t == china.parameters.number("dexing.cost.mining_usd_t")
    assert found.mining_increment_usd_t_m > 0
    assert asset_inputs(china, china.parameters, "dexing").cave is None


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("dexing.mine.method", "open pit + underground"),
        ("dexing.mine.method", "room and pillar"),
        ("dexing.geology.shape", "shel"),
    ],
)
def test_a_word_that_is_not_modelled_is_refused(tmp_path: Path, key: str, word: str) -> None:
    study = overridden(tmp_path, key, word)
    with pytest.raises(StudyError) as caught:
        asset_inputs(study, study.parameters, "dexing")
    assert key in caught.value.what
    assert caught.value.fix


def test_check_finds_nothing_wrong_with_the_shipped_study() -> None:
    data, _ = check_study("china-copper")
    assert data["ok"]
    assert len(data["assets"]) == 16


@pytest.mark.parametrize(
    ("key", "word", "what"),
    [
        ("dexing.mine.method", "open pit + underground", "not modelled"),
        ("target.plan.years", "2025;2026", "no year"),
        ("target.plan.years", "2025,,2026", "empty or repeated"),
        ("china.sectors", "power,power", "empty or repeated"),
        ("china.sectors", "power,constructiom", "china.sector.constructiom.share"),
    ],
)
def test_check_reads_what_the_stages_will_read(
    tmp_path: Path, key: str, word: str, what: str
) -> None:
    study = overridden(tmp_path, key, word)
    with pytest.raises((StudyError, EvidenceError)) as caught:
        check_study(study.folder)
    assert what in caught.value.what
    assert caught.value.where
    assert caught.value.fix
