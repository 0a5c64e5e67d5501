"""The noun phrase that a clause opens with, where it is what a figure is of.

"A pilot plant in the north would treat 500 tonnes a day" speaks of the plant, though it has no
name. What such a phrase is decides: a thing, people or a trade is a subject itself; a price has
no owner; a measured noun ("exports of steel", "recoveries", "net debt") is somebody's, of whom
the text spoke before.
"""

from __future__ import annotations

import re
from functools import lru_cache

from orefield.evidence.extract.anchor import Anchor

_LINK = re.compile(
    r"[\s,;\"'-]*(?:(?:and|but|while|whereas|although|though|that|because|so|where|when|as|or|"
    r"with|then|also|still|however|meanwhile|separately)\b[\s,]*)*",
    re.IGNORECASE,
)
_ADVERBIAL = re.compile(
    r"(?:In|At|By|For|On|Over|During|After|Before|Since|Under|From|With|Despite|Among|Of|Last|"
    r"This|As|Until|Within|Between)\s[^,;]{2,60},\s",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"^.{2,90}?\b(?:said|says|say|told [a-z ]{2,20}|say|noted|added|reported|estimates?|estimated|"
    r"warned|announced|wrote|showed|shows)\s(?:that\s)?(?=[a-z])"
)
_FORECAST = re.compile(
    r"^.{2,80}?\b(?:expects?|forecasts?|sees?|predicts?|projects?|anticipates?)\s"
    r"(?P<what>(?:the\s|a\s)?(?:[a-z-]+\s){1,5}?)(?:to|at|rising|falling|reaching)\s"
)
_FINITE = re.compile(
    r"\s(?P<v>is|are|was|were|has|have|had|will|would|can|could|may|might|should|must|do|does|did|"
    r"rose|fell|grew|stood|came|come|comes|went|made|makes?|make|accounts?|hold|holds|held|contains?|"
    r"covers?|gave|gives?|remains?|employs?|needs?|costs?|uses?|use|produces?|supplies|supply|"
    r"takes?|took|hit|kept|keeps?|shows?|lies|lie|sits|saw|sees?|won|lost|lose|sold|bought|paid|"
    r"pay|pays|cut|got|get|gets|rises|falls|drew|shut|ran|run|runs|began|begins?|brings?|"
    r"brought|left|leaves?|put|puts|meets?|met|shrank|shrunk|sank|spent|built|carr(?:y|ies)|"
    r"receives?|represents?|serves?|draws?|lives?|live|works?|sets?|wants?|seeks?|hopes?|aims?|"
    r"(?!(?:unmined|used|based|owned|listed|planned|installed|refined|mined|imported|exported|"
    r"contained|milled|processed|combined|estimated|realised|realized|weighted|surveyed|"
    r"involved|affected|unwrought|treated|recycled|measured|indicated|inferred|red|bed|shed|"
    r"feed|seed|need|speed|hundred)\b)[a-z]{2,}ed)\b"
)
_PREPOSITION = re.compile(
    r"\s(?:of|in|at|for|from|to|on|with|by|between|under|over|that|which|who|across|around|near|"
    r"along|surveyed|owned|run|held|needed|used|mined|imported|affected|than|per|within|"
    r"including|above|below)\b"
)
_LEAD = re.compile(
    r"^(?:(?:the|a|an|its|their|some|about|around|nearly|almost|at least|more than|over|only|"
    r"another|all|both|just|up to|as many as|each|every|any)\s)+",
    re.IGNORECASE,
)
_MOST_WORDS = 9
_ADDED = re.compile(
    r"and|or|by-product|co-product|contained|payable|refined|mined|total|annual|metals?|concentrates?|"
    r"imported|domestic|output|raw|primary|secondary|spot",
    re.IGNORECASE,
)
_PRICES = re.compile(
    r"prices?|premiums?|discounts?|charges?|fees?|contracts?|benchmarks?|spreads?|quotations?|"
    r"futures|tariffs?|TC/RCs?|TCs?",
    re.IGNORECASE,
)
_SOMEBODYS = re.compile(
    # pronouns, and who or what only speaks
    r"it|they|he|she|we|i|this|that|these|those|there|which|who|what|one|ones|others?|rest|"
    r"remainder|analysts?|officials?|experts?|economists?|data|figures?|report|statement|sources?|"
    r"spokes\w+|reporters?|ministry|government|authorit(?:y|ies)|bank|consultancy|agency|"
    # what is measured of somebody or something
    r"imports?|exports?|shipments?|arrivals?|purchases?|deliver(?:y|ies)|stocks?|stockpiles?|"
    r"inventor(?:y|ies)|demand|output|suppl(?:y|ies)|sales|volumes?|usage|needs|"
    r"trade|reserves?|resources?|grades?|recover(?:y|ies)|costs?|capex|debt|revenues?|turnover|"
    r"profits?|earnings|income|losses|loss|shares?|stakes?|dividends?|guidance|results?|targets?|"
    r"throughput|life|stud(?:y|ies)|tests?|drilling|samples?|cut-?off|rates?|cash|taxes|tax|"
    r"royalt(?:y|ies)|total|amount|number|level|sum|value|average|rise|fall|increase|decrease|"
    r"gain|drop|growth|decline|pace|half|third|quarter|part|portion|bulk|balance|surplus|deficit|"
    r"budget|plan|programme|program|proposal|deal|offer|estimate|forecast|outlook|target|goal|"
    r"expenditure|spending|work|rights?|permits?|licen[cs]es?|approval|"
    r"power|energy|water|depth|thickness|width|length|hours?|days?|months?|years?|end|start|"
    r"start-?up|ramp-?up|first|second|latest|new|group|company|firm|miner|mine|project|"
    r"deposit|operation|country|province|region|state|plateau|county|assays?|holes?|intercepts?|"
    r"workforce|jobs?|employees|staff|tonnes|tons|ounces|metal|ore|margin|net|area|site|pit|"
    r"by-products?|credits?|update|news|move|decision|figure|ratio|yield|index|concentrations?|"
    r"EBITDA|AISC|TCO|emissions?|prices|"
    # what happens at a place
    r"dust|smoke|pollution|noise|runoff|seepage|effluent|spills?|accidents?|fires?|landslides?|floods?|strikes?|blockades?|protests?|outages?|"
    r"explosions?|collapse|leaks?|ban|quotas?|halt|stoppages?|disruptions?|"
    r"category|class(?:es)?|zone|orebody|mineral\w*|[a-z-]+(?:tion|sion|ment|ity|ance|ence|ness|age|ing|ings|ism|sis)",
    re.IGNORECASE,
)


