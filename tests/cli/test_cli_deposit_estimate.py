"""``orefield deposit estimate``: block models, passes, domains; stopped and taken up again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.deposit import estimating
from orefield.core import BlockModel, Grid
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.estimation import (
    LocalAnisotropy,
    Search,
    cokrige,
    krige,
    krige_indicators,
    weigh,
)
from orefield.deposit.estimation import slices as streaming
from orefield.deposit.variography import Coregionalisation

GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), (20, 15, 6), 15.0)
MODEL = Variogram(0.1, (Structure("spherical", 0.9, (150.0, 100.0, 50.0), Rotation(45.0)),))
NEAR = Search(Ellipsoid((60.0, 40.0, 20.0), Rotation(45.0)), max_samples=8, min_samples=3)
FAR = Search(Ellipsoid((180.0, 120.0, 60.0), Rotation(45.0)), max_samples=8, min_samples=1)

HEAD = """
[samples]
file = "samples.csv"
x = "x"
y = "y"
z = "z"
hole = "hole"
[samples.values]
cu_pct = "cu"
ni_pct = "ni"
[samples.codes]
rock = "rock"
[grid]
origin = [0.0, 0.0, 0.0]
size = [20.0, 20.0, 10.0]
shape = [20, 15, 6]
rotation_deg = 15.0
[[variogram]]
name = "cu"
nugget = 0.1
[[variogram.structure]]
kind = "spherical"
sill = 0.9
ranges_m = [150, 100, 50]
azimuth_deg = 45
"""
TWO_PASSES = """
[[estimate.search]]
ranges_m = [60, 40, 20]
azimuth_deg = 45
max_samples = 8
min_samples = 3
[[estimate.search]]
times = 3
min_samples = 1
"""
ONE_PASS = """
[estimate.search]
ranges_m = [180, 120, 60]
azimuth_deg = 45
max_samples = 8
"""


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    # digits that survive the file
    local = rng.uniform([0, 0, 0], [400, 300, 60], (150, 3))
    xyz = np.round(GRID.to_world(local), 6)
    return Samples(
        xyz, {"cu_pct": np.round(rng.lognormal(size=150), 6), "ni_pct": rng.lognormal(size=150)},
        hole=np.repeat(np.arange(30), 5).astype(np.int32),
        codes={"rock": np.where(local[:, 0] < 200, "west", "east")},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path, samples):
    lines = ["x,y,z,hole,cu,ni,rock"]
    for i in range(len(samples)):
        cells = [*samples.xyz_m[i], samples.hole[i], samples["cu_pct"][i], samples["ni_pct"][i]]
        lines.append(",".join([*map(repr, map(float, cells)), str(samples.codes["rock"][i])]))
    (tmp_path / "samples.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, text: str):
    (folder / "deposit.toml").write_text(HEAD + text, encoding="utf-8")
    result = CliRunner().invoke(
        app, ["deposit", "estimate", "-c", str(folder / "deposit.toml"), "--json"]
    )
    return result.exit_code, json.loads(result.stdout or "null"), result.stderr


def model_of(folder: Path) -> BlockModel:
    return BlockModel.from_parquet(folder / "results" / "estimate.parquet")


def same(field, expected, there):
    assert field[there] == pytest.approx(expected[there], rel=1e-6, abs=1e-9)
    assert (field[~there] == 0).all()


def test_blocks_are_those_of_the_function(folder, samples):
    code, data, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ndiscretisation = [2, 2, 1]\n'
        'outputs = ["variance", "slope", "efficiency", "samples", "holes", "distance_m", '
        '"nearest_m", "lagrange", "negative_weights"]\n' + TWO_PASSES,
    )
    assert code == 0, said
    model = model_of(folder)
    assert model.grid == GRID
    found = krige(samples, "cu_pct", GRID, MODEL, [NEAR, FAR], discretisation=(2, 2, 1))
    there = found.estimated
    assert np.array_equal(model["cu_pct_pass"], found.passes)
    assert {1, 2} <= set(found.passes.tolist())
    assert np.array_equal(model["cu_pct_samples"], found.samples)
    assert np.array_equal(model["cu_pct_holes"], found.holes)
    for name, expected in {
        "": found.value, "_variance": found.variance, "_slope": found.slope,
        "_efficiency": found.efficiency, "_distance_m": found.distance_m,
        "_nearest_m": found.nearest_m, "_lagrange": found.lagrange,
        "_negative_weights": found.negative,
    }.items():  # fmt: skip
        same(model["cu_pct" + name], expected, there)
    row = data["estimates"][0]
    assert row["by_pass"] == [int((found.passes == p).sum()) for p in (1, 2)]
    assert row["mean"] == pytest.approx(np.nanmean(found.value))
    assert row["means"]["slope"] == pytest.approx(np.nanmean(found.slope), rel=1e-5)
    assert json.loads((folder / "results" / "estimate.json").read_text()) == data


def test_blocks_that_are_not_estimated_are_told(folder):
    code, data, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n'
        "[estimate.search]\nranges_m = [15, 15, 5]\n",
    )
    assert code == 0, said
    model = model_of(folder)
    missing = model["cu_pct_pass"] == 0
    assert missing.any()
    assert (model["cu_pct"][missing] == 0).all()
    assert (model["cu_pct_status"][missing] == 1).all()
    assert f"{int(missing.sum()):,} of {GRID.n:,} blocks are not estimated" in data["warnings"][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'method = "simple kriging"\nvariogram = "cu"\nmean = 1.5\n',
            lambda s: krige(s, "cu_pct", GRID, MODEL, FAR, mean=1.5).value,
        ),
        ('method = "id"\npower = 3\n', lambda s: weigh(s, "cu_pct", GRID, FAR, power=3.0).value),
        (
            'method = "nearest neighbour"\n',
            lambda s: weigh(s, "cu_pct", GRID, FAR, kind="nearest neighbour").value,
        ),
        (
            'method = "mik"\nvariogram = "cu"\ncutoffs = [0.5, 1.0]\n',
            lambda s: krige_indicators(s, "cu_pct", GRID, [0.5, 1.0], MODEL, FAR).mean,
        ),
        (
            'variogram = "cu"\ntop_cut = 2.0\n',
            lambda s: (
                krige(
                    s.with_values(cu_pct=np.minimum(s["cu_pct"], 2.0)), "cu_pct", GRID, MODEL, FAR
                ).value
            ),
        ),
    ],
)
def test_every_method_is_that_of_its_function(folder, samples, text, expected):
    code, _, said = run(folder, f'[[estimate]]\nvalue = "cu_pct"\n{text}{ONE_PASS}')
    assert code == 0, said
    found = expected(samples)
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))


def test_cokriging_by_a_fitted_model(folder, samples):
    code, _, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nmethod = "cokriging"\nsecondary = ["ni_pct"]\n'
        + ONE_PASS
        + """
