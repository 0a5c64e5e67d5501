"""Deposit and pit of one asset, built once at the central case: a pure function."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield import deposit, pit
from orefield.core import BlockModel, ModelError
from orefield.environment import pit_outline_area_m2
from orefield.pipeline.asset_inputs import AssetInputs, CaveInputs
from orefield.pipeline.drilled import Fields, drilled_geology
from orefield.pit.unit_plan import UnitPlan, plan_units
from orefield.pit.unit_problem import in_pieces
from orefield.study import stream

if TYPE_CHECKING:
    import pandas as pd

LIFE_YEARS = 60
"""Span (years) over which plans of a pit are compared; longer lives are cut there, where
a discount of 8 % a year leaves one per cent of value."""

STEADY_COSTS = 0.05
"""Share of NPV given up for a mill feed that does not swing between pushbacks."""


@dataclass(frozen=True)
class AssetBuild:
    """What later stages and the report need of an asset's deposit and pit.

    Attributes
    ----------
    asset : str
    note : str
        What the geology is, e.g. stand-in.
    blocks : int
    published, modelled : mapping of str to float
        ``ore_t, cu_pct, cu_t, mo_pct, ag_gpt, au_gpt`` above the cut-off; ``published`` is
        empty where nothing was published of a real deposit.
    realised : RealisedUnits
        Mining units, of an open pit in the pieces that its plan orders; and, where the deposit
        was simulated, their metal in each realisation.
    order : int array
        Order in which units are mined.
    plan : UnitPlan or None
        Of an open pit: the order's value, and the bound that it is held against.
    facts : mapping of str to float
        Scalars: block size, pit tonnages, strip ratio, areas, NPVs, slopes, ...
    grade_tonnage, shells : DataFrame
    sections : mapping of str to ndarray
        Vertical sections through the pit for figures, ``(nz, nx)``.
    seconds : mapping of stage to float
    """

    asset: str
    note: str
    method: str
    blocks: int
    published: dict[str, float]
    modelled: dict[str, float]
    realised: pit.RealisedUnits
    order: NDArray[np.int32]
    plan: UnitPlan | None
    facts: dict[str, float]
    grade_tonnage: pd.DataFrame
    shells: pd.DataFrame
    sections: dict[str, NDArray[np.float32]]
    seconds: dict[str, float]

    @property
    def units(self) -> pit.MiningUnits:
        """Mining units as estimated."""
        return self.realised.units


def build_asset(
    inputs: AssetInputs, seed: int, blocks_path: Path | None, *, with_pit: bool = True
) -> AssetBuild:
    """Block model, ultimate pit, shells, phases, units and order of an asset.

    Parameters
    ----------
    inputs : AssetInputs
        See :func:`orefield.pipeline.asset_inputs.asset_inputs`.
    seed : int
        Of the run; the asset's stream is derived from it and the asset's name.
    blocks_path : Path or None
        Where to write the block model (Parquet, float32); not written when None.
    with_pit : bool
        False stops after the deposit: units are the whole deposit as one phase.

    Raises
    ------
    OrefieldError
        When the deposit cannot meet its inventory, or no pit pays.
    """
    started = time.perf_counter()
    model, realisations = _geology(inputs, seed)
    published, modelled = _inventories(inputs, model)
    curve = deposit.grade_tonnage(model)
    deposit_s = time.perf_counter() - started
    started = time.perf_counter()
    plan = _plan(inputs, model, seed) if with_pit else _undesigned(inputs, model)
    realised = pit.RealisedUnits(plan.units, _realised_metal_t(plan, model, realisations))
    facts = {
        **plan.facts,
        "block_x_m": model.grid.size[0],
        "block_y_m": model.grid.size[1],
        "block_z_m": model.grid.size[2],
        "design_ore_tpy": inputs.design_ore_tpy,
        "published_cutoff_cu_pct": inputs.cutoff_cu_pct,
        "published_inventory": float(isinstance(inputs.geology, deposit.StandInSpec)),
    }
    if blocks_path is not None:
        fields = {name: np.asarray(v, dtype=np.float32) for name, v in model.fields.items()}
        fields["shell"] = plan.shell.astype(np.float32)
        BlockModel(model.grid, fields, model.note).to_parquet(blocks_path)
    return AssetBuild(
        asset=inputs.asset,
        note=model.note,
        method="block_cave" if inputs.cave else "open_pit",
        blocks=model.grid.n,
        published=published,
        modelled=modelled,
        realised=realised,
        order=plan.order,
        plan=plan.unit_plan,
        facts=facts,
        grade_tonnage=curve,
        shells=plan.table,
        sections=_sections(model, plan.shell),
        seconds={"deposit": deposit_s, "pit": time.perf_counter() - started},
    )


def _inventories(
    inputs: AssetInputs, model: BlockModel
) -> tuple[dict[str, float], dict[str, float]]:
    """What was published of the deposit, and what the model has above the cut-off."""
    if inputs.inventory is None:
        return {}, deposit.measure(model, inputs.cutoff_cu_pct).as_dict()
    report = deposit.compare(model, inputs.inventory)
    if isinstance(inputs.geology, deposit.StandInSpec):
        # real blocks are what they are; a stand-in has only its inventory to be true to
        report.require()
    found = report.as_dict()
    return found["published"], found["modelled"]


def _geology(inputs: AssetInputs, seed: int) -> tuple[BlockModel, Iterable[Fields]]:
    """The block model of an asset, and what realisations of it say instead of its fields."""
    geology = inputs.geology
    if isinstance(geology, deposit.StandInSpec):
        return deposit.stand_in(geology, seed), []
    if geology.drill_holes is not None:
        drilled = drilled_geology(geology.drill_holes, geology.density_t_m3, seed, inputs.asset)
        return drilled.model, drilled.realisations()
    if geology.blocks is not None:
        return deposit.read_block_model(geology.blocks, geology.grid), []
    if geology.composites is None or geology.grid is None:
        raise ModelError(
            "composites need a grid",
            where=str(geology.composites),
            fix="give origin_m, size_m and shape beside composites",
        )
    model = deposit.inverse_distance(
        deposit.read_composites(geology.composites),
        geology.grid,
        search_radius_m=geology.search_radius_m,
        density_t_m3=geology.density_t_m3,
    )
    return model, []


def _realised_metal_t(
    plan: _Plan, model: BlockModel, realisations: Iterable[Fields]
) -> NDArray[np.float64]:
    """Metal of the plan's units in each realisation, shape (r, u, k, 4)."""
    found = [plan.gather(model.with_fields(**fields)).metal_t for fields in realisations]
    return np.array(found).reshape(len(found), *plan.units.metal_t.shape)


