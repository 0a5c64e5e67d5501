"""No bytes make the reader raise anything but a clear error, and the same bytes read the same."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError

from .conftest import pdf

_PDF = pdf(["Ore of 5 Mt", "in 2024"], ["Second page"])
_HTML = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<nav>",
        "</nav>",
        "5 Mt",
        "2024",
        "<",
        ">",
        '"',
        "'",
        "=",
        "&amp;",
        "&#0;",
        "&#x110000;",
        "<h1>",
        "</h1>",
        "<pre>",
        "</pre>",
        "<div hidden>",
        "</div>",
        "<meta name=date content=",
        "\n",
        " ",
        "中",
        "</table>",
        "<title>",
        "<html lang='x'>",
        "&nbsp",
        "\x00",
        "\x1b",
        "</tr>",
    ]
)


def check(read, data: bytes) -> None:
    begun = time.perf_counter()
    try:
        document = read(data)
    except EvidenceError as error:
        document, refusal = None, error
    if document is None:
        assert refusal.what
        assert refusal.fix
    else:
        assert document.text.strip()
        assert "\x00" not in document.text
        assert "\x1b" not in document.text
        assert document == read(data)
        for block in document.blocks:
            assert 0 <= block.start < block.end <= len(document.text)
            assert "\n" not in document.text[block.start : block.end] or "<pre" in data.decode(
                errors="replace"
            )
    assert time.perf_counter() - begun < 3


@given(st.binary(max_size=400))
def test_any_bytes(read, data: bytes) -> None:
    check(read, data)


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"\xff\xfe",
            b"\xfe\xff",
            b"\xef\xbb\xbf",
            b"%PDF-1.7\n",
            b"<html>",
            b"<meta charset=utf-16>",
            b"\xff\xfe\x00\x00",
        ]
    ),
)
def test_any_bytes_after_a_mark(read, data: bytes, mark: bytes) -> None:
    check(read, mark + data)


@given(st.lists(_HTML, max_size=40))
def test_any_page(read, pieces: list[str]) -> None:
    check(read, ("<html>" + "".join(pieces)).encode())


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, len(_PDF) - 1), st.integers(0, 255)), max_size=12),
    st.integers(0, len(_PDF)),
    st.integers(0, 30),
)
def test_any_damage_to_a_pdf(read, changes: list[tuple[int, int]], at: int, drop: int) -> None:
    data = bytearray(_PDF)
    for place, value in changes:
        data[place] = value
    check(read, bytes(data[:at] + data[at + drop :]))


@given(st.text(min_size=1, max_size=120), st.sampled_from(["utf-8", "utf-16", "utf-32", "gb18030"]))
def test_any_text_in_any_encoding(read, text: str, encoding: str) -> None:
    check(read, text.encode(encoding, errors="ignore"))
