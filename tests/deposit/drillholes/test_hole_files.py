"""Logs from files: kinds, mappings, units, codes and limits; what is wrong is told by its row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import ModelError, TableError, UnitError
from orefield.deposit.drillholes.cells import CellRules, Kind, looks_numeric, read_numbers
from orefield.deposit.drillholes.log_units import length_scale, scale, unit_of, value_scale
from orefield.deposit.drillholes.raw_table import read_raw
from orefield.deposit.drillholes.read import (
    Angles,
    LogSource,
    join_surveys,
    read_collars,
    read_intervals,
    read_surveys,
)


def write(folder, text, name="log.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# -- tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "BHID,FROM\nA,1\nB,2\n",
        "\ufeffBHID,FROM\r\nA,1\r\n\r\nB,2\r\n",
        "BHID;FROM\nA;1\nB;2",
        "BHID\tFROM\nA\t1\nB\t2\n",
        ' BHID , FROM \n"A", 1\n B ,2\n',
    ],
)
def test_csv_as_people_save_it(tmp_path, text):
    table = read_raw(write(tmp_path, text))
    assert table.text("bhid").tolist() == ["A", "B"]
    np.testing.assert_array_equal(read_numbers(table, "FROM").values, [1, 2])


def test_lines_are_those_of_the_file(tmp_path):
    table = read_raw(write(tmp_path, 'a,b\n1,"two\nlines"\n\n3,4\n'))
    assert table.line.tolist() == [3, 5]
    assert table.where(1, "b").endswith("log.csv:5, column 'b'")


BROKEN = [
    ("", "empty", "log.csv"),
    ("\n \n", "empty", "log.csv"),
    ("a,b\n", "no row", "log.csv"),
    ("a,b\n1,2\n1,2,3\n", "3 cells, the header has 2", "log.csv:3"),
    ("a,b\n1,2\n1\n", "1 cells, the header has 2", "log.csv:3"),
    ('a,b\n1,"2\n', "broken", "log.csv:"),
    ("a,a\n1,2\n", "'a' stands twice", "log.csv:1"),
    ("a,b\n1,\x002\n", "NUL", "log.csv:2"),
]


@pytest.mark.parametrize(("text", "what", "where"), BROKEN)
def test_broken_tables(tmp_path, text, what, where):
    with pytest.raises(TableError, match=what) as caught:
        read_raw(write(tmp_path, text))
    assert where in caught.value.where


def test_other_encodings_are_told_and_read(tmp_path):
    path = write(tmp_path, "hole,rock\nA,Gn\u00e4is\n", encoding="cp1252")
    with pytest.raises(TableError, match=r"not UTF-8.*byte 14"):
        read_raw(path)
    assert read_raw(path, encoding="cp1252").text("rock")[0] == "Gn\u00e4is"
    with pytest.raises(TableError, match="no encoding"):
        read_raw(path, encoding="utf-99")
    with pytest.raises(TableError, match="cannot be read"):
        read_raw(tmp_path / "none.csv")


def test_a_missing_column_names_the_nearest(tmp_path):
    with pytest.raises(TableError, match="'FORM' is missing") as caught:
        read_raw(write(tmp_path, "hole,FROM\nA,1\n")).column("FORM")
    assert "did you mean 'FROM'" in caught.value.fix


def test_geo_eas(tmp_path):
    path = write(tmp_path, "title\n2 10 10 1\nX\nCu value\n1.0 2.0\n\n 3 -99 \n", "a.dat")
    table = read_raw(path)
    found = read_numbers(table, "Cu value", CellRules((-99.0,)))
    assert np.isnan(found.values).tolist() == [False, True]
    assert table.line.tolist() == [5, 7]
    for text, what in [
        ("title\nfour\n", "no number of columns"),
        ("title\n5\nX\n", "5 columns are announced"),
        ("title\n2\nX\nY\n1 2 3\n", "3 cells"),
        ("title\n1\nX\n", "no row"),
    ]:
        with pytest.raises(TableError, match=what):
            read_raw(write(tmp_path, text, "a.dat"))


def test_parquet_has_types_and_rows(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame({"hole": [34873.0, 12.0], "cu": [0.5, np.nan], "rock": ["x", None],
                          "code": pd.Categorical(["m", "n"])})  # fmt: skip
    frame.to_parquet(path)
    table = read_raw(path)
    assert table.text("hole").tolist() == ["34873", "12"]
    assert table.text("rock").tolist() == ["x", ""]
    assert table.text("code").tolist() == ["m", "n"]
    found = read_numbers(table, "cu")
    assert found.kind.tolist() == [Kind.MEASURED, Kind.EMPTY]
    assert table.where(1, "cu").endswith("row 2, column 'cu'")
    frame["cu"] = [np.inf, 1.0]
    frame.to_parquet(path)
    with pytest.raises(TableError, match="infinite"):
        read_numbers(read_raw(path), "cu")
    path.write_bytes(b"PAR1 no")
    with pytest.raises(TableError, match="cannot be read"):
        read_raw(path)


# -- cells ----------------------------------------------------------------------------


def cells(folder, *texts, **rules):
    quoted = "".join(f'"{t}",z\n' for t in texts)
    return read_numbers(read_raw(write(folder, "v,z\n" + quoted)), "v", CellRules(**rules))


def test_codes_limits_and_numbers(tmp_path):
    found = cells(tmp_path, "0.5", " 1e-2 ", "", "-999", "ns", "<0.02", "< 0.04", ">10", "+3",
                  missing=(-999.0, "NS"))  # fmt: skip
    np.testing.assert_allclose(found.values, [0.5, 0.01, np.nan, np.nan, np.nan, 0.01, 0.02, 10, 3])
    assert found.kind.tolist() == [Kind.MEASURED, Kind.MEASURED, Kind.EMPTY, Kind.CODE, Kind.CODE,
                                   Kind.BELOW, Kind.BELOW, Kind.ABOVE, Kind.MEASURED]  # fmt: skip
    assert found.count(Kind.BELOW) == 2


@pytest.mark.parametrize(
    ("below", "value"), [("half", 0.01), ("zero", 0.0), ("limit", 0.02), ("missing", np.nan)]
)
def test_the_rule_for_values_below_detection(tmp_path, below, value):
    np.testing.assert_allclose(cells(tmp_path, "<0.02", below=below).values, [value])
    turned = cells(tmp_path, "-0.02", below=below, negative="below")
    np.testing.assert_allclose(turned.values, [value])
    assert turned.kind.tolist() == [Kind.BELOW]


def test_negative_numbers_and_decimal_commas(tmp_path):
    assert cells(tmp_path, "-2").values.tolist() == [-2]
    gone = cells(tmp_path, "-2", negative="missing")
    assert np.isnan(gone.values).all()
    assert gone.kind.tolist() == [Kind.NEGATIVE]
    assert cells(tmp_path, "0,25", decimal=",").values.tolist() == [0.25]
    assert np.isnan(cells(tmp_path, ">5", above="missing").values).all()


@pytest.mark.parametrize(
    "text", ["x", "nan", "inf", "1,000", "1_000", "1e999", "0x10", "<", "<x", "1 2", "9" * 70]
)
def test_what_is_no_number_names_its_row(tmp_path, text):
    with pytest.raises(TableError, match=r"is not a finite number|is no number") as caught:
        cells(tmp_path, "1", text)
    assert caught.value.where.endswith("log.csv:3, column 'v'")


def test_a_slip_does_not_turn_grades_into_words(tmp_path):
    table = read_raw(write(tmp_path, "v,w\n1,a\n2,3\nO.5,b\n"))
    assert looks_numeric(table, "v")
    assert not looks_numeric(table, "w")


def test_rules_that_do_not_exist():
    with pytest.raises(ModelError, match="'below' is 'third'"):
        CellRules(below="third")


# -- units ----------------------------------------------------------------------------


def test_units_of_logs():
    assert length_scale("ft") == 0.3048
    assert length_scale("us-ft") == pytest.approx(0.3048006096)
    assert scale("ppm", "%") == pytest.approx(1e-4)
    assert scale("ppb", "g/t") == pytest.approx(1e-3)
    assert scale("oz/st", "g/t") == pytest.approx(34.2857, rel=1e-5)
    assert scale("lb/ft3", "t/m3") == pytest.approx(0.016018, rel=1e-4)
    assert value_scale("cu_pct", "ppm") == pytest.approx(1e-4)
    assert value_scale("au_gpt", "ppb") == pytest.approx(1e-3)
    assert value_scale("au_ppb", "g/t") == pytest.approx(1e3)
    assert value_scale("density_t_m3", "kg/m3") == pytest.approx(1e-3)
    assert unit_of("cu_pct") == "%"
    for call in (lambda: length_scale("furlong"), lambda: length_scale("%"),
                 lambda: value_scale("cu", "ppm"), lambda: value_scale("cu_pct", "m")):  # fmt: skip
        with pytest.raises(UnitError):
            call()


# -- collars, surveys, intervals --------------------------------------------------------


def test_collars_in_feet_with_directions(tmp_path):
    path = write(tmp_path, "BHID,EAST,NORTH,RL,EOH,AZIMUTH,DIP\nA,1000,2000,100,500,350,-60\n"
                           "B,0,0,0,0,,\n")  # fmt: skip
    collars, stations = read_collars(
        LogSource(path, coordinate_unit="ft", depth_unit="m"),
        Angles(azimuth_correction_deg=20.0),
    )
    np.testing.assert_allclose(collars.xyz_m[0], [304.8, 609.6, 30.48])
    assert collars.depth_m[0] == 500
    assert np.isnan(collars.depth_m[1])  # 0 is not told
    assert stations.hole.tolist() == ["A"]
    assert (stations.azimuth_deg[0], stations.dip_deg[0]) == (10.0, 60.0)
    _, stations = read_collars(LogSource(path), Angles(down_positive=True))
    assert stations.dip_deg[0] == -60


def test_surveys_join_those_of_collars(tmp_path):
    path = write(tmp_path, "BHID,AT,AZ,DIP\nA,0,10,-80\nA,50,,-90\n", "s.csv")
    found = read_surveys(LogSource(path))
    assert found.dip_deg.tolist() == [80, 90]
    collar = write(tmp_path, "BHID,X,Y,Z,AZ,DIP\nA,0,0,0,99,-70\nB,0,0,0,5,-50\n", "c.csv")
    _, first = read_collars(LogSource(collar))
    both = join_surveys(first, found)
    assert sorted(zip(both.hole, both.dip_deg, strict=True)) == [("A", 80), ("A", 90), ("B", 50)]


def test_faults_of_collars_and_surveys(tmp_path):
    for text, what in [
        ("BHID,X,Y,Z\nA,1,,3\n", "'Y' is missing"),
        ("BHID,X,Y,Z\n,1,2,3\n", "name is missing"),
        ("BHID,X,Y\nA,1,2\n", "no column is the 'z'"),
        ("BHID,X,Y,Z\nA,1,east,3\n", "'east' is not a finite number"),
    ]:
        with pytest.raises(TableError, match=what):
            read_collars(LogSource(write(tmp_path, text)))
    with pytest.raises(TableError, match="azimuth is missing, and the hole is not vertical"):
        read_surveys(LogSource(write(tmp_path, "BHID,AT,AZ,DIP\nA,0,,-60\n")))
    with pytest.raises(TableError, match="'DIP' is missing"):
        read_surveys(LogSource(write(tmp_path, "BHID,AT,AZ,DIP\nA,0,10,\n")))
    with pytest.raises(ModelError, match="corrected by 400"):
        Angles(azimuth_correction_deg=400)


def test_intervals_with_a_mapping(tmp_path):
    path = write(tmp_path, "HoleID,From,To,Cu_ppm,Au,Lith\nA,0,10,2500,<0.02,GRD\nA,10,20,-9,1,\n")
    source = LogSource(
        path, values={"cu_pct": "Cu_ppm", "au_gpt": "Au"}, units={"cu_pct": "ppm"},
        codes={"rock": "Lith"}, depth_unit="ft", rules=CellRules((-9.0,)),
    )  # fmt: skip
    found = read_intervals(source)
    np.testing.assert_allclose(found.to_m, [3.048, 6.096])
    np.testing.assert_allclose(found.values["cu_pct"], [0.25, np.nan])
    np.testing.assert_allclose(found.values["au_gpt"], [0.01, 1.0])
    assert found.codes["rock"].tolist() == ["GRD", ""]
    assert found.kinds["cu_pct"].tolist() == [Kind.MEASURED, Kind.CODE]
    everything = read_intervals(LogSource(path, rules=CellRules((-9.0,))))
    assert set(everything.values) == {"Cu_ppm", "Au"}
    assert set(everything.codes) == {"Lith"}


def test_faults_of_intervals(tmp_path):
    for text, what in [
        ("BHID,FROM,TO,CU\nA,,10,1\n", "'FROM' is missing"),
        ("BHID,FROM,CU\nA,0,10\n", "no column is the 'to'"),
        ("BHID,FROM,TO,CU\nA,0,ten,1\n", "'ten' is not a finite number"),
    ]:
        with pytest.raises(TableError, match=what):
            read_intervals(LogSource(write(tmp_path, text)))
    path = write(tmp_path, "BHID,FROM,TO,CU\nA,0,10,1\n")
    with pytest.raises(TableError, match="'CUU' is missing"):
        read_intervals(LogSource(path, values={"cu_pct": "CUU"}))
    with pytest.raises(UnitError):
        read_intervals(LogSource(path, values={"cu_pct": "CU"}, units={"cu_pct": "kWh"}))


def test_many_rows_are_read_exactly(tmp_path):
    rng = np.random.default_rng(3)
    grade = rng.lognormal(size=30_000)
    lines = [f"H{i // 100},{i % 100},{i % 100 + 1},{g!r}" for i, g in enumerate(grade.tolist())]
    path = write(tmp_path, "\n".join(["BHID,FROM,TO,CU", *lines]))
    found = read_intervals(LogSource(path))
    assert np.array_equal(found.values["CU"], grade)


@given(st.text(alphabet='ab1,;."\n\r\t-<e ', max_size=60), st.sampled_from(["csv", "dat"]))
def test_no_text_does_more_than_a_clear_error(tmp_path_factory, text, suffix):
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_text(text, encoding="utf-8", newline="")
    where = str(path)
    try:
        table = read_raw(path)
        for column in table.columns:
            found = read_numbers(table, column, CellRules((-1.0,)))
            assert np.isfinite(found.values[found.kind == Kind.MEASURED]).all()
    except TableError as error:
        where = error.where
    assert where.startswith(str(path))
