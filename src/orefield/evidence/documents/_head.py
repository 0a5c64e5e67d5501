"""Headline, date and publisher from the first lines of a text, where they are certain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orefield.evidence.written_dates import DateMention, find_dates

_LINES = 12
_HEAD = 4000
_LABEL = re.compile(
    r"(?:(?:date|published|publication date|posted|updated|released?|release date|dated)(?:\s?on)?"
    r"\s{0,3}:?\s|发布(?:时间|日期)?[:：]?|日期[:：]?|时间[:：]?)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:T|\bat\b)?\s{0,3}\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?\s?(?:[ap]\.?m\.?)?"
    r"\s?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{2}:?\d{2})?"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
    r"|星期[一二三四五六日天]",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:来源|來源|Source|Publisher|Published by)\s{0,3}[:：]\s{0,3}"
    r"([^\s,;|，；()（）][^\n,;|，；()（）]{1,60})",
    re.IGNORECASE,
)
_BRACKET = re.compile(
    r"[(（]\s?([^()（）\n]{2,60}?)\s?[,，]\s?([^()（）\n]{4,30})[)）]\s{0,3}[-–—:]"
)
_WIRE = re.compile(
    r"([A-Z][A-Za-z.'/ -]{1,40}?),\s([^()\n]{3,30}?)\s?[(]([A-Z][\w.& ]{1,40})[)]\s{0,3}[-–—]{1,2}"
)
_WIRE_PLAIN = re.compile(r"[(](Reuters|Bloomberg|Xinhua|AP|AFP|Kyodo|TASS|PTI|ANI)[)]\s{0,3}[-–—]")
_CHINESE_WIRE = re.compile(
    r"([\u4e00-\u9fff]{1,8}?(?:社|网|網|报|報|台|新闻|財經|财经))"
    r"(?:记者)?([\u4e00-\u9fff]{2,8}?)((?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日)[电電讯訊]"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the first lines say."""

    title: str = ""
    published: str = ""
    publisher: str = ""
    warnings: tuple[str, ...] = ()


def read_head(text: str) -> Head:
    """Title, date and publisher of a plain text, each empty where its first lines leave doubt."""
    lines = [line.strip() for line in text[:_HEAD].split("\n")]
    told = [n for n, line in enumerate(lines) if line][:_LINES]
    title = publisher = day = ""
    dates: list[str] = []
    title_open = True
    for rank, n in enumerate(told):
        line = lines[n]
        if date := _date_line(line):
            dates.append(date)
            if not publisher and (named := _SOURCE.search(line)):
                publisher = named[1].strip()
            continue
        if rank == 0 and (split := _dated_title(line)):
            dates.append(split[0])
            title, title_open = split[1], False
            continue
        wire = _wire(line)
        if wire:
            publisher = publisher or wire[0]
            if wire[1] and len(wire[1]) > 4:
                dates.append(wire[1])
            day = day or wire[2]
            title_open = False
        elif not publisher and (named := _SOURCE.fullmatch(line)):
            publisher = named[1].strip()
        elif title_open:
            title, title_open = _title(line, lines, n), False
        elif len(line) > 200:
            break
    return _agreed(title, dates, publisher, day)


def _agreed(title: str, dates: list[str], publisher: str, day: str) -> Head:
    warnings = []
    published = dates[0] if dates else ""
    if len({d[:10] for d in dates}) > 1:
        warnings.append(f"its first lines name several dates: {', '.join(dict.fromkeys(dates))}")
    if not published and day:
        warnings.append(f"its dateline ('{day}') names no year: date of publication not known")
    return Head(title, published, publisher, tuple(warnings))


def _single(mentions: list[DateMention]) -> DateMention | None:
    sure = [m for m in mentions if m.first and m.first == m.last and len(m.first) == 10]
    return sure[0] if len(mentions) == 1 and sure and not sure[0].approximate else None


def _date_line(line: str) -> str:
    """The date of a line that says nothing but a date (and a time, and a source)."""
    if len(line) > 120:
        return ""
    bare = _CLOCK.sub(" ", _SOURCE.sub(" ", line))
    only = _single(find_dates(bare))
    if only is None:
        return ""
    rest = bare[: only.start] + bare[only.end :]
    rest = _LABEL.sub(" ", rest + " ")
    return only.first if not re.search(r"\w", rest) else ""


def _dated_title(line: str) -> tuple[str, str] | None:
    m = re.match(
        r"(?:date\s{1,3}:?\s{0,3})?(\d{4}-\d\d-\d\d)[\s:|–—-]{1,4}(\S.{9,250})$", line, re.I
    )
    if m is None or not (day := _single(find_dates(m[1]))):
        return None
    return day.first, m[2].strip()


def _wire(line: str) -> tuple[str, str, str] | None:
    """Publisher, date and the date as written, of a dateline at the head of a line."""
    start = line[:160]
    if m := _BRACKET.match(start):
        day = _single(find_dates(m[2]))
        return (m[1], day.first, m[2]) if day else None
    if m := _WIRE.match(start):
        mentions = find_dates(m[2])
        if mentions:
            day = _single(mentions)
            return m[3], day.first if day else "", m[2]
    if m := _WIRE_PLAIN.match(start):
        return m[1], "", ""
    if (m := _CHINESE_WIRE.search(start)) and m.start() <= 3:
        day = _single(find_dates(m[3]))
        return m[1], day.first if day else "", m[3]
    return None


def _title(line: str, lines: list[str], n: int) -> str:
    """The line, if it stands as a headline: short, no full stop, apart from what follows."""
    clean = re.sub(r"^#{1,6}\s+|\s+#{1,6}$", "", line)
    if not 4 <= len(clean) <= 250 or clean.endswith((".", "。", ";", "；", ",", "，")):
        return ""
    if clean != line:
        return clean
    below = lines[n + 1] if n + 1 < len(lines) else ""
    apart = not below or bool(_date_line(below)) or _wire(below) is not None
    return clean if apart and len(lines) > n + 1 else ""
