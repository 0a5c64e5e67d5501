"""Tables of a run folder and rows of its results, from what the stages returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield import balance
from orefield.core import fields
from orefield.pipeline.asset_build import AssetBuild
from orefield.pipeline.asset_draws import AssetDraws
from orefield.pipeline.evidence_tables import (
    assumption_table,
    change_table,
    object_table,
    parameter_table,
)
from orefield.pipeline.plans import plan_row, plan_tables, record_plan
from orefield.pipeline.results import Results
from orefield.pipeline.rivers import drainage_of, largest_share
from orefield.plant import AssetFlows, Material, PlantResult
from orefield.study import BASELINE, Parameters, Study

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

CLAIM_COLUMNS = ("id", "subject", "entity", "attribute", "low", "high", "text", "unit", "basis",
                 "stage", "qualifier", "valid_from", "valid_to", "reported_at", "vintage",
                 "supersedes", "source", "hops", "sigma_class", "release", "mark", "usable",
                 "note")  # fmt: skip
SOURCE_COLUMNS = ("id", "title", "publisher", "published", "url", "hops", "kind", "note")
ENTITY_COLUMNS = ("id", "kind", "name_en", "pinyin", "name_zh", "name_bo", "aliases", "parent",
                  "province", "country", "lat", "lon", "note")  # fmt: skip

BALANCE_METRICS = (
    "modelled_mine_t", "mine_remainder_t", "mine_t", "concentrate_imports_t",
    "concentrate_to_smelters_t", "primary_anode_t", "secondary_anode_t", "anode_imports_t",
    "scrap_to_smelters_t", "scrap_to_refineries_t", "direct_melt_t", "scrap_imports_t",
    "unexplained_feed_t", "refined_output_t", "refined_imports_t", "refined_exports_t",
    "refined_use_t", "total_use_t", "new_scrap_t", "old_scrap_t", "domestic_scrap_t",
    "end_of_life_t",
)  # fmt: skip


def evidence(study: Study, scenarios: Mapping[str, Parameters]) -> dict[str, pd.DataFrame]:
    """Everything the run is made from."""
    return {
        "claims": object_table(study.evidence.claims, CLAIM_COLUMNS),
        "sources": object_table(study.evidence.sources, SOURCE_COLUMNS),
        "entities": object_table(study.evidence.entities, ENTITY_COLUMNS),
        "assumptions": assumption_table(study),
        "parameters": parameter_table(scenarios, study.parameters),
        "scenarios": change_table(study),
    }


# -- assets ----------------------------------------------------------------------------


def asset_summary(study: Study, build: AssetBuild) -> dict[str, Any]:
    """An asset as ``--json`` prints it."""
    names = {e.id: e.name_en for e in study.evidence.entities}
    keep = ("ore_t", "cu_pct", "cu_t")
    return {
        "id": build.asset,
        "name": names.get(build.asset, build.asset),
        "geology": build.note,
        "method": build.method,
        "blocks": build.blocks,
        "published": {k: build.published[k] for k in keep} if build.published else None,
        "modelled": {k: build.modelled[k] for k in keep},
        "strip_ratio": build.facts.get("strip_ratio"),
        "npv_usd": {
            case: build.facts.get(f"npv_{case}_usd") for case in ("worst", "specified", "best")
        },
        "plan": None if build.plan is None else plan_row(build.plan),
    }


BUILD_UNITS = {
    "pit_rock_t": "t", "pit_ore_t": "t", "pit_cu_t": "t", "strip_ratio": "1",
    "cutoff_cu_pct": "%", "phases": "count", "prestrip_rock_t": "t", "pit_area_m2": "m2",
    "npv_worst_usd": "USD", "npv_specified_usd": "USD", "npv_best_usd": "USD", "life_y": "y",
}  # fmt: skip
_INVENTORY_UNITS = {
    "ore_t": "t", "cu_pct": "%", "cu_t": "t", "mo_pct": "%", "ag_gpt": "g/t", "au_gpt": "g/t",
}  # fmt: skip


def record_build(results: Results, asset: str, build: AssetBuild) -> None:
    """Scalars of an asset's deposit and pit."""
    results.scalar(BASELINE, asset, "blocks", "count", "deposit", float(build.blocks))
    for kind, values in (("published", build.published), ("modelled", build.modelled)):
        for name, value in values.items():
            unit = _INVENTORY_UNITS[name]
            results.scalar(BASELINE, asset, f"{kind}.{name}", unit, "deposit", value)
    for name, unit in BUILD_UNITS.items():
        if name in build.facts:
            results.scalar(BASELINE, asset, name, unit, "pit", build.facts[name])
    record_plan(results, asset, build)


