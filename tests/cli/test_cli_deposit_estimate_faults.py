"""``orefield deposit estimate``: what is wrong is said before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from estimate_cases import ONE_PASS, PLAIN, made, run, with_samples

from orefield.deposit import Samples


@pytest.fixture(scope="module")
def samples() -> Samples:
    return made()


@pytest.fixture
def folder(tmp_path: Path, samples: Samples) -> Path:
    return with_samples(tmp_path, samples)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "section [[estimate]] is missing"),
        ('[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n', "there is no search"),
        (f'[[estimate]]\nvalue = "au"\nvariogram = "cu"\n{ONE_PASS}', "no value 'au'"),
        (f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "ag"\n{ONE_PASS}', "no variogram 'ag'"),
        (f'[[estimate]]\nvalue = "cu_pct"\nmethod = "krigging"\n{ONE_PASS}', "unknown method"),
        (f'[[estimate]]\nvalue = "cu_pct"\nvariogramm = "cu"\n{ONE_PASS}', "unknown key"),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\noutputs = ["slop"]\n{ONE_PASS}',
            "unknown output 'slop'",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ndomain = "west"\n{ONE_PASS}',
            "not known which blocks",
        ),
        (PLAIN + PLAIN, "is estimated twice"),
        (PLAIN.replace("[[estimate.s", "least = nan\n[[estimate.s", 1), "'least' is nan"),
        (PLAIN.replace("[[estimate.s", "least = '0'\n[[estimate.s", 1), "'least' is"),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nmethod = "id"\ndistance = "plane"\n{ONE_PASS}',
            "'distance' is 'plane'",
        ),
        (PLAIN.replace("[[estimate.s", 'distance = "plain"\n[[estimate.s', 1), "unknown key"),
        (
            PLAIN.replace("times = 3", "times = 3\nranges_m = [1, 1, 1]"),
            "'times' widens the pass before",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nmethod = "mik"\n'
            f"cutoffs = [1e6]\n{ONE_PASS}",
            "no sample is above the cut-off",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nmethod = "mik"\n{ONE_PASS}',
            "needs 'cutoffs'",
        ),
        (
            PLAIN.replace(
                "[[estimate.s", "neighbourhood = { block_sizes_m = [[1, 2]] }\n[[estimate.s", 1
            ),
            "'block_sizes_m' is [1, 2]",
        ),
        (
            PLAIN.replace(
                "[[estimate.s", "neighbourhood = { discretisations = [[1, 2, 0]] }\n[[estimate.s", 1
            ),
            "'discretisations' has 1, 2, 0",
        ),
        (
            f'[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nblocks = "none.parquet"\n'
            f'code = "rock"\ndomain = "west"\n{ONE_PASS}',
            "no such block model",
        ),
    ],
)
def test_what_is_wrong_is_said(folder, text, said):
    code, data, _ = run(folder, text)
    assert code == 2
    assert said in data["what"]
    assert data["where"]
    assert not (folder / "results" / "estimate.parquet").exists()


def test_a_kind_of_file_that_is_not_written_is_refused_before_the_work(folder):
    code, _, said = run(folder, PLAIN + '\n[output]\nblocks = ["dm"]\n')
    assert code == 2
    assert "'dm' is no kind of block model file" in said
    assert not (folder / "results" / "estimate.parquet").exists()
