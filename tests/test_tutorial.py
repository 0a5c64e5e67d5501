"""The tutorial does what it says, and the pages of reference leave nothing out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orefield.core import units
from orefield.environment import CHAIN_COLUMNS, LINK_COLUMNS, NODE_COLUMNS
from orefield.evidence import vocabulary
from orefield.evidence.tables import CLAIM_COLUMNS, ENTITY_COLUMNS, SOURCE_COLUMNS
from orefield.study import distributions, document, rows, scenarios

DOCS = Path(__file__).resolve().parent.parent / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
FORMAT = (DOCS / "study-format.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _shell(code: str) -> str:
    """Run a block as a reader does, with this environment's ``orefield`` on the path."""
    here = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["sh", "-euc", code],
        env={**os.environ, "PATH": here + os.pathsep + os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow  # opens the reference study five times
def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    said = []
    for language, code in BLOCK.findall(TUTORIAL):
        if language == "sh":
            said.append(_shell(code))
        else:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(code, "tutorial.md", "exec"), names)
            said.append(out.getvalue())
    assert len(said) == TUTORIAL.count("\n```\n") == 6
    text = "\n".join(said)
    # what the page promises of each block
    assert "made my-study" in said[0]
    assert "2 assets modelled: zhunuo, pulang" in said[1]
    assert "2 override" in said[1]
    assert (tmp_path / "runs/mine/manifest.json").is_file()
    assert list(names["mine"].index) == list(range(2020, 2041))
    assert 0 < names["mine"].loc[2032, "cu_recovered_t"] < 1e6
    assert len(names["share"]) == 1
    assert 0 < float(names["share"]["p50"].iloc[0]) < 1
    grade = names["run"].table("parameters").set_index("key").loc["zhunuo.inventory.cu_pct"]
    assert grade["value"] == 0.42
    assert "stand-in geology" in text
    assert "8,500 USD/t" in said[-1]
    assert "a cautious forecast of my own" in said[-1]
    assert "what if the drilling was optimistic" in said[-1]


def test_the_tutorial_is_short() -> None:
    assert TUTORIAL.count("\n") < 100


# -- the study format -------------------------------------------------------------------


def _quoted(words: Any) -> list[str]:
    return [str(word) for word in words if f"`{word}`" not in FORMAT]


@pytest.mark.parametrize(
    "section",
    [
        document.StudySection,
        document.RunSection,
        document.TablesSection,
        document.AssetsSection,
        document.GeologyFile,
        document.Override,
    ],
)
def test_every_key_of_the_study_file_is_described(section: Any) -> None:
    assert _quoted(section.model_fields) == []


@pytest.mark.parametrize(
    "columns",
    [SOURCE_COLUMNS, ENTITY_COLUMNS, CLAIM_COLUMNS, NODE_COLUMNS, LINK_COLUMNS, CHAIN_COLUMNS],
)
def test_every_column_is_described(columns: tuple[str, ...]) -> None:
    assert _quoted(columns) == []


@pytest.mark.parametrize(
    "words",
    [
        vocabulary.Basis,
        vocabulary.Stage,
        vocabulary.ResourceClass,
        vocabulary.RateType,
        vocabulary.Qualifier,
        vocabulary.Mark,
        vocabulary.SigmaClass,
        vocabulary.SourceKind,
        distributions.NAMES,
        scenarios.OPERATIONS,
        rows.KINDS,
    ],
)
def test_every_word_of_the_closed_lists_is_described(words: Any) -> None:
    assert _quoted(words) == []


def test_every_unit_is_listed() -> None:
    assert _quoted(units.known_units()) == []
