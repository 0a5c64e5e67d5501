"""What planners ask of the feed of a mill, as limits and rows of a schedule.

Each function returns a new problem; plans of it are plans of the old one with the wish kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.production.blend_bounds import distinct_bounds
from orefield.pit.production.problem import Limit, ProductionProblem, Row
from orefield.pit.production.stocked import later_entries

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

Later = tuple[int, int, _F8]
"""A slot, the destination of the problem for it, and what a whole block feeds then, shape (n,)."""


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
    later: Sequence[Later] = (),
) -> ProductionProblem:
    """The problem in which a period's feed differs by a fraction from the period's before. Exact.

    ``(1 - within) * before <= feed <= (1 + within) * before``; two rows for each period after
    the first. Periods from ``until`` on may fall as they like. What is taken up from stockpiles
    is counted by ``later``, for a problem of
    :func:`orefield.pit.production.stocked.with_stockpiles`.

    Raises
    ------
    ModelError
        When shapes differ, ``until`` is negative, or the fraction is negative or not finite.
    """
    _check_use(problem, use, name)
    _check_until(until, name)
    if not (np.isfinite(within) and within >= 0):
        raise ModelError(f"feed within {within:g} of the period before", where=name, fix="e.g. 0.1")
    rows = []
    before = _fed(problem, use, later, 0)
    for t in range(1, problem.n_periods):
        now = _fed(problem, use, later, t)
        for what, factor, falls in (("rise", -(1 + within), False), ("fall", -(1 - within), True)):
            if falls and until is not None and t >= until:
                continue
            period, block, destination = (
                np.concatenate(pair) for pair in zip(now[:3], before[:3], strict=True)
            )
            rows.append(
                Row(
                    name=f"{name}, {what} into period {t}",
                    period=period,
                    block=block,
                    destination=destination,
                    factor=np.concatenate([now[3], factor * before[3]]),
                    lower=0.0 if falls else -np.inf,
                    upper=np.inf if falls else 0.0,
                )
            )
        before = now
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
    grade : float array, shape (n,) or (n, d)
        Of each block, or of what is fed of it at each destination: a metal, a penalty element,
        hardness.
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
    if content.ndim == 1:
        content = content[:, None]
    if content.shape not in ((problem.n, 1), feed.shape) or not np.isfinite(content).all():
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
    for bound, least in distinct_bounds(low, high):
        here = (low if least else high) == bound
        added.append(
            Limit(
                # all digits: two bounds of one wish must not come to one name
                name=f"{name} {'at least' if least else 'at most'} {bound!r}",
                use=feed * (content - bound),
                lower=np.where(here & least, 0.0, -np.inf),
                upper=np.where(here & (not least), 0.0, np.inf),
            )
        )
    return replace(problem, limits=(*problem.limits, *added))


def _fed(
    problem: ProductionProblem, use: _F8, later: Sequence[Later], t: int
) -> tuple[_I8, _I8, _I8, _F8]:
    """Entries (period, block, destination, factor) of what is fed in a period."""
    block, destination = np.nonzero(use)
    entries = [(np.full(len(block), t), block, destination, use[block, destination])]
    entries += [later_entries(t, column, amount) for slot, column, amount in later if slot == t]
    period, blocks, places, factor = (np.concatenate(x) for x in zip(*entries, strict=True))
    return period, blocks, places, factor


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