def opening_of(text: str, left: int, right: int, goods: frozenset[str]) -> Anchor | None:
    """What the clause ``left`` to ``right`` opens with: a thing (kind ``thing``), a price, or none.

    ``goods`` are words for commodities: a bare one is no thing of which figures are.
    """
    return _opening(text[left:right], left, goods)


@lru_cache(maxsize=256)
def _opening(  # noqa: PLR0911 -- in order
    clause: str, left: int, goods: frozenset[str]
) -> Anchor | None:
    at = _past(clause, 0)
    forecast = _FORECAST.match(clause, at)
    if forecast:
        at, stop = forecast.start("what"), forecast.end("what")
    else:
        said = _SAID.match(clause[at:])
        if said:
            at = _past(clause, at + said.end())
        verb = _FINITE.search(clause, at)
        if verb is None:
            return None
        stop = verb.start()
    lead = _LEAD.match(clause[at:stop])
    at += lead.end() if lead else 0
    phrase = clause[at:stop].rstrip()
    if len(phrase) < 3 or "," in phrase or len(phrase.split()) > _MOST_WORDS:
        return None
    head = _PREPOSITION.split(" " + phrase)[0].split()
    if not head or re.search(r"[0-9$%]", head[-1]):
        return None
    word = re.sub(r"'s?$", "", head[-1])
    if _PRICES.fullmatch(word):
        return Anchor(left + at, left + stop, phrase, "price")
    if (
        _SOMEBODYS.fullmatch(word)
        or _SOMEBODYS.fullmatch(phrase.split()[-1])
        or (word[0].isupper() and len(head) > 1 and head[-1] == phrase)
    ):
        return None
    if phrase.lower() in goods or all(
        w.lower() in goods or _ADDED.fullmatch(w) for w in phrase.split()
    ):
        return None
    return Anchor(left + at, left + stop, phrase, "thing")


def _past(clause: str, at: int) -> int:
    """Behind conjunctions and adverbials: "While in May, ..."."""
    for _ in range(4):
        link = _LINK.match(clause, at)
        at = link.end() if link else at
        adverbial = _ADVERBIAL.match(clause, at)
        if adverbial is None:
            break
        at = adverbial.end()
    return at
