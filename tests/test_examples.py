"""The examples work as they stand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orefield.study import open_study

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def test_the_example_study_is_sound() -> None:
    study = open_study(EXAMPLES / "cautious-price")
    base = study.parameters
    assert base.number("price.cu_usd_t") == 8500
    assert base.row("price.cu_usd_t").mark == "override"
    slump = study.scenario("price-slump")
    assert slump.number("price.cu_usd_t") == pytest.approx(0.8 * 8500)
    start = "zhunuo.development.p1.start"
    assert (slump.date(start) - base.date(start)).days == pytest.approx(3 * 365.25, abs=1)
    assert len(study.scenarios) == 1 + len(open_study("china-copper").scenarios)


@pytest.mark.data
@pytest.mark.parametrize("name", ["minelib-newman1", "minelib-zuck-small"])
def test_the_ultimate_pit_meets_the_published_optimum(name: str) -> None:
    if not os.environ.get("OREFIELD_DATA"):
        pytest.skip("OREFIELD_DATA is not set, so there are no MineLib files")
    script = EXAMPLES / "ultimate_pit.py"
    done = subprocess.run(
        [sys.executable, str(script), name], capture_output=True, text=True, check=True
    )
    value, published = done.stdout.splitlines()[1].removeprefix("value ").split(", published ")
    assert value == published


def test_every_example_is_listed() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    shown = {p.name for p in EXAMPLES.iterdir() if p.name not in ("README.md", "__pycache__")}
    assert [name for name in shown if f"({name})" not in page] == []
