"""Blocks and composites from files: what is there comes in, what is wrong is placed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError, OrefieldError, TableError
from orefield.deposit import Composites, read_block_model, read_composites

GRID = Grid((0.0, 0.0, 100.0), (10.0, 10.0, 5.0), (3, 2, 2))
HEADER = "hole,x_m,y_m,z_m,length_m,cu_pct,au_gpt\n"
GOOD = HEADER + "A1,5,5,105,3,0.4,0.1\nA1,5,5,102,3,0.6,0.2\nB 2,25,15,105,1.5,0,0\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_composites_come_in_as_written(tmp_path: Path) -> None:
    found = read_composites(write(tmp_path / "c.csv", GOOD))
    assert len(found) == 3
    assert found.hole == ("A1", "A1", "B 2")
    assert found.xyz_m.tolist() == [[5, 5, 105], [5, 5, 102], [25, 15, 105]]
    assert found.length_m.tolist() == [3, 3, 1.5]
    assert found.grades["cu_pct"].tolist() == [0.4, 0.6, 0.0]
    assert set(found.grades) == {"cu_pct", "au_gpt"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "c.csv"),
        (HEADER, "c.csv:1"),
        (GOOD.replace(",cu_pct", ",copper"), "c.csv:1"),
        (GOOD.replace("hole,", ""), "c.csv:1"),
        (GOOD.replace("A1,5,5,102,3,0.6", "A1,5,5,102,3,-0.6"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "NaN"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "inf"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", ""), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "120"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "0,6"), "c.csv:3"),
        (GOOD.replace("0.6", "rich"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("102,3,", "102,0,"), "c.csv:3, column 'length_m'"),
        (GOOD.replace("102,3,", "102,-3,"), "c.csv:3, column 'length_m'"),
        (GOOD.replace("B 2,", ","), "c.csv:4, column 'hole'"),
        (GOOD.replace("5,5,102", "5,5,105"), "c.csv:3, column 'x_m'"),
        (GOOD[:-9], "c.csv:4"),
        (GOOD.replace("au_gpt", "cu_pct"), "c.csv:1"),
    ],
)
def test_a_fault_in_composites_is_placed(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(TableError) as caught:
        read_composites(write(tmp_path / "c.csv", text))
    assert caught.value.where.endswith(where)


def test_a_missing_file_is_a_fault_of_the_table(tmp_path: Path) -> None:
    for reader in (read_composites, read_block_model):
        with pytest.raises((TableError, ModelError)):
            reader(tmp_path / "none.csv")
    with pytest.raises(TableError):
        read_block_model(tmp_path / "none.parquet")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: (HEADER + t).encode()))
def test_no_bytes_break_out_of_the_error_tree(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "c.csv"
    path.write_bytes(raw)
    try:
        found = read_composites(path)
    except OrefieldError:
        return
    assert len(found) > 0


@pytest.mark.parametrize(
    "change",
    [
        {"hole": ()},
        {"xyz_m": np.zeros((1, 3))},
        {"xyz_m": np.full((2, 3), np.nan)},
        {"length_m": np.array([1.0, 0.0])},
        {"length_m": np.array([1.0])},
        {"grades": {"au_gpt": np.ones(2)}},
        {"grades": {"cu_pct": np.array([1.0, -1.0])}},
        {"grades": {"cu_pct": np.array([1.0, np.nan])}},
    ],
)
def test_composites_that_cannot_exist_are_refused(change: dict[str, object]) -> None:
    good = {
        "hole": ("a", "a"),
        "xyz_m": np.arange(6.0).reshape(2, 3),
        "length_m": np.ones(2),
        "grades": {"cu_pct": np.ones(2)},
    }
    with pytest.raises(ModelError):
        Composites(**{**good, **change})


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
