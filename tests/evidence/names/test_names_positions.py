"""Each slip of a position is found and named, and right positions stay silent."""

from __future__ import annotations

import pytest

from orefield.evidence import Entities, Entity
from orefield.evidence.names import PositionProblem, check_positions, distance_km

PLACES = (
    Entity("chile", "country", "Chile", country="CL"),
    Entity("china", "country", "China", country="CN"),
    Entity("yunnan", "province", "Yunnan", parent="china", country="CN"),
    Entity("shan", "county", "Shan", province="yunnan", country="CN", lat=25.31, lon=102.17),
)


def problems(**site: object) -> list[PositionProblem]:
    given = {"country": "CN", "province": "yunnan", "parent": "yunnan"} | site
    return check_positions(Entities([*PLACES, Entity("hill", "mine", "Hill", **given)]))  # type: ignore[arg-type]


def test_a_right_position_is_silent() -> None:
    assert problems(lat=25.123, lon=101.456) == []
    assert problems() == []


@pytest.mark.parametrize(
    ("site", "problem", "severity"),
    [
        ({"lat": 0.0, "lon": 0.0}, "null_island", "error"),
        ({"lat": 48.2, "lon": 2.3}, "wrong_country", "error"),
        ({"lat": 45.5, "lon": 125.5}, "wrong_province", "error"),
        ({"lat": -25.12, "lon": 101.46}, "sign", "error"),
        ({"lat": 25.0, "lon": 102.0}, "whole_degrees", "warning"),
        ({"lat": 25.311, "lon": 102.171, "parent": "shan"}, "centroid", "warning"),
        ({"lat": 22.51, "lon": 98.61, "parent": "shan"}, "far_from_parent", "warning"),
        (
            {"lat": -69.07, "lon": -24.27, "country": "CL", "province": "", "parent": "chile"},
            "swapped",
            "error",
        ),
        (
            {"lat": 24.27, "lon": -69.07, "country": "CL", "province": "", "parent": "chile"},
            "sign",
            "error",
        ),
    ],
)
def test_slips(site: dict[str, object], problem: str, severity: str) -> None:
    found = problems(**site)
    assert [(p.entity, p.problem, p.severity) for p in found] == [("hill", problem, severity)]
    assert found[0].explanation


def test_two_sites_at_one_point_but_not_a_part_of_the_other() -> None:
    one = Entity("a", "mine", "A", country="CN", lat=25.1, lon=101.2)
    two = Entity("b", "mine", "B", country="CN", lat=25.1, lon=101.2)
    part = Entity("c", "deposit", "C", country="CN", parent="a", lat=25.1, lon=101.2)
    town = Entity("d", "city", "D", country="CN", lat=25.1, lon=101.2)
    found = check_positions(Entities([one, two, town]))
    assert [(p.entity, p.problem) for p in found] == [("b", "same_point")]
    assert check_positions(Entities([one, part, town])) == []


def test_a_study_may_call_its_places_by_other_ids_and_names() -> None:
    land = Entity("p1", "province", "Neimenggu", country="CN")
    site = Entity("s", "mine", "S", province="p1", country="CN", lat=25.13, lon=101.27)
    (found,) = check_positions(Entities([land, site]))
    assert found.problem == "wrong_province"


def test_distance_of_known_points() -> None:
    # a degree of the meridian on a sphere of the mean radius
    assert distance_km((0.0, 0.0), (1.0, 0.0)) == pytest.approx(111.195, abs=0.01)
    assert distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.195, abs=0.01)
    assert distance_km((10.0, 20.0), (10.0, 20.0)) == 0.0
