"""Swath plots: means of slices across the deposit, of samples, estimate and realisations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.checks.subject import Subject

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

AXES = ("x", "y", "z")
"""The grid's own axes: along a rotated grid's rows, across them, and up."""


@dataclass(frozen=True, eq=False)
class Swath:
    """Slices across one of the grid's axes.

    Attributes
    ----------
    axis : {"x", "y", "z"}
    middle_m : ndarray of shape (s,)
        Distance from the grid's origin along the axis; the elevation for z.
    tonnes : ndarray of shape (s,)
        Estimated rock.
    samples : ndarray of shape (s,), int
    sample_mean, nearest_mean, estimate_mean : ndarray of shape (s,)
        Declustered samples in the slice, nearest-neighbour model, estimate; NaN for none.
    low, high, realised_mean : ndarray of shape (s,)
        Band and mean over realisations; NaN without.
    """

    axis: str
    middle_m: _F8
    tonnes: _F8
    samples: _I8
    sample_mean: _F8
    nearest_mean: _F8
    estimate_mean: _F8
    low: _F8
    high: _F8
    realised_mean: _F8

    def judged(self, least: int) -> NDArray[np.bool_]:
        """Slices with at least so many samples, and rock."""
        return np.asarray((self.samples >= least) & (self.tonnes > 0))

    def share_within(self, tolerance: float, least: int, scale: float) -> float:
        """Share of rock, in slices with ``least`` samples, whose estimate is near the nearest
        neighbours': within ``tolerance`` of ``scale`` (the global mean). NaN without slices.
        """
        own = self.judged(least)
        if not own.any() or not scale > 0:
            return float("nan")
        near = np.abs(self.estimate_mean - self.nearest_mean)[own] <= tolerance * scale
        return float(self.tonnes[own] @ near) / float(self.tonnes[own].sum())


def swath(subject: Subject, axis: str, blocks: int, confidence: float = 0.90) -> Swath | None:
    """Slices of ``blocks`` blocks across an axis; ``None`` where the grid has one block there.

    Means over blocks are weighted by tonnes, of samples by their declustering weights.

    Parameters
    ----------
    subject : Subject
        The domain.
    axis : {"x", "y", "z"}
        Of the grid, whatever its rotation.
    blocks : int
        Thickness of a slice in blocks.
    confidence : float
        Of the band over realisations.

    Raises
    ------
    ModelError
        For an unknown axis, or slices without a block.
    """
    if axis not in AXES or blocks < 1:
        raise ModelError(f"slices of {blocks} blocks across '{axis}'", fix="x, y or z; 1 or more")
    grid, a = subject.ground.grid, AXES.index(axis)
    if grid.shape[a] < 2:
        return None
    count = -(-grid.shape[a] // blocks)
    nx, ny, _ = grid.shape
    layer, cell = np.divmod(np.arange(grid.n), nx * ny)
    row, column = np.divmod(cell, nx)
    slice_of = (column, row, layer)[a] // blocks
    local = grid.to_local(subject.samples.xyz_m)[:, a]
    place = np.floor(local / (grid.size[a] * blocks)).astype(np.int64)
    inside = (local >= 0) & (local < grid.size[a] * grid.shape[a])
    own = np.flatnonzero(subject.blocks)
    weight, where = subject.ground.tonnes[own], slice_of[own]
    tonnes = np.asarray(np.bincount(where, weight, minlength=count), dtype=np.float64)

    def mean(values: _F8) -> _F8:
        known = ~np.isnan(values)
        mass = np.bincount(where[known], weight[known], minlength=count)
        total = np.bincount(where[known], (weight * values)[known], minlength=count)
        out = np.full(count, np.nan)
        np.divide(total, mass, out=out, where=mass > 0)
        return out

    mass = np.bincount(place[inside], subject.weights[inside], minlength=count)
    total = np.bincount(place[inside], (subject.weights * subject.values)[inside], minlength=count)
    low, high, middle = _band(subject, own, mean, count, confidence)
    start = grid.origin[2] if axis == "z" else 0.0
    edge = np.minimum(np.arange(count + 1) * blocks, grid.shape[a]) * grid.size[a]
    return Swath(
        axis,
        start + 0.5 * (edge[1:] + edge[:-1]),
        tonnes,
        np.bincount(place[inside], minlength=count).astype(np.int64),
        np.divide(total, mass, out=np.full(count, np.nan), where=mass > 0),
        mean(subject.nearest[own]),
        mean(subject.ground.grade[own]),
        low,
        high,
        middle,
    )


def _band(
    subject: Subject, own: _I8, mean: object, count: int, confidence: float
) -> tuple[_F8, _F8, _F8]:
    nothing = np.full(count, np.nan)
    if subject.draws is None or not callable(mean):
        return nothing, nothing, nothing
    means = np.array(
        [mean(np.asarray(subject.draws[r], np.float64)[own]) for r in range(len(subject.draws))]
    )
    out = [nothing.copy() for _ in range(3)]
    known = ~np.isnan(means).any(axis=0)
    tail = 50.0 * (1.0 - confidence)
    if known.any():
        out[0][known], out[1][known] = np.percentile(means[:, known], [tail, 100.0 - tail], axis=0)
        out[2][known] = means[:, known].mean(axis=0)
    return out[0], out[1], out[2]
