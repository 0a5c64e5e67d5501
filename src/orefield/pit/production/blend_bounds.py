"""The bounds of a blend, told apart: each is a limit of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def distinct_bounds(
    lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> list[tuple[float, bool]]:
    """Each bound of a blend once, and whether it is a lower one, in the order of its limits.

    ``lower`` and ``upper`` are by period, shape (t,), nan for none;
    :func:`orefield.pit.production.feed_wishes.blend` adds one limit for each bound.
    """
    return [
        (float(bound), least)
        for bounds, least in ((lower, True), (upper, False))
        for bound in np.unique(bounds[~np.isnan(bounds)])
    ]
