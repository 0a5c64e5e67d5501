"""Grade-tonnage curves: what is left as the cut-off rises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError


def grade_tonnage(
    model: BlockModel, cutoffs_cu_pct: Sequence[float] | None = None, *, steps: int = 41
) -> pd.DataFrame:
    """Ore, mean grade and copper at or above each cut-off.

    Parameters
    ----------
    model : BlockModel
        With ``cu_pct`` and ``density_t_m3``.
    cutoffs_cu_pct : sequence of float, optional
        Cut-offs (%), any order; without them ``steps`` evenly from 0 to the grade that
        0.1 % of the mineralised rock exceeds.
    steps : int
        How many cut-offs to choose, 2 or more.

    Returns
    -------
    DataFrame
        ``cutoff_cu_pct, ore_t, cu_pct, cu_t``, one row a cut-off in rising order;
        ``cu_pct`` is 0 where no ore is left.

    Raises
    ------
    ModelError
        For a cut-off that is negative or not finite, or too few steps.
    """
    tonnes = model.tonnes()
    rock = tonnes > 0
    weight = tonnes[rock]
    copper = np.asarray(model["cu_pct"], dtype=np.float64)[rock]
    order = np.argsort(copper, kind="stable")
    weight, copper = weight[order], copper[order]
    if cutoffs_cu_pct is None:
        if steps < 2:
            raise ModelError(f"a grade-tonnage curve of {steps} steps", fix="ask for 2 or more")
        mineralised = copper[copper > 0]
        top = float(np.quantile(mineralised, 0.999)) if mineralised.size else 1.0
        cutoffs = np.linspace(0.0, top, steps)
    else:
        cutoffs = np.sort(np.asarray(cutoffs_cu_pct, dtype=np.float64))
        if not (np.isfinite(cutoffs).all() and (cutoffs >= 0).all()):
            raise ModelError(
                "a cut-off is negative or not finite", fix="give copper cut-offs in percent"
            )
    # totals from the richest down, so that a tail of high cut-offs keeps its digits
    ore = np.append(np.cumsum(weight[::-1])[::-1], 0.0)
    metal = np.append(np.cumsum((weight * copper / 100)[::-1])[::-1], 0.0)
    first = np.searchsorted(copper, cutoffs, side="left")
    ore_t, cu_t = ore[first], metal[first]
    mean = np.zeros(len(cutoffs))
    np.divide(100 * cu_t, ore_t, out=mean, where=ore_t > 0)
    return pd.DataFrame({"cutoff_cu_pct": cutoffs, "ore_t": ore_t, "cu_pct": mean, "cu_t": cu_t})
