"""Basis, resource classes and recycling rates."""

from __future__ import annotations

import pytest

from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, Qualifier, RateType, ResourceClass, Stage

from .words_corpora import corpus, run, said, verdicts

Q, C, B, V = Quantity, ResourceClass, Basis, Verdict


def ground(name, mt, cls, **more):
    more.setdefault("basis", B.CONTAINED)
    return said(name, Q.RESOURCE, mt * 1e6, unit="t", resource_class=cls, **more)


class TestBasis:
    def test_an_ore_mass_without_basis_that_others_are_compared_with(self):
        bare = said("a", Q.PRODUCTION, 1e6, unit="t/y", stage=Stage.MINE, basis=B.UNSTATED)
        nation = said("b", Q.PRODUCTION, 2e6, of="land", unit="t/y", basis=B.CONTAINED)
        assert verdicts("basis-missing", bare, nation) == [V.INSUFFICIENT]

    def test_nothing_compared_nothing_asked(self):
        bare = said("a", Q.PRODUCTION, 1e6, unit="t/y", stage=Stage.MINE, basis=B.UNSTATED)
        other = said("b", Q.PRODUCTION, 2e6, of="land", unit="t/y", commodity="li")
        assert verdicts("basis-missing", bare, other) == []

    @pytest.mark.parametrize("stage", [Stage.REFINED, Stage.SEMIS, Stage.SMELTER])
    def test_metal_needs_no_basis(self, stage):
        a = said("a", Q.PRODUCTION, 1e6, unit="t/y", stage=stage)
        b = said("b", Q.PRODUCTION, 2e6, unit="t/y", stage=stage)
        assert verdicts("basis-missing", a, b) == []

    def test_inferred_counts_as_missing_and_is_named(self):
        a = said("a", Q.RESOURCE, 1e6, unit="t", basis=B.CONTAINED, inferred=("basis",))
        b = said("b", Q.RESOURCE, 2e6, unit="t", basis=B.CONTAINED)
        assert verdicts("basis-missing", a, b) == []  # a text of metal alone means metal
        gross = said("g", Q.PRODUCTION, 5e6, unit="t/y", basis=B.CONCENTRATE_GROSS)
        found = [f for f in run("basis-missing", corpus(a, gross)) if f.claims == ("a",)]
        assert [(f.verdict, f.inferred) for f in found] == [(V.INSUFFICIENT, ("a.basis",))]


