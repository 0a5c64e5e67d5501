"""Who or what a figure is of: the rules by which a subject is attached to it.

In order, the first that finds an anchor decides:

1. in brackets: what stands right before them ("Lomas mine (capacity 36 Mt)");
2. in the clause: "output at X", "capacity of X": what the measured noun is of;
3. in the clause: the nearest possessor ("X's copper production", 西藏的产量);
4. right behind the figure: "at X"; "in X" or "from X" where nobody acts ("found in X");
5. in the clause: its grammatical subject, the leftmost name that no preposition leads;
6. a bullet's head; then a thing without a name that the clause opens with ("the pilot plant in
   the north", :mod:`.openings`); then what a preposition leads ("In Peru, output rose");
7. the clause before, by rules 2 to 6, and so on to the sentence's start;
8. what the measure is carried over from (:meth:`.memory.Memory.carried`): the subject of the
   sentence before in the same paragraph, the text's topic where a new one begins.

Who is only quoted ("according to X", "X said") is a subject only where nothing else is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from orefield.evidence.extract.anchor import Anchor
from orefield.evidence.extract.clause_rules import Attached, Clause, find_in_clause
from orefield.evidence.extract.clauses import RELATIVE, bracket_of, clause_of
from orefield.evidence.extract.goods import Goods
from orefield.evidence.extract.openings import opening_of
from orefield.evidence.extract.openings_zh import opening_zh

_SAYS_THAT = re.compile(r"\b(?:said|says|told \w+)\s(?:that\s)?$")
_COMMENTS = re.compile(
    r"(?:的|首席|高级|资深|[\u4e00-\u9fff]{0,2})*(?:分析师|研究员|专家|经济学家|人士)|\s(?:analysts?|"
    r"economists?|researchers?|consultants?)\b"
)
_QUOTED_BEFORE = re.compile(
    r"\b(?:analysts?|economists?|researchers?|strategists?|consultants?)\s(?:at|with|from|for|of)\s(?:the\s)?"
    r"(?:[a-z]+\s){0,3}$|"
    r"\b(?:according to|citing|cited by|reported by|quoted by|sent to|told|data (?:from|"
    r"of|by)|figures (?:from|of|by)|report by|study by|estimates? (?:by|from)|"
    r"(?<=[,\"'] )(?:says|said)|"
    r"by the)\s"
    r"(?:[a-z]+\s){0,4}$|据$|根据$|记者从$"
)
_QUOTED_AFTER = re.compile(
    r"(?:\s[A-Za-z]+)?(?:,[^,;]{2,60},)?\s+(?:(?:said|says|reported|reports|noted|told|"
    r"announced|estimates|estimated|stated|warned|added|claims|denies|insists)\b)|"
    r"[\u4e00-\u9fff]{0,9}(?:认为)|(?:的|首席|高级|资深)*(?:分析师|研究员|专家|经济学家|人士)|"
    r"[\u4e00-\u9fff]{0,4}(?:表示|指出|称|报道|介绍|数据显示|公告|统计|获悉|数据)"
)


def quoted(text: str, anchor: Anchor) -> bool:
    """Whether an anchor is who speaks, not what is spoken of."""
    before = text[max(0, anchor.start - 40) : anchor.start]
    if anchor.pointing and _SAYS_THAT.search(before):
        return False  # "she said the mine had paid": what is said, not who says it
    return _is_quoted(before, text[anchor.end : anchor.end + 90], anchor.possessive)


@lru_cache(maxsize=512)
def _is_quoted(before: str, after: str, possessive: bool) -> bool:
    if _QUOTED_BEFORE.search(before):
        return True
    return bool(_QUOTED_AFTER.match(after)) and (not possessive or after.startswith("的"))


def attach(  # noqa: PLR0911 -- in order
    text: str,
    span: tuple[int, int],
    sentence: tuple[int, int],
    anchors: list[Anchor],
    head: Anchor | None,
    earlier: Anchor | None,
    share: bool,
    owned: bool = False,
    goods: Goods | None = None,
) -> Attached | None:
    """Subject of the figure at ``span``; None where the sentence and what is before name nobody.

    Parameters
    ----------
    text : str
        Folded text.
    span, sentence : (int, int)
        Characters of the figure, and of its sentence.
    anchors : list of Anchor
        Of the sentence, in order.
    head : Anchor or None
        What the bullet is about.
    earlier : Anchor or None
        Subject of the sentence before, or of the heading.
    share : bool
        Whether it is a percentage of something, whose "of X" behind it is the whole.
    owned : bool
        Whether it is a share of ownership: what is owned stands behind it.
    goods : Goods, optional
        Commodities of the text, to tell a bare one from a thing that has figures.
    """
    usable = [
        a for a in anchors if a.kind != "person" and not (a.start < span[1] and span[0] < a.end)
    ]
    speakers = [a for a in usable if quoted(text, a)]
    spoken = [a for a in usable if a not in speakers]
    found = _owned(text, span, sentence, spoken) if owned else None
    found = (
        found
        or _come_from(text, span, spoken)
        or _in_brackets(text, span, sentence, spoken)
        or in_opening(text, span, sentence, spoken)
    )
    if found is None:
        found = _by_clauses(text, span, sentence, spoken, head, share, goods)
    if found is not None:
        return found
    companies = [
        a
        for a in speakers
        if a.kind in {"company", "site", "plant", "", "place"}
        and a.end <= span[0]
        and not _COMMENTS.match(text, a.end)
    ]
    if companies and not _QUOTED_BEFORE.search(
        text[max(0, companies[0].start - 40) : companies[0].start]
    ):
        return Attached(companies[0], "who says it")
    if head is not None:
        return Attached(head, "head of the bullet")
    if earlier is not None:
        return Attached(earlier, "subject of what is before")
    named = [a for a in spoken if a.end <= span[0] and a.kind in {"site", "plant"}]
    if named:
        return Attached(named[-1], "named behind it")
    after = [a for a in spoken if a.start >= span[1] and not (share and a.preposition == "of")]
    if after:
        return Attached(after[0], "named behind it")
    return Attached(speakers[0], "who says it") if speakers and speakers[0].kind != "org" else None


_COMES_HAN = re.compile(
    r"(?:以上|左右|多)?(?:的[\u4e00-\u9fff]{0,6})?(?:均|都|则)?(?:来自|产自|源自|集中在|集中于|分布在|分布于|位于)(?:于)?"
)
_COMES = re.compile(
    r"(?:\s(?:of|or)\s(?:the\s|it\b|them\b|its\s|more\b)?[a-z -]{0,30}?)?\s?(?:came|comes|"
    r"come|coming|"
    r"originat\w+|originates|arrived|shipped|sourced|imported)\sfrom\s(?:the\s)?"
)


def _come_from(text: str, span: tuple[int, int], anchors: list[Anchor]) -> Attached | None:
    """Where a part comes from: "90% came from X", 九成以上来自X."""
    for anchor in anchors:
        if anchor.start >= span[1]:
            gap = text[span[1] : anchor.start]
            if _COMES.fullmatch(gap) or _COMES_HAN.fullmatch(gap):
                return Attached(anchor, "where it comes from")
            return None
    return None


def _in_brackets(
    text: str, span: tuple[int, int], sentence: tuple[int, int], anchors: list[Anchor]
) -> Attached | None:
    brackets = bracket_of(text, *sentence, span[0])
    if brackets is None:
        return None
    inside = [a for a in anchors if brackets[0] < a.start < span[0]]
    if inside:
        return Attached(inside[-1], "named in the same brackets")
    before = [a for a in anchors if a.end <= brackets[0] and brackets[0] - a.end < 25]
    return Attached(before[-1], "right before the brackets") if before else None


_OWNED_BEHIND = re.compile(
    r"(?:\s?-?owned|\s(?:stake|interest|share|shareholding|equity)(?: stake)?)?\s?(?:of|"
    r"in|by)?\s?(?:the\s|its\s)?",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:By|With|After|While|Having|At|In|For|Despite|Following|Due to|Adding|Producing|"
    r"Using|[A-Z][a-z]+ed)\b"
)


def _owned(
    text: str, span: tuple[int, int], sentence: tuple[int, int], anchors: list[Anchor]
) -> Attached | None:
    """What is owned: "75%-owned X", "a 30% stake in X", 持有X 70%股权."""
    for anchor in anchors:
        if anchor.start >= span[1] and _OWNED_BEHIND.fullmatch(text[span[1] : anchor.start]):
            if re.search(r"\bby\b", text[span[1] : anchor.start]):
                break
            return Attached(anchor, "what is owned")
    before = [a for a in anchors if a.end <= span[0]]
    left, _ = clause_of(text, *sentence, span[0])
    named = [a for a in anchors if a.end <= left]
    if named and re.search(r"\bin which\b", text[max(0, left - 4) : left + 9]):
        return Attached(named[-1], "what is owned")
    if bracket_of(text, *sentence, span[0]) is not None:  # "X is owned by A (51%) and B (49%)"
        owned = [a for a in before if not a.preposition]
        return Attached(owned[0], "what is owned") if len(before) > 1 and owned else None
    held = [
        a
        for a in before
        if re.search(r"(?:持有|收购|控股|拥有)(?:的)?$", text[max(0, a.start - 4) : a.start])
    ]
    return Attached(held[-1], "what is owned") if held else None


def owner_of(span: tuple[int, int], anchors: list[Anchor], subject: Anchor) -> Anchor | None:
    """Who owns: "held by X" behind the share, else the nearest other name before it."""
    behind = [
        a
        for a in anchors
        if span[1] <= a.start and a.preposition == "by" and a.name != subject.name
    ]
    before = [
        a
        for a in anchors
        if a.end <= span[0] and a.name != subject.name and a.kind in {"company", "", "place"}
    ]
    return behind[0] if behind else before[-1] if before else None


def in_opening(
    text: str, span: tuple[int, int], sentence: tuple[int, int], anchors: list[Anchor]
) -> Attached | None:
    """Behind an opening phrase that names nobody, who acts: "By reaching 2 Mt, X ..."."""
    if any(a.end <= span[0] for a in anchors) or not _OPENING.match(text, sentence[0]):
        return None
    comma = text.find(", ", span[1], sentence[1])
    if comma < 0:
        return None
    after = [a for a in anchors if a.start >= comma and not a.preposition]
    if after and len(text[comma : after[0].start].split()) <= 12:
        return Attached(after[0], "who acts behind the opening phrase")
    return None


_CLAUSES_BACK = 12
"""How many clauses back a subject is looked for: more is a list, and none of its own."""


def _by_clauses(
    text: str,
    span: tuple[int, int],
    sentence: tuple[int, int],
    anchors: list[Anchor],
    head: Anchor | None,
    share: bool,
    goods: Goods | None,
) -> Attached | None:
    at, stop = span[0], sentence[1]
    first = True
    for _ in range(_CLAUSES_BACK):
        left, right = clause_of(text, *sentence, at)
        inside = [
            a
            for a in anchors
            if left <= a.start and a.end <= (at if first else min(stop, right + 1))
        ]
        behind = [a for a in anchors if first and span[1] <= a.start < right]
        relative = RELATIVE.match(text, left)
        if first or not relative:
            upto = at if first else min(stop, right)
            phrase = None if relative else _phrase(text, left, upto, goods)
            clause = Clause(text, span, left, inside, behind, head, share, first, phrase)
            found = find_in_clause(clause)
            if found is not None:
                return found
        if relative and first:
            named = [a for a in anchors if a.end <= left]
            if named:
                return Attached(_before_relative(text, named), "what the relative clause is of")
        if left <= sentence[0]:
            return None
        at, stop, first = max(sentence[0], left - 1), left, False
        brackets = bracket_of(text, *sentence, at)
        if brackets is not None and brackets[0] > sentence[0]:
            at = brackets[0]
    return None


def _phrase(text: str, left: int, right: int, goods: Goods | None) -> Anchor | None:
    """The noun phrase that the clause opens with."""
    if goods is None:
        return None
    if re.search(r"[\u4e00-\u9fff]", text[left:right]):
        return opening_zh(text, left, right, goods.spans(left, right))
    return opening_of(text, left, right, goods.words)


def _before_relative(text: str, named: list[Anchor]) -> Anchor:
    """Antecedent of "which" and "where": the last name, but the project of "project in Finland"."""
    last = named[-1]
    if len(named) > 1 and last.kind in {"place", ""} and last.preposition in {"in", "of", "near"}:
        gap = text[named[-2].end : last.start]
        if re.fullmatch(r"\s(?:[a-z]+\s){0,2}(?:in|near|of)\s(?:the\s)?(?:[a-z]+\s)?", gap):
            return named[-2]
    return last
