"""Makes a candidate of a figure that was read: unit, period, basis, counterpart and the rest."""

from __future__ import annotations

import re
from dataclasses import replace

from orefield.evidence.extract import senses
from orefield.evidence.extract.attributes import attribute_of, falls
from orefield.evidence.extract.candidate import Candidate, Locator
from orefield.evidence.extract.canonical import canonical
from orefield.evidence.extract.counterparts import counterpart_of, noun_phrase
from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.goods import spoken_name
from orefield.evidence.extract.scene import Reading, Scene
from orefield.evidence.words.commodities import ORES

_ANNUAL = re.compile(
    r"\b(?:annual|annually|yearly|per year|a year|each year|per annum)\b|"
    r"每年|年均产|(?<![0-9全当本今去半])年(?:产|处理|采选|运|生产|加工)",
    re.IGNORECASE,
)
_ANNUAL_BEHIND = re.compile(r"[^.;,0-9]{0,30}\bannually\b")
_DAILY = re.compile(r"\b(?:daily|per day|a day)\b|日处理|日产|日均|每日|每天|日选", re.IGNORECASE)
_YEARLY_GROWTH = re.compile(r"年均|annual(?:ly)? (?:average|growth)|average annual|CAGR|a year\s*$")
_YEARLY_BEHIND = re.compile(r"\s(?:a year|per year|annually|per annum)\b")
_DIFFERENCE = re.compile(
    r"\s(?:of [a-z]+ )?(?:lower|higher|less|more|below|above|fewer)\s(?:than|quarter|year|the)\b"
)
_RESTATED = re.compile(r"\s?[(（](?:about |or |约)?")
_PRICED = re.compile(r"(?:[A-Z]?[a-z]+\s)?[Pp]rices?\b")
_PRICE_NOUN = re.compile(
    r"\b(?:prices?|tariffs?|charges?|premiums?|fees?|TC/RCs?|royalt\w+|contracts?)\b|价|费|合约|期[铜铝锌镍]"
)
_BARE_PRICE = re.compile(
    r"(?:(?:the|an?|average|mean|spot|realised|realized|benchmark|cash|contracts?|premiums?|prices?|"
    r"discounts?|charges?|futures|over|of|for|three|months?|its|and|most-active|treatment|cargo(?:es)?)\s?)+"
    r"|.{0,6}(?:均价|价格|报价|合约)[约为]*",
    re.IGNORECASE,
)
_NO_MASS = re.compile(
    r"\b(?:shares?|stock|barrels?|kWh|MWh|hours?|households?|each|rand|unit|tolls?|wages?)\b|股",
    re.IGNORECASE,
)
_QUOTED_PER = {"au": "oz", "ag": "oz", "pt": "oz", "pd": "oz", "u": "lb", "mo": "lb", "v": "lb"}
"""Mass by which a commodity is quoted in dollars, where it is not the tonne."""
_TONNES_MEANT = frozenset(
    {"production", "reserve", "resource", "exports", "imports", "demand", "sales", "capacity"}
)
_GUESSES = frozenset(
    {
        "subject of what is before",
        "who says it",
        "named behind it",
        "noun phrase that the clause opens with",
    }
)


