"""Map of the assets and the rivers they drain to. No borders are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from orefield.core.errors import RunError
from orefield.report import style
from orefield.report.data import RunTables, absent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Box = tuple[float, float, float, float]
"""West, east, south, north in degrees."""


@dataclass(frozen=True)
class Site:
    """Assets that stand so near each other that the map shows them as one.

    Attributes
    ----------
    name : str
    lat, lon : float
    cu_t : float
        Copper of their inventories.
    """

    name: str
    lat: float
    lon: float
    cu_t: float


def sites(run: RunTables, within_deg: float) -> list[Site]:
    """Assets joined where they are closer than ``within_deg``."""
    found: list[list[dict[str, Any]]] = []
    for row in run.rows("assets"):
        place = position(run, str(row["asset"]))
        if place is None:
            continue
        point = {"asset": row["asset"], "lat": place[0], "lon": place[1],
                 "cu_t": float(row["modelled_cu_t"])}  # fmt: skip
        for group in found:
            near = group[0]
            apart = max(abs(near["lat"] - place[0]), abs(near["lon"] - place[1]))
            if apart < within_deg:
                group.append(point)
                break
        else:
            found.append([point])
    return [
        Site(
            _group_name(run, [str(p["asset"]) for p in group]),
            float(np.mean([p["lat"] for p in group])),
            float(np.mean([p["lon"] for p in group])),
            sum(p["cu_t"] for p in group),
        )
        for group in found
    ]


def position(run: RunTables, asset: str) -> tuple[float, float] | None:
    """Latitude and longitude by the study's parameters, else by its entities."""
    known = run.parameter(f"{asset}.site.latitude"), run.parameter(f"{asset}.site.longitude")
    entity = run.entities.get(asset, {})
    lat: Any = known[0]["value"] if known[0] else entity.get("lat")
    lon: Any = known[1]["value"] if known[1] else entity.get("lon")
    return None if absent(lat) or absent(lon) else (float(lat), float(lon))


def _group_name(run: RunTables, assets: list[str]) -> str:
    if len(assets) <= 2:
        return ", ".join(run.name(a) for a in assets)
    parents = {str(run.entities.get(a, {}).get("parent") or "") for a in assets}
    if len(parents) == 1 and "" not in parents:
        return f"{run.name(parents.pop())} ({len(assets)} deposits)"
    return f"{run.name(assets[0])} and {len(assets) - 1} more"


def rivers_map(
    run: RunTables, *, width: float = 720, height: float = 520, box: Box | None = None
) -> Figure:
    """Assets (circles by copper in the inventory) and rivers (lines by mean flow).

    Rivers are straight lines between the study's nodes, not surveyed courses.

    Parameters
    ----------
    run : RunTables
        The run to draw.
    width, height : float
        In CSS pixels.
    box : Box, optional
        Part of the map; everything by default.

    Raises
    ------
    RunError
        When the run has neither assets with positions nor rivers.
    """
    nodes = {str(n["node_id"]): n for n in run.rows("river_nodes")}
    zoomed = box is not None
    places = sites(run, 0.2 if zoomed else 0.6)
    if not places and not nodes:
        raise RunError("nothing of this run has a position", where=str(run.folder))
    if box is None:
        box = _reach(places, nodes.values())
    with style.look():
        fig = style.figure(width, height)
        ax = style.axes(fig, 4, 18, 4, 4)
        box = _fitted(ax, box)
        _graticule(ax, box)
        taken = _Taken(ax)
        _rivers(ax, run, nodes)
        shown = [s for s in places if box[0] < s.lon < box[1] and box[2] < s.lat < box[3]]
        largest = max((s.cu_t for s in places), default=1.0)
        for site in shown:
            size = 4.0 + 13.0 * np.sqrt(site.cu_t / largest)
            ax.plot(site.lon, site.lat, "o", ms=size, color=style.COPPER[1], alpha=0.85,
                    mec=style.PAPER, mew=0.8, zorder=5)  # fmt: skip
            taken.block(site.lon, site.lat, size)
        for site in sorted(shown, key=lambda s: -s.cu_t):
            taken.write(site.lon, site.lat, site.name, style.GREY[0], weight="bold")
        _river_names(ax, run, nodes, taken, box)
    return fig


