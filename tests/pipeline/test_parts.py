"""Reconciling part by part is reconciling the whole, where nothing binds the parts."""

import numpy as np
import pytest

from orefield.core import EvidenceError
from orefield.evidence.reconcile import (
    Observation,
    Status,
    System,
    Variable,
    product,
    reconcile,
    total,
)
from orefield.pipeline.parts import parts_of, reconcile_parts


def _system(shift=0.0, n_years=4, seed=5):
    """Yearly sums of three flows, every flow stated twice and the total once."""
    rng = np.random.default_rng(seed)
    variables, identities, said = [], [], []
    for year in range(n_years):
        names = [f"{part}@{year}" for part in ("a", "b", "c")]
        true = rng.uniform(50.0, 200.0, 3)
        variables += [Variable(n, "t", 0.0) for n in (*names, f"sum@{year}")]
        identities.append(total(f"total@{year}", f"sum@{year}", names))
        for name, value in zip(names, true, strict=True):
            said += [
                Observation(f"{name}-{k}", name, value + rng.normal(0.0, 3.0), 3.0, f"{name}{k}")
                for k in range(2)
            ]
        whole = true.sum() + rng.normal(0.0, 5.0) + (shift if year == 1 else 0.0)
        said.append(Observation(f"sum-{year}", f"sum@{year}", whole, 5.0))
    return System(tuple(variables), tuple(identities), tuple(said))


def test_independent_years_give_the_same_as_all_in_one():
    system = _system()
    whole, parts = reconcile(system), reconcile_parts(system, ())
    assert len(parts_of(system, ())) == 4
    for name, value in whole.values.items():
        found = parts.result.values[name]
        assert found.status is value.status
        assert found.value == pytest.approx(value.value, rel=1e-9)
        assert found.standard_error == pytest.approx(value.standard_error, rel=1e-9)
    assert list(parts.result.adjustments) == list(whole.adjustments)
    assert parts.result.before.chi2 == pytest.approx(whole.before.chi2)
    assert parts.result.before.dof == whole.before.dof
    assert parts.result.before.p_value == pytest.approx(whole.before.p_value)
    # the test of a part is its own, and they add up
    shown = {id(t): t for t in parts.tests.values()}
    assert sum(t.chi2 for t in shown.values()) == pytest.approx(whole.after.chi2)


def test_a_gross_error_is_blamed_in_its_part_alone():
    parts = reconcile_parts(_system(shift=60.0), ())
    assert [b.ids for b in parts.result.blamed] == [("sum-1",)]
    assert parts.result.blamed[0].surely > 0.9
    assert not parts.result.ties


def test_the_level_holds_over_all_parts_together():
    wrong = 0
    for seed in range(300):
        found = reconcile_parts(_system(seed=1000 + seed), ()).result
        wrong += bool(found.blamed or found.ties)
    # 0.05 by construction; Binomial(300, 0.05) leaves 5 to 27 with 99.9 %
    assert 3 <= wrong <= 29


def test_a_shared_fraction_enters_every_part_with_what_was_said_of_it():
    variables = [Variable("grade", "1", 0.0, 1.0)]
    identities, said = [], [Observation("grade-1", "grade", 0.25, 0.01, assumed=True)]
    for year in range(3):
        variables += [Variable(f"{n}@{year}", "t", 0.0, scale=100.0) for n in ("gross", "metal")]
        identities.append(product(f"p@{year}", f"metal@{year}", "grade", f"gross@{year}"))
        said.append(Observation(f"gross-{year}", f"gross@{year}", 100.0 + year, 1.0))
    system = System(tuple(variables), tuple(identities), tuple(said))
    parts = reconcile_parts(system, ["grade"])
    for year in range(3):
        value = parts.result.values[f"metal@{year}"]
        assert value.value == pytest.approx(0.25 * (100.0 + year))
        # error propagation by hand
        assert value.standard_error == pytest.approx(np.hypot(0.25, 1.0 + 0.01 * year), rel=0.01)
    assert parts.result.values["grade"].value == pytest.approx(0.25)
    assert len(parts.result.adjustments) == 4


def test_what_nobody_speaks_of_is_unobservable_and_costs_no_part():
    system = _system()
    more = System(
        (*system.variables, Variable("silent@9", "t"), Variable("whole@9", "t")),
        (*system.identities, total("t@9", "whole@9", ["silent@9"])),
        system.observations,
    )
    parts = reconcile_parts(more, ())
    assert len(parts_of(more, ())) == 4
    assert parts.result.values["silent@9"].status is Status.UNOBSERVABLE
    assert parts.result.values["whole@9"].value is None
    assert "whole@9" not in parts.tests


def test_only_a_shared_fraction_spoken_of_is_a_part_of_its_own():
    system = System(
        (Variable("grade", "1"), Variable("gross@1", "t")), (),
        (Observation("g", "grade", 0.3, 0.02), Observation("h", "grade", 0.32, 0.02)),
    )  # fmt: skip
    found = reconcile_parts(system, ["grade"]).result
    assert found.values["grade"].value == pytest.approx(0.31)
    assert found.values["gross@1"].value is None


def test_nothing_observed_is_a_clear_error():
    system = _system()
    with pytest.raises(EvidenceError, match="nothing was said"):
        reconcile_parts(system.with_observations(()), ())
