"""A study of one's own: other numbers, other prices, real blocks and drill holes from files."""

import numpy as np
import pandas as pd
import pytest
from small_study import ASSETS, invoke, make_study, small_run

import orefield as of
from orefield.core import BlockModel, Grid
from orefield.core.errors import ModelError, StudyError, TableError

CHANGES = """\
"zijinshan.inventory.cu_pct" = { value = 0.5, unit = "%", reason = "infill drilling" }
"price.cu_usd_t" = { value = 8000, unit = "USD/t", reason = "a bank's forecast" }
"duobaoshan.plant.utilisation" = { value = 0.9, low = 0.85, high = 0.95, reason = "own estimate" }
"""


@pytest.fixture(scope="module")
def small():
    return small_run()


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    place = tmp_path_factory.mktemp("mine")
    study = make_study(place / "my-study", overrides=CHANGES)
    return of.run(study, out=place / "out", until="balance", workers=1)


def test_calibration_follows_the_changed_deposit(changed, small):
    assets = {a["id"]: a for a in changed.summary["assets"]}
    new = assets["zijinshan"]
    assert new["published"]["cu_pct"] == pytest.approx(0.5)
    assert new["published"]["ore_t"] == pytest.approx(417e6)
    assert new["published"]["cu_t"] == pytest.approx(417e6 * 0.005)
    for name in ("ore_t", "cu_pct", "cu_t"):
        assert new["modelled"][name] == pytest.approx(new["published"][name], rel=0.005)
    old = {a["id"]: a for a in small.run.summary["assets"]}
    assert assets["duobaoshan"]["published"] == old["duobaoshan"]["published"]
    assert assets["duobaoshan"]["modelled"] == old["duobaoshan"]["modelled"]


def test_a_lower_price_is_worth_less(changed, small):
    new, old = (
        {a["id"]: a["npv_usd"]["specified"] for a in r.summary["assets"]}
        for r in (changed, small.run)
    )
    assert new["duobaoshan"] < old["duobaoshan"]


def test_compare_shows_what_was_changed_and_what_follows(changed, small, tmp_path):
    found = invoke(
        "compare", small.folder, changed.path, "--top", "2000", "--json", cwd=tmp_path
    ).json
    parameters = {p["key"]: (p["a"], p["b"]) for p in found["parameters"]}
    assert parameters["zijinshan.inventory.cu_pct"] == ("0.39 %", "0.5 %")
    assert parameters["price.cu_usd_t"] == ("9,500 USD/t", "8,000 USD/t")
    assert "duobaoshan.plant.utilisation" in parameters
    assert "until" in found["settings"]
    assert found["changed"] > 100
    by_key = {r["key"]: r for r in found["results"] if r["scenario"] == "baseline"}
    metal = by_key["zijinshan.published.cu_t"]
    assert metal["relative"] == pytest.approx(1 - 0.39 / 0.5)
    assert not [k for k in by_key if k.startswith("duobaoshan.published")]
    text = invoke("compare", small.folder, changed.path, cwd=tmp_path).out
    assert "parameter price.cu_usd_t (baseline): 9,500 USD/t -> 8,000 USD/t" in text


def test_the_change_is_traced_to_its_reason(changed):
    text = changed.trace("zijinshan.modelled.cu_t")
    assert "override:zijinshan.inventory.cu_pct" in text
    assert "infill drilling" in text
    parameters = changed.table("parameters").set_index("key")
    row = parameters.loc["zijinshan.inventory.cu_pct"]
    assert row["mark"] == "override"
    assert "overridden" in row["rejected"]


def test_the_base_study_knows_nothing_of_it(changed):
    assert changed.summary["assets"]
    base = of.open_study("china-copper")
    assert base.parameters.number("zijinshan.inventory.cu_pct") == pytest.approx(0.39)
    assert not [p.key for p in base.parameters if p.mark == "override"]


# -- real geology ------------------------------------------------------------------------


