"""Drainage chains: what a description says, and never more than it says."""

import os
from pathlib import Path

import numpy as np
import pytest

from orefield.core import TableError
from orefield.core.tables import Row, read_rows
from orefield.environment import (
    CHAIN_COLUMNS,
    LINK_COLUMNS,
    LINK_EXTRA_COLUMNS,
    NODE_COLUMNS,
    NODE_EXTRA_COLUMNS,
    SECONDS_PER_YEAR,
    Drainage,
    Position,
    RiverLink,
    RiverNetwork,
    RiverNode,
    links_from_rows,
    nodes_from_rows,
    read_chains,
)

STUDY = Path(__file__).parents[2] / "src" / "orefield" / "studies" / "china_copper"


def network() -> RiverNetwork:
    """East and West run to two seas; a brook joins the East, a lake has no outlet."""
    rows = [
        ("EA01", "East", "EA02", 10.0, "gauge"),
        ("EA02", "East", "EA03", 20.0, "gauge; border XX-YY"),
        ("EA03", "East", "", None, "sea"),
        ("BR01", "Brook", "EA02", None, ""),
        ("WE01", "West", "WE02", None, "mine inflow"),
        ("WE02", "West", "", 40.0, "sea; border XX-ZZ"),
        ("LA01", "Salt Lake", "", None, "terminal lake"),
    ]
    return RiverNetwork(
        tuple(
            RiverNode(i, river, i, 30, 90, "read", flow_m3_s=q, flow_mark="recall" if q else "",
                      role=role, downstream_id=down)
            for i, river, down, q, role in rows
        ),
        tuple(RiverLink(i, down, 10.0) for i, _, down, _, _ in rows if down),
    )  # fmt: skip


def read(*chains: tuple[str, ...]) -> dict[str, Drainage]:
    rows = []
    for line, (asset, chain, *rest) in enumerate(chains, start=2):
        countries, note = [*rest, "XX", ""][:2] if len(rest) < 2 else rest
        cells = (asset, chain, countries, note)
        rows.append(Row("chains.csv", line, dict(zip(CHAIN_COLUMNS, cells, strict=True))))
    return read_chains(rows, network())


def entry(drainage: Drainage) -> list[tuple[str, str]]:
    return [(c.position, c.path.node_ids[0]) for c in drainage.candidates]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("creek > East (EA01) > sea", [("at", "EA01")]),
        ("creek > East (EA01-EA02)", [("above", "EA02")]),
        ("creek > East > sea", [("above", "EA03")]),
        ("creek > East or West", [("above", "EA03"), ("above", "WE02")]),
        ("Red or Blue creek > East (EA01)", [("at", "EA01")]),
        ("Brook > East (EA02) > sea", [("above", "BR01")]),
        ("by the East side streams > East (EA01-EA02)", [("above", "EA02")]),
        ("creek > Salt Lake", [("above", "LA01")]),
        ("Eastern creek > Westwater", []),
        ("closed steppe basin", []),
    ],
)
def test_rules_of_reading(chain: str, expected: list[tuple[str, str]]) -> None:
    assert entry(read(("mine", chain))["mine"]) == expected


def test_a_doubt_in_the_note_is_another_candidate() -> None:
    got = read(("mine", "creek > East (EA01)", "XX", "the West is nearer: check"))["mine"]
    assert entry(got) == [("at", "EA01"), ("above", "WE02")]
    assert got.unresolved
    assert got.status == "unresolved: East (at EA01) or West (above WE02)"
    assert got.countries_known == ("XX", "YY", "ZZ")


def test_a_note_on_the_way_itself_is_no_doubt() -> None:
    got = read(("mine", "creek > East (EA01)", "XX;YY", "East and Brook read"))["mine"]
    assert not got.unresolved
    assert got.status == "East (at EA01)"


def test_alternative_countries_are_kept_as_written() -> None:
    got = read(("mine", "creek > East or West", "XX or XX;ZZ;QQ"))["mine"]
    assert got.countries == ("XX", "XX;ZZ;QQ")
    # EA02's border may lie above the place where the water enters the East: not counted
    assert got.countries_known == ("XX", "ZZ", "QQ")


def test_as_another_asset() -> None:
    got = read(("mine", "creek > East (EA01)"), ("pit", "as mine"))
    assert entry(got["pit"]) == [("at", "EA01")]
    assert got["pit"].asset_id == "pit"


def test_described_only() -> None:
    got = read(("mine", "steppe wadis"))["mine"]
    assert not got.in_network
    assert not got.unresolved
    assert got.status == "described only: steppe wadis"
    assert got.dilution(1.0) == ()


def test_closed_lake_is_told() -> None:
    assert read(("mine", "creek > Salt Lake"))["mine"].status.endswith("; LA01 has no outlet")


def test_dilution_at_the_first_known_flow() -> None:
    water = np.array([[SECONDS_PER_YEAR, 0.0]])
    (at,) = read(("mine", "creek > East (EA01)"))["mine"].dilution(water)
    assert at is not None
    np.testing.assert_allclose(at.share, [[0.1, 0.0]])
    assert at.point.node.node_id == "EA01"
    assert at.point.node.flow_mark == "recall"
    assert not at.at_least
    (below,) = read(("mine", "creek > West (WE01)"))["mine"].dilution(water)
    assert below is not None
    np.testing.assert_allclose(below.share, [[0.025, 0.0]])
    assert below.at_least  # the flow is known only further down, where there is more of it
    assert read(("mine", "creek > Salt Lake"))["mine"].dilution(water) == (None,)


