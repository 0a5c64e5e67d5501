"""What planners ask of a schedule beside capacities, as limits, rows and precedences.

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


def not_before(
    problem: ProductionProblem, first: ArrayLike, *, name: str = "not before"
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
        added.append(Limit(f"{name} period {t}", use, np.full(len(upper), -np.inf), upper))
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
        When arrays do not fit the blocks, or ``benches`` is below one.
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
    for f in np.unique(part):
        of = {
            int(z): np.flatnonzero((part == f) & (depth == z)) for z in np.unique(depth[part == f])
        }
        for z, below in of.items():
            if z >= benches:
                # a bench without blocks cannot be a floor: the next one that has some counts
                ahead = min((q for q in of if z - benches <= q < z), default=None)
                name = f"sinking rate, phase {f}, bench {z} below"
                rows += [] if ahead is None else _lagged(problem, below, of[ahead], name)
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


def feed_near(
    problem: ProductionProblem,
    use: _F8,
    target: ArrayLike,
    within: float,
    *,
    name: str = "feed",
    until: int | None = None,
) -> ProductionProblem:
    """The problem in which every period's feed is within a fraction of a target. Exact.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the wish.
    use : float64 array, shape (n, d)
        Feed of a whole block at each destination.
    target : float or (t,)
        Of each period.
    within : float
        0.1 for 10 %.
    name : str
        Of the limit.
    until : int, optional
        Periods from this on only keep the upper bound, because ore runs out.

    Raises
    ------
    ModelError
        When shapes differ, a target or ``until`` is negative, or the fraction is not between 0
        and 1.
    """
    if not 0.0 <= within <= 1.0:
        raise ModelError(f"feed within {within:g} of its target", where=name, fix="e.g. 0.1")
    aim = _by_period(problem, target, name)
    if (aim < 0).any():
        raise ModelError("a target is negative", where=name)
    lower = aim * (1.0 - within)
    _check_until(until, name)
    if until is not None:
        lower[until:] = -np.inf
    limit = Limit(name, use, lower, aim * (1.0 + within))
    return replace(problem, limits=(*problem.limits, limit))


def feed_steady(
    problem: ProductionProblem,
    use: _F8,
    within: float,
    *,
    name: str = "steady feed",
    until: int | None = None,
) -> ProductionProblem:
    """The problem in which a period's feed differs by a fraction from the period's before. Exact.

    ``(1 - within) * before <= feed <= (1 + within) * before``; two rows for each period after
    the first. Periods from ``until`` on may fall as they like.

    Raises
    ------
    ModelError
        When shapes differ, ``until`` is negative, or the fraction is negative or not finite.
    """
    _check_use(problem, use, name)
    _check_until(until, name)
    if not (np.isfinite(within) and within >= 0):
        raise ModelError(f"feed within {within:g} of the period before", where=name, fix="e.g. 0.1")
    block, destination = np.nonzero(use)
    fed = use[block, destination]
    rows = []
    for t in range(1, problem.n_periods):
        for what, factor, falls in (("rise", -(1 + within), False), ("fall", -(1 - within), True)):
            if falls and until is not None and t >= until:
                continue
            rows.append(
                Row(
                    name=f"{name}, {what} into period {t}",
                    period=np.repeat([t, t - 1], len(block)),
                    block=np.tile(block, 2),
                    destination=np.tile(destination, 2),
                    factor=np.concatenate([fed, factor * fed]),
                    lower=0.0 if falls else -np.inf,
                    upper=np.inf if falls else 0.0,
                )
            )
    return replace(problem, rows=(*problem.rows, *rows))


def blend(
    problem: ProductionProblem,
    feed: _F8,
    grade: ArrayLike,
    *,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    name: str = "blend",
) -> ProductionProblem:
    """The problem in which the mean grade of every period's feed is between bounds. Exact.

    ``sum(feed * (grade - bound))`` is at least, or at most, zero: a limit for each distinct
    bound. A period without feed keeps them.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the wish.
    feed : float64 array, shape (n, d)
        Tonnes of a whole block that are fed at each destination.
    grade : float array, shape (n,)
        Of each block: a metal, a penalty element, hardness.
    lower, upper : float or (t,), optional
        Bounds of each period; nan for none.
    name : str
        Of the limits.

    Raises
    ------
    ModelError
        When shapes differ, a feed is negative, a grade is not finite, bounds cross, or none is
        given.
    """
    _check_use(problem, feed, name)
    if (feed < 0).any():
        raise ModelError("a feed is negative", where=name)
    content = np.asarray(grade, np.float64)
    if content.shape != (problem.n,) or not np.isfinite(content).all():
        raise ModelError("a grade is not finite, or grades do not fit the blocks", where=name)
    if lower is None and upper is None:
        raise ModelError("a blend without bounds", where=name, fix="give lower or upper")
    low, high = (
        np.full(problem.n_periods, np.nan) if x is None else _by_period(problem, x, name, True)
        for x in (lower, upper)
    )
    if (low > high).any():
        t = int(np.flatnonzero(low > high)[0])
        raise ModelError(f"grades of {low[t]:g} to {high[t]:g}", where=f"{name}, period {t}")
    added = []
    for bounds, least in ((low, True), (high, False)):
        for bound in np.unique(bounds[~np.isnan(bounds)]):
            here = bounds == bound
            added.append(
                Limit(
                    name=f"{name} {'at least' if least else 'at most'} {bound:g}",
                    use=feed * (content - bound)[:, None],
                    lower=np.where(here & least, 0.0, -np.inf),
                    upper=np.where(here & (not least), 0.0, np.inf),
                )
            )
    return replace(problem, limits=(*problem.limits, *added))


def _lagged(problem: ProductionProblem, below: _I8, above: _I8, name: str) -> list[Row]:
    """Fraction of ``below`` mined by each period, at most that of ``above`` a period before."""
    n_d = problem.n_destinations
    blocks = np.concatenate([below, above])
    share = np.concatenate(
        [np.full(len(below), 1.0 / len(below)), -1.0 / np.full(len(above), float(len(above)))]
    )
    rows = []
    for t in range(problem.n_periods):
        period = np.repeat(np.arange(t + 1), len(blocks) * n_d)
        factor = np.tile(np.repeat(share, n_d), t + 1)
        keep = (factor > 0) | (period < t)
        rows.append(
            Row(
                name=f"{name}, period {t}",
                period=period[keep],
                block=np.tile(np.repeat(blocks, n_d), t + 1)[keep],
                destination=np.tile(np.arange(n_d), len(blocks) * (t + 1))[keep],
                factor=factor[keep],
                lower=-np.inf,
                upper=0.0,
            )
        )
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


def _by_period(
    problem: ProductionProblem, numbers: ArrayLike, where: str, gaps: bool = False
) -> _F8:
    out = np.array(np.asarray(numbers, np.float64), ndmin=1)
    if out.shape == (1,):
        out = np.repeat(out, problem.n_periods)
    if out.shape != (problem.n_periods,):
        raise ModelError(f"{len(out)} numbers for {problem.n_periods} periods", where=where)
    if not (np.isfinite(out) | (gaps & np.isnan(out))).all():
        raise ModelError("a number is not finite", where=where)
    return out


def _check_until(until: int | None, where: str) -> None:
    if until is not None and until < 0:
        raise ModelError(f"until period {until}", where=where, fix="count periods from 0")


def _check_use(problem: ProductionProblem, use: _F8, where: str) -> None:
    if use.shape != (problem.n, problem.n_destinations):
        raise ModelError(f"use has shape {use.shape}", where=where)
    if not np.isfinite(use).all():
        raise ModelError("a use is not finite", where=where)
