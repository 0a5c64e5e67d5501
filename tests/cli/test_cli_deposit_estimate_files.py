"""``orefield deposit estimate``: what it leaves; stopped and taken up again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from estimate_cases import GRID, HEAD, ONE_PASS, PLAIN, made, model_of, run, with_samples
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.deposit import estimating
from orefield.core.model_files import write_model
from orefield.deposit import Samples
from orefield.deposit.estimation import slices as streaming


@pytest.fixture(scope="module")
def samples() -> Samples:
    return made()


@pytest.fixture
def folder(tmp_path: Path, samples: Samples) -> Path:
    return with_samples(tmp_path, samples)


def test_checks_beside_the_estimate(folder):
    (folder / "deposit.toml").write_text(
        HEAD + '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ncross_validation = "hole"\n'
        "neighbourhood = {blocks = 20, max_samples = [4, 8], times = [1], "
        "block_sizes_m = [[10, 10, 10]], discretisations = [[1, 1, 1]]}\n" + ONE_PASS,
        encoding="utf-8",
    )
    text = CliRunner().invoke(app, ["deposit", "estimate", "-c", str(folder / "deposit.toml")])
    assert text.exit_code == 0, text.stderr
    assert "standardised variance" in text.stdout
    data = json.loads((folder / "results" / "estimate.json").read_text(encoding="utf-8"))
    assert data["cross_validation"][0]["samples"] == 150
    assert [c["setting"] for c in data["neighbourhood"][0]["cases"]] == [
        "20 x 20 x 10", "10 x 10 x 10", "4", "8", "1", "1 x 1 x 1",
    ]  # fmt: skip
    for name in data["files"]:
        assert (folder / "results" / name).is_file()


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


def test_block_models_are_left_in_the_kinds_of_files_that_are_asked_for(folder, monkeypatch):
    monkeypatch.setattr(streaming.SliceStore, "slices", lambda self: streaming.slices_of(GRID, 400))
    code, data, said = run(folder, PLAIN + '\n[output]\nblocks = ["csv", "vtk"]\n')
    assert code == 0, said
    assert {"estimate.parquet", "estimate.csv", "estimate.vtk"} <= set(data["files"])
    model = model_of(folder)
    write_model(model, folder / "whole.csv")
    assert (folder / "results" / "estimate.csv").read_bytes() == (folder / "whole.csv").read_bytes()
    with (folder / "results" / "estimate.csv").open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == model.grid.n
    field = next(name for name in model.fields if name.endswith("_variance"))
    assert [float(r[field]) for r in rows] == pytest.approx(model[field])
    assert (folder / "results" / "estimate.vtk").read_bytes().startswith(b"# vtk DataFile")
