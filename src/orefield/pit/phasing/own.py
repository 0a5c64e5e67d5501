"""A planner's own phases: checked against the slopes, and repaired when asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.phasing.precedence import Precedence, Slopes

_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Violation:
    """A block that would be mined before one that lies in its way.

    Attributes
    ----------
    block, needed : int
        Flat indices.
    phase : int
        Of the block.
    needed_phase : int
        Of the block in its way; -1 where it is in no phase.
    """

    block: int
    needed: int
    phase: int
    needed_phase: int


def check_phases(model: BlockModel, phase: ArrayLike, pattern: Slopes) -> tuple[Violation, ...]:
    """Blocks whose phase comes before that of a block they need, in order of the blocks.

    Parameters
    ----------
    model : BlockModel
        Gives grid and rock.
    phase : array_like of whole numbers, shape (n,)
        Phase of each block from 0, negative outside the pit.
    pattern : SlopePattern or SlopeDomains
        Slopes to keep.

    Raises
    ------
    ModelError
        When the phases do not fit the model.
    """
    ways, group = _read(model, phase, pattern)
    latest, cause = ways.latest_needed(group)
    wrong = np.flatnonzero((group != _NEVER) & ~ways.air & (latest > group))
    return tuple(
        Violation(
            int(i),
            int(cause[i]),
            int(group[i]),
            -1 if latest[i] == _NEVER else int(latest[i]),
        )
        for i in wrong
    )


def repair_phases(model: BlockModel, phase: ArrayLike, pattern: Slopes) -> NDArray[np.int16]:
    """The phases with every block that one needs brought into it, shape (n,).

    A block moves to the first phase that needs it, and into the pit where it was outside:
    what a phase was to reach is reached.

    Parameters
    ----------
    model, phase, pattern
        As for :func:`check_phases`.

    Raises
    ------
    ModelError
        When the phases do not fit the model.
    """
    ways, group = _read(model, phase, pattern)
    out = np.full(model.grid.n, -1, np.int16)
    held = np.zeros(model.grid.n, dtype=bool)
    for p in np.unique(group[group != _NEVER]):
        now = ways.hull(held | ((group == p) & ~ways.air))
        out[now & ~held] = p
        held = now
    return out


def _read(
    model: BlockModel, phase: ArrayLike, pattern: Slopes
) -> tuple[Precedence, NDArray[np.int32]]:
    values = np.asarray(phase)
    if values.shape != (model.grid.n,):
        raise ModelError(f"{values.shape} phases for a model of {model.grid.n:,} blocks")
    whole = np.rint(values)
    if (whole != values).any() or whole.max(initial=0) > np.iinfo(np.int16).max:
        bad = int(np.flatnonzero((whole != values) | (whole > np.iinfo(np.int16).max))[0])
        raise ModelError(
            f"{values[bad]} is no phase",
            where=f"block {bad}",
            fix="number phases from 0, -1 outside",
        )
    if not (whole >= 0).any():
        raise ModelError("no block is in a phase", fix="number phases from 0; negative is outside")
    group = np.where(whole >= 0, whole.astype(np.int64), _NEVER).astype(np.int32)
    return Precedence.of(model, pattern), group
