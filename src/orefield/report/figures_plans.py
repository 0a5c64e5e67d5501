"""Schedules period by period, and what less of a resource costs, as graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.pit.frontier import Frontier
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]

_WIDTH, _HEIGHT = 640.0, 380.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 56.0, 64.0, 44.0, 24.0
_MOST_LABELS = 12
_STEPS = 200


def schedule_graph(tonnes: Mapping[str, _F8], npv_usd: _F8, *, unit: str = "t") -> Figure:
    """Rock by destination as bars, and net present value up to each period as a line.

    Parameters
    ----------
    tonnes : mapping of str to float64 array, shape (t,)
        What goes to each destination in each period, stacked in this order.
    npv_usd : float64 array, shape (t,)
        Discounted value (USD) up to the end of each period.
    unit : str
        What rock is counted in.
    """
    n = len(npv_usd)
    place, floor = np.arange(n), np.zeros(n)
    shades = (*style.COPPER[1:4], *style.GREY[2:4], *style.WATER[2:4])
    with style.look():
        fig = style.figure(_WIDTH, _HEIGHT)
        bars = style.axes(fig, _LEFT, _BELOW, _RIGHT, _ABOVE)
        line = bars.twinx()
        for k, (name, amount) in enumerate(tonnes.items()):
            colour = shades[k % len(shades)]
            bars.bar(place, amount / 1e6, 0.8, bottom=floor / 1e6, color=colour, label=name)
            floor = floor + amount
        line.plot(place, npv_usd / 1e6, color=style.WATER[0], linewidth=1.6)
        step = max(1, -(-n // _MOST_LABELS))
        bars.set_xticks(place[::step], [str(t) for t in place[::step]])
        bars.set_xlabel("period", loc="left")
        bars.set_title(f"rock by destination, M{unit} (bars); NPV so far, MUSD (line, right)")
        bars.set_ylim(bottom=0.0)
        if npv_usd.min(initial=0.0) >= 0.0:
            line.set_ylim(bottom=0.0)  # both axes from one line, unless money is lost
        line.spines["right"].set_visible(False)
        line.grid(visible=False)
        bars.legend(loc="upper right", bbox_to_anchor=(1.0, -0.075), ncols=6, borderaxespad=0.0)
    return fig


def trade_off_graph(found: Frontier) -> Figure:
    """Certified bound of value over the cap on a resource, and the plans found.

    Between the caps tried the bound is what their multipliers prove, not a line from one to the
    next. Without a cap it stands where the relaxation's use of the resource is. Caps that no
    schedule keeps are left out.

    Parameters
    ----------
    found : Frontier
        See :func:`orefield.pit.frontier.frontier`.
    """
    points = [p for p in found.points if p.possible]
    at = np.array([p.cap if np.isfinite(p.cap) else p.lp_use for p in points])
    bound = np.array([p.bound for p in points])
    plans = [(p.use, p.npv) for p in points if p.plan is not None]
    between = np.unique(np.concatenate([at, np.linspace(at.min(), at.max(), _STEPS)]))
    with style.look():
        fig = style.figure(_WIDTH, _HEIGHT)
        ax = style.axes(fig, _LEFT, _BELOW, _RIGHT, _ABOVE)
        proven = np.array([found.bound_at(float(x)) for x in between])
        ax.plot(between, proven / 1e6, color=style.WATER[1], linewidth=1.6,
                label="no schedule is worth more")  # fmt: skip
        ax.plot(at, bound / 1e6, "o", color=style.WATER[1], markersize=4)
        if plans:
            use, npv = np.array(plans).T
            ax.plot(use, npv / 1e6, "s", color=style.COPPER[1], markersize=5, label="plans found")
        ax.set_xlabel(f"{found.measure}{f', {found.unit}' if found.unit else ''}", loc="left")
        ax.xaxis.set_major_formatter("{x:,.10g}")
        ax.set_title("discounted value, MUSD")
        ax.legend(loc="lower right")
    return fig


def schedule_svg(tonnes: Mapping[str, _F8], npv_usd: _F8, *, unit: str = "t") -> str:
    """:func:`schedule_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(schedule_graph(tonnes, npv_usd, unit=unit), "orefield schedule")


def trade_off_svg(found: Frontier) -> str:
    """:func:`trade_off_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(trade_off_graph(found), "orefield frontier")
