"""What the run was made from: assumptions, contradictions, sources, ledger, run facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from orefield.evidence import RULE
from orefield.report.markup import code, shown_claim
from orefield.report.sections.environment import mark
from orefield.report.sections.outlook import spread
from orefield.report.sections.page import Page, Section
from orefield.report.tables import Column, Table, words
from orefield.report.words import MARKS, is_stand_in


def assumed(page: Page) -> Section | None:
    """Every parameter with its mark, value, range and reason."""
    run = page.run
    base = {k: r for (s, k), r in run.parameters.items() if s == "baseline"}
    if not base:
        return None
    counts = Counter(str(r["mark"]) for r in base.values())
    groups: dict[str, list[str]] = {}
    for key in base:
        owner = key.split(".")[0]
        title = "All assets" if owner == "*" else run.name(owner)
        groups.setdefault(title if title != owner else owner.capitalize(), []).append(key)
    tables = [(title, len(keys), _parameters(page, keys)) for title, keys in groups.items()]
    unsure = [k for k, r in base.items() if r["mark"] in ("assumption", "recall", "override")]
    return Section(
        "assumed", "What is assumed or recalled",
        {
            "counts": [(name, counts[name], MARKS.get(name, "")) for name in (*MARKS, *sorted(
                set(counts) - set(MARKS))) if counts.get(name)],
            "total": len(base), "unsure": len(unsure), "tables": tables,
            "stand_in": [page.names(str(r["asset"])) for r in run.rows("assets")
                         if is_stand_in(str(r["geology"]))],
        },
    )  # fmt: skip


def _parameters(page: Page, keys: list[str]) -> Table:
    rows: list[Sequence[str]] = []
    anchors = []
    for key in keys:
        row = page.run.parameters["baseline", key]
        label = "" if row["label"] == key else str(row["label"])
        rows.append(
            [
                Markup("{} {}").format(code(key), label), page.marker.parameter(key),
                spread(row), mark(str(row["mark"])), _reason(page, row),
            ]
        )  # fmt: skip
        anchors.append("p-" + re.sub(r"[^\w.-]", "_", key))
    columns = [words("Parameter"), Column("Value"), words("Range"), words("Mark"),
               words("Reason or source")]  # fmt: skip
    return Table(columns, rows, stacked=True, anchors=anchors)


def _reason(page: Page, row: dict[str, Any]) -> Markup:
    """An assumption's reason, or the claims and their sources."""
    out = []
    references = [r for r in str(row["evidence"]).split(";") if r]
    claims = [r.removeprefix("claim:") for r in references if r.startswith("claim:")]
    if len(claims) < len(references) and row["rule"] and row["rule"] != RULE:
        out.append(Markup("{}").format(row["rule"]))
    for claim_id in claims[:3]:
        out.append(_cited(page, claim_id))
    if len(claims) > 3:
        out.append(Markup("and {} more claims").format(len(claims) - 3))
    if row["note"]:
        out.append(Markup('<span class="note">{}</span>').format(row["note"]))
    return Markup("; ").join(out)


def _cited(page: Page, claim_id: str) -> Markup:
    claim = page.run.claims.get(claim_id)
    if claim is None:
        return Markup("{}").format(claim_id)
    source = str(claim["source"])
    title = str(page.run.sources.get(source, {}).get("title") or source)
    return Markup('<a href="#s-{}">{}</a> <span class="note">{}</span>').format(
        _slug(source), title, claim["valid_from"] or claim["reported_at"] or ""
    )


def _slug(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text)


def contradictions(page: Page) -> Section | None:
    """Claims that lost against another, with the reason, and the rule of choice."""
    run = page.run
    tables: list[Sequence[str]] = []
    for (scenario, key), row in run.parameters.items():
        if scenario != "baseline" or not row["rejected"]:
            continue
        for claim_id, reason in rejected(str(row["rejected"]), run.claims):
            claim = run.claims[claim_id]
            chosen = page.marker.parameter(key)
            if row["kind"] == "series" and (winner := _chosen(page, row, claim)):
                chosen = page.marker.claim(winner)
            tables.append(
                [
                    code(key), chosen,
                    Markup("{} {}").format(
                        page.marker.claim(claim_id, shown_claim(claim)),
                        Markup('<span class="note">{}</span>').format(claim["valid_from"])
                        if claim["valid_from"] else "",
                    ),
                    _cited(page, claim_id), reason,
                ]
            )  # fmt: skip
    unusable = [c for c in run.claims.values() if not c["usable"]]
    if not tables and not run.claims:
        return None
    columns = [words("Parameter"), Column("Chosen"), Column("Set aside"), words("Who says so"),
               words("Why not")]  # fmt: skip
    return Section(
        "contradictions", "Which claim is used, and which are set aside",
        {
            "rule": RULE, "table": Table(columns, tables, stacked=True),
            "parameters": len({str(r[0]) for r in tables}), "claims": len(run.claims),
            "rejected": len(tables), "unusable": _unusable(page, unusable),
            "unusable_count": len(unusable),
        },
    )  # fmt: skip


