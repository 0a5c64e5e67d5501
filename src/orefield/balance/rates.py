"""The four rates that are all called "recycling rate", each under its own name.

They answer different questions and differ several-fold for the same metal and year: a
"95 % recycled" that names none of them says nothing.

Source: Graedel et al. (2011), *What do we know about metal recycling rates?*, J. Ind.
Ecol. 15(3), 355-366, doi:10.1111/j.1530-9290.2011.00342.x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from orefield.balance._checks import FloatArray
from orefield.core.errors import InputError

RATE_TYPES = {
    "process_yield": "metal in the product / metal fed to the process",
    "eol_rr": "end-of-life recycling rate: old scrap recovered / metal reaching its end of life",
    "eol_rir": "end-of-life recycled input rate: old scrap used / all metal input",
    "osr": "old scrap ratio: old scrap / (old scrap + new scrap)",
}
"""Rate types by the names claims use, with their definitions."""


def process_yield(product_t: ArrayLike, feed_t: ArrayLike) -> FloatArray:
    """Metal in the product as a share of metal fed to a process (smelting, fabrication)."""
    return _ratio("process yield", product_t, feed_t)


def end_of_life_recycling_rate(old_scrap_t: ArrayLike, end_of_life_t: ArrayLike) -> FloatArray:
    """EoL-RR: old scrap recovered as a share of the metal that reached its end of life.

    Collection times sorting; remelting losses are not in it.
    """
    return _ratio("end-of-life recycling rate", old_scrap_t, end_of_life_t)


def recycled_input_rate(old_scrap_t: ArrayLike, input_t: ArrayLike) -> FloatArray:
    """EOL-RIR: old scrap as a share of all metal input of the same year.

    Low where use has grown fast, however well old products are recycled.
    """
    return _ratio("end-of-life recycled input rate", old_scrap_t, input_t)


def old_scrap_ratio(old_scrap_t: ArrayLike, new_scrap_t: ArrayLike) -> FloatArray:
    """OSR: old scrap as a share of old and new scrap together."""
    old, new = np.asarray(old_scrap_t, np.float64), np.asarray(new_scrap_t, np.float64)
    return _ratio("old scrap ratio", old, old + new)


def _ratio(name: str, part_t: ArrayLike, whole_t: ArrayLike) -> FloatArray:
    """Part over whole, NaN where there is no whole.

    Raises
    ------
    InputError
        When a tonnage is negative or not finite, or the part exceeds the whole.
    """
    part, whole = np.broadcast_arrays(
        np.asarray(part_t, dtype=np.float64), np.asarray(whole_t, dtype=np.float64)
    )
    if (
        not (np.isfinite(part).all() and np.isfinite(whole).all())
        or min(part.min(), whole.min()) < 0
    ):
        raise InputError(f"the {name} needs tonnages that are finite and not negative", where=name)
    if (part > whole * (1.0 + 1e-12)).any():
        raise InputError(
            f"the {name} would exceed 1: the part is larger than the whole",
            where=name,
            fix="check that both are contained metal of the same year and boundary",
        )
    out = np.full(part.shape, np.nan)
    np.divide(part, whole, out=out, where=whole > 0.0)
    return out
