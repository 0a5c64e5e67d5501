"""Kriging of many blocks from their neighbours."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.covariance_rows import covariance_row, reduce_place
from orefield.kernels.kriging_system import (
    add_sample,
    backward,
    factor_drift,
    forward,
    solve_drift,
)

_F8 = NDArray[np.float64]
_I1 = NDArray[np.int8]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]

DONE, FEW, REDUNDANT_LEFT_OUT, INDEFINITE_MODEL, DRIFT_UNKNOWN = 0, 1, 2, 3, 4
"""What became of a block: places in ``orefield.deposit.estimation.STATUS``."""

SAME_PLACE_M2 = 1e-12
"""Squared distance (m2) up to which a sample is at a place."""


@njit(cache=True, nogil=True)
def block_variance(offsets: _F8, kinds: _I8, sill: _F8, tables: _F8, transforms: _F8) -> float:
    """Mean covariance of the points of a block among themselves, the nugget left out."""
    q, structures = len(offsets), len(kinds)
    rx, ry, rz = np.empty((structures, q)), np.empty((structures, q)), np.empty((structures, q))
    for i in range(q):
        reduce_place(offsets[i, 0], offsets[i, 1], offsets[i, 2], transforms, i, rx, ry, rz)
    none = np.zeros(1, np.int64)
    d2, row = np.empty(q), np.empty(q)
    total = 0.0
    for i in range(q):
        row[:] = 0.0
        covariance_row(rx, ry, rz, i, rx, ry, rz, i + 1, kinds, sill, tables, 0, none, d2, row)
        for j in range(i):
            total += 2.0 * row[j]
        total += row[i]
    return total / (q * q)


@njit(cache=True, nogil=True)
def krige_blocks(
    index: _I4,
    count: _I4,
    centres: _F8,
    offsets: _F8,
    is_block: bool,
    xyz: _F8,
    values: _F8,
    variable: _I8,
    noise: _F8,
    drift_samples: _F8,
    drift_blocks: _F8,
    which: _I4,
    transforms: _F8,
    kinds: _I8,
    sills: _F8,
    tables: _F8,
    nugget: _F8,
    estimate: _F8,
    variance: _F8,
    support: _F8,
    slope: _F8,
    lagrange: _F8,
    negative: _F8,
    weights: _F8,
    status: _I1,
) -> None:
    """Estimates and variances of blocks (or points) of variable 0.

    Parameters
    ----------
    index, count : (m, k) int32, (m,) int32
        Neighbours of each block; blocks of count 0 are left alone (status FEW).
    centres : (m, 3)
        Middles of blocks (m).
    offsets : (q, 3)
        Points of a block about its middle (m); one of zeros for points.
    is_block : bool
        Block support: the nugget is in no covariance with the block.
    xyz, values : (n, 3), (n, v)
        Samples; ``v`` columns are estimated with the same weights.
    variable : (n,)
        Which variable a sample is of (co-kriging); zeros otherwise.
    noise : (n,)
        Variance of a sample's own error, beside the nugget.
    drift_samples, drift_blocks : (n, p), (m, p)
        Drifts; p = 0 for simple kriging, a column of ones for ordinary kriging.
    which : (m,) int32, or (0,)
        The block's row of ``transforms``; row 0 for all where empty.
    transforms, kinds, sills, tables, nugget : (t, s, 3, 3), (s,), (s, v, v), (s, k), (v, v)
        The model, as ``Variogram.packed()`` has it.
    estimate : (m, v), out
        NaN where there is none.
    variance, support, slope, lagrange, negative : (m,), out
        Kriging variance; variance of the block itself; slope of regression of the true on the
        estimated grade; the first multiplier; sum of the negative weights.
    weights : (m, k) or (0, 0), out
        In the order of ``index``.
    status : (m,) int8, out
        What became of the block.
    """
    m, most = index.shape
    q, p = len(offsets), drift_samples.shape[1]
    lower, upper = np.zeros((most, most)), np.zeros((most, most))
    inverse = np.empty(most)
    xs, ys, zs = np.empty(most), np.empty(most), np.empty(most)
    structures = len(kinds)
    rx, ry, rz = (
        np.empty((structures, most)), np.empty((structures, most)), np.empty((structures, most))
    )  # fmt: skip
    px, py, pz = np.empty((structures, 1)), np.empty((structures, 1)), np.empty((structures, 1))
    own = np.empty(most, np.int64)  # sample of a row of the factor
    kind_of = np.zeros(most, np.int64)
    rank = np.zeros(most + 1, np.int64)  # rows of the factor before a neighbour
    drift = np.zeros((p, most))
    schur = np.zeros((p, p))
    nu = np.empty(p)
    d2, row, k, y = np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    kept = np.empty(most, np.int32)
    kept_count, kept_which, size = 0, -1, 0
    definite = told_apart = True
    spread = np.nan
    for b in range(m):
        n = count[b]
        estimate[b, :] = np.nan
        variance[b] = slope[b] = lagrange[b] = negative[b] = support[b] = np.nan
        if weights.size > 0:
            weights[b, :] = 0.0
        if n == 0:
            status[b] = FEW
            continue
        turn = which[b] if which.size > 0 else 0
        same = 0
        if turn == kept_which:
            while same < n and same < kept_count and index[b, same] == kept[same]:
                same += 1
        else:
            own_sill = sills[:, :1, :1].copy()
            spread = nugget[0, 0] + own_sill.sum()
            if is_block:
                spread = block_variance(offsets, kinds, own_sill, tables, transforms[turn])
        if same < n or kept_count != n or turn != kept_which:
            # a failed factor is no beginning for another
            if not definite:
                same = 0
            definite = True
            size = rank[same] if same > 0 else 0
            for at in range(same, n):
                rank[at] = size
                i = index[b, at]
                row[:size] = 0.0
                v = variable[i]
                # behind the last of the factor, where it stays if it is added
                reduce_place(xyz[i, 0], xyz[i, 1], xyz[i, 2], transforms[turn], size, rx, ry, rz)
                covariance_row(
                    rx, ry, rz, size, rx, ry, rz, size, kinds, sills, tables, v, kind_of, d2, row
                )
                if sills.shape[1] > 1:
                    for j in range(size):
                        dx, dy, dz = xs[j] - xyz[i, 0], ys[j] - xyz[i, 1], zs[j] - xyz[i, 2]
                        if dx * dx + dy * dy + dz * dz <= SAME_PLACE_M2:
                            row[j] += nugget[v, kind_of[j]]
                own_variance = nugget[v, v] + noise[i]
                for s in range(kinds.size):
                    own_variance += sills[s, v, v]
                added = add_sample(row, own_variance, size, lower, upper, inverse)
                if added < 0:
                    definite = False
                    break
                if added == 1:
                    xs[size], ys[size], zs[size] = xyz[i, 0], xyz[i, 1], xyz[i, 2]
                    own[size] = i
                    kind_of[size] = v
                    size += 1
            rank[n] = size
            kept[:n] = index[b, :n]
            kept_count, kept_which = n, turn
            if definite:
                for a in range(p):
                    for i in range(size):
                        drift[a, i] = drift_samples[own[i], a]
                    forward(drift[a], size, upper, inverse)
                told_apart = factor_drift(drift, p, size, schur)
        if not definite:
            status[b] = INDEFINITE_MODEL
            continue
        possible = told_apart
        for a in range(p):
            if schur[a, a] == np.inf and drift_blocks[b, a] != 0.0:
                possible = False
        if not possible:
            status[b] = DRIFT_UNKNOWN
            continue
        k[:size] = 0.0
        for o in range(q):
            reduce_place(
                centres[b, 0] + offsets[o, 0], centres[b, 1] + offsets[o, 1],
                centres[b, 2] + offsets[o, 2], transforms[turn], 0, px, py, pz,
            )  # fmt: skip
            covariance_row(px, py, pz, 0, rx, ry, rz, size, kinds, sills, tables, 0, kind_of, d2, k)
        for i in range(size):
            k[i] /= q
        if not is_block:
            for i in range(size):
                dx, dy, dz = xs[i] - centres[b, 0], ys[i] - centres[b, 1], zs[i] - centres[b, 2]
                if dx * dx + dy * dy + dz * dz <= SAME_PLACE_M2:
                    k[i] += nugget[0, kind_of[i]]
        forward(k, size, upper, inverse)
        for a in range(p):
            total = -drift_blocks[b, a]
            for i in range(size):
                total += drift[a, i] * k[i]
            nu[a] = total
        solve_drift(schur, p, nu)
        y[:size] = k[:size]
        for a in range(p):
            for i in range(size):
                y[i] -= nu[a] * drift[a, i]
        with_truth, of_estimate = 0.0, 0.0
        for i in range(size):
            with_truth += y[i] * k[i]
            of_estimate += y[i] * y[i]
        left = spread - with_truth
        for a in range(p):
            left -= nu[a] * drift_blocks[b, a]
        backward(y, size, lower, inverse)
        for v in range(values.shape[1]):
            total = 0.0
            for i in range(size):
                total += y[i] * values[own[i], v]
            estimate[b, v] = total
        below = 0.0
        for i in range(size):
            below += min(y[i], 0.0)
        if weights.size > 0:
            for at in range(n):
                if rank[at + 1] > rank[at]:
                    weights[b, at] = y[rank[at]]
        variance[b] = max(left, 0.0)
        support[b] = spread
        # an estimate without variance (the mean itself) has no slope; told as one
        slope[b] = with_truth / of_estimate if of_estimate > 1e-12 * spread else 1.0
        lagrange[b] = nu[0] if p > 0 else 0.0
        negative[b] = below
        status[b] = DONE if size == n else REDUNDANT_LEFT_OUT
