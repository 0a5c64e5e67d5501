"""Weighted least squares over identities, against closed forms and an independent solve."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from orefield.evidence.reconcile import (
    Identity,
    Observation,
    Status,
    System,
    Variable,
    growth,
    product,
    reconcile,
    structural,
    total,
)


def variables(*names: str, **bounds: float) -> tuple[Variable, ...]:
    return tuple(Variable(n, "t", **bounds) for n in names)


def said(*pairs: tuple[str, float, float]) -> tuple[Observation, ...]:
    return tuple(Observation(f"o{k}", of, v, s) for k, (of, v, s) in enumerate(pairs))


def test_mean_of_repeated_observations_is_weighted_by_precision():
    r = reconcile(System(variables("q"), (), said(("q", 10.0, 1.0), ("q", 11.0, 2.0))))
    assert r["q"].value == pytest.approx((10.0 + 11.0 / 4) / 1.25)
    assert r["q"].standard_error == pytest.approx(1.25**-0.5)
    assert r.before.chi2 == pytest.approx(1.0 / 5.0)
    assert r.before.p_value == pytest.approx(chi2.sf(0.2, 1))


def test_adjustment_of_a_sum_is_shared_by_variance():
    # 3 + 4 against 10: the misfit of 3 goes to each by its variance
    system = System(
        variables("a", "b", "c"),
        (total("sum", "c", ["a", "b"]),),
        said(("a", 3.0, 1.0), ("b", 4.0, 2.0), ("c", 10.0, 2.0)),
    )
    r = reconcile(system)
    assert r["a"].value == pytest.approx(3.0 + 3.0 * 1.0 / 9.0)
    assert r["b"].value == pytest.approx(4.0 + 3.0 * 4.0 / 9.0)
    assert r["c"].value == pytest.approx(10.0 - 3.0 * 4.0 / 9.0)
    assert r.before.chi2 == pytest.approx(9.0 / 9.0)
    assert r["a"].standard_error == pytest.approx((1.0 - 1.0 / 9.0) ** 0.5)
    assert r.adjustments["o2"].sigmas == pytest.approx(-3.0 * 4.0 / 9.0 / 2.0)


FLOWS = (101.91, 64.45, 34.65, 64.20, 36.44, 98.88)


def exchanger(*measured: float) -> System:
    """Heat exchanger with a bypass: Narasimhan & Jordache 2000, examples of ch. 1 and 7.

    Figures quoted from memory of the book; the test shows that they are what its equations give.
    """
    return System(
        variables(*(f"f{k}" for k in range(1, 7)), low=0.0),
        (
            total("splitter", "f1", ["f2", "f3"]),
            total("exchanger", "f4", ["f2"]),
            total("valve", "f5", ["f3"]),
            total("mixer", "f6", ["f4", "f5"]),
        ),
        said(*((f"f{k}", v, 1.0) for k, v in enumerate(measured, 1))),
    )


def test_published_flows_around_a_heat_exchanger():
    r = reconcile(exchanger(*FLOWS))
    values = [round(r[f"f{k}"].value, 2) for k in range(1, 7)]
    assert values == [100.22, 64.50, 35.72, 64.50, 35.72, 100.22]
    assert not r.blamed


def test_published_global_test_with_a_bias_of_four_in_stream_two():
    biased = (FLOWS[0], FLOWS[1] + 4.0, *FLOWS[2:])
    r = reconcile(exchanger(*biased))
    assert r.before.dof == 4
    assert r.before.chi2 == pytest.approx(16.674, abs=5e-4)
    assert r.before.p_value < 0.05
    # streams 2 and 4, read twice, are the same flow: the third reading (1 - 3) tells them apart
    assert [b.ids for b in r.blamed] == [("o1",)]


def test_no_redundancy_is_said():
    r = reconcile(System(variables("a", "b"), (), said(("a", 1.0, 1.0), ("b", 2.0, 1.0))))
    assert not r.has_redundancy
    assert r.before.p_value == 1.0
    assert not r.blamed
    assert not r.ties
    assert r["a"].status is Status.DETERMINED


def test_classes_of_variables():
    system = System(
        variables("total", "a", "b", "c", "d", "k"),
        (
            total("sum", "total", ["a", "b"]),
            total("open", "c", ["d", "b"]),
            Identity("constant", {"k": 2.0}, 8.0),
        ),
        said(("total", 10.0, 1.0), ("total", 10.5, 1.0), ("a", 4.0, 1.0)),
    )
    r = reconcile(system)
    assert r["total"].status is Status.REDUNDANT
    assert r["a"].status is Status.DETERMINED
    assert r["b"].status is Status.DETERMINED
    assert r["b"].value == pytest.approx(6.25)
    assert r["c"].status is Status.UNOBSERVABLE
    assert r["c"].value is None
    assert r["c"].interval() is None
    assert r["k"].status is Status.FIXED
    assert r["k"].value == pytest.approx(4.0)


def random_system(rng: np.random.Generator) -> tuple[System, np.ndarray, np.ndarray, tuple]:
    n, k, m = 8, 3, 12
    A = rng.integers(-1, 2, (k, n)).astype(float)
    A[:, 0] = 1.0
    C = np.zeros((m, n))
    for row in range(m):
        C[row, rng.choice(n, rng.integers(1, 3), replace=False)] = rng.choice([1.0, -1.0, 2.0])
    x = rng.uniform(1.0, 50.0, n)
    b = A @ x
    sigma = rng.uniform(0.5, 5.0, m)
    y = C @ x + sigma * rng.standard_normal(m)
    names = [f"v{j}" for j in range(n)]
    identities = tuple(
        Identity(f"i{r}", dict(zip(names, A[r], strict=True)), b[r]) for r in range(k)
    )
    observations = tuple(
        Observation(f"o{r}", dict(zip(names, C[r], strict=True)), y[r], sigma[r]) for r in range(m)
    )
    return System(tuple(map(Variable, names)), identities, observations), A, C, (b, y, sigma)


@pytest.mark.parametrize("seed", range(12))
def test_against_a_dense_kkt_solve(seed):
    system, A, C, (b, y, sigma) = random_system(np.random.default_rng(seed))
    W = np.diag(sigma**-2)
    k, n = A.shape
    M = np.block([[C.T @ W @ C, A.T], [A, np.zeros((k, k))]])
    inverse = np.linalg.pinv(M, rcond=1e-11)
    x = (inverse @ np.concatenate([C.T @ W @ y, b]))[:n]
    cov = inverse[:n, :n]
    r = reconcile(system, level=1e-12)
    open_ = (
        np.linalg.norm(np.eye(n) - np.linalg.pinv(np.vstack([A, C])) @ np.vstack([A, C]), axis=1)
        > 1e-9
    )
    for j, v in enumerate(system.variables):
        assert (r[v.name].status is Status.UNOBSERVABLE) == open_[j]
        if not open_[j]:
            assert r[v.name].value == pytest.approx(x[j], rel=1e-8, abs=1e-8)
            assert r[v.name].standard_error == pytest.approx(cov[j, j] ** 0.5, rel=1e-6, abs=1e-7)
    rest = (y - C @ x) / sigma
    assert r.before.chi2 == pytest.approx(rest @ rest, rel=1e-8)
    assert max(r.residuals.values()) <= 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_order_and_units_do_not_matter(seed):
    rng = np.random.default_rng(100 + seed)
    system, *_ = random_system(rng)
    r = reconcile(system)
    shuffled = System(
        tuple(rng.permutation(np.array(system.variables, dtype=object))),
        tuple(rng.permutation(np.array(system.identities, dtype=object))),
        tuple(rng.permutation(np.array(system.observations, dtype=object))),
    )
    s = reconcile(shuffled)
    kilo = System(
        system.variables,
        tuple(Identity(i.name, i.terms, i.constant * 1e6) for i in system.identities),
        tuple(
            Observation(o.id, dict(o.terms), o.value * 1e6, o.sigma * 1e6)
            for o in system.observations
        ),
    )
    t = reconcile(kilo)
    for name, v in r.values.items():
        assert s[name].status is v.status
        assert t[name].status is v.status
        if v.value is not None:
            assert s[name].value == pytest.approx(v.value, rel=1e-9, abs=1e-9)
            assert t[name].value == pytest.approx(v.value * 1e6, rel=1e-9, abs=1e-3)
    assert {b.ids for b in s.blamed} == {b.ids for b in r.blamed} == {b.ids for b in t.blamed}
    assert s.before.chi2 == pytest.approx(r.before.chi2)
    assert t.before.chi2 == pytest.approx(r.before.chi2)


def test_from_micro_to_ten_giga_in_one_system():
    # a grade of a few grams a tonne on a huge ore flow, beside a trickle of a tonne
    system = System(
        (
            Variable("grade", "1", 0.0, 1.0), Variable("ore", "t", 0.0),
            Variable("metal", "t", 0.0), Variable("trickle", "t", 0.0), Variable("all", "t", 0.0),
        ),
        (product("m", "metal", "grade", "ore"), total("t", "all", ["metal", "trickle"])),
        said(
            ("grade", 2.0e-6, 1e-7), ("ore", 1.0e10, 1e8), ("metal", 2.1e4, 1e3),
            ("trickle", 1.0, 0.1), ("all", 2.05e4, 1e3),
        ),
    )  # fmt: skip
    r = reconcile(system)
    assert r.converged
    assert max(r.residuals.values()) <= 1e-9
    assert r["trickle"].value == pytest.approx(1.0, abs=0.01)
    # metal: 20000 +- sqrt(1000^2 + 200^2), 21000 +- 1000, 20500 - 1 +- 1000
    w = np.array([1 / (1e6 + 4e4), 1e-6, 1e-6])
    assert r["metal"].value == pytest.approx(w @ [2.0e4, 2.1e4, 20499.0] / w.sum(), rel=1e-3)


def test_a_share_against_a_general_optimiser():
    values = ((1.9e6, 5e4), (0.13, 0.02), (14.0e6, 3e5))
    system = System(
        variables("part", "share", "whole", low=0.0),
        (product("share", "part", "share", "whole"),),
        said(*((n, *v) for n, v in zip(("part", "share", "whole"), values, strict=True))),
    )
    r = reconcile(system)

    def misfit(z: np.ndarray) -> float:
        whole = z[1] * 1e7
        x = (z[0] * whole, z[0], whole)
        return sum(((a - v) / s) ** 2 for a, (v, s) in zip(x, values, strict=True))

    best = minimize(misfit, [0.2, 1.0], method="Nelder-Mead",
                    options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 5000})  # fmt: skip
    assert r.before.chi2 == pytest.approx(best.fun, rel=1e-6)
    assert r["share"].value == pytest.approx(best.x[0], rel=1e-5)
    assert r["part"].value == pytest.approx(r["share"].value * r["whole"].value, rel=1e-9)


@pytest.mark.parametrize("rate", [-0.4, 0.0, 0.08, 3.0])
def test_growth_links_years(rate):
    system = System(
        variables("a", "b", "g"),
        (growth("growth", "b", "a", "g"),),
        said(("b", 120.0, 1.0), ("g", rate, 1e-4)),
    )
    r = reconcile(system)
    assert r["a"].value == pytest.approx(120.0 / (1.0 + rate), rel=1e-9)
    assert r["a"].status is Status.DETERMINED


def test_repeats_of_one_release_count_once():
    one = [Observation("o0", "q", 10.0, 1.0), Observation("o1", "q", 12.0, 1.0, cluster="wire")]
    many = [Observation(f"r{k}", "q", 12.0, 1.0, cluster="wire", hops=2) for k in range(50)]
    alone = reconcile(System(variables("q"), (), tuple(one)))
    echoed = reconcile(System(variables("q"), (), (*one, *many)))
    assert echoed["q"].value == pytest.approx(alone["q"].value)
    assert echoed["q"].standard_error == pytest.approx(alone["q"].standard_error)
    assert echoed.before.dof == 1
    assert len(echoed.adjustments) == 52


def test_a_garbled_repeat_does_not_move_the_origin():
    system = System(
        variables("q"), (),
        (
            Observation("far", "q", 120.0, 1.0, cluster="wire", hops=3),
            Observation("origin", "q", 12.0, 1.0, cluster="wire", hops=0),
        ),
    )  # fmt: skip
    r = reconcile(system)
    assert r["q"].value == pytest.approx(12.0)
    assert r.adjustments["far"].sigmas == pytest.approx(-108.0)


def test_duplicate_and_circular_identities_change_nothing():
    base = exchanger(*FLOWS)
    more = System(
        base.variables,
        (
            *base.identities,
            Identity("splitter again", {"f1": 2.0, "f2": -2.0, "f3": -2.0}),
            total("overall", "f1", ["f6"]),
        ),
        base.observations,
    )
    a, b = reconcile(base), reconcile(more)
    for name, v in a.values.items():
        assert b[name].value == pytest.approx(v.value)
    assert b.before.dof == a.before.dof
    kinds = {s.kind: s.names for s in structural(more)}
    assert kinds["duplicate"] == ("splitter", "splitter again")
    assert kinds["dependent"][-1] == "overall"
    assert "splitter again" not in kinds["dependent"]


def test_deterministic():
    first, second = (reconcile(exchanger(*FLOWS)).as_dict() for _ in range(2))
    assert first == second
