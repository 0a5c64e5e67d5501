"""What planners ask of the order of mining, as limits, rows and precedences of a schedule.

Each function returns a new problem; plans of it are plans of the old one with the wish kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, ProductionProblem, Row

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_MOST_ARCS = 20_000_000
_MOST_ENTRIES = 200_000_000


def not_before(
    problem: ProductionProblem, first: ArrayLike, *, name: str = "first periods"
) -> ProductionProblem:
    """The problem in which no block is mined before a period of its own.

    Exact. One limit for each distinct period: what its blocks take may not be taken before.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the wish.
    first : int array, shape (n,)
        0 where a block may be mined from the start; the number of periods or more for never.
    name : str
        Of the limits.

    Raises
    ------
    ModelError
        When periods do not fit the blocks or are negative.
    """
    when = _of_blocks(problem, first, "first periods")
    if (when < 0).any():
        raise ModelError("a first period is negative", where=name, fix="count periods from 0")
    added = []
    for t in np.unique(np.minimum(when[when > 0], problem.n_periods)):
        late = (when >= t) if t == problem.n_periods else (when == t)
        use = np.repeat(late.astype(np.float64)[:, None], problem.n_destinations, axis=1)
        upper = np.where(np.arange(problem.n_periods) < t, 0.0, np.inf)
        added.append(
            Limit(f"{name}, none before period {t}", use, np.full(len(upper), -np.inf), upper)
        )
    return replace(problem, limits=(*problem.limits, *added))


def sinking_rate(
    problem: ProductionProblem,
    bench: ArrayLike,
    benches: int,
    *,
    phase: ArrayLike | None = None,
    each_period: bool = False,
) -> ProductionProblem:
    """The problem in which a pit, or each phase of it, deepens by few benches a period.

    Always: *by the end of period t (from 0) nothing is mined that lies ``benches * (t + 1)`` or
    more benches below the top bench of its phase*. Exact, as first periods.

    With ``each_period`` also: *of each bench, no larger a fraction of its blocks is mined by the
    end of a period than had been mined, by the end of the period before, of the bench
    ``benches`` above it in the same phase*. The floor of a phase is then never more than
    ``benches`` lower than a period before, whenever the phase began. Where a bench of a phase
    is one block of the problem this is exact; where it is many, the fractions ask for more than
    the floor alone would. One row a bench and period. Below a gap of ``benches`` or more that
    hold no block of the phase there is no floor to follow, and only the first sentence holds.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the wish.
    bench : int array, shape (n,)
        Of each block, rising downwards.
    benches : int
        A period.
    phase : int array, shape (n,), optional
        One phase without.
    each_period : bool
        See above.

    Raises
    ------
    ModelError
        When arrays do not fit the blocks, ``benches`` is below one, or the rows would not fit
        into memory.
    """
    level = _of_blocks(problem, bench, "benches")
    part = np.zeros(problem.n, np.int64) if phase is None else _of_blocks(problem, phase, "phases")
    if benches < 1:
        raise ModelError(f"a sinking rate of {benches} benches", fix="give one at least")
    depth = np.zeros(problem.n, np.int64)
    for f in np.unique(part):
        depth[part == f] = level[part == f] - level[part == f].min()
    slow = not_before(problem, depth // benches, name="sinking rate")
    if not each_period:
        return slow
    rows: list[Row] = []
    entries = 0
    for f in np.unique(part):
        of = {
            int(z): np.flatnonzero((part == f) & (depth == z)) for z in np.unique(depth[part == f])
        }
        for z, below in of.items():
            if z >= benches:
                # a bench without blocks cannot be a floor: the next one that has some counts
                ahead = min((q for q in of if z - benches <= q < z), default=None)
                if ahead is None:
                    continue
                name = f"sinking rate, phase {f}, bench {z} below its top"
                made = _lagged(problem, below, of[ahead], name)
                entries += sum(len(row.factor) for row in made)
                if entries > _MOST_ENTRIES:
                    raise ModelError(
                        f"more than {_MOST_ENTRIES:,} numbers are needed for a sinking rate of "
                        "each period",
                        fix="gather blocks into units of a bench first",
                    )
                rows += made
    return replace(slow, rows=(*slow.rows, *rows))


def phase_order(
    problem: ProductionProblem,
    phase: ArrayLike,
    bench: ArrayLike,
    before: Sequence[tuple[int, int]],
    *,
    lead: int = 0,
) -> ProductionProblem:
    """The problem in which phases follow one another down.

    For each pair (f, g): a block of phase g is mined only when all of phase f on its bench, on
    those above, and on ``lead`` benches below is mined, in the same period at the latest. A
    negative ``lead`` lets g run that many benches ahead. Exact, as precedences.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the wish.
    phase, bench : int arrays, shape (n,)
        Of each block; benches rise downwards.
    before : sequence of (int, int)
        The phase that leads and the one that follows.
    lead : int
        Benches.

    Raises
    ------
    ModelError
        When a phase does not exist or leads itself, or there would be more than 20 million
        precedences.
    """
    part, level = _of_blocks(problem, phase, "phases"), _of_blocks(problem, bench, "benches")
    of = [np.repeat(np.arange(problem.n), np.diff(problem.start))]
    to = [problem.needed.astype(np.int64)]
    total = len(problem.needed)
    for f, g in before:
        for name in (f, g):
            if not (part == name).any():
                raise ModelError(f"there is no block of phase {name}", where=f"phases {f} and {g}")
        if f == g:
            raise ModelError(f"phase {f} cannot lead itself")
        for z in np.unique(level[part == g]):
            later = np.flatnonzero((part == g) & (level == z))
            ahead = _last_of(problem, (part == f) & (level <= z + lead))
            total += len(later) * len(ahead)
            if total > _MOST_ARCS:
                raise ModelError(
                    f"more than {_MOST_ARCS:,} precedences between phases",
                    fix="gather blocks into units of a bench and phase first",
                )
            of.append(np.repeat(later, len(ahead)))
            to.append(np.tile(ahead, len(later)))
    pairs = np.unique(np.concatenate(of) * problem.n + np.concatenate(to))
    counts = np.bincount(pairs // problem.n, minlength=problem.n)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return replace(problem, start=start, needed=(pairs % problem.n).astype(np.int64))


def _lagged(problem: ProductionProblem, below: _I8, above: _I8, name: str) -> list[Row]:
    """Fraction of ``below`` mined by each period, at most that of ``above`` a period before."""
    n_d = problem.n_destinations
    part, whole = 1.0 / len(below), 1.0 / len(above)
    rows = []
    for t in range(problem.n_periods):
        found = [
            np.stack([a.ravel() for a in np.meshgrid(np.arange(end), blocks, np.arange(n_d))])
            for blocks, end in ((below, t + 1), (above, t))
        ]
        period, block, destination = np.concatenate(found, axis=1)
        factor = np.repeat([part, -whole], [found[0].shape[1], found[1].shape[1]])
        rows.append(Row(f"{name}, period {t}", period, block, destination, factor, -np.inf, 0.0))
    return rows


def _last_of(problem: ProductionProblem, chosen: NDArray[np.bool_]) -> _I8:
    """The chosen blocks that no other chosen block needs: mining them mines all."""
    of = np.repeat(np.arange(problem.n), np.diff(problem.start))
    covered = np.zeros(problem.n, bool)
    covered[problem.needed[chosen[of]]] = True
    return np.flatnonzero(chosen & ~covered)


def _of_blocks(problem: ProductionProblem, numbers: ArrayLike, what: str) -> _I8:
    out = np.asarray(numbers)
    if out.shape != (problem.n,) or not np.issubdtype(out.dtype, np.integer):
        raise ModelError(
            f"{what} of shape {out.shape} and type {out.dtype} for {problem.n} blocks",
            fix="give one whole number a block",
        )
    return out.astype(np.int64)