class TestLattice:
    @pytest.mark.parametrize(
        ("upper", "lower"),
        [
            (C.POTENTIAL, C.RESOURCE),
            (C.RESOURCE, C.RESERVE),
            (C.POTENTIAL, C.RESERVE),
            (C.RESOURCE, C.MEASURED),
            (C.RESOURCE, C.INDICATED),
            (C.RESOURCE, C.INFERRED),
        ],
    )
    def test_order(self, upper, lower):
        assert verdicts("class-lattice", ground("a", 5, upper), ground("b", 3, lower)) == []
        assert verdicts("class-lattice", ground("a", 3, upper), ground("b", 5, lower)) == [
            V.VIOLATE
        ]

    def test_residual_is_the_excess_beyond_rounding(self):
        a, b = ground("a", 3, C.RESOURCE), ground("b", 5, C.RESERVE, rounding=0.5e6)
        (found,) = run("class-lattice", corpus(a, b))
        assert found.residual == pytest.approx(1.5e6)
        assert found.unit == "t"
        assert "3 Mt" in found.explanation

    def test_within_rounding_passes(self):
        a = ground("a", 3.0, C.RESOURCE, rounding=0.05e6)
        b = ground("b", 3.08, C.RESERVE, rounding=0.05e6)
        assert verdicts("class-lattice", a, b) == []

    def test_a_later_estimate_supersedes(self):
        a = ground("a", 3, C.RESOURCE, first_year=2015, last_year=2015)
        b = ground("b", 5, C.RESERVE, first_year=2024, last_year=2024)
        assert verdicts("class-lattice", a, b) == [V.SUPERSEDED]
        c = ground("c", 9, C.RESOURCE, first_year=2024, last_year=2024, supersedes=("a",))
        assert verdicts("class-lattice", a, b, c) == [V.SUPERSEDED]

    def test_a_day_of_report_is_no_edition(self):
        a = ground("a", 3, C.RESOURCE, source="s1", reported="2024-01-02", vintage="2024-01-02")
        b = ground("b", 5, C.RESERVE, source="s2", reported="2024-05-06", vintage="2024-05-06")
        assert verdicts("class-lattice", a, b) == [V.VIOLATE]

    def test_ore_is_not_held_against_metal(self):
        a, b = ground("a", 3, C.RESOURCE), ground("b", 500, C.RESERVE, basis=B.ORE)
        assert run("class-lattice", corpus(a, b)) == []

    def test_one_basis_unknown_settles_nothing(self):
        a, b = ground("a", 3, C.RESOURCE), ground("b", 500, C.RESERVE, basis=B.UNSTATED)
        assert verdicts("class-lattice", a, b) == [V.INSUFFICIENT]

    def test_resources_beside_reserves(self):
        a = ground("a", 3, C.RESOURCE, words="exclusive of reserves")
        assert verdicts("class-lattice", a, ground("b", 5, C.RESERVE)) == [V.INSUFFICIENT]

    def test_other_metals_and_places_are_apart(self):
        a = ground("a", 3, C.RESOURCE)
        assert run("class-lattice", corpus(a, ground("b", 5, C.RESERVE, commodity="mo"))) == []
        assert run("class-lattice", corpus(a, ground("b", 5, C.RESERVE, of="salt"))) == []

    def test_parts_of_a_resource(self):
        parts = [ground("m", 2, C.MEASURED), ground("i", 2, C.INDICATED)]
        assert verdicts("class-lattice", ground("r", 4, C.RESOURCE), *parts) == []
        assert verdicts("class-lattice", ground("r", 3, C.RESOURCE), *parts) == [V.VIOLATE]

    def test_a_reserve_holds_next_years_output_but_not_last_years(self):
        reserve = ground("r", 0.1, C.RESERVE, first_year=2023, last_year=2023)

        def mined(year):
            return said("p", Q.PRODUCTION, 2e5, unit="t/y", stage=Stage.MINE, basis=B.CONTAINED,
                        resource_class=C.ACTUAL, first_year=year, last_year=year)  # fmt: skip

        assert verdicts("class-lattice", reserve, mined(2024)) == [V.VIOLATE]
        assert verdicts("class-lattice", reserve, mined(2023)) == []

    def test_more_was_added_than_there_is(self):
        whole = ground("w", 15, C.POTENTIAL, first_year=2025, last_year=2025)
        for mt, expected in ((20, [V.VIOLATE]), (10, [])):
            added = said("a", Q.RESOURCE_ADDED, mt * 1e6, unit="t", basis=B.CONTAINED,
                         first_year=2021, last_year=2024)  # fmt: skip
            assert verdicts("class-lattice", whole, added) == expected

    def test_background_alone_says_nothing(self):
        a = ground("a", 3, C.RESOURCE, background=True)
        b = ground("b", 5, C.RESERVE, background=True)
        assert run("class-lattice", corpus(a, b)) == []
        (found,) = run("class-lattice", corpus(a, ground("c", 5, C.RESERVE)))
        assert (found.claims, found.background) == (("c",), ("a",))


class TestClassWords:
    @pytest.mark.parametrize(
        ("attribute", "words", "cls"),
        [
            ("lithium stockpiles", "prospective; total outlook of the basin", C.POTENTIAL),
            ("nickel stockpiles projected", "the belt may hold this much", C.POTENTIAL),
            ("prospective gold reserves", "", C.RESERVE),
            ("potential reserves of iron ore", "", C.RESERVE),
            ("inferred reserves", "", C.RESERVE),
            ("reserves (inferred)", "", C.RESERVE),
            ("铜远景储量", "", C.RESERVE),
            ("推断储量", "", C.RESERVE),
            ("预测铜库存", "", C.POTENTIAL),
        ],
    )
    def test_mixed(self, attribute, words, cls):
        s = ground("a", 5, cls, attribute=attribute, words=words)
        (found,) = [f for f in run("class-words", corpus(s)) if f.verdict != V.PASS]
        assert (found.verdict, found.blamed) == (V.VIOLATE, ("a",))
        assert "potential" in found.explanation or "inferred" in found.explanation

    @pytest.mark.parametrize(
        ("attribute", "words"),
        [
            ("proven and probable reserves", ""),
            ("reserves", "room for growth; good potential for expansion"),
            ("reserves and resources", "inferred part not told"),
            ("copper resource", "inferred"),
            ("prospective potential", ""),
            ("资源储量", "推断资源量占一半"),
            ("保有储量", ""),
            ("reserves", "not inferred, as shown by a feasibility study"),
            ("reserves", "inferred resources are told apart"),
            ("stockpile of ore", "beside the mill"),
            ("state stockpile, potential sale", ""),
        ],
    )
    def test_clean(self, attribute, words):
        s = ground("a", 5, C.RESERVE, attribute=attribute, words=words)
        assert verdicts("class-words", s) == []

    @pytest.mark.parametrize(
        "attribute",
        ["exchange stocks projected", "strategic stockpile, potential sale", "stocks projected"],
    )
    def test_a_forecast_of_warehouse_stocks(self, attribute):
        s = said("a", Q.STOCK, 2e5, of="world", unit="t", attribute=attribute)
        assert verdicts("class-words", s) == []

    def test_one_number_twice(self):
        a = ground("a", 7.3, C.RESERVE)
        b = ground("b", 7.3, C.INFERRED)
        assert verdicts("class-words", a, b) == [V.VIOLATE]
        assert verdicts("class-words", a, ground("b", 7.4, C.INFERRED)) == []


