"""MineLib files: published block models, precedences, schedules and their known optima.

D. Espinoza, M. Goycoolea, E. Moreno and A. Newman (2013), "MineLib: a library of open pit
mining problems", Annals of Operations Research 206, 93-114, doi 10.1007/s10479-012-1258-3.
"""

from orefield.pit.minelib.checking import Check, check_plan, check_solution
from orefield.pit.minelib.exact import ExactUnits, exact_units
from orefield.pit.minelib.findings import MOST_SHOWN, TOLERANCE, Violation
from orefield.pit.minelib.instance import KINDS, Instance, UpitProblem
from orefield.pit.minelib.optimum import PitOptimum, pit_optimum
from orefield.pit.minelib.reading import read_cpit, read_instance, read_pcpsp, read_upit
from orefield.pit.minelib.solution import (
    SolutionLines,
    pit_lines,
    plan_lines,
    read_solution,
    write_solution,
)
from orefield.pit.minelib.writing import write_cpit, write_pcpsp, write_upit

__all__ = [
    "KINDS",
    "MOST_SHOWN",
    "TOLERANCE",
    "Check",
    "ExactUnits",
    "Instance",
    "PitOptimum",
    "SolutionLines",
    "UpitProblem",
    "Violation",
    "check_plan",
    "check_solution",
    "exact_units",
    "pit_lines",
    "pit_optimum",
    "plan_lines",
    "read_cpit",
    "read_instance",
    "read_pcpsp",
    "read_solution",
    "read_upit",
    "write_cpit",
    "write_pcpsp",
    "write_solution",
    "write_upit",
]
