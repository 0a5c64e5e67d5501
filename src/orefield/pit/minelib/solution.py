"""Solution files: which blocks are mined, when, and where they go.

The files published with the library hold, for an ultimate pit, a block a line, and for a
schedule ``block destination period fraction``, the destination of CPIT being 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.pit.minelib.instance import Kind
from orefield.pit.minelib.source import Source
from orefield.pit.minelib.writing import write_lines
from orefield.pit.production.problem import Plan

_FORMS = {
    "upit": "a block",
    "cpit": "block and period (or block, destination, period and fraction)",
    "pcpsp": "block, destination, period and fraction",
}
_COLUMNS = {"upit": (1,), "cpit": (2, 4), "pcpsp": (4,)}


@dataclass(frozen=True)
class SolutionLines:
    """Lines of a solution, as they stand: nothing says that they make sense.

    Attributes
    ----------
    block, destination, period : int64 arrays, shape (k,)
    fraction : float64 array, shape (k,)
        Of the block.
    line : int64 array, shape (k,)
        Line number in the file, 0 where there is none.
    """

    block: NDArray[np.int64]
    destination: NDArray[np.int64]
    period: NDArray[np.int64]
    fraction: NDArray[np.float64]
    line: NDArray[np.int64]


def read_solution(path: Path | str, kind: Kind) -> SolutionLines:
    """Read a solution file; lines that begin with # or % are comments.

    Parameters
    ----------
    path : path
        The file.
    kind : "upit", "cpit" or "pcpsp"
        Says how many numbers a line has: 1; 2 or 4; 4. All lines have as many as the first.

    Raises
    ------
    TableError
        When the file cannot be read, or a line has another form.
    """
    with Source(Path(path)) as source:
        line = source.next_line()
        wide = len(line.replace(":", " ").split()) if line is not None else 0
        columns = wide if wide in _COLUMNS[kind] else _COLUMNS[kind][0]
        whole, real = (3, 1) if columns == 4 else (columns, 0)
        parts = list(source.rows(whole, real, _FORMS[kind]))
        rest = source.next_line()
        if rest is not None and rest.upper() != "EOF":
            raise source.fault(
                f"'{rest[:40]}' is no line of a solution",
                fix=f"{_FORMS[kind]} is expected; comments begin with # or %",
            )
    none = np.zeros((0, whole), np.int64)
    ids = np.concatenate([none, *(p.whole for p in parts)])
    zero = np.zeros(len(ids), np.int64)
    line_of = np.concatenate([none[:, 0], *(p.line for p in parts)])
    if columns == 1:
        return SolutionLines(ids[:, 0], zero, zero, np.ones(len(ids)), line_of)
    if columns == 2:
        return SolutionLines(ids[:, 0], zero, ids[:, 1], np.ones(len(ids)), line_of)
    fraction = np.concatenate([np.zeros(0), *(p.real[:, 0] for p in parts)])
    return SolutionLines(ids[:, 0], ids[:, 1], ids[:, 2], fraction, line_of)


def pit_lines(pit: ArrayLike) -> SolutionLines:
    """The solution that mines the blocks of a mask, shape (n,), in one period."""
    block = np.flatnonzero(np.asarray(pit, bool)).astype(np.int64)
    zero = np.zeros(len(block), np.int64)
    return SolutionLines(block, zero, zero, np.ones(len(block)), zero)


def plan_lines(plan: Plan, n_periods: int) -> SolutionLines:
    """The solution that a plan is, in the order of its periods."""
    block, destination = np.nonzero(plan.share)
    mined = plan.period[block] < n_periods
    block, destination = block[mined], destination[mined]
    period = plan.period[block].astype(np.int64)
    order = np.lexsort((destination, block, period))
    block, destination, period = block[order], destination[order], period[order]
    fraction = plan.share[block, destination]
    return SolutionLines(
        block.astype(np.int64),
        destination.astype(np.int64),
        period,
        fraction,
        np.zeros_like(period),
    )


def write_solution(path: Path | str, kind: Kind, solution: SolutionLines) -> Path:
    """Write a solution file, whole or not at all.

    Raises
    ------
    RunError
        When it cannot be written.
    """
    columns = (solution.block, solution.destination, solution.period, solution.fraction)
    if kind == "upit":
        return write_lines(Path(path), map(str, solution.block.tolist()))
    rows = zip(*(c.tolist() for c in columns), strict=True)
    return write_lines(Path(path), (f"{b} {d} {t} {_fraction(x)}" for b, d, t, x in rows))


def _fraction(value: float) -> str:
    """Six decimals, as the library has them, or as many as the number needs."""
    short = f"{value:.6f}"
    return short if float(short) == value else repr(value)
