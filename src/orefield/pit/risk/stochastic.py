"""Two-stage schedules as production problems: periods are fixed, destinations follow grades.

The destinations of these problems are rules (:class:`~orefield.pit.risk.policies.Policies`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, ProductionProblem, Row
from orefield.pit.risk.policies import Policies
from orefield.pit.risk.realisations import Realisations, Target

_F8 = NDArray[np.float64]


def expected_problem(
    realisations: Realisations,
    rules: Policies,
    targets: Sequence[Target] = (),
    credit: _F8 | None = None,
) -> ProductionProblem:
    """Expected value under each rule, with limits and rows kept on average.

    Exact where a period's limits would not change where its blocks go. Where they would, a limit
    on average is less than a limit in every realisation: values are then too high, and a plan
    has to be judged by :func:`~orefield.pit.risk.evaluate`.

    Parameters
    ----------
    realisations : Realisations
        Of the deposit.
    rules : Policies
        The destinations.
    targets : sequence of Target
        Whose deliveries are credited.
    credit : float64 array, shape (g, s, t), optional
        What a unit delivered of each target is worth, beside its value: between zero and the
        target's penalty, the Lagrangian price of falling short.

    Raises
    ------
    ModelError
        When rules, targets and credits do not fit.
    """
    base, s = realisations.base, realisations.n
    _check(realisations, rules, targets)
    p, n, k = len(base.value), base.n, len(rules)
    value = np.zeros((p, n, k))
    for number in range(s):
        value += realisations.probability[number] * _by_rule(
            realisations.value[number], rules.choice[:, number]
        )
    limits = tuple(
        replace(x, use=_expected(realisations, [realisations.use(x, j) for j in range(s)], rules))
        for x in base.limits
    )
    factor = base.factor
    if credit is not None and len(targets):
        if credit.shape != (len(targets), s, base.n_periods):
            raise ModelError(f"credits of shape {credit.shape}")
        periods = np.flatnonzero(credit.any(axis=(0, 1)))
        more = np.zeros((len(periods), n, k))
        for g, target in enumerate(targets):
            for j in range(s):
                rate = realisations.probability[j] * credit[g, j, periods]
                if rate.any():
                    given = _by_rule(target.of(j)[None], rules.choice[:, j])[0]
                    more += rate[:, None, None] * given
        value = np.concatenate([value, more])
        factor = np.column_stack([factor, np.eye(base.n_periods)[:, periods]])
    rows = tuple(_expected_row(row, realisations, rules) for row in base.rows)
    return replace(
        base, value=value, factor=factor, limits=limits, rows=rows, destinations=rules.names
    )


def sample_average_problem(
    realisations: Realisations, rules: Policies, targets: Sequence[Target] = ()
) -> ProductionProblem:
    """The two-stage problem itself: every limit and target in every realisation.

    With :func:`~orefield.pit.risk.all_policies` its optimum is that of the sample average; with
    fewer rules it is the best plan that keeps to them. What a target misses is a share of blocks
    that are appended after the real ones, one for each realisation and period: mined and sent to
    the first destination, such a block delivers what is missing and pays the penalty. A target
    that costs nothing is left out. Limits that differ between realisations, or of which rules
    take different amounts, are repeated for each realisation; with a target this makes
    ``s * t`` constraints, so that it is for small numbers of realisations.

    Raises
    ------
    ModelError
        When rules and targets do not fit, there is a single rule, or there are rows.
    """
    base, s = realisations.base, realisations.n
    _check(realisations, rules, targets)
    if base.rows:
        raise ModelError("side constraints that join periods cannot be repeated by realisation")
    if len(rules) < 2:
        raise ModelError("there is one rule, so nothing to choose", fix="give two at least")
    n_t, n, k = base.n_periods, base.n, len(rules)
    priced = [target for target in targets if target.costs]
    extra = len(priced) * s * n_t
    value = np.zeros((len(base.value) + len(priced), n + extra, k))
    value[: len(base.value), :n] = expected_problem(_without_rows(realisations), rules).value
    limits: list[Limit] = []
    for limit in base.limits:
        used = [_by_rule(realisations.use(limit, j)[None], rules.choice[:, j])[0] for j in range(s)]
        if all(np.array_equal(used[0], u) for u in used[1:]):
            limits.append(replace(limit, use=_longer(used[0], extra)))
        else:
            limits += [
                Limit(f"{limit.name}, realisation {j}", _longer(u, extra), limit.lower, limit.upper)
                for j, u in enumerate(used)
            ]
    factor = [base.factor]
    at = n
    for g, target in enumerate(priced):
        size = float(target.amount.max())
        assert target.penalty is not None
        factor.append(target.penalty[:, None])
        for j in range(s):
            block = slice(at, at + n_t)
            at += n_t
            value[len(base.value) + g, block, 0] = -realisations.probability[j] * size
            use = _longer(_by_rule(target.of(j)[None], rules.choice[:, j])[0], extra)
            use[block, 0] = size
            asked = np.where(target.penalty > 0, target.amount, -np.inf)
            name = f"{target.name}, realisation {j}"
            limits.append(Limit(name, use, asked, np.full(n_t, np.inf)))
    start = np.concatenate([base.start, np.full(extra, base.start[-1])])
    return ProductionProblem(
        f"{base.name}, {s} realisations", start, base.needed, value, np.column_stack(factor),
        tuple(limits), (), rules.names,
    )  # fmt: skip


def _without_rows(realisations: Realisations) -> Realisations:
    """The realisations without side constraints that join periods."""
    return replace(realisations, base=replace(realisations.base, rows=()))


def _by_rule(amount: _F8, choice: NDArray[np.int16]) -> _F8:
    """Amounts (p, n, d) where each rule sends blocks, shape (p, n, k)."""
    at = np.arange(amount.shape[1])[:, None]
    out: _F8 = amount[:, at, choice.T]
    return out


def _expected(realisations: Realisations, use: list[_F8], rules: Policies) -> _F8:
    out = np.zeros((realisations.base.n, len(rules)))
    for j, odds in enumerate(realisations.probability):
        out += odds * _by_rule(use[j][None], rules.choice[:, j])[0]
    return out


def _expected_row(row: Row, realisations: Realisations, rules: Policies) -> Row:
    """A row on average: an entry for each rule that may send its block to its destination."""
    there = rules.choice[:, :, row.block] == row.destination
    odds = np.tensordot(there, realisations.probability, axes=([1], [0]))
    rule, entry = np.nonzero(odds)
    return Row(
        row.name, row.period[entry], row.block[entry], rule.astype(np.int64),
        row.factor[entry] * odds[rule, entry], row.lower, row.upper,
    )  # fmt: skip


def _longer(use: _F8, extra: int) -> _F8:
    return np.concatenate([use, np.zeros((extra, use.shape[1]))])


def _check(realisations: Realisations, rules: Policies, targets: Sequence[Target]) -> None:
    shape = (len(rules), realisations.n, realisations.base.n)
    if rules.choice.shape != shape:
        raise ModelError(f"rules of shape {rules.choice.shape}, not {shape}")
    realisations.check(targets)
