"""What ``orefield deposit estimate`` says of its result, summed up as slices go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.estimate_checks import checks_text
from orefield.commands.pit.texts import pairs, table
from orefield.deposit.estimation.estimates import STATUS
from orefield.deposit.estimation.slices import Columns
from orefield.deposit.job.estimate_parts import EstimatePart


class _Sums:
    """Sums over the estimated blocks of one part."""

    def __init__(self, passes: int) -> None:
        self.blocks = self.negative = self.raised = 0
        self.by_pass = np.zeros(passes + 1, np.int64)
        self.by_status = np.zeros(len(STATUS), np.int64)
        self.total = self.square = 0.0
        self.low, self.high = np.inf, -np.inf
        self.means: dict[str, float] = {}

    def add(
        self, values: NDArray[Any], passes: NDArray[Any], status: NDArray[Any],
        others: Mapping[str, NDArray[Any]],
    ) -> None:  # fmt: skip
        there = passes > 0
        self.blocks += len(values)
        self.by_pass += np.bincount(passes, minlength=len(self.by_pass))
        self.by_status += np.bincount(status, minlength=len(STATUS))
        if there.any():
            found = values[there]
            self.negative += int((found < 0).sum())
            self.total += float(found.sum())
            self.low = min(self.low, float(found.min()))
            self.high = max(self.high, float(found.max()))
            for name, column in others.items():
                total = float(column[there].sum(dtype=np.float64))
                self.means[name] = self.means.get(name, 0.0) + total


class EstimateTally:
    """Sums of every part, from the slices of the joined model.

    Parameters
    ----------
    parts : sequence of EstimatePart
    """

    def __init__(self, parts: Sequence[EstimatePart]) -> None:
        self._parts = parts
        self._sums = [_Sums(len(part.chosen.searches)) for part in parts]

    def add(self, start: int, columns: Columns) -> None:
        """One slice of the model, which begins at a block."""
        for part, sums in zip(self._parts, self._sums, strict=True):
            name = part.chosen.field
            n = len(columns[name])
            rows: NDArray[np.bool_] | slice = slice(None)
            if part.inside is not None:
                rows = part.inside[start : start + n]
            others = {
                ending: columns[f"{name}_{ending}"][rows]
                for ending in part.chosen.outputs
                if f"{name}_{ending}" in columns
            }
            if part.chosen.least is not None:
                sums.raised += int(columns[f"{name}_raised"][rows].sum(dtype=np.int64))
            sums.add(
                columns[name][rows], columns[f"{name}_pass"][rows],
                columns[f"{name}_status"][rows], others,
            )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """A row a part, for JSON."""
        out = []
        for part, sums in zip(self._parts, self._sums, strict=True):
            done = int(sums.by_pass[1:].sum())
            used = part.samples.measured(part.chosen.value)
            values = used[part.chosen.value]
            out.append({
                "value": part.chosen.value,
                "field": part.chosen.field,
                "domain": list(part.chosen.domain) or None,
                "method": part.chosen.method,
                "samples": len(used),
                "samples_cut": part.cut,
                "samples_mean": float(np.average(values, weights=used.length_m)),
                "blocks": sums.blocks,
                "estimated": done,
                "by_pass": [int(n) for n in sums.by_pass[1:]],
                "by_status": {
                    text: int(n) for text, n in zip(STATUS, sums.by_status, strict=True) if n
                },
                "mean": sums.total / done if done else None,
                "least": sums.low if done else None,
                "greatest": sums.high if done else None,
                "negative": sums.negative,
                "raised": sums.raised,
                "raised_to": part.chosen.least,
                "samples_least": float(values.min()),
                "means": {name: total / done for name, total in sums.means.items()},
            })  # fmt: skip
        return out

    def warnings(self) -> list[str]:
        """What a person should know of."""
        out = []
        for row in self.rows():
            title = row["field"] + (f" in {', '.join(row['domain'])}" if row["domain"] else "")
            missing = row["blocks"] - row["estimated"]
            if missing:
                why = "; ".join(
                    f"{n:,} {text}"
                    for text, n in row["by_status"].items()
                    if not text.startswith("estimated")
                )
                out.append(
                    f"{title}: {missing:,} of {row['blocks']:,} blocks are not estimated "
                    f"(pass 0, value 0): {why}"
                )
            if row["negative"] and row["samples_least"] >= 0:
                out.append(
                    f"{title}: {row['negative']:,} estimates are below zero, no sample is: "
                    "weights of samples behind others are negative (take fewer samples, or cap "
                    "them by hole)"
                )
            if row["raised"]:
                out.append(
                    f"{title}: {row['raised']:,} estimates were below {row['raised_to']:g} and "
                    f"were raised to it ({row['field']}_raised is 1)"
                )
            redundant = row["by_status"].get(STATUS[2], 0)
            if redundant:
                out.append(
                    f"{title}: in {redundant:,} blocks redundant samples were left out (the model "
                    "is close to singular: give it a nugget, or composite longer)"
                )
        return out


def estimate_text(data: Mapping[str, Any], folder: Path) -> str:
    """The reply for people."""
    rows = data["estimates"]
    listed = table({
        "field": ("", [r["field"] for r in rows]),
        "domain": ("", [", ".join(r["domain"] or ["all"]) for r in rows]),
        "method": ("", [r["method"] for r in rows]),
        "samples": (",", [r["samples"] for r in rows]),
        "their mean": (".4g", [r["samples_mean"] for r in rows]),
        "blocks": (",", [r["blocks"] for r in rows]),
        "estimated": (",", [r["estimated"] for r in rows]),
        "by pass": ("", [" ".join(f"{n:,}" for n in r["by_pass"]) for r in rows]),
        "mean": (".4g", [r["mean"] for r in rows]),
        "least": (".4g", [r["least"] for r in rows]),
        "greatest": (".4g", [r["greatest"] for r in rows]),
        "slope": (".3f", [r["means"].get("slope") for r in rows]),
        "efficiency": (".3f", [r["means"].get("efficiency") for r in rows]),
    })  # fmt: skip
    said = [f"Estimated {data['grid']['shape']} blocks from {data['samples']:,} samples", listed]
    if data["resumed_slices"]:
        said.append(
            f"  {data['resumed_slices']} of {data['slices']} slices were there from a run before"
        )
    said += checks_text(data)
    said += [f"  warning: {text}" for text in data["warnings"]]
    said.append(pairs([("written", f"{folder}: {', '.join(data['files'])}")]))
    return "\n".join(said)
