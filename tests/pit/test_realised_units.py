"""Draws that each mine a realisation of the deposit."""

import numpy as np
import pytest
from test_schedule import PLAIN, _random_units

from orefield.core import ModelError
from orefield.pit import ESTIMATE, RealisedUnits, ScheduleInputs, schedule, schedule_realised

YEARS = range(2030, 2036)


def realised(seed=0, r=3):
    units = _random_units(seed)
    factor = np.random.default_rng(seed).lognormal(0.0, 0.3, (r, units.n, 1, 1))
    return RealisedUnits(units, units.metal_t * factor)


def inputs(n_draws, seed=1):
    rng = np.random.default_rng(seed)
    return ScheduleInputs.of(
        PLAIN, YEARS, 1e6, 5e6, n_draws=n_draws, tonnage_factor=rng.uniform(0.8, 1.2, n_draws)
    )


def test_each_draw_is_what_its_realisation_alone_would_be():
    deposit, given = realised(), inputs(6)
    order = deposit.units.order(0)
    which = np.array([ESTIMATE, 2, 0, 1, 2, ESTIMATE])
    found = schedule_realised(deposit, which, order, given)
    for d, r in enumerate(which):
        alone = schedule(deposit.realisation(int(r)), order, given.of_draws(np.array([d])))
        for name in ("ore_t", "recovered_t", "metal_left_t", "nsr_usd", "opening_metal_t"):
            assert (getattr(found, name)[d] == getattr(alone, name)[0]).all()
    assert found.years.tolist() == list(YEARS)


def test_metal_is_kept_in_every_realisation():
    deposit, given = realised(4, r=5), inputs(9)
    which = deposit.of_draws(7, 9)
    assert which.tolist() == [-1, 0, 1, 2, 3, 4, 0, 1, -1]
    found = schedule_realised(deposit, which, deposit.units.order(0), given)
    moved = (found.ore_metal_t + found.waste_metal_t).sum(axis=1) + found.metal_left_t[:, -1]
    held = deposit.total_metal_t(which) * given.tonnage_factor[:, None]
    assert moved == pytest.approx(held)


def test_without_realisations_all_mine_the_estimate():
    units = _random_units(2)
    deposit = RealisedUnits(units, np.zeros((0, *units.metal_t.shape)))
    assert deposit.of_draws(3, 4).tolist() == [ESTIMATE] * 4
    given = inputs(4)
    found = schedule_realised(deposit, deposit.of_draws(3, 4), units.order(0), given)
    assert (found.ore_t == schedule(units, units.order(0), given).ore_t).all()
    assert (deposit.total_metal_t(deposit.of_draws(3, 4)) == units.total_metal_t).all()


@pytest.mark.parametrize("which", [[0, 1, 3], [0, 1], [-2, 0, 1]])
def test_realisations_that_are_not_there(which):
    deposit = realised()
    with pytest.raises(ModelError, match="realisations"):
        schedule_realised(deposit, np.array(which), deposit.units.order(0), inputs(3))


def test_metal_that_is_no_amount():
    units = _random_units(3)
    for bad in (-1.0, np.nan, np.inf):
        metal = np.repeat(units.metal_t[None], 2, axis=0)
        metal[1, 0, 0, 0] = bad
        with pytest.raises(ModelError, match="no amount"):
            RealisedUnits(units, metal)
    with pytest.raises(ModelError, match="shape"):
        RealisedUnits(units, units.metal_t)
