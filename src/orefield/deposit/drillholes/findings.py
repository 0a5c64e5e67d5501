"""What a validation of drill holes finds: kind, severity, hole, depth, row, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.sections import hint
from orefield.deposit.drillholes.finding_kinds import KINDS

Choice = Literal["stop", "drop", "warn"]


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
        if choice == "stop":
            severity = "error"  # whatever it is by itself: who wants to stop must be stopped
        elif severity == "error":
            severity = "warning"
        used = "used as it is" if KINDS[kind].severity == "error" else ""
        done = {"drop": KINDS[kind].drop, "warn": used, "stop": ""}[choice]
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

    def refuse_errors(self, listed: str = "") -> None:
        """Stop when there are errors that were not to be dropped.

        Parameters
        ----------
        listed : str
            Where all of them are to be read.

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
            f"{kind.what}{detail}. Errors of the holes: {counts}{f'; {listed}' if listed else ''}",
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
