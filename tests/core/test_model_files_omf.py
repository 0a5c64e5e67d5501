"""OMF: version 2 as its description says it is laid out, version 1 through its library."""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omf_cases import AXES, GRID, REGULAR, STRANGE, array, element, number, omf2, places

from orefield.core import Grid, ModelError, TableError
from orefield.core.model_files import ModelOptions, read_model, read_omf_model


def test_version_2_u_runs_fastest(tmp_path):
    category = {
        "name": "rock",
        "location": "Primitives",
        "data": {
            "type": "Category",
            "values": {"filename": "2.parquet", "item_count": 24},
            "names": {"filename": "3.parquet", "item_count": 2},
        },
    }
    path = omf2(
        tmp_path / "m.omf",
        [
            element(
                attributes=[
                    number("cu", "1.parquet"),
                    category,
                    number("at", "1.parquet", "Vertices"),
                ]
            )
        ],
        {
            "1.parquet": array(np.arange(24.0)),
            "2.parquet": array(pa.array([0, 1] * 11 + [None, 1], pa.uint32()), "index"),
            "3.parquet": array(["ox", "sul"], "name"),
        },
        origin=[1000.0, 0.0, 0.0],
    )
    model = read_model(path)
    assert model.grid == Grid((1100.0, 200.0, 300.0), GRID.size, GRID.shape)
    np.testing.assert_array_equal(model["cu"], np.arange(24.0))
    assert model["rock"][:3].tolist() == ["ox", "sul", "ox"]
    assert model["rock"][22] == ""
    assert set(model.fields) == {"cu", "rock"}


def test_version_2_turned_tensor_grids(tmp_path):
    c, s = np.cos(np.radians(30)), np.sin(np.radians(30))
    axes = {"u": [c, s, 0.0], "v": [-s, c, 0.0], "w": [0.0, 0.0, 1.0]}
    names = {
        a: {"filename": f"{a}.parquet", "item_count": n}
        for a, n in zip("uvw", GRID.shape, strict=True)
    }
    arrays = {
        f"{a}.parquet": array(np.full(n, size), "scalar")
        for a, n, size in zip("uvw", GRID.shape, GRID.size, strict=True)
    }
    path = omf2(tmp_path / "m.omf", [element(grid={"type": "Tensor", **names}, axes=axes)], arrays)
    found = read_omf_model(path).grid
    assert (found.shape, found.size) == (GRID.shape, GRID.size)
    assert found.rotation_deg == pytest.approx(30.0)
    arrays["u.parquet"] = array(np.array([10.0, 10.0, 5.0, 10.0]), "scalar")
    omf2(path, [element(grid={"type": "Tensor", **names}, axes=axes)], arrays)
    with pytest.raises(ModelError, match="several sizes along u"):
        read_omf_model(path)


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({**AXES, "w": [0.0, 0.1, 0.995]}, "tilted"),
        ({**AXES, "w": [0.0, 0.0, -1.0]}, "downwards"),
        ({**AXES, "u": [-1.0, 0.0, 0.0]}, "mirrored"),
    ],
)
def test_grids_that_a_pit_cannot_use(tmp_path, axes, said):
    with pytest.raises(ModelError, match=said):
        read_omf_model(omf2(tmp_path / "m.omf", [element(axes=axes)], {}))


def test_missing_values_and_which_model(tmp_path):
    path = tmp_path / "m.omf"
    two = [
        element("a"),
        {"name": "c", "geometry": {"type": "Composite", "elements": [element("b")]}},
    ]
    with pytest.raises(TableError, match="2 block models: a, b"):
        read_omf_model(omf2(path, two, {}))
    assert read_omf_model(path, ModelOptions(element="b")).grid == GRID
    with pytest.raises(TableError, match="no block model 'x'"):
        read_omf_model(path, ModelOptions(element="x"))
    with pytest.raises(TableError, match="no block model"):
        read_omf_model(omf2(path, [], {}))
    gaps = {"1.parquet": array(pa.array([None] + [1.0] * 23))}
    omf2(path, [element(attributes=[number("cu", "1.parquet")])], gaps)
    with pytest.raises(TableError, match="1 values are missing"):
        read_omf_model(path)
    assert read_omf_model(path, ModelOptions(fill={"cu": 0.5}))["cu"][0] == 0.5
    omf2(path, [element(attributes=[number("cu", "1.parquet")])], {"1.parquet": array(np.ones(9))})
    with pytest.raises(TableError, match="9 values"):
        read_omf_model(path)
    with pytest.raises(TableError, match="cv"):
        read_omf_model(omf2(path, [element()], {}), ModelOptions(fields={"cu": "cv"}))


