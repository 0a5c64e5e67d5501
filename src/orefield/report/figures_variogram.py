"""Experimental variograms with the fitted model, a panel a direction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import Experimental
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]

_PANEL, _TALL = 210.0, 165.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 50.0, 14.0, 34.0, 30.0
_HEAD, _FOOT = 30.0, 34.0
_MOST_ACROSS = 4
_STEPS = 120
_LARGEST = 60.0
"""Area (points squared) of the point with the most pairs."""


def variogram_graph(curves: Sequence[Experimental], model: Variogram | None, title: str) -> Figure:
    """Points sized by their pairs, the model along each direction, the variance as a line.

    Parameters
    ----------
    curves : sequence of Experimental
        A panel each.
    model : Variogram, optional
        Drawn where a panel has a direction, or the model none.
    title : str
        Over all panels.
    """
    across = min(_MOST_ACROSS, len(curves))
    down = math.ceil(len(curves) / across)
    width = across * (_PANEL + _LEFT + _RIGHT)
    height = _HEAD + _FOOT + down * (_TALL + _BELOW + _ABOVE)
    top = _highest(curves, model)
    low = min([0.0, *(float(c.gamma[c.known].min()) for c in curves if c.known.any())])
    with style.look():
        fig = style.figure(width, height)
        for k, curve in enumerate(curves):
            row, column = divmod(k, across)
            left = column * (_PANEL + _LEFT + _RIGHT) + _LEFT
            above = _HEAD + row * (_TALL + _BELOW + _ABOVE) + _ABOVE
            ax = style.axes(fig, left, height - above - _TALL, width - left - _PANEL, above)
            _panel(ax, curve, model)
            ax.set_ylim(low * 1.1, top)
            if k + across >= len(curves):
                ax.set_xlabel("distance, m", loc="left")
        fig.text(_LEFT / width, 1.0 - 14.0 / height, title, va="center", weight="bold", size=12.0)
        said = "area of a point: its pairs; right above a panel: those of the largest"
        if model is not None:
            said += "; line: model"
        if math.isfinite(curves[0].variance):
            said += "; dashed: variance of the samples"
        fig.text(_LEFT / width, 12.0 / height, said, va="center", color=style.GREY[1])
    return fig


def _panel(ax: Axes, curve: Experimental, model: Variogram | None) -> None:
    known = curve.known
    most = max(int(curve.pairs.max(initial=0)), 1)
    h, g, n = curve.distance_m[known], curve.gamma[known], curve.pairs[known]
    furthest = float(h.max()) * 1.04 if h.size else 1.0
    ax.grid(axis="y")
    if math.isfinite(curve.variance):
        ax.axhline(curve.variance, color=style.GREY[2], linewidth=0.9, linestyle=(0, (4, 3)))
    size = np.maximum(_LARGEST * n / most, 5.0)
    ax.scatter(
        h, g, s=size, color=style.COPPER[2], edgecolor=style.COPPER[0], linewidth=0.6, zorder=3,
        clip_on=False,
    )  # fmt: skip
    if model is not None and (not curve.direction.everywhere or _round(model)):
        at = np.linspace(furthest / 1e4, furthest, _STEPS)
        ax.plot(at, model.gamma(at[:, None] * curve.direction.unit()), color=style.WATER[1],
                linewidth=1.6, zorder=2)  # fmt: skip
    if not h.size:
        ax.text(0.5, 0.5, "no pairs", transform=ax.transAxes, ha="center", color=style.GREY[1])
    ax.set_xlim(0.0, furthest)
    ax.set_title(curve.direction.name)
    ax.set_title(f"{most:,}", loc="right", weight="normal", color=style.GREY[1])


def _round(model: Variogram) -> bool:
    return all(len(set(s.ranges_m)) == 1 for s in model.structures)


def _highest(curves: Sequence[Experimental], model: Variogram | None) -> float:
    values = [float(c.gamma[c.known].max()) for c in curves if c.known.any()]
    values += [c.variance for c in curves if math.isfinite(c.variance)]
    if model is not None:
        values.append(model.sill)
    return 1.1 * max([*values, 1e-12])


def variogram_svg(curves: Sequence[Experimental], model: Variogram | None, title: str) -> str:
    """:func:`variogram_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(variogram_graph(curves, model, title), f"orefield variogram {title}")
