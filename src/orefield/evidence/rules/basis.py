"""Masses of ore, concentrate or scrap that do not say of what they are the mass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.pairing import UNKNOWN_BASIS, bounds, containers
from orefield.evidence.rules.reading import named, told
from orefield.evidence.rules.rule import Rule
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Stage

_NAME = "basis-missing"
_ASKED = re.compile(
    r"basis (?:is )?(?:missing|not (?:stated|given|said)|unstated|unclear|unknown)"
    r"|gross or contained|(?:口径|基准)(?:不明|未注明)",
    re.IGNORECASE,
)
_MASSES = frozenset(
    {
        Quantity.PRODUCTION,
        Quantity.CAPACITY,
        Quantity.RESOURCE,
        Quantity.RESOURCE_ADDED,
        Quantity.IMPORTS,
        Quantity.EXPORTS,
        Quantity.STOCK,
    }
)
_UNITS = frozenset({"t", "t/y", "t/d"})

# of these the metal and the mass traded are one: cathode, ingot, pipe
_METAL_STAGES = frozenset({Stage.SMELTER, Stage.REFINED, Stage.SEMIS, Stage.USE})

_AS_MINED = frozenset(
    {
        "bauxite", "alumina", "coal", "graphite", "potash", "phosphate", "fluorite", "diamond",
        "steel", "recycled", "nonferrous", "ten_nonferrous", "fe", "iron ore", "mn", "cr",
    }
)  # fmt: skip
"""Commodities counted by the mass of the mineral or product itself by the habit of the trade."""


def _missing(corpus: Corpus) -> Iterator[Finding]:
    masses = [s for s in corpus.statements if _matters(s)]
    on = Counter((s.entity, s.topic.commodity) for s in masses)
    above = {entity: containers(corpus, entity) for entity in {s.entity for s in masses}}
    below = Counter((e, s.topic.commodity) for s in masses for e in above[s.entity])
    mixed = {(s.source, s.topic.commodity) for s in masses if s.basis is Basis.CONCENTRATE_GROSS}
    for s in masses:
        key = (s.entity, s.topic.commodity)
        company = on[key] > 1 or below[key] > 0
        # a corpus that notes "basis missing" asks for it, whether or not anything stands beside
        asked = not s.background and _ASKED.search(f"{s.attribute} {s.shown} {s.words}") is not None
        if not (company or asked) and not any(on[e, key[1]] for e in above[s.entity]):
            continue
        if s.basis in UNKNOWN_BASIS:
            why = "does not say whether it is ore, concentrate as weighed or metal contained"
        elif "basis" in s.inferred:
            # copper told in tonnes is copper, unless its text tells concentrate in tonnes too
            if (s.source, s.topic.commodity) not in mixed:
                continue
            why = f"is taken as {s.basis.value.replace('_', ' ')}, which it does not say itself"
        else:
            text = f"{named(s)} says what it is the mass of: {s.basis.value.replace('_', ' ')}."
            yield from told(_NAME, Verdict.PASS, [s], text)
            continue
        text = (
            f"{named(s)} {why}; other statements are compared with it, and gross and contained "
            "tonnes of a concentrate differ by a factor of about four, of an ore by a hundred."
        )
        yield from told(_NAME, Verdict.INSUFFICIENT, [s], text, relied=("basis",))


def _matters(s: Statement) -> bool:
    topic = s.topic
    return (
        topic.quantity in _MASSES
        and topic.stage not in _METAL_STAGES
        and s.unit in _UNITS
        and bool(topic.commodity)
        and topic.commodity.casefold() not in _AS_MINED
        and bounds(s) is not None
    )


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "A mass of ore, concentrate or scrap that others are compared with names its basis.",
        _missing,
    ),
)