class TestRates:
    def rate(self, value, rate=RateType.NONE, **more):
        more.setdefault("attribute", "copper recycled")
        return said("a", Q.RATE, value, unit="1", of=more.pop("of", "world"), rate_type=rate,
                    **more)  # fmt: skip

    @pytest.mark.parametrize(
        ("value", "attribute"),
        [(0.95, "copper recycled"), (0.97, "aluminium recycled"), (0.9, "nickel is recycled"),
         (0.8, "lithium recovered from scrap"), (0.9, "rare earths recycled"), (0.96, "铜回收")],
    )  # fmt: skip
    def test_untyped_that_only_a_plant_reaches(self, value, attribute):
        s = self.rate(value, attribute=attribute, commodity="")
        (found,) = run("rate-type", corpus(s))
        assert found.verdict is V.VIOLATE
        assert "process yield" in found.explanation

    @pytest.mark.parametrize(
        ("value", "attribute"),
        [(0.45, "copper recycled"), (0.95, "lead batteries recycled"), (0.95, "steel recycled"),
         (0.93, "aluminium cans recycled"), (0.6, "gold recycled"), (0.3, "copper from scrap")],
    )  # fmt: skip
    def test_untyped_that_several_reach(self, value, attribute):
        s = self.rate(value, attribute=attribute, commodity="pb" if "lead" in attribute else "")
        if "steel" in attribute:
            s = self.rate(value, attribute="structural steel recycled", commodity="")
        assert [f.verdict for f in run("rate-type", corpus(s))] == [V.INSUFFICIENT]

    def test_up_to_means_its_end(self):
        s = self.rate(0.0, high=0.95, qualifier=Qualifier.AT_MOST)
        assert verdicts("rate-type", s) == [V.VIOLATE]

    @pytest.mark.parametrize(
        ("value", "rate", "verdict"),
        [
            (0.45, RateType.EOL_RR, V.PASS),
            (0.95, RateType.EOL_RR, V.VIOLATE),
            (0.97, RateType.PROCESS_YIELD, V.PASS),
            (0.3, RateType.RIR, V.PASS),
            (0.9, RateType.RIR, V.VIOLATE),
            (1.2, RateType.PROCESS_YIELD, V.VIOLATE),
            (1.01, RateType.NONE, V.VIOLATE),
        ],
    )
    def test_typed(self, value, rate, verdict):
        assert [f.verdict for f in run("rate-type", corpus(self.rate(value, rate)))] == [verdict]

    def test_a_country_may_do_better_than_the_world(self):
        s = self.rate(0.66, RateType.EOL_RR, of="land")
        assert verdicts("rate-type", s) == []

    def test_a_target_is_no_contradiction(self):
        s = self.rate(0.9, RateType.EOL_RR, qualifier=Qualifier.TARGET)
        assert verdicts("rate-type", s) == [V.INSUFFICIENT]

    def test_an_unknown_metal(self):
        s = self.rate(0.9, RateType.EOL_RR, attribute="unobtainium recycled", commodity="uo")
        assert [f.verdict for f in run("rate-type", corpus(s))] == [V.PASS]
        s = self.rate(0.9, attribute="unobtainium recycled", commodity="uo")
        assert verdicts("rate-type", s) == [V.INSUFFICIENT]

    @pytest.mark.parametrize(
        ("attribute", "expected"),
        [
            ("end-of-life split, plumbing", []),
            ("collection rate of copper scrap", []),
            ("copper in vehicles recycled", [V.INSUFFICIENT]),
            ("copper recycled", [V.VIOLATE]),
        ],
    )
    def test_one_step_or_one_use_is_not_the_whole_metal(self, attribute, expected):
        s = self.rate(0.95, RateType.EOL_RR, attribute=attribute)
        assert verdicts("rate-type", s) == expected

    def test_a_use_with_bounds_of_its_own(self):
        s = self.rate(0.95, attribute="lithium in batteries recycled", commodity="li")
        assert verdicts("rate-type", s) == [V.VIOLATE]
