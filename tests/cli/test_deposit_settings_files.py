"""The files that every command of ``orefield deposit`` leaves are those of the page of settings."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from doc_pages import page
from typer.testing import CliRunner

from orefield.cli.app import app

PAGE = page("deposit-settings")
QUOTED = re.compile(r"`([^`]+)`")
COMMANDS = (
    "composite", "stats", "variogram", "estimate", "simulate", "check", "classify", "plan",
    "update",
)  # fmt: skip

SETTINGS = """
[holes]
dip = "down_positive"
[holes.collar]
file = "collar.csv"
[[holes.table]]
name = "assay"
file = "assay.csv"
values = { cu_pct = "CU", au_gpt = "AU" }
codes = { rock = "ROCK" }
[domains.logged]
column = "rock"
[composite]
length_m = 5
[grid]
origin = [0, 0, 0]
size = [20, 20, 10]
shape = [8, 6, 3]
[statistics]
code = "domain"
values = ["cu_pct", "au_gpt"]
[[statistics.contact]]
code = "domain"
inside = ["ore"]
outside = ["waste"]
[[experimental]]
values = ["cu_pct"]
directions = "all"
map_cells = 2
fit = { kinds = ["spherical"], structures = 1 }
[[estimate]]
value = "cu_pct"
variogram = "cu_pct"
discretisation = [2, 2, 1]
cross_validation = "hole"
neighbourhood = { blocks = 5, max_samples = [4] }
outputs = ["variance", "efficiency", "slope", "lagrange", "negative_weights", "samples", \
"holes", "distance_m", "nearest_m"]
search = { ranges_m = [80, 80, 30] }
[[estimate]]
value = "cu_pct"
field = "shares"
method = "mik"
variogram = "cu_pct"
cutoffs = [0.4]
search = { ranges_m = [80, 80, 30] }
[simulate]
value = "cu_pct"
realisations = 20
standardise = true
cutoffs = [0.4]
[check]
value = "cu_pct"
density_t_m3 = 2.7
[classify]
value = "cu_pct"
density_t_m3 = 2.7
method = "spacing"
also = ["shares"]
also_units = { shares = "%" }
[classify.spacing]
ranges_m = [80, 80, 30]
inferred = { holes = 1, distance_m = 80 }
[classify.quality]
inferred = { slope = 0.1 }
[classify.simulation]
tonnes_per_year = 1e5
[plan]
value = "cu_pct"
density_t_m3 = 2.7
[plan.candidates]
spacing_m = 60
lengths_m = 30
[plan.limits]
holes = 2
[plan.spacing]
spacings_m = [[25, 25], [50, 50]]
quarter_m = [30, 30, 10]
year_m = [60, 60, 10]
[update]
value = "cu_pct"
observations = "seen.csv"
mixtures = "mixed.csv"
localisation = { ranges_m = [50, 50, 20] }
sensor = [{ name = "belt", noise_relative = 0.1 }]
"""

NAMES = {
    "VALUE": r"(?:cu_pct|au_gpt|shares)", "FIELD": r"(?:cu_pct|shares)", "CUTOFF": r"[\d.]+",
    "CODE": r"(?:domain|rock)", "NAME": r"\w+", "DOMAIN": r"\w+", "N": r"\d+",
}  # fmt: skip
"""What stands for the page's words in capitals."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all commands leave of a small deposit of vertical holes, half of them in ore."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(5)
    collars, assays = ["hole,x,y,z,azimuth,dip"], ["hole,from,to,CU,AU,ROCK"]
    for k, (x, y) in enumerate((x, y) for x in range(10, 160, 30) for y in range(10, 120, 30)):
        collars.append(f"H{k},{x},{y},30,0,90")
        for depth in range(0, 30, 5):
            grade = np.exp(0.6 * np.sin(x / 40.0) + 0.3 * rng.standard_normal() - 1.0)
            rock = "ore" if depth < 15 else "waste"
            assays.append(f"H{k},{depth},{depth + 5},{grade:.4f},{grade / 3:.4f},{rock}")
    (folder / "collar.csv").write_text("\n".join(collars), encoding="utf-8")
    (folder / "assay.csv").write_text("\n".join(assays), encoding="utf-8")
    seen = "id,time,sensor,kind,value,unit\nr1,2026-01-01T06:00,belt,belt,0.5,%\n"
    (folder / "seen.csv").write_text(seen, encoding="utf-8")
    (folder / "mixed.csv").write_text("id,tonnes,block\nr1,90,40\nr1,90,41\n", encoding="utf-8")
    config = folder / "deposit.toml"
    config.write_text(SETTINGS, encoding="utf-8")
    for command in COMMANDS:
        done = CliRunner().invoke(app, ["deposit", command, "--config", str(config), "--json"])
        assert done.exit_code == 0, f"{command}: {done.stderr}"
    return folder / "results"


def _rows(*heads: str) -> list[tuple[list[str], str]]:
    """Names in the first cell and the whole row, of the page's tables that begin so."""
    out: list[tuple[list[str], str]] = []
    of_these = False
    for line in PAGE.splitlines():
        if not line.startswith("|"):
            of_these = False
        elif line.startswith(heads):
            of_these = True
        elif of_these and not line.startswith("|---"):
            out.append((QUOTED.findall(line.split(" | ")[0]), line))
    return out


def _like(pattern: str, name: str) -> bool:
    parts = re.split(r"([A-Z]{1,})", pattern)
    return re.fullmatch("".join(NAMES.get(p) or re.escape(p) for p in parts), name) is not None


@pytest.mark.slow  # nine commands
def test_files_and_columns_are_those_of_the_page(results: Path) -> None:
    files = _rows("| file |")
    described = set(QUOTED.findall(PAGE))
    wrong = []
    for path in sorted(results.iterdir()):
        rows = [line for names, line in files if any(_like(n, path.name) for n in names)]
        # figures are told of by their kinds
        if not rows and path.name not in described and path.suffix != ".svg":
            wrong.append(f"{path.name} is not in the page")
        if path.suffix == ".csv" and rows:
            with path.open(encoding="utf-8", newline="") as text:
                header = next(csv.reader(text))
            words = QUOTED.findall("".join(rows))
            wrong += [
                f"{path.name}: column {column}"
                for column in header if not any(_like(word, column) for word in words)
            ]  # fmt: skip
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow  # nine commands
def test_fields_of_block_models_are_those_of_the_page(results: Path) -> None:
    words = [name for names, _ in _rows("| field |") for name in names]
    told = "".join(line for names, line in _rows("| file |") if names[0].endswith(".parquet"))
    words += QUOTED.findall(told)
    wrong = []
    for name in ("estimate", "simulated", "classified", "updated_blocks"):
        path = results / f"{name}.parquet"
        wrong += [
            f"{path.name}: field {column}"
            for column in pq.read_schema(path).names
            if not any(_like(word, column) for word in words) and column != "density_t_m3"
        ]
    assert not wrong, "\n".join(wrong)
