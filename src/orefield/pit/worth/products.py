"""What a mill or leach makes of each block: feed, metal, concentrate, what is paid and penalised.

The arithmetic of smelter contracts as in B. A. Wills and J. A. Finch (2016), Wills' Mineral
Processing Technology, 8th edition, chapter 1, and R. Goldie and P. Tredger (1991), "Net smelter
return models and their use in the exploration, evaluation and exploitation of polymetallic
deposits", Geoscience Canada 18(4), 159-171.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.worth.blocks import Blocks, rock_code
from orefield.pit.worth.checks import grade_factor
from orefield.pit.worth.destinations import Destination
from orefield.pit.worth.economy import Economy
from orefield.pit.worth.elements import Element, Metal, Penalty

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Product:
    """What a whole block becomes at a destination, tonnes, arrays of shape (n,).

    Attributes
    ----------
    feed_t : float64 array
        Fed, with dilution; zero at dumps and stockpiles.
    concentrate_t : float64 array
        Dry concentrate; zero where none is made.
    contained_t, recovered_t, payable_t : dict of str to float64 array
        Of each element in the feed, recovered, and paid for.
    penalised_t : tuple of (Penalty, float64 array)
        Tonnes of concentrate times the steps that are charged.
    rejected : bool array
        Whether the concentrate cannot be sold.
    """

    feed_t: _F8
    concentrate_t: _F8
    rejected: _MASK
    contained_t: dict[str, _F8] = field(default_factory=dict)
    recovered_t: dict[str, _F8] = field(default_factory=dict)
    payable_t: dict[str, _F8] = field(default_factory=dict)
    penalised_t: tuple[tuple[Penalty, _F8], ...] = ()


def head_grade(blocks: Blocks, element: Element) -> _F8:
    """Grades of blocks in the element's own unit, shape (n,), zero in air.

    Raises
    ------
    ModelError
        When the field is missing (and the element not optional), or a grade is negative or
        more than the whole block.
    """
    if element.optional and element.field not in blocks.fields:
        return np.zeros(blocks.n)
    grade = blocks.field(element.field)
    bad = np.flatnonzero(~((grade >= 0) & (grade * element.to_fraction <= 1 + 1e-12)))
    if len(bad):
        raise ModelError(
            f"'{element.field}' is {grade[bad[0]]:g} {element.unit}",
            where=f"block {blocks.index[bad[0]]}, element '{element.name}'",
            fix="set missing grades to 0, and check the element's unit",
        )
    return grade


def product(blocks: Blocks, economy: Economy, destination: Destination) -> Product:
    """What ``destination`` makes of blocks.

    A concentrate never weighs more than its feed, and no element in it more than it does: that
    bounds concentrates of which a block makes next to nothing.

    Raises
    ------
    ModelError
        When a field is missing or a grade, recovery or mass pull is out of range.
    """
    if not destination.makes_product:
        nothing = np.zeros(blocks.n)
        return Product(nothing, nothing, np.zeros(blocks.n, np.bool_))
    ore_t = blocks.tonnes * destination.mining_recovery
    feed_t = ore_t * (1.0 + destination.dilution)
    contained: dict[str, _F8] = {}
    recovered: dict[str, _F8] = {}
    for metal in destination.metals:
        element = economy.element(metal.element)
        head = head_grade(blocks, element)
        fed = head / (1.0 + destination.dilution)
        contained[metal.element] = head * element.to_fraction * ore_t
        recovered[metal.element] = metal.recovery.fraction(fed, blocks) * contained[metal.element]
    concentrate_t = _concentrate_t(blocks, economy, destination, feed_t, recovered)
    if destination.concentrate is not None:
        for metal in destination.metals:
            if not metal.own_product:
                recovered[metal.element] = np.minimum(recovered[metal.element], concentrate_t)
    payable = {
        m.element: _payable_t(m, economy, recovered[m.element], concentrate_t)
        for m in destination.metals
    }
    penalised, rejected = _penalties(economy, destination, recovered, concentrate_t)
    return Product(feed_t, concentrate_t, rejected, contained, recovered, payable, penalised)


def allowed(blocks: Blocks, economy: Economy, destination: Destination, made: Product) -> _MASK:
    """Whether each block may go to ``destination``, shape (n,); air may go anywhere.

    Raises
    ------
    ModelError
        When rock codes or a grade's field are missing.
    """
    out = ~made.rejected
    for element, grade in destination.minimum.items():
        out &= head_grade(blocks, economy.element(element)) >= grade
    listed = destination.accepts or destination.rejects
    if listed:
        codes, place = blocks.rock()
        named = np.isin(codes, [rock_code(key, codes.dtype) for key in listed])[place]
        out &= named if destination.accepts else ~named
    anywhere: _MASK = out | (blocks.tonnes == 0)
    return anywhere


def _concentrate_t(
    blocks: Blocks,
    economy: Economy,
    destination: Destination,
    feed_t: _F8,
    recovered: dict[str, _F8],
) -> _F8:
    concentrate = destination.concentrate
    if concentrate is None:
        return np.zeros(blocks.n)
    if concentrate.mass_pull is None:
        grade = concentrate.grade * economy.element(concentrate.element).to_fraction
        return np.minimum(recovered[concentrate.element] / grade, feed_t)
    pull = concentrate.mass_pull.per_tonne(blocks, "mass pull")
    bad = np.flatnonzero(~((pull >= 0) & (pull <= 1)) & (blocks.tonnes > 0))
    if len(bad):
        raise ModelError(
            f"mass pull is {pull[bad[0]]:g}",
            where=f"destination '{destination.name}', block {blocks.index[bad[0]]}",
            fix="give tonnes of concentrate per tonne of feed, 0 to 1",
        )
    return pull * feed_t


def _grade(metal_t: _F8, concentrate_t: _F8, unit: float) -> _F8:
    """Grade of the concentrate; 0 where there is none."""
    out = np.zeros_like(metal_t)
    np.divide(metal_t, concentrate_t * unit, out=out, where=concentrate_t > 0)
    return out


def _payable_t(metal: Metal, economy: Economy, recovered_t: _F8, concentrate_t: _F8) -> _F8:
    if not metal.depends_on_product:
        return metal.payable * recovered_t
    element = economy.element(metal.element)
    unit = grade_factor(metal.grade_unit or element.unit, f"metal '{metal.element}'")
    grade = _grade(recovered_t, concentrate_t, unit)
    fraction: _F8 | float = metal.payable
    if metal.payable_steps:
        step, value = np.array(metal.payable_steps).T
        # below the first step nothing is paid
        fraction = np.append(0.0, value)[np.searchsorted(step, grade, side="right")]
    paid = np.minimum(fraction * (grade - metal.deduction), grade - metal.minimum_deduction)
    out: _F8 = np.maximum(paid, 0.0) * concentrate_t * unit
    return out


def _penalties(
    economy: Economy, destination: Destination, recovered: dict[str, _F8], concentrate_t: _F8
) -> tuple[tuple[tuple[Penalty, _F8], ...], _MASK]:
    rejected = np.zeros(len(concentrate_t), np.bool_)
    charged: list[tuple[Penalty, _F8]] = []
    for penalty in destination.concentrate.penalties if destination.concentrate else ():
        unit = grade_factor(
            penalty.grade_unit or economy.element(penalty.element).unit,
            f"penalty of '{penalty.element}'",
        )
        grade = _grade(recovered[penalty.element], concentrate_t, unit)
        steps = np.maximum(grade - penalty.above, 0.0) / penalty.per
        charged.append((penalty, steps * concentrate_t))
        if penalty.reject_above is not None:
            rejected |= grade > penalty.reject_above
    return tuple(charged), rejected
