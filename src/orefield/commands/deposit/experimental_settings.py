"""The section ``[experimental]``: of what, in which directions, at which distances, fitted how."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

from orefield.commands.deposit.settings import DepositSettings
from orefield.commands.numbers import positive, whole, whole_or_none
from orefield.core import ModelError
from orefield.core.sections import Section, hint, is_real
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import KINDS, Kind
from orefield.deposit.variography import (
    ALL_DIRECTIONS,
    MEASURES,
    WEIGHTS,
    Direction,
    Held,
    HeldStructure,
    Lags,
    Measure,
    Weights,
)

Transform = Literal["none", "normal_scores", "indicator"]

DEFAULT_LAGS = 15
_DOWN_HOLE = "down_hole"


@dataclass(frozen=True)
class FitSettings:
    """``[experimental.fit]``; see :func:`orefield.deposit.variography.fit_variogram`.

    Attributes
    ----------
    held : Held
        Parts given by hand.
    down_hole : bool
        Whether the nugget is read down the hole, where there are such pairs.
    """

    structures: int | None
    kinds: tuple[Kind, ...]
    held: Held
    down_hole: bool
    weights: Weights
    isotropic: bool
    min_pairs: int


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
    transform, thresholds
        What is done to values first.
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
        how = one_of(section, "directions", ("fan", "all"), "fan")
        directions = (ALL_DIRECTIONS,) if how == "all" else None
    elif section.has("directions"):
        raise ModelError("directions are told twice", where=section.where, fix="leave one out")
    fit = section.section("fit")
    wanted = not (fit is not None and fit.flag("skip"))
    out = ExperimentalSettings(
        name=section.text("name", ""),
        values=section.names("values"),
        code=code,
        of=of,
        transform=transform,
        thresholds=thresholds,
        weights=section.text("weights", ""),
        measure=cast(Measure, one_of(section, "measure", MEASURES, "semivariogram")),
        coregionalisation=section.flag("coregionalisation"),
        lags=_lags(section, ""),
        down_hole=_lags(section, f"{_DOWN_HOLE}_"),
        directions=directions,
        own_lags={way.name: lags for lags, way in own if lags is not None},
        tolerance_deg=tolerance,
        bandwidth_m=bandwidth,
        map_cells=whole(section, "map_cells", 0, 0),
        map_m=_cell(section),
        fit=_fit(fit) if wanted else None,
    )
    section.done()
    return out


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


def _fit(section: Section | None) -> FitSettings:
    part = section or Section({}, "[experimental.fit]")
    part.has("skip")
    nugget = part.take("nugget", _DOWN_HOLE, (int, float, str), "a number, or down_hole")
    if isinstance(nugget, str) and nugget not in (_DOWN_HOLE, "fitted"):
        raise ModelError(
            f"'nugget' is '{nugget}'", where=part.where, fix="a number, down_hole or fitted"
        )
    rotation = None
    if part.has("azimuth_deg", "dip_deg", "rake_deg"):
        rotation = part.build(
            Rotation,
            azimuth_deg=part.number("azimuth_deg", 90.0),
            dip_deg=part.number("dip_deg", 0.0),
            rake_deg=part.number("rake_deg", 0.0),
        )
    kinds = part.names("kinds") or ("spherical", "exponential")
    for kind in kinds:
        if kind not in KINDS:
            raise ModelError(f"unknown kind '{kind}'", where=part.where, fix=hint(kind, KINDS))
    held = part.build(
        Held,
        nugget=None if isinstance(nugget, str) else float(nugget),
        sill=part.number_or_none("sill"),
        rotation=rotation,
        structures=tuple(_held(one) for one in part.sections("structure")),
    )
    out = FitSettings(
        structures=whole_or_none(part, "structures", 0),
        kinds=cast(tuple[Kind, ...], kinds),
        held=held,
        down_hole=nugget == _DOWN_HOLE,
        weights=cast(Weights, one_of(part, "weights", WEIGHTS, "pairs/h2")),
        isotropic=part.flag("isotropic"),
        min_pairs=whole(part, "min_pairs", 1, 10),
    )
    part.done()
    return out


def _held(part: Section) -> HeldStructure:
    kind = part.text("kind", "")
    if kind and kind not in KINDS:
        raise ModelError(f"unknown kind '{kind}'", where=part.where, fix=hint(kind, KINDS))
    ranges = numbers_of(part, "ranges_m")
    if ranges and len(ranges) > 3:
        raise ModelError(f"{len(ranges)} ranges", where=part.where, fix="give one to three")
    whole_set = (*ranges, *[ranges[-1]] * (3 - len(ranges))) if ranges else None
    out = part.build(
        HeldStructure,
        kind=kind or None,
        sill=part.number_or_none("sill"),
        ranges_m=cast("tuple[float, float, float] | None", whole_set),
        shape=part.number_or_none("shape"),
    )
    part.done()
    return out


def numbers_of(section: Section, key: str) -> tuple[float, ...]:
    """A list of numbers, or one; empty where absent.

    Raises
    ------
    ModelError
        When it holds something else.
    """
    value = section.take(key, [], (list, tuple, int, float), "a list of numbers")
    items = value if isinstance(value, (list, tuple)) else [value]
    if not all(map(is_real, items)):
        raise ModelError(f"'{key}' is {value!r}", where=section.where, fix="give numbers")
    return tuple(float(v) for v in items)


def one_of(section: Section, key: str, known: tuple[str, ...], default: str) -> str:
    """A word that is one of several.

    Raises
    ------
    ModelError
        When it is none of them; the nearest is named.
    """
    word = section.text(key, default)
    if word not in known:
        raise ModelError(f"'{key}' is '{word}'", where=section.where, fix=hint(word, known))
    return word
