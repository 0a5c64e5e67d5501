"""What people are told of a simulation."""

from __future__ import annotations

from typing import Any


def simulate_text(data: dict[str, Any]) -> str:
    """A simulation's summary as aligned text."""
    misfit = data["largest_misfit_at_nodes"]
    places = {"nodes": "at nodes", "true": "in their places"}[data["data_at"]]
    honoured = "none is at a node" if misfit is None else f"largest misfit at nodes {misfit:.3g}"
    lines = [
        f"{data['realisations']:,} realisations ({data['method']}, seed {data['seed']}) of "
        f"{data['blocks']:,} blocks, {data['nodes']:,} nodes",
        f"{data['samples']:,} samples, {data['conditioning_data']:,} condition {places}; "
        f"{honoured}",
        *(["every realisation has a histogram of its own"] if _drawn(data) else []),
        "",
        f"{'variable':<14}{'':<10}{'mean':>12}{'5 to 95 %':>24}{'variance':>12}{'5 to 95 %':>24}",
    ]
    for one in data["variables"]:
        lines += [
            f"{one['name']:<14}{'samples':<10}{one['samples_mean']:>12.4g}{'':>24}"
            f"{one['samples_variance']:>12.4g}",
            f"{'':<14}{'nodes':<10}{one['nodes_mean']:>12.4g}{_span(one['nodes_mean_p5_p95'])}"
            f"{one['nodes_variance']:>12.4g}{_span(one['nodes_variance_p5_p95'])}",
            f"{'':<14}{'blocks':<10}{one['blocks_mean']:>12.4g}{'':>24}"
            f"{one['blocks_variance']:>12.4g}",
        ]
    if data["warnings"]:
        lines += ["", *(f"warning: {text}" for text in data["warnings"])]
    return "\n".join([*lines, "", f"files: {', '.join(data['files'])}"])


def _drawn(data: dict[str, Any]) -> bool:
    return bool(data.get("histogram") == "bootstrap")


def _span(values: list[float]) -> str:
    return f"{f'{values[0]:.4g} to {values[1]:.4g}':>24}"
