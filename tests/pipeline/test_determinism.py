"""Same seed, same bits: at any number of workers and threads, from Python and the command."""

import json

import pytest
from small_study import LAST, SEED, make_study, orefield, small_run

import orefield as of
from orefield.core import BlockModel


@pytest.fixture(scope="module")
def small():
    return small_run()


@pytest.fixture(scope="module")
def hashes(small):
    return small.run.folder.manifest["output_hashes"]


def test_hashes_cover_the_tables_and_the_blocks(hashes):
    assert len(hashes) >= 25
    assert {"results.parquet", "ledger_baseline.parquet", "blocks/zijinshan.parquet"} <= set(hashes)
    assert "manifest.json" not in hashes  # it holds timings


def test_python_in_one_process_equals_the_command_in_two(small, hashes, tmp_path):
    """The command ran with two workers and two threads each."""
    again = of.run(small.study, out=tmp_path / "out", until=LAST, workers=1)
    assert again.folder.manifest["output_hashes"] == hashes
    for key in ("self_sufficiency", "scenarios", "targets", "assets", "ledger", "deviations"):
        assert again.summary[key] == small.run.summary[key], key


@pytest.mark.slow
@pytest.mark.parametrize(("threads", "workers"), [(1, 1), (1, 2), (2, 1)])
def test_threads_and_workers_do_not_matter(small, hashes, tmp_path, threads, workers):
    done = orefield(
        "run", small.study, "--out", "out", "--until", LAST, "--workers", str(workers),
        "--json", cwd=tmp_path, threads=threads,
    )  # fmt: skip
    assert done.code == 0, done.err
    found = of.open_run(tmp_path / "out")
    assert found.folder.manifest["output_hashes"] == hashes


def test_the_seed_may_come_from_the_study_or_the_caller(tmp_path):
    study = make_study(tmp_path / "s", assets=("zijinshan",), blocks=5000, draws=3)
    runs = {
        name: of.run(study, out=tmp_path / name, until="plant", workers=1, **options)
        for name, options in (
            ("own", {}), ("given", {"seed": SEED}), ("other", {"seed": SEED + 1}),
        )
    }  # fmt: skip
    found = {name: run.folder.manifest["output_hashes"] for name, run in runs.items()}
    assert found["own"] == found["given"]
    differ = {n for n in found["own"] if found["own"][n] != found["other"][n]}
    assert {"results.parquet", "blocks/zijinshan.parquet", "ledger_baseline.parquet"} <= differ
    # what a study says does not depend on luck
    assert not {"claims.parquet", "parameters.parquet", "sources.parquet"} & differ
    assert runs["other"].summary["seed"] == SEED + 1


def test_more_draws_keep_the_central_case(tmp_path):
    study = make_study(tmp_path / "s", assets=("zijinshan",), blocks=5000)
    few, more = (
        of.run(study, out=tmp_path / str(n), until="plant", draws=n, workers=1) for n in (2, 5)
    )
    assert (few.path / "schedule.parquet").read_bytes() == (
        more.path / "schedule.parquet"
    ).read_bytes()
    left, right = (r.table("results").set_index("key")["central"] for r in (few, more))
    assert left.equals(right)


def test_an_asset_does_not_depend_on_its_neighbours(small, hashes, tmp_path):
    alone = make_study(tmp_path / "s", assets=("zijinshan",))
    run = of.run(alone, out=tmp_path / "out", until="deposit", workers=1)
    together = small.folder / "blocks" / "zijinshan.parquet"
    model, other = (
        BlockModel.from_parquet(p) for p in (run.path / "blocks" / "zijinshan.parquet", together)
    )
    assert (model["cu_pct"] == other["cu_pct"]).all()
    assert (model["density_t_m3"] == other["density_t_m3"]).all()


def test_the_manifest_repeats_the_settings(small):
    manifest = json.loads((small.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == SEED
    assert manifest["version"] == of.__version__
    assert len(manifest["input_hashes"]) >= 10
    assert all(len(h) == 64 for h in manifest["input_hashes"].values())
