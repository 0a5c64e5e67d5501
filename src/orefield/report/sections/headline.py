"""The answer in words, and the key numbers."""

from __future__ import annotations

from markupsafe import Markup

from orefield.report.data import BASELINE
from orefield.report.sections.page import Page, Section

NARROW, SCRAP, REFINED = (
    "mine_over_use", "mine_plus_domestic_scrap_over_use", "domestic_refined_over_refined_use",
)  # fmt: skip

KEY_NUMBERS = (
    ("mine_t", "Mt2", "Mine production", "copper in concentrate, all domestic mines"),
    ("modelled_mine_t", "Mt2", "of which modelled", "the assets of this study, one by one"),
    ("domestic_scrap_t", "Mt2", "Domestic scrap", "old and new, recovered at home"),
    ("total_use_t", "Mt1", "Total use", "refined copper and scrap melted directly"),
    ("concentrate_imports_t", "Mt2", "Concentrate imports", "metal contained"),
    ("in_use_t", "Mt1", "Copper in use", "in products and structures at year's end"),
)


def headline(page: Page) -> Section:
    """The headline block; without a national balance it says how far the run went."""
    run = page.run
    year = run.focus_year
    country = run.country
    values: dict[str, object] = {"year": year, "nation": run.name(country) if country else ""}
    if not country:
        return Section("headline", "", values)
    first = max(y for y in run.years if y < year) if run.years[0] < year else year
    values |= {
        "keys": {
            d: f"{country}.self_sufficiency.{d}.{year}" for d in (NARROW, SCRAP, REFINED)
        },
        "then": _before(run.years, year, first),
        "last": run.years[-1],
        "prefix": country,
        "best": _best(page, NARROW, year),
        "best_scrap": _best(page, SCRAP, year),
        "numbers": [
            (label, page.marker.n(f"{country}.{metric}.{year}", how), _range(page, metric, how),
             note)
            for metric, how, label, note in KEY_NUMBERS
            if run.value(f"{country}.{metric}.{year}") is not None
        ],
    }  # fmt: skip
    return Section("headline", "", values)


def _before(years: tuple[int, ...], year: int, fallback: int) -> int:
    """The year five years earlier, to compare with."""
    return year - 5 if year - 5 in years else fallback


def _range(page: Page, metric: str, how: str) -> Markup:
    run = page.run
    key = f"{run.country}.{metric}.{run.focus_year}"
    low = page.marker.n(key, how, which="p10", unit=False)
    high = page.marker.n(key, how, which="p90", unit=False)
    return Markup("P10–P90 {}–{}").format(low, high)


def _best(page: Page, definition: str, year: int) -> dict[str, str] | None:
    """The scenario that lifts a definition's median most above the baseline's."""
    run = page.run
    key = f"{run.country}.self_sufficiency.{definition}.{year}"
    base = run.value(key)
    if base is None:
        return None
    found = [
        (value.p50, scenario)
        for scenario in run.scenarios
        if scenario != BASELINE and (value := run.value(key, scenario)) is not None
    ]
    if not found or max(found)[0] <= base.p50:
        return None
    scenario = max(found)[1]
    return {"scenario": scenario, "label": run.scenarios[scenario], "key": key}
