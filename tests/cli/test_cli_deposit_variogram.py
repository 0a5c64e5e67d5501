"""``orefield deposit variogram`` and ``stats``: results, figures, and what is wrong told."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.deposit.describing import deposit_stats
from orefield.commands.deposit.settings import read_settings
from orefield.commands.deposit.variograms import deposit_variogram
from orefield.core import ModelError
from orefield.deposit.job.variogram_settings import coregionalisations_of, variograms_of

HEAD = '[samples]\nfile = "samples.csv"\n'


@pytest.fixture(scope="module")
def holes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty-six vertical holes of ten samples; two grades that go together, two rocks."""
    folder = tmp_path_factory.mktemp("deposit")
    rng = np.random.default_rng(4)
    with (folder / "samples.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["hole", "x", "y", "z", "length", "rock", "cu_pct", "ni_pct"])
        for k in range(36):
            x, y = 40.0 * (k % 6), 40.0 * (k // 6)
            for i in range(10):
                rock = "ore" if i < 5 else "waste"
                smooth = np.sin(x / 60) + np.cos(y / 80) + 3
                cu = smooth * (1.0 if rock == "ore" else 0.3) * rng.lognormal(0, 0.2)
                ni = "" if i == 9 else 0.2 * cu * rng.lognormal(0, 0.2)
                out.writerow([f"H{k}", x, y, -4.0 * i, 4.0, rock, cu, ni])
    return folder


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(f'folder = "{name}"\n' + HEAD + text, encoding="utf-8")
    return file


def is_svg(file: Path) -> bool:
    return ET.parse(file).getroot().tag.endswith("svg")


def test_the_whole_way_by_command(holes: Path) -> None:
    file = write(
        holes,
        "whole",
        """
[experimental]
values = ["cu_pct", "ni_pct"]
coregionalisation = true
lag_m = 40
lags = 4
map_cells = 4
[[experimental.direction]]
azimuth_deg = 0
[[experimental.direction]]
azimuth_deg = 90
[[experimental.direction]]
dip_deg = 90
[experimental.fit]
structures = 1
kinds = ["spherical"]
""",
    )
    ran = CliRunner().invoke(app, ["deposit", "variogram", "--config", str(file), "--json"])
    assert ran.exit_code == 0, ran.output
    data = json.loads(ran.stdout)
    folder = holes / "whole"
    assert json.loads((folder / "variogram.json").read_text("utf-8")) == data
    assert sorted(p.name for p in folder.iterdir()) == sorted(data["files"])
    assert all(is_svg(p) for p in folder.glob("*.svg"))
    assert (folder / "variogram_cu_pct.svg").is_file()
    assert (folder / "variogram_map_cu_pct.svg").is_file()
    names = [one["name"] for one in data["variograms"]]
    assert names == ["cu_pct", "ni_pct", "cu_pct x ni_pct"]
    first = data["variograms"][0]
    assert first["samples"] == 360
    assert data["variograms"][1]["samples"] == 324
    assert first["directions"][0]["name"] == "down the hole"
    assert first["directions"][0]["pairs"][1] == 36 * 9, "neighbours of each hole"
    assert 0.0 <= first["goodness"]["weighted_r2"] <= 1.0
    settings = read_settings(write(holes, "next", '[variogram]\nfile = "whole/variograms.toml"'))
    models = variograms_of(settings)
    assert models["cu_pct"].sill == pytest.approx(first["model"]["sill"])
    both = coregionalisations_of(settings)["cu_pct + ni_pct"]
    assert np.linalg.eigvalsh(both.sill).min() > 0
    with (folder / "variogram_points.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    drawn = [r for r in rows if r["name"] == "cu_pct" and r["direction"] == "0 / 90" and r["model"]]
    lag = np.array([[0.0, 0.0, -float(r["distance_m"])] for r in drawn])
    np.testing.assert_allclose(
        [float(r["model"]) for r in drawn], models["cu_pct"].gamma(lag), rtol=1e-6
    )


def test_axes_of_a_rotation_and_a_top_cut(holes: Path) -> None:
    text = """
[experimental]
values = ["cu_pct"]
top_cut = 2.0
directions = "axes"
azimuth_deg = 90
lag_m = 40
lags = 3
tolerance_deg = 30
[experimental.fit]
structures = 1
kinds = ["spherical"]
"""
    data, _ = deposit_variogram(write(holes, "axes", text))
    (one,) = data["variograms"]
    names = [way["name"] for way in one["directions"]]
    assert names == ["down the hole", "major 90 / 0", "semi-major 180 / 0", "minor 0 / 90"]
    with (holes / "samples.csv").open(encoding="utf-8") as table:
        cu = np.array([float(r["cu_pct"]) for r in csv.DictReader(table)])
    assert one["variance"] == pytest.approx(np.minimum(cu, 2.0).var())


def test_a_person_is_told(holes: Path) -> None:
    text = '[experimental]\nvalues = ["cu_pct"]\ncode = "rock"\nof = ["ore"]\n'
    fit = '[experimental.fit]\nkinds = ["spherical"]\nfrom = "values"\n'
    file = write(holes, "told", text + fit)
    ran = CliRunner().invoke(app, ["deposit", "variogram", "-c", str(file)])
    assert ran.exit_code == 0, ran.output
    assert "semivariogram of 180 samples, rock = ore" in ran.stdout
    assert "nugget" in ran.stdout
    assert "lags of 40 m: the median spacing of holes or samples" in ran.stdout


def test_a_model_by_way_of_normal_scores_is_told_drawn_and_noted(holes: Path) -> None:
    quick = 'values = ["cu_pct"]\ndirections = "all"\nlag_m = 40\nlags = 5\n'
    fit = '[experimental.fit]\nkinds = ["spherical"]\n'
    data, text = deposit_variogram(write(holes, "scores", f"[experimental]\n{quick}{fit}"))
    (one,) = data["variograms"]
    assert one["scores"]["name"] == "cu_pct scores"
    assert one["scores"]["measure"] == "semivariogram of normal scores"
    assert one["scores"]["variance"] == pytest.approx(1.0, abs=0.05)
    assert one["model"]["sill"] == pytest.approx(one["variance"])
    assert "of normal scores" in text
    assert one["notes"][0].startswith("fitted to normal scores and taken back")
    assert {"variogram_cu_pct.svg", "variogram_cu_pct_scores.svg"} <= set(data["files"])
    noted = (holes / "scores" / "variograms.toml").read_text("utf-8")
    assert 'note = "fitted to normal scores and taken back' in noted
    with (holes / "scores" / "variogram_points.csv").open(encoding="utf-8") as table:
        assert {r["name"] for r in csv.DictReader(table)} == {"cu_pct", "cu_pct scores"}
    # the scores' own variogram is the one that a transform would give, which has a sill of one
    asked = f'[experimental]\n{quick}transform = "normal_scores"\n{fit}'
    (transformed,) = deposit_variogram(write(holes, "asked", asked))[0]["variograms"]
    assert transformed["model"]["sill"] == pytest.approx(1.0)
    assert one["scores"]["model"]["sill"] == pytest.approx(one["scores"]["variance"], rel=0.01)
    longest = [
        m["structures"][-1]["ranges_m"][0] for m in (transformed["model"], one["scores"]["model"])
    ]
    assert longest[0] == pytest.approx(longest[1], rel=0.05)
    assert "scores" not in transformed
    plain, _ = deposit_variogram(
        write(holes, "plain", f'[experimental]\n{quick}{fit}from = "values"\n')
    )
    assert "scores" not in plain["variograms"][0]
    assert "note = " not in (holes / "plain" / "variograms.toml").read_text("utf-8")


def test_weights_and_a_nugget_by_hand_hold_for_values_not_for_scores(tmp_path: Path) -> None:
    """Of 200 samples a weighted half; the other half, without weight, has twice the grade."""
    rng = np.random.default_rng(3)
    xy = rng.uniform(0.0, 100.0, (200, 2))
    cu = np.exp(np.sin(xy[:, 0] / 15.0) + 0.3 * rng.standard_normal(200))
    w = np.repeat([2.0, 0.0], 100)
    cu[100:] *= 2.0
    rows = [f"{x},{y},0,{v},{k}\n" for (x, y), v, k in zip(xy, cu, w, strict=True)]
    (tmp_path / "samples.csv").write_text("x,y,z,cu_pct,w\n" + "".join(rows), encoding="utf-8")
    text = '[experimental]\nweights = "w"\ndirections = "all"\nlag_m = 10\n[experimental.fit]\n'
    data, _ = deposit_variogram(write(tmp_path, "weighed", text + "nugget = 0.05\n"))
    (one,) = data["variograms"]
    assert one["value"] == "cu_pct"
    assert one["model"]["sill"] == pytest.approx(cu[:100].var())
    assert one["model"]["nugget"] == pytest.approx(0.05)
    nugget = one["scores"]["model"]["nugget"]
    assert 0.0 < nugget < 1.0
    assert nugget != pytest.approx(0.05)
    sill, _ = deposit_variogram(write(tmp_path, "held", text + "sill = 9.0\n"))
    assert sill["variograms"][0]["model"]["sill"] == pytest.approx(9.0)


def test_directions_lags_and_parts_by_hand(holes: Path) -> None:
    file = write(
        holes,
        "hand",
        """
[[experimental]]
name = "raw"
values = ["cu_pct"]
lag_edges_m = [0, 30, 60, 90, 120]
down_hole_lag_m = 4
[[experimental.direction]]
azimuth_deg = 90
[[experimental.direction]]
azimuth_deg = 0
[[experimental.direction]]
dip_deg = 90
lag_m = 4
lags = 8
holes = "same"
[experimental.fit]
nugget = 0.01
azimuth_deg = 90
kinds = ["spherical"]
[[experimental.fit.structure]]
ranges_m = [90, 90, 20]
[[experimental]]
values = ["cu_pct"]
transform = "indicator"
thresholds = [1.0, 2.0]
directions = "all"
lag_m = 40
lags = 4
[[experimental]]
values = ["cu_pct"]
name = "relative"
measure = "pairwise_relative"
directions = "all"
lag_m = 40
[experimental.fit]
skip = true
""",
    )
    data, _ = deposit_variogram(file)
    by_name = {one["name"]: one for one in data["variograms"]}
    assert list(by_name) == ["raw", "cu_pct_le_1", "cu_pct_le_2", "relative"]
    model = by_name["raw"]["model"]
    assert model["nugget"] == pytest.approx(0.01)
    assert model["structures"][0]["ranges_m"] == [90.0, 90.0, 20.0]
    lags = {way["name"]: len(way["pairs"]) for way in by_name["raw"]["directions"]}
    assert lags["90 / 0"] == 4
    assert lags["0 / 90"] == 9
    assert "model" not in by_name["relative"]
    assert by_name["cu_pct_le_1"]["variance"] <= 0.25


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[experimental]\nvalues = ['zn_pct']", "no value 'zn_pct'"),
        ("[experimental]\nlag = 40", "unknown key 'lag'"),
        ("[experimental]\nlags = 10", "'lag_m' is missing"),
        ("[experimental]\nlag_m = -5", "positive"),
        ("[experimental]\nlag_m = 5\nlags = 100000", "100,000 lags"),
        ("[experimental]\nlag_m = 0.5\nlags = 2\ndirections = 'all'", "too few to fit"),
        ("[experimental]\nmeasure = 'gram'", "'measure' is 'gram'"),
        ("[experimental]\ntransform = 'indicator'", "thresholds"),
        ("[experimental]\ntransform = 'indicator'\nthresholds = [900]", "does not vary"),
        ("[experimental]\ncode = 'rock'", "go together"),
        ("[experimental]\ncode = 'rock'\nof = ['air']", "no sample has 'rock' of air"),
        ("[experimental]\ncode = 'zone'\nof = ['air']", "no code 'zone'"),
        ("[experimental]\nvalues = ['cu_pct']\ncoregionalisation = true", "of 1 variable"),
        ("[[experimental]]\nlag_m = 40\n[[experimental]]\nlag_m = 40", "would be called 'cu_pct'"),
        (
            "[[experimental]]\nvalues = ['cu_pct']\n"
            "[[experimental]]\nvalues = ['ni_pct']\nname = 'cu_pct scores'",
            "would be called 'cu_pct scores'",
        ),
        ("[experimental.fit]\nnugget = 'deep'", "'nugget' is 'deep'"),
        ("[experimental.fit]\nnugget = -1.0", "nugget held"),
        ("[experimental.fit]\nkinds = ['sphere']", "unknown kind 'sphere'"),
        ("[experimental.fit]\nweights = 'all'", "'weights' is 'all'"),
        ("[experimental.fit]\nfrom = 'ranks'", "'from' is 'ranks'"),
        (
            "[experimental]\ntransform = 'normal_scores'\n[experimental.fit]\nfrom = 'scores'",
            "single values as they are",
        ),
        (
            "[experimental]\nmeasure = 'correlogram'\n[experimental.fit]\nfrom = 'scores'",
            "single values as they are",
        ),
        (
            "[experimental]\nvalues = ['cu_pct']\n[experimental.fit]\nnugget = 900.0",
            "add up to 900",
        ),
        ("[experimental]\nmap_cells = 3\nmap_m = [1, 2]", "map_m"),
        ("[experimental]\ndirections = 'axes'", "no rotation"),
        ("[experimental]\ntop_cut = 0.0", "does not vary"),
        ("[experimental]\ndirections = 'up'", "'directions' is 'up'"),
        ("[[experimental.direction]]\ntolerance_deg = 0", "tolerance"),
        ("[[experimental.direction]]\n[[experimental.direction]]", "one name"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(
    holes: Path, text: str, where: str
) -> None:
    file = write(holes, "wrong", text)
    with pytest.raises(ModelError) as raised:
        deposit_variogram(file)
    assert where in str(raised.value)
    assert not (holes / "wrong").exists()


def test_samples_that_do_not_vary_or_stand_alone_are_told(tmp_path: Path) -> None:
    for rows, text in (
        ("0,0,0,1.5\n5,0,0,1.5\n9,0,0,1.5\n", "does not vary"),
        ("0,0,0,1.5\n", "all samples are at one place"),
        ("0,0,0,1.5\n0,0,0,1.7\n", "all samples are at one place"),
    ):
        (tmp_path / "samples.csv").write_text("x,y,z,cu_pct\n" + rows, encoding="utf-8")
        with pytest.raises(ModelError, match=text):
            deposit_variogram(write(tmp_path, "few", ""))


def test_statistics_by_command(holes: Path) -> None:
    file = write(
        holes,
        "stats",
        """
[statistics]
code = "rock"
of = ["ore"]
cuts = [4.0, 3.0]
[[statistics.contact]]
code = "rock"
inside = ["ore"]
outside = ["waste"]
width_m = 4
reach_m = 20
""",
    )
    ran = CliRunner().invoke(app, ["deposit", "stats", "--config", str(file), "--json"])
    assert ran.exit_code == 0, ran.output
    data = json.loads(ran.stdout)
    folder = holes / "stats"
    assert sorted(p.name for p in folder.iterdir()) == sorted(data["files"])
    assert all(is_svg(p) for p in folder.glob("*.svg"))
    assert "correlations.svg" in data["files"]
    with (holes / "samples.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    cu = np.array([float(r["cu_pct"]) for r in rows])
    ore = np.array([r["rock"] == "ore" for r in rows])
    parts = {(p["value"], p["domain"]): p for p in data["values"]}
    assert parts["cu_pct", "all"]["naive"]["mean"] == pytest.approx(cu.mean())
    assert parts["cu_pct", "rock = ore"]["naive"]["mean"] == pytest.approx(cu[ore].mean())
    assert parts["ni_pct", "all"]["naive"]["missing"] == 36
    assert [c["cut"] for c in parts["cu_pct", "all"]["top_cuts"]][1:] == [4.0, 3.0]
    (contact, _) = data["contacts"]
    assert contact["contacts"] == 36
    sides = cu.reshape(36, 10)
    assert contact["step"] == pytest.approx(sides[:, 5].mean() - sides[:, 4].mean())
    with (folder / "weighted_samples.csv").open(encoding="utf-8") as table:
        weighted = list(csv.DictReader(table))
    w = np.array([float(r["cu_pct_weight"]) for r in weighted])
    mean = parts["cu_pct", "all"]["declustered"]["mean"]
    assert np.average(cu, weights=w) == pytest.approx(mean)


@pytest.mark.parametrize("how", ["polygons", "nodes", "none"])
def test_other_ways_to_decluster(holes: Path, how: str) -> None:
    asked = f"[statistics]\nvalues = ['cu_pct']\ndeclustering = '{how}'\n"
    data, text = deposit_stats(write(holes, how, asked))
    part = data["values"][0]
    assert part["cell_m"] is None
    assert part["declustered"]["mean"] == pytest.approx(part["naive"]["mean"], rel=0.2)
    assert "cu_pct" in text


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[statistics]\nvalues = ['zn']", "no value 'zn'"),
        ("[statistics]\ncells = 5", "unknown key 'cells'"),
        ("[statistics]\ncells_m = -5", "positive"),
        ("[statistics]\ncells_m = [5, 6]\nkeep = 'given'", "one size"),
        ("[statistics]\ndeclustering = 'cubes'", "'declustering' is 'cubes'"),
        ("[statistics]\nof = ['ore']", "'of' without 'code'"),
        ("[statistics]\ncode = 'rock'\nof = ['air']", "no sample has 'rock' = air"),
        ("[statistics]\nbins = 0", "'bins' is 0"),
        ("[statistics]\ncell_ratios = [1, 1]", "cell_ratios"),
        ("[[statistics.contact]]\ncode = 'rock'\ninside = ['ore']", "name words"),
    ],
)
def test_statistics_asked_wrongly_are_told(holes: Path, text: str, where: str) -> None:
    with pytest.raises(ModelError) as raised:
        deposit_stats(write(holes, "wrong_stats", text))
    assert where in str(raised.value)
    assert not (holes / "wrong_stats").exists()
