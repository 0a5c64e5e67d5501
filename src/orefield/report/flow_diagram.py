"""Sankey diagram of one year's copper: what the ledger's nodes passed on to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orefield.core.errors import RunError
from orefield.report import style
from orefield.report.data import RunTables
from orefield.report.digits import number, way

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALLEST_SHARE = 0.0015
"""Flows below this share of the largest node are not drawn."""

DOMESTIC, IMPORTED, PLAIN, UNKNOWN = "domestic", "imported", "plain", "unknown"
_SHADES = {
    DOMESTIC: style.COPPER[2], IMPORTED: style.GREY[2], PLAIN: style.COPPER[3],
    UNKNOWN: style.GREY[3],
}  # fmt: skip


@dataclass
class _Node:
    name: str
    column: int
    rank: int
    kind: str
    metric: str = ""
    into: float = 0.0
    out: float = 0.0
    y: float = 0.0
    filled_in: float = 0.0
    filled_out: float = 0.0

    @property
    def size(self) -> float:
        return max(self.into, self.out)


@dataclass
class _Diagram:
    nodes: dict[str, _Node] = field(default_factory=dict)
    flows: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, source: _Node, target: _Node, amount: float) -> None:
        source = self.nodes.setdefault(source.name, source)
        target = self.nodes.setdefault(target.name, target)
        source.out += amount
        target.into += amount
        pair = (source.name, target.name)
        self.flows[pair] = self.flows.get(pair, 0.0) + amount


# Node of the balance -> what is drawn, column, rank within it, kind, key of its number.
_INSIDE: Mapping[str, _Node] = {
    n.name: n
    for n in (
        _Node("modelled mines", 0, 0, DOMESTIC, "modelled_mine_t"),
        _Node("mine remainder", 0, 1, DOMESTIC, "mine_remainder_t"),
        _Node("unexplained feed", 1, 9, UNKNOWN, "unexplained_feed_t"),
        _Node("concentrate market", 1, 1, PLAIN),
        _Node("scrap market", 1, 12, PLAIN),
        _Node("smelters", 2, 1, PLAIN),
        _Node("refineries", 3, 1, PLAIN, "refined_output_t"),
        _Node("refined market", 4, 1, PLAIN),
        _Node("semis makers", 5, 1, PLAIN, "total_use_t"),
        _Node("fabrication", 6, 1, PLAIN),
        _Node("losses", 7, 30, UNKNOWN),
    )
}
_TITLES = {
    "modelled mines": "Modelled mines", "mine remainder": "Other mines",
    "unexplained feed": "Unexplained", "concentrate market": "Concentrate",
    "scrap market": "Scrap", "smelters": "Smelters", "refineries": "Refineries",
    "refined market": "Refined", "semis makers": "Semis", "fabrication": "Fabrication",
    "losses": "Losses",
}  # fmt: skip
_IMPORTS = {
    "concentrate": ("Concentrate imports", 0, 2, "concentrate_imports_t"),
    "scrap": ("Scrap imports", 0, 14, "scrap_imports_t"),
    "anode": ("Anode imports", 2, 5, "anode_imports_t"),
    "refined": ("Refined imports", 3, 5, "refined_imports_t"),
    "semis": ("Semis imports", 5, 5, ""),
    "products": ("Product imports", 5, 6, ""),
}
_EXPORTS = {
    "concentrate": ("Concentrate exports", 2, ""),
    "scrap": ("Scrap exports", 2, ""),
    "refined": ("Refined exports", 7, "refined_exports_t"),
    "semis": ("Semis exports", 7, ""),
    "products": ("Product exports", 7, ""),
}


def _ends(source: str, target: str, material: str) -> tuple[_Node, _Node] | None:
    """The nodes as drawn; trade is split by material, scrap returns from the left."""
    if source == "rest of world":
        title, column, rank, metric = _IMPORTS.get(material, (f"{material} imports", 0, 20, ""))
        return _Node(title, column, rank, IMPORTED, metric), _inside(target)
    if target == "rest of world":
        title, column, metric = _EXPORTS.get(material, (f"{material} exports", 7, ""))
        return _inside(source), _Node(title, column, 25, IMPORTED, metric)
    if target == "scrap market":
        old = source == "end of life"
        name = "Old scrap" if old else "New scrap"
        node = _Node(name, 0, 10 if old else 11, DOMESTIC, "old_scrap_t" if old else "new_scrap_t")
        return node, _inside(target)
    stocks = source.startswith("in use") or source == "end of life"
    if stocks or "refined stock" in (source, target):
        return None  # stocks are no flow of the year; a figure of their own shows them
    return _inside(source), _inside(target)


def _inside(name: str) -> _Node:
    if name.startswith("in use: "):
        return _Node(name.removeprefix("in use: ").capitalize(), 7, 5, DOMESTIC)
    known = _INSIDE.get(name)
    if known is None:
        return _Node(name, 7, 28, PLAIN)
    return _Node(_TITLES[name], known.column, known.rank, known.kind, known.metric)


def flows(
    run: RunTables, year: int | None = None, *, width: float = 960, height: float = 440
) -> Figure:
    """Copper through the country in one year, central case of the baseline.

    Parameters
    ----------
    run : RunTables
        The run to draw.
    year : int, optional
        2024 by default.
    width, height : float
        In CSS pixels.

    Raises
    ------
    RunError
        When the run has no national balance, or not that year.
    """
    year = run.flow_year if year is None else year
    frame = run.table("balance")
    frame = frame[frame["year"] == year]
    if frame.empty:
        raise RunError(f"the balance has no year {year}", where=str(run.folder))
    diagram = _Diagram()
    largest = float(frame["quantity_t"].max())
    for row in frame.to_dict("records"):
        amount = float(row["quantity_t"])
        if amount <= SMALLEST_SHARE * largest:
            continue
        ends = _ends(str(row["from"]), str(row["to"]), str(row["material"]))
        if ends is not None:
            diagram.add(*ends, amount)
        if row["from"] == "fabrication" and row["to"] == "scrap market":
            diagram.add(_inside("fabrication"), _Node("To new scrap", 7, 20, PLAIN), amount)
    with style.look():
        return _draw(run, diagram, year, width, height)


def _draw(run: RunTables, diagram: _Diagram, year: int, width: float, height: float) -> Figure:
    fig = style.figure(width, height)
    ax = fig.add_axes((0, 0, 1, 1))
    style.hide_axes(ax)
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    left, right, bar = 138.0, 122.0, 9.0
    columns = sorted({n.column for n in diagram.nodes.values()})
    step = (width - left - right - bar) / max(columns[-1] - columns[0], 1)
    x = {c: left + (c - columns[0]) * step for c in columns}
    per_px = _place(diagram, height)
    nodes = diagram.nodes
    order = sorted(diagram.flows.items(), key=lambda f: (nodes[f[0][1]].y, nodes[f[0][0]].y))
    starts: dict[tuple[str, str], float] = {}
    for (a, b), amount in sorted(order, key=lambda f: (nodes[f[0][0]].y, nodes[f[0][1]].y)):
        starts[a, b] = nodes[a].y + nodes[a].filled_out * per_px
        nodes[a].filled_out += amount
    for (a, b), amount in sorted(order, key=lambda f: (nodes[f[0][1]].y, nodes[f[0][0]].y)):
        end = nodes[b].y + nodes[b].filled_in * per_px
        nodes[b].filled_in += amount
        kind = nodes[a].kind
        if nodes[b].name == "Losses" or nodes[b].kind == IMPORTED:
            kind = nodes[b].kind
        _ribbon(ax, x[nodes[a].column] + bar, starts[a, b], x[nodes[b].column], end,
                amount * per_px, _SHADES[kind])  # fmt: skip
    for node in nodes.values():
        _label(run, ax, node, x[node.column], bar, max(node.size * per_px, 1.0), columns, year)
    return fig


def _place(diagram: _Diagram, height: float) -> float:
    """Stack the nodes of every column; returns pixels a tonne."""
    gap, margin = 20.0, 18.0
    by_column: dict[int, list[_Node]] = {}
    for node in diagram.nodes.values():
        by_column.setdefault(node.column, []).append(node)
    per_px = min(
        (height - 2 * margin - gap * (len(nodes) - 1)) / sum(n.size for n in nodes)
        for nodes in by_column.values()
    )
    for nodes in by_column.values():
        nodes.sort(key=lambda n: (n.rank, -n.size))
        y = margin
        for node in nodes:
            node.y = y
            y += node.size * per_px + gap
    return per_px


def _ribbon(ax: Axes, x0: float, y0: float, x1: float, y1: float, thick: float, shade: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    mid = (x0 + x1) / 2
    points = [(x0, y0), (mid, y0), (mid, y1), (x1, y1), (x1, y1 + thick), (mid, y1 + thick),
              (mid, y0 + thick), (x0, y0 + thick), (x0, y0)]  # fmt: skip
    codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3,
             Outline.CLOSEPOLY]  # fmt: skip
    ax.add_patch(PathPatch(Outline(points, codes), facecolor=shade, alpha=0.55, linewidth=0))


def _label(
    run: RunTables, ax: Axes, node: _Node, x: float, bar: float, size: float, columns: list[int],
    year: int,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    shade = style.GREY[1] if node.kind in (IMPORTED, UNKNOWN) else style.COPPER[0]
    ax.add_patch(Rectangle((x, node.y), bar, size, facecolor=shade, linewidth=0))
    middle = node.y + size / 2
    key = f"{run.country}.{node.metric}.{year}" if node.metric else ""
    value = run.value(key) if key else None
    amount = number(value.central, way("Mt2", value.unit)) if value else ""
    text = f"{node.name}  {amount}" if value else node.name
    gid = style.keyed(key) if value else None
    if columns[0] < node.column < columns[-1]:
        ax.text(x + bar / 2, node.y - 3, text, ha="center", va="bottom", gid=gid)
        return
    at, align = (x - 6, "right") if node.column == columns[0] else (x + bar + 6, "left")
    if value and size > 24:
        ax.text(at, middle - 7, node.name, ha=align, va="center")
        ax.text(at, middle + 7, amount, ha=align, va="center", color=style.GREY[1], gid=gid)
        return
    ax.text(at, middle, text, ha=align, va="center", gid=gid)
