"""Maps of resource classes by method, their tonnes, and how well production volumes are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]
_I1 = NDArray[np.int8]
_MASK = NDArray[np.bool_]

_NAMES = ("unclassified", "inferred", "indicated", "measured")
_COLOURS = (style.GREY[4], style.COPPER[3], style.WATER[2], style.WATER[0])
_PANEL = 260.0
_GAP, _LEFT, _ABOVE, _BELOW = 34.0, 52.0, 26.0, 46.0


def class_maps(grid: Grid, classes: Mapping[str, _I1], tonnes: _F8, of: _MASK) -> Figure:
    """A plan and a section of the classes of each method, side by side.

    The plan is the bench, the section the row of blocks along the grid's x, with the most
    classified tonnes of all methods together. Blocks without estimate are white.

    Parameters
    ----------
    grid : Grid
        Where blocks are.
    classes : mapping of str to ndarray of int8, shape (n,)
        By method.
    tonnes : ndarray of shape (n,)
        Rock of each block.
    of : ndarray of bool, shape (n,)
        Blocks that can be a resource.
    """
    nx, ny, nz = grid.shape
    box = (nz, ny, nx)
    some = np.zeros(grid.n)
    for found in classes.values():
        some += np.where(of & (found > 0), tonnes, 0.0)
    mass = some.reshape(box)
    level, row = _middle(mass.sum(axis=(1, 2))), _middle(mass.sum(axis=(0, 2)))
    wide, deep, high = (s * n for s, n in zip(grid.size, grid.shape, strict=True))
    plan_h = float(np.clip(_PANEL * deep / wide, 60.0, 420.0))
    section_h = float(np.clip(_PANEL * high / wide, 60.0, 300.0)) if nz > 1 else 0.0
    n = len(classes)
    width = _LEFT + n * _PANEL + (n - 1) * _GAP + 12.0
    height = _ABOVE + plan_h + (_ABOVE + section_h + 22.0 if nz > 1 else 0.0) + _BELOW + 22.0
    with style.look():
        fig = style.figure(width, height)
        for k, (name, found) in enumerate(classes.items()):
            left = _LEFT + k * (_PANEL + _GAP)
            right = width - left - _PANEL
            shown = np.where(of, found, -1).reshape(box)
            ax = style.axes(fig, left, height - _ABOVE - plan_h, right, _ABOVE)
            _draw(ax, shown[level], (0.0, wide, 0.0, deep))
            floor = grid.origin[2] + level * grid.size[2]
            ax.set_title(f"{name}: plan" + (f" at {floor:,.0f} m" if nz > 1 else ""))
            _label(ax, "y, m" if k == 0 else "", "x, m" if nz == 1 else "")
            if nz > 1:
                top = 2 * _ABOVE + plan_h + 22.0
                ax = style.axes(fig, left, height - top - section_h, right, top)
                _draw(ax, shown[:, row], (0.0, wide, grid.origin[2], grid.origin[2] + high))
                ax.set_title(f"{name}: section at y = {(row + 0.5) * grid.size[1]:,.0f} m")
                _label(ax, "elevation, m" if k == 0 else "", "x, m")
        _legend(fig)
    return fig


def _middle(mass: _F8) -> int:
    """The most massive slice; of several that are nearly so the one in the middle."""
    most = np.flatnonzero(mass >= 0.99 * mass.max())
    return int(most[len(most) // 2])


def class_tonnes(classes: Mapping[str, _I1], tonnes: _F8, of: _MASK) -> Figure:
    """Tonnes of each class by method, as bars."""
    n = len(classes)
    with style.look():
        fig = style.figure(640.0, 90.0 + 34.0 * n)
        ax = style.axes(fig, 92.0, 62.0, 20.0, 26.0)
        at = np.arange(n)[::-1]
        start = np.zeros(n)
        for c in (3, 2, 1, 0):
            mass = np.array([tonnes[of & (found == c)].sum() for found in classes.values()]) / 1e6
            ax.barh(at, mass, 0.7, left=start, color=_COLOURS[c], label=_NAMES[c])
            start += mass
        ax.set_yticks(at, list(classes))
        ax.set_xlabel("estimated rock, Mt, no cut-off", loc="left")
        ax.set_title("tonnes by class")
        _legend(fig)
    return fig


def precision_graph(found: Sequence[tuple[str, float, float, _F8]]) -> Figure:
    """Half-widths of production volumes, from the best known to the worst.

    Parameters
    ----------
    found : sequence of (str, float, float, ndarray of shape (v,))
        Period, what is allowed, confidence, half-widths over the expectation.
    """
    shades = (style.WATER[1], style.COPPER[1], style.GREY[1])
    with style.look():
        fig = style.figure(640.0, 340.0)
        ax = style.axes(fig, 56.0, 46.0, 20.0, 26.0)
        top = 0.3
        for k, (period, within, confidence, wide) in enumerate(found):
            kept = np.sort(np.where(np.isfinite(wide), wide, 2.0))
            share = (np.arange(len(kept)) + 0.5) / len(kept)
            ax.step(
                100 * share, 100 * np.minimum(kept, 2.0), where="mid", color=shades[k % 3],
                linewidth=1.6, marker="o" if len(kept) < 60 else "", markersize=3,
                label=f"{period}, {confidence:.0%}",
            )  # fmt: skip
            ax.axhline(100 * within, color=style.GREY[2], linewidth=0.8, linestyle=(0, (4, 3)))
            top = max(top, min(float(kept[-1]), 2.0), 1.3 * within)
        ax.set_ylim(0.0, 105 * top)
        ax.set_xlim(0.0, 100.0)
        ax.set_xlabel("share of volumes, %", loc="left")
        ax.set_title("half-width of the metal's interval, % of the expectation; dashes: the rule")
        ax.legend(loc="upper left")
    return fig


def class_maps_svg(grid: Grid, classes: Mapping[str, _I1], tonnes: _F8, of: _MASK) -> str:
    """:func:`class_maps` as an SVG file."""
    return style.svg_file(class_maps(grid, classes, tonnes, of), "orefield classes map")


def class_tonnes_svg(classes: Mapping[str, _I1], tonnes: _F8, of: _MASK) -> str:
    """:func:`class_tonnes` as an SVG file."""
    return style.svg_file(class_tonnes(classes, tonnes, of), "orefield classes tonnes")


def precision_svg(found: Sequence[tuple[str, float, float, _F8]]) -> str:
    """:func:`precision_graph` as an SVG file."""
    return style.svg_file(precision_graph(found), "orefield classes precision")


def _draw(ax: Axes, shown: NDArray[np.integer], extent: tuple[float, float, float, float]) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colours = ListedColormap([style.PAPER, *_COLOURS])
    norm = BoundaryNorm(np.arange(-1.5, 4.0), colours.N)
    ax.imshow(
        shown, origin="lower", extent=extent, cmap=colours, norm=norm, interpolation="nearest",
        aspect="auto",
    )  # fmt: skip
    ax.xaxis.set_major_locator(_few())
    ax.yaxis.set_major_locator(_few())
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:,.0f}")


def _few() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)


def _label(ax: Axes, y: str, x: str) -> None:
    ax.set_ylabel(y)
    ax.set_xlabel(x, loc="left")


def _legend(fig: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(color=_COLOURS[c], label=_NAMES[c]) for c in (3, 2, 1, 0)]
    fig.legend(handles=handles, loc="lower left", ncols=4, bbox_to_anchor=(0.0, 0.0))