def plateau_box(run: RunTables) -> Box | None:
    """Where most assets stand: the densest 20 by 10 degrees; None when few are there."""
    places = [p for a in run.assets if (p := position(run, a)) is not None]
    best: tuple[int, Box] | None = None
    for lat, lon in places:
        box = (lon - 3.0, lon + 17.5, lat - 5.5, lat + 3.2)
        inside = sum(box[0] < o < box[1] and box[2] < a < box[3] for a, o in places)
        if best is None or inside > best[0]:
            best = (inside, box)
    return best[1] if best and best[0] >= 4 and best[0] < len(places) else None


def _reach(places: Iterable[Site], nodes: Iterable[dict[str, Any]]) -> Box:
    points = [(s.lon, s.lat) for s in places] + [(float(n["lon"]), float(n["lat"])) for n in nodes]
    lon, lat = np.array(points).T
    return (lon.min() - 2.5, lon.max() + 3.5, lat.min() - 2.0, lat.max() + 2.5)


def _fitted(ax: Axes, box: Box) -> Box:
    """The box widened to the shape of the axes, so that distances look alike both ways."""
    shrink = float(np.cos(np.radians((box[2] + box[3]) / 2)))
    wide, high = (box[1] - box[0]) * shrink, box[3] - box[2]
    shape = ax.bbox.width / ax.bbox.height
    grow_x = max(high * shape - wide, 0.0) / shrink / 2
    grow_y = max(wide / shape - high, 0.0) / 2
    return (box[0] - grow_x, box[1] + grow_x, box[2] - grow_y, box[3] + grow_y)


def _graticule(ax: Axes, box: Box) -> None:
    """Every ten degrees, four when zoomed."""
    step = 10 if box[1] - box[0] > 30 else 4
    ax.set_facecolor("#fbfbfa")
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xticks(np.arange(np.floor(box[0] / step) * step, box[1] + step, step))
    ax.set_yticks(np.arange(np.floor(box[2] / step) * step, box[3] + step, step))
    ax.set_xlim(box[0], box[1])
    ax.set_ylim(box[2], box[3])
    ax.grid(color=style.GREY[4])
    ax.tick_params(length=0)
    ax.set_xticklabels([f"{v:.0f}°E" for v in ax.get_xticks()])
    ax.set_yticklabels([])
    for v in ax.get_yticks():
        if box[2] < v < box[3] - 0.05 * (box[3] - box[2]):
            ax.text(0.004, v, f"{v:.0f}°N", va="bottom", color=style.GREY[2],
                    transform=ax.get_yaxis_transform(), fontsize=style.FONT_PX - 1.5)  # fmt: skip


def _rivers(ax: Axes, run: RunTables, nodes: dict[str, dict[str, Any]]) -> None:
    from matplotlib.collections import LineCollection

    flow = _flows(run, nodes)
    drained = _drained(run)
    groups: dict[tuple[bool, str], list[tuple[Any, float]]] = {}
    for link in run.rows("river_links"):
        ids = (str(link["from_id"]), str(link["to_id"]))
        ends = [nodes.get(i) for i in ids]
        if None in ends:
            continue
        line = [(n["lon"], n["lat"]) for n in ends if n is not None]
        m3s = flow.get(ids[1]) or flow.get(ids[0])
        kind = "known" if m3s else "unknown"
        if not drained.get(ids, True):
            kind = "unresolved"
        wide = 0.7 + 0.036 * float(np.sqrt(m3s)) if m3s else 0.8
        groups.setdefault((ids in drained, kind), []).append((line, wide))
    for (below, kind), found in groups.items():
        ax.add_collection(
            LineCollection(
                [line for line, _ in found], linewidths=[wide for _, wide in found],
                linestyles=[_DASHES[kind]], colors=style.WATER[1 if below else 3],
                capstyle="butt" if kind == "unresolved" else "round", zorder=3 if below else 2,
            ),
            autolim=False,
        )  # fmt: skip
    known = {i for pair in drained for i in pair}
    for below in (False, True):
        chosen = [n for i, n in nodes.items() if (i in known) == below]
        ax.plot([n["lon"] for n in chosen], [n["lat"] for n in chosen], "o", ms=2.4, zorder=4,
                mew=0, color=style.WATER[0 if below else 2])  # fmt: skip


_DASHES: dict[str, Any] = {"known": "-", "unknown": (0, (1, 1.6)), "unresolved": (0, (2, 1.2))}


def _drained(run: RunTables) -> dict[tuple[str, str], bool]:
    """Links that lie below an asset; False for those of unresolved basins only."""
    out: dict[tuple[str, str], bool] = {}
    for row in run.rows("river_chains"):
        sure = row.get("unresolved") is not True
        for path in str(row.get("path") or "").split("; "):
            steps = path.split(">")
            for link in pairwise(steps):
                out[link] = out.get(link, False) or sure
    return out


