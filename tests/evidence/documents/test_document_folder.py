"""Folders of documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from orefield.core.errors import EvidenceError
from orefield.evidence.documents import Document, DocumentProblem, read_folder_documents

from .conftest import pdf


def test_a_folder_is_read_in_order_and_nothing_is_passed_over_in_silence(tmp_path: Path) -> None:
    home = tmp_path / "articles"
    (home / "more").mkdir(parents=True)
    (home / "b.txt").write_text("The mine made 5 kt in 2024.")
    (home / "a.html").write_text("<html><body><p>It made 6 kt.</p></body></html>")
    (home / "more" / "C.PDF").write_bytes(pdf(["It made 7 kt."]))
    (home / "d.md").write_text("# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    (home / "empty.txt").write_text("")
    (home / "scan.pdf").write_bytes(pdf([]))
    (home / "table.csv").write_text("a,b")
    (home / ".hidden.txt").write_text("secret")
    (home / ".git").mkdir()
    (home / ".git" / "x.txt").write_text("secret")
    (tmp_path / "outside.txt").write_text("outside")
    (home / "out.txt").symlink_to(tmp_path / "outside.txt")
    (home / "in.txt").symlink_to(home / "b.txt")
    (home / "dead.txt").symlink_to(home / "nowhere.txt")
    (home / "more" / "loop").symlink_to(home)
    found = read_folder_documents(home)
    assert [f.name for f in found] == [
        "a.html",
        "b.txt",
        "d.md",
        "dead.txt",
        "empty.txt",
        "in.txt",
        "more/C.PDF",
        "more/loop",
        "out.txt",
        "scan.pdf",
        "table.csv",
    ]
    read = {f.name: f.format for f in found if isinstance(f, Document)}
    assert read == {
        "a.html": "html",
        "b.txt": "text",
        "d.md": "markdown",
        "in.txt": "text",
        "more/C.PDF": "pdf",
    }
    why = {f.name: f.what for f in found if isinstance(f, DocumentProblem)}
    assert "outside" in why["out.txt"]
    assert "empty" in why["empty.txt"]
    assert "images" in why["scan.pdf"]
    assert "not a document" in why["table.csv"]
    assert "link" in why["more/loop"]


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert read_folder_documents(tmp_path) == ()


def test_what_is_no_folder_or_too_full_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no folder"):
        read_folder_documents(tmp_path / "none")
    for n in range(4):
        (tmp_path / f"{n}.txt").write_text("text")
    with pytest.raises(EvidenceError, match="more than 3"):
        read_folder_documents(tmp_path, max_files=3)
