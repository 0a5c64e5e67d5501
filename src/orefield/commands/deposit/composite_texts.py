"""What ``orefield deposit composite`` says to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orefield.commands.pit.texts import pairs, table


def composite_text(data: Mapping[str, Any], folder: Path) -> str:
    """The summary of :func:`~orefield.commands.deposit.compositing.deposit_composite`."""
    lines = [f"composites: {data['note']}"]
    intervals = ", ".join(f"{n:,} {name}" for name, n in data["intervals"].items())
    said = [
        ("holes", f"{data['holes']:,}, {data['hole_metres']:,.0f} m; "
                  f"{data['stations']:,} survey stations"),
        ("intervals", intervals),
        ("composites", f"{data['composites']:,}, {data['length_m']['least']:.2f} to "
                       f"{data['length_m']['most']:.2f} m, mean {data['length_m']['mean']:.2f} m"),
    ]  # fmt: skip
    lines.append(pairs(said))
    lines += _findings(data["findings"])
    lines.append(f"\nvalues, weighted by {_weight(data['weighted_by'])}")
    lines.append(_values(data["values"]))
    lines += _lost(data["values"], data["kept_domains"])
    if data["domains"]:
        lines.append("\ndomains")
        lines.append(_columns(data["domains"]))
    for solid in data["solids"]:
        open_edges, flipped = solid["open_edges"], solid["flipped_edges"]
        state = "closed" if not open_edges else f"OPEN: {open_edges:,} edges, by winding number"
        state += f"; {flipped:,} edges between triangles that face opposite ways" if flipped else ""
        lines.append(
            f"  {solid['domain']}: {solid['file']}, {solid['triangles']:,} triangles, "
            f"{solid['volume_m3'] / 1e6:,.3f} Mm3, {solid['composites']:,} composites within; "
            f"{state}"
        )
    lines.append("")
    lines.append(pairs([("files", f"{folder}: {', '.join(data['files'])}"),
                        ("time", f"{data['seconds']:.1f} s")]))  # fmt: skip
    return "\n".join(lines)


def _weight(weighted_by: str) -> str:
    return "length" if weighted_by == "length" else "length times density"


def _findings(found: Mapping[str, Any]) -> list[str]:
    if not found["kinds"]:
        return ["  findings    none"]
    lines = [
        f"\nfindings: {found['errors']:,} errors, {found['warnings']:,} warnings, "
        f"{found['notes']:,} notes (all of them in findings.csv)"
    ]
    for row in found["kinds"]:
        done = f"; {row['done']}" if row["done"] else ""
        file, hole, name = row["first"].partition(", hole ")  # a name may hold a slash
        first = Path(file).name + hole + name
        lines.append(
            f"  {row['severity']:<8}{row['count']:>7,}  {row['table']}: {row['what']}{done}"
            + (f" (first: {first})" if first else "")
        )
    return lines


def _values(values: Mapping[str, Mapping[str, Any]]) -> str:
    names, rows = [], []
    for name, found in values.items():
        for state, key in (("assays", "before"), ("composites", "after")):
            names.append(f"{name}, {state}")
            rows.append(found[key])
    width = max(map(len, names))
    return table(
        {
            "": (f">{width}", names),
            "count": (",d", [row["count"] for row in rows]),
            "metres": (",.0f", [row["weight"] for row in rows]),
            "mean": (".4f", [row["mean"] for row in rows]),
            "st.dev.": (".4f", [row["deviation"] for row in rows]),
            "least": (".4g", [row["least"] for row in rows]),
            "median": (".4g", [row["median"] for row in rows]),
            "most": (".4g", [row["most"] for row in rows]),
        }
    )


def _lost(values: Mapping[str, Mapping[str, Any]], kept: Sequence[str]) -> list[str]:
    lines = []
    everywhere = " in all domains" if kept else ""
    for name, found in values.items():
        if found["weighted_mean_before"] is None or found["weighted_mean_after"] is None:
            lines.append(f"  {name}: nothing was measured")
            continue
        change = found["content_after"] / found["content_before"] - 1.0 if found[
            "content_before"
        ] else 0.0  # fmt: skip
        lost = max(found["lost_share"], 0.0)
        text = "nothing is lost" if lost < 1e-9 else f"{lost:.2%} of the length is in no composite"
        lines.append(
            f"  {name}: weighted mean{everywhere} {found['weighted_mean_before']:.4f} before, "
            f"{found['weighted_mean_after']:.4f} after; {text}"
            + (f", {-change:.2%} of length times grade" if lost >= 1e-9 else "")
        )
    return lines


def _columns(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(rows[0])
    width = max(len(str(row["domain"])) for row in rows)
    forms = {"domain": f">{width}", "composites": ",d", "metres": ",.0f"}
    return table(
        {
            n: (forms.get(n, ".4f"), [row[n] if n != "domain" else row[n] or "-" for row in rows])
            for n in names
        }
    )
