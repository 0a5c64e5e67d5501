"""Flotation plant: ore to copper concentrate, molybdenum concentrate and tailings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.amounts import Array, Parameter, amount, shaped, within
from orefield.core.errors import InputError
from orefield.plant.material import Material
from orefield.plant.recovery import recovered_byproduct_t

MOLYBDENITE_MO_PCT = 59.94
"""Molybdenum in pure molybdenite, MoS2 (%): 95.95 / (95.95 + 2 x 32.06). No concentrate
of it is richer."""

_ROUNDING = 1e-9
# A schedule's metal may exceed its contained metal by the rounding of a long sum; more
# than this share is an error of the caller.


@dataclass(frozen=True, eq=False)
class PlantResult:
    """What a concentrator takes in and gives out; every array has one shape.

    Attributes
    ----------
    ore, copper_concentrate, molybdenum_concentrate, tailings : Material
        Copper, silver and gold recovered are in the copper concentrate, molybdenum in
        its own; what is not recovered, in the tailings.
    """

    ore: Material
    copper_concentrate: Material
    molybdenum_concentrate: Material
    tailings: Material

    def __post_init__(self) -> None:
        shapes = {
            self.ore.shape,
            self.copper_concentrate.shape,
            self.molybdenum_concentrate.shape,
            self.tailings.shape,
        }
        if len(shapes) != 1:
            raise InputError(
                f"streams of one plant have different shapes: {sorted(shapes)}",
                fix="give every stream by draw and year",
            )


@dataclass(frozen=True, eq=False)
class Concentrator:
    """A flotation concentrator.

    Parameters
    ----------
    concentrate_cu_pct : float or array
        Copper grade (%) of the copper concentrate at the reference head; 20-27 is usual
        for porphyry ores, and 5-60 is accepted.
    mo_concentrate_mo_pct : float or array
        Molybdenum grade (%) of its concentrate, at most pure molybdenite's 59.94.
    mo_recovery, ag_recovery, au_recovery : float or array
        Overall recoveries (fractions) of by-products. A plant without a molybdenum
        circuit has ``mo_recovery`` 0, and its molybdenum counts with the tailings.
    reference_head_cu_pct : float
        Head grade at which ``concentrate_cu_pct`` holds.
    concentrate_cu_pct_per_head_pct : float
        Optional linear term: points of concentrate grade gained per point of head.
        Concentrate grade stays within 5-60 % Cu whatever the head.

    Arrays broadcast against the ore, such as (n_draws, 1) for one value a draw.

    Raises
    ------
    InputError
        For a grade or recovery outside its range.
    """

    concentrate_cu_pct: Parameter
    mo_concentrate_mo_pct: Parameter
    mo_recovery: Parameter
    ag_recovery: Parameter
    au_recovery: Parameter
    reference_head_cu_pct: float = 0.0
    concentrate_cu_pct_per_head_pct: float = 0.0

    def __post_init__(self) -> None:
        within("concentrate_cu_pct", self.concentrate_cu_pct, 5.0, 60.0)
        within("mo_concentrate_mo_pct", self.mo_concentrate_mo_pct, 5.0, MOLYBDENITE_MO_PCT)
        for name in ("mo_recovery", "ag_recovery", "au_recovery"):
            within(name, getattr(self, name), 0.0, 1.0)
        within("reference_head_cu_pct", self.reference_head_cu_pct, 0.0, 100.0)
        within("concentrate_cu_pct_per_head_pct", self.concentrate_cu_pct_per_head_pct, -50, 50)

    def concentrate_grade_pct(self, ore: Material) -> Array:
        """Copper grade (%) of the concentrate made from ``ore``, of its shape."""
        base = shaped("concentrate_cu_pct", self.concentrate_cu_pct, ore.shape)
        if self.concentrate_cu_pct_per_head_pct == 0.0:
            return base
        head = np.where(ore.dry_t > 0, np.nan_to_num(ore.cu_pct), self.reference_head_cu_pct)
        rise = self.concentrate_cu_pct_per_head_pct * (head - self.reference_head_cu_pct)
        return np.clip(base + rise, 5.0, 60.0)

    def process(
        self,
        ore: Material,
        cu_recovered_t: ArrayLike,
        *,
        mo_recovered_t: ArrayLike | None = None,
        ag_recovered_t: ArrayLike | None = None,
        au_recovered_t: ArrayLike | None = None,
    ) -> PlantResult:
        """Split ``ore`` into concentrates and tailings; solids and every metal close.

        Parameters
        ----------
        ore : Material
            Mill feed.
        cu_recovered_t : array_like
            Copper recovered to concentrate (t), by the schedule or by
            :func:`~orefield.plant.recovery.recovered_copper_t`.
        mo_recovered_t, ag_recovered_t, au_recovered_t : array_like, optional
            By-products recovered (t) where the schedule has reckoned them; otherwise
            contained metal times this plant's recovery (for silver and gold, where any
            copper concentrate is made).

        Returns
        -------
        PlantResult

        Raises
        ------
        InputError
            When more of a metal is recovered than the ore holds, or the concentrates
            would weigh more than the ore.
        """
        cu = _no_more_than("cu_recovered_t", cu_recovered_t, ore.cu_t)
        mo = self._byproduct("mo", mo_recovered_t, ore.mo_t, np.True_)
        carried = cu > 0.0  # silver and gold ride on the copper concentrate
        ag = self._byproduct("ag", ag_recovered_t, ore.ag_t, carried)
        au = self._byproduct("au", au_recovered_t, ore.au_t, carried)
        copper_t = cu / (self.concentrate_grade_pct(ore) / 100.0)
        molybdenum_t = mo / (
            shaped("mo_concentrate_mo_pct", self.mo_concentrate_mo_pct, ore.shape) / 100.0
        )
        tailings_t = ore.dry_t - copper_t - molybdenum_t
        _refuse_more_concentrate_than_ore(ore, copper_t, molybdenum_t, tailings_t)
        return PlantResult(
            ore=ore,
            copper_concentrate=Material.of(copper_t, cu, 0.0, ag, au),
            molybdenum_concentrate=Material.of(molybdenum_t, 0.0, mo),
            tailings=Material.of(
                tailings_t, ore.cu_t - cu, ore.mo_t - mo, ore.ag_t - ag, ore.au_t - au
            ),
        )

    def _byproduct(
        self,
        metal: str,
        recovered_t: ArrayLike | None,
        in_ore_t: Array,
        possible: NDArray[np.bool_] | np.bool_,
    ) -> Array:
        if recovered_t is None:
            name = f"{metal}_recovery"
            recovery = shaped(name, getattr(self, name), in_ore_t.shape)
            return np.where(possible, recovered_byproduct_t(in_ore_t, recovery), 0.0)
        return _no_more_than(f"{metal}_recovered_t", recovered_t, in_ore_t)


def _no_more_than(name: str, recovered_t: ArrayLike, in_ore_t: Array) -> Array:
    recovered = shaped(name, amount(name, recovered_t), in_ore_t.shape)
    over = recovered > in_ore_t * (1.0 + _ROUNDING)
    if over.any():
        at = tuple(int(i) for i in np.argwhere(over)[0])
        raise InputError(
            f"{name} is {recovered[at]:g} t, the ore holds {in_ore_t[at]:g} t",
            where=f"element {at}",
            fix="check the recovery, and that both are contained tonnes of metal",
        )
    return np.minimum(recovered, in_ore_t)


def _refuse_more_concentrate_than_ore(
    ore: Material, copper_t: Array, molybdenum_t: Array, tailings_t: Array
) -> None:
    if (tailings_t < 0).any():
        at = tuple(int(i) for i in np.argwhere(tailings_t < 0)[0])
        raise InputError(
            f"{copper_t[at] + molybdenum_t[at]:g} t of concentrate from {ore.dry_t[at]:g} t of ore",
            where=f"element {at}",
            fix="the ore is richer than the concentrate: raise the concentrate's grade, or "
            "send the ore straight to the smelter",
        )
