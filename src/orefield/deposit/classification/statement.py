"""The resource statement: tonnes, grade and metal by class, with what realisations leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.classification.classes import SUREST_FIRST, ResourceClass
from orefield.deposit.classification.draws import Draws
from orefield.deposit.classification.ground import Ground

_F8 = NDArray[np.float64]

RESOURCES = tuple(c for c in SUREST_FIRST if c != ResourceClass.UNCLASSIFIED)
"""Classes of a statement, the surest first."""

TOGETHER = "measured + indicated"
"""What the two are called together."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A central interval over realisations and their mean; NaN where there are none."""

    low: float = float("nan")
    high: float = float("nan")
    mean: float = float("nan")

    def misses(self, value: float) -> bool:
        """Whether a value is not within; no interval and no value miss nothing."""
        # sums of the same numbers in another order differ in the last digits
        slack = 1e-9 * abs(value)
        return value < self.low - slack or value > self.high + slack


@dataclass(frozen=True, slots=True)
class OtherMetal:
    """Another metal in the same ore.

    Attributes
    ----------
    value, unit : str
    metal_t : float
    grade : float
        NaN without ore.
    """

    value: str
    unit: str
    metal_t: float
    grade: float


@dataclass(frozen=True, slots=True)
class Line:
    """Tonnes, grade and metal of one class in one domain at one cut-off.

    Attributes
    ----------
    cutoff : float
        In the grade's unit.
    domain : str
    resource_class : ResourceClass
    tonnes, metal_t : float
        By the estimate.
    fraction : float
        Metal (t) in a tonne of grade one.
    tonnes_over, grade_over, metal_over : Interval
        Over realisations.
    uncut_t, uncut_realised_t : float
        Metal (t) of all blocks of the class that have realisations, whatever their grade: by the
        estimate, and the mean over realisations. NaN without realisations.
    companions : tuple of OtherMetal
        Other metals in it, by the estimate.
    """

    cutoff: float
    domain: str
    resource_class: ResourceClass
    tonnes: float
    metal_t: float
    fraction: float
    tonnes_over: Interval = field(default_factory=Interval)
    grade_over: Interval = field(default_factory=Interval)
    metal_over: Interval = field(default_factory=Interval)
    uncut_t: float = float("nan")
    uncut_realised_t: float = float("nan")
    companions: tuple[OtherMetal, ...] = ()

    @property
    def grade(self) -> float:
        """Mean grade, in its unit; NaN without tonnes."""
        return self.metal_t / self.tonnes / self.fraction if self.tonnes > 0 else float("nan")

    @property
    def outside(self) -> bool:
        """Whether rock, grade or metal by the estimate is not within its interval."""
        return (
            self.tonnes_over.misses(self.tonnes)
            or self.grade_over.misses(self.grade)
            or self.metal_over.misses(self.metal_t)
        )


@dataclass(frozen=True, eq=False)
class Statement:
    """Lines by cut-off, domain and class; the inferred are never added to the others.

    Attributes
    ----------
    lines : tuple of Line
        By rising cut-off, domain, and falling confidence of the class.
    by_class : tuple of Line
        All domains together.
    measured_indicated : tuple of Line
        Measured and indicated together, one a cut-off, marked with the lesser class.
    confidence : float
        Of the intervals.
    realisations : int
    not_simulated_t : float
        Rock of the stated blocks without realisations, which intervals leave out (t).
    """

    lines: tuple[Line, ...]
    by_class: tuple[Line, ...]
    measured_indicated: tuple[Line, ...]
    confidence: float
    realisations: int
    not_simulated_t: float


def statement(
    ground: Ground,
    classes: NDArray[np.int8],
    cutoffs: Sequence[float],
    *,
    draws: Draws | None = None,
    confidence: float = 0.90,
) -> Statement:
    """What is above each cut-off, by class and domain.

    A realisation's blocks are ore by its own grades, so an interval holds what is not known of
    the grades of blocks, and not what will be lost by choosing ore from an estimate (the
    information effect). The estimate need not lie within it: an estimate is smoother than the
    blocks are, and has more or less above a cut-off than they.

    Parameters
    ----------
    ground : Ground
        The blocks.
    classes : ndarray of int8, shape (n,)
        :class:`ResourceClass` of each block; only those of ``ground.of`` are looked at.
    cutoffs : sequence of float
        In the grade's unit.
    draws : Draws, optional
        Realisations of the grade on the same blocks.
    confidence : float
        Of the intervals.

    Raises
    ------
    ModelError
        For no cut-off, one that is not finite, a confidence that is none, or shapes that do not
        fit.
    """
    levels = sorted({float(c) for c in cutoffs})
    if not levels or not np.isfinite(levels).all():
        raise ModelError(f"cut-offs {list(cutoffs)}", fix="give one or more finite cut-offs")
    if not 0 < confidence < 1:
        raise ModelError(f"a confidence of {confidence:g}", fix="e.g. 0.9")
    if classes.shape != (ground.grid.n,):
        raise ModelError(f"{classes.shape} classes for {ground.grid.n:,} blocks")
    groups = _Groups(ground, classes)
    # NaN, as where nothing was estimated, is above no cut-off
    estimate = np.array([groups.sums(ground.grade, level, others=True) for level in levels])
    drawn = uncut = None
    if draws is not None:
        drawn = np.empty((len(draws), len(levels), 2, groups.count))
        # by the estimate, and by realisations
        uncut = np.zeros((2, groups.count))
        for r in range(len(draws)):
            one = np.asarray(draws[r], np.float64)
            drawn[r] = [groups.sums(one, level) for level in levels]
            uncut[1] += groups.sums(one, -np.inf)[1] / len(draws)
        simulated = np.where(np.isnan(np.asarray(draws[0])), np.nan, ground.grade)
        uncut[0] = groups.sums(simulated, -np.inf)[1]
    tail = 50.0 * (1.0 - confidence)
    build = _Lines(ground, tail, estimate, drawn, uncut)
    lines, by_class, together = [], [], []
    for at, level in enumerate(levels):
        for d, name in enumerate(ground.domains):
            for c in RESOURCES:
                lines.append(build.line(at, level, name, c, [groups.place(d, c)]))
        everywhere = range(len(ground.domains))
        for c in RESOURCES:
            own = [groups.place(d, c) for d in everywhere]
            by_class.append(build.line(at, level, "", c, own))
        sure = [
            groups.place(d, c)
            for d in everywhere
            for c in (ResourceClass.MEASURED, ResourceClass.INDICATED)
        ]
        together.append(build.line(at, level, "", ResourceClass.INDICATED, sure))
    missing = 0.0
    if draws is not None:
        stated = ground.of & (classes > 0)
        missing = float(ground.tonnes[stated & np.isnan(np.asarray(draws[0]))].sum())
    return Statement(
        tuple(lines), tuple(by_class), tuple(together), confidence,
        0 if draws is None else len(draws), missing,
    )  # fmt: skip


