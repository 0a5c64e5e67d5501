"""Schedules of public instances: bound, plan and gap in a given time, each plan checked.

Run: ``python benchmarks/bench_schedule.py [--instance newman1 ...] [--problem cpit ...]
[--seconds 20] [--gap 0] [--seed 0] [--relaxation]``. Instances are those of MineLib
(D. Espinoza, M. Goycoolea, E. Moreno and A. Newman, 2013, doi 10.1007/s10479-012-1258-3) under
``OREFIELD_DATA/minelib``. There is no peer to run beside: the last two columns are the gap of
the best plan of 2013 to the bound found here, and the published value of the relaxation as a
share of ours. The verdict is that of the checker, which shares no arithmetic with the engine.

The bars are for ``--seconds 300``: gaps of 1.3 % (newman1), 0.8 % (kd) and 2.0 % (zuck_small) for
cpit, 1.3 %, 0.6 % and 1.5 % for pcpsp; and 8 s or less for the relaxation of each.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from orefield.pit.minelib import check_plan, read_instance
from orefield.pit.production import (
    ProductionProblem,
    Relaxation,
    Restricted,
    relax,
    restrict,
    solve_production,
)
from orefield.pit.production.instance import unpack
from orefield.pit.production.ready import compile_kernels
from orefield.pit.production.shell_groups import shell_groups

INSTANCES = ("newman1", "zuck_small", "kd")
PUBLISHED = {
    ("newman1", "cpit"): (24.486e6, 23.484e6),
    ("zuck_small", "cpit"): (854.18e6, 788.65e6),
    ("kd", "cpit"): (409.50e6, 396.86e6),
    ("newman1", "pcpsp"): (24.487e6, 23.658e6),
    ("zuck_small", "pcpsp"): (905.88e6, 872.37e6),
    ("kd", "pcpsp"): (410.89e6, 406.87e6),
}
"""Value of the relaxation and of the best plan, as of 2013."""


def read(name: str, kind: str) -> ProductionProblem:
    """An instance of MineLib; the program ends where there is none."""
    root = os.environ.get("OREFIELD_DATA")
    folder = Path(root or ".") / "minelib" / name
    if root is None or not folder.is_dir():
        raise SystemExit(f"{name}: set OREFIELD_DATA to a folder with minelib/{name}")
    return read_instance(folder, kind).production_problem()


def relaxation_of(small: Restricted) -> Relaxation:
    """The relaxation with earliest periods, from nested pits, on its own."""
    groups = shell_groups(unpack(small.problem, small.earliest, small.order))
    return relax(small.problem, small.earliest, groups=groups)


def bench(name: str, kind: str, seconds: float, gap: float, seed: int, *, plan: bool) -> None:
    problem = read(name, kind)
    began = time.perf_counter()
    found = relaxation_of(restrict(problem))
    lp_s = time.perf_counter() - began
    line = f"{name:<12}{kind:<7}{problem.n:>8,}{problem.n_periods:>4}{lp_s:>8.2f}"
    line += f"{found.iterations:>6}{found.bound:>18,.2f}"
    if not plan:
        print(line, flush=True)
        return
    solution = solve_production(problem, gap=gap, seconds=seconds, seed=seed)
    check = check_plan(problem, solution.plan)
    agrees = abs(check.objective - solution.objective) <= 1e-9 * abs(check.objective)
    verdict = "accepted" if check.feasible and agrees else "REFUSED"
    line += f"{solution.upper_bound:>18,.2f}{solution.objective:>18,.2f}"
    line += f"{100 * solution.gap:>8.3f}{solution.seconds:>8.1f}{verdict:>10}"
    lp_then, best_then = PUBLISHED[name, kind]
    line += f"{100 * (1 - best_then / solution.upper_bound):>9.3f}"
    line += f"{100 * lp_then / solution.lp_bound:>10.4f}"
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", nargs="+", default=["newman1"], choices=INSTANCES)
    parser.add_argument("--problem", nargs="+", default=["cpit", "pcpsp"])
    parser.add_argument("--seconds", type=float, default=20.0, help="for each plan")
    parser.add_argument("--gap", type=float, default=0.0, help="at which to end")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--relaxation", action="store_true", help="no plans")
    given = parser.parse_args()
    compile_kernels()
    head = f"{'instance':<12}{'kind':<7}{'blocks':>8}{'t':>4}{'LP s':>8}{'iter':>6}{'LP bound':>18}"
    if not given.relaxation:
        head += f"{'bound':>18}{'objective':>18}{'gap %':>8}{'s':>8}{'checker':>10}"
        head += f"{'2013 gap':>9}{'2013 LP %':>10}"
    print(head)
    for name in given.instance:
        for kind in given.problem:
            bench(name, kind, given.seconds, given.gap, given.seed, plan=not given.relaxation)
    print("LP s: with earliest periods, preparation included; s: of the whole solve, LP too")


if __name__ == "__main__":
    main()
