"""Names lead to entities, to several, or to none; and trees of entities have no circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError
from orefield.evidence import Entities, Entity, fold_name


def make(entity_id: str, name: str = "", **more: object) -> Entity:
    return Entity(entity_id, "mine", name or entity_id, where="entities.csv:4", **more)  # type: ignore[arg-type]


def test_a_name_in_any_script_and_case_finds_its_entity() -> None:
    entities = Entities(
        [
            make("jiama", "Jiama", name_zh="甲玛", name_bo="རྒྱ་མ", aliases=("Gyama",)),
            make("cuajone", "Cuajoné"),
        ]
    )
    for name in ("JIAMA", " jiama ", "gyama", "甲玛", "རྒྱ་མ་"):
        found = entities.resolve(name).entity
        assert found is not None
        assert found.id == "jiama"
    assert entities.resolve("cuajone").status == "resolved"


def test_the_vowels_of_tibetan_are_no_accents() -> None:
    assert fold_name("རི") != fold_name("ར")


def test_a_shared_name_is_ambiguous_and_an_unknown_one_unresolved() -> None:
    entities = Entities([make("north", aliases=("Tongshan",)), make("south", "Tongshan")])
    shared = entities.resolve("tongshan")
    assert shared.status == "ambiguous"
    assert [e.id for e in shared.candidates] == ["north", "south"]
    assert shared.entity is None
    unknown = entities.resolve("Jianda")
    assert (unknown.status, unknown.entity, unknown.candidates) == ("unresolved", None, ())


def test_parents_and_children() -> None:
    entities = Entities([make("a"), make("b", parent="a"), make("c", parent="b"), make("d")])
    assert [e.id for e in entities.parents("c")] == ["b", "a"]
    assert [e.id for e in entities.children("a")] == ["b"]
    assert entities.children("d") == ()
    with pytest.raises(EvidenceError, match="no entity has the id 'e'"):
        entities.children("e")


def test_a_circle_of_parents_is_named() -> None:
    with pytest.raises(EvidenceError) as caught:
        Entities([make("a", parent="c"), make("b", parent="a"), make("c", parent="b")])
    assert "a > c > b > a" in caught.value.what
    assert caught.value.where == "entities.csv:4, column 'parent'"


def test_an_entity_that_is_its_own_parent_is_a_circle() -> None:
    with pytest.raises(EvidenceError, match="a > a"):
        Entities([make("a", parent="a")])


@pytest.mark.parametrize(
    ("entities", "what"),
    [
        ([make("a"), make("a")], "stands twice"),
        ([make("a", parent="z")], "parent 'z' of 'a' is no entity"),
        ([make("a", province="z")], "province 'z' of 'a' is no entity"),
    ],
)
def test_tables_that_do_not_hold_together(entities: list[Entity], what: str) -> None:
    with pytest.raises(EvidenceError, match=what):
        Entities(entities)


@pytest.mark.parametrize(
    "bad", [{"lat": 30.0}, {"lat": 91.0, "lon": 0.0}, {"lat": float("nan"), "lon": 0.0}]
)
def test_a_position_is_whole_and_on_the_globe(bad: dict[str, float]) -> None:
    with pytest.raises(EvidenceError, match=r"position|lies at"):
        make("a", **bad)


@given(st.text())
def test_folding_a_name_twice_changes_nothing_more(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)
