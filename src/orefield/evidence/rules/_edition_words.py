"""Words that say of which edition a figure is, not what it counts."""

from __future__ import annotations

import re
from functools import lru_cache

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|april?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|half[- ]year|quarterly|monthly)"
)
_TEXT = (
    r"(?:plan|guidance|forecast|target|figure|edition|report|issue|data|release|study|update"
    r"|budget|announcement|programme|presentation|estimate|survey|bulletin|filing)s?"
)
_EDITION = re.compile(
    rf"\b{_TEXT} (?:of|from|in|dated) {_MONTH}\b(?: \d{{4}})?"
    rf"|\b{_MONTH}(?: \d{{4}})?(?:'s)? {_TEXT}\b"
    rf"|\b(?:since|from|until|till|effective|as of|before|after) (?:\d{{1,2}} )?{_MONTH}\b"
    rf"(?: \d{{4}})?",
    re.IGNORECASE,
)
"""Months that say which edition is meant, not which part of a year is counted."""


@lru_cache(maxsize=1 << 12)
def without_edition(words: str) -> str:
    """Words without the months and halves that name an edition ("plan of March")."""
    return _EDITION.sub(" ", words)
