"""Every kind of fault is found, at its hole, depth and row, and dropped as the rules say."""

from __future__ import annotations

import numpy as np
import pytest
from hole_cases import collars, intervals, logged, surveys
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import ModelError, TableError
from orefield.deposit.drillholes.cells import Kind
from orefield.deposit.drillholes.check_collars import Extent
from orefield.deposit.drillholes.finding_kinds import KINDS
from orefield.deposit.drillholes.findings import FaultRules
from orefield.deposit.drillholes.tables import Intervals, Surveys
from orefield.deposit.drillholes.validate import ValidationRules, validate

HOLES = {"A": (0, 0, 0), "B": (100, 0, 0), "C": (0, 100, 0)}
STATIONS = [("A", 0, 0, 90), ("B", 0, 0, 90), ("C", 0, 0, 90)]
ROWS = [("A", 0, 10, 0.1), ("A", 10, 20, 0.2), ("B", 0, 10, 0.3), ("C", 0, 10, 0.4)]


def check(holes=None, stations=None, rows=None, *, drop=False, kinds=None, extent=None, **tables):
    rules = ValidationRules(
        FaultRules("drop" if drop else "stop", kinds or {}),
        Extent(*extent) if extent else None,
    )
    assay = intervals(*(rows or ROWS))
    return validate(
        collars(**(holes or HOLES)), surveys(*(stations or STATIONS)), {"assay": assay, **tables},
        rules,
    )  # fmt: skip


def rows_of(findings, kind):
    table = findings.table()
    return [
        (h, d, n, t)
        for k, h, d, n, t in zip(table["kind"], table["hole"], table["depth_m"], table["line"],
                                 table["detail"], strict=True)
        if k == kind
    ]  # fmt: skip


def test_sound_holes_have_no_finding():
    holes, findings = check()
    assert len(findings) == 0
    findings.refuse_errors()
    assert len(holes.collars) == 3
    np.testing.assert_array_equal(holes.depth_m(), [20, 10, 10])


INTERVAL_FAULTS = [
    ("interval_order", ("B", 12, 12, 0.1), ("B", 12.0)),
    ("interval_order", ("B", 15, 12, 0.1), ("B", 15.0)),
    ("interval_depth", ("B", -3, -1, 0.1), ("B", -3.0)),
    ("collar_missing", ("Z", 0, 10, 0.1), ("Z", 0.0)),
    ("interval_overlap", ("B", 9, 15, 0.1), ("B", 9.0)),
    ("interval_duplicate", ("B", 0, 10, 0.9), ("B", 0.0)),
    ("grade_negative", ("B", 10, 20, -0.5), ("B", 10.0)),
    ("grade_range", ("B", 10, 20, 150), ("B", 10.0)),
]


@pytest.mark.parametrize(("kind", "row", "place"), INTERVAL_FAULTS)
def test_faults_of_intervals_are_errors_that_can_be_dropped(kind, row, place):
    _, findings = check(rows=[*ROWS, row])
    ((hole, depth, line, _),) = rows_of(findings, kind)
    assert (hole, depth, line) == (*place, 5)
    with pytest.raises(TableError) as caught:
        findings.refuse_errors()
    assert f"1 {kind}" in caught.value.what
    assert caught.value.where.startswith(f"assay.csv:5, hole {place[0]}")
    assert f'{kind} = "drop"' in caught.value.fix
    holes, dropped = check(rows=[*ROWS, row], drop=True)
    dropped.refuse_errors()
    assert dropped.count(severity="warning") >= 1
    kept = holes.tables["assay"]
    if kind.startswith("grade"):
        assert len(kept) == 5
        assert np.isnan(kept.values["cu_pct"]).sum() == 1
    else:
        assert len(kept) == 4
    # only the kind that is named is dropped
    light = intervals(("A", 0, 10, -1.0), name="density_t_m3")
    _, left = check(rows=[*ROWS, row], kinds={kind: "drop"}, density=light)
    with pytest.raises(TableError, match="density_range"):
        left.refuse_errors()


def test_an_interval_within_an_earlier_long_one_overlaps_though_not_its_neighbour():
    rows = [("A", 0, 100, 1.0), ("A", 10, 20, 1.0), ("A", 30, 40, 1.0), ("A", 100, 110, 1.0)]
    holes, findings = check(rows=rows, drop=True)
    assert [r[1] for r in rows_of(findings, "interval_overlap")] == [10.0, 30.0]
    assert [r[3] for r in rows_of(findings, "interval_overlap")] == ["by 90.00 m", "by 70.00 m"]
    np.testing.assert_array_equal(holes.tables["assay"].from_m, [0, 100])


