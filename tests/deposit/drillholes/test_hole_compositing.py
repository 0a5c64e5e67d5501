"""Composites against sums written out, the rules for residuals, and what must be conserved."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hole_cases import collars, intervals, logged, one_hole, surveys
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.deposit.domains import Domains, LoggedDomain, Polygon
from orefield.deposit.drillholes.composite import composite
from orefield.deposit.drillholes.desurvey import desurvey
from orefield.deposit.drillholes.runs import CompositeRules, composite_bounds
from orefield.deposit.drillholes.segments import segments_of
from orefield.deposit.drillholes.tables import Drillholes
from orefield.deposit.drillholes.validate import validate

FOOT = 0.3048


def made(holes: Drillholes, domains: Domains | None = None, **rules):
    paths = desurvey(holes)
    segments = segments_of(holes)
    if domains:
        segments = domains.of_segments(holes, paths, segments)
    more = {k: rules.pop(k) for k in ("values", "density") if k in rules}
    return composite(holes, paths, segments, CompositeRules(**rules), **more)


def bounds(found):
    return list(zip(found.from_m.round(6), found.to_m.round(6), strict=True))


def test_a_mean_by_length():
    found, _ = made(one_hole((0, 1, 1.0), (1, 4, 2.0), (4, 6, 5.0)), length_m=3.0)
    assert bounds(found) == [(0, 3), (3, 6)]
    np.testing.assert_allclose(found.samples["cu_pct"], [5 / 3, 4.0])
    np.testing.assert_allclose(found.samples.xyz_m[:, 2], [-1.5, -4.5])


@pytest.mark.parametrize(
    ("residual", "expected"),
    [
        ("keep", [(0, 4), (4, 8), (8, 9)]),
        ("discard", [(0, 4), (4, 8)]),
        ("add", [(0, 4), (4, 9)]),
        ("distribute", [(0, 4.5), (4.5, 9)]),
    ],
)
def test_residuals(residual, expected):
    found, balances = made(one_hole((0, 9, 1.0)), length_m=4.0, residual=residual)
    assert bounds(found) == expected
    assert balances["cu_pct"].lost == pytest.approx(1 / 9 if residual == "discard" else 0.0)


@pytest.mark.parametrize("residual", ["discard", "add", "keep"])
def test_a_residual_of_the_minimum_length_stands_by_itself(residual):
    found, _ = made(one_hole((0, 10, 1.0)), length_m=4.0, residual=residual)
    assert bounds(found) == [(0, 4), (4, 8), (8, 10)]
    # five feet are half of ten, though not in the last digit of their metres
    found, _ = made(one_hole((0, 25 * FOOT, 1.0)), length_m=10 * FOOT, residual=residual)
    assert len(found) == 3


def test_short_runs_have_no_composite_unless_the_minimum_is_zero():
    rows = ((0, 1, 1.0), (5, 9, 2.0))
    for residual, kept in (("distribute", 1), ("add", 1), ("discard", 1), ("keep", 2)):
        found, balances = made(one_hole(*rows), length_m=4.0, residual=residual)
        assert len(found) == kept
        assert balances["cu_pct"].lost == pytest.approx(0.2 if kept == 1 else 0.0)
    found, balances = made(one_hole(*rows), length_m=4.0, minimum_m=0.0)
    assert bounds(found) == [(0, 1), (5, 9)]
    assert balances["cu_pct"].lost == 0.0


def test_missing_stretches_break_are_skipped_or_have_a_value():
    rows = ((0, 4, 1.0), (4, 6, np.nan), (6, 12, 3.0))
    found, _ = made(one_hole(*rows), length_m=4.0)
    assert bounds(found) == [(0, 4), (6, 9), (9, 12)]
    found, _ = made(one_hole(*rows), length_m=4.0, missing="skip")
    assert bounds(found) == [(0, 4), (4, 8), (8, 12)]
    np.testing.assert_allclose(found.samples["cu_pct"], [1, 3, 3])
    np.testing.assert_allclose(found.coverage["cu_pct"], [1, 0.5, 1])
    found, _ = made(one_hole(*rows), length_m=4.0, missing="skip", minimum_coverage=0.6)
    assert bounds(found) == [(0, 4), (8, 12)]
    found, balances = made(one_hole(*rows), length_m=4.0, missing=0.0)
    np.testing.assert_allclose(found.samples["cu_pct"], [1, 1.5, 3])
    np.testing.assert_allclose(found.coverage["cu_pct"], [1, 0.5, 1])
    assert balances["cu_pct"].composite_mean == pytest.approx(22 / 12)


def test_a_gap_without_a_row_is_missing_like_an_empty_cell():
    by_row, _ = made(one_hole((0, 4, 1.0), (4, 6, np.nan), (6, 12, 3.0)), length_m=4.0)
    by_gap, _ = made(one_hole((0, 4, 1.0), (6, 12, 3.0)), length_m=4.0)
    assert bounds(by_row) == bounds(by_gap)


def test_the_whole_hole_counts_where_missing_has_a_value():
    found, _ = made(one_hole((4, 8, 2.0), depth=16.0), length_m=8.0, missing=0.0)
    np.testing.assert_allclose(found.samples["cu_pct"], [1.0, 0.0])
    np.testing.assert_allclose(found.coverage["cu_pct"], [0.5, 0.0])


def test_empty_composites_are_kept_when_asked():
    rows = ((0, 4, 1.0), (4, 8, np.nan), (8, 12, 3.0))
    found, _ = made(one_hole(*rows), length_m=4.0, missing="skip", keep_empty=True)
    assert bounds(found) == [(0, 4), (4, 8), (8, 12)]
    assert np.isnan(found.samples["cu_pct"][1])


def test_composites_never_cross_a_change_of_code():
    rock = logged(("H1", 0, 5, "ore"), ("H1", 5, 12, "waste"))
    holes = one_hole((0, 12, 1.0), lithology=rock)
    found, _ = made(holes, Domains(logged=LoggedDomain("rock")), length_m=4.0)
    assert bounds(found) == [(0, 5), (5, 8.5), (8.5, 12)]
    assert found.samples.code("domain").tolist() == ["ore", "waste", "waste"]
    grouped = LoggedDomain("rock", {"all": ("ore", "waste")})
    found, _ = made(holes, Domains(logged=grouped), length_m=4.0)
    assert bounds(found) == [(0, 4), (4, 8), (8, 12)]
    other = LoggedDomain("rock", {"rich": ("ore",)})
    found, _ = made(holes, Domains(logged=other, default="rest"), length_m=4.0)
    assert found.samples.code("domain").tolist() == ["rich", "rest", "rest"]


def test_codes_that_do_not_break_go_by_the_greatest_length():
    rock = logged(("H1", 0, 3, "a"), ("H1", 3, 4, "b"), ("H1", 4, 5, "a"), ("H1", 5, 8, "b"))
    found, _ = made(one_hole((0, 8, 1.0), lithology=rock), length_m=4.0)
    assert found.samples.code("rock").tolist() == ["a", "b"]


def test_a_hole_is_cut_exactly_where_it_leaves_a_polygon():
    # down at 45 degrees to the east: x = depth * sqrt(1/2)
    holes = one_hole((0, 100, 1.0), dip=45.0, azimuth=90.0)
    inside = Polygon(np.array([[10.0, -5], [37.3, -5], [37.3, 5], [10, 5]]))
    domains = Domains((("in", inside),), default="out", step_m=7.0)
    found, _ = made(holes, domains, length_m=200.0, minimum_m=0.0)
    root = np.sqrt(2.0)
    np.testing.assert_allclose(found.to_m, [10 * root, 37.3 * root, 100], atol=2e-4)
    assert found.samples.code("domain").tolist() == ["out", "in", "out"]


def test_benches():
    holes = one_hole((0, 20, 1.0), (20, 100, 3.0), dip=30.0)
    found, _ = made(holes, bench_m=10.0, bench_base_m=-5.0)
    # the elevation falls by half of the depth: from 0 to -50, benches at -5, -15, ...
    np.testing.assert_allclose(found.to_m[:-1], [10, 30, 50, 70, 90], atol=2e-4)
    np.testing.assert_allclose(found.samples["cu_pct"][:3], [1, 2, 3], atol=1e-4)
    # ten metres of hole in the first and the last bench, twenty in the others
    assert len(found) == 6
    assert len(made(holes, bench_m=10.0, bench_base_m=-6.0, minimum_m=9.0)[0]) == 5


def test_weighting_by_density_conserves_metal():
    heavy = intervals(("H1", 0, 2, 4.0), ("H1", 2, 6, 2.0), name="density_t_m3")
    holes = one_hole((0, 2, 10.0), (2, 6, 1.0), density=heavy)
    density = np.array([4.0, 2.0])
    found, balances = made(
        holes, length_m=6.0, weight="density", values=["cu_pct"], density=density
    )
    assert found.samples["cu_pct"][0] == pytest.approx((2 * 4 * 10 + 4 * 2 * 1) / 16)
    assert found.samples["density_t_m3"][0] == pytest.approx(16 / 6)
    assert balances["cu_pct"].content == pytest.approx(88.0)
    plain, _ = made(holes, length_m=6.0, values=["cu_pct"])
    assert plain.samples["cu_pct"][0] == pytest.approx(24 / 6)
    with pytest.raises(ModelError, match="there is none"):
        made(holes, length_m=6.0, weight="density")


@st.composite
def logs(draw):
    """Three holes of intervals with gaps, missing grades and rocks, in whole centimetres."""
    assay, rock = [], []
    for name in "ABC":
        depth = draw(st.integers(0, 300))
        for _ in range(draw(st.integers(1, 8))):
            depth += draw(st.sampled_from([0, 0, 0, 137]))
            long = draw(st.integers(1, 700))
            grade = draw(st.sampled_from([np.nan, 0.0, 0.25, 1.5, 7.0]))
            assay.append((name, depth / 100, (depth + long) / 100, grade))
            rock.append((name, depth / 100, (depth + long) / 100, draw(st.sampled_from("xy"))))
            depth += long
    return assay, rock


@settings(max_examples=40)
@given(logs(), st.sampled_from(["keep", "add", "distribute", "discard"]),
       st.sampled_from(["break", "skip", 0.0]), st.sampled_from([1.0, 3.05, 12.0]))  # fmt: skip
def test_length_times_grade_is_conserved_exactly(log, residual, missing, length):
    assay, rock = log
    if all(np.isnan(row[3]) for row in assay):
        return
    holes, findings = validate(
        collars(A=(0, 0, 0), B=(99, 0, 0), C=(0, 99, 0)),
        surveys(("A", 0, 0, 90), ("B", 0, 90, 60), ("C", 0, 0, 90)),
        {"assay": intervals(*assay), "lithology": logged(*rock)},
    )
    findings.refuse_errors()
    domains = Domains(logged=LoggedDomain("rock"))
    rules = {"length_m": length, "residual": residual, "missing": missing, "minimum_m": 0.0,
             "minimum_coverage": 0.0}  # fmt: skip
    found, balances = made(holes, domains, **rules)
    balance = balances["cu_pct"]
    # the holes' own sum, in whole numbers: metres in cm, grades in quarters of a percent
    known = [row for row in assay if not np.isnan(row[3])]
    exact = sum(Fraction(round((b - a) * 100)) * Fraction(g) for _, a, b, g in known) / 100
    assert balance.content == pytest.approx(float(exact), rel=1e-12, abs=1e-12)
    grade = np.nan_to_num(found.samples["cu_pct"])
    if residual == "discard":
        assert (grade * found.weight["cu_pct"]).sum() <= float(exact) * (1 + 1e-12)
    else:
        assert (grade * found.weight["cu_pct"]).sum() == pytest.approx(float(exact), rel=1e-11)
        assert balance.lost == pytest.approx(0.0, abs=1e-12)
    # each composite against the overlaps of intervals, one by one
    for k in range(min(len(found), 12)):
        hole = found.samples.holes[found.samples.hole[k]]
        top, end = found.from_m[k], found.to_m[k]
        metal = metres = 0.0
        rocks = set()
        for (name, a, b, g), (_, _, _, r) in zip(assay, rock, strict=True):
            over = min(b, end) - max(a, top)
            if name == hole and over > 1e-6:
                rocks.add(r)
                if not np.isnan(g):
                    metal, metres = metal + over * g, metres + over
        assert len(rocks) <= 1 or missing != "break"
        if missing == 0.0:
            assert grade[k] == pytest.approx(metal / (end - top), abs=1e-9)
        elif metres > 0:
            assert grade[k] == pytest.approx(metal / metres, abs=1e-9)
        assert found.coverage["cu_pct"][k] == pytest.approx(metres / (end - top), abs=1e-6)


@given(st.lists(st.floats(0.01, 500), min_size=1, max_size=20), st.floats(0.1, 50),
       st.sampled_from(["keep", "add", "distribute", "discard"]), st.floats(0, 1))  # fmt: skip
def test_bounds_tile_their_runs(lengths, length, residual, share):
    start = np.cumsum([0.0, *lengths[:-1]]) * 1.5
    end = start + lengths
    rules = CompositeRules(length, minimum_m=share * length, residual=residual)
    run, a, b = composite_bounds(start, end, rules)
    assert (b > a).all()
    assert (a >= start[run]).all()
    assert (b <= end[run] + 1e-9).all()
    same = run[1:] == run[:-1]
    np.testing.assert_allclose(a[1:][same], b[:-1][same], rtol=1e-12, atol=1e-9)
    if residual == "keep" or (residual in ("add", "distribute") and share == 0):
        assert (b - a).sum() == pytest.approx(sum(lengths), rel=1e-9)
    if residual != "keep":
        assert ((b - a) >= share * length - 2e-6).all()
    if residual == "distribute" and len(run):
        for r in np.unique(run):
            assert np.ptp((b - a)[run == r]) < 1e-6


def test_values_and_rules_that_cannot_be():
    holes = one_hole((0, 9, 1.0))
    for wrong, match in [
        ({"length_m": 0.0}, "0 m long"),
        ({"length_m": np.nan}, "nan m long"),
        ({"length_m": 2.0, "minimum_m": 3.0}, "minimum length"),
        ({"length_m": 2.0, "residual": "join"}, "'residual'"),
        ({"length_m": 2.0, "missing": "zero"}, "'missing'"),
        ({"length_m": 2.0, "missing": np.inf}, "not finite"),
        ({"length_m": 2.0, "minimum_coverage": 1.5}, "coverage"),
        ({"length_m": 2.0, "weight": "mass"}, "'weight'"),
        ({"bench_m": -1.0}, "benches"),
        ({"length_m": 40.0}, "no run is long enough"),
    ]:
        with pytest.raises(ModelError, match=match):
            made(holes, **wrong)
    with pytest.raises(ModelError, match="no table has the value 'cu'"):
        made(holes, length_m=2.0, values=["cu"])
    with pytest.raises(ModelError, match="both have 'cu_pct'"):
        made(one_hole((0, 9, 1.0), again=intervals(("H1", 0, 9, 1.0))), length_m=2.0)
    with pytest.raises(ModelError, match="no composite has a value"):
        made(one_hole((0, 9, np.nan)), length_m=2.0, missing="skip")
