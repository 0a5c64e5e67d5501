"""The national template: identities that close, statements that map, and those left out."""

from __future__ import annotations

import dataclasses
import json

import pytest

from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities
from orefield.evidence.reconcile import (
    BALANCE_INPUTS,
    Status,
    findings,
    national_figures,
    national_system,
    observations,
    reconcile,
    words,
)
from orefield.evidence.reconcile.national import at
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, SigmaClass, Stage

GRADE, SMELT, REFINE = 0.25, 0.97, 0.99


def statement(sid, quantity, stage, value, year, **given) -> Statement:
    fields = {
        "id": sid, "source": "book", "subject": "Erewhon", "attribute": str(quantity),
        "topic": Topic(
            given.pop("entity", "erewhon"), quantity, given.pop("commodity", "ni"), stage
        ),
        "low": value, "high": value, "unit": "t/y", "shown": f"{value:g} t/y",
        "basis": Basis.CONTAINED, "resource_class": ResourceClass.ACTUAL,
        "first_year": year, "last_year": year, "sigma_class": SigmaClass.A,
    }  # fmt: skip
    return Statement(**(fields | given))


def true_year(year: int, factor: float) -> list[Statement]:
    """Figures of one year that close to the last tonne."""
    mine, gross, secondary, anode = 4e5 * factor, 2e6, 1e5, 5e4
    refined = ((mine + GRADE * gross) * SMELT + anode) * REFINE + secondary
    imports, exports, change = 2e5, 5e4, 1e4
    Q, S = Quantity, Stage
    rows = (
        ("mine", Q.PRODUCTION, S.MINE, mine, {}),
        ("mine-again", Q.PRODUCTION, S.MINE, mine, {"sigma_class": SigmaClass.B}),
        ("mine-thrice", Q.PRODUCTION, S.MINE, mine, {"sigma_class": SigmaClass.C}),
        ("north", Q.PRODUCTION, S.MINE, 0.6 * mine, {"entity": "north"}),
        ("gross", Q.IMPORTS, S.MINE, gross, {"basis": Basis.CONCENTRATE_GROSS}),
        ("anode", Q.IMPORTS, S.SMELTER, anode, {}),
        ("refined", Q.PRODUCTION, S.REFINED, refined, {}),
        ("imports", Q.IMPORTS, S.REFINED, imports, {}),
        ("exports", Q.EXPORTS, S.REFINED, exports, {}),
        ("change", Q.STOCK_CHANGE, S.REFINED, change, {"unit": "t"}),
        ("use", Q.USE, S.REFINED, refined + imports - exports - change, {}),
    )
    return [statement(f"{n}-{year}", q, s, v, year, **more) for n, q, s, v, more in rows]


def corpus(*more: Statement) -> Corpus:
    rows = [*true_year(2021, 1.0), *true_year(2022, 1.05), *true_year(2023, 0.98), *more]
    return Corpus(tuple(rows), {}, Entities())


def template(**given):
    assumed = {
        "concentrate_grade": (GRADE, 0.01), "smelter_recovery": (SMELT, 0.005),
        "refinery_recovery": (REFINE, 0.002),
    }  # fmt: skip
    return national_system(
        "erewhon", "ni", (2023, 2021, 2022), ("north",), assumed=assumed, **given
    )


def test_true_figures_come_back_unchanged():
    national = template()
    seen = observations(corpus(), national)
    assert seen.left_out == ()
    r = reconcile(seen.system)
    assert r.converged
    assert not r.blamed
    assert not r.ties
    assert r.before.chi2 == pytest.approx(0.0, abs=1e-12)
    assert max(r.residuals.values()) <= 1e-9
    assert r[at("mine_production_t", 2021)].value == pytest.approx(4e5)
    assert r[at("mine_remainder_t", 2022)].value == pytest.approx(0.4 * 4.2e5)
    assert r[at("refined_secondary_t", 2021)].value == pytest.approx(1e5, rel=1e-6)
    assert r[at("unexplained_feed_t", 2023)].value == pytest.approx(0.0, abs=1e-3)
    assert r[at("scrap_imports_gross_t", 2021)].status is Status.UNOBSERVABLE


