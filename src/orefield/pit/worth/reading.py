"""Economies and resource limits from plain tables, as a TOML file holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orefield.core import ModelError
from orefield.core.sections import hint
from orefield.pit.worth.checks import unique
from orefield.pit.worth.decks import ZERO, Calendar
from orefield.pit.worth.destinations import Destination
from orefield.pit.worth.economy import Carbon, Economy, Royalty
from orefield.pit.worth.elements import Concentrate, Element, Metal, Penalty
from orefield.pit.worth.recovery import (
    ByRock,
    Constant,
    ConstantTail,
    FromField,
    Linear,
    Recovery,
    Table,
)
from orefield.pit.worth.sections import Section
from orefield.pit.worth.usage import Amount, Usage, bond_kwh_t

_MAX_PERIODS = 1000  # more is a slip


def economy_from_dict(values: Mapping[str, Any], where: str = "economy") -> Economy:
    """An economy from the table ``[economy]`` of a TOML file (see the page on economics).

    Parameters
    ----------
    values : mapping
        Contents of ``[economy]``, with its lists ``element``, ``destination`` and ``royalty``.
    where : str
        What errors call it, e.g. the file's name.

    Raises
    ------
    ModelError
        For a key that is unknown (the nearest is named), missing, or of the wrong type, and
        whatever the parts refuse.
    UnitError
        When a unit is unknown.
    """
    top = Section(values, where)
    economy = top.build(
        Economy,
        elements=tuple(_element(s) for s in top.sections("element")),
        destinations=tuple(_destination(s) for s in top.sections("destination")),
        mining=top.cost("mining"),
        ga=top.cost("ga"),
        royalties=tuple(_royalty(s, i) for i, s in enumerate(top.sections("royalty"))),
        carbon=_carbon(top.section("carbon")),
        calendar=_calendar(top),
        rock_field=top.text("rock_field", ""),
    )
    top.done()
    return economy


def usage_from_dict(values: Mapping[str, Any], where: str = "limit") -> Usage:
    """A resource and its bounds from one table ``[[limit]]`` of a TOML file.

    Raises
    ------
    ModelError
        As :func:`economy_from_dict`. Names of elements and destinations are checked when the
        usage meets an economy.
    """
    return _usage(Section.listed([values], where)[0])


def usages_from_list(
    values: Sequence[Mapping[str, Any]], where: str = "limit"
) -> tuple[Usage, ...]:
    """:func:`usage_from_dict` of every table ``[[limit]]``.

    Raises
    ------
    ModelError
        Also when two have the same name.
    """
    usages = tuple(_usage(section) for section in Section.listed(values, where))
    unique((usage.name for usage in usages), "limit", where)
    return usages


def _calendar(top: Section) -> Calendar:
    years: tuple[float, ...] = (1.0,)
    if top.has("period_years") and top.has("periods"):
        raise ModelError("both periods and period_years are given", where=top.where, fix="drop one")
    if top.is_table("period_years"):
        raise ModelError(
            "'period_years' is a table", where=top.where, fix="give the years of each period"
        )
    if top.has("period_years"):
        years = top.deck("period_years").values
    elif top.has("periods"):
        n = top.number("periods")
        if not 1 <= n <= _MAX_PERIODS or n != int(n):
            raise ModelError(
                f"{n:g} periods", where=top.where, fix=f"give a whole number up to {_MAX_PERIODS}"
            )
        years = (1.0,) * int(n)
    return top.build(
        Calendar,
        years=years,
        discount_rate=top.number("discount_rate", 0.0),
        timing=top.text("timing", "end"),
    )


def _element(table: Section) -> Element:
    price = table.deck("price", ZERO)
    element = table.build(
        Element,
        name=table.text("name"),
        field=table.text("field"),
        unit=table.text("unit"),
        price=price,
        price_unit=table.text("price_unit")
        if any(price.values)
        else table.text("price_unit", "USD/t"),
        optional=table.flag("optional"),
    )
    table.done()
    return element


def _destination(table: Section) -> Destination:
    held = table.section("concentrate")
    destination = table.build(
        Destination,
        name=table.text("name"),
        kind=table.text("kind"),
        metals=tuple(_metal(s) for s in table.sections("metal")),
        concentrate=None if held is None else _concentrate(held),
        processing=table.cost("processing"),
        haul=table.cost("haul"),
        rehandle=table.cost("rehandle"),
        reclaim_to=table.text("reclaim_to", ""),
        accepts=table.names("accepts"),
        rejects=table.names("rejects"),
        minimum=table.numbers("minimum"),
        dilution=table.number("dilution", 0.0),
        mining_recovery=table.number("mining_recovery", 1.0),
    )
    table.done()
    if destination.makes_product and not destination.metals:
        raise ModelError(
            f"a {destination.kind} recovers nothing", where=table.where, fix="add its metals"
        )
    return destination


def _metal(table: Section) -> Metal:
    refining = table.deck("refining", ZERO)
    metal = table.build(
        Metal,
        element=table.text("element"),
        recovery=_recovery(table, "recovery"),
        payable=table.number("payable", 1.0),
        payable_steps=table.pairs("payable_steps"),
        deduction=table.number("deduction", 0.0),
        minimum_deduction=table.number("minimum_deduction", 0.0),
        grade_unit=table.text("grade_unit", ""),
        refining=refining,
        refining_unit=table.text("refining_unit")
        if any(refining.values)
        else table.text("refining_unit", "USD/t"),
        own_product=table.flag("own_product"),
    )
    table.done()
    return metal


def _recovery(table: Section, key: str) -> Recovery:
    """A fraction, or a table that says by its keys which model it is."""
    if not table.is_table(key):
        return table.build(Constant, value=table.number(key))
    inner = table.inner(key)
    recovery: Recovery
    if inner.has("tail"):
        recovery = inner.build(
            ConstantTail, tail=inner.number("tail"), maximum=inner.number("maximum", 1.0)
        )
    elif inner.has("slope"):
        recovery = inner.build(
            Linear,
            intercept=inner.number("intercept"),
            slope=inner.number("slope"),
            minimum=inner.number("minimum", 0.0),
            maximum=inner.number("maximum", 1.0),
        )
    elif inner.has("table"):
        recovery = inner.build(Table, points=inner.pairs("table"))
    elif inner.has("field"):
        scale = {"fraction": 1.0, "%": 0.01}
        unit = inner.text("unit", "fraction")
        if unit not in scale:
            raise ModelError(
                f"'{unit}' is no unit of recovery", where=inner.where, fix=hint(unit, scale)
            )
        recovery = inner.build(FromField, name=inner.text("field"), scale=scale[unit])
    elif inner.has("by_rock"):
        rocks = inner.inner("by_rock")
        recovery = inner.build(
            ByRock,
            rocks={code: _recovery(rocks, code) for code in rocks.keys_asked()},
            otherwise=_recovery(inner, "otherwise") if inner.has("otherwise") else None,
        )
    else:
        raise ModelError(
            "a recovery does not say what it is",
            where=inner.where,
            fix="give a fraction, or a table with tail, slope, table, field or by_rock",
        )
    inner.done()
    return recovery


def _concentrate(table: Section) -> Concentrate:
    concentrate = table.build(
        Concentrate,
        element=table.text("element", ""),
        grade=table.number("grade", 0.0),
        mass_pull=table.rate_of("mass_pull") if table.has("mass_pull") else None,
        treatment=table.deck("treatment", ZERO),
        transport=table.deck("transport", ZERO),
        moisture=table.number("moisture", 0.0),
        penalties=tuple(_penalty(s) for s in table.sections("penalty")),
    )
    table.done()
    return concentrate


def _penalty(table: Section) -> Penalty:
    penalty = table.build(
        Penalty,
        element=table.text("element"),
        above=table.number("above"),
        per=table.number("per", 1.0),
        charge=table.deck("charge", ZERO),
        reject_above=table.number_or_none("reject_above"),
        grade_unit=table.text("grade_unit", ""),
    )
    table.done()
    return penalty


def _royalty(table: Section, i: int) -> Royalty:
    royalty = table.build(
        Royalty,
        name=table.text("name", f"royalty {i + 1}" if i else "royalty"),
        basis=table.text("basis", "nsr"),
        rate=table.deck("rate", ZERO if table.has("sliding") else None),
        sliding=table.pairs("sliding"),
        element=table.text("element", ""),
        price_unit=table.text("price_unit", "USD/t"),
        interpolate=table.flag("interpolate"),
        elements=table.names("elements"),
        destinations=table.names("destinations"),
    )
    table.done()
    return royalty


def _carbon(table: Section | None) -> Carbon | None:
    if table is None:
        return None
    carbon = table.build(
        Carbon,
        price=table.deck("price"),
        emissions=tuple(_amount(s) for s in table.sections("use")),
    )
    table.done()
    return carbon


def _usage(table: Section) -> Usage:
    usage = table.build(
        Usage,
        name=table.text("name"),
        amounts=tuple(_amount(s) for s in table.sections("use")),
        unit=table.text("unit", ""),
        lower=table.deck("lower") if table.has("lower") else None,
        upper=table.deck("upper") if table.has("upper") else None,
        per=table.text("per", "year"),
    )
    table.done()
    return usage


def _amount(table: Section) -> Amount:
    bond = table.section("bond")
    rate = table.rate(empty=0.0 if bond is not None else 1.0)
    if bond is not None:
        index = bond.text("field")
        energy = bond.build(
            bond_kwh_t, feed_um=bond.number("feed_um"), product_um=bond.number("product_um")
        )
        bond.done()
        rate = replace(
            rate, by_field={**rate.by_field, index: energy + rate.by_field.get(index, 0.0)}
        )
    amount = table.build(
        Amount,
        of=table.text("of"),
        element=table.text("element", ""),
        rate=rate,
        destinations=table.names("destinations"),
    )
    table.done()
    return amount