def test_a_dropped_overlap_does_not_shade_the_one_behind_it():
    rows = [("A", 0, 10, 1.0), ("A", 5, 30, 1.0), ("A", 10, 20, 1.0)]
    holes, _ = check(rows=rows, drop=True)
    np.testing.assert_array_equal(holes.tables["assay"].from_m, [0, 10])


def test_rounded_depths_touch():
    rows = [("A", 0, 9.998, 1.0), ("A", 10.0, 20, 1.0), ("A", 19.997, 30, 1.0)]
    holes, findings = check(rows=rows)
    assert findings.count("interval_overlap") == findings.count("interval_gap") == 0
    assay = holes.tables["assay"]
    np.testing.assert_array_equal(assay.from_m[1:], assay.to_m[:-1])


def test_gaps_and_repeated_rows_are_told_and_do_not_stop():
    rows = [*ROWS, ("A", 25, 30, 0.3), ("A", 25, 30, 0.3)]
    holes, findings = check(rows=rows)
    findings.refuse_errors()
    assert rows_of(findings, "interval_gap") == [("A", 20.0, 5, "of 5.00 m")]
    assert [r[2] for r in rows_of(findings, "interval_repeated")] == [6]
    assert len(holes.tables["assay"]) == 5


def test_what_only_warns_can_be_made_to_stop():
    rows = [*ROWS, ("A", 25, 30, 0.3), ("A", 25, 30, 0.3)]
    _, findings = check(rows=rows, kinds={"interval_gap": "stop"})
    assert findings.count("interval_gap", "error") == 1
    with pytest.raises(TableError, match=r"gap|nothing"):
        findings.refuse_errors()


def test_intervals_below_the_end_are_cut_or_kept():
    holes = {**HOLES, "A": (0, 0, 0, 15.0)}
    _, findings = check(holes)
    assert rows_of(findings, "interval_beyond")[0][:3] == ("A", 10.0, 2)
    with pytest.raises(TableError, match="below the end of the hole"):
        findings.refuse_errors()
    cut, _ = check(holes, drop=True)
    assert cut.tables["assay"].to_m[1] == 15.0
    kept, findings = check(holes, kinds={"interval_beyond": "warn"})
    findings.refuse_errors()
    assert kept.tables["assay"].to_m[1] == 20.0


def test_holes_without_intervals_are_told():
    _, findings = check(rows=ROWS[:3])
    assert rows_of(findings, "interval_missing")[0][0] == "C"


def test_holes_without_survey_stop_or_go_or_are_vertical():
    _, findings = check(stations=STATIONS[:2])
    with pytest.raises(TableError, match="no survey"):
        findings.refuse_errors()
    gone, _ = check(stations=STATIONS[:2], drop=True)
    assert gone.collars.hole.tolist() == ["A", "B"]
    assert "C" not in gone.tables["assay"].hole
    vertical, findings = check(stations=STATIONS[:2], kinds={"survey_missing": "warn"})
    findings.refuse_errors()
    assert vertical.surveys.dip_deg.tolist() == [90.0] * 3


def test_when_no_hole_is_left():
    none = surveys(("Z", 0, 0, 90)).where(np.zeros(1, dtype=bool))
    for drop in (False, True):
        rules = ValidationRules(FaultRules("drop" if drop else "stop"))
        _, findings = validate(collars(**HOLES), none, {"assay": intervals(*ROWS)}, rules)
        with pytest.raises(TableError, match="no hole is left" if drop else "has no survey"):
            findings.refuse_errors()


def test_a_name_that_is_written_another_way_is_told():
    _, findings = check(rows=[*ROWS, (" b", 20, 30, 1.0), ("hole 77", 0, 1, 1.0)])
    assert [r[3] for r in rows_of(findings, "collar_missing")] == ["is it 'B'?", ""]


def test_twin_collars():
    twice = {"file": "collar.csv"}
    base = collars(**HOLES)
    names = np.array(["A", "B", "A"])
    for shift, kind in ((0.0, "collar_repeated"), (5.0, "collar_duplicate")):
        xyz = base.xyz_m.copy()
        xyz[2] = xyz[0] + shift
        doubled = type(base)(names, xyz, base.depth_m, **twice)
        _, findings = validate(doubled, surveys(*STATIONS[:2]), {"assay": intervals(*ROWS[:3])})
        assert rows_of(findings, kind) == [("A", pytest.approx(np.nan, nan_ok=True), 3,
                                            "first in line 1")]  # fmt: skip
    _, findings = check({**HOLES, "C": (100, 0, 0)})
    assert [r[0] for r in rows_of(findings, "collar_twin")] == ["B", "C"]


