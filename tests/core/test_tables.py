"""Tables as people keep them: what is wrong is told with its file, line and column."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orefield.core.errors import OrefieldError, TableError
from orefield.core.tables import MAX_BYTES, Row, plain_number, read_rows


def table(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "mines.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(
    path: Path, required: tuple[str, ...] = ("id", "cu_t"), optional: tuple[str, ...] = ("note",)
) -> TableError:
    with pytest.raises(TableError) as caught:
        read_rows(path, required, optional, key="id")
    error = caught.value
    assert error.what
    assert str(path) in error.where
    assert error.fix
    return error


# -- reading -----------------------------------------------------------------------------


def test_rows_know_their_cells_and_lines(tmp_path: Path) -> None:
    path = table(tmp_path, "id,cu_t,note\nhill,1.5,high\n\n  ,,\ndale,,\n")
    rows = read_rows(path, ("id", "cu_t"), ("note",), key="id")
    assert [r.text("id") for r in rows] == ["hill", "dale"]
    assert [r.line for r in rows] == [2, 5]
    assert rows[0].where == f"{path}:2"
    assert rows[0].number("cu_t") == 1.5
    assert rows[1].number("cu_t") is None
    assert rows[1].number("cu_t", 0.0) == 0.0
    assert rows[1].text("note", "none") == "none"


def test_columns_may_stand_in_any_order_and_be_left_out(tmp_path: Path) -> None:
    rows = read_rows(table(tmp_path, "cu_t, id \n1,hill\n"), ("id", "cu_t"), ("note",))
    assert rows[0].cells == {"cu_t": "1", "id": "hill"}
    assert rows[0].text("note", "") == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_byte_order_marks(tmp_path: Path, end: str, mark: str, last: bool) -> None:
    text = mark + end.join(["id,cu_t", "hill,1", "dale,2"]) + (end if last else "")
    rows = read_rows(table(tmp_path, text), ("id", "cu_t"))
    assert [(r.text("id"), r.number("cu_t"), r.line) for r in rows] == [
        ("hill", 1, 2), ("dale", 2, 3)
    ]  # fmt: skip


def test_quotes_hold_commas_quotes_and_lines(tmp_path: Path) -> None:
    path = table(tmp_path, 'id,note\nhill,"a, ""b""\nc"\ndale,d\n')
    rows = read_rows(path, ("id", "note"))
    assert rows[0].cells["note"] == 'a, "b"\nc'
    assert rows[1].line == 4


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    assert read_rows(table(tmp_path, "id,cu_t\n"), ("id", "cu_t"), key="id") == []


def test_names_in_every_script(tmp_path: Path) -> None:
    rows = read_rows(table(tmp_path, "id,note\n驱龙,ཁྱུ་ལུང\n"), ("id", "note"), key="id")
    assert rows[0].cells == {"id": "驱龙", "note": "ཁྱུ་ལུང"}


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=20)


@given(cells=st.lists(st.tuples(_CELLS, _CELLS), max_size=5))
def test_what_a_spreadsheet_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b"])
    writer.writerows(cells)
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(out.getvalue().encode())
    # (line ends inside a cell become LF, so CR is not among them)
    expected = [c for c in cells if any(x.strip() for x in c)]  # empty rows are passed over
    assert [tuple(r.cells.values()) for r in read_rows(path, ("a", "b"))] == expected


# -- faults ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("", "empty", None),
        ("\n \n", "empty", None),
        (b"\xef\xbb\xbf", "empty", None),
        (b"id,cu_t\nhill,\xff\n", "not UTF-8", None),
        ("id,cu_t\nhill,1\n".encode("utf-16"), "not UTF-8", None),
        ("id,cu_t\nhill,\x001\n", "NUL byte", 2),
        ("id,cut\nhill,1\n", "column 'cu_t' is missing", 1),
        ("hill,1\n", "column 'id' is missing", 1),
        ("id,cu_t,notes\nhill,1,\n", "unknown column 'notes'", 1),
        ("id,cu_t,\nhill,1,\n", "unknown column ''", 1),
        ("id,cu_t,cu_t\nhill,1,2\n", "column 'cu_t' stands twice", 1),
        ("id,cu_t\nhill,1\ndale\n", "row has 1 cells, the header has 2", 3),
        ("id,cu_t\nhill,1,500\n", "row has 3 cells, the header has 2", 2),
        ('id,cu_t\nhill,"1\ndale,2\n', "table is broken", 3),
        ('id,cu_t\nhill,"1"2\n', "table is broken", 2),
        ("id,cu_t\nhill,1\ndale,2\nhill,3\n", "'hill' stands twice (first in line 2)", 4),
        ("id,cu_t\nhill,1\n hill ,3\n", "'hill' stands twice", 3),
        ("id,cu_t\n,1\n", "'id' is empty", 2),
        (f"id,cu_t\nhill,{'1' * 200_000}\n", "table is broken", 2),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, what: str, line: int | None
) -> None:
    path = table(tmp_path, text)
    error = refused(path)
    assert what in error.what
    if line is not None:
        assert error.where.startswith(f"{path}:{line}")


def test_the_nearest_column_is_named(tmp_path: Path) -> None:
    assert "'cut'" in refused(table(tmp_path, "id,cut\n")).fix
    assert "did you mean 'note'?" in refused(table(tmp_path, "id,cu_t,notes\n")).fix


@pytest.mark.parametrize("kind", ["missing", "folder", "below a file", "long"])
def test_a_file_that_is_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mines.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "below a file":
        path.write_text("")
        path = path / "mines.csv"
    elif kind == "long":
        path = tmp_path / ("x" * 400)
    error = refused(path)
    assert "missing" in error.what or "cannot be read" in error.what


def test_a_file_far_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "mines.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "too large" in refused(path).what


@pytest.mark.parametrize("cut", range(1, 31))
def test_a_table_cut_anywhere_inside_a_row_is_refused_or_whole(tmp_path: Path, cut: int) -> None:
    whole = 'id,cu_t,note\nhill,1,"a, b"\ndale,2,\n'
    path = table(tmp_path, whole[:-cut])
    try:
        rows = read_rows(path, ("id", "cu_t"), ("note",), key="id")
    except TableError:
        return
    # nothing can be seen at the end of a row, or where its last cell begins
    assert not rows or whole[:-cut].endswith(("\n", '"', ","))
    assert [r.cells["cu_t"] for r in rows] == ["1", "2"][: len(rows)]


# -- numbers -----------------------------------------------------------------------------


@given(st.floats(-1e308, 1e308))
def test_every_number_python_writes_is_read(value: float) -> None:
    assert plain_number(repr(value)) == value
    assert plain_number(f"  {value:.3e} ") == float(f"{value:.3e}")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("+1", 1), ("-1.", -1), (".5", 0.5), ("1E3", 1000), ("1e-3", 0.001), ("007", 7),
     ("0" * 63 + "1", 1), ("1e-999", 0)],
)  # fmt: skip
def test_plain_numbers(text: str, value: float) -> None:
    assert plain_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["nan", "NaN", "inf", "-Infinity", "1_000", "1,000", "1 000", "1.2.3", "1e", "e5", "0x1F",
     "１２", "٣", "²", "½", "1e999", "-1e999", "--1", "+-1", "", " ", ".", "-", "1e1000", "12 t",
     "1\u00a0000", "−5", "1" * 65, "9" * 10_000, "true", "None", "1j"],
    ids=lambda t: t[:12],
)  # fmt: skip
def test_what_is_no_plain_number(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its message is the text itself
        plain_number(text)
    row = Row("mines.csv", 7, {"cu_t": text})
    if text.strip():
        with pytest.raises(TableError, match="not a finite number") as caught:
            row.number("cu_t")
        assert caught.value.where == "mines.csv:7, column 'cu_t'"
        assert len(caught.value.what) < 120
        assert caught.value.fix
    else:
        assert row.number("cu_t") is None


@given(st.text(max_size=12))
@example("1_0")
def test_whatever_is_taken_is_finite_and_what_float_makes_of_it(text: str) -> None:
    try:
        value = plain_number(text)
    except ValueError:
        return
    assert math.isfinite(value)
    assert value == float(text)


def test_an_empty_cell_that_is_needed_is_named() -> None:
    row = Row("mines.csv", 7, {"id": "  "})
    for column in ("id", "name"):
        with pytest.raises(TableError, match=f"'{column}' is empty") as caught:
            row.text(column)
        assert caught.value.where == f"mines.csv:7, column '{column}'"
        assert caught.value.fix


# -- anything ----------------------------------------------------------------------------

_BYTES = st.one_of(
    st.binary(max_size=80),
    st.text('id,cu_tnoe"\r\n\x00\ufeff 1', max_size=60).map(lambda t: ("id,cu_t\n" + t).encode()),
)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(data=_BYTES)
def test_anything_is_rows_or_a_table_error(tmp_path: Path, data: bytes) -> None:
    path = table(tmp_path, data)
    try:
        rows = read_rows(path, ("id", "cu_t"), ("note",), key="id")
        for row in rows:
            row.number("cu_t")
    except OrefieldError as error:
        found = error
        assert type(found) is TableError
        return
    assert len({row.text("id") for row in rows}) == len(rows)
