"""Sub-blocks of OMF 2 models made by hand: against cells counted one by one, and bad files."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omf_cases import AXES, GRID, REGULAR, STRANGE, array, element, number, omf2, places

from orefield.core import Grid, ModelError, TableError
from orefield.core.model_files import ModelOptions, omf_archive, read_model

FINE = (4, 2, 5)
"""Cells into which every parent is divided."""

PARENTS = ["parent_u", "parent_v", "parent_w"]
CORNERS = [f"corner_{end}_{axis}" for end in ("min", "max") for axis in "uvw"]


def boxes(parents, corners, whole=True, drop=()):
    """The array of sub-blocks: parents (k, 3), and both corners (k, 6)."""
    kind = pa.uint32() if whole else pa.float64()
    columns = {
        **{
            n: pa.array(v, pa.uint32()) for n, v in zip(PARENTS, np.transpose(parents), strict=True)
        },
        **{n: pa.array(v, kind) for n, v in zip(CORNERS, np.transpose(corners), strict=True)},
    }
    out = io.BytesIO()
    pq.write_table(pa.table({n: v for n, v in columns.items() if n not in drop}), out)
    return out.getvalue()


def attribute(name, file, count, location="Subblocks"):
    found = number(name, file, location)
    found["data"]["values"]["item_count"] = count
    return found


def category(name, file, names, count, location="Subblocks"):
    found = attribute(name, file, count, location)
    found["data"] = {**found["data"], "type": "Category", "names": {"filename": names}}
    return found


def regular(count, **more):
    array = {"filename": "boxes.parquet", "item_count": count}
    return {"type": "Regular", "count": list(FINE), "subblocks": array, **more}


def freeform(count):
    return {"type": "Freeform", "subblocks": {"filename": "boxes.parquet", "item_count": count}}


def split(seed, keep=0.8):
    """Parents cut at random along one axis after another: parents, and corners in cells."""
    rng = np.random.default_rng(seed)
    parents, corners = [], []
    for at in np.ndindex(*GRID.shape):
        left = [(np.zeros(3, int), np.array(FINE))]
        while left:
            low, high = left.pop()
            axes = np.flatnonzero(high - low > 1)
            if len(axes) and rng.random() < 0.6:
                axis = rng.choice(axes)
                cut = rng.integers(low[axis] + 1, high[axis])
                middle_high, middle_low = high.copy(), low.copy()
                middle_high[axis] = middle_low[axis] = cut
                left += [(low, middle_high), (middle_low, high)]
            elif rng.random() < keep:
                parents.append(at)
                corners.append([*low, *high])
    return np.array(parents), np.array(corners), rng


def by_cell(parents, corners, density, grade, rock):
    """Share of rock, tonnes, metal and the rock of most volume of every parent."""
    cell = GRID.block_volume_m3 / np.prod(FINE)
    share, tonnes, metal = np.zeros((3, GRID.n))
    volumes = [{} for _ in range(GRID.n)]
    for at, corner, d, g, r in zip(parents, corners, density, grade, rock, strict=True):
        block = GRID.index(*(int(v) for v in at))
        for _ in np.ndindex(*(corner[3:] - corner[:3])):
            share[block] += cell / GRID.block_volume_m3
            tonnes[block] += cell * d
            metal[block] += cell * d * g
            volumes[block][r] = volumes[block].get(r, 0) + 1
    most = ["" if not v else min(v, key=lambda name: (-v[name], name)) for v in volumes]
    return share, tonnes, metal, most


def file_of(path, parents, corners, rng, kind="Regular", **more):
    """A model of sub-blocks with density, grade and rock; and those three."""
    n = len(parents)
    density, grade = rng.uniform(2, 4, n), rng.lognormal(0, 1, n)
    code = rng.integers(0, 2, n)
    of_file = corners if kind == "Regular" else corners / np.tile(FINE, 2)
    described = regular(n, mode=None) if kind == "Regular" else freeform(n)
    attributes = [
        attribute("density_t_m3", "d.parquet", n),
        attribute("cu_pct", "g.parquet", n),
        category("rock", "r.parquet", "names.parquet", n),
        number("zone", "zone.parquet"),
    ]
    arrays = {
        "boxes.parquet": boxes(parents, of_file, kind == "Regular"),
        "d.parquet": array(density),
        "g.parquet": array(grade),
        "r.parquet": array(pa.array(code, pa.uint32()), "index"),
        "names.parquet": array(["ox", "sul"], "name"),
        "zone.parquet": array(np.arange(GRID.n)),
    }
    found = element(attributes=attributes, subblocks=described, **more)
    return omf2(path, [found], arrays), density, grade, np.array(["ox", "sul"])[code]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["Regular", "Freeform"]), st.sampled_from([0, 30.0]))
def test_parents_are_what_their_cells_add_up_to(tmp_path_factory, seed, kind, turn):
    parents, corners, rng = split(seed)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    axes = {**AXES, "u": [c, s, 0.0], "v": [-s, c, 0.0]}
    path = tmp_path_factory.mktemp("omf") / "m.omf"
    path, *fields = file_of(path, parents, corners, rng, kind, axes=axes)
    model = read_model(path)
    assert model.grid == Grid(GRID.origin, GRID.size, GRID.shape, turn)  # empty parents as well
    share, tonnes, metal, rock = by_cell(parents, corners, *fields)
    np.testing.assert_allclose(model["rock_fraction"], share, atol=1e-12)
    np.testing.assert_allclose(model.tonnes(), tonnes, rtol=1e-12)
    np.testing.assert_allclose(model.tonnes() * model["cu_pct"], metal, rtol=1e-12)
    assert model["rock"].tolist() == rock
    # what the file says of parents stays theirs
    np.testing.assert_array_equal(model["zone"], np.arange(GRID.n))


def test_ways_of_weighing_names_and_gaps_are_those_of_tables(tmp_path):
    parents = [(0, 0, 0), (0, 0, 0), (3, 2, 1)]
    corners = [(0, 0, 0, 4, 2, 3), (0, 0, 3, 4, 2, 5), (0, 0, 0, 4, 2, 5)]
    values = {
        "D": [2.0, 4.0, 3.0],
        "cu_pct": [1.0, 2.0, None],
        "t": [30.0, 20.0, 7.0],
        "w": [5, 9, 1],
    }
    arrays = {f"{name}.parquet": array(pa.array(v)) for name, v in values.items()}
    arrays["boxes.parquet"] = boxes(parents, corners)
    attributes = [attribute(name, f"{name}.parquet", 3) for name in values]
    omf2(tmp_path / "m.omf", [element(attributes=attributes, subblocks=regular(3))], arrays)
    options = {
        "rename": {"density_t_m3": "D"},
        "fill": {"cu_pct": 8.0},
        "sums": ("t",),
        "by_volume": ("w",),
    }
    model = read_model(tmp_path / "m.omf", ModelOptions(**options))
    assert model["density_t_m3"][0] == pytest.approx((3 * 2 + 2 * 4) / 5)
    assert model["cu_pct"][0] == pytest.approx((3 * 2 * 1 + 2 * 4 * 2) / (3 * 2 + 2 * 4))
    assert model["cu_pct"][-1] == 8.0
    assert model["t"].sum() == 57.0
    assert model["w"][0] == pytest.approx((3 * 5 + 2 * 9) / 5)
    assert model["rock_fraction"].tolist() == [1.0, *[0.0] * 22, 1.0]
    with pytest.raises(ModelError, match="22 blocks are not filled"):
        read_model(tmp_path / "m.omf", ModelOptions(**options, missing="error"))
    with pytest.raises(TableError, match="1 values are missing"):
        read_model(tmp_path / "m.omf")
    with pytest.raises(TableError, match="'tt', which is no field"):
        read_model(tmp_path / "m.omf", ModelOptions(**{**options, "sums": ("tt",)}))


def test_blocks_of_another_size_keep_the_whole(tmp_path):
    parents, corners, rng = split(3)
    path, density, grade, _ = file_of(tmp_path / "m.omf", parents, corners, rng)
    volume = (corners[:, 3:] - corners[:, :3]).prod(axis=1) * GRID.block_volume_m3 / np.prod(FINE)
    fields = {name: name for name in ("density_t_m3", "cu_pct")}
    model = read_model(path, ModelOptions(parent=(20.0, 20.0, 10.0), fields=fields))
    assert model.grid == Grid(GRID.origin, (20.0, 20.0, 10.0), (2, 3, 1))
    assert model.tonnes().sum() == pytest.approx((volume * density).sum(), rel=1e-12)
    metal = (model.tonnes() * model["cu_pct"]).sum()
    assert metal == pytest.approx((volume * density * grade).sum(), rel=1e-12)
    with pytest.raises(ModelError, match="'zone' is of the file's own parent"):
        read_model(path, ModelOptions(parent=(20.0, 20.0, 10.0)))
    with pytest.raises(ModelError, match="cross the faces"):
        read_model(path, ModelOptions(parent=(15.0, 20.0, 10.0), fields=fields))
    cut = read_model(
        path, ModelOptions(parent=(15.0, 20.0, 10.0), fields=fields, straddling="split")
    )
    assert cut.tonnes().sum() == pytest.approx((volume * density).sum(), rel=1e-12)
    with pytest.raises(ModelError, match="feet"):
        read_model(path, ModelOptions(parent=(3.048, 6.096, 1.524), fields=fields))


def test_a_model_without_sub_blocks_takes_no_block_size(tmp_path):
    path = omf2(tmp_path / "m.omf", [element(subblocks=None)], {})
    assert read_model(path).grid == GRID
    with pytest.raises(ModelError, match="the file has a grid"):
        read_model(path, ModelOptions(parent=(20.0, 20.0, 10.0)))
    with pytest.raises(ModelError, match="for sub-blocked models"):
        read_model(path, ModelOptions(majority=("rock",)))


WHOLE = (0, 0, 0, 4, 2, 5)


@pytest.mark.parametrize(
    ("parents", "corners", "said", "at"),
    [
        ([(4, 0, 0)], [WHOLE], "parent block that is not there", 0),
        ([(0, 0, 0), (0, 3, 0)], [WHOLE, WHOLE], "parent block that is not there", 1),
        ([(0, 0, 2**32 - 1)], [WHOLE], "parent block that is not there", 0),
        ([(1, 1, 1)], [(0, 0, 0, 5, 2, 5)], "outside of its parent", 0),
        ([(0, 0, 0), (1, 1, 1)], [WHOLE, (0, 0, 0, 4, 3, 5)], "outside of its parent", 1),
        ([(0, 0, 0)], [(2, 0, 0, 2, 2, 5)], "no size", 0),
        ([(0, 0, 0)], [(3, 0, 0, 2, 2, 5)], "no size", 0),
        ([(2, 2, 1)] * 2, [WHOLE, WHOLE], "overlap", 0),
        ([(2, 2, 1)] * 2, [(0, 0, 0, 2, 2, 5), (1, 1, 4, 3, 2, 5)], "overlap", 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["Regular", "Freeform"])
def test_sub_blocks_that_cannot_be(tmp_path, parents, corners, said, at, kind):
    of_file = corners if kind == "Regular" else np.array(corners) / np.tile(FINE, 2)
    described = (regular if kind == "Regular" else freeform)(len(parents))
    arrays = {"boxes.parquet": boxes(parents, of_file, kind == "Regular")}
    path = omf2(tmp_path / "m.omf", [element(subblocks=described)], arrays)
    with pytest.raises(ModelError, match=said) as caught:
        read_model(path)
    assert f"m.omf, sub-block {at}" in caught.value.where


@pytest.mark.parametrize(
    ("corner", "said"),
    [
        ((0, 0, np.nan, 1, 1, 1), "outside"),
        ((0, 0, 0, 1, np.inf, 1), "outside"),
        ((-1e-3, 0, 0, 1, 1, 1), "outside"),
        ((0, 0, 0, 1e-9, 1, 1), "thinner"),
    ],
)
def test_free_corners_that_are_no_shares(tmp_path, corner, said):
    arrays = {"boxes.parquet": boxes([(0, 0, 0)], [corner], whole=False)}
    path = omf2(tmp_path / "m.omf", [element(subblocks=freeform(1))], arrays)
    with pytest.raises(ModelError, match=said) as caught:
        read_model(path)
    assert "sub-block 0" in caught.value.where


def test_arrays_that_do_not_fit_are_told(tmp_path):
    path, good = tmp_path / "m.omf", {"boxes.parquet": boxes([(0, 0, 0)], [WHOLE])}
    cases = [
        ({**regular(1), "type": "Octree"}, good, "unknown kind 'Octree'"),
        ({**regular(1), "count": [4, 2]}, good, "no three counts"),
        ({**regular(1), "count": [4, 0, 5]}, good, "no three counts"),
        ({**regular(1), "count": [4, 2, True]}, good, "no three counts"),
        ({**regular(1), "count": [4, 2, 5.0]}, good, "no three counts"),
        (regular(2), good, "has 1 values, the index says 2"),
        (regular(1), {}, "broken"),
        (regular(1), {"boxes.parquet": b"PAR1 and no more"}, "cannot be read"),
        (regular(1), {"boxes.parquet": good["boxes.parquet"][:-40]}, "cannot be read"),
        (
            regular(1),
            {"boxes.parquet": boxes([(0, 0, 0)], [WHOLE], drop=("corner_max_v",))},
            "lacks column 'corner_max_v'",
        ),
        (regular(0), {"boxes.parquet": boxes(np.zeros((0, 3)), np.zeros((0, 6)))}, "no sub-block"),
        ("Regular", good, "broken"),
    ]
    for described, arrays, said in cases:
        omf2(path, [element(subblocks=described)], arrays)
        with pytest.raises((TableError, ModelError), match=said):
            read_model(path)


def test_a_damaged_index_or_array_is_an_error_of_ours(tmp_path_factory):
    parents, corners, rng = split(1)
    path = tmp_path_factory.mktemp("omf") / "m.omf"
    file_of(path, parents, corners, rng)
    undamaged = read_model(path)
    with zipfile.ZipFile(path) as archive:
        arrays = {n: archive.read(n) for n in archive.namelist() if n.endswith(".parquet")}
        project = gzip.decompress(archive.read("index.json.gz"))
    ended = Counter()

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def damage(data):
        spoilt, found = dict(arrays), json.loads(project)["elements"]
        if data.draw(st.booleans()):
            raw = bytearray(spoilt["boxes.parquet"])
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
            spoilt["boxes.parquet"] = bytes(raw)
        else:
            way = data.draw(st.sampled_from(list(places(found[0]["geometry"]))))
            part = found[0]["geometry"]
            for key in way[:-1]:
                part = part[key]
            part[way[-1]] = data.draw(st.sampled_from(STRANGE))
        omf2(path, found, spoilt)
        try:
            model = read_model(path)
        except (TableError, ModelError):
            ended["error"] += 1
            return
        ended["model"] += 1
        assert all(v.shape == (model.grid.n,) for v in model.fields.values())
        assert set(model.fields) <= set(undamaged.fields)

    damage()
    assert ended["error"] >= 20
    assert ended["model"] >= 5


def test_attributes_of_the_wrong_place_or_length_are_told(tmp_path):
    path = tmp_path / "m.omf"
    arrays = {
        "boxes.parquet": boxes([(0, 0, 0)], [WHOLE]),
        "one.parquet": array([1.0]),
        "two.parquet": array([1.0, 2.0]),
        "all.parquet": array(np.zeros(GRID.n)),
    }

    def read(*attributes):
        omf2(path, [element(attributes=attributes, subblocks=regular(1))], arrays)
        return read_model(path)

    with pytest.raises(TableError, match="'cu' has 2 values, 1 are due"):
        read(attribute("cu", "two.parquet", 2))
    with pytest.raises(TableError, match="'cu' has 24 values, 1 are due"):
        read(attribute("cu", "all.parquet", 24))
    with pytest.raises(TableError, match="'cu' has 1 values, 24 are due"):
        read(number("cu", "one.parquet"))
    both = (attribute("cu", "one.parquet", 1), number("cu", "all.parquet"))
    with pytest.raises(TableError, match="two attributes 'cu'"):
        read(*both)
    with pytest.raises(TableError, match="two attributes 'cu'"):
        read(both[0], both[0])
    with pytest.raises(ModelError, match="'rock_fraction' is of parent blocks"):
        read(number("rock_fraction", "all.parquet"))
    share = read(attribute("rock_fraction", "one.parquet", 1))
    assert share["rock_fraction"].tolist() == [1.0, *[0.0] * 23]


def test_a_tensor_of_equal_parents_may_be_divided(tmp_path):
    names = {a: {"filename": f"{a}.parquet"} for a in "uvw"}
    arrays = {
        f"{a}.parquet": array(np.full(n, size), "scalar")
        for a, n, size in zip("uvw", GRID.shape, GRID.size, strict=True)
    }
    arrays |= {"boxes.parquet": boxes([(3, 2, 1)], [(0, 0, 0, 2, 2, 5)])}
    found = element(grid={"type": "Tensor", **names}, subblocks=regular(1))
    model = read_model(omf2(tmp_path / "m.omf", [found], arrays))
    assert model["rock_fraction"].tolist() == [*[0.0] * 23, 0.5]
    arrays["w.parquet"] = array(np.array([5.0, 7.0]), "scalar")
    with pytest.raises(ModelError, match="several sizes along w"):
        read_model(omf2(tmp_path / "m.omf", [found], arrays))


def test_absurd_counts_are_refused_before_memory_is_taken(tmp_path, monkeypatch):
    path = tmp_path / "m.omf"
    arrays = {"boxes.parquet": boxes([(0, 0, 0)], [WHOLE])}
    huge = {**REGULAR, "count": [2**31, 2**31, 2**31]}
    with pytest.raises(ModelError, match="grid of"):
        read_model(omf2(path, [element(grid=huge, subblocks=regular(1))], arrays))
    # runs of one value: a few bytes that are many sub-blocks
    many = boxes(np.zeros((20_000, 3), int), np.tile(WHOLE, (20_000, 1)))
    assert len(many) < 10_000
    omf2(path, [element(subblocks=regular(20_000))], {"boxes.parquet": many})
    with pytest.raises(ModelError, match="overlap"):
        read_model(path)
    monkeypatch.setattr(omf_archive, "MOST_ARRAY", 100_000)
    with pytest.raises(TableError, match="absurdly large: 20,000 values"):
        read_model(path)
