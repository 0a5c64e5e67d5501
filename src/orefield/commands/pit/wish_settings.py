"""``[[blend]]``, ``[[feed]]`` and ``[[stockpile]]``: what planners ask of the feed of a mill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.core.model_files.keys import nearest
from orefield.core.numbers import fraction, positive, whole_or_none, wholes
from orefield.pit.valuation import GradeValuation, Valuation
from orefield.pit.worth import Deck, Usage
from orefield.pit.worth.checks import unique
from orefield.pit.worth.sections import Section

_BINS = 3
_MOST_BINS = 100


@dataclass(frozen=True)
class GradeOf:
    """A grade: of an element of the economy, in its unit, or a field of the model as it is."""

    element: str
    field: str

    def unit(self, valuation: Valuation) -> str:
        """Of the grade; empty for a field."""
        if self.element and isinstance(valuation, GradeValuation):
            return valuation.economy.element(self.element).unit
        return ""


@dataclass(frozen=True)
class Blend:
    """``[[blend]]``: bounds of the mean grade of the feed of some destinations."""

    name: str
    grade: GradeOf
    destinations: tuple[str, ...]
    lower: Deck | None
    upper: Deck | None


@dataclass(frozen=True)
class Feed:
    """``[[feed]]``: feed of some destinations near a target, or steady; ``until`` ore runs out."""

    name: str
    destinations: tuple[str, ...]
    target: Deck | None
    within: float
    steady_within: float | None
    until: int | None
    per_year: bool


@dataclass(frozen=True)
class Pile:
    """``[[stockpile]]``: when a stockpile is taken up, its bins and its room.

    ``slots`` are all periods after the first where none are named. ``bins`` is how many, or the
    grades that part them.
    """

    name: str
    slots: tuple[int, ...]
    bins: int | tuple[float, ...]
    grade: GradeOf | None
    room_t: float
    each_as_itself: bool


@dataclass(frozen=True)
class FeedWishes:
    """All that is asked of feed."""

    blends: tuple[Blend, ...]
    feeds: tuple[Feed, ...]
    piles: tuple[Pile, ...]


def read_feed_wishes(
    values: Mapping[str, Any], valuation: Valuation, usages: Sequence[Usage], where: str
) -> FeedWishes:
    """Settings of the lists ``[[blend]]``, ``[[feed]]`` and ``[[stockpile]]`` of a whole file.

    Raises
    ------
    ModelError
        For keys that are unknown, missing, contradict each other or are out of range; names
        that the economy lacks, or that come twice.
    """
    out = FeedWishes(
        tuple(_blend(s, valuation) for s in _tables(values, "blend", where)),
        tuple(_feed(s, valuation) for s in _tables(values, "feed", where)),
        tuple(_pile(s, valuation) for s in _tables(values, "stockpile", where)),
    )
    limits = [usage.name for usage in usages]
    names = [wish.name for wish in out.blends] + [wish.name for wish in out.feeds]
    unique([*limits, *names], "limit, blend or feed", where)
    unique((pile.name for pile in out.piles), "stockpile", where)
    return out


def _tables(values: Mapping[str, Any], key: str, where: str) -> list[Section]:
    found, where = values.get(key, []), f"{where}, [[{key}]]"
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise ModelError(f"{found!r} is no list of tables", where=where, fix=f"write [[{key}]]")
    return Section.listed(found, where)


def _grade(section: Section, valuation: Valuation) -> GradeOf:
    out = GradeOf(section.text("element", ""), section.text("field", ""))
    if bool(out.element) == bool(out.field):
        raise ModelError(
            "a grade is of an element or of a field",
            where=section.where,
            fix="give element or field, and not both",
        )
    if out.element:
        if not isinstance(valuation, GradeValuation):
            raise ModelError(
                f"values by field know no element '{out.element}'",
                where=section.where,
                fix='field = "..." names a field of the model',
            )
        section.build(valuation.economy.element, name=out.element)
    return out


def _destinations(section: Section, valuation: Valuation) -> tuple[str, ...]:
    """Destinations whose feed it is: those named, or all that take ore."""
    ore = (
        valuation.ore
        if not isinstance(valuation, GradeValuation)
        else tuple(d.name for d in valuation.economy.destinations if d.makes_product)
    )
    asked = section.names("destinations")
    for name in asked:
        if name not in ore:
            near = nearest(name, ore)
            raise ModelError(
                f"'{name}' is no destination that takes feed",
                where=section.where,
                fix=(f"did you mean '{near}'? " if near else "") + f"there are: {', '.join(ore)}",
            )
    if not (asked or ore):
        raise ModelError("no destination takes feed", where=section.where, fix="give one")
    return asked or ore


def _blend(section: Section, valuation: Valuation) -> Blend:
    grade = _grade(section, valuation)
    out = Blend(
        name=section.text("name", f"{grade.element or grade.field} of feed"),
        grade=grade,
        destinations=_destinations(section, valuation),
        lower=section.deck("lower") if section.has("lower") else None,
        upper=section.deck("upper") if section.has("upper") else None,
    )
    section.done()
    if out.lower is None and out.upper is None:
        raise ModelError("a blend without bounds", where=section.where, fix="give lower or upper")
    for t, (low, high) in enumerate(zip(*blend_bounds(out, valuation), strict=True)):
        if low > high:
            raise ModelError(
                f"grades of at least {low:g} and at most {high:g}",
                where=f"{section.where}, period {t}",
                fix="give bounds that leave something between them",
            )
    return out


def blend_bounds(
    blend: Blend, valuation: Valuation
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bound of every period, arrays (t,), nan for none."""
    n = valuation.calendar.n
    low, high = (
        np.full(n, np.nan) if deck is None else deck.over(valuation.calendar)[:-1]
        for deck in (blend.lower, blend.upper)
    )
    return low, high


