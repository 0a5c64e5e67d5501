"""A few blocks of a plan decided again, block by block, with room to work as a constraint.

An integer program: a column says whether a unit is mined in a period; another, for each place
of the element and each period, that all it covers is mined in that period. Every block mined
needs such a place over it, and so does every block beside the free ones that would lose its
own. The places need not be whole numbers: where one counts at all, all it covers is mined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.kernels.sequencing import sub_graph
from orefield.pit.production.highs import better_than, program
from orefield.pit.production.instance import Instance
from orefield.pit.production.problem import Plan
from orefield.pit.production.spans import bounded
from orefield.pit.working_periods.benches import Benches

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_MASK = NDArray[np.bool_]

_WORTH = 1e4
"""What the largest value is scaled to, so that HiGHS' absolute tolerances fit any currency."""


@dataclass(frozen=True)
class Rows:
    """Rows of a program as triplets, with bounds.

    Attributes
    ----------
    row : int64 array, shape (k,)
        Of each entry, from 0 on.
    column : int64 array, shape (k,)
    factor : float64 array, shape (k,)
        Entries of one place are added up.
    lower, upper : float64 arrays, shape (m,)
        Of each row; -inf and inf for none.
    """

    row: _I8
    column: _I8
    factor: _F8
    lower: _F8
    upper: _F8


