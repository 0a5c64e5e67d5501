"""What other texts and national accounts allow for a topic, year by year."""

from __future__ import annotations

import math
from dataclasses import dataclass

from orefield.evidence.corpus import Corpus
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    WINDOW_Y,
    apart,
    bounds,
    is_computed,
    is_partial,
    is_planned,
    levels,
    one_basis,
    report_year,
    years,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class YearEvidence:
    """What other statements allow for a topic in one year, and how that was worked out."""

    interval: Interval
    members: tuple[Statement, ...]
    words: str


def by_year(
    corpus: Corpus, s: Statement, known: Statement, topic: Topic, old: frozenset[str]
) -> dict[int, YearEvidence]:
    """Evidence on a topic for each year that the share may speak of, from other texts."""
    window = _window(corpus, s, known)
    grouped: dict[int, list[Statement]] = {}
    accounts = {}
    if topic.quantity is Quantity.USE:
        accounts = _accounts(corpus, topic, window, old, known)
    for level in levels(corpus, topic):
        spoken = years(level)
        if spoken is None or len(spoken) != 1 or spoken[0] not in window or level.id in old:
            continue
        # reference evidence on use is often of one end use: the account is of all
        if level.background and accounts:
            continue
        if _usable(level, known) and one_basis(level, known):
            grouped.setdefault(spoken[0], []).append(level)
    return accounts | {year: _direct(found) for year, found in grouped.items()}


def _usable(level: Statement, known: Statement) -> bool:
    return (
        level.unit == known.unit
        and not is_computed(level)
        and not is_partial(level)
        and is_planned(level) == is_planned(known)
    )


def _window(corpus: Corpus, s: Statement, known: Statement) -> range:
    spoken = years(s) or years(known)
    if spoken is not None:
        return spoken
    told = report_year(corpus, s)
    return range(told - WINDOW_Y, told + 1) if told is not None else range(10_000)


def _direct(found: list[Statement]) -> YearEvidence:
    hull = _hull(found)
    assert hull is not None
    words = f"{found[0].topic.quantity} is given as {amount(hull, found[0].unit)}"
    return YearEvidence(hull, tuple(found), words)


def _hull(found: list[Statement]) -> Interval | None:
    hull: Interval | None = None
    for s in found:
        own = bounds(s)
        if own is not None:
            hull = own if hull is None else hull.hull(own)
    return hull


def fitting_years(
    corpus: Corpus, known: Statement, level: Interval, evidence: dict[int, YearEvidence]
) -> set[int]:
    """Years in which the known level itself is near what others say of it; all if unsaid."""
    said: dict[int, list[Statement]] = {}
    for other in levels(corpus, known.topic):
        spoken = years(other)
        if other.id != known.id and spoken is not None and len(spoken) == 1:
            said.setdefault(spoken[0], []).append(other)
    fits = set()
    for year in evidence:
        hull = _hull(said.get(year, []))
        if hull is None or apart(level, hull.scaled(BACKGROUND_TOLERANCE)) == 0.0:
            fits.add(year)
    return fits


def _accounts(
    corpus: Corpus, topic: Topic, window: range, old: frozenset[str], known: Statement
) -> dict[int, YearEvidence]:
    """Use of refined metal = refined production + imports - exports - change of stocks.

    Without exports refined output bounds nothing: a country may export it all. Imports that
    are not known leave a lower bound; changes of stocks are taken to be within the tolerance.
    """
    terms: dict[Quantity, dict[int, list[Statement]]] = {}
    for quantity in (Quantity.PRODUCTION, Quantity.IMPORTS, Quantity.EXPORTS):
        by_year = terms.setdefault(quantity, {})
        asked = Topic(topic.entity, quantity, topic.commodity, Stage.REFINED)
        for level in levels(corpus, asked):
            spoken = years(level)
            if spoken is None or len(spoken) != 1 or spoken[0] not in window or level.id in old:
                continue
            if _usable(level, known):
                by_year.setdefault(spoken[0], []).append(level)
    whole_accounts = terms[Quantity.PRODUCTION].keys() & terms[Quantity.EXPORTS].keys()
    importer = () if whole_accounts else _largest_importer(corpus, topic)
    out = {}
    for year, made in terms[Quantity.PRODUCTION].items():
        sold = terms[Quantity.EXPORTS].get(year, [])
        bought = terms[Quantity.IMPORTS].get(year, [])
        if not sold and not importer:
            continue
        made_is, sold_is, bought_is = _hull(made), _hull(sold), _hull(bought)
        assert made_is is not None
        words = f"refined production is {amount(made_is, known.unit)}"
        if sold_is is None:
            # the largest importer of a metal does not ship out more than comes in
            use = Interval(made_is.low, math.inf)
            words += " in a country called the largest importer"
        else:
            inflow = bought_is or Interval(0.0, math.inf)
            use = total([made_is, inflow, -sold_is])
            words += f", exports {amount(sold_is, known.unit)}"
            if bought_is is not None:
                words += f", imports {amount(bought_is, known.unit)}"
        use = Interval(max(use.low, 0.0), max(use.high, 0.0))
        words += f", so use is {amount(use, known.unit)}"
        said = (*made, *bought, *sold, *(importer if sold_is is None else ()))
        out[year] = YearEvidence(use, said, words)
    return out


def _largest_importer(corpus: Corpus, topic: Topic) -> tuple[Statement, ...]:
    return tuple(
        s
        for s in corpus.of_quantity(Quantity.RANK)
        if s.entity == topic.entity
        and s.part is not None
        and s.part.quantity is Quantity.IMPORTS
        and s.part.commodity == topic.commodity
        and s.low == 1.0
        and s.high == 1.0
    )[:1]
