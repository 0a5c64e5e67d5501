"""Owners, sites and what they yield, and where claims come from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.corpus import Ownership
from orefield.evidence.finding import Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.provenance import circles
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Stage

from .words_corpora import ALARMS, corpus, run, said, source, verdicts

Q, V = Quantity, Verdict


def owns(name, owner, share, of="hill", **more):
    more.setdefault("unit", "1")
    return said(name, Q.OWNERSHIP, share, of=of, counterpart=owner, **more)


def entry(owner, owned, share, claim="", **more):
    of = None if share is None else Interval.point(share)
    return Ownership(owner, owned, of, claim=claim, **more)


class TestSums:
    def test_more_than_the_whole(self):
        a, b = owns("a", "alpha", 0.6), owns("b", "beta", 0.5)
        (found,) = [f for f in run("ownership-sum", corpus(a, b)) if f.verdict != V.PASS]
        assert found.verdict is V.VIOLATE
        assert found.residual == pytest.approx(0.1, abs=0.015)
        assert "60 %" in found.explanation

    def test_thirds_round_to_more_than_all(self):
        parts = [owns(f"o{i}", f"?o{i}", x) for i, x in enumerate((0.333, 0.334, 0.334))]
        assert verdicts("ownership-sum", *parts) == []

    def test_others_close_the_list(self):
        a = owns("a", "alpha", 0.6)
        assert verdicts("ownership-sum", a, owns("b", "?others", 0.3)) == [V.VIOLATE]
        assert verdicts("ownership-sum", a, owns("b", "?others", 0.4)) == []
        assert verdicts("ownership-sum", a, owns("b", "beta", 0.3)) == []

    def test_a_share_that_changed_is_history(self):
        a = owns("a", "alpha", 0.6, first_year=2015, last_year=2015)
        b = owns("b", "beta", 0.7, first_year=2022, last_year=2022)
        c = owns("c", "alpha", 0.3, first_year=2022, last_year=2022)
        assert verdicts("ownership-sum", a, b, c) == []

    def test_two_texts_without_dates_settle_nothing(self):
        a = owns("a", "alpha", 0.6, source="s1")
        assert verdicts("ownership-sum", a, owns("b", "beta", 0.6, source="s2")) == []

    def test_two_texts_of_one_year(self):
        a = owns("a", "alpha", 0.6, source="s1", reported="2024-02")
        b = owns("b", "beta", 0.6, source="s2", reported="2024-08")
        assert verdicts("ownership-sum", a, b) == [V.VIOLATE]
        c = owns("c", "alpha", 0.5, source="s2", reported="2024-08")
        assert verdicts("ownership-sum", a, c) == [V.TIE]

    def test_wholly_owned_by_two(self):
        a = owns("a", "alpha", None, words="wholly owned")
        assert verdicts("ownership-sum", a, owns("b", "beta", 0.2)) == [V.VIOLATE]

    def test_owners_that_no_table_knows(self):
        a = owns("a", "", 0.6, attribute="ownership by First Ltd")
        assert verdicts("ownership-sum", a, owns("b", "", 0.5, attribute="stake_held_by_Second"))
        again = owns("b", "", 0.6, attribute="owned by first ltd")
        assert verdicts("ownership-sum", a, again) == []
        assert verdicts("ownership-sum", a, owns("b", "", 0.5, attribute="stake")) == []

    def test_a_subsidiary_holds_its_parents_share(self):
        a, b = owns("a", "alpha", 0.6), owns("b", "alpha_west", 0.6)
        assert verdicts("ownership-sum", a, b, owns("c", "beta", 0.4)) == []

    def test_direct_and_attributable_are_not_added(self):
        a = owns("a", "alpha", 0.7)
        b = owns("b", "gamma", 0.5, attribute="attributable interest")
        assert verdicts("ownership-sum", a, b) == []

    def test_the_table_of_owners_counts_too(self):
        table = (entry("beta", "hill", 0.5, claim="t1", source="s1"),)
        made = corpus(owns("a", "alpha", 0.6), ownership=table)
        found = [f for f in run("ownership-sum", made) if f.verdict in ALARMS]
        assert [set(f.claims) for f in found] == [{"a", "t1"}]

    @given(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    def test_shares_of_a_whole_never_alarm(self, weights):
        whole = sum(weights)
        parts = [owns(f"o{i}", f"?owner{i}", round(w / whole, 3)) for i, w in enumerate(weights)]
        assert not [f for f in run("ownership-sum", corpus(*parts)) if f.verdict in ALARMS]


class TestChains:
    def chain(self, attributable):
        return (
            owns("a", "alpha", 0.5, of="beta"),
            owns("b", "beta", 0.6),
            owns("r", "gamma", 0.4),
            owns("c", "alpha", attributable, attribute="attributable share"),
        )

    def test_product(self):
        assert verdicts("ownership-sum", *self.chain(0.3)) == []
        assert verdicts("ownership-sum", *self.chain(0.2)) == [V.VIOLATE]
        # it may own the other holder too
        assert verdicts("ownership-sum", *self.chain(0.55)) == [V.TIE]
        a, _, _, c = self.chain(0.55)
        assert verdicts("ownership-sum", a, owns("b", "beta", 1.0), c) == [V.VIOLATE]

    def test_a_holder_that_is_not_told_may_explain_more(self):
        a, b, _, c = self.chain(0.55)
        assert verdicts("ownership-sum", a, b, c) == [V.TIE]

    def test_itself_and_circles(self):
        assert verdicts("ownership-sum", owns("a", "hill", 0.5)) == [V.VIOLATE]
        ring = [owns("a", "alpha", 0.6, of="beta"), owns("b", "beta", 0.7, of="alpha")]
        assert verdicts("ownership-sum", *ring) == [V.VIOLATE]
        ring = [owns("a", "alpha", 0.1, of="beta"), owns("b", "beta", 0.1, of="alpha")]
        assert verdicts("ownership-sum", *ring) == [V.INSUFFICIENT]


class TestSites:
    def test_the_wrong_metal(self):
        s = said("a", Q.OTHER, of="iron", attribute="known for", words="high copper grades")
        (found,) = run("site-commodity", corpus(s))
        assert (found.verdict, found.blamed) == (V.VIOLATE, ("a",))

    @pytest.mark.parametrize(
        ("of", "commodity", "words", "expected"),
        [
            ("hill", "cu", "major copper mine", []),
            ("hill", "au", "rich in gold too", []),  # gold goes with copper
            ("hill", "li", "major lithium mine", [V.VIOLATE]),
            ("hill", "li", "lithium as a by-product of a large mine", [V.INSUFFICIENT]),
            ("hill", "li", "not a major lithium mine", []),
            ("iron", "nd", "rich", []),
            ("salt", "cu", "大型", [V.VIOLATE]),
            ("north", "au", "major", []),
            ("?somewhere", "au", "major", []),
        ],
    )
    def test_words(self, of, commodity, words, expected):
        s = said("a", Q.OTHER, of=of, commodity=commodity, attribute="character", words=words)
        assert verdicts("site-commodity", s) == expected

    def test_a_metal_taken_from_a_neighbour_is_no_claim(self):
        s = said("a", Q.OTHER, of="iron", attribute="major site", inferred=("commodity",))
        assert verdicts("site-commodity", s) == []

    def test_a_smelter_is_not_mined(self):
        s = said("a", Q.PRODUCTION, 1e5, of="works", unit="t/y", stage=Stage.MINE)
        assert verdicts("site-commodity", s) == [V.VIOLATE]
        s = said("a", Q.PRODUCTION, 1e5, of="works", unit="t/y", stage=Stage.SMELTER)
        assert verdicts("site-commodity", s) == []


class TestProvenance:
    def test_derived_from_itself(self):
        assert verdicts("provenance", said("a", Q.COUNT, 1, derived_from=("a",))) == [V.VIOLATE]

    def test_circles_of_derivations_and_editions(self):
        for field in ("derived_from", "supersedes"):
            ring = [
                said("a", Q.COUNT, 1, **{field: ("b",)}),
                said("b", Q.COUNT, 1, **{field: ("c",)}),
                said("c", Q.COUNT, 1, **{field: ("a",)}),
            ]
            (found,) = run("provenance", corpus(*ring))
            assert set(found.claims) == {"a", "b", "c"}
            assert found.verdict is V.VIOLATE

    def test_what_it_was_derived_from_is_gone(self):
        assert verdicts("provenance", said("a", Q.COUNT, 1, derived_from=("x",))) == [
            V.INSUFFICIENT
        ]

    def test_unknown_source_once(self):
        many = [said(f"a{i}", Q.COUNT, 1) for i in range(50)]
        assert verdicts("provenance", *many, sources={}) == [V.INSUFFICIENT]

    def test_relays(self):
        a = said("a", Q.COUNT, 1, source="s1")
        b = said("b", Q.COUNT, 1, source="s2")
        assert verdicts("provenance", a, relays={"s1": ("s1",)}) == [V.VIOLATE]
        assert verdicts("provenance", a, b, relays={"s1": ("s2",), "s2": ("s1",)})[0] is V.VIOLATE
        assert verdicts("provenance", a, relays={"other": ("other",)}) == []

    @pytest.mark.parametrize(("hops", "bad"), [(0, True), (1, True), (2, False), (3, False)])
    def test_hops(self, hops, bad):
        sources = {"s1": source("s1", hops=hops), "s2": source("s2", hops=1)}
        a = said("a", Q.COUNT, 1)
        found = verdicts("provenance", a, sources=sources, relays={"s1": ("s2",)})
        assert found == ([V.VIOLATE] if bad else [])

    def test_passed_on_before_it_was_published(self):
        sources = {
            "s1": source("s1", hops=2, published="2024-01-03"),
            "s2": source("s2", hops=1, published="2024-02"),
        }
        a = said("a", Q.COUNT, 1)
        assert verdicts("provenance", a, sources=sources, relays={"s1": ("s2",)}) == [V.VIOLATE]

    def test_reported_in_the_future(self):
        assert verdicts("provenance", said("a", Q.COUNT, 1, reported="2999")) == [V.INSUFFICIENT]

    @given(st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4), max_size=10))
    def test_circles_are_found_just_where_there_are_some(self, links):
        """Oracle: a node lies on a circle when it reaches itself (Warshall's closure)."""
        named = {str(a): [str(b) for b in bs] for a, bs in links.items()}
        reach = {a: set(bs) for a, bs in named.items()}
        for k in map(str, range(10)):
            for seen in reach.values():
                if k in seen:
                    seen.update(reach.get(k, set()))
        found = list(circles(named))
        assert bool(found) == any(a in to for a, to in reach.items())
        for circle in found:
            for a, b in zip(circle, [*circle[1:], circle[0]], strict=True):
                assert b in named[a]
