"""Plans of open pits in a run: their table, their results, and what a summary says.

How long a plan took stands in the manifest and not here: tables hold nothing that differs
between two runs of one study.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orefield.core import fields
from orefield.pipeline.asset_build import AssetBuild
from orefield.pipeline.results import Results
from orefield.study import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from orefield.pit.unit_plan import UnitPlan

TABLE = "plans"

_UNITS = {
    "pieces": "count",
    "objective_usd": "USD", "upper_bound_usd": "USD", "gap": "1", "free_bound_usd": "USD",
    "lag_usd": "USD", "swing": "1", "lag_swing": "1", "idle": "1", "lag_idle": "1",
}  # fmt: skip
"""What goes to the results, as ``asset.plan.name``."""


def plan_row(plan: UnitPlan) -> dict[str, Any]:
    """A plan as a row of the table, without its asset."""
    return {
        "pieces": plan.units.n,
        "objective_usd": plan.objective_usd,
        "upper_bound_usd": plan.bound_usd,
        "gap": plan.gap,
        "free_bound_usd": plan.free_bound_usd,
        "lag_usd": plan.lag_usd,
        "swing": plan.swing,
        "lag_swing": plan.lag_swing,
        "idle": plan.idle,
        "lag_idle": plan.lag_idle,
        "iterations": plan.iterations,
        "moves": plan.moves,
    }


def plan_tables(builds: Mapping[str, AssetBuild]) -> dict[str, pd.DataFrame]:
    """The table of plans, one row an open pit; none where there is no plan.

    Raises
    ------
    TableError
        When a figure is not what the field dictionary says of it.
    """
    import pandas as pd

    rows = [
        {"asset": asset, **plan_row(build.plan)}
        for asset, build in builds.items()
        if build.plan is not None
    ]
    if not rows:
        return {}
    frame = pd.DataFrame(rows)
    fields.check_table(TABLE, frame)
    return {TABLE: frame}


def record_plan(results: Results, asset: str, build: AssetBuild) -> None:
    """A plan's figures among the results, so that they can be traced."""
    if build.plan is None:
        return
    row = plan_row(build.plan)
    for name, unit in _UNITS.items():
        results.scalar(BASELINE, asset, f"plan.{name}", unit, "pit", float(row[name]))
