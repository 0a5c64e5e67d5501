"""The rivers that assets drain to, with the water they take, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from orefield import environment
from orefield.pipeline.asset_draws import AssetDraws
from orefield.study import Parameters, Study

if TYPE_CHECKING:
    import pandas as pd

NODE_COLUMNS = ["node_id", "river", "name", "lat", "lon", "position_mark", "flow_m3_s",
                "flow_mark", "role", "note"]  # fmt: skip
LINK_COLUMNS = ["from_id", "to_id", "length_km", "rough", "note"]


def network(study: Study) -> tuple[environment.RiverNetwork, dict[str, environment.Drainage]]:
    """The study's river network and the drainage of every asset it describes.

    Raises
    ------
    TableError
        For tables that contradict themselves.
    """
    net = environment.RiverNetwork(
        environment.nodes_from_rows(study.rivers.get("nodes", ())),
        environment.links_from_rows(study.rivers.get("links", ())),
    )
    return net, environment.read_chains(study.rivers.get("chains", ()), net)


def river_tables(
    study: Study, parameters: Parameters, found: Sequence[AssetDraws]
) -> dict[str, pd.DataFrame]:
    """Nodes, links and chains, and every asset's largest share of its first known flow."""
    import pandas as pd

    net, drainages = network(study)
    nodes = [{name: getattr(n, name) for name in NODE_COLUMNS} for n in net.nodes]
    links = [{name: getattr(k, name) for name in LINK_COLUMNS} for k in net.links]
    chains: list[dict[str, Any]] = []
    for result in found:
        drainage = drainages.get(result.asset) or _district(study, drainages, result.asset)
        row: dict[str, Any] = {
            "asset": result.asset,
            "lat": parameters.number(f"{result.asset}.site.latitude"),
            "lon": parameters.number(f"{result.asset}.site.longitude"),
            "status": "no chain is described",
        }
        if drainage is not None:
            row |= _describe(drainage, result)
        chains.append(row)
    return {
        "river_nodes": pd.DataFrame(nodes, columns=NODE_COLUMNS),
        "river_links": pd.DataFrame(links, columns=LINK_COLUMNS),
        "river_chains": pd.DataFrame(chains),
    }


def _district(
    study: Study, drainages: dict[str, environment.Drainage], asset: str
) -> environment.Drainage | None:
    """The chain of the site an asset belongs to, when it has none of its own."""
    parents = {e.id: e.parent for e in study.evidence.entities}
    parent = parents.get(asset)
    while parent:
        if parent in drainages:
            return drainages[parent]
        parent = parents.get(parent)
    return None


def largest_share(
    drainage: environment.Drainage, result: AssetDraws
) -> environment.Dilution | None:
    """Make-up water over the first known flow, shares of shape (D, T).

    Of several candidate ways the one with the largest share in the central case; None where
    no flow is known on any.
    """
    found = [d for d in drainage.dilution(result.columns["water_m3"]) if d is not None]
    return max(found, key=lambda d: float(np.max(d.share[0])), default=None)


def drainage_of(study: Study, asset: str) -> environment.Drainage | None:
    """Where an asset's water goes: its own chain, or that of the site it belongs to."""
    _, drainages = network(study)
    return drainages.get(asset) or _district(study, drainages, asset)


def _describe(drainage: environment.Drainage, result: AssetDraws) -> dict[str, Any]:
    worst = largest_share(drainage, result)
    row: dict[str, Any] = {
        "status": drainage.status,
        "unresolved": drainage.unresolved,
        "chain": drainage.description,
        "note": drainage.note,
        "countries": "; ".join(drainage.countries_known),
        "entry": "; ".join(c.path.node_ids[0] for c in drainage.candidates),
        "path": "; ".join(">".join(c.path.node_ids) for c in drainage.candidates),
        "length_km": max((c.path.length_km for c in drainage.candidates), default=None),
        "ends_at": "; ".join(c.path.end.name for c in drainage.candidates),
    }
    if worst is not None:
        row |= {
            "flow_node": worst.point.node.node_id,
            "flow_m3_s": worst.point.node.flow_m3_s,
            "flow_mark": worst.point.node.flow_mark,
            "largest_water_share": float(np.max(worst.share[0])),
            "share_at_least": worst.at_least,
        }
    return row
