"""The page on MineLib does what it says."""

from __future__ import annotations

import re
from pathlib import Path

from doc_pages import blocks, page, run

from orefield.commands import minelib as commands
from orefield.pit.minelib import check_solution, read_instance, read_solution
from orefield.pit.minelib.descriptor import _SECTIONS

TEXT = page("minelib")


def test_the_page_runs_and_says_what_comes_out(tmp_path: Path) -> None:
    said = [run(kind, code, tmp_path) for kind, code in blocks("minelib", "sh", "python")]
    assert "toy, UPIT: 3 blocks" in said[0]
    assert re.search(r"value +0\.50 ", said[0])
    assert (tmp_path / "toy.sol").read_text("utf-8") == "0\n1\n2\n"
    assert "block 0, mined in period 0, needs block 2, which is mined in period 1" in said[1]
    assert "exit code 1" in said[1]
    assert '"feasible": true' in said[2]
    assert '"objective": 0.0' in said[2].replace("8.881784197001252e-16", "0.0")
    assert (tmp_path / "copy" / "toy.pcpsp").exists()


def test_the_page_names_every_section_field_and_kind(tmp_path: Path) -> None:
    for section in _SECTIONS:
        assert f"`{section}`" in TEXT
    (tmp_path / "toy").mkdir()
    for name, text in re.findall(r"^cat > (\S+) <<'END'\n(.*?)^END$", TEXT, re.M | re.S):
        (tmp_path / name).write_text(text)
    solved, _ = commands.solve(tmp_path / "toy", "upit")
    for field in solved.keys() - {"out"}:
        assert f"`{field}`" in TEXT
    instance = read_instance(tmp_path / "toy", "cpit")
    check = check_solution(instance, read_solution(tmp_path / "early.sol", "cpit"))
    for field in check.as_dict().keys() - {"blocks"}:
        assert f"`{field}`" in TEXT
    for kind in commands._KINDS:
        assert f"`{kind}`" in TEXT
