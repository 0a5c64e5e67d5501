"""Parameters: the numbers a model uses, each tied to the claim or assumption it is.

A row of ``parameters.csv`` holds no number. It names evidence::

    key                      unit  kind    evidence
    julong.inventory.cu_t    t     number  rule:julong/cu_contained?class=resource
    *.plant.tail_cu_pct      %     number  assumption:tail
    julong.mine.method       -     text    claim:A-julong-mining_method

``rule:`` asks the rule of choice among contradicting claims (see
:mod:`orefield.evidence.choose`), ``claim:`` pins one with a reason in the note, and
``assumption:`` points at a row of ``assumptions.csv`` with its own range and reason. A
key that begins with ``*.`` is the default of every asset without a row of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import EvidenceError
from orefield.study import distributions

NEVER = date(9999, 1, 1)
"""The date of what does not happen in a scenario."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number nobody published, with a range and the reason for it."""

    id: str
    value: str
    unit: str
    low: float | None
    high: float | None
    dist: str
    reason: str
    mark: str = "assumption"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A resolved parameter.

    Attributes
    ----------
    key : str
        ``asset.group.name``, ``*.group.name`` or ``group.name``.
    kind : str
        ``number``, ``series`` (a number a year), ``date`` or ``text``.
    unit : str
        The unit of ``value``, already converted.
    value : float, date, str, or mapping of year to float
    low, high : float
        Range in ``unit``; for a series, factors on every year.
    dist : str
        See :mod:`orefield.study.distributions`.
    evidence : tuple of str
        ``claim:ID`` and ``assumption:ID``, the chosen ones.
    mark : str
        read, derived, recall, assumption or override; the weakest of a series.
    rule : str
        How it was chosen, in words.
    rejected : tuple of (str, str)
        Claims not chosen, each with the reason.
    year_evidence : mapping of year to str
        For a series, the claim of each year.
    drawn_as : str
        Key whose luck it shares, where a scenario gives an asset a row of its own out of a
        ``*.`` default: scenarios differ by what they change, never by luck.
    """

    key: str
    kind: str
    unit: str
    value: float | str | date | Mapping[int, float]
    low: float
    high: float
    dist: str
    evidence: tuple[str, ...]
    mark: str
    label: str = ""
    note: str = ""
    rule: str = ""
    rejected: tuple[tuple[str, str], ...] = ()
    year_evidence: Mapping[int, str] = field(default_factory=dict)
    drawn_as: str = ""

    @property
    def stream_key(self) -> str:
        """The key whose random stream it draws from: its own, or that it was made from."""
        return self.drawn_as or self.key

    @property
    def uncertain(self) -> bool:
        """Whether draws of it differ."""
        return self.dist != "fixed" and self.low != self.high


class Parameters:
    """All parameters of a scenario, read through methods that record who read what.

    The record is what ``orefield trace`` prints, so it cannot go out of step with what
    the model really used.
    """

    def __init__(self, rows: Iterable[Parameter], scenario: str = "baseline") -> None:
        self._rows = {row.key: row for row in rows}
        self.scenario = scenario
        self._recorders: list[set[str]] = []

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def keys(self) -> list[str]:
        """All keys, in table order."""
        return list(self._rows)

    @contextmanager
    def recording(self) -> Iterator[set[str]]:
        """Collect the keys that are read inside the ``with`` block."""
        used: set[str] = set()
        self._recorders.append(used)
        try:
            yield used
        finally:
            self._recorders.remove(used)

    def with_rows(self, rows: Iterable[Parameter], scenario: str) -> Parameters:
        """A copy with some rows replaced or added."""
        merged = dict(self._rows)
        merged.update({row.key: row for row in rows})
        return Parameters(merged.values(), scenario)

    # -- look-up -------------------------------------------------------------------

    def find(self, key: str) -> Parameter | None:
        """The row of a key, or of its ``*.`` default; None when there is neither."""
        row = self._rows.get(key)
        if row is None and "." in key:
            row = self._rows.get("*." + key.split(".", 1)[1])
        if row is not None:
            for used in self._recorders:
                used.add(row.key)
        return row

    def row(self, key: str) -> Parameter:
        """The row of a key.

        Raises
        ------
        EvidenceError
            When there is no such parameter; the nearest key is named.
        """
        found = self.find(key)
        if found is None:
            near = get_close_matches(key, list(self._rows), n=1)
            raise EvidenceError(
                f"the study has no parameter '{key}'",
                where=f"scenario {self.scenario}",
                fix=(f"did you mean '{near[0]}'? " if near else "")
                + "add a row to parameters.csv, or an override",
            )
        return found

    def has(self, key: str) -> bool:
        """Whether a key or its default exists."""
        return self.find(key) is not None

    def number(self, key: str) -> float:
        """Central value of a number, in the unit its key names."""
        value = self.row(key).value
        if not isinstance(value, (int, float)):
            raise EvidenceError(
                f"parameter '{key}' is not a number",
                where=f"scenario {self.scenario}, value '{_short(value)}'",
                fix="mend its kind or value in parameters.csv",
            )
        return float(value)

    def text(self, key: str) -> str:
        """Value of a text parameter."""
        return str(self.row(key).value)

    def date(self, key: str) -> date:
        """Value of a date parameter; :data:`NEVER` for what does not happen."""
        value = self.row(key).value
        if not isinstance(value, date):
            raise EvidenceError(
                f"parameter '{key}' is not a date",
                where=f"scenario {self.scenario}, value '{_short(value)}'",
                fix="mend its kind or value in parameters.csv",
            )
        return value

    def series(self, key: str) -> Mapping[int, float]:
        """Central values by year."""
        value = self.row(key).value
        if not isinstance(value, Mapping):
            raise EvidenceError(
                f"parameter '{key}' is not a yearly series",
                where=f"scenario {self.scenario}, value '{_short(value)}'",
                fix="mend its kind or value in parameters.csv",
            )
        return value

    def groups(self, prefix: str) -> list[str]:
        """Distinct next parts of keys below ``prefix.``, sorted: phases of an asset, say."""
        start = prefix + "."
        return sorted({k[len(start) :].split(".")[0] for k in self._rows if k.startswith(start)})


class Draws:
    """Random draws of uncertain parameters; column 0 is the central case.

    Latin hypercube: each parameter's probabilities are stratified over the draws and
    shuffled by a stream of its own, seeded by the run's seed and the parameter's key, so
    that adding a parameter changes no other draw (McKay, Beckman & Conover 1979,
    Technometrics 21(2)). Scenarios share draws: they differ by what they change, not by
    luck. Behind the random draws come, for every uncertain parameter in ``swings``, two
    columns where it alone is at its 10th and 90th percentile: the tornado.

    Parameters
    ----------
    parameters : Parameters
    seed : int
    n : int
        Number of random draws.
    swings : sequence of str
        Keys to swing one at a time.
    """

    def __init__(
        self, parameters: Parameters, seed: int, n: int, swings: Iterable[str] = ()
    ) -> None:
        self.parameters = parameters
        self.seed = seed
        self.n = n
        self.swings = tuple(swings)
        self.columns = 1 + n + 2 * len(self.swings)
        self._swing_at = {key: 1 + n + 2 * i for i, key in enumerate(self.swings)}
        self._cache: dict[str, NDArray[np.float64]] = {}

    def get(self, key: str) -> NDArray[np.float64]:
        """Values of a number (or factors of a series) by column, shape (columns,).

        Raises
        ------
        EvidenceError
            When there is no such parameter, or it is a date or a text.
        """
        row = self.parameters.row(key)
        if row.kind not in ("number", "series"):
            raise EvidenceError(
                f"parameter '{key}' is a {row.kind}, a number is needed",
                where=f"scenario {self.parameters.scenario}",
                fix=f"make '{row.key}' a number in parameters.csv",
            )
        found = self._cache.get(row.key)
        if found is not None:
            return found
        central = 1.0 if row.kind == "series" else float(row.value)  # type: ignore[arg-type]
        out = np.full(self.columns, central)
        if row.uncertain:
            u = latin_hypercube(self.seed, row.stream_key, self.n)
            out[1 : self.n + 1] = distributions.quantile(row.dist, central, row.low, row.high, u)
            at = self._swing_at.get(row.key)
            if at is not None:
                out[at : at + 2] = distributions.quantile(
                    row.dist, central, row.low, row.high, np.array([0.1, 0.9])
                )
        out.flags.writeable = False
        self._cache[row.key] = out
        return out


def stream(seed: int, *names: str) -> np.random.Generator:
    """A random stream of its own for an entity, independent of all others."""
    words = hashlib.sha256("\x1f".join(names).encode()).digest()[:16]
    key = tuple(int.from_bytes(words[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def latin_hypercube(seed: int, name: str, n: int) -> NDArray[np.float64]:
    """``n`` stratified probabilities in (0, 1) in random order, shape (n,)."""
    rng = stream(seed, "draw", name)
    strata = (rng.permutation(n) + rng.random(n)) / max(n, 1)
    return np.clip(strata, 1e-9, 1 - 1e-9)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:60] + "..."


def moved_range(row: Parameter, old: float, new: float) -> tuple[float, float]:
    """The range of a number when it goes from ``old`` to ``new``: in proportion.

    From zero there is no proportion, so the range moves along with the value.
    """
    ratio, shift = (new / old, 0.0) if old else (1.0, new)
    low, high = sorted((row.low * ratio + shift, row.high * ratio + shift))
    # rounding must not leave the value outside of its own range
    return min(low, new), max(high, new)
