"""Reading MineLib instances: the problems, the forms of files in circulation, published figures."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from minelib_instances import ENDINGS, TOY, changed, write_toy

from orefield.core import TableError
from orefield.pit import maximum_closure, read_upit, whole_units
from orefield.pit.minelib import exact_units, read_cpit, read_instance, read_pcpsp


@pytest.fixture
def toy(tmp_path):
    return write_toy(tmp_path)


def test_an_ultimate_pit_is_read(toy):
    problem = read_upit(toy, "toy")
    assert problem.name == "toy"
    assert problem.value.tolist() == [5.5, -2.0, -3.0]
    assert problem.position.tolist() == [[0, 0, 0], [0, 0, 1], [1, 0, 1]]
    assert problem.precedence_start.tolist() == [0, 2, 2, 2]
    assert problem.precedence.tolist() == [1, 2]
    value = whole_units(problem.value)
    assert maximum_closure(value, problem.precedence_start, problem.precedence).all()


def test_a_schedule_with_one_destination_is_read(toy):
    problem = read_cpit(toy)
    assert (problem.n, problem.n_destinations, problem.n_periods) == (3, 1, 2)
    assert problem.value.tolist() == [[[5.5], [-2.0], [-3.0]]]
    # the first period is not discounted
    assert problem.factor[:, 0].tolist() == pytest.approx([1.0, 1 / 1.1], rel=1e-15)
    (limit,) = problem.limits
    assert limit.use.tolist() == [[10.0], [10.0], [10.0]]
    assert limit.lower.tolist() == [-np.inf, -np.inf]
    assert limit.upper.tolist() == [20.0, 20.0]
    assert problem.needed.dtype == problem.start.dtype == np.int64
    assert problem.rows == ()


def test_a_schedule_with_destinations_and_general_constraints_is_read(toy):
    problem = read_pcpsp(toy)
    assert (problem.n, problem.n_destinations, problem.n_periods) == (3, 2, 2)
    assert problem.value.tolist() == [[[-1.0, 5.5], [-2.0, -9.0], [-3.0, -9.0]]]
    move, mill = problem.limits
    assert move.use.tolist() == [[10.0, 10.0]] * 3
    assert mill.use.tolist() == [[0.0, 10.0]] * 3
    assert move.lower.tolist() == [-np.inf, 0.0]
    assert mill.upper.tolist() == [10.0, 10.0]
    most, least = problem.rows
    assert (most.period.tolist(), most.block.tolist(), most.destination.tolist()) == ([1], [0], [1])
    assert (most.factor.tolist(), most.lower, most.upper) == ([2.0], -np.inf, 2.0)
    assert (least.block.tolist(), least.lower, least.upper) == ([1, 2], 1.0, np.inf)


# --- the forms of files in circulation -----------------------------------------------------


def _same(left, right):
    for name in ("start", "needed", "value", "lower", "upper", "general_lower", "general_upper"):
        assert np.array_equal(getattr(left, name), getattr(right, name)), name
    for part in ("use", "general"):
        ours, theirs = vars(getattr(left, part)), vars(getattr(right, part))
        rows = [sorted(zip(*(x[k].tolist() for k in ours), strict=True)) for x in (ours, theirs)]
        assert rows[0] == rows[1]
    assert (left.rate, left.n_periods, left.kind) == (right.rate, right.n_periods, right.kind)


FORMS = {
    "dos line ends": lambda text: text.replace("\n", "\r\n"),
    "lower case": lambda text: text.lower(),
    "no colons": lambda text: text.replace(":", ""),
    "space before colons": lambda text: text.replace(":", " : "),
    "words apart": lambda text: text.replace("_", " "),
    "plurals": lambda text: text.replace("LIMITS", "LIMIT").replace("DESTINATIONS", "DESTINATION"),
    "tabs": lambda text: text.replace(" ", "\t"),
    "colons between fields": lambda text: "\n".join(
        line if line[:1].isalpha() else line.replace(" ", ": ", 1) for line in text.split("\n")
    ),
    "trailing blanks": lambda text: text.replace("\n", "  \n"),
    "leading blanks": lambda text: "\n".join("  " + line for line in text.splitlines()),
    "blank lines": lambda text: text.replace("\n", "\n\n\n"),
    "comments": lambda text: "% a comment\n" + text.replace("\n", "\n  % more: 1 2 3\n# too\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "exponents": lambda text: text.replace("10\n", "1e1\n").replace("5.5", "0.55E+1"),
    "plus signs": lambda text: text.replace(" 5.5", " +5.5").replace(": 3", ": +3"),
    "no line end at the end": lambda text: text.rstrip("\n"),
    "comments behind": lambda text: text.replace("\n", " % so: 7\n").replace(" % so: 7", "\t#", 1),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["upit", "cpit", "pcpsp"])
def test_files_in_circulation_are_read_alike(tmp_path, form, kind):
    plain = read_instance(write_toy(tmp_path / "plain"), kind)
    texts = {e: FORMS[form](TOY[f"toy.{e}"]) for e in (kind, "prec", "blocks")}
    folder = write_toy(tmp_path / "other", **texts)
    _same(read_instance(folder, kind), plain)
    assert np.array_equal(read_upit(folder).position, read_upit(tmp_path / "plain").position)


def test_sections_and_counts_may_stand_in_any_order_that_can_be_read(tmp_path):
    text = TOY["toy.pcpsp"]
    head, rest = text.split("OBJECTIVE_FUNCTION:\n")
    objective, rest = rest.split("RESOURCE_CONSTRAINT_COEFFICIENTS:\n")
    moved = head + "RESOURCE_CONSTRAINT_COEFFICIENTS:\n" + rest.removesuffix("EOF\n")
    moved += "OBJECTIVE_FUNCTION:\n" + objective
    lines = moved.split("\n")
    lines.insert(0, lines.pop(4))
    folder = write_toy(tmp_path / "other", pcpsp="\n".join(lines))
    _same(read_instance(folder, "pcpsp"), read_instance(write_toy(tmp_path / "toy"), "pcpsp"))


def test_precedences_may_stand_in_any_order(tmp_path):
    folder = write_toy(tmp_path, prec="1 1 2\n0 2 1 2\n2 0\nEOF\n")
    problem = read_upit(folder)
    assert problem.precedence_start.tolist() == [0, 2, 3, 3]
    assert problem.precedence.tolist() == [1, 2, 2]


def test_infinite_limits_are_no_limits(tmp_path):
    text = changed("cpit", "0 0 L 20\n0 1 L 20", "0 0 L Infinity\n0 1 I -inf 5")
    (limit,) = read_cpit(write_toy(tmp_path, cpit=text)).limits
    assert limit.upper.tolist() == [np.inf, 5.0]
    assert limit.lower.tolist() == [-np.inf, -np.inf]


def test_an_equation_is_both_limits(tmp_path):
    text = changed("cpit", "0 0 L 20", "0 0 E 20")
    (limit,) = read_cpit(write_toy(tmp_path, cpit=text)).limits
    assert (limit.lower[0], limit.upper[0]) == (20.0, 20.0)


@pytest.mark.parametrize("kind", ["upit", "cpit", "pcpsp"])
def test_names_and_comments_may_be_in_any_encoding(tmp_path, kind):
    folder = write_toy(tmp_path)
    for ending in (kind, "prec", "blocks"):
        path = folder / f"toy.{ending}"
        text = "% Ñuñoa\n" + path.read_text().replace("NAME: toy", "NAME: Peñón")
        path.write_bytes(text.encode("latin-1"))
    _same(read_instance(folder, kind), read_instance(write_toy(tmp_path / "plain"), kind))
    (folder / "toy.prec").write_bytes("% Ñuñoa\n0 2 1 1\n1 0\n2 0\n".encode("latin-1"))
    with pytest.raises(TableError, match="names block 1 twice") as error:
        read_instance(folder, kind)
    assert error.value.where.endswith("toy.prec:2")


def test_names_may_differ_in_case(tmp_path):
    write_toy(tmp_path)
    for k, ending in enumerate(ENDINGS):
        name = f"TOY.{ending.upper()}" if k % 2 else f"Toy.{ending}"
        (tmp_path / f"toy.{ending}").rename(tmp_path / name)
    assert read_cpit(tmp_path).n == read_upit(tmp_path).value.size == read_pcpsp(tmp_path).n == 3


def test_two_instances_in_a_folder_are_told_apart_by_name(tmp_path):
    write_toy(tmp_path)
    for ending in ENDINGS:
        (tmp_path / f"two.{ending}").write_text(TOY[f"toy.{ending}"])
    assert read_cpit(tmp_path, "two").name == "two"
    with pytest.raises(TableError, match=r"several instances: toy, two"):
        read_cpit(tmp_path)


def test_of_several_instances_the_one_called_as_the_folder_is_meant(tmp_path):
    folder = write_toy(tmp_path / "Two")
    for ending in ENDINGS:
        (folder / f"two.{ending}").write_text(TOY[f"toy.{ending}"])
    assert read_cpit(folder).name == read_upit(folder).name == "two"
    # and its other files have its name
    (folder / "two.prec").unlink()
    with pytest.raises(TableError, match="cannot be read") as error:
        read_cpit(folder)
    assert "two.prec" in error.value.where


def test_the_only_file_of_its_kind_needs_no_name(tmp_path):
    write_toy(tmp_path)
    (tmp_path / "toy.prec").rename(tmp_path / "arcs.prec")
    (tmp_path / "toy.blocks").rename(tmp_path / "model.blocks")
    problem = read_upit(tmp_path)
    assert (problem.name, problem.precedence.tolist()) == ("toy", [1, 2])
    (tmp_path / "arcs_45.prec").write_text(TOY["toy.prec"])
    with pytest.raises(TableError, match=r"several files may be meant: arcs\.prec, arcs_45\.prec"):
        read_cpit(tmp_path)
    (tmp_path / "toy.prec").write_text("0 0\n1 0\n2 0\n")
    assert read_upit(tmp_path).precedence.size == 0


def test_files_that_differ_only_in_case_are_not_guessed(tmp_path):
    write_toy(tmp_path)
    (tmp_path / "toy.prec").rename(tmp_path / "Toy.prec")
    (tmp_path / "TOY.prec").write_text(TOY["toy.prec"])
    with pytest.raises(TableError, match="several files may be meant"):
        read_cpit(tmp_path)


def test_a_folder_without_the_problem_says_so(tmp_path):
    with pytest.raises(TableError, match=r"no \.cpit file"):
        read_cpit(tmp_path)
    with pytest.raises(TableError, match="no such folder"):
        read_cpit(tmp_path / "nowhere")


@pytest.mark.parametrize("ending", ["blocks", "prec", "upit"])
def test_a_missing_file_is_named(toy, ending):
    (toy / f"toy.{ending}").unlink()
    with pytest.raises(TableError, match="cannot be read") as error:
        read_upit(toy, "toy")
    assert f"toy.{ending}" in error.value.where


# --- the public instances ------------------------------------------------------------------


def _public(name):
    root = os.environ.get("OREFIELD_DATA")
    if not root:
        pytest.skip("OREFIELD_DATA is not set, so there are no MineLib files")
    folder = Path(root) / "minelib" / name
    if not folder.is_dir():
        pytest.skip(f"the data folder has no minelib/{name}")
    return folder


SHAPES = {
    # blocks, precedences, periods, destinations, resources, rate
    "newman1": (1_060, 3_922, 6, 2, 2, 0.08),
    "zuck_small": (9_400, 145_640, 20, 2, 2, 0.1),
    "kd": (14_153, 219_778, 12, 2, 1, 0.15),
}


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "optimum"),
    [("newman1", 26_086_899), ("zuck_small", 1_422_726_898), ("kd", 652_195_037)],
)
def test_published_optima(name, optimum):
    """Espinoza et al. (2013), table of UPIT solutions."""
    problem = read_upit(_public(name), name)
    units = exact_units(problem.value)
    pit = maximum_closure(units.whole, problem.precedence_start, problem.precedence)
    assert round(problem.value[pit].sum()) == optimum
    assert units.value(pit) + units.lost == pytest.approx(problem.value[pit].sum(), abs=1e-4)
    needed_by = np.repeat(pit, np.diff(problem.precedence_start))
    assert pit[problem.precedence[needed_by]].all()


@pytest.mark.data
@pytest.mark.parametrize("name", SHAPES)
def test_published_instances_have_their_published_shape(name, capsys):
    """Espinoza et al. (2013), table of instances; Bienstock and Zuckerberg's dimensions."""
    folder = _public(name)
    n, arcs, periods, destinations, resources, rate = SHAPES[name]
    for kind, places in (("cpit", 1), ("pcpsp", destinations)):
        best = np.inf
        for _ in range(3):
            began = time.perf_counter()
            x = read_instance(folder, kind)
            best = min(best, time.perf_counter() - began)
        assert (x.n, len(x.needed), x.n_periods, x.n_destinations) == (n, arcs, periods, places)
        assert (len(x.lower), x.rate) == (resources, rate)
        with capsys.disabled():
            print(f" [{name}.{kind}: {best * 1e3:.0f} ms to read] ")


