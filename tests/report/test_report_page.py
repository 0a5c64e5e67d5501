"""The page is whole, needs nothing else, escapes everything and repeats exactly."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from orefield import report
from orefield.core import RunError, TableError
from orefield.report import style
from orefield.report.data import RunTables
from orefield.report.figures_map import rivers_map
from orefield.report.figures_mines import grade_tonnage
from orefield.report.figures_pits import section
from orefield.report.flow_diagram import flows
from orefield.store import RunFolder

SECTIONS = (
    "headline", "self_sufficiency", "supply", "mines", "deposits", "plants", "rivers", "nation",
    "targets", "drivers", "assumed", "findings", "contradictions", "sources", "run",
)  # fmt: skip


def _sections(html: str) -> list[str]:
    return re.findall(r'<section id="(\w+)">', html)


def test_a_whole_run_has_every_section_in_order(html: str) -> None:
    assert tuple(_sections(html)) == SECTIONS


def test_nothing_is_loaded_from_elsewhere(html: str) -> None:
    assert not re.search(r"<(link|iframe|object|embed|video|audio)\b", html)
    assert not re.search(r"\ssrc=", html)
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon", html)
    for match in re.finditer(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", html):
        before = html[max(0, match.start() - 9) : match.start()]
        inside_text = html.rfind("<", 0, match.start()) < html.rfind(">", 0, match.start())
        assert before.endswith('<a href="') or inside_text, html[match.start() - 60 : match.end()]
    images = re.findall(r'<image\b[^>]*href="([^"]{0,22})', html)
    assert images
    assert all(i.startswith("data:image/png;base64,") for i in images)


def test_phone_and_print_have_rules(html: str) -> None:
    assert 'name="viewport"' in html
    for rule in (
        r"@media \(max-width: 640px\)", "@media print", r"@page \{ size: A4",
        r"\.fig\.narrow, \.narrow-only \{ display: block", "break-inside: avoid",
    ):  # fmt: skip
        assert re.search(rule, html), rule
    assert html.count('class="fig wide') >= 4
    assert html.count('class="fig narrow') >= 3


def test_ids_are_unique_and_links_within_the_page_arrive(html: str) -> None:
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    assert [i for i, n in ids.items() if n > 1] == []
    wanted = set(re.findall(r'href="#([^"]+)"', html)) | set(re.findall(r"url\(#([^)]+)\)", html))
    assert wanted - set(ids) == set()


def test_every_asset_is_labelled_stand_in_wherever_its_geology_shows(
    html: str, tables: RunTables
) -> None:
    for name in ("mines", "deposits"):
        text = html.split(f'<section id="{name}">')[1].split("</section>", maxsplit=1)[0]
        assert text.count('<span class="tag">stand-in</span>') >= len(tables.assets)


def test_the_map_says_that_it_draws_no_borders_and_what_is_unresolved(html: str) -> None:
    text = html.split('<section id="rivers">')[1].split("</section>", maxsplit=1)[0]
    assert "No national borders are drawn" in text
    assert 'lang="zh"' in text
    assert 'lang="bo"' in text


def test_figures_hold_no_signs_that_their_font_lacks(html: str) -> None:
    for drawing in re.findall(r"<svg\b.*?</svg>", html, re.DOTALL):
        assert not re.search(r"[\u0f00-\u0fff\u2e80-\u9fff\uac00-\ud7ff]", drawing)


def test_the_rule_of_choice_and_every_mark_in_use_are_told(html: str, run: RunFolder) -> None:
    from orefield.evidence import RULE

    assert RULE in html
    base = run.table("parameters").query("scenario == 'baseline'")
    for mark, count in base["mark"].value_counts().items():
        assert re.search(rf'<span class="mark {mark}">{mark}</span> {count},', html), mark


# -- hostile text ------------------------------------------------------------------------

EVIL = '"><script>alert(1)</script>&<img src=x onerror=alert(2)>$\\frac{1}{0$'


def _edit(folder: Path, table: str, change: Callable[[pd.DataFrame], object]) -> None:
    path = folder / f"{table}.parquet"
    frame = pd.read_parquet(path)
    for column in frame.columns:
        if isinstance(frame[column].dtype, pd.CategoricalDtype):
            frame[column] = frame[column].astype(str)
    change(frame)
    frame.to_parquet(path, index=False)


def test_text_of_studies_and_claims_cannot_become_code(run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder, ignore=shutil.ignore_patterns("ledger_*", "blocks"))

    def claims(frame: pd.DataFrame) -> None:
        frame["subject"] += EVIL
        frame["note"] = EVIL
        frame["text"] = EVIL

    def sources(frame: pd.DataFrame) -> None:
        frame["title"] += EVIL
        frame["publisher"] = EVIL
        frame["url"] = "javascript:alert(3)"
        frame.loc[::2, "url"] = f"https://example.org/{EVIL}"

    def parameters(frame: pd.DataFrame) -> None:
        frame["label"] += EVIL
        frame["note"] = EVIL

    _edit(folder, "claims", claims)
    _edit(folder, "sources", sources)
    _edit(folder, "parameters", parameters)
    for table, column in (
        ("entities", "name_en"), ("entities", "name_zh"), ("scenarios", "reason"),
        ("tornado", "label"), ("river_nodes", "river"), ("river_chains", "chain"),
    ):  # fmt: skip
        _edit(folder, table, lambda frame, c=column: frame.__setitem__(c, frame[c] + EVIL))
    manifest = {
        **run.manifest,
        "study": {"id": EVIL, "title": EVIL, "description": EVIL},
        "scenarios": {name: label + EVIL for name, label in run.manifest["scenarios"].items()},
        "targets": [{**t, "label": t["label"] + EVIL} for t in run.manifest["targets"]],
        "version": EVIL,
    }
    html = report.write(folder, manifest).read_text(encoding="utf-8")
    assert html.count("<script>") == 1  # our own
    assert html.count("&lt;script&gt;") > 100
    assert "<img" not in html
    assert "onerror=alert(2)>" not in html
    assert "javascript:" not in html
    assert EVIL in report.summary(folder, manifest)  # plain text stays as it is


# -- the same again ----------------------------------------------------------------------


def test_the_same_run_gives_the_same_page(short_runs: dict[str, RunFolder]) -> None:
    folder = short_runs["pit"]
    pages = [report.render(RunTables(folder.path, folder.manifest)) for _ in range(2)]
    assert pages[0] == pages[1]
    assert not re.search(r"<dc:date|<!-- Created with", pages[0])


@pytest.mark.parametrize(
    "draw", [rivers_map, flows, lambda run: section(run, run.assets[0])],
    ids=["map", "flows", "section"],
)  # fmt: skip
def test_figures_repeat(draw: Callable[[RunTables], object], tables: RunTables) -> None:
    first, second = (style.svg(draw(tables), "a", "what it shows") for _ in range(2))  # type: ignore[arg-type]
    assert first == second


def test_two_figures_share_no_ids_and_are_well_formed(tables: RunTables) -> None:
    drawn = [style.svg(grade_tonnage(tables, tables.assets[0]), name, 'a "b" <c>') for name in "ab"]
    ids = [set(re.findall(r'\sid="([^"]+)"', text)) for text in drawn]
    assert ids[0]
    assert not ids[0] & ids[1]
    root = ET.fromstring(str(drawn[0]))
    assert root.get("aria-label") == 'a "b" <c>'
    assert root.get("width") is None
    assert root.get("viewBox")


# -- what is not there -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "has", "lacks"),
    [
        ("evidence", ("assumed", "contradictions", "sources"), ("mines", "supply", "targets")),
        ("deposit", ("mines", "deposits"), ("plants", "self_sufficiency")),
        ("pit", ("mines", "deposits"), ("plants", "rivers", "nation")),
        ("plant", ("mines", "plants"), ("rivers", "supply")),
        ("environment", ("plants", "rivers"), ("nation", "drivers")),
        ("balance", ("self_sufficiency", "nation", "targets"), ("drivers",)),
    ],
)
def test_a_run_that_ended_early_has_a_shorter_report(
    short_runs: dict[str, RunFolder], stage: str, has: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    run = short_runs[stage]
    html = report.render(RunTables(run.path, run.manifest))
    sections = _sections(html)
    assert set(has) <= set(sections)
    assert not set(lacks) & set(sections)
    assert "This run ended early" in html
    results = set(run.table("results")["key"])
    assert {key for kind, key, _ in report.keys(html) if kind == "result"} <= results
    text = report.summary(run.path, run.manifest)
    assert text.splitlines()[0] == run.manifest["study"]["title"]


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no results") as caught:
        report.write(tmp_path, {"study": {"id": "a", "title": "A"}})
    assert caught.value.where == str(tmp_path)
    assert caught.value.fix


def test_a_manifest_without_a_study_is_refused(run: RunFolder) -> None:
    with pytest.raises(RunError, match="names no study"):
        report.write(run.path, {})


def test_a_truncated_table_is_named(run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder, ignore=shutil.ignore_patterns("ledger_*", "blocks"))
    path = folder / "tornado.parquet"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(TableError, match="cannot be read") as caught:
        report.write(folder, run.manifest)
    assert caught.value.where == str(path)
