"""Words of an attribute that say more than any attribute of its kind says."""

from __future__ import annotations

import re
from functools import lru_cache

_PLAIN = frozenset(
    (
        "annual", "yearly", "total", "output", "production", "produced", "capacity", "mined",
        "mine", "mining", "refined", "smelted", "smelter", "metal", "content", "contained",
        "copper", "gold", "silver", "zinc", "lead", "nickel", "cobalt", "lithium", "ore",
        "grade", "recovery", "reserve", "reserves", "resource", "resources", "plan", "planned",
        "target", "guidance", "design", "designed", "nameplate", "of", "the", "in", "at", "for",
        "per", "year", "volume", "quantity", "amount", "level", "rate", "throughput", "stated",
        "reported", "national", "domestic", "consumption", "demand", "use", "imports",
        "exports", "import", "export", "actual", "about", "own", "full", "whole", "all", "basis",
        "site", "figure", "number", "approx", "approximately", "roughly", "dry", "wet",
        "mines", "100", "made", "turned", "out", "produced", "obtained", "won", "fine",
        "region", "regional", "province", "department", "state",
    )
)  # fmt: skip
"""Words that two spellings of one attribute may differ by."""


@lru_cache(maxsize=1 << 12)
def content_words(attribute: str) -> frozenset[str]:
    """Words of an attribute that are not the usual words of any quantity, in small letters."""
    words = re.split(r"[^\w]+|_", attribute.lower())
    return frozenset(w for w in words if w and w not in _PLAIN)
