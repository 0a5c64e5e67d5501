"""Plants and their environment in one year, and the rivers below the assets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from orefield.core import fields
from orefield.report.data import absent
from orefield.report.figures_map import plateau_box, rivers_map
from orefield.report.sections.page import Page, Section
from orefield.report.tables import Column, Table, measured, words

_COLUMNS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("ore_t", "Mt", "Mt", "Ore", ()),
    ("cu_recovered_t", "kt", "kt", "Copper", ()),
    ("concentrate_t", "kt", "kt", "Concentrate", ("plant.concentrate_cu_pct",)),
    ("tailings_t", "Mt", "Mt", "Tailings", ()),
    ("tailings_m3", "Mm3", "Mm³", "Tailings", ("environment.tailings_density_t_m3",)),
    ("water_m3", "Mm3", "Mm³", "Water", ("environment.water_m3_t",)),
    ("electricity_kwh", "GWh", "GWh", "Electricity",
     ("environment.plant_kwh_t", "environment.mine_kwh_t")),
    ("diesel_l", "ML", "ML", "Diesel",
     ("environment.diesel_l_t", "environment.diesel_altitude_per_1000m")),
    ("co2_scope1_t", "kt", "kt", "CO₂ scope 1", ("environment.diesel_kgco2_l",)),
    ("co2_scope2_t", "kt", "kt", "CO₂ scope 2", ("environment.grid_kgco2_kwh",)),
    ("land_m2", "km2", "km²", "Land", ("environment.dump_height_m",
     "environment.tailings_depth_m", "environment.plant_site_m2", "environment.swell")),
)  # fmt: skip


def plants(page: Page) -> Section | None:
    """What every plant makes and takes in the year of the headline."""
    run = page.run
    if not any(run.series(a, "ore_t") for a in run.assets):
        return None
    year = run.focus_year
    metrics = [c for c in _COLUMNS if any(run.series(a, c[0]) for a in run.assets)]
    columns = [words("Asset")]
    for metric, _, unit, label, names in metrics:
        column = measured(metric, unit, label)
        if _unsure(page, names):
            title = f"{column.title} (factor assumed or recalled)"
            column = Column(f"{label}*", column.unit, title)
        columns.append(column)
    rows: list[Sequence[str]] = []
    idle = []
    for asset in run.assets:
        ore = run.value(f"{asset}.ore_t.{year}")
        if ore is None or ore.p90 == 0:
            idle.append(run.name(asset))
            continue
        rows.append(
            [page.names(asset)]
            + [page.marker.nr(f"{asset}.{m}.{year}", how, unit=False) for m, how, *_ in metrics]
        )
    half = 1 + sum(1 for m in metrics if fields.field(m[0]).source != "environment")
    made = Table(columns[:half], [row[:half] for row in rows])
    taken = Table([columns[0], *columns[half:]], [[row[0], *row[half:]] for row in rows])
    return Section(
        "plants", "Plants and environment",
        {"year": year, "made": made, "taken": taken, "idle": idle, "factors": _factors(page)},
    )  # fmt: skip


def _unsure(page: Page, names: tuple[str, ...]) -> bool:
    for asset in page.run.assets:
        for name in names:
            row = page.run.asset_parameter(asset, name)
            if row and row["mark"] in ("assumption", "recall"):
                return True
    return False


def _factors(page: Page) -> Table:
    """Every factor of the environment, and how well it is known."""
    run = page.run
    rows: list[Sequence[str]] = []
    for (scenario, key), row in run.parameters.items():
        if scenario != "baseline" or ".environment." not in key:
            continue
        owner, _, name = key.partition(".environment.")
        whose = "all assets" if owner == "*" else run.name(owner)
        label = row["label"] if row["label"] != key else name
        rows.append(
            [whose, str(label), page.marker.parameter(key), mark(str(row["mark"])),
             str(row["rule"] if row["mark"] in ("assumption",) else row["evidence"])]
        )  # fmt: skip
    rows.sort(key=lambda r: (r[0] != "all assets", str(r[1]), str(r[0])))
    return Table(
        [words("Asset"), words("Factor"), Column("Value"), words("Mark"), words("Basis")],
        rows, stacked=True,
    )  # fmt: skip


def mark(name: str) -> Markup:
    """A mark of evidence as a little tag."""
    return Markup('<span class="mark {}">{}</span>').format(name, name)


def rivers(page: Page) -> Section | None:
    """Map of assets and rivers, and the chain of rivers below every asset."""
    run = page.run
    if not run.filled("river_nodes", "river_chains"):
        return None
    whole = page.figures(
        "map", "Map of the assets and the rivers they drain to; no borders are drawn",
        lambda w, h: rivers_map(run, width=w, height=h), (860, 560), (358, 380), "map",
    )  # fmt: skip
    box = plateau_box(run)
    near = None
    if box is not None:
        near = page.figures(
            "map near", "The part of the map where most assets stand",
            lambda w, h: rivers_map(run, width=w, height=h, box=box), (860, 380), (358, 300),
            "map",
        )  # fmt: skip
    return Section(
        "rivers", "Rivers",
        {"map": whole, "near": near, "table": _chains(page), "names": _river_names(page),
         "unresolved": [run.name(str(r["asset"])) for r in run.rows("river_chains")
                        if r.get("unresolved") is True],
         "year": run.focus_year},
    )  # fmt: skip


def _chains(page: Page) -> Table:
    run = page.run
    nodes = {str(n["node_id"]): str(n["name"]) for n in run.rows("river_nodes")}
    columns = [
        words("Asset"), words("Drains to"), words("Chain of rivers"), words("Ends at"),
        words("Countries along it"), measured("water_m3", f"Mm³ in {run.focus_year}", "Water"),
        measured("river_share", "% of mean flow", "Share"),
    ]  # fmt: skip
    rows: list[Sequence[str]] = []
    shares = False
    for row in run.rows("river_chains"):
        asset = str(row["asset"])
        share_key = f"{asset}.river_share.{run.focus_year}"
        shares = shares or run.value(share_key) is not None
        rows.append(
            [
                page.names(asset), _status(row, nodes), _chain(row, nodes),
                _text(row.get("ends_at")).replace(" > ", " → "),
                _text(row.get("countries")).replace("; ", " "),
                page.marker.nr(f"{asset}.water_m3.{run.focus_year}", "Mm3", unit=False),
                page.marker.nr(share_key, "pct", unit=False),
            ]
        )  # fmt: skip
    if not shares:  # runs that keep no result for it: nothing untraceable is shown
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table(columns, rows, stacked=True)


def _text(value: Any) -> str:
    return "" if absent(value) else str(value)


def _status(row: dict[str, Any], nodes: dict[str, str]) -> Markup:
    text = _spelled(_text(row.get("status")), nodes)
    if row.get("unresolved") is True:
        text = text.removeprefix("unresolved: ")
        return Markup('<span class="tag warn">unresolved</span> {}').format(text)
    return Markup("{}").format(text)


def _chain(row: dict[str, Any], nodes: dict[str, str]) -> Markup:
    steps = re.sub(r"\s*\(([A-Z]{2}\d{2})\)", "", _text(row.get("chain"))).split(" > ")
    joined = Markup(' <span class="arrow">→</span> ').join(steps)
    note = _spelled(_text(row.get("note")), nodes)
    if note:
        joined += Markup(' <span class="note">{}</span>').format(note)
    return joined


def _spelled(text: str, nodes: dict[str, str]) -> str:
    """Node ids replaced by the names of the nodes, without what those hold in brackets."""

    def name(match: re.Match[str]) -> str:
        found = nodes.get(match.group(), match.group())
        return found.split(" (", maxsplit=1)[0].replace(" > ", " → ")

    text = re.sub(r" \((at|above|below) ([A-Z]{2}\d{2})\)", r", \1 \2", text)
    return re.sub(r"[A-Z]{2}\d{2}", name, text)


def _river_names(page: Page) -> list[Markup]:
    """Rivers of the entities with their local names, where any are known."""
    return [
        page.names(entity)
        for entity, row in page.run.entities.items()
        if row["kind"] == "river" and (row.get("name_zh") or row.get("name_bo"))
    ]