@dataclass(frozen=True)
class _Plan:
    shell: NDArray[np.int16]
    units: pit.MiningUnits
    order: NDArray[np.int32]
    facts: dict[str, float]
    table: pd.DataFrame
    gather: Callable[[BlockModel], pit.MiningUnits]
    """The same units of a model with other grades."""
    unit_plan: UnitPlan | None = None


def _plan(inputs: AssetInputs, model: BlockModel, seed: int) -> _Plan:
    if inputs.cave is not None:
        return _cave_plan(inputs, inputs.cave, model)
    return _pit_plan(inputs, model, seed)


def _pit_plan(inputs: AssetInputs, model: BlockModel, seed: int) -> _Plan:
    economics = inputs.economics
    pattern = pit.slope_pattern(model.grid, inputs.slope_deg)
    shell = pit.nested_shells(model, economics, pattern, inputs.revenue_factors)
    rock = model.tonnes()
    shell_rock = pit.shell_totals(shell, rock, len(inputs.revenue_factors))
    if shell_rock.sum() <= 0:
        raise ModelError(
            f"no pit pays at {inputs.asset} under the planning prices",
            fix="check prices and costs of the study, or leave the asset out of [assets]",
        )
    groups = pit.choose_phases(
        shell_rock,
        n_phases=max(1, round(1.0 / inputs.min_phase_share)),
        min_rock_t=inputs.min_phase_share * float(shell_rock.sum()) * 0.5,
    )
    phase = pit.phase_of_blocks(shell, groups)
    inside = phase >= 0
    cu = np.asarray(model["cu_pct"], dtype=np.float64)
    cutoff = pit.breakeven_cu_pct(economics)
    # bins by what a tonne returns, so that bins go to mill or dump as their blocks would;
    # the cut-off stands above breakeven: a full mill takes the better ore
    nsr = pit.block_nsr_usd_t(model, economics)
    feeding = economics.mill_cost_usd_t * inputs.cutoff_uplift
    edges = pit.grade_edges(nsr[inside], rock[inside], feeding)

    def gathered(of: BlockModel) -> pit.MiningUnits:
        return pit.mining_units(of, phase, economics, edges, bin_by=nsr)

    units = gathered(model)
    mill = inputs.design_ore_tpy
    pit_ore_t = float(rock[inside & (nsr > feeding)].sum())
    strip = float(rock[inside].sum()) / max(pit_ore_t, 1.0)
    mine = mill * strip * inputs.strip_headroom
    years = range(1, LIFE_YEARS + 1)
    plan_inputs = pit.ScheduleInputs.of(
        economics, list(years), np.full((1, LIFE_YEARS), mill), np.full((1, LIFE_YEARS), mine),
        mill_cost_usd_t=feeding,
    )  # fmt: skip
    lag = pit.choose_lag(units, plan_inputs, inputs.discount_rate, value_tolerance=STEADY_COSTS)
    # the cut-off decides what is milled; what that is worth counts milling at its cost
    plan = plan_units(
        units, plan_inputs, inputs.discount_rate, milling_usd_t=economics.mill_cost_usd_t,
        lag=lag, rng=stream(seed, "plan", inputs.asset),
    )  # fmt: skip
    units, order = plan.units, plan.order
    opening = pit.prestrip_rock_t(units, order, plan_inputs, mill_t=mill, mine_t=mine, years=5.0)
    stripped = pit.ScheduleInputs.of(
        economics, list(years), np.full((1, LIFE_YEARS), mill), np.full((1, LIFE_YEARS), mine),
        opening_rock_t=opening, mill_cost_usd_t=feeding,
    )  # fmt: skip
    bracket = pit.npv_bracket(
        model, shell, groups, economics, edges, plan_inputs, lag, inputs.discount_rate, bin_by=nsr,
        specified=(units, order), milling_usd_t=economics.mill_cost_usd_t,
    )  # fmt: skip
    result = pit.schedule(units, order, stripped)
    facts = {
        "pit_rock_t": float(rock[inside].sum()),
        "pit_ore_t": pit_ore_t,
        "pit_cu_t": float((rock * cu / 100)[inside].sum()),
        "strip_ratio": strip - 1.0,
        "cutoff_cu_pct": cutoff,
        "phases": float(groups.max() + 1),
        "lag_benches": float(lag),
        "prestrip_rock_t": opening,
        "pit_area_m2": pit_outline_area_m2(model.grid, inside),
        "slope_too_steep_deg": pattern.too_steep_deg,
        "npv_worst_usd": bracket.worst_usd,
        "npv_specified_usd": bracket.specified_usd,
        "npv_best_usd": bracket.best_usd,
        "life_y": float((result.ore_t[0] > 0).sum()),
    }
    table = _shell_table(inputs, model, shell, groups)
    return _Plan(
        shell, units, order, facts, table, lambda of: in_pieces(gathered(of), plan.pieces), plan
    )


