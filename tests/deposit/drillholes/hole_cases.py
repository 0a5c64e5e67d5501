"""Small sets of drill holes for the tests of this folder."""

from __future__ import annotations

import numpy as np

from orefield.deposit.drillholes.tables import Collars, Drillholes, Intervals, Surveys
from orefield.deposit.drillholes.validate import ValidationRules, validate


def collars(**places):
    """Collars by name: (x, y, z) or (x, y, z, depth)."""
    rows = [tuple(map(float, p)) for p in places.values()]
    return Collars(
        np.array(list(places)),
        np.array([r[:3] for r in rows]),
        np.array([r[3] if len(r) > 3 else np.nan for r in rows]),
        file="collar.csv",
    )


def surveys(*rows):
    """Stations: (hole, depth, azimuth, dip), down positive."""
    hole, depth, azimuth, dip = zip(*rows, strict=True)
    return Surveys(
        np.array(hole), np.array(depth, float), np.array(azimuth, float), np.array(dip, float),
        file="survey.csv",
    )  # fmt: skip


def intervals(*rows, codes=None, name="cu_pct"):
    """Intervals: (hole, from, to, value)."""
    hole, start, end, value = zip(*rows, strict=True)
    return Intervals(
        np.array(hole), np.array(start, float), np.array(end, float),
        {name: np.array(value, float)}, {}, {} if codes is None else {"rock": np.array(codes)},
        file="assay.csv",
    )  # fmt: skip


def logged(*rows):
    """Lithology: (hole, from, to, rock)."""
    hole, start, end, rock = zip(*rows, strict=True)
    return Intervals(
        np.array(hole), np.array(start, float), np.array(end, float), {}, {},
        {"rock": np.array(rock)}, file="lithology.csv",
    )  # fmt: skip


def one_hole(*rows, dip=90.0, azimuth=0.0, depth=np.nan, **tables) -> Drillholes:
    """A straight hole H1 from (0, 0, 0) with assays (from, to, value)."""
    assay = intervals(*[("H1", *row) for row in rows])
    found, findings = validate(
        collars(H1=(0, 0, 0, depth)), surveys(("H1", 0, azimuth, dip)), {"assay": assay, **tables},
        ValidationRules(),
    )  # fmt: skip
    findings.refuse_errors()
    return found
