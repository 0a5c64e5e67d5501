"""National totals reconciled from all that was said of them: what the balance starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from orefield.evidence.corpus import Corpus
from orefield.evidence.reconcile import (
    BALANCE_INPUTS,
    GlobalTest,
    LeftOut,
    NationalFigure,
    NationalSystem,
    Observation,
    Observed,
    Reconciled,
    System,
    national_figures,
    national_system,
    observations,
    outside_scale,
)
from orefield.evidence.reconcile.national import SHARED, at
from orefield.pipeline.parts import reconcile_parts
from orefield.pipeline.results import Results
from orefield.study import BASELINE, Parameter, Parameters, Study, distributions

if TYPE_CHECKING:
    import pandas as pd

STAGE = "evidence"
"""Stage of the reconciled results."""

OTHER_DEFINITIONS = "reconcile.other_definitions"
"""Text parameter of a country: attributes that measure another flow than the balance's."""

EXACT = 1e-3
"""Relative sigma of a fraction that the study holds fixed (assumption): it is hardly moved."""

_SD = (0.158655, 0.841345)
"""Probabilities one standard deviation below and above the median of a normal."""


@dataclass(frozen=True)
class Figure:
    """One published total of one year, as the study chose it and as reconciled.

    Attributes
    ----------
    name : str
        Such as ``mine_production_t``.
    year : int
    chosen : float or None
        What the study's parameter says; None where it says nothing of the year.
    found : NationalFigure
    test : GlobalTest or None
        Of all figures that identities bind to this one.
    origin : str
        ``reconciled``, or why the study's own figure stands: ``not observed``, ``tie``.
    """

    name: str
    year: int
    chosen: float | None
    found: NationalFigure
    test: GlobalTest | None
    origin: str

    @property
    def reconciled(self) -> bool:
        """Whether the balance starts from the reconciled value."""
        return self.origin == "reconciled"


@dataclass(frozen=True)
class Totals:
    """Reconciled totals of a country.

    Attributes
    ----------
    national : NationalSystem
    result : Reconciled
    observed : Observed
    figures : tuple of Figure
        Of what the balance starts from.
    """

    national: NationalSystem
    result: Reconciled
    observed: Observed
    figures: tuple[Figure, ...]

    @property
    def country(self) -> str:
        """Entity id."""
        return self.national.country

    @property
    def claims(self) -> tuple[str, ...]:
        """Claims that went in, assumptions not among them."""
        return tuple(o.id for o in self.observed.observations if not o.assumed)

    def of(self, name: str) -> Mapping[int, tuple[float, float]]:
        """Value and standard error of a series by year, where reconciled (t)."""
        return {
            f.year: (f.found.value, f.found.standard_error)
            for f in self.figures
            if f.name == name
            and f.reconciled
            and f.found.value is not None
            and f.found.standard_error is not None
        }


def reconcile_study(
    study: Study, parameters: Parameters, corpus: Corpus, years: Sequence[int] | None = None
) -> Totals | None:
    """Reconcile the published years of a study's nation; None where nothing was said of them.

    Grades and recoveries are assumed as the study assumes them. The study's range on a series
    is the sigma of the claims that it chose for it, being said of them in particular; all other
    claims have the sigma of their source's class. Where claims tie, reconciliation says
    nothing and the study's rule of choice stands.

    Parameters
    ----------
    study : Study
        Its country, metal and published years.
    parameters : Parameters
        Of the baseline; what is read of them is recorded.
    corpus : Corpus
        Of the study's claims.
    years : sequence of int, optional
        By default the study's published ones.
    """
    section = study.document.study
    country = section.country
    if years is None:
        years = range(section.first_year, section.history_to + 1)
    national = national_system(
        country, section.commodity.lower(), years, assumed=_assumed(country, parameters)
    )
    rows = {
        name: row
        for name in BALANCE_INPUTS
        if (row := parameters.find(f"{country}.{name}")) is not None
    }
    corpus, others = _of_the_balance(corpus, country, parameters)
    observed = observations(corpus, national)
    if not any(not o.assumed for o in observed.observations):
        return None
    made = tuple(_with_stated_range(o, rows) for o in observed.observations)
    observed = replace(
        observed,
        system=observed.system.with_observations(made),
        left_out=(*observed.left_out, *others),
    )
    return totals(national, observed, rows)


