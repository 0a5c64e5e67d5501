"""Serial updates of an ensemble: what a mixture is predicted to be, and the push that follows."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F4 = NDArray[np.float32]
_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def predict(state: _F4, rows: _I8, weights: _F8, table: _F8, low: float, step: float) -> _F8:
    """Mixture of some blocks in every member.

    Parameters
    ----------
    state : float32 array, shape (b, r)
        Members of each block, as Gaussian scores where there is a table.
    rows : int64 array, shape (k,)
        Blocks of the mixture, as rows of ``state``.
    weights : float64 array, shape (k,)
        Their shares; they add up to one.
    table : float64 array, shape (t,)
        Grades at scores ``low + i * step``; of length one for a state that holds grades.
    low, step : float
        Of the table.

    Returns
    -------
    float64 array, shape (r,)
    """
    members = state.shape[1]
    out = np.zeros(members)
    last = table.size - 1
    for k in range(rows.size):
        row, share = rows[k], weights[k]
        for r in range(members):
            score = float(state[row, r])
            if last == 0:
                out[r] += share * score
                continue
            place = (score - low) / step
            if place <= 0.0:
                out[r] += share * table[0]
            elif place >= last:
                out[r] += share * table[last]
            else:
                at = int(place)
                part = place - at
                out[r] += share * (table[at] * (1.0 - part) + table[at + 1] * part)
    return out


@njit(cache=True, nogil=True)
def regress(state: _F4, rows: _I8, tapers: _F4, score: _F8, push: _F8) -> None:
    """Carry the push of what was observed over to blocks, by their regression on it.

    Every block's members move by ``taper * cov(block, score) / var(score) * push`` (the second
    of the two steps of Anderson, 2003, Monthly Weather Review 131(4), from memory).

    Parameters
    ----------
    state : float32 array, shape (b, r)
        Changed in place.
    rows : int64 array, shape (k,)
        Blocks within reach, as rows of ``state``.
    tapers : float32 array, shape (k,)
        Localisation of each, 0 to 1.
    score : float64 array, shape (r,)
        The predicted observation before the update, with mean zero and a spread above zero.
    push : float64 array, shape (r,)
        What is added to the predicted observation.
    """
    members = score.size
    total = 0.0
    for r in range(members):
        total += score[r] * score[r]
    anomaly = score.astype(np.float32)
    change = push.astype(np.float32)
    whole = members - members % 8
    for k in range(rows.size):
        row = rows[k]
        # eight sums at a time: a single one waits for each addition before the next
        a = b = c = d = e = f = g = h = np.float32(0.0)
        for r in range(0, whole, 8):
            a += state[row, r] * anomaly[r]
            b += state[row, r + 1] * anomaly[r + 1]
            c += state[row, r + 2] * anomaly[r + 2]
            d += state[row, r + 3] * anomaly[r + 3]
            e += state[row, r + 4] * anomaly[r + 4]
            f += state[row, r + 5] * anomaly[r + 5]
            g += state[row, r + 6] * anomaly[r + 6]
            h += state[row, r + 7] * anomaly[r + 7]
        for r in range(whole, members):
            a += state[row, r] * anomaly[r]
        slope = np.float32(
            tapers[k] * ((float(a) + b) + (float(c) + d) + (float(e) + f) + (float(g) + h)) / total
        )
        for r in range(members):
            state[row, r] += slope * change[r]


@njit(cache=True, nogil=True)
def within_reach(
    cells: _I8,
    offsets: _I8,
    tapers: _F4,
    shape: _I8,
    row_of: NDArray[np.int32],
    best: _F4,
    rows: _I8,
) -> int:
    """Blocks within reach of any block of a mixture, each with its largest taper.

    Parameters
    ----------
    cells : int64 array, shape (k, 3)
        Blocks of the mixture, as indices along x, y and z.
    offsets : int64 array, shape (t, 3)
        Steps to blocks within reach.
    tapers : float32 array, shape (t,)
        Localisation at each of them, positive.
    shape : int64 array, shape (3,)
        Blocks of the grid.
    row_of : int32 array, shape (n,)
        Row of each block of the grid in the state, -1 where it has none.
    best : float32 array, shape (b,)
        Zeros; holds the tapers of the rows found on return.
    rows : int64 array, shape (b,)
        Holds the rows found on return.

    Returns
    -------
    int
        How many rows were found.
    """  # fmt: skip
    found = 0
    nx, ny, nz = shape[0], shape[1], shape[2]
    for k in range(cells.shape[0]):
        x0, y0, z0 = cells[k, 0], cells[k, 1], cells[k, 2]
        for t in range(offsets.shape[0]):
            x, y, z = x0 + offsets[t, 0], y0 + offsets[t, 1], z0 + offsets[t, 2]
            if x < 0 or y < 0 or z < 0 or x >= nx or y >= ny or z >= nz:
                continue
            row = row_of[x + nx * (y + ny * z)]
            if row < 0:
                continue
            if best[row] == 0.0:
                rows[found] = row
                found += 1
            if tapers[t] > best[row]:
                best[row] = tapers[t]
    return found


@njit(cache=True, nogil=True)
def mark_reach(cells: _I8, offsets: _I8, shape: _I8, marked: NDArray[np.bool_]) -> None:
    """Mark every block of the grid within reach of any of ``cells``; see :func:`within_reach`."""
    nx, ny, nz = shape[0], shape[1], shape[2]
    for k in range(cells.shape[0]):
        for t in range(offsets.shape[0]):
            x = cells[k, 0] + offsets[t, 0]
            y = cells[k, 1] + offsets[t, 1]
            z = cells[k, 2] + offsets[t, 2]
            if 0 <= x < nx and 0 <= y < ny and 0 <= z < nz:
                marked[x + nx * (y + ny * z)] = True