def test_figures_for_the_balance_carry_errors_and_adjustments():
    r = reconcile(observations(corpus(), template()).system)
    table = national_figures(r, template())
    assert [(f.name, f.year) for f in table[:3]] == [
        ("mine_production_t", y) for y in (2021, 2022, 2023)
    ]
    assert {f.name for f in table} == set(BALANCE_INPUTS)
    mine = table[0]
    assert mine.standard_error < 0.03 * 4e5
    assert mine.claims == ("mine-2021", "mine-again-2021", "mine-thrice-2021")
    assert mine.adjustment_sigmas == pytest.approx(0.0, abs=1e-9)
    scrap = next(f for f in table if f.name == "scrap_imports_gross_t")
    assert scrap.value is None
    with pytest.raises(EvidenceError):
        national_figures(r, template(), ["nothing"])


def test_a_wrong_national_total_is_blamed_and_does_not_move_the_figures():
    wrong = statement("boast", Quantity.PRODUCTION, Stage.MINE, 1.4e6, 2022,
                      sigma_class=SigmaClass.D)  # fmt: skip
    seen = observations(corpus(wrong), template())
    r = reconcile(seen.system)
    assert [b.ids for b in r.blamed] == [("boast",)]
    assert r[at("mine_production_t", 2022)].value == pytest.approx(4.2e5, rel=1e-6)
    (found,) = findings(r)
    assert found.blamed == ("boast",)
    assert "boast" not in [
        c for f in national_figures(r, template()) for c in f.claims if f.year == 2021
    ]


