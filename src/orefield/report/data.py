"""What the report reads: the tables of a run folder, indexed for look-up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import RunError, TableError
from orefield.pipeline.tornado import TORNADO_YEAR

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "baseline"
FLOW_YEAR = 2024
"""Year whose flows are drawn, where the study has it."""


@dataclass(frozen=True, slots=True)
class Value:
    """A row of the results.

    Attributes
    ----------
    key, scenario, entity, metric, unit, stage : str
    year : int
        0 for numbers without a year.
    central, p10, p50, p90 : float
    """

    key: str
    scenario: str
    entity: str
    metric: str
    unit: str
    stage: str
    year: int
    central: float
    p10: float
    p50: float
    p90: float

    @property
    def certain(self) -> bool:
        """Whether all draws agree."""
        return self.p10 == self.p90


@dataclass(frozen=True)
class Series:
    """A metric of an entity over the years; arrays of shape (n_years,)."""

    year: NDArray[np.int64]
    central: NDArray[np.float64]
    p10: NDArray[np.float64]
    p50: NDArray[np.float64]
    p90: NDArray[np.float64]


def absent(value: Any) -> bool:
    """Whether a cell of a table is empty: None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


class RunTables:
    """Tables of a run folder, read when asked for, and its results by key.

    Parameters
    ----------
    folder : Path
        Folder of Parquet tables.
    manifest : mapping
        As in ``manifest.json``; only ``study`` is needed, with ``id`` and ``title``.

    Raises
    ------
    RunError
        When the folder has no results, or the manifest names no study.
    """

    def __init__(self, folder: Path | str, manifest: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self.manifest = manifest
        self._frames: dict[str, pd.DataFrame] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {}
        if not isinstance(manifest.get("study"), Mapping):
            raise RunError("the manifest names no study", where=str(self.folder))
        if not self.has("results"):
            raise RunError(
                "the run has no results",
                where=str(self.folder),
                fix="a report needs at least the tables of stage 'evidence'",
            )

    # -- tables --------------------------------------------------------------------------

    def has(self, *names: str) -> bool:
        """Whether all these tables are there and none is empty of columns."""
        return all((self.folder / f"{name}.parquet").is_file() for name in names)

    def filled(self, *names: str) -> bool:
        """Whether all these tables are there and have rows."""
        return self.has(*names) and all(len(self.table(name)) > 0 for name in names)

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run.

        Raises
        ------
        RunError
            When there is no such table.
        TableError
            When its file cannot be read.
        """
        if name not in self._frames:
            import pandas as pd

            path = self.folder / f"{name}.parquet"
            if not path.is_file():
                raise RunError(
                    f"no table '{name}'",
                    where=str(self.folder),
                    fix="the run ended before the stage that writes it; run it further",
                )
            try:
                self._frames[name] = pd.read_parquet(path)
            except (OSError, ValueError) as error:
                raise TableError(f"table cannot be read: {error}", where=str(path)) from error
        return self._frames[name]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A table as plain rows; empty when the run has no such table."""
        if name not in self._rows:
            frame = self.table(name) if self.has(name) else None
            columns = {} if frame is None else {str(c): frame[c].tolist() for c in frame.columns}
            self._rows[name] = [
                dict(zip(columns, values, strict=True))
                for values in zip(*columns.values(), strict=True)
            ]
        return self._rows[name]

    # -- results -------------------------------------------------------------------------

    @cached_property
    def _index(self) -> dict[tuple[str, str], Value]:
        frame = self.table("results")
        names = ("key", "scenario", "entity", "metric", "unit", "stage")
        columns = [frame[name].astype(object).tolist() for name in names]
        numbers = [frame[name].tolist() for name in ("year", "central", "p10", "p50", "p90")]
        return {(row[1], row[0]): Value(*row) for row in zip(*columns, *numbers, strict=True)}

    @cached_property
    def _series(self) -> dict[tuple[str, str, str], list[Value]]:
        out: dict[tuple[str, str, str], list[Value]] = {}
        for value in self._index.values():
            if value.year:
                out.setdefault((value.scenario, value.entity, value.metric), []).append(value)
        return out

    def value(self, key: str, scenario: str = BASELINE) -> Value | None:
        """A result by its key, or None."""
        return self._index.get((scenario, key))

    def series(self, entity: str, metric: str, scenario: str = BASELINE) -> Series | None:
        """A yearly metric, or None when the run has none."""
        rows = self._series.get((scenario, entity, metric))
        if not rows:
            return None
        rows = sorted(rows, key=lambda v: v.year)

        def column(name: str) -> NDArray[np.float64]:
            return np.array([getattr(v, name) for v in rows], dtype=np.float64)

        return Series(
            np.array([v.year for v in rows], dtype=np.int64),
            column("central"), column("p10"), column("p50"), column("p90"),
        )  # fmt: skip

    @cached_property
    def scenarios(self) -> dict[str, str]:
        """Scenarios that have results, with their labels, the baseline first."""
        labels = dict(self.manifest.get("scenarios", {}))
        found = sorted({v.scenario for v in self._index.values()}, key=lambda s: s != BASELINE)
        order = [s for s in labels if s in found] or found
        order += [s for s in found if s not in order]
        order.sort(key=lambda s: s != BASELINE)
        return {s: str(labels.get(s, s)) for s in order}

    @cached_property
    def country(self) -> str:
        """Entity that the national balance is of; empty when the run has no balance."""
        found = {v.entity for v in self._index.values() if v.stage == "balance"}
        return min(found) if found else ""

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of the results; those of the study when none are yearly."""
        found = sorted({v.year for v in self._index.values() if v.year})
        study = self.manifest["study"]
        if not found and "first_year" in study and "last_year" in study:
            return tuple(range(int(study["first_year"]), int(study["last_year"]) + 1))
        return tuple(found)

    def nearest_year(self, year: int) -> int:
        """``year``, or the nearest the run has."""
        return min(self.years, key=lambda y: (abs(y - year), y)) if self.years else year

    @property
    def focus_year(self) -> int:
        """Year of the headline: the one that the tornado explains."""
        return self.nearest_year(TORNADO_YEAR)

    @property
    def flow_year(self) -> int:
        """Year whose flows are drawn."""
        return self.nearest_year(FLOW_YEAR)

    @property
    def milestones(self) -> tuple[int, ...]:
        """Years of the tables: every fifth within the study."""
        chosen = [y for y in self.years if y % 5 == 0 and y > min(self.years)]
        return tuple(chosen) or self.years[-1:]

    @cached_property
    def definitions(self) -> tuple[str, ...]:
        """Definitions of self-sufficiency, the narrowest first."""
        from orefield.report.words import DEFINITIONS

        prefix = "self_sufficiency."
        found = {
            v.metric.removeprefix(prefix)
            for v in self._index.values()
            if v.metric.startswith(prefix)
        }
        known = [d for d in DEFINITIONS if d in found]
        return tuple(known + sorted(found - set(known)))

    # -- what things are called ----------------------------------------------------------

    @cached_property
    def entities(self) -> dict[str, dict[str, Any]]:
        """Rows of the entities by id."""
        return {str(row["id"]): row for row in self.rows("entities")}

    def name(self, entity: str) -> str:
        """English name of an entity, or its id."""
        return str(self.entities.get(entity, {}).get("name_en") or entity)

    @cached_property
    def assets(self) -> tuple[str, ...]:
        """Modelled assets in the order of the study."""
        return tuple(str(r["asset"]) for r in self.rows("assets"))

    # -- evidence ------------------------------------------------------------------------

    @cached_property
    def parameters(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Rows of the parameters by scenario and key."""
        return {(str(r["scenario"]), str(r["key"])): r for r in self.rows("parameters")}

    def parameter(self, key: str, scenario: str = BASELINE) -> dict[str, Any] | None:
        """A parameter; those of the baseline hold in a scenario that leaves them."""
        return self.parameters.get((scenario, key)) or self.parameters.get((BASELINE, key))

    def asset_parameter(self, asset: str, name: str) -> dict[str, Any] | None:
        """A parameter of an asset: its own, or the one of all assets (``*``)."""
        return self.parameter(f"{asset}.{name}") or self.parameter(f"*.{name}")

    @cached_property
    def claims(self) -> dict[str, dict[str, Any]]:
        """Rows of the claims by id."""
        return {str(r["id"]): r for r in self.rows("claims")}

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Rows of the sources by id."""
        return {str(r["id"]): r for r in self.rows("sources")}
