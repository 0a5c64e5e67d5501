"""Years with published output: what they say of a mine's throughput and its open pit.

Neither the ore milled each year nor the state of a pit when a study begins is published;
the copper that came out is. Two things are inferred from it, and both are shown:

* the **opening**: how much rock had been dug before the first year, one number a mine,
  chosen so that the central case comes closest to the published outputs on its own, and
  has the ore laid bare that its mill is to have in the years after them: a mine at work
  strips ahead, and does not run out of ore on the day that its statistics end;
* the **throughput** of each published year: the ore that gives that copper at the grade
  and recovery of the model, within what capacity allows. Where capacity does not allow
  it, the deviation stays and is listed.

What the model says of those years when it is held to nothing ("blind") is listed beside.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield import pit
from orefield.pipeline.asset_build import AssetBuild
from orefield.study import Draws, Parameters, Study, stream
from orefield.study.distributions import quantile

Floats = NDArray[np.float64]

SMOOTH_YEARS = 3
"""Years of inferred throughput that set the throughput of the years to come."""

UTILISATION = (0.3, 1.05)
"""Bounds of the utilisation that is carried into the years to come: overdriving a plant
for a year is one thing, planning on it another."""

AHEAD_YEARS = 5
"""Years after the last published one in which a mine at work has ore for its mill."""

_LEAST_SHARE = 1e-2
"""Share of what was wanted that is as bad as none, where shares are compared by logarithms."""

_HELD = 40.0
"""How much more a miss counts where throughput was free to meet what is published."""

OPENING_SHARES = tuple(round(0.005 * i, 3) for i in range(61))
"""Shares of the pit's rock that are tried as dug before the first year."""


def published_output(parameters: Parameters, asset: str, study: Study) -> Floats:
    out = np.full(len(study.years), np.nan)
    if parameters.has(f"{asset}.published.output_cu_t"):
        series = parameters.series(f"{asset}.published.output_cu_t")
        for i, year in enumerate(study.years):
            if year <= study.document.study.history_to and year in series:
                out[i] = series[year]
    return out


def targets(
    study: Study, parameters: Parameters, draws: Draws, asset: str, published: Floats
) -> Floats:
    """Published output with its error in every draw; the central case takes it as it is."""
    target = np.tile(published, (draws.columns, 1))
    row = parameters.find(f"{asset}.published.output_cu_t")
    if row is None:
        return target
    for i, year in enumerate(study.years):
        if not np.isfinite(published[i]):
            continue
        claim = study.evidence.claim(row.year_evidence[year].removeprefix("claim:"))
        mark = str(claim.mark)
        half = parameters.number(f"published.error_{mark}")
        rng = stream(draws.seed, "published", asset, str(year))
        u = (rng.permutation(draws.n) + rng.random(draws.n)) / draws.n
        error = quantile("normal", 1.0, 1.0 - half, 1.0 + half, np.clip(u, 1e-9, 1 - 1e-9))
        target[1 : draws.n + 1, i] *= error
    return target


def implied_utilisation(
    ore_t: Floats, capacity: Floats, free: NDArray[np.bool_], fallback: Floats
) -> Floats:
    """Throughput over capacity in the last held years of each draw, shape (D,).

    Years in which capacity changed within the year are kept: their capacity is a mean.
    Draws without a held year keep their assumed utilisation, and the assumed spread of
    utilisation is laid over the implied one.
    """
    held = ~free[0] & (capacity[0] > 0)
    last = np.flatnonzero(held)[-SMOOTH_YEARS:]
    if last.size == 0:
        return fallback
    implied = ore_t[:, last].sum(axis=1) / np.maximum(capacity[:, last].sum(axis=1), 1.0)
    used: Floats = np.clip(implied, *UTILISATION) * fallback / fallback[0]
    return used


def match_opening(
    build: AssetBuild,
    central: pit.ScheduleInputs,
    held: pit.ScheduleInputs,
    published: Floats,
    start: float,
) -> float:
    """Rock (t) dug before the first year that brings the central case closest to output.

    The misfit is a sum of mean squares of logarithms: of modelled over published copper,
    held to nothing and held to what is published, and of mill feed over the mill's rate
    in the :data:`AHEAD_YEARS` after the last published year.

    Parameters
    ----------
    build : AssetBuild
        Units and order of mining.
    central : ScheduleInputs
        Of draw 0, held to nothing.
    held : ScheduleInputs
        Of draw 0, held to what is published.
    published : ndarray of shape (T,)
        NaN where nothing is published.
    start : float
        Rock (t) stripped in any case: what the plan asks for.

    Returns
    -------
    float
        ``start`` where fewer than two years are published: one figure fits anything.
    """
    known = np.flatnonzero(np.isfinite(published) & (published > 0))
    if known.size < 2 or build.method != "open_pit":
        return start
    ahead = np.arange(known[-1] + 1, min(known[-1] + 1 + AHEAD_YEARS, len(published)))
    ahead = ahead[held.mill_cap_t[0, ahead] > 0]
    best, least = start, np.inf
    for share in OPENING_SHARES:
        opening = np.array([max(start, share * build.units.total_rock_t)])
        alone, led = (
            pit.schedule(build.units, build.order, replace(inputs, opening_rock_t=opening))
            for inputs in (central, held)
        )
        misfit = _mean_square_log(alone.recovered_t[0, known, 0], published[known])
        misfit += _HELD * _mean_square_log(led.recovered_t[0, known, 0], published[known])
        if ahead.size:
            misfit += _mean_square_log(led.ore_t[0, ahead], held.mill_cap_t[0, ahead])
        if misfit < least - 1e-12:
            best, least = float(opening[0]), misfit
    return best


def _mean_square_log(found: Floats, wanted: Floats) -> float:
    """Mean square of ln(found / wanted); more than wanted is as bad as less."""
    share = np.maximum(found / wanted, _LEAST_SHARE)
    return float((np.log(share) ** 2).mean())
