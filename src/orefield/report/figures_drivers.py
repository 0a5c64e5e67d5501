"""Figures of what drives the result, and of the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orefield.core.errors import RunError
from orefield.report import style
from orefield.report.data import RunTables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

SHOWN_DRIVERS = 14
"""How many parameters the tornado shows."""


def tornado(
    run: RunTables, key: str = "mine_over_use", *, width: float = 720, height: float = 400
) -> Figure:
    """Self-sufficiency with one parameter at a time at its P10 and P90.

    Raises
    ------
    RunError
        When the run was made without swings, or has no such definition.
    """
    frame = run.table("tornado")
    frame = frame[frame["definition"] == key].sort_values(["swing", "key"], ascending=[False, True])
    frame = frame[frame["swing"] > 0].head(SHOWN_DRIVERS)
    if frame.empty:
        raise RunError(f"nothing swings '{key}'", where=str(run.folder / "tornado.parquet"))
    narrow = width < 500
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 14 if narrow else 226, 26, 18, 8)
        ax.grid(axis="x")
        central = 100 * float(frame["central"].to_numpy(dtype=np.float64)[0])
        for i, row in enumerate(frame.to_dict("records")):
            ends = ((float(row["low"]), style.GREY[2]), (float(row["high"]), style.COPPER[1]))
            for end, shade in ends:
                ax.barh(i, 100 * end - central, left=central, height=0.42 if narrow else 0.62,
                        color=shade, linewidth=0)  # fmt: skip
            label = str(row["label"])
            if narrow:
                ax.text(0.0, i - 0.46, label, va="center", transform=ax.get_yaxis_transform())
            else:
                ax.text(-8, i, label, va="center", ha="right", clip_on=False,
                        transform=_beside(ax))  # fmt: skip
        ax.axvline(central, color=style.GREY[0], lw=1.0)
        ax.set_ylim(len(frame) - 0.4, -0.85 if narrow else -0.6)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ends_all = 100 * np.concatenate([frame["low"].to_numpy(), frame["high"].to_numpy()])
        half = float(np.abs(ends_all - central).max()) * 1.06
        ax.set_xlim(central - half, central + half)
        _percent(ax)
    return fig


def _beside(ax: Axes) -> Transform:
    """Pixels from the left spine across, data upwards."""
    from matplotlib.transforms import Affine2D, blended_transform_factory

    return blended_transform_factory(Affine2D().translate(ax.bbox.x0, 0), ax.transData)


def _percent(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g} %"))


def targets(run: RunTables, *, width: float = 720, height: float | None = None) -> Figure:
    """Probability that each target of the plan is met; those without a number say so.

    Raises
    ------
    RunError
        When the run judged no targets.
    """
    found = list(run.manifest.get("targets", ()))
    if not found:
        raise RunError("the run judged no targets", where=str(run.folder))
    if height is None:
        height = 46.0 * len(found) + 16.0
    with style.look():
        fig = style.figure(width, height)
        ax = fig.add_axes((0.01, 0.0, 0.98, 1.0))
        style.hide_axes(ax)
        ax.set_xlim(0, 1)
        ax.set_ylim(len(found) - 0.4, -0.7)
        for i, target in enumerate(found):
            probability = target.get("probability")
            ax.text(0, i - 0.34, str(target["label"]), va="center", weight="bold")
            ax.barh(i, 1.0, height=0.2, color=style.GREY[4], linewidth=0)
            if probability is None:
                ax.text(1, i - 0.34, "not quantified", va="center", ha="right",
                        color=style.GREY[1])  # fmt: skip
                continue
            ax.barh(i, probability, height=0.2, color=style.COPPER[1], linewidth=0)
            ax.text(1, i - 0.34, f"{100 * probability:.0f} %", va="center", ha="right",
                    color=style.COPPER[0], weight="bold")  # fmt: skip
    return fig