def builds(found: Mapping[str, AssetBuild]) -> dict[str, pd.DataFrame]:
    """Static tables of all assets: inventory, curves, shells, units, plans, sections."""
    import pandas as pd

    assets, curves, shells, units, sections = [], [], [], [], []
    for asset, build in found.items():
        row: dict[str, Any] = {"asset": asset, "method": build.method, "geology": build.note,
                               "blocks": build.blocks}  # fmt: skip
        for kind, values in (("published", build.published), ("modelled", build.modelled)):
            row.update({f"{kind}_{k}": values.get(k, np.nan) for k in _INVENTORY_UNITS})
        assets.append({**row, **build.facts})
        curves.append(build.grade_tonnage.assign(asset=asset))
        shells.append(build.shells.assign(asset=asset))
        u = build.units
        units.append(
            pd.DataFrame(
                {
                    "asset": asset,
                    "phase": u.phase,
                    "bench": u.bench,
                    "elevation_m": u.elevation_m,
                    "rock_t": u.rock_t.sum(axis=1),
                    "cu_t": u.metal_t[:, :, 0].sum(axis=1),
                    "mining_usd_t": u.mining_usd_t,
                    # a unit may be cut into pieces that the plan orders one by one
                    "piece": _number_in_unit(u.phase, u.depth),
                    "place": np.argsort(build.order, kind="stable").astype(np.int32),
                }
            )
        )
        sections.append(_section_table(asset, build))
    return {
        "assets": pd.DataFrame(assets),
        "grade_tonnage": pd.concat(curves, ignore_index=True),
        "shells": pd.concat(shells, ignore_index=True),
        "mining_units": pd.concat(units, ignore_index=True),
        "sections": pd.concat(sections, ignore_index=True),
        **plan_tables(found),
    }


def _number_in_unit(phase: NDArray[np.int32], depth: NDArray[np.int32]) -> NDArray[np.int32]:
    """0 for the first piece of a phase on a bench, and so on; pieces stand side by side."""
    new = np.ones(len(phase), dtype=bool)
    new[1:] = (np.diff(phase) != 0) | (np.diff(depth) != 0)
    first = np.flatnonzero(new)
    return (np.arange(len(phase)) - np.repeat(first, np.diff([*first, len(phase)]))).astype(
        np.int32
    )


def _section_table(asset: str, build: AssetBuild) -> pd.DataFrame:
    import pandas as pd

    s = build.sections
    zz, xx = np.meshgrid(s["z_m"], s["x_m"], indexing="ij")
    frame: pd.DataFrame = pd.DataFrame(
        {"asset": asset, "x_m": xx.ravel(), "z_m": zz.ravel(), "cu_pct": s["cu_pct"].ravel(),
         "shell": s["shell"].ravel()}
    )  # fmt: skip
    cut: pd.DataFrame = frame[np.isfinite(frame["cu_pct"])].reset_index(drop=True)
    return cut


def first_draws(flows: AssetFlows, n: int) -> AssetFlows:
    """The central case and the random draws, without the swings of the tornado."""

    def cut(m: Material) -> Material:
        return Material(m.dry_t[:n], m.cu_t[:n], m.mo_t[:n], m.ag_t[:n], m.au_t[:n])

    plant = PlantResult(
        cut(flows.plant.ore), cut(flows.plant.copper_concentrate),
        cut(flows.plant.molybdenum_concentrate), cut(flows.plant.tailings),
    )  # fmt: skip
    return AssetFlows(
        flows.asset, flows.years, flows.draws[:n], cut(flows.waste), cut(flows.remaining), plant
    )


def record_asset(results: Results, scenario: str, result: AssetDraws, years: Iterable[int]) -> None:
    """Yearly results of an asset, and its value."""
    years = list(years)
    for name, values in result.columns.items():
        known = fields.field(name)
        stage = "environment" if known.source == "environment" else "plant"
        results.yearly(scenario, result.asset, name, known.unit or "1", stage, values, years)
    blind = np.broadcast_to(result.blind_cu_t, (results.n_draws + 1, len(years)))
    results.yearly(scenario, result.asset, "blind_cu_t", "t", "plant", blind, years)
    results.scalar(scenario, result.asset, "npv_usd", "USD", "plant", result.npv_usd)
    results.scalar(scenario, result.asset, "opening_rock_t", "t", "plant", result.opening_t)


def record_river_share(results: Results, study: Study, result: AssetDraws) -> None:
    """Make-up water over the flow of the first river node with a known one, if there is."""
    drainage = drainage_of(study, result.asset)
    found = None if drainage is None else largest_share(drainage, result)
    if found is not None:
        share = np.asarray(found.share)
        results.yearly(
            BASELINE, result.asset, "river_share", "1", "environment", share, study.years
        )


