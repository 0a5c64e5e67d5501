"""Mines and deposits: inventories, pits, yearly copper, sections, what plants take."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from orefield.report import figures_mines, figures_pits
from orefield.report.markup import NOTHING
from orefield.report.sections.page import Page, Section
from orefield.report.sections.plans import plans
from orefield.report.tables import Column, Table, measured, words
from orefield.report.words import is_stand_in


def mines(page: Page) -> Section | None:
    """Every asset: inventory, pit, output, and how it meets what was published."""
    run = page.run
    if not run.filled("assets"):
        return None
    with_output = [a for a in run.assets if run.series(a, "cu_recovered_t") is not None]
    year = run.focus_year
    producing: list[str] = []
    idle: list[str] = []
    for asset in with_output:
        found = run.series(asset, "cu_recovered_t")
        (producing if found is not None and found.p90.max() > 0 else idle).append(asset)
    producing.sort(key=lambda a: -_central(page, f"{a}.cu_recovered_t.{year}"))
    panels = [
        {
            "name": page.names(asset),
            "number": page.marker.nr(f"{asset}.cu_recovered_t.{year}", "kt"),
            "figure": page.figure(
                f"schedule {asset}", f"Copper a year of {run.name(asset)} with its range",
                figures_mines.schedule(run, asset),
            ),
        }
        for asset in producing
    ]  # fmt: skip
    return Section(
        "mines", "Mines",
        {
            "year": year, "inventory": _inventory(page), "pits": _pits(page), "plans": plans(page),
            "panels": panels,
            "idle": [run.name(a) for a in idle], "deviations": _deviations(page),
            "caves": [run.name(str(r["asset"])) for r in run.rows("assets")
                      if r["method"] == "block_cave"],
            "worst": _worst(page),
        },
    )  # fmt: skip


def _central(page: Page, key: str) -> float:
    value = page.run.value(key)
    return value.p50 if value else 0.0


def _geology(note: str) -> Markup:
    if is_stand_in(note):
        return Markup('<span class="tag">stand-in</span>')
    return Markup('<span class="tag real">from blocks or holes</span>')


def _inventory(page: Page) -> Table:
    columns = [
        words("Asset"), words("Geology"), Column("Blocks", "", "Blocks in the model"),
        Column("Ore", "Mt"), Column("Grade", "% Cu"), Column("Metal", "Mt Cu"),
        Column("Ore", "Mt"), Column("Grade", "% Cu"), Column("Metal", "Mt Cu"),
        Column("Deviation", "% of metal", "Modelled less published as a share of published"),
    ]  # fmt: skip
    rows: list[Sequence[str]] = []
    n = page.marker.n
    for row in page.run.rows("assets"):
        a = str(row["asset"])
        cells = [page.names(a), _geology(str(row["geology"])), n(f"{a}.blocks", "count")]
        for kind in ("published", "modelled"):
            cells += [
                n(f"{a}.{kind}.ore_t", "Mt", unit=False),
                n(f"{a}.{kind}.cu_pct", "grade", unit=False),
                n(f"{a}.{kind}.cu_t", "Mt", unit=False),
            ]
        if row["published_cu_t"] > 0:  # false for NaN: nothing was published
            off = 100 * (row["modelled_cu_t"] / row["published_cu_t"] - 1)
            cells.append(page.marker.says(f"{a}.modelled.cu_t", _percent(off, 3)))
        else:
            cells.append(NOTHING)
        rows.append(cells)
    return Table(columns, rows, [("", 3), ("Published", 3), ("Modelled", 3), ("", 1)])


def _percent(value: float, decimals: int) -> str:
    from orefield.report.digits import fixed

    text = fixed(value, decimals)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def _pits(page: Page) -> Table | None:
    run = page.run
    if not any(run.value(f"{a}.pit_rock_t") for a in run.assets):
        return None
    columns = [
        words("Asset"), words("Method"), Column("Rock", "Mt", "Rock inside the ultimate pit"),
        Column("Ore", "Mt"), Column("Copper", "Mt", "Copper contained in the rock of the pit"),
        Column("Strip", "t/t", "Waste per ore by mass"),
        Column("Cut-off", "% Cu", "Breakeven grade of ore at the mill"), Column("Phases"),
        Column("Life", "years", "Years of ore at design capacity; cut at 60"),
        Column("Worst", "bn USD", "Bench by bench through the whole pit"),
        Column("Specified", "bn USD", "The order that the schedule uses"),
        Column("Best", "bn USD", "Shell by shell from the inside"),
    ]  # fmt: skip
    n = page.marker.n
    rows: list[Sequence[str]] = []
    for row in run.rows("assets"):
        a = str(row["asset"])
        method = "block cave" if row["method"] == "block_cave" else "open pit"
        rows.append(
            [page.names(a), method]
            + [n(f"{a}.{metric}", how, unit=False) for metric, how in (
                ("pit_rock_t", "Mt"), ("pit_ore_t", "Mt"), ("pit_cu_t", "Mt"),
                ("strip_ratio", "ratio"), ("cutoff_cu_pct", "cutoff"), ("phases", "count"),
                ("life_y", "years"), ("npv_worst_usd", "bn"), ("npv_specified_usd", "bn"),
                ("npv_best_usd", "bn"))]
        )  # fmt: skip
    return Table(columns, rows, [("", 2), ("Ultimate pit", 7), ("Value before capital and tax", 3)])


def _deviations(page: Page) -> Table | None:
    run = page.run
    if not run.filled("deviations"):
        return None
    columns = [
        words("Asset"), Column("Year"), Column("Published", "kt"), Column("Modelled", "kt, P50"),
        Column("Deviation", "%"),
        Column("Blind", "kt", "Central case with nothing held to published output"),
        Column("Blind dev.", "%"), measured("mill_utilisation", "", "Mill use"),
        Column("Grade", "% Cu"),
    ]  # fmt: skip
    rows: list[Sequence[str]] = []
    marker = page.marker
    for row in run.rows("deviations"):
        asset, year = str(row["asset"]), int(row["year"])
        key = f"{asset}.cu_recovered_t.{year}"
        # the blind figure has a result of its own in newer runs
        blind = f"{asset}.blind_cu_t.{year}"
        blind = blind if run.value(blind) else key
        off = Markup('<span class="{}">{}</span>').format(
            "far" if abs(row["deviation_pct"]) > 15 else "near",
            marker.says(key, _percent(row["deviation_pct"], 1)),
        )
        rows.append(
            [
                run.name(asset), str(year),
                marker.parameter(f"{asset}.published.output_cu_t",
                                 text=f"{row['published_t'] / 1e3:,.1f}"),
                marker.says(key, f"{row['modelled_p50_t'] / 1e3:,.1f}"), off,
                marker.says(blind, f"{row['blind_t'] / 1e3:,.1f}"),
                marker.says(blind, _percent(row["blind_deviation_pct"], 1)),
                marker.n(f"{asset}.mill_utilisation.{year}", "ratio", which="central"),
                marker.n(f"{asset}.cu_pct.{year}", "grade", which="central", unit=False),
            ]
        )  # fmt: skip
    return Table(columns, rows)


def _worst(page: Page) -> dict[str, object] | None:
    rows = page.run.rows("deviations")
    if not rows:
        return None
    far = [r for r in rows if abs(r["deviation_pct"]) > 15]
    blind = sorted(abs(r["blind_deviation_pct"]) for r in rows)
    worst = max(rows, key=lambda r: abs(r["deviation_pct"]))
    key = f"{worst['asset']}.cu_recovered_t.{int(worst['year'])}"
    return {
        "far": len(far), "all": len(rows),
        "name": page.run.name(str(worst["asset"])), "year": int(worst["year"]),
        "off": page.marker.says(key, _percent(worst["deviation_pct"], 0)),
        "blind": page.marker.says(key, f"{blind[len(blind) // 2]:.0f}"),
    }  # fmt: skip


def deposits(page: Page) -> Section | None:
    """Grade-tonnage curves and sections of every asset."""
    run = page.run
    if not run.filled("assets", "grade_tonnage"):
        return None
    notes = {str(r["asset"]): str(r["geology"]) for r in run.rows("assets")}
    curves = [
        {
            "name": page.names(a), "tag": _geology(notes[a]),
            "figure": page.figure(f"curve {a}", f"Grade-tonnage curve of {run.name(a)}",
                                  figures_mines.grade_tonnage(run, a)),
        }
        for a in run.assets
    ]  # fmt: skip
    sections = []
    if run.filled("sections"):
        sections = [
            {
                "name": page.names(a), "tag": _geology(notes[a]),
                "figure": page.figure(f"section {a}", f"Section through {run.name(a)}",
                                      figures_pits.section(run, a)),
            }
            for a in run.assets
        ]  # fmt: skip
    return Section(
        "deposits", "Deposits",
        {"curves": curves, "sections": sections,
         "any_stand_in": any(map(is_stand_in, notes.values())),
         "shells": bool(run.value(f"{run.assets[0]}.pit_rock_t"))},
    )  # fmt: skip
