import os
from pathlib import Path

import numpy as np
import pytest

from orefield.core import TableError
from orefield.pit import maximum_closure, read_upit, whole_units

FILES = {
    "toy.blocks": "id x y z tonn\n0 0 0 0 10\n1 0 0 1 10\n2 1 0 1 10\n",
    "toy.prec": "0 2 1 2\n1 0\n2 0\n",
    "toy.upit": "NAME: toy\nTYPE: UPIT\nNBLOCKS: 3\nOBJECTIVE_FUNCTION:\n0 5.5\n1 -2\n2 -3\nEOF\n",
}


@pytest.fixture
def toy(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_toy_problem_is_read(toy):
    problem = read_upit(toy, "toy")
    assert problem.value.tolist() == [5.5, -2.0, -3.0]
    assert problem.position.tolist() == [[0, 0, 0], [0, 0, 1], [1, 0, 1]]
    assert problem.precedence_start.tolist() == [0, 2, 2, 2]
    assert problem.precedence.tolist() == [1, 2]
    value = whole_units(problem.value)
    assert maximum_closure(value, problem.precedence_start, problem.precedence).all()


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("toy.prec", "0 2 1 2", "0 3 1 2", "announced"),
        ("toy.prec", "0 2 1 2", "0 2 1 3", "block 3 is not among"),
        ("toy.prec", "2 0\n", "", "block 2 has no line"),
        ("toy.prec", "2 0\n", "1 0\n", "listed twice"),
        ("toy.prec", "0 2 1 2", "0 2 1 x", "not a whole number"),
        ("toy.upit", "2 -3\n", "", "block 2 has no value"),
        ("toy.upit", "2 -3\n", "2 much\n", "not a number"),
        ("toy.upit", "OBJECTIVE_FUNCTION:", "", "OBJECTIVE_FUNCTION is missing"),
        ("toy.upit", "NBLOCKS: 3", "", "NBLOCKS is missing"),
        ("toy.upit", "TYPE: UPIT", "TYPE: CPIT", "not UPIT"),
        ("toy.upit", "0 5.5", "0", "a block and its value"),
        ("toy.blocks", "2 1 0 1 10\n", "", "block 2 is missing"),
        ("toy.blocks", "2 1 0 1 10\n", "2 1\n", "id, x, y and z"),
    ],
)
def test_a_broken_file_is_refused_and_located(toy, file, old, new, what):
    text = (toy / file).read_text()
    assert old in text
    (toy / file).write_text(text.replace(old, new))
    with pytest.raises(TableError, match=what) as error:
        read_upit(toy, "toy")
    assert file in error.value.where


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_missing_file_is_named(toy, file):
    (toy / file).unlink()
    with pytest.raises(TableError, match="cannot be read") as error:
        read_upit(toy, "toy")
    assert file in error.value.where


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "optimum"),
    [("newman1", 26_086_899), ("zuck_small", 1_422_726_898), ("kd", 652_195_037)],
)
def test_published_optima(name, optimum):
    """Espinoza et al. (2013), table of UPIT solutions."""
    root = os.environ.get("OREFIELD_DATA")
    if not root:
        pytest.skip("OREFIELD_DATA is not set, so there are no MineLib files")
    folder = Path(root) / "minelib" / name
    if not folder.is_dir():
        pytest.skip(f"the data folder has no minelib/{name}")
    problem = read_upit(folder, name)
    value = whole_units(problem.value, 10_000)
    pit = maximum_closure(value, problem.precedence_start, problem.precedence)
    assert round(problem.value[pit].sum()) == optimum
    needed_by = np.repeat(pit, np.diff(problem.precedence_start))
    assert pit[problem.precedence[needed_by]].all()
