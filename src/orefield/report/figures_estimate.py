"""How good an estimate is: cross-validation, and what changes with the neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from orefield.deposit.estimation import CrossValidation, NeighbourhoodCase
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE, _LEFT, _RIGHT, _BELOW, _ABOVE = 250.0, 56.0, 24.0, 44.0, 54.0
_MOST_POINTS = 4000
_BINS = 25


def cross_validation_svg(found: CrossValidation, title: str, unit: str) -> str:
    """Truth against estimate, and standardised errors beside the normal law, as an SVG file.

    Parameters
    ----------
    found : CrossValidation
        With one estimate at least.
    title : str
        Over the figure.
    unit : str
        What the value is called.
    """
    there = found.estimates.estimated
    z, truth = found.estimates.value[there], found.truth[there]
    errors = found.standardised[~np.isnan(found.standardised)]
    panels = 2 if errors.size else 1
    width, height = panels * (_SIDE + _LEFT + _RIGHT), _SIDE + _BELOW + _ABOVE
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, _LEFT, _BELOW, width - _LEFT - _SIDE, _ABOVE)
        _scatter(ax, z, truth, found.summary()["slope"], unit)
        if errors.size:
            left = _SIDE + 2 * _LEFT + _RIGHT
            ax = style.axes(fig, left, _BELOW, width - left - _SIDE, _ABOVE)
            _histogram(ax, errors, found.summary()["standardised_variance"])
        fig.text(_LEFT / width, 1 - 14.0 / height, title, va="center", weight="bold", size=12.0)
        return style.svg_file(fig, f"orefield cross-validation {title}")


def _scatter(ax: Axes, z: np.ndarray, truth: np.ndarray, slope: float | None, unit: str) -> None:
    shown = np.arange(len(z))
    if len(shown) > _MOST_POINTS:
        shown = np.linspace(0, len(z) - 1, _MOST_POINTS).round().astype(int)
    # a few high assays must not press all others into a corner
    low, high = min(z.min(), truth.min()), float(np.quantile(truth, 0.998))
    high = max(high, float(np.quantile(z, 0.998)), low + 1e-12)
    ends = np.array([low, high])
    ax.plot(z[shown], truth[shown], ".", color=style.WATER[2], markersize=2.5, alpha=0.5)
    ax.plot(ends, ends, color=style.GREY[2], linewidth=0.9)
    said = "regression of truths on estimates: none"
    if slope is not None:
        line = truth.mean() + slope * (ends - z.mean())
        ax.plot(ends, line, color=style.COPPER[1], linewidth=1.6)
        said = f"slope {slope:.2f} (copper line); grey: 1"
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.set_xlabel(f"estimate without it, {unit}", loc="left")
    ax.set_ylabel(f"sample, {unit}", loc="bottom")
    ax.set_title(said, weight="normal")


def _histogram(ax: Axes, errors: np.ndarray, variance: float) -> None:
    edges = np.linspace(-4, 4, _BINS + 1)
    share, _ = np.histogram(np.clip(errors, -4, 4), edges)
    ax.bar(
        edges[:-1], share / errors.size / (edges[1] - edges[0]), width=edges[1] - edges[0],
        align="edge", color=style.WATER[3], edgecolor=style.PAPER, linewidth=0.6,
    )  # fmt: skip
    x = np.linspace(-4, 4, 161)
    ax.plot(x, np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi), color=style.COPPER[1], linewidth=1.6)
    ax.set_xlim(-4, 4)
    ax.set_xlabel("error in kriging standard deviations (ends: beyond)", loc="left")
    ax.set_ylabel("density", loc="bottom")
    ax.set_title(f"variance {variance:.2f}; line: normal law", weight="normal")


def neighbourhood_svg(cases: Sequence[NeighbourhoodCase], title: str) -> str:
    """Slope, efficiency and share estimated of every case, a panel each thing varied, as SVG.

    Parameters
    ----------
    cases : sequence of NeighbourhoodCase
        The first is the plan.
    title : str
        Over the figure.
    """
    groups = [(what, list(rows)) for what, rows in groupby(cases[1:], key=lambda c: c.what)]
    groups = groups or [("plan", list(cases))]
    width = len(groups) * (_SIDE * 0.8 + _LEFT)
    height = 190.0 + _ABOVE + 62.0
    low = min([0.0, *(c.efficiency for c in cases if c.estimated > 0)])
    with style.look():
        fig = style.figure(width, height)
        for k, (what, rows) in enumerate(groups):
            left = k * (_SIDE * 0.8 + _LEFT) + _LEFT * 0.7
            ax = style.axes(fig, left, 62.0, width - left - _SIDE * 0.8, _ABOVE)
            at = np.arange(len(rows))
            for key, colour in (
                ("slope", style.COPPER[1]), ("efficiency", style.WATER[1]),
                ("estimated", style.GREY[3]),
            ):  # fmt: skip
                line = [getattr(c, key) for c in rows]
                ax.plot(at, line, "o-", color=colour, markersize=4, linewidth=1.4)
                if k == 0:
                    place = {"slope": 0.0, "efficiency": 0.22, "estimated": 0.55}[key]
                    ax.text(
                        place, 1.03, key if key != "estimated" else "share estimated",
                        transform=ax.transAxes, color=colour, va="bottom",
                    )  # fmt: skip
            ax.axhline(cases[0].slope, color=style.COPPER[3], linewidth=0.8, linestyle="--")
            ax.axhline(cases[0].efficiency, color=style.WATER[3], linewidth=0.8, linestyle="--")
            ax.set_ylim(low - 0.03, 1.03)
            ax.set_xlim(-0.3, len(rows) - 0.7)
            tilt = 25 if max(len(c.setting) for c in rows) > 4 else 0
            ax.set_xticks(at, [c.setting for c in rows])
            if tilt:
                ax.tick_params(axis="x", rotation=tilt)
                for label in ax.get_xticklabels():
                    label.set_horizontalalignment("right")
            ax.set_xlabel(what, loc="left")
        fig.text(
            _LEFT * 0.7 / width, 1 - 14.0 / height, f"{title} (dashed: the plan)", va="center",
            weight="bold", size=12.0,
        )  # fmt: skip
        return style.svg_file(fig, f"orefield neighbourhood {title}")
