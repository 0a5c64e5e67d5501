"""What shares, growth rates, ranks and stakes are of."""

from __future__ import annotations

import re
from dataclasses import replace

from orefield.evidence.meaning.subjects import Subjects
from orefield.evidence.names.demonyms import place_of_demonym
from orefield.evidence.periods import Period
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Stage
from orefield.evidence.words import attributes as words_of
from orefield.evidence.words.commodities import commodity_of, spoken
from orefield.evidence.words.shares import Side, share_sides

NATION = "?nation"
"""The country that a text speaks of, until its neighbours tell which."""

_COMPANY_KINDS = frozenset({"company", "group", "agency"})


def sides_of(
    statement: Statement, phrase: str, counterpart: str, subjects: Subjects, period: Period
) -> Statement:
    """The statement with the topics that its fraction or rank relates."""
    if statement.topic.quantity is Quantity.SHARE:
        return _share(statement, phrase, counterpart, subjects)
    if statement.topic.quantity is Quantity.GROWTH:
        return _growth(statement, phrase, period)
    return _rank(statement, phrase, counterpart, subjects)


def _share(statement: Statement, phrase: str, counterpart: str, subjects: Subjects) -> Statement:
    sides = share_sides(
        f"{phrase}" if "%" not in statement.shown else phrase, statement.topic.stage
    )
    if sides is None and statement.words:
        sides = share_sides(statement.words, statement.topic.stage)
    if sides is None:
        return statement
    part, whole = sides
    commodity = statement.topic.commodity
    own = statement.topic.entity
    entity = _scope(whole, own, statement.subject, counterpart, subjects)
    part_topic = Topic(own, part.quantity, part.commodity or commodity, part.stage)
    whole_topic = Topic(entity, whole.quantity, whole.commodity or commodity, whole.stage)
    if part_topic == whole_topic:
        return statement
    return replace(statement, part=part_topic, whole=whole_topic)


def _scope(whole: Side, own: str, subject: str, counterpart: str, subjects: Subjects) -> str:
    if counterpart:
        return subjects.who(counterpart).entity
    if whole.scope == "world":
        return subjects.who("World").entity
    if whole.scope == "nation":
        named = [subjects.country_of(e) for e in subjects.mentioned(subject)]
        return subjects.country_of(own) or next((c for c in named if c), NATION)
    named = [e for e in subjects.mentioned(whole.scope) if e != own]
    if named:
        return named[0]
    for word in whole.scope.split():
        place = place_of_demonym(word, subjects.entities) if word[:1].isupper() else None
        if place is not None and place.id != own:
            return place.id  # "Argentine lithium output"
    return own


def _growth(statement: Statement, phrase: str, period: Period) -> Statement:
    quantity = words_of.mass_quantity(phrase, "t/y", Basis.NONE)
    topic = statement.topic
    about = f"{phrase} {statement.subject}"
    if quantity is Quantity.OTHER and re.search(
        r"(?i)value[- ]added|gdp|trade|revenue|profit|sales|investment|增加值|利润|营收", about
    ):
        part = replace(topic, quantity=Quantity.MONEY)
    elif re.search(r"(?i)\bprice|价格", phrase):
        part = replace(topic, quantity=Quantity.PRICE)
    elif quantity in {Quantity.OTHER, Quantity.RESOURCE_ADDED}:
        resource = re.search(r"(?i)resource|reserve|储量|资源", phrase)
        part = replace(topic, quantity=Quantity.RESOURCE if resource else Quantity.PRODUCTION)
    else:
        part = replace(topic, quantity=quantity)
    base, first = period.base_year, period.first_year
    if base is None and first is not None:
        base = first - 1
    return replace(statement, part=part, base_year=base)


