"""What is checked: samples, the estimate and its realisations, on the same blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.core.errors import ModelError
from orefield.deposit.classification.draws import Draws
from orefield.deposit.classification.ground import WHOLE, Ground
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.samples import Samples

BY_NEAREST = "by the rock that they are the nearest sample of, in their domain"

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Subject:
    """A domain's samples and blocks.

    Attributes
    ----------
    ground : Ground
    domain : str
        Empty for all.
    blocks : ndarray of bool, shape (n,)
        Estimated blocks of the domain.
    rock : ndarray of bool, shape (n,)
        All blocks of the domain that hold rock and were to be estimated.
    samples : Samples
        Of the domain, all measured.
    values : ndarray of shape (m,)
    weights : ndarray of shape (m,)
        Declustering weights, of sum one.
    nearest : ndarray of shape (n,)
        Value of the nearest sample; NaN outside ``blocks``.
    draws : Draws or None
        Realisations as the model's blocks see them.
    weighed : str
        How samples were declustered.
    """

    ground: Ground
    domain: str
    blocks: _MASK
    rock: _MASK
    samples: Samples
    values: _F8
    weights: _F8
    nearest: _F8
    draws: Draws | None
    weighed: str

    @property
    def tonnes(self) -> _F8:
        """Rock of the estimated blocks (t), zero elsewhere, shape (n,)."""
        return np.where(self.blocks, self.ground.tonnes, 0.0)

    @property
    def declustered_mean(self) -> float:
        """Weighted mean of samples."""
        return float(self.weights @ self.values)

    @property
    def declustered_variance(self) -> float:
        """Weighted variance of samples; exactly zero where they are all alike."""
        if not np.ptp(self.values):
            return 0.0
        return float(self.weights @ (self.values - self.declustered_mean) ** 2)

    @property
    def block_mean(self) -> float:
        """Mean of the estimate, by tonnes."""
        return weighted_mean(self.ground.grade, self.tonnes)


def weighted_mean(values: _F8, weights: _F8) -> float:
    """Weighted mean over finite values; NaN without weight."""
    kept = np.isfinite(values) & (weights > 0)
    total = float(weights[kept].sum())
    return float(weights[kept] @ values[kept]) / total if total > 0 else float("nan")


def subjects(
    ground: Ground,
    samples: Samples,
    *,
    code: str = "",
    shape: Ellipsoid | None = None,
    draws: Draws | None = None,
    weights: _F8 | None = None,
    weighed: str = "by weights given",
) -> tuple[list[Subject], list[str]]:
    """The whole deposit and, where there are several, each of its domains.

    Samples are declustered by the blocks that are nearest to them: a sample weighs what the
    rock weighs that it is the nearest sample of (polygonal declustering on the blocks, in the
    domain). Where ``weights`` are given they take its place.

    Parameters
    ----------
    ground : Ground
        The blocks.
    samples : Samples
        Measured or not; the value's name is that of the blocks.
    code : str
        Column of words that tells a sample's domain; empty for none, and then a sample is of the
        domain of the block that it lies in.
    shape : Ellipsoid, optional
        Anisotropy in which the nearest sample is found; round where left out.
    draws : Draws, optional
        Realisations on the model's blocks.
    weights : ndarray of shape (m,), optional
        Declustering weights of the samples, positive.
    weighed : str
        Where these come from.

    Returns
    -------
    subjects, skipped
        The first subject is the whole. ``skipped`` names domains without a measured sample.

    Raises
    ------
    ModelError
        When no sample was measured, or no domain has both samples and blocks.
    """
    kept = ~np.isnan(samples[ground.value])
    if weights is not None and weights.shape != (len(samples),):
        raise ModelError(f"{weights.shape} weights for {len(samples)} samples")
    measured = samples.measured(ground.value)
    weighed_by = None if weights is None else weights[kept]
    block = ground.grid.locate(measured.xyz_m)
    words = _domains_of(ground, measured, code, block)
    matrix = np.eye(3) if shape is None else shape.transform() * shape.ranges_m[0]
    nearest = np.full(ground.grid.n, np.nan)
    share = np.zeros(len(measured))
    skipped: list[str] = []
    parts: list[tuple[str, _MASK, _MASK, NDArray[np.int64]]] = []
    index = ground.domain_index()
    rock = ground.within
    for d, name in enumerate(ground.domains):
        blocks = ground.of & (index == d)
        own = np.flatnonzero(words == name)
        if not own.size or not blocks.any():
            skipped.append(name)
            continue
        tree = cKDTree(measured.xyz_m[own] @ matrix.T)
        at = np.flatnonzero(blocks)
        _, found = tree.query(ground.grid.centroids()[at] @ matrix.T)
        nearest[at] = measured[ground.value][own[found]]
        share += np.bincount(own[found], ground.tonnes[at], minlength=len(measured))
        parts.append((name, blocks, rock & _of_domain(ground, name), own))
    if not parts:
        raise ModelError(
            "no domain has both samples and estimated blocks",
            where=f"domains of blocks: {', '.join(ground.domains)}",
            fix="check the names of domains in samples and model, and coordinates",
        )
    weight = share if weighed_by is None else weighed_by
    whole = np.concatenate([own for *_, own in parts])
    everything = np.logical_or.reduce([blocks for _, blocks, _, _ in parts])
    listed = [("", everything, rock, np.sort(whole))]
    if len(parts) > 1:
        listed += parts
    out = []
    for name, blocks, own_rock, own in listed:
        total = float(weight[own].sum())
        if not total > 0:
            skipped.append(name)
            continue
        out.append(
            Subject(
                ground, name, blocks, own_rock, measured.where(own), measured[ground.value][own],
                weight[own] / total, np.where(blocks, nearest, np.nan), draws,
                BY_NEAREST if weighed_by is None else weighed,
            )
        )  # fmt: skip
    return out, skipped


def _of_domain(ground: Ground, name: str) -> _MASK:
    if ground.domain is None:
        return np.ones(ground.grid.n, dtype=np.bool_)
    return np.asarray(ground.domain == name)


def _domains_of(
    ground: Ground, samples: Samples, code: str, block: NDArray[np.int64]
) -> NDArray[np.str_]:
    if ground.domain is None:
        return np.full(len(samples), WHOLE)
    if code:
        return samples.code(code)
    return np.where(block >= 0, ground.domain[np.maximum(block, 0)], "")
