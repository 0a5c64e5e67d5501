"""Projection pursuit multivariate transform: any cloud of data to independent normals, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.core.errors import ModelError
from orefield.deposit.simulation.streams import stream

_F8 = NDArray[np.float64]

_TERMS = 10
_DIRECTIONS, _REFINED = 150, 60
_REFERENCES = 60


@dataclass(frozen=True, eq=False)
class _Turn:
    """One projection made normal: its direction, and what maps to what."""

    direction: _F8
    before: _F8
    after: _F8


@dataclass(frozen=True, eq=False)
class ProjectionPursuit:
    """A chain of projections, each made standard normal; exactly invertible.

    Build it with :meth:`fit`. (Barnett, Manchuk and Deutsch, 2014, "Projection pursuit multivariate
    transform", Mathematical Geosciences 46(3), with the index of Friedman, 1987, "Exploratory
    projection pursuit", JASA 82(397); from memory.)

    Attributes
    ----------
    mean : ndarray of shape (k,)
    whiten : ndarray of shape (k, k)
        Symmetric, as close to the variables as can be.
    turns : tuple
    index : tuple of float
        Largest index found before each turn, and after the last.
    target : float
        What samples of as many independent normals have.
    """

    mean: _F8
    whiten: _F8
    turns: tuple[_Turn, ...]
    index: tuple[float, ...]
    target: float

    @classmethod
    def fit(
        cls,
        scores: _F8,
        *,
        weights: _F8 | None = None,
        seed: int = 0,
        most_turns: int = 60,
    ) -> ProjectionPursuit:
        """The transform of normal scores.

        Parameters
        ----------
        scores : ndarray of shape (m, k)
            Normal scores of each variable by itself.
        weights : ndarray of shape (m,), optional
            Declustering weights.
        seed : int
            Of the directions that are tried.
        most_turns : int
            It ends before when no direction is further from normal than chance makes it.

        Raises
        ------
        ModelError
            When shapes do not fit, or variables depend on each other linearly.
        """
        data = np.asarray(scores, dtype=np.float64)
        if data.ndim != 2 or data.shape[1] < 2 or len(data) < 10 * data.shape[1]:
            raise ModelError(
                f"scores of shape {data.shape} make no projection pursuit",
                fix="give two variables or more, and ten samples or more for each",
            )
        share = np.ones(len(data)) if weights is None else np.asarray(weights, dtype=np.float64)
        share = share / share.sum()
        mean = share @ data
        off = data - mean
        lengths, axes = np.linalg.eigh((off * share[:, None]).T @ off)
        if lengths[0] < 1e-9 * lengths[-1]:
            raise ModelError(
                "the variables depend on each other linearly",
                fix="leave one of them out and derive it from the others afterwards",
            )
        whiten = np.asarray((axes / np.sqrt(lengths)) @ axes.T)
        cloud = off @ whiten
        rng = stream(seed, 5)
        target = _chance(len(cloud), cloud.shape[1], rng)
        turns: list[_Turn] = []
        found: list[float] = []
        while True:
            direction, index = _furthest(cloud, share, rng)
            found.append(index)
            if index <= target or len(turns) == most_turns:
                break
            turn = _normal_turn(cloud @ direction, share, direction)
            cloud = _applied(cloud, turn.direction, turn.before, turn.after)
            turns.append(turn)
        return cls(mean, whiten, tuple(turns), tuple(found), target)

    def forward(self, scores: _F8) -> _F8:
        """Independent normals (m, k) of normal scores (m, k)."""
        cloud = (np.asarray(scores, dtype=np.float64) - self.mean) @ self.whiten
        for turn in self.turns:
            cloud = _applied(cloud, turn.direction, turn.before, turn.after)
        return np.asarray(cloud)

    def back(self, normals: _F8) -> _F8:
        """Normal scores (m, k) of independent normals (m, k)."""
        cloud = np.asarray(normals, dtype=np.float64)
        for turn in reversed(self.turns):
            cloud = _applied(cloud, turn.direction, turn.after, turn.before)
        return np.asarray(np.linalg.solve(self.whiten, cloud.T).T + self.mean)


def _applied(cloud: _F8, direction: _F8, before: _F8, after: _F8) -> _F8:
    """The cloud with its projection on a direction mapped; all at right angles stays."""
    along = cloud @ direction
    mapped = np.interp(along, before, after)
    # beyond the data, moved as far as the outermost datum
    mapped = np.where(along < before[0], along + (after[0] - before[0]), mapped)
    mapped = np.where(along > before[-1], along + (after[-1] - before[-1]), mapped)
    return np.asarray(cloud + (mapped - along)[:, None] * direction)


def _normal_turn(along: _F8, share: _F8, direction: _F8) -> _Turn:
    order = np.argsort(along, kind="stable")
    middle = np.cumsum(share[order]) - 0.5 * share[order]
    before, first = np.unique(along[order], return_index=True)
    after = special.ndtri(middle)[first]
    # a map with slopes that are neither flat nor upright, so that it goes both ways
    keep = np.concatenate([[True], (np.diff(before) > 1e-9) & (np.diff(after) > 1e-9)])
    return _Turn(direction, before[keep], after[keep])


def _index(along: _F8, share: _F8) -> _F8:
    """How far projections (m, d) are from normal: Friedman's index, shape (d,)."""
    at = 2.0 * special.ndtr(along) - 1.0
    before, now = np.ones_like(at), at
    total = np.zeros(at.shape[1])
    for j in range(1, _TERMS + 1):
        total += (2 * j + 1) * (share @ now) ** 2
        before, now = now, ((2 * j + 1) * at * now - j * before) / (j + 1)
    return np.asarray(0.5 * total)


def _furthest(cloud: _F8, share: _F8, rng: np.random.Generator) -> tuple[_F8, float]:
    """The direction in which the cloud looks least normal, and its index."""
    k = cloud.shape[1]
    tried = np.concatenate([np.eye(k), _unit(rng.standard_normal((_DIRECTIONS, k)))])
    index = _index(cloud @ tried.T, share)
    best, most = tried[index.argmax()], float(index.max())
    width = 0.5
    while width > 0.02:
        round_it = _unit(best + width * rng.standard_normal((_REFINED // 4, k)))
        index = _index(cloud @ round_it.T, share)
        if index.max() > most:
            best, most = round_it[index.argmax()], float(index.max())
        else:
            width *= 0.6
    return best, most


def _chance(m: int, k: int, rng: np.random.Generator) -> float:
    """The index that the least normal direction of independent normals has: its median."""
    share = np.full(m, 1.0 / m)
    found = []
    for _ in range(max(5, _REFERENCES // k)):
        cloud = rng.standard_normal((m, k))
        cloud -= cloud.mean(axis=0)
        tried = np.concatenate([np.eye(k), _unit(rng.standard_normal((_DIRECTIONS, k)))])
        found.append(float(_index((cloud / cloud.std(axis=0)) @ tried.T, share).max()))
    return float(np.median(found)) if found else math.inf


def _unit(vectors: _F8) -> _F8:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
