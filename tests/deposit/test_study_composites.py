"""Composites of a study: what is there comes in, what is wrong is placed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import OrefieldError, TableError
from orefield.deposit import Samples, read_composites
from orefield.deposit.composites_file import write_composites
from orefield.deposit.drillholes.composite import HoleComposites

HEADER = "hole,x_m,y_m,z_m,length_m,cu_pct,au_gpt\n"
GOOD = HEADER + "A1,5,5,105,3,0.4,0.1\nA1,5,5,102,3,0.6,0.2\nB 2,25,15,105,1.5,0,0\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_composites_come_in_as_written(tmp_path: Path) -> None:
    found = read_composites(write(tmp_path / "c.csv", GOOD))
    assert [found.holes[h] for h in found.hole] == ["A1", "A1", "B 2"]
    assert found.xyz_m.tolist() == [[5, 5, 105], [5, 5, 102], [25, 15, 105]]
    assert found.length_m.tolist() == [3, 3, 1.5]
    assert found["cu_pct"].tolist() == [0.4, 0.6, 0.0]
    assert set(found.values) == {"cu_pct", "au_gpt"}


def test_what_was_not_assayed_is_not_zero(tmp_path: Path) -> None:
    found = read_composites(write(tmp_path / "c.csv", GOOD.replace("0.6", "")))
    assert np.isnan(found["cu_pct"]).tolist() == [False, True, False]
    assert found["au_gpt"].tolist() == [0.1, 0.2, 0.0]


def test_columns_that_are_not_taken_are_told(tmp_path: Path) -> None:
    found = read_composites(write(tmp_path / "c.csv", GOOD.replace("au_gpt", "au_gtp")))
    assert set(found.values) == {"cu_pct"}
    assert found.note.endswith("(not taken: au_gtp)")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_the_command_leaves_is_read(tmp_path: Path, ending: str) -> None:
    made = Samples(
        np.array([[5.0, 5.0, 105.0], [5.0, 5.0, 102.0]]),
        {"cu_pct": np.array([0.4, np.nan]), "ni_pct": np.array([0.1, 0.2])},
        np.array([3.0, 2.5]), np.zeros(2, np.int32), ("A1",), {"rock": np.array(["a", "b"])},
        "20-ft composites",
    )  # fmt: skip
    begin = np.array([0.0, 3.0])
    coverage = {"cu_pct": np.array([1.0, 0.0]), "ni_pct": np.ones(2)}
    left = HoleComposites(made, begin, begin + made.length_m, coverage, coverage)
    write_composites(left, tmp_path / f"c.{ending}")
    again = read_composites(tmp_path / f"c.{ending}")
    assert np.array_equal(again["cu_pct"], made["cu_pct"], equal_nan=True)
    assert np.array_equal(again.xyz_m, made.xyz_m)
    assert np.array_equal(again.length_m, made.length_m)
    assert again.note.endswith("(not taken: ni_pct, rock)")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "c.csv"),
        (HEADER, "c.csv"),
        (GOOD.replace(",cu_pct", ",copper"), "c.csv:1"),
        (GOOD.replace("hole,", "well,"), "c.csv:1"),
        (GOOD.replace("z_m", "z"), "c.csv:1"),
        (GOOD.replace("length_m", "thickness_m"), "c.csv:1"),
        (GOOD.replace("A1,5,5,102,3,0.6", "A1,5,5,102,3,-0.6"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "NaN"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "inf"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "120"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("0.6", "0,6"), "c.csv:3"),
        (GOOD.replace("0.6", "rich"), "c.csv:3, column 'cu_pct'"),
        (GOOD.replace("102,3,", "102,0,"), "c.csv:3, column 'length_m'"),
        (GOOD.replace("102,3,", "102,-3,"), "c.csv:3, column 'length_m'"),
        (GOOD.replace("102,3,", ",3,"), "c.csv:3, column 'z_m'"),
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


def test_two_holes_may_cross(tmp_path: Path) -> None:
    found = read_composites(write(tmp_path / "c.csv", GOOD.replace("25,15,105", "5,5,105")))
    assert len(found) == 3


def test_a_missing_file_is_a_fault_of_the_table(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        read_composites(tmp_path / "none.csv")


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
