"""What can be wrong with surveys: angles, depths, twins, kinks, holes that go up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.drillholes.desurvey import dogleg_deg
from orefield.deposit.drillholes.findings import Findings
from orefield.deposit.drillholes.tables import Collars, Drillholes, Surveys, index_of, nearest_names

KINK_PER_M = 30.0
"""Doglegs are told per this length (m), as drillers do."""

_REVERSAL_DEG = 170.0
_SHORTEST_M = 0.5
_SAME_M = 1e-3
_SAME_DEG = 1e-3


def check_surveys(
    surveys: Surveys, collars: Collars, findings: Findings, kink_limit_deg: float
) -> Surveys:
    """Stations that can be used, sorted by hole and depth.

    Parameters
    ----------
    surveys : Surveys
        As read.
    collars : Collars
        Checked.
    findings : Findings
        Added to.
    kink_limit_deg : float
        A hole that bends more than this per 30 m is told.
    """
    at = index_of(collars.hole, surveys.hole)

    def tell(kind: str, rows: NDArray[np.bool_], detail: list[str] | str = "") -> None:
        findings.add(
            kind, table="survey", hole=surveys.hole[rows], depth_m=surveys.depth_m[rows],
            line=surveys.line[rows], file=surveys.file, detail=detail,
        )  # fmt: skip

    lost = at < 0
    tell("collar_missing", lost, nearest_names(collars.hole, surveys.hole[lost]))
    odd = ~lost & ~(
        (np.abs(surveys.azimuth_deg) <= 360.0) & (np.abs(surveys.dip_deg) <= 90.0)
    )  # fmt: skip
    angles = zip(surveys.azimuth_deg[odd], surveys.dip_deg[odd], strict=True)
    tell("survey_angle", odd, [f"azimuth {a:g}, dip {d:g}" for a, d in angles])
    above = ~lost & ~odd & (surveys.depth_m < 0)
    tell("survey_depth", above)
    kept = ~(lost | odd | above)
    surveys, at = surveys.where(kept), at[kept]
    order = np.lexsort((surveys.depth_m, at))
    surveys, at = surveys.where(order), at[order]
    surveys, at = _without_twins(surveys, at, findings)
    surveys, at = _without_reversals(surveys, at, findings)
    _tell_kinks(surveys, at, findings, kink_limit_deg)
    _tell_signs(surveys, at, findings)
    return _with_all_holes(surveys, at, collars, findings)


def check_station_depths(holes: Drillholes, findings: Findings) -> None:
    """Stations far below the end of their hole: of the collar, or of the deepest interval."""
    surveys = holes.surveys
    end = holes.depth_m()[holes.index(surveys.hole)]
    beyond = (surveys.depth_m > 1.1 * end + 30.0) & (end > 0)
    findings.add("survey_beyond", table="survey", hole=surveys.hole[beyond],
                 depth_m=surveys.depth_m[beyond], line=surveys.line[beyond], file=surveys.file,
                 detail=[f"the hole ends at {v:.2f} m" for v in end[beyond]])  # fmt: skip


def _without_twins(
    surveys: Surveys, at: NDArray[np.int64], findings: Findings
) -> tuple[Surveys, NDArray[np.int64]]:
    if len(surveys) < 2:
        return surveys, at
    again = np.zeros(len(surveys), dtype=np.bool_)
    again[1:] = (at[1:] == at[:-1]) & (np.diff(surveys.depth_m) < _SAME_M)
    bend = np.concatenate([[0.0], dogleg_deg(surveys)])
    for kind, which in (
        ("survey_repeated", again & (bend <= _SAME_DEG)),
        ("survey_duplicate", again & (bend > _SAME_DEG)),
    ):
        findings.add(kind, table="survey", hole=surveys.hole[which],
                     depth_m=surveys.depth_m[which], line=surveys.line[which],
                     file=surveys.file)  # fmt: skip
    return surveys.where(~again), at[~again]


def _without_reversals(
    surveys: Surveys, at: NDArray[np.int64], findings: Findings
) -> tuple[Surveys, NDArray[np.int64]]:
    while len(surveys) > 1:
        bend = np.where(at[1:] == at[:-1], dogleg_deg(surveys), 0.0)
        back = np.concatenate([[False], bend > _REVERSAL_DEG])
        if not back.any():
            break
        # one a hole at a time: the station behind a slip turns back, too
        first = np.zeros_like(back)
        rows = np.flatnonzero(back)
        first[rows[np.unique(at[rows], return_index=True)[1]]] = True
        by = [f"by {v:.0f} degrees" for v in bend[np.flatnonzero(first) - 1]]
        findings.add("survey_reversal", table="survey", hole=surveys.hole[first],
                     depth_m=surveys.depth_m[first], line=surveys.line[first],
                     file=surveys.file, detail=by)  # fmt: skip
        surveys, at = surveys.where(~first), at[~first]
    return surveys, at


def _tell_kinks(
    surveys: Surveys, at: NDArray[np.int64], findings: Findings, limit_deg: float
) -> None:
    if len(surveys) < 2:
        return
    apart = np.diff(surveys.depth_m)
    bend = np.where(at[1:] == at[:-1], dogleg_deg(surveys), 0.0)
    rate = bend * KINK_PER_M / np.maximum(apart, _SHORTEST_M)
    kink = np.concatenate([[False], rate > limit_deg])
    findings.add("survey_kink", table="survey", hole=surveys.hole[kink],
                 depth_m=surveys.depth_m[kink], line=surveys.line[kink], file=surveys.file,
                 detail=[f"{v:.1f} degrees per {KINK_PER_M:g} m"
                         for v in rate[np.flatnonzero(kink) - 1]])  # fmt: skip


def _tell_signs(surveys: Surveys, at: NDArray[np.int64], findings: Findings) -> None:
    if not len(surveys):
        return
    first = np.concatenate([[True], at[1:] != at[:-1]])
    up = first & (surveys.dip_deg < 0)
    if 2 * up.sum() > first.sum():
        findings.add("dip_sign", table="survey", hole=[""], file=surveys.file,
                     detail=f"{up.sum():,} of {first.sum():,} holes")  # fmt: skip
        return
    findings.add("hole_up", table="survey", hole=surveys.hole[up], depth_m=surveys.depth_m[up],
                 line=surveys.line[up], file=surveys.file)  # fmt: skip
    late = first & (surveys.depth_m > 0)
    findings.add("survey_late", table="survey", hole=surveys.hole[late],
                 depth_m=surveys.depth_m[late], line=surveys.line[late],
                 file=surveys.file)  # fmt: skip


def _with_all_holes(
    surveys: Surveys, at: NDArray[np.int64], collars: Collars, findings: Findings
) -> Surveys:
    """A vertical station for holes without any, when that is what the settings say."""
    bare = np.ones(len(collars), dtype=np.bool_)
    bare[at] = False
    if not bare.any():
        return surveys
    drop = findings.add("survey_missing", table="survey", hole=collars.hole[bare],
                        line=collars.line[bare], file=collars.file,
                        detail="taken for vertical"
                        if findings.rules.choice("survey_missing") == "warn" else "")  # fmt: skip
    if drop:
        return surveys
    n = int(bare.sum())
    added = Surveys(collars.hole[bare], np.zeros(n), np.zeros(n), np.full(n, 90.0),
                    line=np.zeros(n, dtype=np.int64))  # fmt: skip
    out = added.behind(surveys)
    return out.where(np.lexsort((out.depth_m, index_of(collars.hole, out.hole))))