def baseline(study: Study, found: Sequence[AssetDraws]) -> dict[str, pd.DataFrame]:
    """Central schedule of every asset, and how it meets published output."""
    import pandas as pd

    years = np.asarray(study.years)
    schedules, deviations = [], []
    for result in found:
        frame = pd.DataFrame({"asset": result.asset, "year": years})
        for name, values in result.columns.items():
            frame[name] = values[0]
        schedules.append(frame)
        cu = result.columns["cu_recovered_t"]
        random = cu[1:] if len(cu) > 1 else cu
        for i in np.flatnonzero(np.isfinite(result.published_cu_t)):
            published = result.published_cu_t[i]
            p50 = float(np.median(random[:, i]))
            deviations.append(
                {
                    "asset": result.asset, "year": int(years[i]), "published_t": published,
                    "modelled_p50_t": p50, "deviation_pct": 100 * (p50 / published - 1),
                    "blind_t": result.blind_cu_t[i],
                    "blind_deviation_pct": 100 * (result.blind_cu_t[i] / published - 1),
                    "mill_utilisation": result.columns["mill_utilisation"][0, i],
                    "cu_pct": result.columns["cu_pct"][0, i],
                }
            )  # fmt: skip
    return {
        "schedule": pd.concat(schedules, ignore_index=True),
        "deviations": pd.DataFrame(deviations),
    }


# -- nation ----------------------------------------------------------------------------


def record_balance(
    results: Results,
    scenario: str,
    country: str,
    national: balance.NationalBalance,
    shares: balance.SelfSufficiency,
) -> None:
    """Yearly flows, stocks and self-sufficiency of the nation."""
    years = [int(y) for y in national.years]
    for name in BALANCE_METRICS:
        results.yearly(scenario, country, name, "t", "balance", getattr(national, name), years)
    stock = national.in_use_t[:, -len(years) :]
    results.yearly(scenario, country, "in_use_t", "t", "balance", stock, years)
    for key, values in shares.by_definition().items():
        results.yearly(scenario, country, f"self_sufficiency.{key}", "1", "balance", values, years)
    for i, sector in enumerate(national.sectors):
        held = national.in_use_by_sector_t[:, i, -len(years) :]
        results.yearly(scenario, country, f"in_use_t.{sector}", "t", "balance", held, years)
        use = national.use_by_sector_t[:, i]
        results.yearly(scenario, country, f"use_t.{sector}", "t", "balance", use, years)


def share_summary(
    shares: balance.SelfSufficiency, years: range, n_draws: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Self-sufficiency as ``--json`` prints it: definition, year, p10, p50, p90."""
    out: dict[str, dict[str, dict[str, float]]] = {}
    for key, values in shares.by_definition().items():
        low, mid, high = np.quantile(values[1 : n_draws + 1], [0.1, 0.5, 0.9], axis=0)
        out[key] = {
            str(year): {"p10": float(low[i]), "p50": float(mid[i]), "p90": float(high[i])}
            for i, year in enumerate(years)
        }
    return out


def balance_tables(
    national: balance.NationalBalance, shares: balance.SelfSufficiency, n_draws: int
) -> dict[str, pd.DataFrame]:
    """The central network by year, stocks by sector, and self-sufficiency by draw."""
    import pandas as pd

    years = national.years
    flows = [
        pd.DataFrame(
            {
                "year": years, "from": flow.src, "to": flow.dst, "material": flow.material,
                "quantity_t": flow.quantity_t[0],
                "p10_t": np.quantile(flow.quantity_t[1 : n_draws + 1], 0.1, axis=0),
                "p90_t": np.quantile(flow.quantity_t[1 : n_draws + 1], 0.9, axis=0),
            }
        )
        for flow in national.flows()
    ]  # fmt: skip
    stocks = [
        pd.DataFrame({"year": national.stock_years, "sector": s,
                      "in_use_t": national.in_use_by_sector_t[0, i]})
        for i, s in enumerate(national.sectors)
    ]  # fmt: skip
    draws = np.arange(n_draws + 1)
    long = [
        pd.DataFrame(
            {
                "definition": key, "draw": np.repeat(draws, len(years)),
                "year": np.tile(years, len(draws)), "share": values[: n_draws + 1].ravel(),
            }
        )
        for key, values in shares.by_definition().items()
    ]  # fmt: skip
    return {
        "balance": pd.concat(flows, ignore_index=True),
        "in_use": pd.concat(stocks, ignore_index=True),
        "self_sufficiency": pd.concat(long, ignore_index=True),
    }


def record_targets(
    results: Results, country: str, judged: Sequence[tuple[balance.TargetResult, str]]
) -> list[dict[str, Any]]:
    """Probabilities into the results; every target as ``--json`` prints it."""
    out = []
    for found, name in judged:
        target = found.target
        if found.probability is not None:
            results.scalar(
                BASELINE, country, f"target.{name}.probability", "1", "targets", found.probability
            )
        out.append(
            {
                "id": name, "label": target.label, "status": found.status,
                "comparator": target.comparator, "threshold": target.threshold,
                "unit": target.unit, "years": list(target.years),
                "probability": found.probability,
                "probability_rounded": found.probability_rounded,
                "central": found.central, "p10": found.p10, "p50": found.p50, "p90": found.p90,
                "key": f"{country}.target.{name}.probability" if found.probability is not None
                else "",
            }
        )  # fmt: skip
    return out