SURVEY_FAULTS = [
    ("survey_angle", ("A", 50, 0, 95)),
    ("survey_angle", ("A", 50, 400, 80)),
    ("survey_angle", ("A", 50, 0, -120)),
    ("survey_depth", ("A", -5, 0, 90)),
    ("survey_duplicate", ("A", 0, 0, 80)),
    ("survey_reversal", ("A", 50, 0, -90)),
    ("collar_missing", ("Q", 0, 0, 90)),
]


@pytest.mark.parametrize(("kind", "row"), SURVEY_FAULTS)
def test_faults_of_surveys(kind, row):
    _, findings = check(stations=[*STATIONS, row])
    ((hole, depth, line, _),) = rows_of(findings, kind)
    assert (hole, depth, line) == (row[0], row[1], 4)
    with pytest.raises(TableError, match=kind):
        findings.refuse_errors()
    holes, dropped = check(stations=[*STATIONS, row], drop=True)
    dropped.refuse_errors()
    assert len(holes.surveys) == 3


def test_a_slip_in_the_middle_is_one_reversal_not_two():
    stations = [*STATIONS, ("A", 30, 0, 89), ("A", 60, 180, -89), ("A", 90, 0, 88)]
    holes, findings = check(stations=stations, drop=True)
    assert [r[1] for r in rows_of(findings, "survey_reversal")] == [60.0]
    assert len(holes.surveys) == 5


def test_kinks_are_told_per_thirty_metres():
    stations = [*STATIONS, ("B", 30, 0, 79.5), ("C", 60, 0, 75)]
    _, findings = check(stations=stations)
    assert rows_of(findings, "survey_kink") == [("B", 30.0, 4, "10.5 degrees per 30 m")]


def test_an_azimuth_that_passes_north_is_no_kink():
    _, findings = check(stations=[*STATIONS[:2], ("C", 0, 359.5, 60), ("C", 30, 0.5, 60)])
    assert findings.count("survey_kink") == 0


def test_holes_that_go_up_are_a_turned_sign_when_most_do():
    up = [(h, d, a, -dip) for h, d, a, dip in STATIONS]
    _, findings = check(stations=up)
    with pytest.raises(TableError, match="more holes go up than down") as caught:
        findings.refuse_errors()
    assert "down_positive" in caught.value.fix
    check(stations=up, kinds={"dip_sign": "warn"})[1].refuse_errors()
    _, findings = check(stations=[up[0], *STATIONS[1:]])
    findings.refuse_errors()
    assert rows_of(findings, "hole_up")[0][0] == "A"


def test_stations_below_the_hole_are_told():
    _, findings = check(stations=[*STATIONS, ("A", 9000, 0, 90)])
    assert rows_of(findings, "survey_beyond") == [("A", 9000.0, 4, "the hole ends at 20.00 m")]


def test_a_collar_far_from_all_others():
    many = {f"H{i}": (100.0 * i, 50.0 * (i % 3), 0) for i in range(10)}
    stations = [(name, 0, 0, 90) for name in many]
    rows = [(name, 0, 10, 1.0) for name in many]
    many["H4"] = (400, 5_000_050, 0)
    _, findings = check(many, stations, rows)
    assert [r[0] for r in rows_of(findings, "collar_far")] == ["H4"]


def test_feet_taken_for_metres_are_caught_by_the_extent():
    feet = {k: tuple(v / 0.3048 for v in p) for k, p in
            {"A": (5000, 7000, 0), "B": (5100, 7000, 0), "C": (5000, 7100, 0)}.items()}  # fmt: skip
    _, findings = check(feet, extent=(4000, 6000, 6000, 8000))
    with pytest.raises(TableError, match="feet and metres are swapped"):
        findings.refuse_errors()
    _, findings = check(extent=(4e5, 6e6, 5e5, 7e6), drop=True)
    with pytest.raises(TableError, match="outside the extent"):
        # dropping all holes is no way on
        findings.refuse_errors()


def test_a_collar_outside_the_extent():
    _, findings = check(extent=(-10, -10, 50, 150))
    assert rows_of(findings, "collar_outside")[0][0] == "B"
    with pytest.raises(TableError, match="outside the extent"):
        findings.refuse_errors()
    holes, findings = check(extent=(-10, -10, 50, 150), drop=True)
    assert holes.collars.hole.tolist() == ["A", "C"]


