"""Family-wise level of the measurement tests: the law of the largest of correlated normals."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

DRAWS = 40_000
_SEED = 20_000_103
_CHUNK = 4_000
_KEPT = 256
_TAIL = 100

_laws: OrderedDict[bytes, Floats] = OrderedDict()


def family_p(directions: Floats, statistic: float) -> float:
    """Chance that the largest of ``|d . p|`` reaches a value when ``p`` is standard normal.

    Single-step adjustment of the measurement tests for their number and correlation (Hothorn,
    Bretz & Westfall 2008, doi:10.1002/bimj.200810425). Sidak's bound, which Mah & Tamhane 1982
    (doi:10.1002/aic.690280519) use, is exact for independent tests and conservative for
    correlated ones (Sidak 1967, doi:10.1080/01621459.1967.10482935); here the law itself is
    sampled, once for each set of directions, with a fixed seed. Beyond the reach of the sample
    the bound is taken: it is sharp there.

    Parameters
    ----------
    directions : ndarray of shape (k, dof)
        Unit rows, no two collinear.
    statistic : float
        The value reached.
    """
    k = directions.shape[0]
    single = 2.0 * float(ndtr(-abs(statistic)))
    bound = -np.expm1(k * np.log1p(-single)) if single < 1.0 else 1.0
    if k == 1:
        return single
    law = _law(directions)
    above = law.size - int(np.searchsorted(law, abs(statistic), side="left"))
    return float(bound) if above < _TAIL else (above + 1.0) / (law.size + 1.0)


def critical(directions: Floats, level: float) -> float:
    """Value that the largest of ``|d . p|`` exceeds with chance ``level``."""
    law = _law(directions)
    return float(law[min(int(np.ceil((1.0 - level) * law.size)), law.size - 1)])


def _law(directions: Floats) -> Floats:
    """Sorted sample of the largest ``|d . p|``."""
    shape = np.round(directions @ directions.T, 8) + 0.0
    key = shape.tobytes()
    if key in _laws:
        _laws.move_to_end(key)
        return _laws[key]
    rng = np.random.default_rng(np.random.SeedSequence([_SEED, directions.shape[1]]))
    largest = [
        np.abs(rng.standard_normal((_CHUNK, directions.shape[1])) @ directions.T).max(axis=1)
        for _ in range(DRAWS // _CHUNK)
    ]
    law = np.sort(np.concatenate(largest))
    _laws[key] = law
    if len(_laws) > _KEPT:
        _laws.popitem(last=False)
    return law