def test_broken_files(tmp_path):
    path = tmp_path / "m.omf"
    for raw in (b"", b"hello", b"PK\x03\x04 not really"):
        path.write_bytes(raw)
        with pytest.raises(TableError):
            read_model(path)
    whole = omf2(path, [element(attributes=[number("cu", "1.parquet")])], {}).read_bytes()
    with pytest.raises(TableError, match="broken"):  # the array is not there
        read_omf_model(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError):
        read_omf_model(path)
    with pytest.raises(TableError, match="no OMF 2"):
        read_omf_model(omf2(path, [element()], {}, comment=b"a ZIP"))
    with pytest.raises(TableError):
        read_omf_model(omf2(path, [{"name": "no geometry"}], {}))


@pytest.mark.parametrize(
    "wrong", [5, 5.0, [1.0], [1.0, 2.0], [1.0] * 4, "123", ["1"] * 3, [[0]] * 3]
)
@pytest.mark.parametrize("of", ["project", "origin", "u", "v", "w"])
def test_what_is_no_triple_of_numbers_is_not_spread_to_three(tmp_path, wrong, of):
    more = {"origin": wrong} if of == "project" else {}
    axes = AXES if of == "project" else {**AXES, of: wrong}
    with pytest.raises(TableError, match="three numbers"):
        read_omf_model(omf2(tmp_path / "m.omf", [element(axes=axes)], {}, **more))
    triple = {"u": [1, 0, 0], "v": [0, 1, 0], "w": [0, 0, 1]}
    good = omf2(tmp_path / "m.omf", [element(axes=triple)], {}, origin=[1, 0, 0])
    assert read_omf_model(good).grid.origin == (101.0, 200.0, 300.0)


def whole(path):
    """A file with every kind of thing that is read."""
    category = number("rock", "2.parquet")
    category["data"] = {
        **category["data"], "type": "Category", "names": {"filename": "3.parquet"},
    }  # fmt: skip
    tensor = {"type": "Tensor", **{a: {"filename": f"{a}.parquet"} for a in "uvw"}}
    grids = zip("uvw", GRID.shape, GRID.size, strict=True)
    arrays = {
        "1.parquet": array(np.arange(24.0)),
        "2.parquet": array(pa.array([0, 1] * 12, pa.uint32()), "index"),
        "3.parquet": array(["ox", "sul"], "name"),
        **{f"{a}.parquet": array(np.full(n, size), "scalar") for a, n, size in grids},
    }
    fields = [number("cu", "1.parquet"), category]
    elements = [element("a", attributes=fields), element("b", tensor, attributes=fields)]
    return elements, arrays, omf2(path, elements, arrays, origin=[0.0, 0.0, 0.0])


FIELDS = ("cu", "rock")


def check_sound(model, shape=GRID.shape):
    """That what was read is a model: a finite grid, and a value of every field for every block."""
    grid = model.grid
    assert np.isfinite([*grid.origin, *grid.size, grid.rotation_deg]).all()
    assert min(grid.size) > 0
    assert grid.shape == shape
    for values in model.fields.values():
        assert isinstance(values, np.ndarray)
        assert values.shape == (np.prod(shape),)


def check_kept(model, undamaged, *, grid=True, lost=()):
    """That the grid and the fields are as they were, apart from fields that may be lost."""
    check_sound(model)
    if grid:
        assert model.grid == undamaged.grid
    for name in undamaged.fields.keys() - set(lost):
        np.testing.assert_array_equal(model[name], undamaged[name])


def reached(way, own):
    """Whether damage at a place may change the grid of element ``own``, and which fields."""
    if way[0] != "elements":
        return True, ()
    if way[1:2] != [own] or way[2:3] not in (["geometry"], ["attributes"]):
        return False, ()  # of another element, or what leaves no model to read
    if way[2] == "geometry":
        return True, ()
    return False, FIELDS if len(way) == 3 else FIELDS[way[3] : way[3] + 1]


def test_an_index_of_another_form_is_an_error_of_ours(tmp_path_factory):
    path = tmp_path_factory.mktemp("omf") / "m.omf"
    whole(path)
    undamaged = {name: read_omf_model(path, ModelOptions(element=name)) for name in "ab"}
    assert tuple(undamaged["a"].fields) == tuple(undamaged["b"].fields) == FIELDS
    ended = Counter()

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def damage(data):
        elements, arrays, _ = whole(path)
        project = json.loads(json.dumps({"elements": elements, "origin": [0.0, 0.0, 0.0]}))
        way = [*data.draw(st.sampled_from(list(places(project))))]
        part = project
        for key in way[:-1]:
            part = part[key]
        if data.draw(st.booleans()):
            del part[way[-1]]
        else:
            part[way[-1]] = data.draw(st.sampled_from(STRANGE))
        omf2(path, project.pop("elements", []), arrays, **project)
        name = data.draw(st.sampled_from("ab"))
        try:
            model = read_omf_model(path, ModelOptions(element=name))
        except (TableError, ModelError):
            ended["error"] += 1
            return
        ended["model"] += 1
        grid, lost = reached(way, "ab".index(name))
        check_kept(model, undamaged[name], grid=not grid, lost=lost)

    damage()
    assert ended["error"] >= 20
    assert ended["model"] >= 20


