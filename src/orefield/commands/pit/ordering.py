"""The order of mining that a planner asks for: first periods, sinking rate, phases that lead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit.schedule_settings import NotBefore, Scheduling
from orefield.commands.pit.slopes import words
from orefield.core import BlockModel, ModelError
from orefield.pit.model_problem import ModelProblem
from orefield.pit.production.order_wishes import not_before, phase_order, sinking_rate

_I8 = NDArray[np.int64]


def benches_down(model: BlockModel, block: _I8) -> _I8:
    """Bench of blocks of a model, 0 for the topmost of the grid."""
    nx, ny, nz = model.grid.shape
    out: _I8 = nz - 1 - block // (nx * ny)
    return out


def in_order(
    built: ModelProblem, model: BlockModel, settings: Scheduling, phase: _I8
) -> ModelProblem:
    """The problem in which the order of mining is as ``[schedule]`` asks.

    Parameters
    ----------
    built : ModelProblem
        Of a pit of the model.
    model : BlockModel
        Gives the grid, and fields that first periods are read from.
    settings : Scheduling
        What is asked.
    phase : int64 array, shape (m,)
        Of the pit's blocks.

    Raises
    ------
    ModelError
        When a phase or code does not exist, a field is no period, or units hold blocks of
        several phases.
    """
    problem = built.problem
    if settings.not_before:
        first = np.zeros(len(built.block), np.int64)
        for number, wish in enumerate(settings.not_before, 1):
            where = f"[[schedule.not_before]] {number}"
            late, period = _late(wish, model, built.block, phase, where)
            first[late] = np.maximum(first[late], period[late])
        of_unit = np.zeros(problem.n, np.int64)
        np.maximum.at(of_unit, built.unit, first)
        problem = not_before(problem, of_unit)
    if settings.sinking_benches is None and not settings.order:
        return replace(built, problem=problem)
    bench, part = np.zeros(problem.n, np.int64), np.zeros(problem.n, np.int64)
    bench[built.unit] = benches_down(model, built.block)
    part[built.unit] = phase
    if (part[built.unit] != phase).any():
        raise ModelError(
            "units hold blocks of several phases",
            where="[schedule]",
            fix="by_phase = true: benches of each phase are then units of their own",
        )
    for number, order in enumerate(settings.order, 1):
        for name in (order.before, order.after):
            if not (part == name).any():
                raise ModelError(
                    f"there is no phase {name}",
                    where=f"[[schedule.order]] {number}",
                    fix=f"there are phases 0 to {part.max()}",
                )
        problem = phase_order(problem, part, bench, [(order.before, order.after)], lead=order.lead)
    if settings.sinking_benches is not None:
        problem = sinking_rate(
            problem, bench, settings.sinking_benches, phase=part,
            each_period=settings.sinking_each_period,
        )  # fmt: skip
    return replace(built, problem=problem)


def _late(
    wish: NotBefore, model: BlockModel, block: _I8, phase: _I8, where: str
) -> tuple[NDArray[np.bool_], _I8]:
    """Which blocks are held back, and until when."""
    if wish.phases:
        for name in wish.phases:
            if not (phase == name).any():
                raise ModelError(
                    f"there is no phase {name}",
                    where=where,
                    fix=f"there are phases 0 to {phase.max()}",
                )
        return np.isin(phase, wish.phases), np.full(len(block), wish.period or 0)
    values = np.asarray(model[wish.field])[block]
    if wish.period is None:
        if values.dtype.kind not in "fiu" or not (values >= 0).all() or (values % 1 != 0).any():
            raise ModelError(
                f"field '{wish.field}' gives no period of every block",
                where=where,
                fix="whole numbers from 0; or give codes and a period",
            )
        # what comes after all periods comes never, however large the number is
        return np.ones(len(block), bool), np.minimum(values, 2**31).astype(np.int64)
    label = words(values, where)
    for code in wish.codes:
        if not (label == code).any():
            raise ModelError(
                f"no block of the pit has '{code}' in field '{wish.field}'",
                where=where,
                fix=f"there are: {', '.join(sorted(set(label.tolist()))[:10])}",
            )
    return np.isin(label, wish.codes), np.full(len(block), wish.period)
