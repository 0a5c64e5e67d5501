"""``orefield deposit new``: settings made from tables, which the other commands then read."""

import json
import tomllib

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.deposit.classifying import deposit_classify
from orefield.commands.deposit.estimating import deposit_estimate
from orefield.commands.deposit.variograms import deposit_variogram
from orefield.core import BlockModel


def new(*args):
    done = CliRunner().invoke(app, ["deposit", "new", *map(str, args), "--json"])
    data = json.loads(done.stdout.strip().splitlines()[-1])
    return done.exit_code, data


@pytest.fixture
def holes(tmp_path):
    """Vertical holes of 60 m, 40 m apart, dips above zero; grades of a smooth body."""
    east, north = (a.ravel() for a in np.meshgrid(np.arange(20, 240, 40), np.arange(20, 200, 40)))
    names = [f"H{k}" for k in range(len(east))]
    pd.DataFrame({"BHID": names, "Easting": east, "Northing": north, "RL": 100.0}).to_csv(
        tmp_path / "tops.csv", index=False
    )
    pd.DataFrame({"BHID": names, "AT": 0, "AZ": 0, "DIP": 90}).to_csv(
        tmp_path / "bends.csv", index=False
    )
    depth = np.arange(0, 60, 2.0)
    rng = np.random.default_rng(1)
    rows = []
    for name, x, y in zip(names, east, north, strict=True):
        cu = np.exp(-(((x - 130) / 70) ** 2) - ((y - 100) / 60) ** 2 - ((depth - 30) / 25) ** 2)
        cu = (cu * rng.lognormal(0, 0.2, len(depth))).round(4).astype(object)
        cu[3] = "NS"
        rows.append(pd.DataFrame(
            {"BHID": name, "FROM": depth, "TO": depth + 2, "Cu (%)": cu, "Au_g/t": 0.1, "SG": 2.8,
             "ROCK": "granite", "recovery": 95}
        ))  # fmt: skip
    assays = pd.concat(rows)
    assays.iloc[5, assays.columns.get_loc("ROCK")] = "dyke"
    assays.to_csv(tmp_path / "assays.csv", index=False)
    return tmp_path


def test_settings_of_holes_are_read_by_the_commands_that_follow(holes):
    config = holes / "deposit.toml"
    code, data = new(*(holes / f"{n}.csv" for n in ("assays", "bends", "tops")), "-c", config)
    assert code == 0, data
    kinds = {row["file"].rsplit("/", 1)[1]: row for row in data["tables"]}
    assert [kinds[f"{n}.csv"]["kind"] for n in ("tops", "bends", "assays")] == [
        "collar", "survey", "intervals",
    ]  # fmt: skip
    assays = kinds["assays.csv"]
    assert assays["values"] == {"cu_pct": "Cu (%)", "au_gpt": "Au_g/t", "density_t_m3": "SG"}
    assert assays["codes"] == {"rock": "ROCK"}
    assert assays["left_out"] == ["recovery"]
    assert assays["missing"] == ["NS"]
    written = tomllib.loads(config.read_text("utf-8"))
    assert written["holes"]["dip"] == "down_positive"
    assert written["composite"]["length_m"] == 4.0, "two assays"
    low = np.array(written["grid"]["origin"])
    high = low + np.multiply(written["grid"]["size"], written["grid"]["shape"])
    assert (low <= [20, 20, 40]).all()
    assert (high >= [220, 180, 98]).all()
    deposit_variogram(config)
    deposit_estimate(config)
    model = BlockModel.from_parquet(holes / "results" / "estimate.parquet")
    x, y, z = model.grid.centroids().T
    truth = np.exp(-(((x - 130) / 70) ** 2) - ((y - 100) / 60) ** 2 - ((z - 70) / 25) ** 2)
    seen = model["cu_pct_pass"] > 0
    assert seen.mean() > 0.8
    assert np.corrcoef(model["cu_pct"][seen], truth[seen])[0, 1] > 0.9
    classes, _ = deposit_classify(config)
    assert classes["files"]


