"""Realisations as figures: maps of a level, and distributions beside that of the samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

_F8 = NDArray[np.float64]

_WIDTH = 760.0
_MAP_PX, _TALLEST_PX = 262.0, 420.0


def maps_svg(
    grid: Grid,
    level: int,
    values: Mapping[str, _F8],
    spread: tuple[str, _F8],
    simulated: NDArray[np.bool_],
    unit: str,
) -> str:
    """Maps of one level along the grid's own axes: values on one scale, their spread on another.

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    level : int
        Of the grid, from 0 at the bottom.
    values : mapping of str to ndarray of shape (n,)
        By title: realisations and their mean.
    spread : (str, ndarray of shape (n,))
        Title and standard deviations.
    simulated : ndarray of shape (n,), bool
        Other blocks stay blank.
    unit : str
        Of the values, for the scales.
    """
    nx, ny, nz = grid.shape
    shown = simulated.reshape(nz, ny, nx)[level]
    planes = {t: np.where(shown, v.reshape(nz, ny, nx)[level], np.nan) for t, v in values.items()}
    seen = np.concatenate([p[shown] for p in planes.values()]) if shown.any() else np.zeros(1)
    low, high = (float(v) for v in np.percentile(seen, [1.0, 99.0]))
    extent = (0.0, nx * grid.size[0], 0.0, ny * grid.size[1])
    aspect = extent[3] / extent[1]
    wide = min(_MAP_PX, _TALLEST_PX / aspect)
    height = wide * aspect
    pitch = height + 64.0
    rows = -(-(len(planes) + 1) // 2)
    whole = rows * pitch + 6.0
    with style.look():
        fig = style.figure(_WIDTH, whole)
        drawn = [(t, p, low, high, _scale(style.COPPER)) for t, p in planes.items()]
        plane = np.where(shown, spread[1].reshape(nz, ny, nx)[level], np.nan)
        top = float(np.percentile(plane[shown], 99.0)) if shown.any() else 1.0
        drawn.append((spread[0], plane, 0.0, top, _scale(style.WATER)))
        for k, (title, plane, bottom, most, colours) in enumerate(drawn):
            row, column = divmod(k, 2)
            left, above = 44.0 + column * _WIDTH / 2.0, 26.0 + row * pitch
            below = whole - above - height
            ax = style.axes(fig, left, below, _WIDTH - left - wide, above)
            image = ax.imshow(
                plane, origin="lower", extent=extent, cmap=colours, aspect="auto",
                vmin=bottom, vmax=max(most, bottom + 1e-12), interpolation="nearest",
            )  # fmt: skip
            ax.set_title(title)
            if k >= len(drawn) - 2:
                ax.set_xlabel("m along the grid", loc="left")
            ax.tick_params(axis="y", length=3)
            beside = left + wide + 10.0
            scale = style.axes(fig, beside, below, _WIDTH - beside - 11.0, above)
            bar = fig.colorbar(image, cax=scale)
            bar.outline.set_visible(False)
            scale.set_title(unit, loc="left", fontweight="normal")
        return style.svg_file(fig, f"orefield simulation maps {len(planes)} {level}")


def distribution_svg(name: str, samples: _F8, weights: _F8, quantiles: _F8, shares: _F8) -> str:
    """Distribution of samples, declustered, beside those of realisations.

    Parameters
    ----------
    name : str
        Of the value, with its unit.
    samples, weights : ndarray of shape (m,)
        Values and declustering weights.
    quantiles : ndarray of shape (r, k)
        Of each realisation, on the support of samples.
    shares : ndarray of shape (k,)
        Shares of nodes below each.
    """
    order = np.argsort(samples, kind="stable")
    running = np.cumsum(weights[order]) / weights.sum()
    low, high = quantiles.min(axis=0), quantiles.max(axis=0)
    with style.look():
        fig = style.figure(520.0, 340.0)
        ax = style.axes(fig, 52.0, 44.0, 16.0, 28.0)
        ax.fill_betweenx(
            100.0 * shares, low, high, color=style.COPPER[3], linewidth=0.0,
            label=f"all {len(quantiles)} realisations",
        )  # fmt: skip
        ax.plot(
            np.median(quantiles, axis=0), 100.0 * shares, color=style.COPPER[1], linewidth=1.4,
            label="middle one",
        )  # fmt: skip
        ax.step(
            samples[order], 100.0 * running, where="post", color=style.GREY[0], linewidth=1.1,
            label="samples, declustered",
        )  # fmt: skip
        # the uppermost half per cent would squeeze all others
        last = samples[order][min(int(np.searchsorted(running, 0.995)), order.size - 1)]
        ax.set_xlim(min(0.0, float(low[0])), float(max(high[shares <= 0.995][-1], last)))
        ax.set_ylim(0.0, 100.0)
        ax.set_title(f"share at or below {name}, %")
        ax.set_xlabel(name, loc="left")
        ax.legend(loc="lower right")
        return style.svg_file(fig, f"orefield simulation distribution {name}")


def _scale(shades: tuple[str, ...]) -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    at = np.linspace(0.0, 1.0, len(shades))
    stops = list(zip(at.tolist(), reversed(shades), strict=True))
    return LinearSegmentedColormap.from_list("light to dark", stops)
