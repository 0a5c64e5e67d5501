"""What the files of a MineLib instance say, and its problems in the form the solvers take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, ProductionProblem, Row, discount_factors

Kind = Literal["upit", "cpit", "pcpsp"]
KINDS: tuple[Kind, ...] = ("upit", "cpit", "pcpsp")
"""Ultimate pit, constrained pit limit, precedence constrained production scheduling."""

HIGHEST_RATE = 2.0
"""Discount rate of a period above which one in per cent is meant, and would be misread. At 11.6
per cent a year a period of ten years has 2."""

_MOST_BYTES = 1 << 36


@dataclass(frozen=True)
class UpitProblem:
    """An ultimate pit problem (UPIT) with explicit precedences.

    Attributes
    ----------
    name : str
    position : int64 array, shape (n, 3)
        Block indices x, y, z as in the ``.blocks`` file (its z may point down).
    value : float64 array, shape (n,)
        Objective of the ``.upit`` file.
    precedence_start : int64 array, shape (n + 1,); precedence : int64 array, shape (k,)
        Block ``i`` needs ``precedence[precedence_start[i]:precedence_start[i + 1]]``.
    """

    name: str
    position: NDArray[np.int64]
    value: NDArray[np.float64]
    precedence_start: NDArray[np.int64]
    precedence: NDArray[np.int64]


@dataclass(frozen=True)
class ResourceUse:
    """What blocks take of the resources; what is not listed is zero.

    Attributes
    ----------
    block, destination, resource : int32 arrays, shape (c,)
        No combination stands twice.
    factor : float64 array, shape (c,)
        Of a whole block.
    """

    block: NDArray[np.int32]
    destination: NDArray[np.int32]
    resource: NDArray[np.int32]
    factor: NDArray[np.float64]


@dataclass(frozen=True)
class GeneralUse:
    """Entries of the general side constraints; what is not listed is zero.

    Attributes
    ----------
    block, destination, period, row : int32 arrays, shape (c,)
        No combination stands twice.
    factor : float64 array, shape (c,)
    """

    block: NDArray[np.int32]
    destination: NDArray[np.int32]
    period: NDArray[np.int32]
    row: NDArray[np.int32]
    factor: NDArray[np.float64]


@dataclass(frozen=True)
class Instance:
    """A problem as the files give it, nothing added and nothing worked out.

    Attributes
    ----------
    name : str
    kind : "upit", "cpit" or "pcpsp"
    start : int64 array, shape (n + 1,); needed : int32 array, shape (k,)
        Block ``i`` needs ``needed[start[i]:start[i + 1]]``.
    value : float64 array, shape (n, d)
        Undiscounted value of a whole block at each destination.
    n_periods : int
        1 for an ultimate pit.
    rate : float
        Value in period ``t`` is divided by ``(1 + rate) ** t``, the first period being 0.
    lower, upper : float64 arrays, shape (r, t)
        Limits of each resource in each period; -inf and inf for none.
    use : ResourceUse
    general_lower, general_upper : float64 arrays, shape (m,)
        Limits of the general side constraints.
    general : GeneralUse
    """

    name: str
    kind: Kind
    start: NDArray[np.int64]
    needed: NDArray[np.int32]
    value: NDArray[np.float64]
    n_periods: int
    rate: float
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    use: ResourceUse
    general_lower: NDArray[np.float64]
    general_upper: NDArray[np.float64]
    general: GeneralUse

    @property
    def n(self) -> int:
        """Number of blocks."""
        return len(self.value)

    @property
    def n_destinations(self) -> int:
        """Number of destinations."""
        return int(self.value.shape[1])

    def production_problem(self) -> ProductionProblem:
        """The schedule to be made, as the scheduling engine takes it.

        Raises
        ------
        ModelError
            When the uses of all resources do not fit in memory, or limits cross.
        """
        n, d, r = self.n, self.n_destinations, len(self.lower)
        if 8 * n * d * r > _MOST_BYTES:
            raise ModelError(f"{r:,} resources of {n:,} blocks and {d:,} destinations are too many")
        use = np.zeros((r, n, d))
        use[self.use.resource, self.use.block, self.use.destination] = self.use.factor
        limits = tuple(
            Limit(f"resource {k}", use[k], self.lower[k], self.upper[k]) for k in range(r)
        )
        places = ("mined",) if self.kind != "pcpsp" else tuple(f"destination {k}" for k in range(d))
        return ProductionProblem(
            name=self.name,
            start=self.start,
            needed=self.needed.astype(np.int64),
            value=self.value[None],
            factor=discount_factors(self.rate, self.n_periods),
            limits=limits,
            rows=self._rows(),
            destinations=places,
        )

    def _rows(self) -> tuple[Row, ...]:
        g = self.general
        order = np.argsort(g.row, kind="stable")
        cut = np.searchsorted(g.row[order], np.arange(len(self.general_lower) + 1))
        rows = []
        for j, (lower, upper) in enumerate(
            zip(self.general_lower.tolist(), self.general_upper.tolist(), strict=True)
        ):
            mine = order[cut[j] : cut[j + 1]]
            period, block, destination = (
                x[mine].astype(np.int64) for x in (g.period, g.block, g.destination)
            )
            rows.append(
                Row(f"general {j}", period, block, destination, g.factor[mine], lower, upper)
            )
        return tuple(rows)


def no_use() -> ResourceUse:
    """No resource is used."""
    none = np.zeros(0, np.int32)
    return ResourceUse(none, none, none, np.zeros(0))


def no_general() -> GeneralUse:
    """There are no general side constraints."""
    none = np.zeros(0, np.int32)
    return GeneralUse(none, none, none, none, np.zeros(0))
