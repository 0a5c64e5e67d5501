"""The master problem of the decomposition: side constraints over classes of nodes.

``max c z`` over one variable a class, ``z[a] <= z[b]`` where a node of class a needs one of
class b, and the side constraints. Solved by HiGHS (Q. Huangfu and J. A. J. Hall, 2018,
"Parallelizing the dual revised simplex method", Math. Prog. Comp. 10, 119-142,
doi 10.1007/s12532-017-0130-5).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.core import OrefieldError
from orefield.pit.production.highs import program, quiet_highs

_F8 = NDArray[np.float64]

_WORTH = 1e4
"""What the largest value is scaled to, so that absolute tolerances fit any currency."""

_VERTEX = 800
"""Up to so many classes the simplex method is the faster one, and its solution has fewer fractions.
Beyond, an interior point is found several times sooner, and its multipliers lie in the middle of
those that are as good, which is where the next closure learns most."""

__all__ = ["MasterSolution", "quiet_highs", "row_sizes", "solve_master"]


@dataclass(frozen=True)
class MasterSolution:
    """Optimum of a master problem.

    Attributes
    ----------
    z : float64 array, shape (n_classes,)
        Class 0 is zero.
    objective : float
        Of ``z`` alone.
    multiplier : float64 array, shape (m,)
        Of each side constraint: what a unit more of its bound is worth.
    missing : float64 array, shape (m,)
        By how much each side constraint is missed, as a share of its size; zero where it
        is met.
    """

    z: _F8
    objective: float
    multiplier: _F8
    missing: _F8


def solve_master(
    gain: _F8,
    pairs: NDArray[np.int32],
    use: sp.csr_array,
    lower: _F8,
    upper: _F8,
    fine: float,
) -> MasterSolution:
    """Solve ``max gain z`` with ``lower <= use z <= upper`` and ``z[pairs[:,0]] <= z[pairs[:,1]]``.

    Side constraints that mining nothing would break may be missed, at a fine.

    Parameters
    ----------
    gain : float64 array, shape (n_classes,)
        Value of each class.
    pairs : int32 array, shape (k, 2)
        Classes and the classes they need.
    use : sparse array, shape (m, n_classes)
        Of each side constraint.
    lower, upper : float64 arrays, shape (m,)
        Its bounds.
    fine : float
        Value charged for missing a side constraint by its whole size.

    Raises
    ------
    OrefieldError
        When HiGHS ends without an answer.
    """
    c, k, m = len(gain), len(pairs), len(lower)
    largest = max(float(np.abs(gain).max()), fine if not gain.any() else 0.0)
    worth = max(largest, 1e-300) / _WORTH
    size = row_sizes(use, lower, upper)
    rows = np.arange(k, dtype=np.int32)
    order = sp.csr_array(
        (
            np.repeat([1.0, -1.0], k),
            (np.concatenate([rows, rows]), np.concatenate([pairs[:, 0], pairs[:, 1]])),
        ),
        shape=(k, c),
    )
    over, under = np.flatnonzero(upper < 0), np.flatnonzero(lower > 0)
    broken = np.concatenate([under, over])
    relief = sp.csr_array(
        (
            np.concatenate([np.ones(len(under)), -np.ones(len(over))]),
            (broken, np.arange(len(broken))),
        ),
        shape=(m, len(broken)),
    )
    side = sp.hstack([sp.diags_array(1.0 / size) @ use, relief])
    matrix = sp.vstack([sp.hstack([order, sp.csr_array((k, len(broken)))]), side], format="csr")
    top = np.concatenate([np.ones(c), np.full(len(broken), np.inf)])
    top[0] = 0.0
    solver = program(
        np.concatenate([-gain, np.full(len(broken), fine)]) / worth,
        top,
        sp.csr_array(matrix),
        np.concatenate([np.full(k, -np.inf), lower / size]),
        np.concatenate([np.zeros(k), upper / size]),
    )
    if c > _VERTEX:
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("run_crossover", "off")
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kUnknown:
        # an interior point that could not be cleaned up to the tolerances: the simplex can
        solver.clearSolver()
        solver.setOptionValue("solver", "simplex")
        solver.run()
        status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise OrefieldError(
            f"the master problem ended as {solver.modelStatusToString(status)}",
            where=f"{c} classes, {k + m} rows",
            fix="if values or bounds differ by many orders of magnitude, choose other units",
        )
    found = solver.getSolution()
    dual = np.asarray(found.row_dual)[k:]
    column = np.asarray(found.col_value)
    z = np.clip(column[:c], 0.0, 1.0)
    missing = np.zeros(m)
    np.add.at(missing, broken, column[c:])
    return MasterSolution(z, float(gain @ z), -dual / size * worth, missing)


def row_sizes(use: sp.csr_array, lower: _F8, upper: _F8) -> _F8:
    """What each side constraint is measured against: its bound, or its largest entry."""
    bound = np.where(np.isfinite(upper), np.abs(upper), np.abs(lower))
    bound = np.where(np.isfinite(bound) & (bound > 0), bound, 0.0)
    largest = abs(use).max(axis=1).toarray().ravel() if use.nnz else np.zeros(len(lower))
    return np.where(bound > 0, bound, np.where(largest > 0, largest, 1.0))