def _feed(section: Section, valuation: Valuation) -> Feed:
    per = section.text("per", "year")
    if per not in ("year", "period"):
        raise ModelError(f"a target per '{per}'", where=section.where, fix="year or period")
    destinations = _destinations(section, valuation)
    within, target = fraction(section, "within"), None
    if section.has("target"):
        target = section.deck("target")
        target.at_least(0.0, f"{section.where}, target")
    out = Feed(
        name=section.text("name", f"feed of {', '.join(destinations)}"),
        destinations=destinations,
        target=target,
        within=0.0 if within is None else within,
        steady_within=fraction(section, "steady_within"),
        until=whole_or_none(section, "until", 0),
        per_year=per == "year",
    )
    section.done()
    if (target is None) != (within is None):
        raise ModelError(
            "'target' and 'within' belong together",
            where=section.where,
            fix="target = 2_000_000 and within = 0.1, say",
        )
    if target is None and out.steady_within is None:
        raise ModelError(
            "a feed without a wish", where=section.where, fix="target and within, or steady_within"
        )
    return out


def _pile(section: Section, valuation: Valuation) -> Pile:
    name = section.text("name")
    if not isinstance(valuation, GradeValuation):
        raise ModelError(
            "a stockpile needs grades, and values by field have none",
            where=section.where,
            fix="describe elements and destinations in [economy]",
        )
    section.build(GradeValuation, economy=valuation.economy, piles=(name,))
    last = valuation.calendar.n - 1
    slots = wholes(section, "slots", 1) if section.has("slots") else tuple(range(1, last + 1))
    if not slots or slots != tuple(sorted(set(slots))) or slots[-1] > last:
        raise ModelError(
            f"slots {list(slots)} of {last + 1} periods",
            where=section.where,
            fix=f"give rising periods from 1 to {last}" if last else "give two periods or more",
        )
    value = section.text("value", "conservative")
    if value not in ("conservative", "optimistic"):
        raise ModelError(
            f"a value of '{value}'", where=section.where, fix="conservative or optimistic"
        )
    given = section.deck("bins").values if section.has("bins") else (float(_BINS),)
    by_grade = section.has("element", "field")
    bins: int | tuple[float, ...] = given
    if by_grade and not section.has("bins"):
        raise ModelError("bins by grade without grades", where=section.where, fix="bins = [0.3]")
    if not by_grade:
        if len(given) != 1 or given[0] not in range(1, _MOST_BINS + 1):
            raise ModelError(
                f"bins {list(given)}",
                where=section.where,
                fix=f"a number up to {_MOST_BINS}; or grades, with element or field",
            )
        bins = int(given[0])
    elif list(given) != sorted(set(given)):
        raise ModelError(f"bins parted at {list(given)}", where=section.where, fix="rising grades")
    out = Pile(
        name=name,
        slots=slots,
        bins=bins,
        grade=_grade(section, valuation) if by_grade else None,
        room_t=positive(section, "room_t", np.inf),
        each_as_itself=value == "optimistic",
    )
    section.done()
    return out
