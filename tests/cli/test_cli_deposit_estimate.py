"""``orefield deposit estimate``: block models by every method, in passes and domains."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from estimate_cases import (
    FAR,
    GRID,
    HEAD,
    MODEL,
    NEAR,
    ONE_PASS,
    TWO_PASSES,
    made,
    model_of,
    run,
    with_samples,
)

from orefield.core import BlockModel
from orefield.deposit import Rotation, Samples
from orefield.deposit.estimation import LocalAnisotropy, cokrige, krige, krige_indicators, weigh
from orefield.deposit.variography import Coregionalisation


@pytest.fixture(scope="module")
def samples() -> Samples:
    return made()


@pytest.fixture
def folder(tmp_path: Path, samples: Samples) -> Path:
    return with_samples(tmp_path, samples)


def same(field, expected, there):
    assert field[there] == pytest.approx(expected[there], rel=1e-6, abs=1e-9)
    assert (field[~there] == 0).all()


def test_blocks_are_those_of_the_function(folder, samples):
    code, data, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ndiscretisation = [2, 2, 1]\n'
        'outputs = ["variance", "slope", "efficiency", "samples", "holes", "distance_m", '
        '"nearest_m", "lagrange", "negative_weights"]\n' + TWO_PASSES,
    )
    assert code == 0, said
    model = model_of(folder)
    assert model.grid == GRID
    found = krige(samples, "cu_pct", GRID, MODEL, [NEAR, FAR], discretisation=(2, 2, 1))
    there = found.estimated
    assert np.array_equal(model["cu_pct_pass"], found.passes)
    assert {1, 2} <= set(found.passes.tolist())
    assert np.array_equal(model["cu_pct_samples"], found.samples)
    assert np.array_equal(model["cu_pct_holes"], found.holes)
    for name, expected in {
        "": found.value, "_variance": found.variance, "_slope": found.slope,
        "_efficiency": found.efficiency, "_distance_m": found.distance_m,
        "_nearest_m": found.nearest_m, "_lagrange": found.lagrange,
        "_negative_weights": found.negative,
    }.items():  # fmt: skip
        same(model["cu_pct" + name], expected, there)
    row = data["estimates"][0]
    assert row["by_pass"] == [int((found.passes == p).sum()) for p in (1, 2)]
    assert row["mean"] == pytest.approx(np.nanmean(found.value))
    assert row["means"]["slope"] == pytest.approx(np.nanmean(found.slope), rel=1e-5)
    assert json.loads((folder / "results" / "estimate.json").read_text()) == data


def test_blocks_that_are_not_estimated_are_told(folder):
    code, data, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n'
        "[estimate.search]\nranges_m = [15, 15, 5]\n",
    )
    assert code == 0, said
    model = model_of(folder)
    missing = model["cu_pct_pass"] == 0
    assert missing.any()
    assert (model["cu_pct"][missing] == 0).all()
    assert (model["cu_pct_status"][missing] == 1).all()
    assert f"{int(missing.sum()):,} of {GRID.n:,} blocks are not estimated" in data["warnings"][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'method = "simple kriging"\nvariogram = "cu"\nmean = 1.5\n',
            lambda s: krige(s, "cu_pct", GRID, MODEL, FAR, mean=1.5).value,
        ),
        ('method = "id"\npower = 3\n', lambda s: weigh(s, "cu_pct", GRID, FAR, power=3.0).value),
        (
            'method = "nearest neighbour"\n',
            lambda s: weigh(s, "cu_pct", GRID, FAR, kind="nearest neighbour").value,
        ),
        (
            'method = "id"\ndistance = "plain"\nby_length = true\n',
            lambda s: weigh(s, "cu_pct", GRID, FAR, distance="plain", by_length=True).value,
        ),
        (
            'method = "nn"\ndistance = "plain"\n',
            lambda s: (
                weigh(s, "cu_pct", GRID, FAR, kind="nearest neighbour", distance="plain").value
            ),
        ),
        (
            'method = "moving average"\n',
            lambda s: weigh(s, "cu_pct", GRID, FAR, kind="moving average").value,
        ),
        (
            'method = "mik"\nvariogram = "cu"\ncutoffs = [0.5, 1.0]\n',
            lambda s: krige_indicators(s, "cu_pct", GRID, [0.5, 1.0], MODEL, FAR).mean,
        ),
        (
            'variogram = "cu"\ntop_cut = 2.0\n',
            lambda s: (
                krige(
                    s.with_values(cu_pct=np.minimum(s["cu_pct"], 2.0)), "cu_pct", GRID, MODEL, FAR
                ).value
            ),
        ),
    ],
)
def test_every_method_is_that_of_its_function(folder, samples, text, expected):
    code, _, said = run(folder, f'[[estimate]]\nvalue = "cu_pct"\n{text}{ONE_PASS}')
    assert code == 0, said
    found = expected(samples)
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))


def test_cokriging_by_a_fitted_model(folder, samples):
    code, _, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nmethod = "cokriging"\nsecondary = ["ni_pct"]\n'
        + ONE_PASS
        + """
