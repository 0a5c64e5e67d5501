"""Capacity by year: exact by hand, whatever is built, delayed, cut or never started."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError
from orefield.pipeline.capacity import Development, decimal_year, yearly_capacity
from orefield.study import NEVER

YEARS = range(2025, 2030)


def development(
    start: date, ore_tpy: float, delay_y: float | list[float] = 0.0, name: str = "p", n: int = 1
) -> Development:
    delays = np.asarray(delay_y, dtype=float)
    delays = np.full(n, delays) if delays.ndim == 0 else delays
    return Development(name, start, np.full(len(delays), ore_tpy), delays)


def capacity(
    *developments: Development, months: float = 0.0, ramp_start: float = 0.4, steps: int = 24
) -> np.ndarray:
    n = len(developments[0].delay_y)
    return yearly_capacity(developments, YEARS, np.full(n, months), ramp_start, steps)


def one(*developments: Development, **settings: float) -> list[float]:
    found = capacity(*developments, **settings)  # type: ignore[arg-type]
    assert found.shape == (1, len(YEARS))
    return found[0].tolist()


# -- decimal years -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), 2026.0),
        (date(2026, 7, 2), 2026 + 182 / 365),
        (date(2024, 12, 31), 2024 + 365 / 366),
        (date(2025, 12, 31), 2025 + 364 / 365),
        (date(2000, 3, 1), 2000 + 60 / 366),
        (date(1900, 3, 1), 1900 + 59 / 365),
    ],
)
def test_a_date_as_a_decimal_year(day: date, expected: float) -> None:
    assert decimal_year(day) == pytest.approx(expected, abs=1e-12)


@given(st.dates(date(1800, 1, 1), date(2200, 12, 30)))
def test_decimal_years_rise_by_a_day_at_a_time(day: date) -> None:
    after = date.fromordinal(day.toordinal() + 1)
    step = decimal_year(after) - decimal_year(day)
    length = 366 if calendar.isleap(day.year) else 365
    assert step == pytest.approx(1 / length, rel=1e-6)
    assert int(decimal_year(day)) == day.year


# -- cases by hand -----------------------------------------------------------------------


def test_a_step_at_new_year() -> None:
    assert one(development(date(2027, 1, 1), 100)) == [0, 0, 100, 100, 100]


def test_what_stood_before_is_all_there() -> None:
    assert one(development(date(2010, 5, 1), 100), months=18) == [100] * 5


def test_a_step_in_mid_year_gives_its_share_of_the_year() -> None:
    # 2 July 2026 is day 182 of 365
    found = one(development(date(2026, 7, 2), 100), steps=7300)
    assert found == pytest.approx([0, 100 * (1 - 182 / 365), 100, 100, 100], abs=0.02)


def test_a_ramp_by_hand() -> None:
    # from 40 % on 1 January to 100 % after 24 months: 55 % in the first year, 85 in the second
    found = one(development(date(2026, 1, 1), 100), months=24)
    assert found == pytest.approx([0, 55, 85, 100, 100], abs=1e-9)


def test_a_ramp_within_a_year_by_hand() -> None:
    # six months from 40 to 100 %, mean 70, then six months at 100
    found = one(development(date(2026, 1, 1), 100), months=6)
    assert found == pytest.approx([0, 85, 100, 100, 100], abs=1e-9)


@pytest.mark.parametrize(("ramp_start", "expected"), [(0.0, 50.0), (0.4, 70.0), (1.0, 100.0)])
def test_the_start_of_a_ramp(ramp_start: float, expected: float) -> None:
    found = one(development(date(2026, 1, 1), 100), months=12, ramp_start=ramp_start)
    assert found == pytest.approx([0, expected, 100, 100, 100], abs=1e-9)


def test_only_the_increase_ramps() -> None:
    found = one(
        development(date(2020, 1, 1), 100, name="p1"),
        development(date(2027, 1, 1), 300, name="p2"),
        months=12,
    )
    assert found == pytest.approx([100, 100, 100 + 200 * 0.7, 300, 300], abs=1e-9)


def test_an_increase_during_a_ramp_stands_on_it() -> None:
    found = one(
        development(date(2026, 1, 1), 100, name="p1"),
        development(date(2027, 1, 1), 200, name="p2"),
        months=24,
    )
    # 2027: the old one at 70 + 30 e, the new one 40 + 30 e percent of what is missing to 200,
    # with e the elapsed year: the mean of (70 + 30 e) + (130 - 30 e)(0.4 + 0.3 e)
    e = np.linspace(0, 1, 100_001)
    expected = np.trapezoid((70 + 30 * e) + (130 - 30 * e) * (0.4 + 0.3 * e), e)
    assert found[1] == pytest.approx(55, abs=1e-9)
    assert found[2] == pytest.approx(expected, rel=1e-3)
    assert found[3] == pytest.approx(np.trapezoid(100 + 100 * (0.7 + 0.3 * e), e), rel=1e-3)
    assert found[4] == pytest.approx(200)


def test_a_decrease_applies_at_once() -> None:
    found = one(
        development(date(2020, 1, 1), 100, name="p1"),
        development(date(2027, 1, 1), 60, name="limit"),
        months=24,
    )
    assert found == [100, 100, 60, 60, 60]


def test_a_suspension_and_a_restart() -> None:
    found = one(
        development(date(2020, 1, 1), 100, name="p1"),
        development(date(2026, 1, 1), 0, name="stop"),
        development(date(2028, 1, 1), 100, name="restart"),
        months=12,
    )
    assert found == pytest.approx([100, 0, 0, 70, 100], abs=1e-9)


def test_a_quarter_of_suspension() -> None:
    found = one(
        development(date(2020, 1, 1), 100, name="p1"),
        development(date(2027, 1, 1), 0, name="stop"),
        development(date(2027, 4, 2), 100, name="restart"),  # day 91 of 365
        steps=7300,
    )
    assert found == pytest.approx([100, 100, 100 * (1 - 91 / 365), 100, 100], abs=0.02)


@pytest.mark.parametrize("day", [NEVER, date(9999, 12, 31)])
def test_never_is_never(day: date) -> None:
    assert one(development(day, 100)) == [0] * 5
    pair = [development(NEVER, 1, name="a"), development(NEVER, 2, name="b")]
    assert one(*pair) == [0] * 5  # two that never start do not start on one day


def test_what_starts_after_the_span_is_not_seen() -> None:
    assert one(development(date(2030, 1, 1), 100)) == [0] * 5


def test_no_development_is_no_capacity() -> None:
    assert yearly_capacity([], YEARS, np.zeros(2)).tolist() == [[0] * 5] * 2


def test_delays_and_ramps_differ_by_draw() -> None:
    plan = development(date(2026, 1, 1), 100, [0.0, 1.0, 0.5, -1.0, 9.0])
    found = yearly_capacity([plan], YEARS, np.array([12.0, 0.0, 0.0, 0.0, 0.0]))
    expected = [
        [0, 70, 100, 100, 100],
        [0, 0, 100, 100, 100],
        [0, 50, 100, 100, 100],
        [100] * 5,
        [0] * 5,
    ]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_capacity_may_differ_by_draw() -> None:
    plan = Development("p", date(2020, 1, 1), np.array([10.0, 20.0]), np.zeros(2))
    assert yearly_capacity([plan], YEARS, np.zeros(2))[:, 0].tolist() == [10, 20]


def test_a_delayed_phase_that_slips_past_the_next_does_not_undo_it() -> None:
    first = development(date(2025, 1, 1), 100, 3.0, "p1")  # slips to 2028
    second = development(date(2026, 1, 1), 300, 0.0, "p2")
    assert one(first, second) == [0, 300, 300, 300, 300]


# -- laws --------------------------------------------------------------------------------

PLANS = st.lists(
    st.tuples(st.dates(date(2020, 1, 1), date(2031, 1, 1)), st.floats(0, 1e8)),
    min_size=1, max_size=4, unique_by=lambda plan: plan[0],
)  # fmt: skip


@given(plans=PLANS, months=st.floats(0, 60), ramp_start=st.floats(0, 1))
def test_laws_of_capacity(
    plans: list[tuple[date, float]], months: float, ramp_start: float
) -> None:
    developments = [development(day, rate, name=str(i)) for i, (day, rate) in enumerate(plans)]
    found = capacity(*developments, months=months, ramp_start=ramp_start)
    assert np.all(found >= 0)
    assert np.all(found <= max(rate for _, rate in plans) * (1 + 1e-12))
    # the order of the table does not matter
    np.testing.assert_array_equal(
        capacity(*reversed(developments), months=months, ramp_start=ramp_start), found
    )
    # twice the capacity, twice the result
    doubled = [development(day, 2 * rate, name=str(i)) for i, (day, rate) in enumerate(plans)]
    np.testing.assert_allclose(
        capacity(*doubled, months=months, ramp_start=ramp_start), 2 * found, rtol=1e-12
    )


@given(plans=PLANS, months=st.floats(0, 60), delay=st.floats(0, 3))
def test_a_later_or_slower_growth_never_gives_more(
    plans: list[tuple[date, float]], months: float, delay: float
) -> None:
    rising = sorted(rate for _, rate in plans)
    days = sorted(day for day, _ in plans)
    now = [development(d, r, name=str(r)) for d, r in zip(days, rising, strict=True)]
    late = [development(d, r, delay, str(r)) for d, r in zip(days, rising, strict=True)]
    slack = 1e-9 * (1 + rising[-1])
    first = capacity(*now, months=months)
    assert np.all(capacity(*late, months=months) <= first + slack)
    assert np.all(capacity(*now, months=months + 6) <= first + slack)


@given(plans=PLANS, months=st.floats(3, 36))
def test_the_sum_over_steps_converges(plans: list[tuple[date, float]], months: float) -> None:
    developments = [development(day, rate, name=str(i)) for i, (day, rate) in enumerate(plans)]
    exact = capacity(*developments, months=months, steps=4800)
    top = max(rate for _, rate in plans) + 1e-9
    for steps in (24, 240):
        # a jump is misplaced by half a step at most, one a development
        error = np.abs(capacity(*developments, months=months, steps=steps) - exact).max() / top
        assert error <= len(plans) * 0.5 / steps + 2e-3 * 24 / steps


# -- bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [-1.0, np.nan, np.inf])
@pytest.mark.parametrize("day", [date(2026, 1, 1), NEVER])
def test_an_impossible_capacity_is_named(rate: float, day: date) -> None:
    with pytest.raises(EvidenceError, match="negative or not finite") as caught:
        one(development(day, rate, name="p7"))
    assert "p7" in caught.value.where


@pytest.mark.parametrize("delay", [np.nan, np.inf, -np.inf])
def test_a_delay_that_is_no_time_is_named(delay: float) -> None:
    with pytest.raises(EvidenceError, match="delay is not finite") as caught:
        one(development(date(2026, 1, 1), 1, delay, "p7"))
    assert "p7" in caught.value.where


@pytest.mark.parametrize("months", [np.nan, np.inf, -1.0])
def test_a_ramp_that_is_no_time_is_refused(months: float) -> None:
    with pytest.raises(EvidenceError, match="ramp-up is not a number of months"):
        one(development(date(2026, 1, 1), 1), months=months)


@pytest.mark.parametrize("ramp_start", [np.nan, -0.1, 1.1])
def test_a_ramp_that_starts_outside_of_itself_is_refused(ramp_start: float) -> None:
    with pytest.raises(EvidenceError, match="ramp-up starts at"):
        one(development(date(2026, 1, 1), 1), ramp_start=ramp_start)


def test_two_on_one_day_are_named() -> None:
    pair = [development(date(2026, 1, 1), 1, name="a"), development(date(2026, 1, 1), 2, name="b")]
    with pytest.raises(EvidenceError, match="'a' and 'b' start on one day") as caught:
        one(*pair)
    assert caught.value.where == "2026-01-01"
    assert caught.value.fix


def test_draws_must_fit() -> None:
    with pytest.raises(EvidenceError, match=r"2,.* values for .*3,.* draws"):
        yearly_capacity([development(date(2026, 1, 1), 1, n=2)], YEARS, np.zeros(3))
