"""The page on risk does what it says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "risk.md").read_text(encoding="utf-8")
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
                exec(compile(body, "risk.md", "exec"), names)
            printed.append(out.getvalue().strip())
    assert len(said) == 4
    assert said == printed
