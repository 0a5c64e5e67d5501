"""Figures of the nation: self-sufficiency, supply, scrap, metal in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from orefield.core.errors import RunError
from orefield.report import style
from orefield.report.data import RunTables, Series
from orefield.report.words import SUPPLY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SECTOR_SHADES = (style.COPPER[0], style.COPPER[1], style.COPPER[2], style.COPPER[3],
                 style.GREY[2], style.GREY[3])  # fmt: skip


def required(run: RunTables, metric: str, scenario: str = "baseline") -> Series:
    """A series of the nation.

    Raises
    ------
    RunError
        When the run has none.
    """
    found = run.series(run.country, metric, scenario)
    if found is None:
        raise RunError(
            f"the run has no '{metric}' of the nation",
            where=str(run.folder),
            fix="run the study to stage 'balance' or further",
        )
    return found


def self_sufficiency(
    run: RunTables, key: str, *, width: float = 340, height: float = 250
) -> Figure:
    """Fan of one definition in the baseline, with the medians of the other scenarios.

    Parameters
    ----------
    run : RunTables
        The run to draw.
    key : str
        Definition of self-sufficiency.
    width, height : float
        In CSS pixels.

    Raises
    ------
    RunError
        When the run has no national balance, or no such definition.
    """
    base = required(run, f"self_sufficiency.{key}")
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 40, 26, 14, 14)
        ax.grid(axis="y")
        bands = _quantiles(run, key, base)
        for (low, high), shade in zip(bands, (style.COPPER[4], style.COPPER[3]), strict=False):
            ax.fill_between(base.year, 100 * low, 100 * high, color=shade, linewidth=0)
        for scenario in run.scenarios:
            if scenario == "baseline":
                continue
            other = run.series(run.country, f"self_sufficiency.{key}", scenario)
            if other is not None:
                dash = _DASHES[list(run.scenarios).index(scenario) % len(_DASHES)]
                ax.plot(other.year, 100 * other.p50, color=style.GREY[1], lw=1.1, ls=dash)
        ax.plot(base.year, 100 * base.p50, color=style.COPPER[0], lw=2.2)
        style.years_axis(ax, int(base.year[0]), int(base.year[-1]))
        ax.set_ylim(bottom=0)
        _percent_axis(ax)
    return fig


_DASHES = ("-", (0, (5, 2)), (0, (1, 1.6)), (0, (6, 2, 1, 2)), (0, (3, 3)))


def scenario_dash(run: RunTables, scenario: str) -> object:
    """The line style of a scenario in the fans, for the legend."""
    return _DASHES[list(run.scenarios).index(scenario) % len(_DASHES)]


def scenario_key(run: RunTables, *, width: float = 720, height: float = 22) -> Figure:
    """Legend of the fans."""
    with style.look():
        fig = style.figure(width, height)
        ax = fig.add_axes((0, 0, 1, 1))
        ax.set_xlim(0, width)
        ax.set_ylim(0, height)
        style.hide_axes(ax)
        x, y = 2.0, height / 2
        ax.fill_between([x, x + 26], y - 6, y + 6, color=style.COPPER[3], linewidth=0)
        ax.plot([x, x + 26], [y, y], color=style.COPPER[0], lw=2.2)
        x = _label(ax, x + 32, y, "Baseline: P50, P25–P75, P10–P90")
        for scenario, label in run.scenarios.items():
            if scenario == "baseline":
                continue
            ax.plot([x, x + 26], [y, y], color=style.GREY[1], lw=1.1,
                    ls=scenario_dash(run, scenario))  # fmt: skip
            x = _label(ax, x + 32, y, label)
    return fig


def _label(ax: Axes, x: float, y: float, text: str) -> float:
    ax.text(x, y, text, va="center", color=style.GREY[1])
    return x + 6.6 * len(text) + 22


def _quantiles(run: RunTables, key: str, base: Series) -> list[tuple[np.ndarray, np.ndarray]]:
    """P10-P90, and P25-P75 where the draws are at hand."""
    bands = [(base.p10, base.p90)]
    if run.filled("self_sufficiency"):
        draws = run.table("self_sufficiency")
        mine = draws[(draws["definition"] == key) & (draws["draw"] > 0)]
        if len(mine):
            wide = mine.pivot_table(index="draw", columns="year", values="share").to_numpy()
            low, high = np.quantile(wide, [0.25, 0.75], axis=0)
            if len(low) == len(base.year):
                bands.append((low, high))
    return bands


def _percent_axis(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g} %"))


SUPPLY_SHADES = {
    "modelled_mine_t": style.COPPER[0], "mine_remainder_t": style.COPPER[1],
    "old_scrap_t": style.COPPER[2], "new_scrap_t": style.COPPER[3],
    "concentrate_imports_t": style.GREY[1], "anode_imports_t": "#767d85",
    "scrap_imports_t": style.GREY[2], "refined_imports_t": style.GREY[3],
    "unexplained_feed_t": "#f1f2f3",
}  # fmt: skip


def supply(run: RunTables, *, width: float = 720, height: float = 380) -> Figure:
    """Sources of copper stacked by year, central case of the baseline, with total use.

    Refined imports are net of exports, so that the stack is what stays in the country.

    Raises
    ------
    RunError
        When the run has no national balance.
    """
    layers = [(flow, required(run, flow.metric)) for flow in SUPPLY]
    exports = required(run, "refined_exports_t").central
    use = required(run, "total_use_t")
    narrow = width < 500
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 34, 26 + (112 if narrow else 0), 12 if narrow else 178, 26)
        ax.grid(axis="y")
        year = use.year
        base = np.zeros(len(year))
        below = np.zeros(len(year))
        tops: list[tuple[str, float, str]] = []
        for flow, found in layers:
            amount = found.central / 1e6
            if flow.metric == "refined_imports_t":
                amount = amount - exports / 1e6
            up, down = np.maximum(amount, 0), np.minimum(amount, 0)
            shade = SUPPLY_SHADES[flow.metric]
            unexplained = flow.metric == "unexplained_feed_t"
            style_of: dict[str, Any] = (
                {"hatch": "////", "edgecolor": style.GREY[2]} if unexplained else {}
            )
            ax.fill_between(year, base, base + up, facecolor=shade, linewidth=0, **style_of)
            ax.fill_between(year, below, below + down, facecolor=shade, linewidth=0, **style_of)
            label = flow.label
            if flow.metric == "refined_imports_t":
                label = "Refined imports, net"
            tops.append((label, float(base[-1] + up[-1] / 2), shade))
            base, below = base + up, below + down
        ax.plot(year, use.central / 1e6, color=style.GREY[0], lw=2.0)
        tops.append(("Total use", float(use.central[-1] / 1e6), style.GREY[0]))
        if below.min() < 0:
            ax.axhline(0, color=style.GREY[2], lw=0.8)
        style.years_axis(ax, int(year[0]), int(year[-1]))
        ax.set_ylim(min(0.0, float(below.min()) * 1.15), float(base.max()) * 1.04)
        ax.set_title("Mt of copper a year", weight="normal", color=style.GREY[1], x=-0.04)
        if narrow:
            _legend_below(fig, tops)
        else:
            _end_labels(ax, tops, float(year[-1]))
    return fig


def _end_labels(ax: Axes, tops: list[tuple[str, float, str]], x: float) -> None:
    """Names at the right end of the layers, pushed apart where they would touch."""
    low, high = ax.get_ylim()
    height = ax.bbox.height
    gap = (high - low) * 15.0 / height
    order = sorted(tops, key=lambda t: t[1])
    at = [t[1] for t in order]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + gap)
    at[-1] = min(at[-1], high)
    for i in range(len(at) - 2, -1, -1):
        at[i] = min(at[i], at[i + 1] - gap)
    span = ax.get_xlim()[1] - ax.get_xlim()[0]
    per_px = span / ax.bbox.width
    for (label, y, shade), place in zip(order, at, strict=True):
        line = label == "Total use"
        ax.plot([x + 2 * per_px, x + 12 * per_px], [y, place], color=style.GREY[3], lw=0.8,
                clip_on=False)  # fmt: skip
        ax.plot([x + 12 * per_px, x + 22 * per_px], [place, place], color=shade, clip_on=False,
                lw=2 if line else 8, solid_capstyle="butt")  # fmt: skip
        ax.text(x + 28 * per_px, place, label, va="center", clip_on=False,
                weight="bold" if line else "normal")  # fmt: skip


def _legend_below(fig: Figure, tops: list[tuple[str, float, str]]) -> None:
    """Two columns of names under a narrow figure."""
    width, height = (float(v) * 72.0 for v in fig.get_size_inches())
    half = (len(tops) + 1) // 2
    for i, (label, _, shade) in enumerate(tops):
        x = 14.0 + (i // half) * (width / 2)
        y = 92.0 - (i % half) * 20.0
        fig.text((x + 16) / width, y / height, label, va="center")
        from matplotlib.lines import Line2D

        fig.add_artist(
            Line2D([x / width, (x + 10) / width], [y / height] * 2, color=shade,
                   lw=2 if label == "Total use" else 8, solid_capstyle="butt")
        )  # fmt: skip


def scrap(run: RunTables, *, width: float = 340, height: float = 240) -> Figure:
    """Old and new domestic scrap by year, with their ranges.

    Raises
    ------
    RunError
        When the run has no national balance.
    """
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 34, 26, 66, 24)
        ax.grid(axis="y")
        pairs = (
            ("old_scrap_t", "Old scrap", style.COPPER[1]),
            ("new_scrap_t", "New scrap", style.GREY[1]),
        )
        for metric, label, shade in pairs:
            found = required(run, metric)
            ax.fill_between(found.year, found.p10 / 1e6, found.p90 / 1e6, color=shade, alpha=0.18,
                            linewidth=0)  # fmt: skip
            ax.plot(found.year, found.p50 / 1e6, color=shade, lw=2)
            ax.text(found.year[-1] + 0.4, found.p50[-1] / 1e6, label, color=shade, va="center",
                    clip_on=False)  # fmt: skip
        style.years_axis(ax, int(found.year[0]), int(found.year[-1]))
        ax.set_ylim(bottom=0)
        ax.set_title("Mt of copper a year", weight="normal", color=style.GREY[1], x=-0.12)
    return fig


def in_use(run: RunTables, *, width: float = 340, height: float = 240) -> Figure:
    """Metal in use by sector, from the start of the record, central case.

    Raises
    ------
    RunError
        When the run has no stocks.
    """
    frame = run.table("in_use")
    wide = frame.pivot_table(index="year", columns="sector", values="in_use_t", observed=True)
    wide = wide[wide.iloc[-1].sort_values(ascending=False).index] / 1e6
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 34, 26, 108, 24)
        ax.grid(axis="y")
        base = np.zeros(len(wide))
        year = wide.index.to_numpy()
        tops = []
        for i, sector in enumerate(wide.columns):
            amount = wide[sector].to_numpy()
            shade = SECTOR_SHADES[i % len(SECTOR_SHADES)]
            ax.fill_between(year, base, base + amount, facecolor=shade, linewidth=0)
            tops.append((str(sector).capitalize(), float(base[-1] + amount[-1] / 2), shade))
            base = base + amount
        style.years_axis(ax, int(year[0]), int(year[-1]))
        ax.set_xticks([y for y in range(int(year[0]), int(year[-1]) + 1) if y % 30 == 0])
        ax.set_ylim(0, float(base.max()) * 1.04)
        ax.set_title("Mt of copper in use", weight="normal", color=style.GREY[1], x=-0.12)
        _end_labels(ax, tops, float(year[-1]))
    return fig
