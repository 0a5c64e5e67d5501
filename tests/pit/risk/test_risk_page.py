"""The page on risk does what it says."""

from __future__ import annotations

import json
import re

import pytest
from doc_pages import blocks, page, run, told_and_printed

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("risk")


@pytest.fixture(scope="module")
def answers(folder):
    """What the page's python blocks and commands print, beside what it says they do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        told, printed = told_and_printed("risk", folder / "pit.toml")
    said = [run("sh", code, folder) for _, code in blocks("risk", "sh")]
    return told, printed, said


def test_the_page_runs_and_prints_what_it_says(answers):
    told, printed, _ = answers
    assert len(told) == 5
    assert told == printed


def numbers(line):
    return [float(x.replace(",", "")) for x in _NUMBER.findall(line)]


def test_the_command_says_what_the_page_shows(answers):
    _, _, said = answers
    ((_, shown),) = blocks("risk", "")
    for wanted, got in zip(shown.splitlines(), said[0].splitlines(), strict=False):
        # the search ends by gap or time: what it finds is near, and not the same to the cent
        assert _NUMBER.sub("#", wanted).split() == _NUMBER.sub("#", got).split()
        if "MUSD" not in wanted and "%" not in wanted:
            assert numbers(got) == pytest.approx(numbers(wanted), rel=0.1, abs=6.0)


def test_the_page_is_right_about_its_plans(answers, folder):
    data = json.loads((folder / "risk" / "summary.json").read_text("utf-8"))
    plain, risk = data["plans"]
    for sample in ("in_sample", "held_out"):
        assert risk[sample]["objective"] > plain[sample]["objective"]
        assert risk[sample]["penalty"] < plain[sample]["penalty"]
    assert risk["in_sample"]["objective"] <= data["upper_bound"]
    assert sorted(p.name for p in (folder / "risk").iterdir()) == sorted(data["files"])
    # judged block by block, the plan is worth more than in units
    (line,) = (x for x in answers[2][1].splitlines() if "given" in x and "held" in x)
    worth = numbers(line)[-1] / (risk["held_out"]["objective"] / 1e6)
    assert 1.0 < worth < 1.1


def test_every_key_is_on_the_page(tmp_path):
    from dataclasses import fields

    from orefield.commands.pit.risk_settings import RiskSettings, TargetSettings

    text = page("risk")
    internal = {"given", "hold_out_given", "targets", "usage", "fields", "penalty_usd"}
    for setting in (*fields(RiskSettings), *fields(TargetSettings)):
        if setting.name not in internal:
            assert f"`{setting.name}`" in text, setting.name
