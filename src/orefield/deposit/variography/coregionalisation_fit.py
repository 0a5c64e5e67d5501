"""A linear model of coregionalisation fitted to direct and cross variograms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.variogram import Kind, Structure
from orefield.deposit.variography.coregionalisation import Coregionalisation
from orefield.deposit.variography.experimental import Experimental
from orefield.deposit.variography.fit_points import FitPoints
from orefield.deposit.variography.fit_search import Held
from orefield.deposit.variography.fitting import DEFAULT_KINDS, fit_variogram

_F8 = NDArray[np.float64]

_MOST_ROUNDS = 2000
_SETTLED = 1e-12


@dataclass(frozen=True, eq=False)
class FittedCoregionalisation:
    """A fitted model of several variables.

    Attributes
    ----------
    model : Coregionalisation
        Its matrices of sills are positive semi-definite by construction.
    rounds : int
        Iterations it took.
    error : float
        Weighted sum of squared differences of all direct and cross variograms, each over the
        product of its variables' standard deviations.
    r2 : ndarray of shape (v, v)
        Share of the weighted variation of each variogram that the model explains.
    notes : tuple of str
    """

    model: Coregionalisation
    rounds: int
    error: float
    r2: _F8
    notes: tuple[str, ...]


def fit_coregionalisation(
    curves: Sequence[Experimental],
    *,
    shapes: Sequence[Structure] | None = None,
    nugget: bool = True,
    structures: int | None = None,
    kinds: Sequence[Kind] = DEFAULT_KINDS,
    held: Held | None = None,
    weights: str = "pairs/h2",
    isotropic: bool = False,
    min_pairs: int = 10,
) -> FittedCoregionalisation:
    """Matrices of sills nearest to all direct and cross variograms together.

    One matrix after another is set to the best that the others leave, and projected on the
    positive semi-definite ones, until nothing changes (Goulard and Voltz, 1992, Mathematical
    Geology 24, 269-286). The problem is convex, and every step is its best: the end does not
    depend on the start.

    Parameters
    ----------
    curves : sequence of Experimental
        As :func:`orefield.deposit.variography.experimental` gives them with ``cross=True``:
        every direct and every cross variogram, over the same directions and lags.
    shapes : sequence of Structure, optional
        Structures, sills left aside; fitted to the mean of the direct variograms, each over its
        variance, when left out.
    nugget : bool
        Whether there is one.
    structures, kinds, held, isotropic
        For the fit of shapes, as :func:`orefield.deposit.variography.fit_variogram`.
    weights, min_pairs
        As there; a point weighs by the fewest pairs of all variograms at it.

    Raises
    ------
    ModelError
        When a variogram is missing, lags differ, too few are left, or a variable does not
        vary.
    """
    names, table = _by_pair(curves)
    v = len(names)
    directions = len(table[0, 0])
    scale = np.sqrt([table[i, i][0].variance for i in range(v)])
    if not (scale > 0).all():
        flat = names[int(np.flatnonzero(~(scale > 0))[0])]
        raise ModelError(f"'{flat}' does not vary", fix="leave it out")
    pooled = [_pool([table[i, j][d] for i in range(v) for j in range(v)], table, scale, d)
              for d in range(directions)]  # fmt: skip
    points = FitPoints.of(pooled, min_pairs=min_pairs)
    notes: tuple[str, ...] = ()
    if shapes is None:
        fitted = fit_variogram(
            pooled,
            structures=structures,
            kinds=kinds,
            held=held,
            weights=weights,
            isotropic=isotropic,
            min_pairs=min_pairs,
        )
        shapes, notes = fitted.variogram.structures, fitted.notes
    gamma = _matrices(table, pooled, scale, min_pairs)
    columns = [np.ones(len(gamma))] if nugget else []
    for s in shapes:
        reduced = points.lags_m @ s.ellipsoid.transform().T
        columns.append(1.0 - s.correlation(np.sqrt((reduced**2).sum(axis=1))))
    if not columns:
        raise ModelError("no structure and no nugget", fix="give at least one")
    weight = points.weights("pairs" if weights == "pairs/gamma2" else weights)
    sills, rounds, error = goulard_voltz(np.column_stack(columns), gamma, weight)
    left = gamma - np.einsum("ks,sab->kab", np.column_stack(columns), sills)
    around = gamma - np.average(gamma, axis=0, weights=weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = 1.0 - np.einsum("k,kab->ab", weight, left**2) / np.einsum(
            "k,kab->ab", weight, around**2
        )
    real = sills * np.outer(scale, scale)
    keep = [k for k in range(len(shapes)) if np.trace(sills[k + nugget]) > 1e-6 * v]
    model = Coregionalisation(
        names,
        real[0] if nugget else np.zeros((v, v)),
        tuple(replace(shapes[k], sill=1.0) for k in keep),
        np.array([real[k + nugget] for k in keep]).reshape(-1, v, v),
    )
    return FittedCoregionalisation(model, rounds, error, r2, notes)


def goulard_voltz(columns: _F8, gamma: _F8, weight: _F8) -> tuple[_F8, int, float]:
    """Positive semi-definite matrices B with ``sum_s columns[:, s] * B_s`` nearest to ``gamma``.

    Parameters
    ----------
    columns : ndarray of shape (k, s)
        Value of each structure with a sill of one, at each point.
    gamma : ndarray of shape (k, v, v)
        Symmetric.
    weight : ndarray of shape (k,)
        Of points.

    Returns
    -------
    sills : ndarray of shape (s, v, v)
    rounds : int
    error : float
        Weighted sum of squares left.
    """
    n_s, v = columns.shape[1], gamma.shape[1]
    # only these products matter from here on: a round does not go over points again
    inner = columns.T @ (weight[:, None] * columns)
    target = np.einsum("k,ks,kab->sab", weight, columns, gamma)
    square = float(np.einsum("k,kab->", weight, gamma**2))
    sills = np.zeros((n_s, v, v))
    last, error, rounds = np.inf, square, 0
    while rounds < _MOST_ROUNDS and last - error > _SETTLED * square:
        rounds += 1
        for s in range(n_s):
            if inner[s, s] <= 0:
                continue
            others = np.einsum("r,rab->ab", inner[s], sills) - inner[s, s] * sills[s]
            sills[s] = _nearest((target[s] - others) / inner[s, s])
        last, error = (
            error,
            square
            - 2.0 * float((target * sills).sum())
            + float(np.einsum("sr,sab,rab->", inner, sills, sills)),
        )
    return sills, rounds, max(error, 0.0)


def _nearest(matrix: _F8) -> _F8:
    """The positive semi-definite matrix nearest to a symmetric one."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    out = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return np.asarray(0.5 * (out + out.T))


