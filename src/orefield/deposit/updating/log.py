"""What became of every reading, and of every sensor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading and what the filter made of it.

    Attributes
    ----------
    id, time, sensor, kind : str
    seen : float
        The reading, in the unit of the realisations.
    predicted, spread : float
        Mean and standard deviation of what members predict, with the sensor's bias, just
        before the reading was taken in.
    noise : float
        Standard deviation of the sensor's error.
    off : float
        Reading less prediction, in standard deviations of both together; NaN where neither
        has any.
    gain : float
        Share of the innovation that the prediction took over; 0 when refused.
    after : float
        Mean of what members predict afterwards.
    accepted : bool
    why : str
        Why it was refused, or empty.
    """

    id: str
    time: str
    sensor: str
    kind: str
    seen: float
    predicted: float
    spread: float
    noise: float
    off: float
    gain: float
    after: float
    accepted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A sensor that was not believed in a batch, and the evidence."""

    sensor: str
    since: str
    readings: int
    fault: str
    evidence: str


@dataclass
class UpdateLog:
    """Entries in the order in which readings were taken in, faults, the reach of each batch.

    The reach is a share of the widest, below one where readings were crowded.
    """

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    reaches: list[float] = field(default_factory=list)

    def extend(self, other: UpdateLog) -> None:
        """Take over all of another log."""
        self.entries += other.entries
        self.faults += other.faults
        self.reaches += other.reaches

    @property
    def accepted(self) -> int:
        """How many readings were taken in."""
        return sum(e.accepted for e in self.entries)

    def columns(self, entries: Iterable[Entry] | None = None) -> dict[str, NDArray[np.generic]]:
        """Entries as columns by the names of :class:`Entry`."""
        rows = list(self.entries if entries is None else entries)
        return {name: np.array([getattr(e, name) for e in rows]) for name in Entry.__slots__}
