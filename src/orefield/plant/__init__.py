"""From ore to concentrate to cathode: recovery, by-products, tailings, ledger rows.

All functions are pure and work on arrays of any shape, usually (n_draws, n_years).
"""

from orefield.plant.concentrator import MOLYBDENITE_MO_PCT, Concentrator, PlantResult
from orefield.plant.ledger import (
    BOUNDARIES,
    BYPRODUCTS,
    CONCENTRATE_MARKET,
    MOLYBDENUM_MARKET,
    AssetFlows,
    write_asset,
)
from orefield.plant.material import METALS, Material
from orefield.plant.recovery import (
    copper_recovery,
    head_for_recovery,
    recovered_byproduct_t,
    recovered_copper_t,
)
from orefield.plant.smelting import MetalRoute, SmeltedMetal, Smelting

__all__ = [
    "BOUNDARIES",
    "BYPRODUCTS",
    "CONCENTRATE_MARKET",
    "METALS",
    "MOLYBDENITE_MO_PCT",
    "MOLYBDENUM_MARKET",
    "AssetFlows",
    "Concentrator",
    "Material",
    "MetalRoute",
    "PlantResult",
    "SmeltedMetal",
    "Smelting",
    "copper_recovery",
    "head_for_recovery",
    "recovered_byproduct_t",
    "recovered_copper_t",
    "write_asset",
]
