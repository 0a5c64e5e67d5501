"""A corpus folder is read whole; what is wrong with it is told; nothing is lost."""

from __future__ import annotations

import contextlib
import csv
import os
import time
from pathlib import Path

import pytest
from corpus_files import HEADER, SOURCES, corpus, line
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import tables
from orefield.core.errors import EvidenceError, TableError
from orefield.evidence import SourceKind
from orefield.evidence.folder import Folder, infer_kind, read_folder
from orefield.evidence.folder.encoding import decode
from orefield.evidence.folder.sheet import Sheet, parse_sheet


def said(folder: Folder) -> str:
    return " | ".join(str(p) for p in folder.problems)


def test_a_plain_corpus_has_no_problems(tmp_path: Path) -> None:
    folder = read_folder(corpus(tmp_path / "c", line(low="5", high="6.5")))
    claim = folder.claims[0]
    assert folder.problems == ()
    assert (claim.id, claim.low, claim.high, claim.unit) == ("C1", 5.0, 6.5, "kt/y")
    assert claim.where.endswith("claims.csv:2")
    assert folder.sources["S1"].kind is SourceKind.NEWS
    assert folder.inferred == {"S1": ("kind",)}


def test_header_only_is_an_empty_corpus(tmp_path: Path) -> None:
    folder = read_folder(corpus(tmp_path / "c", sources=()))
    assert folder.claims == ()
    assert folder.problems == ()


def test_missing_folder_and_missing_claims_stop(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(TableError, match="missing"):
        read_folder(tmp_path)
    file = tmp_path / "f"
    file.write_text("")
    with pytest.raises(TableError, match="not a folder"):
        read_folder(file)


def test_missing_sources_are_told_and_stood_in_for(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", line(), line("C2"))
    (path / "sources.csv").unlink()
    folder = read_folder(path)
    assert len(folder.claims) == 2
    assert "sources.csv is missing" in said(folder)
    assert folder.sources["S1"].title == "S1 (not listed)"
    assert not folder.source_rows[0].listed


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        (HEADER + "\nC1,S1,2024", "11"),
        (HEADER + "\n" + line() + ",more", "12 cells"),
        (HEADER + '\nC1,S1,2024,"Hill', "broken"),
        (HEADER + "\nC1,S1\x00,2024,H,a,1,,t,,,", "NUL"),
        ("id,source,subject,attribute,unit\n", "'value_low' is missing"),
        ("id,source,subject,attribute,value_low,unit,note,note\n", "stands twice"),
    ],
)
def test_broken_tables_stop_with_their_place(tmp_path: Path, content: str, what: str) -> None:
    path = corpus(tmp_path / "c")
    (path / "claims.csv").write_text(content, "utf-8")
    with pytest.raises(TableError, match=what) as error:
        read_folder(path)
    assert "claims.csv" in error.value.where
    assert error.value.fix


