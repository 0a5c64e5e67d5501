"""Samples to files and back, from tables of others, in 2-D, and files that are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from orefield.commands.deposit.settings import read_settings
from orefield.core import ModelError, TableError, UnitError
from orefield.deposit.drillholes.cells import CellRules
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.samples import Samples
from orefield.deposit.samples_file import SampleColumns, read_samples, write_samples


def some(n=50):
    rng = np.random.default_rng(4)
    cu = rng.lognormal(size=n)
    cu[::7] = np.nan
    return Samples(
        rng.uniform(0, 1e6, (n, 3)), {"cu_pct": cu, "mo_ppm": rng.uniform(size=n)},
        rng.uniform(1, 9, n), rng.integers(0, 5, n).astype(np.int32), tuple("EDCBA"),
        {"rock": rng.choice(["granite, grey", "skarn", ""], n)}, "made up",
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_samples_come_back_as_they_were(tmp_path, suffix):
    samples = some()
    path = tmp_path / f"samples.{suffix}"
    write_samples(samples, path, {"cu_pct_coverage": np.ones(50), "from_m": np.zeros(50)})
    back = read_samples(path)
    assert np.array_equal(back.xyz_m, samples.xyz_m)
    assert np.array_equal(back.length_m, samples.length_m)
    assert set(back.values) == {"cu_pct", "mo_ppm"}
    for name in samples.values:
        assert np.array_equal(back[name], samples[name], equal_nan=True)
    assert np.array_equal(back.code("rock"), samples.code("rock"))
    assert [back.holes[i] for i in back.hole] == [samples.holes[i] for i in samples.hole]
    if suffix == "parquet":
        assert back.note == "made up"


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(TableError, match="not a kind of file"):
        write_samples(some(), tmp_path / "a.xlsx")


def test_a_mapping_with_units(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("E,N,Z,L,BH,CU,LITH\n100,200,10,5,A,2000,x\n110,200,10,5,A,<100,y\n")
    columns = SampleColumns(
        x="E", y="N", hole="BH", length="L", values={"cu_pct": "CU"}, units={"cu_pct": "ppm"},
        codes={"rock": "LITH"}, coordinate_unit="ft", rules=CellRules(below="zero"),
    )  # fmt: skip
    found = read_samples(path, columns)
    np.testing.assert_allclose(found.xyz_m[0], [30.48, 60.96, 3.048])
    np.testing.assert_allclose(found.length_m, 1.524)
    np.testing.assert_allclose(found["cu_pct"], [0.2, 0.0])
    assert found.code("rock").tolist() == ["x", "y"]
    assert found.holes == ("A",)
    assert "1 below detection taken as zero" in found.note
    columns = SampleColumns(
        x="E", y="N", length="L", length_unit="m", coordinate_unit="ft", values={"cu_ppm": "CU"}
    )
    metres = read_samples(path, columns)
    np.testing.assert_allclose(metres.length_m, 5.0)


def test_samples_in_two_dimensions(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("X,Y,V\n1,2,3\n4,5,6\n")
    found = read_samples(path, SampleColumns(elevation_m=7.0))
    assert found.xyz_m[:, 2].tolist() == [7.0, 7.0]
    assert len(found.holes) == 2


WRONG = [
    ("X,Y,cu_pct\n1,,3\n", "'Y' is missing", "s.csv:2, column 'Y'"),
    ("X,Y,cu_pct\n1,2,3\n1,2,-3\n", "below zero", "s.csv:3, column 'cu_pct'"),
    ("X,Y,cu_pct\n1,2,300\n", "more than all of the mass", "s.csv:2"),
    ("X,Y,LENGTH,cu_pct\n1,2,0,1\n", "length is 0", "s.csv:2, column 'LENGTH'"),
    ("X,cu_pct\n1,2\n", "no column is the y", "s.csv:1"),
    ("X,Y,cu_pct\n1,2,3\n1,2,4\n1,2,high\n", "'high' is not a finite number", "s.csv:4"),
    ("X,Y,cu_pct\n1,2,3\n1,2,NA\n1,2,NA\n3,4,1\n", r'2 cells.*missing = \["NA"\]', "s.csv:3"),
    ("X,Y,cu_pct\n1,2,3\n1,2,1 000\n3,4,1\n", "no thousands separators", "s.csv:3"),
]


@pytest.mark.parametrize(("text", "what", "where"), WRONG)
def test_wrong_cells_are_told(tmp_path, text, what, where):
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(TableError, match=what) as caught:
        read_samples(path)
    assert where in caught.value.where


def test_a_file_without_values_and_units_of_nothing(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("X,Y,rock\n1,2,a\n")
    with pytest.raises(ModelError, match="no value"):
        read_samples(path)
    path.write_text("X,Y,CU\n1,2,3\n")
    with pytest.raises(UnitError, match="does not say the unit"):
        read_samples(path, SampleColumns(values={"cu": "CU"}, units={"cu": "ppm"}))


# -- [samples] of a file of settings ----------------------------------------------------


def settings(folder, text):
    (folder / "d.toml").write_text(text, encoding="utf-8")
    return read_settings(folder / "d.toml")


POINTS = "X,Y,Z,CU\n5000,7000,100,0.5\n5100,7050,90,-99\n"


def test_the_samples_of_settings(tmp_path):
    (tmp_path / "s.csv").write_text(POINTS)
    found = samples_of(
        settings(tmp_path, '[samples]\nfile = "s.csv"\nmissing = "-99"\n'
                           '[samples.values]\ncu_pct = { column = "CU", unit = "%" }\n')
    )  # fmt: skip
    np.testing.assert_allclose(found["cu_pct"], [0.5, np.nan])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "there are no samples"),
        ("[samples]\n", "'file' is missing"),
        ('[samples]\nfile = "s.csv"\nfeet = true\n', "unknown key 'feet'"),
        ('[samples]\nfile = "s.csv"\nbelow_detection = "third"\n', "'below' is 'third'"),
        ('[samples]\nfile = "s.csv"\nmissing = [true]\n', "something else than numbers"),
    ],
)
def test_settings_that_are_wrong(tmp_path, text, what):
    (tmp_path / "s.csv").write_text(POINTS)
    with pytest.raises(ModelError, match=what):
        samples_of(settings(tmp_path, text))


GRID = "[grid]\norigin = [{0}, {1}, 0]\nsize = [{2}, {2}, {2}]\nshape = [10, 10, 10]\n"


@pytest.mark.parametrize(
    ("origin", "size", "fix"),
    [
        ((1524, 2133, 0), 10, "samples look like feet"),
        ((16404, 22965, 0), 50, "grid looks like feet"),
        ((500000, 7000000, 0), 20, "one coordinate system"),
    ],
)
def test_samples_far_from_the_grid_are_refused(tmp_path, origin, size, fix):
    (tmp_path / "s.csv").write_text(POINTS.replace("-99", "1"))
    text = '[samples]\nfile = "s.csv"\n' + GRID.format(*origin[:2], size)
    with pytest.raises(ModelError, match="no sample lies near the grid") as caught:
        samples_of(settings(tmp_path, text))
    assert fix in caught.value.fix
    near = '[samples]\nfile = "s.csv"\n' + GRID.format(4990, 6990, 12)
    assert len(samples_of(settings(tmp_path, near))) == 2


@pytest.mark.data
def test_the_clustered_data_of_gslib():
    root = os.environ.get("OREFIELD_DATA")
    path = Path(root or "") / "deposit" / "gslib" / "cluster.dat"
    if not root or not path.exists():
        pytest.skip("OREFIELD_DATA has no deposit/gslib/cluster.dat")
    found = read_samples(path)
    assert len(found) == 140
    assert found["Primary"].mean() == pytest.approx(4.3504, abs=1e-4)
    assert list(found.values) == ["Primary", "Secondary", "Declustering Weight"]
