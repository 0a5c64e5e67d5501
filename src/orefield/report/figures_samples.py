"""Samples as graphs: distributions, declustering, top-cuts, contacts, correlations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.deposit.statistics import (
    Contact,
    Correlations,
    Declustering,
    TopCuts,
    cumulative,
    histogram,
    summarise,
)
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]

_WIDTH, _HEIGHT = 640.0, 360.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 56.0, 20.0, 44.0, 28.0
_HEAD = 26.0
_SHARES = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_MOST_POINTS = 600
_READABLE = 0.995
_MOST_PAIRS, _ACROSS, _PANEL = 12, 4, 220.0
_MOST_DOTS = 2000


def distribution_graph(
    values: _F8, weights: _F8, lengths: _F8, title: str, bins: int, logarithmic: bool
) -> Figure:
    """A histogram, and a probability plot beside it; with and without declustering.

    Parameters
    ----------
    values, weights, lengths : ndarray of shape (n,)
        Measured values; final weights; weights before declustering.
    title : str
        Over both.
    bins : int
        Of the histogram.
    logarithmic : bool
        Classes of equal width in logarithms. The probability plot is logarithmic wherever
        there are values above zero, and shows those.
    """
    with style.look():
        fig = style.figure(1.5 * _WIDTH, _HEIGHT + _HEAD)
        half = 0.75 * _WIDTH
        left = style.axes(fig, _LEFT, _BELOW, half + _RIGHT, _ABOVE + _HEAD)
        right = style.axes(fig, half + _LEFT, _BELOW, _RIGHT, _ABOVE + _HEAD)
        logs = logarithmic and bool((values > 0).any())
        cut = _readable(values)
        if logs or cut >= values.max():
            edges, share = histogram(values, weights, bins=bins, logarithmic=logs)
        else:  # a few values far out would leave one class for all others
            edges = np.linspace(values.min(), cut, bins + 1)
            share = np.histogram(values, edges, weights=weights)[0] / weights.sum()
        naive = np.histogram(values, edges, weights=lengths)[0] / lengths.sum()
        left.bar(edges[:-1], 100 * share, np.diff(edges), align="edge", color=style.COPPER[3],
                 edgecolor=style.PAPER, linewidth=0.5, label="declustered")  # fmt: skip
        left.stairs(100 * naive, edges, color=style.GREY[1], linewidth=1.0, label="naive")
        mean = summarise(values, weights).mean
        if not logs or mean > 0:
            left.axvline(mean, color=style.WATER[1], linewidth=1.4, label=f"mean {mean:.4g}")
        left.set_title("share of the weight, %")
        left.grid(axis="y")
        left.legend(loc="upper right")
        if logs:
            _logarithmic(left)
        elif cut < values.max():
            over = float(weights[values > cut].sum() / weights.sum())
            left.set_xlim(edges[0], cut)
            left.text(1.0, 0.6, f"{over:.2%} above {cut:.4g}", transform=left.transAxes,
                      ha="right", color=style.GREY[1])  # fmt: skip
        _probability(right, values, weights, style.COPPER[2], "declustered")
        _probability(right, values, lengths, style.GREY[2], "naive")
        right.set_title("share of the weight below, %")
        right.legend(loc="upper left")
        fig.text(_LEFT / (1.5 * _WIDTH), 1 - 14 / (_HEIGHT + _HEAD), title, va="center",
                 weight="bold", size=12.0)  # fmt: skip
    return fig


def _readable(values: _F8) -> float:
    """Where a histogram ends: the largest value, or the 99.5 % quantile where that is far off."""
    far = float(np.quantile(values, _READABLE))
    low, high = float(values.min()), float(values.max())
    return far if low < far and high - low > 2.0 * (far - low) else high


def _logarithmic(ax: Axes) -> None:
    ax.set_xscale("log")
    _decades(ax.xaxis, *ax.get_xlim())


def _decades(axis: Axis, low: float, high: float) -> None:
    """Decades, and where there are few of them 2 and 5 too, in plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < 300.0 else (1.0,)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")


def _probability(ax: Axes, values: _F8, weights: _F8, colour: str, label: str) -> None:
    v, share = cumulative(values, weights)
    logs = bool((v > 0).any())
    use = (share > 0) & (share < 1) & ((v > 0) if logs else True)
    v, share = v[use], share[use]
    if len(v) > _MOST_POINTS:  # evenly along the probability axis, where the eye reads them
        z = special.ndtri(share)
        pick = np.unique(np.searchsorted(z, np.linspace(z[0], z[-1], _MOST_POINTS)))
        v, share = v[np.minimum(pick, len(v) - 1)], share[np.minimum(pick, len(v) - 1)]
    ax.plot(v, special.ndtri(share), ".", color=colour, markersize=3.5, label=label)
    if logs:
        _logarithmic(ax)
    at = special.ndtri(np.array(_SHARES))
    ax.set_yticks(at, [f"{100 * s:g}" for s in _SHARES])
    ax.set_ylim(at[0] - 0.3, at[-1] + 0.3)
    ax.grid(visible=True)


