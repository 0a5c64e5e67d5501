"""Rows are added whole or not at all, and what is there stays as it is."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpus_files import HEADER, corpus, line
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import RunError, TableError
from orefield.evidence.folder import append, read_folder, verify_history
from orefield.evidence.folder.append import csv_line

NEW = {"id": "N1", "source": "S1", "subject": "Hill", "attribute": "output", "value_low": "7",
       "unit": "kt"}  # fmt: skip


def leftovers(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name not in {"claims.csv", "sources.csv"})


def test_earlier_bytes_stay_and_one_line_is_added(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    before = table.read_bytes()
    append(table, [NEW])
    after = table.read_bytes()
    assert after.startswith(before)
    assert after[len(before) :] == b"N1,S1,,Hill,output,7,,kt,,,\n"
    assert leftovers(table.parent) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "end"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_are_those_of_the_file(
    tmp_path: Path, end: str, last: str, mark: bytes
) -> None:
    table = corpus(tmp_path / "c") / "claims.csv"
    old = mark + (end.join((HEADER, line(subject='"a ""b"", c"'))) + (end if last else "")).encode()
    table.write_bytes(old)
    append(table, [NEW, NEW | {"id": "N2"}])
    text = table.read_bytes()
    assert text.startswith(old)
    assert text.count(b"\r\n") == (4 if end == "\r\n" else 0)
    assert [c.id for c in read_folder(table.parent).claims] == ["C1", "N1", "N2"]


def test_new_columns_go_to_the_end_and_old_cells_stay(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c") / "claims.csv"
    quoted = line("Q", subject='"two,\nlines"', paraphrase='"needless"')
    table.write_text("\n".join((HEADER, line(), "", quoted)), "utf-8")
    append(table, [NEW | {"basis": "contained", "note": "a, b", "period": " "}])
    lines = table.read_text("utf-8").split("\n")
    assert lines[0] == HEADER + ",basis,note"
    assert lines[1] == line() + ",,"
    assert lines[2] == ""
    assert "\n".join(lines[3:5]) == quoted + ",,"
    assert lines[5] == 'N1,S1,,Hill,output,7,,kt,,,,contained,"a, b"'


def test_columns_are_met_by_their_other_names(tmp_path: Path) -> None:
    table = (
        corpus(tmp_path / "c", header="id,source,subject,attribute,low,high,unit") / "claims.csv"
    )
    append(table, [NEW])
    assert table.read_text("utf-8").endswith("\nN1,S1,Hill,output,7,,kt\n")


def test_a_missing_table_is_made(tmp_path: Path) -> None:
    append(tmp_path / "claims.csv", [NEW])
    assert read_folder(tmp_path).claims[0].low == 7.0


def test_nothing_to_add_touches_nothing(tmp_path: Path) -> None:
    append(tmp_path / "claims.csv", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([NEW | {"id": "C1"}], "already there"),
        ([NEW, NEW], "already there"),
        ([NEW | {"id": " "}], "no id"),
        ([NEW | {"subject": "a\nb"}], "line break"),
        ([NEW | {"subject": "a\rb"}], "line break"),
        ([NEW | {"subject": "a\x00b"}], "NUL"),
        ([NEW | {"subject": "\ud800"}], "half a character"),
    ],
)
def test_rows_that_cannot_be_added(tmp_path: Path, rows: list[dict[str, str]], what: str) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    before = table.read_bytes()
    with pytest.raises(TableError, match=what):
        append(table, rows)
    assert table.read_bytes() == before
    assert leftovers(table.parent) == []


@pytest.mark.parametrize("content", [b"\xff\xfeid", "id,主体\n".encode("gb18030"), b'id,a\n"x'])
def test_a_table_that_cannot_be_read_is_not_added_to(tmp_path: Path, content: bytes) -> None:
    table = tmp_path / "claims.csv"
    table.write_bytes(content)
    with pytest.raises(TableError):
        append(table, [NEW])
    assert table.read_bytes() == content


def test_a_lock_keeps_the_second_writer_out(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    lock = table.with_name("claims.csv.lock")
    lock.write_text("1\n")
    with pytest.raises(RunError, match="another writer") as error:
        append(table, [NEW])
    assert "claims.csv.lock" in error.value.where
    assert lock.exists()  # it is the other writer's
    lock.unlink()
    append(table, [NEW])
    assert leftovers(table.parent) == []


def test_a_full_disk_leaves_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    before = table.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left"):
        append(table, [NEW])
    assert table.read_bytes() == before
    assert leftovers(table.parent) == []


def test_a_change_by_someone_else_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    real = os.fsync

    def edit(handle: int) -> None:
        real(handle)
        table.write_text(HEADER + "\n" + line(low="99") + "\n", "utf-8")

    monkeypatch.setattr(os, "fsync", edit)
    with pytest.raises(RunError, match="changed by someone else"):
        append(table, [NEW])
    assert read_folder(table.parent).claims[0].low == 99.0
    assert leftovers(table.parent) == []


def test_a_killed_writer_leaves_the_old_table_and_its_lock(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    before = table.read_bytes()
    program = (
        "import os, time\nfrom pathlib import Path\n"
        "from orefield.evidence.folder import append\n"
        "def stop(*_):\n    print('writing', flush=True)\n    time.sleep(60)\n"
        "os.replace = stop\n"
        f"append(Path({str(table)!r}), [{NEW!r}])\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"writing"
        with pytest.raises(RunError, match="another writer"):
            append(table, [NEW])
        writer.kill()
    assert table.read_bytes() == before
    assert [c.id for c in read_folder(table.parent).claims] == ["C1"]
    table.with_name("claims.csv.lock").unlink()
    append(table, [NEW])
    assert [c.id for c in read_folder(table.parent).claims] == ["C1", "N1"]


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c") / "claims.csv"
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from orefield.core.errors import RunError\nfrom orefield.evidence.folder import append\n"
        "name = sys.argv[1]\ndone = 0\n"
        "while done < 8:\n"
        "    try:\n"
        f"        append(Path({str(table)!r}), [{NEW!r} | {{'id': f'{{name}}{{done}}'}}])\n"
        "        done += 1\n"
        "    except RunError as error:\n        assert 'another writer' in str(error)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, n]) for n in "AB"]
    assert [w.wait(60) for w in writers] == [0, 0]
    ids = {c.id for c in read_folder(table.parent).claims}
    assert ids == {f"{n}{i}" for n in "AB" for i in range(8)}


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c", line()) / "claims.csv"
    table.chmod(0o640)
    link = tmp_path / "claims.csv"
    link.symlink_to(table)
    append(link, [NEW])
    assert link.is_symlink()
    assert table.stat().st_mode & 0o777 == 0o640
    assert len(read_folder(table.parent).claims) == 2


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be written"):
        append(tmp_path / "no" / "claims.csv", [NEW])


CELL = st.text(
    st.characters(exclude_characters="\r\n\x00", exclude_categories=("Cs",)), max_size=30
)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=6))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory,
                                 cells: list[tuple[str, str, str]]) -> None:  # fmt: skip
    table = tmp_path_factory.mktemp("t") / "claims.csv"
    rows = [
        NEW | {"id": f"R{n}", "subject": a, "paraphrase": b, "odd column": c}
        for n, (a, b, c) in enumerate(cells)
    ]
    for row in rows:
        append(table, [row])
    if not rows:
        return
    read = read_folder(table.parent).claims
    assert [c.id for c in read] == [r["id"] for r in rows]
    for claim, row in zip(read, rows, strict=True):
        assert claim.text("subject") == row["subject"].strip()
        assert claim.text("paraphrase") == row["paraphrase"].strip()
        assert claim.text("odd column") == row["odd column"].strip()


@given(st.lists(CELL, min_size=1, max_size=6))
def test_a_line_is_what_the_csv_module_reads(cells: list[str]) -> None:
    read = list(csv.reader(io.StringIO(csv_line(cells), newline=""), strict=True))
    assert read == [[c.strip() for c in cells]]


def test_plain_cells_get_no_quotes() -> None:
    assert csv_line(["=1+1", "-5", "@a", "Hill mine", "玉龙"]) == "=1+1,-5,@a,Hill mine,玉龙\n"


def test_history_of_an_append_is_clean_and_edits_are_told(tmp_path: Path) -> None:
    old = "\n".join((HEADER, line("A"), line("B"), line("B", "6"), line(""), ""))
    assert verify_history(old, old + line("Z")) == ()
    moved = "\n".join((HEADER, line("B", "6"), line(""), line("A"), line("B")))
    assert verify_history(old, moved) == ()
    changed = old.replace("A,S1,2024-05-06,Hill", "A,S1,2024-05-06,Hall")
    (change,) = verify_history(old, changed)
    assert (change.id, change.kind, change.column, change.line) == ("A", "altered", "subject", 2)
    assert (change.before, change.after) == ("Hill mine", "Hall mine")
    (gone,) = verify_history(old, "\n".join((HEADER, line("A"), line("B"), line(""))))
    assert (gone.id, gone.kind, gone.line) == ("B", "removed", 4)
    assert [c.id for c in verify_history(old, HEADER)] == ["A", "B", "B", "row-5"]
    assert "removed" in str(gone)
    assert "'Hall mine'" in str(change)


def test_history_of_a_dropped_column_is_told() -> None:
    changes = verify_history("id,a,b\nX,1,2\nY,1,", "id,a\nX,1\nY,1")
    assert [(c.id, c.column, c.before) for c in changes] == [("X", "b", "2")]


def test_appending_to_a_long_table_is_quick(tmp_path: Path) -> None:
    table = corpus(tmp_path / "c", *(line(f"C{n}") for n in range(5000))) / "claims.csv"
    start = time.perf_counter()
    append(table, [NEW | {"basis": "ore"}])
    assert time.perf_counter() - start < 3.0
