"""What a block model holds above a cut-off, beside what is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import CalibrationError
from orefield.deposit.inventory import Inventory

TOLERANCE = 0.005
"""Greatest relative deviation of tonnes, grade and metal from what is published."""


_AMOUNTS = ("ore_t", "cu_pct", "cu_t", "mo_pct", "ag_gpt", "au_gpt")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model holds at or above a cut-off.

    Parameters
    ----------
    cutoff_cu_pct : float
    ore_t : float
        Dry tonnes; 0 when nothing reaches the cut-off, and then all grades are 0.
    cu_pct, mo_pct, ag_gpt, au_gpt : float
        Tonnage-weighted mean grades.
    cu_t : float
        Contained copper (t).
    blocks : int
        Blocks with rock at or above the cut-off.
    """

    cutoff_cu_pct: float
    ore_t: float
    cu_pct: float
    cu_t: float
    mo_pct: float
    ag_gpt: float
    au_gpt: float
    blocks: int

    def as_dict(self) -> dict[str, float]:
        """Ore (t), copper (%, t) and by-products (%, g/t) as plain values."""
        return {name: float(getattr(self, name)) for name in _AMOUNTS}


def measure(model: BlockModel, cutoff_cu_pct: float) -> Measured:
    """Ore, grades and copper of ``model`` at or above ``cutoff_cu_pct`` (%).

    Raises
    ------
    ModelError
        When the model has no copper or no density.
    """
    tonnes = model.tonnes()
    copper = np.asarray(model["cu_pct"], dtype=np.float64)
    ore = (copper >= cutoff_cu_pct) & (tonnes > 0)
    weight = tonnes[ore]
    total = float(weight.sum())

    def mean(name: str) -> float:
        if total == 0:
            return 0.0
        grade = np.asarray(model.get(name), dtype=np.float64)[ore]
        return float((weight * grade).sum()) / total

    cu_pct = mean("cu_pct")
    return Measured(
        cutoff_cu_pct,
        total,
        cu_pct,
        total * cu_pct / 100,
        mean("mo_pct"),
        mean("ag_gpt"),
        mean("au_gpt"),
        int(ore.sum()),
    )


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """A model beside the inventory it was calibrated to.

    Parameters
    ----------
    published : Inventory
    modelled : Measured
        At the published cut-off.
    """

    published: Inventory
    modelled: Measured

    @property
    def deviations(self) -> dict[str, float]:
        """Modelled / published - 1 of ore, grade, metal and each published by-product."""
        names = ["ore_t", "cu_pct", "cu_t"]
        names += [n for n in ("mo_pct", "ag_gpt", "au_gpt") if getattr(self.published, n) > 0]
        return {n: getattr(self.modelled, n) / getattr(self.published, n) - 1 for n in names}

    @property
    def worst(self) -> tuple[str, float]:
        """The figure that deviates most, and by how much."""
        return max(self.deviations.items(), key=lambda item: abs(item[1]))

    def within(self, tolerance: float = TOLERANCE) -> bool:
        """Whether every figure is within ``tolerance`` (a share)."""
        return abs(self.worst[1]) <= tolerance

    def require(self, tolerance: float = TOLERANCE) -> CalibrationReport:
        """The report itself, when it is :meth:`within` the tolerance.

        Raises
        ------
        CalibrationError
            When it is not, with the worst figure.
        """
        return self._require(self.deviations, tolerance)

    def require_copper(self, tolerance: float = TOLERANCE) -> CalibrationReport:
        """As :meth:`require`, for ore, copper grade and copper only."""
        copper = {n: d for n, d in self.deviations.items() if n in ("ore_t", "cu_pct", "cu_t")}
        return self._require(copper, tolerance)

    def _require(self, deviations: dict[str, float], tolerance: float) -> CalibrationReport:
        name, deviation = max(deviations.items(), key=lambda item: abs(item[1]))
        if abs(deviation) > tolerance:
            raise CalibrationError(
                f"{name} is {getattr(self.modelled, name):.6g}, published "
                f"{getattr(self.published, name):.6g}: off by {deviation:+.3%}",
                where=f"{self.published.subject}, cut-off {self.published.cutoff_cu_pct:g} % Cu",
                fix=f"the tolerance is {tolerance:.2%}; use more blocks",
            )
        return self

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Plain values: ``modelled`` and ``published``, each with ore, grade and metal."""
        return {
            "modelled": self.modelled.as_dict(),
            "published": {n: float(getattr(self.published, n)) for n in _AMOUNTS},
        }


def compare(model: BlockModel, published: Inventory) -> CalibrationReport:
    """Measure ``model`` at the published cut-off and set it beside ``published``."""
    return CalibrationReport(published, measure(model, published.cutoff_cu_pct))
