"""Plain text: encodings, repair, bounds, and what the first lines say."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError
from orefield.evidence.documents import read_document

ENGLISH = "The mine of the north made 12,500 t of nickel in 2024 – “a record” – and is to grow.\n"
SIMPLE = (
    "某矿业公司表示，该铜矿二〇二四年的产量达到十二万吨，同比增长百分之五，计划明年投产新的选矿厂。"
)
TRADITIONAL = (
    "某礦業公司表示，該銅礦去年的產量達到十二萬噸，較前年增長百分之五，計劃明年投產新的選礦廠。"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk"])
@pytest.mark.parametrize("repeat", [1, 40])
def test_chinese_comes_back_whole(read, encoding: str, repeat: int) -> None:
    text = (SIMPLE + "Cu 0.5%\n") * repeat
    document = read(text.encode(encoding))
    assert document.text == text
    assert document.language in {"zh", "mixed"}
    assert document.warnings == ()


@pytest.mark.parametrize("encoding", ["big5", "utf-8", "utf-16"])
def test_traditional_chinese_comes_back_whole(read, encoding: str) -> None:
    document = read(TRADITIONAL.encode(encoding))
    assert (document.text, document.language) == (TRADITIONAL, "zh")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_read_and_told(read, encoding: str) -> None:
    for text in (ENGLISH, SIMPLE + " 5% " * 3):
        document = read(text.encode(encoding))
        assert document.text == text
        assert "byte-order mark" in document.warnings[0]


def test_western_letters_are_read_and_told(read) -> None:
    text = "La producción de cobre en España alcanzó 100 kt, señala el año 2024 – récord.\n"
    document = read(text.encode("cp1252"))
    assert (document.text, document.language) == (text, "es")
    assert "not stated" in document.warnings[0]


@pytest.mark.parametrize("text", [ENGLISH.replace("”", "’"), "Café, señor: “años – más…", SIMPLE])
def test_mojibake_is_repaired_where_certain(read, text: str) -> None:
    garbled = "".join(
        bytes([b]).decode("cp1252") if b not in b"\x81\x8d\x8f\x90\x9d" else chr(b)
        for b in text.encode()
    )
    document = read(garbled)
    assert document.text == text
    assert "repaired" in document.warnings[0]


def test_mojibake_that_lost_characters_is_left_and_told(read) -> None:
    garbled = SIMPLE.encode().decode("gb18030", errors="replace") * 3
    document = read(garbled)
    assert document.text == garbled
    assert any("garbled" in w for w in document.warnings)


@given(st.text(alphabet="éèüñçàß “”’–€ abc 中国铜矿产量的在", max_size=80))
def test_good_text_is_never_repaired(read, text: str) -> None:
    text = "Output " + text + "."
    document = read(text)
    assert document.text == text
    assert not any("repaired" in w for w in document.warnings)


def test_a_cut_file_loses_only_its_last_character(read) -> None:
    document = read(SIMPLE.encode()[:-1])
    assert document.text == SIMPLE[:-1] + "\ufffd"
    assert "1 places" in document.warnings[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x00\x01\x02\x03" * 50, "binary"),
        (bytes(range(256)) * 20, "binary"),
        (b"text with a\x00NUL inside", "binary"),
        (b"\x01\x02\x03\x04\x05" * 20 + b"ab", "controls"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "image"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(read, data: bytes, words: str) -> None:
    with pytest.raises(EvidenceError) as error:
        read(data)
    assert words in error.value.what
    assert error.value.fix


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path, tmp_path / "a\x00b", tmp_path / ("x" * 400)):
        with pytest.raises(EvidenceError):
            read_document(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(EvidenceError, match="no file"):
        read_document(tmp_path / "pipe.txt")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    begun = time.perf_counter()
    with pytest.raises(EvidenceError, match="limit"):
        read_document(path)
    assert time.perf_counter() - begun < 1


def test_reading_twice_gives_the_same(read) -> None:
    data = (ENGLISH + SIMPLE).encode("gb18030")
    assert read(data) == read(data)
    assert read(data).sha256 == hashlib.sha256(data).hexdigest()


def test_line_ends_and_controls_keep_no_surprise(read) -> None:
    assert read("one\r\ntwo\rthree\n").text == "one\ntwo\nthree\n"
    assert (
        read("long enough text \x1b[31mred\x07, it is").text == "long enough text  [31mred , it is"
    )
    assert "direction" in read("abc \u202e def").warnings[0]


@pytest.mark.parametrize(
    ("text", "title", "published", "publisher"),
    [
        (
            "date 2025-03-04 Nickel find doubles the reserve\n\nMarch 04, 2025\n\nA text.",
            "Nickel find doubles the reserve",
            "2025-03-04",
            "",
        ),
        ("(HillNews.org, Mar04'26) – A mine grows.", "", "2026-03-04", "HillNews.org"),
        (
            "Lithium plant opens\n\nSANTIAGO, March 4, 2025 (Xinhua) -- A plant opened.",
            "Lithium plant opens",
            "2025-03-04",
            "Xinhua",
        ),
        (
            "Lithium plant opens\n2025-03-04 10:30 Source: Hill News\n\nA plant opened.",
            "Lithium plant opens",
            "2025-03-04",
            "Hill News",
        ),
        (
            "锂矿投产\n2025年3月4日 10:30 来源：矿业报\n正文开始，产量十万吨。",
            "锂矿投产",
            "2025-03-04",
            "矿业报",
        ),
        ("新华社北京2025年3月4日电 某矿投产。", "", "2025-03-04", "新华社"),
        ("Published: Tuesday, 4 March 2025\n\nA plant opened in the north.", "", "2025-03-04", ""),
        ("# Gold in the hills\n\nText of 2024.", "Gold in the hills", "", ""),
        (
            "A long road to nickel supply\n\nIn 2024 it rose.",
            "A long road to nickel supply",
            "",
            "",
        ),
        ("It rose in 2024. It fell in 2023.\n\nMore text.", "", "", ""),
    ],
)
def test_head_of_a_text(read, text: str, title: str, published: str, publisher: str) -> None:
    document = read(text)
    assert (document.title, document.published, document.publisher) == (title, published, publisher)


def test_a_dateline_without_a_year_gives_no_date_and_says_so(read) -> None:
    for text in ("新华社北京9月28日电 某矿投产。", "BEIJING, Sept 28 (Xinhua) -- A plant opened."):
        document = read(text)
        assert document.published == ""
        assert document.publisher in {"新华社", "Xinhua"}
        assert any("no year" in w for w in document.warnings)


def test_two_dates_in_a_head_are_told(read) -> None:
    document = read("Plant opens\n2025-03-04\nUpdated: 2025-04-05\n\nText.")
    assert document.published == "2025-03-04"
    assert any("several dates" in w for w in document.warnings)


@pytest.mark.slow
def test_a_hundred_megabytes_take_seconds(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes((SIMPLE.encode("gb18030") + b"\n") * (97 * 2**20 // (2 * len(SIMPLE) + 1)))
    begun = time.perf_counter()
    assert read_document(path).language == "zh"
    assert time.perf_counter() - begun < 60
