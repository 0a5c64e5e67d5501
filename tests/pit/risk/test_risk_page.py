"""The page on risk does what it says."""

from __future__ import annotations

from doc_pages import told_and_printed


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told, printed = told_and_printed("risk", tmp_path / "mine.toml")
    assert len(told) == 4
    assert told == printed
