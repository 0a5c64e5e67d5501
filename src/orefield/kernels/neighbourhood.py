"""Connected parts of a precedence graph."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def grow(
    seed: int,
    size: int,
    among: NDArray[np.bool_],
    start: _I8,
    needed: _I4,
    begin: _I8,
    after: _I4,
) -> _I4:
    """Up to ``size`` blocks of ``among`` nearest to ``seed`` along precedences, either way."""
    n = among.size
    seen = np.zeros(n, np.bool_)
    out = np.empty(min(size, n), np.int32)
    out[0] = seed
    seen[seed] = True
    count, at = 1, 0
    while at < count:
        b = out[at]
        at += 1
        for k in range(start[b], start[b + 1]):
            j = needed[k]
            if among[j] and not seen[j] and count < out.size:
                seen[j] = True
                out[count] = j
                count += 1
        for k in range(begin[b], begin[b + 1]):
            j = after[k]
            if among[j] and not seen[j] and count < out.size:
                seen[j] = True
                out[count] = j
                count += 1
    return out[:count].copy()


@njit(cache=True, nogil=True)
def limits_around(
    block: _I4, period: _I4, start: _I8, needed: _I4, begin: _I8, after: _I4
) -> tuple[_I4, _I4]:
    """Latest period of what each block needs, and earliest of what needs it, outside ``block``.

    0 and the largest int32 where there is nothing.
    """
    inside = np.zeros(period.size, np.bool_)
    for b in block:
        inside[b] = True
    low = np.zeros(block.size, np.int32)
    high = np.full(block.size, np.int32(2**31 - 1), np.int32)
    for at in range(block.size):
        b = block[at]
        for k in range(start[b], start[b + 1]):
            if not inside[needed[k]]:
                low[at] = max(low[at], period[needed[k]])
        for k in range(begin[b], begin[b + 1]):
            if not inside[after[k]]:
                high[at] = min(high[at], period[after[k]])
    return low, high
