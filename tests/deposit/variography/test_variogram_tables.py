"""Variograms as TOML: what is written is read, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orefield.commands.deposit.settings import read_settings
from orefield.core import ModelError, TableError
from orefield.deposit import Rotation, Structure, Variogram
from orefield.deposit.job.variogram_settings import coregionalisations_of, variograms_of
from orefield.deposit.variography import Coregionalisation, write_models

TWO = """
[[variogram]]
name = "cu"
nugget = 0.2
[[variogram.structure]]
kind = "spherical"
sill = 0.5
ranges_m = [200, 150, 50]
azimuth_deg = 45
dip_deg = 20
[[variogram.structure]]
kind = "matern"
shape = 1.5
sill = 0.3
ranges_m = 400
[[variogram]]
name = "flat"
[[variogram.structure]]
kind = "exponential"
sill = 1
ranges_m = [100, 60]
"""

BOTH = """
[[variogram]]
name = "both"
values = ["cu", "ni"]
nugget = [[0.1, 0.0], [0.0, 0.2]]
[[variogram.structure]]
kind = "spherical"
sill = [[1.0, 0.5], [0.5, 0.6]]
ranges_m = 90
"""


def settings(folder: Path, text: str):
    file = folder / "deposit.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def test_tables_are_read(tmp_path: Path) -> None:
    found = variograms_of(settings(tmp_path, TWO))
    turn = Rotation(45.0, 20.0)
    assert found["cu"] == Variogram(
        0.2,
        (
            Structure("spherical", 0.5, (200.0, 150.0, 50.0), turn),
            Structure("matern", 0.3, (400.0, 400.0, 400.0), shape=1.5),
        ),
    )
    assert found["flat"].structures[0].ranges_m == (100.0, 60.0, 60.0)


def test_what_is_written_is_read_to_the_last_digit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    parts = tuple(
        Structure(
            kind, rng.random(), tuple(100 * rng.random(3)), Rotation(*rng.uniform(-80, 80, 3))
        )
        for kind in ("spherical", "gaussian", "cubic")
    )
    both = Coregionalisation(("a", "b"), np.eye(2) / 3, parts[:1], np.ones((1, 2, 2)) / 7)
    models = {'odd "name" \\': Variogram(1 / 3, parts), "both": both}
    text = write_models(models, {"both": {"note": "by hand"}})
    (tmp_path / "variograms.toml").write_text(text, encoding="utf-8")
    read = settings(tmp_path, '[variogram]\nfile = "variograms.toml"\n')
    assert variograms_of(read)['odd "name" \\'] == models['odd "name" \\']
    again = coregionalisations_of(read)["both"]
    assert np.array_equal(again.nugget, both.nugget)
    assert np.array_equal(again.sills, both.sills)
    assert again.structures[0].ranges_m == parts[0].ranges_m


def test_a_coregionalisation_gives_its_direct_variograms(tmp_path: Path) -> None:
    found = variograms_of(settings(tmp_path, BOTH))
    assert found["ni"] == Variogram(0.2, (Structure("spherical", 0.6, (90.0, 90.0, 90.0)),))
    assert coregionalisations_of(settings(tmp_path, TWO)) == {}
    own = variograms_of(settings(tmp_path, BOTH + TWO))
    assert own["cu"].nugget == 0.2, "a variable's own model comes first"


def test_the_file_of_the_command_is_found_without_being_named(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "variograms.toml").write_text(TWO, encoding="utf-8")
    assert "cu" in variograms_of(settings(tmp_path, ""))
    assert "cu" in variograms_of(settings(tmp_path, '[variogram]\nfile = "variograms.toml"\n'))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('name = "cu"', "", "'name' is missing"),
        ('name = "flat"', 'name = "cu"', "two variograms are called 'cu'"),
        ("nugget = 0.2", "nugget = -0.2", "nugget"),
        ("sill = 0.5", "sill = 0", "sill"),
        ("sill = 0.5", "", "'sill' is missing"),
        ('kind = "spherical"', 'kind = "sphere"', "unknown variogram structure"),
        ("ranges_m = [200, 150, 50]", "ranges_m = [200, 150, 50, 9]", "ranges_m"),
        ("ranges_m = [200, 150, 50]", "ranges_m = []", "ranges_m"),
        ("ranges_m = [200, 150, 50]", 'ranges_m = ["far"]', "ranges_m"),
        ("ranges_m = [200, 150, 50]", "ranges_m = [200, 0, 50]", "ranges"),
        ("azimuth_deg = 45", "azimut_deg = 45", "unknown key 'azimut_deg'"),
        ("dip_deg = 20", "dip_deg = 120", "dip_deg"),
        ("shape = 1.5", "", "shape"),
        ("nugget = 0.2", "nuget = 0.2", "unknown key 'nuget'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, text: str) -> None:
    with pytest.raises(ModelError, match=text):
        variograms_of(settings(tmp_path, TWO.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("[[1.0, 0.5], [0.5, 0.6]]", "[[1.0, 0.9], [0.9, 0.6]]", "not positive semi-definite"),
        ("[[1.0, 0.5], [0.5, 0.6]]", "[[1.0, 0.5]]", "2 rows of 2 numbers"),
        ("[[1.0, 0.5], [0.5, 0.6]]", "1.0", "2 rows of 2 numbers"),
        ('["cu", "ni"]', '["cu", "cu"]', "variables"),
    ],
)
def test_matrices_that_cannot_be_are_named(tmp_path: Path, old: str, new: str, text: str) -> None:
    with pytest.raises(ModelError, match=text):
        variograms_of(settings(tmp_path, BOTH.replace(old, new, 1)))


def test_missing_variograms_and_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="orefield deposit variogram"):
        variograms_of(settings(tmp_path, ""))
    with pytest.raises(TableError, match="cannot be read"):
        variograms_of(settings(tmp_path, '[variogram]\nfile = "none.toml"\n'))
    (tmp_path / "bad.toml").write_text("name = [", encoding="utf-8")
    with pytest.raises(TableError, match="cannot be read"):
        variograms_of(settings(tmp_path, '[variogram]\nfile = "bad.toml"\n'))
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    with pytest.raises(ModelError, match="no \\[\\[variogram\\]\\]"):
        variograms_of(settings(tmp_path, '[variogram]\nfile = "empty.toml"\n'))


def test_names_with_control_characters_are_refused() -> None:
    with pytest.raises(ModelError, match="control character"):
        write_models({"a\nb": Variogram(1.0)})
