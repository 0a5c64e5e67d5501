"""Carbon dioxide by scope: what the site burns, and what its electricity stands for.

Scopes as in the GHG Protocol *Corporate Accounting and Reporting Standard* (2004):
scope 1 is emitted on the site, scope 2 at the power stations that feed it. Only CO2 is
counted; methane and nitrous oxide of diesel engines add about 1 % and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, Parameter, amount, shaped, within
from orefield.core.errors import InputError

IPCC_DIESEL_KGCO2_GJ = 74.1
"""CO2 of gas/diesel oil (kg/GJ, net): IPCC 2006 Guidelines, vol. 2, table 2.2."""

IPCC_DIESEL_NCV_GJ_T = 43.0
"""Net calorific value of gas/diesel oil (GJ/t): IPCC 2006 Guidelines, vol. 2, table 1.2."""


def diesel_kgco2_per_l(density_kg_l: float) -> float:
    """CO2 (kg) of burning a litre of diesel, by the IPCC defaults; 2.68 at 0.84 kg/L.

    Raises
    ------
    InputError
        For a density that is not diesel's (0.75-0.95 kg/L).
    """
    density = float(within("density_kg_l", density_kg_l, 0.75, 0.95))
    return density * IPCC_DIESEL_NCV_GJ_T / 1000.0 * IPCC_DIESEL_KGCO2_GJ


class FactorBasis(StrEnum):
    """Where a grid factor comes from."""

    OFFICIAL = "official"
    ASSUMPTION = "assumption"


@dataclass(frozen=True, eq=False)
class GridFactor:
    """CO2 of electricity from a province's grid.

    Parameters
    ----------
    kgco2_per_kwh : float or array
        One value, or by year (T,), or by draw and year; 0-2.
    basis : FactorBasis
        ``OFFICIAL`` where an authority publishes a factor for this grid. Where none
        does, the caller gives an ``ASSUMPTION``, and every result says so.
    label : str
        What it is: the source, or the reason of the assumption.

    Raises
    ------
    InputError
        For a factor outside 0-2, or an empty label.
    """

    kgco2_per_kwh: Parameter
    basis: FactorBasis
    label: str

    def __post_init__(self) -> None:
        within("kgco2_per_kwh", self.kgco2_per_kwh, 0.0, 2.0)
        if not self.label.strip():
            raise InputError(
                "a grid factor has no label",
                where="label",
                fix="name the publication, or say why the value is assumed",
            )


@dataclass(frozen=True, eq=False)
class Blasting:
    """Explosives and their CO2.

    Parameters
    ----------
    powder_factor_kg_per_t : float or array
        Explosive per tonne of rock moved, 0-2.
    kgco2_per_kg : float or array
        CO2 per kilogram of explosive, 0-1.

    Raises
    ------
    InputError
        For a parameter outside its range.
    """

    powder_factor_kg_per_t: Parameter
    kgco2_per_kg: Parameter

    def __post_init__(self) -> None:
        within("powder_factor_kg_per_t", self.powder_factor_kg_per_t, 0.0, 2.0)
        within("kgco2_per_kg", self.kgco2_per_kg, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Emissions:
    """CO2 (t) by scope, arrays of one shape.

    Attributes
    ----------
    diesel_t, blasting_t, scope2_t : ndarray
    scope2_basis : FactorBasis
        Whether the grid's factor is published or assumed.
    scope2_label : str
        Its source or reason; shown wherever scope 2 is.
    """

    diesel_t: Array
    blasting_t: Array
    scope2_t: Array
    scope2_basis: FactorBasis
    scope2_label: str

    @property
    def scope1_t(self) -> Array:
        """CO2 emitted on the site (t)."""
        return self.diesel_t + self.blasting_t

    @property
    def total_t(self) -> Array:
        """Scopes 1 and 2 together (t)."""
        return self.scope1_t + self.scope2_t


def emissions(
    diesel_l: ArrayLike,
    electricity_kwh: ArrayLike,
    *,
    diesel_kgco2_per_l: Parameter,
    grid: GridFactor,
    moved_t: ArrayLike = 0.0,
    blasting: Blasting | None = None,
) -> Emissions:
    """CO2 of a site's diesel (L), electricity (kWh) and, where given, explosives.

    Parameters
    ----------
    diesel_l, electricity_kwh : array_like
        Shapes that broadcast, usually (n_draws, n_years).
    diesel_kgco2_per_l : float or array
        1-4; see :func:`diesel_kgco2_per_l` for the IPCC default.
    grid : GridFactor
        Factor of the grid that feeds the site.
    moved_t : array_like
        Rock moved (t); needed with ``blasting`` only.
    blasting : Blasting, optional
        Left out, explosives are not counted.

    Raises
    ------
    InputError
        For negative or non-finite amounts, or a factor outside its range.
    """
    litres, kwh, moved = np.broadcast_arrays(
        amount("diesel_l", diesel_l),
        amount("electricity_kwh", electricity_kwh),
        amount("moved_t", moved_t),
    )
    per_litre = within("diesel_kgco2_per_l", diesel_kgco2_per_l, 1.0, 4.0)
    factor = shaped("kgco2_per_kwh", grid.kgco2_per_kwh, kwh.shape)
    explosive = np.zeros(moved.shape)
    if blasting is not None:
        explosive = (
            moved
            * np.asarray(blasting.powder_factor_kg_per_t)
            * np.asarray(blasting.kgco2_per_kg)
            / 1000.0
        )
    return Emissions(
        diesel_t=litres * per_litre / 1000.0,
        blasting_t=explosive,
        scope2_t=kwh * factor / 1000.0,
        scope2_basis=grid.basis,
        scope2_label=f"{grid.basis}: {grid.label}",
    )