def totals(
    national: NationalSystem, observed: Observed, rows: Mapping[str, Parameter] | None = None
) -> Totals:
    """Reconcile a system that was filled with observations.

    Parameters
    ----------
    national : NationalSystem
        What was filled.
    observed : Observed
        What filled it.
    rows : mapping of series to Parameter, optional
        What a study chose for each.

    Raises
    ------
    EvidenceError
        When nothing was observed, or the figures contradict their bounds.
    """
    parts = reconcile_parts(_scaled(observed.system), SHARED)
    tied = {i for b in parts.result.ties for i in b.ids}
    figures = tuple(
        Figure(
            f.name,
            f.year,
            _chosen((rows or {}).get(f.name), f.year),
            f,
            parts.tests.get(at(f.name, f.year)),
            _origin(f, tied),
        )
        for f in national_figures(parts.result, national)
    )
    return Totals(national, parts.result, observed, figures)


def _scaled(system: System) -> System:
    """The system with flows of one order of magnitude, where none is given.

    Without it a flow that nobody speaks of stands near zero, and what it adds to a sum is taken
    for nothing. It conditions the arithmetic alone and is no prior.
    """
    size = outside_scale(o.value for o in system.observations if abs(o.value) > 1.0)
    if size is None:
        return system
    flows = tuple(
        replace(v, scale=size) if v.unit == "t" and v.scale is None else v for v in system.variables
    )
    return System(flows, system.identities, system.observations)


def _origin(figure: NationalFigure, tied: set[str]) -> str:
    kept = [c for c in figure.claims if c not in figure.blamed]
    if figure.value is None or not kept:
        # what only identities imply is no published figure
        return "not observed"
    return "tie" if tied & set(kept) else "reconciled"


def _chosen(row: Parameter | None, year: int) -> float | None:
    if row is None:
        return None
    if isinstance(row.value, Mapping):
        return row.value.get(year)
    return float(row.value) if isinstance(row.value, int | float) else None


def _assumed(country: str, parameters: Parameters) -> dict[str, tuple[float, float]]:
    """Fractions of the system that the study has, each with its standard deviation."""
    out = {}
    for name in SHARED:
        row = parameters.find(f"{country}.{name}")
        if row is not None and isinstance(row.value, int | float):
            value = float(row.value)
            out[name] = (value, max(spread(row), EXACT * value))
    return out


def spread(row: Parameter) -> float:
    """Standard deviation of a parameter, of a series that of its factor, in its unit."""
    if not row.uncertain:
        return 0.0
    middle = float(row.value) if isinstance(row.value, int | float) else 1.0
    low, high = distributions.quantile(row.dist, middle, row.low, row.high, np.array(_SD))
    return float(high - low) / 2.0


def _of_the_balance(
    corpus: Corpus, country: str, parameters: Parameters
) -> tuple[Corpus, tuple[LeftOut, ...]]:
    """The corpus without national figures that the study says are of other flows; and those."""
    key = f"{country}.{OTHER_DEFINITIONS}"
    if not parameters.has(key):
        return corpus, ()
    named = {word.strip() for word in parameters.text(key).split(",")}
    other = [s for s in corpus.statements if s.entity == country and s.attribute in named]
    why = f"of another flow than the balance's, by the study's assumption '{key}'"
    out = {s.id for s in other}
    kept = tuple(s for s in corpus.statements if s.id not in out)
    return replace(corpus, statements=kept), tuple(LeftOut(s.id, why) for s in other)


def _with_stated_range(o: Observation, rows: Mapping[str, Parameter]) -> Observation:
    if o.assumed or len(o.terms) != 1:
        return o
    name, _, year = next(iter(o.terms)).partition("@")
    row = rows.get(name)
    if row is None or f"claim:{o.id}" not in row.evidence or not isinstance(row.value, Mapping):
        return o
    # the size comes from the other years: a sigma is never from the value itself
    others = [abs(v) for y, v in row.value.items() if str(y) != year and v]
    if not (others and spread(row) > 0.0):
        return o
    return replace(o, sigma=spread(row) * float(np.median(others)))


# -- what a run keeps of it ------------------------------------------------------------


