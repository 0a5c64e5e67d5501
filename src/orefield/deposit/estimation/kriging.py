"""Kriging of points and blocks from samples: simple, ordinary, universal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.collocated import Collocated, merged
from orefield.deposit.estimation.drift import Drift
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.estimator import Estimator, places_of, support_of
from orefield.deposit.estimation.finders import finders_of
from orefield.deposit.estimation.method import KrigingMethod
from orefield.deposit.estimation.model import LocalAnisotropy, packed_model
from orefield.deposit.estimation.search import Search
from orefield.deposit.estimation.support import Support
from orefield.deposit.samples import Samples
from orefield.deposit.variogram import Variogram

Means = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Known means at samples (n,) and at places (m,)."""

Groups = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Groups of samples (n,), and the group that each place must not see (m,)."""


def krige(
    samples: Samples,
    value: str | Sequence[str],
    where: Grid | NDArray[np.float64],
    variogram: Variogram,
    search: Search | Sequence[Search],
    *,
    mean: float | Means | None = None,
    drift: Drift | None = None,
    discretisation: tuple[int, int, int] | None = None,
    local: LocalAnisotropy | None = None,
    collocated: Collocated = "error",
    leave_out: Groups | None = None,
    threads: int = 1,
) -> Estimates:
    """Krige points, or blocks of a grid.

    Ordinary kriging; simple kriging where a ``mean`` is given; universal kriging where a
    ``drift`` is given. (Matheron, 1963, "Principles of geostatistics", Economic Geology 58(8).)

    Parameters
    ----------
    samples : Samples
        Those without the value are left out.
    value : str or sequence of str
        What to estimate; several are estimated with the same weights, from the samples that
        have them all.
    where : Grid or ndarray of shape (m, 3)
        Blocks of a grid in its index order, or places (m).
    variogram : Variogram
        Of the value; its sill in the value's unit squared.
    search : Search or sequence of Search
        One a pass: places that a pass leaves without estimate go on to the next.
    mean : float or (ndarray, ndarray), optional
        The known mean, everywhere or at samples (n,) and at places (m,).
    drift : Drift, optional
        Forms of a trend; a constant is always among them.
    discretisation : (int, int, int), optional
        Points of a block along the grid's axes; without it blocks are estimated as points.
    local : LocalAnisotropy, optional
        An anisotropy of its own for every place.
    collocated : {"error", "average", "first"}
        What is done with samples at one place whose values differ.
    leave_out : (ndarray of shape (n,), ndarray of shape (m,)), optional
        Groups of samples, and the group that each place must not see.
    threads : int
        The result is the same to the last bit whatever their number.

    Returns
    -------
    Estimates
        NaN, with pass 0 and a status, where there is none.

    Raises
    ------
    ModelError
        When no sample has the value, samples at one place differ, or what is asked for
        cannot be.
    """
    places = places_of(where)
    at_samples, means = mean if isinstance(mean, tuple) else (mean, None)
    ready = kriging_estimator(
        samples, value, variogram, search, support=support_of(where, discretisation),
        mean=at_samples, drift=drift, local=local, collocated=collocated,
        group=None if leave_out is None else leave_out[0],
    )  # fmt: skip
    return ready.at(
        places,
        external=None if drift is None else drift.at_places(len(places)),
        means=means,
        which=None if local is None else local.of(len(places)),
        leave_out=None if leave_out is None else leave_out[1],
        threads=threads,
    )


def kriging_estimator(
    samples: Samples,
    value: str | Sequence[str],
    variogram: Variogram,
    search: Search | Sequence[Search],
    *,
    support: Support | None = None,
    mean: float | NDArray[np.float64] | None = None,
    drift: Drift | None = None,
    local: LocalAnisotropy | None = None,
    collocated: Collocated = "error",
    group: NDArray[np.int32] | None = None,
) -> Estimator:
    """What :func:`krige` does before it looks at places.

    Parameters
    ----------
    samples, value, variogram, search, drift, collocated
        As for :func:`krige`; a drift has its fields at samples, those at places are given later.
    support : Support, optional
        Points or blocks; points if left out.
    mean : float or ndarray of shape (n,), optional
        At samples; means at places are given to the estimator.
    local : LocalAnisotropy, optional
        Its rotations; which of them a place has is given to the estimator.
    group : ndarray of shape (n,), int, optional
        Groups of samples that places may be told not to see.

    Raises
    ------
    ModelError
        As :func:`krige`.
    """
    names = (value,) if isinstance(value, str) else tuple(value)
    places = support or Support.point()
    rows = measured_rows(samples, names)
    data = np.column_stack([samples[name][rows] for name in names])
    if mean is not None:
        if drift is not None:
            raise ModelError("a mean and a drift are given", fix="give one of them")
        data -= _at_samples(mean, len(samples))[rows, None]
    kept, data = merged(samples.where(rows), data, names, collocated)
    rows = rows[kept]
    xyz, hole = samples.xyz_m[rows], samples.hole[rows]
    terms, forms = None, np.zeros((len(rows), 0))
    if mean is None:
        external = (drift or Drift()).at_samples(len(samples))[rows]
        terms = (drift or Drift()).fitted(xyz, external)
        forms = terms.at(xyz, external)
    model = packed_model(variogram)
    if local is not None:
        model = local.model(model, variogram)
    return Estimator(
        finders_of(
            xyz, hole, search, group=None if group is None else np.asarray(group)[rows], local=local
        ),
        KrigingMethod(xyz, data, hole, model, places, forms),
        None if terms is None else terms.over(places.offsets_m),
        float(mean) if mean is not None and np.ndim(mean) == 0 else 0.0,
        mean is not None and np.ndim(mean) > 0,
    )


def measured_rows(samples: Samples, names: Sequence[str]) -> NDArray[np.int64]:
    """Samples that have every value.

    Raises
    ------
    ModelError
        When there is none, or no name.
    """
    if not names:
        raise ModelError("nothing is to be estimated", fix="name a value")
    rows = np.flatnonzero(~np.isnan([samples[name] for name in names]).any(axis=0))
    if not rows.size:
        raise ModelError(f"no sample has a value of {', '.join(names)}")
    return rows


def _at_samples(mean: float | NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    found = np.asarray(mean, dtype=np.float64)
    found = np.full(samples, found) if found.ndim == 0 else found
    if found.shape != (samples,):
        raise ModelError(f"means are given at {found.shape} of {samples} samples")
    if not np.isfinite(found).all():
        raise ModelError("a mean is not finite", fix="give it at every sample")
    return found
