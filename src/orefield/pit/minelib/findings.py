"""The rules of a schedule one by one, and what breaks them, counted and put in words.

Arithmetic here is plain addition over the lines of a solution; none of it is the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from orefield.pit.minelib.solution import SolutionLines

TOLERANCE = 1e-6
"""Fractions may miss one by this much, and sums their limits by this much of the limit or,
where that is more, of what a single block takes."""

MOST_SHOWN = 100
"""Violations that are spelled out; further ones are counted."""

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_BLOCKS_AT_ONCE = 1 << 16
_HAIR = 1 + 1e-9  # 1 - 0.999999 is a little more than 1e-6 in doubles

Words = tuple[str, float, str]
"""Where, by how much, and the whole of it in words."""


@dataclass(frozen=True)
class Violation:
    """A constraint that a solution breaks.

    Attributes
    ----------
    kind : str
        ``range``, ``fraction``, ``twice``, ``periods``, ``partial``, ``precedence``, ``limit``
        or ``general``.
    where : str
        Block, resource and period, with the line of the solution where there is one.
    amount : float
        By how much: units over a limit, periods too early, what fractions add up to, ...
    text : str
        The whole of it in words.
    """

    kind: str
    where: str
    amount: float
    text: str


class Findings:
    """Counts violations, and spells the first ones out.

    Attributes
    ----------
    shown : list of Violation
    counts : dict
        Violations by kind.
    """

    def __init__(self) -> None:
        self.shown: list[Violation] = []
        self.counts: dict[str, int] = {}

    def add(self, kind: str, found: Sequence[int] | _I8, say: Callable[[int], Words]) -> None:
        """Add a violation for each number found; ``say`` puts it in words."""
        if len(found):
            self.counts[kind] = self.counts.get(kind, 0) + len(found)
        for k in found[: max(0, MOST_SHOWN - len(self.shown))]:
            where, amount, text = say(int(k))
            self.shown.append(Violation(kind, where, float(amount), text))


def check_range(x: SolutionLines, n: int, d: int, t: int, found: Findings) -> SolutionLines:
    """Lines whose block, destination and period exist, and of which something is mined."""
    good = x.fraction != 0
    for what, ids, size in (
        ("block", x.block, n), ("destination", x.destination, d), ("period", x.period, t),
    ):  # fmt: skip
        out = (ids < 0) | (ids >= size)
        found.add("range", np.flatnonzero(out), _beyond(x, what, ids, size))
        good &= ~out
    wrong = ~((x.fraction >= -TOLERANCE) & (x.fraction <= 1 + TOLERANCE))
    found.add("fraction", np.flatnonzero(wrong), lambda k: (
        _line(x, k), min(x.fraction[k], 1e300),
        f"a fraction of {x.fraction[k]:g} of block {x.block[k]}; it must be between 0 and 1",
    ))  # fmt: skip
    good &= np.isfinite(x.fraction)
    return SolutionLines(*(getattr(x, f.name)[good] for f in fields(x)))


def _beyond(x: SolutionLines, what: str, ids: _I8, size: int) -> Callable[[int], Words]:
    return lambda k: (
        _line(x, k), float(ids[k]), f"{what} {ids[k]} is not among 0 to {size - 1}",
    )  # fmt: skip


def check_shares(x: SolutionLines, t: int, single: bool, found: Findings) -> None:
    """Each block once: in one period, and whole.

    Parameters
    ----------
    x : SolutionLines
        In range.
    t : int
        Number of periods.
    single : bool
        Whether a block may have one line only; otherwise one a destination.
    found : Findings
        Added to.
    """
    order = np.lexsort((x.line, x.period, x.destination, x.block))
    same = x.block[order][1:] == x.block[order][:-1]
    if not single:
        for ids in (x.destination, x.period):
            same &= ids[order][1:] == ids[order][:-1]
    again = order[1:][same]
    found.add("twice", again, lambda k: (
        _line(x, k), 1.0, f"block {x.block[k]} is listed twice"
        + ("" if single else f" in period {x.period[k]} at destination {x.destination[k]}"),
    ))  # fmt: skip
    blocks, first, which = np.unique(x.block, return_index=True, return_inverse=True)
    which = which.reshape(-1)
    early, late = _first_and_last(x.period, which, len(blocks), t)
    found.add("periods", np.flatnonzero(early < late), lambda k: (
        f"block {blocks[k]}", float(late[k] - early[k]),
        f"block {blocks[k]} is mined in several periods, {early[k]} to {late[k]}",
    ))  # fmt: skip
    total = added(which, x.fraction, len(blocks))
    found.add("partial", np.flatnonzero(~(np.abs(total - 1.0) <= TOLERANCE * _HAIR)), lambda k: (
        _line(x, first[k]), total[k],
        f"the fractions of block {blocks[k]} add up to {total[k]:.9g}, not to 1",
    ))  # fmt: skip


def check_precedence(
    x: SolutionLines, start: _I8, needed: NDArray[np.integer], t: int, found: Findings
) -> None:
    """What a block needs is mined before it, or in its period."""
    n = len(start) - 1
    early, late = _first_and_last(x.period, x.block, n, t)
    late[early == t] = t  # what is never mined is later than all
    for begin in range(0, n, _BLOCKS_AT_ONCE):
        end = min(n, begin + _BLOCKS_AT_ONCE)
        other = needed[start[begin] : start[end]]
        block = np.repeat(np.arange(begin, end), np.diff(start[begin : end + 1]))
        wrong = np.flatnonzero(late[other] > np.where(early[block] < t, early[block], t))

        def say(k: int, block: _I8 = block, other: NDArray[np.integer] = other) -> Words:
            i, j = int(block[k]), int(other[k])
            when = f"mined in period {late[j]}" if late[j] < t else "never mined"
            return (
                f"block {i}", float(late[j] - early[i]),
                f"block {i}, mined in period {early[i]}, needs block {j}, which is {when}",
            )  # fmt: skip

        found.add("precedence", wrong, say)


def check_sums(
    kind: str, names: Sequence[str], amount: _F8, lower: _F8, upper: _F8, most: float,
    found: Findings,
) -> None:  # fmt: skip
    """Amounts lie between their limits.

    Parameters
    ----------
    kind : str
        Of the violations.
    names : sequence of str, length m
        What is limited.
    amount, lower, upper : float64 arrays, shape (m,)
        What there is, and how much there may be.
    most : float
        What a single block can add to an amount.
    found : Findings
        Added to.
    """
    for side, limit, over in (("upper", upper, amount - upper), ("lower", lower, lower - amount)):
        slack = TOLERANCE * np.maximum(np.where(np.isfinite(limit), np.abs(limit), 0.0), most)
        wrong = np.flatnonzero(over > slack)
        found.add(kind, wrong, _outside(names, side, amount, limit, over))


def _outside(
    names: Sequence[str], side: str, amount: _F8, limit: _F8, over: _F8
) -> Callable[[int], Words]:
    return lambda k: (
        names[k], float(over[k]),
        f"{names[k]}: {amount[k]:,.6f} is {over[k]:,.6f} beyond the {side} limit {limit[k]:,.6f}",
    )  # fmt: skip


def added(index: NDArray[np.integer], weight: _F8, n: int) -> _F8:
    """Sums of the weights of each index from 0 to n - 1, shape (n,)."""
    out: _F8 = np.bincount(index, weights=weight, minlength=n).astype(np.float64)
    return out


def fraction_at(
    x: SolutionLines, shape: tuple[int, int, int], block: NDArray[np.integer],
    destination: NDArray[np.integer], period: NDArray[np.integer],
) -> _F8:  # fmt: skip
    """Fractions of a solution at given blocks, destinations and periods.

    Parameters
    ----------
    x : SolutionLines
        In range.
    shape : (int, int, int)
        Numbers of blocks, destinations and periods.
    block, destination, period : integer arrays, shape (k,)
        What is asked for.

    Returns
    -------
    float64 array, shape (k,)
    """
    keys = np.ravel_multi_index((x.block, x.destination, x.period), shape)
    known, which = np.unique(keys, return_inverse=True)
    total = np.append(added(which.reshape(-1), x.fraction, len(known)), 0.0)
    asked = np.ravel_multi_index((block, destination, period), shape)
    at = np.searchsorted(known, asked)
    hit = np.append(known, -1)[at] == asked
    out: _F8 = np.where(hit, total[at], 0.0)
    return out


def _first_and_last(period: _I8, group: _I8, n: int, t: int) -> tuple[_I8, _I8]:
    """First and last period of each group's lines; (t, -1) for a group without lines."""
    early, late = np.full(n, t, np.int64), np.full(n, -1, np.int64)
    np.minimum.at(early, group, period)
    np.maximum.at(late, group, period)
    return early, late


def _line(x: SolutionLines, k: int) -> str:
    return f"line {x.line[k]}" if x.line[k] else f"block {x.block[k]}"
