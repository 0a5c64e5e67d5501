"""Simple kriging weights for many targets, found once and applied to many realisations."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.covariance import covariance
from orefield.kernels.kriging_system import add_sample, backward, forward

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]

SAME_PLACE_M2 = 1e-12
"""Two places nearer than a thousandth of a millimetre are one (squared distance, m2)."""


@njit(cache=True, nogil=True)
def with_source(
    source: int,
    size: int,
    sources: _F8,
    among: _F8,
    nugget: float,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    members: _I8,
    row: _F8,
    lower: _F8,
    upper: _F8,
    inverse: _F8,
) -> int:
    """The size of the factor after one more source; the same where others settle it already.

    ``members`` (k,) are the sources in the factor, ``row`` (k,) a workspace; ``among`` holds the
    covariances of sources (s, s), or is empty (0, 0): then they are worked out.
    """
    sill: float = nugget + sills.sum()
    if among.size:
        for r in range(size):
            row[r] = among[source, members[r]]
    else:
        x, y, z = sources[source, 0], sources[source, 1], sources[source, 2]
        for r in range(size):
            dx = sources[members[r], 0] - x
            dy = sources[members[r], 1] - y
            dz = sources[members[r], 2] - z
            row[r] = covariance(dx, dy, dz, kinds, sills, transforms, tables)
            if dx * dx + dy * dy + dz * dz < SAME_PLACE_M2:
                row[r] += nugget
    if add_sample(row, sill, size, lower, upper, inverse) != 1:
        return size
    members[size] = source
    return size + 1


@njit(cache=True, nogil=True)
def to_weights(
    x: float,
    y: float,
    z: float,
    size: int,
    sources: _F8,
    nugget: float,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    members: _I8,
    lower: _F8,
    upper: _F8,
    inverse: _F8,
    out: _F8,
) -> float:
    """Weights of the members of a factor at a place into ``out``; returns the variance left."""
    for r in range(size):
        dx = sources[members[r], 0] - x
        dy = sources[members[r], 1] - y
        dz = sources[members[r], 2] - z
        out[r] = covariance(dx, dy, dz, kinds, sills, transforms, tables)
        if dx * dx + dy * dy + dz * dz < SAME_PLACE_M2:
            for i in range(size):
                out[i] = 0.0
            out[r] = 1.0  # the place itself: exactly its value
            return 0.0
    left: float = nugget + sills.sum()
    forward(out, size, upper, inverse)
    for r in range(size):
        left -= out[r] * out[r]
    backward(out, size, lower, inverse)
    return max(left, 0.0)


@njit(cache=True, nogil=True)
def simple_weights(
    targets: _F8,
    sources: _F8,
    near: _I4,
    among: _F8,
    nugget: float,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    weights: _F8,
    variance: _F8,
) -> None:
    """Simple kriging weights (m, k) and variances (m,) at targets (m, 3).

    ``near`` (m, k) are rows of ``sources`` (s, 3), ending with -1 where there are fewer. What two
    successive targets' lists begin with alike is factorised once. ``among`` is as
    :func:`with_source` takes it; arguments from ``nugget`` on are ``Variogram.packed()``. A source
    at the target has all the weight; one that those before it in the list settle (at their place,
    or next to them under a smooth variogram) has none.
    """
    most = near.shape[1]
    lower, upper = np.zeros((most, most)), np.zeros((most, most))
    inverse, row, found = np.zeros(most), np.zeros(most), np.zeros(most)
    members = np.zeros(most, np.int64)
    held, sizes = np.full(most, -1, np.int64), np.zeros(most + 1, np.int64)
    for t in range(len(targets)):
        same = 0
        while same < most and near[t, same] >= 0 and near[t, same] == held[same]:
            same += 1
        count = same
        while count < most and near[t, count] >= 0:
            held[count] = near[t, count]
            sizes[count + 1] = with_source(
                near[t, count], sizes[count], sources, among, nugget, kinds, sills, transforms,
                tables, members, row, lower, upper, inverse,
            )  # fmt: skip
            count += 1
        held[count:] = -1
        variance[t] = to_weights(
            targets[t, 0], targets[t, 1], targets[t, 2], sizes[count], sources, nugget, kinds,
            sills, transforms, tables, members, lower, upper, inverse, found,
        )  # fmt: skip
        for i in range(most):
            inside = i < count and sizes[i + 1] > sizes[i]
            weights[t, i] = found[sizes[i]] if inside else 0.0


@njit(cache=True, nogil=True)
def covariances_among(
    places: _F8, nugget: float, kinds: _I8, sills: _F8, transforms: _F8, tables: _F8, out: _F8
) -> None:
    """Covariances of places (s, 3) with each other into ``out`` (s, s)."""
    for i in range(len(places)):
        for j in range(i + 1):
            dx = places[i, 0] - places[j, 0]
            dy = places[i, 1] - places[j, 1]
            dz = places[i, 2] - places[j, 2]
            value = covariance(dx, dy, dz, kinds, sills, transforms, tables)
            if dx * dx + dy * dy + dz * dz < SAME_PLACE_M2:
                value += nugget
            out[i, j] = value
            out[j, i] = value


@njit(cache=True, nogil=True)
def add_residuals(near: _I4, weights: _F8, residuals: _F8, at: _I8, fields: _F8) -> None:
    """Add kriged residuals to several fields at once.

    ``near``, ``weights`` (m, k) as of :func:`simple_weights`; ``residuals`` (s, f) of f fields;
    ``at`` (m,) are the columns of ``fields`` (f, n) that the targets are.
    """
    count = residuals.shape[1]
    for t in range(len(near)):
        for f in range(count):
            total = 0.0
            for i in range(near.shape[1]):
                source = near[t, i]
                if source < 0:
                    break
                total += weights[t, i] * residuals[source, f]
            fields[f, at[t]] += total


@njit(cache=True, nogil=True)
def draw_in_order(
    near: _I4, weights: _F8, variance: _F8, noise: _F8, values: _F8, start: int
) -> None:
    """Draw values one after the other, each given the sources before it.

    ``values`` (s, f) of f fields; rows from ``start`` on are drawn, row ``start + t`` from row
    ``t`` of ``near``, ``weights`` (m, k), ``variance`` (m,) and ``noise`` (m, f).
    """
    for t in range(len(near)):
        deviation = math.sqrt(variance[t])
        for f in range(values.shape[1]):
            total = deviation * noise[t, f]
            for i in range(near.shape[1]):
                source = near[t, i]
                if source < 0:
                    break
                total += weights[t, i] * values[source, f]
            values[start + t, f] = total
