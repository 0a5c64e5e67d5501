"""How surely a production volume's metal is known: what realisations say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.classification.classes import ResourceClass
from orefield.deposit.classification.draws import Draws
from orefield.deposit.classification.volumes import Volumes

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

Measure = Literal["metal", "tonnes", "grade"]
"""What must be within, of a production volume."""

MEASURES: tuple[Measure, ...] = get_args(Measure)

LEAST_DRAWS = 20
"""Fewer realisations than this say nothing of a 90 % interval."""

RULE_SOURCE = (
    "within 15 % at 90 % confidence over a quarter's (measured) and a year's (indicated) "
    "production: a rule of practice that technical reports state so (e.g. the extract at "
    "lawinsider.com/clause/resource-classification, after B. Davis, 1997) and that is ascribed to "
    "H. Parker too, from memory; no reporting code has it"
)
"""Where the default rules of precision come from, and how sure that is."""


@dataclass(frozen=True, slots=True)
class PrecisionRule:
    """A class for what is known well enough over a production volume.

    Parameters
    ----------
    resource_class : ResourceClass
    planned_t : float
        Tonnes of ore of the volume.
    period : str
        What mines them, for people: ``"quarter"``.
    within : float
        Half-width as a fraction of the expectation.
    confidence : float
        Least probability of lying within.

    Raises
    ------
    ModelError
        For numbers out of range.
    """

    resource_class: ResourceClass
    planned_t: float
    period: str
    within: float = 0.15
    confidence: float = 0.90

    def __post_init__(self) -> None:
        if self.resource_class == ResourceClass.UNCLASSIFIED:
            raise ModelError("a rule of unclassified", fix="leave it out")
        for name, value, most in (
            ("planned_t", self.planned_t, math.inf),
            ("within", self.within, math.inf),
            ("confidence", self.confidence, 1.0),
        ):
            if not (math.isfinite(value) and 0 < value <= most):
                raise ModelError(f"a rule of precision has {name} = {value:g}")


@dataclass(frozen=True, eq=False)
class Precision:
    """What realisations say of volumes.

    Attributes
    ----------
    volumes : Volumes
    amounts : dict of Measure to ndarray of shape (r, v)
        Metal (t), ore (t) and grade of each volume in each realisation; a grade is NaN where
        a realisation has no ore.
    """

    volumes: Volumes
    amounts: dict[Measure, _F8]

    def expected(self, of: Measure = "metal") -> _F8:
        """Mean over realisations, shape (v,); a grade's is metal over ore."""
        if of == "grade":
            ore = self.amounts["tonnes"].mean(axis=0)
            metal = (np.nan_to_num(self.amounts["grade"]) * self.amounts["tonnes"]).mean(axis=0)
            return np.asarray(np.divide(metal, ore, out=np.zeros_like(ore), where=ore > 0))
        return np.asarray(self.amounts[of].mean(axis=0))

    def probability(self, within: float, of: Measure = "metal") -> _F8:
        """Share of realisations within a fraction of the expectation, shape (v,).

        Zero where nothing is expected.
        """
        expected = self.expected(of)
        with np.errstate(invalid="ignore"):
            near = np.abs(self.amounts[of] - expected) <= within * np.abs(expected)
        return np.where(expected > 0, near.mean(axis=0), 0.0)

    def half_width(self, confidence: float, of: Measure = "metal") -> _F8:
        """Half of the central interval over the expectation, shape (v,); infinite without ore."""
        expected = self.expected(of)
        tail = 50.0 * (1.0 - confidence)
        low, high = np.percentile(np.nan_to_num(self.amounts[of]), [tail, 100.0 - tail], axis=0)
        wide = np.full_like(expected, np.inf)
        np.divide(0.5 * (high - low), expected, out=wide, where=expected > 0)
        return wide


