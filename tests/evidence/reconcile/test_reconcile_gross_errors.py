"""Whom reconciliation blames, how often wrongly, and what it leaves as a tie."""

from __future__ import annotations

import json

import numpy as np
import pytest

from orefield.evidence.finding import Verdict
from orefield.evidence.reconcile import (
    Identity,
    Observation,
    Prior,
    System,
    Variable,
    findings,
    reconcile,
    total,
    words,
)
from orefield.evidence.reconcile.fit import fit
from orefield.evidence.reconcile.gross import find_gross_errors


def of_one(values, sigma: float = 1.0) -> System:
    return System(
        (Variable("q", "t"),), (),
        tuple(Observation(f"o{k}", "q", v, sigma) for k, v in enumerate(values)),
    )  # fmt: skip


def network(repeats: int = 2) -> System:
    """Two mines, imports, exports and use, each read several times."""
    names = ("north", "south", "mine", "imports", "exports", "use")
    true = (30.0, 70.0, 100.0, 250.0, 20.0, 330.0)
    sigma = (2.0, 4.0, 5.0, 9.0, 1.5, 12.0)
    return System(
        tuple(Variable(n, "kt") for n in names),
        (
            total("mines", "mine", ["north", "south"]),
            Identity("market", {"use": 1.0, "mine": -1.0, "imports": -1.0, "exports": 1.0}),
        ),
        tuple(
            Observation(f"{n}{k}", n, t, s)
            for k in range(repeats)
            for n, t, s in zip(names, true, sigma, strict=True)
        ),
    )


def chain(years: int = 6) -> System:
    """Levels of years, their sum, and the changes between them."""
    variables = [Variable(f"y{k}") for k in range(years)] + [Variable("sum")]
    identities = [total("sum", "sum", [f"y{k}" for k in range(years)])]
    observations = [Observation(f"level{k}", f"y{k}", 10.0 + k, 1.0) for k in range(years)]
    observations += [
        Observation(f"step{k}", {f"y{k}": 1.0, f"y{k - 1}": -1.0}, 1.0, 1.0)
        for k in range(1, years)
    ]
    observations.append(Observation("sum", "sum", sum(10.0 + k for k in range(years)), 2.0))
    return System(tuple(variables), tuple(identities), tuple(observations))


SYSTEMS = {
    "three of one": lambda: of_one([5.0] * 3),
    "unequal": lambda: System(
        (Variable("q"),), (),
        tuple(Observation(f"o{k}", "q", 5.0, s) for k, s in enumerate((1.0, 2.0, 3.0, 1.5))),
    ),
    "seven of one": lambda: of_one([5.0] * 7),
    "network": network,
    "network, thrice": lambda: network(3),
    "chain": chain,
}  # fmt: skip


def simulate(system: System, n: int, seed: int, shift: tuple[int, float] | None = None):
    """What is found in ``n`` draws of noise; one solve, as noise only moves the parity vector."""
    e = fit(system).estimate
    rng = np.random.default_rng(seed)
    for _ in range(n):
        noise = rng.standard_normal(len(e.directions))
        if shift is not None:
            noise[shift[0]] += shift[1] * rng.choice([-1.0, 1.0])
        yield find_gross_errors(e.parity + e.directions.T @ noise, e.directions)


@pytest.mark.parametrize("name", SYSTEMS)
def test_level_of_the_whole_procedure(name):
    n = 800
    wrong = sum(bool(found) for found in simulate(SYSTEMS[name](), n, seed=1))
    assert 0.03 <= wrong / n <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_level_over_ten_thousand(name):
    n = 10_000
    found = list(simulate(SYSTEMS[name](), n, seed=2))
    blamed = sum(any(not g.is_tie for g in f) for f in found) / n
    anything = sum(map(bool, found)) / n
    # four standard errors of the simulation about the nominal 5 %
    assert abs(anything - 0.05) <= 4 * (0.05 * 0.95 / n) ** 0.5
    assert 0.03 <= blamed <= 0.07