@pytest.mark.data
@pytest.mark.parametrize("name", SHAPES)
def test_the_text_of_the_files_agrees_with_what_is_read(name):
    """Against a reader that does nothing but split lines."""
    folder = _public(name)
    x = read_instance(folder, "pcpsp")
    section, seen = "", 0
    use = {}
    for line in (folder / f"{name}.pcpsp").read_text().splitlines():
        words = line.split()
        if not words or words[0][0].isalpha():
            section = words[0] if words else section
        elif section == "OBJECTIVE_FUNCTION:":
            assert x.value[int(words[0])].tolist() == [float(w) for w in words[1:]]
            seen += 1
        elif section == "RESOURCE_CONSTRAINT_LIMITS:":
            assert x.upper[int(words[0]), int(words[1])] == float(words[3])
        elif section == "RESOURCE_CONSTRAINT_COEFFICIENTS:":
            use[tuple(map(int, words[:3]))] = float(words[3])
    assert seen == x.n
    u = x.use
    ids = zip(u.block.tolist(), u.destination.tolist(), u.resource.tolist(), strict=True)
    assert dict(zip(ids, u.factor.tolist(), strict=True)) == use
    for line in (folder / f"{name}.prec").read_text().splitlines():
        block, count, *needed = map(int, line.split())
        assert len(needed) == count
        assert x.needed[x.start[block] : x.start[block + 1]].tolist() == needed
