"""OMF files that are cut off, of the wrong length, or far larger inside than outside."""

from __future__ import annotations

import zipfile
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from omf_cases import GRID, array, element, number, omf2

from orefield.core import BlockModel, ModelError, TableError
from orefield.core.model_files import (
    ModelOptions,
    omf_1,
    omf_archive,
    read_model,
    read_omf_model,
    write_model,
)


def of_kind(kind, name="a", **more):
    found = number(name, "1.parquet")
    found["data"] = {**found["data"], "type": kind, **more}
    return found


def reading(path, values, *attributes, **more):
    """The model of one array under several attributes, or why it cannot be read."""
    arrays = {"1.parquet": values if isinstance(values, bytes) else array(values)}
    return read_model(omf2(path / "m.omf", [element(attributes=attributes)], {**arrays, **more}))


def test_a_file_cut_anywhere_is_told(tmp_path):
    fields = {"cu": np.arange(24.0), "rock": np.array(["ox", "sul"] * 12)}
    write_model(BlockModel(GRID, fields), tmp_path / "m.omf")
    raw = (tmp_path / "m.omf").read_bytes()
    for length in (0, 3, 4, 30, 200, len(raw) // 2, len(raw) - 60, len(raw) - 22, len(raw) - 1):
        (tmp_path / "cut.omf").write_bytes(raw[:length])
        with pytest.raises(TableError) as caught:
            read_model(tmp_path / "cut.omf")
        assert "cut.omf" in caught.value.where


def test_arrays_of_the_wrong_length_are_told(tmp_path):
    with pytest.raises(TableError, match="attribute 'a' has 23 values, 24 are due"):
        reading(tmp_path, np.zeros(23), of_kind("Number"))
    wrong = of_kind("Number")
    wrong["data"]["values"]["item_count"] = 25
    with pytest.raises(TableError, match="24 values, the index says 25"):
        reading(tmp_path, np.zeros(24), wrong)
    names = {"filename": "n.parquet", "item_count": 2}
    index = array(pa.array([0, 2] * 12, pa.uint32()))
    two, three = ({"n.parquet": array(list(words))} for words in ("xy", "xyz"))
    with pytest.raises(TableError, match="names no category"):
        reading(tmp_path, index, of_kind("Category", names=names), **two)
    with pytest.raises(TableError, match="has 3 values, the index says 2"):
        reading(tmp_path, index, of_kind("Category", names=names), **three)


def test_arrays_of_another_type_are_told(tmp_path):
    with pytest.raises(TableError, match="holds no booleans but double"):
        reading(tmp_path, np.zeros(24), of_kind("Boolean"))
    with pytest.raises(TableError, match="holds no texts but double"):
        reading(tmp_path, np.zeros(24), of_kind("Text"))
    with pytest.raises(TableError, match="broken"):
        reading(tmp_path, ["word"] * 24, of_kind("Number"))
    with pytest.raises(TableError, match="two attributes 'a'"):
        reading(tmp_path, np.zeros(24), of_kind("Number"), of_kind("Number"))
    path = omf2(tmp_path / "m.omf", [element(), element()], {})
    with pytest.raises(TableError, match="2 block models 'model'"):
        read_model(path, ModelOptions(element="model"))
    with pytest.raises(TableError, match="unknown kind 'Hexagonal'"):
        read_model(omf2(tmp_path / "m.omf", [element(grid={"type": "Hexagonal"})], {}))


def test_nothing_is_an_empty_text_a_false_and_no_number(tmp_path):
    texts = pa.array([None, "ox", ""] + ["sul"] * 21, pa.large_string())
    assert reading(tmp_path, texts, of_kind("Text"))["a"][:4].tolist() == ["", "ox", "", "sul"]
    switches = reading(tmp_path, [None, True] + [False] * 22, of_kind("Boolean"))["a"]
    assert switches[:3].tolist() == [0, 1, 0]
    days = [date(2026, 11, 22), None] + [date(1999, 1, 1)] * 22
    told = reading(tmp_path, pa.array(days), of_kind("Number"))["a"]
    assert told[:3].tolist() == ["2026-11-22", "", "1999-01-01"]
    with pytest.raises(TableError, match="1 values are missing"):
        reading(tmp_path, pa.array([None] + [1] * 23, pa.int64()), of_kind("Number"))


def test_axes_that_are_left_out_are_east_north_and_up(tmp_path):
    found = element()
    for axis in "uvw":
        del found["geometry"]["orient"][axis]
    assert read_model(omf2(tmp_path / "m.omf", [found], {})).grid == GRID


def test_archives_larger_inside_than_outside_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(omf_archive, "MOST_ARRAY", 20_000)
    path = omf2(tmp_path / "m.omf", [element(attributes=[of_kind("Number")])], {})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.parquet", bytes(50_000))
    assert path.stat().st_size < 2_000
    with pytest.raises(TableError, match="absurdly large: 50,000 bytes"):
        read_model(path)
    # one word for many blocks takes a few bytes in the file
    assert reading(tmp_path, ["w" * 200] * 24, of_kind("Text"))["a"][5] == "w" * 200
    long = array(["w" * 300] * 24)
    assert len(long) < 2_000
    with pytest.raises(TableError, match="texts of 300 letters"):
        reading(tmp_path, long, of_kind("Text"))
    names = {"filename": "n.parquet", "item_count": 10**9}
    index = array(pa.array([0] * 24, pa.uint32()))
    with pytest.raises(TableError, match="absurdly many categories"):
        reading(tmp_path, index, of_kind("Category", names=names))


def test_version_1_is_not_unpacked_without_end(tmp_path, monkeypatch):
    pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    path = tmp_path / "m.v1.omf"
    write_model(BlockModel(GRID, {"zero": np.zeros(GRID.n)}), path)
    assert read_omf_model(path).grid == GRID
    monkeypatch.setattr(omf_1, "MOST_ARRAY", 8 * GRID.n - 1)
    with pytest.raises(TableError, match="absurdly large"):
        read_omf_model(path)


def test_one_long_word_of_a_legend_is_not_spread_over_all_blocks(tmp_path, monkeypatch):
    pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    path = tmp_path / "m.v1.omf"
    write_model(BlockModel(GRID, {"rock": np.array(["w" * 300] * GRID.n)}), path)
    assert read_omf_model(path)["rock"][3] == "w" * 300
    monkeypatch.setattr(omf_1, "MOST_ARRAY", 20_000)
    with pytest.raises(TableError, match="'rock' has texts of 300 letters"):
        read_omf_model(path)


def test_a_legend_that_lacks_an_entry_is_told(tmp_path):
    omf = pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    path = tmp_path / "m.v1.omf"
    write_model(BlockModel(GRID, {"rock": np.array(["ox", "sul"] * 12)}), path)
    project = omf.OMFReader(str(path)).get_project()
    data = project.elements[0].data[0]
    data.legends = [omf.Legend(name="rock", values=omf.data.ColorArray([(0, 0, 0)] * 2))]
    omf.OMFWriter(project, str(path))
    assert sorted(set(read_omf_model(path)["rock"].tolist())) == [0, 1]  # colours are no texts
    data.legends = [omf.Legend(name="rock", values=omf.data.StringArray(["ox", "sul"]))]
    omf.OMFWriter(project, str(path))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'["ox", "sul"]', b'["ox"       ]'))
    with pytest.raises(TableError, match="names no entry of its legend"):
        read_omf_model(path)


def test_both_versions_say_the_same_of_a_model(tmp_path):
    pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    model = BlockModel(GRID, {"cu": np.arange(24.0), "rock": np.array(["", "b", "a"] * 8)}, "n")
    for name in ("m.omf", "m.v1.omf"):
        write_model(model, tmp_path / name)
    one, two = (read_model(tmp_path / name) for name in ("m.v1.omf", "m.omf"))
    assert (one.grid, one.note) == (two.grid, two.note)
    for name in model.fields:
        np.testing.assert_array_equal(one[name], two[name])
    with pytest.raises(ModelError, match="the file has a grid"):
        read_model(tmp_path / "m.v1.omf", ModelOptions(parent=(20.0, 20.0, 10.0)))
