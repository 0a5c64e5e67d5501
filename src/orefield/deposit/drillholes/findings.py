"""What a validation of drill holes finds: kind, severity, hole, depth, row, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.sections import hint

Severity = Literal["error", "warning", "note"]
Choice = Literal["stop", "drop", "warn"]


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind of fault.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        Errors stop a run unless they are to be dropped.
    what : str
        One sentence.
    fix : str
        What a person can do about it.
    drop : str
        What is done with it under ``drop``; empty where nothing can be.
    warn : bool
        Whether the data can be used as they are.
    """

    severity: Severity
    what: str
    fix: str
    drop: str = ""
    warn: bool = False


KINDS: Final[Mapping[str, FindingKind]] = {
    "collar_duplicate": FindingKind(
        "error", "a hole has two collars", "keep the one that is right", "the first is kept"
    ),
    "collar_repeated": FindingKind("warning", "a collar stands twice", "remove one row",
                                   "the first is kept"),
    "collar_twin": FindingKind("warning", "two holes begin at one place",
                               "is one a re-entry or a second name of the other?"),
    "collar_missing": FindingKind(
        "error", "rows of a hole that has no collar", "add the collar, or correct the name",
        "the rows are left out",
    ),
    "collar_far": FindingKind("warning", "a collar lies far from all others",
                              "check its coordinates for swapped or lost digits"),
    "collar_outside": FindingKind(
        "error", "a collar lies outside the extent", "check its coordinates and their system",
        "the hole is left out", warn=True,
    ),
    "extent_missed": FindingKind(
        "error", "all collars lie outside the extent",
        "are both in one coordinate system? are east and north the right columns?",
    ),
    "coordinates_degrees": FindingKind(
        "error", "coordinates look like degrees of longitude and latitude",
        "project them into metres first", warn=True,
    ),
    "units_extent": FindingKind(
        "error", "all collars lie outside the extent, but not once feet and metres are swapped",
        "correct coordinate_unit",
    ),
    "units_depth": FindingKind(
        "error", "depths of collars and of intervals differ by feet and metres",
        "correct depth_unit of one of the tables", warn=True,
    ),
    "units_spacing": FindingKind(
        "warning", "holes are very long against the spacing of their collars",
        "are coordinates and depths in the units that the settings say?",
    ),
    "survey_missing": FindingKind(
        "error", "a hole has no survey", 'survey it, or take it for vertical: "warn"',
        "the hole is left out", warn=True,
    ),
    "survey_angle": FindingKind(
        "error", "an azimuth beyond 360 or a dip beyond 90 degrees", "correct the angle",
        "the station is left out",
    ),
    "survey_depth": FindingKind(
        "error", "a station has a negative depth", "correct the depth", "the station is left out"
    ),
    "survey_duplicate": FindingKind(
        "error", "two stations at one depth differ", "keep the one that is right",
        "the first is kept",
    ),
    "survey_repeated": FindingKind("warning", "a station stands twice", "remove one row",
                                   "the first is kept"),
    "survey_late": FindingKind("note", "the first station is not at the collar",
                               "its direction is taken from the collar down"),
    "survey_beyond": FindingKind("warning", "a station lies below the end of the hole",
                                 "check the depths of collar and station"),
    "survey_kink": FindingKind("warning", "the hole bends more than a rod string can",
                               "check the angles before and after for slips"),
    "survey_reversal": FindingKind(
        "error", "the hole turns back on itself between two stations", "correct the angle",
        "the lower station is left out",
    ),
    "dip_sign": FindingKind(
        "error", "more holes go up than down",
        'turn the sign: dip = "down_positive" or "down_negative"', warn=True,
    ),
    "hole_up": FindingKind("warning", "the hole goes up", "is it from underground?"),
    "interval_order": FindingKind(
        "error", "an interval does not end below its begin", "correct from and to",
        "the interval is left out",
    ),
    "interval_depth": FindingKind(
        "error", "an interval begins above the collar", "correct from", "the interval is left out"
    ),
    "interval_duplicate": FindingKind(
        "error", "two intervals at one depth differ", "keep the one that is right",
        "the first is kept",
    ),
    "interval_repeated": FindingKind("warning", "an interval stands twice", "remove one row",
                                     "the first is kept"),
    "interval_overlap": FindingKind(
        "error", "two intervals overlap", "correct from and to",
        "the one that begins later is left out",
    ),
    "interval_gap": FindingKind("note", "there is a gap between two intervals",
                                "was nothing logged, or is a row lost?"),
    "interval_beyond": FindingKind(
        "error", "an interval reaches below the end of the hole",
        "correct the depth of the collar or of the interval", "it is cut at the end of the hole",
        warn=True,
    ),
    "interval_missing": FindingKind("warning", "a hole has no interval in a table",
                                    "is the hole not yet assayed, or its name another?"),
    "grade_negative": FindingKind(
        "error", "a grade is negative",
        'say what it means: missing = [...], or negative = "below" or "missing"',
        "the value is taken for missing",
    ),
    "grade_range": FindingKind(
        "error", "a grade is more than all of the mass", "is the unit right?",
        "the value is taken for missing",
    ),
    "density_range": FindingKind(
        "error", "a density is not positive or more than any rock's", "is the unit right?",
        "the value is taken for missing",
    ),
    "value_code": FindingKind("note", "a code for 'no value'", "it is taken for missing"),
    "value_negative": FindingKind("note", "a negative number taken for missing",
                                  "that is what the settings say"),
    "value_below": FindingKind("note", "a value below detection",
                               "it is replaced as the settings say"),
    "value_above": FindingKind("note", "a value above what the method measures",
                               "assay it again by another method"),
}  # fmt: skip
"""Every kind of finding, by its name in files and settings."""


