"""The worked example of drill holes does what its page says; and it is mined end to end."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from doc_pages import blocks, run

import orefield as of
from orefield.core import BlockModel

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.data]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    if not os.environ.get("OREFIELD_DATA"):
        pytest.skip("OREFIELD_DATA is not set, so there are no drill holes")
    folder = tmp_path_factory.mktemp("babbitt")
    shutil.copytree(ROOT / "examples" / "babbitt", folder / "examples" / "babbitt")
    return folder


def test_the_page_prints_what_it_shows(place):
    told, printed = [], ""
    for language, body in blocks("deposit", "sh", "text"):
        if language == "sh":
            printed += run("sh", body, place)
        else:
            told += body.strip("\n").splitlines()
    lines = {" ".join(line.split()) for line in printed.splitlines()}
    for line in told:
        words = " ".join(line.split())
        assert any(words in shown for shown in lines), line
    results = place / "results"
    for name in ("composites.csv", "estimate.parquet", "realisations.parquet", "checks.html"):
        assert (results / name).stat().st_size > 1000, name
    model = BlockModel.from_parquet(results / "estimate.parquet")
    assert (model["cu_pct"][model["cu_pct_pass"] == 0] == 0).all()


def test_babbitt_is_mined_from_raw_tables_to_the_ledger(place):
    study = place / "examples" / "babbitt"
    run_ = of.run(study, out=place / "out", until="environment", draws=6, workers=1)
    assert run_.summary["ledger"]["max_relative_residual"] <= 1e-9
    asset = run_.summary["assets"][0]
    assert asset["geology"].startswith("estimated by ordinary kriging")
    assert asset["blocks"] == 330_000
    schedule = run_.table("schedule")
    assert schedule["cu_recovered_t"].sum() > 1e5
    results = run_.table("results").set_index("key")
    row = results.loc["babbitt.cu_recovered_t.2035"]
    row = row if row.ndim == 1 else row.iloc[0]
    assert row["p10"] < row["p90"]
