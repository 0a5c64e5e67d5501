"""Checks of a resource model as figures: swaths, bias, histograms, variograms, curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.checks.findings import Findings
from orefield.deposit.checks.reproduction import PROBABILITIES, Continuity, Histogram
from orefield.deposit.checks.swaths import Swath
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]

_WIDTH = 640.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 60.0, 60.0, 46.0, 26.0
_MOST_DOTS = 2000
_BAND, _LINE = style.WATER[3], style.WATER[1]
_ESTIMATE, _NEAREST = style.COPPER[1], style.GREY[2]


def swath_graph(found: Findings) -> Figure | None:
    """Means of slices across the grid's axes; ``None`` where there is no axis to cut across."""
    if not found.swaths:
        return None
    n, panel = len(found.swaths), 190.0
    with style.look():
        fig = style.figure(_WIDTH, n * (panel + _ABOVE + _BELOW) + 24.0)
        for k, one in enumerate(found.swaths):
            top = k * (panel + _ABOVE + _BELOW) + _ABOVE
            total = n * (panel + _ABOVE + _BELOW) + 24.0
            ax = style.axes(fig, _LEFT, total - top - panel, _RIGHT, top)
            _swath(ax, one, found.subject.ground.unit)
            if k == 0:
                handles, labels = ax.get_legend_handles_labels()
                fig.legend(handles, labels, loc="lower left", ncols=5, bbox_to_anchor=(0.0, 0.0))
    return fig


def _swath(ax: Axes, one: Swath, unit: str) -> None:
    at = one.middle_m
    bars = ax.twinx()
    step = float(np.diff(at).min()) if len(at) > 1 else 1.0
    bars.bar(at, one.samples, 0.85 * step, color=style.GREY[4], zorder=0)
    bars.set_ylim(0, 3.5 * max(int(one.samples.max()), 1))
    bars.set_yticks([0, int(one.samples.max())])
    bars.set_ylabel("samples (bars)", loc="bottom")
    ax.set_zorder(bars.get_zorder() + 1)
    ax.patch.set_visible(False)
    if np.isfinite(one.low).any():
        ax.fill_between(at, one.low, one.high, color=_BAND, linewidth=0, label="realisations")
    ax.plot(at, one.nearest_mean, color=_NEAREST, linewidth=1.4, linestyle=(0, (4, 2)),
            label="nearest neighbour")  # fmt: skip
    ax.plot(at, one.estimate_mean, color=_ESTIMATE, linewidth=1.8, label="estimate")
    ax.plot(at, one.sample_mean, "o", color=style.GREY[0], markersize=3.2, label="samples")
    name = {"x": "along the grid's x, m", "y": "along the grid's y, m", "z": "elevation, m"}
    ax.set_xlabel(name[one.axis], loc="left")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_title(f"slices across {one.axis}: mean, {unit}")
    ax.set_ylim(bottom=min(0.0, *_finite(one.nearest_mean), *_finite(one.estimate_mean)))


def _finite(values: _F8) -> list[float]:
    return [float(v) for v in values[np.isfinite(values)]]


def local_graph(found: Findings) -> Figure | None:
    """Panels: nearest neighbours over estimate; and the slopes on realisations.

    ``None`` where no panel has samples enough.
    """
    local = found.local
    if local is None or not local.tonnes.size:
        return None
    unit, both = found.subject.ground.unit, found.slopes.size > 0
    with style.look():
        fig = style.figure(_WIDTH, 350.0)
        ax = style.axes(fig, _LEFT, _BELOW, _WIDTH - 360.0 if both else 300.0, _ABOVE)
        size = 4.0 + 36.0 * np.sqrt(local.tonnes / local.tonnes.max())
        ax.scatter(local.estimate, local.reference, s=size, color=_LINE, alpha=0.65, linewidth=0)
        ends = np.array([min(local.estimate.min(), local.reference.min()),
                         max(local.estimate.max(), local.reference.max())])  # fmt: skip
        ax.plot(ends, ends, color=style.GREY[2], linewidth=0.8)
        ax.set_xlabel(f"estimate, {unit}", loc="left")
        ax.set_title(f"panels: nearest neighbour, {unit}")
        if both:
            side = style.axes(fig, 430.0, _BELOW, 20.0, _ABOVE)
            side.hist(found.slopes, bins=12, color=_BAND)
            side.axvline(1.0, color=style.GREY[0], linewidth=0.8, linestyle=(0, (4, 3)))
            side.set_xlabel("slope", loc="left")
            side.set_title("blocks on estimates: realisations")
    return fig


