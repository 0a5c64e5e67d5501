"""An asset's parameters as the frozen inputs of the deposit and pit stages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

from orefield.core import Grid, StudyError
from orefield.deposit import Centre, GradeContinuity, Inventory, StandInSpec
from orefield.pit import Economics
from orefield.study import GeologyFile, Parameters, Study

_Word = TypeVar("_Word", bound=str)

METHODS: Final[tuple[Literal["open_pit", "block_cave"], ...]] = ("open_pit", "block_cave")
SHAPES: Final[tuple[Literal["core", "shell"], ...]] = ("core", "shell")

UNTOLD_BLOCKS = 500_000
"""Blocks that a file is taken to hold before it is read."""

INVENTORY_KEYS = ("ore_t", "cu_pct", "cu_t")

REVENUE_FACTORS = (
    0.08, 0.10, 0.12, 0.14, 0.16, 0.18, 0.20, 0.22, 0.24, 0.26, 0.28, 0.30, 0.33, 0.36, 0.40,
    0.45, 0.50, 0.55, 0.60, 0.70, 0.80, 0.90, 1.0,
)  # fmt: skip
"""Factors of the nested shells; 1 is the ultimate pit at the planning price. They stand
close together at the low end, where the small rich pits are that a mine starts with."""


@dataclass(frozen=True, slots=True)
class Geology:
    """Real blocks, drill holes or composites that a study names for an asset."""

    blocks: Path | None
    drill_holes: Path | None
    composites: Path | None
    grid: Grid | None
    density_t_m3: float
    search_radius_m: float


@dataclass(frozen=True, slots=True)
class CaveInputs:
    """What a block cave needs besides economics."""

    production_level_m: float
    min_height_m: float
    max_height_m: float


@dataclass(frozen=True)
class AssetInputs:
    """Everything that the deposit and pit of one asset depend on, and nothing else.

    ``geology`` is that of a stand-in, or names real geology. ``inventory`` is what was published
    of the deposit; for real geology it may be nothing.
    """

    asset: str
    cutoff_cu_pct: float
    inventory: Inventory | None
    geology: StandInSpec | Geology
    economics: Economics
    slope_deg: float
    cave: CaveInputs | None
    min_phase_share: float
    discount_rate: float
    design_ore_tpy: float
    strip_headroom: float
    cutoff_uplift: float
    revenue_factors: tuple[float, ...] = REVENUE_FACTORS

    @property
    def blocks(self) -> int:
        """About how many blocks there will be: work and memory go by it."""
        if isinstance(self.geology, StandInSpec):
            return self.geology.target_blocks
        return self.geology.grid.n if self.geology.grid is not None else UNTOLD_BLOCKS


def inventory(parameters: Parameters, asset: str) -> Inventory:
    """The published inventory: two of ore, grade and metal, overrides first.

    Raises
    ------
    EvidenceError, ModelError
        When fewer than two are known, or those given contradict each other.
    """
    stem = f"{asset}.inventory"
    known = [name for name in INVENTORY_KEYS if parameters.has(f"{stem}.{name}")]
    # A study that overrides one figure means the other two to follow, not to contradict.
    known.sort(key=lambda name: parameters.row(f"{stem}.{name}").mark != "override")
    if any(parameters.row(f"{stem}.{name}").mark == "override" for name in known):
        known = known[:2]
    values = {name: parameters.number(f"{stem}.{name}") for name in known}
    extra = {
        name: parameters.number(f"{stem}.{name}")
        for name in ("mo_pct", "ag_gpt", "au_gpt")
        if parameters.has(f"{stem}.{name}")
    }
    return Inventory.published(
        cutoff_cu_pct=parameters.number(f"{stem}.cutoff_cu_pct"), subject=asset, **values, **extra
    )


def stand_in_spec(parameters: Parameters, asset: str) -> StandInSpec:
    """The stand-in porphyry of an asset."""
    stem = f"{asset}.geology"

    def number(name: str) -> float:
        return parameters.number(f"{stem}.{name}")

    def optional(name: str) -> float | None:
        return number(name) if parameters.has(f"{stem}.{name}") else None

    centres: tuple[Centre, ...] = (Centre(),)
    if parameters.has(f"{stem}.second_centre_size"):
        second = Centre(
            east_m=number("second_centre_east_m"),
            north_m=number("second_centre_north_m"),
            size=number("second_centre_size"),
        )
        centres = (Centre(), second)
    return StandInSpec(
        asset=asset,
        inventory=inventory(parameters, asset),
        length_m=optional("length_m"),
        width_m=optional("width_m"),
        height_m=optional("height_m"),
        depth_to_top_m=number("depth_to_top_m"),
        eroded_share=number("eroded_share"),
        upward_enrichment=number("upward_enrichment"),
        centres=centres,
        shape=_one_of(parameters, f"{stem}.shape", SHAPES),
        grade_cv=number("grade_cv"),
        continuity=GradeContinuity(
            nugget_share=number("nugget_share"),
            short_range_m=number("short_range_m"),
            long_range_m=number("long_range_m"),
            vertical_ratio=number("vertical_ratio"),
        ),
        density_ore_t_m3=number("density_ore_t_m3"),
        density_waste_t_m3=number("density_waste_t_m3"),
        density_cap_t_m3=number("density_cap_t_m3"),
        elevation_m=parameters.number(f"{asset}.site.elevation_m"),
        slope_deg=number("slope_deg"),
        relief_m=number("relief_m"),
        target_blocks=int(number("target_blocks")),
        bench_height_m=parameters.number(f"{asset}.mine.bench_height_m"),
        wall_angle_deg=parameters.number(f"{asset}.mine.slope_deg"),
    )


def _one_of(parameters: Parameters, key: str, allowed: tuple[_Word, ...]) -> _Word:
    """The word that a text parameter holds; published words may have blanks in them."""
    text = parameters.text(key)
    for word in allowed:
        if word == text.strip().replace(" ", "_"):
            return word
    raise StudyError(
        f"'{key}' is '{text}', which is not modelled",
        where=f"scenario {parameters.scenario}",
        fix=f"use {' or '.join(allowed)}",
    )


def mining_method(parameters: Parameters, asset: str) -> Literal["open_pit", "block_cave"]:
    """How an asset is mined.

    Raises
    ------
    StudyError
        For a method that is not modelled, or a mix of methods.
    """
    return _one_of(parameters, f"{asset}.mine.method", METHODS)


def economics(parameters: Parameters, asset: str) -> Economics:
    """Central economics of an asset; in a cave, mining is the cost of drawing."""

    def number(name: str) -> float:
        return parameters.number(f"{asset}.{name}")

    caving = mining_method(parameters, asset) == "block_cave"
    return Economics(
        cu_usd_t=parameters.number("price.cu_usd_t"),
        mo_usd_t=parameters.number("price.mo_usd_t"),
        ag_usd_t=parameters.number("price.ag_usd_t"),
        au_usd_t=parameters.number("price.au_usd_t"),
        cu_payable=parameters.number("terms.payable_cu"),
        mo_payable=parameters.number("terms.payable_mo"),
        ag_payable=parameters.number("terms.payable_ag"),
        au_payable=parameters.number("terms.payable_au"),
        treatment_usd_t_conc=parameters.number("terms.treatment_usd_t_conc"),
        freight_usd_t_conc=number("cost.freight_usd_t_conc"),
        refining_cu_usd_t=parameters.number("terms.refining_cu_usd_t"),
        refining_mo_usd_t=parameters.number("terms.refining_mo_usd_t"),
        refining_ag_usd_t=parameters.number("terms.refining_ag_usd_t"),
        refining_au_usd_t=parameters.number("terms.refining_au_usd_t"),
        concentrate_cu_pct=number("plant.concentrate_cu_pct"),
        royalty=parameters.number("terms.royalty"),
        mining_usd_t=number("cost.caving_usd_t" if caving else "cost.mining_usd_t"),
        mining_increment_usd_t_m=0.0 if caving else number("cost.mining_increment_usd_t_m"),
        reference_elevation_m=number("site.elevation_m"),
        processing_usd_t=number("cost.processing_usd_t"),
        ga_usd_t=number("cost.ga_usd_t"),
        tail_pct=number("plant.tail_cu_pct"),
        cu_recovery_max=number("plant.cu_recovery_max"),
        mo_recovery=number("plant.mo_recovery"),
        ag_recovery=number("plant.ag_recovery"),
        au_recovery=number("plant.au_recovery"),
    )


def asset_inputs(study: Study, parameters: Parameters, asset: str) -> AssetInputs:
    """All inputs of an asset's deposit and pit.

    Raises
    ------
    OrefieldError
        For a parameter that is missing or out of range.
    """
    cave = None
    if mining_method(parameters, asset) == "block_cave":
        cave = CaveInputs(
            parameters.number(f"{asset}.cave.production_level_m"),
            parameters.number(f"{asset}.cave.column_min_m"),
            parameters.number(f"{asset}.cave.column_max_m"),
        )
    real = _geology(study, parameters, asset)
    published = any(parameters.has(f"{asset}.inventory.{name}") for name in INVENTORY_KEYS)
    return AssetInputs(
        asset=asset,
        cutoff_cu_pct=parameters.number(f"{asset}.inventory.cutoff_cu_pct"),
        # a stand-in has nothing but its inventory to be true to; real geology may have none
        inventory=inventory(parameters, asset) if published or real is None else None,
        geology=stand_in_spec(parameters, asset) if real is None else real,
        economics=economics(parameters, asset),
        slope_deg=parameters.number(f"{asset}.mine.slope_deg"),
        cave=cave,
        min_phase_share=parameters.number(f"{asset}.mine.min_phase_share"),
        discount_rate=parameters.number("finance.discount_rate"),
        design_ore_tpy=design_ore_tpy(parameters, asset),
        strip_headroom=parameters.number(f"{asset}.mine.strip_headroom"),
        cutoff_uplift=parameters.number(f"{asset}.mine.cutoff_uplift"),
    )


def design_ore_tpy(parameters: Parameters, asset: str) -> float:
    """The largest capacity of any development: what the pit is designed for.

    Raises
    ------
    StudyError
        When the asset has no development.
    """
    phases = [p for p in parameters.groups(f"{asset}.development") if p != "delay_y"]
    rates = [development_ore_tpy(parameters, asset, phase) for phase in phases]
    if not rates or max(rates) <= 0:
        raise StudyError(
            f"{asset} has no development with a capacity",
            fix=f"add {asset}.development.p1.start and .ore_tpd; start 'never' is allowed",
        )
    return max(rates)


def development_ore_tpy(parameters: Parameters, asset: str, phase: str) -> float:
    """Ore capacity (t/y) of an operation from a development on."""
    stem = f"{asset}.development.{phase}"
    if parameters.has(f"{stem}.ore_tpy"):
        return parameters.number(f"{stem}.ore_tpy")
    return parameters.number(f"{stem}.ore_tpd") * parameters.number(f"{asset}.plant.operating_days")


def _geology(study: Study, parameters: Parameters, asset: str) -> Geology | None:
    found = study.files.get(asset)
    if found is None:
        return None
    file, folder = found

    def given(value: float | None, name: str) -> float:
        # what the file does not say is a parameter like any other, and is traced as one
        return parameters.number(f"{asset}.geology.{name}") if value is None else value

    return Geology(
        blocks=folder / file.blocks if file.blocks else None,
        drill_holes=folder / file.drill_holes if file.drill_holes else None,
        composites=folder / file.composites if file.composites else None,
        grid=_grid(file),
        density_t_m3=given(file.density_t_m3, "density_ore_t_m3"),
        search_radius_m=given(file.search_radius_m, "long_range_m"),
    )


def _grid(file: GeologyFile) -> Grid | None:
    if file.origin_m is None or file.size_m is None or file.shape is None:
        return None
    return Grid(file.origin_m, file.size_m, file.shape)
