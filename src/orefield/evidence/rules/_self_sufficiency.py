"""Own output above own use, and yet more brought in than sent out."""

from __future__ import annotations

from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import named_part
from orefield.evidence.rules.pairing import (
    bounds,
    conclude,
    exact,
    is_computed,
    is_planned,
    one_basis,
    one_time,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage

_NAME = "document-logic"
_FEW = 4
"""Figures of one year that are looked at."""

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


def shares_of_need(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Own and imported shares of one need make up all of it, and no more but for exports."""
    shares: dict[object, dict[Quantity, Statement]] = {}
    for s in corpus.of_quantity(Quantity.SHARE):
        part, whole, span = s.part, s.whole, bounds(s)
        if part is None or whole is None or span is None or s.id in old or s.background:
            continue
        of_need = whole.quantity is Quantity.USE and part.entity == whole.entity
        if of_need and part.quantity in {Quantity.PRODUCTION, Quantity.IMPORTS}:
            when = s.first_year if s.first_year is not None else s.source
            key = (whole.entity, whole.commodity, when, is_planned(s))
            shares.setdefault(key, {}).setdefault(part.quantity, s)
    for found in shares.values():
        own, foreign = found.get(Quantity.PRODUCTION), found.get(Quantity.IMPORTS)
        if own is None or foreign is None:
            continue
        a, b = bounds(own), bounds(foreign)
        assert a is not None
        assert b is not None
        over = a.low + b.low - _COVERED
        text = (
            f"{amount(exact(own) or a, '1')} of {own.subject}'s need is covered by own output and "
            f"{amount(exact(foreign) or b, '1')} by imports"
        )
        verdict = Verdict.PASS
        if over > 0.0:
            text += ": more than all of it"
            verdict = Verdict.VIOLATE if own.source == foreign.source else Verdict.TIE
        made = conclude(name, verdict, [own, foreign], f"{text}.", max(over, 0.0), "1")
        if made is not None:
            yield made


def uncovered_imports(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Hold a share of use that own output covers against what is brought in.

    Output P being a share d of use makes use P / d. With imports M, what is sent out or stocked
    is P + M - P / d, which cannot well be more than all that is made at home: imported goods
    would leave again.
    """
    for share in corpus.of_quantity(Quantity.SHARE):
        part, whole, covered = share.part, share.whole, bounds(share)
        if covered is None or part is None or whole is None or share.id in old:
            continue
        output = part.quantity is Quantity.PRODUCTION and whole.quantity is Quantity.USE
        if not output or part.entity != whole.entity or covered.low <= 0.0 or is_planned(share):
            continue
        near = [
            s
            for s in corpus.of_entity(part.entity)
            if s.topic.commodity == part.commodity
            and s.id not in old
            and bounds(s) is not None
            and not (is_computed(s) or is_planned(s) or s.counterpart or s.facet)
            and one_time(share, s)
            and not named_part(s)
        ]
        made = [s for s in near if s.topic.quantity is Quantity.PRODUCTION]
        made = [s for s in made if part.stage in (s.topic.stage, Stage.NONE)]
        bought = [s for s in near if s.topic.quantity is Quantity.IMPORTS]
        for own in made[:_FEW]:
            for inflow in bought[:_FEW]:
                one_stage = own.topic.stage is inflow.topic.stage
                if one_stage and own.unit == inflow.unit and one_basis(own, inflow):
                    found = _outflow(name, share, own, inflow)
                    if found is not None:
                        yield found


def _outflow(name: str, share: Statement, own: Statement, inflow: Statement) -> Finding | None:
    covered, made, bought = bounds(share), bounds(own), bounds(inflow)
    assert covered is not None
    assert made is not None
    assert bought is not None
    most_use = made.high / covered.low
    over = bought.low - most_use
    if over <= 0.0:
        return None
    text = (
        f"{amount(exact(own) or made, own.unit)} of own output as "
        f"{amount(exact(share) or covered, '1')} of use makes use at most "
        f"{amount(most_use, own.unit)}, yet imports alone are "
        f"{amount(exact(inflow) or bought, own.unit)}: {amount(over, own.unit)} more, and all "
        "that is made at home, would have to leave again"
    )
    members = [share, own, inflow]
    return conclude(name, Verdict.VIOLATE, members, f"{text}.", over, own.unit)


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
