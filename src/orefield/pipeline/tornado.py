"""What drives the result: each uncertain parameter swung alone, and its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orefield import balance
from orefield.study import Draws, Parameters

if TYPE_CHECKING:
    import pandas as pd

TORNADO_YEAR = 2030
"""Year whose self-sufficiency is explained."""


def tornado_table(
    parameters: Parameters, draws: Draws, shares: balance.SelfSufficiency, years: range
) -> pd.DataFrame:
    """Self-sufficiency when a parameter alone is at its 10th and 90th percentile.

    Returns
    -------
    DataFrame
        ``definition, key, label, central, low, high, swing`` by falling swing within a
        definition; ``low`` and ``high`` are results at the parameter's low and high end.
    """
    import pandas as pd

    year = min(max(TORNADO_YEAR, years.start), years.stop - 1)
    at = year - years.start
    rows = []
    for definition, values in shares.by_definition().items():
        central = float(values[0, at])
        for i, key in enumerate(draws.swings):
            first = 1 + draws.n + 2 * i
            low, high = (float(v) for v in values[first : first + 2, at])
            rows.append(
                {
                    "definition": definition, "year": year, "key": key,
                    "label": parameters.row(key).label or key, "central": central, "low": low,
                    "high": high, "swing": abs(high - low),
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows)
    order = np.lexsort((frame["key"], -frame["swing"], frame["definition"]))
    return frame.iloc[order].reset_index(drop=True)
