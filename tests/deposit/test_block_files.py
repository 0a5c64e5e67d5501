"""Blocks from files: what is there comes in, what is wrong is placed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError, TableError
from orefield.deposit import read_block_model

GRID = Grid((0.0, 0.0, 100.0), (10.0, 10.0, 5.0), (3, 2, 2))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missing_file_is_a_fault_of_the_table(tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet"):
        with pytest.raises((TableError, ModelError)):
            read_block_model(tmp_path / name)


def blocks() -> BlockModel:
    rng = np.random.default_rng(2)
    return BlockModel(
        GRID,
        {
            "density_t_m3": np.full(GRID.n, 2.6),
            "cu_pct": rng.uniform(0, 1, GRID.n),
            "rock_fraction": np.ones(GRID.n),
        },
        "kriged 2025",
    )


def test_blocks_from_parquet_keep_their_note_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    blocks().to_parquet(path)
    found = read_block_model(path)
    assert found.note == "kriged 2025"
    assert found.grid == GRID
    np.testing.assert_array_equal(found["cu_pct"], blocks()["cu_pct"])
    assert read_block_model(path, GRID, "revised").note == "revised"


def test_blocks_from_csv_need_a_grid(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    blocks().to_csv(path)
    found = read_block_model(path, GRID, "exploration model")
    np.testing.assert_allclose(found["cu_pct"], blocks()["cu_pct"], rtol=1e-14)
    assert found.note == "exploration model"
    with pytest.raises(ModelError, match="needs a grid"):
        read_block_model(path)


def test_another_grid_or_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    blocks().to_parquet(path)
    with pytest.raises(ModelError, match="grid"):
        read_block_model(path, Grid((1.0, 0.0, 100.0), (10.0, 10.0, 5.0), (3, 2, 2)))
    with pytest.raises(TableError, match="xlsx"):
        read_block_model(tmp_path / "m.xlsx")


@pytest.mark.parametrize(
    ("name", "value"),
    [("cu_pct", -0.1), ("cu_pct", 101.0), ("density_t_m3", -2.0), ("rock_fraction", 1.2)],
)
def test_blocks_out_of_range_are_refused_in_both_kinds(
    tmp_path: Path, name: str, value: float
) -> None:
    values = np.array(blocks()[name])
    values[4] = value
    broken = blocks().with_fields(**{name: values})
    broken.to_parquet(tmp_path / "m.parquet")
    with pytest.raises(TableError, match=name) as caught:
        read_block_model(tmp_path / "m.parquet")
    assert "block 4" in caught.value.where
    broken.to_csv(tmp_path / "m.csv")
    with pytest.raises(TableError, match=name) as caught:
        read_block_model(tmp_path / "m.csv", GRID)
    assert caught.value.where.endswith(f"m.csv:6, column '{name}'")


def test_a_twin_block_and_a_missing_column_are_refused(tmp_path: Path) -> None:
    text = "x_m,y_m,z_m,density_t_m3,cu_pct\n5,5,102.5,2.6,0.4\n5,5,102.5,2.6,0.5\n"
    with pytest.raises(TableError, match="line 2") as caught:
        read_block_model(write(tmp_path / "m.csv", text), GRID)
    assert ":3" in caught.value.where
    with pytest.raises(TableError, match="cu_pct"):
        read_block_model(write(tmp_path / "n.csv", text.replace("cu_pct", "grade")), GRID)
    BlockModel(GRID, {"density_t_m3": np.ones(GRID.n)}).to_parquet(tmp_path / "m.parquet")
    with pytest.raises(TableError, match="cu_pct"):
        read_block_model(tmp_path / "m.parquet")
