"""What a block is worth: net smelter return, costs, cut-off."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError

METALS: Final = ("cu", "mo", "ag", "au")
"""The one order of metals in every array of this package: copper, then by-products."""

_GRADE_FIELDS: Final = (("cu_pct", 1e-2), ("mo_pct", 1e-2), ("ag_gpt", 1e-6), ("au_gpt", 1e-6))


@dataclass(frozen=True, kw_only=True)
class Economics:
    """Prices, charges, costs and recoveries of one asset. Prices are USD per tonne of metal.

    Attributes
    ----------
    cu_usd_t, mo_usd_t, ag_usd_t, au_usd_t : float
        Prices (USD/t of metal; silver and gold too: convert ``USD/ozt`` at the border).
    cu_payable, mo_payable, ag_payable, au_payable : float
        Fraction of the metal in concentrate that is paid for.
    treatment_usd_t_conc, freight_usd_t_conc : float
        Treatment charge and freight, USD per dry tonne of copper concentrate.
    refining_cu_usd_t, refining_mo_usd_t, refining_ag_usd_t, refining_au_usd_t : float
        Refining (for molybdenum: roasting) charge, USD per tonne of payable metal.
    concentrate_cu_pct : float
        Copper grade of the concentrate, percent.
    royalty : float
        Fraction of the net smelter return.
    mining_usd_t : float
        Cost of moving a tonne of rock at and above ``reference_elevation_m``.
    mining_increment_usd_t_m : float
        Added per metre of depth below it.
    reference_elevation_m : float
    processing_usd_t, ga_usd_t : float
        USD per tonne of ore milled.
    tail_pct : float
        Copper left in tailings, percent of ore: the constant-tail model
        ``recovery = clip(1 - tail / head, 0, cu_recovery_max)``.
    cu_recovery_max : float
    mo_recovery, ag_recovery, au_recovery : float
        Constant fractions recovered.

    Raises
    ------
    ModelError
        For a number that is not finite, negative, or a fraction outside [0, 1].
    """

    cu_usd_t: float
    mo_usd_t: float = 0.0
    ag_usd_t: float = 0.0
    au_usd_t: float = 0.0
    cu_payable: float = 0.965
    mo_payable: float = 0.985
    ag_payable: float = 0.90
    au_payable: float = 0.92
    treatment_usd_t_conc: float = 0.0
    freight_usd_t_conc: float = 0.0
    refining_cu_usd_t: float = 0.0
    refining_mo_usd_t: float = 0.0
    refining_ag_usd_t: float = 0.0
    refining_au_usd_t: float = 0.0
    concentrate_cu_pct: float = 25.0
    royalty: float = 0.0
    mining_usd_t: float
    mining_increment_usd_t_m: float = 0.0
    reference_elevation_m: float = 0.0
    processing_usd_t: float
    ga_usd_t: float = 0.0
    tail_pct: float
    cu_recovery_max: float
    mo_recovery: float = 0.0
    ag_recovery: float = 0.0
    au_recovery: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not math.isfinite(value):
                raise ModelError(f"{name} is {value}", fix="give a finite number")
            if value < 0 and name != "reference_elevation_m":
                raise ModelError(f"{name} is negative: {value}", fix="costs are positive numbers")
            is_share = name.endswith(("_payable", "_recovery")) or name == "cu_recovery_max"
            if (is_share or name == "royalty") and value > 1:
                raise ModelError(f"{name} is {value}, above 1", fix="give a fraction, not percent")
        if not 0 < self.concentrate_cu_pct <= 100:
            raise ModelError(f"concentrate_cu_pct is {self.concentrate_cu_pct}", fix="e.g. 25")

    @property
    def mill_cost_usd_t(self) -> float:
        """What milling a tonne of ore costs: processing and G&A."""
        return self.processing_usd_t + self.ga_usd_t

    @property
    def prices_usd_t(self) -> NDArray[np.float64]:
        """Prices in the order of :data:`METALS`, shape (4,)."""
        return np.array([self.cu_usd_t, self.mo_usd_t, self.ag_usd_t, self.au_usd_t])

    @property
    def byproduct_recovery(self) -> NDArray[np.float64]:
        """Recoveries of Mo, Ag, Au, shape (3,)."""
        return np.array([self.mo_recovery, self.ag_recovery, self.au_recovery])

    def net_usd_t(self, prices_usd_t: ArrayLike | None = None) -> NDArray[np.float64]:
        """Net smelter return per tonne of each metal recovered in concentrate.

        Copper carries treatment and freight of the concentrate it makes; royalty is taken.

        Parameters
        ----------
        prices_usd_t : array_like, shape (..., 4), optional
            Prices in the order of :data:`METALS`; the own prices by default.

        Returns
        -------
        ndarray, shape (..., 4)
        """
        price = np.asarray(
            self.prices_usd_t if prices_usd_t is None else prices_usd_t, dtype=np.float64
        )
        payable = np.array([self.cu_payable, self.mo_payable, self.ag_payable, self.au_payable])
        refining = np.array(
            [
                self.refining_cu_usd_t,
                self.refining_mo_usd_t,
                self.refining_ag_usd_t,
                self.refining_au_usd_t,
            ]
        )
        net = (price - refining) * payable
        concentrate_t = 100.0 / self.concentrate_cu_pct
        net[..., 0] -= (self.treatment_usd_t_conc + self.freight_usd_t_conc) * concentrate_t
        out: NDArray[np.float64] = net * (1.0 - self.royalty)
        return out

    def at_revenue_factor(self, factor: float) -> Economics:
        """The same with every price multiplied by ``factor``; charges and costs stay."""
        return replace(
            self,
            cu_usd_t=self.cu_usd_t * factor,
            mo_usd_t=self.mo_usd_t * factor,
            ag_usd_t=self.ag_usd_t * factor,
            au_usd_t=self.au_usd_t * factor,
        )

    def mining_cost_usd_t(self, elevation_m: ArrayLike) -> NDArray[np.float64]:
        """Mining cost (USD/t of rock) at elevations (m), same shape."""
        depth = np.maximum(self.reference_elevation_m - np.asarray(elevation_m, np.float64), 0.0)
        cost: NDArray[np.float64] = self.mining_usd_t + self.mining_increment_usd_t_m * depth
        return cost


def copper_recovery(head_pct: ArrayLike, tail_pct: float, maximum: float) -> NDArray[np.float64]:
    """Constant-tail recovery ``clip(1 - tail / head, 0, maximum)``; 0 where head is 0."""
    head = np.asarray(head_pct, dtype=np.float64)
    tail = np.minimum(tail_pct, head)  # below the tail nothing is recovered
    recovered = np.zeros_like(head)
    np.divide(head - tail, head, out=recovered, where=head > 0)
    capped: NDArray[np.float64] = np.minimum(recovered, maximum)
    return capped


def block_nsr_usd_t(model: BlockModel, economics: Economics) -> NDArray[np.float64]:
    """Net smelter return (USD per tonne of ore) of each block, shape (n,).

    Fields the model lacks (``mo_pct``, ``ag_gpt``, ``au_gpt``) count as zero grade.

    Raises
    ------
    ModelError
        When the model has no ``cu_pct``.
    """
    net = economics.net_usd_t()
    head = np.asarray(model["cu_pct"], dtype=np.float64)
    recovered = copper_recovery(head, economics.tail_pct, economics.cu_recovery_max)
    nsr: NDArray[np.float64] = head * 1e-2 * recovered * net[0]
    for m, (name, to_fraction) in enumerate(_GRADE_FIELDS[1:]):
        if name in model.fields and economics.byproduct_recovery[m] > 0:
            grade = np.asarray(model[name], dtype=np.float64) * to_fraction
            nsr += grade * economics.byproduct_recovery[m] * net[m + 1]
    return nsr


def block_value_usd(model: BlockModel, economics: Economics) -> NDArray[np.float64]:
    """Undiscounted value (USD) of each block once it is uncovered, shape (n,).

    ``max(NSR - processing - G&A, 0) * tonnes - mining cost * tonnes``: a block is milled
    when that pays for the milling, and is waste otherwise. Air is worth exactly zero.
    """
    tonnes = model.tonnes()
    margin = np.maximum(block_nsr_usd_t(model, economics) - economics.mill_cost_usd_t, 0.0)
    return (margin - _block_mining_cost(model, economics)) * tonnes


def block_metal_t(model: BlockModel) -> NDArray[np.float64]:
    """Contained metal (t) of each block in the order of :data:`METALS`, shape (n, 4)."""
    tonnes = model.tonnes()
    out = np.zeros((model.grid.n, len(METALS)))
    for m, (name, to_fraction) in enumerate(_GRADE_FIELDS):
        out[:, m] = np.asarray(model.get(name), dtype=np.float64) * to_fraction * tonnes
    return out


def breakeven_cu_pct(economics: Economics) -> float:
    """Mill (marginal) cut-off: the copper head grade whose NSR just pays for milling.

    By-products are left out. Infinite when copper never pays for it.
    """
    net = float(economics.net_usd_t()[0])
    if net <= 0:
        return math.inf
    needed_pct = 100.0 * economics.mill_cost_usd_t / net
    if economics.cu_recovery_max <= 0:
        return math.inf
    return max(needed_pct + economics.tail_pct, needed_pct / economics.cu_recovery_max)


def _block_mining_cost(model: BlockModel, economics: Economics) -> NDArray[np.float64]:
    z = model.grid.local_axes()[2]
    nx, ny, _ = model.grid.shape
    return np.repeat(economics.mining_cost_usd_t(z), nx * ny)
