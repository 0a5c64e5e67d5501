"""Self-sufficiency, supply, the flows of one year, stocks and scrap."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from orefield.report import figures_nation as drawn
from orefield.report.data import BASELINE
from orefield.report.flow_diagram import flows
from orefield.report.sections.page import Page, Section
from orefield.report.tables import Column, Table, words
from orefield.report.words import SUPPLY, USES, definition


def self_sufficiency(page: Page) -> Section | None:
    """A fan and an explanation of every definition, and all scenarios side by side."""
    run = page.run
    if not run.country or not run.definitions:
        return None
    fans = [
        {
            "words": definition(key),
            "number": page.marker.nr(_key(page, key, run.focus_year), "pct"),
            "figure": page.figure(
                f"fan {key}",
                f"Fan chart of self-sufficiency by {definition(key).title} in every scenario",
                drawn.self_sufficiency(run, key),
            ),
        }
        for key in run.definitions
    ]
    legend = page.figure("fan key", "Legend of the fan charts", drawn.scenario_key(run), "wide")
    years = run.milestones
    tables = [(definition(key).title, _scenarios(page, key, years)) for key in run.definitions]
    changes = [
        {"label": label, "changes": _changes(page, name)} for name, label in run.scenarios.items()
    ]
    return Section(
        "self_sufficiency", "Self-sufficiency",
        {"fans": fans, "legend": legend, "tables": tables, "year": run.focus_year,
         "changes": changes, "labels": list(run.scenarios.values())},
    )  # fmt: skip


def _key(page: Page, definition_key: str, year: int) -> str:
    return f"{page.run.country}.self_sufficiency.{definition_key}.{year}"


def _scenarios(page: Page, key: str, years: tuple[int, ...]) -> Table:
    rows: list[Sequence[str]] = []
    for scenario, label in page.run.scenarios.items():
        cells = [page.marker.nr(_key(page, key, y), "pct", scenario, unit=False) for y in years]
        rows.append([label, *cells])
    return Table([words("Scenario"), *(Column(str(y), "%") for y in years)], rows)


def _changes(page: Page, scenario: str) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for row in page.run.rows("scenarios"):
        if row["scenario"] != scenario:
            continue
        label = row["key"] == "label"
        key = str(row["key"])
        known = not label and page.run.parameter(key, scenario) is not None
        out.append(
            {
                "key": "" if label else key,
                "value": page.marker.parameter(key, scenario) if known else "",
                "reason": row["reason"],
            }
        )
    return out


def supply(page: Page) -> Section | None:
    """Where the country's copper comes from, year by year."""
    run = page.run
    if not run.country or any(run.series(run.country, f.metric) is None for f in SUPPLY):
        return None
    figure = page.figures(
        "supply", "Sources of copper stacked by year, domestic in copper tones, imports in grey",
        lambda w, h: drawn.supply(run, width=w, height=h), (860, 400), (358, 470),
    )  # fmt: skip
    years = run.milestones
    rows: list[Sequence[str]] = []
    for flow in (*SUPPLY, *USES):
        cells = [
            page.marker.nr(f"{run.country}.{flow.metric}.{y}", "Mt2", which="central", unit=False)
            for y in years
        ]
        note = Markup('<span class="note">{}</span>').format(flow.note) if flow.note else Markup()
        rows.append([Markup("{} {}").format(flow.label, note), *cells])
    table = Table([words("Flow"), *(Column(str(y), "Mt") for y in years)], rows)
    return Section("supply", "Supply", {"figure": figure, "table": table, "split": len(SUPPLY)})


def nation(page: Page) -> Section | None:
    """Flows of one year, what they leave unexplained, stocks and scrap."""
    run = page.run
    if not run.country or not run.filled("balance"):
        return None
    year = run.flow_year
    figure = page.figure(
        "flows", f"Sankey diagram of copper in {year}, from mines, scrap and imports to use",
        flows(run, year), "sankey",
    )  # fmt: skip
    country = run.country
    stock = None
    if run.filled("in_use"):
        stock = page.figure("in use", "Copper in use by sector", drawn.in_use(run))
    past = [y for y in run.years if y <= year + 1][-6:]
    unexplained = Table(
        [words(""), *(Column(str(y), "Mt") for y in past)],
        [
            ["Unexplained feed"]
            + [page.marker.nr(f"{country}.unexplained_feed_t.{y}", "Mt2", which="central",
                              unit=False) for y in past],
            ["Refined output"]
            + [page.marker.n(f"{country}.refined_output_t.{y}", "Mt2", which="central",
                             unit=False) for y in past],
        ],
    )  # fmt: skip
    return Section(
        "nation", "The nation's flows and stocks",
        {
            "year": year, "figure": figure, "stock": stock,
            "scrap": page.figure("scrap", "Old and new domestic scrap", drawn.scrap(run)),
            "unexplained": unexplained, "country": country, "focus": run.focus_year,
            "uses": _sector_table(page), "baseline": BASELINE, "last": run.years[-1],
        },
    )  # fmt: skip


def _sector_table(page: Page) -> Table:
    run = page.run
    sectors = sorted({str(r["sector"]) for r in run.rows("in_use")})
    years = tuple(dict.fromkeys((run.flow_year, *run.milestones)))
    rows: list[Sequence[str]] = []
    for sector in sectors:
        cells = [
            page.marker.nr(f"{run.country}.use_t.{sector}.{y}", "Mt2", unit=False) for y in years
        ]
        rows.append([sector.capitalize(), *cells])
    total = [page.marker.nr(f"{run.country}.total_use_t.{y}", "Mt2", unit=False) for y in years]
    rows.append([Markup("<b>Total use</b>"), *total])
    return Table([words("Used by makers for"), *(Column(str(y), "Mt") for y in years)], rows)