def outside_interval(found: Statement) -> tuple[str, ...]:
    """Classes and cut-offs whose estimate is not within its interval, and by how much, in words.

    Beside the difference above the cut-off stands that of all the class's blocks without one:
    what realisations have more or less in the same blocks is bias, the rest is smoothing.
    """
    named = [(line.resource_class.label, line) for line in found.by_class]
    named += [(TOGETHER, line) for line in found.measured_indicated]
    # a stable sort: classes stay in order
    named.sort(key=lambda pair: pair[1].cutoff)
    return tuple(f"{name} at {line.cutoff:g}: {_gap(line)}" for name, line in named if line.outside)


def _gap(line: Line) -> str:
    without = f"{_more(line.uncut_realised_t, line.uncut_t)} metal without a cut-off"
    if not line.tonnes > 0:
        return f"the estimate has none, realisations {line.tonnes_over.mean:,.0f} t; {without}"
    return (
        f"realisations have {_more(line.tonnes_over.mean, line.tonnes)} rock, "
        f"{_more(line.metal_over.mean, line.metal_t)} metal on average; {without}"
    )


def _more(realised: float, estimated: float) -> str:
    return f"{realised / estimated - 1:+.1%}" if estimated else f"{realised:,.0f} t of"


class _Groups:
    """Blocks by domain and class, and what of each is above a cut-off."""

    def __init__(self, ground: Ground, classes: NDArray[np.int8]) -> None:
        self.own = np.flatnonzero(ground.of)
        k = len(ResourceClass)
        self.group = ground.domain_index()[self.own] * k + classes[self.own]
        self.count = len(ground.domains) * k
        self.tonnes = ground.tonnes[self.own]
        self.fraction = ground.fraction
        self.companions = [(c.fraction, c.grade[self.own]) for c in ground.companions]

    def place(self, domain: int, c: ResourceClass) -> int:
        return domain * len(ResourceClass) + int(c)

    def sums(self, grade: _F8, cutoff: float, *, others: bool = False) -> _F8:
        """Tonnes, metal and other metals (t) at or above the cut-off, shape (2 or more, groups)."""
        if grade.shape[0] <= int(self.own[-1]):
            raise ModelError("realisations are of fewer blocks than the model has")
        own = grade[self.own]
        ore = own >= cutoff
        mass = self.tonnes[ore]
        weights = [mass, self.fraction * mass * own[ore]]
        if others:
            weights += [fraction * mass * other[ore] for fraction, other in self.companions]
        found = [np.bincount(self.group[ore], w, minlength=self.count) for w in weights]
        return np.array(found, dtype=np.float64)


class _Lines:
    def __init__(
        self, ground: Ground, tail: float, estimate: _F8, drawn: _F8 | None, uncut: _F8 | None
    ) -> None:
        self.fraction, self.tail, self.ground = ground.fraction, tail, ground
        self.estimate, self.drawn, self.uncut = estimate, drawn, uncut

    def line(self, at: int, level: float, domain: str, c: ResourceClass, own: list[int]) -> Line:
        tonnes, metal, *rest = (float(v) for v in self.estimate[at][:, own].sum(axis=1))
        others = tuple(
            OtherMetal(
                c.value, c.unit, t, t / tonnes / c.fraction if tonnes > 0 else float("nan")
            )
            for c, t in zip(self.ground.companions, rest, strict=True)
        )  # fmt: skip
        rocks = grades = metals = Interval()
        uncut = (float("nan"), float("nan"))
        if self.uncut is not None:
            uncut = (float(self.uncut[0, own].sum()), float(self.uncut[1, own].sum()))
        if self.drawn is not None:
            rock, found = np.moveaxis(self.drawn[:, at][:, :, own].sum(axis=2), 1, 0)
            some = rock > 0
            grade = found[some] / rock[some] / self.fraction
            rocks, grades, metals = map(self._interval, (rock, grade, found))
        return Line(
            level, domain, c, tonnes, metal, self.fraction, rocks, grades, metals, *uncut, others
        )  # fmt: skip

    def _interval(self, values: _F8) -> Interval:
        if not values.size:
            return Interval()
        low, high = np.percentile(values, [self.tail, 100.0 - self.tail])
        return Interval(float(low), float(high), float(values.mean()))
