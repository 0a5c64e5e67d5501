"""Which figures of a text are parts or other sides of one that it gives whole.

"Rare earth mining quota" stands beside "rare earth mining quota, first batch" and "..., ionic
clay": the longer attributes name parts that no lexicon lists. A figure is such a facet when its
attribute has all the telling words of a larger figure's, and more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.words.content import content_words

_ADDED = frozenset(
    {
        Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.THROUGHPUT, Quantity.USE,
        Quantity.IMPORTS, Quantity.EXPORTS, Quantity.STOCK,
    }
)  # fmt: skip
_TOLD = re.compile(
    r"as|first|published|revised?|revision|prelim\w*|provisional|final|estimate[ds]?|survey|"
    r"according|press|letter|table|page|text|caption|annex|summary|headline|release|report|"
    r"paragraph|statement|slide|presentation|website|wire|by|from|on|with|and|or|its|an?|to|"
    r"chairman\w*|ceo|minister|ministry|bureau|rounded|line|claim(?:ed)?|quoted|printed|said|"
    r"basis|missing|unstated|gross|cu|metric|tonnes?|content|implied|derived|\d+"
)
"""Words of who tells a figure, and where: they make no part of it."""


def with_facets(statements: Sequence[Statement]) -> list[Statement]:
    """Statements with the words that make each a facet of a larger figure of its text.

    Parameters
    ----------
    statements : sequence of Statement
        Of one corpus, typed.
    """
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in statements:
        if s.topic.quantity in _ADDED and s.value is not None and not s.counterpart:
            time = (s.first_year, s.last_year, s.part_of_year)
            groups[s.source, s.topic.entity, s.topic.quantity, s.unit, time].append(s)
    facets: dict[str, frozenset[str]] = {}
    for group in groups.values():
        if len(group) > 1:
            for s in group:
                facet = _facet(s, group)
                if facet:
                    facets[s.id] = facet
    return [replace(s, facet=facets[s.id]) if s.id in facets else s for s in statements]


def _facet(s: Statement, group: Sequence[Statement]) -> frozenset[str]:
    own = content_words(s.attribute)
    # what any figure in the same words is above is no part of it
    most = max((o.value or 0.0 for o in group if content_words(o.attribute) == own), default=0.0)
    wholes = [
        other
        for other in group
        if other.id != s.id
        and other.topic.commodity == s.topic.commodity
        and content_words(other.attribute) < own
        and (other.value or 0.0) > most
    ]
    if not wholes:
        return frozenset()
    nearest = max(wholes, key=lambda other: len(content_words(other.attribute)))
    more = own - content_words(nearest.attribute)
    return frozenset(w for w in more if not _TOLD.fullmatch(w)) and more
