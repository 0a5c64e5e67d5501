"""Nested structures fitted to experimental variograms by weighted least squares."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import KINDS, Kind, Structure, Variogram
from orefield.deposit.variography.experimental import Experimental
from orefield.deposit.variography.fit_frame import Frame
from orefield.deposit.variography.fit_points import FitPoints
from orefield.deposit.variography.fit_search import Held, HeldStructure, Search

_F8 = NDArray[np.float64]

DEFAULT_KINDS: tuple[Kind, ...] = ("spherical", "exponential")
_MOST_STRUCTURES = 3
_REWEIGHED = 4
_ALIKE = 4.0
"""Neighbouring lags and directions share samples: so many points tell what one would alone."""


@dataclass(frozen=True)
class Goodness:
    """How well a model fits the points it was fitted to.

    Attributes
    ----------
    points : int
        Lags of all directions.
    weighted_r2 : float
        Share of the points' weighted variation about their mean that the model explains.
    rmse, rmse_of_sill : float
        Root of the mean weighted squared difference, and over the model's sill.
    worst_of_sill : float
        Largest difference over the sill.
    rmse_by_direction : tuple of float
        Without weights, by experimental variogram; NaN for one without a point.
    criterion : float
        Bayesian information criterion that chose among models; smaller is better. Four
        points count as one, since neighbouring lags and directions share samples.
    """

    points: int
    weighted_r2: float
    rmse: float
    rmse_of_sill: float
    worst_of_sill: float
    rmse_by_direction: tuple[float, ...]
    criterion: float


@dataclass(frozen=True)
class Fitted:
    """A fitted model, how good it is, and what else was tried.

    Attributes
    ----------
    variogram : Variogram
        Positive definite, since every sill is positive and every structure permitted.
    goodness : Goodness
    tried : tuple of (str, float)
        Models tried and their criterion, the best first.
    notes : tuple of str
        What a reader should know: ranges at their bounds, directions not seen.
    """

    variogram: Variogram
    goodness: Goodness
    tried: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = field(default=())


def fit_variogram(
    curves: Sequence[Experimental],
    *,
    structures: int | None = None,
    kinds: Sequence[Kind] = DEFAULT_KINDS,
    held: Held | None = None,
    weights: str = "pairs/h2",
    isotropic: bool = False,
    min_pairs: int = 10,
    progress: Callable[[float], None] | None = None,
) -> Fitted:
    """The nested model nearest to experimental variograms.

    Sills are solved for exactly (non-negative least squares) at each set of ranges, angles and
    shapes that a bounded Gauss-Newton search from several starts looks at (variable
    projection: Golub and Pereyra, 1973, from memory). Of models with different numbers and
    kinds of structures the one with the least Bayesian information criterion is taken.

    Parameters
    ----------
    curves : sequence of Experimental
        Of one variable and measure. Without a direction: the model has no anisotropy.
    structures : int, optional
        How many; up to two are tried when left out, or as many as ``held`` describes.
    kinds : sequence of str
        Kinds tried.
    held : Held, optional
        Parts given by hand.
    weights : str
        One of :data:`orefield.deposit.variography.WEIGHTS`.
    isotropic : bool
        The same range in all directions, whatever the points say.
    min_pairs : int
        Lags with fewer pairs are left out.
    progress : callable, optional
        Told the share done.

    Raises
    ------
    ModelError
        For too few points, all equal samples, unknown kinds or weights, parts held that
        contradict each other, or directions that do not tell how the anisotropy lies.
    """
    given = held or Held()
    points = FitPoints.of(curves, min_pairs=min_pairs)
    frame = Frame.of(points, given.rotation, isotropic=isotropic)
    plans = _plans(structures, kinds, given)
    found: list[tuple[float, str, Variogram, _F8]] = []
    for done, plan in enumerate(plans):
        weight = points.weights(weights)
        search = Search(points, frame, plan, given)
        variogram = search.best(weight)
        if weights == "pairs/gamma2":
            for _ in range(_REWEIGHED):
                weight = points.weights(weights, variogram.gamma(points.lags_m))
                variogram = search.best(weight)
        left = points.gamma - variogram.gamma(points.lags_m)
        n = len(left)
        error = max(float((weight * left**2).sum()) / n, 1e-12 * float(points.gamma.max()) ** 2)
        told = max(n / _ALIKE, 2.0)
        criterion = told * math.log(error / float(points.gamma.max()) ** 2)
        criterion += search.unknowns * math.log(told)
        title = " + ".join(part.kind or "?" for part in plan)
        found.append((criterion, title or "nugget", variogram, weight))
        if progress is not None:
            progress((done + 1) / len(plans))
    found.sort(key=lambda row: row[0])
    criterion, _, variogram, weight = found[0]
    goodness = judge(variogram, curves, points, weight, criterion)
    notes = _notes(variogram, points, frame)
    return Fitted(variogram, goodness, tuple((row[1], row[0]) for row in found), notes)


def judge(
    variogram: Variogram,
    curves: Sequence[Experimental],
    points: FitPoints,
    weight: _F8,
    criterion: float = math.nan,
) -> Goodness:
    """How well any model fits points, weighed by ``weight`` (k,)."""
    left = points.gamma - variogram.gamma(points.lags_m)
    mean = float(np.average(points.gamma, weights=weight))
    around = float((weight * (points.gamma - mean) ** 2).sum())
    error = float((weight * left**2).sum())
    rmse = math.sqrt(error / float(weight.sum()))
    by_curve = [
        math.sqrt(float((left[points.curve == k] ** 2).mean()))
        if (points.curve == k).any()
        else math.nan
        for k in range(len(curves))
    ]
    return Goodness(
        len(left),
        1.0 - error / around if around > 0 else math.nan,
        rmse,
        rmse / variogram.sill,
        float(np.abs(left).max()) / variogram.sill,
        tuple(by_curve),
        criterion,
    )


def _plans(
    structures: int | None, kinds: Sequence[Kind], held: Held
) -> list[tuple[HeldStructure, ...]]:
    """Lists of structures to try, each with its kind settled."""
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise ModelError(
            f"unknown kinds of structures: {unknown or 'none given'}",
            fix=f"some of {', '.join(KINDS)}",
        )
    count = structures if structures is not None else (len(held.structures) or None)
    if count is not None and not len(held.structures) <= count <= _MOST_STRUCTURES:
        raise ModelError(
            f"{count} structures asked for, {len(held.structures)} described",
            fix=f"ask for at most {_MOST_STRUCTURES}, and as many as are described or more",
        )
    out = []
    for n in (1, 2) if count is None else (count,):
        parts = [*held.structures, *[HeldStructure()] * (n - len(held.structures))]
        choices = [(part.kind,) if part.kind is not None else tuple(kinds) for part in parts]
        seen = set()
        for choice in itertools.product(*choices):
            # free structures are alike: the order of their kinds does not matter
            free = tuple(sorted(choice[len(held.structures) :]))
            if (choice[: len(held.structures)], free) in seen:
                continue
            seen.add((choice[: len(held.structures)], free))
            out.append(
                tuple(part.with_kind(kind) for part, kind in zip(parts, choice, strict=True))
            )
    return out


def _notes(variogram: Variogram, points: FitPoints, frame: Frame) -> tuple[str, ...]:
    notes = []
    furthest = float(points.distance_m.max())
    for k, part in enumerate(variogram.structures, 1):
        seen = part.ranges_m[: frame.ranges]
        if max(seen) > furthest:
            notes.append(
                f"structure {k} reaches {max(seen):.4g} m, further than the furthest lag "
                f"({furthest:.4g} m): its sill is not seen"
            )
    if len(points.units) == 1 and frame.ranges == 1:
        notes.append("pairs along one line only: ranges across it are not told by the samples")
    if frame.ranges == 2:
        notes.append("no direction leaves the plane: the minor range is the semi-major one's")
    if frame.ranges == 3 and np.linalg.matrix_rank(points.units, tol=0.05) < 3:
        notes.append("directions lie in a plane: one range is not told by the samples")
    return tuple(notes)


__all__ = ["Fitted", "Goodness", "Held", "HeldStructure", "Rotation", "Structure", "fit_variogram"]
