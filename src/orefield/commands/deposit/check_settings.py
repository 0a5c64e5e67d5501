"""The section ``[check]``: slices, panels, cut-offs, the variogram and what is tolerated."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from orefield.commands.deposit.classify_settings import ellipsoid
from orefield.core import ModelError
from orefield.core.numbers import whole
from orefield.core.sections import Section, is_real
from orefield.deposit.checks.tolerances import Tolerances
from orefield.deposit.orientation import Ellipsoid

Support = Literal["auto", "point", "block"]
SUPPORTS: tuple[Support, ...] = ("auto", "point", "block")


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
    support = section.text("support", "auto")
    chosen = next((s for s in SUPPORTS if s == support), None)
    if chosen is None:
        raise ModelError(f"'support' is '{support}'", where=section.where, fix="/".join(SUPPORTS))
    confidence = section.number("confidence", 0.90)
    if not 0 < confidence < 1:
        raise ModelError(f"'confidence' is {confidence:g}", where=section.where, fix="e.g. 0.9")
    cutoffs = section.take("cutoffs", [], (list,), "a list of numbers")
    if not all(map(is_real, cutoffs)):
        raise ModelError(f"'cutoffs' is {cutoffs}", where=section.where, fix="give numbers")
    out = CheckSettings(
        section.text("domain_code", ""), shape, _cells(section), _blocks(section, "slices"),
        _blocks(section, "panel"), whole(section, "least_samples", 1, 5),
        tuple(map(float, cutoffs)), section.text("variogram", ""),
        section.text("scores_variogram", ""), chosen, whole(section, "lags", 2, 10), confidence,
        _tolerances(section),
    )  # fmt: skip
    section.done()
    return out


def _cells(section: Section) -> tuple[float, ...] | None:
    how = section.text("decluster", "nearest")
    sizes = section.take("cells_m", [], (list,), "a list of numbers")
    if how not in ("nearest", "cells") or (sizes and how != "cells"):
        raise ModelError(
            f"'decluster' is '{how}'", where=section.where, fix="nearest, or cells (with 'cells_m')"
        )
    if not all(is_real(v) and v > 0 for v in sizes):
        raise ModelError(f"'cells_m' is {sizes}", where=section.where, fix="give positive metres")
    return tuple(map(float, sizes)) if how == "cells" else None


def _blocks(section: Section, key: str) -> tuple[int, int, int] | None:
    if not section.has(key):
        return None
    found = section.take(key, [], (list,), "three whole numbers")
    good = len(found) == 3 and all(isinstance(v, int) and not isinstance(v, bool) for v in found)
    if not good or min(found) < 1:
        raise ModelError(
            f"'{key}' is {found}", where=section.where, fix="give blocks along x, y and z"
        )
    return (found[0], found[1], found[2])


def _tolerances(section: Section) -> Tolerances:
    inner = section.section("tolerance")
    if inner is None:
        return Tolerances()
    given = {f.name: inner.number(f.name) for f in fields(Tolerances) if inner.has(f.name)}
    inner.done()
    return inner.build(Tolerances, **given)
