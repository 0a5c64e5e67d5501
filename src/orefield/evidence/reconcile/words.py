"""A reconciliation for people."""

from __future__ import annotations

import math

from orefield.evidence.reconcile.result import Blame, Reconciled, Status


def words(result: Reconciled) -> str:
    """What was reconciled, who is blamed, what ties, and what nothing determines."""
    lines = [_summary(result)]
    lines += [_blamed(result, b) for b in result.blamed]
    lines += [_tie(result, b) for b in result.ties]
    diffuse = result.after.p_value < result.level and not result.ties and result.has_redundancy
    if diffuse:
        lines.append(
            "The rest still disagree more than their errors allow "
            f"(p = {result.after.p_value:.2g}), and no single claim stands out: "
            "errors are understated, or an identity does not hold."
        )
    for v in result.values.values():
        if v.status is Status.UNOBSERVABLE:
            lines.append(f"{v.name}: not determined by what was said.")
            continue
        note = " (at its bound)" if v.at_bound else ""
        lines.append(f"{v.name}: {figures(v.value, v.standard_error)} {v.unit}{note}".rstrip())
    lines += [s.words for s in result.structural if s.kind != "unused"]
    if not result.converged:
        lines.append("The linearisation did not settle: read the values with care.")
    return "\n".join(lines)


_NOTHING = 1e-6
"""Smaller than this in any unit of the systems is what arithmetic leaves of a zero."""


def figures(value: float | None, error: float | None) -> str:
    """A value with its standard error, to two digits of the error."""
    if value is None or error is None:
        return "not determined"
    if not error > abs(value) * 1e-12:
        return f"{value:,.6g}"
    if max(abs(value), error) < _NOTHING:
        return "0"
    digits = 1 - math.floor(math.log10(error))
    return f"{_plain(value, digits)} ± {_plain(error, digits)}"


def _plain(value: float, digits: int) -> str:
    if digits > 12 or abs(value) >= 1e15:
        return f"{value:.6g}"
    return f"{round(value, digits) + 0.0:,.{max(digits, 0)}f}"


def _summary(result: Reconciled) -> str:
    n = len(result.adjustments)
    if not result.has_redundancy:
        return f"{n} observations, none redundant: nothing can be checked."
    t = result.before
    return (
        f"{n} observations, {t.dof} degrees of freedom: chi-square {t.chi2:.1f}, "
        f"p = {t.p_value:.2g}; {len(result.blamed)} blamed, {len(result.ties)} ties."
    )


def _name(result: Reconciled, claim: str) -> str:
    return result.adjustments[claim].observation.label or claim


def claim_words(result: Reconciled, claim: str) -> str:
    """One claim with what it says, its sigma and what the rest says."""
    a = result.adjustments[claim]
    o = a.observation
    left = (
        ""
        if a.reconciled is None
        else f", the rest gives {figures(a.reconciled, o.sigma).split(' ±')[0]}"
    )
    assumed = " (assumed)" if o.assumed else ""
    sense = "" if o.sense == "=" else f"{o.sense} "
    said = f"{_name(result, claim)}{assumed} says {sense}{figures(o.value, o.sigma)}{left}"
    return said if a.sigmas is None else f"{said}: {abs(a.sigmas):.1f} sigma away"


def _blamed(result: Reconciled, b: Blame) -> str:
    return f"Blamed, {b.surely:.0%} sure: " + "; ".join(claim_words(result, i) for i in b.ids) + "."


def _tie(result: Reconciled, b: Blame) -> str:
    count = "one is" if b.errors == 1 else f"{b.errors} are"
    named = ", ".join(_name(result, i) for i in b.ids)
    return f"Tie, {b.surely:.0%} sure that {count} wrong and no telling which: {named}."
