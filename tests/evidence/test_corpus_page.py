"""The page on corpora does what it says and leaves no rule out."""

from __future__ import annotations

import re
from pathlib import Path

from doc_pages import blocks, page, run

from orefield.evidence.rules.registry import all_rules

TEXT = page("corpus")


def test_the_page_runs_and_finds_what_it_says(tmp_path: Path) -> None:
    said = [run(kind, code, tmp_path) for kind, code in blocks("corpus", "sh")]
    assert "growth-identity" in said[0]
    assert "A5" in said[0]
    assert (tmp_path / "audit.html").read_text("utf-8").count("60 kt") >= 1
    assert (tmp_path / "open.csv").read_text("utf-8").startswith("decision,")
    assert "dexing" in said[2]
    assert len((tmp_path / "lake" / "claims.csv").read_text("utf-8").splitlines()) == 7


def test_every_rule_stands_in_the_table() -> None:
    table = TEXT.split("<!-- rules -->")[1].split("<!-- /rules -->")[0]
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.MULTILINE))
    assert told == {r.name: r.about[0].upper() + r.about[1:].rstrip(".") for r in all_rules()}
