"""Candidate claims from running text: how many statements are found, how many are right, how fast.

No peer: the tools that extract quantities (quantulum3, MIT; grobid-quantities, Apache-2.0) know
neither subjects nor Chinese. Inputs are the annotated texts of ``tests/evidence/extract`` and,
where ``OREFIELD_DATA`` and ``OREFIELD_FACTS`` are set, the public articles and the claims read in
them.

    python benchmarks/bench_extract.py [--errors] [--blind]
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "evidence" / "extract"))

from extract_gold import Gold, Score, articles, score  # noqa: E402

from orefield.evidence.extract import Candidate, extract  # noqa: E402

SUBJECTS = {
    "Qinghai-Xizang Plateau": ("Qinghai-Xizang",),
    "Duobao Mountain (Duobaoshan) mine": ("Duobao Mountain", "Duobaoshan"),
    "14th Five-Year Plan": ("Five-Year Plan", "Qinghai-Xizang"),
    "Zijin Mining": ("Zijin",),
    "Downstream rivers (Brahmaputra, Mekong)": ("Brahmaputra", "Mekong", "Rivers"),
    "Dexing ('Dexin') mine": ("Dexin",),
    "Dexing": ("Dexin",),
    "Tibet 'Jianda' deposit": ("Jianda",),
    "Guangxi (Baise)": ("Guangxi", "Baise"),
    "China provinces (listed)": (),
}
QUALITIES = ("known for", "rich in", "state-owned", "raw material deficit", "needs imports")
"""Statements in words, which the table of claims gives no number: they are not scored here."""
_SIGNS = (("more than", ">="), ("exceed", ">="), ("up to", "<="), ("about", "~"), ("around", "~"),
          ("range", "range"), ("one of", ">="), ("vague", ">="))  # fmt: skip


def facts_gold(path: Path, source: str) -> tuple[Gold, ...]:
    """Statements that stand in an article as numbers, from the table of claims.

    Left out: what was derived, what has no number, and the dates of the articles themselves.
    """
    out = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            derived = "derived" in row["qualifier"] or row["attribute"].startswith("sum")
            if row["source"] != source or derived or not row["value_low"] or row["unit"] == "date":
                continue
            low = float(row["value_low"])
            high = float(row["value_high"]) if row["value_high"] else None
            unit = (
                row["unit"]
                .split(" (")[0]
                .replace("% y/y", "%/y")
                .replace(" Cu", "")
                .replace(" Au", "")
            )
            sign = next((s for w, s in _SIGNS if w in row["qualifier"]), "=")
            if high is not None and high != low:
                sign = "range"
            if unit == "million":
                low, high, unit = low * 1e6, None, "count"
            if unit == "boolean":
                low = high = 1.0
                sign = "="
            subjects = SUBJECTS.get(row["subject"], (row["subject"].split(" (")[0],))
            out.append(Gold(low, high, unit, sign, subjects, ("",)))
    return tuple(out)


def given(errors: list[str]) -> None:
    """Score on the public articles."""
    data, facts = os.environ.get("OREFIELD_DATA"), os.environ.get("OREFIELD_FACTS")
    if not data or not facts:
        print("public articles: left out, OREFIELD_DATA or OREFIELD_FACTS is not set")
        return
    total = Score(errors=errors)
    resolver = _resolver()
    for source, reported in (("S1", "2025-01-06"), ("S3", "2026-01-04"), ("S4", "")):
        text = (Path(data) / "articles" / f"{source}.txt").read_text("utf-8")
        one = Score(errors=errors)
        found = [
            c
            for c in extract(text, resolver=resolver, reported=reported, source_id=source)
            if not c.attribute.startswith(QUALITIES)
        ]
        score(facts_gold(Path(facts) / "claims.csv", source), found, one, source)
        show(source, one)
        for name in ("gold", "found", "candidates", "right"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
    show("given articles", total)


def _resolver() -> object:
    from importlib.resources import files

    from orefield.evidence import read_evidence
    from orefield.evidence.names import Resolver

    study = Path(str(files("orefield.studies"))) / "china_copper"
    evidence = read_evidence(study / "sources.csv", study / "entities.csv", study / "claims.csv")
    return Resolver(evidence.entities)


def show(name: str, total: Score) -> None:
    """One line of the table."""
    print(
        f"{name:<22} statements {total.gold:4d}  found {total.recall:6.1%}"
        f"  candidates {total.candidates:4d}"
        f"  right {total.precision:6.1%}"
    )


def speed() -> None:
    """Seconds for a long text, and whether two runs agree."""
    body = "\n\n".join(a.text for a in articles("dev"))
    text = "\n\n".join([body] * max(1, 5000 // max(1, len(body.split()))))
    times: list[float] = []
    first: tuple[Candidate, ...] = extract(text)
    for _ in range(3):
        start = time.perf_counter()
        again = extract(text)
        times.append(time.perf_counter() - start)
        if again != first:
            raise SystemExit("two runs differ")
    print(
        f"{len(text.split())} words: {sorted(times)[1]:.2f} s, {len(first)} candidates, runs agree"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--errors", action="store_true", help="list what is wrong, but for the blind set"
    )
    parser.add_argument("--blind", action="store_true", help="list it for the blind set too")
    options = parser.parse_args()
    errors: list[str] = []
    given(errors)
    for prefix in ("dev", "dev2", "blind"):
        total = Score()
        for article in articles(prefix):
            found = extract(article.text, reported=article.published)
            score(article.gold, found, total, article.name)
        show(f"annotated, {prefix}", total)
        if prefix != "blind" or options.blind:
            errors += total.errors or []
    speed()
    if options.errors:
        print("\n".join(errors))


if __name__ == "__main__":
    main()
