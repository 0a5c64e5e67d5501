"""Readings taken in one after another, batch by batch: a localised serial ensemble filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.updating.analysis import METHODS, Method, Reading, in_scores, step
from orefield.deposit.updating.anamorphosis import AS_THEY_ARE
from orefield.deposit.updating.covariances import mixed_covariance
from orefield.deposit.updating.crowding import uncrowded
from orefield.deposit.updating.ensemble import Ensemble
from orefield.deposit.updating.faults import Batch, Limits, Record, examine
from orefield.deposit.updating.localisation import Reach
from orefield.deposit.updating.log import Entry, Fault, UpdateLog
from orefield.deposit.updating.observations import Observations, Sensor
from orefield.kernels.assimilation import regress

_F8 = NDArray[np.float64]

_MOST_AT_ONCE = 300
"""Readings examined together: their covariance is inverted."""


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """How readings are taken in.

    Parameters
    ----------
    method : {"square-root", "perturbed"}
    scored : bool
        Take readings in as scores, by the ensemble's curve; else as grades.
    relaxation : float
        Share of the spread lost in a batch that is given back (Whitaker and Hamill, 2012,
        Monthly Weather Review 140(9)): 0 to below 1. For realisations that are too sure.
    crowding : float, optional
        Readings of a batch that may reach a block, over the number of members: where more would,
        the reach of the batch is narrowed. ``None`` leaves it as it is. Members tell no more
        readings apart than there are of them; the rest is chance (Perianez, Reich and Potthast,
        2014, Journal of the Meteorological Society of Japan 92(6), from memory).
    batch_hours : float
        Readings within so many hours are judged together.
    limits : Limits
    check : bool
        Whether readings and sensors are checked for gross errors.
    seed : int
        Of perturbed observations, and of the members' biases.

    Raises
    ------
    ModelError
        For an unknown method or a number out of range.
    """

    method: Method = "square-root"
    scored: bool = True
    relaxation: float = 0.0
    crowding: float | None = None
    batch_hours: float = 24.0
    limits: Limits = field(default_factory=Limits)
    check: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ModelError(f"unknown method '{self.method}'", fix=f"one of {', '.join(METHODS)}")
        if not 0.0 <= self.relaxation < 1.0:
            raise ModelError(f"relaxation is {self.relaxation:g}", fix="give 0 to below 1")
        if self.crowding is not None and not self.crowding > 0:
            raise ModelError(f"crowding is {self.crowding:g}", fix="give more than zero")
        if not self.batch_hours > 0:
            raise ModelError(f"batch_hours is {self.batch_hours:g}", fix="give more than zero")


@dataclass
class Memory:
    """What goes on from one day's readings to the next, beside the realisations.

    Attributes
    ----------
    bias : dict of str to float64 array, shape (r,)
        What each sensor whose bias is estimated reads too high, in every member.
    records : dict of str to Record
        Innovations of batches before.
    taken : int
        Readings seen so far; moves on the stream of perturbed observations.
    """

    bias: dict[str, _F8] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    taken: int = 0


def assimilate(
    ensemble: Ensemble,
    observations: Observations,
    sensors: Mapping[str, Sensor],
    reach: Reach,
    options: FilterOptions | None = None,
    *,
    memory: Memory | None = None,
    tell: Callable[[float], None] | None = None,
) -> UpdateLog:
    """Bring an ensemble in line with readings; it is changed in place.

    Readings are cut into batches by time. Those of a batch are examined together, and sensors
    and readings that cannot be believed left out. Every other is then taken in by itself:
    predictions are made afresh from the members as they are, so that mixtures of blocks, also
    of transformed grades, stay consistent.

    Parameters
    ----------
    ensemble : Ensemble
        Must hold the blocks of all readings.
    observations : Observations
        Any order; taken in by time.
    sensors : mapping of str to Sensor
        Of every name that ``observations`` has.
    reach : Reach
        Localisation.
    options : FilterOptions, optional
        How readings are taken in.
    memory : Memory, optional
        Of the readings before; carried on in place.
    tell : callable, optional
        Told the share that is done.

    Raises
    ------
    ModelError
        For a sensor that is not known, or a block that the ensemble does not hold.
    """
    chosen = options or FilterOptions()
    kept = memory if memory is not None else Memory()
    for name in observations.sensor:
        if name not in sensors:
            raise ModelError(f"unknown sensor '{name}'", fix=f"known: {', '.join(sensors)}")
    ensemble.rows(observations.block)
    run = _Run(ensemble, sensors, reach, chosen, kept)
    hours = _hours(observations.time)
    order = np.lexsort((np.arange(len(hours)), hours))
    log = UpdateLog()
    done = 0
    for rows in _batches(np.floor(hours[order] / chosen.batch_hours)):
        log.extend(run.batch(observations.where(order[rows])))
        done += len(rows)
        if tell is not None:
            tell(done / len(order))
    return log


def _batches(number: _F8) -> Iterator[NDArray[np.int64]]:
    """Positions of readings of equal number, cut where there are too many to examine at once."""
    for value in np.unique(number):
        rows = np.flatnonzero(number == value)
        yield from np.array_split(rows, -(-len(rows) // _MOST_AT_ONCE))


class _Run:
    """One call of :func:`assimilate`."""

    def __init__(
        self, ensemble: Ensemble, sensors: Mapping[str, Sensor], reach: Reach,
        options: FilterOptions, memory: Memory,
    ) -> None:  # fmt: skip
        self.ensemble, self.sensors = ensemble, sensors
        self.reach = self.widest = reach
        self.options, self.memory = options, memory
        for place, (name, sensor) in enumerate(sensors.items()):
            if sensor.bias_sd > 0 and name not in memory.bias:
                stream = np.random.default_rng([options.seed, 1, place])
                draw = stream.standard_normal(ensemble.members)
                draw -= draw.mean()
                memory.bias[name] = sensor.bias + sensor.bias_sd * draw / draw.std(ddof=1)

    def batch(self, seen: Observations) -> UpdateLog:
        """Examine the readings of a batch, and take in those that can be believed."""
        log = UpdateLog()
        ensemble = self.ensemble
        if self.options.crowding is not None:
            most = max(1, round(self.options.crowding * ensemble.members))
            log.reaches.append(uncrowded(ensemble.grid, seen, self.widest, most))
            self.reach = self.widest.narrowed(log.reaches[-1])
        relaxed = self.options.relaxation > 0
        before = ensemble.state.std(axis=1, ddof=1) if relaxed else np.zeros(0)
        moved = ensemble.touched.copy()
        ensemble.touched[:] = False
        refused = self._examined(seen, log) if self.options.check else {}
        for i in range(len(seen)):
            predicted, reading = self._reading(seen, i)
            why = refused.get(i, "")
            if not why and reading.agreed:
                why = "all members agree on these blocks: nothing to learn"
            gain = 0.0 if why else self._taken(seen, i, reading)
            log.entries.append(self._entry(seen, i, predicted, reading, gain, why))
        if relaxed:
            self._relax(before)
        ensemble.touched |= moved
        return log

    def _examined(self, seen: Observations, log: UpdateLog) -> dict[int, str]:
        """Why readings are refused, by position."""
        # where members agree and the sensor has no error, there is nothing to judge by
        judged = [i for i in range(len(seen)) if np.isfinite(self._reading(seen, i)[1].off)]
        if not judged:
            return {}
        refused = self._judged(seen.where(judged), log)
        return {judged[i]: why for i, why in refused.items()}

    def _judged(self, seen: Observations, log: UpdateLog) -> dict[int, str]:
        batch = self._against_predictions(seen)
        found = examine(batch, self.memory.records, self.options.limits)
        self.memory.records.update(found.records)
        out = dict(found.spikes)
        for fault in found.faults:
            since, count = str(seen.time[fault.readings[0]]), len(fault.readings)
            log.faults.append(Fault(fault.sensor, since, count, fault.fault, fault.evidence))
            out.update(dict.fromkeys(fault.readings, f"sensor {fault.fault}: {fault.evidence}"))
        return out

    def _predicted(self, seen: Observations, i: int) -> _F8:
        name = seen.sensor[i]
        out = self.ensemble.predicted(seen.blocks(i), seen.shares(i))
        return out + self.memory.bias.get(name, self.sensors[name].bias)

    def _reading(self, seen: Observations, i: int) -> tuple[_F8, Reading]:
        """What members predict, as grades and as the filter takes them."""
        predicted = self._predicted(seen, i)
        curve = self.ensemble.curve if self.options.scored else AS_THEY_ARE
        sensor = self.sensors[seen.sensor[i]]
        return predicted, in_scores(predicted, float(seen.value[i]), sensor, curve)

    def _against_predictions(self, seen: Observations) -> Batch:
        rows = range(len(seen))
        grades, readings = zip(*(self._reading(seen, i) for i in rows), strict=True)
        noise = np.array([r.noise_variance for r in readings])
        # scores a unit of grade makes, of each mixture
        spread = np.array([g.std(ddof=1) for g in grades])
        scored = np.sqrt([r.variance for r in readings])
        slope = np.divide(scored, spread, out=np.zeros(len(seen)), where=spread > 0)
        mixed = mixed_covariance(self.ensemble, seen, rows, self.reach)
        names = np.array(seen.sensor)
        for name, bias in self.memory.bias.items():
            own = names == name
            mixed[np.ix_(own, own)] += bias.var(ddof=1)
        return Batch(
            seen.sensor,
            _hours(seen.time),
            np.array([r.seen - r.predicted.mean() for r in readings]),
            slope[:, None] * mixed * slope[None, :] + np.diag(noise),
            np.sqrt(noise),
            seen.value,
            np.array(
                [self.sensors[s].error(g).mean() for s, g in zip(seen.sensor, grades, strict=True)]
            ),
        )

    def _taken(self, seen: Observations, i: int, reading: Reading) -> float:
        """Take a reading in; gives its gain."""
        self.memory.taken += 1
        draw = None
        if self.options.method == "perturbed":
            stream = np.random.default_rng([self.options.seed, 2, self.memory.taken])
            draw = stream.standard_normal(len(reading.predicted))
        move = step(reading, draw)
        ensemble = self.ensemble
        rows, tapers = ensemble.reached(seen.blocks(i), self.reach)
        regress(ensemble.state, rows, tapers, move.score, move.push)
        ensemble.touched[rows] = True
        bias = self.memory.bias.get(seen.sensor[i])
        if bias is not None:
            # of this sensor's own readings only: by lot, every reading has some correlation
            slope = float((bias - bias.mean()) @ move.score / (move.score @ move.score))
            self.memory.bias[seen.sensor[i]] = bias + slope * move.push
        return move.gain

    def _relax(self, before: _F8) -> None:
        """Give back a share of the spread that the batch has taken."""
        state, rows = self.ensemble.state, np.flatnonzero(self.ensemble.touched)
        after = state[rows].std(axis=1, ddof=1)
        held = np.flatnonzero(after > 0)
        rows, after = rows[held], after[held]
        factor = 1.0 + self.options.relaxation * np.maximum(before[rows] - after, 0.0) / after
        mean = state[rows].mean(axis=1, keepdims=True)
        state[rows] = mean + factor[:, None].astype(np.float32) * (state[rows] - mean)

    def _entry(
        self, seen: Observations, i: int, predicted: _F8, reading: Reading, gain: float, why: str
    ) -> Entry:
        sensor = self.sensors[seen.sensor[i]]
        after = predicted if why else self._predicted(seen, i)
        return Entry(
            seen.ids[i], str(seen.time[i]), seen.sensor[i], seen.kind[i], float(seen.value[i]),
            float(predicted.mean()), float(predicted.std(ddof=1)),
            float(sensor.error(predicted).mean()), reading.off, gain, float(after.mean()),
            not why, why,
        )  # fmt: skip


def _hours(time: NDArray[np.datetime64]) -> _F8:
    out: _F8 = (time - np.datetime64(0, "s")) / np.timedelta64(1, "s") / 3600.0
    return out
