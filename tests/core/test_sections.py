"""Settings read key by key: what is no number, or more of one than any quantity has."""

import pytest

from orefield.core.errors import ModelError
from orefield.core.sections import Section


def test_a_number_is_a_number():
    section = Section({"a": 3, "b": 2.5}, "settings.toml, [grid]")
    assert section.number("a") == 3.0
    assert section.number("b") == 2.5
    assert section.number("c", 7) == 7.0
    assert section.number_or_none("d") is None


def test_more_digits_than_a_float_can_hold_are_a_slip_not_a_crash():
    section = Section({"size": 10**400}, "settings.toml, [grid]")
    with pytest.raises(ModelError, match="'size' has more digits") as told:
        section.number("size")
    assert "[grid]" in str(told.value)


@pytest.mark.parametrize("value", ["three", True, [1.0], {"a": 1}])
def test_what_is_no_number_is_told(value):
    with pytest.raises(ModelError, match="a number"):
        Section({"a": value}, "here").number("a")
