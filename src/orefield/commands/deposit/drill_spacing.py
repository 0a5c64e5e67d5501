"""The spacing study of ``deposit plan``, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from orefield.commands.deposit.drill_ground import PlanGround, other_variogram
from orefield.commands.deposit.drill_records import SpacingSettings
from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.core.telling import Tell
from orefield.deposit.drilling.spacing import Continuity, Study, ore_continuity, study

_CLASSES = {"quarter": "measured", "year": "indicated"}


def studied(
    settings: DepositSettings, ground: PlanGround, chosen: SpacingSettings, tell: Tell
) -> list[Study]:
    """Errors by spacing of each period's panel.

    Raises
    ------
    ModelError
        When the samples' mean is not positive and no coefficient of variation is given.
    """
    grade = Continuity(ground.variogram, variation_of(ground, chosen))
    ore = None
    if chosen.ore_variogram:
        ore = ore_continuity(other_variogram(settings, chosen.ore_variogram), chosen.proportion)
    length = float(np.median(ground.samples.length_m))
    out = []
    for i, period in enumerate(chosen.periods):
        start, part = 0.85 + 0.1 * i / len(chosen.periods), 0.1 / len(chosen.periods)
        out.append(
            study(
                period.name, period.size_m, chosen.spacings_m, grade, chosen.sample_m or length,
                ore=ore, within=chosen.within, confidence=chosen.confidence, support_m=length,
                margin_m=chosen.margin_m, rotation_deg=ground.grid.rotation_deg,
                flat=ground.flat_m is not None,
                tell=_between(tell, start, part),
            )
        )  # fmt: skip
    return out


def _between(tell: Tell, start: float, part: float) -> Callable[[float], None]:
    return lambda share: tell("spacing study", start + part * share)


def variation_of(ground: PlanGround, chosen: SpacingSettings) -> float:
    """The coefficient of variation given, or the samples' own.

    Raises
    ------
    ModelError
        When it is not given and the samples' mean is not positive.
    """
    if chosen.variation is not None:
        return chosen.variation
    values, weights = ground.samples[ground.value], ground.samples.length_m
    mean = float(np.average(values, weights=weights))
    if not mean > 0:
        raise ModelError(
            f"the samples' mean is {mean:g}: they have no coefficient of variation",
            fix="set coefficient_of_variation in [plan.spacing]",
        )
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights))) / mean


def spacing_data(
    ground: PlanGround, chosen: SpacingSettings, found: Sequence[Study]
) -> dict[str, Any]:
    """The study as ``--json`` prints it."""
    rows = []
    for k, (dx, dy) in enumerate(chosen.spacings_m):
        row: dict[str, Any] = {"dx_m": dx, "dy_m": dy, "sample_m": found[0].rows[k].sample_m}
        for one in found:
            row[f"{one.period}_variance"] = one.rows[k].variance
            row[f"{one.period}_worst_variance"] = one.rows[k].worst_variance
            row[f"{one.period}_error"] = float(one.errors[k])
        row["cost_per_t"] = _cost(chosen, dx, dy)
        rows.append(row)
    return {
        "within": chosen.within,
        "confidence": chosen.confidence,
        "coefficient_of_variation": variation_of(ground, chosen),
        "assumptions": [
            "proportional effect: local standard deviation in proportion to local mean",
            "errors Gaussian; ordinary kriging from vertical holes on a regular pattern",
            "tonnes uncertain by the indicator's variogram, independent of grade"
            if chosen.ore_variogram else "tonnes certain",
        ],
        "panels_m": {one.period: list(one.panel_m) for one in found},
        "spacings": rows,
        "reached": {
            one.period: {
                "class": _CLASSES[one.period],
                "spacing_m": one.reached_m,
                "or_wider": not one.bracketed,
                "cost_per_t": None if one.reached_m is None
                else _cost(chosen, one.reached_m, one.reached_m),
            }
            for one in found
        },
    }  # fmt: skip


def _cost(chosen: SpacingSettings, dx: float, dy: float) -> float | None:
    """Drilling of a tonne of rock, holes counted within it only."""
    if chosen.cost_per_m is None or chosen.density_t_m3 is None:
        return None
    return chosen.cost_per_m / (dx * dy * chosen.density_t_m3)


def spacing_text(data: dict[str, Any]) -> list[str]:
    """The study as aligned text."""
    costly = data["spacings"][0]["cost_per_t"] is not None
    lines = [
        "",
        f"spacing study: half-width of tonnes x grade at {100 * data['confidence']:.0f} %, "
        f"coefficient of variation {data['coefficient_of_variation']:.3g}",
        *(f"  assumed: {text}" for text in data["assumptions"]),
        f"  panels: {', '.join(_panel(n, m) for n, m in data['panels_m'].items())}",
        f"{'dx, m':>10}{'dy, m':>10}{'quarter, %':>13}{'year, %':>11}"
        + (f"{'cost a tonne':>15}" if costly else ""),
    ]
    for row in data["spacings"]:
        lines.append(
            f"{row['dx_m']:>10.1f}{row['dy_m']:>10.1f}{100 * row['quarter_error']:>13.1f}"
            f"{100 * row['year_error']:>11.1f}" + (f"{row['cost_per_t']:>15.4g}" if costly else "")
        )
    for period, one in data["reached"].items():
        words = f"+-{100 * data['within']:.0f} % of a {period} ({one['class']}): "
        if one["spacing_m"] is None:
            lines.append(words + "not reached by any spacing studied")
        else:
            wider = " or wider" if one["or_wider"] else ""
            lines.append(words + f"{one['spacing_m']:.0f} m{wider}")
    return lines


def _panel(name: str, size: Sequence[float]) -> str:
    return f"{name} {size[0]:.0f} x {size[1]:.0f} x {size[2]:.0f} m"
