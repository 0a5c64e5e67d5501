"""How a source hedges a number: "more than", "up to", "about; target", "derived 1.2/1.10", 逾."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from orefield.evidence.vocabulary import Qualifier

ABOUT = 0.05
"""Relative half-width that "about" adds: a convention, as no source says how wide it is."""

NEARLY = 0.05
"""How far below the number "nearly" may be."""


@dataclass(frozen=True, slots=True)
class Hedge:
    """What the words around a number say of it.

    Attributes
    ----------
    qualifier : Qualifier
    hedge : float
        Relative half-width that the words add.
    planned : bool
        Target, plan, guidance, projection: not an outcome.
    one_of : bool
        "One of the largest": a rank that excludes nobody.
    derivation : str
        The expression of a number that was computed from others, such as ``105/1.17``.
    vague : bool
        No number is meant ("millions").
    """

    qualifier: Qualifier = Qualifier.EXACT
    hedge: float = 0.0
    planned: bool = False
    one_of: bool = False
    derivation: str = ""
    vague: bool = False


# 'no less than' before 'less than', 'not more than' before 'more than'
_AT_LEAST = re.compile(
    r">=|≥|>|\bno (?:less|fewer) than\b|\bnot less than\b|\bat least\b|\bminimum\b|\bor more\b|"
    r"\b(?<!no )(?<!not )(?:more|greater|higher) than\b|\bover\b|\babove\b|\bexceed\w*|\bupwards? of\b|"
    r"\bsurpass\w*|\btop(?:s|ped|ping)\b|\bin excess of\b|\bmore\b$|\bplus\b$|\+$|"
    r"超过|逾|超|高于|不低于|不少于|至少|以上|突破|大于",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"<=|≤|<|\bno (?:more|greater) than\b|\bnot (?:more than|exceed\w*)\b|\bup to\b|\bas (?:much|many|high) as\b|"
    r"\bat most\b|\bmaximum\b|\b(?<!no )(?<!not )(?:less|fewer|lower) than\b|\bunder\b|\bbelow\b|\bcapped at\b|"
    r"\bmax\b|不超过|不高于|至多|最多|以下|低于|不足|小于|高达",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"~|≈|\babout\b|\baround\b|\bapprox\w*|\broughly\b|\bcirca\b|\bc\.\s*\d|\bsome\b|\bestimate\w*|"
    r"\bin the region of\b|\bor so\b|约|左右|大约|大概|上下|估计|前后",
    re.IGNORECASE,
)
_NEARLY = re.compile(
    r"\bnearly\b|\balmost\b|\bclose to\b|\bjust under\b|接近|将近|近(?!年)", re.IGNORECASE
)
_RANGE = re.compile(r"\brange\b|\bbetween\b|区间", re.IGNORECASE)
_PLANNED = re.compile(
    r"\btarget\w*|\bplan(?:s|ned|ning)?\b|\bguid\w+|\bproject(?:ed|ing|ion|ions)\b|\bforecast\w*|\bexpect\w*|"
    r"\banticipat\w*|\bbudget\w*|\baim\w*|\bgoal\b|\bschedul\w*|\bpropos\w*|\bannounced\b|\bintend\w*|\boutlook\b|"
    r"\bwill\b|\bshould\b|\bdesign(?:ed)?\b|目标|计划|规划|预计|预期|力争|拟|设计|将达|有望",
    re.IGNORECASE,
)
_DERIVED = re.compile(
    r"\b(?:derived|implied|computed|calculated|sum of)\b[:\s]*(?P<what>[^;]*)|[推估]算",
    re.IGNORECASE,
)
_ONE_OF = re.compile(r"\b(?:one of|among)\b|之一", re.IGNORECASE)
_VAGUE = re.compile(r"\bvague\b|\bunspecified\b|\bno number\b|\bunquantified\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def parse_qualifier(text: str) -> Hedge:
    """Read the words that qualify a number: a table's cell, or the words beside it in a text."""
    plain = " ".join(text.split())
    if not plain:
        return Hedge()
    match = _DERIVED.search(plain)
    derivation = ""
    if match:
        derivation = (match.groupdict().get("what") or "").strip() or match.group().strip()
    qualifier, hedge = Qualifier.EXACT, 0.0
    words = plain[: match.start()] + plain[match.end() :] if match else plain
    if _RANGE.search(words):
        qualifier = Qualifier.RANGE
    elif _AT_MOST.search(words):
        qualifier = Qualifier.AT_MOST
    elif _AT_LEAST.search(words):
        qualifier = Qualifier.AT_LEAST
    elif _NEARLY.search(words):
        qualifier, hedge = Qualifier.ABOUT, NEARLY
    elif _ABOUT.search(words):
        qualifier, hedge = Qualifier.ABOUT, ABOUT
    planned = bool(_PLANNED.search(words))
    if planned and qualifier is Qualifier.EXACT:
        qualifier = Qualifier.TARGET
    return Hedge(
        qualifier,
        hedge,
        planned,
        bool(_ONE_OF.search(plain)),
        derivation,
        bool(_VAGUE.search(plain)),
    )
