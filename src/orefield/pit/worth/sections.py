"""Tables of a configuration file, read key by key; what is not asked for is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from orefield.core import InputError, ModelError
from orefield.pit.worth.checks import nearest
from orefield.pit.worth.decks import Deck
from orefield.pit.worth.rates import Cost, Rate

T = TypeVar("T")
_REQUIRED: Final = object()
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


class Section:
    """One table: hands out its values by type, and knows which were asked for.

    Parameters
    ----------
    values : mapping
        As read from TOML or JSON.
    where : str
        What errors call the table.

    Raises
    ------
    ModelError
        When ``values`` is no table.
    """

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, Mapping):
            raise ModelError(f"{values!r} is no table", where=where, fix="give keys with values")
        self.where = where
        self._values: Mapping[str, Any] = values
        self._asked: set[str] = set()

    def has(self, *keys: str) -> bool:
        """Whether any of these keys is there."""
        self._asked.update(keys)
        return any(key in self._values for key in keys)

    def keys_asked(self) -> tuple[str, ...]:
        """Every key of the table, all of them asked for from now on."""
        self._asked.update(self._values)
        return tuple(str(key) for key in self._values)

    def is_table(self, key: str) -> bool:
        """Whether a key is there and holds a table."""
        return isinstance(self._values.get(key), Mapping)

    def _take(self, key: str, default: object, types: tuple[type, ...], what: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            if default is _REQUIRED:
                near = get_close_matches(key, self._values, n=1)
                fix = f"add it, or correct '{near[0]}'" if near else "add it"
                raise ModelError(f"'{key}' is missing", where=self.where, fix=fix)
            return default
        value = self._values[key]
        # True is an int to Python, and a slip to a planner
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ModelError(
                f"'{key}' is {value!r}, not {what}", where=self.where, fix=f"give {what}"
            )
        return value

    def text(self, key: str, default: object = _REQUIRED) -> str:
        """A word."""
        return str(self._take(key, default, (str,), "text"))

    def number(self, key: str, default: object = _REQUIRED) -> float:
        """A number."""
        return float(self._take(key, default, (int, float), "a number"))

    def number_or_none(self, key: str) -> float | None:
        """A number, or ``None`` where the key is absent."""
        return self.number(key) if self.has(key) else None

    def flag(self, key: str) -> bool:
        """True or false; false where absent."""
        return bool(self._take(key, False, (bool,), "true or false"))

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words, or one; empty where absent. Numbers (rock codes) become words."""
        value = self._take(key, [], (list, tuple, str, int), "a list of names")
        if not isinstance(value, (list, tuple)):
            value = [value]
        if not all(isinstance(v, (str, int)) and not isinstance(v, bool) for v in value):
            raise ModelError(f"'{key}' holds something else than names", where=self.where)
        return tuple(str(v) for v in value)

    def numbers(self, key: str) -> dict[str, float]:
        """A table of numbers; empty where absent."""
        inner = Section(self._take(key, {}, (Mapping,), "a table"), f"{self.where}.{key}")
        return {str(name): inner.number(name) for name in inner._values}

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """A list of pairs of numbers; empty where absent."""
        rows = self._take(key, [], (list, tuple), "a list of pairs")
        for row in rows:
            if not isinstance(row, (list, tuple)) or len(row) != 2 or not all(map(_is_real, row)):
                raise ModelError(
                    f"'{key}' holds {row!r}", where=self.where, fix="give pairs of numbers"
                )
        return tuple((float(x), float(y)) for x, y in rows)

    def inner(self, key: str) -> Section:
        """A table within."""
        value = self._take(key, _REQUIRED, (Mapping,), "a table")
        return Section(value, f"{self.where}.{key}")

    def section(self, key: str) -> Section | None:
        """A table within, or ``None`` where absent."""
        return self.inner(key) if self.has(key) else None

    def sections(self, key: str) -> list[Section]:
        """A list of tables within; empty where absent. Named ones are called by their name."""
        rows = self._take(key, [], (list, tuple), "a list of tables")
        return listed(rows, f"{self.where}.{key}")

    def deck(self, key: str, default: Deck | None = None) -> Deck:
        """A number, numbers by period, or ``{values = ..., escalation = ...}``."""
        wanted = "a number, or numbers by period"
        fallback = _REQUIRED if default is None else default
        value = self._take(key, fallback, (int, float, list, tuple, Mapping, Deck), wanted)
        if isinstance(value, Deck):
            return value
        escalation = 0.0
        if isinstance(value, Mapping):
            inner = Section(value, f"{self.where}.{key}")
            escalation = inner.number("escalation", 0.0)
            value = inner._take("values", _REQUIRED, (int, float, list, tuple), wanted)
            inner.done()
        rows = value if isinstance(value, (list, tuple)) else [value]
        if not all(map(_is_real, rows)):
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
        value = self._take(key, _REQUIRED, (int, float, Mapping), "a number or a table")
        if not isinstance(value, Mapping):
            return self.build(Rate, base=float(value))
        inner = Section(value, f"{self.where}.{key}")
        rate = inner.rate()
        inner.done()
        return rate

    def cost(self, key: str) -> Cost:
        """USD per tonne, or a rate with ``index`` and ``escalation``; nothing where absent."""
        value = self._take(key, 0.0, (int, float, Mapping), "a number or a table")
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

    def build(self, make: Callable[..., T], **values: Any) -> T:
        """``make(**values)``, with this table's place in what it raises."""
        try:
            return make(**values)
        except InputError as error:
            where = ": ".join(filter(None, (self.where, error.where)))
            raise type(error)(error.what, where=where, fix=error.fix) from None

    def done(self) -> None:
        """Refuse keys that nobody asked for.

        Raises
        ------
        ModelError
            Naming the first and the nearest key there is.
        """
        for key in self._values:
            if key not in self._asked:
                raise ModelError(
                    f"unknown key '{key}'", where=self.where, fix=nearest(key, self._asked)
                )


def listed(rows: Sequence[object], where: str) -> list[Section]:
    """Sections of a list of tables, called by their name or their place in the list."""
    out = []
    for i, row in enumerate(rows):
        name = row.get("name", row.get("element")) if isinstance(row, Mapping) else None
        out.append(Section(row, f"{where} '{name}'" if name else f"{where} {i + 1}"))
    return out


def _is_real(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
