"""A claim that cannot be is refused, and one that can speaks for the right years."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError, UnitError
from orefield.evidence import Basis, Claim, Mark, ResourceClass, SigmaClass, Source, SourceKind


def make(**changes: Any) -> Claim:
    given_: dict[str, Any] = {
        "id": "A-hill-output_cu-2024",
        "subject": "Hill",
        "entity": "hill",
        "attribute": "output_cu",
        "source": "report",
        "low": 12.5,
        "unit": "kt",
        "basis": Basis.CONTAINED,
        "resource_class": ResourceClass.ACTUAL,
        "where": "claims.csv:7",
    }
    return Claim(**(given_ | changes))


@pytest.mark.parametrize(
    ("changes", "error", "what", "column"),
    [
        ({"id": ""}, EvidenceError, "no id", "id"),
        ({"source": ""}, EvidenceError, "no source", "source"),
        ({"attribute": "Output Cu"}, EvidenceError, "snake_case", "attribute"),
        ({"attribute": ""}, EvidenceError, "snake_case", "attribute"),
        ({"low": None}, EvidenceError, "neither a number nor a text", "low"),
        ({"low": None, "text": "big", "high": 3.0}, EvidenceError, "upper end only", "low"),
        ({"low": float("nan")}, EvidenceError, "low of", "low"),
        ({"high": float("inf")}, EvidenceError, "high of", "high"),
        ({"low": -1.0}, EvidenceError, "is -1.0", "low"),
        ({"low": 2.0, "high": 1.0}, EvidenceError, "down to", "high"),
        ({"basis": Basis.NONE}, EvidenceError, "mass without a basis", "basis"),
        ({"unit": "kt/y", "basis": Basis.NONE}, EvidenceError, "mass without a basis", "basis"),
        ({"unit": "t/d", "basis": Basis.NONE}, EvidenceError, "mass without a basis", "basis"),
        ({"basis": Basis.UNSTATED}, EvidenceError, "unstated basis", "usable"),
        ({"unit": "kilotons"}, UnitError, "unknown unit", "unit"),
        ({"unit": ""}, UnitError, "without a unit", "unit"),
        ({"valid_from": "2024-13"}, EvidenceError, "no date", "valid_from"),
        ({"valid_to": "2023-02-30"}, EvidenceError, "no date", "valid_to"),
        ({"reported_at": "soon"}, EvidenceError, "no date", "reported_at"),
        ({"vintage": "0000"}, EvidenceError, "no date", "vintage"),
        ({"valid_from": "2024", "valid_to": "2023"}, EvidenceError, "before it starts", "valid_to"),
        ({"hops": -1}, EvidenceError, "hops", "hops"),
        ({"rounding": 0.0}, EvidenceError, "rounding", "rounding"),
        ({"mark": Mark.RECALL, "sigma_class": SigmaClass.A}, EvidenceError, "recalled", "sigma"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_with_its_place(
    changes: dict[str, Any], error: type[Exception], what: str, column: str
) -> None:
    with pytest.raises(error) as caught:
        make(**changes)
    assert what in caught.value.what  # type: ignore[attr-defined]
    assert caught.value.where.startswith(f"claims.csv:7, column '{column}")  # type: ignore[attr-defined]


def test_an_unstated_basis_may_be_kept_when_nobody_may_use_it() -> None:
    assert not make(basis=Basis.UNSTATED, usable=False).usable


@pytest.mark.parametrize("unit", ["%", "g/t", "USD/t", "km", "m3/t"])
def test_what_is_no_mass_needs_no_basis(unit: str) -> None:
    assert make(unit=unit, basis=Basis.NONE).low == 12.5


def test_growth_and_low_ground_may_be_negative_but_tonnes_may_not() -> None:
    assert make(low=-3.0, unit="%/y", basis=Basis.NONE).low == -3.0
    assert make(low=-28.0, unit="m", basis=Basis.NONE, attribute="elevation").low == -28.0
    with pytest.raises(EvidenceError):
        make(low=-28.0, unit="m", basis=Basis.NONE, attribute="bench_height")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "year", "speaks"),
    [
        ("2024", "2024", 2024, True),
        ("2024", "2024", 2025, False),
        ("2025-01", "2025-06", 2025, False),  # half a year's output is not the year's
        ("2025-01", "2025-09", 2025, False),
        ("2021-12-27", "2024-02-21", 2021, False),  # five days of 2021
        ("2021-12-27", "2024-02-21", 2022, True),
        ("2021-12-27", "2024-02-21", 2024, False),
        ("2024-02-22", "2026-01-22", 2024, True),
        ("2026-01-23", "", 2026, True),
        ("2026-01-23", "", 2040, True),
        ("2026-01-23", "", 2025, False),
        ("", "2010", 2000, True),
        ("", "2010", 2011, False),
        ("", "", 2024, False),  # an output without a date
    ],
)
def test_years_that_a_claim_speaks_for(
    valid_from: str, valid_to: str, year: int, speaks: bool
) -> None:
    assert make(valid_from=valid_from, valid_to=valid_to).speaks_for(year) is speaks


def test_a_state_without_any_date_speaks_for_every_year() -> None:
    claim = make(attribute="recovery_cu", unit="%", basis=Basis.NONE)
    assert claim.speaks_for(1990)
    assert claim.speaks_for(2040)


@given(st.integers(1900, 2100), st.integers(1900, 2100))
def test_a_calendar_year_speaks_for_itself_alone(said: int, asked: int) -> None:
    claim = make(valid_from=str(said), valid_to=str(said))
    assert claim.speaks_for(asked) is (said == asked)


def test_the_middle_of_a_range_is_converted() -> None:
    claim = make(low=300.0, high=350.0)
    assert claim.central_in("t") == pytest.approx(325_000.0)
    with pytest.raises(UnitError):
        claim.central_in("km")
    with pytest.raises(EvidenceError, match="is a text"):
        make(low=None, text="large").central_in("t")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"id": ""}, "id"),
        ({"title": ""}, "title"),
        ({"hops": -1}, "hops"),
        ({"url": "ftp://example.org"}, "url"),
        ({"published": "spring"}, "published"),
    ],
)
def test_a_source_that_cannot_be_is_refused(changes: dict[str, Any], column: str) -> None:
    source = {"id": "report", "title": "Report", "kind": SourceKind.COMPANY, "where": "s.csv:2"}
    with pytest.raises(EvidenceError) as caught:
        Source(**(source | changes))
    assert caught.value.where == f"s.csv:2, column '{column}'"


def test_every_kind_of_source_has_a_class_and_every_mark_a_label() -> None:
    assert {kind.sigma_class for kind in SourceKind} == set(SigmaClass)
    assert len({mark.label for mark in Mark}) == len(Mark)
