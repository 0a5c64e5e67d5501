"""Records of one site come together; namesakes and neighbours stay apart."""

from __future__ import annotations

from itertools import permutations

import pytest

from orefield.core.errors import EvidenceError
from orefield.evidence.names import SiteRecord, link_records

CU = frozenset({"cu"})


def groups(*records: SiteRecord) -> set[frozenset[str]]:
    return {frozenset(ids) for ids in link_records(records)}


def site(record_id: str, name: str, **more: object) -> SiteRecord:
    return SiteRecord(record_id, name, **{"commodities": CU, "source": record_id} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (site("a", "Longhu", lat=30.0, lon=91.0), site("b", "LongHu mine", lat=30.2, lon=91.2)),
        (site("a", "Longhu"), site("b", "Long hu copper deposit", lat=30.0, lon=91.0)),
        (
            site("a", "Dalonghu", lat=30.0, lon=91.0),
            site("b", "Dalonhu", lat=30.1, lon=91.0),
        ),
        (site("a", "Tibet Longhu"), site("b", "Longhu", province="Xizang")),
        (site("a", "Chang\u0092an"), site("b", "Changan")),
        (site("a", "Longhu", aliases=("Kyirhu",)), site("b", "Kyirhu")),
        (
            site("a", "Longhu (Baishi)", lat=30.0, lon=91.0),
            site("b", "Baishi", lat=30.1, lon=91.0),
        ),
    ],
)
def test_one_site_in_two_spellings(left: SiteRecord, right: SiteRecord) -> None:
    assert groups(left, right) == {frozenset({"a", "b"})}
    assert groups(right, left) == {frozenset({"a", "b"})}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (site("a", "Longhu", lat=30.0, lon=91.0), site("b", "Longhu", lat=25.0, lon=110.0)),
        (site("a", "Longhu"), site("b", "Longhu", commodities=frozenset({"fe"}))),
        (site("a", "Longhu", province="Yunnan"), site("b", "Longhu", province="Tibet")),
        (
            site("a", "Longhu", deposit_type="Porphyry"),
            site("b", "Longhu", deposit_type="Redbed Cu", lat=30.0, lon=91.0),
        ),
        (site("a", "Longhu", source="s"), site("b", "Longhu", source="s")),
        (site("a", "Longhu-1", lat=30.0, lon=91.0), site("b", "Longhu-2", lat=30.3, lon=91.0)),
        (site("a", "Tongshan", lat=30.0, lon=91.0), site("b", "Dongshan", lat=30.0, lon=91.0)),
        (site("a", "Longhu"), site("b", "Longhi")),
    ],
)
def test_two_sites(left: SiteRecord, right: SiteRecord) -> None:
    assert groups(left, right) == {frozenset({"a"}), frozenset({"b"})}


def test_a_record_without_position_that_fits_two_stays_alone() -> None:
    here = site("a", "Longhu", lat=30.0, lon=91.0)
    there = site("b", "Longhu", lat=25.0, lon=110.0)
    assert groups(here, there, site("c", "Longhu")) == {
        frozenset({"a"}),
        frozenset({"b"}),
        frozenset({"c"}),
    }


def test_the_order_of_records_changes_nothing() -> None:
    records = [
        site("a", "Longhu", lat=30.0, lon=91.0),
        site("b", "Longhu", lat=30.3, lon=91.0),
        site("c", "Longhu"),
        site("d", "Longhu", lat=25.0, lon=110.0, commodities=frozenset({"fe"})),
    ]
    want = {frozenset({"a", "b", "c"}), frozenset({"d"})}
    assert all(groups(*order) == want for order in permutations(records))


def test_every_record_is_in_one_group_and_none_is_lost() -> None:
    assert link_records([]) == ()
    records = [site(str(i), "Longhu") for i in range(5)]
    assert sorted(i for ids in link_records(records) for i in ids) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "bad",
    [
        {"id": ""}, {"name": " "}, {"lat": 3.0}, {"lat": 91.0, "lon": 0.0},
        {"lat": float("nan"), "lon": 0.0},
    ],
)  # fmt: skip
def test_bad_records_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(EvidenceError):
        SiteRecord(**{"id": "a", "name": "Longhu"} | bad)  # type: ignore[arg-type]


def test_an_id_twice_is_refused() -> None:
    with pytest.raises(EvidenceError, match="twice"):
        link_records([site("a", "Longhu"), site("a", "Baishi")])
