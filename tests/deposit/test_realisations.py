"""Realisations in memory and in a file: what goes in comes out, what is wrong is refused."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow.parquet as pq
import pytest

from orefield.core import Grid, ModelError, TableError
from orefield.deposit.realisations import (
    Realisations,
    Support,
    block_model,
    grid_of,
    one_at_a_time,
)
from orefield.deposit.realisations_file import RealisationsFile, Writer

GRID = Grid((10.0, 20.0, -5.0), (5.0, 6.0, 7.0), (4, 3, 2), 30.0)


def made(dtype: type = np.float64, mask: np.ndarray | None = None) -> Realisations:
    rng = np.random.default_rng(3)
    keep = np.ones(GRID.n, dtype=bool) if mask is None else mask
    values = {name: (rng.random((5, GRID.n)) * keep).astype(dtype) for name in ("cu_pct", "au_gpt")}
    return Realisations(GRID, values, keep, "made up")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_file_brings_everything_back(tmp_path: Path, dtype: type) -> None:
    mask = np.arange(GRID.n) % 5 != 0
    first = made(dtype, mask)
    first.to_parquet(tmp_path / "r.parquet")
    back = Realisations.from_parquet(tmp_path / "r.parquet")
    assert back.place == GRID
    assert back.note == "made up"
    assert back.names == ("cu_pct", "au_gpt")
    np.testing.assert_array_equal(back.simulated, mask)
    for name in back.names:
        assert back[name].dtype == dtype
        np.testing.assert_array_equal(back[name], first[name])


def test_a_file_streams(tmp_path: Path) -> None:
    first = made(np.float32)
    first.to_parquet(tmp_path / "r.parquet")
    found = RealisationsFile(tmp_path / "r.parquet")
    assert (found.count, found.n) == (5, GRID.n)
    for k, values in enumerate(one_at_a_time(found, "au_gpt")):
        np.testing.assert_array_equal(values, first.of("au_gpt", k))
    with pytest.raises(ModelError, match="no realisation 5"):
        found.of("au_gpt", 5)
    with pytest.raises(ModelError, match="'ag_gpt'"):
        found.of("ag_gpt", 0)


@pytest.mark.parametrize("support", ["point", "block", ""])
def test_support_stays_with_the_values(tmp_path: Path, support: Support) -> None:
    first = replace(made(), support=support)
    assert pickle.loads(pickle.dumps(first)).support == support
    first.to_parquet(tmp_path / "r.parquet")
    assert RealisationsFile(tmp_path / "r.parquet").support == support
    assert Realisations.from_parquet(tmp_path / "r.parquet").support == support


def test_files_without_a_support_have_one_that_is_not_known(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    key = b"orefield.realisations"
    meta = json.loads(table.schema.metadata[key])
    del meta["support"]
    old = table.replace_schema_metadata({key: json.dumps(meta).encode()})
    pq.write_table(old, tmp_path / "old.parquet", row_group_size=GRID.n)
    assert RealisationsFile(tmp_path / "old.parquet").support == ""
    wrong = table.replace_schema_metadata({key: json.dumps({**meta, "support": "panel"}).encode()})
    pq.write_table(wrong, tmp_path / "wrong.parquet", row_group_size=GRID.n)
    with pytest.raises(TableError, match="support 'panel'"):
        RealisationsFile(tmp_path / "wrong.parquet")
    with pytest.raises(ModelError, match="support 'panel'"):
        Writer(tmp_path / "w.parquet", GRID, ("cu_pct",), support=cast(Any, "panel"))


def test_points_travel_too(tmp_path: Path) -> None:
    xyz = np.random.default_rng(1).normal(size=(7, 3))
    Realisations(xyz, {"z": np.arange(14.0).reshape(2, 7)}).to_parquet(tmp_path / "p.parquet")
    found = RealisationsFile(tmp_path / "p.parquet")
    np.testing.assert_array_equal(np.asarray(found.place), xyz)
    with pytest.raises(ModelError, match="at points"):
        grid_of(found)


def test_a_block_model_has_a_field_a_realisation() -> None:
    mask = np.arange(GRID.n) > 2
    model = block_model(made(mask=mask))
    assert set(model.fields) == {
        *(f"{v}_{k}" for v in ("cu_pct", "au_gpt") for k in range(1, 6)),
        "simulated",
    }
    np.testing.assert_array_equal(model["simulated"], mask)


def test_they_travel_between_processes() -> None:
    first = made()
    again = pickle.loads(pickle.dumps(first))
    np.testing.assert_array_equal(again["cu_pct"], first["cu_pct"])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"a": np.zeros((0, GRID.n))},
        {"a": np.zeros((2, 3))},
        {"a": np.zeros(GRID.n)},
        {"a": np.zeros((2, GRID.n), dtype=np.int64)},
        {"a": np.full((2, GRID.n), np.nan)},
        {"a": np.zeros((2, GRID.n)), "b": np.zeros((3, GRID.n))},
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, np.ndarray]) -> None:
    with pytest.raises(ModelError):
        Realisations(GRID, values)


def test_values_outside_the_mask_are_refused() -> None:
    mask = np.arange(GRID.n) > 2
    with pytest.raises(ModelError, match="nothing was simulated"):
        Realisations(GRID, {"a": np.ones((1, GRID.n))}, mask)
    with pytest.raises(ModelError, match="nothing is to be simulated"):
        Realisations(GRID, {"a": np.zeros((1, GRID.n))}, np.zeros(GRID.n, dtype=bool))


def test_a_writer_that_fails_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    zeros = {"a": np.zeros(GRID.n)}
    with pytest.raises(ModelError, match="not finite"), Writer(path, GRID, ["a"]) as out:
        out.write({"a": np.full(GRID.n, np.nan)} if out.write(zeros) is None else zeros)
    with pytest.raises(ModelError, match="no realisation"), Writer(path, GRID, ["a"]):
        pass
    with pytest.raises(ModelError, match="give a"), Writer(path, GRID, ["a"]) as out:
        out.write({"b": np.zeros(GRID.n)})
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        RealisationsFile(tmp_path / "missing.parquet")
    block_model(made()).to_parquet(tmp_path / "blocks.parquet")
    with pytest.raises(TableError, match="no realisations"):
        RealisationsFile(tmp_path / "blocks.parquet")
    made().to_parquet(tmp_path / "r.parquet")
    whole = (tmp_path / "r.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match="cannot be read"):
        RealisationsFile(tmp_path / "cut.parquet")