def _flows(run: RunTables, nodes: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Mean flow at a node; where none is known, the nearest known one upstream."""
    known = {i: float(n["flow_m3_s"]) for i, n in nodes.items() if not absent(n["flow_m3_s"])}
    links = [(str(k["from_id"]), str(k["to_id"])) for k in run.rows("river_links")]
    for _ in range(len(links)):
        grown = {b: known[a] for a, b in links if a in known and b not in known}
        if not grown:
            break
        known.update(grown)
    return known


def _river_names(
    ax: Axes, run: RunTables, nodes: dict[str, dict[str, Any]], taken: _Taken, box: Box
) -> None:
    """Each river's name beside one of its middle nodes, where there is room."""
    by_river: dict[str, list[dict[str, Any]]] = {}
    for node in nodes.values():
        if box[0] < node["lon"] < box[1] and box[2] < node["lat"] < box[3]:
            by_river.setdefault(str(node["river"]), []).append(node)
    least = 4 if ax.bbox.width < 500 else 2
    by_river = {r: n for r, n in by_river.items() if len(n) >= least or _is_entry(run, n)}
    for river, found in sorted(by_river.items(), key=lambda r: (-len(r[1]), r[0])):
        for node in sorted(found, key=lambda n: abs(found.index(n) - len(found) / 2)):
            if taken.write(node["lon"], node["lat"], river, style.WATER[1], style="italic",
                           must=False):  # fmt: skip
                break


def _is_entry(run: RunTables, nodes: list[dict[str, Any]]) -> bool:
    """Whether an asset drains straight into one of the nodes."""
    entries = {e for row in run.rows("river_chains") for e in str(row.get("entry")).split("; ")}
    return any(str(n["node_id"]) in entries for n in nodes)


class _Taken:
    """Places labels beside points so that none covers another."""

    def __init__(self, ax: Axes) -> None:
        self._ax = ax
        self._boxes: list[Box] = []

    def _pixels(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = self._ax.transData.transform((lon, lat))
        return float(x), float(y)

    def block(self, lon: float, lat: float, size: float) -> None:
        x, y = self._pixels(lon, lat)
        self._boxes.append((x - size / 2, x + size / 2, y - size / 2, y + size / 2))

    def write(
        self, lon: float, lat: float, text: str, color: str, *, must: bool = True, **kind: Any
    ) -> bool:
        """Write where there is room; ``must`` writes to the right when there is none."""
        x, y = self._pixels(lon, lat)
        wide, high = 6.5 * len(text), style.FONT_PX + 2
        edge = self._ax.bbox
        choices = [(dx, dy) for d in (9.0, 15.0, 22.0, 30.0) for dx, dy in
                   ((d, 0), (-d, 0), (d * 0.7, d), (d * 0.7, -d), (-d * 0.7, d), (-d * 0.7, -d),
                    (0, d), (0, -d))]  # fmt: skip
        for dx, dy in choices:
            start = x + dx if dx > 0 else x + dx - wide if dx < 0 else x - wide / 2
            box = (start, start + wide, y + dy - high / 2, y + dy + high / 2)
            free = all(
                box[1] < b[0] or box[0] > b[1] or box[3] < b[2] or box[2] > b[3]
                for b in self._boxes
            )
            inside = box[0] > edge.x0 and box[1] < edge.x1 and box[2] > edge.y0 and box[3] < edge.y1
            if free and inside:
                self._put(box, text, color, lon, lat, x, y, far=abs(dx) + abs(dy) > 20, **kind)
                return True
        if must:
            box = (x + 9, x + 9 + wide, y - high / 2, y + high / 2)
            self._put(box, text, color, lon, lat, x, y, far=False, **kind)
        return must

    def _put(
        self, box: Box, text: str, color: str, lon: float, lat: float, x: float, y: float, *,
        far: bool, **kind: Any,
    ) -> None:  # fmt: skip
        self._boxes.append(box)
        right = box[0] >= x
        left = box[1] <= x
        align = "left" if right else "right" if left else "center"
        at = box[0] if right else box[1] if left else x
        middle = (box[2] + box[3]) / 2
        to_data = self._ax.transData.inverted()
        place = to_data.transform((at, middle))
        if far:
            self._ax.plot([lon, place[0]], [lat, place[1]], color=style.GREY[2], lw=0.6, zorder=4)
        self._ax.text(place[0], place[1], text, color=color, ha=align, va="center", zorder=6,
                      fontsize=style.FONT_PX - 0.5, **kind)  # fmt: skip