def test_samples_of_a_map_come_to_one_level(tmp_path):
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {"x": rng.uniform(0, 2000, 80), "y": rng.uniform(0, 1500, 80),
         "elev": rng.uniform(5, 10, 80), "zinc": rng.lognormal(5, 1, 80), "om": "NA"}
    )  # fmt: skip
    table.to_csv(tmp_path / "map.csv", index=False)
    config = tmp_path / "map.toml"
    code, data = new(tmp_path / "map.csv", "-c", config, "--grades", "ppm")
    assert code == 0, data
    written = tomllib.loads(config.read_text("utf-8"))
    assert written["samples"]["values"] == {"zinc_ppm": "zinc"}
    assert 5 < written["samples"]["elevation_m"] < 10
    assert written["grid"]["shape"][2] == 1
    deposit_variogram(config)
    deposit_estimate(config)
    model = BlockModel.from_parquet(tmp_path / "results" / "estimate.parquet")
    assert (model["zinc_ppm_pass"] > 0).mean() > 0.7


def test_names_in_other_scripts_are_kept(holes):
    table = pd.read_csv(holes / "assays.csv").rename(columns={"ROCK": "岩性", "Au_g/t": "金_g/t"})
    table.to_csv(holes / "化验.csv", index=False)
    files = [holes / f for f in ("tops.csv", "bends.csv", "化验.csv")]
    code, data = new(*files, "-c", holes / "d.toml")
    assert code == 0, data
    (row,) = tomllib.loads((holes / "d.toml").read_text("utf-8"))["holes"]["table"]
    assert row["name"] == "化验"
    assert row["codes"] == {"岩性": "岩性"}
    assert row["values"]["金_gpt"] == "金_g/t"


def test_settings_that_are_there_are_left_alone(holes):
    config = holes / "deposit.toml"
    config.write_text("mine = 1\n", "utf-8")
    code, data = new(*holes.glob("*.csv"), "-c", config)
    assert code != 0
    assert "already" in data["what"]
    assert config.read_text("utf-8") == "mine = 1\n"


@pytest.mark.parametrize(
    ("files", "more", "words"),
    [
        (("tops.csv", "bends.csv"), (), "0 of intervals"),
        (("assays.csv", "bends.csv"), (), "0 tables of collars"),
        (("tops.csv", "bends.csv", "assays.csv", "strange.csv"), (), "not known what this table"),
        (("tops.csv", "bends.csv", "bare.csv"), (), "no column is known to be a grade"),
        (("tops.csv", "bends.csv", "assays.csv"), ("--grades", "oz"), "grades in 'oz'"),
        (("tops.csv", "bends.csv", "assays.csv"), ("--unit", "ell"), "ell"),
        (("gone.csv",), (), "cannot be read"),
        (("tops.csv", "bends.csv", "again.csv", "assays.csv"), (), "2 of surveys"),
        (("tops.csv", "bends.csv", "blank.csv"), (), "no column is known to be a grade"),
        (("tops.csv", "bends.csv", "assays.csv", "points.csv"), (), "neither those of drill holes"),
    ],
)
def test_tables_that_do_not_do_are_told_and_nothing_is_written(holes, files, more, words):
    (holes / "strange.csv").write_text("a,b\n1,2\n", "utf-8")
    (holes / "bare.csv").write_text("BHID,FROM,TO,CU\nH0,0,2,1.5\n", "utf-8")
    (holes / "points.csv").write_text("x,y,cu_pct\n1,2,3\n4,5,6\n", "utf-8")
    (holes / "again.csv").write_text((holes / "bends.csv").read_text("utf-8"), "utf-8")
    (holes / "blank.csv").write_text("BHID,FROM,TO,cu_pct\nH0,0,2,\nH1,0,2,\n", "utf-8")
    code, data = new(*(holes / f for f in files), "-c", holes / "d.toml", *more)
    assert code != 0
    assert words in f"{data['what']} {data['where']} {data['fix']}"
    assert not (holes / "d.toml").exists()


def test_the_unit_of_plain_elements_may_be_told(holes):
    (holes / "bare.csv").write_text(
        "BHID,FROM,TO,CU\n" + "".join(f"H{k},0,2,1.{k}\n" for k in range(30)), "utf-8"
    )
    files = (holes / f for f in ("tops.csv", "bends.csv", "bare.csv"))
    code, data = new(*files, "-c", holes / "d.toml", "--grades", "pct", "--unit", "ft")
    assert code == 0, data
    written = tomllib.loads((holes / "d.toml").read_text("utf-8"))
    assert written["holes"]["table"][0]["values"] == {"cu_pct": "CU"}
    assert written["holes"]["coordinate_unit"] == "ft"
