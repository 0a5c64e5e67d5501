"""Block models: what they hold, and files that come back as they went."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orefield.core import BlockModel, Grid, ModelError, TableError

GRID = Grid((500.0, -300.0, 4000.0), (10.0, 20.0, 15.0), (4, 3, 2))
TURNED = Grid((500.0, -300.0, 4000.0), (10.0, 20.0, 15.0), (4, 3, 2), rotation_deg=33.0)


def model(grid: Grid = GRID, note: str = "stand-in geology") -> BlockModel:
    rng = np.random.default_rng(7)
    return BlockModel(
        grid,
        {
            "density_t_m3": rng.uniform(2.3, 2.7, grid.n),
            "rock_fraction": rng.uniform(0.0, 1.0, grid.n),
            "cu_pct": rng.lognormal(-1.0, 0.6, grid.n),
            "composites": rng.integers(0, 12, grid.n).astype(np.int32),
        },
        note,
    )


def same(a: BlockModel, b: BlockModel) -> None:
    assert a.grid == b.grid
    assert a.note == b.note
    assert set(a.fields) == set(b.fields)
    for name in a.fields:
        np.testing.assert_array_equal(a[name], b[name])
        assert a[name].dtype == b[name].dtype


def test_tonnes_are_volume_times_density_times_rock() -> None:
    m = model()
    expected = [
        10.0 * 20.0 * 15.0 * float(d) * float(r)
        for d, r in zip(m["density_t_m3"], m["rock_fraction"], strict=True)
    ]
    np.testing.assert_allclose(m.tonnes(), expected, rtol=1e-15)


def test_without_rock_fraction_every_block_is_rock() -> None:
    m = BlockModel(GRID, {"density_t_m3": np.full(GRID.n, 2.5)})
    assert m.tonnes().sum() == pytest.approx(GRID.n * 3000 * 2.5, rel=1e-15)


def test_tonnes_without_density_name_what_is_missing() -> None:
    with pytest.raises(ModelError, match="density_t_m3") as caught:
        BlockModel(GRID, {"cu_pct": np.zeros(GRID.n)}).tonnes()
    assert "cu_pct" in caught.value.fix


def test_a_field_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ModelError, match="23"):
        BlockModel(GRID, {"cu_pct": np.zeros(23)})
    with pytest.raises(ModelError, match="shape"):
        BlockModel(GRID, {"cu_pct": np.zeros((2, 3, 4))})


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_number_that_is_not_finite_is_refused_and_placed(bad: float, dtype: type) -> None:
    values = np.zeros(GRID.n, dtype=dtype)
    values[17] = bad
    with pytest.raises(ModelError, match="cu_pct") as caught:
        BlockModel(GRID, {"cu_pct": values})
    assert caught.value.where == "block 17"


def test_fields_cannot_be_changed() -> None:
    m = model()
    with pytest.raises(ValueError, match="read-only"):
        m["cu_pct"][0] = 99.0
    with pytest.raises(TypeError):
        m.fields["cu_pct"] = np.zeros(GRID.n)  # type: ignore[index]
    with pytest.raises(AttributeError):
        m.note = "measured"  # type: ignore[misc]


def test_a_dictionary_changed_later_does_not_change_the_model() -> None:
    fields = {"cu_pct": np.zeros(GRID.n)}
    m = BlockModel(GRID, fields)
    fields["au_gpt"] = np.ones(GRID.n)
    assert set(m.fields) == {"cu_pct"}


def test_with_fields_adds_and_replaces_and_leaves_the_first_model() -> None:
    first = model()
    second = first.with_fields(cu_pct=np.ones(GRID.n), au_gpt=np.zeros(GRID.n))
    assert "au_gpt" not in first.fields
    assert not (first["cu_pct"] == 1).all()
    assert (second["cu_pct"] == 1).all()
    assert second["density_t_m3"] is first["density_t_m3"]
    assert second.note == first.note


def test_get_fills_what_is_missing() -> None:
    m = model()
    assert (m.get("mo_pct") == 0).all()
    assert (m.get("mo_pct", 0.02) == 0.02).all()
    assert m.get("cu_pct", 5.0) is m["cu_pct"]


@pytest.mark.parametrize("grid", [GRID, TURNED], ids=["straight", "turned"])
def test_parquet_brings_back_every_bit(tmp_path: Path, grid: Grid) -> None:
    m = model(grid)
    m.to_parquet(tmp_path / "m.parquet")
    same(BlockModel.from_parquet(tmp_path / "m.parquet"), m)


@given(
    arrays(np.float64, GRID.n, elements=st.floats(allow_nan=False, allow_infinity=False)),
    st.text(max_size=20).filter(lambda t: t.isprintable()),
)
def test_parquet_brings_back_any_numbers_and_note(
    tmp_path_factory: pytest.TempPathFactory, values: np.ndarray, note: str
) -> None:
    path = tmp_path_factory.mktemp("p") / "m.parquet"
    m = BlockModel(GRID, {"cu_pct": values}, note)
    m.to_parquet(path)
    same(BlockModel.from_parquet(path), m)


@pytest.mark.parametrize("grid", [GRID, TURNED], ids=["straight", "turned"])
def test_csv_finds_every_block_whatever_the_order_of_rows(tmp_path: Path, grid: Grid) -> None:
    m = model(grid)
    path = tmp_path / "m.csv"
    m.to_csv(path)
    frame = pd.read_csv(path).sample(frac=1.0, random_state=3)
    frame.to_csv(path, index=False)
    back = BlockModel.from_csv(path, grid, m.note)
    for name in m.fields:
        np.testing.assert_allclose(back[name], m[name], rtol=1e-14)


def test_csv_blocks_that_are_missing_are_air(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("x_m,y_m,z_m,density_t_m3,cu_pct\n505,-290,4007.5,2.6,0.4\n", encoding="utf-8")
    m = BlockModel.from_csv(path, GRID)
    assert m["rock_fraction"].sum() == 1
    assert m.tonnes()[0] == pytest.approx(3000 * 2.6)
    assert m.tonnes()[1:].sum() == 0


HEADER = "x_m,y_m,z_m,density_t_m3,cu_pct\n"
ROW = "505,-290,4007.5,2.6,0.4\n"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "m.csv"),
        ("x_m,y_m,z_m,cu_pct\n505,-290,4007.5,0.4\n", "m.csv:1"),
        (HEADER + ROW + "515,-290,4007.5,2.6,\n", "m.csv:3, column 'cu_pct'"),
        (HEADER + ROW + "515,-290,4007.5,dense,0.4\n", "m.csv:3, column 'density_t_m3'"),
        (HEADER + ROW + "515,-290\n", "m.csv:3, column 'z_m'"),
        (HEADER + ROW + ROW, "m.csv"),
        (HEADER + ROW + "9999,-290,4007.5,2.6,0.4\n", "m.csv:3"),
        (HEADER + ROW + "505,-290,3999,2.6,0.4\n", "m.csv:3"),
        (HEADER + ROW + "505,-290,4007.5,2.6,0.4,7\n", "m.csv"),
    ],
    ids=["empty", "no density", "empty cell", "word", "cut off", "twin", "east", "low", "extra"],
)
def test_a_broken_csv_is_refused_and_placed(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        BlockModel.from_csv(path, GRID)
    assert caught.value.where.endswith(where)


def test_a_csv_that_is_missing_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        BlockModel.from_csv(tmp_path / "none.csv", GRID)
    (tmp_path / "b.csv").write_bytes(HEADER.encode() + b"\xff\xfe\x00,1,2,3,4\n")
    with pytest.raises(TableError):
        BlockModel.from_csv(tmp_path / "b.csv", GRID)


@pytest.mark.parametrize("cut", [0, 4, 6, 200, -1, -20])
def test_a_truncated_parquet_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "m.parquet"
    model().to_parquet(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(TableError) as caught:
        BlockModel.from_parquet(path)
    assert str(path) in caught.value.where


def test_a_parquet_without_a_grid_or_too_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    pq.write_table(pa.table({"cu_pct": [1.0, 2.0]}), path)
    with pytest.raises(TableError, match="no grid"):
        BlockModel.from_parquet(path)
    _write(path, json.dumps({"grid": GRID.as_dict(), "note": ""}).encode(), [1.0, 2.0])
    with pytest.raises(ModelError, match="shape"):
        BlockModel.from_parquet(path)
    with pytest.raises(TableError):
        BlockModel.from_parquet(tmp_path / "none.parquet")


def test_a_parquet_with_a_missing_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    values: list[float | None] = [1.0] * GRID.n
    values[5] = None
    _write(path, json.dumps({"grid": GRID.as_dict(), "note": ""}).encode(), values)
    with pytest.raises(ModelError) as caught:
        BlockModel.from_parquet(path)
    assert caught.value.where == "block 5"


def test_vtk_holds_the_grid_and_the_fields(tmp_path: Path) -> None:
    m = model()
    path = tmp_path / "m.vtk"
    m.to_vtk(path)
    raw = path.read_bytes()
    head, _, rest = raw.partition(b"CELL_DATA 24\n")
    lines = head.decode().splitlines()
    assert lines[0].startswith("# vtk DataFile")
    assert "DIMENSIONS 5 4 3" in lines
    assert "ORIGIN 500.0 -300.0 4000.0" in lines
    assert "SPACING 10.0 20.0 15.0" in lines
    for name, values in m.fields.items():
        title = f"SCALARS {name} float 1\nLOOKUP_TABLE default\n".encode()
        assert rest.startswith(title)
        rest = rest[len(title) :]
        found = np.frombuffer(rest[: 4 * GRID.n], dtype=">f4")
        np.testing.assert_allclose(found, values, rtol=1e-6)
        rest = rest[4 * GRID.n + 1 :]
    assert rest == b""


def test_a_model_travels_to_another_process() -> None:
    m = model()
    back = pickle.loads(pickle.dumps(m))
    same(back, m)
    with pytest.raises(ValueError, match="read-only"):
        back["cu_pct"][0] = 1.0


@pytest.mark.parametrize("meta", [b"{", b"{}", b"[]", b"\xff\xfe", b'{"grid": 3}'])
def test_a_parquet_with_broken_metadata_is_refused(tmp_path: Path, meta: bytes) -> None:
    path = tmp_path / "m.parquet"
    _write(path, meta, [1.0] * GRID.n)
    with pytest.raises((TableError, ModelError)):
        BlockModel.from_parquet(path)


def test_a_csv_whose_rows_are_all_longer_than_the_header_is_refused(tmp_path: Path) -> None:
    # a reader that takes the first column for an index would shift every field by one
    path = tmp_path / "m.csv"
    path.write_text("x_m,y_m,z_m,density_t_m3\n505,505,-290,4007.5,2.6\n", encoding="utf-8")
    with pytest.raises(TableError):
        BlockModel.from_csv(path, GRID)


def test_csv_brings_back_every_bit(tmp_path: Path) -> None:
    m = model()
    m.to_csv(tmp_path / "m.csv")
    back = BlockModel.from_csv(tmp_path / "m.csv", GRID, m.note)
    np.testing.assert_array_equal(back["cu_pct"], m["cu_pct"])


@pytest.mark.parametrize(
    "row",
    ["inf,-290,4007.5,2.6,0.4", "505,-290,4007.5,inf,0.4", "1e30,-290,4007.5,2.6,0.4"],
)
@pytest.mark.filterwarnings("error")
def test_a_csv_number_that_is_not_finite_or_absurd_is_a_fault_of_the_table(
    tmp_path: Path, row: str
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        BlockModel.from_csv(path, GRID)
    assert ":2" in caught.value.where


def test_a_csv_with_a_header_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER, encoding="utf-8")
    with pytest.raises(TableError):
        BlockModel.from_csv(path, GRID)


def _write(path: Path, meta: bytes, values: list[float | None] | list[float]) -> None:
    table = pa.table({"cu_pct": pa.array(values, pa.float64())})
    pq.write_table(table.replace_schema_metadata({b"orefield.grid": meta}), path)
