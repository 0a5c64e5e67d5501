"""Own output above own use, and yet more brought in than sent out."""

from __future__ import annotations

from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.pairing import bounds, conclude, is_computed, is_planned, one_time
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage

_NAME = "document-logic"
_COVERED = 1.03
"""From here on own output leaves something over, whatever stocks take."""


def net_importers_above_need(corpus: Corpus, old: frozenset[str]) -> Iterator[Finding]:
    """Hold a share of own use covered above 100 % against net imports of the same metal."""
    for share in corpus.of_quantity(Quantity.SHARE):
        covered, part, whole = bounds(share), share.part, share.whole
        if covered is None or part is None or whole is None or share.id in old:
            continue
        own = part.entity == whole.entity and part.commodity == whole.commodity
        output = part.quantity is Quantity.PRODUCTION and whole.quantity is Quantity.USE
        if not (own and output) or covered.low < _COVERED or is_planned(share):
            continue
        for other in corpus.of_entity(part.entity):
            if other.id in old or is_computed(other) or is_planned(other):
                continue
            found = _against(share, other)
            if found is not None:
                yield found


def _against(share: Statement, other: Statement) -> Finding | None:
    assert share.part is not None
    stages = {share.part.stage, other.topic.stage}
    alike = other.topic.commodity == share.part.commodity
    alike = alike and (len(stages) == 1 or Stage.NONE in stages)
    if not alike or not one_time(share, other):
        return None
    span = bounds(other)
    if other.topic.quantity is Quantity.NET_IMPORTS:
        if span is None or span.low <= 0.0:
            return None
        said = f"net imports are {amount(span, other.unit)}"
    elif other.topic.quantity is Quantity.FLAG and other.flag in {"net_importer", "importer"}:
        if span is not None and span.low <= 0.5:
            return None
        said = "it is called a net importer"
    else:
        return None
    covered = bounds(share)
    assert covered is not None
    text = (
        f"{share.subject}: own output covers {amount(covered, '1')} of own use, and {said}: what "
        "is over cannot be brought in as well."
    )
    return conclude(_NAME, Verdict.VIOLATE, [share, other], text, covered.low - 1.0, "1")
