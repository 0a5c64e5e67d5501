"""An asset's rows in the metal ledger, from the deposit to tailings and concentrate.

::

    deposit:<id> -- ore --> mill:<id> -- copper concentrate --> concentrate market   (Cu)
        |                      |                       `--> by-products and concentrate mass
        |                      |                                          (Ag, Au, solids)
        |                      |-- molybdenum concentrate --> molybdenum market (Mo, solids)
        |                      `-- tailings --> tailings:<id>
        `-- waste rock --> dump:<id>

``deposit``, ``dump`` and ``tailings`` are stocks; the mill is a process. Copper sent to
``concentrate market`` is closed by the national balance, which takes it from there; the
other destinations are boundaries. The deposit's levels come from whoever digs it, so the
check compares two accounts: what is left, and what went out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.amounts import Array
from orefield.core.errors import InputError
from orefield.core.ledger import MetalLedger
from orefield.plant.concentrator import PlantResult
from orefield.plant.material import Material

CONCENTRATE_MARKET = "concentrate market"
"""Node that copper in concentrate goes to; the national balance closes it."""

MOLYBDENUM_MARKET = "molybdenum market"
"""Boundary node that molybdenum concentrate goes to."""

BYPRODUCTS = "by-products and concentrate mass"
"""Boundary node that all of copper concentrate but its copper goes to."""

BOUNDARIES = (MOLYBDENUM_MARKET, BYPRODUCTS)
"""Nodes where the ledger of an asset ends."""


@dataclass(frozen=True, eq=False)
class AssetFlows:
    """What an asset digs, keeps and mills, by draw and year.

    Parameters
    ----------
    asset : str
        Id of the asset; it stands in its nodes' names.
    years : array_like of int, shape (T,)
        Consecutive calendar years.
    draws : array_like of int, shape (D,)
        Numbers of the draws.
    waste : Material, shape (D, T)
        Rock sent to the dump, with the metal in it.
    remaining : Material, shape (D, T + 1)
        Rock and metal left in the ground: opening first, then at the end of each year.
    plant : PlantResult, shape (D, T)
        Mill feed and what becomes of it.

    Raises
    ------
    InputError
        For an empty id, years that are not consecutive, or shapes that do not fit.
    """

    asset: str
    years: NDArray[np.int64]
    draws: NDArray[np.int64]
    waste: Material
    remaining: Material
    plant: PlantResult

    def __post_init__(self) -> None:
        if not self.asset:
            raise InputError("an asset has no id", where="ledger rows")
        years = np.asarray(self.years, dtype=np.int64)
        draws = np.asarray(self.draws, dtype=np.int64)
        where = f"asset {self.asset}"
        if years.ndim != 1 or years.size == 0 or (np.diff(years) != 1).any():
            raise InputError("years are not consecutive", where=where, fix="give first..last")
        if draws.ndim != 1 or draws.size == 0 or len(np.unique(draws)) != draws.size:
            raise InputError("draws are not a list of distinct numbers", where=where)
        flow = (draws.size, years.size)
        level = (draws.size, years.size + 1)
        for name, material, shape in (
            ("ore", self.plant.ore, flow),
            ("waste", self.waste, flow),
            ("remaining", self.remaining, level),
        ):
            if material.shape != shape:
                raise InputError(
                    f"{name} has shape {material.shape}, but {shape} is needed",
                    where=where,
                    fix="flows are (draws, years); what remains also has the opening level",
                )
        object.__setattr__(self, "years", years)
        object.__setattr__(self, "draws", draws)


def write_asset(ledger: MetalLedger, flows: AssetFlows, *, source: str = "model") -> None:
    """Append an asset's flows and levels (stage ``plant``) to ``ledger``.

    The :data:`BOUNDARIES` are added to the ledger's. Metals that the asset does not have
    at all are left out.

    Raises
    ------
    LedgerError
        When a quantity is not finite or negative.
    """
    ledger.boundaries.update(BOUNDARIES)
    rows = _Rows(ledger, flows, source)
    asset, plant = flows.asset, flows.plant
    deposit, mill = f"deposit:{asset}", f"mill:{asset}"
    dump, tailings = f"dump:{asset}", f"tailings:{asset}"
    metals = ("Cu", "Mo", "Ag", "Au", "solids")

    rows.flow(deposit, mill, "ore", plant.ore, metals)
    rows.flow(deposit, dump, "waste rock", flows.waste, metals)
    rows.flow(mill, CONCENTRATE_MARKET, "copper concentrate", plant.copper_concentrate, ("Cu",))
    rows.flow(
        mill, BYPRODUCTS, "copper concentrate", plant.copper_concentrate,
        ("Mo", "Ag", "Au", "solids"),
    )  # fmt: skip
    rows.flow(
        mill, MOLYBDENUM_MARKET, "molybdenum concentrate", plant.molybdenum_concentrate, metals
    )
    rows.flow(mill, tailings, "tailings", plant.tailings, metals)

    rows.level(deposit, "rock in place", flows.remaining)
    rows.level(dump, "waste rock", _piled(flows.waste))
    rows.level(tailings, "tailings", _piled(plant.tailings))


def _piled(material: Material) -> Material:
    """Levels (D, T + 1) of a pile that starts empty and is never drawn from."""

    def pile(yearly: Array) -> Array:
        return np.concatenate([np.zeros((yearly.shape[0], 1)), np.cumsum(yearly, axis=1)], axis=1)

    return Material(*(pile(values) for _, values in material.commodities()))


class _Rows:
    """Writes one asset's materials, commodity by commodity."""

    def __init__(self, ledger: MetalLedger, flows: AssetFlows, source: str) -> None:
        self._ledger = ledger
        self._asset = flows.asset
        self._source = source
        self._draw: ArrayLike = flows.draws[:, None]
        self._years: ArrayLike = flows.years
        self._ends: ArrayLike = np.concatenate([flows.years[:1] - 1, flows.years])

    def flow(
        self, src: str, dst: str, material: str, stream: Material, commodities: tuple[str, ...]
    ) -> None:
        for commodity, quantity_t in stream.commodities():
            if commodity in commodities:
                self._ledger.flow(
                    stage="plant", asset=self._asset, src=src, dst=dst, material=material,
                    commodity=commodity, period=self._years, draw=self._draw,
                    quantity_t=quantity_t, basis=_basis(commodity), source=self._source,
                )  # fmt: skip

    def level(self, node: str, material: str, stock: Material) -> None:
        for commodity, quantity_t in stock.commodities():
            if quantity_t.any():
                self._ledger.level(
                    stage="plant", asset=self._asset, node=node, material=material,
                    commodity=commodity, period=self._ends, draw=self._draw,
                    quantity_t=quantity_t, basis=_basis(commodity), source=self._source,
                )  # fmt: skip


def _basis(commodity: str) -> str:
    return "gross" if commodity == "solids" else "contained"
