"""``orefield deposit classify``, judged from the files it writes and by plain NumPy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from resource_cases import FLAT, GRID, SETTINGS, deposit, rows, run
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel
from orefield.deposit.realisations import Realisations


@pytest.fixture(scope="module")
def classified(tmp_path_factory) -> tuple[Path, dict]:
    config = deposit(tmp_path_factory.mktemp("classify"))
    code, data, said = run("classify", "-c", config)
    assert code == 0, said
    return config, data


@pytest.fixture
def copy(classified, tmp_path) -> Path:
    shutil.copytree(classified[0].parent, tmp_path / "case")
    return tmp_path / "case" / "deposit.toml"


def changed(config: Path, old: str, new: str) -> Path:
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new, 1), encoding="utf-8")
    return config


def test_every_file_it_tells_of_is_there(classified) -> None:
    config, data = classified
    folder = config.parent / "results"
    assert {"classified.parquet", "statement.csv", "statement.txt", "classify.json",
            "methods.csv", "classes_map.svg", "classes_tonnes.svg",
            "classes_precision.svg"} <= set(data["files"])  # fmt: skip
    assert all((folder / name).stat().st_size > 0 for name in data["files"])
    assert json.loads((folder / "classify.json").read_text(encoding="utf-8")) == data


def test_tonnes_are_conserved_in_every_method(classified) -> None:
    _, data = classified
    assert set(data["tonnes_by_class"]) == {"spacing", "quality", "simulation", "final"}
    for tonnes in data["tonnes_by_class"].values():
        assert sum(tonnes.values()) == pytest.approx(data["estimated_t"])
    for pair in data["comparison"]:
        total = np.sum(pair["tonnes_t"])
        assert total == pytest.approx(np.sum(data["comparison"][0]["tonnes_t"]))
        assert pair["agreement"] == pytest.approx(np.trace(pair["tonnes_t"]) / total)


def test_the_block_model_says_what_the_table_says(classified) -> None:
    config, data = classified
    model = BlockModel.from_parquet(config.parent / "results" / "classified.parquet")
    tonnes, classes = model.tonnes(), model["class"]
    grade = np.asarray(model["cu_pct"], dtype=float)
    assert not classes[model["cu_pct_pass"] == 0].any()
    names = ["unclassified", "inferred", "indicated", "measured"]
    for row in data["statement"]["rows"]:
        own = grade >= row["cutoff"]
        if row["domain"] != "all":
            own &= model["domain"] == row["domain"]
        own &= classes >= 2 if "+" in row["class"] else classes == names.index(row["class"])
        assert row["tonnes_unrounded_t"] == pytest.approx(tonnes[own].sum())
        metal = 0.01 * (tonnes * grade)[own].sum()
        assert row["metal_unrounded_t"] == pytest.approx(metal)


def test_intervals_are_those_of_the_realisations(classified) -> None:
    config, data = classified
    folder = config.parent / "results"
    model = BlockModel.from_parquet(folder / "classified.parquet")
    draws = Realisations.from_parquet(folder / "realisations.parquet")["cu_pct"].astype(float)
    own = model["class"] >= 2
    metal = [(0.01 * model.tonnes() * d * own * (d >= 0.5)).sum() for d in draws]
    (row,) = [r for r in data["statement"]["rows"] if "+" in r["class"] and r["cutoff"] == 0.5]
    low, high = np.percentile(metal, [5, 95])
    assert (row["metal_low_t"], row["metal_high_t"]) == pytest.approx((low, high))


def test_printed_rows_add_up(classified) -> None:
    _, data = classified
    for cutoff in (0.2, 0.5):
        found = [r for r in data["statement"]["rows"] if r["cutoff"] == cutoff]
        for key in ("tonnes_t", "metal_t"):
            by = {(r["domain"], r["class"]): r[key] for r in found}
            for name in ("measured", "indicated", "inferred"):
                parts = by["east", name] + by["west", name]
                assert by["all", name] == pytest.approx(parts, abs=1e-6)
            both = by["all", "measured"] + by["all", "indicated"]
            assert by["all", "measured + indicated"] == pytest.approx(both, abs=1e-6)


def test_the_statement_qualifies_itself(classified) -> None:
    config, data = classified
    text = (config.parent / "results" / "statement.txt").read_text(encoding="utf-8")
    assert data["statement"]["qualifications"][0].startswith("synthetic")
    for words in ("探明资源量", "控制资源量", "推断资源量", "2026-01-31", "not signed",
                  "not assessed", "synthetic example", "Parker", "30 realisations"):  # fmt: skip
        assert words in text
    table = rows(config.parent / "results" / "statement.csv")
    assert len(table) == len(data["statement"]["rows"])
    assert table[0]["gbt_17766_2020"] == "探明资源量"


def test_people_are_told_the_same(classified) -> None:
    result = CliRunner().invoke(app, ["deposit", "classify", "-c", str(classified[0])])
    assert result.exit_code == 0
    for words in ("cut-off 0.5 %", "volumes of a quarter", "same class:", "left in"):
        assert words in result.stdout


def test_smoothing_is_told_before_and_after(copy) -> None:
    changed(copy, 'method = "simulation"', 'method = "spacing"\n[classify.smoothing]\nhow='
            '"islands"\nleast_t=50000\n[classify.x]')  # fmt: skip
    changed(copy, "[classify.x]\ndomain", "[statement2]\ndomain")
    text = copy.read_text(encoding="utf-8").replace('[statement2]\ndomain = "domain"\n', "")
    copy.write_text(text, encoding="utf-8")
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    before = {r["class"]: r["before_t"] for r in data["smoothing"]}
    after = {r["class"]: r["after_t"] for r in data["smoothing"]}
    assert sum(before.values()) == pytest.approx(sum(after.values()))
    assert before == pytest.approx(data["tonnes_by_class"]["spacing"])
    assert after == pytest.approx(data["tonnes_by_class"]["final"])
    assert any("smoothed" in text for text in data["statement"]["qualifications"])


def test_other_metals_are_stated_beside(copy) -> None:
    path = copy.parent / "results" / "estimate.parquet"
    model = BlockModel.from_parquet(path)
    gold = np.random.default_rng(1).random(model.grid.n)
    known = (np.arange(model.grid.n) % 7 > 0).astype(np.int8)
    model.with_fields(au_gpt=gold, au_gpt_pass=known).to_parquet(path)
    changed(copy, 'method = "simulation"', 'method = "simulation"\nvalue = "cu_pct"\n'
            'also = ["au_gpt"]')  # fmt: skip
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert "au_gpt" in " ".join(data["warnings"])
    found = {(r["cutoff"], r["domain"], r["class"]): r for r in data["statement"]["rows"]}
    classes = BlockModel.from_parquet(copy.parent / "results" / "classified.parquet")["class"]
    own = (np.asarray(model["cu_pct"]) >= 0.2) & (classes == 1)
    metal = 1e-6 * (model.tonnes() * gold * known)[own].sum()
    row = found[0.2, "all", "inferred"]
    assert row["au_gpt_metal_t"] == pytest.approx(metal, rel=0.02)
    parts = sum(found[0.2, d, "inferred"]["au_gpt_metal_t"] for d in ("east", "west"))
    assert row["au_gpt_metal_t"] == pytest.approx(parts)
    assert row["au_gpt"] == pytest.approx(1e6 * metal / model.tonnes()[own].sum(), rel=0.02)


def test_inferred_can_have_a_rule_and_a_reach(copy) -> None:
    changed(copy, "tonnes_per_year = 4e6", "tonnes_per_year = 4e6\nreach_m = 25\n"
            "inferred = { months = 12, within = 0.3, confidence = 0.8 }")  # fmt: skip
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    model = BlockModel.from_parquet(copy.parent / "results" / "classified.parquet")
    table = rows(copy.parent / "samples.csv")
    xyz = np.array([[float(r[k]) for k in "xyz"] for r in table])
    near = np.linalg.norm(model.grid.centroids()[:, None] - xyz[None], axis=2).min(axis=1)
    assert not model["class_simulation"][near > 25.001].any()
    assert data["tonnes_by_class"]["simulation"]["unclassified"] > 0
    (rule,) = [r for r in data["volumes"] if r["class"] == "inferred"]
    assert {"volumes_year_inferred.csv", "volumes_year_indicated.csv"} <= set(data["files"])
    assert (rule["within"], rule["confidence"], rule["period"]) == (0.3, 0.8, "year")


def test_without_a_reach_classes_go_as_far_as_the_variogram(copy) -> None:
    changed(copy, "ranges_m = [120, 80, 50]", "ranges_m = [45, 20, 15]")
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    model = BlockModel.from_parquet(copy.parent / "results" / "classified.parquet")
    table = rows(copy.parent / "samples.csv")
    xyz = np.array([[float(r[k]) for k in "xyz"] for r in table])
    lag = model.grid.centroids()[:, None] - xyz[None]
    east, north = np.sin(np.radians(60)), np.cos(np.radians(60))
    along = (lag[..., 0] * east + lag[..., 1] * north) / 45.0
    across = (lag[..., 0] * north - lag[..., 1] * east) / 20.0
    near = np.sqrt(along**2 + across**2 + (lag[..., 2] / 15.0) ** 2).min(axis=1)
    classes, own = model["class_simulation"], model["cu_pct_pass"] > 0
    assert not classes[near > 1.0 + 1e-6].any()
    assert (classes[own & (near < 1.0 - 1e-6)] > 0).all()
    beyond = model.tonnes()[own & (near > 1.0)].sum()
    assert 0 < beyond == pytest.approx(data["reach"]["beyond_t"], rel=1e-6)
    said_of = " ".join(data["statement"]["qualifications"])
    assert "within 45 x 20 x 15 m (longest ranges of variogram 'cu_pct')" in said_of
    assert f"{beyond:,.0f} t of estimated rock are further and unclassified" in said_of


@pytest.mark.parametrize("endless", [True, False])
def test_where_nothing_limits_the_reach_it_is_said(copy, endless: bool) -> None:
    if endless:
        changed(copy, "tonnes_per_year = 4e6", "tonnes_per_year = 4e6\nreach_m = inf")
    else:
        text = copy.read_text(encoding="utf-8")
        copy.write_text(text[: text.index("[[variogram]]")], encoding="utf-8")
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert data["reach"] is None
    assert data["tonnes_by_class"]["simulation"]["unclassified"] == 0
    assert "however far from samples" in " ".join(data["statement"]["qualifications"])


def test_a_search_limits_where_there_is_no_variogram(copy) -> None:
    text = copy.read_text(encoding="utf-8")
    estimate = """[[estimate]]