def test_damaged_bytes_are_an_error_of_ours(tmp_path_factory):
    path = tmp_path_factory.mktemp("omf") / "m.omf"
    good = whole(path)[2].read_bytes()
    undamaged = read_omf_model(path, ModelOptions(element="b"))
    ended = Counter()

    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
    def damage(at, noise):
        raw = bytearray(good)
        at %= len(raw)
        raw[at : at + len(noise)] = noise
        path.write_bytes(bytes(raw))
        try:
            model = read_omf_model(path, ModelOptions(element="b"))
        except (TableError, ModelError):
            ended["error"] += 1
            return
        ended["model"] += 1
        check_kept(model, undamaged)  # the archive's checksums find any change of four bytes

    damage()
    assert ended["error"] >= 20
    assert ended["model"] >= 1


def test_archives_that_cannot_be_unpacked_are_told_why(tmp_path):
    path = whole(tmp_path / "m.omf")[2]
    assert read_omf_model(path, ModelOptions(element="b")).grid == GRID
    raw = path.read_bytes()
    entry = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)  # of the second member
    for place, value, said in ((8, 1, "encrypted"), (10, 97, "unknown way"), (8, 32, "unpacked")):
        changed = bytearray(raw)
        for first in [i for i in range(len(raw)) if raw[i : i + 4] == b"PK\x01\x02"]:
            changed[first + place] = value
        assert changed[entry + place] == value
        path.write_bytes(bytes(changed))
        with pytest.raises(TableError, match=said):
            read_omf_model(path, ModelOptions(element="b"))
    deep = gzip.compress(b"[" * 200_000)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("index.json.gz", deep)
        archive.comment = b"Open Mining Format 2.0"
    with pytest.raises(TableError, match="deep"):
        read_omf_model(path)
    huge = element(grid={**REGULAR, "count": [10**12, 3, 2]})
    with pytest.raises(ModelError, match="1000000000000"):
        read_omf_model(omf2(path, [huge], {}))
    short = element(axes={**AXES, "u": [1.0, 0.0]})
    with pytest.raises(TableError, match="broken"):
        read_omf_model(omf2(path, [short], {}))


def test_version_1_says_how_to_read_it_without_its_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "omf", None)
    (tmp_path / "m.omf").write_bytes(b"\x84\x83\x82\x81" + b"\0" * 60)
    with pytest.raises(ModelError, match="version 1") as caught:
        read_omf_model(tmp_path / "m.omf")
    assert "orefield[omf]" in caught.value.fix


def omf_1(path):
    omf = pytest.importorskip("omf", reason="the extra 'omf' is not installed")
    cells = np.fromfunction(lambda i, j, k: i + 4 * (j + 3 * k), GRID.shape)
    volume = omf.VolumeElement(
        name="bm",
        geometry=omf.VolumeGridGeometry(
            tensor_u=np.full(4, 10.0), tensor_v=np.full(3, 20.0), tensor_w=np.full(2, 5.0),
            origin=list(GRID.origin),
        ),
        data=[omf.ScalarData(name="cu", location="cells", array=cells.ravel())],
    )  # fmt: skip
    omf.OMFWriter(omf.Project(name="p", elements=[volume]), str(path))
    return path


def test_version_1_damaged_is_an_error_of_ours(tmp_path):
    raw = omf_1(tmp_path / "m.omf").read_bytes()
    rng = np.random.default_rng(0)
    cut = [raw[:n] for n in (4, 20, 50, 60, 100, len(raw) - 30)]
    spoilt = []
    for _ in range(150):
        changed = bytearray(raw)
        at = int(rng.integers(4, len(raw)))
        changed[at : at + 3] = rng.bytes(3)
        spoilt.append(bytes(changed))
    for text in (b'"length": ', b'"dtype": "<f8"', b'"tensor_u"', b'"geometry"', b'"array"'):
        assert text in raw
        spoilt.append(raw.replace(text, text.replace(b"e", b"o").replace(b"f8", b"f4")))
    errors = 0
    for case, data in enumerate((*cut, *spoilt)):
        path = tmp_path / f"{case}.omf"
        path.write_bytes(data)
        try:
            model = read_omf_model(path)
        except (TableError, ModelError):
            errors += 1
        else:
            check_sound(model, model.grid.shape)
    assert len(cut) < errors < len(cut) + len(spoilt)
    for data in cut:
        path.write_bytes(data)
        with pytest.raises(TableError, match="broken"):
            read_omf_model(path)


def test_version_1_w_runs_fastest(tmp_path):
    model = read_omf_model(omf_1(tmp_path / "m.omf"))
    assert model.grid == GRID
    np.testing.assert_array_equal(model["cu"], np.arange(24.0))
