"""Realisations in a file brought in line with readings: what is within reach is held, no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.realisations import RealisationSource, Values, grid_of, known
from orefield.deposit.realisations_file import Writer
from orefield.deposit.updating.anamorphosis import AS_THEY_ARE, Anamorphosis, normal_scores
from orefield.deposit.updating.ensemble import Ensemble, blocks_within_reach
from orefield.deposit.updating.filtering import FilterOptions, Memory, assimilate
from orefield.deposit.updating.localisation import Reach
from orefield.deposit.updating.log import UpdateLog
from orefield.deposit.updating.moments import Moments
from orefield.deposit.updating.observations import Observations, Sensor

_POOLED = 400_000
"""Grades that a curve is fitted to: enough for its tails, few enough to sort."""

_READ, _FILTERED = 0.25, 0.75


@dataclass(eq=False)
class Updated:
    """What an update has done.

    Attributes
    ----------
    log : UpdateLog
    before, after : Moments
        Of every block, over the realisations read and those written.
    reached : bool array, shape (n,)
        Blocks that some reading has moved.
    """

    log: UpdateLog
    before: Moments
    after: Moments
    reached: NDArray[np.bool_]


def curve_of(
    source: RealisationSource, name: str, *, lowest: float = 0.0, highest: float = np.inf
) -> Anamorphosis:
    """The curve from scores to grades of all realisations of a variable together.

    Parameters
    ----------
    source : RealisationSource
        At least two different grades.
    name : str
        One of its variables.
    lowest, highest : float
        Limits that no grade passes.

    Raises
    ------
    ModelError
        As :func:`normal_scores`.
    """
    inside = np.flatnonzero(source.simulated)
    step = max(1, len(inside) * source.count // _POOLED)
    # each realisation starts at another block, so that all blocks have their turn
    pooled = [source.of(name, k)[inside[k % step :: step]] for k in range(source.count)]
    found = np.concatenate(pooled)
    if found.size < 2:
        found = np.concatenate([source.of(name, k)[inside] for k in range(source.count)])
    return normal_scores(found, lowest=lowest, highest=highest)


def update_realisations(
    source: RealisationSource,
    name: str,
    path: Path | str,
    observations: Observations,
    sensors: Mapping[str, Sensor],
    reach: Reach,
    options: FilterOptions | None = None,
    *,
    curve: Anamorphosis = AS_THEY_ARE,
    memory: Memory | None = None,
    note: str = "",
    tell: Callable[[str, float], None] | None = None,
) -> Updated:
    """Take readings into realisations, and write them to a file.

    Only blocks within reach of a reading are held in memory; those that none has moved keep
    their grades to the last digit. Other variables are copied as they are.

    Parameters
    ----------
    source : RealisationSource
        On a grid; may not be the file at ``path``.
    name : str
        The variable that was read.
    path : Path
        Takes its name when all is written.
    observations : Observations
        At least one.
    sensors : mapping of str to Sensor
        By the names that readings have.
    reach : Reach
        Localisation.
    options : FilterOptions, optional
        How readings are taken in.
    curve : Anamorphosis
        See :func:`curve_of`.
    memory : Memory, optional
        Of the readings before; carried on in place.
    note : str
        What the realisations are then.
    tell : callable, optional
        Told what is being done, and the share that is done.

    Raises
    ------
    ModelError
        When realisations are at points, there is one only, there is no such variable, or a
        reading is of a block that was not simulated.
    """  # fmt: skip
    say = tell or (lambda _what, _share: None)
    grid = grid_of(source)
    known(name, source.names)
    _refuse_unsimulated(grid, source, observations)
    blocks = blocks_within_reach(grid, observations.block, reach)
    blocks = blocks[source.simulated[blocks]]
    before, after = Moments(), Moments()
    state = np.empty((len(blocks), source.count), dtype=np.float32)
    for k in range(source.count):
        say("reading realisations", _READ * k / source.count)
        values = source.of(name, k)
        before.add(values)
        state[:, k] = curve.scores(values[blocks])
    ensemble = Ensemble(grid, blocks, state, curve)
    log = assimilate(
        ensemble, observations, sensors, reach, options, memory=memory,
        tell=lambda share: say("taking readings in", _READ + (_FILTERED - _READ) * share),
    )  # fmt: skip
    moved = np.flatnonzero(ensemble.touched)
    dtype = np.result_type(*(source.of(v, 0).dtype for v in source.names))
    told = note or source.note
    with Writer(path, grid, source.names, dtype, source.simulated, told, source.support) as out:
        for k in range(source.count):
            say("writing realisations", _FILTERED + (1.0 - _FILTERED) * k / source.count)
            kept: dict[str, Values] = {v: source.of(v, k) for v in source.names if v != name}
            grades = source.of(name, k).copy()
            grades[blocks[moved]] = curve.grades(state[moved, k])
            after.add(grades)
            out.write({v: grades if v == name else kept[v] for v in source.names})
    reached = np.zeros(grid.n, dtype=np.bool_)
    reached[blocks[moved]] = True
    return Updated(log, before, after, reached)


def _refuse_unsimulated(grid: Grid, source: RealisationSource, seen: Observations) -> None:
    outside = np.flatnonzero((seen.block < 0) | (seen.block >= grid.n))
    if not outside.size:
        outside = np.flatnonzero(~source.simulated[seen.block])
        what = "was not simulated"
    else:
        what = f"is outside the grid of {grid.n:,} blocks"
    if outside.size:
        owner = int(np.searchsorted(seen.start, outside[0], side="right")) - 1
        raise ModelError(
            f"block {seen.block[outside[0]]} {what}",
            where=f"reading '{seen.ids[owner]}'",
            fix="list blocks that the realisations have",
        )
