"""The chain behind a number: result, stage, parameters, claims and assumptions, sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from orefield.core.errors import RunError
from orefield.evidence.reconcile import BALANCE_INPUTS

if TYPE_CHECKING:
    import pandas as pd

    from orefield.store import RunFolder

RECONCILED = "reconciled."
"""What the metrics of reconciled totals begin with."""

ALIASES = {
    "copper_t": "cu_recovered_t",
    "self_sufficiency": "self_sufficiency.mine_over_use",
}
"""Short names a person types, and the metric each means."""


@dataclass(frozen=True)
class Chain:
    """What :func:`trace` found.

    Attributes
    ----------
    result : mapping
        The result's row.
    stages : tuple of str
        ``stage:entity`` nodes, the nearest first.
    parameters : tuple of mapping
        Each with its evidence: claims (with their source) and assumptions.
    claims : tuple of mapping
        Claims that were reconciled on the way, each with its source, how far it was adjusted,
        and whether it speaks of the result itself (``direct``).
    """

    result: Mapping[str, Any]
    stages: tuple[str, ...]
    parameters: tuple[Mapping[str, Any], ...]
    claims: tuple[Mapping[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "result": dict(self.result),
            "stages": list(self.stages),
            "parameters": [dict(p) for p in self.parameters],
            "claims": [dict(c) for c in self.claims],
        }

    def text(self, limit: int = 60) -> str:
        """The chain as a person reads it.

        First what the study overrides, then what rests on claims, then the assumed, and
        defaults of all assets after what is said of one: a long list is not read to its end.
        """
        r = self.result
        head = f"{r['key']} = {_plain(r['central'])} {r['unit']}"
        if r["p10"] != r["p90"]:
            head += f"  (P10 {_plain(r['p10'])}, P50 {_plain(r['p50'])}, P90 {_plain(r['p90'])})"
        lines = [
            head,
            f"  scenario {r['scenario']}, stage {r['stage']}",
            f"  made by: {' <- '.join(self.stages)}",
            *self._reconciled(),
            f"  parameters: {len(self.parameters)}",
        ]
        shown = sorted(self.parameters, key=_reading_order)
        for parameter in shown[:limit]:
            lines.append(
                f"    {parameter['key']} = {parameter['shown']} [{parameter['mark']}]"
                f" via {parameter['stage']}"
            )
            for evidence in parameter["evidence"]:
                lines.append(f"      {evidence['reference']}: {evidence['says']}")
                if evidence.get("source"):
                    lines.append(f"        source: {evidence['source']}")
        if len(self.parameters) > limit:
            lines.append(f"    ... and {len(self.parameters) - limit} more; --json prints all")
        return "\n".join(lines)

    def _reconciled(self) -> list[str]:
        if not self.claims:
            return []
        direct = [c for c in self.claims if c["direct"]]
        lines = [
            f"  claims reconciled: {len(self.claims)}"
            + (f", of this figure {len(direct)}" if direct else "; --json prints all")
        ]
        for claim in direct:
            moved = claim["adjustment_sigmas"]
            note = "" if moved is None else f"; adjusted by {moved:+.1f} sigma"
            note += f"; {claim['blamed']}" if claim["blamed"] else ""
            lines.append(f"    {claim['reference']}: {claim['says']}{note}")
            lines.append(f"      source: {claim['source']}")
        if direct and len(direct) < len(self.claims):
            lines.append(
                f"    ... and {len(self.claims) - len(direct)} more through the identities; "
                "--json prints all"
            )
        return lines


def _reading_order(parameter: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    claimed = any(e["reference"].startswith("claim:") for e in parameter["evidence"])
    return (
        parameter["mark"] != "override",
        not claimed,
        str(parameter["key"]).startswith("*."),
    )


def find_result(results: pd.DataFrame, key: str, scenario: str) -> Mapping[str, Any]:
    """The row of a result key; aliases and the order ``entity.metric.year`` understood.

    Raises
    ------
    RunError
        When there is none; the nearest keys are named.
    """
    rows = results[results["scenario"] == scenario]
    if rows.empty:
        known = ", ".join(sorted(results["scenario"].unique()))
        raise RunError(f"the run has no scenario '{scenario}'", fix=f"there are: {known}")
    for candidate in _spellings(key):
        found = rows[rows["key"] == candidate]
        if not found.empty:
            return {str(k): v for k, v in found.iloc[0].to_dict().items()}
    near = get_close_matches(key, rows["key"].tolist(), n=3, cutoff=0.5)
    raise RunError(
        f"the run has no result '{key}'",
        where=f"scenario {scenario}",
        fix=f"did you mean {', '.join(near)}?" if near else "see the table 'results'",
    )


def _spellings(key: str) -> list[str]:
    out = [key]
    for short, full in ALIASES.items():
        if f".{short}." in f"{key}.":
            out.append(f"{key}.".replace(f".{short}.", f".{full}.", 1).rstrip("."))
    return out


def trace(run: RunFolder, key: str, scenario: str = "baseline") -> Chain:
    """Follow a result of a run to its claims and assumptions.

    Raises
    ------
    RunError
        When the run has no such result or scenario.
    """
    result = find_result(run.table("results"), key, scenario)
    lineage = run.table("lineage")
    lineage = lineage[lineage["scenario"].isin([scenario, "baseline"])]
    links: dict[str, dict[str, list[str]]] = {}
    columns = (lineage[c].astype(str) for c in ("stage", "entity", "kind", "name"))
    for stage, entity, kind, name in zip(*columns, strict=True):
        node = links.setdefault(f"{stage}:{entity}", {"parameter": [], "upstream": [], "claim": []})
        if name not in node[kind]:
            node[kind].append(name)
    start = f"{result['stage']}:{result['entity']}"
    if start not in links:
        raise RunError(f"no lineage was recorded for '{start}'", fix="run the study again")
    stages = _walk(start, links)
    parameters = run.table("parameters")
    parameters = parameters[parameters["scenario"].isin([scenario, "baseline"])]
    # the scenario's own rows take the place of the baseline's
    by_key: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(("baseline", scenario)):
        rows = parameters[parameters["scenario"] == name].to_dict("records")
        by_key.update({str(row["key"]): {str(k): v for k, v in row.items()} for row in rows})
    library = _Library(run)
    seen: set[str] = set()
    chain = []
    for stage in stages:
        for name in links[stage]["parameter"]:
            if name in seen or name not in by_key or _of_another_total(name, result):
                continue
            seen.add(name)
            found = by_key[name]
            references = [r for r in str(found["evidence"]).split(";") if r]
            chain.append(
                {
                    "key": name,
                    "shown": found["shown"],
                    "unit": found["unit"],
                    "mark": found["mark"],
                    "rule": found["rule"],
                    "stage": stage,
                    "evidence": [library.explain(r) for r in references],
                }
            )
    return Chain(result, tuple(stages), tuple(chain), _claims(run, result, stages, links, library))


def _of_another_total(key: str, result: Mapping[str, Any]) -> bool:
    """Whether a parameter is the study's choice of another total than a reconciled result's."""
    metric = str(result["metric"])
    if not metric.startswith(RECONCILED):
        return False
    name = key.removeprefix(f"{result['entity']}.")
    return name in BALANCE_INPUTS and name != metric.removeprefix(RECONCILED)


def _claims(
    run: RunFolder,
    result: Mapping[str, Any],
    stages: list[str],
    links: Mapping[str, Mapping[str, list[str]]],
    library: _Library,
) -> tuple[Mapping[str, Any], ...]:
    """Claims that stages read themselves, those said of the result itself first."""
    named = {stage: links[stage]["claim"] for stage in stages if links[stage]["claim"]}
    if not named:
        return ()
    totals = run.table("reconciled")
    direct = totals.loc[totals["key"] == result["key"], "claims"]
    own = {claim for text in direct for claim in str(text).split(";")}
    rows = run.table("reconciled_claims").set_index("claim")
    found = [
        {
            **library.explain(f"claim:{claim}"),
            "stage": stage,
            "direct": claim in own,
            "variable": str(rows["variable"][claim]),
            "adjustment_sigmas": _number(rows["adjustment_sigmas"][claim]),
            "blamed": str(rows["blamed"][claim]),
        }
        for stage, claims in named.items()
        for claim in claims
    ]
    return tuple(sorted(found, key=lambda c: not c["direct"]))


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _walk(start: str, links: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    order, queue = [start], [start]
    while queue:
        for name in links.get(queue.pop(0), {}).get("upstream", []):
            if name in links and name not in order:
                order.append(name)
                queue.append(name)
    return order


class _Library:
    """Claims, assumptions and scenario changes of a run, by reference."""

    def __init__(self, run: RunFolder) -> None:
        def by(table: str, column: str) -> dict[str, dict[str, Any]]:
            rows = run.table(table).to_dict("records")
            return {str(row[column]): {str(k): v for k, v in row.items()} for row in rows}

        self._sources = by("sources", "id")
        changes = {
            reference.partition(":")[2]: row
            for reference, row in by("scenarios", "reference").items()
        }
        self._tables = {
            "claim": by("claims", "id"),
            "assumption": by("assumptions", "id"),
            "scenario": changes,
        }

    def explain(self, reference: str) -> dict[str, str]:
        """What a reference says, in words, and its source."""
        scheme, _, name = reference.partition(":")
        found = self._tables.get(scheme, {}).get(name)
        if found is None:
            raise RunError(
                f"the run names '{reference}' and does not hold it", fix="run the study again"
            )
        if scheme == "claim":
            claim = found
            source = self._sources.get(claim["source"], {})
            number = claim["text"] or _interval(claim["low"], claim["high"])
            says = " ".join(
                str(part)
                for part in (claim["subject"], claim["attribute"], number, claim["unit"],
                             f"({claim['basis']})" if claim["basis"] not in ("", "none") else "",
                             claim["valid_from"] or "", f"[{claim['mark']}]")
                if part
            )  # fmt: skip
            where = " ".join(
                str(source.get(k) or "") for k in ("title", "publisher", "published", "url")
            )
            return {"reference": reference, "says": says, "source": " ".join(where.split())}
        if scheme == "scenario":
            says = f"{found['op']} {found['value']} {found['unit']}: {found['reason']}"
            return {"reference": reference, "says": says, "source": ""}
        says = f"{found['shown']}: {found['reason']} [{found['mark']}]"
        return {"reference": reference, "says": says, "source": ""}


def _interval(low: float | None, high: float | None) -> str:
    if low is None or math.isnan(low):
        return ""
    if high is None or math.isnan(high) or high == low:
        return f"{low:g}"
    return f"{low:g}-{high:g}"


def _plain(value: float) -> str:
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