def compose(
    scene: Scene, readings: list[Reading], index: int, last_commodity: str
) -> Candidate | None:
    """The candidate of figure ``index`` of a sentence; None for a figure that states nothing.

    ``last_commodity`` is what the text spoke of last, for a mass whose sentence names none.
    """
    reading = readings[index]
    figure = _meant(scene, reading, index)
    if figure is None:
        return None
    text, clause = scene.text, reading.clause
    attribute = reading.attribute
    growth = attribute == "growth" and figure.kind in {"fraction", "points"}
    if growth and falls(text, figure, clause):
        low, high = figure.low, figure.high
        figure = replace(
            figure, low=None if high is None else -high, high=None if low is None else -low
        )
    figure = _with_rate(scene, figure, reading, scene.before(index))
    low, high, unit = canonical(figure)
    at, after = (figure.start, figure.end), scene.after(index)
    near_end = min(clause[1] + 10, after, figure.end + 40)
    near = text[max(clause[0], figure.start - 60) : near_end]
    period = scene.calendar.of(at, clause, scene.span, scene.before(index), after)
    mass = figure.kind == "mass"
    carried = last_commodity if figure.kind in {"mass", "grade", "price"} else ""
    commodity = reading.commodity or carried
    counterpart = counterpart_of(scene, reading)
    subject, entities, confidence, why = _subject(scene, reading, last_commodity)
    if growth:
        attribute = _grown(scene, index, readings)
    elif attribute and figure.kind != "length" and _DIFFERENCE.match(text, figure.end):
        attribute, counterpart = "difference", attribute  # no level: it must not pass for one
    confidence -= 0.1 * len(figure.reasons) + (0.0 if attribute else 0.3)
    staged = mass or reading.attribute in {"share", "growth"}
    rated = reading.attribute in {"recovery", "recycling rate"}
    return Candidate(
        value_low=low,
        value_high=high,
        unit=unit,
        written=" ".join(text[figure.start : figure.end].split()),
        qualifier=figure.hedge,
        subject=subject,
        attribute=_label(attribute, reading.commodity, figure),
        locator=Locator(figure.start, figure.end, *clause),
        multiplier=figure.multiplier,
        outlook=senses.outlook_of(
            text, max(scene.span[0], clause[0] - 60), _outlook_end(figure, clause), at
        ),
        period=period.text,
        first_year=period.first_year,
        last_year=period.last_year,
        entities=entities,
        commodity=commodity,
        basis=_basis(text, at, clause, after, commodity) if mass else "",
        stage=senses.stage_of(near, text[slice(*scene.span)], reading.attribute) if staged else "",
        resource_class=senses.class_of(near) if mass or figure.kind == "grade" else "",
        rate_type=senses.rate_of(near) if rated else "",
        counterpart=counterpart,
        confidence=round(max(0.1, confidence), 2),
        reasons=(*why, *reading.reasons, *figure.reasons),
    )


def _meant(scene: Scene, reading: Reading, index: int) -> Figure | None:
    """The figure as it is meant; None for a span of time, a second unit in brackets, ..."""
    figure, attribute = reading.figure, reading.attribute
    if figure.kind == "time":
        days = attribute == "operating days" and figure.symbol == "d"
        return figure if attribute == "mine life" or days else None
    if figure.kind in {"length", "ratio"} and not attribute:
        return None
    if figure.kind == "money" and not figure.multiplier and _is_price(scene, reading):
        figure = _per_mass(scene, reading, index)
    if index and _restates(scene.text, scene.figures[index - 1], figure):
        return None
    if figure.kind != "bare":
        return figure
    if attribute not in _TONNES_MEANT:
        return None
    reasons = (*figure.reasons, "tonnes assumed: no unit is given")
    return replace(figure, symbol="t", kind="mass", reasons=reasons)


def _outlook_end(figure: Figure, clause: tuple[int, int]) -> int:
    """How far behind a figure its outlook is looked for: those counted may plan another thing."""
    return figure.end if figure.kind == "count" else clause[1]


def _is_price(scene: Scene, reading: Reading) -> bool:
    """Whether a bare sum is the price of a commodity: what is bought by the share is none."""
    named = reading.attached is not None and reading.attached.anchor.kind == "price"
    window = scene.text[max(scene.span[0], reading.figure.start - 60) : reading.figure.end + 40]
    return (named or reading.attribute == "price") and not _NO_MASS.search(window)


def _per_mass(scene: Scene, reading: Reading, index: int) -> Figure:
    """A bare price, per the mass that prices beside it are of, else that its market quotes."""
    figure = reading.figure
    for other in (*reversed(scene.figures[:index]), *scene.figures[index + 1 :]):
        if other.kind == "price" and other.symbol.startswith(f"{figure.symbol}/"):
            why = "unit of the price beside it"
            reasons = (*figure.reasons, why)
            return replace(figure, symbol=other.symbol, kind="price", reasons=reasons)
    commodity = reading.commodity or scene.goods.last_before(figure.start)
    if not commodity or figure.symbol != "USD":
        return figure
    per = _QUOTED_PER.get(commodity, "t")
    reasons = (*figure.reasons, f"per {per} assumed: the unit that its market quotes")
    return replace(figure, symbol=f"USD/{per}", kind="price", reasons=reasons)


