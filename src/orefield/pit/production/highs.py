"""Linear and integer programs handed to HiGHS."""

from __future__ import annotations

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

_F8 = NDArray[np.float64]


def program(
    cost: _F8,
    top: _F8,
    matrix: sp.csr_array,
    lower: _F8,
    upper: _F8,
    *,
    whole: int = 0,
) -> highspy.Highs:
    """A quiet HiGHS, one thread, that holds ``min cost x``, ``lower <= matrix x <= upper``.

    Parameters
    ----------
    cost : float64 array, shape (c,)
        Of each column.
    top : float64 array, shape (c,)
        Upper bounds of the columns; lower bounds are zero.
    matrix : sparse array, shape (m, c)
        Rows.
    lower, upper : float64 arrays, shape (m,)
        Bounds of the rows; -inf and inf for none.
    whole : int
        So many of the first columns take whole numbers only.
    """
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), top
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    if whole:
        kinds = [highspy.HighsVarType.kInteger] * whole
        lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(cost) - whole)
    solver = quiet_highs()
    solver.passModel(lp)
    return solver


def better_than(
    solver: highspy.Highs, gain: _F8, present: _F8, seed: int
) -> tuple[_F8 | None, bool]:
    """Run a program from a solution in hand.

    Parameters
    ----------
    solver : highspy.Highs
        Holds the program, with limits of effort and gaps set.
    gain : float64 array, shape (c,)
        What columns are worth; the program minimises its opposite, in any scale.
    present : float64 array, shape (c,)
        A solution to start from.
    seed : int
        Of the solver's choices.

    Returns
    -------
    columns : float64 array, shape (c,), or None
        Where they are worth more than ``present``.
    proven : bool
        Whether nothing is worth more, within the gaps set.
    """
    solver.setOptionValue("random_seed", int(seed) % 2**31)
    guess = highspy.HighsSolution()
    guess.col_value = list(present)
    solver.setSolution(guess)
    solver.run()
    proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    found = np.asarray(solver.getSolution().col_value)
    if len(found) != len(gain) or gain @ found <= gain @ present:
        return None, proven
    return found, proven


def quiet_highs() -> highspy.Highs:
    """A HiGHS instance that prints nothing and uses one thread."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver
