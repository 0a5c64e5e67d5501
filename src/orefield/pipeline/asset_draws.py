"""An asset under all draws of a scenario: schedule, plant, environment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from orefield import pit, plant
from orefield.pipeline import history
from orefield.pipeline.asset_build import AssetBuild
from orefield.pipeline.asset_environment import asset_environment
from orefield.pipeline.asset_inputs import economics
from orefield.pipeline.capacity import Development, decimal_year, yearly_capacity
from orefield.pipeline.stripping import with_prestrip
from orefield.study import NEVER, Draws, Parameters, Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AssetDraws:
    """Yearly results of an asset, arrays of shape (D, T) unless said otherwise.

    Attributes
    ----------
    asset : str
    schedule : Schedule
        Held to published output in the years that have one.
    flows : AssetFlows
        For the ledger.
    capacity_t : ndarray
        Ore capacity by the dated developments, before utilisation.
    blind_cu_t : ndarray of shape (T,)
        Copper of the central case when nothing is held to published output.
    published_cu_t : ndarray of shape (T,)
        NaN where none was published.
    opening_t : float
        Rock dug before the first year, or stripped before the start of a new mine.
    npv_usd : ndarray of shape (D,)
        Before capital and tax, discounted to the start of the first year.
    columns : mapping of str to ndarray
        Everything that goes to the results, by field name.
    """

    asset: str
    schedule: pit.Schedule
    flows: plant.AssetFlows
    capacity_t: Floats
    blind_cu_t: Floats
    published_cu_t: Floats
    opening_t: float
    npv_usd: Floats
    columns: Mapping[str, Floats]


def simulate_asset(
    study: Study,
    parameters: Parameters,
    draws: Draws,
    build: AssetBuild,
    opening_t: float | None = None,
) -> AssetDraws:
    """Schedule, process and account for an asset in every draw.

    Parameters
    ----------
    study : Study
        Gives years, dates and claims.
    parameters : Parameters
        Of the scenario.
    draws : Draws
        Of the same parameters.
    build : AssetBuild
        Deposit and plan of the asset.
    opening_t : float, optional
        Rock dug before the first year, as an earlier scenario of the same study found it;
        matched to published output when left out.

    Raises
    ------
    OrefieldError
        For parameters out of range.
    """
    asset, years = build.asset, study.years
    capacity = _capacity(study, parameters, draws, asset)
    published = history.published_output(parameters, asset, study)
    utilisation = draws.get(f"{asset}.plant.utilisation")
    base = _inputs(study, parameters, draws, build, capacity)
    alone = replace(pit.central(base), mill_cap_t=capacity[:1] * utilisation[:1, None])
    target = history.targets(study, parameters, draws, asset, published)
    free = np.isnan(target)
    # first pass: what throughput do the published outputs imply?
    held = replace(
        base,
        mill_cap_t=np.where(free, capacity * utilisation[:, None], capacity),
        target_cu_t=target,
        overdrive=parameters.number(f"{asset}.plant.overdrive"),
    )
    if opening_t is None:
        planned = build.facts.get("prestrip_rock_t", 0.0)
        opening_t = history.match_opening(build, alone, pit.central(held), published, planned)
    # what never starts is never stripped; the opening is a share of the rock in every draw
    opening = np.where(capacity.max(axis=1) > 0, opening_t * base.tonnage_factor, 0.0)
    held = replace(held, opening_rock_t=opening)
    blind = pit.schedule(build.units, build.order, replace(alone, opening_rock_t=opening[:1]))
    # nobody knows the deposit beforehand: every draw mines the one plan, in its own realisation
    which = build.realised.of_draws(draws.n, draws.columns)
    first = pit.schedule_realised(build.realised, which, build.order, held)
    used = history.implied_utilisation(first.ore_t, capacity, free, utilisation)
    # second pass: years without a published figure run at that utilisation
    final = replace(held, mill_cap_t=np.where(free, capacity * used[:, None], capacity))
    result = pit.schedule_realised(build.realised, which, build.order, final)

    metal_t = build.realised.total_metal_t(which)
    stripped = with_prestrip(build.units.total_rock_t, metal_t, final, result, capacity)
    feed = _material(result.ore_t, result.ore_metal_t)
    mill = plant.Concentrator(
        concentrate_cu_pct=draws.get(f"{asset}.plant.concentrate_cu_pct")[:, None],
        mo_concentrate_mo_pct=parameters.number(f"{asset}.plant.mo_concentrate_mo_pct"),
        mo_recovery=draws.get(f"{asset}.plant.mo_recovery")[:, None],
        ag_recovery=draws.get(f"{asset}.plant.ag_recovery")[:, None],
        au_recovery=draws.get(f"{asset}.plant.au_recovery")[:, None],
    )
    made = mill.process(
        feed,
        result.recovered_t[..., 0],
        mo_recovered_t=result.recovered_t[..., 1],
        ag_recovered_t=result.recovered_t[..., 2],
        au_recovered_t=result.recovered_t[..., 3],
    )
    flows = plant.AssetFlows(
        asset=asset,
        years=np.asarray(years),
        draws=np.arange(draws.columns),
        waste=_material(stripped.waste_t, stripped.waste_metal_t),
        remaining=_material(stripped.left_t, stripped.metal_left_t),
        plant=made,
    )
    columns = _columns(result, made, capacity, stripped.waste_t)
    # the schedule weighed ore against a cut-off above breakeven; milling costs what it costs
    milling = _milling_usd_t(draws, asset)[:, None] * result.ore_t
    columns["cash_flow_usd"] = result.nsr_usd - result.mining_usd - milling
    columns.update(
        asset_environment(parameters, draws, build, result.ore_t, stripped.waste_t, made)
    )
    return AssetDraws(
        asset=asset,
        schedule=result,
        flows=flows,
        capacity_t=capacity,
        blind_cu_t=blind.recovered_t[0, :, 0],
        published_cu_t=published,
        opening_t=opening_t,
        npv_usd=_npv(columns["cash_flow_usd"], draws.get("finance.discount_rate")),
        columns=MappingProxyType(columns),
    )


def _capacity(study: Study, parameters: Parameters, draws: Draws, asset: str) -> Floats:
    as_of = decimal_year(study.document.study.as_of)
    delay = draws.get(f"{asset}.development.delay_y")
    developments = []
    for phase in parameters.groups(f"{asset}.development"):
        if phase == "delay_y":
            continue  # an asset's own delay stands among its phases
        start = parameters.date(f"{asset}.development.{phase}.start")
        rate = _ore_tpy(parameters, draws, asset, phase)
        announced = start != NEVER and decimal_year(start) > as_of
        developments.append(
            Development(phase, start, rate, delay if announced else np.zeros(draws.columns))
        )
    return yearly_capacity(
        developments,
        study.years,
        draws.get(f"{asset}.plant.ramp_months"),
        parameters.number(f"{asset}.plant.ramp_start"),
    )


def _ore_tpy(parameters: Parameters, draws: Draws, asset: str, phase: str) -> Floats:
    """Ore capacity (t/y) of an operation from a development on, in every draw."""
    stem = f"{asset}.development.{phase}"
    if parameters.has(f"{stem}.ore_tpy"):
        return draws.get(f"{stem}.ore_tpy")
    return draws.get(f"{stem}.ore_tpd") * draws.get(f"{asset}.plant.operating_days")


def _inputs(
    study: Study, parameters: Parameters, draws: Draws, build: AssetBuild, capacity: Floats
) -> pit.ScheduleInputs:
    asset = build.asset
    central = economics(parameters, asset)
    cost = "cost.caving_usd_t" if build.method == "block_cave" else "cost.mining_usd_t"

    def drawn(name: str) -> Floats:
        return draws.get(f"{asset}.{name}")

    grade = drawn("resource.grade_factor")
    # a realisation brings its own grades: the assumed error of an estimate is not added to it
    grade = np.where(build.realised.of_draws(draws.n, draws.columns) == pit.ESTIMATE, grade, 1.0)
    rock_per_ore = build.facts["pit_rock_t"] / max(build.facts["pit_ore_t"], 1.0)
    dig = rock_per_ore * drawn("mine.strip_headroom") if build.method == "open_pit" else np.ones(1)
    return pit.ScheduleInputs.of(
        central,
        list(study.years),
        capacity,
        capacity * np.broadcast_to(dig, (draws.columns,))[:, None],
        n_draws=draws.columns,
        net_usd_t=_net(central, draws)[:, None, :],
        mill_cost_usd_t=_milling_usd_t(draws, asset)
        * parameters.number(f"{asset}.mine.cutoff_uplift"),
        mining_factor=drawn(cost) / parameters.number(f"{asset}.{cost}"),
        tonnage_factor=drawn("resource.tonnage_factor"),
        # by-products are known no better than copper, and vary with it
        grade_factor=np.repeat(grade[:, None], 4, axis=1),
        tail_pct=drawn("plant.tail_cu_pct"),
        cu_recovery_max=parameters.number(f"{asset}.plant.cu_recovery_max"),
        byproduct_recovery=np.stack(
            [drawn(f"plant.{metal}_recovery") for metal in ("mo", "ag", "au")], axis=1
        ),
    )


def _milling_usd_t(draws: Draws, asset: str) -> Floats:
    return draws.get(f"{asset}.cost.processing_usd_t") + draws.get(f"{asset}.cost.ga_usd_t")


def _net(central: pit.Economics, draws: Draws) -> Floats:
    """Net smelter return per tonne of recovered metal in each draw, shape (D, 4)."""
    price = np.stack(
        [draws.get(f"price.{metal}_usd_t") for metal in ("cu", "mo", "ag", "au")], axis=1
    )
    treatment = draws.get("terms.treatment_usd_t_conc")
    refining = draws.get("terms.refining_cu_usd_t")
    royalty = draws.get("terms.royalty")
    out = np.empty_like(price)
    for d in range(draws.columns):
        terms = replace(
            central,
            treatment_usd_t_conc=float(treatment[d]),
            refining_cu_usd_t=float(refining[d]),
            royalty=float(royalty[d]),
        )
        out[d] = terms.net_usd_t(price[d])
    return out


def _material(dry_t: Floats, metal_t: Floats) -> plant.Material:
    return plant.Material(dry_t, *(np.ascontiguousarray(metal_t[..., m]) for m in range(4)))


def _columns(
    result: pit.Schedule, made: plant.PlantResult, capacity: Floats, waste_t: Floats
) -> dict[str, Floats]:
    recovery = np.zeros_like(result.ore_t)
    np.divide(
        result.recovered_t[..., 0], result.ore_metal_t[..., 0], out=recovery,
        where=result.ore_metal_t[..., 0] > 0,
    )  # fmt: skip
    used = np.zeros_like(result.ore_t)
    np.divide(result.ore_t, capacity, out=used, where=capacity > 0)
    return {
        "mill_cap_t": capacity,
        "ore_t": result.ore_t,
        "waste_t": waste_t,
        "mill_utilisation": used,
        "cu_pct": result.head_cu_pct,
        "cu_in_ore_t": result.ore_metal_t[..., 0],
        "cu_recovery": recovery,
        "cu_recovered_t": result.recovered_t[..., 0],
        "mo_recovered_t": result.recovered_t[..., 1],
        "ag_recovered_t": result.recovered_t[..., 2],
        "au_recovered_t": result.recovered_t[..., 3],
        "concentrate_t": np.asarray(made.copper_concentrate.dry_t),
        "mo_concentrate_t": np.asarray(made.molybdenum_concentrate.dry_t),
        "tailings_t": np.asarray(made.tailings.dry_t),
    }


def _npv(cash_usd: Floats, rate: Floats) -> Floats:
    factor = (1.0 + rate[:, None]) ** -(np.arange(cash_usd.shape[1]) + 0.5)
    npv: Floats = (cash_usd * factor).sum(axis=1)
    return npv
