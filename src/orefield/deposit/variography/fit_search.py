"""The search for ranges, angles and shapes, with the best sills at each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from orefield.core.errors import ModelError
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import Kind, Structure, Variogram
from orefield.deposit.variography.fit_frame import Frame, rotation_of
from orefield.deposit.variography.fit_points import FitPoints

_F8 = NDArray[np.float64]

_SHAPE_BOUNDS = (0.2, 5.0)
_FURTHEST = 2.0
"""Ranges up to so many times the furthest lag are looked at."""
_NEAREST = 0.5
_SPREADS = ((1.0,), (0.3, 1.0), (0.15, 0.4, 1.0))
_SCALES = (1.0, 0.5, 1.8)
_TINY = 1e-3
"""A structure with a smaller share of the sill is left out, unless it is held."""
_HEAVY = 1e4
_ROUND = 0.02
"""Pull of a structure's ranges towards each other: where points do not tell, it stays round."""
_COARSE, _FINE, _POLISHED = 12, 60, 2


@dataclass(frozen=True)
class HeldStructure:
    """What is given by hand of one structure; ``None`` is looked for.

    Parameters
    ----------
    kind, sill, ranges_m, shape
        As of :class:`orefield.deposit.variogram.Structure`.
    """

    kind: Kind | None = None
    sill: float | None = None
    ranges_m: tuple[float, float, float] | None = None
    shape: float | None = None

    def with_kind(self, kind: Kind | None) -> HeldStructure:
        """The same with its kind settled."""
        return replace(self, kind=kind)


@dataclass(frozen=True)
class Held:
    """What is given by hand of a model; ``None`` is looked for.

    Parameters
    ----------
    nugget, sill : float, optional
        The nugget, and the total of nugget and all structures.
    rotation : Rotation, optional
        Of all structures.
    structures : tuple of HeldStructure
        Parts of the first structures.

    Raises
    ------
    ModelError
        For a nugget or sill that cannot be.
    """

    nugget: float | None = None
    sill: float | None = None
    rotation: Rotation | None = None
    structures: tuple[HeldStructure, ...] = ()

    def __post_init__(self) -> None:
        if self.nugget is not None and not (math.isfinite(self.nugget) and self.nugget >= 0):
            raise ModelError(f"nugget held at {self.nugget:g}", fix="give zero or more")
        if self.sill is not None and not (math.isfinite(self.sill) and self.sill > 0):
            raise ModelError(f"sill held at {self.sill:g}", fix="give more than zero")
        taken = (self.nugget or 0.0) + sum(part.sill or 0.0 for part in self.structures)
        if self.sill is not None and taken > self.sill * (1 + 1e-9):
            raise ModelError(
                f"nugget and sills held add up to {taken:g}, more than the sill of {self.sill:g}",
                fix="lower one of them",
            )
        for part in self.structures:
            # a structure says itself what is wrong with its parts
            kind: Kind = part.kind or ("matern" if part.shape is not None else "spherical")
            shape = part.shape if kind != "matern" or part.shape is not None else 1.0
            Structure(
                kind,
                1.0 if part.sill is None else part.sill,
                part.ranges_m or (1.0, 1.0, 1.0),
                shape=shape,
            )


