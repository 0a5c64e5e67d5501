"""Metal in a concentrate that is told as weighed, at the grade that its own words state."""

from __future__ import annotations

import re
from dataclasses import replace

from orefield.evidence.corpus import Corpus
from orefield.evidence.interval import Interval
from orefield.evidence.rules._sites import is_ore_grade
from orefield.evidence.rules._values import allowed
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis
from orefield.evidence.words._mass_units import as_metal
from orefield.evidence.words.commodities import ELEMENT_OF

_STATED = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(?P<high>\d+(?:\.\d+)?))?"
    r"\s*(?:%|pct|per ?cent)\s*(?:of |grade )?"
    r"(?P<of>WO3|Li2O|U3O8|V2O5|SnO2|Cu|Zn|Pb|Ni|Sn|Mo|Sb|Co|Li|W|U|V)"
    r"(?![A-Za-z0-9])",
)
_SPODUMENE = re.compile(r"\bSC ?(?P<grade>[4-7](?:\.\d)?)\b")
_SN_IN_SNO2 = 118.71 / 150.71
_PURE = 0.99


def metal_of_concentrate(corpus: Corpus, gross: Statement) -> Statement | None:
    """The metal of a concentrate, as a statement of contained metal with the same id.

    The grade is the one that its attribute or unit states ("65 % WO3", "SC6"), else of a figure
    of the site's concentrate. None where no grade is stated: a usual one proves nothing; and
    where the figure has no sound number.
    """
    commodity = ELEMENT_OF.get(gross.topic.commodity, gross.topic.commodity)
    grade = product_grade(gross) or _of_site(corpus, gross, commodity)
    if grade is None or allowed(gross) is None or gross.low is None:
        return None
    high = gross.low if gross.high is None else gross.high
    return replace(
        gross,
        topic=replace(gross.topic, commodity=commodity),
        basis=Basis.CONTAINED,
        low=gross.low * grade.low,
        high=high * grade.high,
        rounding=gross.rounding * grade.high,
    )


def product_grade(s: Statement) -> Interval | None:
    """Metal in a product (fraction) as its attribute or unit states it; None where they do not."""
    text = f"{s.attribute} {s.shown}"
    found = _STATED.search(text)
    if found is not None:
        share = _SN_IN_SNO2 if found["of"] == "SnO2" else as_metal(found["of"])
        low = float(found["low"]) / 100.0 * share
        high = float(found["high"] or found["low"]) / 100.0 * share
        return Interval(low, high) if 0.0 < low <= high < _PURE else None
    spodumene = _SPODUMENE.search(text)
    if spodumene is not None:
        return Interval.point(float(spodumene["grade"]) / 100.0 * as_metal("Li2O"))
    return None


def _of_site(corpus: Corpus, gross: Statement, commodity: str) -> Interval | None:
    for s in corpus.of_entity(gross.entity):
        if s.topic.quantity is not Quantity.GRADE or s.unit != "1" or is_ore_grade(s):
            continue
        product = re.search(r"concentrate|product|精矿", s.attribute, re.IGNORECASE)
        span = allowed(s)
        if product and s.topic.commodity in {commodity, ""} and span is not None and span.low > 0.0:
            return span
    return None
