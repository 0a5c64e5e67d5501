"""Remarks on where in a document a figure stands, which name no other thing."""

from __future__ import annotations

import re

from orefield.evidence.statement import Statement

_BRACKETED = re.compile(r"\s*[(（\[]([^)）\]]*)[)）\]]|\s*[,;:，；]\s*([^,;:，；]+)$")
_PLACE = re.compile(
    r"letter|tables?|pages?|text|body|paragraphs?|sections?|chapters?|appendix|appendices|annex(?:es)?|"
    r"summar(?:y|ies)|charts?|figures?|notes?|footnotes?|statements?|reports?|presentations?|slides?|"
    r"press|release|headlines?|captions?|cover|box|sidebar|website|web|site map|map|graphic|"
    r"introduction|conclusion|abstract|foreword|highlights?|review|lines?|rows?|columns?|"
    r"first|second|third|last|next|opening|closing|final|top|bottom|front|back|upper|lower|later|"
    r"earlier|below|above|same|other|another|one|two|again|elsewhere|end|beginning|start|middle|"
    r"chief|officers?|geologists?|chairman|chairwoman|chair|president|ceo|director|directors|manager|management|md|s|cfo|"
    r"reserves?|resources?|production|results?|outlook|market|executive|technical|financial|"
    r"the|of|in|on|at|to|a|an|as|by|per|from|its|their|and|it|printed|stated|given|quoted|said|"
    r"shown|told|repeated|written|exact|about|approx|rounded|article|document|story|paper|\d+|"
    r"正文|摘要|附录|表|图|首段|末段|首页|封面|脚注|董事长|致辞|注"
)


def same_wording(a: Statement, b: Statement) -> bool:
    """Whether two attributes are one, remarks on where each stands aside."""
    return _without_place(a.attribute) == _without_place(b.attribute)


def nothing_else_said(a: Statement, b: Statement) -> bool:
    """Whether the words beside two equal attributes differ by where they stand alone."""
    if a.subject.casefold() != b.subject.casefold() or not same_wording(a, b):
        return False
    first, second = (_words(s.words.removeprefix(s.attribute)) for s in (a, b))
    return all(_PLACE.fullmatch(w) for w in first ^ second)


def _without_place(attribute: str) -> str:
    def kept(match: re.Match[str]) -> str:
        words = _words(match[1] or match[2] or "")
        return "" if words and all(_PLACE.fullmatch(w) for w in words) else match[0]

    return " ".join(_BRACKETED.sub(kept, attribute).casefold().replace("_", " ").split())


def _words(text: str) -> frozenset[str]:
    return frozenset(w for w in re.split(r"[^\w]+", text.casefold()) if w)
