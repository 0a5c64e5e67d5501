"""Targets of the plan, and what drives the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from orefield.report.data import absent
from orefield.report.figures_drivers import SHOWN_DRIVERS, tornado
from orefield.report.markup import code
from orefield.report.sections.environment import mark
from orefield.report.sections.page import Page, Section
from orefield.report.tables import Column, Table, words
from orefield.report.words import definition


def targets(page: Page) -> Section | None:
    """A card a target with its probability."""
    found = page.run.manifest.get("targets") or ()
    if not found:
        return None
    return Section("targets", "Targets", {"cards": [_card(page, t) for t in found]})


def _card(page: Page, target: dict[str, Any]) -> dict[str, Any]:
    name = str(target["id"])
    key = str(target.get("key") or "")
    probability = target.get("probability")
    threshold = next(
        (k for k in (f"target.{name}.growth", f"target.{name}.threshold_tpy",
                     f"target.{name}.threshold") if page.run.parameter(k)), "",
    )  # fmt: skip
    years = [int(y) for y in target.get("years", ())]
    card: dict[str, Any] = {
        "label": target["label"],
        "years": f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(map(str, years)),
        "comparator": {">=": "at least", ">": "above", "<=": "at most", "<": "below"}.get(
            str(target.get("comparator")), str(target.get("comparator"))),
        "threshold": page.marker.parameter(threshold, text=_amount(target, target["threshold"]))
        if threshold and target.get("threshold") is not None else None,
        "probability": None,
        "evidence": _on_record(page, name, threshold) if probability is None else [],
    }  # fmt: skip
    if probability is not None and page.run.value(key) is not None:
        card |= {
            "probability": page.marker.n(key, "pct0"),
            "share": round(100 * float(probability), 2),
            "rounded": page.marker.says(key, f"{100 * target['probability_rounded']:.0f} %")
            if target.get("probability_rounded") not in (None, probability) else None,
            "outcome": page.marker.says(
                key, f"{_amount(target, target['p50'])} ({_amount(target, target['p10'])} to "
                f"{_amount(target, target['p90'])})"),
        }  # fmt: skip
    return card


def _on_record(page: Page, name: str, threshold: str) -> list[Markup]:
    """Numbers that the study holds of a target it does not quantify."""
    out = []
    for (scenario, key), row in page.run.parameters.items():
        ours = key.startswith(f"target.{name}.") and key != threshold
        if scenario == "baseline" and ours and row["kind"] == "number":
            shown = page.marker.parameter(key, text=_amount({"unit": row["unit"]}, row["value"]))
            out.append(Markup("{} {}").format(row["label"], shown))
    return out


def _amount(target: dict[str, Any], value: float) -> str:
    if target.get("unit") == "1/y":
        return f"{100 * value:.1f} % a year".replace("-", "−")
    if target.get("unit") in ("t", "t/y"):
        return f"{value / 1e6:,.1f} Mt"
    return f"{value:,.4g} {target.get('unit') or ''}".strip()


def drivers(page: Page) -> Section | None:
    """Tornado of the primary definition, and tables of all."""
    run = page.run
    if not run.filled("tornado") or not run.definitions:
        return None
    frame = run.table("tornado")
    found = [d for d in run.definitions if (frame["definition"] == d).any()]
    if not found:
        return None
    first = found[0]
    swung = frame[(frame["definition"] == first) & (frame["swing"] > 0)]
    if swung.empty:
        return None
    bars = min(SHOWN_DRIVERS, len(swung))
    figure = page.figures(
        "tornado", f"What moves {definition(first).title}: one parameter at a time",
        lambda w, h: tornado(run, first, width=w, height=h),
        (860, 40 + 27 * bars), (358, 40 + 37 * bars),
    )  # fmt: skip
    year = int(frame["year"].iloc[0])
    return Section(
        "drivers", f"What drives {year}",
        {"figure": figure, "year": year, "title": definition(first).title,
         "tables": [(definition(d).title, _table(page, d, year)) for d in found]},
    )  # fmt: skip


def _table(page: Page, key: str, year: int) -> Table:
    run = page.run
    result = f"{run.country}.self_sufficiency.{key}.{year}"
    rows: list[Sequence[str]] = []
    frame = run.table("tornado")
    for row in frame[frame["definition"] == key].head(SHOWN_DRIVERS).to_dict("records"):
        parameter = run.parameter(str(row["key"])) or {}
        stated = page.marker.parameter(str(row["key"]), text=spread(parameter))
        rows.append(
            [Markup("{} {}").format(row["label"], code(str(row["key"]))), stated,
             mark(str(parameter.get("mark", ""))),
             page.marker.says(result, f"{100 * row['low']:.1f}"),
             page.marker.says(result, f"{100 * row['high']:.1f}"),
             page.marker.says(result, f"{100 * row['swing']:.2f}")]
        )  # fmt: skip
    columns = [
        words("Parameter"), words("Stated range"), words("Mark"),
        Column("At its P10", "%"), Column("At its P90", "%"), Column("Swing", "points"),
    ]  # fmt: skip
    return Table(columns, rows)


def spread(row: dict[str, Any]) -> str:
    from orefield.report.digits import plain

    if absent(row.get("low")) or absent(row.get("high")):
        return ""
    unit = "" if row["unit"] in ("1", "count") or row["kind"] == "series" else f" {row['unit']}"
    factor = "factor " if row["kind"] == "series" else ""
    return f"{factor}{plain(float(row['low']))} to {plain(float(row['high']))}{unit}"
