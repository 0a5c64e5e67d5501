"""Cross-validation: every sample estimated without itself, its hole, or its fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.estimation.collocated import Collocated, different_places, merged
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.estimator import Estimator
from orefield.deposit.estimation.kriging import measured_rows
from orefield.deposit.samples import Samples

Leave = Literal["sample", "hole", "folds"]

Make = Callable[[Samples, NDArray[np.int32]], Estimator]
"""Makes an estimator on point support from samples and their groups."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Samples beside what the others say of them.

    Attributes
    ----------
    row : ndarray of shape (n,), int
        Which samples; those at one place count once.
    truth : ndarray of shape (n,)
        Their values.
    estimates : Estimates
        Of their places; some may have none.
    """

    row: NDArray[np.int64]
    truth: NDArray[np.float64]
    estimates: Estimates

    @property
    def error(self) -> NDArray[np.float64]:
        """Estimate less truth, shape (n,); NaN where there is no estimate."""
        return np.asarray(self.estimates.value - self.truth)

    @property
    def standardised(self) -> NDArray[np.float64]:
        """Errors in kriging standard deviations; NaN without an estimate or a variance."""
        variance = self.estimates.variance
        known = variance > 0
        spread = np.sqrt(np.where(known, variance, 1.0))
        return np.where(known, self.error / spread, np.nan)

    def summary(self) -> dict[str, Any]:
        """Figures of the whole; ``None`` where they have no meaning.

        ``slope`` and ``correlation`` are of the regression of truths on estimates (1: no
        conditional bias); ``standardised_variance`` is 1 where the model tells its own errors.
        """
        there = self.estimates.estimated
        out: dict[str, Any] = {"samples": len(self.truth), "estimated": int(there.sum())}
        keys = (
            "mean_error", "rmse", "mean_absolute_error", "slope", "correlation",
            "standardised_mean", "standardised_variance",
        )  # fmt: skip
        out.update(dict.fromkeys(keys))
        if not there.any():
            return out
        error, z = self.error[there], self.estimates.value[there]
        out["mean_error"] = float(error.mean())
        out["rmse"] = float(np.sqrt((error**2).mean()))
        out["mean_absolute_error"] = float(np.abs(error).mean())
        truth = self.truth[there]
        dz, dt = z - z.mean(), truth - truth.mean()
        if (dz**2).sum() > 1e-24 * (z**2).sum():
            out["slope"] = float((dz * dt).sum() / (dz**2).sum())
            if (dt**2).sum() > 1e-24 * (truth**2).sum():
                spread = np.sqrt((dz**2).sum() * (dt**2).sum())
                out["correlation"] = float((dz * dt).sum() / spread)
        known = self.standardised[~np.isnan(self.standardised)]
        if known.size:
            out["standardised_mean"] = float(known.mean())
            out["standardised_variance"] = float((known**2).mean())
        return out


def cross_validate(
    make: Make,
    samples: Samples,
    value: str,
    *,
    leave: Leave = "sample",
    folds: int = 10,
    seed: int = 0,
    collocated: Collocated = "error",
    external: Sequence[str] = (),
    threads: int = 1,
) -> CrossValidation:
    """Estimate every sample from the others.

    Parameters
    ----------
    make : callable
        ``lambda s, g: kriging_estimator(s, "cu_pct", variogram, search, group=g)``, say.
    samples : Samples
        Those without the value are not estimated, but helpers of co-kriging.
    value : str
        The value that ``make`` estimates.
    leave : {"sample", "hole", "folds"}
        What is not seen from a sample: itself, its hole, or its fold.
    folds : int
        Parts of about the same size, by chance.
    seed : int
        Of the chance.
    collocated : {"error", "average", "first"}
        As ``make`` has it: what the truth at a place is.
    external : sequence of str
        Values of samples that drift along.
    threads : int
        Of the estimation.

    Raises
    ------
    ModelError
        For an unknown way, fewer than two groups, and what ``make`` raises.
    """
    if leave not in get_args(Leave):
        raise ModelError(
            f"unknown cross-validation '{leave}'", fix=f"use one of {', '.join(get_args(Leave))}"
        )
    rows = measured_rows(samples, (value,))
    kept = samples.where(rows)
    first, truth = merged(kept, kept[value][:, None], (value,), collocated)
    if leave == "hole":
        group = samples.hole.astype(np.int32)
    else:
        # of all samples: what else was measured at a place is not seen from it either
        group = different_places(samples.xyz_m).place.astype(np.int32)
        if leave == "folds":
            if not 2 <= folds <= len(first):
                raise ModelError(
                    f"{len(first)} samples cannot be cut into {folds} folds",
                    fix="give 2 or more, and no more than there are samples",
                )
            chance = np.random.default_rng(np.random.SeedSequence(seed))
            fold = np.full(int(group.max()) + 1, -1, np.int32)  # none where nothing is estimated
            fold[group[rows[first]]] = chance.permutation(len(first)) % folds
            group = fold[group]
    if len(np.unique(group[rows])) < 2:
        raise ModelError(
            "nothing is left when a group is left out", fix="more samples or holes are needed"
        )
    ready = make(samples, group)
    fields = np.array([kept[name][first] for name in external]).reshape(-1, len(first)).T
    found = ready.at(
        kept.xyz_m[first],
        external=fields if external else None,
        leave_out=group[rows[first]],
        threads=threads,
    )
    return CrossValidation(rows[first], truth[:, 0], found)