@pytest.mark.parametrize("k", [3, 4, 6])
def test_six_sigma_among_k_observations_is_blamed_rightly(k):
    n = 600
    right = exact = 0
    for found in simulate(of_one([5.0] * k), n, seed=k, shift=(0, 6.0)):
        blamed = [g.rows for g in found if not g.is_tie]
        right += (0,) in blamed
        exact += blamed == [(0,)]
    assert right / n >= 0.95
    assert exact / n >= 0.95


def test_blame_through_the_whole_solver():
    rng = np.random.default_rng(7)
    n, right = 100, 0
    for _ in range(n):
        base = network(3)
        who = int(rng.integers(len(base.observations)))
        moved = tuple(
            Observation(o.id, dict(o.terms), o.value + o.sigma * e, o.sigma)
            for o, e in zip(
                base.observations,
                rng.standard_normal(len(base.observations))
                + 6.0 * np.eye(len(base.observations))[who],
                strict=True,
            )
        )
        r = reconcile(base.with_observations(moved))
        right += (base.observations[who].id,) in [b.ids for b in r.blamed]
    assert right / n >= 0.95


def test_two_observations_of_one_quantity_tie():
    r = reconcile(of_one([0.0, 100.0]))
    assert not r.blamed
    (tie,) = r.ties
    assert set(tie.ids) == {"o0", "o1"}
    assert tie.surely > 0.99
    # the truth may be either: the error says so
    assert r["q"].value == pytest.approx(50.0)
    assert r["q"].standard_error > 40.0


def test_flows_that_always_appear_together_tie():
    system = System(
        tuple(map(Variable, ("a", "b", "c", "d"))),
        (total("sum", "c", ["a", "b"]), total("all", "d", ["c"])),
        (
            Observation("a", "a", 10.0, 1.0), Observation("b", "b", 60.0, 1.0),
            Observation("c", "c", 30.0, 1.0), Observation("d", "d", 30.2, 1.0),
        ),
    )  # fmt: skip
    r = reconcile(system)
    assert not r.blamed
    assert [set(t.ids) for t in r.ties] == [{"a", "b"}]


@pytest.mark.parametrize("size", [4.0, 6.0, 20.0, 1e4])
def test_ties_are_never_blamed(size):
    system = System(
        tuple(map(Variable, ("a", "b", "c", "d"))),
        (total("sum", "c", ["a", "b"]), total("all", "d", ["c"])),
        tuple(Observation(n, n, 0.0, 1.0) for n in "abcd"),
    )
    for found in simulate(system, 300, seed=3, shift=(0, size)):
        for g in found:
            assert 0 not in g.rows or g.is_tie
            assert 1 not in g.rows or g.is_tie


def test_a_third_observation_breaks_the_tie_and_a_faint_one_does_not():
    clear = reconcile(of_one([0.0, 0.2, 30.0]))
    assert [b.ids for b in clear.blamed] == [("o2",)]
    assert not clear.ties
    faint = System(
        (Variable("q"),), (),
        (
            Observation("a", "q", 0.0, 1.0), Observation("b", "q", 8.0, 1.0),
            Observation("far", "q", 3.0, 500.0),
        ),
    )  # fmt: skip
    r = reconcile(faint)
    assert not r.blamed
    assert [set(t.ids) for t in r.ties] == [{"a", "b"}]


def test_three_that_all_differ_are_one_tie():
    r = reconcile(of_one([0.0, 100.0, -150.0]))
    assert not r.blamed
    (tie,) = r.ties
    assert set(tie.ids) == {"o0", "o1", "o2"}
    assert tie.errors == 2


def test_several_errors_without_smearing():
    base = network(4)
    wrong = {"north0": 40.0, "imports1": -35.0, "use2": 25.0}
    moved = tuple(
        Observation(o.id, dict(o.terms), o.value + o.sigma * wrong.get(o.id, 0.0), o.sigma)
        for o in base.observations
    )
    r = reconcile(base.with_observations(moved))
    assert {b.ids[0] for b in r.blamed} == set(wrong)
    assert r.after.p_value > 0.05
    assert r.before.p_value < 1e-20
    for b in r.blamed:
        assert abs(b.size) == pytest.approx(abs(wrong[b.ids[0]]), rel=1e-6)
    assert r["mine"].value == pytest.approx(100.0)


