"""Phases (pushbacks) chosen from nested shells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError


def shell_totals(
    shell: NDArray[np.integer], quantity: ArrayLike, n_shells: int
) -> NDArray[np.float64]:
    """Sum of a block quantity in each shell (not cumulative), shape (n_shells,)."""
    inside = shell >= 0
    weights = np.asarray(quantity, dtype=np.float64)[inside]
    return np.bincount(shell[inside], weights=weights, minlength=n_shells).astype(np.float64)


def choose_phases(
    shell_rock_t: ArrayLike, *, n_phases: int, min_rock_t: float = 0.0
) -> NDArray[np.int16]:
    """Group shells, innermost first, into phases of about equal tonnage.

    A boundary is put at the shell whose cumulative rock comes nearest to each equal
    share; then a phase smaller than ``min_rock_t`` joins the next one (the last joins the
    one before). Shells can be coarse, so there may be fewer phases than asked, never
    fewer than one, and every phase holds rock.

    Parameters
    ----------
    shell_rock_t : array_like, shape (n_shells,)
        Rock (t) of each shell's own ring. Leave out the shells beyond the final pit.
    n_phases : int
        Phases aimed at.
    min_rock_t : float
        Smallest phase worth a pushback.

    Returns
    -------
    int16 array, shape (n_shells,)
        Phase of each shell, rising from 0.

    Raises
    ------
    ModelError
        When there is no rock in any shell, or fewer than one phase is asked.
    """
    rock = np.asarray(shell_rock_t, dtype=np.float64)
    if n_phases < 1:
        raise ModelError(f"{n_phases} phases asked", fix="ask for at least one")
    if rock.ndim != 1 or not (rock >= 0).all() or not rock.sum() > 0:
        raise ModelError(
            "no shell holds rock, so there is no pit to divide",
            fix="check prices and costs: no revenue factor gives a pit",
        )
    cumulative = np.cumsum(rock)
    shares = cumulative[-1] * np.arange(1, n_phases) / n_phases
    ends = {int(np.argmin(np.abs(cumulative - share))) for share in shares}
    ends.add(len(rock) - 1)
    kept: list[int] = []
    done = 0.0
    for end in sorted(ends):
        size = cumulative[end] - done
        if size <= 0 or (size < min_rock_t and end != len(rock) - 1):
            continue
        if end == len(rock) - 1 and size < min_rock_t and kept:
            kept.pop()
        kept.append(end)
        done = cumulative[end]
    if kept[-1] != len(rock) - 1:  # empty shells at the end
        kept[-1] = len(rock) - 1
    phase = np.searchsorted(np.asarray(kept), np.arange(len(rock)))
    return phase.astype(np.int16)


def phase_of_blocks(
    shell: NDArray[np.integer], shell_phase: NDArray[np.integer]
) -> NDArray[np.int16]:
    """Phase of each block, -1 outside; shells beyond ``shell_phase`` are outside too."""
    out = np.full(len(shell), -1, dtype=np.int16)
    inside = (shell >= 0) & (shell < len(shell_phase))
    out[inside] = shell_phase[shell[inside]]
    return out
