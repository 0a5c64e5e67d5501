"""A person adds a claim: asked step by step, checked, and given an id."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from corpus_files import corpus, line

from orefield.core.errors import EvidenceError
from orefield.evidence.folder import add_claim, next_question, prepare_claim, read_folder

DAY = date(2024, 6, 1)
FIELDS = {"source": "S1", "subject": "Lake mine", "attribute": "lithium output",
          "value_low": "12.50", "unit": "kt/y", "basis": "contained", "period": "2023"}  # fmt: skip


def faults(folder: Path, **changes: str) -> str:
    prepared = prepare_claim(read_folder(folder), FIELDS | changes, DAY)
    return " | ".join(f"{p.what} ({p.fix})" for p in prepared.faults)


def test_a_claim_is_added_as_it_was_said(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", line())
    claim_id = add_claim(path, FIELDS, DAY)
    folder = read_folder(path)
    claim = folder.claim(claim_id)
    assert claim.text("value_low") == "12.50"
    assert claim.text("recorded_at") == "2024-06-01"
    assert claim.text("basis") == "contained"
    assert folder.faults == ()
    with pytest.raises(EvidenceError, match="says this already"):
        add_claim(path, FIELDS, date(2024, 7, 1))
    assert len(read_folder(path).claims) == 2


def test_the_same_claim_gets_the_same_id_anywhere(tmp_path: Path) -> None:
    one = add_claim(corpus(tmp_path / "a"), FIELDS, DAY)
    other = add_claim(corpus(tmp_path / "b", line()), FIELDS, date(2025, 1, 1))
    assert one == other
    assert one != add_claim(tmp_path / "a", FIELDS | {"value_low": "13"}, DAY)


def test_a_new_source_comes_with_it(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c")
    more = {"source": "new", "source_title": "Yearly report", "source_publisher": "Acme Corp",
            "source_published": "2024-03-01", "source_url": "https://example.org/a",
            "source_kind": "company", "source_hops": "0"}  # fmt: skip
    claim_id = add_claim(path, FIELDS | more, DAY)
    folder = read_folder(path)
    source = folder.sources[folder.claim(claim_id).source]
    assert (source.id, source.title, source.hops) == ("acme-corp-2024", "Yearly report", 0)
    assert (source.kind, source.url) == ("company", "https://example.org/a")
    assert folder.faults == ()


def test_the_same_of_another_source_is_a_note(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c", sources=("S1,A,P,2024,1,", "S2,B,Q,2024,1,"))
    add_claim(path, FIELDS, DAY)
    prepared = prepare_claim(read_folder(path), FIELDS | {"source": "S2"}, DAY)
    assert prepared.faults == ()
    assert any("says the same, of source 'S1'" in p.what for p in prepared.problems)


def test_an_unknown_unit_is_kept_and_marked(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c")
    claim_id = add_claim(path, FIELDS | {"unit": "mt", "note": "first"}, DAY)
    claim = read_folder(path).claim(claim_id)
    assert claim.unit == "mt"
    assert claim.text("note") == "first; unit unknown: mt; nearest Mt"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"source": "S7"}, "'S7' is not listed"),
        ({"source": "new"}, "not listed"),
        ({"source_title": "x"}, "listed already"),
        ({"subject": ""}, "no subject"),
        ({"basis": ""}, "mass without a basis"),
        ({"basis": "none"}, "mass without a basis"),
        ({"basis": "pure"}, "basis is 'pure'"),
        ({"unit": ""}, "without a unit"),
        ({"value_low": "1,00"}, "not a finite number"),
        ({"value_low": "nan"}, "not a finite number"),
        ({"value_high": "3"}, "down to 3"),
        ({"value_low": ""}, "neither a number nor a text"),
        ({"valid_from": "03/04/2024"}, "no date"),
        ({"subject": "a\nb"}, "line break"),
        ({"colour": "red"}, "no field"),
        ({"source": "new", "source_title": "t", "source_hops": "many"}, "hops is 'many'"),
        ({"source": "new", "source_title": "t", "source_kind": "oracle"}, "'oracle'"),
        ({"source": "new", "source_title": "t", "source_url": "ftp://x"}, "no web address"),
        ({"source": "new", "source_publisher": "p"}, "no title"),
    ],
)
def test_what_cannot_be_added(tmp_path: Path, changes: dict[str, str], what: str) -> None:
    path = corpus(tmp_path / "c", line())
    before = [(p.name, p.read_bytes()) for p in sorted(path.iterdir())]
    assert what in faults(path, **changes)
    with pytest.raises(EvidenceError, match="cannot be added"):
        add_claim(path, FIELDS | changes, DAY)
    assert [(p.name, p.read_bytes()) for p in sorted(path.iterdir())] == before


def test_unstated_is_a_basis(tmp_path: Path) -> None:
    assert faults(corpus(tmp_path / "c"), basis="unstated") == ""


def test_a_taken_id_is_a_fault(tmp_path: Path) -> None:
    assert "is taken" in faults(corpus(tmp_path / "c", line("C1")), id="C1")


def asked(answers: dict[str, str], path: Path) -> list[str]:
    folder, fields, order = read_folder(path), {}, []
    while (question := next_question(fields, folder)) is not None:
        assert question.field not in order
        order.append(question.field)
        fields[question.field] = answers.get(question.field, question.default)
    return order


def test_questions_fit_the_answers(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c")
    plain = asked(FIELDS, path)
    assert plain[0] == "source"
    assert "basis" in plain
    assert "source_title" not in plain
    assert "rate_type" not in plain
    assert "source_title" in asked(FIELDS | {"source": "new"}, path)
    rate = asked(FIELDS | {"attribute": "copper recycled", "unit": "%"}, path)
    assert "rate_type" in rate
    assert "basis" not in rate
    words = asked({"source": "S1"}, path)
    assert "unit" not in words


def test_the_first_question_offers_the_sources(tmp_path: Path) -> None:
    question = next_question({}, read_folder(corpus(tmp_path / "c", line(source="S9"))))
    assert question is not None
    assert question.choices == ("S1", "new")


def test_every_answered_round_of_questions_can_be_added(tmp_path: Path) -> None:
    path = corpus(tmp_path / "c")
    fields: dict[str, str] = {}
    answers = FIELDS | {"source": "new", "source_title": "T"}
    while (question := next_question(fields)) is not None:
        fields[question.field] = answers.get(question.field, question.default)
    assert add_claim(path, fields, DAY).startswith("C-")
    assert read_folder(path).faults == ()
