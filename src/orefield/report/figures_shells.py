"""Pit by pit: what shells of rising revenue factor hold and are worth, in one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orefield.pit.shell_analysis import PitByPit
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _BELOW, _ABOVE = 48.0, 64.0, 44.0, 24.0
_MOST_LABELS = 10


def pit_by_pit_graph(
    table: PitByPit, *, unit: str = "t", width: float = 640, height: float = 380
) -> Figure:
    """Ore and waste of each shell as bars, discounted value of each case as lines.

    Parameters
    ----------
    table : PitByPit
        See :func:`orefield.pit.shell_analysis.pit_by_pit`.
    unit : str
        What rock is counted in.
    width, height : float
        In pixels.
    """
    place = np.arange(len(table.revenue_factor))
    with style.look():
        fig = style.figure(width, height)
        bars = style.axes(fig, _LEFT, _BELOW, _RIGHT, _ABOVE)
        lines = bars.twinx()
        bars.bar(place, table.ore_t / 1e6, 0.8, color=style.COPPER[3])
        bars.bar(place, table.waste_t / 1e6, 0.8, bottom=table.ore_t / 1e6, color=style.GREY[4])
        worth = {"best": (table.best_usd, style.WATER[1], "-"),
                 "worst": (table.worst_usd, style.WATER[2], "--")}  # fmt: skip
        if table.has_specified:
            worth["specified"] = (table.specified_usd, style.GREY[0], "-")
        for name, (value, colour, dash) in worth.items():
            lines.plot(place, value / 1e6, dash, color=colour, linewidth=1.6, label=name)
        _furnish(bars, lines, table, unit)
    return fig


def pit_by_pit_svg(table: PitByPit, *, unit: str = "t") -> str:
    """:func:`pit_by_pit_graph` as an SVG file, the same byte by byte each time.

    Parameters
    ----------
    table, unit
        See :func:`pit_by_pit_graph`.
    """
    return style.svg_file(pit_by_pit_graph(table, unit=unit), "orefield shells")


def _furnish(bars: Axes, lines: Axes, table: PitByPit, unit: str) -> None:
    n = len(table.revenue_factor)
    shown = np.arange(n - 1, -1, -max(1, -(-n // _MOST_LABELS)))
    bars.set_xticks(shown, [f"{table.revenue_factor[i]:.3g}" for i in shown])
    bars.set_xlabel("revenue factor", loc="left")
    bars.set_title(f"ore and waste, M{unit} (bars); discounted value, MUSD (lines, right)")
    bars.set_ylim(bottom=0.0)
    if lines.get_ylim()[0] > -0.1 * lines.get_ylim()[1]:
        lines.set_ylim(bottom=0.0)  # both axes from one line, unless a case loses money
    lines.spines["right"].set_visible(False)
    lines.grid(visible=False)
    lines.legend(loc="upper right", bbox_to_anchor=(1.0, -0.075), ncols=3, borderaxespad=0.0)
