"""Realisations one after the other, drawn in batches: what all simulations of fields share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.simulation.streams import in_order

_F8 = NDArray[np.float64]
Finish = Callable[[_F8], _F8]
"""What is done to a realisation in the threads: back-transform, reblocking."""


class Drawing(ABC):
    """Something that draws Gaussian fields, some at a time."""

    @property
    @abstractmethod
    def batch_size(self) -> int:
        """Realisations that are drawn together."""

    @abstractmethod
    def batch(self, seed: int, number: int, count: int) -> _F8:
        """The first ``count`` realisations of batch ``number``, shape (count, n)."""

    def realisations(
        self,
        count: int,
        seed: int,
        *,
        finish: Finish | None = None,
        threads: int = 1,
    ) -> Iterator[_F8]:
        """One realisation after the other, each of shape (n,), or as ``finish`` leaves it.

        Parameters
        ----------
        count : int
            Number of realisations. Fewer of them are the first of more.
        seed : int
            The same seed gives the same bytes, whatever the number of threads.
        finish : callable, optional
            Applied to each, in the threads: back-transform, reblocking.
        threads : int
            Batches worked on at once.

        Raises
        ------
        ModelError
            For less than one realisation.
        """
        parts = batches(count, self.batch_size)

        def some(k: int) -> list[_F8]:
            return [finish(one) if finish else one for one in self.batch(seed, *parts[k])]

        for several in in_order(some, len(parts), threads):
            yield from several


def batches(count: int, size: int) -> list[tuple[int, int]]:
    """Batches of ``count`` realisations: the number of each, and how many it has.

    Raises
    ------
    ModelError
        When either is less than one.
    """
    if count < 1 or size < 1:
        raise ModelError(f"{count} realisations, {size} at a time", fix="give one or more")
    return [(k, min(size, count - k * size)) for k in range(math.ceil(count / size))]
