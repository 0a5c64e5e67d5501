"""Sequential simulation on the nodes of a grid: Gaussian values, and categories by indicators."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.gaussian_conditioning import to_weights, with_source

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_I4 = NDArray[np.int32]
_I1 = NDArray[np.int8]
_B1 = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def informed_around(
    node: int,
    shape: _I8,
    steps: _I8,
    known: _B1,
    most: int,
    near: _I8,
    which: _I8,
) -> int:
    """Nodes with a value round ``node``, the nearest first; returns how many there are.

    ``steps`` (m, 3) are steps of the grid in order of distance; ``near`` (most,) takes the nodes
    and ``which`` (most,) the rows of ``steps`` that lead to them.
    """
    nx, ny = shape[0], shape[1]
    layer, cell = node // (nx * ny), node % (nx * ny)
    y, x = cell // nx, cell % nx
    count = 0
    for s in range(len(steps)):
        i, j, k = x + steps[s, 0], y + steps[s, 1], layer + steps[s, 2]
        if i < 0 or j < 0 or k < 0 or i >= nx or j >= ny or k >= shape[2]:
            continue
        other = i + nx * (j + ny * k)
        if known[other]:
            near[count] = other
            which[count] = s
            count += 1
            if count == most:
                break
    return count


@njit(cache=True, nogil=True)
def sequential_gaussian(
    path: _I8,
    shape: _I8,
    steps: _I8,
    lags: _F8,
    known: _B1,
    most: int,
    noise: _F8,
    nugget: float,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    values: _F8,
) -> None:
    """Draw several fields node by node along one path, given all values before.

    Parameters
    ----------
    path : (p,) int64
        Nodes in the order of their turn; those that are ``known`` are passed over.
    shape : (3,) int64
        Of the grid: nx, ny, nz.
    steps, lags : (m, 3)
        Steps of the grid by distance, and the same in m (east, north, up).
    known : (n,) bool
        True at data; true everywhere on the path afterwards.
    most : int
        Neighbours at most.
    noise : (p, f)
        Standard normal, one a turn and field.
    nugget, kinds, sills, transforms, tables
        ``Variogram.packed()``.
    values : (n, f)
        Data in, all nodes of the path out.
    """
    near, which = np.zeros(most, np.int64), np.zeros(most, np.int64)
    lower, upper = np.zeros((most, most)), np.zeros((most, most))
    inverse, row, weights = np.zeros(most), np.zeros(most), np.zeros(most)
    members, places = np.zeros(most, np.int64), np.zeros((most, 3))
    among = np.zeros((0, 0))
    for turn in range(path.size):
        node = path[turn]
        if known[node]:
            continue
        count = informed_around(node, shape, steps, known, most, near, which)
        size = 0
        for c in range(count):
            for axis in range(3):
                places[c, axis] = lags[which[c], axis]
            size = with_source(
                c, size, places, among, nugget, kinds, sills, transforms, tables, members, row,
                lower, upper, inverse,
            )  # fmt: skip
        left = to_weights(
            0.0, 0.0, 0.0, size, places, nugget, kinds, sills, transforms, tables, members,
            lower, upper, inverse, weights,
        )  # fmt: skip
        deviation = math.sqrt(left)
        for f in range(values.shape[1]):
            total = deviation * noise[turn, f]
            for r in range(size):
                total += weights[r] * values[near[members[r]], f]
            values[node, f] = total
        known[node] = True


@njit(cache=True, nogil=True)
def sequential_indicators(
    path: _I8,
    shape: _I8,
    steps: _I8,
    lags: _F8,
    known: _B1,
    most: int,
    uniform: _F8,
    proportions: _F8,
    nuggets: _F8,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    first: _I8,
    values: _I1,
    repaired: _F8,
) -> None:
    """Draw several fields of categories node by node along one path.

    As :func:`sequential_gaussian`, but: ``uniform`` (p, f) in [0, 1); ``proportions`` (n, k) or
    (1, k) of the categories; ``nuggets`` (v,) and ``first`` (v + 1,) tell which structures
    are of which variogram, v = 1 for one of all categories or v = k for one each; ``values``
    (n, f) are numbers of categories. Probabilities below 0 are set to 0, and all scaled to add up
    to 1; ``repaired`` (2,) takes how often that was done, and by how much in all.
    """
    categories = proportions.shape[1]
    models = nuggets.size
    near, which = np.zeros(most, np.int64), np.zeros(most, np.int64)
    lower, upper = np.zeros((most, most)), np.zeros((most, most))
    inverse, row = np.zeros(most), np.zeros(most)
    weights, members = np.zeros((models, most)), np.zeros((models, most), np.int64)
    sizes = np.zeros(models, np.int64)
    places, share = np.zeros((most, 3)), np.zeros(categories)
    among = np.zeros((0, 0))
    for turn in range(path.size):
        node = path[turn]
        if known[node]:
            continue
        count = informed_around(node, shape, steps, known, most, near, which)
        for c in range(count):
            for axis in range(3):
                places[c, axis] = lags[which[c], axis]
        for v in range(models):
            a, b = first[v], first[v + 1]
            size = 0
            for c in range(count):
                size = with_source(
                    c, size, places, among, nuggets[v], kinds[a:b], sills[a:b], transforms[a:b],
                    tables[a:b], members[v], row, lower, upper, inverse,
                )  # fmt: skip
            sizes[v] = size
            to_weights(
                0.0, 0.0, 0.0, size, places, nuggets[v], kinds[a:b], sills[a:b], transforms[a:b],
                tables[a:b], members[v], lower, upper, inverse, weights[v],
            )  # fmt: skip
        at = node if len(proportions) > 1 else 0
        for f in range(values.shape[1]):
            total, off = 0.0, 0.0
            for k in range(categories):
                v = k if models > 1 else 0
                p = proportions[at, k]
                for r in range(sizes[v]):
                    other = near[members[v, r]]
                    there = proportions[other if len(proportions) > 1 else 0, k]
                    p += weights[v, r] * ((1.0 if values[other, f] == k else 0.0) - there)
                if p < 0.0:
                    off -= p
                    p = 0.0
                share[k] = p
                total += p
            if off > 0.0 or abs(total - 1.0) > 1e-9:
                repaired[0] += 1.0
                repaired[1] += off + abs(total - 1.0)
            left = uniform[turn, f] * total
            chosen = 0
            while chosen < categories - 1 and left >= share[chosen]:
                left -= share[chosen]
                chosen += 1
            values[node, f] = chosen
        known[node] = True
