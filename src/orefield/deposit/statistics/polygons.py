"""Declustering weights by the area or volume nearer to a sample than to any other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

_NODES = 400_000


def polygon_weights(xy_m: _F8, *, box_m: tuple[float, float, float, float] | None = None) -> _F8:
    """Areas of influence in a plane, one on average, shape (n,).

    Voronoi cells clipped to a rectangle. Samples at one place share its cell.

    Parameters
    ----------
    xy_m : ndarray of shape (n, 2) or (n, 3)
        Only east and north matter.
    box_m : (west, south, east, north), optional
        Holds every sample; their own extent, wider by half the median spacing, when left out.

    Raises
    ------
    ModelError
        When a sample is outside the box, or the box has no area.
    """
    xy = np.asarray(xy_m, dtype=np.float64)[:, :2]
    places, of = np.unique(xy, axis=0, return_inverse=True)
    of = of.reshape(-1)
    west, south, east, north = box_m or _box(places)
    inside = (xy >= [west, south]).all(axis=1) & (xy <= [east, north]).all(axis=1)
    if not (east > west and north > south and inside.all()):
        raise ModelError(
            f"box ({west:g}, {south:g}) to ({east:g}, {north:g}) does not hold every sample",
            fix="give (west, south, east, north) around all of them",
        )
    # scaled to a unit square: mirrored in its sides, every cell ends at them
    unit = (places - [west, south]) / [east - west, north - south]
    aspect = np.array([1.0, (north - south) / (east - west)])
    points = unit * aspect
    mirrored = [points]
    for axis in range(2):
        for side in (0.0, aspect[axis]):
            copy = points.copy()
            copy[:, axis] = 2.0 * side - copy[:, axis]
            mirrored.append(copy)
    cells = Voronoi(np.concatenate(mirrored))
    area = np.empty(len(places))
    for k in range(len(places)):
        corner = cells.vertices[cells.regions[cells.point_region[k]]]
        around = corner - points[k]
        order = np.argsort(np.arctan2(around[:, 1], around[:, 0]))
        x, y = around[order].T
        area[k] = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    share = area[of] / np.bincount(of)[of]
    return np.asarray(share / share.mean())


def node_weights(xyz_m: _F8, *, spacing_m: float | None = None, reach_m: float = math.inf) -> _F8:
    """Volumes of influence in space by counting nodes of a grid, one on average, shape (n,).

    A sample far from every node that is nearer to another gets 0. Samples at one place share.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        Positions.
    spacing_m : float, optional
        Of nodes; about 400,000 of them when left out.
    reach_m : float
        Nodes further than this from any sample count for none.

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
    share = total[of] / np.bincount(of)[of]
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
