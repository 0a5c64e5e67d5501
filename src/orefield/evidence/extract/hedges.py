"""Words right before and behind a number that say how far to take it literally."""

from __future__ import annotations

import re

_AT_LEAST = (
    r"more than|over|above|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|at least|no (?:less|"
    r"fewer|lower) than|"
    r"not (?:less|fewer|lower) than|in excess of|upwards? of|north of|topp(?:ed|ing)|"
    r"greater than|higher than|pass(?:ed|es|ing)|breach(?:ed|es|ing)|cross(?:ed|es|ing)|"
    r"minimum(?: of)?|>=?|≥|well over|just over|a little over|slightly over|"
    r"超过|超|逾|突破|不低于|不少于|不小于|至少|高于|大于|达到?或?超过|上"
)
_AT_MOST = (
    r"up to|as (?:much|many|high|low) as|at most|no (?:more|greater|higher) than|not "
    r"(?:more|exceeding)(?: than)?|"
    r"less than|fewer than|lower than|under|below|maximum(?: of)?|not exceed(?:ing)?|<=?|"
    r"≤|capped at|just under|"
    r"不超过|不高于|不大于|至多|最多|(?<!不)低于|(?<!不)少于|(?<!不)小于|不足|不到|高达|最高达?"
)
_ABOUT = (
    r"about|around|approximately|approx\.?|roughly|some|nearly|almost|close to|circa|c\.|"
    r"ca\.|~|≈|an? estimated|"
    r"estimated at|put at around|near|in the region of|in the order of|just shy of|"
    r"约(?:合|折合)(?:人民币)?|折合(?:人民币)?约|约|大约|约为|近|接近|将近|大概|估计|估算约?"
)
# what may stand between the hedge and the number
_FILLER = r"\s*(?:an?|the|another|of|to|by|at|为|达到?|a total of|in total)?\s*"
_BEFORE = tuple(
    (sign, re.compile(rf"(?:(?<![A-Za-z])(?:{words}){_FILLER})$", re.IGNORECASE))
    for sign, words in (("<=", _AT_MOST), (">=", _AT_LEAST), ("~", _ABOUT))
)
# the hedge before the verb of a share: 约占全国的七成
_SHARED = re.compile(r"(?P<h>约|近|将近|接近|大约|超过?|逾|不足|不到)占[^，。；0-9]{0,12}$")
_OPPOSITE = {">=": "<=", "<=": ">="}
_NEGATED = re.compile(r"\b(?:no|not)\s+$|不$", re.IGNORECASE)
_AFTER = (
    (
        ">=",
        re.compile(
            r"\s?(?:\+|or (?:more|above|over)\b|plus\b|and (?:more|above)\b|以上|之上|及以上|有余)",
            re.IGNORECASE,
        ),
    ),
    ("<=", re.compile(r"\s?(?:or (?:less|fewer|below)\b|以下|以内|之内)", re.IGNORECASE)),
    ("~", re.compile(r"\s?(?:or so\b|左右|上下|前后)", re.IGNORECASE)),
)
_AND_LEAST = re.compile(r"(?:多|余)$")


def hedge_before(text: str, at: int) -> tuple[str, int]:
    """``>=``, ``<=``, ``~`` or empty, from the words before an offset; and where they start."""
    low = max(0, at - 34)
    window = text[low:at]
    for sign, pattern in _BEFORE:
        match = pattern.search(window)
        if match:
            head = window[: match.start()]
            negated = _NEGATED.search(head) is not None
            return _OPPOSITE.get(sign, sign) if negated else sign, low + match.start()
    shared = _SHARED.search(window)
    if shared:
        word = shared["h"]
        sign = ">=" if word[0] in "超逾" else "<=" if word[0] == "不" else "~"
        return sign, at
    return "", at


def hedge_after(text: str, at: int) -> tuple[str, int]:
    """``>=``, ``<=``, ``~`` or empty, from the words behind an offset; and where they end."""
    for sign, pattern in _AFTER:
        match = pattern.match(text, at)
        if match:
            return sign, match.end()
    return "", at
