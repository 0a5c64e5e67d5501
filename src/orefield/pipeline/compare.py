"""What differs between two runs: inputs, parameters, results."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from orefield.store import RunFolder

_WIDTH = 96


@dataclass(frozen=True)
class Comparison:
    """Differences of two runs.

    Attributes
    ----------
    settings : mapping
        Seed, draws, version, ... that differ, each as a pair.
    parameters : list of dict
        Keys whose value or range differs.
    results : list of dict
        Results that differ most, by relative difference of P50.
    findings : list of dict
        Findings that only one run has: ``change`` (new or gone), ``rule, verdict, claims,
        explanation``.
    totals : list of dict
        Reconciled totals that differ: ``series, year, unit``, value and standard error of each.
    changed, compared : int
        How many results differ, of how many in both.
    only_in_a, only_in_b : list of str
        Results that one run has and the other lacks.
    """

    settings: Mapping[str, tuple[Any, Any]]
    parameters: list[dict[str, Any]]
    results: list[dict[str, Any]]
    changed: int
    compared: int
    only_in_a: list[str]
    only_in_b: list[str]
    findings: list[dict[str, Any]] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "identical": not (self.settings or self.parameters or self.changed
                              or self.only_in_a or self.only_in_b or self.findings or self.totals),
            "settings": {k: list(v) for k, v in self.settings.items()},
            "parameters": self.parameters,
            "findings": self.findings,
            "totals": self.totals,
            "results": self.results,
            "changed": self.changed,
            "compared": self.compared,
            "only_in_a": self.only_in_a,
            "only_in_b": self.only_in_b,
        }  # fmt: skip

    def text(self) -> str:
        """The differences as a person reads them."""
        lines = [f"{name}: {a} -> {b}" for name, (a, b) in self.settings.items()]
        lines += [
            f"parameter {p['key']} ({p['scenario']}): {p['a']} -> {p['b']}" for p in self.parameters
        ]
        for f in self.findings:
            claims = ", ".join(f["claims"])
            lines.append(f"finding {f['change']}: {f['verdict']} by {f['rule']} ({claims})")
            lines += textwrap.wrap(
                f["explanation"], _WIDTH, initial_indent="  ", subsequent_indent="  "
            )
        lines += [f"reconciled {_total_words(t)}" for t in self.totals]
        lines.append(f"{self.changed:,} of {self.compared:,} results differ")
        for row in self.results:
            lines.append(
                f"  {row['key']} ({row['scenario']}): P50 {row['a']:,.6g} -> {row['b']:,.6g} "
                f"{row['unit']} ({row['relative']:+.1%})"
            )
        for name, only in (("first", self.only_in_a), ("second", self.only_in_b)):
            if only:
                lines.append(f"{len(only):,} results only in the {name} run, e.g. {only[0]}")
        return "\n".join(lines)


def _total_words(total: Mapping[str, Any]) -> str:
    def said(side: str) -> str:
        value, error = total[side], total[f"{side}_standard_error"]
        return "absent" if value is None else f"{value:,.0f} ± {error:,.0f}"

    return f"{total['series']} {total['year']}: {said('a')} -> {said('b')} {total['unit']}"


def compare(a: RunFolder, b: RunFolder, *, top: int = 20) -> Comparison:
    """Compare two runs of any studies.

    Raises
    ------
    RunError
        When a run lacks its results.
    """
    settings = {
        name: (a.manifest.get(name), b.manifest.get(name))
        for name in ("version", "seed", "draws", "until")
        if a.manifest.get(name) != b.manifest.get(name)
    }
    for key in sorted(set(a.manifest["input_hashes"]) | set(b.manifest["input_hashes"])):
        pair = tuple(m["input_hashes"].get(key, "absent")[:12] for m in (a.manifest, b.manifest))
        if pair[0] != pair[1]:
            settings[f"input {key}"] = (pair[0], pair[1])
    results, changed, compared, only_a, only_b = _results(a, b, top)
    return Comparison(
        settings, _parameters(a, b), results, changed, compared, only_a, only_b,
        _findings(a, b), _totals(a, b),
    )  # fmt: skip


def _findings(a: RunFolder, b: RunFolder) -> list[dict[str, Any]]:
    """Findings of one run alone; a changed residual is a finding gone and a new one."""
    left, right = (_rows(r, "findings") for r in (a, b))
    if left is None or right is None:
        return []
    keys = ("rule", "verdict", "claims", "background", "explanation")

    def key(row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row[k]) for k in keys)

    known = [{key(row) for row in rows} for rows in (left, right)]
    changes = [("gone", row) for row in left if key(row) not in known[1]]
    changes += [("new", row) for row in right if key(row) not in known[0]]
    return [
        {
            "change": change, "rule": row["rule"], "verdict": row["verdict"],
            "claims": str(row["claims"]).split(";"), "explanation": row["explanation"],
        }
        for change, row in changes
    ]  # fmt: skip


def _totals(a: RunFolder, b: RunFolder) -> list[dict[str, Any]]:
    """Reconciled totals that differ; one that a run lacks is absent there."""
    left, right = (
        {
            (str(row["series"]), int(row["year"])): row
            for row in _rows(r, "reconciled") or []
            if row["origin"] == "reconciled"
        }
        for r in (a, b)
    )
    out = []
    for series, year in sorted({*left, *right}):
        pair = [side.get((series, year)) for side in (left, right)]
        values = [None if row is None else float(row["value"]) for row in pair]
        errors = [None if row is None else float(row["standard_error"]) for row in pair]
        if values[0] != values[1] or errors[0] != errors[1]:
            out.append(
                {
                    "series": series, "year": year, "unit": "t", "a": values[0], "b": values[1],
                    "a_standard_error": errors[0], "b_standard_error": errors[1],
                }
            )  # fmt: skip
    return out


def _rows(run: RunFolder, table: str) -> list[dict[str, Any]] | None:
    """Rows of a table, None where the run has none."""
    if table not in run.tables:
        return None
    return [{str(k): v for k, v in row.items()} for row in run.table(table).to_dict("records")]


def _parameters(a: RunFolder, b: RunFolder) -> list[dict[str, Any]]:
    columns = ["scenario", "key", "shown", "low", "high"]
    left, right = (r.table("parameters")[columns].astype(object) for r in (a, b))
    both = left.merge(right, on=["scenario", "key"], how="outer", suffixes=("_a", "_b"))
    both = both.where(both.notna(), "")
    differ = (
        (both["shown_a"] != both["shown_b"]) | (both["low_a"] != both["low_b"])
        | (both["high_a"] != both["high_b"])
    )  # fmt: skip
    return [
        {"scenario": r.scenario, "key": r.key, "a": r.shown_a or "absent",
         "b": r.shown_b or "absent"}
        for r in both[differ].itertuples()
    ]  # fmt: skip


def _results(
    a: RunFolder, b: RunFolder, top: int
) -> tuple[list[dict[str, Any]], int, int, list[str], list[str]]:
    columns = ["scenario", "key", "unit", "p50"]
    plain = {"scenario": str, "unit": str}
    left, right = (r.table("results")[columns].astype(plain) for r in (a, b))
    both = left.merge(
        right, on=["scenario", "key"], how="outer", suffixes=("_a", "_b"), indicator=True
    )
    shared = both[both["_merge"] == "both"].copy()
    shared["difference"] = shared["p50_b"] - shared["p50_a"]
    scale = np.maximum(np.abs(shared["p50_a"]), np.abs(shared["p50_b"])).replace(0.0, 1.0)
    shared["relative"] = shared["difference"] / scale
    differ = shared[shared["difference"] != 0]
    order = np.lexsort((differ["key"], -differ["relative"].abs().to_numpy()))
    rows = [
        {"scenario": r.scenario, "key": r.key, "unit": r.unit_a, "a": r.p50_a, "b": r.p50_b,
         "relative": r.relative}
        for r in differ.iloc[order[:top]].itertuples()
    ]  # fmt: skip
    only = [
        [str(k) for k in both.loc[both["_merge"] == side, "key"]]
        for side in ("left_only", "right_only")
    ]
    return rows, len(differ), len(shared), only[0], only[1]
