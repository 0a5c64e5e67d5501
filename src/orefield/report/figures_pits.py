"""Section through a deposit: copper grade, the nested shells, the ultimate pit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import RunError
from orefield.report import style
from orefield.report.data import RunTables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.path import Path as Outline

INNER_SHELLS = 3
"""How many pits are drawn inside the ultimate one."""


def grade_colours() -> Colormap:
    """Pale rock to dark copper, the same in every section."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(
        "copper", ["#f4f2ef", "#f0dfcb", *reversed(style.COPPER[:4])]
    )


def section(
    run: RunTables, asset: str, *, width: float = 300, height: float | None = None
) -> Figure:
    """East-west section through the most copper of a deposit, to scale.

    Blocks are shaded by copper grade, white to dark; thin lines are pits of lower revenue
    factors, the thick line is the ultimate pit (or what a cave draws).

    Raises
    ------
    RunError
        When the run has no section of that asset.
    """
    frame = run.table("sections")
    frame = frame[frame["asset"] == asset]
    if frame.empty:
        raise RunError(f"the run has no section of '{asset}'", where=str(run.folder))
    x, z = _axis(frame["x_m"]), _axis(frame["z_m"])
    grade, shell = _raster(frame, x, z)
    dx, dz = _step(x), _step(z)
    reach = (x[0] - dx / 2, x[-1] + dx / 2, z[0] - dz / 2, z[-1] + dz / 2)
    ratio = (reach[3] - reach[2]) / (reach[1] - reach[0])
    left, right, below, above = 36.0, 8.0, 30.0, 16.0
    if height is None:
        height = min(max((width - left - right) * ratio + below + above, 130.0), 340.0)
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, left, below, right, above)
        # white to darkest at what only one block in fifty exceeds
        top = float(np.nanquantile(grade[grade > 0.05], 0.98)) if (grade > 0.05).any() else 1.0
        ax.imshow(grade, origin="lower", extent=reach, cmap=grade_colours(), vmin=0.0, vmax=top,
                  interpolation="none", aspect="auto")  # fmt: skip
        rock = np.isfinite(grade)
        levels = _inner_levels(shell)
        for level in levels:
            _outline(ax, _edges((shell >= 0) & (shell <= level), rock, reach), 0.7, style.GREY[1])
        _outline(ax, _edges(shell >= 0, rock, reach), 1.7, style.GREY[0])
        ax.set_xlim(reach[0], reach[1])
        ax.set_ylim(reach[2], reach[3])
        ax.set_aspect("equal", adjustable="box", anchor="SW")
        _label(ax, top)
    return fig


def _label(ax: Axes, top: float) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(length=0)
    ax.set_xlabel("m east of the centre", labelpad=1)
    ax.text(0, 1.02, "elevation, m", transform=ax.transAxes, color=style.GREY[1],
            fontsize=style.FONT_PX - 1, ha="left")  # fmt: skip
    ax.text(1, 1.02, f"darkest: {top:.2g} % Cu", transform=ax.transAxes, color=style.GREY[1],
            fontsize=style.FONT_PX - 1, ha="right")  # fmt: skip


def _axis(column: pd.Series[float]) -> NDArray[np.float64]:
    return np.unique(column.to_numpy(dtype=np.float64))


def _step(axis: NDArray[np.float64]) -> float:
    return float(np.median(np.diff(axis))) if len(axis) > 1 else 1.0


def _raster(
    frame: pd.DataFrame, x: NDArray[np.float64], z: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Grade (NaN is air) and shell (-1 outside), rows upward."""
    grade = np.full((len(z), len(x)), np.nan)
    shell = np.full((len(z), len(x)), -1.0)
    i = np.searchsorted(x, frame["x_m"].to_numpy(dtype=np.float64))
    k = np.searchsorted(z, frame["z_m"].to_numpy(dtype=np.float64))
    grade[k, i] = frame["cu_pct"].to_numpy(dtype=np.float64)
    shell[k, i] = frame["shell"].to_numpy(dtype=np.float64)
    return grade, shell


def _inner_levels(shell: NDArray[np.float64]) -> list[float]:
    """Shells that split the ultimate pit's section into about equal parts."""
    inside = np.sort(shell[shell >= 0])
    if inside.size == 0:
        return []
    last = inside[-1]
    cuts = [inside[int(inside.size * k / (INNER_SHELLS + 1))] for k in range(1, INNER_SHELLS + 1)]
    return sorted({float(c) for c in cuts if c < last})


def _edges(
    inside: NDArray[np.bool_], rock: NDArray[np.bool_], reach: tuple[float, float, float, float]
) -> Outline:
    """Bench by bench outline: faces between blocks inside and rock outside."""
    from matplotlib.path import Path as Outline

    nz, nx = inside.shape
    xs = np.linspace(reach[0], reach[1], nx + 1)
    zs = np.linspace(reach[2], reach[3], nz + 1)
    outside = rock & ~inside
    points: list[tuple[float, float]] = []
    flat = (inside[1:] & outside[:-1]) | (inside[:-1] & outside[1:])
    for k, i in np.argwhere(flat):
        points += [(xs[i], zs[k + 1]), (xs[i + 1], zs[k + 1])]
    upright = (inside[:, 1:] & outside[:, :-1]) | (inside[:, :-1] & outside[:, 1:])
    for k, i in np.argwhere(upright):
        points += [(xs[i + 1], zs[k]), (xs[i + 1], zs[k + 1])]
    codes = [Outline.MOVETO, Outline.LINETO] * (len(points) // 2)
    return Outline(points, codes) if points else Outline(np.zeros((0, 2)))


def _outline(ax: Axes, path: Outline, width: float, shade: str) -> None:
    from matplotlib.patches import PathPatch

    if np.size(path.vertices):
        ax.add_patch(
            PathPatch(path, fill=False, edgecolor=shade, linewidth=width, capstyle="round")
        )
