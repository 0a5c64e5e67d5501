"""The look of all figures: one palette, one type size, SVG that repeats byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COPPER = ("#5f2d10", "#9a4f1c", "#c47a3d", "#dfae7f", "#f3e2d1")
"""Domestic copper, dark to light."""
WATER = ("#123f4d", "#2b7489", "#6aa9b8", "#b4d5dc", "#e3f0f2")
"""Rivers and water, dark to light."""
GREY = ("#23262a", "#5d636b", "#8e959d", "#c3c8cd", "#e9ebed")
"""Everything else, dark to light: text, imports, grids."""
PAPER = "#ffffff"

FONT_PX = 11.0
KEY_GID = "key:"
"""Prefix of the gid of a text artist that shows a result; see :func:`keyed`."""

_RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": FONT_PX,
    "svg.fonttype": "none",
    # labels come from studies: a dollar sign in one is no formula
    "text.parse_math": False,
    "text.color": GREY[0],
    "axes.labelcolor": GREY[1],
    "axes.edgecolor": GREY[3],
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": FONT_PX,
    "axes.titleweight": "bold",
    "axes.titlepad": 8.0,
    "axes.labelsize": FONT_PX,
    "axes.axisbelow": True,
    "xtick.color": GREY[3],
    "ytick.color": GREY[3],
    "xtick.labelcolor": GREY[1],
    "ytick.labelcolor": GREY[1],
    "xtick.labelsize": FONT_PX - 0.5,
    "ytick.labelsize": FONT_PX - 0.5,
    "xtick.major.size": 3.0,
    "xtick.major.pad": 5.0,
    "ytick.major.size": 0.0,
    "grid.color": GREY[4],
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": FONT_PX - 0.5,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": "none",
    "path.simplify": True,
}


@contextmanager
def look() -> Iterator[None]:
    """Make figures inside this block to have the look of the report."""
    import matplotlib as mpl

    with mpl.rc_context(_RC):
        yield


def figure(width_px: float, height_px: float) -> Figure:
    """An empty figure of that many CSS pixels; nothing is registered anywhere."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_px / 72.0, height_px / 72.0), dpi=72.0)


def axes(fig: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes inside margins given in CSS pixels."""
    width, height = (float(v) * 72.0 for v in fig.get_size_inches())
    box = (
        left / width,
        bottom / height,
        max(width - left - right, 10.0) / width,
        max(height - bottom - top, 10.0) / height,
    )
    return fig.add_axes(box)


def keyed(key: str) -> str:
    """The gid for a text artist whose number is the result ``key``."""
    return f"{KEY_GID}{key}"


def svg_file(fig: Figure, salt: str) -> str:
    """A figure as the text of an SVG file, the same byte by byte; ``salt`` is unlike all others."""
    import matplotlib as mpl

    out = StringIO()
    with mpl.rc_context({**_RC, "svg.hashsalt": salt}):
        fig.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def svg(fig: Figure, name: str, description: str) -> Markup:
    """The figure as an inline SVG element.

    Parameters
    ----------
    fig : Figure
        Left as it is.
    name : str
        Unique in the report: it salts the ids, so that two figures share none.
    description : str
        What the figure shows, for readers who do not see it.
    """
    return Markup(_inline(svg_file(fig, f"orefield {name}"), description))


_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_SIZE = re.compile(r'(<svg\b[^>]*?) (?:width|height)="[^"]*"')
_NAMESPACE = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"')
_ID = re.compile(r'\s+id="([^"]*)"')
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^")]+)')
_BLANK = re.compile(r">\s*\n\s*<")


def _inline(text: str, description: str) -> str:
    """Matplotlib's file as an element of a page: no prolog, no ids that nothing points to."""
    text = _HEAD.sub("", text)
    text = _COMMENT.sub("", _METADATA.sub("", text))
    text = _NAMESPACE.sub("", text).replace("xlink:href", "href")
    text = _SIZE.sub(r"\1", _SIZE.sub(r"\1", text, count=1), count=1)
    used = set(_REFERENCE.findall(text))

    def identity(match: re.Match[str]) -> str:
        found = match.group(1)
        if found.startswith(KEY_GID):
            key = found.removeprefix(KEY_GID)
            return f' class="n" data-key="{key}"'
        return match.group(0) if found in used else ""

    text = _ID.sub(identity, text)
    text = _BLANK.sub(">\n<", text)
    label = escape(description, quote=True)
    return text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def years_axis(ax: Axes, first: int, last: int, *, short: bool = False) -> None:
    """Label every tenth or fifth year, and the ends of the axis exactly."""
    step = 10 if short or last - first > 30 else 5
    ticks = [y for y in range(first, last + 1) if y % step == 0]
    ax.set_xticks(ticks)
    ax.set_xticklabels([f"{y}" for y in ticks])
    ax.set_xlim(first, last)
    ax.tick_params(axis="x", length=3)


def hide_axes(ax: Axes) -> None:
    """No ticks, no frame."""
    ax.set_axis_off()
