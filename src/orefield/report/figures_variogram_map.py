"""Variogram maps: sections through lag zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import VariogramMap
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIDE = 300.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 56.0, 12.0, 66.0, 52.0
_BAR = 90.0
_STEPS = 161
_LIKELY = 0.98
"""The colours end at this quantile: a cell with one wild pair would take them all."""


def map_graph(found: VariogramMap, model: Variogram | None, title: str) -> Figure:
    """Sections of a map, and where the model reaches its sill by half.

    Parameters
    ----------
    found : VariogramMap
        In a plane: one section; in space: three.
    model : Variogram, optional
        Drawn as one line: half its structures' sill.
    title : str
        Over all sections.
    """
    from matplotlib.colors import LinearSegmentedColormap

    counts = np.array(found.pairs.shape[::-1])
    planes = [(0, 1), (0, 2), (1, 2)]
    planes = [(a, b) for a, b in planes if counts[a] > 1 and counts[b] > 1]
    planes = planes or [(0, 1)]
    names = ("east", "north", "up") if np.allclose(found.axes, np.eye(3)) else ("x", "y", "z")
    known = found.gamma[found.pairs > 0]
    top = float(np.quantile(known, _LIKELY)) if known.size else 1.0
    shades = [*style.WATER[:4], *style.COPPER[3::-1]]
    ramp = LinearSegmentedColormap.from_list("orefield", shades)
    colours = ramp.with_extremes(bad=style.GREY[4])
    width = len(planes) * (_SIDE + _LEFT + _RIGHT) + _BAR
    height = _SIDE + _BELOW + _ABOVE
    size = np.array(found.size_m)
    with style.look():
        fig = style.figure(width, height)
        drawn = None
        for k, (a, b) in enumerate(planes):
            left = k * (_SIDE + _LEFT + _RIGHT) + _LEFT
            ax = style.axes(fig, left, _BELOW, width - left - _SIDE, _ABOVE)
            third = 3 - a - b
            section = np.take(found.gamma, int(counts[third] // 2), axis=2 - third)
            cut = np.ma.masked_invalid(section)
            edge = [(np.arange(counts[i] + 1) - counts[i] / 2) * size[i] for i in (a, b)]
            drawn = ax.pcolormesh(*edge, cut, cmap=colours, vmin=0.0, vmax=max(top, 1e-12))
            if model is not None and model.structures:
                x, y = np.meshgrid(*(np.linspace(e[0], e[-1], _STEPS) for e in edge))
                lags = np.zeros((x.size, 3))
                lags[:, a], lags[:, b] = x.ravel(), y.ravel()
                half = model.nugget + 0.5 * (model.sill - model.nugget)
                gamma = model.gamma(lags @ found.axes).reshape(x.shape)
                if gamma.min() < half < gamma.max():
                    ax.contour(x, y, gamma, levels=[half], colors=style.GREY[0], linewidths=1.2)
            ax.set_xlabel(f"lag {names[a]}, m", loc="left")
            ax.set_title(f"{names[a]} and {names[b]}: lag {names[b]}, m")
            if names[b] == "north":
                ax.set_aspect("equal")
        assert drawn is not None
        place = ((width - _BAR + 14.0) / width, _BELOW / height, 12.0 / width, _SIDE / height)
        fig.colorbar(drawn, cax=fig.add_axes(place))
        fig.text(_LEFT / width, 1 - 14.0 / height, title, va="center", weight="bold", size=12.0)
        if model is not None:
            said = "line: where the model is half way up to its sill"
            fig.text(_LEFT / width, 12.0 / height, said, va="center", color=style.GREY[1])
    return fig


def map_svg(found: VariogramMap, model: Variogram | None, title: str) -> str:
    """:func:`map_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(map_graph(found, model, title), f"orefield variogram map {title}")
