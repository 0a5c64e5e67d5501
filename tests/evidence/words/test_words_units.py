"""Units as people write them: base, factor, what the mass is of, and what had to be guessed."""

from __future__ import annotations

import pytest

from orefield.evidence.vocabulary import Basis
from orefield.evidence.words.units_written import parse_unit


@pytest.mark.parametrize(
    ("text", "base", "factor"),
    [
        ("Mt Cu", "t", 1e6), ("Mt/y", "t/y", 1e6), ("kt Cu/y", "t/y", 1e3), ("tpd", "t/d", 1.0),
        ("ktpa", "t/y", 1e3), ("Mtpa", "t/y", 1e6), ("t/d", "t/d", 1.0), ("kt/d", "t/d", 1e3),
        ("万吨", "t", 1e4), ("万吨/年", "t/y", 1e4), ("亿吨", "t", 1e8), ("吨/日", "t/d", 1.0),
        ("million tonnes per year", "t/y", 1e6), ("tonnes per annum", "t/y", 1.0),
        ("thousand tons", "t", 1e3), ("million pounds", "t", 453.59237),
        ("Moz", "t", 31.1034768), ("t Au", "t", 1.0), ("short tons", "t", 0.90718474),
        ("%", "1", 0.01), ("% y/y", "1", 0.01), ("%/y", "1/y", 0.01), ("g/t Au", "1", 1e-6),
        ("成", "1", 0.1), ("trillion CNY", "CNY", 1e12), ("trillion USD", "USD", 1e12),
        ("亿元", "CNY", 1e8), ("USD/lb", "USD/t", 1 / 0.00045359237), ("CNY/USD", "CNY/USD", 1.0),
        ("count", "count", 1.0), ("million people", "count", 1e6), ("rank", "rank", 1.0),
        ("year", "year", 1.0), ("boolean", "flag", 1.0), ("qualitative", "text", 1.0),
    ],
)  # fmt: skip
def test_base_and_factor(text: str, base: str, factor: float) -> None:
    unit = parse_unit(text)
    assert unit.base == base
    assert unit.factor == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("Mt (gross concentrate)", Basis.CONCENTRATE_GROSS),
        ("Mt/y (basis missing)", Basis.UNSTATED),
        ("kt Cu in concentrate content", Basis.CONTAINED),
        ("t ore/d", Basis.ORE),
        ("万吨金属量", Basis.CONTAINED),
        ("kt/y", Basis.NONE),
    ],
)
def test_the_unit_says_what_the_mass_is_of(text: str, basis: Basis) -> None:
    assert parse_unit(text).basis is basis


def test_compounds_are_counted_as_metal() -> None:
    # lithium carbonate holds 18.79 % lithium, U3O8 84.8 % uranium
    assert parse_unit("kt LCE").factor == pytest.approx(187.9, rel=1e-3)
    assert parse_unit("t U3O8").factor == pytest.approx(0.848, rel=1e-3)


def test_mt_in_small_letters_is_a_guess_by_size() -> None:
    small, large = parse_unit("mt", 3.0), parse_unit("mt", 3_000_000.0)
    assert (small.factor, large.factor) == (1e6, 1.0)
    assert small.guessed
    assert large.guessed
    assert not parse_unit("Mt", 3.0).guessed


@pytest.mark.parametrize("text", ["furlong", "Mtt", "???", "t/t/t/y", "\x00", "%%%" * 200])
def test_unknown_units_are_told_not_guessed(text: str) -> None:
    unit = parse_unit(text)
    assert unit.base in {"?", "1"}