def _chosen(page: Page, row: dict[str, Any], loser: dict[str, Any]) -> str:
    """The claim that a series uses for the year a loser speaks of."""
    for reference in str(row["evidence"]).split(";"):
        claim_id = reference.removeprefix("claim:")
        found = page.run.claims.get(claim_id)
        if found and loser["valid_from"] and found["valid_from"] == loser["valid_from"]:
            return claim_id
    return ""


def rejected(text: str, claims: dict[str, Any]) -> list[tuple[str, str]]:
    """Claims and reasons out of ``id: reason; id: reason``; reasons may hold ``; `` too."""
    out: list[tuple[str, str]] = []
    for part in text.split("; "):
        claim_id, _, reason = part.partition(": ")
        if claim_id in claims:
            out.append((claim_id, reason))
        elif out:
            out[-1] = (out[-1][0], f"{out[-1][1]}; {part}")
    return out


def _unusable(page: Page, claims: list[dict[str, Any]]) -> Table:
    rows: list[Sequence[str]] = [
        [
            str(c["subject"]), str(c["attribute"]).replace("_", " "),
            page.marker.claim(str(c["id"])), _cited(page, str(c["id"])), str(c["note"] or ""),
        ]
        for c in claims
    ]  # fmt: skip
    columns = [words("Subject"), words("Says of"), Column("Value"), words("Who says so"),
               words("Why it is not used")]  # fmt: skip
    return Table(columns, rows, stacked=True)


def sources(page: Page) -> Section | None:
    """Sources that the parameters stand on, then the others that were read."""
    run = page.run
    if not run.sources:
        return None
    used: Counter[str] = Counter()
    for (_, _), row in run.parameters.items():
        ids = {r.removeprefix("claim:") for r in str(row["evidence"]).split(";")}
        used.update({str(run.claims[i]["source"]) for i in ids if i in run.claims})
    cited = sorted((s for s in used if s in run.sources), key=lambda s: (-used[s], s))
    others = sorted(set(run.sources) - set(cited))
    return Section(
        "sources", "Sources",
        {"used": _sources(page, cited, used), "others": _sources(page, others, used),
         "n_used": len(cited), "n_others": len(others)},
    )  # fmt: skip


def _sources(page: Page, ids: list[str], used: Counter[str]) -> Table:
    rows: list[Sequence[str]] = []
    for source_id in ids:
        row = page.run.sources[source_id]
        url = str(row["url"] or "")
        title: Markup = Markup("{}").format(row["title"])
        if re.match(r"https?://", url):
            title = Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(url, title)
        rows.append(
            [title, str(row["publisher"] or ""), str(row["published"] or ""), str(row["kind"]),
             str(used[source_id] or "–"), str(row["note"] or "")]
        )  # fmt: skip
    columns = [words("Source"), words("Publisher"), words("Published"), words("Kind"),
               Column("Parameters"), words("Note")]  # fmt: skip
    return Table(columns, rows, stacked=True, anchors=[f"s-{_slug(i)}" for i in ids])


def run_facts(page: Page) -> Section:
    """Closure of the metal ledger, seconds, seed, version, how to trace a number."""
    run = page.run
    manifest = run.manifest
    columns = [words("Scenario"), Column("Rows"), Column("Cells checked", "",
               "Nodes times commodities times years times draws"),
               Column("Largest residual", "relative"), words("Where")]  # fmt: skip
    rows: list[Sequence[str]] = [
        [
            run.scenarios.get(str(name), str(name)), f"{c['rows']:,}", f"{c['cells']:,}",
            f"{c['max_relative_residual']:.1e}", str(c.get("worst") or ""),
        ]
        for name, c in dict(manifest.get("closures") or {}).items()
    ]  # fmt: skip
    seconds = {str(k): float(v) for k, v in dict(manifest.get("seconds") or {}).items()}
    example = f"{run.country}.self_sufficiency.mine_over_use.{run.focus_year}"
    if run.value(example) is None:
        example = f"{run.assets[0]}.modelled.cu_t" if run.assets else ""
    return Section(
        "run", "Ledger, run and trace",
        {
            "closures": Table(columns, rows) if rows else None, "seconds": seconds,
            "total_s": sum(seconds.values()), "example": example,
            "seed": manifest.get("seed"), "draws": manifest.get("draws"),
            "version": manifest.get("version"),
        },
    )  # fmt: skip
