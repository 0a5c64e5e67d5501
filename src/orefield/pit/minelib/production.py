"""A scheduling problem in the terms of MineLib, where it has such terms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.minelib.instance import (
    HIGHEST_RATE,
    GeneralUse,
    Instance,
    Kind,
    ResourceUse,
    no_general,
    no_use,
)
from orefield.pit.production.problem import ProductionProblem, Row, discount_factors

_EXACT = 1e-12


def instance_of_production(problem: ProductionProblem, kind: Kind) -> Instance:
    """The instance whose files say what the problem says.

    Raises
    ------
    ModelError
        When MineLib has no words for it: several destinations or general side constraints in
        CPIT, parts of value that are not discounted alike, or not at one rate.
    """
    if kind == "upit":
        raise ModelError("an ultimate pit has no periods", fix="write it with write_upit")
    if kind == "cpit" and (problem.n_destinations > 1 or problem.rows):
        raise ModelError(
            f"CPIT has one destination and no general side constraints, and the problem has "
            f"{problem.n_destinations} and {len(problem.rows)}",
            fix="write it as PCPSP",
        )
    value, rate = _one_rate(problem)
    t = problem.n_periods
    lower = np.array([x.lower for x in problem.limits]).reshape(-1, t)
    upper = np.array([x.upper for x in problem.limits]).reshape(-1, t)
    return Instance(
        name=problem.name,
        kind=kind,
        start=problem.start,
        needed=problem.needed.astype(np.int32),
        value=value,
        n_periods=t,
        rate=rate,
        lower=lower,
        upper=upper,
        use=_uses(problem),
        general_lower=np.array([x.lower for x in problem.rows]),
        general_upper=np.array([x.upper for x in problem.rows]),
        general=_general(problem.rows),
    )


def _one_rate(problem: ProductionProblem) -> tuple[NDArray[np.float64], float]:
    """Undiscounted values (n, d), and the rate that makes the problem's factors."""
    factor = problem.factor
    alike = (factor == factor[:, :1]).all()
    first = float(factor[0, 0])
    if not alike or first <= 0:
        raise _no_words("parts of value with factors of their own")
    value: NDArray[np.float64] = problem.value.sum(axis=0) * first
    series = factor[:, 0] / first
    t = len(series)
    if t == 1:
        return value, 0.0
    if not (series > 0).all():
        raise _no_words("factors that are not positive")
    raw = float(series[0] / series[1] - 1.0)
    if raw > HIGHEST_RATE:
        raise _no_words(f"a rate of {raw:g} a period, which is read as a mistake for per cent")
    rounded = [round(raw, digits) for digits in range(16)]
    for rate in (*(r for r in rounded if r > -1), raw):
        if (discount_factors(rate, t)[:, 0] == series).all():
            return value, rate
    if not np.allclose(discount_factors(raw, t)[:, 0], series, rtol=_EXACT, atol=0):
        raise _no_words("factors that no one discount rate makes")
    return value, raw


def _no_words(what: str) -> ModelError:
    return ModelError(
        f"MineLib has one discount rate, and the problem has {what}",
        fix="give values that are discounted at one rate from the first period on",
    )


def _uses(problem: ProductionProblem) -> ResourceUse:
    if not problem.limits:
        return no_use()
    found = [np.nonzero(x.use) for x in problem.limits]
    block = np.concatenate([f[0] for f in found]).astype(np.int32)
    destination = np.concatenate([f[1] for f in found]).astype(np.int32)
    resource = np.repeat(np.arange(len(found), dtype=np.int32), [len(f[0]) for f in found])
    factor = np.concatenate([x.use[f] for x, f in zip(problem.limits, found, strict=True)])
    order = np.lexsort((resource, destination, block))
    return ResourceUse(block[order], destination[order], resource[order], factor[order])


def _general(rows: tuple[Row, ...]) -> GeneralUse:
    """Entries of all rows; those of one share are added up, for no entry may stand twice."""
    if not rows:
        return no_general()
    number = np.repeat(np.arange(len(rows)), [len(x.factor) for x in rows])
    ids = np.stack(
        [
            number,
            np.concatenate([x.block for x in rows]),
            np.concatenate([x.destination for x in rows]),
            np.concatenate([x.period for x in rows]),
        ]
    )
    once, which = np.unique(ids, axis=1, return_inverse=True)
    factor = np.zeros(once.shape[1])
    np.add.at(factor, which.reshape(-1), np.concatenate([x.factor for x in rows]))
    row, block, destination, period = once.astype(np.int32)
    return GeneralUse(block, destination, period, row, factor)
