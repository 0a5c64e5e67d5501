"""Energy by carrier: electricity of mine and plant, diesel of the pit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, Parameter, amount, within
from orefield.core.errors import InputError


def bond_energy_kwh_t(work_index_kwh_t: ArrayLike, feed_um: float, product_um: float) -> Array:
    """Grinding energy (kWh/t) by Bond's law: W = 10 Wi (1/sqrt(P80) - 1/sqrt(F80)).

    Parameters
    ----------
    work_index_kwh_t : array_like
        Bond work index (kWh/t, metric tonnes), 1-50.
    feed_um, product_um : float
        Sizes (micrometres) that 80 % passes, before and after.

    Raises
    ------
    InputError
        For values outside their range, or a product coarser than the feed.

    Source: F. C. Bond, "The third theory of comminution", *Trans. AIME* 193 (1952),
    484-494.
    """
    index = within("work_index_kwh_t", work_index_kwh_t, 1.0, 50.0)
    feed = within("feed_um", feed_um, 0.0, np.inf, open_low=True)
    product = within("product_um", product_um, 0.0, np.inf, open_low=True)
    if product > feed:
        raise InputError(
            f"the product ({product_um:g} um) is coarser than the feed ({feed_um:g} um)",
            where="product_um",
        )
    return 10.0 * index * (1.0 / np.sqrt(product) - 1.0 / np.sqrt(feed))


@dataclass(frozen=True, eq=False)
class ElectricityUse:
    """Electricity by purpose.

    Parameters
    ----------
    comminution_kwh_per_t, other_concentrator_kwh_per_t : float or array
        Crushing and grinding, and the rest of the concentrator, per tonne of ore;
        together 20-30 is usual.
    conveying_kwh_per_t : float or array
        Conveyors between pit and plant, per tonne of ore.
    mine_kwh_per_t : float or array
        Electric shovels, drills, pumps, per tonne of rock moved.

    Raises
    ------
    InputError
        For a rate outside 0-100 kWh/t.
    """

    comminution_kwh_per_t: Parameter
    other_concentrator_kwh_per_t: Parameter
    conveying_kwh_per_t: Parameter
    mine_kwh_per_t: Parameter

    def __post_init__(self) -> None:
        for name in (
            "comminution_kwh_per_t",
            "other_concentrator_kwh_per_t",
            "conveying_kwh_per_t",
            "mine_kwh_per_t",
        ):
            within(name, getattr(self, name), 0.0, 100.0)


@dataclass(frozen=True, eq=False)
class DieselUse:
    """Diesel of drilling, loading, hauling and support, per tonne of rock moved.

    litres = moved x (base + slope x depth / 100) x (1 + rise x thousands of metres above
    the reference altitude)

    Parameters
    ----------
    base_l_per_t : float or array
        L/t moved from the pit's rim at or below the reference altitude.
    per_100m_depth_l_per_t : float or array
        Further L/t for each 100 m of haul out of the pit.
    altitude_rise_per_1000m : float or array
        Fraction by which burn per tonne grows with each 1,000 m above the reference.
        Truck makers' claims range from none to a tenth.
    reference_altitude_m : float

    Raises
    ------
    InputError
        For a parameter outside its range (0-10 L/t, 0-5 L/t per 100 m, 0-1, -500-6000 m).
    """

    base_l_per_t: Parameter
    per_100m_depth_l_per_t: Parameter
    altitude_rise_per_1000m: Parameter
    reference_altitude_m: float

    def __post_init__(self) -> None:
        within("base_l_per_t", self.base_l_per_t, 0.0, 10.0)
        within("per_100m_depth_l_per_t", self.per_100m_depth_l_per_t, 0.0, 5.0)
        within("altitude_rise_per_1000m", self.altitude_rise_per_1000m, 0.0, 1.0)
        within("reference_altitude_m", self.reference_altitude_m, -500.0, 6000.0)

    def litres_per_t(self, depth_m: ArrayLike, altitude_m: float) -> Array:
        """Diesel (L per tonne moved) at a mean haul depth (m, any shape) and altitude (m).

        Raises
        ------
        InputError
            For a negative depth, or an altitude outside -500 to 9000 m.
        """
        depth = amount("depth_m", depth_m)
        altitude = float(within("altitude_m", altitude_m, -500.0, 9000.0))
        above_km = max(altitude - self.reference_altitude_m, 0.0) / 1000.0
        level = np.asarray(self.base_l_per_t) + np.asarray(self.per_100m_depth_l_per_t) * (
            depth / 100.0
        )
        return np.asarray(
            level * (1.0 + np.asarray(self.altitude_rise_per_1000m) * above_km), dtype=np.float64
        )


@dataclass(frozen=True, eq=False)
class EnergyUse:
    """Energy of an asset by carrier, in the carrier's own unit; arrays of one shape."""

    comminution_kwh: Array
    other_concentrator_kwh: Array
    conveying_kwh: Array
    mine_kwh: Array
    diesel_l: Array

    @property
    def electricity_kwh(self) -> Array:
        """All electricity (kWh)."""
        return (
            self.comminution_kwh + self.other_concentrator_kwh + self.conveying_kwh + self.mine_kwh
        )


def energy_use(
    ore_t: ArrayLike,
    waste_t: ArrayLike,
    *,
    electricity: ElectricityUse,
    diesel: DieselUse,
    depth_m: ArrayLike,
    altitude_m: float,
) -> EnergyUse:
    """Energy for milling ``ore_t`` and moving ``ore_t + waste_t`` (t, (n_draws, n_years)).

    Parameters
    ----------
    ore_t, waste_t : array_like
        Ore milled and waste moved (t) in each year.
    electricity : ElectricityUse
        Rates of electricity by purpose.
    diesel : DieselUse
        Rates of diesel.
    depth_m : array_like
        Mean depth (m) below the pit's rim of the rock moved in each year.
    altitude_m : float
        Altitude (m) of the rim.

    Raises
    ------
    InputError
        For negative or non-finite amounts.
    """
    ore, waste = np.broadcast_arrays(amount("ore_t", ore_t), amount("waste_t", waste_t))
    moved = ore + waste
    return EnergyUse(
        comminution_kwh=ore * np.asarray(electricity.comminution_kwh_per_t),
        other_concentrator_kwh=ore * np.asarray(electricity.other_concentrator_kwh_per_t),
        conveying_kwh=ore * np.asarray(electricity.conveying_kwh_per_t),
        mine_kwh=moved * np.asarray(electricity.mine_kwh_per_t),
        diesel_l=moved * diesel.litres_per_t(depth_m, altitude_m),
    )
