"""What a mine takes from and leaves in its surroundings: a first pass.

Tailings, water, energy, carbon and land by draw and year, and the rivers downstream. All
functions are pure, and every parameter is given by the caller. River transport, dam
failure, limits and compliance, and people will live here too.
"""

from orefield.environment.carbon import (
    IPCC_DIESEL_KGCO2_GJ,
    IPCC_DIESEL_NCV_GJ_T,
    Blasting,
    Emissions,
    FactorBasis,
    GridFactor,
    diesel_kgco2_per_l,
    emissions,
)
from orefield.environment.drainage import (
    CHAIN_COLUMNS,
    Candidate,
    Dilution,
    Drainage,
    Position,
    read_chains,
)
from orefield.environment.energy import (
    DieselUse,
    ElectricityUse,
    EnergyUse,
    bond_energy_kwh_t,
    energy_use,
)
from orefield.environment.land import DisturbedLand, LandUse, pit_outline_area_m2
from orefield.environment.river_tables import (
    LINK_COLUMNS,
    LINK_EXTRA_COLUMNS,
    NODE_COLUMNS,
    NODE_EXTRA_COLUMNS,
    RiverLink,
    RiverNode,
    links_from_rows,
    nodes_from_rows,
)
from orefield.environment.rivers import PathPoint, RiverNetwork, RiverPath, borders
from orefield.environment.tailings import StoredTailings, TailingsFacility
from orefield.environment.water import SECONDS_PER_YEAR, WaterUse, share_of_flow

__all__ = [
    "CHAIN_COLUMNS",
    "IPCC_DIESEL_KGCO2_GJ",
    "IPCC_DIESEL_NCV_GJ_T",
    "LINK_COLUMNS",
    "LINK_EXTRA_COLUMNS",
    "NODE_COLUMNS",
    "NODE_EXTRA_COLUMNS",
    "SECONDS_PER_YEAR",
    "Blasting",
    "Candidate",
    "DieselUse",
    "Dilution",
    "DisturbedLand",
    "Drainage",
    "ElectricityUse",
    "Emissions",
    "EnergyUse",
    "FactorBasis",
    "GridFactor",
    "LandUse",
    "PathPoint",
    "Position",
    "RiverLink",
    "RiverNetwork",
    "RiverNode",
    "RiverPath",
    "StoredTailings",
    "TailingsFacility",
    "WaterUse",
    "bond_energy_kwh_t",
    "borders",
    "diesel_kgco2_per_l",
    "emissions",
    "energy_use",
    "links_from_rows",
    "nodes_from_rows",
    "pit_outline_area_m2",
    "read_chains",
    "share_of_flow",
]
