"""Draws of a schedule that do not share one deposit: each mines a realisation of its own."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.mining_units import MiningUnits
from orefield.pit.schedule import Schedule, ScheduleInputs, schedule

ESTIMATE = -1
"""Stands for the units as estimated where a realisation is asked for."""


@dataclass(frozen=True)
class RealisedUnits:
    """Mining units as estimated, and their metal in each realisation of the deposit.

    Where a bin goes was decided on estimates: bins are those of the estimate, and a
    realisation says what they turn out to hold. Rock is the same in all.

    Parameters
    ----------
    units : MiningUnits
        As estimated.
    metal_t : ndarray of shape (r, u, k, 4)
        Metal (t) of each realisation; r may be 0.

    Raises
    ------
    ModelError
        For a shape that does not fit the units, or metal that is negative or not finite.
    """

    units: MiningUnits
    metal_t: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.metal_t.shape[1:] != self.units.metal_t.shape:
            raise ModelError(
                f"realised metal of shape {self.metal_t.shape} for units of "
                f"{self.units.metal_t.shape}"
            )
        if not (np.isfinite(self.metal_t) & (self.metal_t >= 0)).all():
            raise ModelError("a realisation of the units has metal that is no amount")

    @property
    def n(self) -> int:
        """Number of realisations."""
        return len(self.metal_t)

    def of_draws(self, random: int, columns: int) -> NDArray[np.int64]:
        """Realisation of each draw, shape (columns,).

        Draw 0 is the central case and mines the estimate; the ``random`` draws after it take
        the realisations in turn; any behind them mine the estimate again.
        """
        out = np.full(columns, ESTIMATE, dtype=np.int64)
        if self.n:
            out[1 : 1 + random] = np.arange(random) % self.n
        return out

    def realisation(self, r: int) -> MiningUnits:
        """The units of a realisation, or of the :data:`ESTIMATE`."""
        return self.units if r == ESTIMATE else replace(self.units, metal_t=self.metal_t[r])

    def total_metal_t(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """Contained metal of each draw's realisation, shape (d, 4)."""
        totals = np.concatenate([self.metal_t.sum(axis=(1, 2)), self.units.total_metal_t[None, :]])
        # the estimate is -1, and the last row
        out: NDArray[np.float64] = totals[which]
        return out


def schedule_realised(
    realised: RealisedUnits,
    which: NDArray[np.int64],
    order: NDArray[np.int32],
    inputs: ScheduleInputs,
) -> Schedule:
    """:func:`orefield.pit.schedule` with a realisation of the deposit for each draw.

    Parameters
    ----------
    realised : RealisedUnits
        The estimate and the realisations.
    which : int array, shape (d,)
        Realisation of each draw; :data:`ESTIMATE` for the units as estimated.
    order : int32 array, shape (u,)
        The one order in which all draws mine: nobody knows the truth beforehand.
    inputs : ScheduleInputs
        Of d draws.

    Raises
    ------
    ModelError
        When ``which`` does not name a realisation for every draw, and as ``schedule``.
    """
    if which.shape != (inputs.n_draws,) or which.min() < ESTIMATE or which.max() >= realised.n:
        raise ModelError(f"{inputs.n_draws} draws cannot take realisations {which} of {realised.n}")
    if (which == ESTIMATE).all():
        return schedule(realised.units, order, inputs)
    parts = []
    groups = [np.flatnonzero(which == r) for r in np.unique(which)]
    for draws in groups:
        units = realised.realisation(int(which[draws[0]]))
        parts.append(schedule(units, order, inputs.of_draws(draws)))
    back = np.argsort(np.concatenate(groups))
    joined = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])[back]
        for f in fields(Schedule)
        if f.name != "years"
    }
    return Schedule(years=inputs.years, **joined)
