"""Pit by pit: what each nested shell holds, and what it is worth however it is mined.

The three cases of strategic planning: *best* mines shell by shell (pushbacks too narrow
to work), *worst* goes down the whole pit bench by bench (ore waits behind all the
stripping), *specified* mines given phases with a lag of benches. With capacities the best
order of shells need not be the best that can be done; it is what the name stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.kernels.run_units import run_units
from orefield.pit.shell_blocks import ShellBlocks

_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class PitByPit:
    """One row a shell, innermost first; every array has shape (s,) and is cumulative.

    Attributes
    ----------
    revenue_factor : float64 array
    ore_t, waste_t, strip : float64 arrays
        Strip is waste by ore, infinite without ore.
    metal_t : mapping of str to float64 array
    value_usd : float64 array
        Undiscounted.
    best_usd, worst_usd, specified_usd : float64 arrays
        Discounted; specified is nan without phases.
    life : float64 array
        Periods, mined bench by bench.
    """

    revenue_factor: _F8
    ore_t: _F8
    waste_t: _F8
    strip: _F8
    metal_t: Mapping[str, _F8]
    value_usd: _F8
    best_usd: _F8
    worst_usd: _F8
    specified_usd: _F8
    life: _F8

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The table, column by column."""
        out: dict[str, NDArray[np.generic]] = {
            "shell": np.arange(len(self.revenue_factor)),
            "revenue_factor": self.revenue_factor,
            "rock_t": self.ore_t + self.waste_t,
            "ore_t": self.ore_t,
            "waste_t": self.waste_t,
            "strip": self.strip,
        }
        out |= {f"{name}_t": amount for name, amount in self.metal_t.items()}
        out |= {
            "value_usd": self.value_usd,
            "best_usd": self.best_usd,
            "worst_usd": self.worst_usd,
            "specified_usd": self.specified_usd,
            "life": self.life,
        }
        return out

    @property
    def has_specified(self) -> bool:
        """Whether phases were given."""
        return bool(np.isfinite(self.specified_usd).any())

    def best_shell(self) -> int:
        """The shell to end the pit with: greatest specified value, else mean of best and worst."""
        if self.has_specified:
            return int(np.nanargmax(self.specified_usd))
        return int(np.argmax(self.best_usd + self.worst_usd))


def pit_by_pit(
    blocks: ShellBlocks,
    revenue_factors: ArrayLike,
    *,
    rock_cap_t: float = np.inf,
    ore_cap_t: float = np.inf,
    rate: float = 0.0,
    phase: NDArray[np.integer] | None = None,
    lag: int = 0,
) -> PitByPit:
    """The pit-by-pit table: every shell as a final pit.

    Units of a shell (or phase) on a bench are mined whole, one after the other, within two
    capacities; flows of a period are discounted from its middle.

    Parameters
    ----------
    blocks : ShellBlocks
        See :func:`blocks_by_destination`.
    revenue_factors : array_like, shape (s,)
        Of the shells, rising.
    rock_cap_t, ore_cap_t : float
        Rock moved and ore processed in a period.
    rate : float
        Discount rate of a period.
    phase : int array, shape (n,), optional
        Phases of the specified case; of a smaller pit, the part inside it.
    lag : int
        Benches by which a phase follows the one inside it.

    Raises
    ------
    ModelError
        When capacities are not positive, the rate is -1 or less, the lag is negative, or
        shells and factors do not fit.
    """
    factors = np.asarray(revenue_factors, dtype=np.float64)
    n_shells = len(factors)
    if factors.ndim != 1 or n_shells == 0 or int(blocks.shell.max(initial=-1)) >= n_shells:
        raise ModelError(f"shells up to {int(blocks.shell.max())} for {n_shells} revenue factors")
    if not (rock_cap_t > 0 and ore_cap_t > 0 and rate > -1.0 and lag >= 0):
        raise ModelError(
            f"capacities {rock_cap_t:g} and {ore_cap_t:g} t, rate {rate:g}, lag {lag}",
            fix="capacities are above zero, the rate above -1, the lag not negative",
        )
    if phase is not None and phase.shape != blocks.shell.shape:
        raise ModelError(f"{phase.shape} phases for {len(blocks.shell):,} blocks")
    runner = _Runner(blocks, n_shells, rock_cap_t, ore_cap_t, rate)
    worst, life = runner.worst()
    ore, rock = runner.total(blocks.ore_t), runner.total(blocks.rock_t)
    waste = np.maximum(rock - ore, 0.0)
    strip = np.full(n_shells, np.inf)
    np.divide(waste, ore, out=strip, where=ore > 0)
    return PitByPit(
        revenue_factor=factors,
        ore_t=ore,
        waste_t=waste,
        strip=strip,
        metal_t={name: runner.total(amount) for name, amount in blocks.metal_t.items()},
        value_usd=runner.total(blocks.value_usd),
        best_usd=runner.best(),
        worst_usd=worst,
        specified_usd=np.full(n_shells, np.nan) if phase is None else runner.specified(phase, lag),
        life=life,
    )


