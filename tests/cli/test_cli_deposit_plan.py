"""``orefield deposit plan``: from settings to collars for the drillers, and what is wrong."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_study import invoke

from orefield.commands.deposit.drill_samples import merged_along_holes
from orefield.commands.deposit.drill_texts import plan_text
from orefield.commands.deposit.drilling import deposit_plan
from orefield.core import BlockModel, Grid, InputError
from orefield.deposit.drilling.conditioning import Conditioning
from orefield.deposit.realisations import Realisations
from orefield.deposit.samples import Samples

BASE = """
[samples]
file = "samples.csv"
x = "x"
y = "y"
z = "z"
hole = "hole"
length = "length"
[samples.values]
cu_pct = "cu_pct"
[grid]
origin = [1000.0, 2000.0, 0.0]
size = [20.0, 20.0, 10.0]
shape = [8, 6, 4]
rotation_deg = 25.0
[[variogram]]
name = "cu_pct"
nugget = 0.02
[[variogram.structure]]
kind = "spherical"
sill = 0.08
ranges_m = [120, 90, 50]
"""
HOLES = """
[plan.candidates]
spacing_m = [40, 40]
azimuths_deg = [0, 120]
dips_deg = [90, 60]
lengths_m = [40]
sample_m = 10
[plan.limits]
metres = 130
cost_per_m = 200
"""
GRID = Grid((1000.0, 2000.0, 0.0), (20.0, 20.0, 10.0), (8, 6, 4), rotation_deg=25.0)


def _folder(tmp_path: Path, *, estimate: bool = True, draws: bool = False) -> Path:
    rng = np.random.default_rng(3)
    rows = ["hole,x,y,z,length,cu_pct"]
    for i in range(9):
        plan = GRID.to_world(np.array([[rng.uniform(0, 80), rng.uniform(0, 120), 0.0]]))[0]
        for z in (35, 25, 15, 5):
            rows.append(f"H{i},{plan[0]:.2f},{plan[1]:.2f},{z},10,{rng.uniform(0.2, 1.2):.3f}")
    (tmp_path / "samples.csv").write_text("\n".join(rows) + "\n")
    results = tmp_path / "results"
    results.mkdir()
    if estimate:
        n = GRID.n
        fields: dict[str, Any] = {
            "cu_pct": rng.uniform(0.2, 1.2, n),
            "cu_pct_pass": np.ones(n, dtype=np.int8),
            "density_t_m3": np.full(n, 2.7),
            "period": np.where(np.arange(n) % 6 < 3, np.arange(n) % 3, -1).astype(np.float64),
            "rock": np.where(np.arange(n) % 2 == 0, "ore", "waste"),
        }
        BlockModel(GRID, fields, "example").to_parquet(results / "estimate.parquet")
    if draws:
        values = np.exp(0.3 * rng.standard_normal((30, GRID.n))).astype(np.float32)
        Realisations(GRID, {"cu_pct": values}).to_parquet(results / "realisations.parquet")
    return tmp_path


def _run(folder: Path, text: str, **options: Any) -> tuple[dict[str, Any], str]:
    (folder / "d.toml").write_text(BASE + text)
    return deposit_plan(folder / "d.toml", **options)


def test_plan_for_contained_metal_leaves_collars_figures_and_json(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    data, text = _run(folder, "[plan]\n" + HOLES)
    results = folder / "results"
    with (results / "planned_holes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [r["hole"] for r in rows] == [h["hole"] for h in data["holes"]]
    assert len(rows) == 3
    assert data["metres"] == 120.0
    assert data["cost"] == 24000.0
    collars = np.array([[float(r[k]) for k in ("x_m", "y_m", "z_m")] for r in rows])
    local = GRID.to_local(collars)
    assert local[:, :2] % 40.0 == pytest.approx(20.0)  # on the pattern, in the grid's own axes
    assert collars[:, 2] == pytest.approx(40.0)  # the top of the rock
    assert json.loads((results / "plan.json").read_text()) == data
    for name in ("plan_map.svg", "plan_uncertainty.svg"):
        assert (results / name).read_text().startswith("<?xml")
    errors = [data["before"]["standard_error_t"], *(h["standard_error_t"] for h in data["holes"])]
    assert errors == sorted(errors, reverse=True)
    assert 0 < data["gain_share"] <= data["certificate"]["bound_share"] <= 1
    assert sum(h["gain"] for h in data["holes"]) == pytest.approx(data["gain"])
    assert data["infill"]["patterns"] > 0
    assert max(data["infill"]["metres"]) <= 120.0
    assert "no plan within the limits takes more than" in text
    assert "do not depend on values" in text


def test_samples_of_a_hole_are_merged_where_there_are_too_many(tmp_path: Path) -> None:
    """No hole is left out, which would let it be drilled again."""
    every, _ = _run(_folder(tmp_path), "[plan]\n" + HOLES)
    wide = HOLES.replace("sample_m = 10", "sample_m = 20")
    merged, shown = _run(tmp_path, "[plan]\nmax_samples = 20\n" + wide)
    facts = merged["facts"]
    assert (facts["samples"], facts["samples_merged"], facts["samples_used"]) == (36, 18, 18)
    assert "36 samples merged along holes to 18;" in shown
    before = [data["before"]["standard_error_t"] for data in (every, merged)]
    # a merged sample stands at its middle: a little less is known than was
    assert before[0] < before[1] < 1.1 * before[0]
    fewer, shown = _run(tmp_path, "[plan]\nmax_samples = 5\n" + wide)
    assert "merged along holes to 18, the nearest 5;" in shown
    assert fewer["before"]["standard_error_t"] > 1.1 * before[1]


def test_merging_goes_along_the_hole_whatever_the_order_of_its_rows() -> None:
    rng = np.random.default_rng(1)
    down = np.array([0.6, 0.0, -0.8])
    depths = [np.arange(2.5, 50.0, 5.0), np.arange(2.5, 28.0, 5.0)]
    places = np.concatenate([
        np.array([100.0, 50.0 * h, 400.0]) + d[:, None] * down for h, d in enumerate(depths)
    ])  # fmt: skip
    order = rng.permutation(len(places))
    hole = np.repeat([0, 1], [len(d) for d in depths])
    samples = Samples(places[order], {"cu_pct": np.ones(len(places))}, hole=hole[order])
    xyz, factors = merged_along_holes(samples, 10.0)
    assert len(xyz) == 5 + 3
    assert factors == pytest.approx(0.5)
    for h in (0, 1):
        mine = xyz[np.abs(xyz[:, 1] - 50.0 * h) < 1e-9]
        along = np.sort((mine - [100.0, 50.0 * h, 400.0]) @ down)
        assert along == pytest.approx(np.arange(5.0, 5.0 + 10.0 * len(mine), 10.0))


def test_drilled_where_no_hole_is(tmp_path: Path) -> None:
    """All samples are in the western half: the first new hole is in the eastern."""
    data, _ = _run(_folder(tmp_path), "[plan]\n" + HOLES)
    first = data["holes"][0]
    local = GRID.to_local(np.array([[first["x_m"], first["y_m"], 0.0]]))[0]
    assert local[0] > 80.0


def test_classes_count_tonnes_that_pass(tmp_path: Path) -> None:
    text = """[plan]