def test_dilution_keeps_both_candidates() -> None:
    got = read(("mine", "creek > East (EA01)", "XX", "or the West"))["mine"].dilution(1e6)
    assert [d.point.node.node_id for d in got if d is not None] == ["EA01", "WE02"]
    assert [d.at_least for d in got if d is not None] == [False, True]


@pytest.mark.parametrize(
    ("chains", "message"),
    [
        ([("m", "East (EA99)")], "unknown river node 'EA99'"),
        ([("m", "East (EA02-EA01)")], "'EA01' does not lie below EA02"),
        ([("m", "East (EA01) > West (WE01)")], "'WE01' does not lie below EA01"),
        ([("m", "East (EA01)"), ("m", "East (EA02)")], "two chains"),
        ([("m", "as nobody")], "no asset with a chain"),
        ([("m", "as m")], "no asset with a chain"),
        ([("m", "as n"), ("n", "as m")], "no asset with a chain"),
    ],
)
def test_bad_chains(chains: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read(*chains)
    assert caught.value.where.startswith("chains.csv:")


# -- the tables of the reference study -----------------------------------------------


def _folder(which: str) -> Path:
    if which == "study":
        return STUDY
    facts = os.environ.get("OREFIELD_FACTS")
    if not facts:
        pytest.skip("OREFIELD_FACTS is not set: the folder with the tables as gathered")
    return Path(facts) / "rivers"


@pytest.fixture(params=["study", "facts"])
def china(request: pytest.FixtureRequest) -> tuple[RiverNetwork, dict[str, Drainage]]:
    folder = _folder(request.param)
    net = RiverNetwork(
        nodes_from_rows(
            read_rows(folder / "river_nodes.csv", NODE_COLUMNS, NODE_EXTRA_COLUMNS, key="node_id")
        ),
        links_from_rows(read_rows(folder / "river_links.csv", LINK_COLUMNS, LINK_EXTRA_COLUMNS)),
    )
    rows = read_rows(folder / "river_chains.csv", CHAIN_COLUMNS, key="asset_id")
    return net, read_chains(rows, net)


def test_the_tables_hold_together(china: tuple[RiverNetwork, dict[str, Drainage]]) -> None:
    net, chains = china
    assert (len(net.nodes), len(net.links), len(chains)) == (93, 86, 26)
    assert net.oddities() == ()
    assert all(net.downstream(n.node_id).length_km >= 0 for n in net.nodes)
    assert sum(n.flow_mark == "recall" for n in net.nodes) > 40  # most flows are recalled
    assert all(n.flow_mark in ("read", "derived", "recall") for n in net.nodes if n.flow_m3_s)


def test_every_chain_is_resolved_or_says_why_not(
    china: tuple[RiverNetwork, dict[str, Drainage]],
) -> None:
    _, chains = china
    assert {a for a, d in chains.items() if d.unresolved} == {"yulong", "malasongduo"}
    assert {a for a, d in chains.items() if not d.in_network} == {
        "ashele", "jinchuan", "dahongshan", "huogeqi", "saishitang", "bainaimiao",
    }  # fmt: skip
    entered = {
        "julong": "LH04", "jiama": "LH04", "xiongcun": "YT04", "zhunuo": "YT03", "pulang": "JS07",
        "dexing": "LA01", "zijinshan": "TH01", "duobaoshan": "NE01", "tongshan_hlj": "NE01",
        "duolong": "DL01", "wunugetushan": "AR01", "lala": "JS10", "chengmenshan": "JS16",
    }  # fmt: skip
    for asset, node_id in entered.items():
        assert chains[asset].candidates[0].path.node_ids[0] == node_id, asset


def test_yulong_keeps_both_rivers(china: tuple[RiverNetwork, dict[str, Drainage]]) -> None:
    _, chains = china
    yulong = chains["yulong"]
    first, second = yulong.candidates
    assert first.path.node_ids[0] == "JS03"
    assert first.path.end.node_id == "JS19"
    assert (second.path.rivers[0], second.position) == ("Lancang", Position.ABOVE)
    assert second.path.end.node_id == "LC13"
    assert {"MM", "LA"} <= set(yulong.countries_known)
    assert yulong.status.startswith("unresolved: Jinsha")


def test_the_lhasa_river_reaches_the_bay(
    china: tuple[RiverNetwork, dict[str, Drainage]],
) -> None:
    net, chains = china
    path = chains["julong"].candidates[0].path
    assert path.end.node_id == "BR09"
    assert path.countries == ("CN", "IN", "BD")
    # summed by hand from the table: LH04-LH08, YT07-YT13, BR01-BR09
    lhasa = 60 + 30 + 75 + 0
    tsangpo = 142 + 90 + 278 + 19 + 227 + 128 + 136
    brahmaputra = 48 + 104 + 358 + 168 + 246 + 104 + 191 + 272
    assert path.length_km == pytest.approx(lhasa + tsangpo + brahmaputra)
    assert "order to check" in net.notes["LH05"]
    assert "order to check" in net.notes["YT03"]


def test_borders_passed_are_among_the_countries_listed(
    china: tuple[RiverNetwork, dict[str, Drainage]],
) -> None:
    _, chains = china
    for asset, drainage in chains.items():
        if not drainage.unresolved:
            listed = {code for text in drainage.countries for code in text.split(";")}
            assert set(drainage.countries_known) == listed, asset


def test_closed_basins(china: tuple[RiverNetwork, dict[str, Drainage]]) -> None:
    _, chains = china
    assert chains["duolong"].candidates[0].path.end.node_id == "DL02"
    assert "at times" in chains["wunugetushan"].status
    assert chains["wunugetushan"].dilution(1e6) == (None,)
