"""Claims of a study become statements: what they state is kept, their attribute names typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orefield.evidence.claim import Claim
from orefield.evidence.meaning.loose import interpret
from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.meaning.subjects import Subjects
from orefield.evidence.statement import Statement
from orefield.evidence.vocabulary import (
    Basis,
    Mark,
    Qualifier,
    RateType,
    ResourceClass,
    SigmaClass,
    Stage,
)
from orefield.evidence.words.commodities import COMMODITIES, commodity_of, spoken

_HEDGES = {
    Qualifier.EXACT: "", Qualifier.AT_LEAST: "at least", Qualifier.ABOUT: "about",
    Qualifier.AT_MOST: "at most", Qualifier.RANGE: "range", Qualifier.TARGET: "target",
}  # fmt: skip


def statements_of(
    claims: Iterable[Claim],
    subjects: Subjects,
    *,
    background: bool = False,
    commodity: str = "",
    releases: Mapping[str, str] | None = None,
) -> tuple[Statement, ...]:
    """Statements of a study's claims, usable ones alone.

    Parameters
    ----------
    claims : iterable of Claim
        All; what may not be used says nothing here either.
    subjects : Subjects
        Knows the study's entities.
    background : bool
        Whether they stand beside what is checked, or are checked themselves.
    commodity : str
        What the study is about: an attribute that names no metal is of this one.
    releases : mapping of source id to cluster, optional
        For claims that name no release of their own.
    """
    out: list[Statement] = []
    symbol = commodity.casefold()
    commodity = symbol if symbol in COMMODITIES else commodity_of(commodity)
    for claim in claims:
        if not claim.usable and claim.basis is not Basis.UNSTATED:
            continue
        first, *rest = interpret(
            _row(claim, releases or {}, commodity), subjects, background=background
        )
        out.append(_restated(first, claim))
        # a study's texts say yes or no in attributes of their own; words beside a number do not
        if claim.low is None:
            out += rest
    return tuple(out)


def _row(claim: Claim, releases: Mapping[str, str], commodity: str) -> LooseRow:
    named = commodity_of(spoken(claim.attribute))
    cells = {
        # growth is told of many things; without a metal's name it is of none for certain
        "commodity": named or ("" if "growth" in claim.attribute else commodity),
        "entity": claim.entity,
        "basis": "" if claim.basis is Basis.NONE else str(claim.basis),
        "stage": "" if claim.stage is Stage.NONE else str(claim.stage),
        "class": "" if claim.resource_class is ResourceClass.NONE else str(claim.resource_class),
        "rate_type": "" if claim.rate_type is RateType.NONE else str(claim.rate_type),
        "valid_from": claim.valid_from,
        "valid_to": claim.valid_to,
        "vintage": claim.vintage,
        "supersedes": ";".join(claim.supersedes),
        "rounding": "" if claim.rounding is None else f"{claim.rounding:.12g}",
    }
    if claim.attribute.startswith("owner_share_"):
        cells["counterpart"] = claim.attribute.removeprefix("owner_share_").replace("_", " ")
    return LooseRow(
        id=claim.id,
        source=claim.source,
        subject=claim.subject or claim.entity,
        attribute=claim.attribute,
        low=claim.low,
        high=claim.high,
        unit=claim.unit,
        period="",
        qualifier=_HEDGES[claim.qualifier],
        paraphrase=claim.text,
        reported=claim.reported_at,
        cells=cells,
        hops=claim.hops,
        sigma_class=claim.sigma_class if claim.mark is not Mark.RECALL else SigmaClass.E,
        release=claim.release or releases.get(claim.source, ""),
    )


def _restated(statement: Statement, claim: Claim) -> Statement:
    """What a claim states stands, whatever its words might mean elsewhere."""
    marks = tuple(x for x in statement.inferred if x in {"quantity", "commodity", "unit"})
    derivation = "derived" if claim.mark is Mark.DERIVED else ""
    return replace(
        statement,
        basis=claim.basis,
        inferred=marks,
        derivation=derivation,
        words="; ".join(w for w in (spoken(claim.attribute), claim.note) if w),
    )
