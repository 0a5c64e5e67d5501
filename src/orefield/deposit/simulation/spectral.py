"""Gaussian fields at any points, as sums of random waves: no grid, data where they truly are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.conditioning import (
    KrigingWeights,
    default_search,
    krige_weights,
    unit_sill,
)
from orefield.deposit.simulation.drawing import Drawing
from orefield.deposit.simulation.streams import stream
from orefield.deposit.variogram import Structure, Variogram, matern_scale
from orefield.kernels.gaussian_waves import add_waves

_F8 = NDArray[np.float64]
WAVES = 2000
"""Waves of each structure: their sum is Gaussian for all that can be told."""

_SAME_M = 1e-6


@dataclass(frozen=True, eq=False)
class PointSimulation(Drawing):
    """Realisations of a Gaussian field at points, with or without data, which stay in their place.

    Build it with :meth:`on`. Every structure is a sum of cosine waves whose frequencies follow
    its spectral density, one random direction and length each (Shinozuka and Jan, 1972, Journal
    of Sound and Vibration 25(1); Emery and Lantuejoul, 2006, Computers and Geosciences 32(10),
    for turning bands; from memory). The covariance is the model's at every lag; that the field is
    Gaussian holds as well as a sum of :data:`WAVES` terms makes it. The nugget is white noise, a
    number for each place; a datum and a point at one place share it.

    Attributes
    ----------
    points_m : ndarray of shape (n, 3)
    variogram : Variogram
    data_m : ndarray of shape (d, 3)
    scores : ndarray of shape (d,)
    weights : KrigingWeights or None
    twin : ndarray of shape (n,), int64
        The datum at the place of a point; -1 for none.
    waves : int
    """

    points_m: _F8
    variogram: Variogram
    data_m: _F8
    scores: _F8
    weights: KrigingWeights | None
    twin: NDArray[np.int64]
    waves: int

    @classmethod
    def on(
        cls,
        points_m: _F8,
        variogram: Variogram,
        data_m: _F8 | None = None,
        scores: _F8 | None = None,
        *,
        search: Search | None = None,
        hole: NDArray[np.int32] | None = None,
        threads: int = 1,
        waves: int = WAVES,
    ) -> PointSimulation:
        """Weights and all that is the same for every realisation.

        Parameters
        ----------
        points_m : ndarray of shape (n, 3)
            Where the field is wanted.
        variogram : Variogram
            Of normal scores: its sill is 1, or near.
        data_m, scores : ndarray of shape (d, 3), (d,), optional
            Data, no two at one place.
        search : Search, optional
            Neighbours for kriging of residuals.
        hole : ndarray of shape (d,), int, optional
            Of the data, for a search that counts by hole; each its own when left out.
        threads : int
            Does not change the result.
        waves : int
            Of each structure.

        Raises
        ------
        ModelError
            When the sill is not 1, two data are at one place, none reaches a point, or there is
            no wave.
        """
        model = unit_sill(variogram)
        points = np.ascontiguousarray(points_m, dtype=np.float64)
        if waves < 1:
            raise ModelError(f"{waves} waves", fix="give a thousand or more")
        twin = np.full(len(points), -1, dtype=np.int64)
        if data_m is None or scores is None:
            return cls(points, model, np.zeros((0, 3)), np.zeros(0), None, twin, waves)
        data = np.ascontiguousarray(data_m, dtype=np.float64)
        places = {tuple(row): i for i, row in enumerate(np.round(data / _SAME_M).astype(np.int64))}
        if len(places) < len(data):
            raise ModelError("two data are at one place", fix="average them, or leave one out")
        for i, row in enumerate(np.round(points / _SAME_M).astype(np.int64)):
            twin[i] = places.get(tuple(row), -1)
        weights = krige_weights(points, data, model, search or default_search(model), hole, threads)
        if not (weights.near >= 0).any():
            raise ModelError(f"none of {len(data)} data reaches a point", fix="widen the search")
        return cls(points, model, data, np.asarray(scores), weights, twin, waves)

    def one(self, seed: int, number: int) -> _F8:
        """Realisation ``number``, shape (n,)."""
        rng = stream(seed, 7, number)
        out, at_data = np.zeros(len(self.points_m)), np.zeros(len(self.data_m))
        for structure in self.variogram.structures:
            waves = _frequencies(structure, self.waves, rng) @ structure.ellipsoid.transform()
            phases = 2.0 * math.pi * rng.random(self.waves)
            # heights that vary bring few waves nearer to a Gaussian sum
            heights = np.sqrt(-2.0 * np.log1p(-rng.random(self.waves)) / self.waves)
            heights *= math.sqrt(structure.sill)
            add_waves(self.points_m, waves, phases, heights, out)
            add_waves(self.data_m, waves, phases, heights, at_data)
        if self.variogram.nugget > 0:
            noise = math.sqrt(self.variogram.nugget) * rng.standard_normal(len(self.data_m))
            at_data += noise
            own = math.sqrt(self.variogram.nugget) * rng.standard_normal(len(out))
            there = self.twin >= 0
            own[there] = noise[self.twin[there]]
            out += own
        if self.weights is not None:
            fields = out[None, :]
            residuals = (self.scores - at_data)[:, None]
            self.weights.add(residuals, np.arange(len(out)), fields)
        return out

    @property
    def batch_size(self) -> int:
        """One: each has waves of its own."""
        return 1

    def batch(self, seed: int, number: int, count: int) -> _F8:
        """Realisation ``number``, shape (1, n); ``count`` is 1."""
        return self.one(seed, number)[None]


def _frequencies(structure: Structure, count: int, rng: np.random.Generator) -> _F8:
    """Frequencies (count, 3) of a structure of range one, in radians."""
    direction = rng.standard_normal((count, 3))
    if structure.kind == "gaussian":
        return np.asarray(math.sqrt(6.0) * direction)
    if structure.kind in ("exponential", "matern"):
        # a Matern density is that of a multivariate t: a normal over the root of a gamma
        shape = 0.5 if structure.shape is None else structure.shape
        gamma = np.maximum(rng.standard_gamma(shape, count), 1e-300)
        return np.asarray(_matern_scale_of(structure) * direction / np.sqrt(2.0 * gamma)[:, None])
    length, share = _radial(structure.kind)
    drawn = np.interp(rng.random(count), share, length)
    return np.asarray(direction * (drawn / np.linalg.norm(direction, axis=1))[:, None])


def _matern_scale_of(structure: Structure) -> float:
    """Arguments of the Bessel function in one range."""
    if structure.kind == "exponential":
        return 3.0
    assert structure.shape is not None
    return matern_scale(structure.shape)


@lru_cache(maxsize=4)
def _radial(kind: str) -> tuple[_F8, _F8]:
    """Lengths of frequencies and the share of waves below each, for a structure of range one.

    The spectral density in three dimensions is the sine transform of ``h C(h)``; its share at a
    length is that times the area of a sphere.
    """
    structure = Structure("spherical" if kind == "spherical" else "cubic", 1.0, (1.0, 1.0, 1.0))
    length = np.concatenate([np.linspace(0.0, 60.0, 3001), np.geomspace(60.0, 2000.0, 6001)[1:]])
    # Gauss-Legendre in panels, each of a few waves at most
    node, weight = np.polynomial.legendre.leggauss(64)
    h = ((np.arange(24)[:, None] + 0.5 * (node + 1.0)) / 24).ravel()
    part = np.tile(weight / 48, 24) * h * structure.correlation(h)
    density = np.empty_like(length)
    for start in range(0, length.size, 512):
        some = length[start : start + 512]
        density[start : start + 512] = some * (np.sin(some[:, None] * h) @ part)
    density = np.maximum(density, 0.0)
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(length)
    share = np.concatenate([[0.0], np.cumsum(steps)])
    return length, share / share[-1]
