"""Sub-blocked models on a regular grid: against voxels counted one by one, and bad files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import Grid, ModelError, TableError
from orefield.core.model_files import ModelOptions, options_from_dict, read_model

PARENT = (20.0, 10.0, 8.0)
FINE = 4  # sub-blocks have edges on quarters of a block


def cut(seed: int, shape=(3, 4, 2)) -> tuple[np.ndarray, np.ndarray]:
    """Blocks cut in halves and quarters at random: lower corners and lengths, in quarters."""
    rng = np.random.default_rng(seed)
    low, size = [], []

    def split(at, length, depth):
        axes = [a for a in range(3) if length[a] > 1]
        if depth and axes and rng.random() < 0.75:
            axis = int(rng.choice(axes))
            step = np.zeros(3, int)
            step[axis] = length[axis] // 2
            half = length - step
            split(at, np.where(np.arange(3) == axis, step, length), depth - 1)
            split(at + step, half, depth - 1)
        else:
            low.append(at)
            size.append(length)

    for index in np.ndindex(*shape):
        split(np.array(index) * FINE, np.full(3, FINE), 5)
    return np.array(low), np.array(size)


def frame(seed: int, *, origin=(1000.0, 2000.0, 500.0), turn=0.0, drop=0.15) -> pd.DataFrame:
    low, size = cut(seed)
    rng = np.random.default_rng(seed + 1)
    quarter = np.array(PARENT) / FINE
    world = Grid(origin, PARENT, (1, 1, 1), turn).to_world((low + size / 2) * quarter)
    table = pd.DataFrame(
        np.column_stack([world, size * quarter]),
        columns=["XC", "YC", "ZC", "XINC", "YINC", "ZINC"],
    )
    n = len(table)
    table["density_t_m3"] = rng.uniform(2.0, 4.0, n).round(3)
    table["cu_pct"] = rng.lognormal(0.0, 1.0, n).round(4)
    table["rock"] = rng.choice(["ox", "sul", "waste"], n)
    table["zone"] = rng.integers(1, 4, n)
    table["low"] = [tuple(v) for v in low]
    table["size"] = [tuple(v) for v in size]
    keep = rng.random(n) >= drop
    keep[[0, -1]] = True  # the extent
    return table[keep].reset_index(drop=True)


def written(table: pd.DataFrame, path, kind="csv"):
    out = table.drop(columns=["low", "size"], errors="ignore")
    file = path / f"blocks.{kind}"
    out.to_csv(file, index=False) if kind == "csv" else out.to_parquet(file)
    return file


def by_voxel(table: pd.DataFrame, grid: Grid, coarse: int = FINE) -> list[dict]:
    """Every block from its voxels: volume, tonnes, metal and the volume of each code."""
    voxel = np.prod(np.array(PARENT) / FINE)
    out: list[dict] = [
        {"volume": 0.0, "tonnes": 0.0, "metal": 0.0, "rock": {}, "zone": {}} for _ in range(grid.n)
    ]
    for row in table.itertuples():
        for step in np.ndindex(*row.size):
            i, j, k = (np.array(row.low) + step) // coarse
            block = out[grid.index(int(i), int(j), int(k))]
            block["volume"] += voxel
            block["tonnes"] += voxel * row.density_t_m3
            block["metal"] += voxel * row.density_t_m3 * row.cu_pct
            for code in ("rock", "zone"):
                value = getattr(row, code)
                block[code][value] = block[code].get(value, 0.0) + voxel
    return out


def assert_as_voxels(model, table, coarse=FINE):
    volume = model.grid.block_volume_m3
    share = model["rock_fraction"]
    for b, told in enumerate(by_voxel(table, model.grid, coarse)):
        assert share[b] == pytest.approx(told["volume"] / volume, abs=1e-12)
        if not told["volume"]:
            assert model["cu_pct"][b] == 0
            continue
        tonnes = volume * share[b] * model["density_t_m3"][b]
        assert tonnes == pytest.approx(told["tonnes"], rel=1e-12)
        assert tonnes * model["cu_pct"][b] == pytest.approx(told["metal"], rel=1e-12)
        for code in ("rock", "zone"):
            most = max(told[code].values())
            first = min(v for v, amount in told[code].items() if amount > most - 1e-6)
            assert model[code][b] == first


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 27.5]), st.sampled_from(["csv", "parquet"]))
def test_blocks_are_what_their_voxels_add_up_to(tmp_path_factory, seed, turn, kind):
    table = frame(seed, turn=turn)
    path = written(table, tmp_path_factory.mktemp("blocks"), kind)
    model = read_model(path, ModelOptions(parent=PARENT, rotation_deg=turn))
    assert model.grid.shape == (3, 4, 2)
    np.testing.assert_allclose(model.grid.origin, (1000.0, 2000.0, 500.0), atol=1e-5)
    assert_as_voxels(model, table)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_whole_keeps_volume_tonnes_and_metal(tmp_path_factory, seed):
    table = frame(seed, drop=0.4)
    path = written(table, tmp_path_factory.mktemp("blocks"))
    # onto blocks of another size and place: sub-blocks are cut
    options = ModelOptions(
        parent=(17.0, 13.0, 6.0), straddling="split", origin=(990.0, 1995.0, 499)
    )
    model = read_model(path, options)
    volume = table.XINC * table.YINC * table.ZINC
    tonnes = model.tonnes()
    assert tonnes.sum() == pytest.approx((volume * table.density_t_m3).sum(), rel=1e-12)
    filled = model.grid.block_volume_m3 * np.asarray(model["rock_fraction"])
    assert filled.sum() == pytest.approx(volume.sum(), rel=1e-12)
    metal = (volume * table.density_t_m3 * table.cu_pct).sum()
    assert (tonnes * model["cu_pct"]).sum() == pytest.approx(metal, rel=1e-12)


def test_blocks_of_several_parents_are_merged(tmp_path):
    table = frame(3)
    model = read_model(
        written(table, tmp_path),
        ModelOptions(parent=tuple(2 * v for v in PARENT), origin=(1000, 2000, 500)),
    )
    assert model.grid.shape == (2, 2, 1)
    assert_as_voxels(model, table, coarse=2 * FINE)


def test_a_share_of_rock_in_the_file_counts_as_air(tmp_path):
    table = pd.DataFrame(
        {
            "XC": [5.0, 15.0], "YC": 5.0, "ZC": 4.0, "XINC": 10.0, "YINC": 10.0, "ZINC": 8.0,
            "density_t_m3": [2.0, 3.0], "rock_fraction": [1.0, 0.5], "cu_pct": [1.0, 2.0],
            "usd": [100.5, 40.25], "rec": [0.9, 0.5],
        }
    )  # fmt: skip
    options = ModelOptions(parent=(20.0, 10.0, 8.0), sums=("usd",), by_volume=("rec",))
    model = read_model(written(table, tmp_path), options)
    # 800 m3 of 2 t/m3 and 400 m3 of 3 t/m3, in a block of 1600 m3
    assert model["rock_fraction"][0] == 0.75
    assert model["density_t_m3"][0] == pytest.approx(2800 / 1200)
    assert model["cu_pct"][0] == pytest.approx((1600 * 1.0 + 1200 * 2.0) / 2800)
    assert model["usd"][0] == 140.75
    assert model["rec"][0] == pytest.approx((800 * 0.9 + 400 * 0.5) / 1200)


def test_the_corner_that_datamine_writes_is_taken(tmp_path):
    table = pd.DataFrame(
        {
            "IJK": [0, 0], "XC": [108.0, 112.0], "YC": 205.0, "ZC": 54.0,
            "XINC": 4.0, "YINC": 10.0, "ZINC": 8.0, "XMORIG": 100.0, "YMORIG": 200.0,
            "ZMORIG": 50.0, "NX": 5, "NY": 1, "NZ": 1, "density_t_m3": 2.5,
        }
    )  # fmt: skip
    model = read_model(written(table, tmp_path), ModelOptions(parent=PARENT))
    assert model.grid.origin == (100.0, 200.0, 50.0)
    assert sorted(model.fields) == ["density_t_m3", "rock_fraction"]
    assert model["rock_fraction"][0] == pytest.approx(0.4)


def test_rounded_coordinates_are_forgiven(tmp_path):
    table = frame(8)
    for column in ("XC", "YC", "ZC", "XINC", "YINC", "ZINC"):
        table[column] = table[column].round(2)
    model = read_model(written(table, tmp_path), ModelOptions(parent=PARENT))
    assert model.grid.shape == (3, 4, 2)


def one_more(table, **changed):
    return pd.concat([table, table.iloc[[1]].assign(**changed)], ignore_index=True)


def feet(table):
    for column in ("XC", "YC", "ZC", "XINC", "YINC", "ZINC"):
        table[column] = table[column] / 0.3048
    return table


def sizes_in_feet(table):
    for column in ("XINC", "YINC", "ZINC"):
        table[column] = table[column] / 0.3048
    return table


def thin(table):
    return one_more(table, ZC=500.0, ZINC=1e-6)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (one_more, {}, "overlap"),
        (lambda t: one_more(t, XC=t.XC[1] + 0.3), {}, "overlap|cross the faces"),
        (lambda t: t.assign(XC=t.XC + 3.3 * (t.index == 2)), {}, "cross the faces|overlap"),
        (lambda t: t, {"missing": "error"}, "not filled by sub-blocks"),
        (lambda t: t, {"parent": [19.0, 10.0, 8.0]}, "cross the faces"),
        (lambda t: t, {"origin": [1003.0, 2000.0, 500.0]}, "cross the faces"),
        (feet, {}, "feet and metres"),
        (sizes_in_feet, {}, "feet and metres"),
        (lambda t: t.assign(XINC=np.where(t.index == 3, -5.0, t.XINC)), {}, "sub-block of size"),
        (lambda t: t.assign(ZINC=np.where(t.index == 3, 0.0, t.ZINC)), {}, "sub-block of size"),
        (thin, {}, "thinner than rounding"),
        (lambda t: t.assign(YC=np.where(t.index == 3, np.nan, t.YC)), {}, "empty cells"),
        (lambda t: t.assign(cu_pct=np.where(t.index == 3, np.nan, t.cu_pct)), {}, "empty cells"),
        (lambda t: t.drop(columns=["YINC"]), {}, "needs centres and sizes"),
        (lambda t: t, {"majority": ["ZONES"]}, "which is no field"),
        (lambda t: t, {"majority": ["zone"], "sums": ["zone"]}, "weighed in two ways"),
        (lambda t: t, {"parent": [20.0, 10.0]}, "not three numbers"),
        (lambda t: t, {"parent": [20.0, -10.0, 8.0]}, "not positive"),
        (lambda t: t, {"straddling": "both"}, "not a choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(tmp_path, change, options, message):
    table = change(frame(5, drop=0.2 if "missing" in options else 0.0))
    path = written(table, tmp_path)
    with pytest.raises((ModelError, TableError), match=message):
        read_model(path, options_from_dict({"parent": list(PARENT), **options}))


def test_an_overlap_names_both_rows(tmp_path):
    table = one_more(frame(5, drop=0.0))
    with pytest.raises(ModelError) as error:
        read_model(written(table, tmp_path), ModelOptions(parent=PARENT))
    assert f":3 and {tmp_path / 'blocks.csv'}:{len(table) + 1}" in error.value.where


def test_without_a_block_size_the_file_says_what_is_missing(tmp_path):
    with pytest.raises(ModelError, match="blocks are") as error:
        read_model(written(frame(5), tmp_path))
    assert "parent" in error.value.fix


def test_ways_of_weighing_need_a_block_size(tmp_path):
    path = written(frame(5), tmp_path)
    for ways in ({"majority": ("zone",)}, {"sums": ("t",)}, {"straddling": "split"}):
        with pytest.raises(ModelError, match="for sub-blocked models"):
            read_model(path, ModelOptions(**ways))


def test_a_file_with_a_grid_takes_no_block_size(tmp_path):
    model = read_model(written(frame(5), tmp_path), ModelOptions(parent=PARENT))
    model.to_parquet(tmp_path / "regular.parquet")
    with pytest.raises(ModelError, match="the file has a grid"):
        read_model(tmp_path / "regular.parquet", ModelOptions(parent=PARENT))
