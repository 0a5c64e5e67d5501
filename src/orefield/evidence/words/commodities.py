"""What metals, minerals and baskets are called, in English and Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# symbol -> words that name it. Chinese words match anywhere, others as whole words.
_NAMES: dict[str, tuple[str, ...]] = {
    "cu": ("copper", "cu", "cathode", "cathodes", "铜", "銅"),
    "au": ("gold", "au", "bullion", "黄金", "金矿", "矿产金", "黃金"),
    "ag": ("silver", "ag", "白银", "银", "銀"),
    "mo": ("molybdenum", "moly", "mo", "钼", "鉬"),
    "zn": ("zinc", "zn", "锌", "鋅"),
    "pb": ("lead metal", "refined lead", "lead-zinc", "lead", "pb", "铅", "鉛"),
    "ni": ("nickel", "ni", "镍", "鎳"),
    "npi": ("npi", "nickel pig iron", "镍生铁", "镍铁"),
    "co": ("cobalt", "co", "钴", "鈷"),
    "li": ("lithium", "li", "lce", "li2o", "锂", "鋰"),
    "li2co3": ("lithium carbonate", "碳酸锂"),
    "lioh": ("lithium hydroxide", "氢氧化锂"),
    "spodumene": ("spodumene", "spodumene concentrate", "锂辉石", "锂精矿"),
    "al": ("aluminium", "aluminum", "al", "电解铝", "原铝", "铝", "鋁"),
    "bauxite": ("bauxite", "铝土矿", "鋁土礦"),
    "alumina": ("alumina", "氧化铝", "氧化鋁"),
    "sn": ("tin", "sn", "锡", "錫"),
    "w": ("tungsten", "wolfram", "wo3", "钨", "鎢"),
    "sb": ("antimony", "sb", "锑", "銻"),
    "bi": ("bismuth", "铋"),
    "fe": ("iron ore", "iron", "fe", "铁矿石", "铁矿", "鐵礦", "铁"),
    "pellets": ("iron ore pellets", "pellets", "pellet", "球团", "球团矿"),
    "steel": ("steel", "crude steel", "粗钢", "钢铁", "钢"),
    "ree": ("rare earth", "rare earths", "rare-earth", "reo", "ree", "treo", "稀土",
            "dysprosium", "terbium", "lanthanum", "cerium", "yttrium", "镝", "铽"),
    "ndpr": ("ndpr", "neodymium-praseodymium", "neodymium", "praseodymium", "镨钕", "氧化镨钕"),
    "nb": ("niobium", "nb", "铌"),
    "ta": ("tantalum", "coltan", "钽"),
    "u": ("uranium", "u3o8", "yellowcake", "铀"),
    "pgm": (
        "platinum group", "platinum group metals", "platinum metals", "pgm", "pge", "pgms", "3e",
        "4e", "6e", "铂族", "铂族金属",
    ),
    "pt": ("platinum", "pt", "铂"),
    "pd": ("palladium", "pd", "钯"),
    "rh": ("rhodium", "rh", "铑"),
    "mn": ("manganese", "mn", "锰"),
    "cr": ("chromite", "chromium", "chrome ore", "chrome", "铬铁矿", "铬"),
    "ti": ("titanium", "ilmenite", "rutile", "钛"),
    "v": ("vanadium", "v2o5", "钒"),
    "mg": ("magnesium", "magnesite", "镁"),
    "si": ("silicon metal", "polysilicon", "工业硅", "多晶硅"),
    "ga": ("gallium", "镓"),
    "ge": ("germanium", "锗"),
    "graphite": ("graphite", "石墨"),
    "coal": ("coal", "煤炭", "煤"),
    "potash": ("potash", "k2o", "kcl", "钾盐", "氯化钾"),
    "phosphate": ("phosphate", "p2o5", "phosphate rock", "磷矿石", "磷矿"),
    "fluorite": ("fluorspar", "fluorite", "萤石"),
    "diamond": ("diamond", "diamonds", "钻石"),
    "ten_nonferrous": (
        "ten nonferrous metals", "ten non-ferrous metals", "ten major nonferrous metals",
        "ten major non-ferrous metals", "ten kinds of nonferrous metals", "ten nonferrous",
        "10 nonferrous metals", "10 major nonferrous metals", "10 kinds of nonferrous metals",
        "ten nonferrous metals output", "十种有色金属", "十种常用有色金属",
    ),
    "recycled": (
        "recycled metal", "recycled metals", "recycled nonferrous metals",
        "recycled non-ferrous metals", "secondary metals", "recycled nonferrous metal",
        "secondary nonferrous metals", "再生金属", "再生有色金属", "再生有色",
    ),
    "nonferrous": (
        "nonferrous metals", "non-ferrous metals", "nonferrous", "non-ferrous", "有色金属", "有色",
    ),
    "pbzn": ("pbzn",),
    "cement": ("cement", "水泥"),
    "ore": (),
}  # fmt: skip

# short Latin symbols are words of other languages too: they count in their own case alone
_SYMBOLS = {
    "cu": "Cu", "au": "Au", "ag": "Ag", "mo": "Mo", "zn": "Zn", "pb": "Pb", "ni": "Ni",
    "co": "Co", "li": "Li", "al": "Al", "sn": "Sn", "sb": "Sb", "fe": "Fe", "nb": "Nb",
    "mn": "Mn", "pt": "Pt", "pd": "Pd", "rh": "Rh",
}  # fmt: skip

# words that hold a commodity's name and do not mean it
_NOT = re.compile(
    r"\bCo(?=\.|,? Ltd|,? Inc)|& Co\b|"
    r"\blead(?:s|er|ers|ing)\b|(?<!recycled )(?<!refined )(?<!secondary )(?<!primary )(?<!zinc )(?<!zinc-)"
    r"(?<!mined )\blead\b(?!\s*(?:target|content|recycl|scrap|acid|zinc|metal|ore|concentrate|zinc|output|production|mine|smelt|"
    r"refin|resource|reserve|price|content|grade|growth|share|capacity|export|import|market|"
    r"industry|supply|demand|consumption|mining|in concentrate))|golden|silver lining|"
    r"non-?ferrous metals? industry of copper|金额|资金|基金|合金|现金|(?<!有色)(?<!再生)金属|银行|奖金|租金|佣金|金川|紫金|中金|金山",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CommodityMention:
    """A commodity named in a text: characters ``start`` to ``end``."""

    start: int
    end: int
    symbol: str


# two metals that a lead-zinc mine counts together
_PAIR = re.compile(r"(?<![A-Za-z])(?:Zn ?[+&] ?Pb|Pb ?[+&] ?Zn)(?![A-Za-z])")
_SPEAKS = re.compile(
    r"\b(?:said|told|says|according to|analyst|chairman|director|manager|Mr|Ms|Dr)\b"
)
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]*|10(?= )|(?<![\w.])[346][Ee](?![\w])")
_LATIN = {n: symbol for symbol, names in _NAMES.items() for n in names if n.isascii()}
_LONGEST = max(len(name.replace("-", " ").split()) for name in _LATIN)
_BY_WORDS = {tuple(_TOKEN.findall(name)): symbol for name, symbol in _LATIN.items()}
_HAN_NAMES = {n: symbol for symbol, names in _NAMES.items() for n in names if not n.isascii()}
_HAN = re.compile("|".join(sorted(map(re.escape, _HAN_NAMES), key=len, reverse=True)))

COMMODITIES = tuple(_NAMES)
"""Every known symbol."""

ORES = frozenset({"bauxite", "fe", "coal", "phosphate", "potash", "mn", "cr", "graphite"})
"""Commodities that are counted as the ore or product itself, not as contained metal."""


ELEMENT_OF = {
    "li2co3": "li", "lioh": "li", "spodumene": "li", "npi": "ni", "bauxite": "al", "alumina": "al",
    "steel": "fe", "pellets": "fe", "ndpr": "ree",
}  # fmt: skip
"""The metal that a product or ore is of: a site known for one is known for the other."""


@lru_cache(maxsize=16384)
def find_commodities(text: str) -> tuple[CommodityMention, ...]:
    """Commodities named in a text, in order.

    Words that only look like one ("leading", 资金) are passed over.
    """
    text = _PAIR.sub(lambda m: "pbzn".center(len(m.group())), text)
    masked = _NOT.sub(lambda m: "\0" * len(m.group()), text)
    if _SPEAKS.search(masked):
        masked = _PERSON.sub(lambda m: "\0" * len(m.group()), masked)
    found = [CommodityMention(*m.span(), _HAN_NAMES[m.group()]) for m in _HAN.finditer(masked)]
    tokens = list(_TOKEN.finditer(masked))
    words = tuple(t.group().lower() for t in tokens)
    at = 0
    while at < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
            symbol = _BY_WORDS.get(words[at : at + length])
            start, end = tokens[at].start(), tokens[at + length - 1].end()
            if symbol is not None and _is_name(masked[start:end], symbol):
                found.append(CommodityMention(start, end, symbol))
                at += length
                break
        else:
            at += 1
    return tuple(sorted(found, key=lambda m: m.start))


def _is_name(written: str, symbol: str) -> bool:
    """Whether a chemical symbol is written as one: "Co" and "CO" are not "co"."""
    return written.lower() != symbol or symbol not in _SYMBOLS or written == _SYMBOLS[symbol]


# "analyst Wen Li", "Mo Jianghua said": a symbol next to another capitalised word is a name
_PERSON = re.compile(
    r"(?<![A-Za-z])(?:(?:[A-Z][a-z]+ )(?:Li|Mo|Co|Al|Mn|Nb|Cu|Sn)(?=[ ,.']|$)(?! (?:grade|content|"
    r"output|production|metal|concentrate|ore|recovery|price|resource|reserve|eq|in |per ))|"
    r"(?:Li|Mo|Al) (?=[A-Z][a-z]+ (?:said|told|added|says)))"
)


@lru_cache(maxsize=16384)
def commodity_of(text: str) -> str:
    """The one commodity that a phrase names; empty when it names none or several unlike ones.

    A basket named beside its members stands for itself: "ten nonferrous metals".
    """
    found = list(dict.fromkeys(m.symbol for m in find_commodities(text)))
    for basket in ("ten_nonferrous", "recycled"):
        if basket in found:
            return basket
    if len(found) > 1 and "nonferrous" in found:
        found.remove("nonferrous")
    return found[0] if len(found) == 1 else ""


def spoken(attribute: str) -> str:
    """An attribute in words: ``cu_contained`` of a study's table is "Cu contained"."""
    if "_" not in attribute:
        return attribute
    words = attribute.split("_")
    return " ".join(
        _SYMBOLS.get(word, word) if words[i + 1 : i + 2] != ["product"] else word
        for i, word in enumerate(words)
    )
