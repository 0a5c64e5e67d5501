"""The national balance and the plan's targets, wired to the study's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield import balance
from orefield.core import EvidenceError
from orefield.pipeline.reconciled import Totals, spread
from orefield.study import Draws, Parameters, Study, stream

Floats = NDArray[np.float64]

RAMP_YEARS = 10
"""Years over which a gain in collection is phased in after the last published year."""


def _words(parameters: Parameters, key: str) -> tuple[str, ...]:
    """A text parameter that lists words with commas between them."""
    words = tuple(word.strip() for word in parameters.text(key).split(","))
    if not all(words) or len(set(words)) < len(words):
        raise EvidenceError(
            f"'{key}' has an empty or repeated word: {', '.join(words)}",
            where=f"scenario {parameters.scenario}",
            fix="name each once, with commas between",
        )
    return words


def _years(parameters: Parameters, key: str) -> tuple[int, ...]:
    """A text parameter that lists years with commas between them."""
    words = _words(parameters, key)
    for word in words:
        if not (word.isdecimal() and len(word) == 4):
            raise EvidenceError(
                f"'{key}': '{word}' is no year",
                where=f"scenario {parameters.scenario}",
                fix="write years as 2025,2026",
            )
    return tuple(int(word) for word in words)


def balance_inputs(
    study: Study, parameters: Parameters, draws: Draws, totals: Totals | None = None
) -> balance.BalanceInputs:
    """Everything the balance needs besides the modelled mines.

    Parameters
    ----------
    study : Study
        Its country, years and rows of the baseline.
    parameters : Parameters
        Of the scenario.
    draws : Draws
        Of the scenario's parameters.
    totals : Totals, optional
        Reconciled totals: what published years start from, where a total is reconciled and
        neither an override nor the scenario says otherwise.

    Raises
    ------
    EvidenceError
        When a published series lacks a year.
    """
    section = study.document.study
    country = section.country
    reader = _Reader(country, parameters, draws, study.parameters, totals)
    horizon = balance.Horizon(section.first_year, section.history_to, section.last_year)
    past = range(section.first_year, section.history_to + 1)
    future = range(section.history_to + 1, section.last_year + 1)
    sectors = _words(parameters, f"{country}.sectors")
    streams = _words(parameters, f"{country}.streams")

    def by_sector(name: str) -> Floats:
        return np.stack([reader.number(f"sector.{s}.{name}") for s in sectors], axis=1)

    shares = by_sector("share")
    shares = shares / shares.sum(axis=1, keepdims=True)
    anchors = parameters.series(f"{country}.history.use_t")
    start = int(parameters.number(f"{country}.history.start_year"))
    anchor_years = tuple(y for y in sorted(anchors) if start <= y < section.first_year)
    history = balance.UseHistory(
        start_year=start,
        anchor_years=anchor_years,
        anchor_use_t=np.array([[anchors[y] for y in anchor_years]]),
        growth_before=reader.number("history.growth_before"),
        growth_after=reader.number("history.growth_after"),
        scale=reader.factor("history.use_t"),
        shares=shares,
    )
    split_year = 2030
    early = np.array([y <= split_year for y in future])
    growth = np.where(
        early, by_sector("growth_to_2030")[:, :, None], by_sector("growth_after_2030")[:, :, None]
    )
    cov = np.array([parameters.number(f"{country}.lifetime_cov")])
    lifetimes = tuple(
        balance.Lifetime(
            balance.LifetimeKind.LOGNORMAL, reader.number(f"sector.{s}.lifetime_y"), cov
        )
        for s in sectors
    )
    fabrication = balance.Fabrication(
        semis_loss=reader.number("semis_loss"),
        semis_net_exports=reader.number("semis_net_exports"),
        new_scrap_rate=1.0 - by_sector("fabrication_yield"),
        new_scrap_return=reader.number("new_scrap_return"),
        product_net_exports=by_sector("product_net_exports"),
    )
    published = balance.Published(
        national_mine_t=reader.path("mine_production_t", past),
        concentrate_imports_gross_t=reader.path("concentrate_imports_gross_t", past),
        concentrate_grade=reader.number("concentrate_grade")[:, None],
        anode_imports_t=reader.path("anode_imports_t", past),
        scrap_imports_gross_t=reader.path("scrap_imports_gross_t", past),
        scrap_grade=reader.number("scrap_grade")[:, None],
        refined_output_t=reader.path("refined_production_t", past),
        refined_imports_t=reader.path("refined_imports_t", past),
        refined_exports_t=reader.path("refined_exports_t", past),
        refined_stock_change_t=reader.path("refined_stock_change_t", past),
    )
    processing = balance.Processing(
        smelter_recovery=reader.number("smelter_recovery"),
        scrap_smelter_recovery=reader.number("scrap_smelter_recovery"),
        refinery_recovery=reader.number("refinery_recovery"),
        refining_scrap_to_smelters=reader.number("refining_scrap_to_smelters"),
        refining_share_of_scrap=reader.number("refining_share_of_scrap")[:, None],
        direct_melt_ceiling=reader.number("direct_melt_ceiling"),
    )
    outlook = balance.Outlook(
        refined_growth=np.where(
            early,
            reader.number("outlook.refined_growth_to_2030")[:, None],
            reader.number("outlook.refined_growth_after_2030")[:, None],
        ),
        mine_remainder_growth=reader.number("outlook.mine_remainder_growth")[:, None],
        anode_imports_t=reader.number("outlook.anode_imports_t")[:, None],
        scrap_imports_t=reader.number("outlook.scrap_imports_t")[:, None],
        refined_stock_change_t=np.zeros((1, 1)),
        unexplained_persistence=reader.number("outlook.unexplained_persistence")[:, None],
    )
    return balance.BalanceInputs(
        commodity=section.commodity,
        n_draws=draws.columns,
        horizon=horizon,
        history=history,
        demand=balance.Demand(sectors, shares, growth),
        lifetimes=lifetimes,
        fabrication=fabrication,
        end_of_life=_end_of_life(reader, sectors, streams, study),
        published=published,
        processing=processing,
        outlook=outlook,
        refined_stock_opening_t=reader.number("refined_stock_opening_t"),
    )


def _end_of_life(
    reader: _Reader, sectors: tuple[str, ...], streams: tuple[str, ...], study: Study
) -> balance.EndOfLife:
    split = np.zeros((len(sectors), len(streams) + 2))
    for i, sector in enumerate(sectors):
        for j, name in enumerate((*streams, "lost", "abandoned")):
            split[i, j] = reader.optional(f"sector.{sector}.eol_{name}")
    years = np.asarray(study.years)
    ramp = np.clip((years - study.document.study.history_to) / RAMP_YEARS, 0.0, 1.0)
    gain = reader.number("collection_gain")[:, None] * ramp
    collection, sorting = [], []
    for name in streams:
        base = np.clip(reader.number(f"stream.{name}.collection"), 0.0, 1.0)[:, None]
        collection.append(np.clip(base + (1.0 - base) * gain, 0.0, 1.0))
        sorted_share = np.clip(reader.number(f"stream.{name}.sorting"), 0.0, 1.0)[:, None]
        sorting.append(np.broadcast_to(sorted_share, gain.shape))
    return balance.EndOfLife(
        streams=streams,
        split=split / split.sum(axis=1, keepdims=True),
        collection=np.stack(collection, axis=1),
        sorting=np.stack(sorting, axis=1),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads a country's parameters as arrays over draws."""

    country: str
    parameters: Parameters
    draws: Draws
    base: Parameters
    totals: Totals | None

    def number(self, name: str) -> Floats:
        return self.draws.get(f"{self.country}.{name}")

    def factor(self, name: str) -> Floats:
        return self.draws.get(f"{self.country}.{name}")

    def optional(self, name: str) -> float:
        key = f"{self.country}.{name}"
        return self.parameters.number(key) if self.parameters.has(key) else 0.0

    def path(self, name: str, years: range) -> Floats:
        """A published total over ``years``, reconciled where it is, with its error by draw.

        A draw is as many standard errors off in every year, as many as its factor is off the
        central case: errors of a series are taken as one, and the tornado swings it whole.
        """
        key = f"{self.country}.{name}"
        row = self.parameters.row(key)
        found = self._reconciled(name)
        drawn = self.draws.get(key)
        chosen = row.value if isinstance(row.value, Mapping) else None
        missing = [y for y in years if y not in found and chosen is not None and y not in chosen]
        if missing:
            raise EvidenceError(
                f"'{key}' has no value for {missing[0]}",
                where="published series of the national balance",
                fix="add a claim for that year, or end history_to before it",
            )
        # of a number the draw is the value itself, of a series a factor about one
        own = spread(row)
        off = (drawn - drawn[0]) / own if own > 0.0 else np.zeros(len(drawn))
        out = np.empty((len(drawn), len(years)))
        for i, year in enumerate(years):
            if year in found:
                value, error = found[year]
                out[:, i] = value + off * error
                if value >= 0.0 and chosen is not None:
                    out[:, i] = np.maximum(out[:, i], 0.0)
            else:
                out[:, i] = drawn if chosen is None else drawn * chosen[year]
        return out

    def _reconciled(self, name: str) -> Mapping[int, tuple[float, float]]:
        """Reconciled years of a series; none where the study or the scenario sets it itself."""
        if self.totals is None:
            return {}
        key = f"{self.country}.{name}"
        row = self.parameters.row(key)
        own = row.mark == "override" or self.base.row(key) is not row
        return {} if own else self.totals.of(name)


