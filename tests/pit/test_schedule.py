import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit import Economics, MiningUnits, ScheduleInputs, schedule

PLAIN = Economics(
    cu_usd_t=8000.0,
    cu_payable=1.0,
    concentrate_cu_pct=25.0,
    mining_usd_t=2.0,
    processing_usd_t=6.0,
    tail_pct=0.0,
    cu_recovery_max=0.9,
    mo_recovery=0.5,
    mo_usd_t=10_000.0,
)
ONE_PCT_NSR = 0.9 * 0.01 * 8000.0


def _units(rock, cu_pct, mo_pct=0.0, selective=True, mining=2.0):
    """Units in one column, one row of bins a bench, top bench first."""
    rock = np.atleast_2d(np.asarray(rock, dtype=float))
    u, k = rock.shape
    metal = np.zeros((u, k, 4))
    metal[..., 0] = rock * np.asarray(cu_pct) / 100
    metal[..., 1] = rock * np.asarray(mo_pct) / 100
    return MiningUnits(
        phase=np.zeros(u, dtype=np.int32),
        bench=np.arange(u, dtype=np.int32)[::-1].copy(),
        depth=np.arange(u, dtype=np.int32),
        elevation_m=np.zeros(u),
        rock_t=rock,
        metal_t=metal,
        mining_usd_t=np.full(u, mining),
        edges_pct=np.arange(1.0, k),
        selective=selective,
    )


def _random_units(seed, u=12, k=5):
    rng = np.random.default_rng(seed)
    rock = rng.exponential(1e6, (u, k)) * rng.integers(0, 2, (u, k))
    rock[:, 0] += 1e4
    return _units(rock, rng.uniform(0, 1, (u, k)), rng.uniform(0, 0.05, (u, k)))


def test_one_bench_through_the_mill_by_hand():
    units = _units([[3e6, 1e6]], [[0.0, 1.0]])
    inputs = ScheduleInputs.of(PLAIN, range(2020, 2024), 0.4e6, 10e6)
    out = schedule(units, units.order(0), inputs)
    assert out.ore_t[0] == pytest.approx([4e5, 4e5, 2e5, 0.0])
    assert out.waste_t[0] == pytest.approx([1.2e6, 1.2e6, 0.6e6, 0.0])
    assert out.recovered_t[0, :, 0] == pytest.approx([3600, 3600, 1800, 0.0])
    assert out.ore_metal_t[0, :, 0] == pytest.approx([4000, 4000, 2000, 0.0])
    assert out.head_cu_pct[0] == pytest.approx([1.0, 1.0, 1.0, 0.0])
    assert out.mining_usd[0, 0] == pytest.approx(3.2e6)
    assert out.milling_usd[0, 0] == pytest.approx(2.4e6)
    assert out.nsr_usd[0, 0] == pytest.approx(0.4e6 * ONE_PCT_NSR)
    assert out.rock_left_t[0] == pytest.approx([2.4e6, 0.8e6, 0.0, 0.0])
    cash = out.cash_usd[0]
    npv = sum(c / 1.1 ** (i + 0.5) for i, c in enumerate(cash))
    assert out.npv_usd(0.1)[0] == pytest.approx(npv)


def test_the_mine_capacity_starves_the_mill():
    units = _units([[3e6, 1e6]], [[0.0, 1.0]])
    out = schedule(units, units.order(0), ScheduleInputs.of(PLAIN, range(3), 1e6, 2e6))
    assert out.ore_t[0] == pytest.approx([5e5, 5e5, 0.0])
    assert out.ore_t[0] + out.waste_t[0] == pytest.approx([2e6, 2e6, 0.0])


def test_before_the_mill_only_pure_waste_is_stripped():
    units = _units([[5e6, 0.0], [1e6, 1e6]], [[0.0, 0.0], [0.0, 1.0]])
    mill = [0.0, 0.0, 1e6]
    out = schedule(units, units.order(0), ScheduleInputs.of(PLAIN, range(3), mill, 4e6))
    assert out.waste_t[0] == pytest.approx([4e6, 1e6, 1e6])
    assert out.ore_t[0] == pytest.approx([0.0, 0.0, 1e6])


def test_ore_waits_in_the_ground_when_nothing_may_be_mined():
    units = _random_units(0)
    out = schedule(units, units.order(0), ScheduleInputs.of(PLAIN, range(4), 1e6, 0.0))
    assert (out.ore_t == 0).all()
    assert out.rock_left_t[0] == pytest.approx(units.total_rock_t)