def test_degrees_are_no_metres():
    _, findings = check({"A": (91.1, 29.6, 4500), "B": (91.2, 29.7, 4500), "C": (91.1, 29.7, 1)})
    with pytest.raises(TableError, match="longitude and latitude"):
        findings.refuse_errors()


@pytest.mark.parametrize(("times", "text"), [(1 / 0.3048, "intervals"), (0.3048, "collars")])
def test_depths_in_two_units_are_caught(times, text):
    many = {f"H{i}": (100.0 * i, 0, 0, 50.0 + i) for i in range(5)}
    rows = [(name, 0, (50.0 + i) * times, 1.0) for i, name in enumerate(many)]
    stations = [(name, 0, 0, 90) for name in many]
    _, findings = check(many, stations, rows, kinds={"interval_beyond": "warn"})
    with pytest.raises(TableError, match=f"feet and metres.*{text}"):
        findings.refuse_errors()


def test_coordinates_in_kilometres_are_told_by_the_lengths():
    many = {f"H{i}": (0.1 * i, 700.0, 0) for i in range(6)}
    rows = [(name, 0, 250, 1.0) for name in many]
    _, findings = check(many, [(name, 0, 0, 90) for name in many], rows)
    assert findings.count("units_spacing") == 1


def test_codes_and_limits_are_told_row_by_row():
    kinds = np.array([Kind.MEASURED, Kind.BELOW, Kind.CODE, Kind.ABOVE], dtype=np.int8)
    assay = intervals(*ROWS)
    told = Intervals(assay.hole, assay.from_m, assay.to_m, assay.values, {"cu_pct": kinds},
                     file="assay.csv")  # fmt: skip
    _, findings = validate(collars(**HOLES), surveys(*STATIONS), {"assay": told})
    findings.refuse_errors()
    for kind, hole in (("value_below", "A"), ("value_code", "B"), ("value_above", "C")):
        assert rows_of(findings, kind)[0][0] == hole


def test_densities_have_a_range():
    heavy = intervals(("A", 0, 10, 2700.0), name="density_t_m3")
    _, findings = check(density=heavy)
    with pytest.raises(TableError, match="density"):
        findings.refuse_errors()


def test_every_table_is_checked():
    rock = logged(("A", 0, 10, "x"), ("A", 5, 20, "y"))
    _, findings = check(lithology=rock)
    assert findings.kinds()[0]["table"] == "lithology"


def test_rules_that_cannot_be():
    with pytest.raises(ModelError, match="unknown kind of finding 'interval_overlp'") as caught:
        FaultRules("stop", {"interval_overlp": "drop"})
    assert "interval_overlap" in caught.value.fix
    with pytest.raises(ModelError, match="cannot be 'warn'"):
        FaultRules("stop", {"interval_overlap": "warn"})
    with pytest.raises(ModelError, match="stop or drop"):
        FaultRules("ignore")
    with pytest.raises(ModelError, match="empty"):
        Extent(0, 0, 0, 10)


def test_every_error_says_what_to_do():
    for name, kind in KINDS.items():
        assert kind.what, name
        assert kind.fix, name


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ModelError, match="shape"):
        Surveys(np.array(["A", "B"]), np.zeros(3), np.zeros(2), np.zeros(2))


ROW = st.tuples(
    st.sampled_from(["A", "B", "C", "Z"]), st.integers(-2, 30), st.integers(-2, 30),
    st.sampled_from([0.5, -1.0, 250.0, np.nan]),
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=25))
def test_what_is_left_is_sound_and_nothing_goes_without_a_finding(rows):
    holes, findings = check(rows=rows, drop=True)
    findings.refuse_errors()
    assay = holes.tables["assay"]
    at = holes.index(assay.hole)
    assert (at >= 0).all()
    assert (assay.to_m > assay.from_m).all()
    assert (np.diff(at) >= 0).all()
    same = np.diff(at) == 0
    assert (assay.from_m[1:][same] >= assay.to_m[:-1][same]).all()
    grade = assay.values["cu_pct"]
    assert ((grade >= 0) & (grade <= 100) | np.isnan(grade)).all()
    rows_out = ("collar_missing", "interval_order", "interval_depth", "interval_overlap",
                "interval_duplicate", "interval_repeated")  # fmt: skip
    assert len(assay) + sum(map(findings.count, rows_out)) == len(rows)
    # and checking what is left finds nothing more to drop
    _, again = validate(holes.collars, holes.surveys, {"assay": assay})
    again.refuse_errors()
    assert sum(map(again.count, rows_out)) == 0
