"""Tables of a planner's settings: decks, rates and costs beside plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orefield.core import ModelError, sections
from orefield.core.sections import REQUIRED, is_real
from orefield.pit.worth.decks import Deck
from orefield.pit.worth.rates import Cost, Rate

_RATE_KEYS: Final = (
    "per_tonne",
    "by_rock",
    "per_m_below",
    "per_m_above",
    "reference_elevation_m",
    "by_elevation",
    "by_field",
    "times_field",
)


class Section(sections.Section):
    """A table that may hold decks, rates and costs; see :class:`orefield.core.sections.Section`."""

    def deck(self, key: str, default: Deck | None = None) -> Deck:
        """A number, numbers by period, or ``{values = ..., escalation = ...}``."""
        wanted = "a number, or numbers by period"
        fallback = REQUIRED if default is None else default
        value = self.take(key, fallback, (int, float, list, tuple, Mapping, Deck), wanted)
        if isinstance(value, Deck):
            return value
        escalation = 0.0
        if isinstance(value, Mapping):
            inner = Section(value, f"{self.where}.{key}")
            escalation = inner.number("escalation", 0.0)
            value = inner.take("values", REQUIRED, (int, float, list, tuple), wanted)
            inner.done()
        rows = value if isinstance(value, (list, tuple)) else [value]
        if not all(map(is_real, rows)):
            raise ModelError(
                f"'{key}' is {value!r}, not {wanted}", where=self.where, fix=f"give {wanted}"
            )
        return self.build(Deck, values=tuple(float(v) for v in rows), escalation=escalation)

    def rate(self, empty: float = 0.0) -> Rate:
        """The table itself as an amount per tonne; ``empty`` per tonne when it says nothing."""
        base: float | None = None if self.has("by_rock") else 0.0
        if self.has("per_tonne"):
            base = self.number("per_tonne")
        elif not self.has(*_RATE_KEYS):
            base = empty
        return self.build(
            Rate,
            base=base,
            by_rock=self.numbers("by_rock"),
            per_m_below=self.number("per_m_below", 0.0),
            per_m_above=self.number("per_m_above", 0.0),
            reference_elevation_m=self.number_or_none("reference_elevation_m"),
            by_elevation=self.pairs("by_elevation"),
            by_field=self.numbers("by_field"),
            times_field=self.text("times_field", ""),
        )

    def rate_of(self, key: str) -> Rate:
        """A number per tonne, or a table as :meth:`rate` reads it."""
        value = self.take(key, REQUIRED, (int, float, Mapping), "a number or a table")
        if not isinstance(value, Mapping):
            return self.build(Rate, base=float(value))
        inner = Section(value, f"{self.where}.{key}")
        rate = inner.rate()
        inner.done()
        return rate

    def cost(self, key: str) -> Cost:
        """USD per tonne, or a rate with ``index`` and ``escalation``; nothing where absent."""
        value = self.take(key, 0.0, (int, float, Mapping), "a number or a table")
        if not isinstance(value, Mapping):
            return Cost(self.build(Rate, base=float(value)))
        inner = Section(value, f"{self.where}.{key}")
        index = inner.deck("index", Deck((1.0,)))
        if inner.has("escalation"):
            if index.escalation:
                raise ModelError(
                    "both the cost and its index escalate", where=inner.where, fix="drop one"
                )
            index = inner.build(Deck, values=index.values, escalation=inner.number("escalation"))
        rate = inner.rate()
        inner.done()
        return self.build(Cost, rate=rate, index=index)
