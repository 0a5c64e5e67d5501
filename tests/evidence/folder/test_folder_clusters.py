"""One wire story counts once; relays are followed, and never in a circle."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from corpus_files import SOURCES, corpus, line
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence import Source, SourceKind
from orefield.evidence.folder import chain_hops, read_folder, release_clusters
from orefield.evidence.folder.relays import without_circles

RELAYS = SOURCES + ",relays,release"


def source(name: str, published: str = "", hops: int = 0) -> Source:
    return Source(name, f"Text {name}", SourceKind.NEWS, published=published, hops=hops)


def test_relays_from_a_column_make_one_cluster_and_count_hops(tmp_path: Path) -> None:
    rows = ("A,Release,Acme Corp,2024-05-01,0,,,", "B,Wire,Wire,2024-05-02,1,,A,",
            "C,Paper,Paper,2024-05-03,1,,B,", "D,Other,Other,2024-05-03,1,,,")  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", sources=rows, source_header=RELAYS))
    assert folder.relays == {"B": ("A",), "C": ("B",)}
    assert folder.clusters == {"A": "A", "B": "A", "C": "A", "D": "D"}
    assert folder.hops == {"A": 0, "B": 1, "C": 2, "D": 1}
    assert folder.problems == ()


def test_stated_hops_are_the_least(tmp_path: Path) -> None:
    rows = ("A,Wire,Wire,2024,3,,,", "B,Paper,Paper,2024,1,,A,")
    folder = read_folder(corpus(tmp_path / "c", sources=rows, source_header=RELAYS))
    assert folder.hops == {"A": 3, "B": 4}


@pytest.mark.parametrize(
    ("note", "relays", "origins"),
    [
        ("relays S9", {"S1": ("S9",)}, {}),
        ("relays Hill Wire of 2024-05-05; critical", {"S1": ("S9",)}, {}),
        ("relays the Hill Wire, which relays the company", {"S1": ("S9",)}, {}),
        ("relays Hill Wire of 2023-01-01", {}, {"S1": ("Hill Wire of 2023-01-01",)}),
        ("according to Acme Corp", {}, {"S1": ("Acme Corp",)}),
        ("转载自山报社。", {"S1": ("S8",)}, {}),
        ("no sources given", {}, {}),
        ("", {}, {}),
    ],
)
def test_relays_from_notes(
    tmp_path: Path, note: str, relays: dict[str, tuple[str, ...]], origins: dict[str, object]
) -> None:
    rows = (f'S1,Paper,Hill Daily,2024-05-06,1,"{note}"', "S9,Wire text,Hill Wire,2024-05-05,1,",
            "S8,矿山新闻,山报社,2024-05-04,1,")  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", sources=rows))
    assert folder.relays == relays
    assert folder.origins == origins


def test_an_old_text_of_the_same_publisher_is_not_what_is_relayed(tmp_path: Path) -> None:
    rows = ("S1,Paper,Hill Daily,2024-05-06,1,relays Geology Office",
            "S9,Atlas,Geology Office,2013,0,")  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", sources=rows))
    assert folder.relays == {}
    assert folder.clusters == {"S1": "S1", "S9": "S9"}


def test_self_citing_and_circles_are_told_and_opened(tmp_path: Path) -> None:
    rows = ("A,a text,P,2024-05-03,1,,C,", "B,b text,Q,2024-05-01,1,,A,",
            "C,c text,R,2024-05-02,1,,B,", "D,d text,S,2024,1,,D,")  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", sources=rows, source_header=RELAYS))
    told = [p.what for p in folder.problems]
    assert any("circle: B > A > C > B" in t for t in told)
    assert any("'D' is said to relay itself" in t for t in told)
    assert folder.relays == {"A": ("C",), "C": ("B",)}
    assert folder.hops == {"A": 3, "B": 1, "C": 2, "D": 1}
    assert folder.clusters == {"A": "B", "B": "B", "C": "B", "D": "D"}


def test_a_stated_release_comes_first(tmp_path: Path) -> None:
    rows = ("A,a text,P,2024,0,,,r1", "B,b text,Q,2024,1,,A,r2", "C,c text,R,2024,1,,,r1",
            "D,d text,S,2024,1,,A,")  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", sources=rows, source_header=RELAYS))
    assert folder.clusters == {"A": "r1", "B": "r2", "C": "r1", "D": "r1"}


def test_a_text_that_relays_two_does_not_make_them_one() -> None:
    sources = [source(n) for n in "ABC"]
    found = release_clusters(sources, (), relays={"C": ("A", "B")})
    assert found == {"A": "A", "B": "B", "C": "A"}


@pytest.mark.parametrize(
    ("day", "note", "low", "same"),
    [
        ("2024-05-08", "relays a press release of Acme Corp", "6", True),
        ("2024-05-08", "relays Acme Corp", "6", True),
        ("2024-07-08", "relays Acme Corp", "6", False),
        ("2024", "relays Acme Corp", "6", False),
        ("", "relays Acme Corp", "6", False),
        ("2024-05-08", "relays Beta Corp", "6", False),
        ("2024-05-08", "relays a press release", "6", False),
        ("2024-05-08", "relays Acme Corp", "6.1", False),
        ("2024-05-08", "", "6", False),
    ],
)
def test_two_papers_on_one_release(
    tmp_path: Path, day: str, note: str, low: str, same: bool
) -> None:
    rows = ("S1,One,Hill Daily,2024-05-06,1,relays a statement by Acme Corp",
            f"S2,Two,Lake Daily,{day},1,{note}")  # fmt: skip
    claims = (line("A"), line("B", "6", subject="Lake mine"), line("C", source="S2"),
              line("D", low, source="S2", subject="LAKE  mine"))  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", *claims, sources=rows))
    assert (folder.clusters["S1"] == folder.clusters["S2"]) is same


def test_a_long_chain_is_no_trap() -> None:
    sources = [source(f"S{n}") for n in range(5000)]
    relays = {f"S{n}": (f"S{n - 1}",) for n in range(1, 5000)}
    start = time.perf_counter()
    assert chain_hops(sources, relays)["S4999"] == 4999
    assert set(release_clusters(sources, (), relays=relays).values()) == {"S0"}
    assert time.perf_counter() - start < 3.0


GRAPHS = st.dictionaries(
    st.integers(0, 7),
    st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True),
    max_size=8,
).map(lambda g: {str(k): tuple(str(x) for x in v if x != k) for k, v in g.items()})


@given(GRAPHS)
def test_any_relays_end(graph: dict[str, tuple[str, ...]]) -> None:
    graph = {k: v for k, v in graph.items() if v}
    sources = [source(str(n), f"20{n:02}") for n in range(8)]
    kept, circles = without_circles(graph, sources)
    assert all(set(kept[k]) <= set(graph[k]) for k in kept)
    assert bool(circles) == (kept != graph)
    hops = chain_hops(sources, graph)
    clusters = release_clusters(sources, (), relays=graph)
    assert set(hops) == set(clusters) == {s.id for s in sources}
    for text, passed_on in kept.items():
        assert hops[text] > max(hops[p] for p in passed_on)
        assert clusters[text] == clusters[passed_on[0]]


@given(GRAPHS)
def test_a_cluster_is_named_by_a_member(graph: dict[str, tuple[str, ...]]) -> None:
    sources = [source(str(n)) for n in range(8)]
    clusters = release_clusters(sources, (), relays={k: v for k, v in graph.items() if v})
    assert all(clusters[name] == name for name in clusters.values())
