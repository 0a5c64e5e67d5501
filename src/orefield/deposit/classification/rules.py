"""Rules of classification by holes around a block, and by how well it was kriged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.classification.classes import ResourceClass

_I1 = NDArray[np.int8]
_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

QUALITIES = ("slope", "efficiency", "variance", "samples", "holes", "distance_m", "pass")
"""What kriging tells of a block; a rule may set a least (or for the variance, the distance and
the pass a most) of each."""

AT_MOST = ("variance", "distance_m", "pass")
"""Qualities of which less is better."""


@dataclass(frozen=True, slots=True)
class SpacingRule:
    """So many holes within a distance.

    Parameters
    ----------
    resource_class : ResourceClass
    holes : int
        Least number of different holes.
    distance_m : float
        Within which their nearest samples are, along the major axis of the search.

    Raises
    ------
    ModelError
        For no hole, a distance that is not positive, or the class *unclassified*.
    """

    resource_class: ResourceClass
    holes: int
    distance_m: float

    def __post_init__(self) -> None:
        _refuse_unclassified(self.resource_class)
        if self.holes < 1:
            raise ModelError(f"a rule of {self.holes} holes", fix="ask for one or more")
        if not (math.isfinite(self.distance_m) and self.distance_m > 0):
            raise ModelError(
                f"a rule with a distance of {self.distance_m:g} m", fix="give more than zero"
            )


@dataclass(frozen=True, slots=True)
class QualityRule:
    """Limits on what kriging tells of a block; all of them must hold.

    Parameters
    ----------
    resource_class : ResourceClass
    limits : mapping of str to float
        By one of :data:`QUALITIES`: at most of those in :data:`AT_MOST`, at least of others.

    Raises
    ------
    ModelError
        For no limit, one that is not finite, an unknown quality or *unclassified*.
    """

    resource_class: ResourceClass
    limits: Mapping[str, float]

    def __post_init__(self) -> None:
        _refuse_unclassified(self.resource_class)
        if not self.limits:
            raise ModelError(
                f"the rule of {self.resource_class.label} sets no limit",
                fix=f"set one of {', '.join(QUALITIES)}",
            )
        for name, value in self.limits.items():
            if name not in QUALITIES:
                raise ModelError(
                    f"'{name}' is nothing that kriging tells", fix=f"use {', '.join(QUALITIES)}"
                )
            if not math.isfinite(value):
                raise ModelError(f"the limit of '{name}' is {value:g}", fix="give a number")


R = TypeVar("R", SpacingRule, QualityRule)


def by_spacing(distances_m: _F8, rules: Sequence[SpacingRule], of: _MASK) -> _I1:
    """The surest class whose rule of holes is met.

    Parameters
    ----------
    distances_m : ndarray of shape (n, k)
        Distances (m) to the nearest holes, rising along a row; infinite where there are fewer.
        See :func:`orefield.deposit.classification.hole_distances`.
    rules : sequence of SpacingRule
        One a class.
    of : ndarray of bool, shape (n,)
        Blocks that can be a resource: rock that was estimated.

    Returns
    -------
    ndarray of int8, shape (n,)
        :class:`ResourceClass` of each block.

    Raises
    ------
    ModelError
        For two rules of a class, a rule of a surer class that asks less, or more holes than
        distances were worked out for.
    """
    ordered = _ordered(rules)
    for sure, less in pairwise(ordered):
        if sure.holes <= less.holes and sure.distance_m > less.distance_m:
            raise ModelError(
                f"{sure.resource_class.label} asks less than {less.resource_class.label}",
                fix="ask for more holes or a smaller distance of the surer class",
            )
    out = np.zeros(len(of), dtype=np.int8)
    for rule in reversed(ordered):
        if rule.holes > distances_m.shape[1]:
            raise ModelError(
                f"{rule.resource_class.label} asks for {rule.holes} holes, distances are of "
                f"{distances_m.shape[1]}",
                fix="work out distances to more holes",
            )
        out[distances_m[:, rule.holes - 1] <= rule.distance_m] = rule.resource_class
    return np.where(of, out, np.int8(0))


def by_quality(fields: Mapping[str, NDArray[np.generic]], rules: Sequence[QualityRule],
               of: _MASK) -> _I1:  # fmt: skip
    """The surest class whose limits on kriging's qualities all hold.

    Parameters
    ----------
    fields : mapping of str to ndarray of shape (n,)
        By the names of :data:`QUALITIES`. A value that is not finite meets no limit.
    rules : sequence of QualityRule
        One a class.
    of : ndarray of bool, shape (n,)
        Blocks that can be a resource.

    Raises
    ------
    ModelError
        For two rules of a class, or a quality that ``fields`` lacks.
    """
    ordered = _ordered(rules)
    out = np.zeros(len(of), dtype=np.int8)
    for rule in reversed(ordered):
        holds = np.ones(len(of), dtype=np.bool_)
        for name, limit in rule.limits.items():
            if name not in fields:
                raise ModelError(
                    f"{rule.resource_class.label} asks for '{name}', which the estimate lacks",
                    fix=f"it tells: {', '.join(fields) or 'none'}; estimate with it, or "
                    "leave it out",
                )
            value = np.asarray(fields[name], dtype=np.float64)
            # a comparison with NaN is false, so what is not known holds nowhere
            holds &= (value <= limit) if name in AT_MOST else (value >= limit)
        out[holds] = rule.resource_class
    return np.where(of, out, np.int8(0))


def _ordered(rules: Sequence[R]) -> list[R]:
    ordered = sorted(rules, key=lambda r: -int(r.resource_class))
    for a, b in pairwise(ordered):
        if a.resource_class == b.resource_class:
            raise ModelError(f"two rules of {a.resource_class.label}", fix="give one a class")
    return ordered


def _refuse_unclassified(resource_class: ResourceClass) -> None:
    if resource_class == ResourceClass.UNCLASSIFIED:
        raise ModelError(
            "a rule of unclassified", fix="unclassified is what meets no rule: leave it out"
        )
