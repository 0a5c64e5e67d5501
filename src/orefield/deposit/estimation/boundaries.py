"""Hard and soft boundaries: which samples a domain's blocks may see."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from orefield.core.errors import ModelError
from orefield.deposit.samples import Samples


def seen_from(
    samples: Samples,
    code: str,
    domain: Sequence[str],
    soft: Sequence[str] = (),
    distance_m: float = math.inf,
) -> Samples:
    """The samples that blocks of a domain see.

    A boundary is hard towards every domain that is not named: its samples are not seen. Towards
    those in ``soft`` it is open, up to a distance from the domain's own samples (Euclidean, m),
    so that a contact is crossed and no more.

    Parameters
    ----------
    samples : Samples
        With codes.
    code : str
        Their column of domains.
    domain : sequence of str
        Its words.
    soft : sequence of str
        Domains whose samples are seen, too.
    distance_m : float
        Infinite for any distance.

    Raises
    ------
    ModelError
        When no sample is of the domain, a soft domain has none or is the domain itself.
    """
    words = samples.code(code)
    own = np.isin(words, list(domain))
    if not own.any():
        raise ModelError(
            f"no sample has {code} = {' or '.join(domain)}",
            fix=f"there are {', '.join(sorted(set(words.tolist()))[:12])}",
        )
    if not soft:
        return samples.where(own)
    for word in soft:
        if word in domain:
            raise ModelError(f"'{word}' is the domain and a soft neighbour of it")
        if not (words == word).any():
            raise ModelError(f"no sample has {code} = {word}", fix="correct 'soft'")
    other = np.isin(words, list(soft))
    if math.isfinite(distance_m):
        rows = np.flatnonzero(other)
        found, _ = cKDTree(samples.xyz_m[own]).query(samples.xyz_m[rows])
        other[rows[found > distance_m]] = False
    return samples.where(own | other)