def targets(
    study: Study, parameters: Parameters, draws: Draws
) -> list[tuple[balance.TargetResult, str]]:
    """The plan's targets, each with the key it is traced by.

    The years of the plan and the thresholds are parameters; what is published by now is
    taken as published, the rest is drawn from the growth of each series.
    """
    years = _years(parameters, "target.plan.years")
    out = []
    for name, label, unit in (
        ("value_added", "Value added of the nonferrous industry, mean real growth", "1/y"),
        ("ten_metals", "Output of the ten nonferrous metals, mean growth", "1/y"),
    ):
        target = balance.Target(
            name, label, unit, ">=", parameters.number(f"target.{name}.growth"), years,
            balance.Averaging.MEAN_GROWTH, tolerance=0.0005,
        )  # fmt: skip
        track = _growth_track(name, parameters, draws, years, study.document.study.history_to)
        out.append((balance.evaluate(target, track), name))
    history = parameters.series("target.recycled.history_t")
    last = max(history)
    level = balance.Target(
        "recycled", "Recycled copper, aluminium, lead and zinc", "t", ">",
        parameters.number("target.recycled.threshold_tpy"), years[-1:], balance.Averaging.LEVEL,
    )  # fmt: skip
    recent = {y: v for y, v in history.items() if y > last - 5}
    model = balance.GrowthModel.from_levels(list(recent), list(recent.values()))
    growth = _sample(model, draws, "recycled", max(years[-1] - last, 1))
    track = balance.Track({}, last, history[last], growth)
    out.append((balance.evaluate(level, track), "recycled"))
    exploration = balance.Target(
        "exploration", "Progress of exploration", "t", ">=", None, years[-1:],
        balance.Averaging.LEVEL,
    )  # fmt: skip
    out.append((balance.evaluate(exploration, None), "exploration"))
    return out


