"""Numbers read from text, against Python's own reading of them."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orefield.core import TableError
from orefield.kernels.precedence import find_cycle, first_repeated, regrouped
from orefield.pit.minelib import source as reading
from orefield.pit.minelib.source import Source

NUMBER = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(
        r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?", fullmatch=True
    ),
    st.decimals(-(10**9), 10**9, places=6).map(str),
)  # fmt: skip


@given(st.lists(NUMBER, min_size=1, max_size=20))
@example(["9007199254740993", "9007199254740992", "0.1", "1e22", "1e23", "1e-22", "1e-23"])
@example(
    ["804069164.78528394", "225337916.33348910", "6518457191.7120435"]
)  # two roundings go wrong
@example(["123456789012345678", "1234567890123456789", "0.000000000000000000001", "00.10"])
@example(
    ["4.35", "2.2250738585072011e-308", "5e-324", "1.7976931348623157e308", "-0.0", ".5", "5."]
)
def test_every_number_is_read_as_python_reads_it(tmp_path_factory, words):
    path = tmp_path_factory.mktemp("text") / "numbers"
    path.write_text("".join(f"{k} {w}\n" for k, w in enumerate(words)))
    expected = [float(w) for w in words]
    with Source(path) as source:
        if not all(map(math.isfinite, expected)):
            with pytest.raises(TableError, match="too large"):
                list(source.rows(1, 1, "a row"))
            return
        (rows,) = source.rows(1, 1, "a row")
    assert rows.whole[:, 0].tolist() == list(range(len(words)))
    assert rows.real[:, 0].tolist() == expected
    assert np.signbit(rows.real[:, 0]).tolist() == [math.copysign(1, x) < 0 for x in expected]


WORD = st.text(st.sampled_from("0123456789+-.eE_xnaif,"), min_size=1, max_size=8)


@given(WORD)
def test_a_word_is_a_number_where_python_thinks_so(tmp_path_factory, word):
    path = tmp_path_factory.mktemp("text") / "numbers"
    path.write_text(f"0 {word}\n")
    try:
        expected = float(word) if "_" not in word else math.nan
    except ValueError:
        expected = math.nan
    with Source(path) as source:
        if math.isfinite(expected):
            (rows,) = source.rows(1, 1, "a row")
            assert rows.real[0, 0] == expected
        else:
            with pytest.raises(TableError):
                list(source.rows(1, 1, "a row"))


@pytest.mark.parametrize("piece", [1, 7, 64])
def test_pieces_of_any_size_give_the_same(tmp_path, monkeypatch, piece):
    rng = np.random.default_rng(3)
    lists = [sorted(rng.choice(i, rng.integers(0, min(i, 9) + 1), replace=False)) if i else []
             for i in range(200)]  # fmt: skip
    order = rng.permutation(200)
    path = tmp_path / "x.prec"
    text = "".join(f"{i} {len(lists[i])} {' '.join(map(str, lists[i]))}\n\n" for i in order)
    path.write_text(text)
    monkeypatch.setattr(reading, "_PIECE", piece)
    first, count = np.full(200, -1), np.zeros(200, np.int32)
    with Source(path) as source:
        needed, by_block = source.precedences(first, count)
        assert source.line == text.count("\n") + 2  # and the line end that is put behind the last
    assert not by_block
    assert count.tolist() == [len(x) for x in lists]
    assert regrouped(first, count, needed).tolist() == [int(j) for own in lists for j in own]


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_PIECE", 1024)
    monkeypatch.setattr(reading, "_LONGEST_LINE", 4096)
    path = tmp_path / "x.prec"
    path.write_bytes(b"1" * 10_000)
    with Source(path) as source, pytest.raises(TableError, match="a line has no end"):
        list(source.rows(1, 1, "a row"))


def _graph(arcs, n):
    arcs = sorted(arcs)
    start = np.searchsorted([i for i, _ in arcs], np.arange(n + 1)).astype(np.int64)
    return start, np.array([j for _, j in arcs], np.int32)


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))))
def test_cycles_are_found_where_there_are_any(arcs):
    start, needed = _graph(arcs, 8)
    reach = np.zeros((8, 8), bool)
    for i, j in arcs:
        reach[i, j] = True
    for k in range(8):  # Warshall
        reach |= reach[:, k : k + 1] & reach[k : k + 1]
    cycle = find_cycle(start, needed).tolist()
    assert bool(cycle) == bool(reach.diagonal().any())
    assert all((i, j) in arcs for i, j in zip(cycle, [*cycle[1:], *cycle[:1]], strict=True))
    assert len(set(cycle)) == len(cycle)


def test_a_long_chain_does_not_exhaust_anything():
    n = 300_000
    start = np.minimum(np.arange(n + 1), n - 1).astype(np.int64)
    needed = np.arange(1, n, dtype=np.int32)
    assert find_cycle(start, needed).size == 0
    start[n] = n
    assert find_cycle(start, np.append(needed, np.int32(0))).size == n


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=6, max_size=6))
def test_repeats_are_found(lists):
    start = np.cumsum([0, *map(len, lists)])
    needed = np.array([j for own in lists for j in own], np.int32)
    block, other = first_repeated(start, needed)
    repeated = [i for i, own in enumerate(lists) if len(set(own)) < len(own)]
    assert block == (repeated[0] if repeated else -1)
    assert not repeated or lists[block].count(other) > 1
