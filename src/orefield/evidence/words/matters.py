"""What an operation uses, emits and throws away beside its product: power, water, CO2, tailings."""

from __future__ import annotations

import re
from functools import lru_cache

_I = re.IGNORECASE

_MATTERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("co2", re.compile(
        r"\bCO2\b|CO₂|\bCO2-?eq?\b|carbon dioxide|greenhouse|\bGHGs?\b|\bcarbon (?:emission|footprint|intensity)|"
        r"\bemissions?\b|二氧化碳|碳排放|碳足迹|温室气体", _I)),
    ("ammonium sulphate", re.compile(r"ammonium sul(?:ph|f)ate|硫酸铵", _I)),
    ("oxalic acid", re.compile(r"oxalic acid|草酸", _I)),
    ("hydrochloric acid", re.compile(r"hydrochloric acid|盐酸", _I)),
    ("acid", re.compile(r"\bacid\b|硫酸", _I)),
    ("cyanide", re.compile(r"cyanide|氰化", _I)),
    ("soda ash", re.compile(r"soda ash|sodium carbonate|纯碱", _I)),
    ("caustic soda", re.compile(r"caustic|sodium hydroxide|烧碱", _I)),
    ("limestone", re.compile(r"limestone|石灰石", _I)),
    ("lime", re.compile(r"\b(?:quick)?lime\b|石灰", _I)),
    ("explosives", re.compile(r"explosive|\banfo\b|炸药", _I)),
    ("grinding media", re.compile(r"grinding media|steel balls?|mill balls|钢球", _I)),
    ("collector", re.compile(r"xanthate|collector|捕收剂|黄药", _I)),
    ("sulphur", re.compile(r"\bsul(?:ph|f)ur\b(?! dioxide)|硫磺", _I)),
    ("reagents", re.compile(r"reagents?\b|药剂", _I)),
    ("gas", re.compile(r"natural gas|\bgas (?:use|consum|burn)|天然气", _I)),
    ("diesel", re.compile(r"diesel|柴油", _I)),
    ("coke", re.compile(r"\bcoke\b|焦炭", _I)),
    ("coal", re.compile(r"\bcoal\b|(?<!标准)(?<!标)煤", _I)),
    ("fuel", re.compile(r"\bfuel|燃料|燃油", _I)),
    ("electricity", re.compile(
        r"\belectric|\bpower\b(?! (?:plant|station|sector|grid|cable))|电耗|电力|用电|耗电|电单耗|度电", _I)),
    ("energy", re.compile(r"\benergy\b|\bheat\b|能耗|能源|能量|综合能|标煤|标准煤", _I)),
    ("brine", re.compile(r"\bbrines?\b|卤水", _I)),
    ("water", re.compile(r"\bwater\b|水耗|用水|取水|新水|耗水|水单耗|水量|水$", _I)),
)  # fmt: skip
_USED = re.compile(
    r"\bus(?:e|es|ed|age)\b|\bconsum|\bintake\b|\bwithdraw|\babstract|\bdrawn?\b|\bdemand\b|"
    r"\brequire|\bemit|\bemission|\bburn|\bintensity\b|\bneeds?\b|\bpurchas|\bmake-?up\b|\bfootprint\b|"
    r"\badded\b|\bdos(?:e|age|ing)\b|\bspent\b|\btaken\b|\bpumped\b|\bper t(?:on(?:ne)?)?\b|"
    r"耗|用量|使用|用水|用电|取水|排放|消耗|能耗",
    _I,
)
_PER_TONNE = re.compile(
    r"\bper (?:\w+ )?(?:t|ton|tonne|lb|pound|oz|ounce|kg|unit)\b|\bspecific\b|\bintensity\b|单耗|单位|吨\w{0,3}耗|"
    r"每吨|强度|\bdos(?:e|age)\b|\brate of (?:use|consumption)",
    _I,
)
_WASTES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("tailings", re.compile(r"\btailings?\b|尾矿|尾砂", _I)),
    ("waste rock", re.compile(r"\bwaste\b|overburden|废石|剥离", _I)),
    ("residue", re.compile(r"\bresidues?\b|red mud|\bslag\b|赤泥|渣", _I)),
)
# a store, a plant that works tailings up, or metal in them is none of the waste itself
_NOT_WASTE = re.compile(
    r"\bcapacit|\bvolume of (?:the )?dam|\bgrade\b|\bcontain|\bratio\b|\brecover|retreat|reprocess|re-?treat|rework|"
    r"\bfrom (?:old |the )?tailings|\bin (?:the )?tailings|tailings (?:plant|project|operation|retreatment)|\bresource|\breserve|"
    r"\bwaste\s?water|\bscrap|"
    r"库容|品位|回收|再选|剥采比|含量",
    _I,
)  # fmt: skip
_TYPES_OF_WATER = (
    ("fresh", re.compile(r"\bfresh|\braw water|新水|淡水", _I)),
    ("make-up", re.compile(r"make-?up", _I)),
    ("recycled", re.compile(r"recycl|reclaim|re-?used|循环|回水", _I)),
    ("sea", re.compile(r"\bsea\s?water|desalinat|海水", _I)),
    ("scope 1", re.compile(r"scope (?:1|one)\b(?!\s*(?:and|\+|&))|direct emission|范围一", _I)),
    ("scope 2", re.compile(r"(?<!and )scope (?:2|two)\b|indirect emission|范围二", _I)),
    ("scope 3", re.compile(r"scope (?:3|three)\b|范围三", _I)),
    ("renewable", re.compile(r"renewable|solar|hydro-?power|green power|可再生|绿电", _I)),
    ("purchased", re.compile(r"purchas|from the grid|grid power|外购", _I)),
)


@lru_cache(maxsize=8192)
def matter_of(text: str) -> str:
    """What is used or emitted, as a phrase names it (``water``, ``co2``); empty for none."""
    if not text:
        return ""
    return next((name for name, pattern in _MATTERS if pattern.search(text)), "")


@lru_cache(maxsize=8192)
def kinds_of(text: str) -> frozenset[str]:
    """Words that make a use a part of the whole: fresh or recycled water, scope 1, grid power."""
    return frozenset(name for name, pattern in _TYPES_OF_WATER if pattern.search(text))


@lru_cache(maxsize=8192)
def is_used(text: str) -> bool:
    """Whether a phrase speaks of using or emitting."""
    return bool(_USED.search(text))


@lru_cache(maxsize=8192)
def is_per_tonne(text: str) -> bool:
    """Whether a phrase speaks of an amount per tonne: a specific use, an intensity."""
    return bool(_PER_TONNE.search(text))


@lru_cache(maxsize=8192)
def waste_of(text: str) -> str:
    """The waste that a mass is of: tailings, waste rock, residue; empty for none."""
    if _NOT_WASTE.search(text):
        return ""
    return next((name for name, pattern in _WASTES if pattern.search(text)), "")


# what is there at a date, which no draw makes negative
_LEVEL = re.compile(
    r"\bclosing\b|\bopening\b|\bon hand\b|\bon the pad\b|\bat (?:the )?end\b|"
    r"\b(?:year|month|quarter|period)[- ]end\b|\bbalance at\b|\blevel\b|\bheld\b|"
    r"期末|期初|年末|结存|结余",
    _I,
)


@lru_cache(maxsize=8192)
def is_level(text: str) -> bool:
    """Whether a stock is told as what is there at a date, and not as its change."""
    return bool(_LEVEL.search(text))
