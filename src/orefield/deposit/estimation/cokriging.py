"""Co-kriging: one value with the help of others, by a linear model of coregionalisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.collocated import Collocated, merged
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.estimator import Estimator, places_of, support_of
from orefield.deposit.estimation.finders import JoinedIndex, finders_of
from orefield.deposit.estimation.kriging import Groups, measured_rows
from orefield.deposit.estimation.method import KrigingMethod
from orefield.deposit.estimation.model import packed_coregionalisation
from orefield.deposit.estimation.search import Search
from orefield.deposit.estimation.support import Support
from orefield.deposit.samples import Samples
from orefield.deposit.variography import Coregionalisation


def cokrige(
    samples: Samples,
    value: str,
    secondary: Sequence[str],
    where: Grid | NDArray[np.float64],
    model: Coregionalisation,
    search: Search | Sequence[Search],
    *,
    means: Sequence[float] | None = None,
    discretisation: tuple[int, int, int] | None = None,
    collocated: Collocated = "error",
    leave_out: Groups | None = None,
    threads: int = 1,
) -> Estimates:
    """Ordinary co-kriging, or simple co-kriging where means are given.

    Every variable is searched on its own, by the same search; its minimums are of samples of the
    value itself, of the others any number helps. In ordinary co-kriging the weights of the value
    sum to one and those of each other variable to zero. (Myers, 1982, Mathematical Geology 14(3).)

    Parameters
    ----------
    samples, value, where, search, discretisation, collocated, leave_out, threads
        As for :func:`krige`.
    secondary : sequence of str
        Values that help; they need not be measured where the value is.
    model : Coregionalisation
        Of the value and the others, at least.
    means : sequence of float, optional
        Known means of the value and of each other variable.

    Counts and distances are of all neighbours together.

    Raises
    ------
    ModelError
        For a variable that the model lacks or that was measured nowhere, and as :func:`krige`.
    """
    ready = cokriging_estimator(
        samples, value, secondary, model, search, support=support_of(where, discretisation),
        means=means, collocated=collocated, group=None if leave_out is None else leave_out[0],
    )  # fmt: skip
    return ready.at(
        places_of(where), leave_out=None if leave_out is None else leave_out[1], threads=threads
    )


def cokriging_estimator(
    samples: Samples,
    value: str,
    secondary: Sequence[str],
    model: Coregionalisation,
    search: Search | Sequence[Search],
    *,
    support: Support | None = None,
    means: Sequence[float] | None = None,
    collocated: Collocated = "error",
    group: NDArray[np.int32] | None = None,
) -> Estimator:
    """What :func:`cokrige` does before it looks at places.

    Raises
    ------
    ModelError
        As :func:`cokrige`.
    """
    names = (value, *secondary)
    if len(set(names)) != len(names) or len(names) < 2:
        raise ModelError(
            f"co-kriging of {', '.join(names)}", fix="name the value and others, each once"
        )
    if means is not None and (len(means) != len(names) or not np.isfinite(means).all()):
        raise ModelError(f"means are {list(means)}", fix=f"give {len(names)} finite numbers")
    xyz, values, holes, groups, variable = [], [], [], [], []
    for i, name in enumerate(names):
        rows = measured_rows(samples, (name,))
        kept, data = merged(samples.where(rows), samples[name][rows, None], (name,), collocated)
        rows = rows[kept]
        xyz.append(samples.xyz_m[rows])
        values.append(data - (means[i] if means is not None else 0.0))
        holes.append(samples.hole[rows])
        variable.append(np.full(len(rows), i, np.int64))
        groups.append(None if group is None else np.asarray(group)[rows])
    of = np.concatenate(variable)
    # a column of ones for each variable: its weights sum to one, or to zero
    forms = np.equal.outer(of, np.arange(len(names))).astype(np.float64)
    terms = OneOfMany(len(names))
    searches = [search] if isinstance(search, Search) else list(search)
    # few samples of a helper are better than none
    free = [replace(one, min_samples=1, min_octants=1, min_holes=1) for one in searches]
    each = [
        finders_of(x, hole, free if i else searches, group=g)
        for i, (x, hole, g) in enumerate(zip(xyz, holes, groups, strict=True))
    ]
    method = KrigingMethod(
        np.concatenate(xyz), np.concatenate(values), np.concatenate(holes),
        packed_coregionalisation(model, names), support or Support.point(),
        forms if means is None else forms[:, :0], variable=of,
    )  # fmt: skip
    sizes = [len(x) for x in xyz]
    finders = [JoinedIndex(passes, sizes) for passes in zip(*each, strict=True)]
    if means is not None:
        return Estimator(finders, method, None, float(means[0]))
    return Estimator(finders, method, terms)


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """At a place, the drift of co-kriging: one for the value, zero for the others.

    Attributes
    ----------
    variables : int
    """

    variables: int

    def at(self, xyz_m: NDArray[np.float64], external: NDArray[np.float64]) -> NDArray[np.float64]:
        """Ones and zeros, shape (m, v); there are no external fields."""
        out = np.zeros((len(xyz_m), self.variables))
        out[:, 0] = 1.0
        return out
