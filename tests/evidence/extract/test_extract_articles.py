"""Found and right on annotated texts, on the public articles, and what each candidate carries."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from extract_gold import Score, articles, score

from orefield.core.errors import EvidenceError
from orefield.evidence.extract import COLUMNS, FURTHER_COLUMNS, candidates_to_rows, extract


def scored(prefix: str) -> Score:
    total = Score()
    for article in articles(prefix):
        found = extract(article.text, reported=article.published)
        score(article.gold, found, total, article.name)
    return total


@pytest.mark.parametrize(("prefix", "bar"), [("dev", 0.95), ("dev2", 0.95), ("blind", 0.85)])
def test_statements_are_found_and_right(prefix, bar) -> None:
    total = scored(prefix)
    assert total.gold > 40
    assert total.recall >= bar, total.errors
    assert total.precision >= bar, total.errors


def test_two_runs_agree_and_offsets_point_at_the_number() -> None:
    for article in articles("dev"):
        found = extract(article.text, reported=article.published, source_id="X")
        assert found == extract(article.text, reported=article.published, source_id="X")
        for candidate in found:
            at = candidate.locator
            assert 0 <= at.clause_start <= at.start < at.end <= len(article.text)
            assert candidate.source == "X"
            assert 0.0 < candidate.confidence <= 1.0


def one(text: str, unit: str, **options: str):
    found = [c for c in extract(text, **options) if c.unit == unit]
    assert len(found) == 1, [c.paraphrase for c in found]
    return found[0]


def test_a_headline_and_its_body_state_one_thing() -> None:
    text = (
        "Hill mine adds 3.2 million tons of copper resources\n\n"
        "The Hill copper mine has added 3.2 million tons of copper resources, the survey said."
    )
    found = one(text, "Mt")
    assert len(found.also_at) == 1
    assert found.also_at[0].start < found.locator.start


def test_lists_pair_in_order() -> None:
    text = (
        "Norden is targeting 105 tonnes of gold and 1.2 million tonnes of copper, "
        "increases of 17% and 10%."
    )
    growth = {c.commodity: c.value_low for c in extract(text) if c.unit == "%"}
    assert growth == {"au": 17, "cu": 10}


def test_respectively_gives_each_its_own() -> None:
    text = "Arria and Borna produced 5.3 million and 2.2 million tonnes of copper, respectively."
    found = {c.subject: c.value_low for c in extract(text)}
    assert found == {"Arria": 5.3, "Borna": 2.2}


def test_a_fall_is_negative_growth() -> None:
    found = one("Copper output at the Hill mine fell 12% from 2023 to 88,000 tonnes.", "%")
    assert found.value_low == -12
    assert found.attribute == "production growth"
    assert found.counterpart == "2023"


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("Hill produced 90,000 tonnes of copper in concentrate.", "contained"),
        ("Hill produced 90,000 tonnes of concentrate.", "concentrate_gross"),
        ("Hill mined 90,000 tonnes of ore.", "ore"),
        ("Hill produced 90,000 tonnes of copper.", "missing"),
    ],
)
def test_the_basis_is_what_the_words_say(text, basis) -> None:
    assert one(text, "kt").basis == basis


def test_relays_are_a_chain() -> None:
    class Wire:
        text = (
            "Hill holds 3 Mt of copper resources, according to a press release by the Arria Survey."
        )
        published = "2025-01-06"
        publisher = "Daily Wire"

    (found,) = extract(Wire())
    assert found.speakers == ("Daily Wire", "Arria Survey")
    assert found.hops == 2


def test_a_pronoun_means_what_was_spoken_of() -> None:
    text = (
        "The Hill mine is in Arria. It processed 6 Mt of ore in 2023.\n\n"
        "The mine employs 900 people."
    )
    assert {c.subject for c in extract(text)} == {"Hill mine"}


def test_known_names_bring_their_entities() -> None:
    class Entity:
        id, kind = "hill", "mine"

    class Found:
        entity = Entity()

    class Mention:
        start, end, candidates = 16, 20, (Found(),)

    class Names:
        def mentions(self, text: str):
            return [Mention()]

    found = one("Output at mighty Hill was 12,000 tonnes of zinc.", "kt")
    assert found.entities == ()
    found = one("Output at quiet hill was 12,000 tonnes of zinc.", "kt", resolver=Names())
    assert found.entities == ("hill",)


@pytest.mark.parametrize("text", ["", "\n\n", "no number here", "12", "%%%", "\x00\ufffd" * 9])
def test_texts_without_statements_give_none(text) -> None:
    assert extract(text) == ()


@pytest.mark.parametrize("text", [None, 12, b"12 Mt"])
def test_what_is_no_document_is_refused(text) -> None:
    with pytest.raises(EvidenceError, match="cannot read claims"):
        extract(text)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 400 + " Mt " + "-" * 500,
        "(" * 2000 + "5 Mt" + ")" * 2000,
        "Hill 5 Mt, " * 600,
        "A " * 5000 + "5%",
        "and " * 5000,
        "5万吨、" * 500,
        "| 1 | 2 |\n" * 800,
        "the largest " * 2000,
        "a" * 50_000,
        "铜" * 20_000,
    ],
)
def test_odd_texts_end_soon_and_without_harm(text) -> None:
    for candidate in extract(text):
        assert candidate.locator.end <= len(text)


def test_rows_are_those_of_a_corpus() -> None:
    text = "Hill in Arria produced up to 20,000 tonnes of copper in 2024. Reserves exceed 3 Mt."
    rows = candidates_to_rows(extract(text, source_id="S9"), published="2025-01-01")
    assert all(tuple(row) == (*COLUMNS, *FURTHER_COLUMNS) for row in rows)
    assert [row["id"] for row in rows] == ["E-S9-001", "E-S9-002"]
    first, second = rows
    assert (first["value_low"], first["value_high"], first["qualifier"]) == ("20", "20", "up to")
    assert (second["value_low"], second["value_high"], second["qualifier"]) == (
        "3",
        "",
        "more than",
    )
    assert first["basis"] == "missing"
    assert text not in "".join(first.values())


@pytest.mark.data
def test_the_public_table_has_our_columns() -> None:
    facts = os.environ.get("OREFIELD_FACTS")
    if not facts:
        pytest.skip("needs the facts of the reference study: set OREFIELD_FACTS")
    with (Path(facts) / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert tuple(csv.DictReader(file).fieldnames or ()) == COLUMNS