[[variogram]]
name = "both"
values = ["cu_pct", "ni_pct"]
nugget = [[0.1, 0.0], [0.0, 0.2]]
[[variogram.structure]]
kind = "spherical"
sill = [[0.9, 0.4], [0.4, 0.8]]
ranges_m = [150, 100, 50]
azimuth_deg = 45
""",
    )
    assert code == 0, said
    pair = Coregionalisation(
        ("cu_pct", "ni_pct"), np.diag([0.1, 0.2]), MODEL.structures,
        np.array([[[0.9, 0.4], [0.4, 0.8]]]),
    )  # fmt: skip
    found = cokrige(samples, "cu_pct", ["ni_pct"], GRID, pair, FAR).value
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))


def test_domains_have_their_own_samples_and_blocks(folder, samples):
    west = GRID.to_local(GRID.centroids())[:, 0] < 200
    BlockModel(GRID, {"rock": np.where(west, "west", "east")}).to_parquet(folder / "rock.parquet")
    part = '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ncode = "rock"\n'
    part += 'blocks = "rock.parquet"\n'
    code, data, said = run(
        folder,
        f'{part}domain = "west"\n{ONE_PASS}{part}domain = "east"\nsoft = "west"\n'
        f"soft_distance_m = 30\n{ONE_PASS}",
    )
    assert code == 0, said
    rock = samples.codes["rock"]
    own = samples.xyz_m[rock == "east"]
    apart = np.linalg.norm(samples.xyz_m[:, None] - own[None], axis=2).min(axis=1)
    a = krige(samples.where(rock == "west"), "cu_pct", GRID, MODEL, FAR)
    b = krige(samples.where((rock == "east") | (apart <= 30.0)), "cu_pct", GRID, MODEL, FAR)
    found = np.where(west, a.value, b.value)
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))
    assert [r["blocks"] for r in data["estimates"]] == [int(west.sum()), int((~west).sum())]


def test_every_block_may_have_its_own_anisotropy(folder, samples):
    west = GRID.to_local(GRID.centroids())[:, 0] < 200
    fields = {"azimuth_deg": np.where(west, 10.0, 120.0), "dip_deg": np.where(west, 0.0, 30.0)}
    fields["rake_deg"] = np.zeros(GRID.n)
    BlockModel(GRID, fields).to_parquet(folder / "turned.parquet")
    code, _, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nblocks = "turned.parquet"\n'
        "local = {}\n" + ONE_PASS,
    )
    assert code == 0, said
    local = LocalAnisotropy((Rotation(10.0), Rotation(120.0, 30.0)), (~west).astype(np.int32))
    found = krige(samples, "cu_pct", GRID, MODEL, FAR, local=local).value
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))


def test_estimates_below_zero_are_told(folder):
    # a slope that a smooth model carries on beyond the samples
    lines = ["x,y,z,hole,cu,ni,rock"]
    for i, (x, cu) in enumerate(((100, 0.01), (120, 20.0), (140, 40.0))):
        lines.append(f"{x},100.0,30.0,{i},{cu},1.0,west")
    (folder / "samples.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    smooth = HEAD.replace('kind = "spherical"', 'kind = "gaussian"').replace("0.1", "0.001")
    (folder / "deposit.toml").write_text(
        smooth + '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n' + ONE_PASS,
        encoding="utf-8",
    )
    result = CliRunner().invoke(
        app, ["deposit", "estimate", "-c", str(folder / "deposit.toml"), "--json"]
    )
    assert result.exit_code == 0, result.stderr
    below = int((model_of(folder)["cu_pct"] < 0).sum())
    assert below > 0
    warnings = json.loads(result.stdout)["warnings"]
    assert any(f"{below:,} estimates are below zero" in text for text in warnings)


def test_checks_beside_the_estimate(folder):
    code, data, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ncross_validation = "hole"\n'
        "neighbourhood = {blocks = 20, max_samples = [4, 8], times = [1], "
        "block_sizes_m = [[10, 10, 10]], discretisations = [[1, 1, 1]]}\n" + ONE_PASS,
    )
    assert code == 0, said
    assert data["cross_validation"][0]["samples"] == 150
    assert [c["setting"] for c in data["neighbourhood"][0]["cases"]] == [
        "20 x 20 x 10", "10 x 10 x 10", "4", "8", "1", "1 x 1 x 1",
    ]  # fmt: skip
    for name in data["files"]:
        assert (folder / "results" / name).is_file()
    text = CliRunner().invoke(app, ["deposit", "estimate", "-c", str(folder / "deposit.toml")])
    assert "standardised variance" in text.stdout


PLAIN = '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n' + TWO_PASSES


def test_a_run_that_was_stopped_goes_on(folder, monkeypatch):
    code, data, said = run(folder, PLAIN)
    assert code == 0, said
    whole = model_of(folder)
    (folder / "results" / "estimate.parquet").unlink()
    monkeypatch.setattr(streaming.SliceStore, "slices", lambda self: streaming.slices_of(GRID, 400))
    real, done = estimating.estimate_slice, []

    def stops(parts, inputs, start, stop, threads):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(start)
        return real(parts, inputs, start, stop, threads)

    monkeypatch.setattr(estimating, "estimate_slice", stops)
    code, _, said = run(folder, PLAIN)
    assert code == 130, said
    kept = folder / "results" / "estimate.parquet.partial"
    assert len(list(kept.glob("*.parquet"))) == 3
    assert not (folder / "results" / "estimate.parquet").exists()
    again = []

    def counts(parts, inputs, start, stop, threads):
        again.append(start)
        return real(parts, inputs, start, stop, threads)

    monkeypatch.setattr(estimating, "estimate_slice", counts)
    code, data, said = run(folder, PLAIN)
    assert code == 0, said
    assert data["resumed_slices"] == 3
    assert not set(again) & set(done)
    assert not kept.exists()
    resumed = model_of(folder)
    for name in whole.fields:
        assert np.array_equal(whole[name], resumed[name])
    file = pq.ParquetFile(folder / "results" / "estimate.parquet")
    assert file.num_row_groups == data["slices"] > 3


def test_slices_of_other_settings_are_not_taken(folder, monkeypatch):
    monkeypatch.setattr(streaming.SliceStore, "slices", lambda self: streaming.slices_of(GRID, 400))
    real, done = estimating.estimate_slice, []

    def stops(parts, inputs, start, stop, threads):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(start)
        return real(parts, inputs, start, stop, threads)

    monkeypatch.setattr(estimating, "estimate_slice", stops)
    assert run(folder, PLAIN)[0] == 130
    monkeypatch.setattr(estimating, "estimate_slice", real)
    code, data, _ = run(folder, PLAIN.replace("times = 3", "times = 4"))
    assert code == 0
    assert data["resumed_slices"] == 0
    done.clear()
    monkeypatch.setattr(estimating, "estimate_slice", stops)
    assert run(folder, PLAIN)[0] == 130
    monkeypatch.setattr(estimating, "estimate_slice", real)
    lines = (folder / "samples.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    cells[4] = "9.5"
    (folder / "samples.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]))
    code, data, _ = run(folder, PLAIN)
    assert code == 0
    assert data["resumed_slices"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "section [[estimate]] is missing"),
        ('[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n', "there is no search"),
        (f'[[estimate]]\nvalue = "au"\nvariogram = "cu"\n{ONE_PASS}', "no value 'au'"),
        (f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "ag"\n{ONE_PASS}', "no variogram 'ag'"),
        (f'[[estimate]]\nvalue = "cu_pct"\nmethod = "krigging"\n{ONE_PASS}', "unknown method"),
        (f'[[estimate]]\nvalue = "cu_pct"\nvariogramm = "cu"\n{ONE_PASS}', "unknown key"),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\noutputs = ["slop"]\n{ONE_PASS}',
            "unknown output 'slop'",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ndomain = "west"\n{ONE_PASS}',
            "not known which blocks",
        ),
        (PLAIN + PLAIN, "is estimated twice"),
        (
            PLAIN.replace("times = 3", "times = 3\nranges_m = [1, 1, 1]"),
            "'times' widens the pass before",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nmethod = "mik"\n'
            f"cutoffs = [1e6]\n{ONE_PASS}",
            "no sample is above the cut-off",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nblocks = "none.parquet"\n'
            f'code = "rock"\ndomain = "west"\n{ONE_PASS}',
            "no such block model",
        ),
    ],
)
def test_what_is_wrong_is_said(folder, text, said):
    code, data, _ = run(folder, text)
    assert code == 2
    assert said in data["what"]
    assert data["where"]
    assert not (folder / "results" / "estimate.parquet").exists()


def test_a_grid_in_two_dimensions(tmp_path):
    rng = np.random.default_rng(2)
    xy = np.round(rng.uniform(0, 50, (60, 2)), 3)
    rows = "\n".join(
        f"{x},{y},{v:.4f}" for (x, y), v in zip(xy, rng.lognormal(size=60), strict=True)
    )
    (tmp_path / "flat.csv").write_text("x,y,v\n" + rows + "\n", encoding="utf-8")
    (tmp_path / "deposit.toml").write_text(
        """
