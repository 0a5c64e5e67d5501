"""A trade-off: caps on a resource, what is certain at each, and the plans found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from orefield.pit.production.problem import Plan
from orefield.pit.production.solve import relative_gap

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Point:
    """One cap, and what is known of plans within it.

    Attributes
    ----------
    cap : float
        inf where the resource is not capped.
    bound : float
        Certified: no plan within the cap is worth more. -inf where it is proven that no schedule,
        not even a fractional one, keeps the cap; what follows is then nan or None.
    lp_npv, lp_use : float
        Of the linear relaxation at this cap.
    marginal : float
        Money that one unit more of the cap brings, by the relaxation's multipliers.
    plan : Plan, optional
        The best one found within the cap; None when none was looked for or found.
    npv, use : float
        Of that plan; nan without one.
    """

    cap: float
    bound: float
    lp_npv: float
    lp_use: float
    marginal: float
    plan: Plan | None = None
    npv: float = math.nan
    use: float = math.nan

    @property
    def possible(self) -> bool:
        """Whether a fractional schedule, at least, keeps the cap."""
        return self.bound > -math.inf

    @property
    def gap(self) -> float:
        """``(bound - npv) / |bound|``; nan without a plan."""
        return math.nan if self.plan is None else relative_gap(self.npv, self.bound)


@dataclass(frozen=True)
class Frontier:
    """The trade-off between value and one resource.

    Attributes
    ----------
    measure, unit, over : str
        Of the :class:`~orefield.pit.frontier.measures.Measure`.
    points : tuple of Point
        By falling cap; the first has none.
    seconds : float
    """

    measure: str
    unit: str
    over: str
    points: tuple[Point, ...]
    seconds: float

    def bound_at(self, cap: float) -> float:
        """Certified upper bound of the value of every plan that takes at most ``cap``.

        The least of the tangents of all points: each is the Lagrangian bound of its
        multipliers, which holds at every cap. Concave in the cap, and -inf up to the largest cap
        that no schedule keeps.
        """
        if any(cap <= p.cap for p in self.points if not p.possible):
            return -math.inf
        return min(
            p.bound if math.isinf(p.cap) else p.bound + p.marginal * (cap - p.cap)
            for p in self.points
            if p.possible
        )

    def least_use(self, npv: float) -> float:
        """Certified: no plan worth ``npv`` or more takes less than this.

        inf when no plan is worth that; -inf when no point says anything about it. The plan
        that takes least among those found is :meth:`cheapest`.
        """
        if npv > min(p.bound for p in self.points if math.isinf(p.cap)):
            return math.inf
        needed = [
            p.cap + (npv - p.bound) / p.marginal
            for p in self.points
            if not math.isinf(p.cap) and p.marginal > 0
        ]
        needed += [p.cap for p in self.points if not p.possible]
        return max(needed, default=-math.inf)

    def cheapest(self, npv: float) -> Point | None:
        """The point whose plan is worth ``npv`` and takes least, or None."""
        enough = [p for p in self.points if p.plan is not None and p.npv >= npv]
        return min(enough, key=lambda p: p.use, default=None)

    def efficient(self) -> tuple[Point, ...]:
        """Points with a plan that no other plan beats in both, by falling use."""
        best: list[Point] = []
        for point in sorted(
            (p for p in self.points if p.plan is not None), key=lambda p: (p.use, -p.npv)
        ):
            if not best or point.npv > best[-1].npv:
                best.append(point)
        return tuple(reversed(best))

    def table(self) -> pd.DataFrame:
        """A row a point: measure, unit, cap, bound, LP, marginal value, plan, gap, efficient."""
        import pandas as pd

        kept = {id(p) for p in self.efficient()}
        return pd.DataFrame(
            [
                {
                    "measure": self.measure,
                    "unit": self.unit,
                    "over": self.over,
                    "cap": p.cap,
                    "npv_bound": p.bound,
                    "lp_npv": p.lp_npv,
                    "lp_use": p.lp_use,
                    "marginal": p.marginal,
                    "npv": p.npv,
                    "use": p.use,
                    "gap": p.gap,
                    "efficient": id(p) in kept,
                }
                for p in self.points
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """The same as plain numbers for JSON; what is not finite is None."""
        rows = [
            {k: _plain(v) for k, v in row.items() if k not in ("measure", "unit", "over")}
            for row in self.table().to_dict("records")
        ]
        return {
            "measure": self.measure,
            "unit": self.unit,
            "over": self.over,
            "points": rows,
            "seconds": self.seconds,
        }


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return float(value) if np.isfinite(value) else None
