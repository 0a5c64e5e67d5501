"""Whatever stands in the cells, a whole table is read, and every view of the folder answers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.evidence.folder import next_question, read_folder
from orefield.evidence.folder.columns import (
    CLAIM_CORE,
    CLAIM_MORE,
    CONSTRAINT_COLUMNS,
    EVENT_COLUMNS,
    OWNERSHIP_COLUMNS,
    SOURCE_CORE,
    SOURCE_MORE,
)
from orefield.evidence.tables import ENTITY_COLUMNS

CELL = st.sampled_from(
    ["", "A", "B", "S1", "S2", "5", "-1", "1e400", "9" * 5000, "nan", "١٢", "0000", "9999-12-31",
     "2024-13", "2024-02", "31 June 2024", "yes", "sum", "closed", "relays S1", "relays S2, which",
     "A;B", "A;;", "#2", "50", "=1+1", "\u2028", "\x0b", "é", "玉龙", '"', ",", "\n", "a\r\nb",
     "http://", "news", "1990s", "2024年", "unknown", "Ã©Ã©"]
)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)

TABLES = {
    "claims.csv": (*CLAIM_CORE, *CLAIM_MORE, "odd"),
    "sources.csv": (*SOURCE_CORE, *SOURCE_MORE, "odd"),
    "entities.csv": ENTITY_COLUMNS,
    "ownership.csv": OWNERSHIP_COLUMNS,
    "events.csv": EVENT_COLUMNS,
    "constraints.csv": CONSTRAINT_COLUMNS,
}


@settings(max_examples=60)
@given(st.data())
def test_any_cells_are_read(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("fuzz")
    written: dict[str, list[list[str]]] = {}
    for name, columns in TABLES.items():
        row = st.lists(CELL | WORDS, min_size=len(columns), max_size=len(columns))
        written[name] = data.draw(st.lists(row, max_size=4))
        _write(path / name, columns, written[name])
    folder = read_folder(path)
    kept = [r for r in written["claims.csv"] if any(c.strip() for c in r)]
    # nothing is lost: a row is a claim, unless it repeats another word for word
    named = {tuple(c.strip() for c in r) for r in kept if r[0].strip()}
    assert len(folder.claims) == len(named) + sum(1 for r in kept if not r[0].strip())
    assert len({c.id for c in folder.claims}) == len(folder.claims)
    assert {c.source for c in folder.claims if c.source} <= set(folder.sources)
    assert set(folder.clusters) == set(folder.hops) == set(folder.sources)
    assert all(p.what for p in folder.problems)
    assert set(folder.current().claims) <= set(folder.claims)
    assert set(folder.as_known("2024").claims) <= set(folder.claims)
    assert set(folder.as_true(2024).claims) <= set(folder.claims)
    assert next_question({}, folder) is not None


def _write(path: Path, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerows(rows)
