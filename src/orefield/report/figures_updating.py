"""What readings have changed: maps of a bench before and after, and readings over time."""

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

_PANEL, _GAP, _LEFT, _RIGHT = 210.0, 22.0, 52.0, 12.0
_ABOVE, _BAR, _TIME, _BELOW = 28.0, 48.0, 150.0, 64.0
_MOST_SENSORS = 6


def update_graph(
    grid: Grid,
    fields: Mapping[str, NDArray[np.generic]],
    readings: Sequence[tuple[str, float, float, bool]],
    unit: str,
) -> Figure:
    """The bench with most blocks seen, before and after; and what readings were off by.

    Maps are along the grid's own axes. Dots in the maps are blocks that a reading was of.

    Parameters
    ----------
    grid : Grid
        Where blocks are.
    fields : mapping of str to array, shape (n,)
        ``before``, ``after`` means; ``before_sd``, ``after_sd`` spreads; ``seen`` 0 or 1.
    readings : sequence of (str, float, float, bool)
        Sensor, days since the first reading, off in standard deviations, and whether the
        reading was taken in.
    unit : str
        Of grades.
    """
    nx, ny, nz = grid.shape
    seen = np.asarray(fields["seen"]).reshape(nz, ny, nx) > 0
    level = int(seen.sum(axis=(1, 2)).argmax())
    high = float(np.clip(_PANEL * ny * grid.size[1] / (nx * grid.size[0]), 60.0, 420.0))
    width = _LEFT + 4 * _PANEL + 3 * _GAP + _RIGHT
    height = _ABOVE + high + _BAR + _ABOVE + _TIME + _BELOW
    floor = grid.bench_elevation_m()[level]
    with style.look():
        fig = style.figure(width, height)
        maps = {
            name: np.asarray(fields[name], dtype=np.float64).reshape(nz, ny, nx)[level]
            for name in ("before", "after", "before_sd", "after_sd")
        }
        titles = (
            f"mean before, {unit}",
            "mean now",
            f"spread before, {unit}",
            "spread now",
        )
        for k, (name, values) in enumerate(maps.items()):
            pair = ("before", "after") if k < 2 else ("before_sd", "after_sd")
            low = 0.0 if k >= 2 else float(min(maps[p].min() for p in pair))
            top = float(max(maps[p].max() for p in pair))
            left = _LEFT + k * (_PANEL + _GAP)
            ax = style.axes(fig, left, height - _ABOVE - high, width - left - _PANEL, _ABOVE)
            _map(ax, grid, values, (low, top), k < 2)
            ax.set_title(titles[k] + (f" (bench {floor:,.6g} m)" if k == 0 else ""))
            if name in ("after", "after_sd"):
                row, column = np.nonzero(seen[level])
                ax.plot(
                    (column + 0.5) * grid.size[0], (row + 0.5) * grid.size[1], ".",
                    color=style.GREY[0], markersize=1.6, rasterized=len(row) > 5_000,
                )  # fmt: skip
            if k:
                ax.set_yticklabels([])
            if k % 2 == 0:
                _bar(fig, ax, (left, height - _ABOVE - high - _BAR + 8.0), (width, height))
        ax = style.axes(fig, _LEFT, _BELOW, _RIGHT, height - _BELOW - _TIME)
        _over_time(ax, readings)
    return fig


def update_svg(
    grid: Grid,
    fields: Mapping[str, NDArray[np.generic]],
    readings: Sequence[tuple[str, float, float, bool]],
    unit: str,
) -> str:
    """:func:`update_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(update_graph(grid, fields, readings, unit), "orefield update")


def _map(ax: Axes, grid: Grid, values: _F8, limits: tuple[float, float], mean: bool) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = style.COPPER if mean else style.WATER
    colours = LinearSegmentedColormap.from_list("shades", [style.PAPER, *shades[::-1]])
    low, top = limits
    ax.imshow(
        values, origin="lower", cmap=colours, vmin=low, vmax=top if top > low else low + 1.0,
        extent=(0.0, grid.shape[0] * grid.size[0], 0.0, grid.shape[1] * grid.size[1]),
        aspect="auto", interpolation="nearest",
    )  # fmt: skip
    ax.tick_params(axis="both", length=2)
    ax.locator_params(nbins=4)
    ax.set_xlabel("m along x", loc="left", labelpad=1.0)


def _bar(fig: Figure, ax: Axes, corner: tuple[float, float], size: tuple[float, float]) -> None:
    wide, thick = 120.0, 6.0
    left = corner[0] + _PANEL - wide
    place = fig.add_axes((left / size[0], corner[1] / size[1], wide / size[0], thick / size[1]))
    bar = fig.colorbar(ax.images[0], cax=place, orientation="horizontal")
    bar.outline.set_visible(False)
    place.tick_params(length=2, pad=2)
    place.locator_params(nbins=3)


def _over_time(ax: Axes, readings: Sequence[tuple[str, float, float, bool]]) -> None:
    shades = (style.COPPER[1], style.WATER[1], style.GREY[1], style.COPPER[3], style.WATER[2])
    names = list(dict.fromkeys(name for name, *_ in readings))
    for k, name in enumerate(names):
        own = [(day, off, taken) for sensor, day, off, taken in readings if sensor == name]
        colour = shades[k % len(shades)]
        for taken, mark in ((True, "o"), (False, "x")):
            chosen = [(day, off) for day, off, was in own if was == taken and np.isfinite(off)]
            if chosen:
                day, off = np.array(chosen).T
                ax.plot(
                    day, np.clip(off, -10.0, 10.0), mark, color=colour,
                    markersize=3.0 if taken else 4.5, alpha=0.8,
                    label=(name if taken else f"{name}, refused") if k < _MOST_SENSORS else None,
                )  # fmt: skip
    ax.axhline(0.0, color=style.GREY[3], linewidth=0.8, zorder=0)
    ax.set_title("readings less predictions, in standard deviations of both (cut at 10)")
    ax.set_xlabel("days since the first reading", loc="left")
    if readings:
        ax.legend(loc="upper right", bbox_to_anchor=(1.0, -0.1), ncols=6, borderaxespad=0.0)
