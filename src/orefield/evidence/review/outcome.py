"""Decisions held against what is proposed now: what is open, becomes a claim, or is stale."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orefield.evidence.review.candidate import Proposal, same_value
from orefield.evidence.review.decision import Choice, Decision
from orefield.evidence.vocabulary import Mark


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the decisions make of the proposals.

    Attributes
    ----------
    rows : tuple of mapping of str to str
        For ``claims.csv``: what was confirmed or corrected, and is not there yet.
    rejected : tuple of Proposal
    changed : tuple of (Proposal, Decision)
        Confirmed or corrected, yet read differently since: the number is the same at the same
        place, and another field is not. No row is made of a reading that nobody saw.
    withdrawn : tuple of str
        Ids of claims that were made of a decision which a later one rejects: they stand in
        ``claims.csv``, which is never overwritten, until a claim supersedes them.
    stale : tuple of Decision
        On candidates that are no longer proposed.
    """

    rows: tuple[Mapping[str, str], ...]
    rejected: tuple[Proposal, ...]
    changed: tuple[tuple[Proposal, Decision], ...]
    withdrawn: tuple[str, ...]
    stale: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Which decision each proposal goes by, and which went before.

    Attributes
    ----------
    decision : tuple of (Decision or None)
        By place of the proposal; None where it is open.
    earlier : tuple of tuples of Decision
        Other decisions on the same number at the same place, which no other proposal goes by.
    stale : tuple of Decision
        Those that no proposal meets.
    """

    decision: tuple[Decision | None, ...]
    earlier: tuple[tuple[Decision, ...], ...]
    stale: tuple[Decision, ...]


def match(proposals: Sequence[Proposal], decisions: Iterable[Decision]) -> Match:
    """Find the decision on each proposal again.

    By key and reading; else, among the decisions that no proposal met so, by key; else by the
    same document, a span that overlaps and a value that is the same quantity, since a better
    extractor may take the words around a number into its span, or give it in another unit.
    One number may carry two claims ("A and B made 5 t each"): a decision serves one proposal.

    Parameters
    ----------
    proposals : sequence of Proposal
        What is proposed now.
    decisions : iterable of Decision
        In the order in which they were taken: of two on one reading the later one counts.
    """
    every = tuple(decisions)
    latest = {(d.key, d.reading): d for d in every}
    found: list[Decision | None] = [latest.get((p.key, p.reading)) for p in proposals]
    taken = {id(d) for d in found if d is not None}
    by_document: dict[str, list[Decision]] = {}
    for d in every:
        by_document.setdefault(d.document, []).append(d)
    near = [_near(p, by_document.get(p.document, ())) for p in proposals]
    for place, proposal in enumerate(proposals):
        free = [d for d in near[place] if latest[d.key, d.reading] is d and id(d) not in taken]
        if found[place] is None and free:
            # of equally near ones the latest; the list is in the order of decisions
            best = max(reversed(free), key=lambda d: (d.key == proposal.key, _overlap(d, proposal)))
            found[place] = best
            taken.add(id(best))
    pairs = [None if d is None else (d.key, d.reading) for d in found]
    of_others = Counter(pair for pair in pairs if pair is not None)
    earlier = tuple(
        tuple(
            d
            for d in some
            if d is not own and ((d.key, d.reading) == pair or not of_others[d.key, d.reading])
        )
        for some, own, pair in zip(near, found, pairs, strict=True)
    )
    met = taken | {id(d) for some in earlier for d in some}
    return Match(tuple(found), earlier, tuple(d for d in latest.values() if id(d) not in met))


def pending(proposals: Sequence[Proposal], decisions: Iterable[Decision]) -> tuple[Proposal, ...]:
    """Proposals on which nothing was decided, in their order."""
    found = match(proposals, decisions).decision
    return tuple(p for p, d in zip(proposals, found, strict=True) if d is None)


def apply(
    proposals: Sequence[Proposal],
    decisions: Iterable[Decision],
    *,
    there: Collection[str] = (),
    recorded_at: str = "",
) -> Outcome:
    """What the decisions make of the proposals.

    Parameters
    ----------
    proposals : sequence of Proposal
        What is proposed now.
    decisions : iterable of Decision
        In the order in which they were taken.
    there : collection of str
        Ids in ``claims.csv``: a claim that was made of a decision once is not made again, and
        is superseded where a later decision makes another of the same number.
    recorded_at : str
        ISO day of the new rows.
    """
    matched = match(proposals, decisions)
    rows: dict[str, Mapping[str, str]] = {}
    rejected: list[Proposal] = []
    changed: list[tuple[Proposal, Decision]] = []
    withdrawn: list[str] = []
    for proposal, decision, earlier in zip(
        proposals, matched.decision, matched.earlier, strict=True
    ):
        if decision is None:
            continue
        claim_id = claim_id_of(decision)
        made = dict.fromkeys(c for c in map(claim_id_of, earlier) if c in there)
        if decision.choice is Choice.REJECT:
            rejected.append(proposal)
            withdrawn += (*made, *((claim_id,) if claim_id in there else ()))
        elif decision.reading and decision.reading != proposal.reading:
            changed.append((proposal, decision))
        elif claim_id not in there:
            rows.setdefault(claim_id, _row(claim_id, proposal, decision, tuple(made), recorded_at))
    return Outcome(
        tuple(rows.values()),
        tuple(rejected),
        tuple(changed),
        tuple(dict.fromkeys(withdrawn)),
        matched.stale,
    )


def claim_id_of(decision: Decision) -> str:
    """Id of the claim that a decision makes: of what was decided, so that it is made once."""
    corrected = sorted(decision.corrected.items())
    said = "\x1f".join((decision.key, decision.reading, repr(corrected)))
    return "X-" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


def _row(
    claim_id: str,
    proposal: Proposal,
    decision: Decision,
    replaced: tuple[str, ...],
    recorded_at: str,
) -> Mapping[str, str]:
    proposed = dict(proposal.cells)
    if decision.corrected:
        # made of the fields as they were proposed: it would contradict the correction
        proposed.pop("paraphrase", None)
    row = {
        "id": claim_id,
        "source": proposal.source,
        **proposed,
        **decision.corrected,
        "locator": f"characters {proposal.start}-{proposal.end}",
        "mark": str(Mark.READ),
        "supersedes": ";".join(replaced),
        "recorded_at": recorded_at,
    }
    return {name: text for name, text in row.items() if text}


def _near(proposal: Proposal, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    value = (proposal.low, proposal.high, proposal.unit)
    return tuple(
        d
        for d in decisions
        if d.key == proposal.key
        or (_overlap(d, proposal) > 0 and same_value((d.low, d.high, d.unit), value))
    )


def _overlap(decision: Decision, proposal: Proposal) -> int:
    return min(decision.end, proposal.end) - max(decision.start, proposal.start)
