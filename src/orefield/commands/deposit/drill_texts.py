"""What ``deposit plan`` tells: holes, what they bring, what none could beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from orefield.commands.deposit.drill_ground import PlanGround
from orefield.commands.deposit.drill_problem import Planned
from orefield.commands.deposit.drill_records import HolesSettings
from orefield.commands.deposit.drill_spacing import spacing_text

_AIMS = {
    "metal": "variance of contained metal",
    "classes": "tonnes whose standard error passes thresholds",
    "feed": "variance of the mill's feed",
}
Z90 = 1.6448536269514722


def holes_data(ground: PlanGround, holes: HolesSettings, found: Planned) -> dict[str, Any]:
    """Holes and what is said of them, as ``--json`` prints it."""
    plan, problem, limits = found.plan, found.problem, holes.limits
    own = problem.holes
    most = found.certificate.everything
    rows, metres = [], 0.0
    before = _state(found, problem.prior.start)
    for k, hole in enumerate(plan.holes):
        metres += float(own.length_m[hole])
        x, y, z = (float(v) for v in own.collar_m[hole])
        rows.append(
            {
                "hole": own.names[hole], "x_m": x, "y_m": y, "z_m": z,
                "azimuth_deg": float(own.azimuth_deg[hole]),
                "dip_deg": float(own.dip_deg[hole]),
                "length_m": float(own.length_m[hole]),
                "gain": float(plan.gains[k]),
                "gain_share": float(plan.gains[k]) / most,
                "gain_share_per_100m": 100.0 * float(plan.gains[k]) / most
                / float(own.length_m[hole]),
                "metres_so_far": metres,
                **_state(found, problem.prior.start - plan.taken[k]),
            }
        )  # fmt: skip
    money = limits.per_hole * len(rows) + limits.per_m * metres
    bound = found.certificate
    values = [value for _, value in found.infill]
    lengths = [float(i.holes.length_m.sum()) for i, _ in found.infill]
    return {
        "objective": holes.objective.kind,
        "aim": _AIMS[holes.objective.kind],
        "blocks": int(found.region.sum()),
        "sums": len(found.wanted.targets),
        "candidates": {
            "offered": found.offered,
            "allowed": len(own),
            "refused": found.admitted.refused,
            "sample_m": found.sample_m,
        },
        "facts": found.facts,
        "before": before,
        "holes": rows,
        "metres": metres,
        "cost": money if money > 0 else None,
        "gain": plan.value,
        "gain_share": plan.value / most,
        "search": {
            "greedy_gain": plan.greedy_value,
            "exchanges": plan.exchanges,
            "evaluations": plan.evaluations,
            "gains_that_rose": plan.rises,
            "stopped": plan.stopped,
        },
        "certificate": {
            "bound": bound.bound,
            "bound_share": bound.bound / most,
            "gain_over_bound": plan.value / bound.bound,
            "relaxed": bound.relaxed,
            "by": bound.by,
        },
        "infill": {
            "patterns": len(values),
            "spacing_m": [i.spacing_m for i, _ in found.infill],
            "metres": lengths,
            "gain": values,
            "plan_over_mean_per_m": _over(plan.value / metres, values, lengths, np.mean),
            "plan_over_best_per_m": _over(plan.value / metres, values, lengths, np.max),
        },
    }


def _over(gain: float, values: list[float], lengths: list[float], of: Any) -> float | None:
    if not values:
        return None
    return float(gain / of(np.array(values) / np.array(lengths)))


def _state(found: Planned, variances: Any) -> dict[str, Any]:
    """What is not known, where sums have these variances."""
    left = np.maximum(variances, 0.0)
    wanted = found.wanted
    if len(wanted.thresholds):
        passed = [float(wanted.tonnes[left <= t * (1 + 1e-12)].sum()) for t in wanted.thresholds]
        return {"tonnes_passed": passed, "largest_standard_error": float(np.sqrt(left.max()))}
    error = float(np.sqrt(left.sum())) * wanted.scale
    out: dict[str, Any] = {"standard_error_t": error}
    if wanted.expected:
        out["relative_90"] = Z90 * error / wanted.expected
    return out


def collar_table(found: Planned, data: dict[str, Any]) -> dict[str, list[Any]]:
    """Collars for the drillers, in the order of drilling."""
    rows = data["holes"]
    ends = found.problem.holes.ends()[list(found.plan.holes)]
    keys = ("hole", "x_m", "y_m", "z_m", "azimuth_deg", "dip_deg", "length_m")
    out: dict[str, list[Any]] = {"order": list(range(1, len(rows) + 1))}
    out.update({key: [row[key] for row in rows] for key in keys})
    for axis, name in enumerate(("end_x_m", "end_y_m", "end_z_m")):
        out[name] = [round(float(v), 3) for v in ends[:, axis]]
    out["gain_share"] = [row["gain_share"] for row in rows]
    return out


def plan_text(data: dict[str, Any]) -> str:
    """The summary as aligned text."""
    lines: list[str] = []
    if "holes" in data:
        lines += _holes_text(data)
    if "spacing" in data:
        lines += spacing_text(data["spacing"])
    if data["warnings"]:
        lines += ["", *(f"warning: {text}" for text in data["warnings"])]
    return "\n".join([*lines, "", f"files: {', '.join(data['files'])}"])


def _holes_text(data: dict[str, Any]) -> list[str]:
    offered, facts, search = data["candidates"], data["facts"], data["search"]
    certificate, infill = data["certificate"], data["infill"]
    refused = "".join(f"; {n:,} {why}" for why, n in offered["refused"].items())
    lines = [
        f"next holes by {data['aim']}: {data['value']}, {data['blocks']:,} blocks, "
        f"{data['sums']:,} sum{'s' if data['sums'] > 1 else ''}",
        f"{offered['offered']:,} candidates, {offered['allowed']:,} allowed{refused}; "
        f"samples of {offered['sample_m']:g} m",
        f"covariances {facts['covariances']}; mean {facts['mean']}; "
        f"{_samples(facts)}; gains "
        f"{'depend' if facts['gain_depends_on_values'] else 'do not depend'} on values",
        "",
        f"{'hole':<10}{'east, m':>12}{'north, m':>12}{'elev., m':>10}{'azimuth':>9}{'dip':>6}"
        f"{'length, m':>11}{'gain, %':>9}{'per 100 m':>11}  {_head(data)}",
        f"{'before':<10}{'':>80}  {_cells(data['before'])}",
    ]
    for row in data["holes"]:
        lines.append(
            f"{row['hole']:<10}{row['x_m']:>12,.1f}{row['y_m']:>12,.1f}{row['z_m']:>10,.1f}"
            f"{row['azimuth_deg']:>9.1f}{row['dip_deg']:>6.1f}{row['length_m']:>11,.1f}"
            f"{100 * row['gain_share']:>9.2f}{100 * row['gain_share_per_100m']:>11.2f}"
            f"  {_cells(row)}"
        )
    cost = f", cost {data['cost']:,.0f}" if data["cost"] is not None else ""
    lines += [
        "",
        f"plan: {len(data['holes'])} holes, {data['metres']:,.0f} m{cost}; takes "
        f"{100 * data['gain_share']:.1f} % of what is not known "
        f"(greedy {100 * search['greedy_gain'] / data['gain']:.1f} % of that, "
        f"{search['exchanges']} exchanges)",
        f"no plan within the limits takes more than {100 * certificate['bound_share']:.1f} % "
        f"(by {certificate['by']}): the plan has {100 * certificate['gain_over_bound']:.1f} % "
        "of the bound",
    ]
    if infill["patterns"]:
        lines.append(
            f"regular infill, {infill['patterns']} positions of the pattern, "
            f"{min(infill['metres']):,.0f} to {max(infill['metres']):,.0f} m: the plan takes "
            f"{infill['plan_over_mean_per_m']:.2f} times as much per metre as their mean, "
            f"{infill['plan_over_best_per_m']:.2f} times the best"
        )
    if search["stopped"]:
        lines.append("stopped: this is the best so far")
    return lines


def _samples(facts: Mapping[str, Any]) -> str:
    """Samples that there are, and those that the plan was worked out from."""
    used, all_, merged = (facts[f"samples{k}"] for k in ("_used", "", "_merged"))
    if merged:
        most = "" if used == merged else f", the nearest {used:,}"
        return f"{all_:,} samples merged along holes to {merged:,}{most}"
    return f"{used:,} of {all_:,} samples"


def _head(data: dict[str, Any]) -> str:
    if "tonnes_passed" in data["before"]:
        n = len(data["before"]["tonnes_passed"])
        return "".join(f"{f'passes {i + 1}, Mt':>14}" for i in range(n))
    relative = f"{'+- 90 %, %':>12}" if "relative_90" in data["before"] else ""
    return f"{'std error, t':>14}{relative}"


def _cells(row: dict[str, Any]) -> str:
    if "tonnes_passed" in row:
        return "".join(f"{t / 1e6:>14,.3f}" for t in row["tonnes_passed"])
    relative = f"{100 * row['relative_90']:>12.2f}" if "relative_90" in row else ""
    return f"{row['standard_error_t']:>14,.0f}{relative}"
