"""What a run was made from, as tables of the run folder: `trace` reads them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from orefield.study import NEVER, Parameter, Parameters, Study

if TYPE_CHECKING:
    import pandas as pd


def parameter_table(scenarios: Mapping[str, Parameters], base: Parameters) -> pd.DataFrame:
    """Every parameter of the baseline, and of other scenarios those that differ."""
    import pandas as pd

    known = {row.key: row for row in base}
    rows = [_parameter("baseline", row) for row in base]
    for name, parameters in scenarios.items():
        if name != "baseline":
            rows += [_parameter(name, r) for r in parameters if known.get(r.key) is not r]
    return pd.DataFrame(rows)


def _parameter(scenario: str, row: Parameter) -> dict[str, object]:
    number = float(row.value) if isinstance(row.value, int | float) else None
    return {
        "scenario": scenario,
        "key": row.key,
        "label": row.label or row.key,
        "kind": row.kind,
        "unit": row.unit,
        "value": number,
        "shown": shown(row),
        "low": row.low if row.uncertain else None,
        "high": row.high if row.uncertain else None,
        "dist": row.dist,
        "mark": row.mark,
        "evidence": ";".join(row.evidence),
        "rule": row.rule,
        "rejected": "; ".join(f"{claim}: {why}" for claim, why in row.rejected),
        "note": row.note,
    }


def shown(row: Parameter) -> str:
    """A parameter's value as text, with its unit."""
    value = row.value
    if isinstance(value, Mapping):
        years = sorted(value)
        return f"{len(years)} years, {years[0]}-{years[-1]} ({row.unit})"
    if isinstance(value, date):
        return "never" if value == NEVER else value.isoformat()
    if isinstance(value, str):
        return value
    return f"{value:,.6g} {row.unit}".strip()


def assumption_table(study: Study) -> pd.DataFrame:
    """Assumptions, overrides of the study included."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "id": a.id, "value": str(a.value), "unit": a.unit, "low": a.low, "high": a.high,
                "dist": a.dist, "reason": a.reason, "mark": a.mark,
                "shown": f"{a.value} {'' if a.unit in ('text', 'date') else a.unit}".strip(),
            }
            for a in study.assumptions.values()
        ]
    )  # fmt: skip


def change_table(study: Study) -> pd.DataFrame:
    """What each scenario changes and why."""
    import pandas as pd

    rows = [
        {
            "scenario": c.scenario, "label": study.scenarios[c.scenario].label, "key": c.key,
            "op": c.op, "value": c.value, "unit": c.unit, "reason": c.reason,
            "reference": c.reference,
        }
        for c in study.changes
    ]  # fmt: skip
    columns = ["scenario", "label", "key", "op", "value", "unit", "reason", "reference"]
    return pd.DataFrame(rows, columns=columns)


def object_table(items: Iterable[object], names: Iterable[str]) -> pd.DataFrame:
    """Frozen objects of the evidence ledger as a table of the named attributes."""
    import pandas as pd

    names = list(names)
    return pd.DataFrame(
        [{name: _plain(getattr(item, name)) for name in names} for item in items], columns=names
    )


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return "; ".join(str(v) for v in value)
    if value is None or isinstance(value, int | float | bool):
        return value
    return str(value)