def precision(
    volumes: Volumes,
    draws: Draws,
    tonnes: _F8,
    *,
    cutoff: float = 0.0,
    fraction: float = 0.01,
    ore: _MASK | None = None,
) -> Precision:
    """Metal, ore and grade of volumes in every realisation.

    Parameters
    ----------
    volumes : Volumes
        Blocks grouped.
    draws : Draws
        Grades of blocks, r realisations of shape (n,); NaN where nothing was simulated, which
        counts as no ore.
    tonnes : ndarray of shape (n,)
        Rock of each block.
    cutoff : float
        Least grade of ore, in the grade's unit.
    fraction : float
        Metal (t) in a tonne of grade one.
    ore : ndarray of bool, shape (n,), optional
        Blocks taken as ore whatever they turn out to be (chosen by the estimate); without it a
        realisation's own grades choose.

    Raises
    ------
    ModelError
        For fewer than :data:`LEAST_DRAWS` realisations, or of other blocks.
    """
    if len(draws) < LEAST_DRAWS:
        raise ModelError(
            f"{len(draws)} realisations are too few for an interval",
            fix=f"simulate {LEAST_DRAWS} or more, better 100",
        )
    inside = volumes.of_block >= 0
    which, weight = volumes.of_block[inside], tonnes[inside]
    found = {m: np.empty((len(draws), len(volumes))) for m in MEASURES}
    for r in range(len(draws)):
        drawn = np.asarray(draws[r], dtype=np.float64)
        if drawn.shape != tonnes.shape:
            raise ModelError(
                f"a realisation has {drawn.shape} values, the model {len(tonnes):,} blocks",
                fix="simulate onto (or reblock to) the grid of the estimate",
            )
        grade = drawn[inside]
        # a comparison with NaN is false
        taken = (grade >= cutoff) if ore is None else ore[inside] & ~np.isnan(grade)
        mass = np.where(taken, weight, 0.0)
        rock = np.bincount(which, mass, minlength=len(volumes))
        metal = np.bincount(which, np.where(taken, weight * grade, 0.0), minlength=len(volumes))
        found["tonnes"][r] = rock
        found["metal"][r] = fraction * metal
        found["grade"][r] = np.divide(metal, rock, out=np.full_like(rock, np.nan), where=rock > 0)
    return Precision(volumes, found)


def by_precision(
    judged: Sequence[tuple[PrecisionRule, Precision]],
    of: _MASK,
    *,
    measures: Sequence[Measure] = ("metal",),
    otherwise: ResourceClass = ResourceClass.INFERRED,
) -> NDArray[np.int8]:
    """The surest class whose production volume is known well enough.

    Parameters
    ----------
    judged : sequence of (PrecisionRule, Precision)
        Rules, and what realisations say of their volumes.
    of : ndarray of bool, shape (n,)
        Blocks that can be a resource.
    measures : sequence of {"metal", "tonnes", "grade"}
        All of these must be within.
    otherwise : ResourceClass
        Of blocks that are in a volume but meet no rule.

    Returns
    -------
    ndarray of int8, shape (n,)
        Blocks in no volume (no realisation has ore there) are unclassified.
    """
    if not judged or not measures:
        raise ModelError("nothing to classify by", fix="give rules, and what must be within")
    out = np.zeros(len(of), dtype=np.int8)
    for rule, found in sorted(judged, key=lambda pair: int(pair[0].resource_class)):
        inside = found.volumes.of_block >= 0
        out[inside] = np.maximum(out[inside], np.int8(otherwise))
        sure = np.ones(len(found.volumes), dtype=np.bool_)
        for measure in measures:
            # a whisker below, so that 90 of 100 is nine tenths
            sure &= found.probability(rule.within, measure) >= rule.confidence - 1e-12
        passed = inside & sure[np.where(inside, found.volumes.of_block, 0)]
        out[passed] = rule.resource_class
    return np.where(of, out, np.int8(0))


def expected_ore(
    draws: Draws, tonnes: _F8, cutoff: float, of: _MASK, ore: _MASK | None = None
) -> _F8:
    """Expected tonnes of ore of each block over realisations, shape (n,)."""
    if ore is not None:
        return np.where(of & ore, tonnes, 0.0)
    share = np.zeros(len(tonnes))
    for r in range(len(draws)):
        share += np.asarray(draws[r]) >= cutoff
    return np.where(of, tonnes * share / len(draws), 0.0)