def summary(totals: Totals) -> dict[str, object]:
    """What ``--json`` prints of a reconciliation."""
    after = totals.result.after
    return {
        "claims": len(totals.claims),
        "blamed": sorted({i for b in totals.result.blamed for i in b.ids}),
        "tied": sorted({i for b in totals.result.ties for i in b.ids}),
        "totals": sum(f.reconciled for f in totals.figures),
        "of": len(totals.figures),
        "chi2": after.chi2,
        "dof": after.dof,
        "p_value": after.p_value,
    }


def record(results: Results, totals: Totals) -> None:
    """Reconciled totals as results: a normal about the value with its standard error."""
    for f in totals.figures:
        v, se = f.found.value, f.found.standard_error
        if f.reconciled and v is not None and se is not None:
            results.normal(
                BASELINE, totals.country, f"reconciled.{f.name}", "t", STAGE, v, se, f.year
            )


def total_table(totals: Totals) -> pd.DataFrame:
    """Every total of every published year: chosen, reconciled, adjusted, by what."""
    import pandas as pd

    rows = []
    for f in totals.figures:
        n, t = f.found, f.test
        said = [totals.result.adjustments[c].observation.value for c in n.claims]
        rows.append(
            {
                "series": f.name, "year": f.year, "unit": "t", "origin": f.origin,
                "chosen": f.chosen, "claims": ";".join(n.claims),
                "observed_low": min(said, default=None),
                "observed_high": max(said, default=None),
                "value": n.value if n.claims else None,
                "standard_error": n.standard_error if n.claims else None,
                "adjustment_sigmas": n.adjustment_sigmas, "status": str(n.status),
                "chi2": None if t is None else t.chi2, "dof": None if t is None else t.dof,
                "p_value": None if t is None else t.p_value, "blamed": ";".join(n.blamed),
                "key": f"{totals.country}.reconciled.{f.name}.{f.year}" if f.reconciled else "",
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype({"adjustment_sigmas": float, "chosen": float, "value": float,
                                      "standard_error": float, "observed_low": float,
                                      "observed_high": float, "chi2": float, "p_value": float,
                                      "dof": "Int64"})  # fmt: skip


CLAIM_COLUMNS = ("claim", "variable", "unit", "value", "sigma", "reconciled", "adjustment",
                 "adjustment_sigmas", "test", "assumed", "blamed", "surely", "p_value",
                 "reason")  # fmt: skip


def claim_table(totals: Totals) -> pd.DataFrame:
    """Every claim that went in, and every one that was left out with the reason."""
    import pandas as pd

    rows = [*claim_rows(totals), *left_out_rows(totals.observed.left_out)]
    frame = pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))
    numbers = ("value", "sigma", "reconciled", "adjustment", "adjustment_sigmas", "test",
               "surely", "p_value")  # fmt: skip
    return frame.astype(dict.fromkeys(numbers, float))


def claim_rows(totals: Totals) -> list[dict[str, object]]:
    """Claims that went in: what each says, what the rest leaves it, and whether it is blamed."""
    blame = {i: b for b in totals.result.ties for i in b.ids}
    blame |= {i: b for b in totals.result.blamed for i in b.ids}
    wrong = {i for b in totals.result.blamed for i in b.ids}
    units = {v.name: v.unit for v in totals.result.system.variables}
    rows: list[dict[str, object]] = []
    for claim, a in totals.result.adjustments.items():
        o, b = a.observation, blame.get(claim)
        rows.append(
            {
                "claim": claim, "variable": " + ".join(o.terms),
                "unit": units[next(iter(o.terms))], "value": o.value, "sigma": o.sigma,
                "reconciled": a.reconciled,
                "adjustment": None if a.reconciled is None else a.reconciled - o.value,
                "adjustment_sigmas": a.sigmas, "test": a.test, "assumed": o.assumed,
                "blamed": "blamed" if claim in wrong else "tie" if b is not None else "",
                "surely": None if b is None else b.surely,
                "p_value": None if b is None else b.p_value, "reason": "",
            }
        )  # fmt: skip
    return rows


def left_out_rows(left_out: Iterable[LeftOut]) -> list[dict[str, object]]:
    """Claims on the country and metal that are no observation, each with the reason."""
    blank = dict.fromkeys(CLAIM_COLUMNS)
    return [
        {**blank, "claim": item.claim, "variable": "", "unit": "", "assumed": False,
         "blamed": "", "reason": item.why}
        for item in left_out
    ]  # fmt: skip
