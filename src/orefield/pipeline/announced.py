"""What is announced for a mine, held against what its modelled plan can give.

The model is evidence with an uncertainty of its own, not the truth: its geology may be a
stand-in, and its plan is not the owner's. A figure contradicts it only where it lies above all that
any draw of any scenario gives, by more than claim and model are uncertain together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.reconcile import RELATIVE_SIGMA
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, SigmaClass, Stage
from orefield.pipeline.asset_draws import AssetDraws
from orefield.pipeline.results import Z90
from orefield.store import RunFolder
from orefield.study import BASELINE, Study

if TYPE_CHECKING:
    import pandas as pd

RULE = "announced-vs-plan"

METRIC = "cu_recovered_t"
"""Result of a mine that announced metal is held against."""

MODEL_CLASS = SigmaClass.D
"""Class of the model's own statements (assumption): a stand-in knows less than a report."""

_MODEL = "The plan is a model of the study, on public figures and assumptions, and not the owner's."
_METAL = frozenset({Basis.CONTAINED, Basis.RECOVERABLE, Basis.PAYABLE})
_MEANT = frozenset({ResourceClass.PLAN, ResourceClass.GUIDANCE})
_REACHED = frozenset({ResourceClass.PLAN, ResourceClass.CAPACITY})
_WHOLE = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY})


@dataclass(frozen=True)
class Announced:
    """A figure beside the plan.

    Attributes
    ----------
    asset, claim : str
    year : int or None
        Of the figure; None where it is to be reached in no stated year.
    plan_year : int
        Year of the plan that it is held against: the same, or the plan's best one.
    low, high : float
        What the claim allows, rounding and hedge included (t); infinite where one-sided.
    p10, p50, p90 : float
        Of the baseline's draws (t).
    most : float
        The most that any draw of any scenario, or the plan held to nothing, gives (t).
    scenario : str
        Which scenario gives it.
    reach : float
        Standard uncertainty of claim and model together (t).
    draws : int
    shown : str
        The figure as written.
    meant : bool
        A plan or guidance, not a report of what came out.
    """

    asset: str
    claim: str
    year: int | None
    plan_year: int
    low: float
    high: float
    p10: float
    p50: float
    p90: float
    most: float
    scenario: str
    reach: float
    draws: int
    shown: str
    meant: bool

    @property
    def verdict(self) -> Verdict:
        """What the plan says of the figure."""
        if self.most <= 0.0:
            return Verdict.INSUFFICIENT
        if self.low > self.most + self.reach:
            return Verdict.VIOLATE
        if self.low > self.p90 or (self.meant and self.year is not None and self.high < self.p10):
            return Verdict.INSUFFICIENT
        return Verdict.PASS

    @property
    def residual(self) -> float:
        """How far the figure lies outside P10-P90 (t); above the most possible, above that."""
        if self.most <= 0.0:
            return self.low
        if self.verdict is Verdict.VIOLATE:
            return self.low - self.most
        if self.low > self.p90:
            return self.low - self.p90
        return min(self.high - self.p10, 0.0)

    @property
    def words(self) -> str:
        """The comparison in words."""
        said = f"{self.shown} {'announced' if self.meant else 'stated'}"
        if self.most <= 0.0:
            return f"{said}; no scenario of the study opens the mine in its years. {_MODEL}"
        when = "" if self.year is None else f" for {self.year}"
        of = (
            f"in {self.plan_year}"
            if self.year is not None
            else f"in its best year {self.plan_year}"
        )
        most = f"at most {_kt(self.most)} in any of {self.draws} draws"
        if self.scenario != BASELINE:
            most += f" (scenario '{self.scenario}')"
        return (
            f"{said}{when}; the modelled plan gives {_kt(self.p10)} to {_kt(self.p90)} {of} "
            f"(P10-P90), {most}: {self._end()}. {_MODEL}"
        )

    def _end(self) -> str:
        if self.verdict is Verdict.VIOLATE:
            return (
                f"{_kt(self.low - self.most)} above the most that it gives, and claim and model "
                f"together are uncertain by {_kt(self.reach)}"
            )
        if self.verdict is Verdict.PASS:
            return "within what the model gives"
        if self.low > self.p90:
            return "above P90 and within reach: possible, not likely in the baseline"
        return "below P10: the model gives more, which a slower start would explain"

    def finding(self) -> Finding:
        """As the rules give theirs."""
        return Finding(
            RULE, self.verdict, (self.claim,), self.words, round(self.residual, 3), "t/y"
        )


