"""Parameters become the inputs of deposit and pit: words are checked, costs fit the method."""

from pathlib import Path

import pytest

from orefield.core.errors import StudyError
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
