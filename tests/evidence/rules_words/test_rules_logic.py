"""Status and time, yes and no, and numbers that nothing can have."""

from __future__ import annotations

import math

import pytest

from orefield.evidence.corpus import StatusEvent
from orefield.evidence.finding import Verdict
from orefield.evidence.rules.sanity import mass_fraction
from orefield.evidence.rules.timing import weekday_named
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Qualifier, ResourceClass, Stage

from .words_corpora import ALARMS, corpus, run, said, topic, verdicts

Q, V, C = Quantity, Verdict, ResourceClass


def event(name, what, when, **more):
    return said(name, Q.EVENT, event=what, date=when, attribute=what, **more)


def output(name, year, low=5e4, **more):
    more.setdefault("resource_class", C.ACTUAL)
    return said(name, Q.PRODUCTION, low, unit="t/y", first_year=year, last_year=year, **more)


class TestTimeline:
    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("discovered", "production"),
            ("approved", "construction"),
            ("construction", "commissioned"),
            ("production", "closed"),
            ("licensed", "production"),
        ],
    )
    def test_order(self, first, last):
        good = [event("a", first, "2010"), event("b", last, "2014-05")]
        assert verdicts("status-timeline", *good) == []
        bad = [event("a", first, "2014-05"), event("b", last, "2010")]
        assert verdicts("status-timeline", *bad) == [V.VIOLATE]

    def test_years_that_overlap_are_in_order(self):
        a, b = event("a", "construction", "2010-12-30"), event("b", "production", "2010")
        assert verdicts("status-timeline", a, b) == []

    def test_an_expansion_is_approved_late(self):
        a, b = event("a", "production", "2010"), event("b", "approved", "2020")
        assert verdicts("status-timeline", a, b) == [V.VIOLATE]
        assert verdicts("status-timeline", a, b, event("c", "expanded", "2022")) == [V.INSUFFICIENT]

    def test_since_the_nineties_against_a_start_elsewhere(self):
        a = said("a", Q.EVENT, event="production", first_year=1990, last_year=1999, source="s1",
                 attribute="mined since")  # fmt: skip
        b = event("b", "production", "2016", source="s2")
        assert verdicts("status-timeline", a, b) == [V.TIE]
        assert verdicts("status-timeline", a, event("b", "production", "1997")) == []

    def test_two_texts_on_the_end_of_a_mine(self):
        a = event("a", "closed", "2010", source="s1")
        assert verdicts("status-timeline", a, event("b", "closed", "2016", source="s2")) == [V.TIE]

    def test_two_texts_on_two_plants(self):
        a = event("a", "commissioned", "2010", source="s1")
        b = event("b", "commissioned", "2016", source="s2")
        assert verdicts("status-timeline", a, b) == [V.INSUFFICIENT]

    def test_a_plan_that_moved(self):
        a = event("a", "production", "2023", resource_class=C.PLAN, reported="2020")
        b = event("b", "production", "2026", resource_class=C.PLAN, reported="2022")
        assert verdicts("status-timeline", a, b) == [V.SUPERSEDED]
        c = event("c", "production", "2025", reported="2025-06")
        assert verdicts("status-timeline", a, c) == [V.SUPERSEDED]

    def test_done_before_it_is_told(self):
        assert verdicts("status-timeline", event("a", "closed", "2030", reported="2024")) == [
            V.VIOLATE
        ]
        plan = event("a", "production", "2020", resource_class=C.PLAN, reported="2024")
        assert verdicts("status-timeline", plan) == [V.INSUFFICIENT]

    def test_output_outside_the_life_of_a_mine(self):
        start, end = event("a", "production", "2010-06"), event("b", "closed", "2020-03")
        for year, bad in ((2009, True), (2010, False), (2015, False), (2020, False), (2021, True)):
            found = verdicts("status-timeline", start, end, output("p", year))
            assert found == ([V.VIOLATE] if bad else []), year

    def test_output_inside_a_suspension(self):
        stop, go = event("a", "suspended", "2015-03"), event("b", "resumed", "2018-02")
        for year, bad in ((2014, False), (2015, False), (2016, True), (2017, True), (2018, False)):
            found = verdicts("status-timeline", stop, go, output("p", year))
            assert found == ([V.VIOLATE] if bad else []), year

    def test_a_suspension_without_end_in_another_text(self):
        stop = event("a", "suspended", "2015", source="s2")
        assert verdicts("status-timeline", stop, output("p", 2020)) == [V.INSUFFICIENT]

    def test_no_output_and_plans_are_free(self):
        start = event("a", "production", "2010")
        assert verdicts("status-timeline", start, output("p", 2005, 0.0)) == []
        plan = output("p", 2005, resource_class=C.PLAN)
        assert verdicts("status-timeline", start, plan) == []

    def test_the_table_of_events(self):
        table = (StatusEvent("hill", "production", "2015", claim="", source="ref"),)
        made = corpus(output("p", 2010), events=table)
        (found,) = [f for f in run("status-timeline", made) if f.verdict in ALARMS]
        assert found.claims == ("p",)
        assert found.background


