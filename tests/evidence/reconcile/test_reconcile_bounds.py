"""Bounds and one-sided claims, against general solvers and quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import lsq_linear, minimize
from scipy.stats import norm, truncnorm

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile import (
    Identity,
    Observation,
    Sense,
    Status,
    System,
    Variable,
    posterior,
    product,
    reconcile,
    total,
)


def parts_above_whole(excess: float = 3.0) -> System:
    return System(
        (Variable("whole", "t", 0.0), Variable("a", "t", 0.0), Variable("rest", "t", 0.0)),
        (total("sum", "whole", ["a", "rest"]),),
        (Observation("whole", "whole", 10.0, 1.0), Observation("a", "a", 10.0 + excess, 1.0)),
    )


def test_a_remainder_is_held_at_nothing():
    r = reconcile(parts_above_whole())
    assert r["rest"].value == pytest.approx(0.0, abs=1e-12)
    assert r["rest"].at_bound
    assert r["rest"].status is Status.FIXED
    assert r["whole"].value == pytest.approx(11.5)
    assert r.before.chi2 == pytest.approx(4.5)
    assert r.before.dof == 1


def test_a_remainder_that_does_not_bind_is_left_alone():
    r = reconcile(parts_above_whole(-4.0))
    assert r["rest"].value == pytest.approx(4.0)
    assert not r["rest"].at_bound
    assert r.before.dof == 0


def test_a_part_far_above_the_whole_ties_both():
    r = reconcile(parts_above_whole(40.0))
    assert not r.blamed
    assert [set(t.ids) for t in r.ties] == [{"whole", "a"}]


@pytest.mark.parametrize("seed", range(10))
def test_random_bounds_against_a_general_solver(seed):
    rng = np.random.default_rng(seed)
    n, m = 6, 9
    C = np.where(rng.random((m, n)) < 0.5, rng.choice([1.0, -1.0], (m, n)), 0.0)
    C[:n] += np.eye(n) * 3.0
    y, sigma = rng.normal(0.0, 4.0, m), rng.uniform(0.5, 2.0, m)
    low = np.where(rng.random(n) < 0.7, rng.uniform(-1.0, 1.0, n), -np.inf)
    high = np.where(np.isfinite(low), low + rng.uniform(0.5, 3.0, n), np.inf)
    oracle = lsq_linear(C / sigma[:, None], y / sigma, (low, high), tol=1e-14)
    names = [f"v{j}" for j in range(n)]
    system = System(
        tuple(Variable(v, "", a, b) for v, a, b in zip(names, low, high, strict=True)), (),
        tuple(
            Observation(f"o{k}", dict(zip(names, C[k], strict=True)), y[k], sigma[k])
            for k in range(m)
        ),
    )  # fmt: skip
    r = reconcile(system, level=1e-300)
    assert [r[v].value for v in names] == pytest.approx(list(oracle.x), abs=1e-6)
    assert r.before.chi2 == pytest.approx(2.0 * oracle.cost, rel=1e-9)


@pytest.mark.parametrize(
    ("sense", "claimed", "expected"),
    [
        (Sense.AT_LEAST, 8.0, 10.0),
        (Sense.AT_LEAST, 14.0, 12.0),
        (Sense.AT_MOST, 14.0, 10.0),
        (Sense.AT_MOST, 6.0, 8.0),
    ],
)
def test_a_one_sided_claim_pulls_only_when_broken(sense, claimed, expected):
    r = reconcile(
        System(
            (Variable("q"),), (),
            (Observation("o", "q", 10.0, 1.0), Observation("side", "q", claimed, 1.0, sense=sense)),
        )
    )  # fmt: skip
    assert r["q"].value == pytest.approx(expected)
    assert r.before.dof == (0 if expected == 10.0 else 1)


def test_a_false_one_sided_claim_is_blamed():
    observations = [Observation(f"o{k}", "q", 10.0 + 0.1 * k, 1.0) for k in range(4)]
    observations.append(Observation("boast", "q", 40.0, 1.0, sense=Sense.AT_LEAST))
    r = reconcile(System((Variable("q"),), (), tuple(observations)))
    assert [b.ids for b in r.blamed] == [("boast",)]
    assert r["q"].value == pytest.approx(10.15)


def test_a_one_sided_claim_alone_determines_nothing():
    r = reconcile(
        System((Variable("q"),), (), (Observation("o", "q", 20.0, 1.0, sense=Sense.AT_LEAST),))
    )
    assert r["q"].status is Status.UNOBSERVABLE


def test_bounds_do_not_fill_in_what_nobody_said():
    system = System(
        (Variable("sum"), Variable("a", low=0.0), Variable("b", low=0.0)),
        (total("sum", "sum", ["a", "b"]),),
        (Observation("s", "sum", 5.0, 1.0),),
    )
    r = reconcile(system)
    assert r["a"].status is Status.UNOBSERVABLE
    below = reconcile(system.with_observations([Observation("s", "sum", -1.5, 1.0)]))
    # nothing negative adds up to less than nothing: now both are known to be zero
    assert below["sum"].value == pytest.approx(0.0, abs=1e-9)
    assert below["a"].value == pytest.approx(0.0, abs=1e-9)
    assert below.before.chi2 == pytest.approx(2.25)


def test_bounds_with_products():
    system = System(
        (
            Variable("part", low=0.0),
            Variable("share", low=0.0, high=0.4),
            Variable("whole", low=0.0),
        ),
        (product("p", "part", "share", "whole"),),
        (Observation("p", "part", 50.0, 2.0), Observation("w", "whole", 100.0, 2.0)),
    )
    r = reconcile(system)
    assert r["share"].value == pytest.approx(0.4)
    best = minimize(lambda w: ((0.4 * w[0] - 50) / 2) ** 2 + ((w[0] - 100) / 2) ** 2, [100.0])
    assert r["whole"].value == pytest.approx(best.x[0], rel=1e-6)


def test_no_room_within_the_bounds_is_an_error():
    system = System(
        (Variable("a", low=1.0), Variable("b", low=1.0), Variable("c", high=1.0)),
        (total("sum", "c", ["a", "b"]),),
        (Observation("c", "c", 1.0, 1.0), Observation("a", "a", 1.0, 1.0)),
    )
    with pytest.raises(EvidenceError, match="within the bounds"):
        reconcile(system)


@pytest.mark.parametrize("said", [-2.0, -0.5, 0.3, 4.0])
def test_posterior_of_one_variable_is_the_truncated_normal(said):
    system = System((Variable("q", low=0.0),), (), (Observation("o", "q", said, 1.0),))
    p = posterior(system, seed=11, n_draws=600)
    law = truncnorm(-said, np.inf, loc=said)
    error = law.std() / math.sqrt(p.ess["q"])
    assert p.mean("q") == pytest.approx(law.mean(), abs=5 * error)
    assert p.quantile("q", 0.9) == pytest.approx(law.ppf(0.9), abs=0.1)
    assert p.of("q").min() >= 0.0
    assert p.r_hat["q"] < 1.05
    assert p.ess["q"] > 100


def test_posterior_without_binding_bounds_is_the_least_squares_fit():
    system = parts_above_whole(-9.0)
    r, p = reconcile(system), posterior(system, seed=5, n_draws=2000)
    for name in ("whole", "a"):
        wide = System(
            tuple(Variable(v.name) for v in system.variables), system.identities,
            system.observations,
        )  # fmt: skip
        q = posterior(wide, seed=5, n_draws=2000)
        assert q.mean(name) == pytest.approx(r[name].value, abs=0.1)
        assert q.standard_deviation(name) == pytest.approx(r[name].standard_error, rel=0.06)
    draws = {n: p.of(n) for n in p.names}
    assert np.allclose(draws["whole"], draws["a"] + draws["rest"])


def test_posterior_of_two_parts_against_quadrature():
    system = parts_above_whole(1.0)
    p = posterior(system, seed=3, n_draws=1500)
    # whole - a >= 0 with both normal: the difference is a normal cut at zero
    law = truncnorm(1.0 / math.sqrt(2.0), np.inf, loc=-1.0, scale=math.sqrt(2.0))
    assert p.mean("rest") == pytest.approx(law.mean(), abs=0.05)
    assert p.standard_deviation("rest") == pytest.approx(law.std(), rel=0.06)


def test_posterior_with_a_one_sided_claim_against_quadrature():
    system = System(
        (Variable("q"),), (),
        (Observation("o", "q", 4.0, 1.0), Observation("s", "q", 5.0, 1.0, sense=Sense.AT_LEAST)),
    )  # fmt: skip
    p = posterior(system, seed=2, n_draws=1500)
    mass = quad(lambda q: norm.pdf(q - 4) * norm.cdf(q - 5), -10, 20)[0]
    mean = quad(lambda q: q * norm.pdf(q - 4) * norm.cdf(q - 5), -10, 20)[0] / mass
    assert p.mean("q") == pytest.approx(mean, abs=0.06)


def test_posterior_is_repeatable_and_names_what_it_cannot_draw():
    system = System(
        (Variable("q", low=0.0), Variable("free")), (), (Observation("o", "q", 1.0, 1.0),)
    )
    a, b, c = (posterior(system, seed=s, n_draws=50) for s in (1, 1, 2))
    assert np.array_equal(a.draws, b.draws)
    assert not np.array_equal(a.draws, c.draws)
    assert a.unobservable == ("free",)
    with pytest.raises(EvidenceError):
        a.of("free")
    with pytest.raises(EvidenceError):
        posterior(system, seed=1, n_draws=2)


def test_posterior_between_bounds_without_room():
    system = System(
        (Variable("a", low=0.0), Variable("b", low=0.0), Variable("c", high=0.0)),
        (Identity("sum", {"c": 1.0, "a": -1.0, "b": -1.0}),),
        (Observation("a", "a", 1.0, 1.0), Observation("b", "b", 1.0, 1.0)),
    )
    with pytest.raises(EvidenceError, match="strictly within"):
        posterior(system, seed=1, n_draws=50)
