"""The yearly schedule of mining units, for the central case and many draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.kernels.units_schedule import schedule_units
from orefield.pit.economics import METALS, Economics
from orefield.pit.mining_units import MiningUnits

_SHAPES = {
    "mill_cap_t": "dt",
    "mine_cap_t": "dt",
    "net_usd_t": "dtm",
    "mill_cost_usd_t": "d",
    "mining_factor": "d",
    "tonnage_factor": "d",
    "grade_factor": "dm",
    "tail_pct": "d",
    "cu_recovery_max": "d",
    "byproduct_recovery": "db",
    "target_cu_t": "dt",
    "opening_rock_t": "d",
}
_MAY_BE_INFINITE = ("mill_cap_t", "mine_cap_t")


@dataclass(frozen=True, kw_only=True)
class ScheduleInputs:
    """Everything a schedule depends on besides units and order, for d draws and t years.

    Draw 0 is the central case. Build it with :meth:`of`, which broadcasts.

    Attributes
    ----------
    years : int array, shape (t,)
        Consecutive calendar years.
    mill_cap_t, mine_cap_t : float64 arrays, shape (d, t)
        Ore milled and rock moved at most; ``inf`` for no limit.
    net_usd_t : float64 array, shape (d, t, 4)
        Net smelter return per tonne of recovered metal, see :meth:`Economics.net_usd_t`.
    mill_cost_usd_t : float64 array, shape (d,)
        Processing and G&A per tonne of ore.
    mining_factor : float64 array, shape (d,)
        Multiplies the units' mining cost.
    tonnage_factor : float64 array, shape (d,); grade_factor : float64 array, shape (d, 4)
        Multiply rock and metal; metal only.
    tail_pct, cu_recovery_max : float64 arrays, shape (d,)
    byproduct_recovery : float64 array, shape (d, 3)
    target_cu_t : float64 array, shape (d, t)
        Published copper in concentrate that a year is held to; NaN for a free year.
    opening_rock_t : float64 array, shape (d,)
        Rock dug before the first year: pre-stripping, or a mine's past.
    overdrive : float
        In years with a target, capacities are multiplied by this (at least 1): published
        capacity is a design figure, and mines exceed it.

    Raises
    ------
    ModelError
        For a wrong shape, NaN (but in targets), a negative number or years with gaps.
    """

    years: NDArray[np.int64]
    mill_cap_t: NDArray[np.float64]
    mine_cap_t: NDArray[np.float64]
    net_usd_t: NDArray[np.float64]
    mill_cost_usd_t: NDArray[np.float64]
    mining_factor: NDArray[np.float64]
    tonnage_factor: NDArray[np.float64]
    grade_factor: NDArray[np.float64]
    tail_pct: NDArray[np.float64]
    cu_recovery_max: NDArray[np.float64]
    byproduct_recovery: NDArray[np.float64]
    target_cu_t: NDArray[np.float64]
    opening_rock_t: NDArray[np.float64]
    overdrive: float = 1.0

    def __post_init__(self) -> None:
        if self.years.ndim != 1 or len(self.years) == 0 or (np.diff(self.years) != 1).any():
            raise ModelError(f"years must be consecutive, got {self.years.tolist()}")
        if not (np.isfinite(self.overdrive) and self.overdrive >= 1.0):
            raise ModelError(f"overdrive is {self.overdrive}", fix="give at least 1")
        for name, axes in _SHAPES.items():
            values = getattr(self, name)
            wanted = _shape(axes, self.n_draws, len(self.years))
            if values.shape != wanted:
                raise ModelError(f"{name} has shape {values.shape}, {wanted} is needed")
            known = values[~np.isnan(values)] if name == "target_cu_t" else values
            if np.isnan(known).any() or (np.isinf(known).any() and name not in _MAY_BE_INFINITE):
                raise ModelError(f"{name} is not finite", fix="give a number for each draw")
            if name != "net_usd_t" and (known < 0).any():
                raise ModelError(f"{name} is negative: {float(known.min())}")
            values.flags.writeable = False
        if (self.tonnage_factor <= 0).any():
            raise ModelError("tonnage_factor must be positive")
        for name in ("cu_recovery_max", "byproduct_recovery"):
            if (getattr(self, name) > 1).any():
                raise ModelError(f"{name} is above 1", fix="give a fraction, not percent")

    @property
    def n_draws(self) -> int:
        """Number of draws, the central case included."""
        return len(self.mill_cap_t)

    def of_draws(self, draws: NDArray[np.integer]) -> ScheduleInputs:
        """The inputs of some draws, in their order."""
        taken = {name: np.ascontiguousarray(getattr(self, name)[draws]) for name in _SHAPES}
        return ScheduleInputs(years=self.years, overdrive=self.overdrive, **taken)

    @classmethod
    def of(
        cls,
        economics: Economics,
        years: Sequence[int] | NDArray[np.int64],
        mill_cap_t: ArrayLike,
        mine_cap_t: ArrayLike,
        *,
        n_draws: int = 1,
        overdrive: float = 1.0,
        **given: ArrayLike,
    ) -> ScheduleInputs:
        """Inputs for ``n_draws``; what is not ``given`` is the economics' central value.

        Values broadcast: a scalar holds for all; shape (d,) is per draw; (t,) per year for
        capacities and targets when d is not t, otherwise write (1, t) or (d, 1); prices
        come as ``net_usd_t`` of shape (4,), (d, 1, 4) or (d, t, 4).

        Raises
        ------
        ModelError
            As the class, and for names it does not have or shapes that do not broadcast.
        """
        defaults: dict[str, ArrayLike] = {
            "mill_cap_t": mill_cap_t,
            "mine_cap_t": mine_cap_t,
            "net_usd_t": economics.net_usd_t(),
            "mill_cost_usd_t": economics.mill_cost_usd_t,
            "mining_factor": 1.0,
            "tonnage_factor": 1.0,
            "grade_factor": 1.0,
            "tail_pct": economics.tail_pct,
            "cu_recovery_max": economics.cu_recovery_max,
            "byproduct_recovery": economics.byproduct_recovery,
            "target_cu_t": np.nan,
            "opening_rock_t": 0.0,
        }
        for name in given:
            if name not in defaults:
                raise ModelError(
                    f"schedule inputs have no '{name}'", fix=f"they have: {', '.join(defaults)}"
                )
        span = np.asarray(years, dtype=np.int64)
        arrays = {
            name: _broadcast(name, value, n_draws, len(span))
            for name, value in {**defaults, **given}.items()
        }
        return cls(years=span, overdrive=overdrive, **arrays)


def _shape(axes: str, n_draws: int, n_years: int) -> tuple[int, ...]:
    sizes = {"d": n_draws, "t": n_years, "m": len(METALS), "b": len(METALS) - 1}
    return tuple(sizes[a] for a in axes)


def _broadcast(name: str, value: ArrayLike, n_draws: int, n_years: int) -> NDArray[np.float64]:
    axes = _SHAPES[name]
    wanted = _shape(axes, n_draws, n_years)
    array = np.asarray(value, dtype=np.float64)
    # One value a draw: give it the missing axes at its end rather than at its front.
    last_fits = array.ndim == 1 and len(array) == wanted[-1]
    if array.ndim == 1 and len(array) == n_draws and len(wanted) > 1 and not last_fits:
        array = array.reshape(n_draws, *[1] * (len(wanted) - 1))
    try:
        return np.ascontiguousarray(np.broadcast_to(array, wanted)).copy()
    except ValueError:
        raise ModelError(
            f"{name} has shape {array.shape}, which does not broadcast to {wanted}",
            fix=f"give a scalar or an array over {' x '.join(axes)}",
        ) from None


@dataclass(frozen=True)
class Schedule:
    """Result of a schedule: arrays over draws and years, metals in the order of ``METALS``.

    Attributes
    ----------
    years : int array, shape (t,)
    ore_t, waste_t, rock_left_t : float64 arrays, shape (d, t)
        Milled, dumped, and left in the units at the end of the year.
    ore_metal_t, waste_metal_t, recovered_t, metal_left_t : float64 arrays, shape (d, t, 4)
        Metal in ore, in waste, in concentrate, and left. *Left* is counted from the units
        still in the ground, not by subtraction, so it checks the flows.
    nsr_usd, mining_usd, milling_usd : float64 arrays, shape (d, t)
    opening_rock_t : float64 array, shape (d,); opening_metal_t : shape (d, 4)
        Left before the first year.
    """

    years: NDArray[np.int64]
    ore_t: NDArray[np.float64]
    waste_t: NDArray[np.float64]
    rock_left_t: NDArray[np.float64]
    ore_metal_t: NDArray[np.float64]
    waste_metal_t: NDArray[np.float64]
    recovered_t: NDArray[np.float64]
    metal_left_t: NDArray[np.float64]
    nsr_usd: NDArray[np.float64]
    mining_usd: NDArray[np.float64]
    milling_usd: NDArray[np.float64]
    opening_rock_t: NDArray[np.float64]
    opening_metal_t: NDArray[np.float64]

    def __post_init__(self) -> None:
        for field in fields(self):
            getattr(self, field.name).flags.writeable = False

    @property
    def cash_usd(self) -> NDArray[np.float64]:
        """Net smelter return less mining and milling, shape (d, t); before capital and tax."""
        cash: NDArray[np.float64] = self.nsr_usd - self.mining_usd - self.milling_usd
        return cash

    @property
    def head_cu_pct(self) -> NDArray[np.float64]:
        """Copper grade of the ore milled, shape (d, t); 0 in years without ore."""
        head = np.zeros_like(self.ore_t)
        np.divide(100.0 * self.ore_metal_t[..., 0], self.ore_t, out=head, where=self.ore_t > 0)
        return head

    def npv_usd(self, discount_rate: float) -> NDArray[np.float64]:
        """Cash discounted to the start of the first year, mid-year, shape (d,).

        Year ``i`` (from 0) is divided by ``(1 + rate) ** (i + 0.5)``.

        Raises
        ------
        ModelError
            For a rate at or below -1, or not finite.
        """
        if not (np.isfinite(discount_rate) and discount_rate > -1.0):
            raise ModelError(f"discount rate is {discount_rate}", fix="e.g. 0.08")
        factor = (1.0 + discount_rate) ** -(np.arange(len(self.years)) + 0.5)
        npv: NDArray[np.float64] = (self.cash_usd * factor).sum(axis=1)
        return npv


def schedule(units: MiningUnits, order: NDArray[np.int32], inputs: ScheduleInputs) -> Schedule:
    """Mine ``units`` in ``order`` under the capacities of every draw and year.

    Everything dug goes to mill or dump in the same year (no stockpile). A bin goes to the
    mill when its net smelter return pays for milling under the draw's prices, grades and
    recoveries. The year ends when the mill has had its ore, a target its copper, or the
    rock that can be moved is moved; a mine-out ends it for good.

    Raises
    ------
    ModelError
        When ``order`` does not name each unit once.
    """
    if not np.array_equal(np.sort(order), np.arange(units.n)):
        raise ModelError(f"the order does not name each of {units.n} units once")
    tonnes, metals, money, opening = schedule_units(
        order.astype(np.int32), units.rock_t, units.metal_t, units.mining_usd_t, units.selective,
        inputs.mill_cap_t, inputs.mine_cap_t, inputs.net_usd_t, inputs.mill_cost_usd_t,
        inputs.mining_factor, inputs.tonnage_factor, inputs.grade_factor, inputs.tail_pct,
        inputs.cu_recovery_max, inputs.byproduct_recovery, inputs.target_cu_t,
        inputs.overdrive, inputs.opening_rock_t,
    )  # fmt: skip
    return Schedule(
        years=inputs.years,
        ore_t=tonnes[..., 0],
        waste_t=tonnes[..., 1],
        rock_left_t=tonnes[..., 2],
        ore_metal_t=metals[:, :, 0],
        waste_metal_t=metals[:, :, 1],
        recovered_t=metals[:, :, 2],
        metal_left_t=metals[:, :, 3],
        nsr_usd=money[..., 0],
        mining_usd=money[..., 1],
        milling_usd=money[..., 2],
        opening_rock_t=opening[:, 0],
        opening_metal_t=opening[:, 1:],
    )
