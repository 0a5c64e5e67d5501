"""Whether Markov chains agree, and what their draws are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def split_r_hat(chains: Floats) -> float:
    """Split R-hat (Gelman et al. 2013, Bayesian Data Analysis, section 11.4).

    Parameters
    ----------
    chains : ndarray of shape (n_chains, n_draws)
        One quantity.
    """
    half = chains.shape[1] // 2
    parts = np.concatenate([chains[:, :half], chains[:, -half:]])
    within = float(parts.var(axis=1, ddof=1).mean())
    between = float(parts.mean(axis=1).var(ddof=1))
    if within <= 0.0:
        return 1.0
    return float(np.sqrt((half - 1.0) / half + between / within))


def effective_size(chains: Floats) -> float:
    """Effective sample size by the initial positive sequence.

    Geyer 1992, Practical Markov chain Monte Carlo, doi:10.1214/ss/1177011137.

    Parameters
    ----------
    chains : ndarray of shape (n_chains, n_draws)
        One quantity.
    """
    m, n = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    within = float(chains.var(axis=1, ddof=1).mean())
    if within <= 0.0:
        return float(m * n)
    size = 2 ** int(np.ceil(np.log2(2 * n)))
    spectrum = np.abs(np.fft.rfft(centred, size, axis=1)) ** 2
    covariance = np.fft.irfft(spectrum, size, axis=1)[:, :n].mean(axis=0) / n
    total = within * (n - 1) / n + float(chains.mean(axis=1).var(ddof=1) if m > 1 else 0.0)
    rho = 1.0 - (within - covariance) / total
    rho[0] = 1.0
    pairs = rho[0 : n - 1 : 2] + rho[1:n:2]
    positive = int(np.argmax(pairs <= 0.0)) if np.any(pairs <= 0.0) else pairs.size
    pairs = np.minimum.accumulate(pairs[:positive])
    tau = max(-1.0 + 2.0 * float(pairs.sum()), 1.0 / np.log10(m * n))
    return float(m * n / tau)