class TestSaidBeforeKnown:
    def test_an_outcome_of_next_year(self):
        assert verdicts("said-before-known", output("a", 2026, reported="2025-03")) == [V.VIOLATE]

    @pytest.mark.parametrize("reported", ["2025-12-05", "2026-01-20", "2026", ""])
    def test_after_or_nearly_after_the_end(self, reported):
        assert verdicts("said-before-known", output("a", 2025, reported=reported)) == []

    def test_a_year_that_had_begun(self):
        a = output("a", 2025, reported="2025-06")
        assert verdicts("said-before-known", a) == [V.INSUFFICIENT]
        a = output("a", 2025, reported="2025-06", words="full-year output")
        assert verdicts("said-before-known", a) == [V.VIOLATE]

    @pytest.mark.parametrize("words", ["planned", "guidance", "预计", "expected to produce"])
    def test_plans(self, words):
        a = output("a", 2026, reported="2025-03", words=words)
        assert verdicts("said-before-known", a) == []
        b = output("a", 2026, reported="2025-03", qualifier=Qualifier.TARGET)
        assert verdicts("said-before-known", b) == []

    @pytest.mark.parametrize(
        ("day", "words", "expected"),
        [
            ("2025-01-06", "Monday release", []),
            ("2025-01-07", "Monday release", [V.VIOLATE]),
            ("2025-01-07", "周一发布", [V.VIOLATE]),
            ("2025-01-07", "as told last Friday", []),
            ("2025-01-07", "between Monday and Tuesday", []),
            ("2025-01", "Monday release", []),
        ],
    )
    def test_weekdays(self, day, words, expected):
        s = said("a", Q.OTHER, date=day, words=words)
        assert verdicts("said-before-known", s) == expected

    def test_weekday_named(self):
        assert weekday_named("on WEDNESDAY") == "wednesday"
        assert weekday_named("next Monday") == ""


