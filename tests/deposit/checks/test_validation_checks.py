"""Cross-validation judged: against a plain regression, in the domain that samples lie in."""

from __future__ import annotations

import numpy as np
import pytest
from check_cases import GRID, ground, samples, west_east

from orefield.core import ModelError
from orefield.deposit.checks import Tolerances, Validated, subjects, validation

RNG = np.random.default_rng(11)
XYZ = samples(count=400).xyz_m
ESTIMATE = RNG.lognormal(-1, 0.4, 400)
TRUTH = 0.05 + 0.8 * ESTIMATE + 0.1 * RNG.standard_normal(400)
ESTIMATE[:9] = np.nan
Z = np.where(np.isnan(ESTIMATE), np.nan, 1.3 * RNG.standard_normal(400))
FOUND = Validated(XYZ, TRUTH, ESTIMATE, Z)


def test_figures_are_those_of_a_plain_regression_in_each_domain() -> None:
    listed, _ = subjects(ground(domain=west_east()), samples(), code="domain")
    at = west_east()[GRID.locate(XYZ)]
    for subject in listed:
        own = ~np.isnan(ESTIMATE)
        if subject.domain:
            own &= at == subject.domain
        bias, slope, spread = validation(subject, FOUND, Tolerances())
        truth, estimate = TRUTH[own], ESTIMATE[own]
        assert bias.value == pytest.approx((estimate - truth).mean() / truth.mean())
        assert slope.value == pytest.approx(np.polyfit(estimate, truth, 1)[0] - 1)
        assert spread.value == pytest.approx((Z[own] ** 2).mean() - 1)
        assert f"{own.sum():,} samples" in bias.why


def test_nothing_validated_is_nothing_judged() -> None:
    (subject,), _ = subjects(ground(), samples())
    for found in (None, Validated(XYZ[:2], TRUTH[:2], TRUTH[:2], TRUTH[:2])):
        checks = validation(subject, found, Tolerances())
        assert [c.verdict for c in checks] == ["not judged"] * 3
        assert all(c.why for c in checks)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ModelError, match="shapes"):
        Validated(XYZ, TRUTH[:-1], ESTIMATE, Z)
    with pytest.raises(ModelError, match="no value"):
        Validated(XYZ, np.full(400, np.nan), ESTIMATE, Z)
