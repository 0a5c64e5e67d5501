"""HTML pages as their readers see them."""

from __future__ import annotations

import time

import pytest

from orefield.core.errors import EvidenceError
from orefield.evidence.documents import CELL

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Plant opens | Hill News</title>
<meta property="og:title" content="Plant opens &amp; grows">
<meta property='og:site_name' content='Hill News'>
<meta property="article:published_time" content="2025-03-04T08:00:00+08:00">
<style>p { color: red }</style><script>document.write("<p>999 Mt</p>")</script></head>
<body><nav><ul><li>Home</li><li>Mines</li></ul></nav><!-- 888 Mt -->
<h1>Plant opens</h1>
<p>It made 1.5&nbsp;Mt<br>in <b>20</b>24, &lt; 2 &times; before&#46;</p>
<table><tr><th>Year</th><th>kt</th></tr><tr><td>2023</td><td>100</td></tr><tr><td>2024<td><p>12</p>0</table>
<div hidden>777 Mt</div><div style="DISPLAY : none"><div>666</div> Mt</div>
<p>Not hidden.</p><footer>All rights</footer></body></html>"""


def test_a_page_as_its_reader_sees_it(read) -> None:
    document = read(PAGE, "page.txt")
    assert document.format == "html"
    assert document.text.split("\n") == [
        "Plant opens",
        "It made 1.5 Mt",
        "in 2024, < 2 × before.",
        f"Year{CELL}kt",
        f"2023{CELL}100",
        f"2024{CELL}12 0",
        "Not hidden.",
    ]
    assert (document.title, document.publisher) == ("Plant opens & grows", "Hill News")
    assert document.published == "2025-03-04"


def test_blocks_point_at_headings_and_rows(read) -> None:
    document = read(PAGE)
    shown = [(b.kind, document.text[b.start : b.end]) for b in document.blocks]
    assert shown[:3] == [
        ("heading", "Plant opens"),
        ("row", f"Year{CELL}kt"),
        ("row", f"2023{CELL}100"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="pubdate" content="2025-03-04">',
        '<meta itemprop="datePublished" content="March 4, 2025">',
        '<script type="application/ld+json">{"datePublished":"2025-03-04T01:00Z"}</script>',
        '<time datetime="2025-03-04T09:00">today</time>',
    ],
)
def test_dates_of_a_page(read, head: str) -> None:
    assert (
        read(f"<html><head>{head}</head><body><p>Text</p></body></html>").published == "2025-03-04"
    )


def test_a_declared_encoding_is_used(read) -> None:
    page = '<html><head><meta charset="gb2312"></head><body><p>矿</p></body></html>'
    assert read(page.encode("gb18030")).text == "矿"
    page = '<html><head><meta charset="shift_jis"></head><body><p>銅の鉱山</p></body></html>'
    assert read(page.encode("cp932")).text == "銅の鉱山"


@pytest.mark.parametrize(
    "codec", ["base64", "zlib", "rot13", "idna", "unicode_escape", "nonsense", "utf-7"]
)
def test_a_declared_encoding_that_is_none_is_not_run(read, codec: str) -> None:
    page = f'<html><head><meta charset="{codec}"></head><body><p>Señor, 5 % más</p></body></html>'
    assert "5 % m" in read(page.encode("cp1252")).text


def test_what_is_never_closed_does_not_swallow_the_text(read) -> None:
    document = read("<html><body><nav>Menu <p>It made 5 Mt.</p><p>More.</p></body></html>")
    assert "It made 5 Mt." in document.text
    assert any("never closed" in w for w in document.warnings)
    assert "4 Mt" in read("<html><p title='it's\">It made 4 Mt.</p><p>x</p>").text


def test_a_page_of_scripts_alone_holds_no_text(read) -> None:
    with pytest.raises(EvidenceError, match="no text"):
        read("<html><body><script>var x = 1;</script></body></html>")


def test_markup_as_text_stays_text(read) -> None:
    text = read("<html><p>&lt;script&gt;alert(1)&lt;/script&gt; a < 5 and b > 3</p>").text
    assert text == "<script>alert(1)</script> a < 5 and b > 3"


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<a ",
        '<a "',
        "<div>",
        "<nav>",
        "<script>",
        "<a '\">",
        "</",
        "<table><tr><td>",
        "<!",
        "&#x",
        "&",
        "<td>",
        "<pre>",
        "<title>",
        "<p hidden>",
        "<?",
        "<h1>",
        "<a b=",
        "</p",
        "<x y='",
    ],
)
def test_hostile_pages_take_linear_time(read, piece: str) -> None:
    begun = time.perf_counter()
    document = read("<html><p>start 5 Mt</p>" + piece * 40_000)
    assert "start 5 Mt" in document.text
    assert time.perf_counter() - begun < 5