[plan.objective]
kind = "classes"
panel = [2, 2, 2]
relative_errors = [0.2, 0.35]
[plan.region]
field = "rock"
of = ["ore"]
"""
    data, shown = _run(_folder(tmp_path), text + HOLES)
    passed = np.array(
        [data["before"]["tonnes_passed"], *(h["tonnes_passed"] for h in data["holes"])]
    )
    assert (np.diff(passed, axis=0) >= 0).all()
    assert (passed[:, 0] <= passed[:, 1]).all()
    assert passed.max() <= GRID.n / 2 * 4000 * 2.7 * (1 + 1e-9)
    assert "passes 2, Mt" in shown


def test_feed_by_period_and_realisations(tmp_path: Path) -> None:
    text = """[plan]
covariance = "realisations"
[plan.objective]
kind = "feed"
period = "period"
years = 2
"""
    data, shown = _run(_folder(tmp_path, draws=True), text + HOLES)
    assert data["sums"] == 2
    assert data["facts"]["gain_depends_on_values"]
    assert "30 realisations" in shown


def test_spacing_study_alone_needs_no_estimate(tmp_path: Path) -> None:
    text = """[plan]
value = "cu_pct"
density_t_m3 = 2.7
[plan.spacing]
spacings_m = [[20, 20], [40, 40], [80, 80]]
quarter_t = 20_000
year_t = 80_000
bench_m = 10
density_t_m3 = 2.7
cost_per_m = 270
"""
    folder = _folder(tmp_path, estimate=False)
    data, shown = _run(folder, text)
    rows = data["spacing"]["spacings"]
    assert [r["quarter_error"] for r in rows] == sorted(r["quarter_error"] for r in rows)
    assert rows[0]["cost_per_t"] == pytest.approx(270 / (400 * 2.7))
    assert data["spacing"]["panels_m"]["year"][0] == pytest.approx(np.sqrt(80_000 / 27.0))
    assert (folder / "results" / "plan_spacing.svg").is_file()
    assert "proportional effect" in shown


def test_two_dimensions(tmp_path: Path) -> None:
    folder = _folder(tmp_path, estimate=False)
    flat = BASE.replace("shape = [8, 6, 4]", "shape = [8, 6, 1]")
    rows = (folder / "samples.csv").read_text().splitlines()
    kept = [rows[0], *(r for r in rows[1:] if ",5,10," in r)]
    (folder / "samples.csv").write_text("\n".join(kept) + "\n")
    text = '[plan]\nvalue = "cu_pct"\ndensity_t_m3 = 2.7\n' + HOLES.replace(
        "dips_deg = [90, 60]\n", ""
    )
    (folder / "d.toml").write_text(flat + text)
    data, _ = deposit_plan(folder / "d.toml")
    assert data["candidates"]["offered"] == 12
    assert len(data["holes"]) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_keeps_the_best_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _folder(tmp_path)
    (folder / "d.toml").write_text(BASE + "[plan]\n" + HOLES)
    drill, sent = Conditioning.drill, []

    def interrupted(self: Conditioning, hole: int) -> None:
        drill(self, hole)
        if not sent:
            sent.append(hole)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Conditioning, "drill", interrupted)
    before = signal.getsignal(signal.SIGINT)
    done = invoke("deposit", "plan", "-c", "d.toml", "--json", cwd=folder)
    assert done.code == 0, done.err
    assert "stopping with the best" in done.err
    assert done.json["search"]["stopped"]
    assert [h["hole"] for h in done.json["holes"]] == [
        r["hole"] for r in csv.DictReader((folder / "results/planned_holes.csv").open())
    ]
    assert len(done.json["holes"]) == 1  # of three that the metres allow
    assert signal.getsignal(signal.SIGINT) is before
    # what is left is told as a person reads it, too
    assert "stopped: this is the best so far" in plan_text(done.json)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("metres = 130", "metres = 0"), "0 m may be drilled"),
        (("metres = 130", "metres = 10"), "no candidate fits"),
        (("[plan]", "[plan.access]\nforbidden = [[[0,0],[9e3,0],[9e3,9e3],[0,9e3]]]\n[plan]"),
         "none of 36 candidate holes is allowed"),
        (("[plan]", "[plan.access]\nallowed = [[[0,0],[9,9],[9,0],[0,9]]]\n[plan]"), "cross"),
        (("[plan]", "[plan.region]\nbox = [0,0,0,1,1,1]\n[plan]"), "region is empty"),
        (("[plan]", "[plan.region]\nfield = 'rock'\nof = ['slag']\n[plan]"), "region is empty"),
        (("[plan]", "[plan.objective]\nkind = 'gold'\n[plan]"), "'kind' is 'gold'"),
        (("[plan]", "[plan.objective]\nkind = 'feed'\nfields = ['none']\n[plan]"), "no field"),
        (("[plan]", "[plan]\ncovariance = 'realisations'"), "there are none"),
        (("[plan]", "[plan]\nvariogramme = 'x'"), "unknown key 'variogramme'"),
        (("spacing_m = [40, 40]", "spacing_m = [0, 40]"), "metres above zero"),
        (("sample_m = 10", "sample_m = -1"), "samples of -1 m"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    text = ("[plan]\n" + HOLES).replace(*change)
    with pytest.raises(InputError, match=words):
        _run(_folder(tmp_path), text)


def test_nothing_to_plan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is to be planned"):
        _run(_folder(tmp_path), "[plan]\n")
    with pytest.raises(InputError, match=r"\[plan\] is missing"):
        _run(tmp_path, "")
