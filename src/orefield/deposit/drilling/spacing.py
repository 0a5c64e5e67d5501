"""Spacing study: how well regular drilling tells a quarter's and a year's production."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.stats import norm

from orefield.core.errors import ModelError
from orefield.deposit.variogram import Variogram
from orefield.kernels.drilling import place_covariances

_F8 = NDArray[np.float64]

_MOST_SAMPLES = 1200
_POINTS = (6, 40)
"""Least and most points of a panel along a side in plan: two a hole in between."""

_PHASES = (0.0, 0.5)


@dataclass(frozen=True, slots=True)
class PanelError:
    """How well one spacing tells one panel.

    Attributes
    ----------
    spacing_m : (float, float)
    variance : float
        Kriging variance (ordinary), the mean over positions of the panel in the pattern.
    worst_variance : float
        At the worst position.
    support : float
        Variance of the panel itself.
    samples : int
        Used, at most.
    sample_m : float
        Their length; longer than asked for where there would be too many.
    """

    spacing_m: tuple[float, float]
    variance: float
    worst_variance: float
    support: float
    samples: int
    sample_m: float


def panel_error(
    variogram: Variogram,
    panel_m: tuple[float, float, float],
    spacing_m: tuple[float, float],
    sample_m: float,
    *,
    support_m: float | None = None,
    margin_m: float = 0.0,
    rotation_deg: float = 0.0,
    flat: bool = False,
) -> PanelError:
    """Ordinary kriging variance of a panel from vertical holes on a regular pattern.

    Holes go through the panel and ``margin_m`` beyond it, in the panel and two rows around it. The
    panel stands on a hole, between two, and between four; variances are averaged over these.

    Parameters
    ----------
    variogram : Variogram
        Of the samples.
    panel_m : (float, float, float)
        East, north (along the pattern's axes) and height.
    spacing_m : (float, float)
        Of holes.
    sample_m : float
        Along holes.
    support_m : float, optional
        Length of the samples that the variogram is of: the nugget of a longer one is less in
        proportion. ``sample_m`` where left out.
    margin_m : float
        How far holes reach above and below the panel.
    rotation_deg : float
        Of panel and pattern, counter-clockwise from east.
    flat : bool
        In 2-D: one sample a hole.

    Raises
    ------
    ModelError
        For sizes that are not positive.
    """
    sizes = (*panel_m, *spacing_m, sample_m, sample_m if support_m is None else support_m)
    if not all(math.isfinite(v) and v > 0 for v in sizes):
        raise ModelError(
            f"a panel of {panel_m} m, holes every {spacing_m} m, samples of {sample_m:g} m",
            fix="give metres above zero",
        )
    if not (math.isfinite(margin_m) and margin_m >= 0):
        raise ModelError(f"a margin of {margin_m:g} m", fix="give zero or more")
    length = sample_m
    deep = panel_m[2] + 2 * margin_m
    rows = [_row(side, step, 0.0).size for side, step in zip(panel_m, spacing_m, strict=False)]
    if not flat:
        # longer samples until there are few enough
        least = deep * rows[0] * rows[1] / _MOST_SAMPLES
        length = min(max(length, least), deep)
    count = 1 if flat else max(1, round(deep / length))
    depth = np.zeros(1) if flat else ((np.arange(count) + 0.5) / count - 0.5) * deep
    if rows[0] * rows[1] * count > 3 * _MOST_SAMPLES:
        raise ModelError(
            f"a panel of {panel_m[0]:g} x {panel_m[1]:g} m holds {rows[0] * rows[1]:,} holes",
            fix="space them wider, or study a smaller panel",
        )
    noise = variogram.nugget if flat else variogram.nugget * (support_m or sample_m) / length
    turn = _turned(rotation_deg)
    points = _points(panel_m, spacing_m, flat) @ turn
    own = float(_covariances(variogram, points, points).mean())
    found = []
    for px, py in product(_PHASES, _PHASES):
        x = _row(panel_m[0], spacing_m[0], px)
        y = _row(panel_m[1], spacing_m[1], py)
        z, yy, xx = np.meshgrid(depth, y, x, indexing="ij")
        samples = np.column_stack([xx.ravel(), yy.ravel(), z.ravel()])
        found.append(_kriged(variogram, samples @ turn, points, noise, own))
    return PanelError(
        spacing_m, float(np.mean(found)), max(found), own,
        rows[0] * rows[1] * count, length,
    )  # fmt: skip


def _row(side: float, step: float, phase: float) -> _F8:
    """Holes across a panel's side, with two more at either end."""
    most = math.floor(0.5 * side / step) + 2
    return np.arange(-most, most + 1, dtype=np.float64) * step + phase * step


def _points(panel: tuple[float, float, float], spacing: tuple[float, float], flat: bool) -> _F8:
    """Points that stand for a panel: closer than the holes, or their mean is not its mean."""
    counts = [
        int(np.clip(math.ceil(2.0 * side / step), *_POINTS))
        for side, step in zip(panel, spacing, strict=False)
    ]
    counts.append(1 if flat else 4)
    axes = [((np.arange(n) + 0.5) / n - 0.5) * s for n, s in zip(counts, panel, strict=True)]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    return np.column_stack([x.ravel(), y.ravel(), z.ravel()])


def _turned(rotation_deg: float) -> _F8:
    s, c = math.sin(math.radians(rotation_deg)), math.cos(math.radians(rotation_deg))
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _covariances(variogram: Variogram, a: _F8, b: _F8) -> _F8:
    packed = variogram.packed()
    out = np.empty((len(a), len(b)))
    place_covariances(
        np.ascontiguousarray(a), np.ascontiguousarray(b.T), packed.kinds,
        packed.sills, packed.transforms, packed.tables, out,
    )  # fmt: skip
    return out


def _kriged(variogram: Variogram, samples: _F8, points: _F8, noise: float, own: float) -> float:
    """Ordinary kriging variance of the mean over points, whose own variance is given."""
    k = _covariances(variogram, samples, samples)
    k[np.diag_indices(len(k))] += noise + 1e-9 * variogram.sill
    right = _covariances(variogram, samples, points).mean(axis=1)
    factor = linalg.cho_factor(k, lower=True, overwrite_a=True)
    solved = linalg.cho_solve(factor, np.column_stack([right, np.ones(len(right))]))
    multiplier = (1.0 - right @ solved[:, 1]) / solved[:, 1].sum()
    variance = own - right @ solved[:, 0] + multiplier * (1.0 - right @ solved[:, 1])
    return max(float(variance), 0.0)


@dataclass(frozen=True, slots=True)
class Continuity:
    """A variogram and how widely what it is of varies.

    Attributes
    ----------
    variogram : Variogram
    variation : float
        Coefficient of variation: standard deviation over mean, of samples.
    """

    variogram: Variogram
    variation: float


def ore_continuity(variogram: Variogram, proportion: float) -> Continuity:
    """Of the share of ore, from the variogram of its indicator."""
    return Continuity(variogram, math.sqrt((1.0 - proportion) / proportion))


@dataclass(frozen=True, eq=False)
class Study:
    """Errors by spacing of one period's panel.

    Attributes
    ----------
    period : str
    panel_m : (float, float, float)
    rows : tuple of PanelError
        Of the grade, in the order of the spacings.
    errors : ndarray of shape (s,)
        Half-width of tonnes x grade at the confidence, as a share.
    reached_m : float or None
        Widest spacing (m, square root of dx dy) within the limit, between those studied;
        ``None`` where none is.
    bracketed : bool
        False where the widest studied is still within: it may be wider.
    """

    period: str
    panel_m: tuple[float, float, float]
    rows: tuple[PanelError, ...]
    errors: _F8
    reached_m: float | None
    bracketed: bool


def study(
    period: str,
    panel_m: tuple[float, float, float],
    spacings_m: Sequence[tuple[float, float]],
    grade: Continuity,
    sample_m: float,
    *,
    ore: Continuity | None = None,
    within: float = 0.15,
    confidence: float = 0.9,
    support_m: float | None = None,
    margin_m: float = 0.0,
    rotation_deg: float = 0.0,
    flat: bool = False,
    tell: Callable[[float], None] = lambda _share: None,
) -> Study:
    """Errors of tonnes x grade of a period's panel by spacing.

    The relative variance of a panel's grade is the kriging variance in sills times the squared
    coefficient of variation: the proportional effect, local standard deviation in proportion to
    local mean. Errors are taken for Gaussian; those of tonnes and grade for independent, so that
    their relative variances add up. Without ``ore`` the tonnes are certain.

    Parameters
    ----------
    period : str
        Its name.
    panel_m : (float, float, float)
        East, north, height.
    spacings_m : sequence of (float, float)
        Of holes.
    grade : Continuity
        Of the grade.
    sample_m : float
        Along holes.
    ore : Continuity, optional
        Of the share of ore.
    within, confidence : float
        The limit, and the probability of being within the half-width.
    support_m, margin_m, rotation_deg, flat
        See :func:`panel_error`.
    tell : callable
        Told the share that is done.

    Raises
    ------
    ModelError
        As :func:`panel_error`, and for a coefficient of variation that is not positive.
    """
    if not (math.isfinite(grade.variation) and grade.variation > 0):
        raise ModelError(
            f"the coefficient of variation is {grade.variation:g}", fix="give one above zero"
        )
    quantile = float(norm.ppf(0.5 + 0.5 * confidence))
    rows, errors = [], []
    for i, spacing in enumerate(spacings_m):
        relative = 0.0
        for what in (grade, *((ore,) if ore else ())):
            found = panel_error(
                what.variogram, panel_m, spacing, sample_m, support_m=support_m,
                margin_m=margin_m, rotation_deg=rotation_deg, flat=flat,
            )  # fmt: skip
            relative += what.variation**2 * found.variance / what.variogram.sill
            if what is grade:
                rows.append(found)
        errors.append(quantile * math.sqrt(relative))
        tell((i + 1) / len(spacings_m))
    wide = np.array([math.sqrt(a * b) for a, b in spacings_m])
    reached, bracketed = _reached(wide, np.array(errors), within)
    return Study(period, panel_m, tuple(rows), np.array(errors), reached, bracketed)


def _reached(wide: _F8, errors: _F8, within: float) -> tuple[float | None, bool]:
    """The widest spacing before the error first passes the limit, and whether it was passed."""
    order = np.argsort(wide, kind="stable")
    wide, errors = wide[order], errors[order]
    over = np.flatnonzero(errors > within)
    if not over.size:
        return float(wide[-1]), False
    first = int(over[0])
    if first == 0:
        return None, True
    share = (within - errors[first - 1]) / (errors[first] - errors[first - 1])
    return float(wide[first - 1] + share * (wide[first] - wide[first - 1])), True