def _cave_plan(inputs: AssetInputs, heights: CaveInputs, model: BlockModel) -> _Plan:
    economics = inputs.economics
    cave = pit.block_cave(
        model,
        economics,
        production_level_m=heights.production_level_m,
        min_height_m=heights.min_height_m,
        max_height_m=heights.max_height_m,
    )

    def gathered(of: BlockModel) -> pit.MiningUnits:
        return pit.mining_units(of, cave.phase, economics, [], upwards=True, selective=False)

    units = gathered(model)
    mill = inputs.design_ore_tpy
    plan_inputs = pit.ScheduleInputs.of(
        economics, list(range(1, LIFE_YEARS + 1)), np.full((1, LIFE_YEARS), mill),
        np.full((1, LIFE_YEARS), mill),
    )  # fmt: skip
    order = units.phase_by_phase()
    npv = float(pit.schedule(units, order, plan_inputs).npv_usd(inputs.discount_rate)[0])
    drawn = cave.phase >= 0
    rock = model.tonnes()
    cu = np.asarray(model["cu_pct"], dtype=np.float64)
    facts = {
        "pit_rock_t": float(rock[drawn].sum()),
        "pit_ore_t": float(rock[drawn].sum()),
        "pit_cu_t": float((rock * cu / 100)[drawn].sum()),
        "strip_ratio": 0.0,
        "cutoff_cu_pct": pit.breakeven_cu_pct(economics),
        "phases": float(cave.phase.max() + 1),
        "lag_benches": 0.0,
        "prestrip_rock_t": 0.0,
        "pit_area_m2": pit_outline_area_m2(model.grid, drawn),
        "slope_too_steep_deg": 0.0,
        # a cave has one order in this version: nothing brackets it
        "npv_worst_usd": npv,
        "npv_specified_usd": npv,
        "npv_best_usd": npv,
        "life_y": float(np.ceil(rock[drawn].sum() / mill)),
    }
    groups = np.arange(int(cave.phase.max()) + 1, dtype=np.int16)
    table = _shell_table(inputs, model, cave.phase, groups)
    return _Plan(cave.phase, units, order, facts, table, gathered)


