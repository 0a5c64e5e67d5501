"""The page on trade-offs does what it says."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

from doc_pages import page, told_and_printed


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told, printed = told_and_printed("frontier", tmp_path / "mine.toml")
    assert len(told) == 6
    assert told == printed


def test_every_wish_in_the_table_exists():
    told = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page("frontier"), re.MULTILINE)
    for name, module in told:
        assert callable(getattr(import_module(f"orefield.pit.production.{module}"), name))
    for module in ("order_wishes", "feed_wishes"):
        there = import_module(f"orefield.pit.production.{module}")
        public = [
            name
            for name, thing in vars(there).items()
            if inspect.isfunction(thing) and thing.__module__ == there.__name__ and name[0] != "_"
        ]
        assert sorted(public) == sorted(name for name, where in told if where == module)
