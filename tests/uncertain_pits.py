"""A made-up deposit: well known on the left, poorly known and a little richer on the right."""

from __future__ import annotations

import numpy as np
from schedule_oracle import small_pit

from orefield.pit.risk import Realisations, Target, geological_penalty


def deposit(seed, n_real, shape=(14, 6), periods=5, rock=20.0, mill=8.0, unsure=(0.25, 1.0)):
    """Realisations of correlated lognormal grades, and the metal of blocks by destination."""
    wide, deep = shape
    n = wide * deep
    problem = small_pit(0, shape, periods, mill=mill, rock=rock)
    rng = np.random.default_rng(seed)
    x, z = np.arange(n) % wide, np.arange(n) // wide
    apart = np.hypot(x[:, None] - x, z[:, None] - z)
    root = np.linalg.cholesky(np.exp(-apart / 2.0) + 1e-9 * np.eye(n))
    left = x < wide / 2
    sigma, mean = np.where(left, *unsure), np.where(left, 1.0, 1.1)
    score = (root @ rng.standard_normal((n, n_real))).T
    grade = mean * np.exp(sigma * score - sigma**2 / 2)
    value = np.stack(
        [np.column_stack([g * 10.0 - 6.0, np.full(n, -1.0)])[None] - 1.0 for g in grade]
    )
    metal = np.stack([np.column_stack([g, np.zeros(n)]) for g in grade])
    return Realisations(problem, value), metal


def metal_target(metal, amount, cost=20.0, rate=0.1):
    """A target of metal that costs money to miss, discounted by 10 % and geologically."""
    amount = np.asarray(amount, float)
    penalty = geological_penalty(cost, rate, len(amount)) * 0.9 ** np.arange(len(amount))
    return Target("metal", metal, amount, penalty)


def tiny(seed, n_real=3, shape=(3, 2), periods=2):
    """Six blocks and a target of metal: small enough for whole programs."""
    realisations, metal = deposit(
        seed, n_real, shape, periods, rock=3.0, mill=2.0, unsure=(0.5, 0.9)
    )
    return realisations, metal_target(metal, [2.5] * periods)


__all__ = ["deposit", "metal_target", "tiny"]
