"""Equally shaped problems, one for each realisation of the deposit, and what they must deliver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Limit, ProductionProblem

_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """An amount that a plan is to deliver in every period: mill feed, metal.

    Attributes
    ----------
    name : str
    use : float64 array, shape (n, d) or (s, n, d)
        What a whole block delivers at each destination, in each realisation where that differs.
    amount : float64 array, shape (t,)
        To be delivered; 0 where nothing is asked for.
    penalty : float64 array, shape (t,), optional
        What a unit short costs, in the money of the objective: discounted. Without it the target
        is only watched. See :func:`geological_penalty`.
    """

    name: str
    use: _F8
    amount: _F8
    penalty: _F8 | None = None

    def of(self, k: int) -> _F8:
        """What blocks deliver in realisation ``k``, shape (n, d)."""
        out: _F8 = self.use if self.use.ndim == 2 else self.use[k]
        return out

    @property
    def costs(self) -> bool:
        """Whether falling short costs anything."""
        return self.penalty is not None and bool((self.penalty > 0).any())


@dataclass(frozen=True)
class Realisations:
    """A scheduling problem of which values, and uses of resources, are not known for certain.

    Attributes
    ----------
    base : ProductionProblem
        Precedences, factors, bounds, rows, and uses that are the same in all realisations. Its
        values are not looked at.
    value : float64 array, shape (s, p, n, d)
        Parts of value in each realisation.
    uses : mapping of str to float64 array, shape (s, n, d)
        Of limits, by name, whose use differs.
    probability : float64 array, shape (s,)
        Of each realisation.

    Raises
    ------
    ModelError
        When there is none, shapes differ, a number is not finite, a limit is unknown or two
        have its name, or probabilities are not positive or do not add up to one.
    """

    base: ProductionProblem
    value: _F8
    uses: Mapping[str, _F8] = field(default_factory=dict)
    probability: _F8 = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if self.value.ndim != 4 or self.value.shape[1:] != self.base.value.shape:
            raise ModelError(
                f"values of shape {self.value.shape} for parts, blocks and destinations of "
                f"{self.base.value.shape}",
                fix="values are (realisations, parts, blocks, destinations)",
            )
        if self.n == 0:
            raise ModelError("there is no realisation")
        object.__setattr__(self, "uses", dict(self.uses))
        names = [limit.name for limit in self.base.limits]
        for name, use in self.uses.items():
            if name not in names:
                raise ModelError(f"there is no limit '{name}'", fix=", ".join(names))
            if names.count(name) > 1:
                raise ModelError(f"two limits are named '{name}'", fix="give each its own name")
            if use.shape != (self.n, *self.base.value.shape[1:]):
                raise ModelError(f"use has shape {use.shape}", where=f"limit {name}")
        for what, array in (("value", self.value), *self.uses.items()):
            if not np.isfinite(array).all():
                k = int(np.argwhere(~np.isfinite(array))[0][0])
                raise ModelError(f"{what} is not finite", where=f"realisation {k}")
        if self.probability.size == 0:
            object.__setattr__(self, "probability", np.full(self.n, 1.0 / self.n))
        odds = self.probability
        if odds.shape != (self.n,) or not (odds > 0).all() or abs(odds.sum() - 1.0) > 1e-9:
            raise ModelError(
                "probabilities are not positive or do not add up to one",
                fix="give one for each realisation",
            )

    @classmethod
    def of(
        cls,
        problems: Iterable[ProductionProblem],
        probability: ArrayLike | None = None,
        *,
        count: int | None = None,
    ) -> Realisations:
        """From one problem a realisation, alike but for values and uses.

        Parts of value that have the same factors in all periods are added up. With ``count``
        problems are taken one after the other and let go, so that they need not fit into memory
        together: what is kept is their values, and uses that differ.

        Parameters
        ----------
        problems : iterable of ProductionProblem
            In their order.
        probability : float array, shape (s,), optional
            All alike by default.
        count : int, optional
            How many problems there are; needed where they are not a list.

        Raises
        ------
        ModelError
            When there is none, they are not ``count``, or precedences, factors, bounds, rows or
            names differ.
        """
        if count is None:
            problems = list(problems)
            count = len(problems)
        odds = np.zeros(0) if probability is None else np.asarray(probability, np.float64)
        base: ProductionProblem | None = None
        value = np.zeros(0)
        uses: dict[str, _F8] = {}
        seen = 0
        for k, whole in enumerate(problems):
            if k == count:
                raise ModelError(f"there are more than the {count} realisations announced")
            problem = _parts_added(whole)
            if base is None:
                base = problem
                value = np.empty((count, *base.value.shape))
            elif not _alike(base, problem):
                raise ModelError(
                    "precedences, factors, bounds, rows or destinations are not those of the first",
                    where=f"realisation {k}",
                    fix="build all problems from one model, pit and economy",
                )
            value[k] = problem.value
            for limit, first in zip(problem.limits, base.limits, strict=True):
                if limit.name not in uses and np.array_equal(limit.use, first.use):
                    continue
                if limit.name not in uses:
                    uses[limit.name] = np.broadcast_to(first.use, (count, *first.use.shape)).copy()
                uses[limit.name][k] = limit.use
            seen += 1
        if base is None:
            raise ModelError("there is no realisation")
        if seen < count:
            raise ModelError(f"there are {seen} of the {count} realisations announced")
        return cls(base, value, uses, odds)

    @property
    def n(self) -> int:
        """Number of realisations."""
        return len(self.value)

    def use(self, limit: Limit, k: int) -> _F8:
        """What blocks take of a limit in realisation ``k``, shape (n, d)."""
        return self.uses[limit.name][k] if limit.name in self.uses else limit.use

    def problem(self, k: int) -> ProductionProblem:
        """The problem as it would be if realisation ``k`` were known to be true."""
        limits = tuple(replace(x, use=self.use(x, k)) for x in self.base.limits)
        return replace(self.base, value=self.value[k], limits=limits)

    def mean(self) -> ProductionProblem:
        """The problem of mean values and uses: what is planned on when risk is not looked at."""
        limits = tuple(
            replace(x, use=self.averaged(self.uses[x.name])) if x.name in self.uses else x
            for x in self.base.limits
        )
        return replace(self.base, value=self.averaged(self.value), limits=limits)

    def averaged(self, amount: _F8) -> _F8:
        """Expected value of something of which the first axis is the realisation."""
        out: _F8 = np.tensordot(self.probability, amount, axes=1)
        return out

    def alike(self, problem: ProductionProblem) -> ProductionProblem:
        """A problem of the same blocks, its parts of value added up as :meth:`of` does.

        Raises
        ------
        ModelError
            When precedences, factors, bounds, rows or names are not those of the realisations.
        """
        added = problem if problem.factor.shape == self.base.factor.shape else _parts_added(problem)
        if not _alike(self.base, added):
            raise ModelError(
                "precedences, factors, bounds, rows or destinations are not those of the "
                "realisations",
                where=f"problem {problem.name}",
                fix="build it from the same model, pit and economy",
            )
        return added

    def check(self, targets: Sequence[Target]) -> None:
        """Refuse targets that do not fit (``ModelError``)."""
        n_t, shape = self.base.n_periods, self.base.value.shape[1:]
        for target in targets:
            where = f"target {target.name}"
            if target.use.shape not in (shape, (self.n, *shape)):
                raise ModelError(f"use has shape {target.use.shape}", where=where)
            for what, array in (("amount", target.amount), ("penalty", target.penalty)):
                if array is None:
                    continue
                if array.shape != (n_t,):
                    raise ModelError(
                        f"{what} of shape {array.shape} for {n_t} periods", where=where
                    )
                if not (np.isfinite(array).all() and (array >= 0).all()):
                    raise ModelError(f"a {what} is negative or not finite", where=where)
            if not np.isfinite(target.use).all():
                raise ModelError("a use is not finite", where=where)
        if len({t.name for t in targets}) < len(targets):
            raise ModelError("two targets have one name")


def geological_penalty(cost: float, rate: float, n_periods: int) -> _F8:
    """What a unit short costs in each period under geological discounting, shape (t,).

    ``cost / (1 + rate) ** t``: R. Dimitrakopoulos and S. Ramazan (2004), "Uncertainty-based
    production scheduling in open pit mining", SME Transactions 316, 106-112. The higher the
    rate, the more of the risk is put off to later periods, when more will be known.

    Raises
    ------
    ModelError
        When the cost is negative, the rate is -1 or less, or either is not finite.
    """
    if not (np.isfinite(cost) and cost >= 0 and np.isfinite(rate) and rate > -1):
        raise ModelError(f"a cost of {cost:g} a unit short, discounted at {rate:g}")
    out: _F8 = cost * (1.0 + rate) ** -np.arange(n_periods, dtype=np.float64)
    return out


def _parts_added(problem: ProductionProblem) -> ProductionProblem:
    """The problem with one part of value for each course of factors over the periods."""
    factor, part = np.unique(problem.factor, axis=1, return_inverse=True)
    if factor.shape[1] == problem.factor.shape[1]:
        return problem
    value = np.zeros((factor.shape[1], *problem.value.shape[1:]))
    np.add.at(value, part.ravel(), problem.value)
    return replace(problem, value=value, factor=factor)


def _alike(one: ProductionProblem, other: ProductionProblem) -> bool:
    same = (
        one.value.shape == other.value.shape
        and np.array_equal(one.start, other.start)
        and np.array_equal(one.needed, other.needed)
        and np.array_equal(one.factor, other.factor)
        and one.destinations == other.destinations
        and len(one.limits) == len(other.limits)
        and len(one.rows) == len(other.rows)
    )
    return (
        same
        and all(
            a.name == b.name
            and np.array_equal(a.lower, b.lower)
            and np.array_equal(a.upper, b.upper)
            for a, b in zip(one.limits, other.limits, strict=True)
        )
        and all(
            a.name == b.name
            and a.lower == b.lower
            and a.upper == b.upper
            and np.array_equal(a.period, b.period)
            and np.array_equal(a.block, b.block)
            and np.array_equal(a.destination, b.destination)
            and np.array_equal(a.factor, b.factor)
            for a, b in zip(one.rows, other.rows, strict=True)
        )
    )
