"""The ``[output]`` section: kinds of block model files, and what is missing is told at once."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from orefield.commands.files import Results
from orefield.core import BlockModel, Grid, ModelError
from orefield.core.model_files import BLOCK_FILES, read_model
from orefield.deposit.job.output_settings import block_files
from orefield.deposit.job.settings import DepositSettings

GRID = Grid((0.0, 0.0, 100.0), (10.0, 10.0, 5.0), (3, 2, 2), 20.0)


def kinds(tmp_path, *blocks):
    values = {"output": {"blocks": list(blocks)}}
    return block_files(DepositSettings(tmp_path / "d.toml", tmp_path, values))


def test_parquet_is_always_among_them_and_none_stands_twice(tmp_path):
    assert kinds(tmp_path) == ("parquet",)
    assert kinds(tmp_path, "omf", "csv", "omf") == ("parquet", "omf", "csv")
    for wrong in ("dm", "omf2", "OMF", ".omf"):
        with pytest.raises(ModelError, match="no kind of block model file") as caught:
            kinds(tmp_path, wrong)
        assert "blocks" in caught.value.where
        assert "v1.omf" in caught.value.fix


def test_a_library_that_is_missing_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "omf", None)
    assert kinds(tmp_path, "omf") == ("parquet", "omf")
    with pytest.raises(ModelError, match="version 1") as caught:
        kinds(tmp_path, "v1.omf")
    assert "orefield[omf]" in caught.value.fix


def test_every_kind_is_left_by_a_command_and_says_the_same(tmp_path):
    pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    assert kinds(tmp_path, *BLOCK_FILES) == BLOCK_FILES
    files = Results(tmp_path, BLOCK_FILES, ())
    model = BlockModel(GRID, {"cu_pct": np.arange(12.0)}, "kriged")
    files.blocks("blocks", model, {"zone": np.array(["a", "b"] * 6)}, np.ones(12, bool))
    assert files.written == [f"blocks.{kind}" for kind in BLOCK_FILES]
    for kind in ("parquet", "omf", "v1.omf"):
        found = read_model(tmp_path / f"blocks.{kind}")
        assert (found.grid, found.note) == (GRID, "kriged")
        np.testing.assert_array_equal(found["cu_pct"], model["cu_pct"])
        assert found["zone"].tolist() == ["a", "b"] * 6
