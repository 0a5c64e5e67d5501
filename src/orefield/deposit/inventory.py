"""Published inventories: ore, grade and metal above a cut-off, and whether they agree."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from orefield.core.errors import ModelError

ROUNDING_SHARE = 0.01
"""Ore, grade and metal may disagree by this share and still be one rounded statement."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Ore tonnes, mean grades and contained copper above one cut-off, as published.

    Use :meth:`published` when only two of ore, grade and metal are known.

    Parameters
    ----------
    ore_t : float
        Ore (dry t), positive.
    cu_pct : float
        Mean copper grade of that ore (%), in (0, 100].
    cu_t : float
        Contained copper (t). May differ from ``ore_t x cu_pct`` by rounding (1 %).
    cutoff_cu_pct : float
        Copper cut-off (%) above which the three hold, in [0, 100).
    mo_pct, ag_gpt, au_gpt : float
        Mean by-product grades of the same ore (%, g/t, g/t); 0 when none is published.
    subject : str
        Whose inventory it is, for error messages.

    Raises
    ------
    ModelError
        For a value that is negative, not finite or beyond 100 %, and when ore, grade
        and metal disagree by more than rounding.
    """

    ore_t: float
    cu_pct: float
    cu_t: float
    cutoff_cu_pct: float
    mo_pct: float = 0.0
    ag_gpt: float = 0.0
    au_gpt: float = 0.0
    subject: str = ""

    def __post_init__(self) -> None:
        self._bound("ore_t", self.ore_t, math.inf, positive=True)
        self._bound("cu_pct", self.cu_pct, 100.0, positive=True)
        self._bound("cu_t", self.cu_t, math.inf, positive=True)
        self._bound("cutoff_cu_pct", self.cutoff_cu_pct, 100.0)
        self._bound("mo_pct", self.mo_pct, 100.0)
        self._bound("ag_gpt", self.ag_gpt, 1e6)
        self._bound("au_gpt", self.au_gpt, 1e6)
        if abs(self.disagreement) > ROUNDING_SHARE:
            raise ModelError(
                f"ore {self.ore_t:.6g} t x {self.cu_pct:g} % Cu is "
                f"{self.ore_t * self.cu_pct / 100:.6g} t of copper, but {self.cu_t:.6g} t is given",
                where=self.subject,
                fix="the three belong to different statements, classes or cut-offs; "
                "give two that belong together",
            )

    def _bound(self, name: str, value: float, high: float, *, positive: bool = False) -> None:
        too_low = value <= 0 if positive else value < 0
        if not math.isfinite(value) or too_low or value > high:
            asked = "positive" if positive else "zero or more"
            limit = "" if math.isinf(high) else f" and at most {high:g}"
            raise ModelError(
                f"inventory has {name} = {value:g}",
                where=self.subject,
                fix=f"{name} must be finite, {asked}{limit}; check the unit",
            )

    @classmethod
    def published(
        cls,
        *,
        cutoff_cu_pct: float,
        ore_t: float | None = None,
        cu_pct: float | None = None,
        cu_t: float | None = None,
        mo_pct: float = 0.0,
        ag_gpt: float = 0.0,
        au_gpt: float = 0.0,
        subject: str = "",
    ) -> Inventory:
        """An inventory from two of ore, grade and metal; all three are checked.

        Raises
        ------
        ModelError
            When fewer than two are given, and as the class does.
        """
        for name, value in (("ore_t", ore_t), ("cu_pct", cu_pct), ("cu_t", cu_t)):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ModelError(
                    f"inventory has {name} = {value:g}",
                    where=subject,
                    fix=f"{name} must be finite and positive; check the unit",
                )
        if ore_t is not None and cu_pct is not None:
            metal = ore_t * cu_pct / 100 if cu_t is None else cu_t
            ore, grade = ore_t, cu_pct
        elif ore_t is not None and cu_t is not None:
            ore, grade, metal = ore_t, 100 * cu_t / ore_t, cu_t
        elif cu_pct is not None and cu_t is not None:
            ore, grade, metal = 100 * cu_t / cu_pct, cu_pct, cu_t
        else:
            raise ModelError(
                "an inventory needs two of ore_t, cu_pct and cu_t",
                where=subject,
                fix="publish or assume a second one; the third follows",
            )
        return cls(ore, grade, metal, cutoff_cu_pct, mo_pct, ag_gpt, au_gpt, subject)

    @property
    def disagreement(self) -> float:
        """``ln(cu_t / (ore_t x cu_pct))``: 0 when the three agree exactly."""
        return math.log(self.cu_t / (self.ore_t * self.cu_pct / 100))

    def balanced(self) -> Inventory:
        """The nearest inventory whose three figures agree exactly.

        The disagreement, at most rounding, is spread evenly in logarithms, so that no
        figure moves by more than a third of it (0.34 %).
        """
        third = self.disagreement / 3
        ore, grade = self.ore_t * math.exp(third), self.cu_pct * math.exp(third)
        return replace(self, ore_t=ore, cu_pct=grade, cu_t=ore * grade / 100)

    def with_factors(self, *, ore: float = 1.0, grade: float = 1.0) -> Inventory:
        """The inventory with ore tonnes and copper grade scaled, for sensitivities."""
        return replace(
            self,
            ore_t=self.ore_t * ore,
            cu_pct=self.cu_pct * grade,
            cu_t=self.cu_t * ore * grade,
        )