def test_errors_that_hide_each_other():
    # two of five are wrong alike; the three that agree win, though the two weigh as much
    r = reconcile(of_one([0.0, 0.1, -0.1, 15.0, 15.2]))
    assert {b.ids[0] for b in r.blamed} == {"o3", "o4"}


def test_blame_spreads_to_all_repeats_of_a_release():
    observations = [Observation(f"o{k}", "q", 1.0 + 0.1 * k, 1.0) for k in range(3)]
    observations += [
        Observation(f"wire{k}", "q", 50.0, 1.0, cluster="wire", hops=k) for k in range(4)
    ]
    r = reconcile(System((Variable("q"),), (), tuple(observations)))
    assert [set(b.ids) for b in r.blamed] == [{f"wire{k}" for k in range(4)}]
    assert r["q"].value == pytest.approx(1.1)


def test_surely_grows_with_the_error_and_knows_small_ones_are_doubtful():
    sure = [reconcile(of_one([0.0, 0.0, 0.0, e])).blamed for e in (3.5, 5.0, 8.0)]
    chances = [b[0].surely for b in sure]
    assert chances == sorted(chances)
    assert chances[0] < 0.9 < chances[2]
    doubting = reconcile(of_one([0.0, 0.0, 0.0, 5.0]), prior=Prior(wrong=1e-6)).blamed[0]
    assert doubting.surely < chances[1]


def test_detectable_size_is_what_is_found_four_times_of_five():
    system = network(2)
    a = reconcile(system).adjustments["use0"]
    row = [o.id for o in system.observations].index("use0")
    hits = sum(
        any(row in g.rows for g in found)
        for found in simulate(system, 500, seed=5, shift=(row, a.detectable))
    )
    assert hits / 500 == pytest.approx(0.8, abs=0.06)


def test_findings_name_blame_and_ties():
    (blame,) = findings(reconcile(of_one([0.0, 0.0, 0.0, 30.0])))
    assert blame.rule == "reconcile-gross-error"
    assert blame.verdict is Verdict.VIOLATE
    assert blame.blamed == ("o3",)
    assert blame.residual == pytest.approx(30.0)
    assert blame.unit == "t"
    (tie,) = findings(reconcile(of_one([0.0, 30.0])))
    assert tie.rule == "reconcile-tie"
    assert tie.verdict is Verdict.TIE
    assert tie.blamed == ()
    assert findings(reconcile(of_one([0.0, 0.5, 0.2]))) == ()


def test_assumptions_and_background_are_not_on_trial():
    system = System(
        (Variable("q"),), (),
        (
            Observation("claim", "q", 40.0, 1.0), Observation("reference", "q", 0.0, 1.0),
            Observation("assumed:q", "q", 0.2, 1.0, assumed=True),
        ),
    )  # fmt: skip
    (found,) = findings(reconcile(system), background=frozenset({"reference"}))
    assert found.claims == ("claim",)
    only = System((Variable("q"),), (), tuple(
        Observation(f"assumed:{k}", "q", v, 1.0, assumed=True) for k, v in enumerate((0, 0, 50.0))
    ))  # fmt: skip
    r = reconcile(only)
    assert r.blamed
    assert findings(r) == ()


def test_words_and_json_hold_what_was_found():
    r = reconcile(of_one([0.0, 0.0, 0.0, 30.0]))
    text = words(r)
    assert "Blamed" in text
    assert "o3" in text
    printed = json.loads(json.dumps(r.as_dict(), allow_nan=False))
    assert printed["blamed"][0]["claims"] == [["o3"]]
    lonely = reconcile(
        System((Variable("q"), Variable("free")), (), (Observation("o", "q", 1, 1),))
    )
    json.dumps(lonely.as_dict(), allow_nan=False)
    assert "not determined" in words(lonely)
    assert "nothing can be checked" in words(lonely)