def test_a_large_table_is_refused(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c")
    with (path / "claims.csv").open("wb") as file:
        file.truncate(100 * 2**20)
    start = time.perf_counter()
    with pytest.raises(TableError, match="104,857,600 bytes is too large"):
        read_folder(path)
    assert time.perf_counter() - start < 2.0


@pytest.mark.parametrize(
    "word",
    [
        "nan",
        "inf",
        "1,00",
        "1,0000",
        ",100",
        "1_000",
        "1e999",
        "9" * 5000,
        "abc",
        "12 kt",
        "0x10",
        "−5",
    ],
)
def test_what_is_no_number_is_told_and_kept(tmp_path: Path, word: str) -> None:
    cell = f'"{word}"' if "," in word else word
    folder = read_folder(corpus(tmp_path / "c", line(low=cell), line("C2")))
    claim = folder.claims[0]
    assert claim.low is None
    assert claim.text("value_low") == word
    assert "is not a finite number" in said(folder)
    assert "claims.csv:2, column 'value_low'" in said(folder)
    assert len(folder.claims) == 2


def test_ends_upside_down_are_put_in_order_and_told(tmp_path: Path) -> None:
    folder = read_folder(corpus(tmp_path / "c", line(low="9", high="4")))
    claim = folder.claims[0]
    assert (claim.low, claim.high) == (4.0, 9.0)
    assert (claim.text("value_low"), claim.text("value_high")) == ("9", "4")
    assert "runs down from 9 to 4" in said(folder)


def test_negative_huge_and_upper_ends_are_numbers(tmp_path: Path) -> None:
    rows = (line(low="-3.5"), line("C2", "1e300"), line("C3", "", "7"), line("C4", "250", unit="%"))
    folder = read_folder(corpus(tmp_path / "c", *rows))
    assert [(c.low, c.high) for c in folder.claims] == [
        (-3.5, None), (1e300, None), (None, 7.0), (250.0, None),
    ]  # fmt: skip
    assert folder.problems == ()


def test_one_id_twice(tmp_path: Path) -> None:
    rows = (line(), line(), line(low="6"), line(low="7"), line("C1~2", "8"))
    folder = read_folder(corpus(tmp_path / "c", *rows))
    # the second row that differs gives way to an id that is written
    assert {c.id: c.low for c in folder.claims} == {"C1": 5, "C1~3": 6, "C1~4": 7, "C1~2": 8}
    assert said(folder).count("word for word") == 1
    assert said(folder).count("and differs") == 2


def test_many_rows_of_one_id_are_no_trap(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", *(line(low=str(n)) for n in range(3000)))
    start = time.perf_counter()
    assert len({c.id for c in read_folder(path).claims}) == 3000
    assert time.perf_counter() - start < 3.0


def test_missing_cells_are_told(tmp_path: Path) -> None:
    folder = read_folder(corpus(tmp_path / "c", line("", source="", subject="", unit="")))
    for what in ("no id", "no source", "no subject", "without a unit"):
        assert what in said(folder)
    assert folder.claims[0].id == "row-2"


def test_unknown_columns_are_kept_and_told(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", line() + ",blue,cu", header=HEADER + ",Shade of Sky,Commodity")
    folder = read_folder(path)
    assert folder.claims[0].text("Shade of Sky") == "blue"
    assert folder.claims[0].text("commodity") == "cu"
    notes = [p for p in folder.problems if p.level == "note"]
    assert len(notes) == len(folder.problems) == 1
    assert folder.faults == ()


def test_strict_names_of_columns_are_understood(tmp_path: Path) -> None:
    header = "ID,Source,Subject,Attribute,Low,High,Unit"
    folder = read_folder(corpus(tmp_path / "c", "C1,S1,Hill,output,1,2,kt", header=header))
    assert (folder.claims[0].low, folder.claims[0].high) == (1.0, 2.0)
    assert folder.problems == ()


def test_the_shipped_study_is_a_folder() -> None:
    from importlib.resources import files

    folder = read_folder(Path(str(files("orefield.studies"))) / "china_copper")
    with (folder.path / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(folder.claims) == len(rows)
    assert [c.id for c in folder.claims] == [r["id"] for r in rows]
    assert folder.faults == ()


@pytest.mark.parametrize(
    ("cell", "hops", "faults"),
    [("2", 2, 0), ("", None, 0), ("many", None, 1), ("9" * 5000, None, 1), ("-1", None, 1)],
)
def test_hops_of_a_claim(tmp_path: Path, cell: str, hops: int | None, faults: int) -> None:
    path = corpus(tmp_path / "c", f"{line()},{cell}", header=HEADER + ",hops")
    folder = read_folder(path)
    assert folder.claims[0].hops == hops
    assert len(folder.faults) == faults


def test_unlisted_source_is_kept_told_and_stood_in_for(tmp_path: Path) -> None:
    folder = read_folder(corpus(tmp_path / "c", line(source="S9"), line("C2", source="S9")))
    assert [c.source for c in folder.claims] == ["S9", "S9"]
    assert said(folder).count("'S9' is not listed") == 1
    assert set(folder.sources) == {"S1", "S9"}


def test_faults_of_sources_are_told_and_the_source_is_kept(tmp_path: Path) -> None:
    rows = ("S1,,,yesterday,many,", "S2,T,P,2024/5/6,0,", "S2,Other,P,,,", "S2,Other,P,,,")
    folder = read_folder(corpus(tmp_path / "c", line(), sources=rows))
    for what in ("no title", "'yesterday' is no date", "hops is 'many'", "stands twice"):
        assert what in said(folder)
    assert folder.sources["S2"].published == "2024-05-06"
    assert folder.sources["S1"].published == ""
    assert set(folder.sources) >= {"S1", "S2", "S2~2"}


@pytest.mark.parametrize(
    ("publisher", "title", "note", "kind"),
    [
        ("Xinhua News Agency", "", "", SourceKind.NEWS),
        ("新华社", "", "", SourceKind.NEWS),
        ("国家统计局", "", "", SourceKind.STATISTICS),
        ("自然资源部", "", "", SourceKind.REGULATOR),
        ("Ministry of Mines of Chile", "", "", SourceKind.REGULATOR),
        ("Northern Lithium Corp", "", "", SourceKind.COMPANY),
        ("洛阳钼业集团", "", "", SourceKind.COMPANY),
        ("U.S. Geological Survey", "Mineral Commodity Summaries 2025", "", SourceKind.REGULATOR),
        ("Journal of Cleaner Production", "", "", SourceKind.ACADEMIC),
        ("Sun Daily", "", "relays a release of the Ministry of Mines", SourceKind.NEWS),
        ("", "", "overview by a travel agency", SourceKind.COMPILATION),
        ("", "", "recalled, unverified", SourceKind.MEMORY),
        ("zzz", "", "relays the ministry of mines", None),
    ],
)
def test_kind_from_words(publisher: str, title: str, note: str, kind: SourceKind | None) -> None:
    assert infer_kind(publisher, title, note) is kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    path = corpus(tmp_path / "c", line(subject="玉龙铜矿", paraphrase="年产量约五千吨的一座矿山"))
    text = (path / "claims.csv").read_text("utf-8").replace("\n", end)
    (path / "claims.csv").write_bytes(text.encode(encoding))
    folder = read_folder(path)
    assert folder.claims[0].subject == "玉龙铜矿"
    told = [p for p in folder.problems if encoding.upper() in p.what]
    assert len(told) == (0 if encoding.startswith("utf-8") else 1)


def test_western_code_pages_are_refused_not_turned_into_chinese(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c")
    text = HEADER + "\n" + line(subject="Société Minière de l'Été, señal".replace(",", ""))
    (path / "claims.csv").write_bytes(text.encode("cp1252"))
    with pytest.raises(TableError, match="not UTF-8") as error:
        read_folder(path)
    assert error.value.where.endswith("claims.csv:2")


def test_mojibake_and_control_characters_are_told(tmp_path: Path) -> None:
    broken = "玉龙铜矿".encode().decode("latin-1")
    rows = (line(subject=broken), line("C2", subject="Hill\ufffd"), line("C3", subject="\x1b[31m"))
    folder = read_folder(corpus(tmp_path / "c", *rows, line("C4", subject="Société générale")))
    assert folder.claims[0].subject == broken.strip()
    assert said(folder).count("wrong code page") == 1
    assert said(folder).count("characters that are no text") == 2


def test_quotes_line_breaks_and_long_cells(tmp_path: Path) -> None:
    rows = (line(subject='"Hill, ""Old"" mine"'), line("C2", paraphrase='"one\ntwo"'),
            line("C3", paraphrase="x" * 20_000), line("C4"))  # fmt: skip
    folder = read_folder(corpus(tmp_path / "c", *rows))
    assert folder.claims[0].subject == 'Hill, "Old" mine'
    assert folder.claims[1].text("paraphrase") == "one\ntwo"
    assert folder.claims[3].where.endswith(":6")
    assert said(folder).count("cell of 20,000 characters") == 1


def test_dates_as_people_write_them(tmp_path: Path) -> None:
    header = HEADER + ",recorded_at"
    dates = ["2024-05-06", "2024/5/6", "6 May 2024", "May 6th 2024", "2024年5月6日", "2024.05.06"]
    rows = [line(f"C{i}") + f",{d}" for i, d in enumerate(dates)]
    folder = read_folder(corpus(tmp_path / "c", *rows, header=header))
    assert folder.problems == ()
    assert len(folder.as_known("2024-05-06").claims) == len(dates)
    assert folder.as_known("2024-05-05").claims == ()
    odd = corpus(tmp_path / "d", line() + ",03/04/2024", line("C2") + ",2024-02-30", header=header)
    assert said(read_folder(odd)).count("is no date") == 2


def test_known_and_true(tmp_path: Path) -> None:
    header = HEADER + ",recorded_at,supersedes,valid_from,valid_to"
    rows = (
        line("A", period="2021-2023") + ",2024-01-10,,,",
        line("B", "6", period="2023") + ",2024-03,A,,",
        line("D", published="2025-02-01", period="undated") + ",,,,",
        line("E", period="1990s", published="") + ",2020,,,",
        line("F", period="", published="") + ",2020,,2010,",
    )
    folder = read_folder(corpus(tmp_path / "c", *rows, header=header))
    ids = lambda f: [c.id for c in f.claims]  # noqa: E731
    assert ids(folder.as_known("2024-01-31")) == ["A", "E", "F"]
    # recorded some time in March: not known for certain before its end
    assert ids(folder.as_known("2024-03-15")) == ["A", "E", "F"]
    assert ids(folder.as_known("2024-03-31").current()) == ["B", "E", "F"]
    assert ids(folder.as_known("2024-02").current()) == ["A", "E", "F"]
    assert ids(folder.as_known("2025-02-01")) == ["A", "B", "D", "E", "F"]
    assert ids(folder.as_true(2021)) == ["A"]
    assert ids(folder.as_true(2023)) == ["A", "B"]
    assert ids(folder.as_true(1994)) == ["E"]
    assert ids(folder.as_true(2010)) == ["F"]
    with pytest.raises(EvidenceError, match="no date"):
        folder.as_known("soon")


def test_optional_tables(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", line("A"), line("B"))
    (path / "entities.csv").write_text(
        "id,kind,name_en,aliases,lat,lon\nhill,mine,Hill,Old Hill;Mt Hill,10,20\n,mine,X,,,\n"
        "hill,mine,Hill,,,\nfar,mine,Far,,95,20\n"
    )
    (path / "ownership.csv").write_text(
        "owner,owned,share_pct,role,valid_from\nacme,hill,60,,2020\nacme,,1,,\nb,hill,150,boss,x\n"
    )
    (path / "events.csv").write_text(
        "entity,event,date,planned\nhill,approved,2020-05,no\nhill,Closed,2030,yes\n"
        "hill,exploded,2020,\nhill,closed,,\n"
    )
    (path / "constraints.csv").write_text(
        "id,kind,whole,parts,remainder_low,remainder_high,relative,year\n"
        "K1,sum,A,B,0,0.1,yes,2023\nK2,sum,A,Z,,,,\nK3,magic,A,B,,,,\nK4,sum,,B,,,,\nK5,same,,A;B,,,,soon\n"
    )
    folder = read_folder(path)
    assert [e.id for e in folder.entities] == ["hill"]
    assert folder.entities[0].aliases == ("Old Hill", "Mt Hill")
    shares = [(o.owner, o.share.high if o.share else None) for o in folder.ownership]
    assert shares == [("acme", 0.6), ("b", 1.5)]
    assert [(e.event, e.planned) for e in folder.events] == [("approved", False), ("closed", True)]
    assert [k.id for k in folder.constraints] == ["K1", "K5"]
    assert folder.constraints[0].remainder.high == 0.1
    assert len(folder.faults) == 12
    assert [k.id for k in folder.as_known("2000").constraints] == []


def test_a_thousand_rows_are_quick(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", *(line(f"C{n}", str(n)) for n in range(1000)))
    read_folder(path)
    best = min(_seconds(path) for _ in range(3))
    assert best < 0.3  # 0.1 on an idle machine; tests run on busy ones


def _seconds(path: Path) -> float:
    start = time.perf_counter()
    read_folder(path)
    return time.perf_counter() - start


@pytest.mark.data
def test_the_given_facts_are_read_without_faults() -> None:
    facts = os.environ.get("OREFIELD_FACTS")
    if not facts or not (Path(facts) / "claims.csv").exists():
        pytest.skip("OREFIELD_FACTS is not set")
    folder = read_folder(Path(facts))
    assert len(folder.claims) == 64
    assert folder.problems == ()


def nothing_is_made_up(sheet: Sheet, text: str) -> None:
    """Every cell that was read stands in the text, quotes apart."""
    plain = text.replace('"', "")
    for record in sheet.records:
        assert all(cell.replace('"', "") in plain for cell in record.cells.values())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(TableError):
        text, _ = decode(data, "t.csv")
        nothing_is_made_up(parse_sheet(text, "t.csv", ()), text)


@given(st.text(max_size=300))
def test_any_text_after_the_header_is_read_or_refused(tail: str) -> None:
    with contextlib.suppress(TableError):
        text = f"{SOURCES}\n{tail}"
        nothing_is_made_up(parse_sheet(text, "t.csv", ("id",)), text)


def test_the_limit_is_the_one_of_all_tables() -> None:
    assert tables.MAX_BYTES == 64 * 2**20


def test_thousands_between_commas_are_read_and_told(tmp_path: Path) -> None:
    folder = read_folder(corpus(tmp_path / "c", line(low='"1,234.5"', high='"40,000"')))
    assert (folder.claims[0].low, folder.claims[0].high) == (1234.5, 40000.0)
    assert "read as 40000" in said(folder)
