"""Shares of one whole, places in a ranking and growth, told by several texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orefield.evidence.finding import Verdict
from orefield.evidence.vocabulary import Qualifier, ResourceClass

from .builders import corpus, growth, rank, run, say, share, topic, violations

WORLD = topic("world")
PLAN = {"resource_class": ResourceClass.PLAN, "qualifier": Qualifier.TARGET}


def _of(name: str, entity: str, part: float, **more: object) -> object:
    return share(name, part, topic(entity), WORLD, year=2024, **more)


@pytest.mark.parametrize(("second", "bad"), [(0.24, False), (0.26, False), (0.44, True)])
def test_shares_of_one_whole_are_at_most_all_of_it(second: float, bad: bool) -> None:
    told = [_of("a", "arland", 0.76), _of("b", "borland", second, source="other")]
    assert bool(violations(corpus(*told), "shares")) is bad


def test_the_rest_without_one_country_is_no_part_of_it() -> None:
    rest = _of("b", "?all but arland", 0.44, subject="Countries other than Arland", source="other")
    assert violations(corpus(_of("a", "arland", 0.76), rest), "shares")
    assert not violations(corpus(_of("a", "arland", 0.56), rest), "shares")


def test_a_part_of_a_part_is_counted_once() -> None:
    told = [_of("a", "arland", 0.7), _of("b", "p0", 0.5), _of("c", "digco", 0.6)]
    assert not violations(corpus(*told), "shares")


def test_shares_of_different_years_are_not_added() -> None:
    other = replace(_of("b", "borland", 0.6), first_year=2023, last_year=2023)
    assert not violations(corpus(_of("a", "arland", 0.76), other), "shares")


@pytest.mark.parametrize("ahead", [0.33e6, 2.6e6])
def test_the_second_has_no_more_than_the_first(ahead: float) -> None:
    place = rank(
        "r", topic("arland"), "borland", 2.0, year=2024, words="Second after Borland", source="web"
    )
    levels = [say("a", "arland", 2.2e6, year=2024), say("b", "borland", ahead, year=2024)]
    found = violations(corpus(place, *levels), "ranks")
    assert bool(found) is (ahead < 2.2e6)
    assert not found or set(found[0].claims) == {"r", "a", "b"}


def test_another_texts_wrong_figure_does_not_make_the_place_right() -> None:
    place = rank(
        "r", topic("arland"), "borland", 2.0, year=2024, words="Second after Borland", source="web"
    )
    levels = [
        say("a", "arland", 2.2e6, year=2024),
        say("b", "borland", 0.33e6, year=2024),
        say("c", "borland", 3.3e6, year=2024, source="web"),
    ]
    assert violations(corpus(place, *levels), "ranks")


def test_growth_is_held_against_the_pair_that_fits_best() -> None:
    rate = growth("g", 0.4, topic("m0"), 2024, 2023, source="paper")
    levels = [say("a", "m0", 84e3, year=2024), say("b", "m0", 79e3, year=2023)]
    wild = say("w", "m0", 300e3, year=2024, source="paper")
    for extra in ((), (wild,)):
        found = violations(corpus(rate, *levels, *extra), "growth")
        assert [f.claims for f in found] == [("a", "g", "b")]


def test_a_plan_grows_from_what_is_without_a_year() -> None:
    rate = growth("g", 3.0, topic("m0"), 2028, 2025, **PLAN)
    levels = [say("a", "m0", 200e3, **PLAN), say("b", "m0", 100e3, source="report")]
    assert violations(corpus(rate, *levels), "growth")
    assert not violations(corpus(replace(rate, low=1.0, high=1.0), *levels), "growth")


@pytest.mark.parametrize("attribute", ["recycled output", "output, Sunde smelter"])
def test_growth_of_all_is_not_that_of_a_part(attribute: str) -> None:
    rate = growth("g", 0.12, topic("digco"), 2024, 2023)
    parts = [
        say("a", "digco", 150e3, year=2024, attribute=attribute),
        say("b", "digco", 150e3, year=2023, attribute=attribute),
    ]
    assert not [f for f in run(corpus(rate, *parts), "growth") if f.verdict is not Verdict.PASS]


def test_a_total_of_several_things_is_part_of_none() -> None:
    whole = say("w", "arland", 100e3, year=2024, attribute="primary production")
    total = say("t", "p0", 320e3, year=2024, attribute="total metal, primary and recycled")
    assert not violations(corpus(whole, total), "part_whole")


def test_parts_do_not_outvote_their_whole() -> None:
    parts = [say(f"p{i}", f"p{i}", 50e3, year=2024) for i in range(4)]
    whole = say("w", "arland", 100e3, year=2024)
    found = violations(corpus(*parts, whole), "sums")
    assert found
    assert all(f.blamed == () for f in found)