def _by_pair(
    curves: Sequence[Experimental],
) -> tuple[tuple[str, ...], dict[tuple[int, int], list[Experimental]]]:
    names = tuple(dict.fromkeys(name for curve in curves for name in curve.values))
    if len(names) < 2:
        raise ModelError(
            f"a coregionalisation of {len(names)} variable", fix="give variograms of two or more"
        )
    table: dict[tuple[int, int], list[Experimental]] = {}
    for curve in curves:
        if curve.measure != "semivariogram":
            raise ModelError(f"a coregionalisation of a {curve.measure}", fix="use semivariograms")
        i, j = (names.index(name) for name in curve.values)
        table.setdefault((i, j), []).append(curve)
        if i != j:
            table.setdefault((j, i), []).append(curve)
    shape = [(len(c.pairs), c.direction) for c in table.get((0, 0), [])]
    for i in range(len(names)):
        for j in range(i, len(names)):
            if [(len(c.pairs), c.direction) for c in table.get((i, j), [])] != shape or not shape:
                raise ModelError(
                    f"the variogram of {names[i]} and {names[j]} is missing, or over other lags",
                    fix="make all with one call of experimental(..., cross=True)",
                )
    return names, table


def _pool(
    parts: list[Experimental],
    table: dict[tuple[int, int], list[Experimental]],
    scale: _F8,
    d: int,
) -> Experimental:
    """The mean of direct variograms over their variances, with the fewest pairs of all."""
    direct = [table[i, i][d] for i in range(len(scale))]
    pairs = np.min([p.pairs for p in parts], axis=0)
    usable = np.all([p.known for p in parts], axis=0)
    gamma = np.mean([c.gamma / s**2 for c, s in zip(direct, scale, strict=True)], axis=0)
    return Experimental(
        ("pooled", "pooled"),
        "semivariogram",
        direct[0].direction,
        np.where(usable, pairs, 0),
        np.mean([p.distance_m for p in parts], axis=0),
        gamma,
        1.0,
        min(p.samples for p in parts),
        direct[0].collocated,
    )


def _matrices(
    table: dict[tuple[int, int], list[Experimental]],
    pooled: list[Experimental],
    scale: _F8,
    min_pairs: int,
) -> _F8:
    """Variograms at the points that the pooled ones keep, shape (k, v, v)."""
    v = len(scale)
    out = []
    for d, pool in enumerate(pooled):
        use = pool.known & (pool.pairs >= min_pairs) & (pool.distance_m > 0)
        out.append(
            np.array(
                [
                    [table[i, j][d].gamma[use] / (scale[i] * scale[j]) for j in range(v)]
                    for i in range(v)
                ]
            ).transpose(2, 0, 1)
        )
    return np.concatenate(out)