class Search:
    """Least squares of one list of structures.

    Parameters
    ----------
    points : FitPoints
    frame : Frame
    plan : sequence of HeldStructure
        Each with a kind.
    held : Held
    """

    def __init__(
        self, points: FitPoints, frame: Frame, plan: Sequence[HeldStructure], held: Held
    ) -> None:
        self.points, self.frame, self.plan, self.held = points, frame, plan, held
        self.weight = np.ones(len(points.gamma))
        self.units: dict[Kind, Structure] = {}
        h = points.distance_m
        self.bounds_log = (math.log(_NEAREST * h.min()), math.log(_FURTHEST * h.max()))
        self.scale = float(np.quantile(h, 0.6))

    @property
    def unknowns(self) -> int:
        """Numbers that are looked for, sills too."""
        sills = sum(part.sill is None for part in self.plan)
        sills += (self.held.nugget is None) - (self.held.sill is not None)
        return self._low().size + max(sills, 0)

    def best(self, weight: _F8) -> Variogram:
        """The best of several starts, at weights (k,)."""
        self.weight = weight
        low, high = self._low(), self._high()
        if low.size == 0:
            return self._variogram(low)
        coarse = [
            self._least(np.clip(start, low + 1e-6, high - 1e-6), (low, high), _COARSE, 1e-4)
            for start in self._starts()
        ]
        coarse.sort(key=lambda row: row[0])
        fine = [
            self._least(np.clip(x, low + 1e-9, high - 1e-9), (low, high), _FINE, 1e-8)
            for _, x in coarse[:_POLISHED]
        ]
        return self._variogram(min(fine, key=lambda row: row[0])[1])

    def _least(
        self, start: _F8, bounds: tuple[_F8, _F8], most: int, tolerance: float
    ) -> tuple[float, _F8]:
        found = optimize.least_squares(
            self._residuals, start, bounds=bounds, max_nfev=most, xtol=tolerance, ftol=tolerance
        )
        return float(found.cost), np.asarray(found.x)

    def _low(self) -> _F8:
        out: list[float] = []
        for part in self.plan:
            if part.ranges_m is None:
                out += [self.bounds_log[0]] * self.frame.ranges
            if part.kind == "matern" and part.shape is None:
                out.append(math.log(_SHAPE_BOUNDS[0]))
        return np.array(out + [-math.pi] * self.frame.turns)

    def _high(self) -> _F8:
        out: list[float] = []
        for part in self.plan:
            if part.ranges_m is None:
                out += [self.bounds_log[1]] * self.frame.ranges
            if part.kind == "matern" and part.shape is None:
                out.append(math.log(_SHAPE_BOUNDS[1]))
        return np.array(out + [math.pi] * self.frame.turns)

    def _spreads(self) -> list[tuple[float, ...]]:
        """Which structure is short and which is long: every order that makes a difference."""
        found: dict[tuple[tuple[str, int, float], ...], tuple[float, ...]] = {}
        for order in itertools.permutations(_SPREADS[len(self.plan) - 1]):
            # free structures of one kind are alike, those with parts given by hand are not
            key = tuple(
                sorted(
                    (part.kind or "", 0 if part == HeldStructure(part.kind) else k, share)
                    for k, (part, share) in enumerate(zip(self.plan, order, strict=True))
                )
            )
            found.setdefault(key, order)
        return list(found.values())

    def _starts(self) -> list[_F8]:
        widths: dict[int, list[tuple[float, ...]]] = {
            1: [(1.0,)],
            2: [(1.5, 0.6), (1.0, 1.0)],
            3: [(1.6, 1.0, 0.5), (1.0, 1.0, 1.0)],
        }
        turns: list[list[float]] = [[0.0] * self.frame.turns]
        if self.frame.turns == 1:
            turns += [[math.pi / 4], [-math.pi / 4]]
        elif self.frame.turns == 3:
            turns += [[0.0, 0.0, math.pi / 4], [0.0, math.pi / 5, 0.0], [math.pi / 5, 0.0, 0.0]]
        elif self.frame.ranges > 1:
            widths[2].append((0.6, 1.5))
            widths[3] += [(0.6, 1.6, 1.0), (0.6, 1.0, 1.6)]
        out = []
        for scale in _SCALES:
            # a turn is tried at one scale only, with the plainest widths
            for width in widths[self.frame.ranges]:
                some = turns if scale == 1.0 and width[0] > 1.0 else turns[:1]
                for turn, spread in itertools.product(some, self._spreads()):
                    start: list[float] = []
                    for part, share in zip(self.plan, spread, strict=True):
                        if part.ranges_m is None:
                            start += [math.log(self.scale * scale * share * w) for w in width]
                        if part.kind == "matern" and part.shape is None:
                            start.append(0.0)
                    out.append(np.array(start + turn))
        return out

    def _shapes(self, x: _F8) -> tuple[list[tuple[_F8, float | None]], _F8]:
        """Three ranges and the shape of each structure, and the axes."""
        at, out = 0, []
        for part in self.plan:
            if part.ranges_m is None:
                ranges = self.frame.spread(np.exp(x[at : at + self.frame.ranges]))
                at += self.frame.ranges
            else:
                ranges = np.array(part.ranges_m)
            shape = part.shape
            if part.kind == "matern" and shape is None:
                shape = float(np.exp(x[at]))
                at += 1
            out.append((ranges, shape))
        return out, self.frame.turned(x[at:])

    def _solve(self, x: _F8) -> tuple[_F8, _F8]:
        """Nugget and sills (1 + s,), and what is left of the points (k,)."""
        shapes, axes = self._shapes(x)
        along = self.points.lags_m @ axes.T
        columns = [np.ones(len(along))]
        for part, (ranges, shape) in zip(self.plan, shapes, strict=True):
            d = np.sqrt(((along / ranges) ** 2).sum(axis=1))
            columns.append(1.0 - self._unit(part.kind, shape).correlation(d))
        table = np.column_stack(columns)
        given = [self.held.nugget, *(part.sill for part in self.plan)]
        sills = np.array([0.0 if s is None else s for s in given])
        free = np.array([s is None for s in given])
        target = self.points.gamma - table @ sills
        if free.any():
            root = np.sqrt(self.weight)
            left, right = table[:, free] * root[:, None], target * root
            if self.held.sill is not None:
                # the total as one more equation, so heavy that it holds to rounding
                heavy = _HEAVY * float(root.max()) * math.sqrt(len(root))
                left = np.vstack([left, np.full(free.sum(), heavy)])
                right = np.append(right, heavy * (self.held.sill - sills.sum()))
            found = optimize.nnls(left, right)[0]
            if self.held.sill is not None and found.sum() > 0:
                found *= (self.held.sill - sills.sum()) / found.sum()
            sills[free] = found
        return sills, self.points.gamma - table @ sills

    def _unit(self, kind: Kind | None, shape: float | None) -> Structure:
        assert kind is not None
        if shape is not None:
            return Structure(kind, 1.0, (1.0, 1.0, 1.0), shape=shape)
        if kind not in self.units:
            self.units[kind] = Structure(kind, 1.0, (1.0, 1.0, 1.0))
        return self.units[kind]

    def _residuals(self, x: _F8) -> _F8:
        # over the highest point: the search ends at gradients that are small by number
        rows = [np.sqrt(self.weight) * self._solve(x)[1] / float(self.points.gamma.max())]
        n, at = self.frame.ranges, 0
        for part in self.plan:
            if part.ranges_m is None and n > 1:
                rows.append(_ROUND * (x[at : at + n] - x[at : at + n].mean()))
            at += n * (part.ranges_m is None) + (part.kind == "matern" and part.shape is None)
        return np.concatenate(rows)

    def _variogram(self, x: _F8) -> Variogram:
        sills, _ = self._solve(x)
        shapes, axes = self._shapes(x)
        total = float(sills.sum())
        if total <= 0:
            raise ModelError(
                "no model with a positive sill fits the points",
                fix="check the variogram's points, or hold fewer parts",
            )
        least = _TINY * total if self.held.nugget is None else 0.0
        keep = [
            k
            for k, part in enumerate(self.plan)
            if sills[k + 1] > (0.0 if part.sill is not None else least)
        ]
        order = np.arange(3)
        if not self.frame.named and self.frame.ranges > 1 and keep:
            # the axis with the longest range is called the major one
            lead = max(keep, key=lambda k: float(sills[k + 1]))
            order[: self.frame.ranges] = np.argsort(-shapes[lead][0][: self.frame.ranges])
        rotation = self.held.rotation or rotation_of(axes[order])
        parts = []
        for k in keep:
            kind = self.plan[k].kind
            assert kind is not None
            ranges, shape = shapes[k]
            a, b, c = (float(r) for r in ranges[order])
            if self.frame.ranges == 2 and self.plan[k].ranges_m is None:
                c = b
            parts.append(Structure(kind, float(sills[k + 1]), (a, b, c), rotation, shape))
        parts.sort(key=lambda s: s.ranges_m[0])
        # what was too little for a structure goes to the nugget: the sill stays
        nugget = float(sills[0]) + (total - float(sills[0]) - math.fsum(p.sill for p in parts))
        return Variogram(max(nugget, 0.0), tuple(parts))