def _undesigned(inputs: AssetInputs, model: BlockModel) -> _Plan:
    phase = np.where(model.tonnes() > 0, 0, -1).astype(np.int16)

    def gathered(of: BlockModel) -> pit.MiningUnits:
        return pit.mining_units(of, phase, inputs.economics, [])

    units, nowhere = gathered(model), np.full(model.grid.n, -1, np.int16)
    table = _shell_table(inputs, model, nowhere, np.zeros(0, np.int16))
    return _Plan(nowhere, units, units.order(0), {}, table, gathered)


def _shell_table(
    inputs: AssetInputs,
    model: BlockModel,
    shell: NDArray[np.int16],
    groups: NDArray[np.int16],
) -> pd.DataFrame:
    """Pit by pit: rock, ore, metal and undiscounted value, cumulative from the inside."""
    import pandas as pd

    n = len(groups)
    rock = model.tonnes()
    cu = np.asarray(model["cu_pct"], dtype=np.float64)
    pays = pit.block_nsr_usd_t(model, inputs.economics) > inputs.economics.mill_cost_usd_t
    ore = np.where(pays, rock, 0.0)
    value = pit.block_value_usd(model, inputs.economics)
    columns = {
        name: np.cumsum(pit.shell_totals(shell, quantity, n)) if n else np.zeros(0)
        for name, quantity in (
            ("rock_t", rock), ("ore_t", ore), ("cu_t", ore * cu / 100), ("value_usd", value)
        )
    }  # fmt: skip
    factors = inputs.revenue_factors if inputs.cave is None else tuple(np.arange(1.0, n + 1))
    return pd.DataFrame(
        {"shell": np.arange(n), "revenue_factor": np.asarray(factors[:n]), "phase": groups,
         **columns}
    )  # fmt: skip


def _sections(model: BlockModel, shell: NDArray[np.int16]) -> dict[str, NDArray[np.float32]]:
    """East-west section through the column of most copper, with air as NaN."""
    nx, ny, nz = model.grid.shape
    metal = model.tonnes() * np.asarray(model["cu_pct"], dtype=np.float64)
    row = int(np.argmax(metal.reshape(nz, ny, nx).sum(axis=(0, 2))))
    rock = np.asarray(model.get("rock_fraction", 1.0)).reshape(nz, ny, nx)[:, row, :] > 0
    x, _, z = model.grid.local_axes()
    out = {"x_m": x.astype(np.float32), "z_m": z.astype(np.float32)}
    for name, values in (("cu_pct", np.asarray(model["cu_pct"])), ("shell", shell)):
        cut = values.reshape(nz, ny, nx)[:, row, :].astype(np.float32)
        out[name] = np.where(rock, cut, np.float32("nan"))
    return out
