r"""The kriging system of one neighbourhood: factorised once, solved for any number of blocks.

With ``K = L L'`` the covariances of samples, ``F`` the drifts at samples (a column of ones for
ordinary kriging), ``k`` the covariances of samples with a block and ``f`` the drifts of the
block, the weights are ``L' \ y`` with ``y = L \ k - U nu``, ``U = L \ F`` and
``(U' U) nu = U' (L \ k) - f`` (the Schur complement of the bordered system: Chiles and Delfiner,
Geostatistics, 2012, chapter 3). ``L`` and ``U`` stay as long as the neighbours stay. Columns of
``L`` are found from the earlier ones alone, so the part that two neighbourhoods begin with alike
is kept, and the result is the same to the last bit as if nothing had been kept.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.uncounted import uncounted

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

REDUNDANT = 1e-10
"""A sample is redundant where less than this share of its variance is left by the others."""

INDEFINITE = -1e-7
"""Below this share, the covariances are of no field at all."""


@uncounted
def add_sample(row: _F8, variance: float, size: int, lower: _F8, upper: _F8, inverse: _F8) -> int:
    """One more sample in the factor.

    Parameters
    ----------
    row : (size,)
        Its covariances with those there are; overwritten.
    variance : float
        With itself.
    size : int
        Samples in the factor.
    lower, upper : (k, k)
        ``L`` and its transpose, the diagonal left out; filled to ``size``.
    inverse : (k,)
        One over the diagonal.

    Returns
    -------
    int
        1: added; 0: redundant, nothing changed; -1: the covariances are not positive definite.
    """
    left = variance
    end = np.uint64(size)
    for i in range(end):
        value = row[i] * inverse[i]
        row[i] = value
        left -= value * value
        # unsigned: an index that cannot be negative is not looked at twice
        for j in range(i + np.uint64(1), end):
            row[j] -= value * upper[i, j]
    if not left > REDUNDANT * variance:
        return 0 if left > INDEFINITE * variance else -1
    for i in range(size):
        lower[size, i] = row[i]
        upper[i, size] = row[i]
    inverse[size] = 1.0 / math.sqrt(left)
    return 1


@uncounted
def forward(values: _F8, size: int, upper: _F8, inverse: _F8) -> None:
    r"""``L \ values``, in place."""
    end = np.uint64(size)
    for i in range(end):
        value = values[i] * inverse[i]
        values[i] = value
        for j in range(i + np.uint64(1), end):
            values[j] -= value * upper[i, j]


@uncounted
def backward(values: _F8, size: int, lower: _F8, inverse: _F8) -> None:
    r"""``L' \ values``, in place."""
    for i in range(size - 1, -1, -1):
        value = values[i] * inverse[i]
        values[i] = value
        for j in range(i):
            values[j] -= value * lower[i, j]


@uncounted
def factor_drift(drift: _F8, count: int, size: int, schur: _F8) -> bool:
    """Lower Cholesky factor of ``U' U`` into ``schur``; false when the drifts are not told apart.

    Parameters
    ----------
    drift : (p, k)
        ``U'``.
    count, size : int
        Rows and columns of it that are filled.
    schur : (p, p), out
        Its lower half.
    """
    for a in range(count):
        for b in range(a + 1):
            total = 0.0
            for i in range(size):
                total += drift[a, i] * drift[b, i]
            whole = total
            if a == b and whole == 0.0:
                # no sample has this drift: its multiplier is zero, if the block has none either
                schur[a, a] = np.inf
                continue
            for c in range(b):
                total -= schur[a, c] * schur[b, c]
            if a == b:
                if not total > REDUNDANT * whole:
                    return False
                schur[a, a] = math.sqrt(total)
            else:
                schur[a, b] = total / schur[b, b]
    return True


@uncounted
def solve_drift(schur: _F8, count: int, values: _F8) -> None:
    r"""``(U' U) \ values`` by its factor, in place."""
    for a in range(count):
        for b in range(a):
            values[a] -= schur[a, b] * values[b]
        values[a] /= schur[a, a]
    for a in range(count - 1, -1, -1):
        for b in range(a + 1, count):
            values[a] -= schur[b, a] * values[b]
        values[a] /= schur[a, a]
