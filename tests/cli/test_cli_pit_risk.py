"""``orefield pit risk``: plans over realisations, their files, and what they are made of."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from pit_cases import Place, put, table
from pit_risk_cases import (
    GRADES,
    GRID,
    PERIODS,
    SETTINGS,
    TONNES,
    ask,
    discounts,
    graded,
    made,
    penalties,
    sims,
)

from orefield.commands.pit import pit_risk
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.risk_task import RiskTask
from orefield.core import BlockModel

WISHES = """
[phases]
count = 1
[[blend]]
name = "gold"
element = "au"
destinations = ["mill"]
upper = 0.15
"""


def task(place: Place) -> RiskTask:
    """What plans are made of, before any search that ends by time."""
    planner = Planner.open(*place)
    return RiskTask.of(planner, planner.config.risk, None)


def same_problems(one: RiskTask, other: RiskTask) -> bool:
    """Whether two tasks give the same plans: their pit, mean problem and realisations seen."""
    a, b = one.problem, other.problem
    return (
        np.array_equal(a.built.block, b.built.block)
        and np.allclose(a.mean.value, b.mean.value, rtol=1e-12)
        and np.array_equal(a.seen.realisations.value, b.seen.realisations.value)
        and all(
            np.array_equal(x.use, y.use) and np.array_equal(x.penalty, y.penalty)
            for x, y in zip(a.seen.targets, b.seen.targets, strict=True)
        )
    )


def test_the_files_say_what_the_answer_says(tmp_path):
    model = made(1, 8)
    settings = SETTINGS.replace("hold_out = 0\n", "hold_out = 0.25\nseed = 4\n")
    code, data, said = ask(put(tmp_path, model, settings), "-o", str(tmp_path / "out"))
    assert code == 0
    assert "valuing 8 realisations" in said
    rows = table(tmp_path, "risk")
    assert len(rows) == 2 * 8
    about = data["realisations"]
    assert len(about["held_out"]) == 2
    assert sorted(about["held_out"] + about["in_sample"], key=int) == [str(k) for k in range(1, 9)]
    for plan in data["plans"]:
        for sample, names in (("in_sample", about["in_sample"]), ("held_out", about["held_out"])):
            mine = [
                r for r in rows
                if (r["plan"], r["sample"]) == (plan["plan"], sample.replace("_", " "))
            ]  # fmt: skip
            assert [r["realisation"] for r in mine] == names
            npv = [float(r["npv_usd"]) for r in mine]
            assert np.mean(npv) == pytest.approx(plan[sample]["expected_npv"])
    rows = table(tmp_path, "targets")
    assert len(rows) == 2 * 2 * PERIODS
    # ore is what is worth more milled than dumped
    written = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    share = (sims(model) > -10.0).mean(axis=0)
    np.testing.assert_allclose(written["ore_probability"], share)
    mined = np.asarray(written["period"]) >= 0
    np.testing.assert_allclose(np.asarray(written["share_mill"] + written["share_dump"])[mined], 1)
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == data


@pytest.mark.parametrize("own_mean", [True, False])
def test_what_is_held_out_does_not_touch_the_plans(own_mean, tmp_path):
    model = made(2, 8)
    if not own_mean:
        fields = {name: values for name, values in model.fields.items() if name != "v_mill"}
        model = BlockModel(GRID, fields, "made up")
    settings = SETTINGS.replace("hold_out = 0\n", "hold_out = 2\n")
    one = task(put(tmp_path / "one", model, settings))
    held = one.chosen.held + 1
    for rich in (-1e4, 1e4):
        other = {f"sim_{k}": np.full(GRID.n, rich) for k in held}
        two = task(put(tmp_path / "two", model.with_fields(**other), settings))
        np.testing.assert_array_equal(two.chosen.held + 1, held)
        assert same_problems(one, two)
        moved = two.problem.held.realisations.value - one.problem.held.realisations.value
        assert (np.abs(moved[..., 0]) > 9e3).all()
        other = {f"sim_{one.chosen.seen[0] + 1}": np.full(GRID.n, rich)}
        assert not same_problems(
            one, task(put(tmp_path / "three", model.with_fields(**other), settings))
        )


def test_few_realisations_are_not_held_out_unless_asked(tmp_path):
    plain = SETTINGS.replace("hold_out = 0\n", "")
    code, data, _ = ask(put(tmp_path, made(0, 2), plain))
    assert code == 0
    assert data["realisations"]["held_out"] == []
    assert "held_out" not in data["plans"][0]
    assert data["value_of_stochastic_solution_held_out"] is None
    code, data, _ = ask(put(tmp_path, made(0, 9), plain.replace("[risk]", "[risk]\ncount = 5")),
                        )  # fmt: skip
    assert len(data["realisations"]["held_out"]) == 1
    assert len(data["realisations"]["in_sample"]) == 4
    text = pit_risk(tmp_path / "model.parquet", tmp_path / "pit.toml", seconds=1.0)[1]
    assert "5 of them, by seed 0" in text
    assert "1 of 5" in text


def test_further_files_are_the_same_as_fields(tmp_path):
    model = made(3, 4)
    place = put(tmp_path, model, SETTINGS)
    fields = task(place)
    for k in range(1, 5):
        # as one writes a tenth: 10 comes after 9
        one = BlockModel(GRID, {"v_mill": np.asarray(model[f"sim_{k}"])})
        one.to_parquet(tmp_path / f"draw_{k if k < 4 else 10}.parquet")
    section = SETTINGS.replace('[risk.fields]\nv_mill = "sim_{}"\n', "")
    section = section.replace("[risk]", '[risk]\nfiles = ["draw_*.parquet"]')
    (tmp_path / "pit.toml").write_text(section, encoding="utf-8")
    code, files, _ = ask(place)
    assert code == 0
    assert files["realisations"]["in_sample"][-1] == "draw_10.parquet"
    assert files["realisations"]["fields"] == ["v_mill"]
    assert same_problems(task(place), fields)
    named = section.replace("[[risk.target]]", '[risk.fields]\nv_mill = "v_mill"\n[[risk.target]]')
    (tmp_path / "pit.toml").write_text(named, encoding="utf-8")
    assert same_problems(task(place), fields)


def test_a_mean_that_is_missing_is_that_of_the_realisations_and_said(tmp_path):
    model = made(4, 4)
    place = put(tmp_path, model, SETTINGS)
    _, own, _ = ask(place)
    mine = task(place)
    assert own["realisations"]["mean_of_realisations"] == []
    assert own["realisations"]["mean_above_realisations"]["v_mill"] == pytest.approx(0.0, abs=1e-9)
    lacking = BlockModel(GRID, {k: v for k, v in model.fields.items() if k != "v_mill"}, "made up")
    lacking.to_parquet(place[0])
    code, made_up, _ = ask(place)
    assert code == 0
    assert made_up["realisations"]["mean_of_realisations"] == ["v_mill"]
    assert same_problems(task(place), mine)
    text = pit_risk(Path(place[0]), Path(place[1]), seconds=1.0)[1]
    assert "the model has no such field" in text
    model.with_fields(v_mill=np.abs(np.asarray(model["v_mill"])) * 3 + 50).to_parquet(place[0])
    text = pit_risk(Path(place[0]), Path(place[1]), seconds=1.0)[1]
    assert "off the mean of its realisations" in text


def test_a_stop_gives_the_plan_on_mean_values_and_the_bar_never_goes_back(tmp_path):
    model, config = put(tmp_path, made(0), SETTINGS)
    shares: list[float] = []
    data, text = pit_risk(
        Path(model), Path(config), seconds=60.0, tell=lambda _, share: shares.append(share),
        stopping=lambda: nullcontext(lambda: True),
    )  # fmt: skip
    assert data["status"] == "interrupted"
    assert data["upper_bound"] is data["gap"] is None
    assert [c["plan"] for c in data["candidates"]] == ["mean values"]
    assert "interrupted after" in text
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0
    assert data["seconds"] < 30


def test_phases_units_and_blends_hold_in_every_realisation(tmp_path):
    settings = GRADES.replace("[schedule]", WISHES + '[schedule]\nwithin = "phases"')
    model = graded()
    for units in ("", "by_phase = true\ncells = [2, 1]\n"):
        place = put(tmp_path, model, settings.replace("seconds = 3", units + "seconds = 3"))
        code, data, _ = ask(place, "-o", str(tmp_path / "out"))
        assert code == 0, data
        for plan in data["plans"]:
            assert "gold" not in [x["name"] for x in plan["in_sample"]["limits"]]
        # rock is heavier in some realisations: of a plan that passes "mining" there is no bound
        if data["plans"][-1]["in_sample"]["limits"]:
            assert data["gap"] is None
        else:
            assert data["upper_bound"] >= data["objective"]


def test_orders_of_mining_hold_in_plans_and_are_not_asked_of_given_ones(tmp_path):
    model = graded()
    order = "sinking_benches = 1\nsinking_each_period = true\n"
    order += "[[schedule.not_before]]\nphase = 0\nperiod = 1\n"
    settings = GRADES.replace("[schedule]", '[phases]\ncount = 1\n[schedule]\nwithin = "phases"')
    settings = settings.replace("seconds = 3\n", "seconds = 3\n" + order)
    settings = settings.replace("upper = 8_000", "upper = 80_000")
    place = put(tmp_path, model, settings)
    code, data, _ = ask(place, "-o", str(tmp_path / "out"))
    assert code == 0, data
    written = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    for field in ("period", "period_mean"):
        period = np.asarray(written[field])
        assert set(period.tolist()) <= {-1, 1}  # not before period 1
        assert (period[:5] < 0).all()  # and then one bench
        assert (period >= 0).any()
    early = model.with_fields(period=np.where(np.arange(GRID.n) < 5, 1, 0))
    early.to_parquet(tmp_path / "plan.parquet")
    code, judged, _ = ask(place, "--plan", str(tmp_path / "plan.parquet"))
    assert code == 0, judged
    assert judged["scheduled_blocks"] == GRID.n


def test_ctrl_c_gives_the_best_so_far(tmp_path):
    place = put(tmp_path, made(0), SETTINGS)
    process = subprocess.Popen(
        [sys.executable, "-m", "orefield", "pit", "risk", place[0], "-c", place[1],
         "--time", "300", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for line in process.stderr:
            if "plan on mean" in line:
                break
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, said
    data = json.loads(out)
    assert data["status"] == "interrupted"
    assert data["upper_bound"] is None
    assert "stopping with the best found so far" in said


def test_widths_that_are_passed_over_are_told(tmp_path):
    place = put(
        tmp_path, made(0), SETTINGS.replace("[schedule]", "[schedule]\nmining_width_m = 20")
    )
    data, text = pit_risk(Path(place[0]), Path(place[1]), seconds=1.0)
    assert data["widths_kept"] is False
    assert "plans are made without mining_width_m" in text
    place = put(tmp_path, made(0), SETTINGS)
    data, text = pit_risk(Path(place[0]), Path(place[1]), seconds=1.0)
    assert data["widths_kept"] is True
    assert "mining_width_m" not in text


def test_a_single_destination_is_planned_and_judged(tmp_path):
    settings = SETTINGS.replace(', dump = "v_dump"', "").replace("hold_out = 0", "hold_out = 1")
    settings = settings.replace("amount = 3000.0", "amount = 18_000.0")
    assert "18_000" in settings
    assert "dump" not in settings
    model = made(1, 4)
    code, data, _ = ask(put(tmp_path, model, settings), "-o", str(tmp_path / "out"))
    assert code == 0, data
    written = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    for name, field in (("mean values", "period_mean"), ("with risk", "period")):
        period = np.asarray(written[field])
        (plan,) = (p for p in data["plans"] if p["plan"] == name)
        fed = np.array([TONNES * (period == t).sum() for t in range(PERIODS)])
        fine = penalties() @ np.maximum(18_000.0 - fed, 0.0)
        for sample, names in (("in_sample", "in_sample"), ("held_out", "held_out")):
            drawn = [np.asarray(model[f"sim_{k}"]) for k in data["realisations"][names]]
            mined = period >= 0
            worth = [(discounts()[period[mined]] * v[mined]).sum() for v in drawn]
            assert plan[sample]["expected_npv"] == pytest.approx(np.mean(worth))
            assert plan[sample]["penalty"] == pytest.approx(fine)
    assert data["upper_bound"] >= data["objective"]


def test_limits_that_are_passed_are_told_of_both_samples_and_leave_no_gap(tmp_path):
    # rock is as heavy as the model says on average, and a fifth more or less
    settings = SETTINGS.replace("hold_out = 0", "hold_out = 2").replace(
        "[risk.fields]", '[risk.fields]\ndensity_t_m3 = "sg_{}"'
    )
    model = made(0, 6)
    weights = {f"sg_{k}": np.full(GRID.n, 2.4 if k % 2 else 1.6) for k in range(1, 7)}
    rich = {
        name: np.asarray(model[name]) + 60.0
        for name in ("v_mill", *(f"sim_{k}" for k in range(1, 7)))
    }
    place = put(tmp_path, model.with_fields(**weights, **rich), settings)
    data, text = pit_risk(Path(place[0]), Path(place[1]), seconds=2.0)
    risk = data["plans"][-1]
    assert risk["in_sample"]["limits"]
    assert risk["held_out"]["limits"]
    assert data["gap"] is None
    assert data["upper_bound"] is not None
    assert "-: the plan passes limits in some realisation" in text
    told = [line for line in text.splitlines() if "passed" in line and "with risk" in line]
    for sample, name in (("in_sample", "in sample"), ("held_out", "held out")):
        limits = risk[sample]["limits"]
        assert len([line for line in told if line.endswith(name)]) == len(limits)
    assert len(told) == len(risk["in_sample"]["limits"]) + len(risk["held_out"]["limits"])
