"""The page on economics does what it says and leaves no key out."""

import contextlib
import io
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "economics.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(toml|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
READERS = ("reading.py", "sections.py")


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    said, printed = [], []
    for language, body in BLOCK.findall(TEXT):
        if language == "toml":
            (tmp_path / "mine.toml").write_text(body, encoding="utf-8")
        elif language == "text":
            said.append(body.strip())
        else:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(body, "economics.md", "exec"), names)
            printed.append(out.getvalue().strip())
    assert len(said) == 6
    assert said == printed


def test_every_key_stands_on_the_page():
    ask = re.compile(
        r"\.(?:has|text|number|number_or_none|flag|names|numbers|pairs|inner|section|sections"
        r"|deck|rate_of|cost)\(\s*\"(\w+)\""
    )
    keys = set()
    for name in READERS:
        source = (ROOT / "src" / "orefield" / "pit" / "worth" / name).read_text(encoding="utf-8")
        keys |= set(ask.findall(source))
    assert len(keys) > 50
    reference = TEXT.split("## Keys", maxsplit=1)[1]
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", reference))))
    assert sorted(keys - told) == []
