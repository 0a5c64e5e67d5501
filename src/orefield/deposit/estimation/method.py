"""Kriging as a method of estimation: samples, drifts and a model, solved in chunks of places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.model import PackedModel
from orefield.deposit.estimation.neighbours import Neighbours, Targets
from orefield.deposit.estimation.support import Support
from orefield.kernels.kriging_blocks import krige_blocks
from orefield.kernels.neighbours_described import describe_neighbours

_NONE = np.zeros((0, 0))


class KrigingMethod:
    """Kriging of one support by one model.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        Samples (m).
    values : ndarray of shape (n, v)
    hole : ndarray of shape (n,), int
    model : PackedModel
    support : Support
    drift : ndarray of shape (n, p)
        Drifts at samples; p = 0 for simple kriging of residuals.
    variable : ndarray of shape (n,), int, optional
        Which variable of the model a sample is of; the first is estimated.
    noise : ndarray of shape (n,), optional
        Variance of each sample's own error.
    """

    def __init__(
        self,
        xyz_m: NDArray[np.float64],
        values: NDArray[np.float64],
        hole: NDArray[np.int32],
        model: PackedModel,
        support: Support,
        drift: NDArray[np.float64],
        *,
        variable: NDArray[np.int64] | None = None,
        noise: NDArray[np.float64] | None = None,
    ) -> None:
        n = len(xyz_m)
        # small coordinates keep their digits when they are turned
        self._middle = xyz_m.mean(axis=0)
        self._xyz = np.ascontiguousarray(xyz_m - self._middle)
        self._values = np.ascontiguousarray(values)
        self._hole = np.ascontiguousarray(hole, dtype=np.int32)
        self._model = model
        self._support = support
        self._drift = np.ascontiguousarray(drift)
        self._variable = np.zeros(n, np.int64) if variable is None else variable
        self._noise = np.zeros(n) if noise is None else noise

    @property
    def columns(self) -> int:
        """Values that it estimates."""
        return int(self._values.shape[1])

    def solve(self, neighbours: Neighbours, targets: Targets) -> Estimates:
        """Estimates of places from their neighbours."""
        return self._solve(neighbours, targets, _NONE)

    def weights(
        self, neighbours: Neighbours, targets: Targets
    ) -> tuple[Estimates, NDArray[np.float64]]:
        """Estimates, and the weights of neighbours in their order, shape (m, k)."""
        weights = np.zeros(neighbours.index.shape)
        return self._solve(neighbours, targets, weights), weights

    def _solve(
        self, neighbours: Neighbours, targets: Targets, weights: NDArray[np.float64]
    ) -> Estimates:
        out = Estimates.empty(len(targets), self.columns)
        places = np.ascontiguousarray(targets.xyz_m - self._middle)
        model = self._model
        krige_blocks(
            neighbours.index, neighbours.count, places, self._support.offsets_m,
            self._support.is_block, self._xyz, self._values, self._variable, self._noise,
            self._drift, np.ascontiguousarray(targets.drift), targets.which, *model,
            out.values, out.variance, out.support, out.slope, out.lagrange, out.negative,
            weights, out.status,
        )  # fmt: skip
        describe_neighbours(
            neighbours.index, neighbours.count, places, self._xyz, self._hole,
            out.samples, out.holes, out.distance_m, out.nearest_m,
        )  # fmt: skip
        return out
