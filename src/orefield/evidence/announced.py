"""What is announced of a mine, held against what a modelled plan of it gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis

NAME = "announced-vs-plan"
"""Name of the rule, in a run and beside one."""

_OUTPUTS = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY})
_METAL = frozenset({Basis.CONTAINED, Basis.RECOVERABLE, Basis.PAYABLE})


def announced_against(corpus: Corpus, physics: Sequence[Statement]) -> Iterator[Finding]:
    """Findings on every output or capacity that a model of its mine speaks of, passes included.

    Parameters
    ----------
    corpus : Corpus
        Of the claims on trial.
    physics : sequence of Statement
        Modelled output of a mine in a year, from P10 to P90 of its draws.

    Notes
    -----
    A model on stand-in geology is evidence with an uncertainty of its own. A figure outside
    P10-P90 is told as unlikely; it is called a contradiction when it lies further beyond than
    P10 and P90 are apart: nearly four standard deviations of a normal spread.
    """
    modelled = {(s.entity, s.first_year): s for s in physics}
    for s in corpus.checked:
        found = s.interval
        if s.topic.quantity not in _OUTPUTS or s.basis not in _METAL or s.unit != "t/y":
            continue
        plan = modelled.get((s.entity, s.first_year)) if s.first_year == s.last_year else None
        same = plan is not None and plan.topic.commodity == s.topic.commodity
        if found is None or plan is None or not same or plan.interval is None:
            continue
        yield _judged(s, found, plan, plan.interval)


def _judged(s: Statement, found: Interval, plan: Statement, given: Interval) -> Finding:
    told = s.stated or found
    text = (
        f"{amount(told, 't/y')} of {s.subject} for {s.first_year}; the modelled plan gives "
        f"{amount(plan.stated or given, 't/y')} (P10-P90, on stand-in geology where no block "
        "model is public)"
    )
    gap = given.gap(found)
    # a mine may stay below what it could do; above it cannot go
    beyond = gap if s.topic.quantity is Quantity.PRODUCTION else max(gap, 0.0)
    if beyond == 0.0:
        verdict, tail = Verdict.PASS, ": within reach."
    elif beyond > given.width:
        verdict, tail = Verdict.VIOLATE, f": above it by {amount(beyond, 't/y')}, out of reach."
    else:
        verdict, tail = Verdict.INSUFFICIENT, ": outside, and not out of the question."
    return Finding(
        NAME, verdict, (s.id,), text + tail, beyond, "t/y", background=(plan.id,),
        blamed=(), inferred=tuple(f"{s.id}.{name}" for name in s.inferred),
    )  # fmt: skip
