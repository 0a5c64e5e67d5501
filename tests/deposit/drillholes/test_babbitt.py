"""Babbitt from raw CSV: the published number of composites, grades of the domain, time."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from orefield.deposit.domains import Domains
from orefield.deposit.drillholes.composite import composite
from orefield.deposit.drillholes.desurvey import desurvey
from orefield.deposit.drillholes.read import (
    Angles,
    LogSource,
    read_collars,
    read_intervals,
    read_surveys,
)
from orefield.deposit.drillholes.runs import CompositeRules
from orefield.deposit.drillholes.segments import segments_of
from orefield.deposit.drillholes.validate import validate
from orefield.deposit.wireframe import Wireframe

FOOT = 0.3048

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def folder() -> Path:
    root = os.environ.get("OREFIELD_DATA")
    place = Path(root or "") / "deposit" / "babbitt"
    if not root or not place.is_dir():
        pytest.skip("OREFIELD_DATA has no deposit/babbitt")
    return place


@pytest.fixture(scope="module")
def holes(folder):
    def source(name, **more):
        return LogSource(
            folder / f"{name}_BABBITT.csv", coordinate_unit="ft", depth_unit="ft", **more
        )

    down = Angles(down_positive=True)
    values = {"cu_pct": "CU", "ni_pct": "NI"}
    found, findings = validate(
        read_collars(source("collar"), down)[0],
        read_surveys(source("survey"), down),
        {"assay": read_intervals(source("assay", values=values))},
    )
    findings.refuse_errors()
    return found, findings


def test_what_is_in_the_files(holes):
    found, findings = holes
    assay = found.tables["assay"]
    assert (len(found.collars), len(found.surveys), len(assay)) == (399, 2628, 35616)
    assert (~np.isnan(assay.values["cu_pct"])).sum() == 23685
    assert findings.count("interval_overlap") == findings.count("interval_gap") == 0
    # stations of a program that wanted two a hole lie at 90,000 feet
    assert findings.count("survey_beyond") == 70
    assert findings.count("collar_twin") == 6


def test_the_composites_of_the_tutorial(holes, folder):
    # what was not assayed is zero, whole holes, ten feet; a residual of half of that stays
    rules = CompositeRules(10 * FOOT, residual="discard", missing=0.0)
    found, _ = holes
    paths = desurvey(found)
    composites, balances = composite(found, paths, segments_of(found), rules, values=["cu_pct"])
    assert len(composites) == 54_189
    last = composites.samples.holes[composites.samples.hole[-1]]
    assert (last, composites.from_m[-1]) == ("RMC-66313", pytest.approx(1010 * FOOT))
    assert composites.samples.length_m[-1] == pytest.approx(7 * FOOT)
    assert balances["cu_pct"].lost < 0.001
    # the tutorial's first composites, and its mean of those in the wireframe
    first = composites.samples.xyz_m[0] / FOOT
    np.testing.assert_allclose(first, [2296021.09, 414095.85, 1585.0], atol=1e-6)
    solid = Wireframe.read(folder / "Mpz.stl", unit="ft", holes="winding")
    inside = solid.inside(composites.samples.xyz_m)
    mean = composites.samples["cu_pct"][inside].mean()
    assert mean == pytest.approx(0.24149, rel=0.001)


def test_twenty_feet_with_assays(holes, folder):
    found, _ = holes
    paths, segments = desurvey(found), segments_of(found)
    composites, balances = composite(
        found, paths, segments, CompositeRules(20 * FOOT), values=["cu_pct"]
    )
    assert 10_300 <= len(composites) <= 10_700
    assert balances["cu_pct"].composite_mean == pytest.approx(balances["cu_pct"].mean, rel=0.005)
    solid = Wireframe.read(folder / "Mpz.stl", unit="ft", holes="winding")
    domains = Domains((("mpz", solid),), default="outside", step_m=3.0)
    coded = domains.of_segments(found, paths, segments)
    within, _ = composite(found, paths, coded, CompositeRules(20 * FOOT), values=["cu_pct"])
    words = within.samples.code("domain")
    assert set(words.tolist()) == {"mpz", "outside"}
    # none crosses the surface: both ends, drawn in by a millimetre, are where the middle is
    hole = np.searchsorted(found.collars.hole, within.samples.holes)
    assert (found.collars.hole[hole] == within.samples.holes).all()
    at = hole[within.samples.hole]
    for depth in (within.from_m + 1e-3, within.to_m - 1e-3):
        side = solid.inside(paths.locate(at, depth)[0])
        assert (side == (words == "mpz")).mean() > 0.999


def test_feet_taken_for_metres_do_not_meet_the_wireframe(holes, folder):
    found, _ = holes
    solid = Wireframe.read(folder / "Mpz.stl", holes="winding")
    assert not solid.inside(found.collars.xyz_m).any()