class _Runner:
    """Blocks gathered by shell, bench and phase, and run in an order."""

    def __init__(
        self, blocks: ShellBlocks, n_shells: int, rock_cap: float, ore_cap: float, rate: float
    ) -> None:
        self.blocks, self.n_shells = blocks, n_shells
        self.limits = (rock_cap, ore_cap, rate)
        nx, ny, self.nz = blocks.shape
        self.at = np.flatnonzero((blocks.shell >= 0) & (blocks.rock_t > 0))
        self.of = blocks.shell[self.at].astype(np.int64)
        self.depth = self.nz - 1 - self.at // (nx * ny)

    def total(self, amount: _F8) -> _F8:
        """Sum of a block quantity inside each shell, shape (s,)."""
        ring = np.bincount(self.of, weights=amount[self.at], minlength=self.n_shells)
        return np.cumsum(ring, dtype=np.float64)

    def _sums(self, key: NDArray[np.int64], n: int) -> tuple[_F8, _F8, _F8]:
        b = self.blocks
        rock, ore, value = (
            np.bincount(key, weights=a[self.at], minlength=n).astype(np.float64)
            for a in (b.rock_t, b.ore_t, b.value_usd)
        )
        return rock, ore, value

    def _run(self, rock: _F8, ore: _F8, value: _F8) -> tuple[_F8, _F8]:
        worth, time = run_units(
            np.ascontiguousarray(rock),
            np.ascontiguousarray(ore),
            np.ascontiguousarray(value),
            self.limits[0],
            self.limits[1],
            self.limits[2],
        )
        return worth, time

    def best(self) -> _F8:
        """Shell by shell: smaller pits are the first part of larger ones."""
        sums = self._sums(self.of * self.nz + self.depth, self.n_shells * self.nz)
        worth, _ = self._run(*sums)
        last: _F8 = worth.reshape(self.n_shells, self.nz)[:, -1]
        return last

    def worst(self) -> tuple[_F8, _F8]:
        """Bench by bench, and the periods that takes."""
        sums = self._sums(self.of * self.nz + self.depth, self.n_shells * self.nz)
        rock, ore, value = (np.cumsum(a.reshape(self.n_shells, self.nz), axis=0) for a in sums)
        worst, life = np.zeros(self.n_shells), np.zeros(self.n_shells)
        for s in range(self.n_shells):
            worth, time = self._run(rock[s], ore[s], value[s])
            worst[s], life[s] = worth[-1], time[-1]
        return worst, life

    def specified(self, phase: NDArray[np.integer], lag: int) -> _F8:
        """Phases with a lag; rock of a shell outside all phases is a last one of its own."""
        given = phase[self.at].astype(np.int64)
        n_phases = int(given.max(initial=-1)) + 2
        given = np.where(given < 0, n_phases - 1, given)
        size = n_phases * self.nz
        key = given * self.nz + self.depth
        sums = self._sums(self.of * size + key, self.n_shells * size)
        unit = np.arange(size)
        reached = (unit // self.nz) * lag + unit % self.nz
        order = np.lexsort((unit % self.nz, unit // self.nz, reached))
        rock, ore, value = (
            np.cumsum(a.reshape(self.n_shells, size), axis=0)[:, order] for a in sums
        )
        out = np.zeros(self.n_shells)
        for s in range(self.n_shells):
            out[s] = self._run(rock[s], ore[s], value[s])[0][-1]
        return out


def skins(table: PitByPit) -> dict[str, NDArray[np.generic]]:
    """What each shell adds to the one inside it, column by column, shape (s,).

    ``loses_discounted`` marks skins that add undiscounted value and yet take away
    discounted value (of the specified case, else of the mean of best and worst): the pit of
    greatest undiscounted value is too large by those.

    Parameters
    ----------
    table : PitByPit
        See :func:`pit_by_pit`.
    """

    def added(values: _F8) -> _F8:
        out: _F8 = np.diff(values, prepend=0.0)
        return out

    ore, waste = added(table.ore_t), added(table.waste_t)
    strip = np.full(len(ore), np.inf)
    np.divide(waste, ore, out=strip, where=ore > 0)
    discounted = 0.5 * (table.best_usd + table.worst_usd)
    if table.has_specified:
        discounted = table.specified_usd
    value, later = added(table.value_usd), added(discounted)
    out: dict[str, NDArray[np.generic]] = {
        "shell": np.arange(len(ore)),
        "revenue_factor": table.revenue_factor,
        "ore_t": ore,
        "waste_t": waste,
        "strip": strip,
        "value_usd": value,
        "discounted_usd": later,
        "usd_per_t": np.divide(value, ore + waste, out=np.zeros_like(ore), where=ore + waste > 0),
        "loses_discounted": (value > 0) & (later < 0),
    }
    return out
