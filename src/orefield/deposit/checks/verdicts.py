"""Checks with a number, a tolerance and a verdict; what cannot be judged says why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["pass", "fail", "not judged"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a competent person's list.

    Attributes
    ----------
    group : str
        What it belongs to: ``"global bias"``.
    measure : str
        What the number is, in words.
    domain : str
        Empty for all.
    value : float
        NaN where it could not be worked out.
    tolerance : float
        NaN where there is none.
    at_least : bool
        Whether the value must reach the tolerance, rather than stay within it.
    verdict : {"pass", "fail", "not judged"}
    why : str
        For what is not judged, why; for others what helps to read the number.
    figure : str
        Name of the figure that shows it; empty for none.
    """

    group: str
    measure: str
    domain: str
    value: float
    tolerance: float
    at_least: bool
    verdict: Verdict
    why: str = ""
    figure: str = ""

    @property
    def rule(self) -> str:
        """The tolerance in words."""
        if math.isnan(self.tolerance):
            return ""
        return f"{'at least' if self.at_least else 'at most'} {self.tolerance:g}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values; ``None`` for what is not there."""
        return {
            "check": self.group,
            "measure": self.measure,
            "domain": self.domain or "all",
            "value": self.value if math.isfinite(self.value) else None,
            "tolerance": self.tolerance if math.isfinite(self.tolerance) else None,
            "rule": self.rule,
            "verdict": self.verdict,
            "why": self.why,
            "figure": self.figure,
        }


def judged(
    group: str,
    measure: str,
    value: float,
    tolerance: float | None,
    *,
    at_least: bool = False,
    domain: str = "",
    why: str = "",
    figure: str = "",
) -> Check:
    """A check held against its tolerance.

    Without a tolerance, or with a value that is not finite, nothing is judged; the sign of a
    value that must stay within a tolerance does not matter.
    """
    known = math.isfinite(value)
    if tolerance is None or not known:
        reason = "no tolerance was set" if known else "there is nothing to compare"
        text = "; ".join(filter(None, (why, reason)))
        limit = float("nan") if tolerance is None else tolerance
        return Check(group, measure, domain, value, limit, at_least, "not judged", text, figure)
    holds = value >= tolerance if at_least else abs(value) <= tolerance
    return Check(
        group, measure, domain, value, tolerance, at_least, "pass" if holds else "fail", why, figure
    )


def unjudged(group: str, measure: str, why: str, *, domain: str = "") -> Check:
    """A check that could not be made, and why."""
    nan = float("nan")
    return Check(group, measure, domain, nan, nan, False, "not judged", why)


def counts(checks: list[Check]) -> dict[str, int]:
    """How many passed, failed and were not judged."""
    found = [c.verdict for c in checks]
    return {name: found.count(name) for name in ("pass", "fail", "not judged")}
