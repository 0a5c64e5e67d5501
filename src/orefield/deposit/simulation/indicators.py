"""Sequential indicator simulation: categories such as rock types, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.search import Search
from orefield.deposit.realisations import checked_mask
from orefield.deposit.simulation.conditioning import default_search
from orefield.deposit.simulation.drawing import batches
from orefield.deposit.simulation.paths import Steps, path_of
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.sequential import PER_PATH
from orefield.deposit.simulation.streams import in_order, stream
from orefield.deposit.variogram import PackedVariogram, Variogram
from orefield.kernels.sequential_nodes import sequential_indicators

_F8 = NDArray[np.float64]
_I1 = NDArray[np.int8]
MOST_CATEGORIES = 100


@dataclass(frozen=True, eq=False)
class IndicatorSimulation:
    """Realisations of categories, given data at nodes and proportions.

    Build it with :meth:`on`. Each category is kriged simply with its proportion as mean;
    probabilities below 0 are set to 0 and all are scaled to add up to 1. (Deutsch and Journel,
    GSLIB, 1998, section V.3; from memory.)

    Attributes
    ----------
    grid : Grid
    categories : tuple of str
    proportions : ndarray of shape (1, k) or (n, k)
    variograms : tuple of Variogram
        One for all, or one for each category; of any sill.
    nodes : ndarray of shape (m,), int64
    data : PlacedData or None
        Its scores are numbers of categories.
    steps : Steps
    most : int
    per_path : int
        Realisations that share a path and its weights.
    """

    grid: Grid
    categories: tuple[str, ...]
    proportions: _F8
    variograms: tuple[Variogram, ...]
    nodes: NDArray[np.int64]
    data: PlacedData | None
    steps: Steps
    most: int
    per_path: int = PER_PATH

    @classmethod
    def on(
        cls,
        grid: Grid,
        categories: Sequence[str],
        proportions: _F8,
        variogram: Variogram | Mapping[str, Variogram],
        data: PlacedData | None = None,
        *,
        search: Search | None = None,
        simulated: NDArray[np.bool_] | None = None,
        per_path: int = PER_PATH,
    ) -> IndicatorSimulation:
        """Ready to draw.

        Parameters
        ----------
        grid : Grid
            Its block centres are the nodes.
        categories : sequence of str
            Two or more.
        proportions : ndarray of shape (k,) or (n, k)
            Of categories, everywhere or by node; each row adds up to 1.
        variogram : Variogram, or mapping of category to Variogram
            Of indicators.
        data : PlacedData, optional
            Its scores are places in ``categories``.
        search : Search, optional
            Among data and nodes.
        simulated : ndarray of shape (n,), bool, optional
            Nodes of interest.
        per_path : int
            Realisations that share a path and its weights; 1 for a path each.

        Raises
        ------
        ModelError
            When there are fewer than two categories, proportions are none, a category has no
            variogram, or data name a category that is not there.
        """
        names = tuple(categories)
        share = checked_proportions(names, proportions, grid.n)
        if isinstance(variogram, Variogram):
            models: tuple[Variogram, ...] = (variogram,)
        else:
            missing = [name for name in names if name not in variogram]
            if missing:
                raise ModelError(f"category '{missing[0]}' has no variogram", fix="give one each")
            models = tuple(variogram[name] for name in names)
        if data is not None and not np.isin(data.scores, np.arange(len(names))).all():
            raise ModelError(f"data are of other categories than {', '.join(names)}")
        longest = max(models, key=lambda m: max((max(s.ranges_m) for s in m.structures), default=0))
        chosen = search or default_search(longest)
        inside = checked_mask(
            np.zeros(0, dtype=np.bool_) if simulated is None else simulated, grid.n
        )
        return cls(
            grid, names, share, models, np.flatnonzero(inside), data, Steps.of(grid, chosen),
            chosen.max_samples, per_path,
        )  # fmt: skip

    def batch(self, seed: int, number: int, count: int) -> tuple[_I1, _F8]:
        """Realisations of one path, (count, n), -1 where not simulated; and what was repaired.

        The second says in how many draws probabilities had to be, and by how much in all.
        """
        path = path_of(self.grid, self.nodes, seed, number)
        known = np.zeros(self.grid.n, dtype=np.bool_)
        values = np.full((self.grid.n, count), -1, dtype=np.int8)
        if self.data is not None:
            at = self.data.node >= 0
            known[self.data.node[at]] = True
            values[self.data.node[at]] = self.data.scores[at, None].astype(np.int8)
        uniform = np.column_stack(
            [stream(seed, 4, number, k).random(path.size) for k in range(count)]
        )
        repaired = np.zeros(2)
        sequential_indicators(
            path, np.asarray(self.grid.shape), self.steps.cells, self.steps.lags_m, known,
            self.most, uniform, self.proportions, *joined(self.variograms), values, repaired,
        )  # fmt: skip
        out = np.full((count, self.grid.n), -1, dtype=np.int8)
        out[:, self.nodes] = values[self.nodes].T
        return out, repaired

    def realisations(self, count: int, seed: int, *, threads: int = 1) -> Iterator[_I1]:
        """One realisation after the other: numbers of categories, shape (n,), int8.

        Parameters
        ----------
        count, seed, threads
            As :meth:`Drawing.realisations` takes them.

        Raises
        ------
        ModelError
            For less than one realisation.
        """
        parts = batches(count, self.per_path)
        for found, _ in in_order(lambda k: self.batch(seed, *parts[k]), len(parts), threads):
            yield from found


def checked_proportions(categories: Sequence[str], proportions: _F8, n: int) -> _F8:
    """Proportions of shape (1, k) or (n, k).

    Raises
    ------
    ModelError
        When they do not fit, are negative, or do not add up to 1.
    """
    found = np.atleast_2d(np.asarray(proportions, dtype=np.float64))
    k = len(categories)
    if not 2 <= k <= MOST_CATEGORIES or len(set(categories)) != k:
        raise ModelError(
            f"{k} categories, {len(set(categories))} different",
            fix=f"give 2 to {MOST_CATEGORIES} with different names",
        )
    if found.shape not in ((1, k), (n, k)):
        raise ModelError(f"{k} categories have proportions of shape {np.shape(proportions)}")
    if not ((found >= 0).all() and np.allclose(found.sum(axis=1), 1.0, atol=1e-6)):
        raise ModelError("proportions are negative or do not add up to 1", fix="give shares")
    return np.ascontiguousarray(found)


def joined(
    variograms: Sequence[Variogram],
) -> tuple[_F8, NDArray[np.int64], _F8, _F8, _F8, NDArray[np.int64]]:
    """Several variograms as one set of arrays: nuggets, kinds, sills, transforms, tables, first."""
    packed: list[PackedVariogram] = [v.packed() for v in variograms]
    width = max(p.tables.shape[1] for p in packed)
    tables = [np.pad(p.tables, ((0, 0), (0, width - p.tables.shape[1]))) for p in packed]
    first = np.cumsum([0, *(p.kinds.size for p in packed)])
    return (
        np.array([p.nugget for p in packed]),
        np.concatenate([p.kinds for p in packed]),
        np.concatenate([p.sills for p in packed]),
        np.concatenate([p.transforms for p in packed]),
        np.concatenate(tables),
        first.astype(np.int64),
    )