class TestLogic:
    def flag(self, name, flag, **more):
        more.setdefault("of", "land")
        return said(name, Q.FLAG, 1.0, 1.0, unit="flag", flag=flag,
                    attribute=more.pop("attribute", flag.replace("_", " ")), **more)  # fmt: skip

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("meets_own_needs", "largest_importer"),
            ("self_sufficient", "net_importer"),
            ("net_importer", "net_exporter"),
            ("deficit", "surplus"),
            ("state_owned", "private"),
        ],
    )
    def test_exclude_each_other(self, one, other):
        a, b = self.flag("a", one), self.flag("b", other)
        assert verdicts("document-logic", a, b) == [V.VIOLATE]
        far = self.flag("b", other, source="s2")
        assert verdicts("document-logic", a, far) == [V.TIE]

    def test_other_metal_time_place_or_stage(self):
        a = self.flag("a", "meets_own_needs", first_year=2010, last_year=2010)
        for change in (
            {"commodity": "li"}, {"of": "north"}, {"first_year": 2020, "last_year": 2020},
        ):  # fmt: skip
            b = self.flag("b", "largest_importer", **change)
            found = verdicts("document-logic", a, b)
            assert found == [], change
        a = self.flag("a", "meets_own_needs", stage=Stage.REFINED)
        assert verdicts("document-logic", a, self.flag("b", "net_importer", stage=Stage.MINE)) == []

    @pytest.mark.parametrize(
        "attribute",
        ["does not meet its own needs", "aims to meet its own needs", "self-sufficiency rate",
         "on the path to self-sufficiency", "力争自给自足", "无法满足自身需求"],
    )  # fmt: skip
    def test_denied_hoped_or_measured(self, attribute):
        a = self.flag("a", "meets_own_needs", attribute=attribute)
        assert verdicts("document-logic", a, self.flag("b", "largest_importer")) == []

    def test_not_only_is_no_denial(self):
        a = self.flag("a", "meets_own_needs", attribute="not only meets its own needs")
        assert verdicts("document-logic", a, self.flag("b", "largest_importer")) == [V.VIOLATE]

    def test_yes_and_no(self):
        a = self.flag("a", "net_importer")
        no = said("b", Q.FLAG, 0.0, 0.0, unit="flag", of="land", flag="net_importer")
        assert verdicts("document-logic", a, no) == [V.VIOLATE]

    def test_a_rank_of_importers(self):
        r = said("r", Q.RANK, 1.0, 1.0, of="land", unit="rank", part=topic("land", Q.IMPORTS))
        assert verdicts("document-logic", self.flag("a", "meets_own_needs"), r) == [V.VIOLATE]

    @pytest.mark.parametrize(("share", "bad"), [(0.3, True), (0.9, True), (0.97, False)])
    def test_a_share_of_demand(self, share, bad):
        s = said("s", Q.SHARE, share, of="land", unit="1", part=topic("land", Q.PRODUCTION),
                 whole=topic("land", Q.USE))  # fmt: skip
        found = verdicts("document-logic", self.flag("a", "meets_own_needs"), s)
        assert found == ([V.VIOLATE] if bad else [])

    def test_none_of_something_that_there_is(self):
        a = self.flag("a", "no_imports", first_year=2024, last_year=2024)
        b = said("b", Q.IMPORTS, 5e4, of="land", unit="t/y", first_year=2024, last_year=2024)
        assert verdicts("document-logic", a, b) == [V.VIOLATE]

    def test_states_come_and_go(self):
        a, b = self.flag("a", "operating", of="hill"), self.flag("b", "suspended", of="hill")
        assert verdicts("document-logic", a, b) == [V.TIE]
        b = self.flag("b", "suspended", of="hill", source="s2")
        assert verdicts("document-logic", a, b) == [V.INSUFFICIENT]

    def test_a_net_importer_that_exports_more(self):
        a = self.flag("a", "net_importer", first_year=2024, last_year=2024)

        def trade(name, quantity, low):
            return said(name, quantity, low, of="land", unit="t/y", first_year=2024,
                        last_year=2024)  # fmt: skip

        pair = trade("i", Q.IMPORTS, 1e5), trade("e", Q.EXPORTS, 2e5)
        assert verdicts("document-logic", a, *pair) == [V.VIOLATE]
        pair = trade("i", Q.IMPORTS, 3e5), trade("e", Q.EXPORTS, 2e5)
        assert verdicts("document-logic", a, *pair) == []


