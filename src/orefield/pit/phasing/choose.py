"""Which shells end phases: tonnages aimed at, or discounted value, by dynamic programming."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError

_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class ShellBenches:
    """What each shell's own ring holds on each bench; benches from the top down.

    Attributes
    ----------
    rock, ore, value : float64 arrays, shape (s, b)
        Rock and ore (t), undiscounted value (USD).
    """

    rock: _F8
    ore: _F8
    value: _F8


def shell_benches(
    shell: NDArray[np.integer],
    shape: tuple[int, int, int],
    rock_t: ArrayLike,
    ore_t: ArrayLike,
    value_usd: ArrayLike,
    n_shells: int,
) -> ShellBenches:
    """Sums of blocks by shell and bench.

    Parameters
    ----------
    shell : int array, shape (n,)
        Innermost shell that holds each block, -1 outside all.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    rock_t, ore_t, value_usd : array_like, shape (n,)
        Of whole blocks.
    n_shells : int
        Shells there are.

    Raises
    ------
    ModelError
        When the lengths differ.
    """
    nx, ny, nz = shape
    arrays = [np.asarray(a, dtype=np.float64) for a in (rock_t, ore_t, value_usd)]
    if any(a.shape != shell.shape for a in arrays) or shell.shape != (nx * ny * nz,):
        raise ModelError("shells, tonnes and values are not of the same blocks")
    at = np.flatnonzero((shell >= 0) & (shell < n_shells))
    depth = nz - 1 - at // (nx * ny)
    key = shell[at].astype(np.int64) * nz + depth
    rock, ore, value = (
        np.bincount(key, weights=a[at], minlength=n_shells * nz)
        .astype(np.float64)
        .reshape(n_shells, nz)
        for a in arrays
    )
    return ShellBenches(rock, ore, value)


def phases_by_tonnes(shell_rock_t: ArrayLike, targets_t: Sequence[float]) -> NDArray[np.int16]:
    """Group shells into phases whose tonnages come closest to targets.

    The least sum of squared relative differences, found exactly: the best ends of the
    first ``k`` phases follow from those of the first ``k - 1``.

    Parameters
    ----------
    shell_rock_t : array_like, shape (s,)
        Rock (t) of each shell's own ring, up to the final pit.
    targets_t : sequence of float
        Tonnage of each phase, innermost first. They are scaled to add up to the pit.

    Returns
    -------
    int16 array, shape (s,)
        Phase of each shell, rising from 0; each holds rock.

    Raises
    ------
    ModelError
        When there is no rock, a target is not positive, or there are more phases than
        shells with rock.
    """
    rock, targets = _checked(shell_rock_t), np.asarray(targets_t, dtype=np.float64)
    if targets.ndim != 1 or len(targets) < 1 or not (targets > 0).all():
        raise ModelError(f"targets {list(targets_t)} are not positive", fix="give tonnes per phase")
    targets = targets * rock.sum() / targets.sum()
    ends = np.concatenate([[0.0], np.cumsum(rock)])
    size = ends[None, :] - ends[:, None]

    def score(k: int) -> _F8:
        away: _F8 = np.square(size / targets[k] - 1.0)
        return -away

    return _best(score, size, len(targets), 0.0, np.inf)


def phases_by_value(
    benches: ShellBenches,
    n_phases: int,
    *,
    rock_cap_t: float,
    ore_cap_t: float,
    rate: float,
    smallest_t: float = 0.0,
    largest_t: float = np.inf,
) -> NDArray[np.int16]:
    """Group shells into phases of greatest discounted value, mined one after the other.

    Within a phase benches are mined from the top down, each in the time that the tighter
    capacity needs for it, so that large phases pay for stripping early and small ones do
    not. The best of all groupings is found exactly.

    Parameters
    ----------
    benches : ShellBenches
        Shells up to the final pit.
    n_phases : int
        Phases aimed at; exactly so many are made.
    rock_cap_t, ore_cap_t : float
        Capacities of a period.
    rate : float
        Discount rate of a period.
    smallest_t, largest_t : float
        Bounds of a phase's rock.

    Raises
    ------
    ModelError
        When there is no rock, capacities are not positive, or no grouping keeps to the
        bounds.
    """
    rock = _checked(benches.rock.sum(axis=1))
    if n_phases < 1:
        raise ModelError(f"{n_phases} phases asked", fix="ask for at least one")
    if not (rock_cap_t > 0 and ore_cap_t > 0 and rate > -1.0):
        raise ModelError(f"capacities {rock_cap_t} and {ore_cap_t} t, discount rate {rate}")
    takes = np.maximum(benches.rock / rock_cap_t, benches.ore / ore_cap_t)
    n = len(rock)
    score = np.full((n + 1, n + 1), -np.inf)
    # a phase of shells a to b starts when all shells before a are done; its benches take
    # the time of their rings together
    for a in range(n):
        whole, worth = np.zeros(takes.shape[1]), np.zeros(takes.shape[1])
        begun = _duration(benches.rock[:a], benches.ore[:a], rock_cap_t, ore_cap_t)
        for b in range(a, n):
            whole += takes[b]
            worth += benches.value[b]
            middle = begun + np.cumsum(whole) - whole / 2
            score[a, b + 1] = float((worth * (1.0 + rate) ** -middle).sum())
    ends = np.concatenate([[0.0], np.cumsum(rock)])
    size = ends[None, :] - ends[:, None]
    return _best(lambda _: score, size, n_phases, smallest_t, largest_t)


def _duration(rock: _F8, ore: _F8, rock_cap: float, ore_cap: float) -> float:
    """Time for rings whose benches blend: the tighter capacity over all of them."""
    return float(max(rock.sum() / rock_cap, ore.sum() / ore_cap))


def _checked(shell_rock_t: ArrayLike) -> _F8:
    rock = np.asarray(shell_rock_t, dtype=np.float64)
    if rock.ndim != 1 or not (rock >= 0).all() or not rock.sum() > 0:
        raise ModelError(
            "no shell holds rock, so there is no pit to divide",
            fix="check prices and costs: no revenue factor gives a pit",
        )
    return rock


def _best(
    score: Callable[[int], _F8], size: _F8, n_phases: int, smallest: float, largest: float
) -> NDArray[np.int16]:
    """Ends of phases of greatest total score; ``size[a, b]`` is the rock of shells a to b - 1."""
    n = len(size) - 1
    allowed = (size > 0) & (size >= smallest) & (size <= largest)
    best = np.full((n_phases + 1, n + 1), -np.inf)
    came = np.zeros((n_phases + 1, n + 1), np.int64)
    best[0, 0] = 0.0
    for k in range(1, n_phases + 1):
        total = np.where(allowed, best[k - 1][:, None] + score(k - 1), -np.inf)
        total[np.tril_indices(n + 1)] = -np.inf
        came[k] = total.argmax(axis=0)
        best[k] = total.max(axis=0)
    if not np.isfinite(best[n_phases, n]):
        raise ModelError(
            f"the shells cannot be grouped into {n_phases} phases of the sizes asked",
            fix="ask for fewer phases, wider bounds, or more shells (a finer step)",
        )
    phase = np.zeros(n, np.int16)
    end = n
    for k in range(n_phases, 0, -1):
        begin = int(came[k, end])
        phase[begin:end] = k - 1
        end = begin
    return phase