def histogram_graph(found: Histogram, unit: str) -> Figure:
    """Quantiles of realisations over those of samples, and both as cumulative shares."""
    with style.look():
        fig = style.figure(_WIDTH, 340.0)
        ax = style.axes(fig, _LEFT, _BELOW, 348.0, _ABOVE)
        low, high = np.percentile(found.realised, [5.0, 95.0], axis=0)
        q = found.quantiles
        ax.fill_between(q, low, high, color=_BAND, linewidth=0, label="90 % of realisations")
        ax.plot(q, np.median(found.realised, axis=0), color=_LINE, linewidth=1.6, label="median")
        ax.plot([q[0], q[-1]], [q[0], q[-1]], color=style.GREY[2], linewidth=0.8)
        ax.set_xlabel(f"declustered samples, {unit}", loc="left")
        ax.set_title(f"quantiles of realisations, {unit}")
        ax.legend(loc="upper left")
        ax = style.axes(fig, 380.0, _BELOW, 20.0, _ABOVE)
        low, high = np.percentile(found.reached, [5.0, 95.0], axis=0)
        ax.fill_between(q, 100 * low, 100 * high, color=_BAND, linewidth=0)
        ax.plot(q, 100 * found.reached.mean(axis=0), color=_LINE, linewidth=1.6,
                label="realisations")  # fmt: skip
        ax.plot(q, 100 * PROBABILITIES, "o", color=style.GREY[0], markersize=3, label="samples")
        ax.set_xlabel(unit, loc="left")
        ax.set_title("share at or below, %")
        ax.legend(loc="lower right")
    return fig


def variogram_graph(found: list[Continuity]) -> Figure | None:
    """Variograms of realisations along the grid's axes, and the model's."""
    if not found:
        return None
    n = len(found)
    wide = (_WIDTH - _LEFT - 20.0 - 46.0 * (n - 1)) / n
    with style.look():
        fig = style.figure(_WIDTH, 280.0)
        for k, one in enumerate(found):
            left = _LEFT + k * (wide + 46.0)
            ax = style.axes(fig, left, _BELOW, _WIDTH - left - wide, _ABOVE)
            low, high = np.percentile(one.realised, [5.0, 95.0], axis=0)
            ax.fill_between(one.lags_m, low, high, color=_BAND, linewidth=0, label="90 %")
            ax.plot(one.lags_m, one.realised.mean(axis=0), color=_LINE, linewidth=1.6,
                    label="mean")  # fmt: skip
            ax.plot(one.lags_m, one.model, color=_ESTIMATE, linewidth=1.4, linestyle=(0, (4, 2)),
                    label="model")  # fmt: skip
            ax.plot(one.lags_m, one.nearest, color=_NEAREST, linewidth=1.2, linestyle=(0, (1, 2)),
                    label="nearest")  # fmt: skip
            ax.set_ylim(bottom=0.0)
            ax.set_xlim(left=0.0)
            ax.set_xlabel(f"lag along {one.axis}, m", loc="left")
            ax.set_title("semivariance over sill" if k == 0 else "")
            ax.xaxis.set_major_formatter("{x:,.0f}")
            if k == 0:
                ax.legend(loc="lower right")
    return fig


def tonnage_graph(found: Findings) -> Figure | None:
    """Grade-tonnage curves of every support: share of rock above, and its grade below."""
    made = found.curves
    if made is None:
        return None
    unit = found.subject.ground.unit
    listed = [
        (made.samples, style.GREY[0], (0, (1, 2))),
        (made.nearest, _NEAREST, (0, (4, 2))),
        (made.blocks, style.COPPER[2], (0, (6, 2))),
        (made.estimate, _ESTIMATE, "-"),
    ]
    with style.look():
        fig = style.figure(_WIDTH, 390.0)
        for k, kind in enumerate(("share", "grade")):
            left = _LEFT + k * 310.0
            ax = style.axes(fig, left, 92.0, _WIDTH - left - 250.0, _ABOVE)
            factor = 100.0 if kind == "share" else 1.0
            if made.realised is not None:
                low, high = _band(getattr(made.realised, kind))
                ax.fill_between(made.cutoffs, factor * low, factor * high, color=_BAND, linewidth=0,
                                label="realisations, 90 %")  # fmt: skip
            for one, colour, dashes in listed:
                if one is not None:
                    ax.plot(made.cutoffs, factor * getattr(one, kind), color=colour,
                            linewidth=1.5, linestyle=dashes, label=one.name)  # fmt: skip
            ax.set_xlabel(f"cut-off, {unit}", loc="left")
            ax.set_title("share of rock, %" if kind == "share" else f"mean grade above, {unit}")
            ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]) if kind == "share" else None)
            if k == 0:
                handles, labels = ax.get_legend_handles_labels()
        fig.legend(handles, labels, loc="lower left", ncols=3, bbox_to_anchor=(0.02, 0.0))
    return fig


def _band(values: _F8) -> tuple[_F8, _F8]:
    """5th and 95th percentile of those realisations that have ore; NaN where few have."""
    out = np.full((2, values.shape[1]), np.nan)
    known = np.isfinite(values)
    for c in np.flatnonzero(known.mean(axis=0) >= 0.5):
        out[:, c] = np.percentile(values[known[:, c], c], [5.0, 95.0])
    return out[0], out[1]