def _ground(grid):
    """A body of ore below a flat surface, written down block by block."""
    x, y, z = grid.centroids().T
    middle = np.asarray(grid.origin) + np.asarray(grid.size) * np.asarray(grid.shape) / 2
    away = ((x - middle[0]) / 150) ** 2 + ((y - middle[1]) / 120) ** 2 + ((z - middle[2]) / 70) ** 2
    cu = np.round(1.1 * np.exp(-away), 4)
    return BlockModel(
        grid,
        {"density_t_m3": np.full(grid.n, 2.7), "cu_pct": cu, "au_gpt": np.round(0.2 * cu, 4)},
        "blocks of the test",
    )


def _grid(asset, shape=(24, 22, 12), size=(25.0, 25.0, 15.0)):
    top = of.open_study("china-copper").parameters.number(f"{asset}.site.elevation_m")
    return Grid((500_000.0, 3_300_000.0, top - shape[2] * size[2]), size, shape)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A block model for one asset, composites for another."""
    place = tmp_path_factory.mktemp("real")
    grid = _grid("zhunuo")
    holes = _grid("xiongcun")
    more = f"""
[files.zhunuo]
blocks = "zhunuo.parquet"

[files.xiongcun]
composites = "holes.csv"
origin_m = {list(holes.origin)}
size_m = {list(holes.size)}
shape = {list(holes.shape)}
search_radius_m = 150.0
density_t_m3 = 2.6
"""
    study = make_study(place / "real", assets=("zhunuo", "xiongcun"), more=more)
    model = _ground(grid)
    model.to_parquet(study / "zhunuo.parquet")
    body = _ground(holes)
    xyz = holes.centroids()
    ix = np.arange(holes.n) % holes.shape[0]
    iy = np.arange(holes.n) // holes.shape[0] % holes.shape[1]
    drilled = (ix % 3 == 1) & (iy % 3 == 1)
    pd.DataFrame(
        {
            "hole": [f"H{a:02d}{b:02d}" for a, b in zip(ix[drilled], iy[drilled], strict=True)],
            "x_m": xyz[drilled, 0], "y_m": xyz[drilled, 1], "z_m": xyz[drilled, 2],
            "length_m": 15.0, "cu_pct": body["cu_pct"][drilled],
        }
    ).to_csv(study / "holes.csv", index=False)  # fmt: skip
    run = of.run(study, out=place / "out", until="balance", workers=1)
    return study, model, body, run


def test_real_blocks_are_taken_as_they_are(real):
    _, model, _, run = real
    asset = next(a for a in run.summary["assets"] if a["id"] == "zhunuo")
    assert asset["blocks"] == model.grid.n
    assert "stand-in" not in asset["geology"]
    cutoff = of.open_study("china-copper").parameters.number("zhunuo.inventory.cutoff_cu_pct")
    ore = model["cu_pct"] >= cutoff
    tonnes = model.tonnes()
    assert asset["modelled"]["ore_t"] == pytest.approx(tonnes[ore].sum(), rel=1e-9)
    metal = (tonnes * model["cu_pct"] / 100)[ore].sum()
    assert asset["modelled"]["cu_t"] == pytest.approx(metal, rel=1e-9)
    kept = BlockModel.from_parquet(run.path / "blocks" / "zhunuo.parquet")
    np.testing.assert_allclose(kept["cu_pct"], model["cu_pct"], rtol=1e-6)


def test_beside_real_blocks_the_published_inventory_stays_what_was_published(real):
    run = real[3]
    parameters = of.open_study("china-copper").parameters
    asset = next(a for a in run.summary["assets"] if a["id"] == "zhunuo")
    assert asset["published"]["cu_t"] == pytest.approx(parameters.number("zhunuo.inventory.cu_t"))
    assert asset["published"]["cu_t"] != pytest.approx(asset["modelled"]["cu_t"], rel=0.01)


def test_composites_are_estimated_between_holes(real):
    _, _, body, run = real
    asset = next(a for a in run.summary["assets"] if a["id"] == "xiongcun")
    assert asset["blocks"] == body.grid.n
    assert "stand-in" not in asset["geology"]
    kept = BlockModel.from_parquet(run.path / "blocks" / "xiongcun.parquet")
    error = kept["cu_pct"] - body["cu_pct"]
    assert np.abs(error).mean() < 0.1
    assert np.corrcoef(kept["cu_pct"], body["cu_pct"])[0, 1] > 0.9
    assert np.asarray(kept["density_t_m3"]).max() == pytest.approx(2.6)


def test_a_mine_on_real_blocks_digs_what_its_pit_holds(real):
    run = real[3]
    assets = run.table("assets").set_index("asset")
    ledger = run.table("ledger_baseline")
    for name in ("zhunuo", "xiongcun"):
        pit = assets.loc[name]
        assert pit["pit_rock_t"] > 0
        assert pit["npv_best_usd"] >= pit["npv_specified_usd"] >= pit["npv_worst_usd"]
        rows = ledger[
            ledger["is_level"] & (ledger["from"] == f"deposit:{name}")
            & (ledger["commodity"] == "solids") & (ledger["draw"] == 0)
        ]  # fmt: skip
        level = rows.set_index("period")["quantity_t"].sort_index()
        # neither was at work before 2020: at the opening all of it is in the ground
        assert level.iloc[0] == pytest.approx(pit["pit_rock_t"], rel=1e-9)
    assert run.summary["ledger"]["max_relative_residual"] <= 1e-9
    schedule = run.table("schedule")
    mined = schedule[schedule["asset"] == "zhunuo"]
    assert mined["cu_recovered_t"].sum() > 0
    assert mined["cu_in_ore_t"].sum() <= assets.loc["zhunuo", "pit_cu_t"] * (1 + 1e-9)


def test_a_changed_file_changes_the_hash_of_the_inputs(real, tmp_path):
    study, model, _, run = real
    names = run.folder.manifest["input_hashes"]
    assert any(n.endswith("zhunuo.parquet") for n in names)
    assert any(n.endswith("holes.csv") for n in names)
    assert model.grid.n
    assert study.is_dir()


@pytest.mark.parametrize("fault", ["truncated", "not_parquet", "no_copper", "negative", "gone"])
def test_a_broken_block_model_is_told(tmp_path, fault):
    study = make_study(
        tmp_path / "s", assets=("zhunuo",), more='\n[files.zhunuo]\nblocks = "b.parquet"\n'
    )
    path = study / "b.parquet"
    grid = _grid("zhunuo", (6, 6, 4))
    model = _ground(grid)
    fields = dict(model.fields)
    if fault == "no_copper":
        del fields["cu_pct"]
    if fault == "negative":
        fields["cu_pct"] = -np.asarray(fields["cu_pct"]) - 0.1
    BlockModel(grid, fields, "x").to_parquet(path)
    if fault == "truncated":
        path.write_bytes(path.read_bytes()[:-200])
    if fault == "not_parquet":
        path.write_text("x_m,y_m\n1,2\n")
    if fault == "gone":
        path.unlink()
    with pytest.raises((TableError, ModelError, StudyError)) as caught:
        of.run(study, out=tmp_path / "out", until="deposit", workers=1)
    assert "b.parquet" in str(caught.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]


def test_barren_ground_has_no_pit_and_says_so(tmp_path):
    study = make_study(
        tmp_path / "s", assets=("zhunuo",), more='\n[files.zhunuo]\nblocks = "b.parquet"\n'
    )
    grid = _grid("zhunuo", (6, 6, 4))
    poor = {"density_t_m3": np.full(grid.n, 2.7), "cu_pct": np.full(grid.n, 0.01)}
    BlockModel(grid, poor, "barren").to_parquet(study / "b.parquet")
    with pytest.raises(ModelError, match="no pit pays at zhunuo"):
        of.run(study, out=tmp_path / "out", until="pit", workers=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]


def test_assets_of_the_small_study_are_not_those_of_this_one(real):
    assert set(real[3].table("assets")["asset"]).isdisjoint(ASSETS)
