"""Tables of a settings file, read key by key; what is not asked for is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, Self, TypeVar

from orefield.core.errors import InputError, ModelError

T = TypeVar("T")
REQUIRED: Final = object()
"""Stands for "no default": the key must be there."""


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

    def take(self, key: str, default: object, types: tuple[type, ...], what: str) -> Any:
        """The value of a key when it is of one of ``types``; :data:`REQUIRED` for no default."""
        self._asked.add(key)
        if key not in self._values:
            if default is REQUIRED:
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

    def text(self, key: str, default: object = REQUIRED) -> str:
        """A word."""
        return str(self.take(key, default, (str,), "text"))

    def number(self, key: str, default: object = REQUIRED) -> float:
        """A number.

        Raises
        ------
        ModelError
            When it is none, is missing, or has more digits than any quantity.
        """
        value = self.take(key, default, (int, float), "a number")
        try:
            return float(value)
        except OverflowError:
            raise ModelError(
                f"'{key}' has more digits than any quantity",
                where=self.where,
                fix="look for a slip",
            ) from None

    def number_or_none(self, key: str) -> float | None:
        """A number, or ``None`` where the key is absent."""
        return self.number(key) if self.has(key) else None

    def flag(self, key: str) -> bool:
        """True or false; false where absent."""
        return bool(self.take(key, False, (bool,), "true or false"))

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words, or one; empty where absent. Numbers (rock codes) become words."""
        value = self.take(key, [], (list, tuple, str, int), "a list of names")
        if not isinstance(value, (list, tuple)):
            value = [value]
        if not all(isinstance(v, (str, int)) and not isinstance(v, bool) for v in value):
            raise ModelError(f"'{key}' holds something else than names", where=self.where)
        return tuple(str(v) for v in value)

    def numbers(self, key: str) -> dict[str, float]:
        """A table of numbers; empty where absent."""
        inner = type(self)(self.take(key, {}, (Mapping,), "a table"), f"{self.where}.{key}")
        return {str(name): inner.number(name) for name in inner._values}

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """A list of pairs of numbers; empty where absent."""
        rows = self.take(key, [], (list, tuple), "a list of pairs")
        for row in rows:
            if not isinstance(row, (list, tuple)) or len(row) != 2 or not all(map(is_real, row)):
                raise ModelError(
                    f"'{key}' holds {row!r}", where=self.where, fix="give pairs of numbers"
                )
        return tuple((float(x), float(y)) for x, y in rows)

    def inner(self, key: str) -> Self:
        """A table within."""
        value = self.take(key, REQUIRED, (Mapping,), "a table")
        return type(self)(value, f"{self.where}.{key}")

    def section(self, key: str) -> Self | None:
        """A table within, or ``None`` where absent."""
        return self.inner(key) if self.has(key) else None

    def sections(self, key: str) -> list[Self]:
        """A list of tables within; empty where absent. Named ones are called by their name."""
        rows = self.take(key, [], (list, tuple), "a list of tables")
        return self.listed(rows, f"{self.where}.{key}")

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
                    f"unknown key '{key}'", where=self.where, fix=hint(key, self._asked)
                )

    @classmethod
    def listed(cls, rows: Sequence[object], where: str) -> list[Self]:
        """Sections of a list of tables, called by their name or their place in the list."""
        out = []
        for i, row in enumerate(rows):
            name = row.get("name", row.get("element")) if isinstance(row, Mapping) else None
            out.append(cls(row, f"{where} '{name}'" if name else f"{where} {i + 1}"))
        return out


def is_real(value: object) -> bool:
    """Whether a value of TOML is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def hint(word: str, known: Iterable[str]) -> str:
    """What to do about an unknown word: the nearest known one, and all of them."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1)
    first = f"did you mean '{near[0]}'? " if near else ""
    return f"{first}known: {', '.join(names) or 'none'}"