def _growth_track(
    name: str, parameters: Parameters, draws: Draws, years: tuple[int, ...], history_to: int
) -> balance.Track:
    """Published growth and a random walk behind it, from levels or from growth rates."""
    if name == "value_added":
        rates = dict(parameters.series("target.value_added.history"))
    else:
        rates = _growth_of(parameters.series(f"target.{name}.history_t"))
        # a changed definition makes a step in levels that is no growth
        rates.pop(int(parameters.number(f"target.{name}.break_year")), None)
    rates = {y: g for y, g in rates.items() if y <= history_to}
    last = max(rates)
    recent = [rates[y] for y in sorted(rates)[-5:]]
    model = balance.GrowthModel.from_growth(recent)
    ahead = max(years[-1] - last, 1)
    known = {y: g for y, g in rates.items() if y in years}
    return balance.Track(known, last, None, _sample(model, draws, name, ahead))


def _growth_of(levels: Mapping[int, float]) -> dict[int, float]:
    return {y: levels[y] / levels[y - 1] - 1.0 for y in sorted(levels) if y - 1 in levels}


def _sample(model: balance.GrowthModel, draws: Draws, name: str, years: int) -> Floats:
    rng = stream(draws.seed, "target", name)
    out: Floats = model.sample(rng, draws.n + 1, years)
    return out
