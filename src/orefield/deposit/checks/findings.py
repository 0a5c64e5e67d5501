"""All checks of one domain: numbers held against tolerances, and what figures are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core.grid import Grid
from orefield.deposit.checks.bias import (
    LocalBias,
    conditional_slope,
    local_bias,
    realised_mean,
    relative,
)
from orefield.deposit.checks.coverage import Quality, coverage
from orefield.deposit.checks.curves import Curves, curves, even_cutoffs
from orefield.deposit.checks.reproduction import (
    Continuity,
    Histogram,
    continuity,
    histogram,
    nodes_inside,
    score_table,
)
from orefield.deposit.checks.subject import BY_NEAREST, Subject, weighted_mean
from orefield.deposit.checks.support import variance_left
from orefield.deposit.checks.swaths import AXES, Swath, swath
from orefield.deposit.checks.tolerances import Tolerances
from orefield.deposit.checks.validation import Validated, validation
from orefield.deposit.checks.verdicts import Check, judged, unjudged
from orefield.deposit.classification.draws import BlockDraws
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]

_SLICES = 20
_NO_DRAWS = "there are no realisations"


@dataclass(frozen=True, eq=False)
class Plan:
    """How a domain is checked.

    Attributes
    ----------
    limits : Tolerances
    cutoffs : tuple of float
        At which tonnes and metal are judged.
    slices, panel : (int, int, int) or None
        Blocks along x, y, z; ``None`` for about twenty slices, and panels that
        hold twice ``least`` samples on average.
    least : int
        Samples that a slice or panel needs.
    variogram : Variogram or None
        Of grades, whatever its sill.
    scores : Variogram or None
        Of normal scores, which realisations of points were made with.
    of_blocks : bool or None
        Whether realisations are of blocks; ``None`` to take nodes smaller than the model's
        blocks for points.
    lags : int
    confidence : float
        Of bands over realisations.
    validated : Validated or None
        Samples left out and estimated.
    """

    limits: Tolerances
    cutoffs: tuple[float, ...]
    slices: tuple[int, int, int] | None = None
    panel: tuple[int, int, int] | None = None
    least: int = 5
    variogram: Variogram | None = None
    scores: Variogram | None = None
    of_blocks: bool | None = None
    lags: int = 10
    confidence: float = 0.90
    validated: Validated | None = None

    def thickness(self, grid: Grid) -> tuple[int, ...]:
        """Blocks a slice."""
        return self.slices or tuple(max(1, round(n / _SLICES)) for n in grid.shape)

    def panel_of(self, grid: Grid, blocks: int, samples: int) -> tuple[int, int, int]:
        """Blocks a panel, of a domain of so many blocks and samples."""
        if self.panel is not None:
            return self.panel
        # cubes (squares in one layer) that hold twice the samples needed, on average
        flat = grid.shape[2] == 1
        volume = blocks * float(np.prod(grid.size[: 2 if flat else 3]))
        count = max(1.0, samples / (2.0 * self.least))
        side = (volume / count) ** (1.0 / (2 if flat else 3))
        x, y, z = (
            int(np.clip(round(side / size), 1, n))
            for size, n in zip(grid.size, grid.shape, strict=True)
        )
        return x, y, (1 if flat else z)


@dataclass(eq=False)
class Findings:
    """What was found of one domain."""

    subject: Subject
    checks: list[Check] = field(default_factory=list)
    swaths: list[Swath] = field(default_factory=list)
    local: LocalBias | None = None
    histogram: Histogram | None = None
    continuity: list[Continuity] = field(default_factory=list)
    curves: Curves | None = None
    slopes: _F8 = field(default_factory=lambda: np.zeros(0))
    means: _F8 = field(default_factory=lambda: np.zeros(0))
    validated: Validated | None = None


def findings(subject: Subject, plan: Plan, quality: Quality) -> Findings:
    """Make every check of a domain.

    Parameters
    ----------
    subject : Subject
        The domain.
    plan : Plan
        How it is checked.
    quality : callable
        See :func:`orefield.deposit.checks.coverage`.
    """
    out = Findings(subject)
    _global(out, plan)
    _swaths(out, plan)
    _local(out, plan)
    _reproduction(out, plan)
    _curves(out, plan)
    out.checks += coverage(subject, quality, plan.limits)
    out.checks += validation(subject, plan.validated, plan.limits)
    if plan.validated is not None:
        out.validated = plan.validated.of(subject)
    return out


def _global(out: Findings, plan: Plan) -> None:
    subject, limits = out.subject, plan.limits
    reference, d = subject.declustered_mean, subject.domain
    text = f"declustered samples {reference:.4g}, blocks {subject.block_mean:.4g}"
    out.checks.append(
        judged(
            "global bias", "mean of blocks over declustered samples, less one",
            relative(subject.block_mean, reference), limits.of("global_bias"),
            domain=d, why=text, figure="check_swaths",
        )
    )  # fmt: skip
    # samples that are weighed by the rock nearest to them have the nearest neighbours' mean
    nearest = weighted_mean(subject.nearest, subject.tonnes)
    if subject.weighed != BY_NEAREST:
        out.checks.append(
            judged(
                "global bias", "mean of blocks over nearest neighbours, less one",
                relative(subject.block_mean, nearest), limits.of("global_bias"),
                domain=d, why=f"nearest neighbours {nearest:.4g}", figure="check_swaths",
            )
        )  # fmt: skip
    measure = "mean of realisations over declustered samples, less one"
    if subject.draws is None:
        out.checks.append(unjudged("global bias", measure, _NO_DRAWS, domain=d))
        return
    mean, out.means = realised_mean(subject)
    below = float((out.means < reference).mean())
    out.checks.append(
        judged(
            "global bias", measure, relative(mean, reference), limits.of("realised_bias"),
            domain=d, figure="check_swaths",
            why=f"realisations {mean:.4g}; {below:.0%} of them are below the samples",
        )
    )  # fmt: skip


def _swaths(out: Findings, plan: Plan) -> None:
    subject, limits = out.subject, plan.limits
    thickness = plan.thickness(subject.ground.grid)
    for axis, blocks in zip(AXES, thickness, strict=True):
        measure = f"share of rock in slices across {axis} that is near nearest neighbours"
        found = swath(subject, axis, blocks, plan.confidence)
        if found is None:
            continue
        out.swaths.append(found)
        scale = abs(subject.declustered_mean)
        share = (
            found.share_within(limits.swath, plan.least, scale)
            if limits.of("swath") is not None
            else float("nan")
        )
        count = int(found.judged(plan.least).sum())
        out.checks.append(
            judged(
                "swaths", measure, share, limits.of("swath_share"), at_least=True,
                domain=subject.domain, figure="check_swaths",
                why=f"within {limits.swath:.0%} of the mean; {count} of {len(found.tonnes)} slices "
                f"have {plan.least} samples",
            )
        )  # fmt: skip


def _local(out: Findings, plan: Plan) -> None:
    subject, limits, d = out.subject, plan.limits, out.subject.domain
    panel = plan.panel_of(
        subject.ground.grid, int(np.count_nonzero(subject.blocks)), len(subject.values)
    )
    found = out.local = local_bias(subject, panel, plan.least)
    scale = abs(subject.declustered_mean)
    why = f"{len(found.tonnes)} panels have {plan.least} samples"
    share = found.share_within(limits.local, scale)
    out.checks += [
        judged(
            "local bias", "share of rock in panels that is near nearest neighbours", share,
            limits.of("local_share"), at_least=True, domain=d, figure="check_local",
            why=f"within {limits.local:.0%} of the mean; {why}",
        ),
        judged(
            "local bias", "correlation of panels with nearest neighbours", found.correlation,
            limits.of("local_correlation"), at_least=True, domain=d, figure="check_local", why=why,
        ),
    ]  # fmt: skip
    measure = "slope of blocks' grades on estimates, less one"
    if subject.draws is None:
        out.checks.append(unjudged("conditional bias", measure, _NO_DRAWS, domain=d))
        return
    slope, out.slopes = conditional_slope(subject)
    out.checks.append(
        judged(
            "conditional bias", measure, slope - 1.0, limits.of("conditional_bias"), domain=d,
            why="realisations taken for truth; below zero, rich blocks are thought too rich",
            figure="check_local",
        )
    )  # fmt: skip


def _reproduction(out: Findings, plan: Plan) -> None:
    subject, limits, d = out.subject, plan.limits, out.subject.domain
    named = (
        ("histogram", "largest gap between shares of realisations and samples"),
        ("histogram", "variance of realisations over what it should be, less one"),
        ("variogram", "largest gap of realisations to the model, in sills"),
    )
    if not isinstance(subject.draws, BlockDraws):
        out.checks += [unjudged(g, m, _NO_DRAWS, domain=d) for g, m in named]
        return
    draws, grid, inside = nodes_inside(subject, subject.draws)
    if not (inside & draws.source.simulated).any():
        why = "no node of the realisations is in the domain's estimated blocks"
        out.checks += [unjudged(g, m, why, domain=d) for g, m in named]
        return
    smaller = grid.block_volume_m3 < subject.ground.grid.block_volume_m3 * (1 - 1e-9)
    of_blocks = not smaller if plan.of_blocks is None else plan.of_blocks
    found = out.histogram = histogram(subject, draws, inside)
    left = 1.0
    known = plan.variogram is not None
    if of_blocks and plan.variogram is not None:
        left = variance_left(plan.variogram, grid)
    if of_blocks:
        out.checks.append(
            unjudged(
                *named[0], "realisations are of blocks, samples of points: compare means, "
                "variances and curves", domain=d,
            )
        )  # fmt: skip
    else:
        out.checks.append(
            judged(
                *named[0],
                found.largest_gap,
                limits.of("histogram"),
                domain=d,
                figure="check_histogram",
                why=f"the samples are in the realisations' {plan.confidence:.0%} band at "
                f"{found.share_in_band(plan.confidence):.0%} of quantiles",
            )
        )
    if of_blocks and not known:
        why = "realisations are of blocks: give the variogram of grades to tell their variance"
        out.checks.append(unjudged(*named[1], why, domain=d))
    else:
        ratio = relative(float(found.variances.mean()), left * found.variance)
        text = f"blocks keep {left:.0%} of the samples' variance" if of_blocks else ""
        out.checks.append(
            judged(
                *named[1], ratio, limits.of("variance"), domain=d, why=text,
                figure="check_histogram",
            )
        )  # fmt: skip
    _variogram(out, plan, (draws, grid, inside), of_blocks, named[2])


def _variogram(
    out: Findings,
    plan: Plan,
    nodes: tuple[BlockDraws, Grid, NDArray[np.bool_]],
    of_blocks: bool,
    named: tuple[str, str],
) -> None:
    subject, d = out.subject, out.subject.domain
    draws, grid, inside = nodes
    # made of points, they were made with scores; of blocks, only that of grades can be told
    model = plan.variogram if of_blocks or plan.scores is None else plan.scores
    if model is None:
        why = "there is no variogram" + (" of grades" if plan.scores else " to follow")
        out.checks.append(unjudged(*named, why, domain=d))
        return
    table = (
        score_table(subject.values, subject.weights)
        if model is plan.scores and not of_blocks
        else None
    )
    out.continuity = continuity(
        draws, grid, inside, model, subject.declustered_variance,
        lags=plan.lags, scores=table, blocks=of_blocks, nearest=_nearest_on(subject, grid),
    )  # fmt: skip
    if not out.continuity:
        out.checks.append(unjudged(*named, "the domain is too small for two lags", domain=d))
    for found in out.continuity:
        band = found.share_in_band(plan.confidence)
        out.checks.append(
            judged(
                named[0], f"{named[1]}, along {found.axis}", found.largest_gap,
                plan.limits.of("variogram"), domain=d, figure="check_variogram",
                why=f"{_gap(found)}; the model is in the realisations' {plan.confidence:.0%} band "
                f"at {band:.0%} of lags",
            )
        )  # fmt: skip


def _gap(found: Continuity) -> str:
    """Where realisations are furthest from the model, and what samples do there."""
    at = found.worst
    realised, near = float(found.realised[:, at].mean()), float(found.nearest[at])
    text = (
        f"at {found.lags_m[at]:,.0f} m realisations have {realised:.2f} sills, the model "
        f"{found.model[at]:.2f}, nearest neighbours {near:.2f}"
    )
    # beyond the variance of all samples no stationary model goes
    if near - 1.0 > 0.5 * (realised - 1.0) > 0:
        text += (
            ": samples exceed the sill too, so the gap is the deposit's (a trend, or chance where "
            "few pairs are so far apart) and not the realisations'"
        )
    return text


def _nearest_on(subject: Subject, grid: Grid) -> _F8:
    """Nearest neighbours on nodes of the realisations, shape (grid.n,)."""
    at = subject.ground.grid.locate(grid.centroids())
    return np.where(at >= 0, subject.nearest[np.maximum(at, 0)], np.nan)


def _curves(out: Findings, plan: Plan) -> None:
    subject, limits, d = out.subject, plan.limits, out.subject.domain
    left = None
    if plan.variogram is not None:
        left = variance_left(plan.variogram, subject.ground.grid)
    levels = np.union1d(even_cutoffs(subject), np.asarray(plan.cutoffs, dtype=np.float64))
    found = out.curves = curves(subject, levels, left)
    group = "grade-tonnage"
    measure = "variance of the estimate over that of blocks in theory"
    if left is None:
        why = "no variogram of grades tells the variance of blocks"
        out.checks.append(unjudged(group, measure, why, domain=d))
    else:
        own = subject.blocks
        tonnes = subject.ground.tonnes[own]
        grade = subject.ground.grade[own]
        spread = weighted_mean((grade - subject.block_mean) ** 2, tonnes)
        theory = left * subject.declustered_variance
        out.checks.append(
            judged(
                group, measure, spread / theory if theory > 0 else float("nan"),
                limits.of("smoothing"), at_least=True, domain=d, figure="check_tonnage",
                why="what is missing is the smoothing of the estimate",
            )
        )  # fmt: skip
    for cutoff in sorted(set(plan.cutoffs)):
        text = f"of the estimate above {cutoff:g}, over realisations, less one"
        names = f"tonnes {text}", f"metal {text}"
        if found.realised is None:
            out.checks += [unjudged(group, m, _NO_DRAWS, domain=d) for m in names]
            continue
        at = int(np.searchsorted(found.cutoffs, cutoff))
        share = relative(float(found.estimate.share[at]), float(found.realised.share[:, at].mean()))
        metal = relative(float(found.estimate.metal[at]), float(found.realised.metal[:, at].mean()))
        out.checks += [
            judged(group, names[0], share, limits.of("tonnage"), domain=d, figure="check_tonnage"),
            judged(group, names[1], metal, limits.of("metal"), domain=d, figure="check_tonnage"),
        ]
