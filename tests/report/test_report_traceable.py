"""Every number of the report leads to a claim or an assumption."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from orefield import report
from orefield.pipeline.trace import trace
from orefield.report.data import RunTables
from orefield.report.digits import fixed
from orefield.store import RunFolder


@pytest.fixture(scope="module")
def found(html: str) -> list[tuple[str, str, str]]:
    return report.keys(html)


def test_keys_are_read_back_with_their_kind_and_scenario() -> None:
    page = (
        '<p>A <span class="n" data-key="a.b.2030" title="x">1</span>'
        '<span data-key="a.b.2030" data-scenario="other">2</span>'
        '<b data-parameter="p.q">3</b><i data-claim="C&amp;1">4</i></p>'
    )
    assert report.keys(page) == [
        ("result", "a.b.2030", "baseline"), ("result", "a.b.2030", "other"),
        ("parameter", "p.q", "baseline"), ("claim", "C&1", "baseline"),
    ]  # fmt: skip


def test_the_report_is_full_of_numbers_from_every_stage(
    found: list[tuple[str, str, str]], run: RunFolder
) -> None:
    results = run.table("results").astype({"stage": str, "scenario": str})
    keys = {(key, scenario) for kind, key, scenario in found if kind == "result"}
    shown = results[
        [pair in keys for pair in zip(results["key"], results["scenario"], strict=True)]
    ]
    assert set(shown["stage"]) == set(results["stage"])
    assert set(shown["scenario"]) == set(results["scenario"])
    assert len(keys) > 200
    assert len({key for kind, key, _ in found if kind == "parameter"}) > 200


def test_every_result_leads_to_claims_or_assumptions(
    found: list[tuple[str, str, str]], run: RunFolder
) -> None:
    results = run.table("results").astype(dict.fromkeys(("scenario", "stage", "entity"), str))
    rows = results.set_index(["key", "scenario"])[["stage", "entity"]]
    nodes: dict[tuple[str, str, str], str] = {}
    for kind, key, scenario in found:
        if kind == "result":
            assert (key, scenario) in rows.index, f"{key} ({scenario}) is in no result"
            stage, entity = rows.loc[(key, scenario)]
            nodes.setdefault((stage, entity, scenario), key)
    assert len(nodes) > 10
    for (_, _, scenario), key in nodes.items():
        chain = trace(run, key, scenario)
        assert chain.parameters, key
        for parameter in chain.parameters:
            assert parameter["evidence"], f"{key}: {parameter['key']}"
            for evidence in parameter["evidence"]:
                scheme = evidence["reference"].split(":")[0]
                assert scheme in ("claim", "assumption", "scenario"), evidence
                assert evidence["says"]


def test_every_parameter_and_claim_is_in_the_run(
    found: list[tuple[str, str, str]], run: RunFolder
) -> None:
    parameters = run.table("parameters")
    by_scenario = set(zip(parameters["key"], parameters["scenario"], strict=True))
    base = set(parameters["key"][parameters["scenario"] == "baseline"])
    claims = set(run.table("claims")["id"])
    for kind, key, scenario in found:
        if kind == "parameter":
            assert (key, scenario) in by_scenario or key in base, key
        if kind == "claim":
            assert key in claims


class _Cells(HTMLParser):
    """Numbers in number cells and headline figures that carry no key."""

    EXEMPT = ("run", "sources")  # counts of rows and seconds are facts of the run itself

    def __init__(self) -> None:
        super().__init__()
        self.section, self.depth, self.cell = "", 0, False
        self.loose: list[str] = []
        self.stack: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self.section = given.get("id") or ""
        keyed = any(k in given for k in ("data-key", "data-parameter", "data-claim"))
        if tag not in ("meta", "wbr", "br"):
            self.stack.append((tag, keyed))
        names = (given.get("class") or "").split()
        if (tag == "td" and "q" in names) or "big" in names or "answer" in names:
            self.cell = True
            self.depth = len(self.stack)

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack[-1][0] != tag:
            self.stack.pop()
        if self.stack:
            self.stack.pop()
        if len(self.stack) < self.depth:
            self.cell = False

    def handle_data(self, data: str) -> None:
        year = re.fullmatch(r"\D*((19|20)\d\d(-\d\d){0,2}\D*)*", data)
        number = re.search(r"\d", data) and not year
        keyed = any(keyed for _, keyed in self.stack)
        if self.cell and self.section not in self.EXEMPT and number and not keyed:
            self.loose.append(f"{self.section}: {data.strip()}")


def test_no_number_of_a_table_or_headline_is_without_a_key(html: str) -> None:
    cells = _Cells()
    cells.feed(html)
    assert cells.loose == []


def test_the_headline_is_the_median_of_the_draws(html: str, run: RunFolder) -> None:
    results = run.table("results")
    for definition in ("mine_over_use", "mine_plus_domestic_scrap_over_use"):
        key = f"china.self_sufficiency.{definition}.2030"
        row = results[(results["key"] == key) & (results["scenario"] == "baseline")].iloc[0]
        answer = html.split('class="answer"')[1].split("</p>", maxsplit=1)[0]
        text = re.search(rf'data-key="{re.escape(key)}"[^>]*>([^<]*)', answer)
        assert text is not None
        assert text.group(1).replace("\u00a0", " ").strip() == f"{fixed(100 * row['p50'], 1)} %"


def test_published_output_carries_its_parameter_and_deviations_agree(
    html: str, run: RunFolder
) -> None:
    frame: pd.DataFrame = run.table("deviations")
    for row in frame.to_dict("records"):
        key = f"{row['asset']}.published.output_cu_t"
        assert f'data-parameter="{key}"' in html
        off = f"{abs(row['deviation_pct']):.1f}"
        assert off in html


def test_figures_carry_keys_too(html: str, tables: RunTables) -> None:
    drawing = html.split("Sankey diagram", maxsplit=1)[1].split("</svg>", maxsplit=1)[0]
    key = f"china.concentrate_imports_t.{tables.flow_year}"
    assert ("result", key, "baseline") in report.keys(drawing)