def test_each_draw_decides_mill_or_dump_for_itself():
    units = _units([[1e6, 1e6]], [[0.05, 0.5]])
    price = np.array([8000.0, 1000.0, 20_000.0])
    net = np.zeros((3, 1, 4))
    net[:, 0, 0] = price
    inputs = ScheduleInputs.of(PLAIN, [2020], 1e9, np.inf, n_draws=3, net_usd_t=net)
    out = schedule(units, units.order(0), inputs)
    assert out.ore_t[:, 0] == pytest.approx([1e6, 0.0, 2e6])


def test_byproducts_can_make_ore():
    units = _units([[1e6]], [[0.05]], [[0.2]])
    poor = schedule(units, units.order(0), ScheduleInputs.of(PLAIN, [2020], 1e9, np.inf))
    assert poor.ore_t[0, 0] == pytest.approx(1e6)
    assert poor.recovered_t[0, 0, :2] == pytest.approx([450.0, 1000.0])


def test_a_cave_mills_all_it_draws():
    units = _units([[1e6, 1e6]], [[0.0, 1.0]], selective=False)
    out = schedule(units, units.order(0), ScheduleInputs.of(PLAIN, [2020], 1e9, np.inf))
    assert out.ore_t[0, 0] == pytest.approx(2e6)
    assert out.waste_t[0, 0] == 0.0


def test_factors_scale_tonnes_and_metal():
    units = _units([[1e6]], [[1.0]])
    inputs = ScheduleInputs.of(
        PLAIN, [2020], 1e9, np.inf, n_draws=2, tonnage_factor=[1.0, 1.2], grade_factor=[1.0, 0.5]
    )
    out = schedule(units, units.order(0), inputs)
    assert out.ore_t[:, 0] == pytest.approx([1e6, 1.2e6])
    assert out.ore_metal_t[:, 0, 0] == pytest.approx([1e4, 0.6e4])
    assert out.head_cu_pct[:, 0] == pytest.approx([1.0, 0.5])


def test_the_tail_is_lost_from_every_tonne():
    units = _units([[1e6]], [[0.5]])
    inputs = ScheduleInputs.of(PLAIN, [2020], 1e9, np.inf, n_draws=2, tail_pct=[0.1, 0.02])
    out = schedule(units, units.order(0), inputs)
    assert out.recovered_t[:, 0, 0] == pytest.approx([4000.0, 4500.0])  # the second hits 0.9


def test_a_target_stops_the_year_and_reports_the_throughput():
    units = _units([[0.0, 9e6]], [[0.0, 1.0]])
    target = [np.nan, 4500.0, 18_000.0, 0.0, np.nan]
    inputs = ScheduleInputs.of(PLAIN, range(5), 1e6, np.inf, target_cu_t=target, overdrive=1.5)
    out = schedule(units, units.order(0), inputs)
    # free; target met at half rate; target beyond reach even at 1.5 x capacity; none; free
    assert out.ore_t[0] == pytest.approx([1e6, 5e5, 1.5e6, 0.0, 1e6])
    assert out.recovered_t[0, :, 0] == pytest.approx([9000, 4500, 13_500, 0.0, 9000])


def test_opening_rock_is_gone_before_the_first_year():
    units = _units([[4e6, 0.0], [1e6, 1e6]], [[0.0, 0.0], [0.0, 1.0]])
    inputs = ScheduleInputs.of(
        PLAIN, range(2), 1e6, np.inf, n_draws=3, opening_rock_t=[0, 5e6, 9e9]
    )
    out = schedule(units, units.order(0), inputs)
    assert out.opening_rock_t == pytest.approx([6e6, 1e6, 0.0])
    assert out.opening_metal_t[:, 0] == pytest.approx([1e4, 5e3, 0.0])
    assert out.waste_t.sum(axis=1) == pytest.approx([5e6, 5e5, 0.0])
    assert out.ore_t.sum(axis=1) == pytest.approx([1e6, 5e5, 0.0])


