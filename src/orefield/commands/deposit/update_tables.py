"""An update in tables: by bench, by sensor, and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.update_settings import UpdateSettings
from orefield.commands.pit.texts import pairs, table
from orefield.core import Grid
from orefield.deposit.updating import Entry, Memory

_MOST_REFUSED = 8


def bench_rows(grid: Grid, fields: Mapping[str, NDArray[np.generic]]) -> list[dict[str, Any]]:
    """Mean and spread before and after, by bench and by how near blocks are to readings.

    Parameters
    ----------
    grid : Grid
        Of the realisations.
    fields : mapping of str to array, shape (n,)
        ``before``, ``before_sd``, ``after``, ``after_sd``; ``seen``, ``reached`` and
        ``simulated`` are 0 or 1.

    Returns
    -------
    list of dict
        From the top. ``where`` is "seen" (in a reading), "near" (moved by one) or "far".
        Means and spreads are over blocks; ``spread`` is the mean standard deviation of a block.
    """
    per_bench = grid.n // grid.shape[2]
    seen = np.asarray(fields["seen"]) > 0
    reached = np.asarray(fields["reached"]) > 0
    kinds = {"seen": seen, "near": reached & ~seen, "far": ~reached & ~seen}
    floor = grid.bench_elevation_m()
    out = []
    for bench in reversed(range(grid.shape[2])):
        of = slice(bench * per_bench, (bench + 1) * per_bench)
        if not (seen[of] | reached[of]).any():
            continue
        for where, mask in kinds.items():
            chosen = mask[of] & (np.asarray(fields["simulated"])[of] > 0)
            if not chosen.any():
                continue
            mean = {
                name: float(np.asarray(fields[name], dtype=np.float64)[of][chosen].mean())
                for name in ("before", "after", "before_sd", "after_sd")
            }
            change = (np.asarray(fields["after"]) - np.asarray(fields["before"]))[of][chosen]
            out.append(
                {
                    "bench_m": float(floor[bench]),
                    "where": where,
                    "blocks": int(chosen.sum()),
                    "mean_before": mean["before"],
                    "mean_after": mean["after"],
                    "spread_before": mean["before_sd"],
                    "spread_after": mean["after_sd"],
                    "change_rms": float(np.sqrt(np.mean(np.square(change, dtype=np.float64)))),
                }
            )
    return out


def sensor_rows(
    chosen: UpdateSettings, entries: Sequence[Entry], memory: Memory
) -> list[dict[str, Any]]:
    """Readings of each sensor in this update, what they were off by, and its bias so far."""
    out = []
    for name, sensor in chosen.sensors.items():
        own = [e for e in entries if e.sensor == name]
        off = [e.seen - e.predicted for e in own if np.isfinite(e.predicted)]
        bias = memory.bias.get(name)
        out.append(
            {
                "sensor": name,
                "readings": len(own),
                "accepted": sum(e.accepted for e in own),
                "refused": sum(not e.accepted for e in own),
                "off_mean": float(np.mean(off)) if off else None,
                "gain_mean": _mean([e.gain for e in own if e.accepted]),
                "bias_prior": sensor.bias,
                "bias_prior_sd": sensor.bias_sd,
                "bias": sensor.bias if bias is None else float(bias.mean()),
                "bias_sd": 0.0 if bias is None else float(bias.std(ddof=1)),
            }
        )
    return out


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def update_text(data: Mapping[str, Any]) -> str:
    """What a person is told."""
    unit = data["unit"]
    reach = " x ".join(f"{v:,.0f}" for v in data["reach_m"])
    share = data["reach_share"]
    narrowed = f"; {share:.0%} of it where readings are crowded" if share < 1 else ""
    rate = data["seconds_per_thousand"]
    rows = [
        ("realisations", f"{data['realisations']} of {data['value']} ({unit}), "
                         f"{data['blocks']:,} blocks"),
        ("readings", f"{data['readings']:,}: {data['accepted']:,} taken in, "
                     f"{data['refused']:,} refused, {data['known']:,} judged before"),
        ("reach", f"{reach} m, of {data['reach_from']}{narrowed}"),
    ]  # fmt: skip
    if rate is not None:
        rows.append(("time", f"{rate:.2f} s per thousand readings, files included"))
    parts = ["realisations updated by readings", pairs(rows)]
    parts += ["", f"sensors (off and bias in {unit})", _sensors(data["sensors"])]
    if data["benches"]:
        parts += [
            "",
            f"benches, before any reading and now ({unit}; spread: standard deviation of a block)",
            _benches(data["benches"]),
        ]
    for fault in data["faults"]:
        parts.append(
            f"REFUSED: sensor {fault['sensor']}, {fault['readings']} readings from "
            f"{fault['since']}: {fault['fault']}; {fault['evidence']}"
        )
    parts += [f"warning: {text}" for text in data["warnings"]]
    if data["new"] == 0:
        parts.append("nothing new: all readings were judged before")
    return "\n".join(parts)


def _sensors(rows: Sequence[Mapping[str, Any]]) -> str:
    def column(name: str) -> list[Any]:
        return [row[name] for row in rows]

    return table(
        {
            "sensor": ("", column("sensor")),
            "readings": (",d", column("readings")),
            "taken in": (",d", column("accepted")),
            "refused": (",d", column("refused")),
            "mean off": ("+.3g", np.array(column("off_mean"), dtype=object)),
            "mean gain": (".2f", np.array(column("gain_mean"), dtype=object)),
            "bias": ("+.3g", column("bias")),
            "its spread": (".2g", column("bias_sd")),
        }
    )


def _benches(rows: Sequence[Mapping[str, Any]]) -> str:
    def column(name: str) -> list[Any]:
        return [row[name] for row in rows]

    return table(
        {
            "floor, m": (",.6g", column("bench_m")),
            "blocks": ("", column("where")),
            "number": (",d", column("blocks")),
            "mean before": (".4g", column("mean_before")),
            "now": (".4g", column("mean_after")),
            "spread before": (".3g", column("spread_before")),
            "now ": (".3g", column("spread_after")),
            "moved by (rms)": (".2g", column("change_rms")),
        }
    )
