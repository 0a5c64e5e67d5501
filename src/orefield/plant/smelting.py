"""Concentrate to anode to cathode, with what slag, dust and the refinery keep back.

Losses are net: slag cleaned in flotation, dust returned and anode scrap remelted are
inside the recoveries, which are those of the whole smelter and the whole refinery.
Silver and gold leave with the anode and are won from the slimes; "refined" means bullion
for them and cathode for copper.

Source: mass balance of a smelter and refinery as in Schlesinger, Sole, Davenport &
Alvear, *Extractive Metallurgy of Copper* (6th ed., 2021); numbers are the study's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, Parameter, amount, within
from orefield.plant.material import Material


@dataclass(frozen=True, eq=False)
class MetalRoute:
    """How one metal passes a smelter and a refinery.

    Parameters
    ----------
    smelter_recovery : float or array
        Metal in anode / metal in concentrate (fraction).
    slag_share_of_loss : float or array
        Of what the smelter loses, the fraction in discarded slag; the rest is dust.
    refinery_recovery : float or array
        Refined metal / metal in anode (fraction).

    Raises
    ------
    InputError
        For a fraction outside 0-1.
    """

    smelter_recovery: Parameter
    slag_share_of_loss: Parameter
    refinery_recovery: Parameter

    def __post_init__(self) -> None:
        for name in ("smelter_recovery", "slag_share_of_loss", "refinery_recovery"):
            within(name, getattr(self, name), 0.0, 1.0)

    def smelt(self, metal_in_concentrate_t: ArrayLike) -> SmeltedMetal:
        """Follow ``metal_in_concentrate_t`` (t, any shape) to refined metal.

        Raises
        ------
        InputError
            For negative or non-finite tonnes.
        """
        concentrate = amount("metal_in_concentrate_t", metal_in_concentrate_t)
        anode = concentrate * np.asarray(self.smelter_recovery)
        smelter_loss = concentrate - anode
        slag = smelter_loss * np.asarray(self.slag_share_of_loss)
        refined = anode * np.asarray(self.refinery_recovery)
        return SmeltedMetal(
            concentrate_t=concentrate,
            anode_t=anode,
            slag_t=slag,
            dust_t=smelter_loss - slag,
            refined_t=refined,
            refinery_loss_t=anode - refined,
        )


@dataclass(frozen=True, eq=False)
class SmeltedMetal:
    """One metal (contained t) along the route.

    Concentrate = anode + slag + dust, and anode = refined + refinery loss.
    """

    concentrate_t: Array
    anode_t: Array
    slag_t: Array
    dust_t: Array
    refined_t: Array
    refinery_loss_t: Array


@dataclass(frozen=True, eq=False)
class Smelting:
    """A smelter and refinery: one route a metal.

    Parameters
    ----------
    cu, ag, au : MetalRoute
        Molybdenum has none: what little there is in copper concentrate is slagged.
    """

    cu: MetalRoute
    ag: MetalRoute
    au: MetalRoute

    def smelt(self, concentrate: Material) -> dict[str, SmeltedMetal]:
        """Each metal of ``concentrate`` by the ledger's name (``"Cu"``, ``"Ag"``, ``"Au"``)."""
        return {
            "Cu": self.cu.smelt(concentrate.cu_t),
            "Ag": self.ag.smelt(concentrate.ag_t),
            "Au": self.au.smelt(concentrate.au_t),
        }

    def cathode_equivalent_t(self, cu_in_concentrate_t: ArrayLike) -> Array:
        """Copper cathode (t) that copper in concentrate (t) becomes."""
        return self.cu.smelt(cu_in_concentrate_t).refined_t
