"""The report and the summary say how near each plan is to its certified bound."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from orefield import report
from orefield.report.data import RunTables
from orefield.report.digits import fixed
from orefield.report.sections.page import Page
from orefield.report.sections.plans import plans
from orefield.store import RunFolder


def test_every_plan_shows_its_gap_with_a_key(html: str, run: RunFolder) -> None:
    table = run.table("plans")
    shown = re.findall(r'data-key="([\w-]+)\.plan\.gap"[^>]*>([^<]*)<', html)
    for row in table.itertuples():
        assert (row.asset, fixed(100 * row.gap, 1)) in shown
    for name in ("objective_usd", "upper_bound_usd", "lag_usd", "free_bound_usd", "swing"):
        for asset in table["asset"]:
            assert f'data-key="{asset}.plan.{name}"' in html


def test_the_text_names_the_widest_gap(html: str, run: RunFolder, tables: RunTables) -> None:
    table = run.table("plans")
    widest = table.loc[table["gap"].idxmax()]
    said = plans(Page(tables))
    assert said is not None
    assert said.n == len(table)
    assert said.half == (table["gap"] <= table["gap"].median()).sum()
    assert said.name == tables.name(widest["asset"])
    assert fixed(100 * float(widest["gap"]), 1) in said.widest
    assert fixed(100 * float(table["gap"].median()), 1) in said.median
    assert said.seconds == pytest.approx(sum(run.manifest["plan_seconds"].values()))
    assert "certified bound" in html


def test_the_summary_says_it_in_one_breath(run: RunFolder) -> None:
    text = " ".join(report.summary(run.path, run.manifest).split())
    table = run.table("plans")
    assert f"Plans of {len(table)} open pits: within {100 * table['gap'].max():.1f} %" in text
    assert f"median {100 * table['gap'].median():.1f} %" in text


def test_a_run_without_plans_says_nothing_of_them(run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder)
    (folder / "plans.parquet").unlink()
    bare = RunTables(folder, run.manifest)
    assert plans(Page(bare)) is None
    assert "certified bound" not in report.render(bare)
    assert "certified bound" not in report.summary(folder, run.manifest)


def test_plans_follow_the_table(run: RunFolder, tmp_path: Path) -> None:
    """A wider gap in the table is a wider gap in the summary."""
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder)
    table = pd.read_parquet(folder / "plans.parquet")
    table.loc[0, "gap"] = 0.31
    table.to_parquet(folder / "plans.parquet", index=False)
    assert "within 31.0 % of the certified bound" in report.summary(folder, run.manifest)
