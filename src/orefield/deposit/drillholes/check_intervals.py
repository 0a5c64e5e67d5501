"""What can be wrong with intervals: order, overlaps, gaps, twins, ends, and values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.drillholes.cells import Kind
from orefield.deposit.drillholes.findings import Findings
from orefield.deposit.drillholes.log_units import is_grade, most_of, unit_of
from orefield.deposit.drillholes.tables import Collars, Intervals, index_of, nearest_names

TOUCH_M = 0.005
"""Intervals that overlap or gape by less than this (m) touch: depths are rounded."""

_TOLD = (
    ("value_code", Kind.CODE),
    ("value_below", Kind.BELOW),
    ("value_above", Kind.ABOVE),
    ("value_negative", Kind.NEGATIVE),
)
_Rows = NDArray[np.bool_]
_I8 = NDArray[np.int64]


def check_intervals(
    name: str, intervals: Intervals, collars: Collars, findings: Findings
) -> Intervals:
    """Intervals that can be used, sorted by hole and depth, none overlapping another.

    Parameters
    ----------
    name : str
        Of the table.
    intervals : Intervals
        As read.
    collars : Collars
        Checked.
    findings : Findings
        Added to.
    """
    check = _Check(name, intervals, collars, findings)
    lost = check.at < 0
    check.leave_out("collar_missing", lost, nearest_names(collars.hole, intervals.hole[lost]))
    backward = ~(intervals.to_m > intervals.from_m)[~lost]
    check.leave_out("interval_order", backward, _ends(check.rows.where(backward)))
    above = (check.rows.from_m < -TOUCH_M) | (check.rows.to_m <= 0.0)
    check.leave_out("interval_depth", above)
    check.sort()
    check.twins()
    check.overlaps()
    check.ends()
    check.gaps()
    check.values()
    check.bare()
    return check.rows


class _Check:
    def __init__(self, name: str, rows: Intervals, collars: Collars, findings: Findings) -> None:
        self.name, self.rows, self.collars, self.findings = name, rows, collars, findings
        self.at: _I8 = index_of(collars.hole, rows.hole)

    def tell(self, kind: str, which: _Rows | _I8, detail: list[str] | str = "") -> bool:
        r = self.rows
        return self.findings.add(
            kind, table=self.name, hole=r.hole[which], depth_m=r.from_m[which],
            line=r.line[which], file=r.file, detail=detail,
        )  # fmt: skip

    def leave_out(self, kind: str, which: _Rows, detail: list[str] | str = "") -> None:
        if which.any():
            self.tell(kind, which, detail)
            self.keep(~which)

    def keep(self, which: _Rows | _I8) -> None:
        self.rows, self.at = self.rows.where(which), self.at[which]

    def sort(self) -> None:
        self.keep(np.lexsort((self.rows.to_m, self.rows.from_m, self.at)))

    def follows(self) -> _Rows:
        """Whether each row is of the same hole as the one before."""
        out = np.zeros(len(self.at), dtype=np.bool_)
        out[1:] = self.at[1:] == self.at[:-1]
        return out

    def twins(self) -> None:
        r = self.rows
        if len(r) < 2:
            return
        again = self.follows()
        again[1:] &= (np.diff(r.from_m) <= TOUCH_M) & (np.abs(np.diff(r.to_m)) <= TOUCH_M)
        if not again.any():
            return
        same = np.ones(len(r), dtype=np.bool_)
        for column in r.values.values():
            same[1:] &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
        for words in r.codes.values():
            same[1:] &= words[1:] == words[:-1]
        self.tell("interval_repeated", again & same)
        differ = again & ~same
        self.tell("interval_duplicate", differ, _ends(r.where(differ)))
        self.keep(~again)

    def overlaps(self) -> None:
        r = self.rows
        if len(r) < 2:
            return
        out = np.zeros(len(r), dtype=np.bool_)
        over = np.zeros(len(r))
        reach = _deepest_before(self.at, r.to_m)
        # within the rounding, but with nothing of its own left
        hidden = r.to_m <= reach
        suspects = np.unique(self.at[self.follows() & ((r.from_m < reach - TOUCH_M) | hidden)])
        for hole in suspects.tolist():
            deepest = -np.inf
            for i in range(*np.searchsorted(self.at, [hole, hole + 1]).tolist()):
                if r.from_m[i] < deepest - TOUCH_M or r.to_m[i] <= deepest:
                    out[i], over[i] = True, deepest - r.from_m[i]
                else:
                    deepest = r.to_m[i]
        self.tell("interval_overlap", out, [f"by {v:.2f} m" for v in over[out]])
        self.keep(~out)
        # what touches but for rounding touches exactly from here on
        start, follows = self.rows.from_m.copy(), self.follows()
        before = np.concatenate([[0.0], self.rows.to_m[:-1]])
        close = follows & (np.abs(start - before) <= TOUCH_M)
        start[close] = before[close]
        top = ~follows & (np.abs(start) <= TOUCH_M)
        start[top] = 0.0
        self.rows = replace(self.rows, from_m=start)

    def ends(self) -> None:
        r, depth = self.rows, self.collars.depth_m[self.at]
        beyond = r.to_m > depth + np.maximum(0.1, 0.001 * depth)
        if not beyond.any():
            return
        drop = self.tell("interval_beyond", beyond,
                         [f"to {t:.2f} m in a hole of {d:.2f} m"
                          for t, d in zip(r.to_m[beyond], depth[beyond], strict=True)])  # fmt: skip
        if drop:
            self.rows = replace(r, to_m=np.where(beyond, depth, r.to_m))
            self.keep(self.rows.to_m - self.rows.from_m > TOUCH_M)

    def gaps(self) -> None:
        r = self.rows
        gap = np.zeros(len(r))
        gap[1:] = np.where(self.follows()[1:], r.from_m[1:] - r.to_m[:-1], 0.0)
        wide = np.flatnonzero(gap > TOUCH_M)
        if wide.size:
            self.findings.add(
                "interval_gap", table=self.name, hole=r.hole[wide], depth_m=r.to_m[wide - 1],
                line=r.line[wide], file=r.file, detail=[f"of {v:.2f} m" for v in gap[wide]],
            )  # fmt: skip

    def values(self) -> None:
        values = dict(self.rows.values)
        for name, column in values.items():
            self._tell_cells(name, column)
            if is_grade(name):
                fair = self._bad("grade_negative", name, column, column < 0)
                values[name] = self._bad("grade_range", name, fair, fair > most_of(name))
            elif unit_of(name) == "t/m3":
                odd = (column <= 0) | (column > most_of(name))
                values[name] = self._bad("density_range", name, column, odd)
        self.rows = replace(self.rows, values=values)

    def _tell_cells(self, name: str, column: NDArray[np.float64]) -> None:
        kinds = self.rows.kinds.get(name)
        if kinds is None:
            return
        for kind, cell in _TOLD:
            which = kinds == cell
            taken = [f"{name} taken for {'missing' if np.isnan(v) else f'{v:g}'}"
                     for v in column[which]]  # fmt: skip
            self.tell(kind, which, taken)

    def _bad(
        self, kind: str, name: str, column: NDArray[np.float64], which: _Rows
    ) -> NDArray[np.float64]:
        if not which.any():
            return column
        self.tell(kind, which, [f"{name} {v:g}" for v in column[which]])
        return np.where(which, np.nan, column)

    def bare(self) -> None:
        has = np.zeros(len(self.collars), dtype=np.bool_)
        has[self.at] = True
        c = self.collars
        self.findings.add("interval_missing", table=self.name, hole=c.hole[~has],
                          line=c.line[~has], file=c.file)  # fmt: skip


def _deepest_before(at: _I8, to_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Deepest end of the rows of the same hole before each."""
    import pandas as pd

    deepest = pd.Series(to_m).groupby(at).cummax().to_numpy()
    return np.concatenate([[-np.inf], deepest[:-1]])


def _ends(rows: Intervals) -> list[str]:
    return [f"{a:.2f} to {b:.2f} m" for a, b in zip(rows.from_m, rows.to_m, strict=True)]
