"""Gaussian values within slices: a normal cut to an interval, and sweeps of a Gibbs sampler."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

_LEAST = 1e-300
"""Shares are not taken below this: 37 standard deviations out the end of the slice is all."""

# numerators and denominators of the normal quantile: middle, shoulders, tails; highest power first
_MIDDLE = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
    4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
    1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_MIDDLE_BELOW = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
    2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
    4.2313330701600911252e1, 1.0,
)  # fmt: skip
_SHOULDER = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
    4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_SHOULDER_BELOW = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
    2.05319162663775882187e0, 1.0,
)  # fmt: skip
_TAIL = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
    5.46378491116411436990e0, 6.65790464350110377720e0,
)  # fmt: skip
_TAIL_BELOW = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1.0,
)  # fmt: skip


@njit(cache=True, nogil=True)
def normal_share(x: float) -> float:
    """Share of the standard normal below ``x``."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@njit(cache=True, nogil=True)
def normal_quantile(share: float) -> float:
    """The standard normal value with a ``share`` in (0, 1) below it, to 15 digits or so.

    Three rational functions (Wichura, 1988, "Algorithm AS 241", Applied Statistics 37(3), from
    memory; held against SciPy by the tests).
    """
    off = share - 0.5
    if abs(off) <= 0.425:
        r = 0.180625 - off * off
        return off * _ratio(_MIDDLE, _MIDDLE_BELOW, r)
    r = math.sqrt(-math.log(share if off < 0.0 else 1.0 - share))
    if r <= 5.0:
        out = _ratio(_SHOULDER, _SHOULDER_BELOW, r - 1.6)
    else:
        out = _ratio(_TAIL, _TAIL_BELOW, r - 5.0)
    return -out if off < 0.0 else out


@njit(cache=True, nogil=True)
def _ratio(above: tuple[float, ...], below: tuple[float, ...], r: float) -> float:
    over, under = above[0], below[0]
    for k in range(1, 8):
        over = over * r + above[k]
        under = under * r + below[k]
    return over / under


@njit(cache=True, nogil=True)
def within_slice(low: float, high: float, mean: float, deviation: float, uniform: float) -> float:
    """A normal value cut to (``low``, ``high``), at ``uniform`` of its distribution there."""
    first, last, sign = (low - mean) / deviation, (high - mean) / deviation, 1.0
    if first > 0.0:  # from the side on which shares keep their digits
        first, last, sign = -last, -first, -1.0
    below, above = normal_share(first), normal_share(last)
    share = max(below + uniform * (above - below), _LEAST)
    if share >= 1.0:
        return mean + deviation * sign * last
    return mean + deviation * sign * min(max(normal_quantile(share), first), last)


@njit(cache=True, nogil=True)
def gibbs_sweep(
    near: _I4, weights: _F8, deviation: _F8, low: _F8, high: _F8, uniform: _F8, values: _F8
) -> None:
    """Draw every value anew in its turn, given those round it as they stand.

    Parameters
    ----------
    near : (d, k) int32
        Rows of ``values`` round each, ending with -1 where there are fewer.
    weights : (d, k)
        Simple kriging weights of those.
    deviation : (d,)
        Root of what kriging leaves.
    low, high : (d,)
        Slice of each.
    uniform : (d, f)
        In [0, 1), one a draw.
    values : (d, f)
        Of f chains, drawn anew in place.
    """
    for i in range(len(near)):
        for f in range(values.shape[1]):
            mean = 0.0
            for k in range(near.shape[1]):
                other = near[i, k]
                if other < 0:
                    break
                mean += weights[i, k] * values[other, f]
            values[i, f] = within_slice(low[i], high[i], mean, deviation[i], uniform[i, f])
