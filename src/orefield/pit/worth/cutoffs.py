"""Cut-offs that follow from prices and costs: break-even and marginal, as grade and as NSR.

The *marginal* (mill) cut-off asks where to send a tonne that is mined in any case; the
*break-even* cut-off also has it pay for its mining. J.-M. Rendu (2014), An Introduction to
Cut-off Grade Estimation, 2nd edition, SME. What a full mill or mine adds is Lane's
(:mod:`orefield.pit.worth.lane`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.checks import finite, known
from orefield.pit.worth.economy import Economy
from orefield.pit.worth.flows import destination_flows, mining_flow, total_usd
from orefield.pit.worth.products import allowed, product

_F8 = NDArray[np.float64]
CutoffKind = Literal["marginal", "breakeven"]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where the tonne lies that a cut-off is for.

    Attributes
    ----------
    elevation_m : float
        For costs that depend on it.
    rock : str
        Its rock code, where something depends on it.
    fields : mapping of str to float
        Other fields that costs or recoveries need.
    period : int, optional
        Whose prices and costs; the long-term ones by default.
    """

    elevation_m: float = 0.0
    rock: str = ""
    fields: Mapping[str, float] | None = None
    period: int | None = None


def nsr_usd_t(
    economy: Economy,
    destination: str,
    grades: Mapping[str, ArrayLike],
    setting: Setting | None = None,
) -> _F8:
    """Net smelter return, USD per tonne of feed, at grades by element, royalties taken.

    ``grades`` are in situ grades by element in its own unit, of shapes that broadcast; other
    elements are at zero. The result has their shape.

    Raises
    ------
    ModelError
        When a name is unknown, the destination makes nothing, or a grade is out of range.
    """
    nsr, _, feed_t, shape = _per_tonne(economy, destination, grades, setting or Setting())
    out: _F8 = (nsr / feed_t).reshape(shape)
    return out


def nsr_cutoff_usd_t(
    economy: Economy,
    destination: str,
    *,
    kind: CutoffKind = "marginal",
    waste: str | None = None,
    setting: Setting | None = None,
) -> float:
    """The net smelter return (USD per tonne of feed) that a tonne must reach to be sent there.

    Marginal: its processing, G&A, haul and carbon, less what it costs at the dump ``waste`` (by
    default the cheapest that takes the setting's rock; nothing where the economy has no dump).
    Break-even: with mining, less nothing. Carbon of metal or concentrate made counts at grade 0.

    Raises
    ------
    ModelError
        When a name or kind is unknown, or no dump takes the rock.
    """
    setting = setting or Setting()
    _, cost, feed_t, _ = _per_tonne(economy, destination, {}, setting)
    return float((cost + _spared(economy, kind, waste, setting))[0] / feed_t[0])


def cutoff_grade(
    economy: Economy,
    destination: str,
    element: str,
    *,
    kind: CutoffKind = "marginal",
    waste: str | None = None,
    others: Mapping[str, float] | None = None,
    setting: Setting | None = None,
) -> float:
    """The lowest in situ grade of ``element`` (its own unit) that pays to be sent there.

    Other elements are at the grades of ``others``, or zero. Zero when they pay alone; infinite
    when no grade pays. Arguments and errors as :func:`nsr_cutoff_usd_t`. The grade is found on
    a logarithmic grid and refined to rounding, so that any recovery or deduction will do.
    """
    setting = setting or Setting()
    unit = economy.element(element).to_fraction
    spared = _spared(economy, kind, waste, setting)

    def margin(grade: _F8) -> _F8:
        at: dict[str, ArrayLike] = {**(others or {}), element: grade}
        nsr, cost, _, _ = _per_tonne(economy, destination, at, setting)
        return nsr - cost - spared

    grid = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 4001)]) / unit
    pays = np.flatnonzero(margin(grid) >= 0)
    if len(pays) == 0:
        return math.inf
    if pays[0] == 0:
        return 0.0
    low, high = grid[pays[0] - 1], grid[pays[0]]
    for _ in range(60):  # halves the bracket to rounding
        middle = 0.5 * (low + high)
        low, high = (low, middle) if margin(np.array([middle]))[0] >= 0 else (middle, high)
    return float(high)


