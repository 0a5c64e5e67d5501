"""Rules that say where a block goes in each realisation: destinations of a stochastic problem."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.risk.realisations import Realisations

_F8 = NDArray[np.float64]
_MOST = 256


@dataclass(frozen=True)
class Policies:
    """Rules, each of which sends every block somewhere in every realisation.

    Attributes
    ----------
    names : tuple of str, length k
    choice : int16 array, shape (k, s, n)
        Destination of each block under each rule and realisation.
    """

    names: tuple[str, ...]
    choice: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.names)


def policies(
    realisations: Realisations,
    price: _F8 | None = None,
    fractions: Sequence[float] = (0.0, 0.5, 1.0, 1.5),
) -> Policies:
    """Rules of a planner: always one destination, or the best at a charge on scarce resources.

    A rule of the second kind sends a block of each realisation where its value less a fraction of
    the ``price`` of what it takes is highest: a cut-off. It is the same in every period; values
    are those of the mean period.

    Parameters
    ----------
    realisations : Realisations
        Of the deposit.
    price : float64 array, shape (r,), optional
        Of a unit of each limit, in the money of the objective; nothing is charged without.
    fractions : sequence of float
        Of that price, a rule each.

    Raises
    ------
    ModelError
        When there is not one price a limit, or a price or fraction is not finite.
    """
    base, s = realisations.base, realisations.n
    n, n_d = base.n, base.n_destinations
    charge = np.zeros(len(base.limits)) if price is None else np.asarray(price, np.float64)
    if charge.shape != (len(base.limits),):
        raise ModelError(f"{len(charge)} prices for {len(base.limits)} limits")
    if not (np.isfinite(charge).all() and np.isfinite(np.asarray(fractions, np.float64)).all()):
        raise ModelError("a price of a limit, or a fraction of it, is not finite")
    names = [f"always {name}" for name in base.destinations]
    found = [np.full((s, n), d, np.int16) for d in range(n_d)]
    mean = base.factor.mean(axis=0)
    worth = np.stack([np.tensordot(mean, realisations.value[k], axes=1) for k in range(s)])
    taken = np.zeros_like(worth)
    for r, limit in enumerate(base.limits):
        if charge[r] != 0.0:
            for k in range(s):
                taken[k] += charge[r] * realisations.use(limit, k)
    for fraction in dict.fromkeys(fractions):
        choice = (worth - fraction * taken).argmax(axis=2).astype(np.int16)
        if not any(np.array_equal(choice, other) for other in found):
            names.append(f"best at {fraction:g} of the charge")
            found.append(choice)
    return Policies(tuple(names), np.stack(found))


def all_policies(realisations: Realisations) -> Policies:
    """Every way to send a block by realisation: ``d ** s`` rules, so that nothing is left out.

    Raises
    ------
    ModelError
        When these are more than 256.
    """
    n_d, s = realisations.base.n_destinations, realisations.n
    if n_d**s > _MOST:
        raise ModelError(
            f"{n_d} destinations in {s} realisations can be chosen in {n_d**s} ways",
            fix=f"take fewer realisations, up to {_MOST} ways, or policies()",
        )
    ways = list(itertools.product(range(n_d), repeat=s))
    choice = np.repeat(np.array(ways, np.int16)[:, :, None], realisations.base.n, axis=2)
    names = realisations.base.destinations
    return Policies(tuple("/".join(names[d] for d in way) for way in ways), choice)