def _restates(text: str, first: Figure, second: Figure) -> bool:
    """Whether a figure in brackets is the one before in another unit: "38 hectares (94 acres)"."""
    if (first.kind, first.symbol) != (second.kind, second.symbol) or first.kind == "fraction":
        return False
    if not _RESTATED.fullmatch(text[first.end : second.start]):
        return False
    return first.size > 0 and abs(second.size / first.size - 1.0) < 0.03


def _with_rate(scene: Scene, figure: Figure, reading: Reading, before: int) -> Figure:
    """A figure with the rate that its clause gives: "annual output of 10 million tons"."""
    if figure.rate or figure.kind not in {"mass", "fraction"}:
        return figure
    text = scene.text
    window = text[max(reading.clause[0], figure.start - 50, before) : figure.start]
    if figure.kind == "fraction":
        annual = _YEARLY_GROWTH.search(window) or _YEARLY_BEHIND.match(text, figure.end)
        return replace(figure, rate="/y") if reading.attribute == "growth" and annual else figure
    if _ANNUAL.search(window) or _ANNUAL_BEHIND.match(text, figure.end, figure.end + 45):
        return replace(figure, rate="/y")
    return replace(figure, rate="/d") if _DAILY.search(window) else figure


def _basis(
    text: str, at: tuple[int, int], clause: tuple[int, int], after: int, commodity: str
) -> str:
    found = senses.basis_of(text, at, clause, after)
    # tonnes of bauxite are tonnes of ore, whatever else is said
    return "ore" if found == "missing" and commodity in ORES else found


def _grown(scene: Scene, index: int, readings: list[Reading]) -> str:
    """Name of a growth: of what the sentence measures beside it."""
    order = sorted(range(len(readings)), key=lambda i: (abs(i - index), i > index))
    for other in order:
        reading = readings[other]
        whole = reading.figure.kind in {"mass", "money", "price"}
        if other != index and whole and reading.attribute:
            return f"{reading.attribute} growth"
    probe = replace(readings[index].figure, kind="mass")
    base, _ = attribute_of(scene.text, probe, readings[index].clause, scene.span, scene.span[0])
    return f"{base} growth" if base and base != "growth" else "growth"


def _subject(
    scene: Scene, reading: Reading, last_commodity: str
) -> tuple[str, tuple[str, ...], float, tuple[str, ...]]:
    """Subject, entities, confidence and why."""
    attached, text = reading.attached, scene.text
    if attached is not None and attached.anchor.kind != "price":
        anchor, sure = attached.anchor, 0.75 if attached.rule in _GUESSES else 0.9
        return anchor.name, anchor.entities, sure, (f"subject: {attached.rule}",)
    phrase = noun_phrase(text[reading.clause[0] : reading.figure.start])
    priced = attached is not None or reading.figure.kind == "price"
    if priced or reading.attribute == "price" or _PRICED.match(text, scene.span[0]):
        words = attached.anchor.name if attached is not None else phrase
        if _PRICE_NOUN.search(words) and not _BARE_PRICE.fullmatch(words):
            return words, (), 0.7, ("a price has no owner: the noun phrase as written",)
        named = reading.commodity or last_commodity or scene.goods.main()
        if named:
            return scene.goods.price_of(named), (), 0.7, ("a price has no owner: the commodity",)
        phrase = attached.anchor.name if attached is not None else phrase
        return phrase or "price", (), 0.7, ("a price has no owner: the noun phrase as written",)
    why = ("nobody named: the noun phrase as written",)
    return phrase or reading.figure.noun, (), 0.5, why


def _label(attribute: str, commodity: str, figure: Figure) -> str:
    named = commodity and figure.kind in {"mass", "price", "grade"} and attribute
    if attribute == "difference":
        return attribute
    return f"{spoken_name(commodity)} {attribute}" if named else attribute
