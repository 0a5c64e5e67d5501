"""Sensors and readings that cannot be believed: stuck, drifting, off, or spikes.

All readings of a batch are held against what the members predict, with the covariance that both
ought to have, at once. What an error of one sensor, or of one reading, would look like is then
estimated from all readings together, those of other sensors in the same ground included; the one
that explains most is taken out if it stands out enough, and the rest is looked at again (Baarda's
data snooping, 1968, "A testing procedure for use in geodetic networks", from memory).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

_FEWEST = 4
"""Readings below which a batch says nothing of its sensor."""

_REMEMBERED = 24
"""Batches that a record holds."""

_SURELY = 0.7
"""Share of the limit above which a sensor that is off is said to drift."""

_SINGLE = 0.6
"""A reading goes before its sensor when it stands out by this share as much."""

_LUCK = 1e-5
"""Chance of a run of equal readings, by rounding alone, below which a sensor is stuck."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far readings may be off.

    Parameters
    ----------
    spike : float
        Spreads by which a single reading may be off, given all others.
    sensor : float
        Spreads by which the offset of a sensor, or its drift, may differ from zero.
    least : float
        Share of the noise of one reading below which an offset or drift is no fault, however
        sure it is: realisations are not perfect either.
    spikes : float
        Share of spikes in a batch above which the sensor is at fault.
    lowest, highest : float
        Grades beyond which a reading is impossible.

    Raises
    ------
    ModelError
        When one is not positive.
    """

    spike: float = 4.5
    sensor: float = 5.0
    least: float = 0.75
    spikes: float = 0.3
    lowest: float = -math.inf
    highest: float = math.inf

    def __post_init__(self) -> None:
        for name in ("spike", "sensor", "least", "spikes"):
            if not getattr(self, name) > 0:
                raise ModelError(f"the limit '{name}' is {getattr(self, name):g}", fix="above zero")

    def impossible(self, grades: _F8) -> NDArray[np.bool_]:
        """Readings that no ground can have (any shape)."""
        return np.asarray((grades < self.lowest) | (grades > self.highest))


class Batch(NamedTuple):
    """Readings against predictions.

    ``sensor`` (m,) names; ``hours`` (m,) since any moment; as scores, ``off`` (m,) reading less
    mean prediction, ``covariance`` (m, m) that it ought to have, and ``noise`` (m,) standard
    deviation of the sensor's error; as grades, ``grades`` (m,) the readings and
    ``grades_noise`` (m,).
    """

    sensor: tuple[str, ...]
    hours: _F8
    off: _F8
    covariance: _F8
    noise: _F8
    grades: _F8
    grades_noise: _F8


@dataclass
class Record:
    """What is remembered of a sensor between batches.

    Attributes
    ----------
    hours, off, spread : list of float
        Of each batch: its middle, the offset estimated (scores), and its standard deviation.
    """

    hours: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)

    def with_batch(self, hours: float, off: float, spread: float) -> Record:
        """The record with one batch more; the last of them are kept."""
        keep = slice(-_REMEMBERED, None)
        return Record(
            [*self.hours, hours][keep], [*self.off, off][keep], [*self.spread, spread][keep]
        )


class Finding(NamedTuple):
    """``fault`` of a sensor, ``evidence`` for people, ``readings`` (positions) taken out."""

    sensor: str
    fault: str
    evidence: str
    readings: tuple[int, ...]


@dataclass
class Examined:
    """What was found in a batch.

    Attributes
    ----------
    faults : list of Finding
    spikes : dict of int to str
        Position of single readings to why each is refused.
    records : dict of str to Record
        Of the sensors that were believed, this batch included.
    """

    faults: list[Finding] = field(default_factory=list)
    spikes: dict[int, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)


class _Test(NamedTuple):
    """How far off, in spreads of that and in noises of one reading."""

    fault: str
    spreads: float
    noises: float
    evidence: str


def examine(batch: Batch, records: Mapping[str, Record], limits: Limits) -> Examined:
    """Which sensors and readings of a batch cannot be believed.

    Parameters
    ----------
    batch : Batch
        Each sensor's readings in order of time.
    records : mapping of str to Record
        Of the batches before it.
    limits : Limits
        Beyond which they are refused.
    """
    look = _Look(batch, records, limits)
    for name in look.names:
        stuck = _stuck(batch, look.rows[name])
        if stuck:
            look.refuse_sensor(name, "stuck", stuck)
    for i in np.flatnonzero(limits.impossible(batch.grades)):
        look.refuse_reading(
            int(i), f"impossible: {batch.grades[i]:g} is beyond the limits of grades"
        )
    while look.step():
        pass
    return look.result()


class _Look:
    """One batch being examined: what is still in, and the inverse of its covariance."""

    def __init__(self, batch: Batch, records: Mapping[str, Record], limits: Limits) -> None:
        self.batch, self.records, self.limits = batch, records, limits
        self.names = sorted(set(batch.sensor))
        self.rows = {n: [i for i, s in enumerate(batch.sensor) if s == n] for n in self.names}
        self.held = np.ones(len(batch.sensor), dtype=np.bool_)
        self.inverse = np.linalg.inv(batch.covariance)
        self.found = Examined()
        self.signs: list[tuple[str, str]] = []

    def own(self, name: str) -> NDArray[np.int64]:
        """Positions of a sensor's readings that are still in."""
        return np.array([i for i in self.rows[name] if self.held[i]], dtype=np.int64)

    def step(self) -> bool:
        """Take out what stands out most; false when nothing does."""
        weighted = self._weighted()
        worst, act = 1.0, None
        for name in self.names:
            tests = [t for t in self.tests(name, weighted) if t.noises > self.limits.least]
            ratio = max((t.spreads / self.limits.sensor for t in tests), default=0.0)
            if ratio > worst:
                worst, act = ratio, (name, _named(tests, self.limits))
        diagonal = np.where(self.held, np.diag(self.inverse), 1.0)
        off = np.where(self.held, np.abs(weighted) / np.sqrt(diagonal), 0.0)
        at = int(off.argmax())
        ratio = float(off[at]) / self.limits.spike
        if ratio > 1.0 and ratio > _SINGLE * worst:
            sign = "+" if weighted[at] > 0 else "-"
            self.signs.append((self.batch.sensor[at], sign))
            self.refuse_reading(
                at, f"spike: {sign}{off[at]:.1f} times its spread from what all others say"
            )
            return True
        if act is not None:
            self.refuse_sensor(act[0], act[1].fault, act[1].evidence)
        return act is not None

    def tests(self, name: str, weighted: _F8) -> list[_Test]:
        """Drift and offset of a sensor in this batch, and over the batches so far."""
        own = self.own(name)
        if len(own) < _FEWEST:
            return []
        batch = self.batch
        hours = batch.hours[own] - batch.hours[own].mean()
        noise = float(np.sqrt(np.mean(batch.noise[own] ** 2)))
        grade = float(np.mean(batch.grades_noise[own])) / noise
        inner = self.inverse[np.ix_(own, own)]
        weight = float(inner.sum())
        off, spread = float(weighted[own].sum()) / weight, 1.0 / math.sqrt(weight)
        out = [_test("offset", off, spread, noise, off * grade, f"over {len(own)} readings")]
        across = float((inner @ hours).sum())
        square = float(hours @ inner @ hours) - across**2 / weight
        if len(own) >= 2 * _FEWEST and square > 0:
            slope = (float(hours @ weighted[own]) - across * off) / square
            span = float(np.ptp(hours))
            words = f"from first to last of {len(own)} readings in {span:.3g} hours"
            out.append(
                _test("drift", slope * span, span / math.sqrt(square), noise,
                      slope * span * grade, words)
            )  # fmt: skip
        record = self.records.get(name, Record()).with_batch(
            float(batch.hours[own].mean()), off, spread
        )
        return out + _over_batches(record, noise, grade)

    def refuse_sensor(self, name: str, fault: str, evidence: str) -> None:
        """Take all readings of a sensor out."""
        own = self.own(name)
        self.found.faults.append(Finding(name, fault, evidence, tuple(self.rows[name])))
        for i in own:
            self._drop(int(i))

    def refuse_reading(self, i: int, why: str) -> None:
        """Take one reading out, and its sensor with too many of them."""
        self.found.spikes[i] = why
        self._drop(i)
        name = self.batch.sensor[i]
        gone = len(self.rows[name]) - len(self.own(name))
        if gone >= _FEWEST and gone > self.limits.spikes * len(self.rows[name]):
            text = f"{gone} of {len(self.rows[name])} readings do not go with all others"
            signs = {sign for owner, sign in self.signs if owner == name}
            self.refuse_sensor(name, "offset" if len(signs) == 1 else "spikes", text)

    def _weighted(self) -> _F8:
        return np.asarray(self.inverse @ np.where(self.held, self.batch.off, 0.0))

    def _drop(self, i: int) -> None:
        if not self.held[i]:
            return
        self.held[i] = False
        column = self.inverse[:, i].copy()
        self.inverse -= np.outer(column, column / column[i])
        self.inverse[i, :] = 0.0
        self.inverse[:, i] = 0.0

    def result(self) -> Examined:
        """What was found; records of the sensors that were believed."""
        weighted = self._weighted()
        faulty = {f.sensor for f in self.found.faults}
        for finding in self.found.faults:
            for i in finding.readings:
                self.found.spikes.pop(i, None)
        for name in self.names:
            own = self.own(name)
            if name in faulty or len(own) < _FEWEST:
                continue
            weight = float(self.inverse[np.ix_(own, own)].sum())
            self.found.records[name] = self.records.get(name, Record()).with_batch(
                float(self.batch.hours[own].mean()),
                float(weighted[own].sum()) / weight,
                1.0 / math.sqrt(weight),
            )
        return self.found


