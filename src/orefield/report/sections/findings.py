"""What contradicts: findings of the rules, of reconciliation and of the modelled plans."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from orefield.report.data import absent
from orefield.report.digits import MINUS, NBSP, number, way
from orefield.report.findings import Card, cards
from orefield.report.markup import shown_claim
from orefield.report.sections.page import Page, Section
from orefield.report.tables import Column, Table, words

MAX_SHOWN = 25
"""Contradictions and ties that stand open; the others are folded."""

_HOW = "kt"


def findings(page: Page) -> Section | None:
    """Contradictions as cards, totals as reconciled, what is superseded or open folded."""
    run = page.run
    if not run.has("findings", "finding_counts"):
        return None
    rows = [_finding(row) for row in run.rows("findings")]
    claims = {i: _claim(page, i) for row in rows for i in row["claims"] if i in run.claims}
    made = {verdict: [_keyed(page, c) for c in found] for verdict, found in _cards(rows, claims)}
    counts: dict[str, int] = {}
    for row in run.rows("finding_counts"):
        counts[str(row["verdict"])] = counts.get(str(row["verdict"]), 0) + int(row["findings"])
    first = [*made["violate"], *made["tie"]]
    totals = run.rows("reconciled")
    silent = _silent(totals)
    told = [r for r in totals if spoken(str(r["series"])).lower() not in silent]
    contested = [r for r in told if _contested(r)]
    alone = [r for r in told if not _contested(r)]
    return Section(
        "findings", "What contradicts",
        {
            "claims": len(run.claims), "counts": counts, "shown": first[:MAX_SHOWN],
            "rest": first[MAX_SHOWN:], "superseded": made["superseded"],
            "open": made["insufficient"], "totals": _totals(page, contested) if contested else None,
            "alone": _totals(page, alone) if alone else None, "n_alone": len(alone),
            "silent": silent, "reconciled": _in_words(page, totals),
        },
    )  # fmt: skip


def _cards(
    rows: list[dict[str, Any]], claims: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, tuple[Card, ...]]]:
    return list(cards(rows, claims).items())


def _finding(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table as a finding says it."""
    lists = ("claims", "blamed", "background", "inferred")
    return {**row, **{name: [i for i in str(row[name]).split(";") if i] for name in lists}}


def _claim(page: Page, claim_id: str) -> dict[str, Any]:
    claim = page.run.claims[claim_id]
    source = page.run.sources.get(str(claim["source"]), {})
    url = str(source.get("url") or "")
    return {
        "subject": claim["subject"], "attribute": claim["attribute"],
        "value": shown_claim(claim), "period": claim["valid_from"],
        "source": source.get("title") or claim["source"], "publisher": source.get("publisher"),
        "published": source.get("published"),
        "url": url if re.match(r"https?://", url) else "",
    }  # fmt: skip


def _keyed(page: Page, card: Card) -> Card:
    """The card with every value carrying its claim's id."""
    voices = (
        replace(v, value=page.marker.claim(v.claim, v.value)) if v.claim in page.run.claims else v
        for v in card.voices
    )
    return replace(card, voices=tuple(voices))


def _totals(page: Page, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Totals of a series and year: what was said, what was made of it, and how sure it is."""
    columns = [
        words("Total"), Column("Published claims"), Column("Chosen", "kt", "By the study"),
        Column("Reconciled", "kt", "What the balance starts from"),
        Column("Standard error", "kt"), Column("Moved by", "kt"), words("Farthest claim"),
    ]  # fmt: skip
    made: list[Sequence[str]] = [
        [f"{spoken(str(r['series']))} {r['year']}", _said(page, r), *_numbers(page, r), _why(r)]
        for r in rows
    ]
    return Table(columns, made, stacked=True)


def _contested(row: Mapping[str, Any]) -> bool:
    """Whether more than one thing was said of a total."""
    several = ";" in str(row["claims"])
    return several or bool(row["blamed"]) or row["origin"] == "tie"


def spoken(series: str) -> str:
    """A series as a person says it: ``mine_production_t`` is mine production."""
    return series.removesuffix("_t").replace("_", " ").capitalize()


def _kt(value: float) -> str:
    return number(value, way(_HOW, "t"))


def _said(page: Page, row: Mapping[str, Any]) -> Markup:
    out = []
    for claim_id in (c for c in str(row["claims"]).split(";") if c):
        claim = page.run.claims.get(claim_id)
        if claim is not None:
            out.append(page.marker.claim(claim_id, shown_claim(claim)))
    return Markup(" · ").join(out)


def _numbers(page: Page, row: Mapping[str, Any]) -> list[Markup | str]:
    """Chosen, started from, standard error, moved by: each with a key."""
    parameter = f"{page.run.country or _country(page)}.{row['series']}"
    chosen = "" if absent(row["chosen"]) else _kt(row["chosen"])
    first = page.marker.parameter(parameter, text=chosen) if chosen else Markup("")
    key = str(row["key"])
    if not key:
        return [first, first, "", ""]
    moved = "" if absent(row["chosen"]) else _signed(row["value"] - row["chosen"])
    return [
        first, page.marker.n(key, _HOW, unit=False),
        page.marker.says(key, _kt(row["standard_error"])),
        page.marker.says(key, moved) if moved else "",
    ]  # fmt: skip


def _country(page: Page) -> str:
    return str(page.run.manifest["study"].get("country", ""))


def _signed(value: float) -> str:
    """To whole kilotonnes, with its sign; nought without one."""
    text = f"{abs(value) / 1e3:,.0f}"
    return text if text == "0" else f"{'+' if value > 0.0 else MINUS}{text}"


def _why(row: Mapping[str, Any]) -> str:
    blamed = [c for c in str(row["blamed"]).split(";") if c]
    if blamed:
        return f"taken to be wrong: {', '.join(blamed)}"
    if row["origin"] == "tie":
        return "claims tie"
    if row["origin"] != "reconciled":
        return "none of its own"
    if row["status"] != "redundant" and not _contested(row):
        return "the only one"
    farthest = row["adjustment_sigmas"]
    return f"{abs(farthest):.1f}{NBSP}σ away"


def _silent(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    every = dict.fromkeys(str(r["series"]) for r in rows)
    heard = {str(r["series"]) for r in rows if r["claims"]}
    return [spoken(s).lower() for s in every if s not in heard]


def _in_words(page: Page, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    claims = [r for r in page.run.rows("reconciled_claims") if not r["reason"] and not r["assumed"]]
    return {
        "totals": sum(r["origin"] == "reconciled" for r in rows), "of": len(rows),
        "claims": len(claims), "blamed": sum(r["blamed"] == "blamed" for r in claims),
        "tied": sum(r["blamed"] == "tie" for r in claims),
        "left_out": sum(bool(r["reason"]) for r in page.run.rows("reconciled_claims")),
    }  # fmt: skip
