"""Rivers as a network of nodes and links: what lies downstream, how far, how much water.

A node has at most one link downstream, so the water of every node follows one path to a
sea, a closed lake, or the edge of what is known. Flows are the mean annual ones that a
table gives; where it gives none, a node has none: nothing is interpolated. Each flow
keeps its mark (``read``, ``derived`` or ``recall``), each node and link its note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from orefield.core.errors import TableError
from orefield.environment.river_tables import RiverLink, RiverNode

_BORDER = re.compile(r"\bborder ([A-Z]{2}(?:-[A-Z]{2})*)")


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A node on the way down, and how far it is from where the path starts.

    Attributes
    ----------
    node : RiverNode
    cumulative_km : float
        River distance from the first node.
    rough : bool
        Whether any stretch of that distance is a rough estimate.
    """

    node: RiverNode
    cumulative_km: float
    rough: bool


@dataclass(frozen=True, slots=True)
class RiverPath:
    """The way down from a node, that node first.

    Attributes
    ----------
    points : tuple of PathPoint
    notes : tuple of str
        Notes of the nodes and links passed, in order, each with its id.
    """

    points: tuple[PathPoint, ...]
    notes: tuple[str, ...]

    @property
    def node_ids(self) -> tuple[str, ...]:
        """Ids of the nodes, from the first down."""
        return tuple(point.node.node_id for point in self.points)

    @property
    def length_km(self) -> float:
        """River distance from the first node to the last."""
        return self.points[-1].cumulative_km

    @property
    def end(self) -> RiverNode:
        """The last node: a sea, a closed lake, or where the table stops."""
        return self.points[-1].node

    @property
    def rivers(self) -> tuple[str, ...]:
        """Rivers passed, each once."""
        return tuple(dict.fromkeys(point.node.river for point in self.points))

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries on either side of the borders passed, in order; empty without a border.

        Only borders that the table marks: a river may touch more countries than these.
        """
        codes = [code for point in self.points for code in borders(point.node)]
        return tuple(dict.fromkeys(codes))

    @property
    def terminal_lakes(self) -> tuple[RiverNode, ...]:
        """Closed lakes passed or reached; beyond one, water goes on at times at most."""
        return tuple(p.node for p in self.points if p.node.is_terminal_lake)

    def first_with_flow(self) -> PathPoint | None:
        """The first point whose node has a flow, or None when none has.

        A closed lake ends the search: a river beyond it is not fed all year.
        """
        for point in self.points:
            if point.node.flow_m3_s is not None:
                return point
            if point.node.is_terminal_lake:
                return None
        return None


@dataclass(frozen=True)
class RiverNetwork:
    """Nodes and links, checked.

    Parameters
    ----------
    nodes : tuple of RiverNode
    links : tuple of RiverLink

    Raises
    ------
    TableError
        For a repeated node, a link from or to an unknown node, two links down from one
        node, a node whose own ``downstream_id`` says something else than the links, or a
        cycle, which is named.
    """

    nodes: tuple[RiverNode, ...]
    links: tuple[RiverLink, ...]
    by_id: Mapping[str, RiverNode] = field(init=False, repr=False, compare=False)
    """Nodes by id."""
    link_from: Mapping[str, RiverLink] = field(init=False, repr=False, compare=False)
    """The link down from a node, by the node's id."""

    def __post_init__(self) -> None:
        by_id: dict[str, RiverNode] = {}
        for node in self.nodes:
            if node.node_id in by_id:
                raise TableError(
                    f"river node '{node.node_id}' stands twice",
                    where=node.where,
                    fix="ids are unique",
                )
            by_id[node.node_id] = node
        down: dict[str, RiverLink] = {}
        for link in self.links:
            for end in (link.from_id, link.to_id):
                if end not in by_id:
                    raise TableError(
                        f"a link names the unknown river node '{end}'",
                        where=link.where,
                        fix="add the node, or mend the id",
                    )
            if link.from_id in down:
                raise TableError(
                    f"'{link.from_id}' flows down to both '{down[link.from_id].to_id}' and "
                    f"'{link.to_id}'",
                    where=link.where,
                    fix="a node has one link downstream; keep one",
                )
            down[link.from_id] = link
        for node in self.nodes:
            linked = down[node.node_id].to_id if node.node_id in down else ""
            if node.downstream_id != linked:
                raise TableError(
                    f"'{node.node_id}' names '{node.downstream_id or 'nothing'}' downstream, the "
                    f"links lead to '{linked or 'nothing'}'",
                    where=node.where,
                    fix="make the two tables agree",
                )
        _refuse_cycles(down)
        object.__setattr__(self, "by_id", MappingProxyType(by_id))
        object.__setattr__(self, "link_from", MappingProxyType(down))

    @property
    def rivers(self) -> tuple[str, ...]:
        """Names of the rivers, each once, in the table's order."""
        return tuple(dict.fromkeys(node.river for node in self.nodes))

    @property
    def notes(self) -> Mapping[str, str]:
        """Notes of nodes (by id) and of links (by ``"from -> to"``) that have one."""
        out = {node.node_id: node.note for node in self.nodes if node.note}
        out |= {link.name: link.note for link in self.links if link.note}
        return MappingProxyType(out)

    def node(self, node_id: str) -> RiverNode:
        """The node with an id.

        Raises
        ------
        TableError
            When there is none.
        """
        try:
            return self.by_id[node_id]
        except KeyError:
            raise TableError(
                f"there is no river node '{node_id}'", fix="see the table of river nodes"
            ) from None

    def downstream(self, node_id: str) -> RiverPath:
        """The path from a node to where its water ends.

        Raises
        ------
        TableError
            When there is no such node.
        """
        node, km, rough = self.node(node_id), 0.0, False
        points = [PathPoint(node, km, rough)]
        notes = [f"{node.node_id}: {node.note}"] if node.note else []
        while (link := self.link_from.get(node.node_id)) is not None:
            node = self.by_id[link.to_id]
            km += link.length_km
            rough = rough or link.rough
            points.append(PathPoint(node, km, rough))
            if link.note:
                notes.append(f"{link.name}: {link.note}")
            if node.note:
                notes.append(f"{node.node_id}: {node.note}")
        return RiverPath(tuple(points), tuple(notes))

    def last_of(self, river: str) -> RiverNode:
        """The lowest node of a river: water that enters it anywhere passes there.

        Raises
        ------
        TableError
            When the network has no such river, or its nodes do not lie on one path.
        """
        on_river = {node.node_id for node in self.nodes if node.river == river}
        if not on_river:
            raise TableError(f"the network has no river '{river}'")
        ends = {
            [i for i in self.downstream(node_id).node_ids if i in on_river][-1]
            for node_id in on_river
        }
        if len(ends) != 1:
            raise TableError(
                f"river '{river}' ends at {', '.join(sorted(ends))}",
                fix="give two rivers two names",
            )
        return self.by_id[ends.pop()]

    def oddities(self) -> tuple[str, ...]:
        """What does not look right in the tables but does not make them unusable.

        Links that run uphill, and flows smaller than those of the last gauged node above.
        They are shown, not mended: they may be errors of a recalled number.
        """
        out = []
        for link in self.links:
            above, below = self.by_id[link.from_id], self.by_id[link.to_id]
            if None not in (above.elevation_m, below.elevation_m) and (
                (below.elevation_m or 0.0) > (above.elevation_m or 0.0)
            ):
                out.append(
                    f"{link.name}: runs uphill, {above.elevation_m:g} to {below.elevation_m:g} m"
                )
        for node in self.nodes:
            if node.flow_m3_s is None:
                continue
            below_it = self.downstream(node.node_id).points[1:]
            next_one = next((p.node for p in below_it if p.node.flow_m3_s is not None), None)
            if next_one is not None and (next_one.flow_m3_s or 0.0) < node.flow_m3_s:
                out.append(
                    f"{node.node_id} -> {next_one.node_id}: flow falls, {node.flow_m3_s:g} to "
                    f"{next_one.flow_m3_s:g} m3/s"
                )
        return tuple(out)


def borders(node: RiverNode) -> tuple[str, ...]:
    """Country codes of a border at a node, from its role or name; empty where none is.

    ``"border CN-IN"`` gives ``("CN", "IN")``. Where role and name both name a border the
    longer list counts.
    """
    longest: tuple[str, ...] = ()
    for text in (node.role, node.name):
        for match in _BORDER.finditer(text):
            codes = tuple(match[1].split("-"))
            longest = codes if len(codes) > len(longest) else longest
    return longest


def _refuse_cycles(down: Mapping[str, RiverLink]) -> None:
    safe: set[str] = set()
    for start in down:
        trail: dict[str, None] = {}
        at = start
        while at in down and at not in safe:
            if at in trail:
                order: Sequence[str] = [*trail, at]
                cycle = order[order.index(at) :]
                raise TableError(
                    f"rivers flow in a circle: {' -> '.join(cycle)}",
                    where=down[at].where,
                    fix="one of these links points the wrong way",
                )
            trail[at] = None
            at = down[at].to_id
        safe.update(trail)
