"""Evidence of the shipped study, and rows to build small tables from."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path

import pytest

from orefield.evidence import CLAIM_COLUMNS, Evidence, read_evidence

STUDY = Path(str(files("orefield.studies"))) / "china_copper"

CLAIM = {
    "id": "A-hill-output_cu-2024",
    "subject": "Hill",
    "entity": "hill",
    "attribute": "output_cu",
    "low": "12.5",
    "unit": "kt",
    "basis": "contained",
    "stage": "mine",
    "class": "actual",
    "rate_type": "none",
    "qualifier": "=",
    "valid_from": "2024",
    "valid_to": "2024",
    "source": "report",
    "hops": "0",
    "sigma_class": "A",
    "mark": "read",
    "usable": "yes",
}


def table(columns: tuple[str, ...], *rows: dict[str, str]) -> str:
    """A CSV of the given rows; cells that a row lacks are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def claims_csv(path: Path, *changes: dict[str, str]) -> Path:
    """A table of claims, each the claim above with changes."""
    path.write_text(table(CLAIM_COLUMNS, *(CLAIM | change for change in changes)), "utf-8")
    return path


@pytest.fixture(scope="session")
def shipped() -> Evidence:
    return read_evidence(STUDY / "sources.csv", STUDY / "entities.csv", STUDY / "claims.csv")
