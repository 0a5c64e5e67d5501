"""Results: every number of the report, with its spread, its stage and its key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import RunError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scenario", "key", "entity", "metric", "year", "unit", "stage",
           "central", "p10", "p50", "p90")  # fmt: skip

Z90 = 1.2815515655446004
"""Standard deviations from the median of a normal to its 90th percentile."""


def result_key(entity: str, metric: str, year: int | None = None) -> str:
    """``entity.metric.year``; scalars have no year."""
    return f"{entity}.{metric}" if year is None else f"{entity}.{metric}.{year}"


class Results:
    """Collects quantiles of draws into one long table.

    Parameters
    ----------
    n_draws : int
        Random draws stand in columns 1..n of the draw axis; 0 is the central case.

    Raises
    ------
    RunError
        When there is no draw to take quantiles of.
    """

    def __init__(self, n_draws: int) -> None:
        if n_draws < 1:
            raise RunError(f"{n_draws} draws have no quantiles", fix="use 1 or more")
        self.n_draws = n_draws
        self._random = slice(1, n_draws + 1)
        self._rows: list[tuple[object, ...]] = []

    def yearly(
        self,
        scenario: str,
        entity: str,
        metric: str,
        unit: str,
        stage: str,
        values: NDArray[np.float64],
        years: Iterable[int],
    ) -> None:
        """Add a (D, T) array: one row a year.

        Raises
        ------
        RunError
            When a value is not finite: a NaN must never reach a report.
        """
        years = list(years)
        if values.ndim != 2 or values.shape[1] != len(years) or len(values) < self._random.stop:
            raise RunError(
                f"result '{entity}.{metric}' has shape {values.shape}",
                where=f"scenario {scenario}",
                fix=f"needed: ({self._random.stop} or more, {len(years)})",
            )
        if not np.isfinite(values).all():
            d, t = np.argwhere(~np.isfinite(values))[0]
            raise RunError(
                f"result '{entity}.{metric}' is not finite",
                where=f"{scenario}, {years[int(t)]}, draw {int(d)}",
                fix=f"trace the inputs of stage '{stage}'",
            )
        low, mid, high = np.quantile(values[self._random], [0.1, 0.5, 0.9], axis=0)
        self._rows.extend(
            (scenario, result_key(entity, metric, year), entity, metric, year, unit, stage,
             float(values[0, i]), float(low[i]), float(mid[i]), float(high[i]))
            for i, year in enumerate(years)
        )  # fmt: skip

    def scalar(
        self,
        scenario: str,
        entity: str,
        metric: str,
        unit: str,
        stage: str,
        values: NDArray[np.float64] | float,
    ) -> None:
        """Add a number a draw, shape (D,), or one certain number.

        Raises
        ------
        RunError
            When a value is not finite, or the array is of another shape.
        """
        array = np.asarray(values, dtype=np.float64)
        if array.ndim > 1 or (array.ndim == 1 and len(array) < self._random.stop):
            raise RunError(
                f"result '{entity}.{metric}' has shape {array.shape}",
                where=f"scenario {scenario}",
                fix=f"needed: ({self._random.stop} or more,)",
            )
        if not np.isfinite(array).all():
            raise RunError(
                f"result '{entity}.{metric}' is not finite",
                where=scenario,
                fix=f"trace the inputs of stage '{stage}'",
            )
        if array.ndim == 0:
            low = mid = high = central = float(array)
        else:
            low, mid, high = (float(q) for q in np.quantile(array[self._random], [0.1, 0.5, 0.9]))
            central = float(array[0])
        self._rows.append(
            (scenario, result_key(entity, metric), entity, metric, 0, unit, stage,
             central, low, mid, high)
        )  # fmt: skip

    def normal(
        self,
        scenario: str,
        entity: str,
        metric: str,
        unit: str,
        stage: str,
        value: float,
        standard_error: float,
        year: int,
    ) -> None:
        """Add a number of a year that is known by its standard error, not by draws.

        Raises
        ------
        RunError
            When a number is not finite.
        """
        if not (np.isfinite(value) and np.isfinite(standard_error)):
            raise RunError(
                f"result '{entity}.{metric}' is not finite",
                where=f"{scenario}, {year}",
                fix=f"trace the inputs of stage '{stage}'",
            )
        reach = Z90 * standard_error
        self._rows.append(
            (scenario, result_key(entity, metric, year), entity, metric, year, unit, stage,
             value, value - reach, value, value + reach)
        )  # fmt: skip

    def frame(self) -> pd.DataFrame:
        """The long table; ``year`` is 0 for scalars.

        Raises
        ------
        RunError
            When a key was written twice in a scenario.
        """
        import pandas as pd

        frame = pd.DataFrame(self._rows, columns=list(COLUMNS))
        doubled = frame.duplicated(["scenario", "key"])
        if doubled.any():
            first = frame[doubled].iloc[0]
            raise RunError(
                f"result '{first['key']}' was written twice", where=f"scenario {first['scenario']}"
            )
        for name in ("scenario", "entity", "metric", "unit", "stage"):
            frame[name] = frame[name].astype("category")
        return frame
