"""`orefield run` as scripts use it: one JSON object on stdout, progress on stderr."""

import json
import math

import pytest
from small_study import ASSETS, DRAWS, SEED, invoke, make_study, small_run

from orefield.core import fields
from orefield.study import open_study

DEFINITIONS = {
    "mine_over_use",
    "mine_plus_domestic_scrap_over_use",
    "domestic_refined_over_refined_use",
}
SCENARIOS = ["baseline", "plateau-accelerated", "recycling-first", "river-first"]


@pytest.fixture(scope="module")
def small():
    return small_run()


@pytest.fixture(scope="module")
def summary(small):
    return small.reply.json


def _numbers(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, float):
        yield value


def test_one_json_object_on_stdout_and_progress_on_stderr(small):
    assert isinstance(small.reply.json, dict)
    lines = small.reply.err.splitlines()
    assert len(lines) > 5
    assert all(line.startswith("[") and "%] " in line for line in lines), small.reply.err
    shares = [int(line[1 : line.index("%")]) for line in lines]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    for asset in ASSETS:
        assert f"deposit and pit: {asset}" in small.reply.err


def test_the_summary_has_what_was_promised(small, summary):
    assert small.folder.samefile(small.study.parent / summary["run"])
    assert 0 < summary["seconds"] < 600
    assert 50 < summary["peak_mb"] < 3000
    assert summary["seed"] == SEED
    assert summary["draws"] == DRAWS
    assert summary["ledger"]["rows"] > 10_000
    assert 0 <= summary["ledger"]["max_relative_residual"] <= 1e-9
    assert all(math.isfinite(v) for v in _numbers(summary))


def test_every_asset_has_modelled_and_published_inventories(summary):
    assert [a["id"] for a in summary["assets"]] == list(ASSETS)
    for asset in summary["assets"]:
        assert 3000 <= asset["blocks"] <= 12_000
        assert "stand-in geology" in asset["geology"]
        for name in ("ore_t", "cu_pct", "cu_t"):
            published, modelled = asset["published"][name], asset["modelled"][name]
            assert modelled == pytest.approx(published, rel=0.005)
        both = asset["published"]
        assert both["ore_t"] * both["cu_pct"] / 100 == pytest.approx(both["cu_t"], rel=1e-9)


def test_published_inventories_are_the_claims(summary):
    published = {a["id"]: a["published"] for a in summary["assets"]}
    # C. duobaoshan 2012: 507.84 Mt with 2.37 Mt of copper; zijinshan: 417 Mt at 0.39 %
    assert published["duobaoshan"]["ore_t"] == pytest.approx(507.84e6)
    assert published["duobaoshan"]["cu_t"] == pytest.approx(2.37e6)
    assert published["zijinshan"]["ore_t"] == pytest.approx(417e6)
    assert published["zijinshan"]["cu_pct"] == pytest.approx(0.39)


def test_self_sufficiency_by_definition_and_year(summary):
    assert set(summary["self_sufficiency"]) == DEFINITIONS
    for years in summary["self_sufficiency"].values():
        assert [int(y) for y in years] == list(range(2020, 2041))
        for spread in years.values():
            assert list(spread) == ["p10", "p50", "p90"]
            assert 0 < spread["p10"] <= spread["p50"] <= spread["p90"] < 1.5


def test_scenarios_beside_the_baseline(summary):
    assert list(summary["scenarios"]) == SCENARIOS
    assert summary["scenarios"]["baseline"] == summary["self_sufficiency"]
    late = {
        name: found["mine_plus_domestic_scrap_over_use"]["2040"]["p50"]
        for name, found in summary["scenarios"].items()
    }
    assert late["recycling-first"] > late["baseline"]


def test_targets_of_the_plan(summary):
    targets = {t["id"]: t for t in summary["targets"]}
    assert set(targets) == {"value_added", "ten_metals", "recycled", "exploration"}
    assert targets["value_added"]["threshold"] == pytest.approx(0.05)
    assert targets["ten_metals"]["threshold"] == pytest.approx(0.015)
    assert targets["recycled"]["threshold"] == pytest.approx(20e6)
    for name in ("value_added", "ten_metals", "recycled"):
        assert 0 <= targets[name]["probability"] <= 1
    # the plan puts no number on exploration, and none is made up
    assert targets["exploration"]["probability"] is None
    assert targets["exploration"]["threshold"] is None


def test_the_run_folder_is_whole(small):
    names = {p.name for p in small.folder.iterdir()}
    assert {"manifest.json", "summary.txt", "blocks", "results.parquet"} <= names
    assert "report.html" in names
    manifest = json.loads((small.folder / "manifest.json").read_text(encoding="utf-8"))
    for key in ("schema_version", "version", "study", "seed", "draws", "input_hashes", "seconds",
                "closures", "output_hashes", "summary"):  # fmt: skip
        assert manifest[key] or manifest[key] == 0, key
    assert set(manifest["closures"]) == set(SCENARIOS)
    assert "china-copper/claims.csv" in manifest["input_hashes"]
    files = {
        p.relative_to(small.folder).as_posix()
        for p in small.folder.rglob("*")
        if p.suffix == ".parquet"
    }
    assert files == {n for n in manifest["output_hashes"] if n.endswith(".parquet")}
    assert {f"blocks/{a}.parquet" for a in ASSETS} <= files
    assert not [p for p in small.folder.parent.iterdir() if p.name.startswith(".")]


def test_the_schedule_holds_fields_of_the_dictionary_only(small):
    known = set(fields.fields("results")) | {"asset", "year"}
    assert set(small.run.table("schedule").columns) <= known


def test_an_existing_output_folder_is_refused(small):
    before = (small.folder / "manifest.json").read_bytes()
    again = invoke("run", small.study, "--out", small.folder, "--json", cwd=small.study)
    assert again.code == 1
    assert again.json["error"] == "RunError"
    assert again.err == (
        "error: output folder exists\n"
        f"  where: {small.folder}\n"
        "  fix:   choose another with --out, or replace it with --overwrite\n"
    )
    assert (small.folder / "manifest.json").read_bytes() == before


def test_overwrite_replaces_a_run_but_no_other_folder(tmp_path):
    study = make_study(tmp_path / "s", assets=("zijinshan",), blocks=2500)
    out = tmp_path / "out"
    first = invoke("run", study, "--out", out, "--until", "evidence", "--json", cwd=tmp_path)
    assert first.code == 0, first.err
    other = ("--seed", "3", "--overwrite", "--json")
    second = invoke("run", study, "--out", out, "--until", "evidence", *other, cwd=tmp_path)
    assert second.json["seed"] == 3
    assert json.loads((out / "manifest.json").read_text())["seed"] == 3
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter.txt").write_text("years of work")
    refused = invoke("run", study, "--out", mine, "--overwrite", "--json", cwd=tmp_path)
    assert refused.code == 1
    assert "refusing" in refused.json["what"]
    assert (mine / "chapter.txt").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "s", "thesis"]


def test_default_folder_is_named_after_the_study(tmp_path):
    study = make_study(tmp_path / "s", assets=("zijinshan",), blocks=2500)
    done = invoke("run", study, "--until", "evidence", cwd=tmp_path)
    assert done.code == 0, done.err
    assert (tmp_path / "runs" / open_study(study).id / "manifest.json").is_file()
    assert "runs" in done.out