class TestSanity:
    @pytest.mark.parametrize(
        ("quantity", "low", "unit", "more"),
        [
            (Q.SHARE, 1.2, "1", {}),
            (Q.RECOVERY, 1.03, "1", {}),
            (Q.OWNERSHIP, 1.5, "1", {}),
            (Q.SHARE, -0.2, "1", {}),
            (Q.GROWTH, -1.3, "1", {}),
            (Q.PRODUCTION, -5.0, "t/y", {}),
            (Q.PRODUCTION, 9.0, "t/y", {"high": 3.0}),
            (Q.PRODUCTION, math.nan, "t/y", {}),
            (Q.OPERATING_DAYS, 370.0, "d", {}),
            (Q.OPERATING_DAYS, 366.0, "d", {"first_year": 2023}),
            (Q.POSITION, 95.0, "deg", {"attribute": "latitude"}),
            (Q.RANK, 0.0, "rank", {}),
            (Q.COUNT, -1.0, "count", {}),
            (Q.COUNT, 4.0, "count", {"listed": ("A", "B", "C")}),
            (Q.COUNT, 2.0, "count", {"listed": ("A", "B", "C")}),
            (Q.COUNT, 2.0, "count", {"listed": ("Iron Hill", "Ferro Hill")}),
            (Q.OTHER, 1.0, "", {"date": "2025-02-30"}),
            (Q.OTHER, 1.0, "", {"reported": "2025-13"}),
            (Q.OTHER, 1.0, "", {"first_year": 2024, "last_year": 2020}),
            (Q.GRADE, 0.85, "1", {"attribute": "concentrate grade"}),
            (Q.GRADE, 0.36, "1", {"attribute": "chalcopyrite concentrate"}),
            (Q.GRADE, 0.75, "1", {"commodity": "fe", "attribute": "ore grade"}),
        ],
    )
    def test_impossible(self, quantity, low, unit, more):
        s = said("a", quantity, low, unit=unit, **more)
        assert verdicts("number-sanity", s) == [V.VIOLATE]

    @pytest.mark.parametrize(
        ("quantity", "low", "unit", "more"),
        [
            (Q.SHARE, 1.0, "1", {}),
            (Q.SHARE, 1.2, "1", {"attribute": "capacity utilisation"}),
            (Q.SHARE, 1.004, "1", {"rounding": 0.005}),
            (Q.GROWTH, 3.0, "1", {}),
            (Q.GROWTH, -0.3, "1", {}),
            (Q.STOCK_CHANGE, -5.0, "t", {}),
            (Q.IMPORTS, -5.0, "t/y", {"attribute": "net imports"}),
            (Q.PRODUCTION, -math.inf, "t/y", {"high": 4.0}),
            (Q.OPERATING_DAYS, 366.0, "d", {"first_year": 2024}),
            (Q.COUNT, 4.0, "count", {"listed": ("A", "B"), "words": "including"}),
            (Q.COUNT, 2.0, "count", {"listed": ("A", "B")}),
            (Q.GRADE, 0.30, "1", {"attribute": "concentrate grade"}),
            (Q.GRADE, 0.9999, "1", {"attribute": "cathode purity"}),
            (Q.GRADE, 0.36, "1", {"attribute": "bornite and chalcopyrite concentrate"}),
            (Q.GRADE, 0.06, "1", {"commodity": "li", "attribute": "concentrate, Li2O"}),
            (Q.OTHER, -5.0, "", {}),
        ],
    )
    def test_possible(self, quantity, low, unit, more):
        assert verdicts("number-sanity", said("a", quantity, low, unit=unit, **more)) == []

    @pytest.mark.parametrize(
        ("formula", "element", "percent"),
        [("Cu Fe S2", "Cu", 34.63), ("Zn S", "Zn", 67.09), ("Pb S", "Pb", 86.60),
         ("Fe2 O3", "Fe", 69.94), ("Li Al Si2 O6", "Li", 3.73), ("Mo S2", "Mo", 59.94)],
    )  # fmt: skip
    def test_mass_fractions_of_the_handbook(self, formula, element, percent):
        """Compositions as webmineral.com and mindat.org give them."""
        assert mass_fraction(formula, element) == pytest.approx(percent / 100, abs=2e-4)