@dataclass(frozen=True, slots=True)
class FaultRules:
    """What is done with errors.

    Parameters
    ----------
    errors : {"stop", "drop"}
        For all kinds that are not named.
    kinds : mapping of str to {"stop", "drop", "warn"}
        By kind; ``warn`` uses the data as they are.

    Raises
    ------
    ModelError
        For a kind that is unknown, or cannot be dropped or warned of.
    """

    errors: Choice = "stop"
    kinds: Mapping[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.errors not in ("stop", "drop"):
            raise ModelError(f"errors are to be '{self.errors}'", fix="stop or drop")
        for name, choice in self.kinds.items():
            if name not in KINDS:
                raise ModelError(f"unknown kind of finding '{name}'", fix=hint(name, KINDS))
            kind = KINDS[name]
            able = {"stop": True, "drop": bool(kind.drop), "warn": kind.warn}
            if not able.get(choice, False):
                raise ModelError(
                    f"'{name}' cannot be '{choice}'",
                    fix="one of: " + ", ".join(c for c, can in able.items() if can),
                )

    def choice(self, name: str) -> Choice:
        """What is done with a kind."""
        kind = KINDS[name]
        if name in self.kinds:
            return self.kinds[name]
        if kind.severity != "error":
            return "drop" if kind.drop else "warn"
        return self.errors if kind.drop else "stop"


@dataclass(frozen=True, eq=False)
class _Group:
    kind: str
    severity: str
    done: str
    table: str
    hole: NDArray[np.str_]
    depth_m: NDArray[np.float64]
    line: NDArray[np.int64]
    file: str
    detail: Sequence[str]


class Findings:
    """Findings of a validation, in the order they were made.

    Parameters
    ----------
    rules : FaultRules, optional
        What is done with errors; by default they stop.
    """

    def __init__(self, rules: FaultRules | None = None) -> None:
        self.rules = rules or FaultRules()
        self._groups: list[_Group] = []

    def add(
        self,
        kind: str,
        *,
        table: str,
        hole: ArrayLike,
        depth_m: ArrayLike | None = None,
        line: ArrayLike | None = None,
        file: str = "",
        detail: Sequence[str] | str = "",
    ) -> bool:
        """Add findings of one kind, one a hole given; says whether they are to be dropped."""
        holes = np.atleast_1d(np.asarray(hole, dtype=np.str_))
        n = len(holes)
        choice = self.rules.choice(kind)
        severity = KINDS[kind].severity
        if choice != "stop" and severity == "error":
            severity = "warning"
        done = {"drop": KINDS[kind].drop, "warn": "used as it is", "stop": ""}[choice]
        if n:
            depths = np.full(n, np.nan) if depth_m is None else np.asarray(depth_m, np.float64)
            lines = np.zeros(n) if line is None else np.asarray(line)
            texts = [detail] * n if isinstance(detail, str) else detail
            self._groups.append(
                _Group(kind, severity, done, table, holes, np.atleast_1d(depths),
                       np.atleast_1d(lines).astype(np.int64), file, texts)
            )  # fmt: skip
        return choice == "drop"

    def __len__(self) -> int:
        return sum(len(g.hole) for g in self._groups)

    def count(self, kind: str = "", severity: str = "") -> int:
        """How many there are of a kind, a severity, or both."""
        return sum(
            len(g.hole)
            for g in self._groups
            if kind in ("", g.kind) and severity in ("", g.severity)
        )

    def kinds(self) -> list[dict[str, Any]]:
        """A row for each kind and table: severity, count, what, what was done, an example."""
        out: dict[tuple[str, str], dict[str, Any]] = {}
        for g in self._groups:
            row = out.setdefault(
                (g.kind, g.table),
                {"kind": g.kind, "severity": g.severity, "table": g.table, "count": 0,
                 "what": KINDS[g.kind].what, "done": g.done, "first": _place(g, 0)},
            )  # fmt: skip
            row["count"] += len(g.hole)
        order = {"error": 0, "warning": 1, "note": 2}
        return sorted(out.values(), key=lambda row: order[row["severity"]])

    def table(self) -> dict[str, list[Any]]:
        """All findings by column, as they are written."""
        out: dict[str, list[Any]] = {
            name: []
            for name in ("kind", "severity", "table", "hole", "depth_m", "file", "line", "what",
                         "detail", "done", "fix")
        }  # fmt: skip
        for g in self._groups:
            n, kind = len(g.hole), KINDS[g.kind]
            out["hole"] += g.hole.tolist()
            out["depth_m"] += np.round(g.depth_m, 6).tolist()
            out["line"] += [v or None for v in g.line.tolist()]
            out["detail"] += list(g.detail)
            for name, text in (("kind", g.kind), ("severity", g.severity), ("table", g.table),
                               ("file", g.file), ("what", kind.what), ("done", g.done),
                               ("fix", kind.fix)):  # fmt: skip
                out[name] += [text] * n
        return out

    def refuse_errors(self) -> None:
        """Stop when there are errors that were not to be dropped.

        Raises
        ------
        TableError
            Naming the first, and how many there are of each kind.
        """
        errors = [g for g in self._groups if g.severity == "error"]
        if not errors:
            return
        first = errors[0]
        counts = ", ".join(
            f"{row['count']:,} {row['kind']}" for row in self.kinds() if row["severity"] == "error"
        )
        detail = f": {first.detail[0]}" if first.detail[0] else ""
        kind = KINDS[first.kind]
        can = sorted({g.kind for g in errors if KINDS[g.kind].drop})
        drop = f'; or [holes.findings] {can[0]} = "drop" ({KINDS[can[0]].drop})' if can else ""
        raise TableError(
            f"{kind.what}{detail}. Errors of the holes: {counts}",
            where=_place(first, 0),
            fix=f"{kind.fix}{drop}",
        )


def _place(group: _Group, at: int) -> str:
    words = []
    if group.file:
        line = int(group.line[at])
        words.append(f"{group.file}:{line}" if line else group.file)
    if group.hole[at]:
        words.append(f"hole {group.hole[at]}")
    if not np.isnan(group.depth_m[at]):
        words.append(f"{group.depth_m[at]:.2f} m")
    return ", ".join(words)