def declustering_graph(found: Declustering, title: str) -> Figure:
    """The mean against the size of cells, and the size kept."""
    with style.look():
        fig = style.figure(_WIDTH, _HEIGHT)
        ax = style.axes(fig, _LEFT, _BELOW, _RIGHT, _ABOVE)
        ax.grid(axis="y")
        ax.plot(found.sizes_m, found.means, "o-", color=style.COPPER[2], markersize=4)
        ax.axhline(found.naive, color=style.GREY[2], linestyle=(0, (4, 3)), linewidth=1.0,
                   label=f"naive {found.naive:.4g}")  # fmt: skip
        if found.size_m > 0:
            ax.plot(found.size_m, found.mean, "o", color=style.WATER[1], markersize=8,
                    label=f"kept: {found.mean:.4g} with cells of {found.size_m:.4g} m")  # fmt: skip
        _logarithmic(ax)
        ax.set_xlabel("size of cells, m", loc="left")
        ax.set_title(f"{title}: declustered mean")
        ax.legend(loc="best")
    return fig


def top_cuts_graph(found: TopCuts, title: str) -> Figure:
    """Metal lost and coefficient of variation against the cut."""
    with style.look():
        fig = style.figure(_WIDTH, _HEIGHT)
        ax = style.axes(fig, _LEFT, _BELOW, _LEFT, _ABOVE)
        other = ax.twinx()
        ax.grid(axis="y")
        ax.plot(found.cut, 100 * found.metal_lost, "o-", color=style.COPPER[2], markersize=4,
                label="metal lost, % (left)")  # fmt: skip
        other.plot(found.cut, found.cv, "s-", color=style.WATER[1], markersize=4,
                   label="coefficient of variation (right)")  # fmt: skip
        other.grid(visible=False)
        ax.set_ylim(bottom=0.0)
        other.set_ylim(bottom=0.0)
        ax.set_xlabel("top-cut", loc="left")
        ax.set_title(f"{title}: what a cut takes away")
        lines = [*ax.get_lines(), *other.get_lines()]
        ax.legend(lines, [str(line.get_label()) for line in lines], loc="center right")
    return fig


def contact_graph(found: Contact, title: str) -> Figure:
    """Mean grade by distance to the boundary, with the number of samples below."""
    with style.look():
        fig = style.figure(_WIDTH, _HEIGHT)
        lower = 70.0
        ax = style.axes(fig, _LEFT, _BELOW + lower, _RIGHT, _ABOVE)
        count = style.axes(fig, _LEFT, _BELOW, _RIGHT, _HEIGHT - _BELOW - lower + 18.0)
        at = 0.5 * (found.low_m + found.high_m)
        width = found.high_m - found.low_m
        for side, colour in ((at < 0, style.COPPER[1]), (at > 0, style.WATER[1])):
            use = side & (found.count > 0)
            ax.plot(at[use], found.mean[use], "o-", color=colour, markersize=5)
            count.bar(at[side], found.count[side], 0.9 * width[side], color=colour, alpha=0.6)
        for axes in (ax, count):
            axes.axvline(0.0, color=style.GREY[1], linewidth=1.0)
            axes.set_xlim(found.low_m[0], found.high_m[-1])
            axes.grid(axis="y")
        ax.set_ylim(bottom=min(0.0, float(np.nanmin(found.mean))))
        ax.tick_params(labelbottom=False)
        ax.set_title(f"{title}: mean grade, {found.contacts:,} crossings")
        count.set_xlabel("distance along the hole, m (left: inside); bars: samples", loc="left")
    return fig


