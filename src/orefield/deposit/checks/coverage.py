"""How the estimate was made: what it left out, reached for, and weighed below zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.deposit.checks.subject import Subject, weighted_mean
from orefield.deposit.checks.tolerances import Tolerances
from orefield.deposit.checks.verdicts import Check, judged, unjudged

_F8 = NDArray[np.float64]

Quality = Callable[[str], _F8 | None]
"""What kriging tells of blocks by name, ``None`` where it was not asked."""

GROUP = "estimation"


def coverage(subject: Subject, quality: Quality, limits: Tolerances) -> list[Check]:
    """Rock left out, slopes, efficiency, negative weights, reach and range of the estimate.

    Parameters
    ----------
    subject : Subject
        The domain.
    quality : callable
        Gives ``slope``, ``efficiency``, ``negative_weights`` (their sum), shape (n,).
    limits : Tolerances
        What is tolerated.
    """
    d = subject.domain
    ground = subject.ground
    rock = float(ground.tonnes[subject.rock].sum())
    left = float(ground.tonnes[subject.rock & ~ground.estimated].sum())
    why = f"{left:,.0f} t"
    if ground.not_asked_t > 0:
        why += f"; {ground.not_asked_t:,.0f} t outside the estimate's domains do not count"
    out = [
        judged(
            GROUP, "share of rock not estimated", left / rock if rock > 0 else float("nan"),
            limits.of("unestimated"), domain=d, why=why,
        )
    ]  # fmt: skip
    out += _quality(subject, quality, limits)
    out += _range(subject, limits)
    return out


def furthest(subject: Subject) -> _F8:
    """Distance (m) from each estimated block to the nearest sample, shape (blocks,)."""
    own = np.flatnonzero(subject.blocks)
    grid, tree = subject.ground.grid, cKDTree(subject.samples.xyz_m)
    out = np.empty(len(own))
    step = 1 << 18
    for start in range(0, len(own), step):
        part = own[start : start + step]
        # centres of a run of blocks, of which only those asked for are looked up
        low, high = int(part[0]), int(part[-1]) + 1
        out[start : start + step] = tree.query(grid.centres(low, high)[part - low])[0]
    return out


def _quality(subject: Subject, quality: Quality, limits: Tolerances) -> list[Check]:
    d, out = subject.domain, []
    slope, tonnes = quality("slope"), subject.tonnes
    figure = "" if slope is None else "check_quality"
    if slope is None:
        out.append(unjudged(GROUP, "mean slope of regression", "not in the estimate", domain=d))
    else:
        poor = float(tonnes[slope < 0.5].sum()) / float(tonnes.sum())
        out += [
            judged(
                GROUP, "mean slope of regression", weighted_mean(slope, tonnes),
                limits.of("slope"), at_least=True, domain=d, figure=figure,
            ),
            judged(
                GROUP, "share of rock with a slope below 0.5", poor,
                limits.of("poor_slope_share"), domain=d, figure=figure,
            ),
        ]  # fmt: skip
    for name, measure, limit, at_least in (
        ("efficiency", "mean kriging efficiency", "efficiency", True),
        ("negative_weights", "mean sum of negative weights", "negative_weights", False),
    ):
        found = quality(name)
        if found is None:
            out.append(unjudged(GROUP, measure, "not in the estimate", domain=d))
        else:
            out.append(
                judged(
                    GROUP, measure, weighted_mean(found, tonnes), limits.of(limit),
                    at_least=at_least, domain=d,
                )
            )  # fmt: skip
    return out


def _range(subject: Subject, limits: Tolerances) -> list[Check]:
    d, tonnes, grade = subject.domain, subject.tonnes, subject.ground.grade
    total = float(tonnes.sum())
    low, high = float(subject.values.min()), float(subject.values.max())
    # a mean of equal samples may differ from them in the last digit
    slack = 1e-9 * max(abs(low), abs(high))
    outside = float(tonnes[(grade < low - slack) | (grade > high + slack)].sum())
    out = [
        judged(
            GROUP, "share of rock estimated beyond the range of samples", outside / total,
            limits.of("outside_range"), domain=d, why=f"samples from {low:g} to {high:g}",
        )
    ]  # fmt: skip
    if low >= 0:
        below = float(tonnes[grade < -slack].sum())
        out.append(
            judged(
                GROUP, "share of rock estimated below zero", below / total,
                limits.of("negative_estimates"), domain=d,
            )
        )  # fmt: skip
    out.append(
        judged(
            GROUP, "largest distance to the nearest sample, m", float(furthest(subject).max()),
            limits.of("extrapolation_m"), domain=d,
        )
    )  # fmt: skip
    return out
