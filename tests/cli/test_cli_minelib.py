"""``orefield minelib``: what solving and checking print, their exit codes, stopping early."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from minelib_instances import changed, write_toy
from small_study import OREFIELD, environment, invoke, orefield

from orefield.pit.minelib import read_solution
from orefield.pit.production import Plan, Progress, Solution, ready

ALWAYS = {"instance", "problem", "objective", "upper_bound", "gap", "seconds", "blocks", "peak_mb"}
GOOD = Plan(np.array([1, 0, 0], np.int32), np.ones((3, 1)))
EARLY = Plan(np.array([0, 1, 0], np.int32), np.ones((3, 1)))


def answer(plan, **changes):
    given = Solution(
        plan, objective=0.0, upper_bound=0.5, lp_bound=0.25, gap=0.004, seconds=0.1,
        lp_seconds=0.05, status="gap",
    )  # fmt: skip
    return replace(given, **changes)


@pytest.fixture
def toy(tmp_path):
    return write_toy(tmp_path / "toy")


@pytest.fixture
def stand_in(monkeypatch):
    """In the place of the scheduling engine: answers as it is told, and keeps what it was asked."""
    asked = SimpleNamespace(answer=answer(GOOD), options=None, problem=None, wait=False)

    def solve_production(problem, **options):
        asked.problem, asked.options = problem, options
        options["progress"](Progress("improving the plan", 1200000.0, 1234567.0, 1.5))
        until = time.monotonic() + 20
        while asked.wait and not options["stop"]():
            assert time.monotonic() < until, "nobody stopped the search"
            time.sleep(0.01)
        return replace(asked.answer, status="interrupted") if asked.wait else asked.answer

    module = ModuleType("orefield.pit.production.solve")
    module.solve_production = solve_production
    monkeypatch.setattr(ready, "compile_kernels", lambda: 0.0)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return asked


def test_a_pit_is_solved_and_checked(toy):
    done = invoke("minelib", "solve", toy, "--problem", "upit", "--out", "x.sol", "--json", cwd=toy)
    assert done.code == 0, done.err
    found = done.json
    assert set(found) >= ALWAYS
    assert found["instance"] == "toy"
    assert found["objective"] == found["upper_bound"] == found["checked_objective"] == 0.5
    assert (found["gap"], found["blocks"], found["blocks_mined"]) == (0.0, 3, 3)
    assert (found["feasible"], found["status"]) == (True, "optimal")
    assert (toy / "x.sol").read_text() == "0\n1\n2\n"
    checked = invoke("minelib", "check", toy, "x.sol", "--problem", "upit", "--json", cwd=toy)
    assert checked.code == 0
    assert (checked.json["feasible"], checked.json["objective"]) == (True, 0.5)
    assert checked.json["violations"] == []


def test_an_empty_pit_is_an_answer(toy):
    (toy / "toy.upit").write_text(changed("upit", "0 5.5", "0 4"))
    done = invoke("minelib", "solve", toy, "--problem", "upit", "--json", cwd=toy)
    assert (done.code, done.json["objective"], done.json["blocks_mined"]) == (0, 0.0, 0)


def test_a_schedule_is_handed_to_the_engine_and_its_answer_checked(toy, stand_in):
    done = invoke(
        "minelib", "solve", toy, "--problem", "cpit", "--gap", "0.02", "--time", "7", "--seed", "5",
        "--resume", "state", "--out", "x.sol", "--json", cwd=toy,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert stand_in.options["gap"] == 0.02
    assert stand_in.options["seconds"] == 7.0
    assert stand_in.options["seed"] == 5
    assert stand_in.options["checkpoint"] == Path("state")
    assert stand_in.problem.n_periods == 2
    found = done.json
    assert set(found) >= ALWAYS | {"lp_bound", "status", "periods", "seconds_reading", "feasible"}
    assert (found["upper_bound"], found["gap"], found["status"]) == (0.5, 0.004, "gap")
    assert found["checked_objective"] == pytest.approx(-5 + 5.5 / 1.1)
    assert "improving the plan, bound 1,234,567, best 1,200,000, gap 2.80%" in done.err
    assert read_solution(toy / "x.sol", "cpit").block.tolist() == [1, 2, 0]


def test_a_state_that_cannot_be_kept_does_not_cost_the_plan(toy, stand_in):
    stand_in.answer = answer(GOOD, unsaved="No space left on device")
    ask = ("minelib", "solve", toy, "--problem", "cpit", "--resume", "state")
    done = invoke(*ask, "--json", cwd=toy)
    assert (done.code, done.json["unsaved"]) == (0, "No space left on device")
    assert "cannot be resumed: No space left" in invoke(*ask, cwd=toy).out
    (toy / "plain").write_text("")
    early = invoke(*ask[:-1], "plain/state", cwd=toy)
    assert early.code != 0
    assert "the state of the search cannot be written there" in early.err


def test_a_schedule_that_breaks_a_rule_is_not_passed_off_as_one(toy, stand_in):
    stand_in.answer = answer(EARLY)
    done = invoke("minelib", "solve", toy, "--problem", "cpit", "--json", cwd=toy)
    assert done.code == 1
    assert done.json["feasible"] is False
    assert done.json["violations_total"] == 1
    assert (done.json["status"], done.json["gap"]) == ("rejected", None)
    told = invoke("minelib", "solve", toy, "--problem", "cpit", cwd=toy)
    assert told.code == 1
    assert "breaks constraints: precedences 1" in told.out


def test_a_bound_that_was_not_found_is_not_a_number(toy, stand_in):
    stand_in.answer = answer(GOOD, upper_bound=np.inf, lp_bound=np.inf, gap=np.inf, status="time")
    done = invoke("minelib", "solve", toy, "--problem", "cpit", "--json", cwd=toy)
    assert done.json["upper_bound"] is None
    assert done.json["gap"] is None
    assert "not known" in invoke("minelib", "solve", toy, "--problem", "cpit", cwd=toy).out


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_search_that_is_stopped_gives_its_best(toy, stand_in, number):
    stand_in.wait = True
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), number))
    timer.start()
    done = invoke("minelib", "solve", toy, "--problem", "cpit", "--out", "x.sol", "--json", cwd=toy)
    timer.join()
    assert done.code == 0, done.err
    assert done.json["status"] == "interrupted"
    assert "stopping" in done.err
    assert (toy / "x.sol").exists()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_second_signal_ends_at_once(toy, stand_in, monkeypatch):
    def deaf(problem, **options):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
        pytest.fail("went on after two signals")

    monkeypatch.setattr(sys.modules["orefield.pit.production.solve"], "solve_production", deaf)
    done = invoke("minelib", "solve", toy, "--problem", "cpit", "--out", "x.sol", cwd=toy)
    assert done.code == 130
    assert not (toy / "x.sol").exists()


def test_faults_of_a_solution_are_listed_and_told_by_the_exit_code(toy):
    (toy / "bad.sol").write_text("0 0\n1 1\n2 0\n9 0\n")
    done = invoke("minelib", "check", toy, "bad.sol", "--problem", "cpit", "--json", cwd=toy)
    assert done.code == 1
    assert done.json["feasible"] is False
    kinds = [v["kind"] for v in done.json["violations"]]
    assert kinds == ["range", "precedence"]
    assert done.json["violations_total"] == 2
    told = invoke("minelib", "check", toy, "bad.sol", "--problem", "cpit", cwd=toy)
    assert told.code == 1
    assert "line 4: block 9 is not among 0 to 2" in told.out
    assert "block 0, mined in period 0, needs block 1, which is mined in period 1" in told.out


def test_what_people_read(toy):
    done = invoke("minelib", "solve", toy, "--problem", "upit", "--out", "x.sol", cwd=toy)
    for words in ("toy, UPIT: 3 blocks, 2 precedences", "value ", "upper bound", "0.50", "0.0000%",
                  "MB at most", "keeps every constraint (tolerance 1e-06)", "x.sol"):  # fmt: skip
        assert words in done.out
    checked = invoke("minelib", "check", toy, "x.sol", "--problem", "upit", cwd=toy)
    assert checked.out.startswith("x.sol for toy, UPIT\n")


@pytest.mark.parametrize(
    ("args", "code", "what"),
    [
        (("solve", "nowhere", "--problem", "upit"), 2, "no such folder"),
        (("solve", ".", "--problem", "upit"), 2, "no .upit file"),
        (("solve", "toy", "--problem", "upit", "--resume", "x"), 2, "leave --resume out"),
        (("solve", "toy", "--problem", "lpit"), 2, "lpit"),
        (("solve", "toy"), 2, "--problem"),
        (("solve", "toy", "--problem", "cpit", "--gap", "-1"), 2, "--gap"),
        (("solve", "toy", "--problem", "cpit", "--time", "0"), 2, "--time"),
        (("solve", "toy", "--problem", "upit", "--out", "toy"), 1, "cannot be written there"),
        (("solve", "toy", "--problem", "upit", "--out", "toy/toy.upit/x"), 1, "cannot be written"),
        (("check", "toy", "nothing.sol", "--problem", "upit"), 2, "cannot be read"),
        (("check", "toy", "toy/toy.prec", "--problem", "cpit"), 2, "is expected"),
    ],
)
def test_bad_input_is_told_in_three_lines(tmp_path, args, code, what):
    write_toy(tmp_path / "toy")
    done = invoke("minelib", *args, cwd=tmp_path)
    assert done.code == code
    assert what in done.err
    assert "Traceback" not in done.err


def test_a_cycle_is_named_in_json(toy):
    (toy / "toy.prec").write_text("0 2 1 2\n1 1 0\n2 0\n")
    done = invoke("minelib", "solve", toy, "--problem", "upit", "--json", cwd=toy)
    assert done.code == 2
    assert json.loads(done.out)["error"] == "TableError"
    assert "0 needs 1 needs 0" in done.json["what"]


def test_help(toy):
    done = invoke("minelib", "--help", cwd=toy)
    assert "solve" in done.out
    assert "check" in done.out
    for command in ("solve", "check"):
        assert "--json" in invoke("minelib", command, "--help", cwd=toy).out


@pytest.mark.parametrize("kind", ["cpit", "pcpsp"])
def test_the_engine_itself_finds_the_best_schedule_of_the_toy(toy, kind):
    """Waste 1 (at 2) goes first; the dearer waste 2 (at 3) waits, to be discounted with 0."""
    (toy / f"toy.{kind}").write_text(changed(kind, " 5.5", " 7.7"))
    best = -2 + (-3 + 7.7) / 1.1
    done = invoke(
        "minelib", "solve", toy, "--problem", kind, "--gap", "0", "--time", "10",
        "--out", "x.sol", "--json", cwd=toy,
    )  # fmt: skip
    assert done.code == 0, done.err
    found = done.json
    assert found["objective"] == pytest.approx(best)
    assert found["upper_bound"] >= best - 1e-9
    assert found["checked_objective"] == pytest.approx(found["objective"])
    checked = invoke("minelib", "check", toy, "x.sol", "--problem", kind, "--json", cwd=toy)
    assert (checked.code, checked.json["feasible"]) == (0, True)


def _public(name):
    root = os.environ.get("OREFIELD_DATA")
    if not root or not (Path(root) / "minelib" / name).is_dir():
        pytest.skip(f"OREFIELD_DATA has no minelib/{name}")
    return Path(root).resolve() / "minelib" / name


@pytest.mark.data
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_real_search_can_be_stopped_and_taken_up_again(tmp_path):
    command = [
        OREFIELD, "minelib", "solve", _public("newman1"), "--problem", "cpit", "--gap", "0",
        "--time", "120", "--resume", "state", "--out", "x.sol", "--json",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        for line in process.stderr:
            if "improving" in line:
                break
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    assert time.monotonic() - began < 30
    found = json.loads(out)
    assert process.returncode == 0
    assert (found["status"], found["feasible"]) == ("interrupted", True)
    assert 23.4e6 < found["objective"] <= found["upper_bound"] < 24.5e6
    again = orefield(*command[1:6], "--time", "5", "--resume", "state", "--json", cwd=tmp_path)
    assert again.code == 0, again.err
    assert again.json["objective"] >= found["objective"]
    assert again.json["upper_bound"] <= found["upper_bound"] + 1e-6


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "optimum"),
    [("newman1", 26_086_899), ("zuck_small", 1_422_726_898), ("kd", 652_195_037)],
)
def test_public_pits_by_the_installed_command(tmp_path, name, optimum, capsys):
    folder = _public(name)
    done = orefield(
        "minelib", "solve", folder, "--problem", "upit", "--out", "x.sol", "--json", cwd=tmp_path
    )
    found = done.json
    assert done.code == 0
    assert round(found["objective"]) == optimum
    assert found["gap"] < 1e-12
    with capsys.disabled():
        print(f" [{name}: {found['seconds']:.2f} s, {found['peak_mb']:.0f} MB] ")
    checked = orefield(
        "minelib", "check", folder, "x.sol", "--problem", "upit", "--json", cwd=tmp_path
    )
    assert checked.code == 0
    assert round(checked.json["objective"]) == optimum
