"""One thing counted under two names that the corpus itself joins, or beside what it is part of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.meaning.aliases import said_aliases
from orefield.evidence.rules._values import middle
from orefield.evidence.rules.pairing import LEVELS, conclude, is_computed, set_aside, years
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement

_NAME = "counted-under-two-names"
_KIND = re.compile(
    r"\b(?:mines?|projects?|deposits?|pits?|operations?|complex|hub|unit|site|plant|district)\b",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"\bsum(?:med)?\b|\badded\b|\btogether\b|\bcombined\b|\btotals?\b|\bboth\b|\btwo\b|\bplus\b|"
    r"\bcounted\b|\blisted as\b|\bseparate|合计|相加|两个|分别|共计",
    re.IGNORECASE,
)
_PART_OF = re.compile(
    r"\b(?:listed|quoted|main|mining|core|a|the|its|wholly owned|majority[- ]owned)? ?"
    r"(?:arm|subsidiary|vehicle|division|unit|offshoot|business) of (?:the )?"
    r"(?P<who>[A-Z][\w&'’-]*(?: [A-Z&][\w&'’-]*){0,3})"
    r"|(?P<zh>[\u4e00-\u9fff]{2,10}?)(?:旗下|控股|下属)(?:的)?上市公司"
)
_ONCE = re.compile(
    r"\b(?:counted (?:only )?once|not (?:added|counted|both)|no double|one and the same|"
    r"includ\w*|incl|of which|excluding|net of|less the)\b|不重复|其中|包括",
    re.IGNORECASE,
)


def _run(corpus: Corpus) -> Iterator[Finding]:
    rows = [s for s in corpus.checked if "#" not in s.id]
    joined = [(a, b, "two names of one thing") for a, b in _aliases(rows)]
    joined += [(a, b, "the one a part of the other") for a, b in _arms(rows)]
    if not joined:
        return
    old = set_aside(corpus)
    rows = [s for s in rows if s.id not in old]
    for f in (*_lists(rows, joined), *_tables(rows)):
        if f is not None:
            yield f


def _bare(name: str) -> str:
    return _plain(_KIND.sub(" ", name)) or _plain(name)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", fold_name(text)).split())


def _aliases(rows: list[Statement]) -> list[tuple[str, str]]:
    told = said_aliases((s.subject, s.attribute, s.words.removeprefix(s.attribute)) for s in rows)
    # "A / B" as a subject is the list in question, and tells no alias
    pairs = [(_bare(a), _bare(b)) for a, b in told if "/" not in a]
    return [(a, b) for a, b in dict.fromkeys(pairs) if a != b]


def _arms(rows: list[Statement]) -> list[tuple[str, str]]:
    found = []
    for s in rows:
        match = _PART_OF.search(s.words)
        whole = (match["who"] or match["zh"]) if match is not None else ""
        if whole and _bare(whole) not in _bare(s.subject):
            found.append((_bare(s.subject), _bare(whole)))
    return list(dict.fromkeys(found))


def _lists(rows: list[Statement], joined: list[tuple[str, str, str]]) -> Iterator[Finding | None]:
    """A list or a sum that holds both."""
    for s in rows:
        text = f"{s.subject}; {s.attribute}; {s.words}"
        counted = s.topic.quantity is Quantity.COUNT
        if not (counted or s.topic.quantity in LEVELS) or s.low is None or _ONCE.search(text):
            continue
        if not counted and not _ADDED.search(text):
            continue
        plain = f" {_plain(f'{s.subject} {s.words}')} "
        for a, b, why in joined:
            if not (_holds(plain, a) and _holds(plain, b)) or _tells(s, a, b):
                continue
            if counted and s.low < 2.0:
                continue
            text = (
                f"{s.id} ({s.subject}: {s.attribute} {s.shown}) counts '{a}' and '{b}' side by "
                f"side, {why}: what they give is counted twice."
            )
            yield conclude(_NAME, Verdict.VIOLATE, [s], text, blamed=[s.id], fields=("listed",))


def _holds(plain: str, name: str) -> bool:
    return f" {name} " in plain if name.isascii() else name in plain


def _tells(s: Statement, a: str, b: str) -> bool:
    """Whether the row is the one that tells that both are one, and counts neither."""
    if "/" in s.subject or re.search(r"\band\b|,|、|和", s.subject):
        return False
    told = said_aliases([(s.subject, s.attribute, s.words.removeprefix(s.attribute))])
    return any({_bare(x), _bare(y)} == {a, b} for x, y in told) or bool(_PART_OF.search(s.words))


def _tables(rows: list[Statement]) -> Iterator[Finding | None]:
    """Two rows of one text: one figure of one thing, under two names."""
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in rows:
        if s.topic.quantity in LEVELS and middle(s) and not is_computed(s):
            words = fold_name(s.attribute)
            groups[s.source, s.topic, s.unit, s.low, s.high, str(years(s)), words].append(s)
    for group in groups.values():
        names = {_bare(s.subject): s for s in group}
        for a, b in combinations(list(names.values())[:10], 2):
            first, second = (_bare(s.subject) for s in (a, b))
            if a.resolved or first in second or second in first or _ONCE.search(a.words + b.words):
                continue
            if first.replace(" ", "") == second.replace(" ", "") or _scripts(a, b):
                continue
            assert a.stated is not None
            text = (
                f"{a.subject} and {b.subject} are two names of one thing, and {a.id} and {b.id} "
                f"give {amount(a.stated, a.unit)} for each in one table: counted twice."
            )
            yield conclude(_NAME, Verdict.VIOLATE, [a, b], text, fields=("entity",))


def _scripts(a: Statement, b: Statement) -> bool:
    """Whether one is the other in another script: a text in two languages says things twice."""
    return a.subject.isascii() != b.subject.isascii()


RULES: tuple[Rule, ...] = (
    Rule(_NAME, "No list, sum or table holds a thing under two names, or beside its part.", _run),
)
"""Rules of this module."""
