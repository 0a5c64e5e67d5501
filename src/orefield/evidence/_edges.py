"""Early, late and the end: bounds inside a period."""

from __future__ import annotations

from datetime import timedelta

from orefield.evidence.dates import first_day, last_day

_EDGES = {
    "early": (0, 1 / 3), "start": (0, 0), "beginning": (0, 0), "初": (0, 0), "初期": (0, 1 / 3),
    "上旬": (0, 1 / 3), "前期": (0, 1 / 3),
    "mid": (1 / 3, 2 / 3), "middle": (1 / 3, 2 / 3), "年中": (1 / 3, 2 / 3),
    "中期": (1 / 3, 2 / 3), "中旬": (1 / 3, 2 / 3),
    "late": (2 / 3, 1), "末期": (2 / 3, 1), "后期": (2 / 3, 1), "下旬": (2 / 3, 1),
    "end": (1, 1), "year end": (1, 1), "year-end": (1, 1), "底": (1, 1), "末": (1, 1),
}  # fmt: skip


def edge(first: str, last: str, word: str) -> tuple[str, str, bool]:
    """First and last of the early, middle or late third of a period, or of its last day.

    Thirds are a convention, and marked approximate; decades divide into years 0-3, 4-6 and 7-9.
    """
    begin, stop = _EDGES[word if word in _EDGES else word.replace("\n", " ")]
    a, b = first_day(first), last_day(last)
    if begin == 1:
        return b.isoformat(), b.isoformat(), False
    if stop == 0:
        return a.isoformat(), a.isoformat(), True
    if len(first) == 4 and b.year - a.year == 9:
        lows, highs = {0.0: 0, 1 / 3: 4, 2 / 3: 7}, {1 / 3: 3, 2 / 3: 6, 1.0: 9}
        years = a.year + lows[begin], a.year + highs[stop]
        return f"{years[0]:04d}", f"{years[1]:04d}", True
    if len(first) == 4:
        months = (b.year - a.year + 1) * 12
        low = a.year * 12 + round(months * begin)
        high = a.year * 12 + round(months * stop) - 1
        return _month_text(low), _month_text(high), True
    days = (b - a).days + 1
    low_day = a + timedelta(days=round(days * begin))
    high_day = a + timedelta(days=max(round(days * stop) - 1, round(days * begin)))
    return low_day.isoformat(), min(high_day, b).isoformat(), True


def _month_text(months: int) -> str:
    year, month = divmod(months, 12)
    return f"{year:04d}-{month + 1:02d}"
