"""What sensors saw: mixtures of blocks, with a grade, a time and a sensor."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

KINDS = ("belt", "truck", "blend", "face")
"""Where a grade is seen: on a belt, on a truck, in a blend (stockpile, mill feed), at the face."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """An instrument, and how far it may be trusted.

    Parameters
    ----------
    name : str
    noise_relative : float
        Standard deviation of its error as a share of the grade.
    noise : float
        Standard deviation of its error that does not depend on the grade, in the grade's unit.
    bias : float
        What it is expected to read too high, in the grade's unit.
    bias_sd : float
        How uncertain that is; above zero, the bias is estimated with the grades.

    Raises
    ------
    ModelError
        When a number is not finite, a noise is negative, or there is none.
    """

    name: str
    noise_relative: float = 0.0
    noise: float = 0.0
    bias: float = 0.0
    bias_sd: float = 0.0

    def __post_init__(self) -> None:
        where = f"sensor '{self.name}'"
        for key in ("noise_relative", "noise", "bias", "bias_sd"):
            value = float(getattr(self, key))
            if not math.isfinite(value) or (value < 0 and key != "bias"):
                raise ModelError(
                    f"'{key}' is {value:g}", where=where, fix="give a finite number, not below zero"
                )
        if self.noise_relative == 0 and self.noise == 0:
            raise ModelError(
                "a sensor without noise would be believed blindly",
                where=where,
                fix="give noise_relative (a share of the grade) or noise (in its unit)",
            )

    def error(self, grades: _F8) -> _F8:
        """Standard deviation of its error at grades (any shape)."""
        out: _F8 = np.sqrt(self.noise**2 + (self.noise_relative * grades) ** 2)
        return out


@dataclass(frozen=True, eq=False)
class Observations:
    """Readings, each a weighted mean over blocks.

    Parameters
    ----------
    ids : tuple of str, length m
        Unlike one another.
    time : datetime64[s] array, shape (m,)
    sensor : tuple of str, length m
    kind : tuple of str, length m
        One of :data:`KINDS`.
    value : float64 array, shape (m,)
        Grades, in the unit of the realisations.
    start : int64 array, shape (m + 1,)
        Blocks of reading ``i`` are ``start[i]`` to ``start[i + 1] - 1`` of ``block``.
    block : int64 array, shape (k,)
        Flat indices on the grid.
    tonnes : float64 array, shape (k,)
        Weights in the mixture: positive.

    Raises
    ------
    ModelError
        When lengths differ, a time is missing (NaT), a value is not finite, a weight is not
        finite and positive, a mixture has no block, or two readings have one id.
    """

    ids: tuple[str, ...]
    time: NDArray[np.datetime64]
    sensor: tuple[str, ...]
    kind: tuple[str, ...]
    value: _F8
    start: NDArray[np.int64]
    block: NDArray[np.int64]
    tonnes: _F8

    def __post_init__(self) -> None:
        m = len(self.ids)
        lengths = {len(self.time), len(self.sensor), len(self.kind), len(self.value), m}
        if lengths != {m} or len(self.start) != m + 1 or len(self.block) != len(self.tonnes):
            raise ModelError(f"{m} readings have columns of other lengths")
        if len(set(self.ids)) != m:
            twice = Counter(self.ids).most_common(1)[0][0]
            raise ModelError(f"two readings have the id '{twice}'", fix="number them apart")
        for name, kind in zip(self.ids, self.kind, strict=True):
            if kind not in KINDS:
                raise ModelError(
                    f"'{kind}' is no kind of reading", where=name, fix=f"one of {', '.join(KINDS)}"
                )
        bad = np.flatnonzero(np.isnat(self.time))
        if bad.size:
            raise ModelError("a reading has no time", where=f"reading '{self.ids[bad[0]]}'")
        bad = np.flatnonzero(~np.isfinite(self.value))
        if bad.size:
            raise ModelError("a reading is not finite", where=f"reading '{self.ids[bad[0]]}'")
        empty = np.flatnonzero(np.diff(self.start) < 1)
        if empty.size:
            raise ModelError(
                "a reading is of no block",
                where=f"reading '{self.ids[empty[0]]}'",
                fix="list its blocks with their tonnes",
            )
        wrong = np.flatnonzero(~(np.isfinite(self.tonnes) & (self.tonnes > 0)))
        if wrong.size:
            owner = int(np.searchsorted(self.start, wrong[0], side="right")) - 1
            raise ModelError(
                f"a block has {self.tonnes[wrong[0]]:g} t in the mixture",
                where=f"reading '{self.ids[owner]}'",
                fix="give tonnes above zero",
            )

    def __len__(self) -> int:
        return len(self.ids)

    def blocks(self, i: int) -> NDArray[np.int64]:
        """Blocks of reading ``i``, shape (k,)."""
        return self.block[self.start[i] : self.start[i + 1]]

    def shares(self, i: int) -> _F8:
        """Their shares of the mixture, adding up to one."""
        tonnes = self.tonnes[self.start[i] : self.start[i + 1]]
        out: _F8 = tonnes / tonnes.sum()
        return out

    def where(self, chosen: Sequence[int] | NDArray[np.integer]) -> Observations:
        """Some of the readings, in the order given."""
        at = [int(i) for i in chosen]
        counts = [int(self.start[i + 1] - self.start[i]) for i in at]
        inner = [np.arange(self.start[i], self.start[i + 1]) for i in at]
        places = np.concatenate(inner) if inner else np.zeros(0, dtype=np.int64)
        return Observations(
            tuple(self.ids[i] for i in at),
            self.time[at],
            tuple(self.sensor[i] for i in at),
            tuple(self.kind[i] for i in at),
            self.value[at],
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            self.block[places],
            self.tonnes[places],
        )
