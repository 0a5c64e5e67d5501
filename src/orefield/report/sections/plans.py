"""Plans of open pits: what they are worth, and how near that is to what is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from orefield.report.digits import fixed
from orefield.report.sections.page import Page
from orefield.report.tables import Column, Table, words


@dataclass(frozen=True)
class Plans:
    """Figures of the plans as the section on mines shows them.

    Attributes
    ----------
    table : Table
    n, half : int
        Plans, and those that lie no farther from their bound than the median.
    median, widest : Markup
        Gaps in %, with the keys they lead to.
    name : str
        Of the asset with the widest gap.
    seconds : float
        That all plans took, 0 where the manifest does not say.
    """

    table: Table
    n: int
    half: int
    median: Markup
    widest: Markup
    name: str
    seconds: float


def plans(page: Page) -> Plans | None:
    """Every open pit's plan, its certified bounds and the order that it was made from."""
    run = page.run
    if not run.filled("plans"):
        return None
    columns = [
        words("Asset"),
        Column("Fixed lag", "bn USD", "Phases that follow each other at one lag of benches"),
        Column("Plan", "bn USD", "The order that the schedule uses"),
        Column("Bound", "bn USD", "No order at the study's cut-off is worth more: certified"),
        Column("Gap", "%", "Bound less plan as a share of the bound"),
        Column("Free cut-off", "bn USD", "Bound when every piece's destination is chosen anew"),
        Column("Fixed lag", "", "Mean yearly change of copper over its mean"),
        Column("Plan", "", "Mean yearly change of copper over its mean"),
        Column("Pieces", "", "Pieces of phases and benches that are put in order"),
    ]
    rows: list[Sequence[str]] = []
    n = page.marker.n
    for row in run.rows("plans"):
        a = str(row["asset"])
        key = f"{a}.plan"
        rows.append(
            [
                page.names(a),
                n(f"{key}.lag_usd", "bn", unit=False),
                n(f"{key}.objective_usd", "bn", unit=False),
                n(f"{key}.upper_bound_usd", "bn", unit=False),
                n(f"{key}.gap", "pct", unit=False),
                n(f"{key}.free_bound_usd", "bn", unit=False),
                n(f"{key}.lag_swing", "ratio"), n(f"{key}.swing", "ratio"),
                n(f"{key}.pieces", "count"),
            ]
        )  # fmt: skip
    groups = [("", 1), ("Value before capital and tax", 5), ("Swing of copper", 2), ("", 1)]
    ranked = sorted(run.rows("plans"), key=lambda r: (float(r["gap"]), str(r["asset"])))
    gaps = [float(r["gap"]) for r in ranked]
    middle, last = ranked[(len(ranked) - 1) // 2], ranked[-1]
    return Plans(
        table=Table(columns, rows, groups),
        n=len(rows),
        half=sum(gap <= median(gaps) for gap in gaps),
        median=page.marker.says(f"{middle['asset']}.plan.gap", fixed(100 * median(gaps), 1)),
        widest=page.marker.says(f"{last['asset']}.plan.gap", fixed(100 * gaps[-1], 1)),
        name=run.name(str(last["asset"])),
        seconds=sum(dict(run.manifest.get("plan_seconds") or {}).values()),
    )
