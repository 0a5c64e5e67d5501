"""Random streams by number, and work by number over threads in order: the same at any count."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from orefield.core.errors import ModelError

T = TypeVar("T")


def stream(seed: int, *numbers: int) -> np.random.Generator:
    """The random stream of a piece of work, told by its numbers; independent of all others."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=numbers))


def in_order(work: Callable[[int], T], count: int, threads: int) -> Iterator[T]:
    """``work(0)`` to ``work(count - 1)``, in this order, over threads; few wait in memory.

    Raises
    ------
    ModelError
        For less than one thread.
    """
    if threads < 1:
        raise ModelError(f"{threads} threads", fix="give one or more")
    if threads == 1:
        yield from (work(k) for k in range(count))
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[T]] = deque()
        try:
            for k in range(count):
                if len(waiting) > threads:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(work, k))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def chunks(n: int, size: int) -> list[tuple[int, int]]:
    """Bounds of pieces of at most ``size`` of ``n`` things."""
    return [(start, min(start + size, n)) for start in range(0, n, size)]
