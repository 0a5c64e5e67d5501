"""An asset under all draws of a scenario: schedule, plant, environment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from orefield import environment, pit, plant
from orefield.pipeline.asset_build import AssetBuild
from orefield.pipeline.asset_inputs import development_ore_tpy, economics
from orefield.pipeline.capacity import Development, decimal_year, yearly_capacity
from orefield.study import NEVER, Draws, Parameters, Study, stream
from orefield.study.distributions import quantile

Floats = NDArray[np.float64]

SMOOTH_YEARS = 3
"""Years of inferred throughput that set the throughput of the years to come."""


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
    npv_usd: Floats
    columns: Mapping[str, Floats]


def simulate_asset(
    study: Study, parameters: Parameters, draws: Draws, build: AssetBuild
) -> AssetDraws:
    """Schedule, process and account for an asset in every draw.

    Raises
    ------
    OrefieldError
        For parameters out of range.
    """
    asset, years = build.asset, study.years
    capacity = _capacity(study, parameters, draws, asset)
    published = _published(parameters, asset, study)
    base = _inputs(study, parameters, draws, build, capacity)
    target = _targets(study, parameters, draws, asset, published)
    overdrive = parameters.number(f"{asset}.plant.overdrive")
    utilisation = draws.get(f"{asset}.plant.utilisation")
    free = np.isnan(target)

    # first pass: what throughput do the published outputs imply?
    held = replace(
        base, mill_cap_t=np.where(free, capacity * utilisation[:, None], capacity),
        target_cu_t=target, overdrive=overdrive,
    )  # fmt: skip
    first = pit.schedule(build.units, build.order, held)
    used = _implied_utilisation(first.ore_t, capacity, free, utilisation)
    # second pass: years without a published figure run at that utilisation
    final = replace(held, mill_cap_t=np.where(free, capacity * used[:, None], capacity))
    result = pit.schedule(build.units, build.order, final)

    alone = pit.central(base)
    blind_inputs = replace(alone, mill_cap_t=capacity[:1] * utilisation[:1, None])
    blind = pit.schedule(build.units, build.order, blind_inputs)

    feed = _feed(result)
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
        waste=_material(result.waste_t, result.waste_metal_t),
        remaining=_material(
            np.concatenate([result.opening_rock_t[:, None], result.rock_left_t], axis=1),
            np.concatenate([result.opening_metal_t[:, None], result.metal_left_t], axis=1),
        ),
        plant=made,
    )
    columns = _columns(result, made, capacity)
    columns.update(_environment(parameters, draws, build, result, made))
    return AssetDraws(
        asset=asset,
        schedule=result,
        flows=flows,
        capacity_t=capacity,
        blind_cu_t=blind.recovered_t[0, :, 0],
        published_cu_t=published,
        npv_usd=_npv(result, draws.get("finance.discount_rate")),
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
        rate = development_ore_tpy(parameters, asset, phase)
        announced = start != NEVER and decimal_year(start) > as_of
        developments.append(
            Development(
                phase, start, np.full(draws.columns, rate),
                delay if announced else np.zeros(draws.columns),
            )
        )  # fmt: skip
    return yearly_capacity(
        developments,
        study.years,
        draws.get(f"{asset}.plant.ramp_months"),
        parameters.number(f"{asset}.plant.ramp_start"),
    )


def _published(parameters: Parameters, asset: str, study: Study) -> Floats:
    out = np.full(len(study.years), np.nan)
    if parameters.has(f"{asset}.published.output_cu_t"):
        series = parameters.series(f"{asset}.published.output_cu_t")
        for i, year in enumerate(study.years):
            if year <= study.document.study.history_to and year in series:
                out[i] = series[year]
    return out


def _targets(
    study: Study, parameters: Parameters, draws: Draws, asset: str, published: Floats
) -> Floats:
    """Published output with its error in every draw; the central case takes it as it is."""
    target = np.tile(published, (draws.columns, 1))
    row = parameters.find(f"{asset}.published.output_cu_t")
    if row is None:
        return target
    for i, year in enumerate(study.years):
        if not np.isfinite(published[i]):
            continue
        claim = study.evidence.claim(row.year_evidence[year].removeprefix("claim:"))
        mark = str(claim.mark)
        half = parameters.number(f"published.error_{mark}")
        rng = stream(draws.seed, "published", asset, str(year))
        u = (rng.permutation(draws.n) + rng.random(draws.n)) / draws.n
        error = quantile("normal", 1.0, 1.0 - half, 1.0 + half, np.clip(u, 1e-9, 1 - 1e-9))
        target[1 : draws.n + 1, i] *= error
    return target


def _inputs(
    study: Study, parameters: Parameters, draws: Draws, build: AssetBuild, capacity: Floats
) -> pit.ScheduleInputs:
    asset = build.asset
    central = economics(parameters, asset)
    cost = "cost.caving_usd_t" if build.method == "block_cave" else "cost.mining_usd_t"

    def drawn(name: str) -> Floats:
        return draws.get(f"{asset}.{name}")

    grade = drawn("resource.grade_factor")
    rock_per_ore = build.facts["pit_rock_t"] / max(build.facts["pit_ore_t"], 1.0)
    dig = rock_per_ore * drawn("mine.strip_headroom") if build.method == "open_pit" else np.ones(1)
    # A mine at work when the study begins has been stripped; a new one starts from scratch.
    working = capacity[:, 0] > 0
    return pit.ScheduleInputs.of(
        central,
        list(study.years),
        capacity,
        capacity * np.broadcast_to(dig, (draws.columns,))[:, None],
        n_draws=draws.columns,
        net_usd_t=_net(central, draws)[:, None, :],
        mill_cost_usd_t=drawn("cost.processing_usd_t") + drawn("cost.ga_usd_t"),
        mining_factor=drawn(cost) / parameters.number(f"{asset}.{cost}"),
        tonnage_factor=drawn("resource.tonnage_factor"),
        # by-products are known no better than copper, and vary with it
        grade_factor=np.repeat(grade[:, None], 4, axis=1),
        tail_pct=drawn("plant.tail_cu_pct"),
        cu_recovery_max=parameters.number(f"{asset}.plant.cu_recovery_max"),
        byproduct_recovery=np.stack(
            [drawn(f"plant.{metal}_recovery") for metal in ("mo", "ag", "au")], axis=1
        ),
        opening_rock_t=np.where(working, build.facts["prestrip_rock_t"], 0.0),
    )


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


def _implied_utilisation(
    ore_t: Floats, capacity: Floats, free: NDArray[np.bool_], fallback: Floats
) -> Floats:
    """Throughput over capacity in the last held years of each draw, shape (D,).

    Years in which capacity changed within the year are kept: their capacity is a mean.
    Draws without a held year keep their assumed utilisation, and the assumed spread of
    utilisation is laid over the implied one.
    """
    held = ~free[0] & (capacity[0] > 0)
    last = np.flatnonzero(held)[-SMOOTH_YEARS:]
    if last.size == 0:
        return fallback
    implied = ore_t[:, last].sum(axis=1) / np.maximum(capacity[:, last].sum(axis=1), 1.0)
    return np.clip(implied, 0.3, 1.3) * fallback / fallback[0]


def _material(dry_t: Floats, metal_t: Floats) -> plant.Material:
    return plant.Material(dry_t, *(np.ascontiguousarray(metal_t[..., m]) for m in range(4)))


def _feed(result: pit.Schedule) -> plant.Material:
    return _material(result.ore_t, result.ore_metal_t)


def _columns(
    result: pit.Schedule, made: plant.PlantResult, capacity: Floats
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
        "waste_t": result.waste_t,
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
        "cash_flow_usd": result.cash_usd,
    }


def _environment(
    parameters: Parameters,
    draws: Draws,
    build: AssetBuild,
    result: pit.Schedule,
    made: plant.PlantResult,
) -> dict[str, Floats]:
    asset = build.asset

    def drawn(name: str) -> Floats:
        return draws.get(f"{asset}.environment.{name}")[:, None]

    stored = environment.TailingsFacility(drawn("tailings_density_t_m3")).store(
        made.tailings.dry_t
    )
    energy = environment.energy_use(
        result.ore_t,
        result.waste_t,
        electricity=environment.ElectricityUse(
            comminution_kwh_per_t=drawn("plant_kwh_t"),
            other_concentrator_kwh_per_t=0.0,
            conveying_kwh_per_t=0.0,
            mine_kwh_per_t=drawn("mine_kwh_t"),
        ),
        diesel=environment.DieselUse(
            base_l_per_t=drawn("diesel_l_t"),
            per_100m_depth_l_per_t=0.0,
            altitude_rise_per_1000m=drawn("diesel_altitude_per_1000m"),
            reference_altitude_m=2000.0,
        ),
        depth_m=0.0,
        altitude_m=parameters.number(f"{asset}.site.elevation_m"),
    )
    grid_row = parameters.row(f"{asset}.environment.grid_kgco2_kwh")
    official = any(e.startswith("claim:") for e in grid_row.evidence)
    carbon = environment.emissions(
        energy.diesel_l,
        energy.electricity_kwh,
        diesel_kgco2_per_l=parameters.number(f"{asset}.environment.diesel_kgco2_l"),
        grid=environment.GridFactor(
            drawn("grid_kgco2_kwh"),
            environment.FactorBasis.OFFICIAL if official else environment.FactorBasis.ASSUMPTION,
            grid_row.rule or grid_row.label or "see the study's parameters",
        ),
    )
    density = parameters.number(f"{asset}.geology.density_waste_t_m3")
    land = environment.LandUse(
        dump_density_t_m3=density / parameters.number(f"{asset}.environment.swell"),
        dump_mean_height_m=parameters.number(f"{asset}.environment.dump_height_m"),
        tailings_mean_depth_m=parameters.number(f"{asset}.environment.tailings_depth_m"),
        plant_site_m2=parameters.number(f"{asset}.environment.plant_site_m2"),
    ).disturbed(build.facts.get("pit_area_m2", 0.0), result.waste_t, stored.cumulative_m3)
    water = environment.WaterUse(drawn("water_m3_t")).make_up_m3(result.ore_t)
    return {
        "tailings_m3": np.asarray(stored.volume_m3),
        "water_m3": water,
        "electricity_kwh": energy.electricity_kwh,
        "diesel_l": energy.diesel_l,
        "co2_scope1_t": carbon.scope1_t,
        "co2_scope2_t": carbon.scope2_t,
        "land_m2": land.total_m2,
    }


def _npv(result: pit.Schedule, rate: Floats) -> Floats:
    factor = (1.0 + rate[:, None]) ** -(np.arange(result.cash_usd.shape[1]) + 0.5)
    npv: Floats = (result.cash_usd * factor).sum(axis=1)
    return npv
