"""The integer program of a window of a schedule, for HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.kernels.sequencing import sub_graph
from orefield.pit.production.highs import better_than, program
from orefield.pit.production.instance import MET, Instance
from orefield.pit.production.problem import Plan

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]

_WORTH = 1e4
"""What the largest value is scaled to, so that HiGHS' absolute tolerances fit any currency."""
_TIE = 1e-4
"""What all values together weigh against missing a side constraint by its whole size."""


@dataclass(frozen=True)
class Window:
    """Free blocks and the first and last period of each; t to t may stay unmined.

    Attributes
    ----------
    block : int32 array, shape (m,), rising
    low, high : int32 arrays, shape (m,)
    """

    block: _I4
    low: _I4
    high: _I4


class Program:
    """The integer program of a window: columns, rows, and the way back to a plan.

    Columns x say whether a block has been mined by the end of a period, one for each period
    but its last; columns y, how much goes elsewhere than to the block's rest destination.
    """

    def __init__(self, instance: Instance, plan: Plan, window: Window, held: _F8) -> None:
        self.instance, self.old, self.window, self.held = instance, plan, window, held
        n_t = instance.n_periods
        low, high = window.low.astype(np.int64), window.high.astype(np.int64)
        count = high - low
        self.base = np.concatenate([[0], np.cumsum(count)])
        self.n_x = int(self.base[-1])
        # entries: (block, period) in which it may be mined
        spans = np.minimum(high, n_t - 1) - low + 1
        self.entry_block = np.repeat(np.arange(len(low)), spans)
        firsts = np.concatenate([[0], np.cumsum(spans)])[:-1]
        self.entry_period = np.arange(len(self.entry_block)) - firsts[self.entry_block]
        self.entry_period += low[self.entry_block]
        b, s = self.entry_block, self.entry_period
        self.plus = np.where(s < high[b], self.base[b] + s - low[b], -1)  # -1: one
        self.minus = np.where(s > low[b], self.base[b] + s - 1 - low[b], -1)  # -1: zero
        self._split()

    def _split(self) -> None:
        """Columns for what goes elsewhere than to a block's rest destination."""
        allowed = self.instance.allowed[self.window.block]
        self.rest = allowed.argmax(axis=1)
        extra = allowed.copy()
        extra[np.arange(len(extra)), self.rest] = False
        entry, destination = np.nonzero(extra[self.entry_block])
        self.y_entry, self.y_destination = entry, destination

    def _mined(self, weight: _F8, entry: _I8) -> tuple[_I8, _I8, _F8, _F8]:
        """Triplets (entry position, x column, factor) of ``weight * mined``, and constants."""
        up, down = self.plus[entry], self.minus[entry]
        at = np.arange(len(entry))
        has_up, has_down = up >= 0, down >= 0
        where = np.concatenate([at[has_up], at[has_down]])
        column = np.concatenate([up[has_up], down[has_down]])
        factor = np.concatenate([weight[has_up], -weight[has_down]])
        return where, column, factor, np.where(has_up, 0.0, weight)

    def _objective(self) -> _F8:
        value = self.instance.value
        b = self.window.block[self.entry_block]
        kept = value[self.entry_period, b, self.rest[self.entry_block]]
        _, column, factor, _ = self._mined(kept, np.arange(len(kept)))
        cost = np.zeros(self.n_x + len(self.y_entry))
        np.add.at(cost, column, factor)
        e = self.y_entry
        cost[self.n_x :] = value[self.entry_period[e], b[e], self.y_destination] - kept[e]
        return cost

    def _rows(self) -> tuple[sp.csr_array, _F8, _F8]:
        matrices, lower, upper = [], [], []
        width = self.n_x + len(self.y_entry)
        for matrix, low, high in (
            self._precedences(),
            self._shares(),
            *self._resources(),
            *self._general(),
        ):
            if matrix.shape[0]:
                matrices.append(sp.csr_array(matrix, shape=(matrix.shape[0], width)))
                lower.append(low)
                upper.append(high)
        if not matrices:
            return sp.csr_array((0, width)), np.zeros(0), np.zeros(0)
        stacked = sp.csr_array(sp.vstack(matrices, format="csr"))
        return stacked, np.concatenate(lower), np.concatenate(upper)

    def _precedences(self) -> tuple[sp.csr_array, _F8, _F8]:
        width = self.n_x + len(self.y_entry)
        number = np.full(self.instance.n, -1, np.int64)
        number[self.window.block] = np.arange(len(self.window.block))
        free = number >= 0
        start, needed, _ = sub_graph(free, self.instance.start, self.instance.needed)
        low, high = self.window.low.astype(np.int64), self.window.high.astype(np.int64)
        b = np.repeat(np.arange(len(low)), np.diff(start))
        a = needed.astype(np.int64)
        first, end = low[b], np.minimum(high[b], high[a])  # beyond: the needed one is mined
        spans = np.maximum(end - first, 0)
        arc = np.repeat(np.arange(len(b)), spans)
        t = np.arange(len(arc)) - (np.cumsum(spans) - spans)[arc] + first[arc]
        one = self.base[b[arc]] + t - low[b[arc]]
        two = self.base[a[arc]] + t - low[a[arc]]
        # a block mined by the end of one period is mined by the end of the next
        chain = np.flatnonzero(np.diff(np.repeat(np.arange(len(low)), high - low)) == 0)
        one, two = np.concatenate([one, chain]), np.concatenate([two, chain + 1])
        k = len(one)
        rows = np.arange(k)
        matrix = sp.csr_array(
            (np.repeat([1.0, -1.0], k), (np.tile(rows, 2), np.concatenate([one, two]))),
            shape=(k, width),
        )
        return matrix, np.full(k, -np.inf), np.zeros(k)

    def _shares(self) -> tuple[sp.csr_array, _F8, _F8]:
        """What goes elsewhere is no more than what is mined."""
        width = self.n_x + len(self.y_entry)
        entries, row = np.unique(self.y_entry, return_inverse=True)
        where, column, factor, constant = self._mined(np.ones(len(entries)), entries)
        y = np.arange(len(self.y_entry)) + self.n_x
        matrix = sp.csr_array(
            (
                np.concatenate([np.ones(len(y)), -factor]),
                (np.concatenate([row, where]), np.concatenate([y, column])),
            ),
            shape=(len(entries), width),
        )
        return matrix, np.full(len(entries), -np.inf), constant

    def _resources(self) -> list[tuple[sp.csr_array, _F8, _F8]]:
        instance = self.instance
        n_t = instance.n_periods
        width = self.n_x + len(self.y_entry)
        b = self.window.block[self.entry_block]
        out = []
        for r in range(len(instance.use)):
            kept = instance.use[r, b, self.rest[self.entry_block]]
            where, column, factor, constant = self._mined(kept, np.arange(len(kept)))
            fixed = self.held[r] + np.bincount(self.entry_period, constant, minlength=n_t)
            e = self.y_entry
            more = instance.use[r, b[e], self.y_destination] - kept[e]
            row = np.concatenate([self.entry_period[where], self.entry_period[e]])
            col = np.concatenate([column, np.arange(len(e)) + self.n_x])
            matrix = sp.csr_array((np.concatenate([factor, more]), (row, col)), shape=(n_t, width))
            touched = np.unique(self.entry_period)
            size = instance.limit_sizes[r][touched]
            scaled = sp.csr_array(sp.diags_array(1.0 / size) @ matrix[touched])
            upper = (instance.upper[r] - fixed)[touched] / size
            lower = (instance.lower[r] - fixed)[touched] / size
            out.append((scaled, lower, upper))
        return out

    def _general(self) -> list[tuple[sp.csr_array, _F8, _F8]]:
        """Side constraints of any form, as far as the window touches them."""
        instance = self.instance
        width = self.n_x + len(self.y_entry)
        number = np.full(instance.n, -1, np.int64)
        number[self.window.block] = np.arange(len(self.window.block))
        first = np.searchsorted(self.entry_block, np.arange(len(self.window.block)))
        others = Plan(
            np.where(number >= 0, instance.n_periods, self.old.period).astype(np.int32),
            self.old.share,
        )
        held = instance.activity(others)
        out = []
        for g, row in enumerate(instance.problem.rows):
            who = number[row.block]
            open_ = (who >= 0) & (row.period >= self.window.low[who])
            open_ &= row.period <= self.window.high[who]
            if not open_.any():
                continue
            who = who[open_]
            entry = first[who] + row.period[open_] - self.window.low[who]
            factor = np.zeros((len(self.entry_block), instance.n_destinations))
            np.add.at(factor, (entry, row.destination[open_]), row.factor[open_])
            kept = factor[np.arange(len(factor)), self.rest[self.entry_block]]
            _, column, weight, constant = self._mined(kept, np.arange(len(kept)))
            line = np.zeros(width)
            np.add.at(line, column, weight)
            line[self.n_x :] = factor[self.y_entry, self.y_destination] - kept[self.y_entry]
            low, high = np.array([row.lower]), np.array([row.upper])
            size = instance.row_sizes[g]
            fixed = held[g] + constant.sum()
            out.append(
                (sp.csr_array(line[None] / size), (low - fixed) / size, (high - fixed) / size)
            )
        return out

    def _present(self) -> _F8:
        """The old plan as a solution of the program."""
        z = np.zeros(self.n_x + len(self.y_entry))
        now = self.old.period[self.window.block].astype(np.int64)
        up = self.plus >= 0
        z[self.plus[up]] = now[self.entry_block[up]] <= self.entry_period[up]
        b = self.entry_block[self.y_entry]
        here = now[b] == self.entry_period[self.y_entry]
        z[self.n_x :] = here * self.old.share[self.window.block[b], self.y_destination]
        return z

    def _relieved(
        self, matrix: sp.csr_array, lower: _F8, upper: _F8, gain: _F8, present: _F8
    ) -> tuple[sp.csr_array, _F8, _F8]:
        """The program with a column, at a fine, for each row the old plan misses."""
        activity = matrix @ present
        short = np.flatnonzero(activity < lower - MET)
        over = np.flatnonzero(activity > upper + MET)
        rows = np.concatenate([short, over])
        if len(rows) == 0:
            return matrix, gain, present
        sign = np.concatenate([np.ones(len(short)), -np.ones(len(over))])
        relief = sp.csr_array(
            (sign, (rows, np.arange(len(rows)))), shape=(matrix.shape[0], len(rows))
        )
        amount = np.concatenate([(lower - activity)[short], (activity - upper)[over]])
        # what is missed comes first, value only between plans that miss as much
        value = gain * (_TIE / max(float(np.abs(gain).sum()), 1e-300))
        return (
            sp.csr_array(sp.hstack([matrix, relief], format="csr")),
            np.concatenate([value, np.full(len(rows), -1.0)]),
            np.concatenate([present, amount]),
        )

    def solve(
        self, seconds: float, absolute_gap: float, seed: int, nodes: int | None
    ) -> tuple[_F8 | None, bool]:
        """Columns of the best solution that beats the old plan, or None; whether it is proven."""
        gain = self._objective()
        present = self._present()
        scale = _WORTH / max(float(np.abs(gain).max()), 1e-300)
        gap = absolute_gap * scale
        matrix, lower, upper = self._rows()
        if not self.instance.only_capacities:
            columns = len(gain)
            matrix, gain, present = self._relieved(matrix, lower, upper, gain, present)
            if len(gain) > columns:
                scale, gap = _WORTH, 0.0
        top = np.ones(len(gain))
        top[self.n_x + len(self.y_entry) :] = np.inf  # relief
        solver = program(-gain * scale, top, matrix, lower, upper, whole=self.n_x)
        solver.setOptionValue("time_limit", float(seconds))
        if nodes is not None:
            solver.setOptionValue("mip_max_nodes", nodes)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", float(gap))
        return better_than(solver, gain, present, seed)

    def plan(self, z: _F8) -> Plan:
        """Columns as a plan."""
        n_t = self.instance.n_periods
        block = self.window.block
        x = np.rint(z[: self.n_x])
        count = np.zeros(len(block))
        owner = np.repeat(np.arange(len(block)), np.diff(self.base))
        np.add.at(count, owner, x)
        period, share = self.old.period.copy(), self.old.share.copy()
        period[block] = (self.window.high - count).astype(np.int32)
        share[block] = 0.0
        mined = period[block] < n_t
        share[block[mined], self.rest[mined]] = 1.0
        e = self.y_entry
        here = period[block[self.entry_block[e]]] == self.entry_period[e]
        who = block[self.entry_block[e][here]]
        part = np.clip(z[self.n_x : self.n_x + len(self.y_entry)][here], 0.0, 1.0)
        np.add.at(share, (who, self.y_destination[here]), part)
        np.subtract.at(share, (who, self.rest[self.entry_block[e][here]]), part)
        np.clip(share, 0.0, 1.0, out=share)
        return Plan(period, share)
