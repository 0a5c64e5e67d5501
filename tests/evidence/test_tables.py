"""Broken tables are refused with file, row and column, and never with a stray exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError, OrefieldError, TableError, UnitError
from orefield.evidence import (
    CLAIM_COLUMNS,
    ENTITY_COLUMNS,
    SOURCE_COLUMNS,
    Basis,
    ResourceClass,
    read_claims,
    read_entities,
    read_evidence,
    read_sources,
)

from .conftest import CLAIM, STUDY, claims_csv, table

SOURCE = {"id": "report", "title": "Report", "hops": "0", "kind": "company"}
ENTITY = {"id": "hill", "kind": "mine", "name_en": "Hill"}


def test_a_row_becomes_a_claim(tmp_path: Path) -> None:
    path = claims_csv(tmp_path / "claims.csv", {"high": "13", "supersedes": "a; b", "note": "é 铜"})
    (claim,) = read_claims(path)
    assert (claim.low, claim.high, claim.unit) == (12.5, 13.0, "kt")
    assert claim.basis is Basis.CONTAINED
    assert claim.resource_class is ResourceClass.ACTUAL
    assert claim.supersedes == ("a", "b")
    assert claim.note == "é 铜"
    assert claim.where == f"{path}:2"


@pytest.mark.parametrize(
    ("change", "error", "what", "column"),
    [
        ({"source": ""}, EvidenceError, "no source", "source"),
        ({"basis": "none"}, EvidenceError, "mass without a basis", "basis"),
        ({"basis": ""}, TableError, "'basis' is empty", "basis"),
        ({"basis": "metal"}, TableError, "basis is 'metal'", "basis"),
        ({"low": "-4"}, EvidenceError, "is -4.0", "low"),
        ({"low": "nan"}, TableError, "not a finite number", "low"),
        ({"low": "inf"}, TableError, "not a finite number", "low"),
        ({"low": "1,250"}, TableError, "not a finite number", "low"),
        ({"high": "3"}, EvidenceError, "down to", "high"),
        ({"unit": "ktons"}, UnitError, "unknown unit", "unit"),
        ({"unit": ""}, UnitError, "without a unit", "unit"),
        ({"class": "proven"}, TableError, "class is 'proven'", "class"),
        ({"mark": "remembered"}, TableError, "mark is", "mark"),
        ({"usable": "maybe"}, TableError, "usable is 'maybe'", "usable"),
        ({"hops": "two"}, TableError, "hops is 'two'", "hops"),
        ({"hops": "٢"}, TableError, "hops is", "hops"),
        ({"hops": ""}, TableError, "'hops' is empty", "hops"),
        ({"valid_from": "June 2024"}, EvidenceError, "no date", "valid_from"),
        ({"valid_from": "2025"}, EvidenceError, "before it starts", "valid_to"),
        ({"attribute": ""}, TableError, "'attribute' is empty", "attribute"),
        ({"id": ""}, TableError, "'id' is empty", "id"),
    ],
)
def test_a_bad_cell_is_named(
    tmp_path: Path, change: dict[str, str], error: type[OrefieldError], what: str, column: str
) -> None:
    path = claims_csv(tmp_path / "claims.csv", {"id": "first"}, change)
    with pytest.raises(error) as caught:
        read_claims(path)
    assert type(caught.value) is error
    assert what in caught.value.what
    assert caught.value.where == f"{path}:3, column '{column}'"


def test_a_repeated_id_is_named_in_each_table(tmp_path: Path) -> None:
    readers = (
        (read_claims, CLAIM_COLUMNS, CLAIM),
        (read_sources, SOURCE_COLUMNS, SOURCE),
        (read_entities, ENTITY_COLUMNS, ENTITY),
    )
    for read, columns, row in readers:
        path = tmp_path / "t.csv"
        path.write_text(table(columns, row, row), "utf-8")
        with pytest.raises(TableError) as caught:
            read(path)  # type: ignore[operator]
        assert f"'{row['id']}' stands twice (first in line 2)" in caught.value.what
        assert caught.value.where == f"{path}:3, column 'id'"


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda text: b"", "is empty"),
        (lambda text: b" \n\n", "is empty"),
        (lambda text: text[:-40].encode(), "cells, the header has 28"),
        (lambda text: (text + '"open,').encode(), "table is broken"),
        (lambda text: text.replace("Hill", "Cuajon\u00e9").encode("latin-1"), "not UTF-8"),
        (lambda text: text.encode("utf-16"), "not UTF-8"),
        (lambda text: text.replace("Hill", "Hi\x00ll").encode(), "NUL byte"),
        (lambda text: text.replace("attribute", "atribute").encode(), "'attribute' is missing"),
        (lambda text: text.replace("\n", ",\n").encode(), "unknown column ''"),
        (lambda text: text.replace("note", "note,note").encode(), "stands twice in the header"),
    ],
)
def test_a_spoilt_file_is_refused(tmp_path: Path, spoil: object, what: str) -> None:
    path = tmp_path / "claims.csv"
    text = table(CLAIM_COLUMNS, CLAIM)
    path.write_bytes(spoil(text))  # type: ignore[operator]
    with pytest.raises(TableError) as caught:
        read_claims(path)
    assert what in caught.value.what
    assert caught.value.where.startswith(str(path))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(TableError) as caught:
            read_claims(path)
        assert caught.value.where == str(path)


def test_three_tables_make_a_ledger_or_name_what_is_loose(tmp_path: Path) -> None:
    sources, entities, claims = (tmp_path / f"{n}.csv" for n in ("sources", "entities", "claims"))
    sources.write_text(table(SOURCE_COLUMNS, SOURCE), "utf-8")
    entities.write_text(table(ENTITY_COLUMNS, ENTITY), "utf-8")
    claims_csv(claims, {})
    assert len(read_evidence(sources, entities, claims).claims) == 1
    claims_csv(claims, {}, {"id": "other", "source": "rumour"})
    with pytest.raises(EvidenceError, match="unknown source 'rumour'") as caught:
        read_evidence(sources, entities, claims)
    assert caught.value.where == f"{claims}:3, column 'source'"
    entities.write_text(table(ENTITY_COLUMNS, ENTITY | {"parent": "hill"}), "utf-8")
    with pytest.raises(EvidenceError, match="circle: hill > hill") as caught:
        read_evidence(sources, entities, claims)
    assert caught.value.where == f"{entities}:2, column 'parent'"


def fault_of(read: Callable[[Path], object], path: Path) -> OrefieldError | None:
    """Our error on reading a table, if any; another kind of exception passes through."""
    try:
        read(path)
    except OrefieldError as error:
        return error
    return None


CELL = st.one_of(
    st.sampled_from(["", "1", "-1", "nan", "1e400", "kt", "none", "read", "yes", "2024", "a;b"]),
    st.text(max_size=6),
)
FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(st.dictionaries(st.sampled_from(CLAIM_COLUMNS), CELL, max_size=6))
def test_any_cells_give_claims_or_an_error_of_ours(tmp_path: Path, change: dict[str, str]) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(table(CLAIM_COLUMNS, CLAIM | change), "utf-8", "surrogatepass")
    fault = fault_of(read_claims, path)
    assert fault is None or str(path) in fault.where


@FUZZ
@given(st.integers(0, 4000), st.binary(max_size=12), st.integers(0, 300))
def test_any_damage_gives_rows_or_an_error_of_ours(
    tmp_path: Path, at: int, put: bytes, drop: int
) -> None:
    whole = b"".join((STUDY / "entities.csv").read_bytes().splitlines(keepends=True)[:40])
    path = tmp_path / "entities.csv"
    path.write_bytes(whole[:at] + put + whole[at + drop :])
    fault = fault_of(read_entities, path)
    assert fault is None or str(path) in fault.where


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_give_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sources.csv"
    path.write_bytes(content)
    with pytest.raises(OrefieldError):
        read_sources(path)
