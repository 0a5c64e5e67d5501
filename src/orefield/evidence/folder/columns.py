"""Columns of the tables of a corpus folder, and the other names that they go by."""

from __future__ import annotations

import unicodedata

CLAIM_NEEDED = ("id", "source", "subject", "attribute", "value_low", "unit")
"""Columns without which ``claims.csv`` cannot be read."""

CLAIM_CORE = (
    "id", "source", "published", "subject", "attribute", "value_low", "value_high", "unit",
    "period", "qualifier", "paraphrase",
)  # fmt: skip
"""Columns that a new ``claims.csv`` starts with."""

CLAIM_MORE = (
    "entity", "commodity", "basis", "stage", "class", "rate_type", "valid_from", "valid_to",
    "reported_at", "recorded_at", "vintage", "supersedes", "rounding", "sigma_class", "release",
    "mark", "usable", "locator", "hops", "counterpart", "speaker", "kind", "url", "relays",
    "name", "note", "text",
)  # fmt: skip
"""Further columns of ``claims.csv`` that sharpen the verdicts."""

SOURCE_NEEDED = ("id",)
"""Columns without which ``sources.csv`` cannot be read."""

SOURCE_CORE = ("id", "title", "publisher", "published", "hops", "note")
"""Columns that a new ``sources.csv`` starts with."""

SOURCE_MORE = ("url", "kind", "relays", "release", "recorded_at", "name")
"""Further columns of ``sources.csv``."""

OWNERSHIP_COLUMNS = (
    "owner", "owned", "share_pct", "share_pct_high", "role", "valid_from", "valid_to", "reported",
    "claim", "source",
)  # fmt: skip
"""Columns of ``ownership.csv``: ``share_pct`` in per cent, ``share_pct_high`` for a range."""

EVENT_COLUMNS = ("entity", "event", "date", "planned", "claim", "source", "reported")
"""Columns of ``events.csv``: ``planned`` is yes or no (or empty, for no)."""

CONSTRAINT_COLUMNS = (
    "id", "kind", "whole", "parts", "remainder_low", "remainder_high", "relative", "year", "note",
)  # fmt: skip
"""Columns of ``constraints.csv``: parts stand apart by semicolons, ``relative`` is yes or no."""

_SAME = {
    "low": "value_low",
    "value": "value_low",
    "high": "value_high",
    "resource_class": "class",
    "source_id": "source",
    "claim_id": "id",
}

_SAME_SOURCE = {"source_id": "id"}


def canonical(column: str, *, of_sources: bool = False) -> str:
    """The name that a column is known by: case, spaces and hyphens apart, ``low`` for the same.

    An unknown column keeps its name as written.
    """
    plain = unicodedata.normalize("NFKC", column).strip().casefold()
    plain = "_".join(plain.replace("-", " ").split())
    if of_sources:
        plain = _SAME_SOURCE.get(plain, plain)
        return plain if plain in SOURCE_CORE or plain in SOURCE_MORE else column.strip()
    plain = _SAME.get(plain, plain)
    return plain if plain in CLAIM_CORE or plain in CLAIM_MORE else column.strip()
