"""What a stand-in orebody is asked to be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from orefield.core.errors import ModelError
from orefield.deposit.inventory import Inventory
from orefield.deposit.variogram import Structure, Variogram


@dataclass(frozen=True, slots=True)
class Centre:
    """One intrusive centre, around which grade shells are wrapped.

    Parameters
    ----------
    east_m, north_m : float
        Position (m) in local coordinates.
    lift_m : float
        How much higher (m) its centre lies than the first level chosen for the body.
    size : float
        Its axes as a multiple of the body's, positive.

    Raises
    ------
    ModelError
        For values that are not finite or a size that is not positive.
    """

    east_m: float = 0.0
    north_m: float = 0.0
    lift_m: float = 0.0
    size: float = 1.0

    def __post_init__(self) -> None:
        values = (self.east_m, self.north_m, self.lift_m, self.size)
        if not all(math.isfinite(v) for v in values) or self.size <= 0:
            raise ModelError(
                f"centre {values} cannot be used", fix="give finite metres and a positive size"
            )


@dataclass(frozen=True, slots=True)
class GradeContinuity:
    """The variogram of the grade's noise, on block support: nugget and two spherical structures.

    Defaults are in the middle of what is usual for porphyry copper: horizontal
    structures of 30-80 and 150-300 m, vertical ones longer, nugget 10-35 %.

    Parameters
    ----------
    nugget_share : float
        Nugget as a share of the variance, in [0, 1).
    short_range_m, long_range_m : float
        Horizontal ranges (m) of the two structures.
    vertical_ratio : float
        Vertical range divided by horizontal range.
    long_share : float
        The long structure's share of the variance without nugget, in (0, 1).

    Raises
    ------
    ModelError
        For shares outside their bounds or ranges that are not positive.
    """

    nugget_share: float = 0.15
    short_range_m: float = 80.0
    long_range_m: float = 300.0
    vertical_ratio: float = 1.3
    long_share: float = 0.65

    def __post_init__(self) -> None:
        if not 0 <= self.nugget_share < 1:
            raise ModelError(f"nugget share is {self.nugget_share:g}", fix="give 0 to below 1")
        if not 0 < self.long_share < 1:
            raise ModelError(
                f"long structure's share is {self.long_share:g}", fix="give a share between 0 and 1"
            )
        _positive(self, "short_range_m", "long_range_m", "vertical_ratio")

    def variogram(self) -> Variogram:
        """The same as a :class:`~orefield.deposit.Variogram` with unit sill."""
        rest = 1.0 - self.nugget_share
        shares = (1.0 - self.long_share, self.long_share)
        return Variogram(
            self.nugget_share,
            tuple(
                Structure("spherical", rest * share, (reach, reach, reach * self.vertical_ratio))
                for share, reach in zip(
                    shares, (self.short_range_m, self.long_range_m), strict=True
                )
            ),
        )


@dataclass(frozen=True, slots=True)
class StandInSpec:
    """Everything that makes one stand-in porphyry. Lengths in m, densities in t/m3.

    Parameters
    ----------
    asset : str
        Identifier of the deposit; part of the seed, so that no two deposits are alike.
    inventory : Inventory
        What is published above the principal cut-off.
    tiers : tuple of Inventory
        Further published figures of the same deposit at other cut-offs (a low-grade
        halo below, a high-grade core above); the model meets all of them.
    length_m, width_m, height_m : float or None
        Axes of the orebody: east, north, vertical. Those left out follow from the ore's
        volume; when all three are given they are proportions, because tonnage wins.
    height_max_m : float
        A height that follows from the volume stops here, and the plan widens instead.
    depth_to_top_m : float
        Barren or leached cover (m) above the ore.
    eroded_share : float
        Share of the upper semi-axis that erosion has taken, in [0, 1): how blunt the
        top of the orebody is.
    plunge_deg, plunge_azimuth_deg : float
        Lean of the body's axis from the vertical, and the direction its foot leans to
        (degrees counter-clockwise from east).
    centres : tuple of Centre
        One or more intrusive centres.
    shape : {"core", "shell"}
        Whether grade is highest in the middle or in a shell around a poorer core.
    core_radius, core_depletion : float
        For a shell: the core's relative radius in (0, 1), and how poor it is (0: like
        the shell; 1: like the orebody's rim; more: barren).
    upward_enrichment : float
        Preference of high grade for the upper part of the body.
    roughness : float
        Standard deviation of the noise in units in which the orebody's score falls by
        one from core to rim.
    grade_cv : float
        Coefficient of variation of copper above the principal cut-off, wanted.
    continuity : GradeContinuity
        Variogram of the noise.
    background_cu_pct : float
        Copper (%) far from the body.
    max_grade_ratio : float
        No block exceeds this multiple of the mean grade.
    density_ore_t_m3, density_waste_t_m3, density_cap_t_m3 : float
        Dry in-situ densities of ore, other rock and the weathered cap.
    cap_thickness_m : float
        Thickness (m) of the weathered cap below the surface.
    elevation_m, slope_deg, uphill_azimuth_deg, relief_m
        Of the terrain, see :class:`~orefield.deposit.Topography`.
    mo_rank_correlation, ag_rank_correlation, au_rank_correlation : float
        Spearman's rank correlation of each by-product with copper, over ore.
    mo_cv, ag_cv, au_cv : float
        Coefficients of variation of the by-products over ore.
    target_blocks : int
        Blocks wanted in the grid, air and walls included.
    block_size_m : float or None
        Horizontal block size; chosen in steps of 5 m when left out.
    bench_height_m : float
        Block height (m).
    wall_angle_deg : float
        Overall pit slope for which the grid leaves room.
    wall_depth_max_m : float
        Ore deeper than this below the surface gets no room for walls.

    Raises
    ------
    ModelError
        For a value outside its bounds, naming it and the asset.
    """

    asset: str
    inventory: Inventory
    tiers: tuple[Inventory, ...] = ()
    length_m: float | None = None
    width_m: float | None = None
    height_m: float | None = None
    height_max_m: float = 1000.0
    depth_to_top_m: float = 20.0
    eroded_share: float = 0.5
    plunge_deg: float = 0.0
    plunge_azimuth_deg: float = 0.0
    centres: tuple[Centre, ...] = (Centre(),)
    shape: Literal["core", "shell"] = "core"
    core_radius: float = 0.35
    core_depletion: float = 0.8
    upward_enrichment: float = 0.15
    roughness: float = 0.3
    grade_cv: float = 0.45
    continuity: GradeContinuity = field(default_factory=GradeContinuity)
    background_cu_pct: float = 0.01
    max_grade_ratio: float = 8.0
    density_ore_t_m3: float = 2.65
    density_waste_t_m3: float = 2.60
    density_cap_t_m3: float = 2.35
    cap_thickness_m: float = 20.0
    elevation_m: float = 0.0
    slope_deg: float = 8.0
    uphill_azimuth_deg: float = 60.0
    relief_m: float = 25.0
    mo_rank_correlation: float = 0.35
    ag_rank_correlation: float = 0.65
    au_rank_correlation: float = 0.75
    mo_cv: float = 0.7
    ag_cv: float = 0.6
    au_cv: float = 0.7
    target_blocks: int = 70_000
    block_size_m: float | None = None
    bench_height_m: float = 15.0
    wall_angle_deg: float = 42.0
    wall_depth_max_m: float = 900.0

    def __post_init__(self) -> None:
        if not self.asset:
            raise ModelError("a stand-in model needs the name of its asset")
        _positive(
            self,
            "length_m",
            "width_m",
            "height_m",
            "height_max_m",
            "grade_cv",
            "density_ore_t_m3",
            "density_waste_t_m3",
            "density_cap_t_m3",
            "mo_cv",
            "ag_cv",
            "au_cv",
            "block_size_m",
            "bench_height_m",
            "wall_depth_max_m",
        )
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise ModelError(
                    f"{name} is {value:g}", where=self.asset, fix=f"give {low:g} to {high:g}"
                )
        if not self.centres:
            raise ModelError("a stand-in model needs at least one centre", where=self.asset)
        if self.shape not in ("core", "shell"):
            raise ModelError(
                f"unknown shape '{self.shape}'", where=self.asset, fix="use 'core' or 'shell'"
            )
        if self.slope_deg >= self.wall_angle_deg:
            raise ModelError(
                f"terrain of {self.slope_deg:g} degrees is as steep as the pit wall",
                where=self.asset,
                fix="lower slope_deg or raise wall_angle_deg",
            )

    def inventories(self) -> tuple[Inventory, ...]:
        """The principal inventory and the tiers, by rising cut-off."""
        return tuple(sorted((self.inventory, *self.tiers), key=lambda i: i.cutoff_cu_pct))


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("depth_to_top_m", 0.0, 2000.0),
    ("eroded_share", 0.0, 0.95),
    ("plunge_deg", 0.0, 45.0),
    ("plunge_azimuth_deg", -360.0, 360.0),
    ("core_radius", 0.05, 0.9),
    ("core_depletion", 0.0, 5.0),
    ("upward_enrichment", -1.0, 1.0),
    ("roughness", 0.0, 2.0),
    ("background_cu_pct", 0.0, 1.0),
    ("max_grade_ratio", 1.5, 100.0),
    ("cap_thickness_m", 0.0, 500.0),
    ("elevation_m", -500.0, 6500.0),
    ("slope_deg", 0.0, 40.0),
    ("uphill_azimuth_deg", -360.0, 360.0),
    ("relief_m", 0.0, 300.0),
    ("mo_rank_correlation", -0.95, 0.95),
    ("ag_rank_correlation", -0.95, 0.95),
    ("au_rank_correlation", -0.95, 0.95),
    ("target_blocks", 1000, 20_000_000),
    ("wall_angle_deg", 20.0, 80.0),
)


def _positive(owner: object, *names: str) -> None:
    for name in names:
        value = getattr(owner, name)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ModelError(
                f"{name} is {value:g}",
                where=str(getattr(owner, "asset", "")),
                fix="give a finite, positive number",
            )
