"""Everything wrong in a study.toml is told in three lines: what, where, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from mini_study import FILES, line_of, swapped, write
from refused_studies import refused

from orefield.core.errors import StudyError
from orefield.study import open_study
from orefield.study.document import MAX_BYTES as MAX_TOML_BYTES
from orefield.study.document import MAX_DRAWS


def test_the_small_study_is_sound(tmp_path: Path) -> None:
    study = open_study(write(tmp_path))
    assert study.assets == ("hill",)
    assert list(study.scenarios) == ["baseline", "later", "dear"]
    assert study.parameters.number("hill.inventory.cu_t") == 4e6
    assert study.parameters.series("hill.published.output_cu_t") == {2023: 12500, 2024: 14000}


# -- one cell or key wrong: (file, what stands there, what is put there, error, what, where, fix)

TOML_FAULTS = [
    ("draws = 20", "drawz = 20", "unknown key 'run.drawz'", "did you mean 'draws'"),
    ('title = "One hill"', 'titel = "One hill"', "unknown key 'study.titel'", "'title'"),
    ("[assets]", "[asets]", "unknown key 'asets'", "did you mean 'assets'"),
    ('claims = ["claims.csv"]', 'clams = ["claims.csv"]', "unknown key 'tables.clams'", "'claims'"),
    ("draws = 20", 'draws = "20"', "'run.draws'", ""),
    ("draws = 20", "draws = true", "'run.draws'", ""),
    ("draws = 20", "draws = 20.0", "'run.draws'", ""),
    ("draws = 20", "draws = 0", "'run.draws'", ""),
    ("draws = 20", "draws = -3", "'run.draws'", ""),
    ("draws = 20", f"draws = {MAX_DRAWS + 1}", "'run.draws'", ""),
    ("draws = 20", "draws = nan", "'run.draws'", ""),
    ("seed = 7", "seed = -7", "'run.seed'", ""),
    ("seed = 7", "seed = 9223372036854775808", "'run.seed'", ""),
    ('id = "mini"', 'id = "Mini study"', "'study.id'", ""),
    ('id = "mini"', 'id = "../mini"', "'study.id'", ""),
    ('id = "mini"', "id = 3", "'study.id'", ""),
    ('title = "One hill"', 'title = ""', "'study.title'", ""),
    ("first_year = 2020", "first_year = 2031", "history_to", ""),
    ("last_year = 2030", "last_year = 2150", "100 years", ""),
    ("history_to = 2024", "history_to = 2030", "history_to", ""),
    ("first_year = 2020", "first_year = 99999", "'study.first_year'", ""),
    ("as_of = 2025-06-30", 'as_of = "soon"', "'study.as_of'", ""),
    ("as_of = 2025-06-30", "as_of = 0", "'study.as_of'", ""),
    ('modelled = ["hill"]', 'modelled = ["hill", "hill"]', "'hill' stands twice", ""),
    ('modelled = ["hill"]', 'modelled = "hill"', "'assets.modelled'", ""),
    ('sources = "sources.csv"', "sources = 3", "'tables.sources'", ""),
    ('sources = "sources.csv"', 'sources = ["sources.csv", 3]', "'tables.sources'", ""),
    ('sources = "sources.csv"', 'date = "sources.csv"', "unknown key 'tables.date'", "known keys"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what", "fix"), TOML_FAULTS, ids=lambda v: str(v)[:40])
def test_a_wrong_key_of_study_toml_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, what: str, fix: str
) -> None:
    text = swapped("study.toml", old, new)
    error = refused(write(tmp_path, study_toml=text))
    assert isinstance(error, StudyError)
    assert what in error.what
    assert fix in error.fix
    path, _, line = error.where.rpartition(":")
    assert path.endswith("study.toml")
    # a rule about several keys names their section
    section = {"history_to": "[study]", "100 years": "[study]"}.get(what)
    if "stands twice" in what:
        section = "[assets]"
    assert int(line) == line_of(text, section or new)


def test_a_line_is_counted_as_editors_count(tmp_path: Path) -> None:
    # U+2028 and form feeds end no line in TOML
    text = swapped("study.toml", "One hill", "One\u2028hill").replace("draws", "drawz")
    error = refused(write(tmp_path, study_toml=text))
    assert error.where.endswith(f":{text[: text.index('drawz')].count(chr(10)) + 1}")


@pytest.mark.parametrize("key", ["id", "title"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    lines = [x for x in FILES["study.toml"].split("\n") if not x.startswith(f"{key} =")]
    error = refused(write(tmp_path, study_toml="\n".join(lines)))
    assert error.what == f"key 'study.{key}' is missing"
    assert key in error.fix
    assert error.where.endswith(":2")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "'study' is missing"),
        (b"# nothing yet\n", "'study' is missing"),
        (b"study = 3\n", "'study' is not a table"),
        (b"[study\n", "not valid TOML"),
        (b"[study]\nid = 'a'\nid = 'b'\n", "not valid TOML"),
        (b"a = " + b"9" * 5000, "not valid TOML"),
        (b"a = " + b"[" * 20_000, "not valid TOML"),
        (b"\x80\x81\xfe\xff" * 50, "not UTF-8"),
        (b"\x00" * 100, "not valid TOML"),
        (b"\xff\xfe" + "[study]".encode("utf-16-le"), "not UTF-8"),
        (b"#" * (MAX_TOML_BYTES + 1), "too large"),
    ],
    ids=["empty", "comment", "number", "open", "twice", "digits", "deep", "binary", "nul",
         "utf-16", "large"],
)  # fmt: skip
def test_a_file_that_is_no_study_is_refused(tmp_path: Path, text: bytes, what: str) -> None:
    error = refused(write(tmp_path, study_toml=text))
    assert isinstance(error, StudyError)
    assert what in error.what
    assert "study.toml" in error.where


def test_the_line_of_broken_toml_is_in_where(tmp_path: Path) -> None:
    text = swapped("study.toml", "seed = 7", "seed = = 7")
    error = refused(write(tmp_path, study_toml=text))
    assert error.where == f"{tmp_path / 'study.toml'}:{line_of(text, 'seed = = 7')}"


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    plain = open_study(write(tmp_path / "a"))
    odd = {
        name.replace(".", "_"): b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        for name, text in FILES.items()
    }
    other = open_study(write(tmp_path / "b", **odd))
    assert [(p.key, p.value, p.low, p.high) for p in other.parameters] == [
        (p.key, p.value, p.low, p.high) for p in plain.parameters
    ]
    assert other.hashes != plain.hashes


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    files = {name.replace(".", "_"): text.rstrip("\n") for name, text in FILES.items()}
    assert len(open_study(write(tmp_path, **files)).parameters) == 14
