"""Drill holes in plan and in section, coloured by grade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.drillholes.desurvey import Paths
from orefield.deposit.drillholes.log_units import unit_of
from orefield.deposit.samples import Samples
from orefield.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

_WIDTH = 860.0
_LEFT, _RIGHT, _ABOVE, _BELOW, _KEY = 64.0, 16.0, 28.0, 34.0, 46.0
_SHARES = (0.25, 0.5, 0.75, 0.9)
_COLOURS = ("#a9cdd6", "#dfae7f", "#c47a3d", "#9a4f1c", "#3c1806")
_STEP_PARTS = 60
_CORRIDOR = 1.0 / 12.0
_MOST_HEIGHT, _LEAST_HEIGHT = 560.0, 150.0
_LEAST_PLAN_M = 50.0


@dataclass(frozen=True, eq=False)
class _Section:
    """A vertical section: where it is, and which way it looks."""

    middle: _F8
    along: _F8
    azimuth_deg: float
    half_width_m: float

    def place(self, xyz: _F8) -> _F8:
        out: _F8 = (xyz[:, :2] - self.middle) @ self.along
        return out

    def within(self, xyz: _F8) -> NDArray[np.bool_]:
        across = np.array([-self.along[1], self.along[0]])
        out: NDArray[np.bool_] = np.abs((xyz[:, :2] - self.middle) @ across) <= self.half_width_m
        return out


def holes_graph(paths: Paths, depth_m: _F8, samples: Samples, value: str) -> Figure:
    """Holes in plan, coloured by their mean grade, and samples in a section along the deposit.

    The section follows the longest direction of the samples in plan, where most of them are, and
    shows those within a corridor of a sixth of their width. Classes are quantiles of the samples.

    Parameters
    ----------
    paths : Paths
        Of the holes.
    depth_m : ndarray of shape (k,)
        Length of each hole (m).
    samples : Samples
        Composites of these holes.
    value : str
        What is shown.
    """
    shown = samples.measured(value)
    bounds = _classes(shown[value])
    trace_hole, trace = _traces(paths, depth_m)
    cut = _section(shown.xyz_m)
    everything = np.vstack([trace, shown.xyz_m])
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = np.maximum(high - low, 1.0)
    inner = _WIDTH - _LEFT - _RIGHT
    plan_high = min(max(inner * span[1] / span[0], _LEAST_HEIGHT), _MOST_HEIGHT)
    part = cut.within(shown.xyz_m)
    near = everything[cut.within(everything)]
    place = cut.place(near)
    low, high = near.min(axis=0), near.max(axis=0)
    length, tall = max(float(np.ptp(place)), 1.0), max(float(high[2] - low[2]), 1.0)
    section_high = min(max(inner * tall / length, _LEAST_HEIGHT), _MOST_HEIGHT)
    height = _KEY + plan_high + section_high + 2 * (_ABOVE + _BELOW)
    with style.look():
        fig = style.figure(_WIDTH, height)
        plan = style.axes(fig, _LEFT, _BELOW * 2 + _ABOVE + section_high + _KEY, _RIGHT, _ABOVE)
        _draw_plan(plan, paths, trace_hole, trace, shown, value, bounds, cut, length)
        below = style.axes(fig, _LEFT, _BELOW + _KEY, _RIGHT, _ABOVE * 2 + plan_high + _BELOW)
        _draw_section(below, trace_hole, trace, shown, value, bounds, cut, part)
        scale = (section_high / tall) / (inner / length)
        exaggerated = f", heights {scale:.1f} times" if scale > 1.2 else ""
        below.set_title(
            f"section along {cut.azimuth_deg:03.0f} degrees, {part.sum():,} composites within "
            f"{cut.half_width_m:,.0f} m of it{exaggerated}; elevation, m"
        )
        below.set_xlim(place.min() - 0.01 * length, place.max() + 0.01 * length)
        below.set_ylim(low[2] - 0.02 * tall, high[2] + 0.04 * tall)
        _key(below, value, bounds)
    return fig


def holes_svg(paths: Paths, depth_m: _F8, samples: Samples, value: str) -> str:
    """:func:`holes_graph` as an SVG file, the same byte by byte each time."""
    return style.svg_file(holes_graph(paths, depth_m, samples, value), "orefield holes")


def _classes(values: _F8) -> _F8:
    """Bounds between classes: quantiles, without those that are alike."""
    return np.unique(np.quantile(values, _SHARES))


def _traces(paths: Paths, depth_m: _F8) -> tuple[_I8, _F8]:
    """Points along every hole."""
    step = max(float(np.median(depth_m[depth_m > 0])) / _STEP_PARTS, 1e-6)
    count = np.minimum(np.ceil(depth_m / step), 4 * _STEP_PARTS).astype(np.int64) + 1
    hole = np.repeat(np.arange(len(depth_m)), count)
    number = np.arange(len(hole)) - np.repeat(np.cumsum(count) - count, count)
    part = number / np.maximum(np.repeat(count, count) - 1, 1)
    return hole, paths.locate(hole, part * depth_m[hole])[0]


def _section(xyz: _F8) -> _Section:
    middle = np.median(xyz[:, :2], axis=0)
    _, _, ways = np.linalg.svd(xyz[:, :2] - xyz[:, :2].mean(axis=0), full_matrices=False)
    along = ways[0] if len(ways) else np.array([1.0, 0.0])
    if along[0] < 0:
        along = -along
    across = np.array([-along[1], along[0]])
    away = (xyz[:, :2] - middle) @ across
    half = max(float(np.ptp(away)) * _CORRIDOR, 1.0)
    ranked = np.sort(away)
    hits = np.searchsorted(ranked, ranked + half, side="right") - np.searchsorted(
        ranked, ranked - half, side="left"
    )
    best = float(ranked[int(np.argmax(hits))])
    azimuth = math.degrees(math.atan2(along[0], along[1])) % 360.0
    return _Section(middle + best * across, along, azimuth, half)


def _draw_plan(
    ax: Axes, paths: Paths, hole: _I8, trace: _F8, samples: Samples, value: str,
    bounds: _F8, cut: _Section, length: float,
) -> None:  # fmt: skip
    x, y = _joined(hole, trace[:, 0], trace[:, 1])
    ax.plot(x, y, color=style.GREY[3], linewidth=0.6)
    mean = _mean_by_hole(samples, value)
    index = {name: i for i, name in enumerate(paths.holes)}
    first = np.searchsorted(hole, np.arange(len(paths.holes)))
    collar = trace[first]
    at = np.array([index[name] for name in samples.holes])
    has = ~np.isnan(mean)
    grade = np.digitize(mean[has], bounds)
    bare = np.setdiff1d(np.arange(len(paths.holes)), at[has])
    ax.plot(collar[bare, 0], collar[bare, 1], "o", color=style.PAPER, markersize=3,
            markeredgecolor=style.GREY[2], markeredgewidth=0.6)  # fmt: skip
    for k in range(len(bounds) + 1):
        these = at[has][grade == k]
        ax.plot(collar[these, 0], collar[these, 1], "o", color=_colour(k, bounds), markersize=4,
                markeredgecolor=style.GREY[1], markeredgewidth=0.3)  # fmt: skip
    ends = np.array([cut.middle - cut.along * length, cut.middle + cut.along * length])
    ax.plot(ends[:, 0], ends[:, 1], color=style.WATER[1], linewidth=0.9, linestyle=(0, (6, 3)))
    _to_scale(ax, trace)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.locator_params(axis="x", nbins=6)
    ax.locator_params(axis="y", nbins=6)
    ax.set_title(f"plan: mean {_label(value)} of each hole at its collar; dashed, the section; m")


def _to_scale(ax: Axes, trace: _F8) -> None:
    """Limits in plan that show all holes, a metre east as long as a metre north."""
    low, high = trace[:, :2].min(axis=0), trace[:, :2].max(axis=0)
    box = ax.get_position()
    whole = ax.figure.bbox
    wide, tall = whole.width * box.width, whole.height * box.height
    scale = 1.04 * max((high[0] - low[0]) / wide, (high[1] - low[1]) / tall, _LEAST_PLAN_M / wide)
    middle = 0.5 * (low + high)
    ax.set_xlim(middle[0] - 0.5 * scale * wide, middle[0] + 0.5 * scale * wide)
    ax.set_ylim(middle[1] - 0.5 * scale * tall, middle[1] + 0.5 * scale * tall)


def _draw_section(
    ax: Axes, hole: _I8, trace: _F8, samples: Samples, value: str, bounds: _F8, cut: _Section,
    part: NDArray[np.bool_],
) -> None:  # fmt: skip
    near = cut.within(trace)
    x, z = _joined(hole[near], cut.place(trace[near]), trace[near, 2])
    ax.plot(x, z, color=style.GREY[3], linewidth=0.6)
    xyz, length, owner = samples.xyz_m[part], samples.length_m[part], samples.hole[part]
    grade = np.digitize(samples[value][part], bounds)
    place = cut.place(xyz)
    for k in range(len(bounds) + 1):
        x, z = _strokes(place, xyz[:, 2], length, owner, grade == k)
        ax.plot(x, z, color=_colour(k, bounds), linewidth=2.4, solid_capstyle="butt")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("along the section, m", loc="right")
    ax.locator_params(axis="y", nbins=6)


def _strokes(
    x: _F8, z: _F8, length: _F8, owner: NDArray[np.int32], these: NDArray[np.bool_]
) -> tuple[_F8, _F8]:
    """Lines through samples of a class, as long as they are; neighbours in a hole joined."""
    at = np.flatnonzero(these)
    if not at.size:
        return np.zeros(0), np.zeros(0)
    out_x: list[float] = []
    out_z: list[float] = []
    breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(owner[at]) != 0)) + 1
    for run in np.split(at, breaks):
        for end, sign in ((int(run[0]), -0.5), (int(run[-1]), 0.5)):
            upper, lower = _pair(owner, end)
            dx, dz = x[lower] - x[upper], z[lower] - z[upper]
            size = math.hypot(dx, dz)
            down = (dx / size, dz / size) if size > 0 else (0.0, -1.0)
            out_x.append(x[end] + sign * length[end] * down[0])
            out_z.append(z[end] + sign * length[end] * down[1])
        out_x.append(math.nan)
        out_z.append(math.nan)
    return np.array(out_x), np.array(out_z)


def _pair(owner: NDArray[np.int32], at: int) -> tuple[int, int]:
    """A sample and one of its hole above or below it, the upper first; itself where alone."""
    if at > 0 and owner[at - 1] == owner[at]:
        return at - 1, at
    if at + 1 < len(owner) and owner[at + 1] == owner[at]:
        return at, at + 1
    return at, at


def _joined(hole: _I8, x: _F8, y: _F8) -> tuple[_F8, _F8]:
    """Lines of all holes as one, with a break between two holes."""
    at = np.flatnonzero(np.diff(hole)) + 1
    return np.insert(x, at, np.nan), np.insert(y, at, np.nan)


def _mean_by_hole(samples: Samples, value: str) -> _F8:
    n = len(samples.holes)
    weight = np.bincount(samples.hole, samples.length_m, n)
    total = np.bincount(samples.hole, samples.length_m * samples[value], n)
    out = np.full(n, np.nan)
    out[weight > 0] = total[weight > 0] / weight[weight > 0]
    return out


def _colour(k: int, bounds: _F8) -> str:
    return _COLOURS[round(k * (len(_COLOURS) - 1) / max(len(bounds), 1))]


def _label(value: str) -> str:
    unit = unit_of(value)
    name = value.rsplit("_", 1)[0] if unit else value
    return f"{name} {unit}".strip()


def _key(ax: Axes, value: str, bounds: _F8) -> None:
    from matplotlib.lines import Line2D

    shown = [f"{b:.3g}" for b in bounds]
    words = (
        [f"< {shown[0]}", *(f"{a} to {b}" for a, b in pairwise(shown)),
         f"> {shown[-1]}"]
    )  # fmt: skip
    handles = [
        Line2D([], [], color=_colour(k, bounds), linewidth=5, label=word)
        for k, word in enumerate(words)
    ]
    handles.append(Line2D([], [], color=style.GREY[3], linewidth=1, label="not assayed"))
    ax.legend(
        handles=handles, title=_label(value), loc="upper left", ncols=6, borderaxespad=0.0,
        bbox_to_anchor=(0.0, 0.0), bbox_transform=_below(ax), alignment="left",
    )  # fmt: skip


def _below(ax: Axes) -> object:
    from matplotlib.transforms import ScaledTranslation

    shift = ScaledTranslation(0.0, -(_BELOW - 4.0) / 72.0, ax.figure.dpi_scale_trans)
    return ax.transAxes + shift