@dataclass(frozen=True)
class Best:
    """The most that a mine gives by year, over scenarios.

    Attributes
    ----------
    made_t : ndarray of shape (T,)
    scenario : tuple of str
        Which scenario gives it, by year; the first of equals.
    """

    made_t: NDArray[np.float64]
    scenario: tuple[str, ...]

    def or_more(self, mine: AssetDraws, scenario: str, n_draws: int) -> Best:
        """With another scenario of the same mine."""
        made = _most(mine, n_draws)
        higher = made > self.made_t
        return Best(
            np.where(higher, made, self.made_t),
            tuple(scenario if h else s for h, s in zip(higher, self.scenario, strict=True)),
        )


def _most(mine: AssetDraws, n_draws: int) -> NDArray[np.float64]:
    drawn = np.asarray(mine.columns[METRIC])[: n_draws + 1].max(axis=0)
    return np.asarray(np.maximum(drawn, mine.blind_cu_t))


def best_of(
    scenarios: Mapping[str, Sequence[AssetDraws]], n_draws: int, before: Mapping[str, Best] = {}
) -> dict[str, Best]:
    """The most that each mine gives over scenarios, and over those told ``before``."""
    out = dict(before)
    for name, mines in scenarios.items():
        for mine in mines:
            known = out.get(mine.asset)
            if known is None:
                made = _most(mine, n_draws)
                out[mine.asset] = Best(made, (name,) * len(made))
            else:
                out[mine.asset] = known.or_more(mine, name, n_draws)
    return out


def announced(
    corpus: Corpus,
    mines: Sequence[AssetDraws],
    years: Iterable[int],
    commodity: str,
    n_draws: int,
    best: Mapping[str, Best] | None = None,
) -> tuple[Announced, ...]:
    """Every figure on a modelled mine's metal that its plan can be held against.

    A figure of a year is held against that year, unless the model itself was held to output
    published for it. Plans and capacities speak of what is reached some day: they are held
    against the best year from theirs on.

    Parameters
    ----------
    corpus : Corpus
        Of the claims on trial.
    mines : sequence of AssetDraws
        Of the baseline; column 0 is the central case.
    years : iterable of int
        Of the study.
    commodity : str
        Symbol as in the topics.
    n_draws : int
        Random draws, in columns 1 to n; what stands behind them is no draw.
    best : mapping of asset to Best, optional
        Over all scenarios; by default over these mines alone.
    """
    best = best_of({BASELINE: mines}, n_draws) if best is None else best
    span = np.array(list(years))
    out = []
    for mine in mines:
        for s in corpus.of_entity(mine.asset):
            if not s.background and _on_metal(s, commodity):
                found = _beside(s, mine, best[mine.asset], span, n_draws)
                if found is not None:
                    out.append(found)
    return tuple(out)


def _on_metal(s: Statement, commodity: str) -> bool:
    t = s.topic
    return (
        t.commodity == commodity
        and t.stage is Stage.MINE
        and (t.quantity in _WHOLE or (t.quantity is Quantity.OTHER and s.resource_class in _MEANT))
        and s.unit in ("t", "t/y")
        and s.basis in _METAL
        and s.interval is not None
        and not s.is_derived
    )


