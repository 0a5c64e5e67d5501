"""Broken MineLib files: each fault is refused, with the file and line it stands in."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from minelib_instances import TOY, changed, write_toy

from orefield.core import InputError, TableError
from orefield.pit import UpitProblem, maximum_closure, read_upit
from orefield.pit.minelib import check_solution, read_instance, read_solution

PREC = [
    ("0 2 1 2", "0 3 1 2", "2 precedences where 3 are announced", 1),
    ("0 2 1 2", "0 1 1 2", "2 precedences where 1 are announced", 1),
    ("0 2 1 2", "0 -2 1 2", "precedences where -2 are announced", 1),
    ("0 2 1 2", "0 999999999999 1 2", "where 999999999999 are announced", 1),
    ("0 2 1 2", "0", "number of its precedences", 1),
    ("0 2 1 2", "0 2 1 3", "block 3 is not among 0 to 2", 1),
    ("0 2 1 2", "0 2 1 -2", "block -2 is not among", 1),
    ("0 2 1 2", "3 2 1 2", "block 3 is not among", 1),
    ("0 2 1 2", "0 2 1 x", "'x' is not a whole number", 1),
    ("0 2 1 2", "0 2 1 2.5", "not a whole number", 1),
    ("0 2 1 2", "0 2 1 nan", "'nan' is not a whole number", 1),
    ("0 2 1 2", "0 2 1 99999999999999999999", "not a whole number", 1),
    ("2 0\n", "", "block 2 has no line", None),
    ("2 0\n", "1 0\n", "block 1 is listed twice", 3),
    ("0 2 1 2", "0 2 1 1", "block 0 names block 1 twice", 1),
    ("0 2 1 2", "0 2 1 0", "block 0 needs itself", 1),
    ("1 0\n", "1 1 0\n", "go in a circle: 0 needs 1 needs 0", 1),
    ("1 0\n2 0\n", "1 1 2\n2 1 0\n", "go in a circle: 0 needs 1 needs 2 needs 0", 1),
    ("2 0\n", "2 0\nEOF\n2 0\n", "more after EOF", 5),
]
UPIT = [
    ("2 -3\n", "", "block 2 has no value", None),
    ("2 -3\n", "2 much\n", "'much' is not a number", 7),
    ("2 -3\n", "2 nan\n", "'nan' is not finite", 7),
    ("2 -3\n", "2 -inf\n", "'-inf' is not finite", 7),
    ("2 -3\n", "2 1e999\n", "too large a number", 7),
    ("2 -3\n", "2 1e\n", "not a number", 7),
    ("2 -3\n", "2 .\n", "not a number", 7),
    ("2 -3\n", "2 1,5\n", "not a number", 7),
    ("2 -3\n", "1 -3\n", "block 1 is listed twice", 7),
    ("2 -3\n", "3 -3\n", "block 3 is not among 0 to 2", 7),
    ("2 -3\n", "2 -3 4\n", "a block and its value is expected, and 3 fields", 7),
    ("0 5.5", "0", "a block and its value", 5),
    ("OBJECTIVE_FUNCTION:", "", "OBJECTIVE_FUNCTION is missing", 5),
    ("OBJECTIVE_FUNCTION:\n0 5.5\n1 -2\n2 -3\nEOF\n", "", "OBJECTIVE_FUNCTION is missing", None),
    ("OBJECTIVE_FUNCTION:", "OBJECTIVE:", "no keyword of MineLib", 4),
    ("OBJECTIVE_FUNCTION:", "OBJECTIVE_FUNCTION: 0 5.5", "stands behind OBJECTIVE_FUNCTION", 4),
    ("NBLOCKS: 3", "", "NBLOCKS is missing", 4),
    ("NBLOCKS: 3", "NBLOCKS: 3\nNBLOCKS: 3", "NBLOCKS is given twice", 4),
    ("NBLOCKS: 3", "NBLOCKS: three", "NBLOCKS is 'three'", 3),
    ("NBLOCKS: 3", "NBLOCKS: 0", "there must be at least 1", 3),
    ("NBLOCKS: 3", "NBLOCKS: -3", "NBLOCKS is '-3'", 3),
    ("NBLOCKS: 3", "NBLOCKS: 1000000000000", "1,000,000,000,000, more than a file of", 3),
    ("NBLOCKS: 3", "NBLOCKS: 30", "more lines than", 4),
    ("NBLOCKS: 3", "NBLOCKS: 2", "block 2 is not among 0 to 1", 7),
    ("TYPE: UPIT", "TYPE: CPIT", "problem type is CPIT, not UPIT", 2),
    ("TYPE: UPIT", "TYPE:", "problem type is not given", 2),
    ("EOF\n", "EOF\n0 1\n", "more after EOF", 9),
    ("NAME: toy", "\x01\x02", "NBLOCKS is missing before these numbers", 1),
]
BLOCKS = [
    ("2 1 0 1 10\n", "", "block 2 is missing", None),
    ("2 1 0 1 10\n", "2 1\n", "id, x, y and z", 4),
    ("2 1 0 1 10\n", "1 1 0 1 10\n", "block 1 is listed twice", 4),
    ("2 1 0 1 10\n", "3 1 0 1 10\n", "block 3 is not among", 4),
    ("2 1 0 1 10\n", "2 1 0.5 1 10\n", "not whole numbers", 4),
    ("2 1 0 1 10\n", "2 1 nan 1 10\n", "not finite", 4),
    ("2 1 0 1 10\n", "two 1 0 1 10\n", "is not a block's id", 4),
]
CPIT = [
    ("NPERIODS: 2\n", "", "NPERIODS is missing before RESOURCE_CONSTRAINT_LIMITS", 6),
    ("NPERIODS: 2", "NPERIODS: 3", "resource 0 in period 2 has no limit", 10),
    ("NPERIODS: 2", "NPERIODS: 1000000000000", "more than can be planned", 4),
    ("NPERIODS: 2", "NPERIODS: 1", "period 1 is not among 0 to 0", 9),
    ("NRESOURCE_SIDE_CONSTRAINTS: 1\n", "", "NRESOURCE_SIDE_CONSTRAINTS is missing", 6),
    ("CONSTRAINTS: 1", "CONSTRAINTS: 2", "resource 1 in period 0", 10),
    ("NRESOURCE_SIDE_CONSTRAINTS: 1", "NRESOURCE_SIDE_CONSTRAINTS: 0", "not announced", 8),
    ("NRESOURCE_SIDE_CONSTRAINTS: 1", "NGENERAL_SIDE_CONSTRAINTS: 1", "CPIT has no general", 5),
    ("DISCOUNT_RATE: 0.1\n", "", "DISCOUNT_RATE is missing", None),
    ("DISCOUNT_RATE: 0.1", "DISCOUNT_RATE: -1", "DISCOUNT_RATE is -1", 6),
    ("DISCOUNT_RATE: 0.1", "DISCOUNT_RATE: inf", "DISCOUNT_RATE is inf", 6),
    ("DISCOUNT_RATE: 0.1", "DISCOUNT_RATE: 8", "DISCOUNT_RATE is 8, which is no rate", 6),
    ("DISCOUNT_RATE: 0.1", "DISCOUNT_RATE: 10%", "'10%' is not a number", 6),
    ("DISCOUNT_RATE: 0.1", "DISCOUNT_RATE: high", "'high' is not a number", 6),
    ("0 1 L 20", "0 0 L 20", "limit of resource 0 in period 0 is given twice", 9),
    ("0 1 L 20", "1 1 L 20", "resource 1 is not among 0 to 0", 9),
    ("0 1 L 20", "0 1 R 20", "is no limit", 9),
    ("0 1 L 20", "0 1 E", "is no limit", 9),
    ("0 1 L 20", "0 1 E inf", "leave nothing", 9),
    ("0 1 L 20", "0 1 L", "is no limit", 9),
    ("0 1 L 20", "0 1 L 20 30", "is no limit", 9),
    ("0 1 L 20", "0 1 I 20", "is no limit", 9),
    ("0 1 L 20", "0 1 I 20 10", "lower limit 20 and upper limit 10", 9),
    ("0 1 L 20", "0 1 L nan", "'nan' is not a number", 9),
    ("0 1 L 20", "0 1 L -inf", "leave nothing", 9),
    ("0 1 L 20", "0 1 G inf", "leave nothing", 9),
    ("0 1 L 20", "0 x L 20", "'x' is not a whole number", 9),
    ("0 1 L 20\n", "", "resource 0 in period 1 has no limit", 9),
    ("2 0 10\n", "2 0 ten\n", "'ten' is not a number", 17),
    ("2 0 10\n", "2 0 inf\n", "'inf' is not finite", 17),
    ("2 0 10\n", "2 1 10\n", "resource 1 is not among 0 to 0", 17),
    ("2 0 10\n", "3 0 10\n", "block 3 is not among 0 to 2", 17),
    ("2 0 10\n", "1 0 10\n", "this repeats line 16", 17),
    ("2 0 10\n", "2 0 0 10\n", "block, resource and a number is expected, and 4 fields", 17),
    ("RESOURCE_CONSTRAINT_COEFFICIENTS:\n0 0 10\n1 0 10\n2 0 10\n", "",
     "RESOURCE_CONSTRAINT_COEFFICIENTS is missing", None),
    ("EOF\n", "", "without EOF: it may be truncated", None),
]  # fmt: skip
PCPSP = [
    ("NDESTINATIONS: 2\n", "", "NDESTINATIONS is missing before OBJECTIVE_FUNCTION", 8),
    ("NDESTINATIONS: 2", "NDESTINATIONS: 3", "a block and 3 values is expected", 10),
    ("NDESTINATIONS: 2", "NDESTINATIONS: 99999999999999", "more than a file of", 5),
    ("NDESTINATIONS: 2", "NDESTINATIONS: 1", "a block and its value is expected, and 3", 10),
    ("0 1 1 10\n", "0 2 1 10\n", "destination 2 is not among 0 to 1", 16),
    ("0 1 1 10\n", "0 1 0 10\n", "this repeats line 15", 16),
    ("NGENERAL_SIDE_CONSTRAINTS: 2\n", "", "not announced", 28),
    ("NGENERAL_SIDE_CONSTRAINTS: 2", "NGENERAL_SIDE_CONSTRAINTS: 3",
     "general constraint 2 has no limit", 35),
    ("0 1 1 0 2", "0 1 2 0 2", "period 2 is not among 0 to 1", 29),
    ("0 1 1 0 2", "0 1 1 2 2", "row 2 is not among 0 to 1", 29),
    ("2 0 0 1 1\n", "1 0 0 1 1\n", "this repeats line 30", 31),
    ("0 L 2\n1 G 1", "0 L 2\n0 G 1", "general constraint 0 is given twice", 34),
    ("0 L 2\n1 G 1", "0 L 2\n2 G 1", "general constraint 2 is not among", 34),
    ("0 L 2\n", "", "general constraint 0 has no limit", 34),
]  # fmt: skip
FAULTS = [
    (ending, *fault)
    for ending, faults in
    {"prec": PREC, "upit": UPIT, "blocks": BLOCKS, "cpit": CPIT, "pcpsp": PCPSP}.items()
    for fault in faults
]  # fmt: skip


def _read(folder, ending):
    if ending in ("cpit", "pcpsp"):
        return read_instance(folder, ending)
    return read_upit(folder)


@pytest.mark.parametrize(("ending", "old", "new", "what", "line"), FAULTS)
def test_a_fault_is_refused_and_located(tmp_path, ending, old, new, what, line):
    write_toy(tmp_path, **{ending: changed(ending, old, new)})
    with pytest.raises(TableError) as error:
        _read(tmp_path, ending)
    assert what in error.value.what
    path = str(tmp_path / f"toy.{ending}")
    assert error.value.where == (path if line is None else f"{path}:{line}")


@pytest.mark.parametrize("ending", ["prec", "upit", "blocks", "cpit", "pcpsp"])
@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01\0\0\0\0",
        os.urandom(4096),
        "NAME: toy\n".encode("utf-16"),
        b"\xff" * 100,
        b"",
        b"\n\n",
    ],
    ids=["program", "random", "utf-16", "no text", "empty", "blank"],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, ending, data):
    write_toy(tmp_path)
    (tmp_path / f"toy.{ending}").write_bytes(data)
    with pytest.raises(TableError) as error:
        _read(tmp_path, ending)
    assert f"toy.{ending}" in error.value.where


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    write_toy(tmp_path)
    (tmp_path / "toy.prec").unlink()
    (tmp_path / "toy.prec").mkdir()
    with pytest.raises(TableError, match="cannot be read"):
        read_upit(tmp_path)


def test_a_near_keyword_is_suggested(tmp_path):
    write_toy(tmp_path, cpit=changed("cpit", "DISCOUNT_RATE", "DISCOUNTING_RATE"))
    with pytest.raises(TableError) as error:
        read_instance(tmp_path, "cpit")
    assert error.value.fix == "did you mean DISCOUNT_RATE?"


@pytest.mark.parametrize("ending", ["upit", "cpit", "pcpsp", "prec", "blocks"])
def test_a_file_cut_anywhere_is_refused_or_says_the_same(tmp_path, ending):
    """A cut that takes only the line end, or digits of the last number, leaves a whole file."""
    whole = TOY[f"toy.{ending}"]
    last_number = len(whole.removesuffix("EOF\n").rstrip()) - 1
    folder = write_toy(tmp_path)
    if ending in ("upit", "cpit", "pcpsp"):
        last_number = len(whole) - len("\nEOF\n")
    elif ending == "blocks":
        last_number = len(whole) - len("1 10\n")  # further columns are passed over
    for cut in range(last_number):
        (folder / f"toy.{ending}").write_text(whole[:cut])
        with pytest.raises(TableError):
            _read(folder, ending)


@given(st.sampled_from(["upit", "cpit", "pcpsp", "prec", "blocks"]), st.data())
def test_no_noise_makes_anything_but_an_error_or_a_problem(tmp_path_factory, ending, data):
    text = TOY[f"toy.{ending}"]
    at = data.draw(st.integers(0, len(text)))
    take = data.draw(st.integers(0, 12))
    noise = data.draw(st.text(st.sampled_from("0123456789-+.eEL: \n\t%#NaIG\u00e9"), max_size=8))
    folder = write_toy(
        tmp_path_factory.mktemp("noise"), **{ending: text[:at] + noise + text[at + take :]}
    )
    try:
        problem = _read(folder, ending)
    except InputError:  # any other error is a fault of the reader
        return
    n = len(problem.value)
    upit = isinstance(problem, UpitProblem)
    start = problem.precedence_start if upit else problem.start
    needed = problem.precedence if upit else problem.needed
    assert np.isfinite(problem.value).all()
    assert start[0] == 0
    assert start[-1] == len(needed)
    # solves, so the lists are sound: no block twice, none that is not there, no circle
    maximum_closure(np.full(n, 1), start, needed)
    if not upit:
        assert (problem.lower <= problem.upper).all()
        assert problem.lower.shape == (len(problem.lower), problem.n_periods)


@pytest.mark.parametrize(
    ("kind", "text", "what", "line"),
    [
        ("upit", "0\n1 2\n", "a block is expected, and 2 fields", 2),
        ("upit", "0 1\n", "a block is expected, and 2 fields", 1),
        ("upit", "0\nx\n", "'x' is no line of a solution", 2),
        ("cpit", "0 1 2\n", "is expected, and 3 fields", 1),
        ("cpit", "0 1\n0 0 1 1.0\n", "is expected, and 4 fields", 2),
        ("cpit", "block period\n0 1\n", "'block period' is no line of a solution", 1),
        ("pcpsp", "0 1\n", "block, destination, period and fraction is expected", 1),
        ("pcpsp", "0 1 0 nan\n", "not finite", 1),
        ("pcpsp", "0 1.5 0 1\n", "not a whole number", 1),
    ],
)
def test_a_broken_solution_file_is_refused(tmp_path, kind, text, what, line):
    file = tmp_path / "x.sol"
    file.write_text(text)
    with pytest.raises(TableError) as error:
        read_solution(file, kind)
    assert what in error.value.what
    assert error.value.where == f"{file}:{line}"


def test_a_missing_solution_file_is_refused(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        read_solution(tmp_path / "x.sol", "cpit")


def test_an_empty_solution_mines_nothing(tmp_path):
    file = tmp_path / "x.sol"
    file.write_text("# nothing\n")
    instance = read_instance(write_toy(tmp_path), "cpit")
    check = check_solution(instance, read_solution(file, "cpit"))
    assert (check.feasible, check.objective, check.blocks) == (True, 0.0, 0)