@pytest.mark.parametrize("seed", range(6))
def test_years_agree_with_cumulative_curves(seed):
    """Independent of the kernel: where on the curves of ore and rock each year ends."""
    units = _random_units(seed)
    mill, mine = 2.0e6, 4.5e6
    inputs = ScheduleInputs.of(PLAIN, range(40), mill, mine)
    out = schedule(units, units.order(0), inputs)
    grade = units.cu_t / np.where(units.rock_t > 0, units.rock_t, 1)
    moly = units.mo_t / np.where(units.rock_t > 0, units.rock_t, 1)
    milled = grade * 0.9 * 8000 + moly * 0.5 * 0.985 * 10_000 > 6.0
    ore = np.concatenate([[0], np.cumsum((units.rock_t * milled).sum(axis=1))])
    rock = np.concatenate([[0], np.cumsum(units.rock_t.sum(axis=1))])
    at = np.arange(len(ore), dtype=float)

    def first_reaching(curve, level):
        i = int(np.searchsorted(curve, level))
        if i == len(curve):
            return at[-1]
        return i - 1 + (level - curve[i - 1]) / (curve[i] - curve[i - 1])

    ends = [0.0]
    for _ in range(40):
        full = first_reaching(ore, np.interp(ends[-1], at, ore) + mill)
        moved = first_reaching(rock, np.interp(ends[-1], at, rock) + mine)
        ends.append(min(full, moved))
    expected = np.diff(np.interp(ends, at, ore))
    assert out.ore_t[0] == pytest.approx(expected, abs=1e-6 * mill)
    assert out.ore_t[0].sum() == pytest.approx(ore[-1], rel=1e-9)


def test_many_draws_equal_each_alone():
    units = _random_units(7)
    rng = np.random.default_rng(3)
    grade, tonnage = rng.lognormal(0, 0.2, (5, 4)), rng.lognormal(0, 0.2, 5)
    years = range(2020, 2032)
    together = schedule(
        units,
        units.order(0),
        ScheduleInputs.of(
            PLAIN, years, 1e6, 3e6, n_draws=5, grade_factor=grade, tonnage_factor=tonnage
        ),
    )
    for d in range(5):
        alone = ScheduleInputs.of(
            PLAIN, years, 1e6, 3e6, grade_factor=grade[d], tonnage_factor=tonnage[d]
        )
        one = schedule(units, units.order(0), alone)
        assert np.array_equal(one.recovered_t[0], together.recovered_t[d])
        assert np.array_equal(one.metal_left_t[0], together.metal_left_t[d])


def test_values_per_draw_and_per_year_broadcast():
    inputs = ScheduleInputs.of(
        PLAIN, range(3), [1.0, 2.0, 3.0], 5.0, n_draws=2, mining_factor=[1, 2]
    )
    assert inputs.mill_cap_t.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert inputs.mining_factor.tolist() == [1, 2]
    per_draw = ScheduleInputs.of(PLAIN, range(3), [[1.0], [2.0]], 5.0, n_draws=2)
    assert per_draw.mill_cap_t.tolist() == [[1, 1, 1], [2, 2, 2]]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"mill_cap": 3.0}, "have no"),
        ({"tail_pct": [0.1, 0.2, 0.3]}, "does not broadcast"),
        ({"tail_pct": np.nan}, "tail_pct is not finite"),
        ({"grade_factor": -1.0}, "grade_factor is negative"),
        ({"tonnage_factor": 0.0}, "tonnage_factor must be positive"),
        ({"cu_recovery_max": 90.0}, "cu_recovery_max is above 1"),
        ({"target_cu_t": -5.0}, "target_cu_t is negative"),
        ({"opening_rock_t": np.inf}, "opening_rock_t is not finite"),
        ({"overdrive": 0.5}, "overdrive"),
    ],
)
def test_bad_inputs_are_refused_by_name(given, what):
    with pytest.raises(ModelError, match=what):
        ScheduleInputs.of(PLAIN, range(2020, 2025), 1e6, 3e6, n_draws=2, **given)


@pytest.mark.parametrize("cap", [np.nan, -1.0])
def test_bad_capacities_are_refused(cap):
    with pytest.raises(ModelError, match="mill_cap_t"):
        ScheduleInputs.of(PLAIN, range(3), cap, 1e6)


@pytest.mark.parametrize("years", [[], [2020, 2022], [2021, 2020]])
def test_years_with_gaps_are_refused(years):
    with pytest.raises(ModelError, match="consecutive"):
        ScheduleInputs.of(PLAIN, years, 1e6, 1e6)


def test_an_order_that_skips_a_unit_is_refused():
    units = _random_units(0)
    order = units.order(0)
    order[0] = order[1]
    with pytest.raises(ModelError, match="each of"):
        schedule(units, order, ScheduleInputs.of(PLAIN, [2020], 1e6, 1e6))


@pytest.mark.parametrize("rate", [-1.0, np.nan])
def test_bad_discount_rates_are_refused(rate):
    units = _random_units(0)
    out = schedule(units, units.order(0), ScheduleInputs.of(PLAIN, [2020], 1e6, 1e6))
    with pytest.raises(ModelError, match="discount rate"):
        out.npv_usd(rate)
