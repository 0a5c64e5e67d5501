"""A text in plain characters, each at its own place, so that offsets stay those of the original."""

from __future__ import annotations

import re

from orefield.evidence.names.fold import simplified

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\uff5e\u301c"
_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
    "\u205f\u3000"
)
_PLAIN = {ord(c): "-" for c in _DASHES}
_PLAIN |= {ord(c): " " for c in _SPACES}
_PLAIN |= {0xFF01 + i: chr(0x21 + i) for i in range(94)}  # full-width ASCII
_PLAIN |= {ord(c): "-" for c in "\uff0d\uff5e"}
_PLAIN |= {
    ord(a): b for a, b in zip("‘’ʼ“”«»《》\u200b\ufeff\u00ad", '\'\'\'""""""   ', strict=True)
}
_PLAIN |= {ord(a): b for a, b in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)}
_PLAIN |= {ord("％"): "%", ord("﹪"): "%", ord("﹐"): ",", ord("。"): "。", ord("•"): "•"}
_PLAIN |= {0xFF0C: "，", 0xFF1B: "；", 0xFF1A: "：", 0xFF01: "！", 0xFF1F: "？"}

# 1 150 m and 482 755: a thin or no-break space inside a number groups its thousands
_GROUPED = re.compile(r"(?<![0-9.,])([0-9]{1,3})((?:[\u00a0\u2009\u202f\u2007][0-9]{3})+)(?![0-9])")
_SPACED = re.compile(
    r"(?<![0-9.,A-Za-z])([1-9][0-9]{0,2})((?: [0-9]{3})+)(?= ?(?:tonnes|tons|t|kt|m|km|"
    r"ha|oz|ounces|tpa|tpd)\b)"
)
_LABELLED = re.compile(
    r"\b(?:phase|stage|class|page|no\.|grade|line|unit|block|figure|table)\s$", re.IGNORECASE
)
# words around numbers, which the table of names does not hold
_MORE_VARIANTS = {
    ord(a): b
    for a, b in zip(
        "噸實現屬與將處個價發並為間後額劃預計約從過產結續擴環長",
        "吨实现属与将处个价发并为间后额划预计约从过产结续扩环长",
        strict=True,
    )
}
_POWERS = str.maketrans("²³", "23")


def fold(text: str) -> str:
    """Plain dashes, quotes, digits and spaces; as many characters as before.

    Chinese sentence marks stay as they are, since they end clauses; superscripts other than the
    powers of m\u00b2 and m\u00b3 become spaces, since they mark footnotes.
    """
    grouped = _GROUPED.sub(
        lambda m: m[1] + re.sub(r"[^0-9]", ",", m[2]), text.translate(simplified() | _MORE_VARIANTS)
    )
    grouped = _SPACED.sub(_group_spaced, grouped)
    plain = grouped.translate(_PLAIN)
    plain = re.sub(r"(?<=m)[²³]", lambda m: m[0].translate(_POWERS), plain)
    # commas typed in half width between Chinese words end clauses as ， does
    plain = re.sub(
        r"(?<=[\u4e00-\u9fff%)0-9]),(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]),", "，", plain
    )
    plain = re.sub(r"(?<=[\u4e00-\u9fff]);|;(?=[\u4e00-\u9fff])", "；", plain)
    plain = re.sub(r"(?<=[\u4e00-\u9fff]):(?!//)", "：", plain)
    plain = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]", " ", plain)
    if len(plain) != len(text):  # a law of this module: every replacement is one for one
        raise AssertionError("folding changed the length of a text")
    return plain


def _group_spaced(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 8) : match.start()]
    if _LABELLED.search(before):
        return match[0]
    return match[1] + match[2].replace(" ", ",")
