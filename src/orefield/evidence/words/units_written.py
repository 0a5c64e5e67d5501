"""Units as people write them: "Mt (gross concentrate)", "万吨/年", "tpd", "% y/y", "trillion CNY".

The strict reader of studies is :mod:`orefield.core.units`; this one reads what newspapers and
loose tables hold, and says what it had to guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from orefield.core import units
from orefield.core.errors import UnitError
from orefield.evidence.vocabulary import Basis
from orefield.evidence.words._mass_units import (
    MASS,
    MULTIPLIERS,
    as_metal,
    lone_symbol,
    unglued,
)
from orefield.evidence.words.commodities import commodity_of
from orefield.evidence.words.units_used import parse_used


@dataclass(frozen=True, slots=True)
class UnitWritten:
    """What a unit as written says.

    Attributes
    ----------
    base : str
        Base unit: t, t/y, t/d, 1, 1/y (an average annual rate), count, rank, year, date, USD,
        CNY, USD/t, CNY/USD, deg, d, flag, text, kWh, m3, kWh/t, m3/t, g/L, or ``?`` for an
        unknown one.
    factor : float
        What the number is multiplied by to be in ``base``.
    basis : Basis
        What a mass is the mass of, where the unit says so.
    commodity : str
        Symbol that the unit names, such as ``cu`` in "Mt Cu".
    rest : str
        Words that were not understood as a unit.
    guessed : bool
        The spelling is ambiguous ("mt").
    matter : str
        What is used or emitted, where the unit says so: ``co2`` in "Mt CO2".
    per : str
        What a use is per tonne of: ``ore``, ``Ni``; ``t`` where it is not said, empty for no use.
    """

    base: str
    factor: float = 1.0
    basis: Basis = Basis.NONE
    commodity: str = ""
    rest: str = ""
    guessed: bool = False
    matter: str = ""
    per: str = ""

    @property
    def known(self) -> bool:
        """Whether the unit was understood."""
        return self.base != "?"


_TEXTS = {"qualitative", "ordinal", "text", "words", "status", "state", "-", "none", "n/a", "na"}
_FLAGS = {"boolean", "bool", "flag", "yes/no", "true/false"}
_COUNTS = {
    "count", "number", "units", "unit", "sites", "mines", "companies", "deposits", "people",
    "persons", "person", "jobs", "departments", "projects", "bases", "provinces", "countries",
    "个", "家", "座", "人", "项", "部门",
}  # fmt: skip
_TIMES = {"year": "year", "years": "y", "y": "y", "yr": "y", "yrs": "y", "a": "y", "decade": "decade",
          "decades": "decade", "date": "date", "month": "month", "months": "month", "d": "d",
          "day": "d", "days": "d", "d/y": "d", "days/y": "d", "days per year": "d", "年": "y",
          "天": "d"}  # fmt: skip

# compact forms of the trade
_COMPACT = (
    (re.compile(r"^(k|M)?tpd$|^(k|M)?t ?/ ?day$"), "t/d"),
    (re.compile(r"^(k|K|M|m)?tpa$|^(k|K|M|m)?tpy$"), "t/y"),
    (re.compile(r"^(k|M|m)?ozpa$"), "oz/y"),
)

_PER_YEAR = re.compile(
    r"\s*(?:/\s*(?:y|yr|year|a|annum)\b|per\s+(?:year|annum|yr)\b|p\.?a\.?(?![a-z])|annually\b|yearly\b|"
    r"a\s+year\b|each\s+year\b|[/每]\s*年|年)",
    re.IGNORECASE,
)
_PER_DAY = re.compile(
    r"\s*(?:/\s*(?:d|day)\b|per\s+day\b|daily\b|a\s+day\b|(?-i:p\.?d\.?)(?![a-z])|[/每]\s*[日天]|日)",
    re.IGNORECASE,
)
_PER_MONTH = re.compile(
    r"\s*(?:/\s*(?:m|mo|month)\b|per\s+month\b|monthly\b|a\s+month\b|/?月)", re.IGNORECASE
)
_CURRENCY = re.compile(
    r"US\$|\$|USD|dollars?|CNY|RMB|yuan|元|人民币|EUR|€|AUD|A\$|CAD|C\$|CLP|INR|美元", re.IGNORECASE
)
_CNY = re.compile(r"CNY|RMB|yuan|(?<![美欧澳加港日])元|人民币", re.IGNORECASE)
_USD = re.compile(
    r"US\$|(?<![A-Za-z])\$|USD|(?<!australian )(?<!canadian )dollars?|美元", re.IGNORECASE
)

_CONTAINED = re.compile(
    r"contain|content|fine|payable|recoverable|metal\b|金属量|金属吨|含铜|含量", re.IGNORECASE
)
_CONCENTRATE = re.compile(r"concentrate|conc\b|精矿", re.IGNORECASE)
_GROSS = re.compile(r"gross|physical|实物|毛重", re.IGNORECASE)
_ORE = re.compile(r"\bore\b|\brock\b|material|矿石|原矿|矿量", re.IGNORECASE)
_MISSING = re.compile(r"basis (?:missing|unstated|unknown|not stated)|no basis", re.IGNORECASE)


def parse_unit(text: str, value: float | None = None) -> UnitWritten:
    """Read a unit as written.

    Parameters
    ----------
    text : str
        A cell, or the words after a number.
    value : float, optional
        The number beside it: it tells "mt" (million tonnes, metric tonnes) apart, as a guess.
    """
    ambiguous = value is not None and _AMBIGUOUS.search(text) is not None
    return _parse(text, value if ambiguous else None)


_AMBIGUOUS = re.compile(r"\bmt\b|\bMT\b")


@lru_cache(maxsize=4096)
def _parse(text: str, value: float | None) -> UnitWritten:
    plain = unglued(" ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()))
    low = plain.casefold().strip(". ")
    bare = re.sub(r"\(.*?\)|（.*?）", " ", plain).strip()
    low_bare = bare.casefold()
    if not low or low_bare in _TEXTS:
        return UnitWritten("text" if low else "")
    if low_bare in _FLAGS:
        return UnitWritten("flag")
    if low_bare in {"rank", "ranking", "place", "位"}:
        return UnitWritten("rank")
    if low_bare in _TIMES:
        return UnitWritten(_TIMES[low_bare])
    if low_bare in _COUNTS:
        return UnitWritten("count")
    return (
        _used(plain)
        or _fraction(plain, low)
        or _money(plain)
        or _mass(bare, plain, value)
        or _count_with_multiplier(low_bare)
        or _core(bare)
        or UnitWritten("?", rest=plain)
    )


def _used(plain: str) -> UnitWritten | None:
    found = parse_used(plain)
    if found is None:
        return None
    of = found.per if found.per else plain if found.base == "g/L" else ""
    basis = _basis(found.per) if found.per else Basis.NONE
    commodity = commodity_of(of) or lone_symbol(of)
    return UnitWritten(
        found.base, found.factor, basis, commodity, matter=found.matter, per=found.per
    )


def _fraction(plain: str, low: str) -> UnitWritten | None:
    commodity = commodity_of(plain) or lone_symbol(plain)
    metal = _in_oxide(plain)
    if re.match(r"^(g|克)\s*(/|per)\s*(t|tonne|吨)", low) or low.startswith(("gpt", "g/t")):
        return UnitWritten("1", 1e-6 * metal, commodity=commodity)
    if low.startswith(("ppm",)):
        return UnitWritten("1", 1e-6 * metal, commodity=commodity)
    if low.startswith(("kg/t",)):
        return UnitWritten("1", 1e-3 * metal, commodity=commodity, per="t")
    match = re.match(r"^(%|％|per ?cent|percent|pct|个?百分点|percentage points?|pp\b|成)", low)
    if match:
        rest = low[match.end() :]
        factor = 0.1 if match.group() == "成" else 1e-2
        if re.match(
            r"^\s*(/\s*(y|yr|year|a)\b(?!\s*/)|per (year|annum)|p\.?a|annual|a year|cagr|年均)",
            rest,
        ):
            return UnitWritten("1/y", factor, commodity=commodity)
        if re.match(r"^\s*/\s*km", rest):
            return None
        return UnitWritten("1", factor * metal, commodity=commodity, rest=rest.strip())
    if low in {"t/t", "吨/吨"}:
        return UnitWritten("1", per="t")
    if low in {"1", "fraction", "ratio", "share"}:
        return UnitWritten("1")
    if low in {"times", "x", "fold", "倍"}:
        return UnitWritten("1", rest="times")
    return None


_OXIDE_GRADE = re.compile(r"^(?:%|％|wt ?%|g/t|ppm|kg/t)\s*\(?(?P<of>U3O8|WO3|V2O5|Li2O)\b")


def _in_oxide(plain: str) -> float:
    """Share of metal where a grade is one of its oxide ("% WO3"); 1 for any other fraction."""
    found = _OXIDE_GRADE.match(plain)
    return as_metal(found["of"]) if found else 1.0


def _money(plain: str) -> UnitWritten | None:
    cents = _CENTS.match(plain)
    if cents is not None:
        plain = f"USD{plain[cents.end() :]}"
    if not _CURRENCY.search(plain):
        return None
    if re.fullmatch(r"(?i)(CNY|RMB|yuan)\s*(/|per)\s*(USD|US\$|dollar)", plain):
        return UnitWritten("CNY/USD")
    try:
        dimension = units.dimension(plain)
    except UnitError:
        dimension = ""
    if dimension == "price" and cents is None:
        return _price("USD/t", units.factor(plain, "USD/t"), plain, "")
    if dimension == "cny price":
        return _price("CNY/t", units.factor(plain, "CNY/t"), plain, "")
    per = _PER_MASS.search(plain)
    currency = "CNY" if _CNY.search(plain) else "USD" if _USD.search(plain) else "other currency"
    head = plain[: per.start()] if per else plain
    factor = _multiplier(head.casefold()) * (0.01 if cents is not None else 1.0)
    if factor == 1.0 and re.match(r"^[mM](?=USD|CNY|\$|US\$)", plain):
        factor = 1e6
    if factor == 1.0 and re.match(r"^k(?:USD|CNY|\$|US\$|EUR)|^(?:USD|US\$|\$|CNY) ?k\b", plain):
        factor = 1e3
    if per:
        mass = _BY_MASS.get(per.group(1).lower(), MASS.get(per.group(1).lower(), 1.0))
        return _price(f"{currency}/t", factor / mass, plain, plain[per.end() :])
    return UnitWritten(currency, factor)


_CENTS = re.compile(r"(?:US)?(?:¢|cents?|cts?|c)(?=\s*(?:/|per )\s*(?:lb|pound))", re.IGNORECASE)
_PER_MASS = re.compile(
    r"(?:/|per|a|每)\s*(metric ton|tonne|ton|t|吨|lb|pound|oz|ounce|kg|g|dmtu|mtu|dmt|wmt|千克|公斤|克|磅|盎司)"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)
_BY_MASS = {"mtu": 0.01, "dmtu": 0.01, "metric ton": 1.0}
"""A metric tonne unit is a hundredth of a tonne of the oxide or metal that is sold by it."""


def _price(base: str, factor: float, plain: str, of: str) -> UnitWritten:
    """A price, per tonne of metal where it is one of a compound ("USD/lb U3O8")."""
    basis = _basis(plain)
    gross = basis if basis in {Basis.CONCENTRATE_GROSS, Basis.ORE} else Basis.NONE
    commodity = commodity_of(plain) or lone_symbol(of)
    return UnitWritten(base, factor / as_metal(of), gross, commodity)


def _multiplier(low: str) -> float:
    factor, rest = 1.0, low
    for word, times in MULTIPLIERS:
        if word in rest:
            factor *= times
            rest = rest.replace(word, " ", 1)
    return factor


def _mass(bare: str, plain: str, value: float | None) -> UnitWritten | None:
    rate, head = "", bare
    for base, pattern in (("t/d", _PER_DAY), ("t/y", _PER_YEAR), ("t/month", _PER_MONTH)):
        match = pattern.search(head)
        if match and match.start() > 0:
            head = head[: match.start()] + " " + head[match.end() :]
            rate = base
            break
    head = head.strip()
    if "/" in head and not head.startswith("/"):
        return None  # a mass over something else is none of ours
    basis = _basis(plain)
    commodity = commodity_of(re.sub(r"(?i)\blce\b", "LCE lithium", plain)) or lone_symbol(plain)
    first = head.split(" ")[0].rstrip(".,")
    for pattern, base in _COMPACT:
        match = pattern.match(first)
        if match:
            prefix = next((g for g in match.groups() if g), "")
            factor = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6}[prefix]
            if base == "oz/y":
                return UnitWritten("t/y", factor * units.TROY_OZ_G * 1e-6, basis, commodity)
            return UnitWritten(base, factor, basis, commodity)
    multiplier, guessed, mass = _mass_word(head, value)
    if mass is None:
        return None
    factor = multiplier * mass * as_metal(plain)
    base = rate or "t"
    if base == "t/month":
        base, factor = "t/y", factor * 12.0
    return UnitWritten(base, factor, basis, commodity, guessed=guessed)


def _mass_word(head: str, value: float | None) -> tuple[float, bool, float | None]:
    """Multiplier, whether guessed, and tonnes per unit of the mass word; None for no mass."""
    low = head.casefold()
    multiplier, rest = 1.0, low
    for word, times in MULTIPLIERS:
        if rest.startswith(word) or re.search(rf"\b{re.escape(word)}\b", rest):
            multiplier *= times
            rest = rest.replace(word, " ", 1).strip()
            break
    original = head[len(head) - len(head.lstrip()) :]
    if multiplier != 1.0:
        original = rest
    word = re.split(r"[\s(/,;]", original.strip(), maxsplit=1)[0].rstrip(".")
    if word.casefold() in {"metric", "short", "long", "dry", "wet", "troy", "fine", "million"}:
        kind = word.casefold()
        tail = original.strip().split(" ", 2)
        word = tail[1].rstrip(".,s") if len(tail) > 1 else "t"
        scale = {"short": 0.90718474, "long": 1.0160469}.get(kind, 1.0)
        found = MASS.get(word, MASS.get(word.casefold()))
        return multiplier, False, None if found is None else found * scale
    if word == "mt":
        # metric tonnes in customs tables, million tonnes in careless ones
        million = value is not None and abs(value) < 1000.0
        return multiplier, True, 1e6 if million and multiplier == 1.0 else 1.0
    if word == "MT":
        return (
            multiplier,
            value is not None and abs(value) < 1000.0,
            (1e6 if value is not None and abs(value) < 1000.0 and multiplier == 1.0 else 1.0),
        )
    if word in MASS:
        return multiplier, False, MASS[word]
    word = word.removeprefix("实物")
    if word.startswith(("吨", "噸", "克", "磅", "盎司")):
        return multiplier, False, MASS[word[:2] if word.startswith("盎司") else word[0]]
    if word.casefold() in MASS and len(word) > 2:
        return multiplier, False, MASS[word.casefold()]
    return multiplier, False, None


def _basis(plain: str) -> Basis:
    if _MISSING.search(plain):
        return Basis.UNSTATED
    if _CONCENTRATE.search(plain):
        contained = _CONTAINED.search(plain) and not _GROSS.search(plain)
        return Basis.CONTAINED if contained else Basis.CONCENTRATE_GROSS
    if _ORE.search(plain):
        return Basis.ORE
    if _GROSS.search(plain):
        return Basis.GROSS
    if _CONTAINED.search(plain):
        return Basis.CONTAINED
    words = re.sub(r"[^A-Za-z]+", " ", plain).split()
    named = {"Cu", "Au", "Ag", "Mo", "Zn", "Pb", "Ni", "Co", "Li", "Sn", "Al", "Fe", "REO", "LCE", "copper",
             "U3O8", "WO3", "V2O5", "Li2O", "U", "W", "V", "gold", "silver", "nickel", "zinc", "cobalt", "lithium", "Copper", "Nickel"}  # fmt: skip
    return Basis.CONTAINED if named & set(words) else Basis.NONE


def _count_with_multiplier(low: str) -> UnitWritten | None:
    words = low.replace("(", " ").split()
    factor = _multiplier(low)
    if factor == 1.0:
        return None
    known = {w for w, _ in MULTIPLIERS} | _COUNTS | {"s"}
    rest = [w for w in words if w not in known and w.rstrip("s") not in known]
    return UnitWritten("count", factor) if not rest else None


def _core(bare: str) -> UnitWritten | None:
    try:
        dimension = units.dimension(bare)
    except UnitError:
        return None
    bases = {"angle": "deg", "count": "count", "days": "d", "days per year": "d", "time": "y",
             "fraction": "1", "growth": "1/y", "price": "USD/t", "money": "USD", "cny": "CNY",
             "exchange": "CNY/USD", "cny price": "CNY/t", "mass": "t", "mass rate": "t/y",
             "daily rate": "t/d", "calendar": "year"}  # fmt: skip
    if dimension not in bases:
        return UnitWritten(dimension, 1.0)
    base = bases[dimension]
    reference = {"year": "year", "d": "d", "deg": "deg", "1/y": "1/y"}.get(base, base)
    if dimension == "days per year":
        return UnitWritten("d", 1.0)
    return UnitWritten(base, units.factor(bare, reference))
