"""Drill planning: new and old holes over what is not known, and errors against spacing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]

_SIDE = 330.0
_DOT_PX = 1.5
"""Samples nearer to each other than this are one dot."""

_LEFT, _GAP, _RIGHT, _ABOVE, _BELOW = 66.0, 26.0, 84.0, 30.0, 66.0


def plan_map(
    grid: Grid,
    maps: Mapping[str, _F8],
    unit: str,
    existing_m: _F8,
    collars_m: _F8,
    ends_m: _F8,
) -> Figure:
    """Uncertainty of columns of blocks in plan before and after, with holes.

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    maps : mapping of str to ndarray of shape (ny, nx)
        Standard errors by title, on one scale; NaN where there is no region.
    unit : str
        Of the errors.
    existing_m : ndarray of shape (s, 2) or (s, 3)
        Places of samples there are.
    collars_m, ends_m : ndarray of shape (p, 3)
        Of new holes, in the order of drilling.
    """
    from matplotlib.colors import LinearSegmentedColormap

    nx, ny, _ = grid.shape
    x, y = np.meshgrid(np.arange(nx + 1) * grid.size[0], np.arange(ny + 1) * grid.size[1])
    nodes = grid.to_world(np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)]))
    east, north = nodes[:, 0].reshape(x.shape), nodes[:, 1].reshape(x.shape)
    # what is shown is the region and the new holes, not all of the grid
    shown = np.logical_or.reduce([np.isfinite(m) for m in maps.values()])
    own = np.zeros(x.shape, dtype=np.bool_)
    for dy in (0, 1):
        for dx in (0, 1):
            own[dy : ny + dy, dx : nx + dx] |= shown
    region = np.column_stack([east[own], north[own]])
    every = np.concatenate([region, collars_m[:, :2], ends_m[:, :2]])
    low, high = every.min(axis=0), every.max(axis=0)
    pad = 0.05 * float((high - low).max())
    low, high = low - pad, high + pad
    wide, tall = high - low
    scale = _SIDE / max(wide, tall)
    width, height = max(wide * scale, 150.0), max(tall * scale, 150.0)
    n = len(maps)
    top = max(float(np.nanmax(m)) for m in maps.values())
    colours = LinearSegmentedColormap.from_list("error", [style.WATER[4], style.WATER[1]])
    dots = _dots(existing_m[:, :2], low, high, _DOT_PX / scale)
    total = _LEFT + n * width + (n - 1) * _GAP + _RIGHT
    with style.look():
        fig = style.figure(total, _ABOVE + height + _BELOW)
        for k, (title, values) in enumerate(maps.items()):
            left = _LEFT + k * (width + _GAP)
            ax = style.axes(fig, left, _BELOW, total - left - width, _ABOVE)
            mesh = ax.pcolormesh(
                east, north, np.ma.masked_invalid(values), cmap=colours, vmin=0.0, vmax=top,
                rasterized=True,
            )  # fmt: skip
            ax.plot(
                dots[:, 0], dots[:, 1], ".", color=style.GREY[1], markersize=2.5,
                label="samples there are",
            )  # fmt: skip
            for a, b in zip(collars_m, ends_m, strict=True):
                ax.plot([a[0], b[0]], [a[1], b[1]], color=style.COPPER[0], linewidth=1.4)
            ax.plot(
                collars_m[:, 0], collars_m[:, 1], "o", color=style.COPPER[1], markersize=5,
                markeredgecolor=style.PAPER, label="new holes, in order",
            )  # fmt: skip
            if k == n - 1:
                _numbers(ax, collars_m)
            ax.set_xlim(low[0], high[0])
            ax.set_ylim(low[1], high[1])
            ax.set_aspect("equal")
            ax.set_title(title)
            _ticks(ax, last=k > 0)
        bar = style.axes(fig, total - _RIGHT + 16.0, _BELOW, _RIGHT - 26.0, _ABOVE)
        fig.colorbar(mesh, cax=bar).outline.set_visible(False)
        bar.set_title(unit)
        handles, labels = ax.get_legend_handles_labels()
        fig.legend(
            handles, labels, loc="lower left", ncols=2, bbox_to_anchor=(0.0, 0.0),
            borderaxespad=0.4,
        )  # fmt: skip
    return fig


def uncertainty_graph(
    metres: _F8, gains: _F8, bound: float, infill: Sequence[tuple[float, float]]
) -> Figure:
    """Share of what is not known that holes take, by metres.

    Parameters
    ----------
    metres, gains : ndarray of shape (p,)
        So far, after each hole; gains as shares of all that could be gained.
    bound : float
        What no plan of the last metres takes more than.
    infill : sequence of (float, float)
        Metres and gains of regular patterns.
    """
    with style.look():
        fig = style.figure(560.0, 340.0)
        ax = style.axes(fig, 52.0, 66.0, 20.0, 28.0)
        ax.plot(
            np.concatenate([[0.0], metres]), 100 * np.concatenate([[0.0], gains]), "o-",
            color=style.COPPER[1], markersize=4, linewidth=1.6, label="holes as planned",
        )  # fmt: skip
        ax.axhline(
            100 * bound, color=style.GREY[1], linewidth=1.0, linestyle=(0, (4, 3)),
            label="no plan of these metres takes more",
        )  # fmt: skip
        if infill:
            x, y = np.array(infill).T
            ax.plot(x, 100 * y, "s", color=style.WATER[1], markersize=5, label="regular infill")
        ax.set_xlim(0.0, 1.04 * float(metres[-1]))
        ax.set_ylim(0.0, 100.0)
        ax.set_xlabel("metres drilled", loc="left")
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.set_title("share of what is not known that is taken, %")
        fig.legend(*ax.get_legend_handles_labels(), loc="lower left", ncols=3)
    return fig


def spacing_graph(spacings_m: _F8, errors: Mapping[str, _F8], within: float) -> Figure:
    """Errors of production by spacing.

    Parameters
    ----------
    spacings_m : ndarray of shape (s,)
        Square root of dx dy.
    errors : mapping of str to ndarray of shape (s,)
        Half-widths as shares, by period.
    within : float
        The limit.
    """
    order = np.argsort(spacings_m, kind="stable")
    shades = (style.WATER[1], style.COPPER[1])
    with style.look():
        fig = style.figure(560.0, 320.0)
        ax = style.axes(fig, 52.0, 46.0, 20.0, 28.0)
        for k, (name, found) in enumerate(errors.items()):
            ax.plot(
                spacings_m[order], 100 * found[order], "o-", color=shades[k % 2], markersize=4,
                linewidth=1.6, label=name,
            )  # fmt: skip
        ax.axhline(100 * within, color=style.GREY[1], linewidth=1.0, linestyle=(0, (4, 3)))
        ax.set_ylim(0.0, 1.08 * 100 * max(within, *(float(e.max()) for e in errors.values())))
        ax.set_xlim(0.0, None)
        ax.set_xlabel("spacing, m (square root of dx dy)", loc="left")
        ax.set_title("half-width of tonnes x grade, %; dashes: the limit")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, 0.98))
    return fig


def plan_map_svg(
    grid: Grid,
    maps: Mapping[str, _F8],
    unit: str,
    existing_m: _F8,
    collars_m: _F8,
    ends_m: _F8,
) -> str:
    """:func:`plan_map` as an SVG file."""
    fig = plan_map(grid, maps, unit, existing_m, collars_m, ends_m)
    return style.svg_file(fig, "orefield drilling plan")


def uncertainty_svg(
    metres: _F8, gains: _F8, bound: float, infill: Sequence[tuple[float, float]]
) -> str:
    """:func:`uncertainty_graph` as an SVG file."""
    return style.svg_file(
        uncertainty_graph(metres, gains, bound, infill), "orefield drilling uncertainty"
    )


def spacing_svg(spacings_m: _F8, errors: Mapping[str, _F8], within: float) -> str:
    """:func:`spacing_graph` as an SVG file."""
    return style.svg_file(spacing_graph(spacings_m, errors, within), "orefield drilling spacing")


def _dots(places: _F8, low: _F8, high: _F8, apart: float) -> _F8:
    """Of places (s, 2) in a window, one in each square of a side: more look the same."""
    inside = places[((places >= low) & (places <= high)).all(axis=1)]
    _, first = np.unique(np.floor((inside - low) / apart), axis=0, return_index=True)
    return inside[np.sort(first)]


def _numbers(ax: Axes, collars: _F8) -> None:
    for i, place in enumerate(collars):
        ax.annotate(
            str(i + 1), (float(place[0]), float(place[1])), xytext=(5, 3),
            textcoords="offset points", color=style.GREY[0], fontsize=style.FONT_PX - 1,
        )  # fmt: skip


def _ticks(ax: Axes, *, last: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("east, m", loc="left")
    if last:
        ax.set_yticklabels([])
    else:
        ax.set_ylabel("north, m")