value = "cu_pct"
method = "inverse distance"
[[estimate.search]]
ranges_m = [30, 30, 20]
[[estimate.search]]
times = 2
"""
    copy.write_text(text[: text.index("[[variogram]]")] + estimate, encoding="utf-8")
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert (data["reach"]["ranges_m"], data["reach"]["from"]) == (
        [30.0, 30.0, 20.0], "first search of [[estimate]]"
    )  # fmt: skip
    assert data["reach"]["beyond_t"] > 0


def test_a_shell_restricts_the_resource(copy) -> None:
    changed(copy, 'method = "simulation"', 'method = "simulation"\nshell = "pit"')
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    model = BlockModel.from_parquet(copy.parent / "results" / "classified.parquet")
    assert not model["class"][model["pit"] == 0].any()
    said_of = " ".join(data["statement"]["qualifications"])
    assert "'pit'" in said_of
    assert "not assessed" not in said_of


def test_another_seed_of_blocks_two_dimensions(tmp_path) -> None:
    config = deposit(tmp_path, FLAT)
    code, data, said = run("classify", "-c", config)
    assert code == 0, said
    assert sum(data["tonnes_by_class"]["final"].values()) == pytest.approx(data["estimated_t"])


def test_without_realisations_there_is_no_interval(copy) -> None:
    (copy.parent / "results" / "realisations.parquet").unlink()
    code, _, said = run("classify", "-c", copy)
    assert code == 2
    assert "deposit simulate" in said
    changed(copy, 'method = "simulation"', 'method = "quality"')
    changed(copy, "[classify.simulation]\ntonnes_per_year = 4e6\n", "")
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert data["statement"]["realisations"] == 0
    assert {r["tonnes_low_t"] for r in data["statement"]["rows"]} == {None}
    assert any("no interval" in text for text in data["statement"]["qualifications"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tonnes_per_year = 4e6", "tonnes_per_year = 0", "tonnes_per_year"),
        ("tonnes_per_year = 4e6", "", "tonnes_per_year"),
        ("tonnes_per_year = 4e6", 'tonnes_per_year = 4e6\nvolumes = "cubes"', "volumes"),
        ("tonnes_per_year = 4e6", 'tonnes_per_year = 4e6\nmeasures = ["gold"]', "gold"),
        ("tonnes_per_year = 4e6", "tonnes_per_year = 4e6\ncutoff = 50", "no realisation has ore"),
        ("tonnes_per_year = 4e6", "tonnes_per_year = 4e6\nreach_m = 1e-3", "tiny"),
        ("tonnes_per_year = 4e6", "tonnes_per_year = 4e6\nreach_m = -5", "reach_m"),
        ('method = "simulation"', "", "which method"),
        ('method = "simulation"', 'method = "guess"', "guess"),
        ('method = "simulation"', 'method = "simulation"\nestimates = "x"', "estimates"),
        ('method = "simulation"', 'method = "simulation"\nshell = "pitt"', "pitt"),
        ('method = "simulation"', 'method = "simulation"\nestimate = "no.parquet"', "estimate"),
        ('method = "simulation"', 'method = "simulation"\nvalue = "au_gpt"', "au_gpt"),
        ('method = "simulation"', 'method = "simulation"\nunit = "oz"', "oz"),
        ('method = "simulation"', 'method = "simulation"\ndensity_t_m3 = 2.7', "twice"),
        ("cutoffs = [0.2, 0.5]", "cutoffs = []", "cutoffs"),
        ("cutoffs = [0.2, 0.5]", "cutoffs = [nan]", "cut-off"),
        ('method = "simulation"', 'method = "simulation"\nalso = ["pit"]', "unit of 'pit'"),
        ("slope = 0.7", "slopes = 0.7", "slopes"),
        ("holes = 3, distance_m = 40", "holes = 3, distance_m = 400", "search"),
        ("ranges_m = [120, 120, 60]", "ranges_m = [120]", "ranges_m"),
    ],
)
def test_what_is_wrong_is_told(copy, old: str, new: str, words: str) -> None:
    code, error, said = run("classify", "-c", changed(copy, old, new))
    assert code == 2
    assert words in said
    assert error["what"]


def test_a_cutoff_above_all_states_nothing(copy) -> None:
    changed(copy, "cutoffs = [0.2, 0.5]", "cutoffs = [90]")
    changed(copy, "tonnes_per_year = 4e6", "tonnes_per_year = 4e6\ncutoff = 0.2")
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert {r["tonnes_t"] for r in data["statement"]["rows"]} == {0.0}
    assert {r["grade"] for r in data["statement"]["rows"]} == {None}


def test_density_must_be_known(copy) -> None:
    path = copy.parent / "results" / "estimate.parquet"
    model = BlockModel.from_parquet(path)
    fields = {k: v for k, v in model.fields.items() if k != "density_t_m3"}
    BlockModel(model.grid, fields, "measured").to_parquet(path)
    code, _, said = run("classify", "-c", copy)
    assert code == 2
    assert "density" in said
    changed(copy, 'method = "simulation"', 'method = "simulation"\ndensity_t_m3 = 3.0')
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert data["rock_t"] == pytest.approx(3.0 * GRID.n * 1000)
    assert any("assumed" in text for text in data["statement"]["qualifications"])
    assert SETTINGS.count("density") == 0


def test_blocks_of_another_model_bring_what_the_estimate_lacks(copy) -> None:
    path = copy.parent / "results" / "estimate.parquet"
    model = BlockModel.from_parquet(path)
    moved = ("density_t_m3", "domain", "pit")
    BlockModel(model.grid, {k: model[k] for k in moved}).to_parquet(copy.parent / "rock.parquet")
    kept = {k: v for k, v in model.fields.items() if k not in moved}
    BlockModel(model.grid, kept, model.note).to_parquet(path)
    changed(copy, 'method = "simulation"', 'method = "simulation"\nblocks = "rock.parquet"')
    code, data, said = run("classify", "-c", copy)
    assert code == 0, said
    assert {r["domain"] for r in data["statement"]["rows"]} == {"all", "east", "west"}
