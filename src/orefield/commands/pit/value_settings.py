"""``[economy]``: what blocks are worth, by their grades or by values that stand in the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orefield.core.numbers import whole
from orefield.pit.valuation import FieldValuation, GradeValuation, Valuation
from orefield.pit.worth import Calendar, economy_from_dict
from orefield.pit.worth.sections import Section

_VALUE_KEYS = ("value_field", "value_fields", "revenue_fields", "cost_fields")


def read_valuation(table: Mapping[str, Any], where: str) -> Valuation:
    """Settings of a section ``[economy]``.

    Raises
    ------
    ModelError
        For keys that are unknown, missing or out of range.
    UnitError
        For an unknown unit of a price or grade.
    """
    if not any(key in table for key in _VALUE_KEYS):
        return GradeValuation(economy_from_dict(table, where))
    section = Section(table, where)
    value = {k: str(v) for k, v in _texts(section, "value_fields").items()}
    if section.has("value_field"):
        value["mined"] = section.text("value_field")
    cost, revenue = _texts(section, "cost_fields"), _texts(section, "revenue_fields")
    names = tuple(dict.fromkeys((*value, *revenue, *cost)))
    ore = section.names("ore") or tuple(n for n in names if n not in ("dump", "waste"))
    years = (1.0,) * whole(section, "periods", 1, default=1)
    calendar = Calendar(years, section.number("discount_rate", 0.0), _timing(section))
    section.done()
    return section.build(
        FieldValuation, revenue=revenue, cost=cost, value=value, ore=ore, calendar=calendar
    )


def _timing(section: Section) -> Any:
    return section.text("timing", "end")


def _texts(section: Section, key: str) -> dict[str, str]:
    if not section.has(key):
        return {}
    inner = section.inner(key)
    return {name: inner.text(name) for name in inner.keys_asked()}