def test_refined_output_without_visible_feed_moves_the_unexplained_feed():
    # far more refined than any visible feed gives, and no word on scrap
    rows = [s for s in true_year(2021, 1.0) if not s.id.startswith(("use", "refined"))]
    rows.append(statement("refined-2021", Quantity.PRODUCTION, Stage.REFINED, 1.5e6, 2021))
    rows.append(statement("recycled", Quantity.PRODUCTION, Stage.SCRAP, 1e5, 2021))
    national = national_system(
        "erewhon",
        "ni",
        [2021],
        ["north"],
        assumed=dict(template().assumed),
        unexplained_relative=0.5,
    )
    r = reconcile(
        observations(
            Corpus(tuple(rows), {}, Entities()), national, magnitudes={"refined_production_t": 1e6}
        ).system
    )
    assert r[at("unexplained_feed_t", 2021)].value > 3e5
    assert not r.blamed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_year": None, "last_year": None}, "undated"),
        ({"first_year": 2021, "last_year": 2023}, "several years"),
        ({"first_year": 1999, "last_year": 1999}, "outside the years"),
        ({"basis": Basis.CONCENTRATE_GROSS}, "basis"),
        ({"basis": Basis.UNSTATED}, "basis"),
        ({"resource_class": ResourceClass.PLAN}, "plan"),
        ({"resource_class": ResourceClass.CAPACITY}, "capacity"),
        ({"qualifier": Qualifier.TARGET}, "target"),
        ({"derived_from": ("mine-2021",)}, "derived"),
        ({"low": None, "high": None}, "no number"),
        ({"unit": "t/d"}, "t/d"),
        ({"counterpart": "chile"}, "counterpart"),
        ({"topic": Topic("erewhon", Quantity.IMPORTS, "ni", Stage.NONE)}, "stage"),
        ({"topic": Topic("erewhon", Quantity.EXPORTS, "ni", Stage.MINE)}, "concentrate"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_told_why(change, reason):
    odd = statement("odd", Quantity.PRODUCTION, Stage.MINE, 4e5, 2022)
    odd = dataclasses.replace(odd, **change)
    seen = observations(corpus(odd), template())
    assert [(o.claim, reason in o.why) for o in seen.left_out] == [("odd", True)]
    assert "odd" not in {o.id for o in seen.observations}


def test_other_metals_and_countries_are_no_part_of_it():
    foreign = statement("foreign", Quantity.PRODUCTION, Stage.MINE, 1e6, 2022, entity="laputa")
    other = statement("other", Quantity.PRODUCTION, Stage.MINE, 1e6, 2022, commodity="li")
    seen = observations(corpus(foreign, other), template())
    assert seen.left_out == ()
    assert not {"foreign", "other"} & {o.id for o in seen.observations}


def test_an_older_edition_is_superseded():
    new = statement("new", Quantity.PRODUCTION, Stage.MINE, 4e5, 2021, supersedes=("mine-2021",))
    seen = observations(corpus(new), template())
    assert [(o.claim, o.why) for o in seen.left_out] == [
        ("mine-2021", "superseded by a later edition")
    ]


def test_sigma_never_comes_from_the_value_itself():
    def sigma(value: float) -> float:
        odd = statement("odd", Quantity.PRODUCTION, Stage.MINE, value, 2022, release="wire")
        echo = statement("echo", Quantity.PRODUCTION, Stage.MINE, value, 2022, release="wire")
        seen = observations(corpus(odd, echo), template())
        return next(o.sigma for o in seen.observations if o.id == "odd")

    assert sigma(4e5) == sigma(4e9) == sigma(4.0)


def test_a_lone_figure_has_no_sigma_and_says_so():
    lone = Corpus((statement("lone", Quantity.PRODUCTION, Stage.MINE, 4e5, 2022),), {}, Entities())
    seen = observations(lone, template())
    assert "nothing else tells the size" in seen.left_out[0].why
    helped = observations(lone, template(), magnitudes={"mine_production_t": 5e5})
    assert helped.observations[0].sigma == pytest.approx(0.03 * 5e5)


def test_shares_and_growth_become_identities():
    part = Topic("erewhon", Quantity.PRODUCTION, "ni", Stage.MINE)
    whole = Topic("erewhon", Quantity.USE, "ni", Stage.REFINED)
    share = dataclasses.replace(
        statement("share", Quantity.SHARE, Stage.NONE, 0.9, 2022), part=part, whole=whole, unit="1"
    )
    rise = dataclasses.replace(
        statement("rise", Quantity.GROWTH, Stage.NONE, 0.05, 2022), part=part, unit="1"
    )
    r = reconcile(observations(corpus(share, rise), template()).system)
    assert r.adjustments["rise"].sigmas == pytest.approx(0.0, abs=1e-6)
    assert [b.ids for b in r.blamed] == [("share",)]
    name = next(n for n in r.values if n.startswith("share:"))
    use = r[at("refined_use_t", 2022)].value
    assert r[name].value == pytest.approx(4.2e5 / use, rel=1e-6)
    unclear = dataclasses.replace(share, id="unclear", whole=None)
    away = dataclasses.replace(share, id="away", whole=Topic("laputa", Quantity.USE, "ni"))
    left = {o.claim: o.why for o in observations(corpus(unclear, away), template()).left_out}
    assert set(left) == {"unclear", "away"}


def test_ranges_and_one_sided_statements():
    ranged = dataclasses.replace(
        statement("ranged", Quantity.PRODUCTION, Stage.MINE, 4e5, 2022), low=3.9e5, high=4.5e5,
        qualifier=Qualifier.RANGE,
    )  # fmt: skip
    more = dataclasses.replace(
        statement("more", Quantity.PRODUCTION, Stage.MINE, 3e5, 2022), high=float("inf"),
        qualifier=Qualifier.AT_LEAST,
    )  # fmt: skip
    seen = {o.id: o for o in observations(corpus(ranged, more), template()).observations}
    assert seen["ranged"].value == pytest.approx(4.2e5)
    assert seen["ranged"].sigma > seen["mine-2022"].sigma
    assert str(seen["more"].sense) == ">="
    assert seen["more"].value == 3e5


def test_background_is_named():
    known = statement("known", Quantity.PRODUCTION, Stage.MINE, 4.2e5, 2022, background=True)
    assert observations(corpus(known), template()).background == frozenset({"known"})


def test_words_and_json_of_a_nation():
    r = reconcile(observations(corpus(), template()).system)
    assert "mine_production_t@2021: 400,000" in words(r)
    json.dumps(r.as_dict(), allow_nan=False)


@pytest.mark.parametrize(
    "given",
    [
        {"years": ()},
        {"years": (2020, 2020)},
        {"assets": ("a", "a")},
        {"assumed": {"nothing": (1.0, 1.0)}},
        {"assumed": {"concentrate_grade": (0.25, 0.0)}},
        {"unexplained_relative": 0.0},
    ],
)
def test_bad_templates(given):
    with pytest.raises(EvidenceError):
        national_system(**({"country": "x", "commodity": "cu", "years": (2020,)} | given))


def test_an_empty_corpus_gives_an_empty_result():
    seen = observations(Corpus((), {}, Entities()), national_system("x", "cu", (2020,)))
    assert seen.observations == ()
    r = reconcile(seen.system)
    assert not r.has_redundancy
    assert findings(r) == ()
