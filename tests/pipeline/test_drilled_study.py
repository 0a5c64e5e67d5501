"""A study whose deposit comes from drill-hole tables: estimated, simulated, mined."""

import numpy as np
import pandas as pd
import pytest
from small_study import make_study

import orefield as of
from orefield.core import BlockModel
from orefield.core.errors import InputError
from orefield.datasets import registry
from orefield.pipeline.drilled import data_hashes

ASSET = "zhunuo"
TOP_M = of.open_study("china-copper").parameters.number(f"{ASSET}.site.elevation_m")
HOLES_M, DEPTH_M, RUN_M = 75.0, 180.0, 5.0

SETTINGS = f"""
[holes]
[holes.collar]
file = "collars.csv"
hole = "hole"
x = "x"
y = "y"
z = "z"
[holes.survey]
file = "surveys.csv"
hole = "hole"
at = "at"
azimuth = "azimuth"
dip = "dip"
[[holes.table]]
name = "assay"
file = "assays.csv"
hole = "hole"
from = "from"
to = "to"
values = {{ cu_pct = "cu", au_gpt = "au" }}

[composite]
length_m = 15.0

[grid]
origin = [500000.0, 3300000.0, {TOP_M - 180.0}]
size = [25.0, 25.0, 15.0]
shape = [24, 22, 12]

[[variogram]]
name = "cu"
nugget = 0.0005
[[variogram.structure]]
kind = "cubic"
sill = 0.06
ranges_m = [250.0, 220.0, 110.0]

[[estimate]]
value = "cu_pct"
variogram = "cu"
[[estimate.search]]
ranges_m = [160.0, 160.0, 80.0]
min_samples = 2
[[estimate]]
value = "au_gpt"
method = "inverse distance"
[[estimate.search]]
ranges_m = [160.0, 160.0, 80.0]
min_samples = 2
"""

SIMULATE = """
[simulate]
value = "cu_pct"
variogram = "cu"
standardise = true
realisations = 4
"""


def copper(x, y, z):
    """A body of ore below a flat surface; in per cent."""
    away = ((x - 500300.0) / 150) ** 2 + ((y - 3300275.0) / 120) ** 2
    return 1.1 * np.exp(-away - ((z - TOP_M + 80.0) / 70) ** 2)


def drill(folder, settings=SETTINGS + SIMULATE):
    """Vertical holes through the body on a regular grid, and the settings that read them."""
    east = np.arange(500030.0, 500590.0, HOLES_M)
    north = np.arange(3300030.0, 3300530.0, HOLES_M)
    x, y = (a.ravel() for a in np.meshgrid(east, north))
    names = [f"H{i:03d}" for i in range(len(x))]
    collars = pd.DataFrame({"hole": names, "x": x, "y": y, "z": TOP_M})
    collars.to_csv(folder / "collars.csv", index=False)
    surveys = pd.DataFrame({"hole": names, "at": 0.0, "azimuth": 0.0, "dip": -90.0})
    surveys.to_csv(folder / "surveys.csv", index=False)
    depth = np.arange(0.0, DEPTH_M, RUN_M)
    rng = np.random.default_rng(3)
    rows = []
    for name, a, b in zip(names, x, y, strict=True):
        cu = copper(a, b, TOP_M - depth - RUN_M / 2) * rng.lognormal(-0.02, 0.2, len(depth))
        rows.append(
            pd.DataFrame(
                {"hole": name, "from": depth, "to": depth + RUN_M, "cu": cu.round(4),
                 "au": (0.2 * cu).round(4)}
            )
        )  # fmt: skip
    pd.concat(rows).to_csv(folder / "assays.csv", index=False)
    (folder / "deposit.toml").write_text(settings, encoding="utf-8")


@pytest.fixture(scope="module")
def mined(tmp_path_factory):
    place = tmp_path_factory.mktemp("drilled")
    more = f'\n[files.{ASSET}]\ndrill_holes = "deposit.toml"\ndensity_t_m3 = 2.7\n'
    study = make_study(place / "s", assets=(ASSET,), more=more, draws=12)
    drill(study)
    return study, of.run(study, out=place / "out", until="environment", workers=1)


def test_the_estimate_is_near_the_body_that_was_drilled(mined):
    _, run = mined
    model = BlockModel.from_parquet(run.path / "blocks" / f"{ASSET}.parquet")
    assert "kriging" in model.note
    assert "stand-in" not in model.note
    truth = copper(*model.grid.centroids().T)
    assert np.corrcoef(model["cu_pct"], truth)[0, 1] > 0.97
    assert np.abs(model["cu_pct"] - truth).mean() < 0.05
    assert model["au_gpt"].mean() == pytest.approx(0.2 * model["cu_pct"].mean(), rel=0.1)
    assert np.asarray(model["density_t_m3"]) == pytest.approx(2.7)