[[variogram]]
name = "both"
values = ["cu_pct", "ni_pct"]
nugget = [[0.1, 0.0], [0.0, 0.2]]
[[variogram.structure]]
kind = "spherical"
sill = [[0.9, 0.4], [0.4, 0.8]]
ranges_m = [150, 100, 50]
azimuth_deg = 45
""",
    )
    assert code == 0, said
    pair = Coregionalisation(
        ("cu_pct", "ni_pct"), np.diag([0.1, 0.2]), MODEL.structures,
        np.array([[[0.9, 0.4], [0.4, 0.8]]]),
    )  # fmt: skip
    found = cokrige(samples, "cu_pct", ["ni_pct"], GRID, pair, FAR).value
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))


def test_domains_have_their_own_samples_and_blocks(folder, samples):
    west = GRID.to_local(GRID.centroids())[:, 0] < 200
    BlockModel(GRID, {"rock": np.where(west, "west", "east")}).to_parquet(folder / "rock.parquet")
    part = '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ncode = "rock"\n'
    part += 'blocks = "rock.parquet"\n'
    code, data, said = run(
        folder,
        f'{part}domain = "west"\n{ONE_PASS}{part}domain = "east"\nsoft = "west"\n'
        f"soft_distance_m = 30\n{ONE_PASS}",
    )
    assert code == 0, said
    rock = samples.codes["rock"]
    own = samples.xyz_m[rock == "east"]
    apart = np.linalg.norm(samples.xyz_m[:, None] - own[None], axis=2).min(axis=1)
    a = krige(samples.where(rock == "west"), "cu_pct", GRID, MODEL, FAR)
    b = krige(samples.where((rock == "east") | (apart <= 30.0)), "cu_pct", GRID, MODEL, FAR)
    found = np.where(west, a.value, b.value)
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))
    assert [r["blocks"] for r in data["estimates"]] == [int(west.sum()), int((~west).sum())]


def test_every_block_may_have_its_own_anisotropy(folder, samples):
    west = GRID.to_local(GRID.centroids())[:, 0] < 200
    fields = {"azimuth_deg": np.where(west, 10.0, 120.0), "dip_deg": np.where(west, 0.0, 30.0)}
    fields["rake_deg"] = np.zeros(GRID.n)
    BlockModel(GRID, fields).to_parquet(folder / "turned.parquet")
    code, _, said = run(
        folder,
        '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\nblocks = "turned.parquet"\n'
        "local = {}\n" + ONE_PASS,
    )
    assert code == 0, said
    local = LocalAnisotropy((Rotation(10.0), Rotation(120.0, 30.0)), (~west).astype(np.int32))
    found = krige(samples, "cu_pct", GRID, MODEL, FAR, local=local).value
    same(model_of(folder)["cu_pct"], found, ~np.isnan(found))


def steep(folder: Path) -> tuple[Path, str]:
    """Three samples on a slope that a smooth model carries on beyond them, below zero."""
    lines = ["x,y,z,hole,cu,ni,rock"]
    for i, (x, cu) in enumerate(((100, 0.01), (120, 20.0), (140, 40.0))):
        lines.append(f"{x},100.0,30.0,{i},{cu},1.0,west")
    (folder / "samples.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder, HEAD.replace('kind = "spherical"', 'kind = "gaussian"').replace("0.1", "0.001")


def test_estimates_below_zero_are_told(tmp_path):
    folder, smooth = steep(tmp_path)
    code, data, said = run(
        folder, '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n' + ONE_PASS, smooth
    )
    assert code == 0, said
    below = int((model_of(folder)["cu_pct"] < 0).sum())
    assert below > 0
    assert any(f"{below:,} estimates are below zero" in text for text in data["warnings"])


def test_estimates_are_raised_to_the_least_there_can_be(tmp_path):
    folder, smooth = steep(tmp_path)
    plain = '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n'
    assert run(folder, plain + ONE_PASS, smooth)[0] == 0
    free = model_of(folder)
    assert "cu_pct_raised" not in free.fields
    for least in (0.5, 0.0, -1e9):
        code, data, said = run(folder, f"{plain}least = {least}\n{ONE_PASS}", smooth)
        assert code == 0, said
        there = free["cu_pct_pass"] > 0
        low = there & (free["cu_pct"] < least)
        model = model_of(folder)
        assert np.array_equal(model["cu_pct"], np.where(low, least, free["cu_pct"]))
        assert np.array_equal(model["cu_pct_raised"], low)
        for name in set(free.fields) - {"cu_pct"}:  # nothing else changes
            assert np.array_equal(model[name], free[name])
        row = data["estimates"][0]
        assert row["raised"] == low.sum()
        assert row["raised_to"] == least
        assert row["mean"] == pytest.approx(model["cu_pct"][there].mean())
        told = f"{low.sum():,} estimates were below {least:g} and were raised to it"
        assert any(told in text for text in data["warnings"]) == bool(low.any())
    assert not low.any()


def test_only_the_domain_that_asks_is_raised(folder):
    west = GRID.to_local(GRID.centroids())[:, 0] < 200
    BlockModel(GRID, {"rock": np.where(west, "west", "east")}).to_parquet(folder / "rock.parquet")
    part = '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\ncode = "rock"\n'
    part += 'blocks = "rock.parquet"\n'
    text = "{0}domain = 'west'\n{2}{1}{0}domain = 'east'\n{1}"
    assert run(folder, text.format(part, ONE_PASS, ""))[0] == 0
    free = model_of(folder)
    code, data, said = run(folder, text.format(part, ONE_PASS, "least = 1.0\n"))
    assert code == 0, said
    low = west & (free["cu_pct_pass"] > 0) & (free["cu_pct"] < 1.0)
    assert low.any()
    assert np.array_equal(model_of(folder)["cu_pct_raised"], low)
    assert np.array_equal(model_of(folder)["cu_pct"], np.where(low, 1.0, free["cu_pct"]))
    assert [row["raised"] for row in data["estimates"]] == [int(low.sum()), 0]


FLAT = """
[samples]
file = "flat.csv"
x = "x"
y = "y"
elevation_m = 0.5
[samples.values]
v = "v"
[grid]
origin = [0, 0, 0]
size = [1, 1, 1]
shape = [50, 50, 1]
[[variogram]]
name = "v"
nugget = 0.2
[[variogram.structure]]
kind = "exponential"
sill = 0.8
ranges_m = [10, 10, 10]
"""
FLAT_ESTIMATE = """
[[estimate]]
value = "v"
[estimate.search]
ranges_m = [20, 20, 20]
max_per_octant = 2
"""


def test_a_grid_in_two_dimensions(tmp_path):
    rng = np.random.default_rng(2)
    xy = np.round(rng.uniform(0, 50, (60, 2)), 3)
    rows = "\n".join(
        f"{x},{y},{v:.4f}" for (x, y), v in zip(xy, rng.lognormal(size=60), strict=True)
    )
    (tmp_path / "flat.csv").write_text("x,y,v\n" + rows + "\n", encoding="utf-8")
    code, _, said = run(tmp_path, FLAT_ESTIMATE, FLAT)
    assert code == 0, said
    model = model_of(tmp_path)
    assert (model["v_pass"] == 1).all()
    assert model["v_samples"].max() <= 8  # two in each quadrant
