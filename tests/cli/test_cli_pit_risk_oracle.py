"""``orefield pit risk``: what plans are worth, against programs and sums of its own."""

from __future__ import annotations

import numpy as np
import pytest
from pit_cases import answer, put, table, told
from pit_risk_cases import (
    GRADES,
    GRID,
    MILL,
    PERIODS,
    ROCK,
    SETTINGS,
    TONNES,
    ask,
    discounts,
    graded,
    made,
    penalties,
    sims,
)
from scipy.optimize import linprog
from two_stage import Program

from orefield.core import BlockModel
from orefield.pit import slope_pattern


def above() -> list[tuple[int, int]]:
    """Pairs: a block, and one that must be mined before it."""
    out = []
    for dx, _, dz in slope_pattern(GRID, 45.0, tolerance_deg=1.0, max_benches=9).offsets:
        out += [(x, x + dx + 5) for x in range(5) if dz == 1 and 0 <= x + dx < 5]
    return out


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


def optimum(model: BlockModel) -> float:
    """Optimum of the whole two-stage program: x[t, b], milled[s, t, b], short[s, t]."""
    mill = sims(model)
    s, n = mill.shape
    x = np.arange(PERIODS * n).reshape(PERIODS, n)
    y = x.size + np.arange(s * PERIODS * n).reshape(s, PERIODS, n)
    short = x.size + y.size + np.arange(s * PERIODS).reshape(s, PERIODS)
    program = Program(short.max() + 1)
    program.cost[x] = 10.0 * discounts()[:, None]
    for k in range(s):
        program.cost[y[k]] = -(mill[k] + 10.0) * discounts()[:, None] / s
        program.cost[short[k]] = penalties() / s
    for b in range(n):
        program.add([x[:, b]], np.ones(PERIODS), -np.inf, 1.0)
    for b, a in above():
        for t in range(PERIODS):
            both = [x[: t + 1, b], x[: t + 1, a]]
            program.add(both, np.repeat([1.0, -1.0], t + 1), -np.inf, 0.0)
    for t in range(PERIODS):
        program.add([x[t]], np.full(n, TONNES), -np.inf, ROCK)
        for k in range(s):
            program.add([y[k, t]], np.full(n, TONNES), -np.inf, MILL)
            ore = [*np.full(n, TONNES), 1.0]
            program.add([y[k, t], short[k, t]], ore, 1.5 * TONNES, np.inf)
            for b in range(n):
                program.add([y[k, t, b], x[t, b]], [1.0, -1.0], -np.inf, 0.0)
    return program.optimum(whole=x, endless=short)


@pytest.mark.parametrize("seed", range(3))
def test_plans_are_worth_what_own_programs_say_and_never_pass_the_optimum(seed, tmp_path):
    model = made(seed)
    code, data, _ = ask(put(tmp_path, model, SETTINGS), "-o", str(tmp_path / "out"))
    assert code == 0
    best = optimum(model)
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
        npv = answer("schedule", place, "-o", str(out))[1]["npv_usd"]
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


def test_grades_densities_and_rock_of_each_realisation_count(tmp_path):
    model = graded()
    place = put(tmp_path, model, GRADES)
    plan = model.with_fields(period=np.where(np.arange(GRID.n) < 5, 1, 0))
    plan.to_parquet(tmp_path / "plan.parquet")
    code, data, _ = ask(
        place, "--plan", str(tmp_path / "plan.parquet"), "-o", str(tmp_path / "out")
    )
    assert code == 0
    rows = {r["realisation"]: r for r in table(tmp_path, "risk")}
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
