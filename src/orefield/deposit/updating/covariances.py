"""What readings of a batch ought to be off by, together: members localised, biases, noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.updating.ensemble import Ensemble, cells
from orefield.deposit.updating.localisation import Reach, gaspari_cohn
from orefield.deposit.updating.observations import Observations

_F8 = NDArray[np.float64]


def mixed_covariance(
    ensemble: Ensemble, seen: Observations, rows: Sequence[int], reach: Reach
) -> _F8:
    """Covariance of the grades of mixtures, from members localised block by block.

    Parameters
    ----------
    ensemble : Ensemble
        Holds their blocks.
    seen : Observations
        The readings.
    rows : sequence of int
        Those asked for, m of them.
    reach : Reach
        Covariances of blocks fade by its tapers.

    Returns
    -------
    float64 array, shape (m, m)
        In squared grades; no eigenvalue below zero but by rounding.
    """
    used = [seen.blocks(i) for i in rows]
    blocks, place = np.unique(np.concatenate(used), return_inverse=True)
    shares = np.zeros((len(rows), len(blocks)))
    owner = np.repeat(np.arange(len(rows)), [len(b) for b in used])
    np.add.at(shares, (owner, place), np.concatenate([seen.shares(i) for i in rows]))
    members = ensemble.curve.grades(ensemble.state[ensemble.rows(blocks)])
    members = members - members.mean(axis=1, keepdims=True)
    covariance: _F8 = members @ members.T / (members.shape[1] - 1)
    at = cells(ensemble.grid, blocks) @ reach.to_ranges.T
    square = (at**2).sum(axis=1)
    apart = np.maximum(square[:, None] + square[None, :] - 2.0 * at @ at.T, 0.0)
    covariance *= gaspari_cohn(np.sqrt(apart))
    out: _F8 = shares @ covariance @ shares.T
    return out
