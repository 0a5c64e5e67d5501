"""Models as OMF: version 2 as its schema and column types ask, version 1 read by its library."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError
from orefield.core.model_files import (
    ModelOptions,
    omf_2_write,
    read_model,
    refuse_unwritable,
    write_model,
)

GRID = Grid((500_000.25, 4_200_000.0, -120.5), (10.0, 20.0, 2.5), (5, 4, 3))
TURNED = Grid(GRID.origin, GRID.size, GRID.shape, 33.0)
AT = np.arange(GRID.n)
FIELDS = {
    "cu_pct": AT / 7.0,
    "single": (AT / 3.0).astype(np.float32),
    "count": AT * 10**12,
    "code": (AT % 5 - 2).astype(np.int8),
    "ore": AT % 3 == 0,
    "rock": np.where(AT % 4 == 0, "", np.where(AT % 2 == 0, "ox", "Süd, 'rim'")),
}

COLUMNS = {
    ("Number", "float64"): ("number", "DOUBLE", "None", 1),
    ("Number", "float32"): ("number", "FLOAT", "None", 1),
    ("Number", "int64"): ("number", "INT64", "None", 1),
    ("Boolean", "bool"): ("bool", "BOOLEAN", "None", 1),
    ("Category", "index"): ("index", "INT32", "Int(bitWidth=32, isSigned=false)", 1),
    ("Category", "names"): ("name", "BYTE_ARRAY", "String", 0),
    ("Text", "text"): ("text", "BYTE_ARRAY", "String", 1),
}
"""Name, physical and logical type, and whether values may be missing, as the format lists them."""


def opened(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(gzip.decompress(archive.read("index.json.gz"))), {
            n: archive.read(n) for n in archive.namelist()
        }


def column(data):
    """What a reader that compares types exactly sees of an array, and its values."""
    file = pq.ParquetFile(io.BytesIO(data))
    assert len(file.schema) == 1
    found = file.schema.column(0)
    assert file.metadata.row_group(0).column(0).compression == "GZIP"
    told = (found.name, found.physical_type, str(found.logical_type), found.max_definition_level)
    return told, file.read().column(0)


@pytest.mark.parametrize("grid", [GRID, TURNED], ids=["straight", "turned"])
def test_what_is_written_comes_back(tmp_path, grid):
    model = BlockModel(grid, FIELDS, "kriged 2026")
    write_model(model, tmp_path / "m.omf")
    found = read_model(tmp_path / "m.omf")
    assert (found.grid, found.note) == (grid, "kriged 2026")
    assert list(found.fields) == list(FIELDS)
    for name, values in FIELDS.items():
        np.testing.assert_array_equal(found[name], values)
    assert found["single"].dtype == np.float32
    assert read_model(tmp_path / "m.omf", ModelOptions(note="mine")).note == "mine"


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-180, 180, exclude_min=True),
    st.tuples(*[st.floats(-1e7, 1e7)] * 3),
    st.tuples(*[st.floats(0.01, 1e4)] * 3),
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2
    ),
)
def test_any_grid_and_any_text_come_back(tmp_path_factory, turn, origin, size, texts):
    grid = Grid(origin, size, (2, 1, 1), turn)
    path = tmp_path_factory.mktemp("omf") / "m.omf"
    write_model(BlockModel(grid, {"t": np.asarray(texts, dtype=np.str_)}), path)
    found = read_model(path)
    assert (found.grid.origin, found.grid.size, found.grid.shape) == (origin, size, (2, 1, 1))
    assert found.grid.rotation_deg == pytest.approx(turn, abs=1e-9)
    assert found["t"].tolist() == texts


def test_the_index_is_what_the_schema_asks_for(tmp_path):
    write_model(BlockModel(TURNED, FIELDS, "kriged"), tmp_path / "m.omf")
    index, members = opened(tmp_path / "m.omf")
    assert set(index) <= {
        "name", "description", "coordinate_reference_system", "units", "origin", "author",
        "application", "date", "metadata", "elements",
    }  # fmt: skip
    assert index["date"].endswith("Z")
    (element,) = index["elements"]
    assert set(element) <= {"name", "description", "color", "metadata", "attributes", "geometry"}
    assert {"name", "geometry"} <= set(element)
    geometry = element["geometry"]
    assert set(geometry) == {"type", "orient", "grid"}
    assert geometry["type"] == "BlockModel"
    assert geometry["grid"] == {
        "type": "Regular", "size": [10.0, 20.0, 2.5], "count": [5, 4, 3]
    }  # fmt: skip
    orient = geometry["orient"]
    assert orient["origin"] == list(TURNED.origin)
    axes = np.array([orient[a] for a in "uvw"])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    # the corner of a block by the file's words: origin and steps along u, v, w
    step = axes * np.array(TURNED.size)[:, None]
    centre = np.array(orient["origin"]) + np.array([3.5, 2.5, 1.5]) @ step
    np.testing.assert_allclose(centre, TURNED.centroids()[TURNED.index(3, 2, 1)], atol=1e-6)
    used = ["index.json.gz"]
    for attribute in element["attributes"]:
        assert {"name", "location", "data"} <= set(attribute)
        assert set(attribute) <= {"name", "location", "data", "description", "units", "metadata"}
        assert attribute["location"] == "Primitives"
        arrays = {k: v for k, v in attribute["data"].items() if k != "type"}
        assert set(arrays) == {"values", "names"} if "names" in arrays else {"values"}
        for array in arrays.values():
            assert set(array) == {"filename", "item_count"}
            assert column(members[array["filename"]])[1].length() == array["item_count"]
            used.append(array["filename"])
        assert arrays["values"]["item_count"] == TURNED.n
    assert sorted(used) == sorted(members)
    known = {a["name"]: a for a in element["attributes"]}
    assert known["cu_pct"]["units"] == "%"
    assert "units" not in known["code"]


def test_arrays_have_the_columns_that_their_types_ask_for(tmp_path, monkeypatch):
    write_model(BlockModel(GRID, FIELDS), tmp_path / "m.omf")
    index, members = opened(tmp_path / "m.omf")
    data = {a["name"]: a["data"] for a in index["elements"][0]["attributes"]}
    kinds = {"cu_pct": "float64", "single": "float32", "count": "int64", "code": "int64"}
    for name, kind in kinds.items():
        assert data[name]["type"] == "Number"
        told, values = column(members[data[name]["values"]["filename"]])
        assert told == COLUMNS["Number", kind]
        assert values.to_pylist() == FIELDS[name].tolist()
    told, values = column(members[data["ore"]["values"]["filename"]])
    assert (data["ore"]["type"], told) == ("Boolean", COLUMNS["Boolean", "bool"])
    assert values.to_pylist() == FIELDS["ore"].tolist()
    told, index_values = column(members[data["rock"]["values"]["filename"]])
    assert (data["rock"]["type"], told) == ("Category", COLUMNS["Category", "index"])
    told, names = column(members[data["rock"]["names"]["filename"]])
    assert told == COLUMNS["Category", "names"]
    names = names.to_pylist()
    assert names == ["Süd, 'rim'", "ox"]  # unique, none of them empty
    texts = ["" if i is None else names[i] for i in index_values.to_pylist()]
    assert texts == FIELDS["rock"].tolist()
    # labels of blocks are no categories
    monkeypatch.setattr(omf_2_write, "_MOST_CATEGORIES", 1)
    write_model(BlockModel(GRID, FIELDS), tmp_path / "m.omf")
    index, members = opened(tmp_path / "m.omf")
    rock = index["elements"][0]["attributes"][-1]["data"]
    told, values = column(members[rock["values"]["filename"]])
    assert (rock["type"], told) == ("Text", COLUMNS["Text", "text"])
    assert [v or "" for v in values.to_pylist()] == FIELDS["rock"].tolist()
    np.testing.assert_array_equal(read_model(tmp_path / "m.omf")["rock"], FIELDS["rock"])


def test_the_archive_is_stored_named_at_its_end_and_the_same_each_time(tmp_path):
    for name in ("a.omf", "b.OMF"):
        write_model(BlockModel(GRID, FIELDS), tmp_path / name)
    raw = (tmp_path / "a.omf").read_bytes()
    assert raw == (tmp_path / "b.OMF").read_bytes()
    assert raw.endswith(b"Open Mining Format 2.0")
    with zipfile.ZipFile(tmp_path / "a.omf") as archive:
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.testzip() is None


@pytest.mark.parametrize("ending", ["omf", "v1.omf"])
def test_what_no_file_can_hold_is_told_and_nothing_stays(tmp_path, ending):
    if ending == "v1.omf":
        pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    whole = Grid((0, 0, 0), (1, 1, 1), (2, 1, 1))
    for values, said in (
        (np.array([1, 2**63], np.uint64), "64 bits"),
        (np.array([1 + 1j, 2]), "complex128: neither"),
        (np.array(["2026-01-01", "2026-01-02"], "datetime64[D]"), "neither"),
        (np.array(["a", 5], object), "neither"),
    ):
        with pytest.raises(ModelError, match=said) as caught:
            write_model(BlockModel(whole, {"f": values}), tmp_path / f"m.{ending}")
        assert f"m.{ending}" in caught.value.where
        assert "'f'" in caught.value.what
    assert list(tmp_path.iterdir()) == []
    words = np.array([None, "a"], object)
    write_model(BlockModel(whole, {"f": words, "e": np.array(["", ""])}), tmp_path / f"m.{ending}")
    found = read_model(tmp_path / f"m.{ending}")
    assert found["f"].tolist() == ["", "a"]
    assert found["e"].tolist() == ["", ""]


@pytest.mark.parametrize("grid", [GRID, TURNED], ids=["straight", "turned"])
def test_version_1_is_what_its_library_reads(tmp_path, grid):
    omf = pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    path = tmp_path / "m.v1.omf"
    write_model(BlockModel(grid, FIELDS, "kriged"), path)
    project = omf.OMFReader(str(path)).get_project()
    assert project.validate()
    (volume,) = project.elements
    assert (volume.description, volume.geometry.num_cells) == ("kriged", grid.n)
    g = volume.geometry
    axes = np.array([g.axis_u, g.axis_v, g.axis_w])
    edges = [np.cumsum(t) - t / 2 for t in (g.tensor_u, g.tensor_v, g.tensor_w)]
    # w runs fastest
    places = np.array([(a, b, c) for a in edges[0] for b in edges[1] for c in edges[2]])
    centres = np.array(g.origin) + places @ axes
    at = grid.locate(centres)
    assert sorted(at) == AT.tolist()
    data = {d.name: d for d in volume.data}
    assert {d.location for d in volume.data} == {"cells"}
    for name in ("cu_pct", "single", "count", "code", "ore"):
        np.testing.assert_array_equal(data[name].array.array, FIELDS[name][at])
    texts = data["rock"].legends[0].values.array
    for place, block in zip(data["rock"].array.array, at, strict=True):
        assert ("" if place < 0 else texts[place]) == FIELDS["rock"][block]
    found = read_model(path)
    assert (found.grid, found.note) == (grid, "kriged")
    for name, values in FIELDS.items():
        np.testing.assert_array_equal(found[name], values)


def test_version_1_needs_its_library_and_says_so_before_a_long_run(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "omf", None)
    with pytest.raises(ModelError, match="version 1") as caught:
        write_model(BlockModel(GRID, FIELDS), tmp_path / "m.v1.omf")
    assert "orefield[omf]" in caught.value.fix
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ModelError, match="version 1"):
        refuse_unwritable(tmp_path / "estimate.v1.omf")
    refuse_unwritable(tmp_path / "estimate.omf")
    write_model(BlockModel(GRID, FIELDS), tmp_path / "v1.omf")  # a name, no ending
    assert zipfile.is_zipfile(tmp_path / "v1.omf")
