"""What reaches a river: loads by what is milled and dumped, and how much the river can take.

Concentration below the outlet is the river's own and the load over the flow, both of the same
time and fully mixed. Nothing settles, decays or reacts on the way except for the fraction
that is said to arrive: a screening limit, not a transport model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.frontier.measures import Measure, capped
from orefield.pit.production.problem import ProductionProblem, Row

_F8 = NDArray[np.float64]
_KG_DAY = 86.4
"""kg a day in 1 mg/L of 1 m3/s: 1 g/s, and a day has 86,400 s."""


def river_measure(
    name: str, tonnes: ArrayLike, load_kg_t: ArrayLike, *, delivered: float = 1.0
) -> Measure:
    """Load (kg) that each block brings to an outlet, counted in the worst period.

    Parameters
    ----------
    name : str
        Of substance and outlet.
    tonnes : float array, shape (n,) or (n, d)
        Of each block, at each destination where that differs.
    load_kg_t : float array, shape (d,)
        Released per tonne sent to each destination: milled, leached, dumped.
    delivered : float
        Fraction of what is released that arrives at the outlet.

    Raises
    ------
    ModelError
        When a number is negative or not finite, or the fraction is not between 0 and 1.
    """
    mass, load = np.asarray(tonnes, np.float64), np.asarray(load_kg_t, np.float64)
    if not 0.0 <= delivered <= 1.0:
        raise ModelError(f"a fraction of {delivered:g} is delivered", where=f"river load {name}")
    for what, amount in (("tonnage", mass), ("load per tonne", load)):
        if not (np.isfinite(amount).all() and (amount >= 0).all()):
            raise ModelError(f"a {what} is negative or not finite", where=f"river load {name}")
    if load.ndim != 1 or mass.ndim not in (1, 2) or (mass.ndim == 2 and mass.shape[1] != len(load)):
        raise ModelError(
            f"tonnes of shape {mass.shape} and loads of {load.shape}", where=f"river load {name}"
        )
    wide = mass if mass.ndim == 2 else mass[:, None]
    return Measure(name, wide * load * delivered, "kg", "period")


def river_room_kg_day(limit_mg_l: float, flow_m3_s: float, background_mg_l: float = 0.0) -> float:
    """Load (kg a day) that brings a river from its background to the limit.

    ``86.4 * (limit - background) * flow``. For a limit that must hold at all times the flow is a
    low one, such as the lowest seven days in ten years.

    Raises
    ------
    ModelError
        When a number is negative or not finite, or the background leaves no room.
    """
    if not all(np.isfinite(x) and x >= 0 for x in (limit_mg_l, flow_m3_s, background_mg_l)):
        raise ModelError("a limit, flow or background is negative or not finite")
    if background_mg_l >= limit_mg_l or flow_m3_s == 0:
        raise ModelError(
            f"the river carries {background_mg_l:g} mg/L of the {limit_mg_l:g} mg/L allowed, at "
            f"{flow_m3_s:g} m3/s: there is no room for a load",
            fix="take another outlet or limit",
        )
    return _KG_DAY * (limit_mg_l - background_mg_l) * flow_m3_s


def river_capped(
    problem: ProductionProblem,
    measure: Measure,
    room_kg_day: float,
    *,
    days: float = 365.25,
    release: Sequence[float] = (1.0,),
) -> ProductionProblem:
    """The problem with the load of every period within what the river can take.

    Parameters
    ----------
    problem : ProductionProblem
        As it is without the limit.
    measure : Measure
        See :func:`river_measure`.
    room_kg_day : float
        See :func:`river_room_kg_day`; the mean over a period is held to it.
    days : float
        Length of a period.
    release : sequence of float
        Fractions of a block's load that come in the period it is mined, in the next, ...: a dump
        leaches for years. One row a period; periods after the last are not looked at.

    Raises
    ------
    ModelError
        When the measure does not fit, a number is negative or not finite, or more is released
        than there is.
    """
    measure.check(problem)
    shares = np.asarray(release, np.float64)
    if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.size):
        raise ModelError("a share released is negative or not finite", where=measure.name)
    if shares.sum() > 1.0 + 1e-9:
        raise ModelError(
            f"{shares.sum():g} of a block's load is released",
            where=measure.name,
            fix="give fractions that add up to one at most",
        )
    if not (np.isfinite(room_kg_day * days) and room_kg_day >= 0 and days > 0):
        raise ModelError(f"room of {room_kg_day:g} kg a day for {days:g} days", where=measure.name)
    room = room_kg_day * days
    if len(shares) == 1:
        return capped(problem, replace(measure, use=measure.use * shares[0], over="period"), room)
    block, destination = np.nonzero(measure.use)
    load = measure.use[block, destination]
    rows = []
    for t in range(problem.n_periods):
        mined = np.arange(max(0, t - len(shares) + 1), t + 1)
        rows.append(
            Row(
                name=f"{measure.name}, period {t}",
                period=np.repeat(mined, len(block)),
                block=np.tile(block, len(mined)),
                destination=np.tile(destination, len(mined)),
                factor=np.outer(shares[t - mined], load).ravel(),
                lower=-np.inf,
                upper=room,
            )
        )
    return replace(problem, rows=(*problem.rows, *rows))
