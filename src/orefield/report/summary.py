"""The run on a terminal: what an analyst would read first, in at most sixty lines."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from orefield.report.data import RunTables, Value, absent
from orefield.report.digits import MINUS, significant
from orefield.report.digits import fixed as _fixed
from orefield.report.words import definition, is_stand_in
from orefield.report.write import FILE_NAME

MAX_LINES = 60
MAX_WIDTH = 100
_MAX_ASSETS = 20
_WORST = 5
_BLIND = "blind_deviation_pct"


def summary(
    folder: Path | str, manifest: Mapping[str, Any], *, where: Path | str | None = None
) -> str:
    """Plain text, columns aligned, at most sixty lines of at most a hundred characters.

    Parameters
    ----------
    folder : Path or str
        Folder of Parquet tables; parts of the run that are not there are left out.
    manifest : mapping
        As for :func:`orefield.report.write`.
    where : Path or str, optional
        Where the run will stand when it is finished; by default the manifest's ``run``, or
        the folder.

    Raises
    ------
    RunError
        When the folder holds no results.
    """
    run = RunTables(folder, manifest)
    blocks = [
        _head(run), _answer(run), _definitions(run), _mines(run), _plans(run),
        _targets(run), _deviations(run), _evidence(run),
        _closure(run, Path(where or manifest.get("run") or folder)),
    ]  # fmt: skip
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += ([""] if lines else []) + block
    return "\n".join(lines[:MAX_LINES])


def _head(run: RunTables) -> list[str]:
    m = run.manifest
    study = m["study"]
    facts = [f"study {study.get('id', '')}"]
    facts += [f"{name} {m[name]}" for name in ("seed", "draws") if m.get(name) is not None]
    seconds = sum(float(s) for s in dict(m.get("seconds") or {}).values())
    if seconds:
        facts.append(f"{seconds:.1f} s")
    return [str(study["title"]), ", ".join(facts)]


def _answer(run: RunTables) -> list[str]:
    if not run.country:
        return ["The run ended before the national balance: no self-sufficiency to report."]
    year = run.focus_year
    names = ("mine_over_use", "mine_plus_domestic_scrap_over_use")
    mine, scrap = (run.value(f"{run.country}.self_sufficiency.{n}.{year}") for n in names)
    out = []
    if mine:
        out.append(f"Domestic mines cover {_percent(mine)} of copper use in {year};")
    if scrap:
        out.append(f"with domestic scrap {_percent(scrap)}.")
    return out


def fixed(value: float, decimals: int) -> str:
    """As in the report, in characters that every terminal has."""
    return _fixed(value, decimals).replace(MINUS, "-")


def _percent(value: Value) -> str:
    p50, p10, p90 = (fixed(100 * v, 1) for v in (value.p50, value.p10, value.p90))
    return f"{p50} % (P10-P90 {p10}-{p90})"


def _definitions(run: RunTables) -> list[str]:
    if not run.country or not run.definitions:
        return []
    years = run.milestones
    rows = []
    for key in run.definitions:
        for i, (scenario, label) in enumerate(run.scenarios.items()):
            cells = []
            for year in years:
                found = run.value(f"{run.country}.self_sufficiency.{key}.{year}", scenario)
                cells.append(
                    _range(found)
                    if found else "-"
                )  # fmt: skip
            rows.append([definition(key).short if i == 0 else "", label, *cells])
    head = ["Self-sufficiency, %", "scenario", *map(str, years)]
    return _table(head, rows, left=2)


def _mines(run: RunTables) -> list[str]:
    if not run.assets:
        return []
    year = run.focus_year
    rows = []
    stand_ins = 0
    for row in run.rows("assets"):
        asset = str(row["asset"])
        stand_ins += is_stand_in(str(row["geology"]))
        made = run.value(f"{asset}.cu_recovered_t.{year}")
        strip = run.value(f"{asset}.strip_ratio")
        value = run.value(f"{asset}.npv_specified_usd")
        rows.append(
            [
                run.name(asset), f"{row['blocks']:,}",
                significant(row["modelled_ore_t"] / 1e6), fixed(row["modelled_cu_pct"], 2),
                significant(row["modelled_cu_t"] / 1e6),
                fixed(strip.central, 1) if strip else "-",
                fixed(value.central / 1e9, 1) if value else "-",
                f"{fixed(made.p50 / 1e3, 0)} ({fixed(made.p10 / 1e3, 0)}-"
                f"{fixed(made.p90 / 1e3, 0)})" if made and made.p90 > 0 else "-",
            ]
        )  # fmt: skip
    head = ["Mine", "blocks", "ore Mt", "% Cu", "Cu Mt", "strip", "NPV bn USD", f"Cu kt {year}"]
    left_out = max(len(rows) - _MAX_ASSETS, 0)
    lines = _table(head, rows[:_MAX_ASSETS], left=1)
    note = f"stand-in geology: {stand_ins} of {len(rows)}"
    return [*lines, f"  {note}{f'; {left_out} more in the report' if left_out else ''}"]


def _plans(run: RunTables) -> list[str]:
    """How near the plans of open pits are to what is proven of them."""
    rows = run.rows("plans")
    if not rows:
        return []
    # of a plan that is worth less than nothing, a share of the bound says nothing
    paying = [r for r in rows if r["objective_usd"] > 0]
    gaps = [100 * float(r["gap"]) for r in paying]
    more = [100 * (r["objective_usd"] / r["lag_usd"] - 1) for r in rows if r["lag_usd"] > 0]
    text = f"Plans of {len(rows)} open pits"
    if gaps:
        text += (
            f": within {fixed(max(gaps), 1)} % of the certified bound, "
            f"median {fixed(median(gaps), 1)} %"
        )
    if len(paying) < len(rows):
        text += f"; {len(rows) - len(paying)} worth less than nothing at these prices and costs"
    if more:
        text += f"; worth {fixed(median(more), 1)} % more than phases at a fixed lag (median)"
    return textwrap.wrap(text, MAX_WIDTH, subsequent_indent="  ")


def _targets(run: RunTables) -> list[str]:
    found = run.manifest.get("targets") or ()
    rows = []
    for target in found:
        p = target.get("probability")
        rows.append([str(target["label"]), "not quantified" if p is None else f"{100 * p:.0f} %"])
    return _table(["Target", "met in"], rows, left=1) if rows else []


def _range(value: Value) -> str:
    """A share in %, with whole numbers for its range only where those still tell it."""
    places = 1 if value.p50 < 0.1 else 0
    low, high = (fixed(100 * v, places) for v in (value.p10, value.p90))
    return f"{fixed(100 * value.p50, 1)} ({low}-{high})"


def _deviations(run: RunTables) -> list[str]:
    rows = run.rows("deviations")
    if not rows:
        return []
    far = sum(abs(r["deviation_pct"]) > 15 for r in rows)
    worst = sorted(rows, key=lambda r: (-abs(r["deviation_pct"]), r["asset"], r["year"]))
    parts = [
        f"{run.name(str(r['asset']))} {int(r['year'])} {fixed(r['deviation_pct'], 0)} %"
        for r in worst[:_WORST]
        if abs(r["deviation_pct"]) >= 0.5
    ]
    line = f"Published output: {len(rows) - far} of {len(rows)} years within 15 %"
    text = f"{line}; farthest {', '.join(parts)}" if parts else line
    blind = [abs(r[_BLIND]) for r in rows if not absent(r.get(_BLIND))]
    if blind:  # a year held to what was published is met by construction: say what is not
        near = sum(miss <= 15 for miss in blind)
        text += (
            f". Held to nothing: {near} of {len(blind)}, median miss {fixed(median(blind), 0)} %"
        )
    return textwrap.wrap(text, MAX_WIDTH, subsequent_indent="  ")


def _evidence(run: RunTables) -> list[str]:
    found = (run.manifest.get("summary") or {}).get("evidence")
    if not found:
        return []
    counts = found["findings"]
    lines = [
        f"Claims: {found['claims']:,} held against each other: {counts['violate']} contradictions, "
        f"{counts['tie']} ties, {counts['insufficient']} open, {counts['pass']:,} agree"
    ]
    made = found["reconciled"]
    if made:
        blamed = ", ".join(made["blamed"]) or "no claim blamed"
        lines.append(
            f"Reconciled: {made['totals']} of {made['of']} national totals from {made['claims']} "
            f"claims; {'blamed ' if made['blamed'] else ''}{blamed}"
        )
    return [
        line for text in lines for line in textwrap.wrap(text, MAX_WIDTH, subsequent_indent="  ")
    ]


def _closure(run: RunTables, where: Path) -> list[str]:
    lines = []
    closures = dict(run.manifest.get("closures") or {})
    if closures:
        rows = sum(int(c["rows"]) for c in closures.values())
        worst = max(float(c["max_relative_residual"]) for c in closures.values())
        lines.append(
            f"Ledger closes: {rows:,} rows, {len(closures)} scenario"
            f"{'s' if len(closures) > 1 else ''}, largest residual {worst:.1e}"
        )
    if (run.folder / FILE_NAME).is_file():
        lines.append(f"Report: {where / FILE_NAME}")
    key = f"{run.country}.self_sufficiency.mine_over_use.{run.focus_year}"
    if run.value(key):
        lines.append(f"Trace a number: orefield trace {where} {key}")
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Columns two blanks apart; the first ``left`` flush left, the others flush right."""
    width = [max(len(r[i]) for r in (head, *rows)) for i in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width[i]) if i < left else cell.rjust(width[i]) for i, cell in enumerate(row)
        ).rstrip()
        for row in (head, *rows)
    ]
