"""The rules of the house: import order, small modules, nothing of one machine in the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "orefield"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 400
TEXT = {".py", ".md", ".toml", ".txt", ".csv", ".yml", ".yaml", ".cfg", ".html", ".css", ".js",
        ".ts", ".json", ".j2", ".svg", ".in", ".sh", ""}  # fmt: skip

# Paths that exist on one machine only, at the start of a word (so not inside a URL).
MACHINE_PATH = re.compile(r"(?<![\w.:/$}~-])/(?:work|tmp|root|home/\w+|Users/\w+|opt|mnt)/[\w.]")
# Addresses of package registries, and options that name one.
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|conda\.anaconda"
    r"|^\s*--(?:extra-)?index-url|^\s*--find-links|^\s*--trusted-host",
    re.MULTILINE,
)


def _tracked() -> list[Path]:
    """Files under version control, or all that would be, where there is no git."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run(
            [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            check=False,
        )
        if listed.returncode == 0:
            names = listed.stdout.decode().split("\0")
            return [ROOT / n for n in names if n and (ROOT / n).is_file()]
    hidden = {"__pycache__", "build", "dist", "runs", "node_modules", "_build"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(
            part in hidden or (part.startswith(".") and part != ".ci")
            for part in path.relative_to(ROOT).parts[:-1]
        )
    ]


def _violations(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in _tracked():
        if path == Path(__file__).resolve() or path.suffix not in TEXT:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {match.group()}")
    return found


def test_import_contracts() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_are_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines < MAX_LINES, f"{lines} lines: split it by reason to exist"


def test_the_median_module_is_half_of_that() -> None:
    sizes = sorted(p.read_text(encoding="utf-8").count("\n") for p in MODULES)
    assert sizes[len(sizes) // 2] < MAX_LINES // 2


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "misc", "common"}
    assert not [p for p in MODULES if p.stem.strip("_") in drawers]


def test_no_path_of_one_machine_is_tracked() -> None:
    assert _violations(MACHINE_PATH) == []


def test_no_registry_address_is_tracked() -> None:
    assert _violations(REGISTRY) == []


@pytest.mark.parametrize("text", ["cd /home/ann/x", '"/tmp/run"', "data=/root/.cache"])
def test_the_path_rule_finds_paths(text: str) -> None:
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["https://x.org/work/a", "t/tmp/y", "km/work/day", "{x}/tmp/a"])
def test_the_path_rule_leaves_addresses_alone(text: str) -> None:
    assert not MACHINE_PATH.search(text)


def test_domain_rooms_do_not_print() -> None:
    call = re.compile(r"^\s*print\(", re.MULTILINE)
    speaking = PACKAGE / "cli"
    offenders = [
        str(p.relative_to(PACKAGE))
        for p in MODULES
        if speaking not in p.parents and call.search(p.read_text(encoding="utf-8"))
    ]
    assert offenders == []


@pytest.mark.parametrize(
    "statement", ["import orefield", "import orefield.core, orefield.evidence"]
)
def test_importing_the_package_is_light(statement: str) -> None:
    heavy = ["matplotlib", "duckdb", "typer", "rich", "scipy", "numba", "pandas", "pyarrow"]
    if "core" in statement:  # evidence may hold frames
        heavy = ["matplotlib", "duckdb", "typer", "rich", "numba"]
    code = f"{statement}; import sys; print(*[m for m in {heavy!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


# -- packaging --------------------------------------------------------------------------


def _name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def _pins(file: str) -> dict[str, str]:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def test_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, dev = _pins("run.txt"), _pins("dev.txt")
    needed = project["project"]["dependencies"] + project["build-system"]["requires"]
    assert {_name(r) for r in needed} <= set(run)
    assert {_name(r) for r in project["dependency-groups"]["dev"]} <= set(dev)


def test_locks_agree() -> None:
    run, dev = _pins("run.txt"), _pins("dev.txt")
    assert {name: dev[name] for name in run if name in dev} == {
        name: pin for name, pin in run.items() if name in dev
    }


@pytest.mark.parametrize("file", ["run.txt", "dev.txt"])
def test_every_pin_has_a_hash(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_tests_that_read_public_data_are_marked() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if path != Path(__file__).resolve() and "OREFIELD_DATA" in text:
            assert "mark.data" in text, f"{path.relative_to(ROOT)} reads OREFIELD_DATA unmarked"
