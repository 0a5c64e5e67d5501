"""The section on what contradicts: cards, folded ones, and totals with their keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orefield import report
from orefield.report.data import RunTables
from orefield.report.findings import in_words
from orefield.report.sections.findings import spoken
from orefield.store import RunFolder


@pytest.fixture(scope="module")
def section(html: str) -> str:
    return html.split('<section id="findings">')[1].split("</section>", maxsplit=1)[0]


def test_every_finding_but_passes_has_a_card(section: str, run: RunFolder) -> None:
    findings = run.table("findings")
    assert section.count('<article class="finding') == len(findings)
    for verdict in ("violate", "tie"):
        n = int((findings["verdict"] == verdict).sum())
        assert section.count(f'<article class="finding {verdict}"') == n
    # arithmetic in words, escaped and whole
    from html import unescape

    plain = unescape(section)
    for words in findings["explanation"]:
        assert in_words(words) in plain


def test_contradictions_and_ties_stand_open_and_the_others_are_folded(section: str) -> None:
    first = section.split("<details", maxsplit=1)[0]
    assert 'class="finding superseded"' not in first
    assert 'class="finding insufficient"' not in first
    opened = len(re.findall(r'class="finding (?:violate|tie)"', first))
    assert opened <= 25


def test_values_of_claims_carry_their_claim(section: str, run: RunFolder) -> None:
    keyed = {key for kind, key, _ in report.keys(section) if kind == "claim"}
    findings = run.table("findings")
    known = set(run.table("claims")["id"])
    said = {c for text in findings["claims"] for c in text.split(";")} & known
    assert len(said) > 20
    # of one finding the first eight are shown
    few = {c for text in findings["claims"] if text.count(";") < 8 for c in text.split(";")} & known
    assert few <= keyed


def test_every_reconciled_total_stands_in_the_table_with_its_key(
    section: str, run: RunFolder
) -> None:
    table = run.table("reconciled")
    keyed = {key for kind, key, _ in report.keys(section) if kind == "result"}
    assert set(table.loc[table["origin"] == "reconciled", "key"]) <= keyed
    for row in table[table["claims"] != ""].itertuples():
        assert f"{spoken(row.series)} {row.year}" in section


def test_counts_are_those_of_the_run(section: str, run: RunFolder) -> None:
    counts = run.table("finding_counts").groupby("verdict")["findings"].sum()
    assert f"{counts['pass']:,} comparisons agree" in section


def test_a_series_is_spoken_as_words() -> None:
    assert spoken("mine_production_t") == "Mine production"


def test_hostile_words_are_escaped(run: RunFolder, tmp_path: Path) -> None:
    for path in run.path.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    findings = run.table("findings").copy()
    findings.loc[0, "explanation"] = "<script>alert(1)</script> & <b>bold</b>"
    (tmp_path / "findings.parquet").unlink()
    findings.to_parquet(tmp_path / "findings.parquet")
    html = report.render(RunTables(tmp_path, run.manifest))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in html


def test_a_run_without_findings_lacks_the_section(run: RunFolder, tmp_path: Path) -> None:
    for path in run.path.glob("*.parquet"):
        if path.name not in ("findings.parquet", "reconciled.parquet"):
            (tmp_path / path.name).symlink_to(path)
    html = report.render(RunTables(tmp_path, run.manifest))
    assert '<section id="findings">' not in html
    assert "findings" in html.split('id="missing"')[1]
