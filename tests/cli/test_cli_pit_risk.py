"""``orefield pit risk``: plans over realisations, against programs of its own; what is wrong."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, linprog, milp
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.pit import pit_risk
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.risk_task import RiskTask
from orefield.core import BlockModel, Grid
from orefield.pit import slope_pattern

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (5, 1, 2))
TONNES = 1000.0 * 2.0
RATE = 0.1
MILL, ROCK = 2 * TONNES, 4 * TONNES
PERIODS = 2

SETTINGS = f"""
[economy]
value_fields = {{ mill = "v_mill", dump = "v_dump" }}
ore = ["mill"]
periods = {PERIODS}
discount_rate = {RATE}
timing = "start"
[[limit]]
name = "rock"
upper = {ROCK}
[[limit.use]]
of = "mined"
[[limit]]
name = "feed"
upper = {MILL}
[[limit.use]]
of = "processed"
[schedule]
gap = 0.0
seconds = 2
[risk]
hold_out = 0
rounds = 2
[risk.fields]
v_mill = "sim_{{}}"
[[risk.target]]
name = "ore"
of = "processed"
amount = {1.5 * TONNES}
penalty = 0.01
geological_rate = 0.2
"""


def made(seed: int, n: int = 3) -> BlockModel:
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(GRID.n) < 5, 60.0, 15.0)  # the lower bench is the richer
    fields = {f"sim_{k}": level * rng.lognormal(0.0, 0.7, GRID.n) - 25.0 for k in range(1, n + 1)}
    mean = np.mean(list(fields.values()), axis=0)
    return BlockModel(
        GRID,
        {
            "density_t_m3": np.full(GRID.n, 2.0),
            "v_mill": mean,
            "v_dump": np.full(GRID.n, -10.0),
            **fields,
        },
        "made up",
    )


def put(folder: Path, model: BlockModel, settings: str = SETTINGS) -> tuple[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    model.to_parquet(folder / "model.parquet")
    (folder / "pit.toml").write_text(settings, encoding="utf-8")
    return str(folder / "model.parquet"), str(folder / "pit.toml")


def ask(place: tuple[str, str], *more: str) -> tuple[int, dict, str]:
    done = CliRunner().invoke(app, ["pit", "risk", place[0], "-c", place[1], *more, "--json"])
    return done.exit_code, json.loads(done.stdout), done.stderr


def told(data: dict) -> str:
    return data["what"] + data["where"] + data["fix"]


def above() -> list[tuple[int, int]]:
    """Pairs: a block, and one that must be mined before it."""
    out = []
    for dx, _, dz in slope_pattern(GRID, 45.0, tolerance_deg=1.0, max_benches=9).offsets:
        out += [(x, x + dx + 5) for x in range(5) if dz == 1 and 0 <= x + dx < 5]
    return out


def sims(model: BlockModel) -> np.ndarray:
    names = sorted(
        (f for f in model.fields if re.fullmatch(r"sim_\d+", f)), key=lambda f: int(f[4:])
    )
    return np.stack([np.asarray(model[name], float) for name in names])


def discounts() -> np.ndarray:
    return (1.0 + RATE) ** -np.arange(PERIODS)


def penalties() -> np.ndarray:
    return 0.01 * discounts() * 1.2 ** -np.arange(PERIODS)


def sending(model: BlockModel, period: np.ndarray) -> list[tuple[float, float]]:
    """Value and penalty of each realisation of a plan: an own linear program a period."""
    out = []
    for mill in sims(model):
        value = fine = 0.0
        for t in range(PERIODS):
            at = np.flatnonzero(period == t)
            d, p = discounts()[t], penalties()[t]
            # columns: share milled of each block, then what is missing
            gain = (mill[at] + 10.0) * d
            cost = np.append(-gain, p)
            up = [
                np.append(np.full(len(at), TONNES), 0.0),
                np.append(np.full(len(at), -TONNES), -1),
            ]
            found = linprog(
                cost, up, [MILL, -1.5 * TONNES], bounds=[(0, 1)] * len(at) + [(0, None)]
            )
            assert found.status == 0
            value += gain @ found.x[:-1] - 10.0 * d * len(at)
            fine += p * found.x[-1]
        out.append((value, fine))
    return out


def two_stage(model: BlockModel) -> float:
    """Optimum of the whole two-stage program: x[t, b], milled[s, t, b], short[s, t]."""
    mill = sims(model)
    s, n = mill.shape
    x = np.arange(PERIODS * n).reshape(PERIODS, n)
    y = x.size + np.arange(s * PERIODS * n).reshape(s, PERIODS, n)
    short = x.size + y.size + np.arange(s * PERIODS).reshape(s, PERIODS)
    size = short.max() + 1
    cost = np.zeros(size)
    cost[x] = 10.0 * discounts()[:, None]
    for k in range(s):
        cost[y[k]] = -(mill[k] + 10.0) * discounts()[:, None] / s
        cost[short[k]] = penalties() / s
    rows, low, high = [], [], []

    def add(columns, factors, lower, upper):
        columns = np.ravel(columns)
        rows.append(sp.csr_array((np.ravel(factors), (0 * columns, columns)), shape=(1, size)))
        low.append(lower)
        high.append(upper)

    for b in range(n):
        add(x[:, b], np.ones(PERIODS), -np.inf, 1.0)
    for b, a in above():
        for t in range(PERIODS):
            both = np.concatenate([x[: t + 1, b], x[: t + 1, a]])
            add(both, np.repeat([1.0, -1.0], t + 1), -np.inf, 0.0)
    for t in range(PERIODS):
        add(x[t], np.full(n, TONNES), -np.inf, ROCK)
        for k in range(s):
            add(y[k, t], np.full(n, TONNES), -np.inf, MILL)
            add([*y[k, t], short[k, t]], [*np.full(n, TONNES), 1.0], 1.5 * TONNES, np.inf)
            for b in range(n):
                add([y[k, t, b], x[t, b]], [1.0, -1.0], -np.inf, 0.0)
    top = np.ones(size)
    top[short] = np.inf
    whole = np.zeros(size)
    whole[x] = 1
    found = milp(cost, constraints=LinearConstraint(sp.vstack(rows), low, high),
                 integrality=whole, bounds=(np.zeros(size), top))  # fmt: skip
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("seed", range(3))
def test_plans_are_worth_what_own_programs_say_and_never_pass_the_optimum(seed, tmp_path):
    model = made(seed)
    code, data, _ = ask(put(tmp_path, model), "-o", str(tmp_path / "out"))
    assert code == 0
    best = two_stage(model)
    assert data["upper_bound"] >= best - 1e-6 * abs(best)
    written = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    for name, field in (("mean values", "period_mean"), ("with risk", "period")):
        (said,) = (p["in_sample"] for p in data["plans"] if p["plan"] == name)
        period = np.asarray(written[field])
        for block, needed in above():
            assert period[block] < 0 or 0 <= period[needed] <= period[block]
        each = np.array(sending(model, period))
        assert said["expected_npv"] == pytest.approx(each[:, 0].mean(), rel=1e-6, abs=1e-6)
        assert said["penalty"] == pytest.approx(each[:, 1].mean(), rel=1e-6, abs=1e-6)
        assert said["objective"] <= best + 1e-6 * abs(best)
        assert min(each[:, 0]) == pytest.approx(said["value_at_risk"], rel=1e-6)
    worth = [p["in_sample"]["objective"] for p in data["plans"]]
    assert data["value_of_stochastic_solution"] == pytest.approx(worth[1] - worth[0])
    assert worth[1] >= max(worth[0], best - 0.2 * abs(best))
    assert data["objective"] == worth[1]
    assert sorted(data["files"]) == sorted(p.name for p in (tmp_path / "out").iterdir())


def test_the_files_say_what_the_answer_says(tmp_path):
    model = made(1, 8)
    settings = SETTINGS.replace("hold_out = 0\n", "hold_out = 0.25\nseed = 4\n")
    code, data, said = ask(put(tmp_path, model, settings), "-o", str(tmp_path / "out"))
    assert code == 0
    assert "valuing 8 realisations" in said
    with (tmp_path / "out" / "risk.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
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
    with (tmp_path / "out" / "targets.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * PERIODS
    # ore is what is worth more milled than dumped
    written = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    share = (sims(model) > -10.0).mean(axis=0)
    np.testing.assert_allclose(written["ore_probability"], share)
    mined = np.asarray(written["period"]) >= 0
    np.testing.assert_allclose(np.asarray(written["share_mill"] + written["share_dump"])[mined], 1)
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == data


def task(place: tuple[str, str]) -> RiskTask:
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
    place = put(tmp_path, model)
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
    place = put(tmp_path, model)
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


def test_a_given_plan_is_judged_and_nothing_is_searched(tmp_path):
    model = made(5, 2)
    # value is linear in the field: over realisations about the mean it is what the mean is worth
    step = np.random.default_rng(0).normal(0, 5.0, GRID.n)
    v = np.asarray(model["v_mill"])
    model = model.with_fields(sim_1=v + step, sim_2=v - step)
    for cells in ("", "[schedule]\ncells = [2, 1]"):
        settings = SETTINGS.replace("[schedule]", cells or "[schedule]")
        place = put(tmp_path, model, settings.replace("[risk]", "[risk]\nadapt = false"))
        out = tmp_path / "plan"
        done = CliRunner().invoke(
            app, ["pit", "schedule", place[0], "-c", place[1], "-o", str(out), "--json"]
        )
        npv = json.loads(done.stdout)["npv_usd"]
        code, data, said = ask(place, "--plan", str(out), "-o", str(tmp_path / "judged"))
        assert code == 0
        assert "plan on" not in said
        assert "upper_bound" not in data
        (plan,) = data["plans"]
        assert plan["plan"] == "given"
        assert plan["in_sample"]["expected_npv"] == pytest.approx(npv)
        again = BlockModel.from_parquet(tmp_path / "judged" / "blocks.parquet")
        np.testing.assert_array_equal(
            again["period"], BlockModel.from_parquet(out / "blocks.parquet")["period"]
        )
        follow = tmp_path / "follow.toml"
        follow.write_text(settings, encoding="utf-8")
        _, free, _ = ask((place[0], str(follow)), "--plan", str(out))
        each = np.array(sending(model, np.asarray(again["period"])))
        found = free["plans"][0]["in_sample"]
        assert found["expected_npv"] == pytest.approx(each[:, 0].mean())
        assert found["objective"] >= plan["in_sample"]["objective"] - 1e-6
    # what this command writes is a plan too, and so is a table of mined blocks
    ask(place, "-o", str(tmp_path / "made"))
    settings = settings.replace("[risk]", '[output]\nblocks = ["csv", "parquet"]\n[risk]')
    place = put(tmp_path, model, settings)
    _, data, _ = ask(place, "-o", str(tmp_path / "made"))
    for file in ("blocks.csv", "blocks.parquet", ""):
        code, judged, _ = ask(place, "--plan", str(tmp_path / "made" / file))
        assert code == 0, file
        assert judged["plans"][0]["in_sample"]["expected_npv"] == pytest.approx(
            data["plans"][1]["in_sample"]["expected_npv"], rel=1e-6
        )


def test_destinations_that_do_not_adapt_stay(tmp_path):
    model = made(6)
    fixed = SETTINGS.replace("[risk]", "[risk]\nadapt = false")
    for settings in (fixed, fixed.replace("[schedule]", "[schedule]\ncells = [2, 1]")):
        code, data, _ = ask(put(tmp_path, model, settings), "-o", str(tmp_path / "out"))
        assert code == 0
        written = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
        period, milled = np.asarray(written["period"]), np.asarray(written["share_mill"])
        mined = period >= 0
        worth = [
            (discounts()[period[mined]] * (v * milled - 10.0 * (1 - milled))[mined]).sum()
            for v in sims(model)
        ]
        said = data["plans"][1]["in_sample"]
        assert said["expected_npv"] == pytest.approx(np.mean(worth))
        fed = np.array([TONNES * milled[period == t].sum() for t in range(PERIODS)])
        short = np.maximum(1.5 * TONNES - fed, 0.0)
        assert said["penalty"] == pytest.approx(penalties() @ short, abs=1e-9)
        assert [p["probability_met"] for p in said["periods"]] == [float(x <= 1e-6) for x in short]
        assert data["upper_bound"] >= data["objective"] - 1e-6


def test_a_stop_gives_the_plan_on_mean_values_and_the_bar_never_goes_back(tmp_path):
    model, config = put(tmp_path, made(0))
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


def test_a_pit_that_pays_only_because_grades_are_looked_at(tmp_path):
    model = made(0, 2)
    mean, step = np.full(GRID.n, -5.0), np.full(GRID.n, 60.0)
    model = model.with_fields(v_mill=mean, sim_1=mean + step, sim_2=mean - step)
    settings = SETTINGS.split("[[risk.target]]", maxsplit=1)[0]
    code, data, _ = ask(put(tmp_path, model, settings))
    assert code == 0
    plain, risk = (p["in_sample"] for p in data["plans"])
    assert plain["expected_npv"] == 0.0  # 5 USD lost by every block of mean value
    # half the time two blocks a period go to the mill for 55, all others to the dump
    rock, mill = 4, 2
    low = discounts().sum() * (0.5 * mill * 55 - 10 * (rock - 0.5 * mill))
    assert risk["expected_npv"] > 0.0
    assert risk["expected_npv"] >= low - 1e-6
    dear = settings.replace("[risk]", "[risk]\nadapt = false")
    code, data, _ = ask(put(tmp_path, model, dear))
    assert code == 0
    assert [p["in_sample"]["expected_npv"] for p in data["plans"]] == [0.0, 0.0]
    poor = model.with_fields(sim_1=mean, sim_2=mean - 1.0)
    code, data, _ = ask(put(tmp_path, poor, settings))
    assert code == 2
    assert "nothing to schedule" in told(data)


def test_targets_are_asked_for_by_year_and_for_so_long(tmp_path):
    grades = GRADES.replace("periods = 2", "period_years = [1, 2, 1]")
    grades = grades.replace("[20, 10]", "[20, 10]\nuntil = 2\ngeological_rate = 0.25")
    grades = grades.replace("mining = 2.0", "discount_rate = 0.1\nmining = 2.0")
    model = graded()
    plan = model.with_fields(period=np.where(np.arange(GRID.n) < 5, 1, 0))
    plan.to_parquet(tmp_path / "plan.parquet")
    for per, years in (("year", 2.0), ("period", 1.0)):
        place = put(tmp_path, model, grades.replace("until = 2", f'until = 2\nper = "{per}"'))
        _, data, _ = ask(place, "--plan", str(tmp_path / "plan.parquet"))
        found = data["plans"][0]["in_sample"]
        rows = found["periods"]
        assert [r["asked"] for r in rows] == [20.0, 10.0 * years, 0.0]
        assert rows[2]["probability_met"] == 1.0
        # money of a period falls at its end; geological discounting goes by periods
        rates = 2000 * np.array([1.1**-1, 1.1**-3 / 1.25])
        short = [r["mean_short"] for r in rows[:2]]
        assert found["penalty"] == pytest.approx(rates @ short)


WISHES = """
[phases]
count = 1
[[blend]]
name = "gold"
element = "au"
destinations = ["mill"]
upper = 0.15
"""


def test_phases_units_and_blends_hold_in_every_realisation(tmp_path):
    settings = GRADES.replace("[schedule]", WISHES + '[schedule]\nwithin = "phases"')
    model = graded()
    for units in ("", "by_phase = true\ncells = [2, 1]\n"):
        place = put(tmp_path, model, settings.replace("seconds = 3", units + "seconds = 3"))
        code, data, _ = ask(place, "-o", str(tmp_path / "out"))
        assert code == 0, data
        for plan in data["plans"]:
            assert "gold" not in [x["name"] for x in plan["in_sample"]["limits"]]
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
    place = put(tmp_path, made(0))
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
    place = put(tmp_path, made(0))
    data, text = pit_risk(Path(place[0]), Path(place[1]), seconds=1.0)
    assert data["widths_kept"] is True
    assert "mining_width_m" not in text


def test_stockpiles_are_refused(tmp_path):
    pile = (
        '[[economy.destination]]\nname = "pile"\nkind = "stockpile"\nreclaim_to = "mill"\n'
        '[[limit]]\nname = "feed"\nupper = 4000\n[[limit.use]]\nof = "processed"\n'
        '[[stockpile]]\nname = "pile"\n'
    )
    code, data, _ = ask(put(tmp_path, graded(), GRADES.replace("[schedule]", pile + "[schedule]")))
    assert code == 2
    assert "stockpiles cannot be planned over realisations" in told(data)


GRADES = """
[economy]
periods = 2
mining = 2.0
rock_field = "rock"
[[economy.element]]
name = "cu"
field = "cu_pct"
unit = "%"
price = 8000
price_unit = "USD/t"
[[economy.element]]
name = "au"
field = "au_gpt"
unit = "g/t"
price = 1500
price_unit = "USD/ozt"
[[economy.destination]]
name = "mill"
kind = "mill"
processing = 9.0
rejects = ["oxide"]
[[economy.destination.metal]]
element = "cu"
recovery = 0.9
[[economy.destination.metal]]
element = "au"
recovery = 0.5
[[economy.destination]]
name = "dump"
kind = "dump"
[[limit]]
name = "mining"
upper = 8_000
[[limit.use]]
of = "mined"
[schedule]
seconds = 3
[risk]
[risk.fields]
cu_pct = "cu_{}"
au_gpt = ["gold_a", "gold_b", "gold_c"]
density_t_m3 = "sg_{}"
rock = "rock_{}"
[[risk.target]]
name = "copper"
of = "recovered"
element = "cu"
amount = [20, 10]
penalty = 2000
"""


def graded() -> BlockModel:
    rng = np.random.default_rng(3)
    n = GRID.n
    rock = np.where(np.arange(n) < 8, "sulfide", "oxide")
    fields: dict[str, np.ndarray] = {
        "cu_pct": np.full(n, 1.0), "au_gpt": np.full(n, 0.2), "rock": rock,
        "density_t_m3": np.full(n, 2.0),
    }  # fmt: skip
    for k, letter in enumerate("abc", 1):
        fields[f"cu_{k}"] = rng.lognormal(0.0, 0.3, n)
        fields[f"gold_{letter}"] = rng.lognormal(-2.0, 0.3, n)
        fields[f"sg_{k}"] = rng.uniform(1.8, 2.2, n)
        fields[f"rock_{k}"] = np.where(np.arange(n) < 7 + k % 2, "sulfide", "oxide")
    return BlockModel(GRID, fields, "made up")


def test_grades_densities_and_rock_of_each_realisation_count(tmp_path):
    model = graded()
    place = put(tmp_path, model, GRADES)
    plan = model.with_fields(period=np.where(np.arange(GRID.n) < 5, 1, 0))
    plan.to_parquet(tmp_path / "plan.parquet")
    code, data, _ = ask(place, "--plan", str(tmp_path / "plan.parquet"), "-o", str(tmp_path / "o"))
    assert code == 0
    with (tmp_path / "o" / "risk.csv").open(encoding="utf-8") as file:
        rows = {r["realisation"]: r for r in csv.DictReader(file)}
    for k, letter in enumerate("abc", 1):
        tonnes = 1000.0 * np.asarray(model[f"sg_{k}"])
        metal = tonnes * np.asarray(model[f"cu_{k}"]) / 100 * 0.9
        earned = (
            metal * 8000 + tonnes * np.asarray(model[f"gold_{letter}"]) / 31.1034768 * 0.5 * 1500
        )
        gain = np.where(model[f"rock_{k}"] == "sulfide", earned - 9.0 * tonnes, 0.0)
        npv = np.maximum(gain, 0.0).sum() - 2.0 * tonnes.sum()
        row = rows[str(k)]
        assert float(row["npv_usd"]) == pytest.approx(npv, rel=1e-6)
        # five blocks are mined in each period; the limit of 8,000 t does not depend on grades
        passed = sum(max(tonnes[i : i + 5].sum() - 8000.0, 0.0) for i in (0, 5))
        assert float(row["mining passed by"]) == pytest.approx(passed, rel=1e-6)
        low = [metal[at][gain[at] > 0].sum() for at in (slice(5, 10), slice(0, 5))]
        short = sum(max(a - m, 0.0) for a, m in zip((20, 10), low, strict=True))
        assert float(row["copper short"]) == pytest.approx(short, rel=1e-6, abs=1e-9)
    assert data["realisations"]["fields"] == ["cu_pct", "au_gpt", "density_t_m3", "rock"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"cu_{}"', '"cu{}"', "no field of the model is called 'cu{}'"),
        ('"cu_{}"', '"cu_{}_{}"', "more than one"),
        ('"cu_{}"', '"cu_1"', "'cu_pct' has 1 realisations and 'au_gpt' 3"),
        ('"cu_{}"', '["cu_1", "cu_2"]', "'cu_pct' has 2 realisations and 'au_gpt' 3"),
        ('"cu_{}"', '["cu_1", "cu_2", "cu_2"]', "listed twice"),
        ('"cu_{}"', '["cu_1", "cu_2", "cu_33"]', "did you mean 'cu_3'"),
        ('"cu_{}"', "[]", "no realisations"),
        ('"cu_{}"', "4.5", "cu_pct"),
        ('cu_pct = "cu_{}"', 'cu_pc = "cu_{}"', "did you mean 'cu_pct'"),
        ('density_t_m3 = "sg_{}"', 'density_t_m3 = "rock_{}"', "holds no numbers"),
        ("[risk]\n", "[risk]\nhold_out = 2\n", "two at least must be left"),
        ("[risk]\n", "[risk]\nhold_out = 1.5\n", "hold_out"),
        ("[risk]\n", "[risk]\nhold_out = -0.1\n", "hold_out"),
        ("[risk]\n", "[risk]\nhold_out = nan\n", "hold_out"),
        ("[risk]\n", "[risk]\ncount = 9\n", "9 realisations are asked for, and there are 3"),
        ("[risk]\n", "[risk]\ncount = 1\n", "whole numbers from 2"),
        ("[risk]\n", "[risk]\nalpha = 0\n", "alpha"),
        ("[risk]\n", "[risk]\nround = 2\n", "rounds"),
        ("[risk]\n", "[risk]\nadapt = 1\n", "true or false"),
        ("[risk]\n", '[risk]\nfiles = ["none_*.parquet"]\n', "files are given too"),
        ('element = "cu"\namount', 'element = "zn"\namount', "zn"),
        ("amount = [20, 10]\n", "", "'amount' is missing"),
        ("[20, 10]", "-1", "amount"),
        ("[20, 10]", "[]", "deck has no value"),
        ("penalty = 2000", "penalty = -1", "penalty"),
        ("penalty = 2000", "geological_rate = 0.1", "costs nothing"),
        ("penalty = 2000", "penalty = 1\ngeological_rate = -1", "geological_rate"),
        ("penalty = 2000", "until = 0", "until"),
        ("penalty = 2000", 'per = "month"', "year or period"),
        ('of = "recovered"\n', 'of = "sold"\n', "sold"),
        ('name = "copper"', 'name = ""', "no name"),
        ("[[risk.target]]", '[[risk.target]]\nname = "copper"\nof = "mined"\namount = 1\n'
         "[[risk.target]]", "two targets are called 'copper'"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(old, new, said, tmp_path):
    assert old in GRADES
    code, data, shown = ask(put(tmp_path, graded(), GRADES.replace(old, new, 1)))
    assert code == 2
    assert said in told(data)
    assert shown.count("error:") == 1


def test_settings_without_realisations_are_told(tmp_path):
    model = graded()
    for settings, said in (
        (GRADES.split("[risk]", maxsplit=1)[0], "section [risk] is missing"),
        (
            re.sub(r"\[risk\.fields\].*?\[\[", "[[", GRADES, flags=re.DOTALL),
            "no realisations are named",
        ),
    ):
        code, data, _ = ask(put(tmp_path, model, settings))
        assert (code, data["error"]) == (2, "ModelError")
        assert said in told(data)
    one = re.sub(r"\[risk\.fields\].*?\[\[", '[risk.fields]\ncu_pct = "cu_1"\n[[', GRADES,
                 flags=re.DOTALL)  # fmt: skip
    code, data, _ = ask(put(tmp_path, model, one))
    assert code == 2
    assert "one realisation only" in told(data)


FILES = re.sub(
    r"\[risk\]\n\[risk\.fields\].*?\[\[", '[risk]\nfiles = ["sim_*.parquet"]\n[[', GRADES,
    flags=re.DOTALL,
)  # fmt: skip


def test_files_that_do_not_fit_are_told(tmp_path):
    place = put(tmp_path, graded(), FILES)
    code, data, _ = ask(place)
    assert code == 2
    assert "no file is called 'sim_*.parquet'" in told(data)
    fields = {"cu_pct": np.full(GRID.n, 1.0), "au_gpt": np.full(GRID.n, 0.1)}
    BlockModel(GRID, fields).to_parquet(tmp_path / "sim_1.parquet")
    assert "one realisation only" in told(ask(place)[1])
    for grid, more, said in (
        (Grid((0.0, 0.0, 5.0), GRID.size, GRID.shape), fields, "another grid"),
        (Grid(GRID.origin, GRID.size, (5, 2, 1)), fields, "another grid"),
        (GRID, {"cu_pct": fields["cu_pct"]}, "no field 'au_gpt', which others have"),
        (GRID, {**fields, "cu_pct": -fields["cu_pct"]}, "sim_2.parquet"),
        (GRID, {**fields, "cu_pct": np.array(["rich"] * GRID.n)}, "holds no numbers"),
    ):
        BlockModel(grid, dict(more)).to_parquet(tmp_path / "sim_2.parquet")
        code, data, _ = ask(place)
        assert code == 2, said
        assert said in told(data)
    hollow = np.full(GRID.n, 1.0)
    hollow[3] = np.nan
    import pyarrow as pa
    import pyarrow.parquet as pq

    good = pq.read_table(tmp_path / "sim_1.parquet")
    bad = pa.table({"cu_pct": hollow, "au_gpt": fields["au_gpt"]})
    pq.write_table(bad.replace_schema_metadata(good.schema.metadata), tmp_path / "sim_2.parquet")
    code, data, _ = ask(place)
    assert code == 2
    assert "sim_2.parquet" in told(data)
    (tmp_path / "sim_2.parquet").write_bytes(b"PAR1")
    assert ask(place)[0] == 2


def test_plans_that_do_not_fit_are_told(tmp_path):
    model = made(0)
    place = put(tmp_path, model)
    period = np.full(GRID.n, -1)
    period[5:8] = 0
    cases = [
        ({}, GRID, "no column 'period'"),
        ({"period": np.where(period >= 0, 7, -1)}, GRID, "period 7, and there are 2"),
        ({"period": np.where(period >= 0, 0.5, -1)}, GRID, "period 0.5"),
        ({"period": np.full(GRID.n, -1)}, GRID, "mines nothing"),
        ({"period": np.full(GRID.n, "a")}, GRID, "no numbers"),
        ({"period": np.where(np.arange(GRID.n) == 1, 0, -1)}, GRID, "not closed"),
        ({"period": np.where(np.arange(GRID.n) < 5, 0, 1)}, GRID, "before block"),
        ({"period": period}, Grid((1.0, 0.0, 0.0), GRID.size, GRID.shape), "is of a grid"),
        ({"period": period, "destination": np.full(GRID.n, "leach")}, GRID, "'leach'"),
        ({"period": period, "share_mill": np.full(GRID.n, 0.4)}, GRID, "add up to 0.4"),
    ]
    for fields, grid, said in cases:
        path = tmp_path / "plan.parquet"
        BlockModel(grid, {"other": np.zeros(GRID.n), **fields}).to_parquet(path)
        code, data, _ = ask(place, "--plan", str(path))
        assert code == 2, said
        assert said in told(data)
    (tmp_path / "empty").mkdir()
    (tmp_path / "plan.csv").write_text("x_m,y_m,z_m,period\n5,5,500,0\n", encoding="utf-8")
    (tmp_path / "twice.csv").write_text(
        "x_m,y_m,z_m,period\n5,5,15,0\n5,5,15,1\n", encoding="utf-8"
    )
    (tmp_path / "bare.csv").write_text("period\n0\n", encoding="utf-8")
    for path, said in (
        ("none.parquet", "missing"),
        ("empty", "blocks.parquet or blocks.csv"),
        ("pit.toml", "no kind of plan"),
        ("plan.csv", "where the model has none"),
        ("twice.csv", "two rows"),
        ("bare.csv", "no centres"),
    ):
        code, data, _ = ask(place, "--plan", str(tmp_path / path))
        assert code == 2, path
        assert said in told(data)
    BlockModel(GRID, {"period": period}).to_parquet(tmp_path / "plan.parquet")
    fixed = put(tmp_path, model, SETTINGS.replace("[risk]", "[risk]\nadapt = false"))
    code, data, _ = ask(fixed, "--plan", str(tmp_path / "plan.parquet"))
    assert code == 2
    assert "does not say where blocks go" in told(data)
