"""River network: paths, distances, borders; and tables that cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import TableError
from orefield.core.tables import Row
from orefield.environment import (
    LINK_COLUMNS,
    NODE_COLUMNS,
    RiverLink,
    RiverNetwork,
    RiverNode,
    borders,
    links_from_rows,
    nodes_from_rows,
)


def node(node_id: str, down: str = "", river: str = "Long", **more: object) -> RiverNode:
    values: dict[str, object] = {
        "node_id": node_id, "river": river, "name": node_id.lower(), "lat": 30.0, "lon": 90.0,
        "position_mark": "recall", "downstream_id": down,
    }  # fmt: skip
    return RiverNode(**{**values, **more})  # type: ignore[arg-type]


def small() -> RiverNetwork:
    """A brook and a river that meet above a border and reach the sea."""
    return RiverNetwork(
        nodes=(
            node("AA01", "AA02", elevation_m=500.0, elevation_mark="read", note="spring"),
            node("AA02", "AA03", flow_m3_s=10.0, flow_mark="read"),
            node("BB01", "AA02", river="Brook"),
            node("AA03", "AA04", role="gauge; border XX-YY", flow_m3_s=30.0, flow_mark="recall"),
            node("AA04", role="sea"),
        ),
        links=(
            RiverLink("AA01", "AA02", 12.5),
            RiverLink("BB01", "AA02", 3.0, note="1.5 x straight: rough"),
            RiverLink("AA02", "AA03", 100.0, straight_km=80.0),
            RiverLink("AA03", "AA04", 7.5),
        ),
    )


def test_path_and_distances() -> None:
    path = small().downstream("AA01")
    assert path.node_ids == ("AA01", "AA02", "AA03", "AA04")
    assert [p.cumulative_km for p in path.points] == [0.0, 12.5, 112.5, 120.0]
    assert path.length_km == 120.0
    assert path.end.role == "sea"
    assert path.notes == ("AA01: spring",)
    assert not any(p.rough for p in path.points)


def test_a_rough_stretch_makes_all_below_it_rough() -> None:
    path = small().downstream("BB01")
    assert [p.rough for p in path.points] == [False, True, True, True]
    assert path.rivers == ("Brook", "Long")
    assert path.notes == ("BB01 -> AA02: 1.5 x straight: rough",)


def test_flows_are_given_or_none() -> None:
    net = small()
    first = net.downstream("BB01").first_with_flow()
    assert first is not None
    assert first.node.node_id == "AA02"
    assert (first.node.flow_m3_s, first.node.flow_mark) == (10.0, "read")
    assert net.node("AA01").flow_m3_s is None
    assert net.downstream("AA04").first_with_flow() is None


def test_a_closed_lake_ends_the_search_for_a_flow() -> None:
    lake = node("LL01", "LL02", role="mine; terminal lake")
    net = RiverNetwork(
        (lake, node("LL02", flow_m3_s=5.0, flow_mark="read")), (RiverLink("LL01", "LL02", 1.0),)
    )
    path = net.downstream("LL01")
    assert path.terminal_lakes == (lake,)
    assert path.first_with_flow() is None


def test_borders() -> None:
    assert small().downstream("AA01").countries == ("XX", "YY")
    assert small().downstream("AA04").countries == ()
    assert borders(node("CC01", role="border CN", name="border CN-MM-LA (post)")) == (
        "CN", "MM", "LA",
    )  # fmt: skip
    assert borders(node("CC01", role="gauge", name="the borderland")) == ()


def test_notes_are_kept() -> None:
    assert dict(small().notes) == {"AA01": "spring", "BB01 -> AA02": "1.5 x straight: rough"}


def test_last_of_a_river() -> None:
    assert small().last_of("Long").node_id == "AA04"
    assert small().last_of("Brook").node_id == "BB01"
    with pytest.raises(TableError, match="no river 'Short'"):
        small().last_of("Short")


def test_one_name_for_two_rivers() -> None:
    net = RiverNetwork((node("AA01"), node("BB01")), ())
    with pytest.raises(TableError, match="ends at AA01, BB01"):
        net.last_of("Long")


def test_oddities_are_shown_not_mended() -> None:
    high = node("AA01", "AA02", elevation_m=10.0, elevation_mark="recall", flow_m3_s=9.0,
                flow_mark="recall")  # fmt: skip
    low = replace(high, node_id="AA02", downstream_id="", elevation_m=11.0, flow_m3_s=8.0)
    net = RiverNetwork((high, low), (RiverLink("AA01", "AA02", 1.0),))
    assert net.oddities() == (
        "AA01 -> AA02: runs uphill, 10 to 11 m",
        "AA01 -> AA02: flow falls, 9 to 8 m3/s",
    )
    assert net.node("AA02").flow_m3_s == 8.0
    assert small().oddities() == ()


@given(
    tree=st.integers(2, 30).flatmap(
        lambda n: st.tuples(*[st.integers(0, max(i - 1, 0)) for i in range(n)])
    ),
    km=st.lists(st.floats(0, 1e3), min_size=30, max_size=30),
)
def test_random_trees(tree: tuple[int, ...], km: list[float]) -> None:
    """Every node reaches the root; distance is the sum of an independent walk."""
    ids = [f"N{i}" for i in range(len(tree))]
    nodes = tuple(node(ids[i], ids[tree[i]] if i else "") for i in range(len(tree)))
    links = tuple(RiverLink(ids[i], ids[tree[i]], km[i]) for i in range(1, len(tree)))
    net = RiverNetwork(nodes, links)
    for i in range(len(tree)):
        at, walked, steps = i, 0.0, 1
        while at:
            walked += km[at]
            at = tree[at]
            steps += 1
        path = net.downstream(ids[i])
        assert path.end.node_id == "N0"
        assert len(path.points) == steps
        assert path.length_km == pytest.approx(walked)
        distances = [p.cumulative_km for p in path.points]
        assert distances == sorted(distances)


@given(size=st.integers(2, 6), tail=st.integers(0, 3))
def test_every_cycle_is_found_and_named(size: int, tail: int) -> None:
    ring = [f"R{i}" for i in range(size)]
    lead = [f"T{i}" for i in range(tail)]
    down = {r: ring[(i + 1) % size] for i, r in enumerate(ring)}
    down |= {t: (lead[i + 1] if i + 1 < tail else ring[0]) for i, t in enumerate(lead)}
    order = lead + ring
    nodes = tuple(node(n, down[n]) for n in order)
    links = tuple(RiverLink(n, down[n], 1.0) for n in order)
    with pytest.raises(TableError, match="circle") as caught:
        RiverNetwork(nodes, links)
    named = caught.value.what.split(": ")[1].split(" -> ")
    assert named[0] == named[-1]
    assert set(named) == set(ring)


def test_bad_networks() -> None:
    net = small()
    with pytest.raises(TableError, match="stands twice"):
        RiverNetwork((*net.nodes, net.nodes[0]), net.links)
    with pytest.raises(TableError, match="unknown river node 'ZZ99'"):
        RiverNetwork(net.nodes, (*net.links, RiverLink("AA04", "ZZ99", 1.0)))
    with pytest.raises(TableError, match="to both 'AA02' and 'AA03'"):
        RiverNetwork(net.nodes, (*net.links, RiverLink("AA01", "AA03", 1.0)))
    with pytest.raises(TableError, match="links lead to 'nothing'"):
        RiverNetwork(net.nodes, net.links[:-1])
    with pytest.raises(TableError, match="names 'nothing' downstream"):
        RiverNetwork((replace(net.nodes[0], downstream_id=""), *net.nodes[1:]), net.links)
    with pytest.raises(TableError, match="no river node 'AA99'"):
        net.downstream("AA99")


@pytest.mark.parametrize(
    "bad",
    [
        {"lat": 91.0},
        {"lon": float("nan")},
        {"flow_m3_s": 0.0, "flow_mark": "read"},
        {"flow_m3_s": float("inf"), "flow_mark": "read"},
        {"flow_m3_s": 5.0},  # a flow that does not say how it is known
        {"flow_m3_s": 5.0, "flow_mark": "guess"},
        {"position_mark": ""},
        {"elevation_m": 50_000.0, "elevation_mark": "read"},
        {"elevation_m": 500.0},
        {"area_km2": -1.0},
        {"river": ""},
    ],
)
def test_bad_nodes(bad: dict[str, object]) -> None:
    with pytest.raises(TableError):
        node("AA01", **bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad",
    [
        {"length_km": -1.0},
        {"length_km": float("nan")},
        {"length_km": 5.0, "straight_km": 6.0},
        {"length_km": 5.0, "mark": "seen"},
        {"length_km": 5.0, "to_id": "AA01"},
    ],
)
def test_bad_links(bad: dict[str, object]) -> None:
    with pytest.raises(TableError):
        RiverLink(**{"from_id": "AA01", "to_id": "AA02", **bad})  # type: ignore[arg-type]


def node_row(**cells: str) -> Row:
    base = dict.fromkeys(NODE_COLUMNS, "")
    base |= {"node_id": "AA01", "river": "Long", "name": "spring", "lat": "30", "lon": "90"}
    base |= {"position_mark": "read"}
    return Row("nodes.csv", 7, base | cells)


def link_row(**cells: str) -> Row:
    base = dict.fromkeys(LINK_COLUMNS, "")
    base |= {"from_id": "AA01", "to_id": "AA02", "suggested_km": "5", "mark": "derived"}
    return Row("links.csv", 9, base | cells)


def test_rows_become_nodes_and_links() -> None:
    (got,) = nodes_from_rows([node_row(q_mean_m3s="182", q_mark="derived", q_basis="depth x area")])
    assert (got.flow_m3_s, got.flow_mark, got.flow_basis) == (182.0, "derived", "depth x area")
    assert got.elevation_m is None
    (link,) = links_from_rows([link_row(straight_km="4.5", note="rough")])
    assert (link.length_km, link.straight_km, link.rough) == (5.0, 4.5, True)


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        ({"lat": ""}, "nodes.csv:7, column 'lat'"),
        ({"lat": "thirty"}, "nodes.csv:7, column 'lat'"),
        ({"lat": "95"}, "nodes.csv:7"),
        ({"q_mean_m3s": "-3", "q_mark": "read"}, "nodes.csv:7"),
        ({"river": " "}, "nodes.csv:7, column 'river'"),
    ],
)
def test_bad_node_rows_name_their_place(cells: dict[str, str], where: str) -> None:
    with pytest.raises(TableError) as caught:
        nodes_from_rows([node_row(**cells)])
    assert caught.value.where == where


def test_bad_link_rows_name_their_place() -> None:
    with pytest.raises(TableError) as caught:
        links_from_rows([link_row(suggested_km="")])
    assert caught.value.where == "links.csv:9, column 'suggested_km'"
    with pytest.raises(TableError) as caught:
        links_from_rows([link_row(suggested_km="-5")])
    assert caught.value.where == "links.csv:9"
    with pytest.raises(TableError) as caught:
        RiverNetwork(nodes_from_rows([node_row()]), links_from_rows([link_row()]))
    assert caught.value.where == "links.csv:9"


def test_numbers_are_plain_floats() -> None:
    assert all(isinstance(p.cumulative_km, float) for p in small().downstream("AA01").points)
    assert not isinstance(small().downstream("AA01").length_km, np.ndarray)
