"""Small corpora for the tests of folders."""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "id,source,published,subject,attribute,value_low,value_high,unit,period,qualifier,paraphrase"
)
SOURCES = "id,title,publisher,published,hops,note"


def corpus(
    path: Path, *claims: str, sources: tuple[str, ...] = ("S1,A text,Hill Daily,2024-05-06,1,",),
    header: str = HEADER, source_header: str = SOURCES,
) -> Path:  # fmt: skip
    """A folder with these lines in its two tables."""
    path.mkdir(exist_ok=True)
    (path / "claims.csv").write_text("\n".join((header, *claims, "")), "utf-8")
    (path / "sources.csv").write_text("\n".join((source_header, *sources, "")), "utf-8")
    return path


def line(claim_id: str = "C1", low: str = "5", high: str = "", **cells: str) -> str:
    """One claim of the columns of :data:`HEADER`."""
    row = {
        "id": claim_id,
        "source": "S1",
        "published": "2024-05-06",
        "subject": "Hill mine",
        "attribute": "nickel output",
        "value_low": low,
        "value_high": high,
        "unit": "kt/y",
        "period": "2023",
        "qualifier": "about",
        "paraphrase": "Output of the mine",
    } | cells
    return ",".join(row[c] for c in HEADER.split(","))
