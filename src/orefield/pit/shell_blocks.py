"""Blocks inside shells, with their destinations settled: what analyses of shells add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError

_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class ShellBlocks:
    """Blocks as the analysis takes them: where each would go is settled.

    Attributes
    ----------
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    shell : int array, shape (n,)
        Innermost shell that holds each block, -1 outside all.
    rock_t, ore_t : float64 arrays, shape (n,)
        Rock, and how much of it is ore (all or nothing for whole blocks).
    value_usd : float64 array, shape (n,)
        Undiscounted value at a revenue factor of 1.
    metal_t : mapping of str to float64 array, shape (n,)
        Metal by element: contained in ore, or recovered; it is added up.

    Raises
    ------
    ModelError
        When lengths differ or a number is not finite.
    """

    shape: tuple[int, int, int]
    shell: NDArray[np.integer]
    rock_t: _F8
    ore_t: _F8
    value_usd: _F8
    metal_t: Mapping[str, _F8] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = self.shape[0] * self.shape[1] * self.shape[2]
        columns = {"shell": self.shell, "rock_t": self.rock_t, "ore_t": self.ore_t}
        columns |= {"value_usd": self.value_usd, **self.metal_t}
        for name, values in columns.items():
            if values.shape != (n,):
                raise ModelError(f"'{name}' has shape {values.shape}, there are {n:,} blocks")
            if not np.isfinite(values).all():
                raise ModelError(
                    f"'{name}' is not finite",
                    where=f"block {int(np.flatnonzero(~np.isfinite(values))[0])}",
                )
        object.__setattr__(self, "metal_t", MappingProxyType(dict(self.metal_t)))


def blocks_by_destination(
    shape: tuple[int, int, int],
    shell: NDArray[np.integer],
    rock_t: ArrayLike,
    value_usd: ArrayLike,
    ore: ArrayLike,
    *,
    allowed: ArrayLike | None = None,
    metal_t: Mapping[str, ArrayLike] | None = None,
) -> ShellBlocks:
    """Settle each block's destination: the best of those allowed, undiscounted.

    Parameters
    ----------
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    shell : int array, shape (n,)
        Innermost shell that holds each block, -1 outside all.
    rock_t : array_like, shape (n,)
        Rock (t) of each block.
    value_usd : array_like, shape (n, d)
        Value of each block at each destination.
    ore : array_like of bool, shape (d,)
        Whether what goes there is ore (mill, leach) or waste (dump).
    allowed : array_like of bool, shape (n, d), optional
        Destinations open to each block; all by default.
    metal_t : mapping of str to array_like, shape (n, d), optional
        Metal by element at each destination.

    Raises
    ------
    ModelError
        When shapes differ, or a block may go nowhere.
    """
    value = np.asarray(value_usd, dtype=np.float64)
    makes_ore = np.asarray(ore, dtype=bool)
    if value.ndim != 2 or makes_ore.shape != (value.shape[1],):
        raise ModelError(f"values of shape {value.shape} for {makes_ore.size} destinations")
    may = np.ones(value.shape, bool) if allowed is None else np.asarray(allowed, dtype=bool)
    if may.shape != value.shape or not may.any(axis=1).all():
        raise ModelError("a block may go to no destination", fix="add a dump that takes it")
    # among equals waste comes first: a block is ore only where that pays
    order = np.argsort(makes_ore, kind="stable")
    to = order[np.argmax(np.where(may, value, -np.inf)[:, order], axis=1)]
    at = np.arange(len(value))
    rock = np.asarray(rock_t, dtype=np.float64)
    metal = {
        name: np.asarray(amount, dtype=np.float64)[at, to]
        for name, amount in (metal_t or {}).items()
    }
    return ShellBlocks(shape, shell, rock, rock * makes_ore[to], value[at, to], metal)
