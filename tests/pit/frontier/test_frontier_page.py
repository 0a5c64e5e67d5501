"""The page on trade-offs does what it says."""

from __future__ import annotations

import re

from doc_pages import page, told_and_printed


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told, printed = told_and_printed("frontier", tmp_path / "mine.toml")
    assert len(told) == 6
    assert told == printed


def test_every_wish_in_the_table_exists():
    from orefield.pit.production import additions

    told = re.findall(r"^\| `(\w+)` \|", page("frontier"), re.MULTILINE)
    public = [
        name
        for name, thing in vars(additions).items()
        if callable(thing) and thing.__module__ == additions.__name__ and name[0] != "_"
    ]
    assert sorted(told) == sorted(public)
