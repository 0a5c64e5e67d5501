"""``histogram = "bootstrap"``: what is not known of the distribution reaches intervals."""

import numpy as np
import pytest
from simulate_cases import FEW, TAILS, case, simulate, undraw

from orefield.deposit import Realisations


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    undraw(monkeypatch)


def test_every_realisation_draws_a_histogram_and_keeps_the_samples(tmp_path):
    keys = f'value = "cu_pct"\ndata_at = "nodes"\n{FEW}'
    found = {}
    for histogram in ("known", "bootstrap"):
        config = case(tmp_path / histogram, f'{keys}histogram = "{histogram}"\n{TAILS}')
        data = simulate(config)
        assert data["code"] == 0, data
        assert data["histogram"] == histogram
        assert data["largest_misfit_at_nodes"] < 1e-9, "samples are honoured exactly"
        file = tmp_path / histogram / "results" / "realisations.parquet"
        found[histogram] = Realisations.from_parquet(file)["cu_pct"]
    assert not np.array_equal(found["known"], found["bootstrap"])
    # four hundred samples leave little doubt of the mean
    means = {name: draws.mean() for name, draws in found.items()}
    assert means["bootstrap"] == pytest.approx(means["known"], rel=0.02)


def test_the_same_histograms_at_any_number_of_threads(tmp_path):
    for threads in (1, 3):
        keys = f'value = "cu_pct"\nhistogram = "bootstrap"\nthreads = {threads}\n{FEW}{TAILS}'
        assert simulate(case(tmp_path / str(threads), keys))["code"] == 0
    one, two = (
        (tmp_path / k / "results" / "realisations.parquet").read_bytes() for k in ("1", "3")
    )
    assert one == two


@pytest.mark.parametrize(
    "keys",
    [
        'value = "cu_pct"\nmethod = "sequential"\n',
        'value = "cu_pct"\nmethod = "spectral"\n',
        'values = ["cu_pct", "ag_gpt"]\n',
    ],
)
def test_where_it_cannot_be_drawn_it_is_refused(tmp_path, keys):
    data = simulate(case(tmp_path, f'{keys}histogram = "bootstrap"\n{FEW}'))
    assert data["code"] != 0
    assert "one value by the method 'fft'" in data["what"]


def test_an_unknown_word_is_told(tmp_path):
    data = simulate(case(tmp_path, f'value = "cu_pct"\nhistogram = "boot"\n{FEW}'))
    assert data["code"] != 0
    assert "bootstrap" in data["fix"]