def _spared(economy: Economy, kind: CutoffKind, waste: str | None, setting: Setting) -> _F8:
    """Added to a destination's cost per tonne mined: mining, or less what the dump costs."""
    if kind not in ("marginal", "breakeven"):
        raise ModelError(f"cut-off '{kind}' is unknown", fix="marginal or breakeven")
    blocks = _blocks(economy, {}, setting)
    dumped = dump_usd(blocks, economy, waste, setting.period)
    if kind == "breakeven":
        return -total_usd(mining_flow(blocks, economy), economy, setting.period, 1)
    return -dumped


def dump_usd(blocks: Blocks, economy: Economy, waste: str | None, period: int | None) -> _F8:
    """What blocks cost at the dump ``waste`` without their mining, USD, shape (n,).

    By default each goes to the cheapest dump that takes it. Nothing where the economy has none.

    Raises
    ------
    ModelError
        When ``waste`` is no dump, the period does not exist, or no dump takes a block.
    """
    dumps = {d.name: d for d in economy.destinations if d.kind == "dump"}
    if waste is not None:
        dumps = {waste: dumps[known(waste, dumps, "dump", "waste")]}
    if not dumps:
        return np.zeros(blocks.n)
    cheapest = np.full(blocks.n, np.inf)
    for dump in dumps.values():
        made = product(blocks, economy, dump)
        usd = -total_usd(destination_flows(blocks, economy, dump, made), economy, period, blocks.n)
        takes = waste is not None or allowed(blocks, economy, dump, made)
        cheapest = np.where(takes, np.minimum(cheapest, usd), cheapest)
    lost = np.flatnonzero(np.isinf(cheapest))
    if len(lost):
        raise ModelError(
            "no dump takes a block",
            where=f"block {blocks.index[lost[0]]}",
            fix="name its rock in the setting, name the dump as waste, or add one that takes it",
        )
    return cheapest


def _per_tonne(
    economy: Economy,
    destination: str,
    grades: Mapping[str, ArrayLike],
    setting: Setting,
) -> tuple[_F8, _F8, _F8, tuple[int, ...]]:
    """NSR, other cost (without mining) and feed per tonne mined, and the shape of the grades."""
    place = economy.destination(destination)
    if not place.makes_product:
        raise ModelError(f"'{destination}' makes nothing", fix="name a mill or leach")
    for name in grades:
        economy.element(name)
    shape = np.broadcast_shapes(*(np.shape(g) for g in grades.values()))
    flat = {k: np.broadcast_to(np.asarray(g, np.float64), shape).ravel() for k, g in grades.items()}
    blocks = _blocks(economy, flat, setting)
    made = product(blocks, economy, place)
    flows = list(destination_flows(blocks, economy, place, made))
    return (
        total_usd((f for f in flows if f.is_nsr), economy, setting.period, blocks.n),
        -total_usd((f for f in flows if not f.is_nsr), economy, setting.period, blocks.n),
        made.feed_t,
        shape,
    )


def _blocks(economy: Economy, grades: Mapping[str, _F8], setting: Setting) -> Blocks:
    """Blocks of one tonne each with these grades."""
    n = len(next(iter(grades.values()))) if grades else 1
    fields: dict[str, NDArray[np.generic]] = {e.field: np.zeros(n) for e in economy.elements}
    for name, value in (setting.fields or {}).items():
        fields[name] = np.full(n, finite(value, f"field '{name}'"))
    for name, grade in grades.items():
        fields[economy.element(name).field] = grade
    if economy.rock_field:
        fields[economy.rock_field] = np.full(n, setting.rock)
    elevation = np.full(n, finite(setting.elevation_m, "elevation_m"))
    return Blocks(np.ones(n), elevation, fields, economy.rock_field, np.arange(n))