def test_the_ledger_closes_in_every_realisation(mined):
    _, run = mined
    assert run.summary["ledger"]["max_relative_residual"] <= 1e-9
    schedule = run.table("schedule")
    assert schedule[schedule["asset"] == ASSET]["cu_recovered_t"].sum() > 0


def test_draws_mine_the_realisations_in_turn(mined):
    """Four realisations for twelve draws: at the opening, every fourth holds the same copper."""
    _, run = mined
    ledger = run.table("ledger_baseline")
    rows = ledger[
        ledger["is_level"] & (ledger["from"] == f"deposit:{ASSET}")
        & (ledger["commodity"] == "Cu")
    ]  # fmt: skip
    opening = rows[rows["period"] == rows["period"].min()].set_index("draw")["quantity_t"]
    tonnes = ledger[
        ledger["is_level"] & (ledger["from"] == f"deposit:{ASSET}")
        & (ledger["commodity"] == "solids")
    ]  # fmt: skip
    rock = tonnes[tonnes["period"] == tonnes["period"].min()].set_index("draw")["quantity_t"]
    grade = (opening / rock).sort_index()
    draws = grade.loc[1:12].to_numpy().reshape(3, 4)
    assert draws == pytest.approx(np.repeat(draws[:1], 3, axis=0), rel=1e-9)
    assert len(np.unique(draws[0].round(12))) == 4
    assert draws[0].mean() == pytest.approx(grade.loc[0], rel=0.1)


def test_the_tables_of_holes_are_inputs_of_the_run(mined):
    _, run = mined
    names = run.folder.manifest["input_hashes"]
    for wanted in ("deposit.toml", "collars.csv", "surveys.csv", "assays.csv"):
        assert any(name.endswith(wanted) for name in names), wanted


def test_files_of_public_data_are_inputs_by_their_registered_hash(tmp_path):
    """Named by the settings, they are told of before anything is obtained."""
    more = f'\n[files.{ASSET}]\ndrill_holes = "deposit.toml"\ndensity_t_m3 = 2.7\n'
    study = make_study(tmp_path / "s", assets=(ASSET,), more=more, draws=1)
    collars = "data:babbitt/collar_BABBITT.csv"
    drill(study, SETTINGS.replace("collars.csv", collars))
    (file,) = [f for f in registry()["babbitt"] if f.file.endswith("collar_BABBITT.csv")]
    assert data_hashes(of.open_study(study)) == {collars: file.sha256}


def test_without_realisations_draws_mine_the_estimate(tmp_path):
    more = f'\n[files.{ASSET}]\ndrill_holes = "deposit.toml"\ndensity_t_m3 = 2.7\n'
    study = make_study(tmp_path / "s", assets=(ASSET,), more=more, draws=3)
    drill(study, SETTINGS)
    run = of.run(study, out=tmp_path / "out", until="plant", workers=1)
    assert run.summary["ledger"]["max_relative_residual"] <= 1e-9


def test_realisations_of_nothing_that_is_mined_are_refused_before_they_are_made(tmp_path):
    more = f'\n[files.{ASSET}]\ndrill_holes = "deposit.toml"\ndensity_t_m3 = 2.7\n'
    study = make_study(tmp_path / "s", assets=(ASSET,), more=more, draws=1)
    drill(study, SETTINGS.replace("au_gpt", "zn_pct") + SIMULATE.replace("cu_pct", "zn_pct"))
    with pytest.raises(InputError, match="no grade that is estimated and mined"):
        of.run(study, out=tmp_path / "out", until="deposit", workers=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("cu_pct", "copper_pct"), "cu_pct"),
        (("collars.csv", "nowhere.csv"), "nowhere.csv"),
        (("[grid]", "[grids]"), "grid"),
        (('variogram = "cu"', 'variogram = "zn"'), "zn"),
        (("shape = [24, 22, 12]", "shape = [24, 22, 1.5]"), "whole number"),
    ],
)
def test_settings_that_do_not_fit_are_told(tmp_path, change, words):
    more = f'\n[files.{ASSET}]\ndrill_holes = "deposit.toml"\ndensity_t_m3 = 2.7\n'
    study = make_study(tmp_path / "s", assets=(ASSET,), more=more, draws=1)
    drill(study, (SETTINGS + SIMULATE).replace(*change))
    with pytest.raises(InputError, match=words):
        of.run(study, out=tmp_path / "out", until="deposit", workers=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]
