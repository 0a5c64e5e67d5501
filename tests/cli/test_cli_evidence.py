"""``orefield evidence`` as a person and a program use it, bad input first of all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orefield.cli.app import app

HEADER = (
    "id,source,published,subject,attribute,value_low,value_high,unit,period,qualifier,paraphrase\n"
)
SOURCES = "id,title,publisher,published,hops,note\nS,A text,Hill Daily,2025-02-03,1,\n"
GOOD = "A,S,2025-02-03,Hill mine,copper output,60,60,kt,2024,exact,\n"


def run(*words: object, text: str = "") -> Result:
    return CliRunner().invoke(app, ["evidence", *map(str, words)], input=text)


def data(*words: object) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def corpus(folder: Path, *rows: str, sources: str = SOURCES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "claims.csv").write_text(HEADER + "".join(rows), "utf-8")
    (folder / "sources.csv").write_text(sources, "utf-8")
    return folder


def test_an_empty_corpus_is_no_fault(tmp_path: Path) -> None:
    found = data("check", corpus(tmp_path / "c"))
    assert (found["claims"], found["findings"]) == (0, [])


@pytest.mark.parametrize(
    "row",
    [
        "A,S,unknown,Hill,output,nan,,kt,2024,exact,\n",
        "A,S,31.02.2025,Hill,output,5,,furlongs,sometime,exact,\n",
        "A,nobody,2025,Hill,share of output,140,,%,2024,exact,\n",
        "A,S,2025,,,,,,,,\n",
        'A,S,2025,"H\u00fcgel / \u5c71",\u4ea7\u91cf,5,4,\u4e07\u5428,'
        "\u4e8c\u3007\u4e8c\u56db\u5e74,\u903e,\n",
        "A,S,2025,<script>alert(1)</script>,output,5,,kt,2024,exact,=cmd|'/c calc'\n",
        "A,S,2025,Hill,output,1e308,1e308,Mt,2024,exact,\n",
        "A,S,2025,Hill,output,-5,-5,kt,2024,exact,\n",
    ],
)
def test_odd_rows_are_told_and_the_rest_is_checked(tmp_path: Path, row: str) -> None:
    good = GOOD.replace("A,", "B,", 1)
    found = data("check", corpus(tmp_path / "c", row, good))
    assert found["claims"] == 2
    assert isinstance(found["findings"], list)


def test_a_text_that_cites_itself_is_a_finding(tmp_path: Path) -> None:
    sources = (
        "id,title,publisher,published,hops,note,relays\n"
        "S,A,Daily,2025-02-03,1,,T\nT,B,Post,2025-02-02,1,,S\n"
    )
    found = data("check", corpus(tmp_path / "c", GOOD, sources=sources))
    said = json.dumps([found["problems"], found["findings"]])
    assert "circle" in said or "itself" in said or "provenance" in said


def test_contradictory_and_cyclic_constraints_do_not_crash(tmp_path: Path) -> None:
    folder = corpus(
        tmp_path / "c", GOOD, "B,S,2025-02-03,Lake mine,copper output,10,10,kt,2024,exact,\n"
    )
    (folder / "constraints.csv").write_text(
        "id,kind,whole,parts,remainder_low,remainder_high,relative,year,note\n"
        "k1,sum,A,B,0,0,no,2024,\nk2,sum,B,A,0,0,no,2024,\nk3,sum,A,A;ghost,0,0,no,2024,\n",
        "utf-8",
    )
    found = data("check", folder)
    assert any(f["rule"] == "declared" for f in found["findings"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "no/such/folder"), "no such folder"),
        (("resolve", "  "), "no name"),
        (("extract", "no-such-file.txt"), "no-such-file.txt"),
        (("audit", "no/such/folder"), "folder"),
        (("extract", "README.md", "--review"), "--corpus"),
    ],
)
def test_mistakes_are_told_in_three_lines(words: tuple[str, ...], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_claims_without_a_column_stop_with_a_table_error(tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text("id,subject\nA,Hill\n", "utf-8")
    result = run("check", tmp_path, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"] == "TableError"


def test_resolve_tells_candidates_and_knows_when_it_does_not_know() -> None:
    assert data("resolve", "Dexin copper mine")["entity"] == "dexing"
    unknown = data("resolve", "Quxzotl Hills")
    assert (unknown["status"], unknown["entity"]) == ("unresolved", None)
    three = data("resolve", "Tongshan")
    assert three["status"] == "ambiguous"
    assert len(three["candidates"]) >= 2


ARTICLE = (
    "Hill mine output up\n\n3 February 2025\n\nThe Hill mine produced 60,000 tonnes of copper in "
    "2024, up 20% from a year earlier, the company said. Up to 95% of copper is recycled.\n"
)


def test_documents_become_a_page_that_shows_their_text_as_text(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text(ARTICLE, "utf-8")
    (news / "b.html").write_text(
        "<html><title>&lt;img src=x onerror=alert(1)&gt;</title><script>alert(2)</script>"
        "<p>The Hill mine produced 90,000 tonnes of copper in 2024.</p></html>",
        "utf-8",
    )
    (news / "c.pdf").write_bytes(b"%PDF-1.4\nbroken")
    (news / "d.bin").write_bytes(bytes(range(256)))
    page = tmp_path / "page.html"
    found = data("audit", news, "--out", page)
    html = page.read_text("utf-8")
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert {d["file"] for d in found["documents"]} == {"a.txt", "b.html"}
    assert any("c.pdf" in p["what"] for p in found["problems"])
    assert any(f["rule"] == "rate-type" for f in found["findings"])
    assert "the company said" not in html  # sentences are not kept


def test_review_keeps_decisions_and_asks_once(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "c")
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    first = run("extract", tmp_path / "a.txt", "--corpus", folder, "--review", text="c\nr\nq\n")
    assert first.exit_code == 0, first.output
    claims = (folder / "claims.csv").read_text("utf-8").splitlines()
    assert len(claims) == 2
    again = data("extract", tmp_path / "a.txt", "--corpus", folder)
    assert (again["review"]["added"], again["review"]["rejected"]) == (0, 1)


def test_add_validates_and_appends(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "c", GOOD)
    given = ["source=S", "subject=Hill mine", "attribute=ore milled", "value_low=9", "unit=Mt",
             "period=2024"]  # fmt: skip
    settings = [w for g in given for w in ("--set", g)]
    refused = run("add", folder, "--no-ask", *settings)
    assert refused.exit_code == 2
    assert "basis" in refused.stderr
    before = (folder / "claims.csv").read_bytes()
    added = run("add", folder, "--no-ask", *settings, "--set", "basis=ore")
    assert added.exit_code == 0, added.output
    assert (folder / "claims.csv").read_bytes().startswith(before.rstrip(b"\n").split(b"\n")[0])
    assert data("check", folder)["claims"] == 2
