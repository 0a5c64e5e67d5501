"""What a reconciliation gives: values, errors, blame, ties, and how well it all closes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scipy.special import ndtri

from orefield.evidence.interval import Interval
from orefield.evidence.reconcile.structure import Structural
from orefield.evidence.reconcile.system import Observation, System


class Status(StrEnum):
    """How far a variable is known (Crowe 1983; Narasimhan & Jordache 2000, ch. 3)."""

    REDUNDANT = "redundant"
    """Still determined when any one observation is left out."""
    DETERMINED = "determined"
    """Rests on some observation that nothing else can check."""
    FIXED = "fixed"
    """Given by the identities or a binding bound alone."""
    UNOBSERVABLE = "unobservable"
    """Not determined by what was said: it has no value here."""


@dataclass(frozen=True, slots=True)
class Value:
    """A reconciled variable.

    Attributes
    ----------
    name, unit : str
    status : Status
    value, standard_error : float or None
        None where unobservable.
    at_bound : bool
        Held at a physical bound that binds; its standard error is then no measure of both sides.
    """

    name: str
    unit: str
    status: Status
    value: float | None
    standard_error: float | None
    at_bound: bool = False

    def interval(self, chance: float = 0.95) -> Interval | None:
        """Central interval of a normal; None where unobservable."""
        if self.value is None or self.standard_error is None:
            return None
        return Interval.around(self.value, float(ndtri(0.5 + chance / 2)) * self.standard_error)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What reconciliation makes of one observation.

    Attributes
    ----------
    observation : Observation
    reconciled : float or None
        The value that the others and the identities leave it; None where unobservable.
    sigmas : float or None
        ``(reconciled - observed) / sigma``.
    test : float or None
        Measurement test before anyone was blamed; None where not redundant.
    detectable : float
        Error, in sigmas, that would be found four times out of five; infinite where none would.
    """

    observation: Observation
    reconciled: float | None
    sigmas: float | None
    test: float | None
    detectable: float


@dataclass(frozen=True, slots=True)
class Blame:
    """A gross error: one claim blamed (with its repeats), or a tie among several.

    Attributes
    ----------
    claims : tuple of tuple of str
        Ids; each inner tuple is one statement with its repeats.
    errors : int
        How many of them are wrong.
    statistic, p_value, surely, size
        See :class:`~orefield.evidence.reconcile.gross.GrossError`.
    """

    claims: tuple[tuple[str, ...], ...]
    errors: int
    statistic: float
    p_value: float
    surely: float
    size: float

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, flat."""
        return tuple(i for group in self.claims for i in group)


@dataclass(frozen=True, slots=True)
class GlobalTest:
    """Sum of squared standardised residuals against chi-square.

    Attributes
    ----------
    chi2 : float
    dof : int
    p_value : float
        1 without degrees of freedom.
    """

    chi2: float
    dof: int
    p_value: float


@dataclass(frozen=True)
class Reconciled:
    """A reconciled system.

    Attributes
    ----------
    system : System
    values : mapping of variable name to Value
    adjustments : mapping of observation id to Adjustment
    blamed, ties : tuple of Blame
    before, after : GlobalTest
        With all observations, and without those blamed.
    residuals : mapping of identity name to float
        Misfit over the largest term, after.
    structural : tuple of Structural
    converged : bool
    steps : int
        Linearisations of the last fit.
    level : float
    """

    system: System
    values: Mapping[str, Value]
    adjustments: Mapping[str, Adjustment]
    blamed: tuple[Blame, ...]
    ties: tuple[Blame, ...]
    before: GlobalTest
    after: GlobalTest
    residuals: Mapping[str, float]
    structural: tuple[Structural, ...]
    converged: bool
    steps: int
    level: float

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    @property
    def has_redundancy(self) -> bool:
        """Whether anything can be checked at all."""
        return self.before.dof > 0

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON prints it: no infinities, no NaN."""
        return {
            "values": [
                {
                    "variable": v.name, "unit": v.unit, "status": str(v.status), "value": v.value,
                    "standard_error": v.standard_error,
                    "low": _finite(v.interval(), "low"), "high": _finite(v.interval(), "high"),
                    "at_bound": v.at_bound,
                }
                for v in self.values.values()
            ],
            "adjustments": [
                {
                    "claim": a.observation.id, "of": dict(a.observation.terms),
                    "sense": str(a.observation.sense), "assumed": a.observation.assumed,
                    "observed": a.observation.value, "sigma": a.observation.sigma,
                    "reconciled": a.reconciled, "adjustment_sigmas": a.sigmas,
                    "measurement_test": a.test,
                    "detectable_sigmas": a.detectable if math.isfinite(a.detectable) else None,
                }
                for a in self.adjustments.values()
            ],
            "blamed": [_blame(b) for b in self.blamed],
            "ties": [_blame(b) for b in self.ties],
            "global_test": {"before": _test(self.before), "after": _test(self.after)},
            "identities": dict(self.residuals),
            "structural": [
                {"kind": s.kind, "names": list(s.names), "words": s.words} for s in self.structural
            ],
            "converged": self.converged, "steps": self.steps, "level": self.level,
        }  # fmt: skip


def _finite(interval: Interval | None, end: str) -> float | None:
    return None if interval is None else float(getattr(interval, end))


def _blame(b: Blame) -> dict[str, Any]:
    return {
        "claims": [list(group) for group in b.claims], "errors": b.errors,
        "statistic": b.statistic, "p_value": b.p_value, "surely": b.surely,
        "error_sigmas": b.size,
    }  # fmt: skip


def _test(t: GlobalTest) -> dict[str, Any]:
    return {"chi2": t.chi2, "dof": t.dof, "p_value": t.p_value}
