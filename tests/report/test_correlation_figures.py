"""Scatter plots of correlations: which pairs, which samples, and what is said of the rest."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from orefield.deposit.statistics import correlations
from orefield.deposit.variography import of_arrays
from orefield.report.figures_samples import correlations_graph, correlations_svg

N = 300
RNG = np.random.default_rng(5)
BASE = RNG.standard_normal(N)


def found_of(values):
    samples = of_arrays(RNG.uniform(0.0, 1.0, (len(next(iter(values.values()))), 2)), values)
    return correlations(samples, list(values))


def dots(ax: Axes) -> int:
    return sum(len(line.get_xdata()) for line in ax.get_lines())


def words(ax: Axes) -> str:
    return " ".join([ax.get_title(loc="left") or ax.get_title(), *(t.get_text() for t in ax.texts)])


def test_pairs_that_go_together_most_come_first_with_all_their_samples() -> None:
    values = {
        "cu": np.exp(BASE),
        "ni": np.exp(BASE + 0.1 * RNG.standard_normal(N)),
        "s": np.where(np.arange(N) < 50, np.nan, np.exp(0.5 * BASE + RNG.standard_normal(N))),
    }
    fig = correlations_graph(found_of(values), values, "correlations", logarithmic=True)
    first, second, third = fig.axes
    assert first.get_xlabel() == "cu"
    assert words(first).startswith("ni\nr ")
    assert "n 300" in words(first)
    assert "n 250" in words(second)
    assert [dots(ax) for ax in (first, second, third)] == [300, 250, 250]
    feet = [t.get_text() for t in fig.texts]
    assert feet == ["correlations", ""], "every pair and every sample is drawn: nothing to say"


def test_samples_that_are_not_drawn_are_told() -> None:
    far = np.abs(BASE).copy()
    far[7] = 1e4
    values = {"cu": np.abs(BASE), "au": far}
    (ax,) = correlations_graph(found_of(values), values, "x", logarithmic=False).axes
    assert "beyond" in words(ax)
    assert ax.get_ylim()[1] < 10.0
    values = {"cu": np.where(np.arange(N) < 40, 0.0, np.exp(BASE)), "au": np.exp(BASE)}
    (ax,) = correlations_graph(found_of(values), values, "x", logarithmic=True).axes
    assert dots(ax) == N - 40
    assert "40 not above zero" in words(ax)
    many = {k: np.exp(RNG.standard_normal(5000)) for k in ("cu", "au")}
    fig = correlations_graph(found_of(many), many, "x", logarithmic=False)
    assert dots(fig.axes[0]) == 2000
    assert fig.texts[-1].get_text() == "at most 2,000 samples drawn, taken evenly"


def test_twelve_pairs_of_many_are_shown() -> None:
    values = {f"v{k}": np.exp(RNG.standard_normal(40)) for k in range(7)}
    fig = correlations_graph(found_of(values), values, "x", logarithmic=False)
    assert len(fig.axes) == 12
    assert fig.texts[-1].get_text() == "12 of 21 pairs, highest rank correlation first"


def test_values_that_never_meet_have_an_empty_panel() -> None:
    half = np.arange(N) < N // 2
    values = {"cu": np.where(half, BASE, np.nan), "au": np.where(half, np.nan, BASE)}
    (ax,) = correlations_graph(found_of(values), values, "x", logarithmic=False).axes
    assert "no correlation, n 0" in words(ax)
    assert "no sample has both" in words(ax)
    low = {"cu": -np.abs(BASE), "au": np.exp(BASE)}
    (ax,) = correlations_graph(found_of(low), low, "x", logarithmic=True).axes
    assert "no sample has both above zero" in words(ax)


def test_the_file_is_the_same_each_time() -> None:
    values = {"cu": np.exp(BASE), "ni": np.exp(-BASE)}
    found = found_of(values)
    one, two = (correlations_svg(found, values, "correlations", logarithmic=False) for _ in "ab")
    assert one == two
    assert "<svg" in one