def _rank(statement: Statement, phrase: str, counterpart: str, subjects: Subjects) -> Statement:
    words = f"{phrase} {statement.words}"
    if re.search(r"(?i)altitude|elevation|highest|deepest|oldest|海拔", words):
        return replace(statement, topic=replace(statement.topic, quantity=Quantity.OTHER))
    quantity = words_of.mass_quantity(
        re.sub(r"(?i)\brank\w*|largest|biggest", " ", words), "t", Basis.NONE
    )
    if quantity is Quantity.OTHER:
        quantity = Quantity.PRODUCTION
    commodity = statement.topic.commodity or commodity_of(statement.words)
    part = Topic(statement.topic.entity, quantity, commodity, words_of.stage_of(words))
    if part.stage is Stage.NONE:
        part = replace(part, stage=statement.topic.stage)
    own = statement.topic.entity
    scope = counterpart and subjects.who(counterpart).entity
    if not scope:
        if re.search(r"(?i)\bworld|global|全球|世界", words):
            scope = subjects.who("World").entity
        else:
            named = [e for e in subjects.mentioned(words) if e != own]
            scope = named[0] if named else subjects.country_of(own)
            if scope == own:
                scope = subjects.who("World").entity
    return replace(statement, part=part, counterpart=scope)


_OWNER = (
    re.compile(r"(?:held|owned|controlled) by (?:the )?(?P<who>.+)", re.IGNORECASE),
    re.compile(
        r"(?:share|stake|interest|equity|holding|shareholding|ownership)s?"
        r"(?: share| stake| interest)?"
        r"\s*(?:of|,|:|-|–|—)\s*(?:the )?(?P<who>.+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:owner|partner|shareholder)s?\s*(?:,|:|-|–|—)\s*(?P<who>.+)", re.IGNORECASE),
    re.compile(
        r"(?P<who>.+?)(?:'s|’s)?\s+(?:\w+ )?"
        r"(?:stake|interest|share|equity|holding|shareholding)s?\b",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<who>.+?)(?:的)?(?:持股|股权|股份|权益)"),
)
_AFTER_OWNER = re.compile(
    r"\s*[(（,;].*$|\s+(?:after|before|since|as of|in|from|on|at|following|per cent|%)\b.*$",
    re.IGNORECASE,
)


def _owner_named(words: str) -> str:
    """The owner that a phrase names as such, known or not: "stake of the state holding"."""
    for pattern in _OWNER:
        match = pattern.search(words)
        if match:
            who = _AFTER_OWNER.sub("", match["who"].strip()).strip(" .'\"")
            if who and not re.fullmatch(r"(?i)ownership|equity|direct|total|the|its|of", who):
                return who
    return ""


def counterpart_of(
    statement: Statement, counterpart: str, paraphrase: str, subjects: Subjects
) -> Statement:
    """An ownership with its owner; a company's stake in a site is told of the site."""
    own = statement.topic.entity
    other = subjects.who(counterpart).entity if counterpart else ""
    words = spoken(statement.attribute)
    if not other:
        named = [e for e in subjects.mentioned(words) if e != own]
        other = named[0] if len(named) == 1 else ""
    if not other and (owner := _owner_named(words)):
        other = subjects.who(owner, kind="company").entity
    if not other:
        named = [e for e in subjects.mentioned(paraphrase) if e != own]
        other = named[0] if named else ""
    if not other:
        return statement
    if other.startswith("?") and not other.endswith(" company"):
        other = f"{other} company"  # a mine is not its owner of the same name
    stake_in = re.search(
        r"(?i)\b(?:stake|interest|share|equity|holding|ownership) (?:held )?(?:in|of)\b",
        statement.attribute,
    )
    entities = subjects.entities
    kinds = tuple(entities[e].kind if e in entities else "" for e in (own, other))
    own_is_company, other_is_company = (k in _COMPANY_KINDS for k in kinds)
    # who is named as an owner and is not known is an owner: "ownership, public"
    other_is_company = other_is_company or other.startswith("?")
    if own_is_company and (not other_is_company or stake_in):
        topic = replace(statement.topic, entity=other)
        return replace(statement, topic=topic, counterpart=own)
    return replace(statement, counterpart=other)
