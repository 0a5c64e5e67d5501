"""What an asset takes from and leaves in its surroundings, by draw and year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield import environment, plant
from orefield.pipeline.asset_build import AssetBuild
from orefield.study import Draws, Parameters

Floats = NDArray[np.float64]


def asset_environment(
    parameters: Parameters,
    draws: Draws,
    build: AssetBuild,
    ore_t: Floats,
    waste_t: Floats,
    made: plant.PlantResult,
) -> dict[str, Floats]:
    asset = build.asset

    def drawn(name: str) -> Floats:
        return draws.get(f"{asset}.environment.{name}")[:, None]

    stored = environment.TailingsFacility(drawn("tailings_density_t_m3")).store(made.tailings.dry_t)
    energy = environment.energy_use(
        ore_t,
        waste_t,
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
    ).disturbed(build.facts.get("pit_area_m2", 0.0), waste_t, stored.cumulative_m3)
    water = environment.WaterUse(drawn("water_m3_t")).make_up_m3(ore_t)
    return {
        "tailings_m3": np.asarray(stored.volume_m3),
        "water_m3": water,
        "electricity_kwh": energy.electricity_kwh,
        "diesel_l": energy.diesel_l,
        "co2_scope1_t": carbon.scope1_t,
        "co2_scope2_t": carbon.scope2_t,
        "land_m2": land.total_m2,
    }
