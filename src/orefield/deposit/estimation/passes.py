"""Estimation in search passes, in chunks of neighbouring places, over threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.estimation.estimates import REDUNDANT, TOO_FEW, Estimates
from orefield.deposit.estimation.neighbours import Finder, Neighbours, Targets

CHUNK = 4096
"""Places that a thread takes at a time."""


class Method(Protocol):
    """Makes estimates from neighbours."""

    @property
    def columns(self) -> int:
        """Values that it estimates."""

    def solve(self, neighbours: Neighbours, targets: Targets) -> Estimates:
        """Estimates of places; ``passes`` is set by the caller."""


def estimate_in_passes(
    finders: Sequence[Finder], method: Method, targets: Targets, threads: int = 1
) -> Estimates:
    """Each place by the first pass that can; the same to the last bit at any number of threads.

    Raises
    ------
    ModelError
        When there is no pass, or fewer than one thread.
    """
    if not finders:
        raise ModelError("there is no search", fix="give one search or more, one a pass")
    if threads < 1:
        raise ModelError(f"{threads} threads cannot work", fix="give one or more")
    out = Estimates.empty(len(targets), method.columns)
    if not len(targets):
        return out
    for finder in finders:
        finder.prepare(targets.xyz_m)
    order = finders[0].near(targets.xyz_m)

    def work(at: NDArray[np.int64]) -> None:
        out.put(at, _chunk(finders, method, targets.take(at)))

    parts = list(_cut(order))
    if threads == 1 or len(parts) == 1:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    return out


def _cut(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(order), CHUNK):
        yield order[start : start + CHUNK]


def _chunk(finders: Sequence[Finder], method: Method, targets: Targets) -> Estimates:
    out = Estimates.empty(len(targets), method.columns)
    rest = np.arange(len(targets))
    for number, finder in enumerate(finders, 1):
        some = targets if len(rest) == len(targets) else targets.take(rest)
        found = method.solve(finder.find(some), some)
        done = (found.status == 0) | (found.status == REDUNDANT)
        found.passes[done] = number
        # what an earlier pass failed for says more than that a later one found nothing
        write = done | (found.status != TOO_FEW) | (out.status[rest] == TOO_FEW)
        out.put(rest[write], found.take(write))
        rest = rest[~done]
        if not rest.size:
            break
    return out
