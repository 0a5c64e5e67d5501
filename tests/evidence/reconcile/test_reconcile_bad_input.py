"""Systems that cannot be, and numbers that are none: clear errors, never a crash."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile import (
    Identity,
    Observation,
    Prior,
    Sense,
    System,
    Variable,
    outside_scale,
    product,
    reconcile,
    sigma_of,
    structural,
    total,
)
from orefield.evidence.vocabulary import SigmaClass

ABC = tuple(map(Variable, "abc"))


def test_contradictory_identities_are_named_and_bystanders_are_not():
    system = System(
        ABC,
        (
            total("sum", "a", ["b", "c"]),
            Identity("bystander", {"c": 1.0}, 3.0),
            Identity("one", {"a": 1.0, "b": -1.0}, 5.0),
        ),
        (Observation("o", "a", 1.0, 1.0),),
    )
    (found,) = [s for s in structural(system) if s.kind == "contradictory"]
    assert found.names == ("sum", "bystander", "one")
    with pytest.raises(EvidenceError, match="sum, bystander, one"):
        reconcile(system)
    harmless = System(
        (*ABC, Variable("d")), (*system.identities, Identity("aside", {"d": 1.0}, 7.0)), ()
    )
    assert "aside" not in structural(harmless)[0].names


def test_contradiction_through_a_product():
    system = System(
        ABC,
        (
            product("p", "a", "b", "c"), Identity("b", {"b": 1.0}, 2.0),
            Identity("c", {"c": 1.0}, 3.0), Identity("a", {"a": 1.0}, 7.0),
        ),
        (Observation("o", "a", 7.0, 1.0),),
    )  # fmt: skip
    with pytest.raises(EvidenceError):
        reconcile(system)


def test_no_observations_at_all():
    r = reconcile(System(ABC, (total("sum", "a", ["b", "c"]),)))
    assert not r.has_redundancy
    assert all(v.value is None for v in r.values.values())
    assert [s.kind for s in r.structural] == []


def test_a_combination_that_the_identities_fix_is_tested_and_never_pulls():
    system = System(
        ABC, (total("sum", "a", ["b", "c"]),),
        (Observation("o", {"a": 1.0, "b": -1.0, "c": -1.0}, 50.0, 1.0),),
    )  # fmt: skip
    r = reconcile(system)
    assert r.before.dof == 1
    assert [b.ids for b in r.blamed] == [("o",)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Variable(""),
        lambda: Variable("a", low=2.0, high=1.0),
        lambda: Variable("a", low=math.nan),
        lambda: Variable("a", scale=0.0),
        lambda: Identity("", {"a": 1.0}),
        lambda: Identity("i", {}),
        lambda: Identity("i", {"a": 0.0}),
        lambda: Identity("i", {"a": math.inf}),
        lambda: Observation("", "a", 1.0, 1.0),
        lambda: Observation("o", "", 1.0, 1.0),
        lambda: Observation("o", {}, 1.0, 1.0),
        lambda: Observation("o", "a", math.nan, 1.0),
        lambda: Observation("o", "a", 1.0, 0.0),
        lambda: Observation("o", "a", 1.0, -1.0),
        lambda: Observation("o", "a", 1.0, math.inf),
        lambda: System(()),
        lambda: System((Variable("a"), Variable("a"))),
        lambda: System(ABC, (total("s", "a", ["b"]), total("s", "a", ["c"]))),
        lambda: System(ABC, (total("s", "a", ["nowhere"]),)),
        lambda: System(ABC, (), (Observation("o", "nowhere", 1.0, 1.0),)),
        lambda: System(ABC, (), (Observation("o", "a", 1, 1), Observation("o", "b", 1, 1))),
        lambda: Prior(wrong=0.0),
        lambda: Prior(size=math.inf),
        lambda: reconcile(System(ABC), level=0.0),
        lambda: reconcile(System(ABC), level=1.5),
        lambda: sigma_of(SigmaClass.A, 0.0),
        lambda: sigma_of(SigmaClass.A, math.nan),
        lambda: sigma_of(SigmaClass.A, 1.0, rounding=-1.0),
    ],
)
def test_wrong_input_is_an_error_that_says_so(make):
    with pytest.raises(EvidenceError):
        make()


def test_sigma_comes_from_class_rounding_and_range():
    assert sigma_of(SigmaClass.A, 100.0) == pytest.approx(3.0)
    assert sigma_of(SigmaClass.E, 100.0) > sigma_of(SigmaClass.D, 100.0)
    assert sigma_of(SigmaClass.A, 100.0, rounding=6.0) == pytest.approx(math.hypot(3.0, 12**0.5))
    assert sigma_of(SigmaClass.D, 1.0, steps=9) == sigma_of(SigmaClass.E, 1.0)
    rounded = np.random.default_rng(0).uniform(-6.0, 6.0, 100_000).std()
    assert rounded == pytest.approx(12**0.5, rel=0.01)


def test_an_outside_scale_resists_half_of_its_sources():
    assert outside_scale([1.8e6, 1.9e6, 2.0e6, 1.8e9]) == pytest.approx(1.95e6)
    assert outside_scale([0.0, math.nan]) is None
    assert outside_scale([]) is None


@pytest.mark.parametrize("seed", range(40))
def test_odd_systems_never_crash(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    names = [f"v{k}" for k in range(n)]
    size = 10.0 ** rng.uniform(-6, 10, n)
    variables = tuple(
        Variable(v, "", rng.choice([-math.inf, 0.0]), rng.choice([math.inf, 1e11])) for v in names
    )
    identities = []
    for k in range(rng.integers(0, 4)):
        terms = {v: float(c) for v, c in zip(names, rng.integers(-1, 2, n), strict=True)}
        if rng.random() < 0.4:
            identities.append(product(f"p{k}", *(str(x) for x in rng.choice(names, 3))))
        elif any(terms.values()):
            identities.append(Identity(f"i{k}", terms, float(rng.choice([0.0, 0.0, 1.0]))))
    observations = tuple(
        Observation(
            f"o{k}", names[j], float(size[j] * rng.choice([0.0, 1.0, -1.0, 5.0])),
            float(size[j] * 0.1), sense=list(Sense)[rng.integers(3)],
            cluster=str(rng.choice(["", "x"])),
        )
        for k, j in enumerate(rng.integers(0, n, rng.integers(0, 8)))
    )  # fmt: skip
    try:
        r = reconcile(System(variables, tuple(identities), observations))
    except EvidenceError:
        return
    assert all(v.value is None or math.isfinite(v.value) for v in r.values.values())
    if r.converged:
        assert max(r.residuals.values(), default=0.0) <= 1e-7
