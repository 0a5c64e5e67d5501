"""What a person decided on a candidate is kept, found again, and made into a claim once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError, TableError
from orefield.evidence.extract import Candidate, Locator
from orefield.evidence.folder import append, read_folder
from orefield.evidence.review import (
    Choice,
    Decision,
    Proposal,
    apply,
    decide,
    document_key,
    keep_decisions,
    pending,
    propose,
    read_batch,
    read_decisions,
    write_batch,
)

DOC = document_key(b"a text of our own")


FOUND = Candidate(
    subject="Hill mine",
    attribute="nickel output",
    value_low=12.5,
    value_high=12.5,
    unit="kt/y",
    written="12,500 tonnes a year",
    qualifier="~",
    outlook="target",
    period="2023",
    first_year=2023,
    last_year=2023,
    entities=("hill", "hill-river"),
    commodity="ni",
    basis="missing",
    resource_class="plan",
    rate_type="unnamed",
    speakers=("Hill Daily", "Acme Corp"),
    locator=Locator(40, 52, 0, 60),
)
(ONE,) = propose(DOC, "S1", [FOUND])


def only(start: int = 40, end: int = 52, **changes: object) -> Proposal:
    changes = {"locator": Locator(start, end, 0, 200)} | changes
    if "value_low" in changes and "value_high" not in changes:
        changes["value_high"] = changes["value_low"]
    (proposal,) = propose(DOC, "S1", [replace(FOUND, **changes)])  # type: ignore[arg-type]
    return proposal


def test_a_proposal_is_a_row() -> None:
    cells = dict(ONE.cells)
    assert "Hill mine" in cells.pop("paraphrase")
    assert cells == {
        "subject": "Hill mine", "attribute": "nickel output", "value_low": "12.5",
        "value_high": "12.5", "unit": "kt/y", "period": "2023", "qualifier": "about; target",
        "class": "plan", "commodity": "ni", "valid_from": "2023", "valid_to": "2023", "hops": "2",
        "speaker": "Hill Daily > Acme Corp",
    }  # fmt: skip
    assert only(entities=("hill",)).cells["entity"] == "hill"
    (dated,) = propose(DOC, "S1", [FOUND], published="2024-05-06")
    assert dated.cells["published"] == "2024-05-06"
    assert dated.reading == ONE.reading


def test_other_words_for_the_same_are_no_new_reading() -> None:
    again = only(written="12.5 kt per year", confidence=0.5)
    assert again.reading == ONE.reading
    assert len(apply([again], [decide(ONE, Choice.CONFIRM)]).rows) == 1


def test_open_until_decided() -> None:
    two = only(start=90, end=99)
    assert pending([ONE, two], []) == (ONE, two)
    assert pending([ONE, two], [decide(two, Choice.REJECT)]) == (ONE,)


def test_confirmed_corrected_rejected() -> None:
    two, three = only(start=90, end=99), only(start=120, end=129)
    outcome = apply(
        [ONE, two, three],
        [
            decide(ONE, Choice.CONFIRM),
            decide(two, Choice.CORRECT, corrected={"basis": "contained", "period": ""}),
            decide(three, Choice.REJECT),
        ],
        recorded_at="2024-06-01",
    )
    first, second = outcome.rows
    assert {k: v for k, v in first.items() if k != "id"} == {
        **ONE.cells, "source": "S1", "locator": "characters 40-52", "mark": "read",
        "recorded_at": "2024-06-01",
    }  # fmt: skip
    assert second["basis"] == "contained"
    assert "period" not in second
    assert "paraphrase" not in second
    assert outcome.rejected == (three,)
    assert outcome.stale == outcome.changed == outcome.withdrawn == ()


def test_a_claim_is_made_once(tmp_path: Path) -> None:
    decisions = [decide(ONE, Choice.CONFIRM)]
    append(tmp_path / "claims.csv", apply([ONE], decisions).rows)
    there = [c.id for c in read_folder(tmp_path).claims]
    assert len(there) == 1
    assert apply([ONE], decisions, there=there).rows == ()


def test_decisions_last_through_a_file(tmp_path: Path) -> None:
    two = only(start=90, end=99, value_high=14.0, unit="odd, unit")
    decisions = (
        decide(ONE, Choice.CONFIRM, by="geologist", decided_at="2024-06-01"),
        decide(two, Choice.CORRECT, corrected={"unit": "kt", "subject": 'Hill "old"'}),
    )
    keep_decisions(tmp_path, decisions[:1])
    before = (tmp_path / "decisions.csv").read_text("utf-8").split("\n")
    keep_decisions(tmp_path, decisions[1:])
    after = (tmp_path / "decisions.csv").read_text("utf-8").split("\n")
    assert after[1].startswith(before[1])
    read, problems = read_decisions(tmp_path)
    assert problems == ()
    assert read == decisions
    assert [d.corrected for d in read] == [d.corrected for d in decisions]
    assert read_decisions(tmp_path / "nowhere") == ((), ())


def test_a_field_taken_away_stays_taken_away(tmp_path: Path) -> None:
    keep_decisions(tmp_path, [decide(ONE, Choice.CORRECT, corrected={"period": ""})])
    (read,), _ = read_decisions(tmp_path)
    assert read.corrected == {"period": ""}
    assert "period" not in apply([ONE], [read]).rows[0]


@pytest.mark.parametrize(
    "again",
    [
        {"start": 35},  # 'about' taken into the span
        {"end": 60},
        {"start": 44, "end": 47},
        {"value_low": 12500.0, "unit": "t/y"},
        {"value_high": None},
        {"unit": ""},
        {"unit": "thousand tonnes a year"},
        {"subject": "Old Hill mine"},
    ],
)
def test_a_better_extractor_finds_the_decision_again(again: dict[str, object]) -> None:
    reject = [decide(ONE, Choice.REJECT)]
    assert pending([only(**again)], reject) == ()
    assert apply([only(**again)], reject).stale == ()


@pytest.mark.parametrize(
    "other",
    [
        {"start": 52, "end": 60},
        {"value_low": 12.6},
        {"value_high": 13.0},
        {"unit": "Mt/y"},
        {"unit": "%"},
        {"value_low": None, "value_high": 12.5, "qualifier": "<=", "start": 60, "end": 70},
    ],
)
def test_another_number_is_open_and_the_decision_stale(other: dict[str, object]) -> None:
    reject = [decide(ONE, Choice.REJECT)]
    assert len(pending([only(**other)], reject)) == 1
    assert apply([only(**other)], reject).stale == tuple(reject)


def test_another_document_is_another_place() -> None:
    (other,) = propose(document_key(b"another"), "S1", [FOUND])
    assert pending([other], [decide(ONE, Choice.REJECT)]) == (other,)


def test_a_new_reading_is_told_and_makes_no_claim_that_nobody_saw() -> None:
    confirm = decide(ONE, Choice.CONFIRM)
    anew = only(subject="Lake mine")
    outcome = apply([anew], [confirm])
    assert outcome.rows == ()
    assert outcome.changed == ((anew, confirm),)
    assert pending([anew], [confirm]) == ()


def test_confirming_the_new_reading_supersedes_the_old_claim() -> None:
    confirm = decide(ONE, Choice.CONFIRM)
    (old,) = apply([ONE], [confirm]).rows
    anew = only(subject="Lake mine")
    (row,) = apply([anew], [confirm, decide(anew, Choice.CONFIRM)], there=[old["id"]]).rows
    assert row["supersedes"] == old["id"]
    assert row["subject"] == "Lake mine"


def test_one_number_may_carry_two_claims() -> None:
    a, b = propose(DOC, "S1", [FOUND, replace(FOUND, subject="Lake mine")])
    assert a.key == b.key
    confirm = decide(a, Choice.CONFIRM)
    assert pending([a, b], [confirm]) == (b,)
    outcome = apply([a, b], [confirm, decide(b, Choice.CONFIRM)])
    assert [r["subject"] for r in outcome.rows] == ["Hill mine", "Lake mine"]
    first = outcome.rows[0]["id"]
    (second,) = apply([a, b], [confirm, decide(b, Choice.CONFIRM)], there=[first]).rows
    assert "supersedes" not in second


def test_the_later_decision_counts_and_a_withdrawn_claim_is_told() -> None:
    confirm, reject = decide(ONE, Choice.CONFIRM), decide(ONE, Choice.REJECT)
    (row,) = apply([ONE], [reject, confirm]).rows
    outcome = apply([ONE], [reject, confirm, reject], there=[row["id"]])
    assert outcome.rows == ()
    assert outcome.withdrawn == (row["id"],)
    fix = decide(ONE, Choice.CORRECT, corrected={"unit": "kt"})
    (fixed,) = apply([ONE], [confirm, fix], there=[row["id"]]).rows
    assert fixed["supersedes"] == row["id"]
    both = [row["id"], fixed["id"]]
    assert set(apply([ONE], [confirm, fix, reject], there=both).withdrawn) == set(both)


def test_decisions_on_what_is_gone_are_stale() -> None:
    confirm = decide(ONE, Choice.CONFIRM)
    assert apply([], [confirm]).stale == (confirm,)


@pytest.mark.parametrize(
    "bad",
    [
        {"choice": Choice.CORRECT},
        {"choice": Choice.CONFIRM, "corrected": {"unit": "t"}},
        {"choice": Choice.REJECT, "corrected": {"unit": "t"}},
        {"choice": Choice.CORRECT, "corrected": {"colour": "red"}},
        {"choice": Choice.CORRECT, "corrected": {"value_low": "1,000"}},
        {"choice": Choice.CONFIRM, "decided_at": "soon"},
    ],
)
def test_decisions_that_cannot_be(bad: dict[str, object]) -> None:
    with pytest.raises(EvidenceError):
        decide(ONE, **bad)  # type: ignore[arg-type]


def test_broken_rows_of_decisions_are_told(tmp_path: Path) -> None:
    keep_decisions(tmp_path, [decide(ONE, Choice.CONFIRM)])
    table = tmp_path / "decisions.csv"
    good = table.read_text("utf-8").splitlines()
    bad = (good[1].replace("confirm", "maybe"), good[1].replace(",40,", ",forty,"),
           good[1].replace("confirm", "correct"))  # fmt: skip
    table.write_text("\n".join((*good, *bad, "")), "utf-8")
    decisions, problems = read_decisions(tmp_path)
    assert len(decisions) == 1
    assert len(problems) == 3
    assert all("left out" in p.what for p in problems)
    table.write_text(good[0] + "\n" + good[1][:50], "utf-8")
    with pytest.raises(TableError):
        read_decisions(tmp_path)


def edit(path: Path, *decisions: str, **cells: tuple[str, str]) -> None:
    lines = path.read_text("utf-8").splitlines()
    out = [lines[0]]
    for text, word in zip(lines[1:], decisions, strict=True):
        new = word + text
        for before, after in cells.values():
            new = new.replace(before, after)
        out.append(new)
    path.write_text("\n".join(out) + "\n", "utf-8")


def test_batch_there_and_back(tmp_path: Path) -> None:
    proposals = [ONE, only(start=90, end=99), only(start=120, end=129)]
    path = tmp_path / "review.csv"
    write_batch(path, proposals)
    assert read_batch(path, proposals) == ((), ())
    edit(path, "confirm", "", "REJECT", value=(",12.5,12.5,", ",12.50,12.5,"))
    decisions, problems = read_batch(path, proposals, decided_at="2024-06-01")
    assert problems == ()
    assert [d.choice for d in decisions] == [Choice.CONFIRM, Choice.REJECT]
    assert decisions[0] == decide(ONE, Choice.CONFIRM, decided_at="2024-06-01")
    assert pending(proposals, decisions) == (proposals[1],)


def test_batch_edits_are_corrections(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    write_batch(path, [ONE])
    edit(path, "confirm", subject=("Hill mine,nickel", "Lake mine,nickel"))
    (decision,), problems = read_batch(path, [ONE])
    assert decision.corrected == {"subject": "Lake mine"}
    assert "taken as a correction" in problems[0].what
    write_batch(path, [ONE])
    edit(path, "correct")
    (decision,), problems = read_batch(path, [ONE])
    assert decision.choice is Choice.CONFIRM
    assert problems[0].level == "note"


def test_batch_faults_are_told_row_by_row(tmp_path: Path) -> None:
    proposals = [ONE, only(start=90, end=99), only(start=120, end=129)]
    path = tmp_path / "review.csv"
    write_batch(path, proposals)
    edit(path, "perhaps", "correct", "reject", value=("12.5", "twelve"))
    decisions, problems = read_batch(path, proposals[:2])
    assert decisions == ()
    assert len(problems) == 3
    assert "no longer proposed" in problems[2].what


def test_one_number_with_two_claims_in_a_batch(tmp_path: Path) -> None:
    both = propose(DOC, "S1", [FOUND, replace(FOUND, subject="Lake mine")])
    path = tmp_path / "review.csv"
    write_batch(path, both)
    edit(path, "confirm", "reject")
    decisions, problems = read_batch(path, both)
    assert problems == ()
    assert [d.choice for d in decisions] == [Choice.CONFIRM, Choice.REJECT]
    assert [r["subject"] for r in apply(both, decisions).rows] == ["Hill mine"]


NUMBER = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(NUMBER, NUMBER | st.none(), WORDS, WORDS, st.sampled_from(Choice))
def test_any_candidate_lasts_through_files(
    tmp_path_factory: pytest.TempPathFactory,
    low: float, high: float | None, subject: str, unit: str, choice: Choice,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("r")
    if high is not None:
        low, high = min(low, high), max(low, high)
    proposal = only(value_low=low, value_high=high, subject=subject, unit=unit)
    corrected = {"period": "1999"} if choice is Choice.CORRECT else {}
    decision = decide(proposal, choice, corrected=corrected)
    keep_decisions(folder, [decision])
    read, problems = read_decisions(folder)
    assert problems == ()
    assert read == (decision,)
    assert pending([proposal], read) == ()
    write_batch(folder / "b.csv", [proposal])
    edit(folder / "b.csv", "confirm")
    decisions, problems = read_batch(folder / "b.csv", [proposal])
    assert problems == ()
    assert decisions == (decide(proposal, Choice.CONFIRM),)


def test_the_type_of_a_decision_is_public() -> None:
    assert isinstance(decide(ONE, Choice.CONFIRM), Decision)
