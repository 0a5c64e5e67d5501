"""The section ``[experimental.fit]``: which models are tried, and what is given by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from orefield.core import ModelError
from orefield.core.numbers import whole, whole_or_none
from orefield.core.sections import Section, hint
from orefield.deposit.job.lists import numbers_of, one_of
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import KINDS, Kind
from orefield.deposit.variography import WEIGHTS, Held, HeldStructure
from orefield.deposit.variography.fit_points import Weights

_DOWN_HOLE = "down_hole"

Source = Literal["scores", "values"]
"""Variograms of what a model is fitted to: of normal scores, then taken back to values; or of
the values themselves."""


@dataclass(frozen=True)
class FitSettings:
    """``[experimental.fit]``; see :func:`orefield.deposit.variography.fit_variogram`.

    Attributes
    ----------
    source : {"scores", "values"} or None
        What is fitted to; ``None`` where nobody said.
    held : Held
        Parts given by hand.
    down_hole : bool
        Whether the nugget is read down the hole, where there are such pairs.
    """

    source: Source | None
    structures: int | None
    kinds: tuple[Kind, ...]
    held: Held
    down_hole: bool
    weights: Weights
    isotropic: bool
    min_pairs: int


def read_fit(section: Section | None) -> FitSettings:
    """``[experimental.fit]``, or its defaults where there is none.

    Raises
    ------
    ModelError
        For keys that are unknown or hold what cannot be.
    """
    part = section or Section({}, "[experimental.fit]")
    part.has("skip")
    nugget = part.take("nugget", _DOWN_HOLE, (int, float, str), "a number, or down_hole")
    if isinstance(nugget, str) and nugget not in (_DOWN_HOLE, "fitted"):
        raise ModelError(
            f"'nugget' is '{nugget}'", where=part.where, fix="a number, down_hole or fitted"
        )
    kinds = part.names("kinds") or ("spherical", "exponential")
    for kind in kinds:
        if kind not in KINDS:
            raise ModelError(f"unknown kind '{kind}'", where=part.where, fix=hint(kind, KINDS))
    held = part.build(
        Held,
        nugget=None if isinstance(nugget, str) else float(nugget),
        sill=part.number_or_none("sill"),
        rotation=rotation_in(part),
        structures=tuple(_held(one) for one in part.sections("structure")),
    )
    source = one_of(part, "from", get_args(Source), "scores") if part.has("from") else None
    out = FitSettings(
        source=cast("Source | None", source),
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


def rotation_in(part: Section) -> Rotation | None:
    """A rotation by ``azimuth_deg``, ``dip_deg`` and ``rake_deg``; ``None`` without any.

    Raises
    ------
    ModelError
        For angles that cannot be.
    """
    if not part.has("azimuth_deg", "dip_deg", "rake_deg"):
        return None
    return part.build(
        Rotation,
        azimuth_deg=part.number("azimuth_deg", 90.0),
        dip_deg=part.number("dip_deg", 0.0),
        rake_deg=part.number("rake_deg", 0.0),
    )


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
