"""Stretches of holes that are composited by themselves, and where composites begin and end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

TOLERANCE_M = 1e-6
"""Lengths that differ by less than this (m) are equal: feet in metres are no round numbers."""

RESIDUALS = ("keep", "discard", "add", "distribute")


@dataclass(frozen=True, slots=True)
class CompositeRules:
    """How composites are made.

    Parameters
    ----------
    length_m : float
        Of a composite. With ``bench_m`` it is not used.
    minimum_m : float, optional
        No composite is shorter, unless residuals are kept: half of ``length_m`` (or ``bench_m``)
        where it is left out. A run that is shorter by itself has no composite; 0 keeps all.
    residual : {"distribute", "add", "keep", "discard"}
        What becomes of the end of a run. None is left over, because the composites of every run
        have one length, the nearest to ``length_m`` that divides it; or it is a composite of its
        own when it is at least ``minimum_m`` long and else is added to the one before, kept all
        the same, or left out.
    missing : {"break", "skip"} or float
        Stretches without any value end a run; or they are passed over (a composite is the mean of
        what is assayed in it); or they have this value (0 for rock that was not worth an assay).
    minimum_coverage : float
        A composite of which a smaller share is assayed has no value.
    weight : {"length", "density"}
        Mean by length, or by length times density.
    keep_empty : bool
        Whether composites without any value are kept.
    bench_m, bench_base_m : float
        Height of benches and an elevation at which one begins: composites are then what a hole
        has of a bench.

    Raises
    ------
    ModelError
        For lengths that are not positive, a coverage beyond 0 to 1, or an unknown word.
    """

    length_m: float = math.nan
    minimum_m: float | None = None
    residual: Literal["keep", "discard", "add", "distribute"] = "distribute"
    missing: Literal["skip", "break"] | float = "break"
    minimum_coverage: float = 0.5
    weight: Literal["length", "density"] = "length"
    keep_empty: bool = False
    bench_m: float = 0.0
    bench_base_m: float = 0.0

    def __post_init__(self) -> None:
        if self.bench_m < 0 or not math.isfinite(self.bench_m):
            raise ModelError(f"benches are {self.bench_m:g} m high", fix="give more than zero")
        if not math.isfinite(self.bench_base_m):
            raise ModelError("the elevation of a bench is not finite")
        if not self.bench_m and not (self.length_m > 0 and math.isfinite(self.length_m)):
            raise ModelError(
                f"composites are {self.length_m:g} m long", fix="give more than zero, in metres"
            )
        if self.minimum_m is not None and not (
            0 <= self.minimum_m <= (self.bench_m or self.length_m)
        ):
            raise ModelError(
                f"the minimum length is {self.minimum_m:g} m",
                fix="give 0 to the length of a composite",
            )
        if self.residual not in RESIDUALS:
            raise ModelError(
                f"'residual' is {self.residual!r}", fix=f"one of: {', '.join(RESIDUALS)}"
            )
        if self.weight not in ("length", "density"):
            raise ModelError(f"'weight' is {self.weight!r}", fix="length or density")
        if isinstance(self.missing, str):
            if self.missing not in ("skip", "break"):
                raise ModelError(
                    f"'missing' is {self.missing!r}", fix='"skip", "break", or a number such as 0'
                )
        elif not math.isfinite(self.missing):
            raise ModelError("the value of what is missing is not finite")
        if not 0.0 <= self.minimum_coverage <= 1.0:
            raise ModelError(
                f"the minimum coverage is {self.minimum_coverage:g}", fix="give 0 to 1"
            )

    @property
    def least_m(self) -> float:
        """Length (m) from which a residual stands by itself."""
        if self.minimum_m is not None:
            return self.minimum_m
        return 0.5 * (self.bench_m or self.length_m)


def composite_bounds(start_m: _F8, end_m: _F8, rules: CompositeRules) -> tuple[_I8, _F8, _F8]:
    """Begin and end of every composite of runs.

    Parameters
    ----------
    start_m, end_m : ndarray of shape (r,)
        Of runs, along their holes.
    rules : CompositeRules
        Lengths and residuals.

    Returns
    -------
    run : ndarray of shape (k,), int64
        Run of each composite.
    from_m, to_m : ndarray of shape (k,)
        In order along each run; they never reach beyond it.
    """
    total = end_m - start_m
    enough = total >= rules.least_m - TOLERANCE_M
    enough |= rules.residual == "keep"
    if rules.bench_m:
        run = np.flatnonzero(enough)
        return run, start_m[run], end_m[run]
    if rules.residual == "distribute":
        count = np.maximum(np.rint(total / rules.length_m), 1).astype(np.int64)
        each = total / count
        count[~enough] = 0
        left = np.zeros(len(total), dtype=np.bool_)
    else:
        count = np.floor((total + TOLERANCE_M) / rules.length_m).astype(np.int64)
        rest = total - count * rules.length_m
        stays = rest >= rules.least_m - TOLERANCE_M
        stays |= rules.residual == "keep"
        left = (rest > TOLERANCE_M) & stays
        each = np.full(len(total), rules.length_m)
    pieces = count + left
    run = np.repeat(np.arange(len(total)), pieces)
    number = np.arange(len(run)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = start_m[run] + number * each[run]
    end = start_m[run] + (number + 1) * each[run]
    last = number == pieces[run] - 1
    to_the_end = last & (left[run] | (rules.residual in ("add", "distribute")))
    # the run's end itself, where rounding would leave a hair of it
    to_the_end |= last & (np.abs(end - end_m[run]) <= TOLERANCE_M)
    return run.astype(np.int64), start, np.where(to_the_end, end_m[run], end)