[samples]
file = "flat.csv"
x = "x"
y = "y"
elevation_m = 0.5
[samples.values]
v = "v"
[grid]
origin = [0, 0, 0]
size = [1, 1, 1]
shape = [50, 50, 1]
[[variogram]]
name = "v"
nugget = 0.2
[[variogram.structure]]
kind = "exponential"
sill = 0.8
ranges_m = [10, 10, 10]
[[estimate]]
value = "v"
[estimate.search]
ranges_m = [20, 20, 20]
max_per_octant = 2
""",
        encoding="utf-8",
    )
    result = CliRunner().invoke(
        app, ["deposit", "estimate", "-c", str(tmp_path / "deposit.toml"), "--json"]
    )
    assert result.exit_code == 0, result.stderr
    model = BlockModel.from_parquet(tmp_path / "results" / "estimate.parquet")
    assert (model["v_pass"] == 1).all()
    assert model["v_samples"].max() <= 8  # two in each quadrant


def test_block_models_are_left_in_the_kinds_of_files_that_are_asked_for(folder):
    code, data, said = run(folder, PLAIN + '\n[output]\nblocks = ["csv", "vtk"]\n')
    assert code == 0, said
    assert {"estimate.parquet", "estimate.csv", "estimate.vtk"} <= set(data["files"])
    model = model_of(folder)
    with (folder / "results" / "estimate.csv").open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == model.grid.n
    field = next(name for name in model.fields if name.endswith("_variance"))
    assert [float(r[field]) for r in rows] == pytest.approx(model[field])
    assert (folder / "results" / "estimate.vtk").read_bytes().startswith(b"# vtk DataFile")


def test_a_kind_of_file_that_is_not_written_is_refused_before_the_work(folder):
    code, _, said = run(folder, PLAIN + '\n[output]\nblocks = ["dm"]\n')
    assert code == 2
    assert "'dm' is no kind of block model file" in said
    assert not (folder / "results" / "estimate.parquet").exists()
