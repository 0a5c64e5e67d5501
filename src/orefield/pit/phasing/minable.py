"""Phases with room to work: widths kept on every bench, precedence kept throughout.

Methods: openings of benches by an element of the mining width, made to agree with the
slopes by closure until nothing changes. The aim and the operators follow X. Bai, D.
Marcotte, M. Gamache, D. Gregory and A. Lapworth (2018), "Automatic generation of feasible
mining pushbacks for open pit strategic planning", Journal of the Southern African
Institute of Mining and Metallurgy 118(5), 515-530, doi 10.17159/2411-9717/2018/v118n5a8;
what is moved, and where to, is our own:

1. The pit after each phase shrinks to its largest part that is closed and on every bench
   a union of elements; for the last one, elements whose cone pays are added back.
2. From the outside inwards, each narrow part between two walls is closed or widened: it
   joins the phase inside with all that it needs, or that phase gives up the blocks under
   elements over the part, and all that need them; whichever moves fewer blocks, under
   several weights of the one against the other. Where a ring is thin all round, a wide
   pushback on one side and none on the other is tried in several directions. Of all these
   the inner pit nearest to the one given, in size and in value, is kept.
3. What is then still too narrow (or a part too small) goes to the phase inside, with all
   that it needs; where that would make the inner phase narrow, the element that adds
   least is taken with it.

Step 2 is done a few times over; in step 3 the inner set only grows, so it ends. Where one
pattern of slopes rules, a cone of elements is on each bench a union of elements, so that
inside the grid nothing remains to be excused; what remains elsewhere is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from orefield.core import BlockModel, ModelError
from orefield.kernels.morphology import regain
from orefield.pit.phasing.precedence import Precedence, Slopes
from orefield.pit.phasing.room import WorkingRoom
from orefield.pit.phasing.walls import Walls, parts

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]

_PASSES = 5
"""Times that elements are offered to the pit again; the first two do nearly all."""


@dataclass(frozen=True)
class Narrow:
    """A part of a bench in which the machines do not fit.

    Attributes
    ----------
    phase : int
        Phase of the part.
    between : bool
        True where the room between walls is short, False where the whole pit is narrow.
    elevation_m : float
        Floor of the bench.
    blocks : int
    east_m, north_m : float
        Mean of the centres of its blocks, along the grid's own axes for a turned grid.
    """

    phase: int
    between: bool
    elevation_m: float
    blocks: int
    east_m: float
    north_m: float


@dataclass(frozen=True)
class PhaseDesign:
    """Phases that machines can work in, and what that cost.

    Attributes
    ----------
    phase : int16 array, shape (n,)
        Phase of each block from 0; -1 outside.
    narrow : tuple of Narrow
        What still has too little room.
    tonnes, tonnes_before : float64 arrays
        Rock (t) of each phase; before, as given.
    value, value_before : float
        Undiscounted value of the pit, nan without values.
    moved_t, left_t, added_t : float
        Rock that changed its phase, fell out of the pit, came into it (t).
    """

    phase: NDArray[np.int16]
    narrow: tuple[Narrow, ...]
    tonnes: NDArray[np.float64]
    tonnes_before: NDArray[np.float64]
    value: float
    value_before: float
    moved_t: float
    left_t: float
    added_t: float


def minable_limit(
    model: BlockModel,
    pit: _MASK,
    pattern: Slopes,
    room: WorkingRoom,
    *,
    value_usd: ArrayLike | None = None,
) -> _MASK:
    """The pit without the parts too narrow to work in, shape (n,).

    Its largest subset that is closed and in which, on every bench, elements of the bottom
    width cover everything; with values, elements over what was lost are then added with
    their cones wherever that pays, even beyond the pit given.

    Parameters
    ----------
    model : BlockModel
        Gives grid and rock; air counts as room.
    pit : bool array, shape (n,)
        A closed set, such as :func:`orefield.pit.ultimate_pit` finds.
    pattern : SlopePattern or SlopeDomains
        The slopes it was made with.
    room : WorkingRoom
        ``bottom_m`` and ``shape`` are used.
    value_usd : array_like, shape (n,), optional
        Value of each block.

    Raises
    ------
    ModelError
        When the pit is not closed, or values do not fit.
    """
    ways = Precedence.of(model, pattern)
    _fits(model, pit, "the pit")
    ways.refuse_open(pit & ~ways.air, "the pit")
    walls = Walls.of(model, ways, room)
    kept = walls.largest(pit & ~ways.air)
    if value_usd is None:
        return kept
    value = np.asarray(value_usd, dtype=np.float64)
    _fits(model, value, "the values")
    for _ in range(_PASSES):
        lost = pit & ~kept & ~ways.air
        gained = regain(
            kept,
            lost,
            value,
            ways.air,
            ways.shape,
            walls.bottom,
            ways.offsets,
            ways.first,
            ways.which,
        )
        if gained <= 0.0:
            break
    # at the border of the grid a cone may be cut short of an element
    return walls.largest(kept)


def minable_phases(
    model: BlockModel,
    phase: NDArray[np.integer],
    pattern: Slopes,
    room: WorkingRoom,
    *,
    value_usd: ArrayLike | None = None,
    keep_limit: bool = False,
) -> PhaseDesign:
    """Phases changed until machines have room in each; see this module for how.

    Parameters
    ----------
    model : BlockModel
        Gives grid, rock and tonnes.
    phase : int array, shape (n,)
        Phase of each block from 0, -1 outside; the pit after each phase is closed.
    pattern : SlopePattern or SlopeDomains
        The slopes they were made with.
    room : WorkingRoom
        Widths to keep.
    value_usd : array_like, shape (n,), optional
        Value of each block, for what the widths cost and to win back what pays.
    keep_limit : bool
        Leave the final pit as it is; narrow parts of it are then reported.

    Raises
    ------
    ModelError
        When there is no phase, the pit after one is not closed, or values do not fit.
    """
    _fits(model, phase, "the phases")
    ways = Precedence.of(model, pattern)
    given = np.where(ways.air, -1, phase).astype(np.int32)
    n_phases = int(given.max()) + 1
    if n_phases < 1:
        raise ModelError("there is no phase", fix="choose phases from a pit that holds rock")
    for p in range(n_phases):
        ways.refuse_open((given >= 0) & (given <= p), f"the pit after phase {p}")
    outer = given >= 0
    if not keep_limit:
        outer = minable_limit(model, outer, pattern, room, value_usd=value_usd)
    made = np.full(model.grid.n, -1, np.int32)
    made[outer] = n_phases - 1
    walls = Walls.of(model, ways, room)
    value = None if value_usd is None else np.asarray(value_usd, dtype=np.float64)
    for p in range(n_phases - 2, -1, -1):
        inner = walls.largest((given >= 0) & (given <= p) & outer)
        inner = walls.apart(inner, outer, value)
        made[inner] = p
        outer = inner
    return _design(model, given, made, ways, room, value_usd)


def narrow_parts(
    model: BlockModel, phase: NDArray[np.integer], pattern: Slopes, room: WorkingRoom
) -> tuple[Narrow, ...]:
    """Where machines do not fit, part by part, from the first phase and the top down.

    Parameters
    ----------
    model : BlockModel
        Gives grid and rock; air counts as room.
    phase : int array, shape (n,)
        Phase of each block from 0, -1 outside.
    pattern : SlopePattern or SlopeDomains
        Not asked of the phases here; of the same model.
    room : WorkingRoom
        Widths to keep.
    """
    _fits(model, phase, "the phases")
    ways = Precedence.of(model, pattern)
    return _narrow(model, np.where(ways.air, -1, phase).astype(np.int32), ways, room)


def _fits(model: BlockModel, values: NDArray[np.generic], what: str) -> None:
    if values.shape != (model.grid.n,):
        raise ModelError(f"{what} have shape {values.shape} in a model of {model.grid.n:,} blocks")


def _narrow(
    model: BlockModel, phase: _I4, ways: Precedence, room: WorkingRoom
) -> tuple[Narrow, ...]:
    found: list[Narrow] = []
    walls = Walls.of(model, ways, room)
    for p in range(int(phase.max()) + 1):
        after = (phase >= 0) & (phase <= p)
        found += describe_parts(model, walls.tight(after & (phase != p), after), p, True)
        found += describe_parts(model, after & ~walls.wide(after, walls.bottom), p, False)
    return tuple(found)


def describe_parts(model: BlockModel, mask: _MASK, phase: int, between: bool) -> list[Narrow]:
    """The connected parts of a set of blocks, bench by bench from the top.

    Parameters
    ----------
    model : BlockModel
        Gives the grid.
    mask : bool array, shape (n,)
        What has too little room.
    phase : int
        What the parts are said to be of.
    between : bool
        See :class:`Narrow`.
    """
    if not mask.any():
        return []
    number, count = parts(mask, model.grid.shape)
    floor, (x, y, _) = model.grid.bench_elevation_m(), model.grid.local_axes()
    places = ndimage.center_of_mass(mask.reshape(number.shape), number, range(1, count + 1))
    sizes = np.bincount(number.ravel(), minlength=count + 1)[1:]
    out = []
    for (z, iy, ix), size in zip(places, sizes, strict=True):
        east = float(np.interp(ix, np.arange(len(x)), x))
        north = float(np.interp(iy, np.arange(len(y)), y))
        out.append(Narrow(phase, between, float(floor[round(z)]), int(size), east, north))
    return sorted(out, key=lambda part: -part.elevation_m)


def _design(
    model: BlockModel,
    given: _I4,
    made: _I4,
    ways: Precedence,
    room: WorkingRoom,
    value_usd: ArrayLike | None,
) -> PhaseDesign:
    # phases that gave everything away are gone; the others close ranks
    names = np.unique(made[made >= 0])
    phase = np.full(len(made), -1, np.int16)
    inside = made >= 0
    phase[inside] = np.searchsorted(names, made[inside])
    tonnes = model.tonnes()
    value = np.full(len(made), np.nan) if value_usd is None else np.asarray(value_usd, np.float64)
    before = given >= 0
    return PhaseDesign(
        phase=phase,
        narrow=_narrow(model, phase.astype(np.int32), ways, room),
        tonnes=np.bincount(phase[inside], weights=tonnes[inside], minlength=len(names)).astype(
            float
        ),
        tonnes_before=_sums(given[before], tonnes[before]),
        value=float(value[inside].sum()),
        value_before=float(value[before].sum()),
        moved_t=float(tonnes[inside & before & (made != given)].sum()),
        left_t=float(tonnes[before & ~inside].sum()),
        added_t=float(tonnes[inside & ~before].sum()),
    )


def _sums(phase: NDArray[np.integer], tonnes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.bincount(phase, weights=tonnes).astype(np.float64)
