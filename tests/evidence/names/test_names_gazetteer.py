"""The shipped list holds together, resolves what news names, and joins a study's list."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from orefield.evidence import Entities, Entity, Mark, fold_name, read_entities
from orefield.evidence.names import Resolver, check_positions, gazetteer, merged

STUDY = Path(str(files("orefield.studies"))) / "china_copper" / "entities.csv"


@pytest.fixture(scope="module")
def both() -> Entities:
    return merged(Entities(read_entities(STUDY)), gazetteer())


def test_everything_in_it_is_labelled_as_recalled() -> None:
    assert {e.mark for e in gazetteer()} == {Mark.RECALL}
    assert len(gazetteer()) > 800


def test_china_has_its_provincial_units_and_mines_their_commodities() -> None:
    provinces = [e for e in gazetteer().of_kind("province") if e.country == "CN"]
    assert len(provinces) == 33  # and Taiwan, whose status is contested, as a region
    assert "taiwan" in gazetteer()
    mines = gazetteer().of_kind("mine")
    assert len(mines) > 150
    assert all(mine.commodities for mine in mines)
    assert gazetteer()["bayan_obo"].commodities == ("fe", "ree", "nb")


def test_positions_and_extents_agree() -> None:
    assert check_positions(gazetteer()) == []


def test_boxes_say_where_they_come_from() -> None:
    text = (files("orefield.evidence.data") / "boxes.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["mark"] for row in rows} == {Mark.DERIVED, Mark.RECALL}
    for row in rows:
        assert row["source"]
        assert row["id"] in gazetteer()
        assert float(row["west"]) < float(row["east"])
        assert float(row["south"]) < float(row["north"])


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("Escondida, Chile", "escondida"),
        ("智利埃斯康迪达铜矿", "escondida"),
        ("Oyu Tolgoi underground", "oyu_tolgoi"),
        ("DR Congo", "drc"),
        ("刚果(金)", "drc"),
        ("Chilean copper output", "chile"),
        ("Weda Bay nickel project", "weda_bay"),
        ("Greenbushes lithium mine in Western Australia", "greenbushes"),
        ("西澳格林布什锂矿", "greenbushes"),
        ("内蒙古白云鄂博稀土矿", "bayan_obo"),
        ("Simandou iron ore project", "simandou"),
        ("PT Freeport Indonesia", "freeport_indonesia"),
        ("Ganfeng Lithium Group Co., Ltd", "ganfeng"),
        ("赣锋锂业集团股份有限公司", "ganfeng"),
        ("China Northern Rare Earth", "northern_rare_earth"),
        ("International Copper Study Group", "icsg"),
        ("Tongling city", "tongling_city"),
        ("Tongling Nonferrous", "tongling_nonferrous"),
        ("Tongling", "tongling_district"),
        ("陕西", "shaanxi"),
        ("山西", "shanxi"),
        ("Collahausi", "collahuasi"),
        ("World", "world"),
        ("EU", "european_union"),
    ],
)
def test_names_of_other_metals_and_countries(both: Entities, name: str, entity: str) -> None:
    found = Resolver(both).resolve(name).entity
    assert found is not None, name
    assert found.id == entity


@pytest.mark.parametrize("name", ["Tongshan", "Congo", "Georgia", "Yulong", "Rio Blanco mine"])
def test_look_alikes_stay_ambiguous(both: Entities, name: str) -> None:
    assert Resolver(both).resolve(name).status == "ambiguous"


def test_joining_keeps_the_base_and_doubles_nothing(both: Entities) -> None:
    study = Entities(read_entities(STUDY))
    for entity in study:
        kept = both[entity.id]
        assert (kept.kind, kept.name_en) == (entity.kind, entity.name_en)
        assert set(entity.aliases) <= set(kept.aliases)
        if entity.lat is not None:
            assert (kept.lat, kept.lon) == (entity.lat, entity.lon)
    names = [(e.kind, e.country, e.province, fold_name(e.name_en)) for e in both]
    assert len(set(names)) == len(names)
    assert not [e.id for e in both if e.id.endswith(("_2", "_3")) and e.id not in gazetteer()]


def test_joining_what_is_named_alike_and_is_not_one() -> None:
    base = Entities(
        [
            Entity("x", "mine", "Redhill", country="CL", lat=-20.0, lon=-69.0),
            Entity("y", "county", "Bluehill", country="CL"),
            Entity("z", "mine", "Greenhill", country="CL"),
        ]
    )
    other = Entities(
        [
            Entity("x", "company", "Redhill"),  # another kind under the same id
            Entity("a", "mine", "Redhill", country="AU"),  # another country
            Entity("b", "mine", "Bluehill", country="CL"),  # another kind
            Entity("c", "deposit", "GREEN-HILL", country="CL", aliases=("Verde",), parent="b"),
        ]
    )
    joined = merged(base, other)
    assert [e.id for e in joined] == ["x", "y", "z", "x_2", "a", "b"]
    assert joined["z"].aliases == ("Verde",)
    assert joined["z"].parent == "b"
    assert [e.id for e in merged(joined, other)] == [e.id for e in joined]


def test_parents_that_would_run_in_a_circle_are_cut() -> None:
    base = Entities([Entity("a", "mine", "A hill", parent="b"), Entity("b", "mine", "B hill")])
    other = Entities([Entity("b", "mine", "B hill", parent="a"), Entity("a", "mine", "A hill")])
    joined = merged(base, other)
    assert joined["a"].parent == "b"
    assert joined["b"].parent == ""


def test_optional_columns_of_entities(tmp_path: Path) -> None:
    head = "id,kind,name_en,pinyin,name_zh,name_bo,aliases,parent,province,country,lat,lon,"
    path = tmp_path / "entities.csv"
    path.write_text(
        head + "not_same_as,note,commodities,mark\nh,mine,Hill,,,,,,,,,,,,Cu; au,recall\n"
    )
    (hill,) = read_entities(path)
    assert (hill.commodities, hill.mark) == (("cu", "au"), "recall")
