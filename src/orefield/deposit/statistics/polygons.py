"""Declustering weights by the area or volume nearer to a sample than to any other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

_NODES = 400_000


def polygon_weights(
    xy_m: _F8,
    *,
    box_m: tuple[float, float, float, float] | None = None,
    lengths_m: _F8 | None = None,
) -> _F8:
    """Areas of influence in a plane, one on average, shape (n,).

    Voronoi cells clipped to a rectangle. Samples at one place share its cell, by length where
    lengths are given.

    Parameters
    ----------
    xy_m : ndarray of shape (n, 2) or (n, 3)
        Only east and north matter.
    box_m : (west, south, east, north), optional
        Holds every sample; their own extent, wider by half the median spacing, when left out.
    lengths_m : ndarray of shape (n,), optional
        Of samples, positive.

    Raises
    ------
    ModelError
        When a sample is outside the box, or the box has no area.
    """
    xy = np.asarray(xy_m, dtype=np.float64)[:, :2]
    west, south, east, north = box_m or _box(np.unique(np.round(xy, 6), axis=0))
    inside = (xy >= [west, south]).all(axis=1) & (xy <= [east, north]).all(axis=1)
    if not (east > west and north > south and inside.all()):
        raise ModelError(
            f"box ({west:g}, {south:g}) to ({east:g}, {north:g}) does not hold every sample",
            fix="give (west, south, east, north) around all of them",
        )
    # from the box's own corner, its longer side one: digits are not lost to large coordinates;
    # what is closer than a billionth of it is at one place
    side = max(east - west, north - south)
    wide, high = (east - west) / side, (north - south) / side
    points, of = np.unique(np.round((xy - [west, south]) / side, 9), axis=0, return_inverse=True)
    of = of.reshape(-1)
    # four points so far off that their cells do not come near the box: all others are closed
    middle = np.array([0.5 * wide, 0.5 * high])
    far = middle + 8.0 * np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
    cells = Voronoi(np.concatenate([points, far]))
    area = np.empty(len(points))
    for k in range(len(points)):
        corner = cells.vertices[cells.regions[cells.point_region[k]]]
        around = corner - points[k]
        corner = corner[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
        for axis, end in ((0, wide), (1, high)):
            corner = _above(corner, axis, 0.0, 1.0)
            corner = _above(corner, axis, end, -1.0)
        x, y = (corner - points[k]).T
        area[k] = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    return _shared(area, of, lengths_m)


def node_weights(
    xyz_m: _F8,
    *,
    spacing_m: float | None = None,
    reach_m: float = math.inf,
    lengths_m: _F8 | None = None,
) -> _F8:
    """Volumes of influence in space by counting nodes of a grid, one on average, shape (n,).

    A sample that is nearest to no node gets 0. Samples at one place share, by length where
    lengths are given.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        Positions.
    spacing_m : float, optional
        Of nodes; about 400,000 of them when left out.
    reach_m : float
        Nodes further than this from any sample count for none.
    lengths_m : ndarray of shape (n,), optional
        Of samples, positive.

    Raises
    ------
    ModelError
        When no node is in reach, or there would be absurdly many.
    """
    xyz = np.asarray(xyz_m, dtype=np.float64)
    places, of = np.unique(xyz, axis=0, return_inverse=True)
    of = of.reshape(-1)
    low, high = places.min(axis=0), places.max(axis=0)
    extent = high - low
    wide = extent[extent > 0]
    if not wide.size:
        return np.ones(len(xyz))
    step = spacing_m or float((np.prod(wide) / _NODES) ** (1.0 / len(wide)))
    if not step > 0:
        raise ModelError(f"nodes {step:g} m apart", fix="give a positive spacing")
    counts = np.maximum(np.ceil(extent / step), 1).astype(np.int64)
    if np.prod(counts.astype(np.float64)) > 100 * _NODES:
        raise ModelError(f"nodes {step:g} m apart are too many", fix="give a wider spacing")
    axes = [low[a] + (np.arange(counts[a]) + 0.5) * (extent[a] / counts[a]) for a in range(3)]
    tree = cKDTree(places)
    total = np.zeros(len(places))
    for z in axes[2]:  # layer by layer: memory stays small
        x, y = np.meshgrid(axes[0], axes[1])
        nodes = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, z)])
        nearest = np.asarray(tree.query(nodes, k=[1], distance_upper_bound=reach_m)[1]).ravel()
        total += np.bincount(nearest[nearest < len(places)], minlength=len(places))
    if total.sum() == 0:
        raise ModelError(f"no node within {reach_m:g} m of a sample", fix="give a longer reach")
    return _shared(total, of, lengths_m)


def _above(corner: _F8, axis: int, bound: float, sign: float) -> _F8:
    """The part of a convex polygon, corners (c, 2) in turn, on one side of a bound.

    ``sign`` 1 keeps what is above, -1 what is below (Sutherland and Hodgman, 1974, from memory).
    """
    off = sign * (corner[:, axis] - bound)
    out: list[_F8] = []
    for k in range(len(corner)):
        here, there = off[k - 1], off[k]
        if here * there < 0:
            out.append(corner[k - 1] + here / (here - there) * (corner[k] - corner[k - 1]))
        if there >= 0:
            out.append(corner[k])
    return np.array(out).reshape(-1, 2)


def _shared(size: _F8, of: NDArray[np.int64], lengths_m: _F8 | None) -> _F8:
    """What each place has, divided among its samples; one on average, shape (n,)."""
    length = np.ones(len(of)) if lengths_m is None else np.asarray(lengths_m, dtype=np.float64)
    if length.shape != of.shape or not (np.isfinite(length).all() and (length > 0).all()):
        raise ModelError(
            "lengths of samples are not one each, finite and positive", fix="check the samples"
        )
    share = size[of] * length / np.bincount(of, weights=length)[of]
    return np.asarray(share / share.mean())


def _box(places: _F8) -> tuple[float, float, float, float]:
    if len(places) < 2:
        half = 0.5
    else:
        nearest = np.asarray(cKDTree(places).query(places, k=[2])[0])
        half = 0.5 * float(np.median(nearest))
    west, south = places.min(axis=0) - half
    east, north = places.max(axis=0) + half
    return float(west), float(south), float(east), float(north)
