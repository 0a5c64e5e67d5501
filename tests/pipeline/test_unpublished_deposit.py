"""A real deposit of which nothing was published; a study that says its last stage."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import orefield as of
from orefield.core import BlockModel, Grid
from orefield.core.errors import RunError
from orefield.report.markup import NOTHING

BABBITT = Path(__file__).parents[2] / "examples" / "babbitt"


def without_holes(folder: Path, *, until: str) -> Path:
    """The example with a body of ore in a small block model in place of its drill holes."""
    shutil.copytree(BABBITT, folder)
    grid = Grid((0.0, 0.0, 100.0), (40.0, 40.0, 15.0), (20, 20, 12))
    x, y, z = grid.centroids().T
    away = ((x - 400) / 180) ** 2 + ((y - 400) / 180) ** 2 + ((z - 220) / 90) ** 2
    fields = {"cu_pct": 1.4 * np.exp(-away), "density_t_m3": np.full(grid.n, 2.9)}
    BlockModel(grid, fields, "made up").to_parquet(folder / "blocks.parquet")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    for before, after in (
        ('drill_holes = "deposit.toml"', 'blocks = "blocks.parquet"'),
        ('until = "environment"', f'until = "{until}"'),
    ):
        assert before in text
        text = text.replace(before, after)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    place = tmp_path_factory.mktemp("unpublished")
    study = without_holes(place / "s", until="report")
    return of.run(study, out=place / "out", draws=2, workers=1)


def test_nothing_stands_beside_what_the_model_holds(reported):
    (asset,) = reported.summary["assets"]
    assert asset["published"] is None
    model = BlockModel.from_parquet(reported.path / "blocks" / "babbitt.parquet")
    ore = model["cu_pct"] >= 0.2
    assert asset["modelled"]["ore_t"] == pytest.approx(ore.sum() * 40 * 40 * 15 * 2.9)
    results = reported.table("results")
    assert not results["metric"].str.startswith("published.").any()
    assert reported.table("assets")["published_cu_t"].isna().all()


def test_the_report_leaves_the_cells_open(reported):
    page = (reported.path / "report.html").read_text(encoding="utf-8")
    inventory = page[page.index("Published") :]
    row = inventory[inventory.index("Babbitt") :].split("</tr>")[0]
    assert row.count(NOTHING) == 4, "ore, grade, metal and the deviation"
    assert not re.search(r">\s*nan\b", page)


def test_a_study_says_its_last_stage(tmp_path):
    study = without_holes(tmp_path / "s", until="deposit")
    run = of.run(study, out=tmp_path / "out", draws=1, workers=1)
    assert run.folder.manifest["until"] == "deposit"
    further = of.run(study, out=tmp_path / "further", draws=1, workers=1, until="pit")
    assert further.folder.manifest["until"] == "pit", "who runs it has the last word"


def test_a_stage_that_is_none_is_an_error_of_the_study(tmp_path):
    study = without_holes(tmp_path / "s", until="deposits")
    with pytest.raises(RunError, match=r"unknown stage 'deposits'.*\n?.*babbitt"):
        of.run(study, out=tmp_path / "out", draws=1, workers=1)
    assert not (tmp_path / "out").exists()