def validation_graph(found: Findings) -> Figure | None:
    """Samples over their estimates from the others, and errors in kriging deviations.

    ``None`` where fewer than three were validated.
    """
    pairs = found.validated
    if pairs is None or len(pairs.truth) < 3:
        return None
    unit = found.subject.ground.unit
    known = pairs.standardised[~np.isnan(pairs.standardised)]
    with style.look():
        fig = style.figure(_WIDTH, 340.0)
        ax = style.axes(fig, _LEFT, _BELOW, 320.0, _ABOVE)
        # a drawing of thousands of dots is heavy, and says no more than the map of their number
        if len(pairs.truth) > _MOST_DOTS:
            ax.hexbin(pairs.estimate, pairs.truth, gridsize=40, mincnt=1, cmap=_shades(),
                      bins="log", linewidths=0)  # fmt: skip
        else:
            ax.plot(pairs.estimate, pairs.truth, "o", color=_LINE, markersize=3, alpha=0.6,
                    markeredgewidth=0)  # fmt: skip
        top = float(max(pairs.estimate.max(), pairs.truth.max()))
        low = float(min(pairs.estimate.min(), pairs.truth.min()))
        ax.plot([low, top], [low, top], color=style.GREY[2], linewidth=0.8)
        ax.set_xlabel(f"estimate without it, {unit}", loc="left")
        ax.set_title(f"samples, {unit}")
        if known.size:
            side = style.axes(fig, 390.0, _BELOW, 20.0, _ABOVE)
            side.hist(np.clip(known, -5.0, 5.0), bins=40, range=(-5.0, 5.0), density=True,
                      color=_BAND)  # fmt: skip
            at = np.linspace(-5.0, 5.0, 101)
            bell = np.exp(-0.5 * at**2) / np.sqrt(2 * np.pi)
            side.plot(at, bell, color=style.GREY[1], linewidth=1.0)
            side.set_xlabel("error in kriging deviations", loc="left")
            side.set_title("density; line: normal")
    return fig


def _shades() -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("water", list(reversed(style.WATER)))


def quality_graph(tonnes: _F8, slope: _F8, efficiency: _F8 | None) -> Figure:
    """Tonnes by slope of regression and by kriging efficiency.

    Parameters
    ----------
    tonnes, slope, efficiency : ndarray of shape (n,)
        Of blocks; those without tonnes are left out.
    """
    kept = tonnes > 0
    listed = [("slope of regression", slope)]
    if efficiency is not None:
        listed.append(("kriging efficiency", efficiency))
    with style.look():
        fig = style.figure(_WIDTH, 260.0)
        for k, (name, values) in enumerate(listed):
            left = _LEFT + k * 300.0
            ax = style.axes(fig, left, _BELOW, _WIDTH - left - 250.0, _ABOVE)
            low = float(np.clip(values[kept].min(), -0.5, 0.0))
            ax.hist(np.clip(values[kept], low, 1.2), bins=28, weights=tonnes[kept] / 1e6,
                    range=(low, max(1.0, float(min(values[kept].max(), 1.2)))),
                    color=(_LINE, style.COPPER[2])[k])  # fmt: skip
            ax.set_xlabel(name, loc="left")
            ax.set_title("rock, Mt" if k == 0 else "")
    return fig


def check_figures(
    found: Findings, slope: _F8 | None, efficiency: _F8 | None
) -> dict[str, tuple[Figure, str]]:
    """Every figure of a domain that there is, with what it shows.

    Parameters
    ----------
    found : Findings
        What was found of it.
    slope : ndarray of shape (n,) or None
        Of regression, by block.
    efficiency : ndarray of shape (n,) or None
        Of kriging, by block.
    """
    unit = found.subject.ground.unit
    shown: dict[str, tuple[Figure | None, str]] = {
        "check_swaths": (
            swath_graph(found),
            "Means of slices across the grid's own axes: estimate, nearest neighbours, declustered "
            "samples, and the band of realisations.",
        ),
        "check_local": (
            local_graph(found),
            "Panels that hold samples: the nearest-neighbour model over the estimate; on the right "
            "the slope of blocks' grades on estimates in each realisation, one where rich blocks "
            "are as rich as they are thought to be.",
        ),
        "check_histogram": (
            histogram_graph(found.histogram, unit) if found.histogram else None,
            "Distribution of realisations against declustered samples.",
        ),
        "check_variogram": (
            variogram_graph(found.continuity),
            "Semivariance of realisations along the grid's axes, over the sill, and the model's; "
            "dots: the nearest-neighbour model's on the same pairs, above one where the deposit "
            "has a trend.",
        ),
        "check_tonnage": (
            tonnage_graph(found),
            "Grade-tonnage curves of samples, nearest neighbours, blocks in theory, the estimate "
            "and realisations: the gap between estimate and realisations is the smoothing.",
        ),
        "check_validation": (
            validation_graph(found),
            "Cross-validation: samples over what the others make of them, and the errors in "
            "kriging standard deviations.",
        ),
        "check_quality": (
            quality_graph(found.subject.tonnes, slope, efficiency) if slope is not None else None,
            "Rock by slope of regression and kriging efficiency.",
        ),
    }
    return {name: (fig, text) for name, (fig, text) in shown.items() if fig is not None}
