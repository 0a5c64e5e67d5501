"""Results hold what the draws say, never a NaN, never twice."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core.errors import RunError
from orefield.pipeline.results import COLUMNS, Results, result_key

YEARS = range(2024, 2027)


def _draws(n: int = 11, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n + 1, 3))


def test_a_row_a_year_with_the_quantiles_of_the_draws() -> None:
    values = np.zeros((12, 3))
    values[0] = [7, 8, 9]  # the central case is no draw
    values[1:, 0] = np.arange(11)  # 0..10: P10 = 1, P50 = 5, P90 = 9
    values[1:, 1] = np.arange(11)[::-1] * 10
    values[1:, 2] = 4
    results = Results(11)
    results.yearly("baseline", "hill", "cu_t", "t", "plant", values, YEARS)
    frame = results.frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame["key"].tolist() == ["hill.cu_t.2024", "hill.cu_t.2025", "hill.cu_t.2026"]
    assert frame["year"].tolist() == [2024, 2025, 2026]
    assert frame["central"].tolist() == [7, 8, 9]
    assert frame["p10"].tolist() == [1, 10, 4]
    assert frame["p50"].tolist() == [5, 50, 4]
    assert frame["p90"].tolist() == [9, 90, 4]


def test_columns_behind_the_draws_are_no_draws() -> None:
    values = np.vstack([_draws(), np.full((4, 3), 1e9)])  # swings of the tornado
    a, b = Results(11), Results(11)
    a.yearly("baseline", "hill", "cu_t", "t", "plant", values, YEARS)
    b.yearly("baseline", "hill", "cu_t", "t", "plant", values[:12], YEARS)
    assert a.frame().equals(b.frame())


def test_quantiles_are_in_order_and_repeatable() -> None:
    tables = []
    for _ in range(2):
        results = Results(200)
        results.yearly("baseline", "hill", "cu_t", "t", "plant", _draws(200), YEARS)
        results.scalar("baseline", "hill", "npv_usd", "USD", "plant", _draws(200)[:, 0] - 0.5)
        tables.append(results.frame())
    assert tables[0].equals(tables[1])
    assert (tables[0]["p10"] <= tables[0]["p50"]).all()
    assert (tables[0]["p50"] <= tables[0]["p90"]).all()


def test_a_scalar_has_no_year() -> None:
    results = Results(11)
    results.scalar("baseline", "hill", "npv_usd", "USD", "plant", np.arange(-1.0, 11.0))
    results.scalar("baseline", "hill", "blocks", "count", "deposit", 5)
    results.scalar("baseline", "hill", "ore_t", "t", "deposit", np.array(6.0))
    rows = results.frame().set_index("key")
    assert rows.loc["hill.npv_usd", ["central", "p10", "p50", "p90"]].tolist() == [-1, 1, 5, 9]
    assert rows.loc["hill.blocks", ["central", "p10", "p50", "p90"]].tolist() == [5] * 4
    assert rows.loc["hill.ore_t", "p90"] == 6
    assert rows["year"].tolist() == [0, 0, 0]
    assert result_key("hill", "npv_usd") == "hill.npv_usd"
    assert result_key("hill", "cu_t", 2030) == "hill.cu_t.2030"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("draw", [0, 5, 11])
def test_what_is_not_finite_is_refused_with_its_place(bad: float, draw: int) -> None:
    values = _draws()
    values[draw, 1] = bad
    with pytest.raises(RunError, match=r"'hill\.cu_t' is not finite") as caught:
        Results(11).yearly("river-first", "hill", "cu_t", "t", "plant", values, YEARS)
    assert caught.value.where == f"river-first, 2025, draw {draw}"
    assert "plant" in caught.value.fix
    with pytest.raises(RunError, match=r"'hill\.npv' is not finite"):
        Results(11).scalar("river-first", "hill", "npv", "USD", "plant", values[:, 1])
    with pytest.raises(RunError, match=r"'hill\.npv' is not finite"):
        Results(11).scalar("river-first", "hill", "npv", "USD", "plant", bad)


@pytest.mark.parametrize("shape", [(12,), (12, 2), (12, 4), (11, 3), (1, 3), (0, 3), (12, 3, 1)])
def test_a_table_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RunError, match="has shape"):
        Results(11).yearly("baseline", "hill", "cu_t", "t", "plant", np.zeros(shape), YEARS)


@pytest.mark.parametrize("shape", [(11,), (1,), (0,), (12, 1), (12, 3)])
def test_a_scalar_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RunError, match="has shape"):
        Results(11).scalar("baseline", "hill", "npv", "USD", "plant", np.zeros(shape))


@pytest.mark.parametrize("n", [0, -1])
def test_no_draws_have_no_quantiles(n: int) -> None:
    with pytest.raises(RunError, match="no quantiles"):
        Results(n)


def test_a_number_is_written_once() -> None:
    results = Results(11)
    results.yearly("baseline", "hill", "cu_t", "t", "plant", _draws(), YEARS)
    results.yearly("river-first", "hill", "cu_t", "t", "plant", _draws(), YEARS)  # its own
    assert len(results.frame()) == 6
    results.yearly("river-first", "hill", "cu_t", "t", "pit", _draws(seed=1), range(2026, 2029))
    with pytest.raises(RunError, match=r"'hill\.cu_t\.2026' was written twice") as caught:
        results.frame()
    assert caught.value.where == "scenario river-first"


def test_keys_that_read_the_same_are_the_same() -> None:
    results = Results(11)
    results.scalar("baseline", "hill", "north.cu_t", "t", "plant", 1.0)
    results.scalar("baseline", "hill.north", "cu_t", "t", "plant", 2.0)
    with pytest.raises(RunError, match="written twice"):
        results.frame()


def test_nothing_is_an_empty_table() -> None:
    assert tuple(Results(1).frame().columns) == COLUMNS
