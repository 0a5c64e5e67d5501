"""Reconciliation as findings, in the same form as the rules give theirs."""

from __future__ import annotations

from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.reconcile.intervals import Propagated
from orefield.evidence.reconcile.result import Blame, Reconciled
from orefield.evidence.reconcile.words import claim_words

GROSS_ERROR = "reconcile-gross-error"
TIE = "reconcile-tie"
INFEASIBLE = "reconcile-infeasible"

SURELY = 0.5
"""Posterior chance from which a blame is a violation; below it, it is reported and left open."""


def findings(
    result: Reconciled | Propagated, *, background: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """What a reconciliation, or an interval propagation, concludes of the claims.

    Assumptions of the study are no claims: they stand in the background and are not on trial.
    A blame that falls on assumptions alone gives no finding; read it in the result.

    Parameters
    ----------
    result : Reconciled or Propagated
        Of :func:`.reconcile` or :func:`.propagate`.
    background : set of str
        Ids of claims of the reference evidence.
    """
    if isinstance(result, Propagated):
        return _infeasible(result, background)
    behind = background | {i for i, a in result.adjustments.items() if a.observation.assumed}
    found = [_gross_error(result, b, behind) for b in result.blamed]
    found += [_tie(result, b, behind) for b in result.ties]
    return tuple(f for f in found if f is not None)


def _gross_error(result: Reconciled, b: Blame, behind: frozenset[str]) -> Finding | None:
    claims = tuple(i for i in b.ids if i not in behind)
    if not claims:
        return None
    first = result.adjustments[claims[0]]
    o = first.observation
    sure = b.surely >= SURELY
    arithmetic = "; ".join(claim_words(result, i) for i in claims)
    return Finding(
        rule=GROSS_ERROR,
        verdict=Verdict.VIOLATE if sure else Verdict.INSUFFICIENT,
        claims=claims,
        explanation=(
            f"Held against all identities and the other claims, {arithmetic}. Chance of so large "
            f"a misfit by accident anywhere: {b.p_value:.2g}; it is wrong with {b.surely:.0%}"
            + ("." if sure else ", too little to blame it.")
        ),
        residual=None if first.reconciled is None else o.value - first.reconciled,
        unit=_unit(result, claims[0]),
        background=tuple(i for i in b.ids if i in behind),
        blamed=claims if sure else (),
    )


def _tie(result: Reconciled, b: Blame, behind: frozenset[str]) -> Finding | None:
    claims = tuple(i for i in b.ids if i not in behind)
    if not claims:
        return None
    arithmetic = "; ".join(claim_words(result, i) for i in b.ids)
    count = "one of them is" if b.errors == 1 else f"{b.errors} of them are"
    return Finding(
        rule=TIE,
        verdict=Verdict.TIE,
        claims=claims,
        explanation=(
            f"{arithmetic}. They disagree by {b.statistic:.1f} standard errors (chance by accident "
            f"{b.p_value:.2g}): {count} wrong, and nothing else said tells which."
        ),
        residual=b.statistic,
        unit="sigma",
        background=tuple(i for i in b.ids if i in behind),
    )


def _infeasible(result: Propagated, background: frozenset[str]) -> tuple[Finding, ...]:
    conflict = result.conflict
    if conflict is None:
        return ()
    claims = tuple(c for c in conflict.claims if c not in background)
    if not claims:
        return ()
    return (
        Finding(
            rule=INFEASIBLE,
            verdict=Verdict.VIOLATE if len(conflict.claims) == 1 else Verdict.TIE,
            claims=claims,
            explanation=conflict.words,
            residual=conflict.gap,
            unit=conflict.unit,
            background=tuple(c for c in conflict.claims if c in background),
            blamed=claims if len(conflict.claims) == 1 else (),
        ),
    )


def _unit(result: Reconciled, claim: str) -> str:
    terms = result.adjustments[claim].observation.terms
    units = {v.unit for v in result.system.variables if v.name in terms}
    return units.pop() if len(units) == 1 else ""