class FineProgram:
    """The program of some free units and a span of periods.

    Parameters
    ----------
    instance : Instance
        The whole problem.
    benches : Benches
        Its units on the grid.
    plan : Plan
        Every period has room in it; free units are mined within the span, or never where it
        reaches the last period.
    free : int32 array, shape (m,), rising
        Units.
    first, last : int
        The span; one beyond the last period stands for never.
    """

    def __init__(
        self, instance: Instance, benches: Benches, plan: Plan, free: _I4, first: int, last: int
    ) -> None:
        self.instance, self.benches, self.plan, self.free = instance, benches, plan, free
        n_t, n_d = instance.n_periods, instance.n_destinations
        window = bounded(instance, plan, free, np.full(len(free), first), np.full(len(free), last))
        self.low = window.low.astype(np.int64)
        # something that stays is mined and needs it, or the span ends before never
        self.must = window.high < n_t
        self.high = np.minimum(window.high, n_t - 1).astype(np.int64)
        spans = np.maximum(self.high - self.low + 1, 0)
        self.base = np.concatenate([[0], np.cumsum(spans)])
        self.n_x = int(self.base[-1])
        self.of = np.repeat(np.arange(len(free)), spans)
        self.when = np.arange(self.n_x) - self.base[self.of] + self.low[self.of]
        # of equal destinations one is enough, but the plan in hand may use the other
        choices = instance.allowed[free] | (plan.share[free] > 0.0)
        self.z_entry, self.z_destination = np.nonzero(choices[self.of])
        self.first, self.last, self.n_d = first, min(last, n_t - 1), n_d
        self.number = np.full(instance.n, -1, np.int64)
        self.number[free] = np.arange(len(free))
        self._place()

    def _place(self) -> None:
        """Places of the element over free blocks, in each period that may mine all of it."""
        b = self.benches
        unit = b.unit_at
        blocks = b.block[self.number[b.unit] >= 0]
        base = _bases(blocks, b)
        cells = base[:, None] + _steps(b)[None, :]
        at = unit[cells]
        air, inside = at == -1, at >= 0
        who = np.where(inside, self.number[np.where(inside, at, 0)], -1)
        now = np.where(inside & (who < 0), self.plan.period[np.where(inside, at, 0)], -1)
        found_base, found_period = [], []
        for s in range(self.first, self.last + 1):
            may = air | ((who >= 0) & (self.low[who] <= s) & (s <= self.high[who])) | (now == s)
            ok = np.flatnonzero(may.all(axis=1))
            found_base.append(ok)
            found_period.append(np.full(len(ok), s))
        self.place = np.concatenate(found_base)
        self.place_period = np.concatenate(found_period)
        self.cells, self.who, self.now, self.blocks = cells, who, now, blocks

    def _entry(self, who: _I8, period: _I8) -> _I8:
        out: _I8 = self.base[who] + period - self.low[who]
        return out

    def _columns(self) -> tuple[int, int]:
        """Where columns of shares and of places begin."""
        return self.n_x, self.n_x + len(self.z_entry)

    def _covering(self) -> list[Rows]:
        """Places need what they cover; what is mined needs a place over it."""
        y = self._columns()[1]
        k, cell = np.nonzero(self.who[self.place] >= 0)
        who = self.who[self.place[k], cell]
        x = self._entry(who, self.place_period[k])
        m = len(k)
        rows = np.arange(m)
        needs = Rows(
            np.tile(rows, 2), np.concatenate([y + k, x]), np.repeat([1.0, -1.0], m),
            np.full(m, -np.inf), np.zeros(m),
        )  # fmt: skip
        # a row for each block and period that places may cover
        block = self.cells[self.place]
        n = np.int64(len(self.benches.air))
        k, cell = np.nonzero((self.who[self.place] >= 0) | (self.now[self.place] >= 0))
        key = self.place_period[k] * n + block[k, cell]
        lost = self._losing()
        unit = self.benches.unit_at
        mine = self.number[unit[self.blocks]]
        spans = np.maximum(self.high - self.low + 1, 0)[mine]
        of = np.repeat(np.arange(len(self.blocks)), spans)
        when = np.arange(len(of)) - np.repeat(np.cumsum(spans) - spans, spans) + self.low[mine[of]]
        wanted = np.concatenate([when * n + self.blocks[of], lost])
        order = np.argsort(wanted)
        place = np.searchsorted(wanted[order], key)
        hit = (place < len(wanted)) & (
            wanted[order][np.minimum(place, max(len(wanted) - 1, 0))] == key
        )
        row = order[place[hit]]
        own = np.arange(len(of))
        cover = Rows(
            np.concatenate([row, own]),
            np.concatenate([y + k[hit], self._entry(mine[of], when)]),
            np.concatenate([np.ones(int(hit.sum())), -np.ones(len(of))]),
            np.concatenate([np.zeros(len(of)), np.ones(len(lost))]),
            np.full(len(wanted), np.inf),
        )
        return [needs, cover]

    def _losing(self) -> _I8:
        """Blocks that stay, covered only with the help of free ones: period times n, plus block."""
        b, n = self.benches, np.int64(len(self.benches.air))
        beside = np.unique(self.cells[(self.now >= 0) & (self.now < self.instance.n_periods)])
        unit = b.unit_at
        steps = _steps(b)
        base = _bases_over(beside, b)
        valid = base >= 0
        cells = np.where(valid[:, :, None], base[:, :, None] + steps, 0)
        at = unit[cells]
        period = np.where(at >= 0, self.plan.period[np.maximum(at, 0)], -1)
        free = (at >= 0) & (self.number[np.maximum(at, 0)] >= 0)
        own = self.plan.period[unit[beside]]
        stays = (at == -1) | ((at >= 0) & ~free & (period == own[:, None, None]))
        safe = (stays.all(axis=2) & valid).any(axis=1)
        out: _I8 = own[~safe].astype(np.int64) * n + beside[~safe]
        return out

    def _shares(self) -> Rows:
        """What goes to destinations is what is mined; a unit is mined once."""
        z = self._columns()[0]
        m = self.n_x
        each = np.arange(m)
        entries = len(self.z_entry)
        count = len(self.free)
        least = np.where(self.must, 1.0, 0.0)
        return Rows(
            np.concatenate([self.z_entry, each, m + self.of]),
            np.concatenate([z + np.arange(entries), each, each]),
            np.concatenate([np.ones(entries), -np.ones(m), np.ones(m)]),
            np.concatenate([np.zeros(m), least]),
            np.concatenate([np.zeros(m), np.ones(count)]),
        )

    def _precedences(self) -> Rows:
        """By the end of each period, what a unit needs is mined where it is."""
        mask = self.number >= 0
        start, needed, _ = sub_graph(mask, self.instance.start, self.instance.needed)
        u = np.repeat(np.arange(len(self.free)), np.diff(start))
        v = needed.astype(np.int64)
        rows, columns, factors = [], [], []
        spans = np.arange(self.first, self.last + 1)
        for sign, who in ((1.0, u), (-1.0, v)):
            for at, t in enumerate(spans):
                count = np.clip(np.minimum(self.high[who], t) - self.low[who] + 1, 0, None)
                arc = np.repeat(np.arange(len(who)), count)
                step = np.arange(len(arc)) - np.repeat(np.cumsum(count) - count, count)
                rows.append(arc * len(spans) + at)
                columns.append(self.base[who[arc]] + step)
                factors.append(np.full(len(arc), sign))
        m = len(u) * len(spans)
        return Rows(
            np.concatenate(rows), np.concatenate(columns), np.concatenate(factors),
            np.full(m, -np.inf), np.zeros(m),
        )  # fmt: skip

    def _constraints(self) -> list[Rows]:
        """Limits and general constraints, less what all other units use."""
        i = self.instance
        others = Plan(
            np.where(self.number >= 0, i.n_periods, self.plan.period).astype(np.int32),
            self.plan.share,
        )
        z = self._columns()[0] + np.arange(len(self.z_entry))
        unit, when = self.free[self.of[self.z_entry]], self.when[self.z_entry]
        spans = slice(self.first, self.last + 1)
        out = []
        held = i.used(others)
        for r in range(len(i.use)):
            size = i.limit_sizes[r]
            low, high = (i.lower[r] - held[r]) / size, (i.upper[r] - held[r]) / size
            use = i.use[r, unit, self.z_destination] / size[when]
            out.append(Rows(when - self.first, z, use, low[spans], high[spans]))
        activity = i.activity(others)
        for g, row in enumerate(i.problem.rows):
            factor = np.zeros((i.n_periods, len(self.free), self.n_d))
            free = self.number[row.block] >= 0
            np.add.at(
                factor,
                (row.period[free], self.number[row.block[free]], row.destination[free]),
                row.factor[free],
            )
            size = i.row_sizes[g]
            mine = factor[when, self.of[self.z_entry], self.z_destination] / size
            low, high = (np.array([v - activity[g]]) / size for v in (row.lower, row.upper))
            out.append(Rows(np.zeros(len(z), np.int64), z, mine, low, high))
        return out

    def present(self) -> _F8:
        """The plan in hand as a solution of the program, shape (columns,)."""
        z, y = self._columns()
        out = np.zeros(y + len(self.place))
        now = self.plan.period[self.free]
        here = now[self.of] == self.when
        out[: self.n_x] = here
        share = self.plan.share[self.free[self.of[self.z_entry]], self.z_destination]
        out[z:y] = here[self.z_entry] * share
        who = self.who[self.place]
        there = np.where(who >= 0, now[who] == self.place_period[:, None], True)
        out[y:] = there.all(axis=1)
        return out

    def solve(self, seconds: float, seed: int, nodes: int | None = None) -> tuple[Plan, bool]:
        """The best plan found, the old one where none is better; whether it is proven.

        Parameters
        ----------
        seconds : float
            Time limit of HiGHS.
        seed : int
            Of its choices.
        nodes : int, optional
            Limit of its search tree.
        """
        if self.n_x == 0:
            return self.plan, True
        matrix, lower, upper = self.rows()
        width = matrix.shape[1]
        gain = np.zeros(width)
        z, y = self._columns()
        unit, when = self.free[self.of[self.z_entry]], self.when[self.z_entry]
        gain[z:y] = self.instance.value[when, unit, self.z_destination]
        scale = _WORTH / max(float(np.abs(gain).max()), 1e-300)
        solver = program(-gain * scale, np.ones(width), matrix, lower, upper, whole=self.n_x)
        solver.setOptionValue("time_limit", float(seconds))
        solver.setOptionValue("mip_rel_gap", 1e-6)
        if nodes is not None:
            solver.setOptionValue("mip_max_nodes", nodes)
        found, proven = better_than(solver, gain, self.present(), seed)
        return self.plan if found is None else self._plan(found), proven

    def rows(self) -> tuple[sp.csr_array, _F8, _F8]:
        """All rows of the program, (m, columns), with their lower and upper bounds, (m,)."""
        parts = [*self._covering(), self._shares(), self._precedences(), *self._constraints()]
        width = self._columns()[1] + len(self.place)
        begins = np.cumsum([0, *(len(p.lower) for p in parts)])
        matrix = sp.csr_array(
            (
                np.concatenate([p.factor for p in parts]),
                (
                    np.concatenate([p.row + b for p, b in zip(parts, begins[:-1], strict=True)]),
                    np.concatenate([p.column for p in parts]),
                ),
            ),
            shape=(int(begins[-1]), width),
        )
        lower = np.concatenate([p.lower for p in parts])
        upper = np.concatenate([p.upper for p in parts])
        return matrix, lower, upper

    def _plan(self, found: _F8) -> Plan:
        z, y = self._columns()
        period, share = self.plan.period.copy(), self.plan.share.copy()
        mined = np.flatnonzero(found[: self.n_x] > 0.5)
        period[self.free] = self.instance.n_periods
        share[self.free] = 0.0
        period[self.free[self.of[mined]]] = self.when[mined]
        kept = np.isin(self.z_entry, mined)
        part = np.clip(found[z:y][kept], 0.0, 1.0)
        unit = self.free[self.of[self.z_entry[kept]]]
        np.add.at(share, (unit, self.z_destination[kept]), part)
        rows = self.free[self.of[mined]]
        share[rows] /= share[rows].sum(axis=1, keepdims=True)
        return Plan(period, share)


def _steps(b: Benches) -> _I8:
    """Flat steps from an element's corner to its cells."""
    out: _I8 = b.element[:, 0].astype(np.int64) + b.shape[0] * b.element[:, 1].astype(np.int64)
    return out


def _bases_over(blocks: _I8, b: Benches) -> _I8:
    """Corners of the elements over each block, shape (len(blocks), k); -1 outside the grid."""
    nx, ny, _ = b.shape
    wide = b.element.max(axis=0)
    x = (blocks % nx)[:, None] - b.element[:, 0]
    y = (blocks // nx % ny)[:, None] - b.element[:, 1]
    inside = (x >= 0) & (y >= 0) & (x + wide[0] < nx) & (y + wide[1] < ny)
    return np.where(inside, blocks[:, None] - _steps(b), -1)


def _bases(blocks: _I8, b: Benches) -> _I8:
    """Corners of all elements over some blocks, each once."""
    found = np.unique(_bases_over(blocks, b))
    return found[found >= 0]
