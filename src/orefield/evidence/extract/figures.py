"""Numbers with units in a text: the grammar of figures, one-sided, approximate and in ranges.

A figure is a number, what multiplies it (million, 万, k), a unit or a currency, and the hedge
before or behind it; two figures that a dash, "to" or 至 joins are one range, unless the words
speak of a change ("rose from 95,000 to 120,000 tonnes"). Numbers without a unit are none, but
for counts of something (:mod:`.counts`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.hedges import hedge_after, hedge_before
from orefield.evidence.extract.money_words import (
    currency_after,
    currency_before,
    paid_per,
    paid_per_before,
)
from orefield.evidence.extract.numerals import MULTIPLIERS, Number, find_numbers
from orefield.evidence.extract.unit_words import UnitWord, read_unit

_WORD_MULTIPLIER = re.compile(
    r"[ -]?(?P<m>trillion|billion|million|thousand|lakh|crore|hundred|dozen|mln|mio|mn|"
    r"bn|trn|tn|'000)"
    r"s?\b(?: of(?= (?:tonnes|tons|dollars|ounces)))?",
    re.IGNORECASE,
)
_LETTER_MULTIPLIER = re.compile(r" ?(?P<m>[kKmMbB]|MM)(?![A-Za-z0-9/])")
_HAN_MULTIPLIER = re.compile(
    r"\s?(?P<more>[多余来几])?(?P<m>万亿|千亿|百亿|十亿|千万|百万|十万|亿|億|万|萬|千|"
    r"百)(?P<more2>[多余])?"
)
_MORE = re.compile(r"[多余](?=[吨元人名户家座个公平米克])")
_BRACKET_M = re.compile(r"'000\b")
_GAP = re.compile(r"\s?(?:-|--|~|to|and|至|到|和)\s?", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\b(?:between|range of|ranging from|anywhere from)\s*$|介于\s*$|在\s*$", re.IGNORECASE
)
_FROM = re.compile(r"\bfrom\s*$|从\s*$|由\s*$", re.IGNORECASE)
_PER_TONNE = re.compile(r"(?:每吨|吨)[^，。；0-9]{0,12}$")
_BY = re.compile(
    r"\b(?:rose|fell|grew|dropped|declined|increased|decreased|rise|fall|up|down|cut|reduced|lowered|"
    r"raised|narrowed|widened|climbed|jumped|slipped|eased|improved)\s(?:by\s)?"
    r"(?:about |around |some |nearly |another |a further )?$"
)
_CHANGE = re.compile(
    r"\b(?:rais|ris|rose|increas|expand|grow|grew|up|lift|boost|climb|jump|fall|fell|drop|declin|"
    r"cut|reduc|lower|down|slip|improv|upgrad|doubl|tripl|revis)\w*|提高|增至|增加|扩大|"
    r"提升|下降|降至|上升|扩能",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.? $")
_LABEL = re.compile(
    r"\b(?:page|pages|p\.|phase|stage|article|section|figure|fig\.?|table|no\.?|number|"
    r"class|type|level|regulation|"
    r"chapter|note|line|train|block|grade|iso|ni|form|rule|act|annex|appendix|version|"
    r"unit|shaft|pit|zone)\s$|第$|号$|〔$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    number: Number
    start: int
    end: int
    factor: float
    multiplier: str
    unit: UnitWord | None
    currency: str
    more: bool

    @property
    def value(self) -> float:
        return self.number.value * self.factor


def find_figures(text: str) -> tuple[Figure, ...]:
    """Figures of a folded text, in order.

    Numbers with neither unit nor multiplier are left out, years and labels ("Phase 2") too.
    """
    pieces = [p for n in find_numbers(text) if (p := _piece(text, n)) is not None]
    figures: list[Figure] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        pair = after is not None and _is_range(text, piece, after)
        if pair and after:
            figure = _range(text, piece, after)
        else:
            figure = _single(text, _lent_unit(text, piece, after))
        if figure is not None:
            figures.append(figure)
        index += 2 if pair else 1
    return _with_borrowed_units(text, figures)


def _piece(text: str, number: Number) -> _Piece | None:
    if _MONTHS.search(text[max(0, number.start - 11) : number.start]):
        return None
    start, end, factor, multiplier, more = number.start, number.end, 1.0, "", False
    if number.kind == "digits" and _BRACKET_M.match(text, end):
        factor, multiplier, end = 1e3, "'000", end + 4
    currency, start = currency_before(text, start)
    below = _MINUS.search(text[max(0, start - 10) : start])
    if below and number.value > 0:
        number = replace(number, value=-number.value)
        start -= len(below[0])
    match = _WORD_MULTIPLIER.match(text, end) or _HAN_MULTIPLIER.match(text, end)
    if match:
        multiplier, end = match["m"], match.end()
        factor = MULTIPLIERS[multiplier.lower()]
        groups = match.groupdict()
        more = bool(groups.get("more") or groups.get("more2"))
    else:
        letter = _LETTER_MULTIPLIER.match(text, end)
        if letter and number.kind == "digits" and _letter_multiplies(text, letter, currency):
            multiplier, end = letter["m"], letter.end()
            factor = MULTIPLIERS[multiplier.lower()]
    more_match = _MORE.match(text, end)
    if more_match:
        more, end = True, more_match.end()
    if number.kind == "han" and re.match(r"大关|级|富翁", text[end : end + 2]):
        return None  # a milestone or a size class, no figure
    if not currency:
        currency, end = currency_after(text, end) if not currency else (currency, end)
    unit = None if currency else read_unit(text, end, number.value, bool(multiplier))
    if unit is not None:
        end = unit.end
    elif (
        not currency
        and not multiplier
        and _LABEL.search(text[max(0, number.start - 12) : number.start])
    ):
        return None
    return _Piece(number, start, end, factor, multiplier, unit, currency, more)


def _letter_multiplies(text: str, letter: re.Match[str], currency: str) -> bool:
    """Whether m, k or b behind a number is a multiplier: before a mass, or in money."""
    if currency:
        return True
    unit = read_unit(text, letter.end(), 1.0, True)
    if unit is not None and unit.kind == "mass" and text[letter.end() : letter.end() + 1] == " ":
        return True
    after, _ = currency_after(text, letter.end())
    return bool(after)


def _is_range(text: str, a: _Piece, b: _Piece) -> bool:  # noqa: PLR0911 -- in order
    gap = text[a.end : b.start]
    match = _GAP.fullmatch(gap)
    spent = bool(a.currency) and gap in {"-", "--"} and not _year(b)  # "$2.00-2.15/lb"
    if match is None or (b.unit is None and not b.currency and not b.multiplier and not spent):
        return False
    if a.currency and b.currency and a.currency != b.currency:
        return False
    if (a.unit and b.currency) or (a.currency and b.unit):
        return False
    if a.unit and b.unit and a.unit.kind != b.unit.kind:
        return False
    if a.number.value < 0 or (_year(a) and _year(b) and b.unit is None):
        return False
    before = text[max(0, a.start - 24) : a.start]
    if _BY.search(before):
        return False  # "fell by 64 to 311": a step, and where it led
    joint = gap.strip().lower()
    if joint in {"and", "和"}:
        return bool(_BETWEEN.search(before))
    changing = bool(_CHANGE.search(text[max(0, a.start - 60) : a.start]))
    return not (joint in {"to", "至", "到"} and _FROM.search(before) and changing)


_OVER = re.compile(r"over\b", re.IGNORECASE)
_MINUS = re.compile(r"\b(?:minus|negative)\s$|(?<=\s)-$", re.IGNORECASE)
_RATE_OF_EXCHANGE = re.compile(r"\s?=\s?[0-9A-Z]")
_EACH = re.compile(r"[^.;]{0,40}?\brespectively\b")
_STEP = re.compile(r"\s(?:to|from)\s|[至到]", re.IGNORECASE)


def _lent_unit(text: str, piece: _Piece, after: _Piece | None) -> _Piece:
    """A bare number that changes to one with a unit: "from 95,000 to 120,000 tonnes"."""
    if piece.unit or piece.currency or after is None or _year(piece) or after.unit is None:
        return piece
    stepped = _STEP.fullmatch(text[piece.end : after.start]) or _each(text, piece, after)
    if not stepped or after.unit.kind not in {"mass", "fraction", "grade", "points", "power"}:
        return piece
    factor, multiplier = piece.factor, piece.multiplier
    if not multiplier and after.multiplier and piece.number.value < 1000:
        factor, multiplier = after.factor, after.multiplier
    return replace(piece, unit=after.unit, factor=factor, multiplier=multiplier)


def _each(text: str, piece: _Piece, after: _Piece) -> bool:
    """Whether two numbers share the unit of the second: "9,800 and 112,000 oz, respectively"."""
    joined = text[piece.end : after.start] in {" and ", ", ", "和", "、"}
    return joined and bool(_EACH.match(text, after.end))


def _year(piece: _Piece) -> bool:
    return (
        piece.number.kind in {"digits", "han"}
        and "," not in piece.number.text
        and "." not in piece.number.text
        and 1900 <= piece.number.value <= 2100
        and not piece.multiplier
        and not piece.currency
    )


def _range(text: str, a: _Piece, b: _Piece) -> Figure | None:
    factor, reasons = a.factor, []
    own_unit = a.unit is not None and a.unit.kind == "mass"
    small = a.number.value < 1000 or a.number.value <= b.number.value
    if b.multiplier and not a.multiplier and not own_unit and small:
        factor = b.factor
    value = a.number.value * factor
    unit_b = b.unit
    unit_a = a.unit or unit_b
    currency = a.currency or b.currency
    if "," in b.number.text and not a.multiplier and value < b.value / 100.0:
        value *= 1000.0
        reasons.append("'670-710,000' read as 670,000 to 710,000")
    high = _single(text, replace(b, currency=currency))
    if high is None or (high.high is None and high.low is None):
        return None
    low_scale = unit_a.factor if unit_a else 1.0
    low_value = value * low_scale
    top = high.high if high.high is not None else high.low
    assert top is not None
    if low_value > top:
        if top < 0:
            return None
        low_value, top = top, low_value
    sign, start = hedge_before(text, a.start)
    return replace(
        high,
        start=a.start,
        low=low_value,
        high=top,
        hedge="range",
        number=f"{a.number.text}-{b.number.text}",
        hedge_start=start,
        reasons=(*high.reasons, *reasons, *(("also hedged " + sign,) if sign else ())),
    )


def _single(text: str, piece: _Piece) -> Figure | None:  # noqa: PLR0911 -- in order
    if _year(piece) and (piece.unit is None or piece.unit.kind == "time"):
        return None
    if piece.unit is not None and piece.unit.kind == "time" and piece.number.value >= 1900:
        return None
    value, end, rate = piece.value, piece.end, ""
    if piece.currency == "USD cent":
        return _single(text, replace(piece, currency="USD", factor=piece.factor / 100.0))
    if piece.currency and _RATE_OF_EXCHANGE.match(text, end):
        return None  # "$1 = 7.12 yuan" says what money is worth
    if piece.currency:
        per, end = paid_per(text, end)
        per = per or ("" if piece.multiplier else paid_per_before(text, piece.start))
        symbol, kind = (f"{piece.currency}/{per}", "price") if per else (piece.currency, "money")
        if kind == "money" and not piece.multiplier and "%" in text[end : end + 1]:
            return None
    elif piece.unit is not None:
        symbol, kind, rate = piece.unit.symbol, piece.unit.kind, piece.unit.rate
        if symbol in {"m3", "kWh"} and _PER_TONNE.search(
            text[max(0, piece.start - 16) : piece.start]
        ):
            symbol += "/t"
        value *= piece.unit.factor
    elif piece.multiplier:
        symbol, kind = "", "bare"
    else:
        return None
    if (
        piece.number.kind in {"spelled", "han"}
        and kind in {"time", "length"}
        and not piece.multiplier
    ):
        return (
            None
            if kind == "length" and piece.number.kind == "han"
            else _build(text, piece, value, end, symbol, kind, rate)
        )
    return _build(text, piece, value, end, symbol, kind, rate)


def _build(
    text: str, piece: _Piece, value: float, end: int, symbol: str, kind: str, rate: str
) -> Figure:
    sign, hedge_start = hedge_before(text, piece.start)
    after, end_after = hedge_after(text, end)
    if after and not (after == ">=" and text[end : end + 1] == "+" and kind == "bare"):
        sign = after
        end = end_after if after != ">=" or text[end:end_after].strip() != "+" else end
    if piece.more:
        sign = ">="
    if (
        kind == "time"
        and _OVER.match(text, hedge_start)
        and text[hedge_start - 3 : hedge_start] != "of "
    ):
        sign = after or "="  # "20,000 t a year over 18 years"
    if kind == "length" and re.match(
        r"(?:below|under|above|over)\b", text[hedge_start : piece.start], re.IGNORECASE
    ):
        sign = after or "="  # a depth below ground, a height above the sea
    low: float | None = value
    high: float | None = value
    if sign == ">=":
        high = None
    elif sign == "<=":
        low = None
    reasons = ("decimal comma",) if piece.number.kind == "comma" else ()
    return Figure(
        piece.start, end, low, high, symbol, kind, rate, sign or "=", piece.multiplier,
        piece.number.text, "", hedge_start, reasons,
    )  # fmt: skip


def _with_borrowed_units(text: str, figures: list[Figure]) -> tuple[Figure, ...]:
    """A number with a multiplier alone takes the next unit: "1.1 million, from 1.2 million t"."""
    out: list[Figure] = []
    for index, figure in enumerate(figures):
        beside = [*figures[index + 1 : index + 2], *out[-1:]]
        donor = next((f for f in beside if _lends(text, f, figure)), None)
        if figure.kind == "bare" and donor is not None and not _followed_by_noun(text, figure):
            reasons = (*figure.reasons, "unit taken from the figure beside it")
            out.append(
                replace(
                    figure, symbol=donor.symbol, kind=donor.kind, rate=donor.rate, reasons=reasons
                )
            )
        else:
            out.append(figure)
    return tuple(out)


def _lends(text: str, donor: Figure, figure: Figure) -> bool:
    gap = text[min(figure.end, donor.end) : max(figure.start, donor.start)]
    near = len(gap) < 60 and not re.search(r"[.。;；]\s", gap)
    return near and donor.kind in {"mass", "money"}


def _followed_by_noun(text: str, figure: Figure) -> bool:
    return bool(
        re.match(
            r"\s+(?:of )?(?:new |old )?(?!to\b|from\b|in\b|and\b|by\b|at\b|or\b|a\b|per\b|this\b|"
            r"last\b|next\b)[a-z]{4,}",
            text[figure.end :],
        )
    )
