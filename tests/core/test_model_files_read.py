"""Planners' files: grids found from blocks, and every fault named with its row."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError, TableError
from orefield.core.model_files import (
    ModelOptions,
    detect_grid,
    options_from_dict,
    read_csv_model,
    read_model,
    refuse_value_in_air,
    write_model,
)

GRID = Grid((500_000.0, 4_200_000.0, 1000.0), (12.5, 10.0, 7.5), (9, 8, 5))


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(*[st.sampled_from([2.5, 5.0, 6.25, 10.0, 12.5, 15.0, 20.0, 30.48])] * 3),
    st.tuples(*[st.integers(2, 9)] * 3),
    st.tuples(st.integers(-10_000, 800_000), st.integers(0, 5_000_000), st.integers(-500, 5000)),
    st.sampled_from([0.0, 0.0, 15.0, 33.3, -20.0]),
    st.sampled_from([2, 3, 6]),
    st.integers(0, 1000),
)
def test_a_grid_is_found_whatever_is_left_out_and_rounded(size, shape, origin, turn, digits, seed):
    grid = Grid(tuple(map(float, origin)), size, shape, turn)
    centres = np.round(grid.centroids(), digits)
    rng = np.random.default_rng(seed)
    kept = rng.random(grid.n) < 0.8
    kept[[0, 1, shape[0], shape[0] * shape[1], -1]] = True
    # the far faces, so that the extent is known
    nx, ny, _ = shape
    index = np.arange(grid.n)
    kept |= (index % nx == nx - 1) & (index // nx % ny == 0)
    kept |= (index // nx % ny == ny - 1) & (index % nx == 0)
    order = rng.permutation(np.flatnonzero(kept))
    found, flat = detect_grid(centres[order], rotation_deg=turn)
    assert found.shape == shape
    np.testing.assert_allclose(found.size, size, rtol=2e-3)
    np.testing.assert_array_equal(flat, order)
    np.testing.assert_allclose(found.centroids(), grid.centroids(), atol=0.05)


def frame(grid=GRID, **columns):
    centres = grid.centroids()
    out = pd.DataFrame({"x": centres[:, 0], "y": centres[:, 1], "z": centres[:, 2]})
    out["density_t_m3"] = 2.5
    out["cu"] = np.linspace(0, 2, grid.n)
    return out.assign(**columns)


def put(tmp_path, table, name="m.csv"):
    path = tmp_path / name
    table.to_csv(path, index=False)
    return path


def test_a_plain_csv_needs_no_help(tmp_path):
    rock = np.where(np.arange(GRID.n) % 3 == 0, "ox", "sul")
    model = read_model(put(tmp_path, frame(rock=rock).sample(frac=1, random_state=1)))
    assert model.grid == GRID
    np.testing.assert_allclose(model["cu"], np.linspace(0, 2, GRID.n))
    np.testing.assert_array_equal(model["rock"], rock)
    assert set(model.fields) == {"density_t_m3", "cu", "rock"}


def test_columns_are_mapped_and_the_rest_kept_or_left(tmp_path):
    table = frame().rename(columns={"x": "EASTX", "y": "NORTHY", "z": "RLZ", "cu": "CU_OK"})
    path = put(tmp_path, table)
    named = {"x": "EASTX", "y": "NORTHY", "z": "RLZ"}
    kept = read_csv_model(path, ModelOptions(**named, rename={"cu_pct": "CU_OK"}))
    assert set(kept.fields) == {"cu_pct", "density_t_m3"}
    only = read_csv_model(path, ModelOptions(**named, fields={"cu_pct": "CU_OK"}))
    assert set(only.fields) == {"cu_pct"}
    with pytest.raises(TableError, match="CU_KO") as caught:
        read_csv_model(path, ModelOptions(**named, fields={"cu_pct": "CU_KO"}))
    assert "CU_OK" in caught.value.fix
    with pytest.raises(TableError, match="centres or indices"):
        read_csv_model(path)


@pytest.mark.parametrize("first", [0, 1])
def test_blocks_by_index_with_benches_from_the_top(tmp_path, first):
    nx, ny, nz = GRID.shape
    at = np.arange(GRID.n)
    table = pd.DataFrame({"cu": at.astype(float)})
    table["I"], table["J"] = at % nx + first, at // nx % ny + first
    table["K"] = nz - 1 - at // (nx * ny) + first
    options = ModelOptions(size=GRID.size, origin=GRID.origin, depth=True)
    model = read_csv_model(put(tmp_path, table), options)
    assert model.grid == GRID
    np.testing.assert_array_equal(model["cu"], at)
    with pytest.raises(ModelError, match="size"):
        read_csv_model(put(tmp_path, table), ModelOptions(depth=True))
    with pytest.raises(TableError, match="block index"):
        read_csv_model(put(tmp_path, table.assign(I=table["I"] + 0.5)), options)


def test_depth_counts_downwards(tmp_path):
    table = frame()
    table["z"] = -table["z"]
    assert read_csv_model(put(tmp_path, table), ModelOptions(depth=True)).grid == GRID


def test_gaps_are_air_or_an_error(tmp_path):
    path = put(tmp_path, frame().drop(index=[5, 77]))
    model = read_csv_model(path)
    assert np.flatnonzero(model["rock_fraction"] == 0).tolist() == [5, 77]
    assert model["cu"][5] == 0
    with pytest.raises(ModelError, match="2 of the grid's 360"):
        read_csv_model(path, ModelOptions(missing="error"))


def sub_blocked(grid=GRID):
    table = frame(grid)
    first = table.iloc[[40]].copy()
    halves = pd.concat([first, first])
    halves["x"] += [-3.125, 3.125]
    return pd.concat([table.drop(index=40), halves])


def test_grids_that_are_none_are_told_apart(tmp_path):
    with pytest.raises(ModelError, match=r"several sizes|equally spaced"):
        read_csv_model(put(tmp_path, sub_blocked()))
    table = frame()
    table.loc[17, "y"] += 3.1
    with pytest.raises(ModelError, match="equally spaced along y") as caught:
        read_csv_model(put(tmp_path, table))
    assert caught.value.where.endswith(":19")
    turned = frame(Grid(GRID.origin, GRID.size, GRID.shape, 25.0))
    with pytest.raises(ModelError, match="turned by 25") as caught:
        read_csv_model(put(tmp_path, turned))
    assert "rotation_deg = 25.00" in caught.value.fix
    assert read_csv_model(put(tmp_path, turned), ModelOptions(rotation_deg=25.0)).grid.n == GRID.n
    with pytest.raises(ModelError, match="twice"):
        read_csv_model(put(tmp_path, pd.concat([frame(), frame().iloc[[3]]])))


def test_blocks_and_their_quarters_do_not_pass_for_small_blocks(tmp_path):
    # blocks of 20 m beside blocks of 10 m share a lattice of 5 m, which is neither
    big = [(x, y, 5.0) for x in (10.0, 30.0) for y in (10.0, 30.0)]
    small = [(x, y, 5.0) for x in (45.0, 55.0) for y in (5.0, 15.0, 25.0, 35.0)]
    table = pd.DataFrame([*big, *small], columns=["x", "y", "z"]).assign(cu=1.0)
    with pytest.raises(ModelError, match="several sizes"):
        read_csv_model(put(tmp_path, table), ModelOptions())
    sized = table.assign(dx=[20.0] * 4 + [10.0] * 8, dy=10.0, dz=10.0)
    with pytest.raises(ModelError, match="20 and 10 m along x") as caught:
        read_csv_model(put(tmp_path, sized))
    assert "column 'dx'" in caught.value.where


def test_one_level_needs_a_size(tmp_path):
    flat = frame(Grid((0, 0, 0), (10, 10, 10), (4, 4, 1)))
    with pytest.raises(ModelError, match="one z"):
        read_csv_model(put(tmp_path, flat))
    assert read_csv_model(put(tmp_path, flat), ModelOptions(size=(10, 10, 10))).grid.size[2] == 10


@pytest.mark.parametrize("column", ["x", "z", "cu"])
@pytest.mark.parametrize("text", ["", "inf", "n.a", "1e999"])
def test_cells_that_are_no_numbers_are_named(tmp_path, column, text):
    table = frame().astype({column: object})
    table.loc[30, column] = text
    with pytest.raises((TableError, ModelError)) as caught:
        read_csv_model(put(tmp_path, table))
    assert caught.value.where.endswith(f":32, column '{column}'")


def test_empty_grades_mean_what_the_settings_say(tmp_path):
    table = frame()
    table.loc[[3, 4], "cu"] = [np.nan, -99.0]
    model = read_csv_model(put(tmp_path, table), ModelOptions(fill={"cu": 0.25}, absent=(-99.0,)))
    assert model["cu"][3:5].tolist() == [0.25, 0.25]
    with pytest.raises(TableError, match="empty cells: 2"):
        read_csv_model(put(tmp_path, table), ModelOptions(absent=(-99.0,)))
    with pytest.raises(TableError, match="no field"):
        read_csv_model(put(tmp_path, frame()), ModelOptions(fill={"cv": 0.0}))


def test_files_that_cannot_be_read(tmp_path):
    for name, text in (("a.csv", ""), ("b.csv", "x,y,z\n"), ("c.csv", "x,x,y\n1,2,3\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(TableError):
            read_model(tmp_path / name)
    (tmp_path / "d.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(TableError):
        read_model(tmp_path / "d.csv")
    with pytest.raises(TableError, match="missing"):
        read_model(tmp_path / "none.csv")
    (tmp_path / "m.xlsx").write_text("x", encoding="utf-8")
    with pytest.raises(TableError, match="kind"):
        read_model(tmp_path / "m.xlsx")


def test_lines_under_the_header_are_skipped(tmp_path):
    path = put(tmp_path, frame())
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], "a,b,c,d,e", *lines[1:]]) + "\n", encoding="utf-8")
    assert read_csv_model(path, ModelOptions(skip_rows=1)).grid == GRID


def test_parquet_with_and_without_a_grid(tmp_path):
    model = BlockModel(GRID, {"cu": np.linspace(0, 1, GRID.n)}, "made up")
    model.to_parquet(tmp_path / "a.parquet")
    back = read_model(tmp_path / "a.parquet", ModelOptions(rename={"cu_pct": "cu"}))
    assert (back.grid, back.note, set(back.fields)) == (GRID, "made up", {"cu_pct"})
    with pytest.raises(TableError, match="no field 'cv'") as caught:
        read_model(tmp_path / "a.parquet", ModelOptions(rename={"cu_pct": "cv"}))
    assert "cu" in caught.value.fix
    frame().to_parquet(tmp_path / "b.parquet")
    assert read_model(tmp_path / "b.parquet").grid == GRID
    (tmp_path / "c.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:50])
    with pytest.raises(TableError):
        read_model(tmp_path / "c.parquet")


def test_topography_cuts_blocks_and_refuses_value_in_the_air(tmp_path):
    table = frame(topo_m=1000.0 + 3.0 * 7.5 + 3.0)
    layer = GRID.n // 5
    table["cu"] = 0.4
    path = put(tmp_path, table)
    with pytest.raises(ModelError, match="above topography hold 'cu'") as caught:
        read_model(path, ModelOptions(topography="topo_m"))
    assert f"block {4 * layer} " in caught.value.where
    model = read_model(path, ModelOptions(topography="topo_m", above_topography="air"))
    share = model["rock_fraction"].reshape(5, layer)[:, 0]
    np.testing.assert_allclose(share, [1, 1, 1, 0.4, 0])
    assert (model["cu"][4 * layer :] == 0).all()
    assert model["density_t_m3"][-1] == 2.5
    with pytest.raises(ModelError, match="outside 0 to 1"):
        read_model(put(tmp_path, frame(rock_fraction=1.5)))


def test_values_in_the_air_are_refused():
    model = BlockModel(GRID, {"rock_fraction": np.where(np.arange(GRID.n) < 300, 1.0, 0.0)})
    value = np.zeros(GRID.n)
    refuse_value_in_air(model, value, "value")
    value[299] = 5.0
    refuse_value_in_air(model, value, "value")
    value[301] = -2.0
    with pytest.raises(ModelError, match="1 blocks above topography hold 'value'"):
        refuse_value_in_air(model, value, "value")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": "x"}, "colour"),
        ({"rotationdeg": 3}, "rotation_deg"),
        ({"missing": "rock"}, "rock"),
        ({"size": [1, 2]}, "three"),
        ({"size": [1, 0, 2]}, "positive"),
        ({"x": 3}, "text"),
        ({"depth": "yes"}, "true or false"),
        ({"absent": -99}, "list"),
        ({"fill": {"cu": "none"}}, "number"),
        ({"x": "a", "i": "b"}, "both"),
        ({"fields": {"a": "b"}, "rename": {"a": "b"}}, "both"),
        ({"rotation_deg": float("nan")}, "finite"),
        ({"skip_rows": -1}, "rows"),
    ],
)
def test_wrong_options_are_named(values, said):
    with pytest.raises(ModelError) as caught:
        options_from_dict(values)
    assert said in str(caught.value)


def test_blocks_that_go_out_as_csv_come_back(tmp_path):
    model = read_model(put(tmp_path, frame(rock=np.where(np.arange(GRID.n) % 2, "a", "b"))))
    write_model(model, tmp_path / "out.csv")
    back = read_model(tmp_path / "out.csv")
    assert back.grid == model.grid
    for name in model.fields:
        np.testing.assert_array_equal(back[name], model[name])


def test_damaged_lines_are_told_and_commas_at_ends_forgiven(tmp_path):
    path = put(tmp_path, frame())
    lines = path.read_text("utf-8").splitlines()
    (tmp_path / "long.csv").write_text("\n".join([lines[0], *(f"{x},7" for x in lines[1:])]))
    with pytest.raises(TableError, match="more cells than the header"):
        read_csv_model(tmp_path / "long.csv")
    (tmp_path / "one.csv").write_text("\n".join([*lines[:9], lines[9] + ",7", *lines[10:]]))
    with pytest.raises(TableError, match="cannot be read"):
        read_csv_model(tmp_path / "one.csv")
    (tmp_path / "ends.csv").write_text("\n".join(f"{x}," for x in lines))
    assert read_csv_model(tmp_path / "ends.csv").grid == GRID
    lines[5] = lines[5].rsplit(",", 1)[0] + "," + "9" * 400
    (tmp_path / "digits.csv").write_text("\n".join(lines))
    with pytest.raises(TableError):
        read_csv_model(tmp_path / "digits.csv")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_never_break_out_of_the_error_tree(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    whole = BlockModel(Grid((0, 0, 0), (10, 10, 10), (3, 2, 2)), {"cu": np.arange(12.0)})
    kind = data.draw(st.sampled_from(["csv", "parquet"]))
    write_model(whole, folder / f"m.{kind}")
    raw = bytearray((folder / f"m.{kind}").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
        assert raw
    (folder / f"d.{kind}").write_bytes(bytes(raw))
    with suppress(TableError, ModelError):
        read_model(folder / f"d.{kind}")
