"""The section ``[check]``: slices, panels, cut-offs, the variogram and what is tolerated."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal, cast, get_args

from orefield.commands.deposit.classify_settings import blocks_each_way, ellipsoid
from orefield.core import ModelError
from orefield.core.numbers import whole
from orefield.core.sections import Section
from orefield.deposit.checks.tolerances import Tolerances
from orefield.deposit.job.lists import numbers_of, one_of
from orefield.deposit.orientation import Ellipsoid

Support = Literal["auto", "point", "block"]


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """``[check]``, but for what names the model.

    Attributes
    ----------
    code : str
        Words of samples that tell their domain; empty to take the block's they lie in.
    shape : Ellipsoid or None
        Anisotropy of nearest neighbours; without it that of the estimate's first search.
    cells_m : tuple of float or None
        Sizes of cells that samples are declustered with (empty: many are tried); ``None`` for
        the rock nearest to each sample.
    slices : tuple of int or None
        Blocks a slice along x, y, z; about twenty slices where not given.
    panel : (int, int, int) or None
        Blocks a panel of local bias.
    least : int
        Samples that a slice or panel needs to be judged.
    cutoffs : tuple of float
        At which tonnes and metal are judged; empty for those of the statement.
    variogram : str
        Name of the model of grades; empty for that of the value.
    scores : str
        Name of the model of normal scores that realisations were made with; empty for the one
        that ``[simulate]`` names.
    support : {"auto", "point", "block"}
        Of the realisations' nodes.
    lags : int
    confidence : float
        Of bands.
    limits : Tolerances
    """

    code: str
    shape: Ellipsoid | None
    cells_m: tuple[float, ...] | None
    slices: tuple[int, int, int] | None
    panel: tuple[int, int, int] | None
    least: int
    cutoffs: tuple[float, ...]
    variogram: str
    scores: str
    support: Support
    lags: int
    confidence: float
    limits: Tolerances


def check_settings(section: Section) -> CheckSettings:
    """``[check]``; what names the model was read before.

    Raises
    ------
    ModelError
        For unknown keys or values that cannot be.
    """
    nearest = section.section("nearest")
    shape = None
    if nearest is not None:
        shape = ellipsoid(nearest)
        nearest.done()
    support = cast("Support", one_of(section, "support", get_args(Support), "auto"))
    confidence = section.number("confidence", 0.90)
    if not 0 < confidence < 1:
        raise ModelError(f"'confidence' is {confidence:g}", where=section.where, fix="e.g. 0.9")
    out = CheckSettings(
        section.text("domain_code", ""), shape, _cells(section), _blocks(section, "slices"),
        _blocks(section, "panel"), whole(section, "least_samples", 1, 5),
        numbers_of(section, "cutoffs"), section.text("variogram", ""),
        section.text("scores_variogram", ""), support, whole(section, "lags", 2, 10), confidence,
        _tolerances(section),
    )  # fmt: skip
    section.done()
    return out


def _cells(section: Section) -> tuple[float, ...] | None:
    how = section.text("decluster", "nearest")
    sizes = numbers_of(section, "cells_m")
    if how not in ("nearest", "cells") or (sizes and how != "cells"):
        raise ModelError(
            f"'decluster' is '{how}'", where=section.where, fix="nearest, or cells (with 'cells_m')"
        )
    if not all(0 < v < math.inf for v in sizes):
        raise ModelError(
            f"'cells_m' is {list(sizes)}", where=section.where, fix="give positive metres"
        )
    return sizes if how == "cells" else None


def _blocks(section: Section, key: str) -> tuple[int, int, int] | None:
    return blocks_each_way(section, key, 1) if section.has(key) else None


def _tolerances(section: Section) -> Tolerances:
    inner = section.section("tolerance")
    if inner is None:
        return Tolerances()
    given = {f.name: inner.number(f.name) for f in fields(Tolerances) if inner.has(f.name)}
    inner.done()
    return inner.build(Tolerances, **given)
