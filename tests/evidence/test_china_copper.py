"""The evidence of the shipped study: whole, labelled, and chosen from by the rule."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from orefield.core import units
from orefield.evidence import Basis, Evidence, Mark, ResourceClass, SigmaClass, SourceKind

from .conftest import STUDY

MODELLED = [
    "julong",
    "jiama",
    "yulong",
    "tiegelongnan",
    "naruo",
    "duobuza",
    "bolong",
    "xiongcun",
    "zhunuo",
    "duobaoshan",
    "dexing",
    "pulang",
    "wunugetushan",
    "zijinshan",
]


def test_all_facts_are_carried(shipped: Evidence) -> None:
    kinds = Counter(c.id.partition("-")[0] for c in shipped.claims)
    assert kinds["A"] >= 660 + 91
    assert kinds["N"] >= 1500
    assert kinds["R"] == 19
    assert {f"C{i:03d}" for i in range(1, 65)} <= {c.id for c in shipped.claims}
    assert {f"S{i}" for i in range(1, 6)} <= {s.id for s in shipped.sources}


def test_what_is_recalled_is_labelled_and_nothing_else_is(shipped: Evidence) -> None:
    assert shipped.counts_by_mark()[Mark.RECALL] > 100
    for claim in shipped.claims:
        recalled = claim.mark is Mark.RECALL
        assert recalled == (shipped.source(claim.source).kind is SourceKind.MEMORY), claim.id
        assert claim.sigma_class is SigmaClass.E or not recalled, claim.id


def test_what_may_not_be_used_says_why(shipped: Evidence) -> None:
    for claim in shipped.claims:
        assert claim.usable or claim.note, claim.id


def test_no_mass_of_metal_is_without_a_basis(shipped: Evidence) -> None:
    for claim in shipped.claims:
        if claim.low is not None and units.dimension(claim.unit).startswith(("mass", "daily")):
            assert claim.basis is not Basis.NONE, claim.id
            assert claim.basis is not Basis.UNSTATED or not claim.usable, claim.id


def test_only_what_names_no_known_thing_is_unresolved(shipped: Evidence) -> None:
    assert {c.id for c in shipped.unresolved()} == {"C016", "C023", "C026", "C034", "C035"}
    assert shipped.entities.resolve("Jianda").status == "unresolved"


@pytest.mark.parametrize(
    ("entity", "attribute", "year", "chosen", "value", "unit", "rejected"),
    [
        ("yulong", "cu_grade", None, "A-yulong-cu_grade-2026", 0.54, "%", {0.84, 2.5}),
        ("julong", "capacity_ore", 2026, "A-julong-capacity_ore-2026", 350.0, "kt/d", {35_000.0}),
        ("zhunuo", "capacity_ore", None, "A-zhunuo-capacity_ore-2024", 18.0, "Mt/y", {24.0}),
        ("tiegelongnan", "ore", None, "A-tiegelongnan-ore-2018-b", 2089.0, "Mt", {529.0}),
        ("julong", "capacity_ore", 2024, "A-julong-capacity_ore-2024", 150.0, "kt/d", set()),
        ("julong", "output_cu", 2025, "A-julong-output_cu-2025-c", 193.82, "kt", {190.0}),
        ("jiama", "tsf_start", None, "A-jiama-tsf_start-2024-b", None, "", set()),
        ("china", "mine_production", 2023, "N-mine_production-2023", 1.82, "Mt", {1700.0, 1600.0}),
    ],
)
def test_known_contradictions_are_settled_and_explained(
    shipped: Evidence,
    entity: str,
    attribute: str,
    year: int | None,
    chosen: str,
    value: float | None,
    unit: str,
    rejected: set[float],
) -> None:
    choice = shipped.choose(entity, attribute, year=year)
    assert choice.chosen.id == chosen
    if value is not None:
        assert choice.chosen.central_in(unit) == pytest.approx(value)
    assert rejected <= {c.low for c, _ in choice.rejected}
    assert all(reason for _, reason in choice.rejected)


def test_plans_that_were_replaced_say_by_what(shipped: Evidence) -> None:
    newer = shipped.superseded_by("A-julong-final_pit_elevation_phase3-2024")
    assert newer is not None
    assert (newer.low, newer.unit) == (3880.0, "m")


def test_every_modelled_asset_has_a_name_a_place_and_an_inventory(shipped: Evidence) -> None:
    for asset in MODELLED:
        entity = shipped.entities[asset]
        assert entity.name_zh, asset
        assert entity.lat is not None, asset
        assert 18.0 < entity.lat < 54.0, asset
        assert shipped.entities["china"] in shipped.entities.parents(asset), asset
        for attribute, unit in (("ore", "Mt"), ("cu_grade", "%")):
            chosen = shipped.choose(asset, attribute, unit=unit).chosen
            assert chosen.central_in(unit) > 0.0, asset


def test_julong_is_one_operation_of_three_bodies(shipped: Evidence) -> None:
    assert {e.id for e in shipped.entities.children("julong")} == {
        "qulong",
        "rongmucuola",
        "zhibula",
    }
    found = shipped.entities.resolve("驱龙").entity
    assert found is not None
    assert found.parent == "julong"


def test_names_easily_mistaken_are_kept_apart(shipped: Evidence) -> None:
    resolve = shipped.entities.resolve
    assert resolve("Yulong").status == "ambiguous"
    assert {e.id for e in resolve("Tongshan").candidates} == {"tongshan_hlj", "tongshan_anhui"}
    for name, entity_id in (
        ("Rongna", "tiegelongnan"),
        ("Southern Tiegelong", "tiegelongnan"),
        ("甲玛", "jiama"),
        ("Duobuzao", "duobuza"),
        ("dexin", "dexing"),
    ):
        found = resolve(name).entity
        assert found is not None, name
        assert found.id == entity_id


def test_classes_keep_their_order_where_one_release_gives_them(shipped: Evidence) -> None:
    """CRIRSCO: a reserve is part of the resource, which is part of the potential."""
    for year in ("2012-10", "2014-01"):
        of_year = [c for c in shipped.about("jiama", "ore") if c.valid_from == year]
        ore = {c.resource_class: c.low or 0.0 for c in of_year}
        assert 0.0 < ore[ResourceClass.RESERVE] < ore[ResourceClass.INDICATED]


def test_sums_that_must_pass_do(shipped: Evidence) -> None:
    """Recycled metals of 2023 add up: 3.85 + 9.5 + 2.95 + 1.3 = 17.6 Mt."""
    parts = [
        shipped.choose("china", f"recycled_{m}_output", year=2023).chosen.central_in("Mt")
        for m in ("copper", "aluminium", "lead", "zinc")
    ]
    whole = shipped.choose("china", "recycled_nonferrous_metals_output", year=2023).chosen
    assert sum(parts) == pytest.approx(whole.central_in("Mt"), abs=0.05)


def test_rivers_keep_their_marks_and_sources(shipped: Evidence) -> None:
    with (STUDY / "river_nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file))
    ids = {node["node_id"] for node in nodes}
    assert len(ids) == len(nodes) == 93
    for node in nodes:
        assert not node["downstream_id"] or node["downstream_id"] in ids
        assert bool(node["q_mean_m3s"]) == bool(node["q_mark"]) == bool(node["q_source"])
        if node["q_source"]:
            kind = shipped.source(node["q_source"]).kind
            assert (kind is SourceKind.MEMORY) == (node["q_mark"] == "recall")
    with (STUDY / "river_seasonality.csv").open(encoding="utf-8", newline="") as file:
        shares: Counter[str] = Counter()
        for row in csv.DictReader(file):
            shares[row["node_id"]] += float(row["share_pct"])  # type: ignore[assignment]
    assert set(shares) <= ids
    assert all(total == pytest.approx(100.0, abs=0.11) for total in shares.values())


def test_tables_are_plain() -> None:
    for path in sorted(STUDY.glob("*.csv")):
        content = path.read_bytes()
        assert content.endswith(b"\n"), path.name
        assert b"\r" not in content, path.name
        assert "\t" not in content.decode("utf-8"), path.name


@pytest.mark.skipif(
    "OREFIELD_FACTS" not in os.environ, reason="OREFIELD_FACTS names no folder of facts"
)
def test_every_number_of_the_facts_is_in_the_tables(shipped: Evidence) -> None:
    """Each asset fact and each series value stands in a claim of that entity or year."""
    facts = Path(os.environ["OREFIELD_FACTS"])
    by_entity: dict[str, set[float]] = {}
    numbers: set[float] = set()
    for claim in shipped.claims:
        for value in (claim.low, claim.high):
            if value is not None:
                numbers.add(value)
                if claim.id.startswith("A-"):
                    by_entity.setdefault(claim.id.split("-")[1], set()).add(value)
    with (facts / "assets" / "assets_long.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            scale = 1e-3 if row["unit"] == "M CNY" else 1.0
            for cell in (row["value_low"], row["value_high"]):
                if cell:
                    wanted = float(cell) * scale
                    near = any(abs(v - wanted) < 1e-9 for v in by_entity[row["asset_id"]])
                    assert near, (row["asset_id"], row["attribute"], cell)
    for path in sorted((facts / "series").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for part in row["value"].lstrip("~").split("-"):
                    value = float(part or 0.0)
                    scale = 10.0 if row["unit"] == "t Cu per 10^8 yuan" else 1.0
                    assert value == 0.0 or value * scale in numbers, (path.name, row)
