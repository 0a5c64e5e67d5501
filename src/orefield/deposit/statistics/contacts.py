"""Grades on both sides of a boundary, by distance along the hole."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.samples import Samples

_F8 = NDArray[np.float64]

_GAP = 1.5
"""Samples whose middles are further apart than so many times their mean length have a gap."""
_MOST_BINS = 1000


@dataclass(frozen=True, eq=False)
class Contact:
    """Mean grade by signed distance to a boundary.

    Attributes
    ----------
    low_m, high_m : ndarray of shape (b,)
        Bounds of a class of distance along the hole; negative within ``inside``. A distance on
        a bound is in the class further from the boundary.
    count : ndarray of shape (b,), int
        Samples with a value. Where it is 0, ``mean`` is NaN.
    length_m : ndarray of shape (b,)
    mean : ndarray of shape (b,)
        Length-weighted.
    contacts : int
        Times that a hole crosses.
    step : float
        Mean of the first class outside less that of the first inside; NaN when one is empty.
    step_in_deviations : float
        The step over the deviation of the values in these two classes: a step of 0.5 or more
        speaks for a hard boundary; NaN where they do not vary.
    """

    low_m: _F8
    high_m: _F8
    count: NDArray[np.int64]
    length_m: _F8
    mean: _F8
    contacts: int
    step: float
    step_in_deviations: float


def contact_analysis(
    samples: Samples,
    value: str,
    code: str,
    inside: Collection[str],
    outside: Collection[str],
    *,
    width_m: float,
    reach_m: float,
) -> Contact:
    """Grades against distance to where holes go from one domain into another.

    Samples of a hole follow each other as they stand in ``samples``. A distance runs from the
    boundary between the two samples that differ, to a sample's middle; it ends at a
    gap and at any other boundary.

    Parameters
    ----------
    samples : Samples
        With lengths and holes.
    value, code : str
        What is averaged, and the column of words that tells domains.
    inside, outside : collection of str
        Words on either side.
    width_m, reach_m : float
        Of a class, and furthest on either side.

    Raises
    ------
    ModelError
        For unknown names, words on both sides, widths that cannot be, or when no hole crosses.
    """
    if set(inside) & set(outside) or not inside or not outside:
        raise ModelError(
            f"sides of a contact are {sorted(inside)} and {sorted(outside)}",
            fix="name words for each side, none for both",
        )
    usable = math.isfinite(reach_m) and 0 < width_m <= reach_m
    if not usable or reach_m / width_m > _MOST_BINS:
        raise ModelError(
            f"classes of {width_m:g} m up to {reach_m:g} m", fix="give a positive width and reach"
        )
    words = samples.code(code)
    side = np.where(np.isin(words, list(inside)), -1, 0)
    side = np.where(np.isin(words, list(outside)), 1, side)
    distance, contacts = _distances(samples, side)
    if not contacts:
        raise ModelError(
            f"no hole goes from {', '.join(sorted(inside))} into {', '.join(sorted(outside))}",
            fix=f"'{code}' has: {', '.join(np.unique(words))}",
        )
    bins = math.ceil(reach_m / width_m - 1e-9)
    edges: _F8 = width_m * np.arange(-bins, bins + 1, dtype=np.float64)
    v = samples[value]
    use = np.isfinite(distance) & ~np.isnan(v)
    # counted from the boundary both ways, so that a middle on the edge of a class is in the
    # outer one on either side
    away = np.floor(np.abs(distance[use]) / width_m + 1e-9).astype(np.int64)
    at = np.where(distance[use] < 0, bins - 1 - away, bins + away)
    valid = away < bins
    at, grade, length = at[valid], v[use][valid], samples.length_m[use][valid]
    count = np.bincount(at, minlength=2 * bins)
    total = np.bincount(at, weights=length, minlength=2 * bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(at, weights=length * grade, minlength=2 * bins) / total
    step = float(mean[bins] - mean[bins - 1])
    spread = 0.0
    if count[bins] and count[bins - 1]:
        parts = [grade[at == k] - mean[k] for k in (bins - 1, bins)]
        spread = math.sqrt(float((np.concatenate(parts) ** 2).mean()))
    return Contact(
        edges[:-1],
        edges[1:],
        np.asarray(count, dtype=np.int64),
        np.asarray(total, dtype=np.float64),
        np.asarray(mean, dtype=np.float64),
        contacts,
        step,
        step / spread if spread > 0 else math.nan,
    )


def _distances(samples: Samples, side: NDArray[np.int64]) -> tuple[_F8, int]:
    """Signed distance of each sample to the nearest contact next to its own run; inf for none."""
    n = len(samples)
    out = np.full(n, np.inf)
    order = np.argsort(samples.hole, kind="stable")
    where = samples.xyz_m[order]
    length, own = samples.length_m[order], side[order]
    step = np.sqrt((np.diff(where, axis=0) ** 2).sum(axis=1))
    joined = (np.diff(samples.hole[order]) == 0) & (step <= _GAP * 0.5 * (length[1:] + length[:-1]))
    crossing = joined & (own[1:] * own[:-1] == -1)
    nearest = np.full(n, np.inf)
    for forward in (True, False):
        run = np.inf
        for k in range(n) if forward else range(n - 1, -1, -1):
            before = k - 1 if forward else k
            if before < 0 or before >= n - 1 or not joined[before]:
                run = np.inf
            elif crossing[before]:
                # the boundary divides the step between middles by the samples' lengths
                other = k - 1 if forward else k + 1
                run = step[before] * length[k] / (length[k] + length[other])
            elif own[k] == own[k - 1 if forward else k + 1]:
                run += step[before]
            else:
                run = np.inf
            nearest[k] = min(nearest[k], run)
    out[order] = np.where(own < 0, -nearest, np.where(own > 0, nearest, np.inf))
    return out, int(crossing.sum())
