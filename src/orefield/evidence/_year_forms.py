"""The written forms of years and of longer times: ranges, decades, plans, fiscal years, eras."""

from __future__ import annotations

import re

from orefield.evidence import _calendars as cal
from orefield.evidence._forms import (
    DASH,
    HAN_YEAR,
    LEFT,
    RELATIVE_YEAR,
    Anchor,
    Built,
    Form,
    Y,
    collector,
    span,
    year_of,
)

FORMS: list[Form] = []
form = collector(FORMS)

_SUFFIX = r"(?:\s?年度?)?"


@form(rf"{LEFT}({Y}){_SUFFIX}(?:{DASH}|\s(?:to|through)\s)({Y})(?![0-9]|[.,][0-9]|年代){_SUFFIX}")
def _years(m: re.Match[str], _: Anchor) -> Built | None:
    return span(int(m[1]), int(m[2]), "range")


@form(rf"{LEFT}({Y}){_SUFFIX}{DASH}([0-9]{{2}})(?![0-9]|[.,/-][0-9]|\s?(?:月|%|年代)){_SUFFIX}")
def _years_short(m: re.Match[str], _: Anchor) -> Built | None:
    first, short = int(m[1]), int(m[2])
    if 1 <= short <= 12 and "-" in m[0]:
        return None  # 2010-12 is a month by ISO 8601
    last = first - first % 100 + short
    return span(first, last if last > first else last + 100, "range") if last != first else None


@form(
    rf"(?:\b(?:fy|fiscal(?:\syear)?|financial\syear)\s?)?{LEFT}({Y})/((?:20)?[0-9]{{2}})(?![0-9/])"
)
def _split_year(m: re.Match[str], _: Anchor) -> Built | None:
    first = int(m[1])
    if int(m[2]) % 100 != (first + 1) % 100:
        return None
    return span(first, first + 1, "fiscal", approximate=True)


@form(
    rf"\b(?:fy|fiscal(?:\syear)?|financial\syear)\s?-?\s?({Y}|'?[0-9]{{2}})"
    r"(?:\s?[-–/]\s?((?:20)?[0-9]{2}))?(?![0-9])"
)
def _fiscal(m: re.Match[str], _: Anchor) -> Built | None:
    word = m[1].lstrip("'")
    year = int(word) if len(word) == 4 else cal.full_year(int(word))
    if m[2] and int(m[2]) % 100 == (year + 1) % 100:
        return span(year, year + 1, "fiscal", approximate=True)
    return None if m[2] else span(year, year, "fiscal", approximate=True)


@form(rf"{LEFT}({Y})\s?财年", needs="财")
def _chinese_fiscal(m: re.Match[str], _: Anchor) -> Built | None:
    return span(int(m[1]), int(m[1]), "fiscal", approximate=True)


_UNIT = (
    r"(?:%|percent|per\s?cent|times|t\b|kt|mt|tpd|tonn|tons?\b|kg|kilo|g/t|gram|oz|ounce|lbs?\b|"
    r"pound|km|m\b|met(?:er|re)|cm|mm|feet|ft\b|ha\b|hectare|acre|sq|square|cubic|mw|gw|kw|mwh|"
    r"gwh|million|billion|trillion|thousand|hundred|dozen|people|person|workers|employees|jobs|"
    r"staff|miners|trucks|vehicles|houses|homes|families|barrels|bar\b|rpm|usd|us\$|dollars|yuan|"
    r"rmb|euros?\b|days|hours|minutes|years|m³|m2|m3|km2|degrees|°|万|亿|千|百|多?吨|公斤|千克|克|米|"
    r"公里|元|人|名|家|个|座|辆|台|天|小时|倍|美元|亩|公顷|[多余])"
)
_ABOUT_NUMBER = (
    r"(?<!\$)(?<!\$\s)(?<!usd\s)(?<!us\$)(?<!over\s)(?<!than\s)(?<!nearly\s)(?<!least\s)"
    r"(?<!roughly\s)(?<!almost\s)(?<!no\.\s)(?<!no\s)"
)


@form(
    rf"{LEFT}{_ABOUT_NUMBER}({Y})(?:\s?年度?(?!代)|(?![0-9]|[.,:][0-9]|[-–—][0-9]|[-–]?\s?{_UNIT}|s\b|'s\b\d|[a-z]))"
)
def _year_alone(m: re.Match[str], _: Anchor) -> Built | None:
    return span(int(m[1]), int(m[1]), "point")


@form(rf"(?<![{cal.HAN}])({HAN_YEAR})(?![度代])", needs="年")
def _han_year(m: re.Match[str], anchor: Anchor) -> Built | None:
    year = year_of(m[1], anchor)
    return span(year, year, "point") if year is not None and 1500 <= year < 2100 else None


@form(
    rf"({RELATIVE_YEAR})|\b(?:the\s)?(year[\s-]end)\b(?!\s(?:19|20)\d\d)|\bend\sof\s(the\syear)\b|(年[底末])"
)
def _relative_year(m: re.Match[str], anchor: Anchor) -> Built | None:
    if anchor.year is None:
        return "", "", "relative", False, False
    if m[1]:
        year = year_of(m[1], anchor)
        text = None if year is None else cal.iso(year)
        return None if text is None else (text, text, "relative", False, False)
    # The end of an unnamed year: of the report's own.
    text = cal.iso(anchor.year, 12, 31)
    return None if text is None else (text, text, "relative", False, True)


@form(rf"{LEFT}((?:1[5-9]|20)[0-9]0)'?s\b|(?<![0-9])'([2-9]0)s\b")
def _decade(m: re.Match[str], _: Anchor) -> Built | None:
    first = int(m[1]) if m[1] else 1900 + int(m[2])
    return span(first, first + 9, "decade")