def correlations_graph(
    found: Correlations, values: Mapping[str, _F8], title: str, logarithmic: bool
) -> Figure:
    """Every two values against each other; of many, those that go together most.

    Parameters
    ----------
    found : Correlations
        Of two values or more.
    values : mapping of str to ndarray of shape (n,)
        All of ``found.names``; NaN where not measured.
    title : str
        Over all panels.
    logarithmic : bool
        Axes of logarithms; samples of which a value is at or below zero are then not shown.
    """
    pairs = [(i, j) for i in range(len(found.names)) for j in range(i)]
    strength = np.nan_to_num(np.abs(found.spearman), nan=-1.0)
    shown = sorted(pairs, key=lambda p: -strength[p])[:_MOST_PAIRS]
    across = min(_ACROSS, len(shown))
    down = math.ceil(len(shown) / across)
    wide, tall = _PANEL + _LEFT + _RIGHT, _PANEL + _BELOW + _ABOVE + 14.0
    width, height = across * wide, down * tall + 2 * _HEAD
    with style.look():
        fig = style.figure(width, height)
        for k, (i, j) in enumerate(shown):
            row, column = divmod(k, across)
            left, above = column * wide + _LEFT, _HEAD + row * tall + _ABOVE + 14.0
            ax = style.axes(fig, left, height - above - _PANEL, width - left - _PANEL, above)
            _scatter(ax, values[found.names[j]], values[found.names[i]], logarithmic)
            ax.set_xlabel(found.names[j], loc="left")
            ax.set_title(f"{found.names[i]}\n{_strength(found, i, j)}")
        fig.text(_LEFT / width, 1 - 14 / height, title, va="center", weight="bold", size=12.0)
        said = []
        if len(shown) < len(pairs):
            said.append(f"{len(shown)} of {len(pairs)} pairs, highest rank correlation first")
        if max(found.counts[i, j] for i, j in shown) > _MOST_DOTS:
            said.append(f"at most {_MOST_DOTS:,} samples drawn, taken evenly")
        fig.text(_LEFT / width, 12 / height, "; ".join(said), va="center", color=style.GREY[1])
    return fig


def _strength(found: Correlations, i: int, j: int) -> str:
    n = f"n {found.counts[i, j]:,}"
    if math.isnan(found.pearson[i, j]):
        return f"no correlation, {n}"
    return f"r {found.pearson[i, j]:.2f}, of ranks {found.spearman[i, j]:.2f}, {n}"


def _scatter(ax: Axes, x: _F8, y: _F8, logarithmic: bool) -> None:
    use = ~np.isnan(x + y)
    shown = use & (x > 0) & (y > 0) if logarithmic else use
    ax.grid(visible=True)
    if not shown.any():
        ax.grid(visible=False)
        ax.set_xticks([])
        ax.set_yticks([])
        why = "no sample has both above zero" if use.any() else "no sample has both"
        ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", color=style.GREY[1])
        return
    hidden = int(use.sum() - shown.sum())
    x, y = x[shown], y[shown]
    pick = np.unique(np.linspace(0, x.size - 1, min(x.size, _MOST_DOTS)).astype(np.int64))
    ax.plot(x[pick], y[pick], ".", color=style.COPPER[2], markersize=3.0, alpha=0.6)
    if logarithmic:
        ax.set_xscale("log")
        ax.set_yscale("log")
        _decades(ax.xaxis, *ax.get_xlim())
        _decades(ax.yaxis, *ax.get_ylim())
        _aside(ax, f"{hidden:,} not above zero" if hidden else "")
        return
    ends = (_readable(x), _readable(y))
    beyond = int(((x > ends[0]) | (y > ends[1])).sum())
    if beyond:
        for v, end, limit in ((x, ends[0], ax.set_xlim), (y, ends[1], ax.set_ylim)):
            margin = 0.04 * (end - float(v.min()))
            limit(float(v.min()) - margin, end + margin)
    _aside(ax, f"{beyond:,} beyond" if beyond else "")


def _aside(ax: Axes, text: str) -> None:
    """Words in the corner that few points come to, legible where some do."""
    if text:
        ax.text(0.98, 0.02, text, transform=ax.transAxes, ha="right", color=style.GREY[1],
                bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
                )  # fmt: skip


def distribution_svg(
    values: _F8, weights: _F8, lengths: _F8, title: str, bins: int, logarithmic: bool
) -> str:
    """:func:`distribution_graph` as an SVG file, the same byte by byte each time."""
    fig = distribution_graph(values, weights, lengths, title, bins, logarithmic)
    return style.svg_file(fig, f"orefield distribution {title}")


def declustering_svg(found: Declustering, title: str) -> str:
    """:func:`declustering_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(declustering_graph(found, title), f"orefield declustering {title}")


def top_cuts_svg(found: TopCuts, title: str) -> str:
    """:func:`top_cuts_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(top_cuts_graph(found, title), f"orefield top cuts {title}")


def contact_svg(found: Contact, title: str) -> str:
    """:func:`contact_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(contact_graph(found, title), f"orefield contact {title}")


def correlations_svg(
    found: Correlations, values: Mapping[str, _F8], title: str, logarithmic: bool
) -> str:
    """:func:`correlations_graph` as an SVG file, the same byte by byte each time."""
    fig = correlations_graph(found, values, title, logarithmic)
    return style.svg_file(fig, f"orefield correlations {title}")
