"""What ``[plan]`` says, as records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orefield.deposit.drilling import Access, Limits, Polygon

Kind = Literal["metal", "classes", "feed"]


@dataclass(frozen=True)
class Objective:
    """``[plan.objective]``.

    Attributes
    ----------
    kind : {"metal", "classes", "feed"}
        Variance of contained metal; tonnes whose standard error passes thresholds; variance of
        the mill's feed by year.
    cutoff, band : float or None
        Metal: only blocks whose estimate is within ``band`` of the cut-off count.
    panel : (int, int, int)
        Classes: blocks of a volume along x, y, z.
    standard_errors : tuple of float
        Classes: thresholds in the value's unit.
    relative_errors : tuple of float
        Classes: thresholds as half-widths over the estimate, at ``confidence``.
    confidence : float
    fields : tuple of str
        Feed: fields of tonnes fed, one a year.
    period : str
        Feed: field with the year each block is fed in; blocks below zero are not.
    years : int
        Feed: so many years from the first.
    blocks : str
        Feed: block model with these fields; empty for the estimate.
    """

    kind: Kind
    cutoff: float | None = None
    band: float = 0.0
    panel: tuple[int, int, int] = (1, 1, 1)
    standard_errors: tuple[float, ...] = ()
    relative_errors: tuple[float, ...] = ()
    confidence: float = 0.9
    fields: tuple[str, ...] = ()
    period: str = ""
    years: int = 5
    blocks: str = ""


@dataclass(frozen=True)
class Region:
    """``[plan.region]``: blocks that count.

    Attributes
    ----------
    box : tuple of 6 floats, or None
        Least and greatest east, north, elevation (m) of block middles.
    polygon : Polygon or None
    field, of : str, tuple of str
        Blocks of which this field is one of these words.
    """

    box: tuple[float, ...] | None = None
    polygon: Polygon | None = None
    field: str = ""
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offered:
    """``[plan.candidates]``.

    Attributes
    ----------
    file : Path or None
        CSV of holes: hole, x_m, y_m, z_m, azimuth_deg, dip_deg, length_m.
    spacing_m : (float, float)
        Of collars, along the grid's axes.
    margin_m : float
        How far collars may lie beyond the grid.
    azimuths_deg, dips_deg, lengths_m : tuple of float
    sample_m : float or None
        Length of a sample; that of the samples there are if left out.
    elevation_m : float or None
        Of a plane to drill from; the top of the rock if left out.
    """

    file: Path | None
    spacing_m: tuple[float, float]
    margin_m: float
    azimuths_deg: tuple[float, ...]
    dips_deg: tuple[float, ...]
    lengths_m: tuple[float, ...]
    sample_m: float | None
    elevation_m: float | None


@dataclass(frozen=True)
class HolesSettings:
    """What the choice of holes needs, when there is one.

    Attributes
    ----------
    objective : Objective
    region : Region
    offered : Offered
    access : Access
    limits : Limits
    sweeps : int
        Of exchanges.
    bound_steps : int
        Of the search for the bound.
    ensemble : bool
        Covariances of realisations instead of the variogram's.
    localise : float
        Ensemble: reach of a sample, in ranges of the variogram.
    """

    objective: Objective
    region: Region
    offered: Offered
    access: Access
    limits: Limits
    sweeps: int
    bound_steps: int
    ensemble: bool
    localise: float


@dataclass(frozen=True)
class Period:
    """Production of a period, for the spacing study.

    Attributes
    ----------
    name : str
        ``"quarter"`` or ``"year"``.
    size_m : (float, float, float)
    """

    name: str
    size_m: tuple[float, float, float]


@dataclass(frozen=True)
class SpacingSettings:
    """``[plan.spacing]``.

    Attributes
    ----------
    spacings_m : tuple of (float, float)
    sample_m : float or None
    periods : tuple of Period
    within, confidence : float
    variation : float or None
        Coefficient of variation; the samples' own if left out.
    margin_m : float
        How far above and below the panel holes reach.
    ore_variogram : str
        Of the indicator of ore, when the tonnes are uncertain, too.
    proportion : float
        Of ore.
    cost_per_m, density_t_m3 : float or None
    """

    spacings_m: tuple[tuple[float, float], ...]
    sample_m: float | None
    periods: tuple[Period, ...]
    within: float
    confidence: float
    variation: float | None
    margin_m: float
    ore_variogram: str
    proportion: float
    cost_per_m: float | None
    density_t_m3: float | None


@dataclass(frozen=True)
class PlanSettings:
    """``[plan]``, but for the keys that :mod:`.drill_ground` reads.

    Attributes
    ----------
    variogram : str
        Name of the model; empty for the value's own.
    known_mean : bool
        Simple kriging.
    discretisation : (int, int, int) or None
        Points of a block.
    max_samples : int
        Samples there are, taken into account.
    holes : HolesSettings or None
    spacing : SpacingSettings or None
    """

    variogram: str
    known_mean: bool
    discretisation: tuple[int, int, int] | None
    max_samples: int
    holes: HolesSettings | None
    spacing: SpacingSettings | None
