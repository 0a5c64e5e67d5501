"""Small models to schedule with room, and their optima by an integer program of its own."""

from __future__ import annotations

import itertools

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from orefield.core import BlockModel, Grid
from orefield.pit import slope_pattern, ultimate_pit
from orefield.pit.model_problem import coarse_groups, model_problem
from orefield.pit.production import Limit
from orefield.pit.worth import Worth


def case(
    seed,
    shape=(7, 6, 3),
    *,
    periods=3,
    hill=False,
    cells=None,
    tight=0.6,
    lower=False,
    mill=True,
    rich=0.0,
):
    """Model, slopes and a scheduling problem with a mill and a limit on mining."""
    rng = np.random.default_rng(seed)
    nx, ny, nz = shape
    grid = Grid((100.0, 200.0, 0.0), (10.0, 10.0, 10.0), shape)
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    rock = np.ones(grid.n)
    if hill:
        rock = (z <= nz - 1 - x // (nx // 2)).astype(float).ravel()
    away = (x - nx / 2) ** 2 + (y - ny / 2) ** 2
    ore = (9.0 * np.exp(-away / (nx * ny / 6)) * rng.lognormal(0, 0.7, away.shape)).ravel()
    model = BlockModel(grid, {"density_t_m3": np.full(grid.n, 2.0), "rock_fraction": rock})
    pattern = slope_pattern(grid, 45.0, max_benches=2)
    ore += rich
    value = np.where(rock > 0, np.maximum(ore - 3.0, -1.0), 0.0)
    pit = ultimate_pit(model, value, pattern)
    at = np.flatnonzero(pit & (rock > 0))
    parts = np.stack([np.column_stack([ore[at] - 3.0, np.full(len(at), -1.0)])])
    worth = Worth(
        ("all",), parts, 0.9 ** np.arange(periods)[:, None], np.ones((periods, 1)), np.ones(1),
        ("mill", "dump"), ("mill", "dump"), np.ones((len(at), 2), bool),
    )  # fmt: skip
    top = max(tight * len(at), 1.0)
    none, low = np.full(periods, -np.inf), np.full(periods, -np.inf)
    if lower:
        low[0] = np.floor(0.2 * len(at))
    limits = [Limit("mining", np.ones((len(at), 2)), low, np.full(periods, top))]
    if mill:
        use = np.column_stack([np.ones(len(at)), np.zeros(len(at))])
        limits.append(Limit("mill", use, none, np.full(periods, max(0.4 * top, 1.0))))
    group = coarse_groups(model, cells=cells) if cells else None
    return model, pattern, model_problem(model, pit, pattern, worth, limits, group=group)


DISK = [
    *((1, 0), (2, 0)),
    *((0, 1), (1, 1), (2, 1), (3, 1)),
    *((0, 2), (1, 2), (2, 2), (3, 2)),
    *((1, 3), (2, 3)),
]
"""Blocks of 10 m whose centre a disk of 40 m holds."""


def too_narrow(model, built, period, n_periods, cells):
    """Blocks of the schedule that no element covers, by trying it everywhere.

    The element is a square of so many blocks, or a list of blocks (x, y) from 0, 0.
    """
    if isinstance(cells, int):
        cells = list(itertools.product(range(cells), repeat=2))
    wide, long = (max(step[axis] for step in cells) for axis in range(2))
    nx, ny, nz = model.grid.shape
    when = np.full(model.grid.n, -1)
    when[built.block] = np.where(period[built.unit] < n_periods, period[built.unit], -1)
    rock = np.asarray(model["rock_fraction"]) > 0
    ok = np.zeros(model.grid.n, bool)
    for z, y, x in itertools.product(range(nz), range(ny - long), range(nx - wide)):
        square = [
            x + i + nx * (y + j + ny * z) for i, j in cells if rock[x + i + nx * (y + j + ny * z)]
        ]
        if square and len({when[i] for i in square}) == 1 and when[square[0]] >= 0:
            ok[square] = True
    return np.array([when[b] >= 0 and not ok[b] for b in built.block], bool)


def best_with_room(model, built, cells):
    """Value of the best plan in which squares cover every period's blocks: an integer program.

    Columns say what each block sends where and when, and which squares are worked when.
    """
    p = built.problem
    n, n_t, n_d = p.n, p.n_periods, p.n_destinations
    nx, ny, nz = model.grid.shape
    rock = np.asarray(model["rock_fraction"]) > 0
    number = {int(b): k for k, b in enumerate(built.block)}
    squares = []
    for z, y, x in itertools.product(range(nz), range(ny - cells + 1), range(nx - cells + 1)):
        inside = [
            x + i + nx * (y + j + ny * z)
            for i, j in itertools.product(range(cells), repeat=2)
            if rock[x + i + nx * (y + j + ny * z)]
        ]
        if inside and all(i in number for i in inside):
            squares.append([number[i] for i in inside])
    whole = n * n_t  # w: mined in period; then squares; then shares
    n_s = len(squares) * n_t
    width = whole + n_s + n * n_t * n_d
    rows, cols, data, low, high = [], [], [], [], []

    def row(entries, lower, upper):
        for col, factor in entries:
            rows.append(len(low))
            cols.append(col)
            data.append(factor)
        low.append(lower)
        high.append(upper)

    def w(b, t):
        return b * n_t + t

    def share(b, t, d):
        return whole + n_s + (b * n_t + t) * n_d + d

    for b in range(n):
        row([(w(b, t), 1.0) for t in range(n_t)], 0, 1)
        over = [k for k, square in enumerate(squares) if b in square]
        for t in range(n_t):
            row([(share(b, t, d), 1.0) for d in range(n_d)] + [(w(b, t), -1.0)], 0, 0)
            row([(whole + k * n_t + t, 1.0) for k in over] + [(w(b, t), -1.0)], 0, np.inf)
            for a in p.needed[p.start[b] : p.start[b + 1]]:
                row(
                    [(w(int(a), s), 1.0) for s in range(t + 1)]
                    + [(w(b, s), -1.0) for s in range(t + 1)],
                    0,
                    np.inf,
                )
    for k, square in enumerate(squares):
        for t, b in itertools.product(range(n_t), square):
            row([(w(b, t), 1.0), (whole + k * n_t + t, -1.0)], 0, np.inf)
    for limit in p.limits:
        for t in range(n_t):
            row(
                [(share(b, t, d), limit.use[b, d]) for b in range(n) for d in range(n_d)],
                limit.lower[t],
                limit.upper[t],
            )
    cost = np.zeros(width)
    cost[whole + n_s :] = -p.all_values().transpose(1, 0, 2).ravel()
    matrix = sp.csr_array((data, (rows, cols)), shape=(len(low), width))
    kinds = np.ones(width)
    kinds[whole + n_s :] = 0
    found = milp(
        cost,
        constraints=LinearConstraint(matrix, low, high),
        bounds=Bounds(0, 1),
        integrality=kinds,
        options={"time_limit": 60.0},
    )
    assert found.status == 0, found.message
    return -found.fun
