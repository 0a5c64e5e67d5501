"""PDFs: pages, hyphens, encryption, scans, damage and bombs."""

from __future__ import annotations

import io
import logging
import time
import zlib

import pytest

from orefield.core.errors import EvidenceError

from .conftest import pdf, pdf_of_streams

PAGES = pdf(
    [
        "Plant opens in the hills",
        "March 04, 2025",
        "The explora-",
        "tion found 20 Mt of ore (2021-",
        "25), and the Cu-",
        "Au zone grew.",
    ],
    ["Second page: 5 kt."],
)


def test_pages_and_words_cut_at_line_ends(read) -> None:
    document = read(PAGES, "report.txt")
    assert (document.format, document.encoding) == ("pdf", "")
    assert "The exploration found" in document.text
    assert "2021-\n25" in document.text
    assert "Cu-\nAu" in document.text
    assert (document.title, document.published) == ("Plant opens in the hills", "2025-03-04")
    second = document.text.index("Second page")
    assert document.pages == (0, second)
    assert (document.page_of(0), document.page_of(second - 1), document.page_of(second)) == (
        1,
        1,
        2,
    )


def test_text_formats_have_no_pages(read) -> None:
    assert read("A text of the mine.").page_of(3) is None


@pytest.mark.parametrize("password", ["secret", ""])
def test_encrypted_files_say_what_to_do(read, password: str) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(PAGES)))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    if password:
        with pytest.raises(EvidenceError, match="encrypted") as error:
            read(out.getvalue())
        assert "password" in error.value.fix
    else:
        assert "Second page: 5 kt." in read(out.getvalue()).text


def test_scans_say_what_to_do(read) -> None:
    with pytest.raises(EvidenceError, match="images") as error:
        read(pdf([], []))
    assert "OCR" in error.value.fix
    document = read(pdf(["A page of text."], [], []))
    assert any("no text on pages 2, 3" in w for w in document.warnings)


@pytest.mark.parametrize("keep", [9, 50, 300, 700, len(PAGES) - 40])
def test_a_cut_file_is_an_error_and_no_crash(read, keep: int) -> None:
    with pytest.raises(EvidenceError, match=r"damaged|no text"):
        read(PAGES[:keep])


def test_bounds_leave_out_and_say_so(read) -> None:
    document = read(PAGES, max_pages=1)
    assert len(document.pages) == 1
    assert any("1 of 2 pages" in w for w in document.warnings)
    document = read(PAGES, max_chars=30)
    assert len(document.text) == 30
    assert any("left out" in w for w in document.warnings)


@pytest.mark.parametrize(
    "stream", [b" " * 20_000_000, b"(aa) Tj " * 200_000, b"[(a)] TJ " * 100_000]
)
def test_bombs_are_left_out(read, stream: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(EvidenceError, match=r"left out|cannot be read"):
        read(pdf_of_streams([zlib.compress(stream)], "/Filter /FlateDecode"))
    assert time.perf_counter() - begun < 10


def test_a_bomb_within_a_bomb_is_left_out(read) -> None:
    twice = zlib.compress(zlib.compress(b" " * 90_000_000))
    with pytest.raises(EvidenceError, match=r"left out|cannot be read"):
        read(pdf_of_streams([twice], "/Filter [/FlateDecode /FlateDecode]"))


def test_a_bad_page_does_not_lose_the_good_ones(read) -> None:
    good = b"BT /F1 12 Tf 72 720 Td (A good page) Tj ET"
    document = read(pdf_of_streams([good, good + b" " * 9_000_000, good]))
    assert document.text.count("A good page") == 2
    assert any(w.startswith("page 2 ") for w in document.warnings)


def test_the_reader_leaves_logging_as_it_was(read) -> None:
    logger = logging.getLogger("pypdf")
    before = logger.propagate, list(logger.handlers)
    read(PAGES)
    with pytest.raises(EvidenceError):
        read(PAGES[:100])
    assert (logger.propagate, list(logger.handlers)) == before


@pytest.mark.slow
def test_a_form_drawn_again_and_again_is_left_out(read) -> None:
    shown = b"BT /F1 12 Tf " + b"(ab) Tj " * 20_000 + b" ET"
    data = pdf_of_streams([b"/X Do " * 5000], form=shown)
    begun = time.perf_counter()
    with pytest.raises(EvidenceError, match="too often"):
        read(data)
    assert time.perf_counter() - begun < 20