def _beside(
    s: Statement, mine: AssetDraws, best: Best, span: NDArray[np.int64], n_draws: int
) -> Announced | None:
    random = np.asarray(mine.columns[METRIC])[1 : n_draws + 1]
    free = ~np.isfinite(mine.published_cu_t)
    some_day = s.resource_class in _REACHED
    if some_day:
        start = s.first_year if s.first_year is not None else int(span[0])
        allowed = span >= start
        if not allowed.any():
            return None
        at = int(np.argmax(np.where(allowed, best.made_t, -1.0)))
    elif s.first_year is not None and s.last_year in (None, s.first_year):
        where = np.flatnonzero((span == s.first_year) & free)
        if not len(where):
            return None
        at = int(where[0])
    else:
        return None
    low, mid, high = (float(q) for q in np.quantile(random[:, at], (0.1, 0.5, 0.9)))
    interval = s.interval
    assert interval is not None
    of_model = (high - low) / (2.0 * Z90)
    reach = math.hypot(of_model, RELATIVE_SIGMA[s.sigma_class] * mid)
    return Announced(
        mine.asset, s.id, None if some_day else s.first_year, int(span[at]), interval.low,
        interval.high, low, mid, high, float(best.made_t[at]), best.scenario[at], reach,
        len(random), s.shown, s.resource_class in _MEANT,
    )  # fmt: skip


def announced_table(found: Iterable[Announced]) -> pd.DataFrame:
    """One row a figure; ``year`` is missing where it is to be reached in no stated year."""
    import pandas as pd

    columns = ("asset", "claim", "year", "plan_year", "announced_low_t", "announced_high_t",
               "p10_t", "p50_t", "p90_t", "most_t", "most_scenario", "verdict")  # fmt: skip
    rows = [
        (a.asset, a.claim, a.year, a.plan_year, _finite(a.low), _finite(a.high), a.p10, a.p50,
         a.p90, a.most, a.scenario, str(a.verdict))
        for a in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(
        {"year": "Int64", "announced_low_t": float, "announced_high_t": float}
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def physics_statements(run: RunFolder) -> tuple[Statement, ...]:
    """What a run's modelled mines give in years without published output, as background.

    One statement an asset and a year, P10 to P90 of the baseline's draws, of class plan: evidence
    of class :data:`MODEL_CLASS`, for claims of any corpus to be held against.

    Raises
    ------
    RunError
        When the folder holds no results.
    """
    study = run.manifest["study"]
    source = f"model:{study['id']}"
    frame = run.table("results")
    wanted = (frame["scenario"] == "baseline") & (frame["metric"] == METRIC)
    rows = frame[wanted & (frame["year"] > int(study["history_to"]))]
    rows = rows[rows["entity"].isin(study["assets"])].sort_values(["entity", "year"])
    out = []
    for entity, year, low, high in zip(
        rows["entity"].astype(str), rows["year"], rows["p10"], rows["p90"], strict=True
    ):
        topic = Topic(entity, Quantity.PRODUCTION, str(study["commodity"]).lower(), Stage.MINE)
        out.append(
            Statement(
                id=f"{source}:{entity}:{year}", source=source, subject=entity,
                attribute="modelled_output", topic=topic, low=float(low), high=float(high),
                unit="t/y", shown=f"{low / 1e3:.0f}-{high / 1e3:.0f} kt/y", rounding=500.0,
                basis=Basis.CONTAINED, resource_class=ResourceClass.PLAN, first_year=int(year),
                last_year=int(year), sigma_class=MODEL_CLASS, release=source,
                words="P10 to P90 of a modelled plan", background=True,
            )
        )  # fmt: skip
    return tuple(out)


def of_study(
    study: Study,
    corpus: Corpus,
    mines: Sequence[AssetDraws],
    n_draws: int,
    best: Mapping[str, Best],
) -> tuple[Announced, ...]:
    """:func:`announced` for the mines of a study."""
    commodity = study.document.study.commodity.lower()
    return announced(corpus, mines, study.years, commodity, n_draws, best)


def _kt(value: float) -> str:
    return f"{value / 1e3:,.0f} kt" if abs(value) >= 9.5e3 else f"{value / 1e3:,.1f} kt"
