"""What is told of plans over realisations: tables for files and people, and plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.files import plain
from orefield.commands.pit import texts
from orefield.commands.pit.risk_draws import Draws
from orefield.commands.pit.risk_problem import Split
from orefield.pit.production.problem import Plan
from orefield.pit.risk import Evaluation

SEEN, HELD = "in sample", "held out"


@dataclass(frozen=True, eq=False)
class Judged:
    """A plan and how it fares.

    Attributes
    ----------
    name : str
    plan : Plan
    samples : dict of str to Evaluation
        On the realisations it was made with, and on those held out.
    """

    name: str
    plan: Plan
    samples: dict[str, Evaluation]

    @property
    def last(self) -> Evaluation:
        """On what was held out, where anything was."""
        return self.samples.get(HELD, self.samples[SEEN])


def numbers_of(sample: str, chosen: Split) -> NDArray[np.int64]:
    """Numbers of the realisations of a sample."""
    return chosen.seen if sample == SEEN else chosen.held


def realisation_rows(plans: Sequence[Judged], draws: Draws, chosen: Split) -> dict[str, Any]:
    """A row a plan and realisation, column by column."""
    import pandas as pd

    tables = []
    for judged in plans:
        for sample, found in judged.samples.items():
            table = found.table().rename(columns={"npv": "npv_usd", "penalty": "penalty_usd"})
            table["realisation"] = [draws.names[k] for k in numbers_of(sample, chosen)]
            table.insert(0, "plan", judged.name)
            table.insert(1, "sample", sample)
            tables.append(table)
    return _columns(pd.concat(tables, ignore_index=True))


def target_rows(plans: Sequence[Judged]) -> dict[str, Any]:
    """A row a plan, sample, target and period, column by column; nothing without targets."""
    import pandas as pd

    tables = []
    for judged in plans:
        for sample, found in judged.samples.items():
            if found.targets:
                table = found.periods()
                table.insert(0, "plan", judged.name)
                table.insert(1, "sample", sample)
                tables.append(table)
    return _columns(pd.concat(tables, ignore_index=True)) if tables else {}


def _columns(frame: Any) -> dict[str, Any]:
    return {str(name): frame[name].to_numpy() for name in frame}


def as_data(plans: Sequence[Judged], alpha: float) -> list[dict[str, Any]]:
    """Plans for JSON."""
    return [
        {
            "plan": judged.name,
            **{
                sample.replace(" ", "_"): {**_plain(found.as_dict(alpha)), "limits": passed(found)}
                for sample, found in judged.samples.items()
            },
        }
        for judged in plans
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return plain(value)


def passed(found: Evaluation) -> list[dict[str, Any]]:
    """Limits that the plan passes in some realisation: how probably, and by how much at most."""
    out = []
    over = [*found.broken, *(x[:, None] for x in found.rows_broken)]
    for name, by in zip((*found.limits, *found.rows), over, strict=True):
        if (by > 0).any():
            out.append(
                {
                    "name": name,
                    "probability": float(found.probability[(by > 0).any(axis=1)].sum()),
                    "most": float(by.max()),
                }
            )
    return out


def value_table(plans: Sequence[Judged], alpha: float) -> str:
    """Values of all plans, millions."""
    rows = [(j.name, s, e) for j in plans for s, e in j.samples.items()]
    found = [e for _, _, e in rows]
    level = f"{100 * alpha:g} %"
    low, middle, high = np.array([e.quantile([0.1, 0.5, 0.9]) for e in found]).T / 1e6
    columns: dict[str, tuple[str, Any]] = {
        "plan": ("s", [name for name, _, _ in rows]),
        "sample": ("s", [sample for _, sample, _ in rows]),
        "mean": (",.2f", [e.expected_npv / 1e6 for e in found]),
        "P10": (",.2f", low),
        "P50": (",.2f", middle),
        "P90": (",.2f", high),
        f"VaR {level}": (",.2f", [e.value_at_risk(alpha) / 1e6 for e in found]),
        f"ES {level}": (",.2f", [e.expected_shortfall(alpha) / 1e6 for e in found]),
    }
    if any(e.penalty.any() for e in found):
        columns["penalty"] = (",.2f", [float(e.probability @ e.penalty) / 1e6 for e in found])
        columns["objective"] = (",.2f", [e.objective / 1e6 for e in found])
    return texts.table(columns)


def target_table(plans: Sequence[Judged]) -> str:
    """Probability of meeting each target in each period, on what was held out if anything was."""
    first = plans[0].last
    columns: dict[str, tuple[str, Any]] = {"period": ("d", range(first.delivered.shape[2]))}
    for g, target in enumerate(first.targets):
        form = ",.0f" if target.amount.max(initial=0.0) >= 1e3 else ",.4g"
        asks = target.amount > 0
        columns[f"{target.name} asked"] = (form, np.where(asks, target.amount, np.nan))
        for judged in plans:
            met = np.where(asks, judged.last.met()[g], np.nan)
            columns[f"{target.name}: {judged.name}"] = (".0%", met)
    return texts.table(columns)


def sample_lines(draws: Draws, chosen: Split, seed: int, total: int) -> list[tuple[str, str]]:
    """What the realisations are and how they are divided."""
    fields = ", ".join(draws.fields)
    out = [("realisations", f"{total} of {fields}: {draws.source}")]
    if len(chosen.used) < total:
        out.append(("drawn", f"{len(chosen.used)} of them, by seed {seed}"))
    if len(chosen.held):
        out.append(
            (
                "held out",
                f"{len(chosen.held)} of {len(chosen.used)}, by seed {seed}: plans are made "
                f"without them and judged on them",
            )
        )
    else:
        out.append(("held out", "none: plans are judged on what they were made with"))
    return out