@form(
    r"(?:(?:(上)个?|(本)|((?<![0-9])[12][0-9]|[一二]十[一二三四五六七八九]?))世纪)?"
    r"\s?([1-9]0|[一二三四五六七八九]十)\s?年代",
    needs="代",
)
def _chinese_decade(m: re.Match[str], anchor: Anchor) -> Built | None:
    tens = cal.number(m[4])
    if tens is None:
        return None
    now = anchor.year if anchor.year is not None else 2000
    if m[3]:
        century = ((cal.number(m[3]) or 1) - 1) * 100
    else:
        # Without a century: the twentieth, as the words are used.
        century = 1900 if not (m[1] or m[2]) else now // 100 * 100 - (100 if m[1] else 0)
    return span(century + tens, century + tens + 9, "decade")


@form(r"(?<![0-9])((?:1[5-9]|20)[0-9]0)\s?年代", needs="代")
def _year_decade(m: re.Match[str], _: Anchor) -> Built | None:
    return span(int(m[1]), int(m[1]) + 9, "decade")


_FOREIGN = (
    r"(?:india|indian|vietnam|vietnamese|soviet|nepal|nepalese|bhutan|pakistan|turkey|iran|lao|"
    r"ethiopia)"
)


@form(
    rf"(?:\b{_FOREIGN}(?:'s)?\s)?\b({cal.ORDINAL})[\s-](?:five|5)[\s-]year[\s-](?:plan|programme|program)\b"
)
def _plan(m: re.Match[str], _: Anchor) -> Built | None:
    # Plans of other countries have other years, which the number does not tell.
    if re.match(_FOREIGN, m[0], re.IGNORECASE):
        return "", "", "plan", False, False
    years = cal.plan_years(cal.number(m[1]) or 0)
    return None if years is None else span(*years, "plan")


@form(
    r"[“\"「'『]?(十[一二三四五六七八九]五)[”\"」'』]?(?:规划|計劃|计划|時期|时期|期间|期間)?"
    r"|[“\"「『]([一二三四五六七八九]五|十五)[”\"」』](?:规划|计划|时期|期间)?"
    r"|(?<![十第])([一二三四五六七八九]五|十五)(?:规划|计划|时期|期间)"
    r"|第([一二三四五六七八九十]{1,3})个五年(?:规划|计划)",
    needs="五",
)
def _chinese_plan(m: re.Match[str], _: Anchor) -> Built | None:
    word = m[4] or (m[1] or m[2] or m[3])[:-1]
    years = cal.plan_years(cal.number(word) or 0)
    return None if years is None else span(*years, "plan")


_PAST = r"past|last|previous|preceding"


@form(
    rf"\b(?:the\s)?({_PAST}|next|coming)\s({cal.COUNT}|decade)(?:\syears)?\b(?!\smonths)|((?:近|过去|未来))([0-9]{{1,2}}|[{cal.HAN[3:]}]{{1,2}})年"
)
def _past_years(m: re.Match[str], anchor: Anchor) -> Built | None:
    if m[1] and m[2].lower() != "decade" and not m[0].lower().endswith("years"):
        return None
    if m[1] and re.match("next|coming", m[1], re.IGNORECASE):
        ahead = True
    else:
        ahead = bool(m[3]) and m[3][0] == "未"
    count = cal.number(m[2] or m[4])
    if anchor.year is None or not count:
        return "", "", "relative", True, False
    a, b = (anchor.year, anchor.year + count) if ahead else (anchor.year - count, anchor.year)
    return span(a, b, "relative", approximate=True)


# ---- other calendars --------------------------------------------------------------------------


_ERA = "|".join(sorted(cal.ERAS, key=len, reverse=True))


@form(
    rf"({_ERA})\s?(元|[0-9]{{1,3}}|[{cal.HAN[3:]}]{{1,3}})(年度|\s?年|(?![0-9]))"
    r"(?:\s?([01]?[0-9])\s?月(?:\s?([0-3]?[0-9])\s?日)?)?"
)
def _era(m: re.Match[str], _: Anchor) -> Built | None:
    n = cal.number(m[2])
    if not n:
        return None
    year = cal.ERAS[m[1].lower()] + n
    if m[3] == "年度" and m[1] not in {"民国", "民國", "中华民国", "中華民國"}:
        # A Japanese fiscal year runs from April to March.
        first, last = cal.iso(year, 4), cal.iso(year + 1, 3)
        return None if first is None or last is None else (first, last, "fiscal", False, False)
    text = cal.iso(year, int(m[4] or 0), int(m[5] or 0))
    return None if text is None else (text, text, "point", False, False)


@form(
    r"(?:พ\.ศ\.|\bB\.?E\.?|佛历|佛曆)\s?(2[45][0-9]{2})(?:年|(?![0-9]))|(?<![0-9])(2[45][0-9]{2})\s?(?:B\.E\.|BE\b)"
)
def _buddhist(m: re.Match[str], _: Anchor) -> Built | None:
    year = int(m[1] or m[2]) - cal.BUDDHIST
    return span(year, year, "point")


@form(
    r"\b(?:solar\shijri|persian\syear|iranian\syear|sh|ap)\s(1[234][0-9]{2})(?![0-9])"
    r"|(?<![0-9])(1[234][0-9]{2})\s?(?:solar\shijri|sh\b|a\.?p\.?\b|in\sthe\s(?:persian|iranian)\scalendar)"
)
def _persian(m: re.Match[str], _: Anchor) -> Built | None:
    year = int(m[1] or m[2]) + cal.SOLAR_HIJRI
    first, last = cal.iso(year, 3), cal.iso(year + 1, 3)
    return None if first is None or last is None else (first, last, "range", True, False)