def _named(tests: Sequence[_Test], limits: Limits) -> _Test:
    """The test that tells most; a drift has an offset too, and is named for what it is."""
    drifts = [t for t in tests if t.fault == "drift" and t.spreads > _SURELY * limits.sensor]
    return max(drifts or tests, key=lambda t: t.spreads)


def _test(fault: str, off: float, spread: float, noise: float, grades: float, words: str) -> _Test:
    evidence = f"{grades:+.3g} {words}, {abs(off) / spread:.1f} times the spread of that"
    return _Test(fault, abs(off) / spread, abs(off) / noise, evidence)


def _over_batches(record: Record, noise: float, grade: float) -> list[_Test]:
    n = len(record.off)
    if n < 2:
        return []
    weight = 1.0 / np.square(record.spread)
    off = np.asarray(record.off)
    mean = float(weight @ off / weight.sum())
    out = [
        _test("offset", mean, float(1.0 / np.sqrt(weight.sum())), noise, mean * grade,
              f"over {n} batches")
    ]  # fmt: skip
    hours = np.asarray(record.hours)
    hours = hours - float(weight @ hours / weight.sum())
    square = float(weight @ hours**2)
    if n >= _FEWEST and square > 0:
        span = float(np.ptp(hours))
        slope = float((weight * hours) @ off / square)
        words = f"from first to last of {n} batches in {span:.3g} hours"
        out.append(
            _test("drift", slope * span, span / math.sqrt(square), noise,
                  slope * span * grade, words)
        )  # fmt: skip
    return out


def _stuck(batch: Batch, rows: Sequence[int]) -> str:
    """A run of equal readings longer than rounding explains, or an empty text."""
    seen, n = batch.grades[list(rows)], len(rows)
    if n < _FEWEST:
        return ""
    starts = np.flatnonzero(np.concatenate([[True], np.diff(seen) != 0]))
    length = np.diff(np.append(starts, n))
    longest = int(length.argmax())
    run, at = int(length[longest]), int(starts[longest])
    if run < _FEWEST:
        return ""
    noise = float(batch.grades_noise[list(rows)][at : at + run].mean())
    # the finest step that this sensor has shown, or a hundredth of its noise
    distinct = np.unique(seen)
    rounding = float(np.diff(distinct).min()) if len(distinct) > 1 else 0.01 * noise
    same = min(1.0, rounding / (2.0 * math.sqrt(math.pi) * noise))
    if n * same ** (run - 1) > _LUCK:
        return ""
    return (
        f"{run} equal readings of {seen[at]:.6g} in a row; noise alone has a spread of {noise:.3g}"
    )
