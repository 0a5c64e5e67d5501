"""The page on trade-offs does what it says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "frontier.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(toml|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names, said, printed = {}, [], []
    for language, body in BLOCK.findall(TEXT):
        if language == "toml":
            (tmp_path / "mine.toml").write_text(body, encoding="utf-8")
        elif language == "text":
            said.append(body.strip())
        else:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(body, "frontier.md", "exec"), names)
            printed.append(out.getvalue().strip())
    assert len(said) == 6
    assert said == printed


def test_every_wish_in_the_table_exists():
    from orefield.pit.production import additions

    told = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
    public = [
        name
        for name, thing in vars(additions).items()
        if callable(thing) and thing.__module__ == additions.__name__ and name[0] != "_"
    ]
    assert sorted(told) == sorted(public)
