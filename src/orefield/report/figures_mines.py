"""Figures of one asset: yearly copper with published points, and its grade-tonnage curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from orefield.core.errors import RunError
from orefield.report import style
from orefield.report.data import RunTables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def schedule(run: RunTables, asset: str, *, width: float = 236, height: float = 150) -> Figure:
    """Copper in concentrate by year: P10-P90, median, and what was published.

    Raises
    ------
    RunError
        When the run has no schedule of that asset.
    """
    found = run.series(asset, "cu_recovered_t")
    if found is None:
        raise RunError(
            f"the run has no schedule of '{asset}'",
            where=str(run.folder),
            fix="run the study to stage 'plant' or further; see run.table('assets') for names",
        )
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 32, 22, 17, 8)
        ax.grid(axis="y")
        ax.fill_between(found.year, found.p10 / 1e3, found.p90 / 1e3, color=style.COPPER[3],
                        linewidth=0)  # fmt: skip
        ax.plot(found.year, found.p50 / 1e3, color=style.COPPER[0], lw=1.8)
        points = _published(run, asset)
        if points:
            ax.plot([p[0] for p in points], [p[1] / 1e3 for p in points], "o", ms=4.2,
                    clip_on=False, zorder=5, **_RING)  # fmt: skip
        style.years_axis(ax, int(found.year[0]), int(found.year[-1]), short=True)
        _few_ticks(ax)
        peak = max([float(found.p90.max()) / 1e3, *(p[1] / 1e3 for p in points), 1e-9])
        ax.set_ylim(0, peak * 1.08)
    return fig


_RING: Any = {"mfc": style.PAPER, "mec": style.GREY[0], "mew": 1.1}


def _published(run: RunTables, asset: str) -> list[tuple[int, float]]:
    return [
        (int(row["year"]), float(row["published_t"]))
        for row in run.rows("deviations")
        if row["asset"] == asset
    ]


def _few_ticks(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))


def grade_tonnage(run: RunTables, asset: str, *, width: float = 236, height: float = 160) -> Figure:
    """Ore above a cut-off (left) and its mean copper grade (right); the published point.

    Raises
    ------
    RunError
        When the run has no such curve.
    """
    frame = run.table("grade_tonnage")
    curve = frame[frame["asset"] == asset].sort_values("cutoff_cu_pct")
    if curve.empty:
        raise RunError(f"the run has no grade-tonnage curve of '{asset}'", where=str(run.folder))
    cutoff = curve["cutoff_cu_pct"].to_numpy()
    ore = curve["ore_t"].to_numpy()
    grade = curve["cu_pct"].to_numpy()
    row = next((r for r in run.rows("assets") if r["asset"] == asset), {})
    published = float(row.get("published_cutoff_cu_pct", np.nan))
    scale, unit = (1e9, "Gt") if _at(cutoff, ore, published) >= 1e9 else (1e6, "Mt")
    # Far below the published cut-off there is only country rock: it would set the scale.
    first = 0.4 * published if np.isfinite(published) else 0.05
    last = _last(cutoff, ore, first)
    keep = (cutoff >= first) & (cutoff <= last)
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 36, 34, 34, 18)
        ax.grid(axis="y")
        ax.plot(cutoff[keep], ore[keep] / scale, color=style.COPPER[0], lw=1.8)
        ax.set_xlim(first, last)
        ax.set_ylim(0, float(ore[keep].max()) / scale * 1.05)
        _few_ticks(ax)
        ax.tick_params(axis="y", labelcolor=style.COPPER[0])
        ax.text(0.02, 1.04, f"ore, {unit}", transform=ax.transAxes, ha="left",
                color=style.COPPER[0], fontsize=style.FONT_PX - 1)  # fmt: skip
        ax.set_xlabel("cut-off, % Cu", labelpad=1)
        # The grade is drawn on the same axes to a scale of its own: a second pair of axes
        # costs as much time as all the rest of the figure.
        full = float(grade[keep].max()) * 1.08
        lift = ax.get_ylim()[1] / full
        ax.plot(cutoff[keep], grade[keep] * lift, color=style.GREY[1], lw=1.4, ls=(0, (4, 2)))
        _right_labels(ax, full)
        ax.text(0.98, 1.04, "grade, % Cu", transform=ax.transAxes, ha="right",
                color=style.GREY[1], fontsize=style.FONT_PX - 1)  # fmt: skip
        reported = [float(row.get(f"published_{name}", np.nan)) for name in ("ore_t", "cu_pct")]
        if np.isfinite([published, *reported]).all():
            points = [reported[0] / scale, reported[1] * lift]
            ax.plot([published] * 2, points, "o", ms=4.6, zorder=5, **_RING)
    return fig


def _right_labels(ax: Axes, full: float) -> None:
    """Ticks of a second scale, from 0 to ``full``, at the right edge."""
    from matplotlib.ticker import MaxNLocator

    for value in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, full):
        if 0.0 <= value <= full:
            ax.text(1.02, value / full, f"{value:.3g}", transform=ax.transAxes, va="center",
                    color=style.GREY[1], fontsize=style.FONT_PX - 0.5)  # fmt: skip


def _at(x: np.ndarray, y: np.ndarray, where: float) -> float:
    return float(np.interp(where, x, y)) if np.isfinite(where) else float(y.max())


def _last(cutoff: np.ndarray, ore: np.ndarray, first: float) -> float:
    """Cut-off beyond which less than two per cent of the ore is left."""
    start = _at(cutoff, ore, first)
    left = cutoff[ore >= 0.02 * start]
    return float(max(left.max(initial=first), first * 1.5 + 1e-6))
