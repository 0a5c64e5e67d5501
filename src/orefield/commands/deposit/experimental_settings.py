"""The section ``[experimental]``: of what, in which directions, at which distances, fitted how."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.core.numbers import positive, whole
from orefield.core.sections import Section
from orefield.deposit.job.fit_settings import FitSettings, read_fit, rotation_in
from orefield.deposit.job.lists import numbers_of, one_of
from orefield.deposit.variography import (
    ALL_DIRECTIONS,
    MEASURES,
    Direction,
    Lags,
    along_axes,
)
from orefield.deposit.variography.experimental import Measure

Transform = Literal["none", "normal_scores", "indicator"]

DEFAULT_LAGS = 15


@dataclass(frozen=True)
class ExperimentalSettings:
    """One ``[[experimental]]``.

    Attributes
    ----------
    name : str
        Of the models; empty for the variable's own.
    values : tuple of str
        Variables; empty for all.
    code, of : str, tuple of str
        Only samples of which this code is one of these words.
    top_cut : float or None
        Values above it become it.
    transform, thresholds
        What is done to values then.
    weights : str
        Column of samples with declustering weights, for normal scores; may be empty.
    measure : str
    coregionalisation : bool
        Cross variograms, and one model of all variables.
    lags, down_hole : Lags or None
        ``None`` for spacings told by the samples.
    directions : tuple of Direction or None
        ``None`` for all round.
    own_lags : mapping of str to Lags
        By name of a direction, where it has lags of its own.
    tolerance_deg, bandwidth_m : float
        Of directions all round.
    map_cells, map_m : int, tuple of float
        Cells of a map on either side of lag zero, 0 for no map; their size, along east, north
        and up, empty for one told by the samples.
    fit : FitSettings or None
        ``None`` where no model is wanted.
    """

    name: str
    values: tuple[str, ...]
    code: str
    of: tuple[str, ...]
    top_cut: float | None
    transform: Transform
    thresholds: tuple[float, ...]
    weights: str
    measure: Measure
    coregionalisation: bool
    lags: Lags | None
    down_hole: Lags | None
    directions: tuple[Direction, ...] | None
    own_lags: dict[str, Lags]
    tolerance_deg: float
    bandwidth_m: float
    map_cells: int
    map_m: tuple[float, ...]
    fit: FitSettings | None


def experimental_settings(settings: DepositSettings) -> list[ExperimentalSettings]:
    """Every ``[experimental]``; one of defaults where there is none.

    Raises
    ------
    ModelError
        For keys that are unknown or hold what cannot be.
    """
    found = settings.sections("experimental")
    return [_read(s) for s in found or [settings.section_or_empty("experimental")]]


def _read(section: Section) -> ExperimentalSettings:
    transform = cast(
        Transform, one_of(section, "transform", ("none", "normal_scores", "indicator"), "none")
    )
    thresholds = numbers_of(section, "thresholds")
    if bool(thresholds) != (transform == "indicator"):
        raise ModelError(
            "thresholds and the transform do not go together",
            where=section.where,
            fix='transform = "indicator" with thresholds = [0.2, 0.5]',
        )
    code, of = section.text("code", ""), section.names("of")
    if bool(code) != bool(of):
        raise ModelError(
            "'code' and 'of' go together", where=section.where, fix='code = "rock", of = ["ore"]'
        )
    tolerance = positive(section, "tolerance_deg", 22.5)
    bandwidth = section.number("bandwidth_m", math.inf)
    parts = section.sections("direction")
    own = [(_lags(part, ""), _direction(part)) for part in parts]
    directions: tuple[Direction, ...] | None = tuple(way for _, way in own)
    if len({way.name for _, way in own}) < len(own):
        raise ModelError("two directions have one name", where=section.where, fix="name them")
    if not parts:
        how = one_of(section, "directions", ("fan", "all", "axes"), "fan")
        directions = (ALL_DIRECTIONS,) if how == "all" else None
        if how == "axes":
            rotation = rotation_in(section)
            if rotation is None:
                raise ModelError(
                    "directions along axes, but no rotation", where=section.where,
                    fix="give azimuth_deg, and dip_deg and rake_deg where they are not 0",
                )  # fmt: skip
            # the third axis makes no pairs where all samples are at one elevation
            directions = along_axes(
                rotation, flat=False, tolerance_deg=tolerance, bandwidth_m=bandwidth
            )
    elif section.has("directions"):
        raise ModelError("directions are told twice", where=section.where, fix="leave one out")
    measure = cast(Measure, one_of(section, "measure", MEASURES, "semivariogram"))
    together = section.flag("coregionalisation")
    plain = transform == "none" and measure == "semivariogram" and not together
    out = ExperimentalSettings(
        name=section.text("name", ""),
        values=section.names("values"),
        code=code,
        of=of,
        top_cut=section.number_or_none("top_cut"),
        transform=transform,
        thresholds=thresholds,
        weights=section.text("weights", ""),
        measure=measure,
        coregionalisation=together,
        lags=_lags(section, ""),
        down_hole=_lags(section, "down_hole_"),
        directions=directions,
        own_lags={way.name: lags for lags, way in own if lags is not None},
        tolerance_deg=tolerance,
        bandwidth_m=bandwidth,
        map_cells=whole(section, "map_cells", 0, 0),
        map_m=_cell(section),
        fit=_fit(section.section("fit"), plain=plain),
    )
    section.done()
    return out


def _fit(section: Section | None, *, plain: bool) -> FitSettings | None:
    """How models are fitted; by way of normal scores where nobody says and there is a way back."""
    if section is not None and section.flag("skip"):
        return None
    fit = read_fit(section)
    if section is not None and fit.source == "scores" and not plain:
        raise ModelError(
            "models from normal scores are of semivariograms of single values as they are",
            where=section.where,
            fix="leave out 'from', or the transform, measure or coregionalisation",
        )
    return replace(fit, source=fit.source or ("scores" if plain else "values"))


def _lags(section: Section, prefix: str) -> Lags | None:
    edges, spacing, count, tolerance = (
        f"{prefix}{key}" for key in ("lag_edges_m", "lag_m", "lags", "lag_tolerance_m")
    )
    given = numbers_of(section, edges)
    if given:
        return section.build(Lags.edges, edges_m=given)
    number = whole(section, count, 1, DEFAULT_LAGS)
    wide = section.number_or_none(tolerance)
    if not section.has(spacing):
        if section.has(count) or wide is not None:
            raise ModelError(
                f"'{spacing}' is missing", where=section.where, fix="say how far apart lags are"
            )
        return None
    return section.build(
        Lags.regular, spacing_m=section.number(spacing), count=number, tolerance_m=wide
    )


def _cell(section: Section) -> tuple[float, ...]:
    given = numbers_of(section, "map_m")
    if len(given) not in (0, 1, 3):
        raise ModelError(f"'map_m' has {len(given)} numbers", where=section.where, fix="1 or 3")
    return given * 3 if len(given) == 1 else given


def _direction(part: Section) -> Direction:
    values: dict[str, Any] = {
        "azimuth_deg": part.number("azimuth_deg", 0.0),
        "dip_deg": part.number("dip_deg", 0.0),
        "tolerance_deg": part.number("tolerance_deg", 22.5),
        "bandwidth_m": part.number("bandwidth_m", math.inf),
        "dip_tolerance_deg": part.number_or_none("dip_tolerance_deg"),
        "vertical_bandwidth_m": part.number("vertical_bandwidth_m", math.inf),
        "holes": part.text("holes", "any"),
        "name": part.text("name", ""),
    }
    part.done()
    return part.build(Direction, **values)
